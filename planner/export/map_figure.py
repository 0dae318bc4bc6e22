"""Draw the map itself: one Bokeh figure in the region's projected metres, one named renderer per layer."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from bokeh.core.properties import value
from bokeh.models import (
    ColumnDataSource,
    GlyphRenderer,
    HoverTool,
    MetricLength,
    Range1d,
    ResetTool,
    ScaleBar,
)
from bokeh.models.tools import PanTool, SaveTool, WheelZoomTool
from bokeh.plotting import figure

from planner.export.facts import PlanDict, in_year, local_name, years_of
from planner.export.map_cards import card
from planner.export.palette import (
    CANDIDATE_COLOURS,
    FEED_COLOURS,
    HEADROOM_COLOURS,
    OTHER_COLOUR,
    PIPE_COLOUR,
    PLANT_COLOUR,
    STOCK_COLOUR,
    TECHNOLOGY_COLOURS,
    headroom_class,
)
from planner.export.words import confidence_name, technology_name

FONT = "'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', 'Segoe UI', Arial, sans-serif"
HIGH_KV = 220.0
EXTRA_HIGH_KV = 500.0

Figure = Any  # bokeh's figure carries its glyph methods dynamically


def draw(layers: dict[str, gpd.GeoDataFrame], plan: PlanDict, *, crs: str, lang: str) -> Figure:
    """Return the figure; layers are drawn bottom to top."""
    moved = {name: layer.to_crs(crs) for name, layer in layers.items()}
    plot = _empty_figure()
    _draw_districts(plot, moved["districts"], lang=lang)
    if "candidates" in moved:
        _draw_candidates(plot, moved["candidates"])
    _draw_plants(plot, moved["reclaimed_plants"], lang=lang)
    _draw_stock(plot, moved["stock"], lang=lang)
    _draw_links(plot, moved["pipes"], plan, name="pipes", lang=lang)
    _draw_links(plot, moved["feeds"], plan, name="feeds", lang=lang)
    _draw_substations(plot, moved["substations"], plan, lang=lang)
    _draw_sites(plot, moved["sites"], plan, lang=lang)
    return plot


def _empty_figure() -> Figure:
    plot = figure(
        name="map",
        sizing_mode="stretch_both",
        x_range=Range1d(0, 1),
        y_range=Range1d(0, 1),
        tools=[PanTool(), ResetTool(), SaveTool()],
        toolbar_location="above",
        background_fill_color="#F4F1EA",
        border_fill_color="#FFFFFF",
        min_border=4,
        outline_line_color="#B9B2A6",
    )
    wheel = WheelZoomTool(zoom_on_axis=False)
    plot.add_tools(wheel)
    plot.toolbar.active_scroll = wheel
    plot.toolbar.logo = None
    plot.axis.visible = False
    plot.grid.visible = False
    scale = ScaleBar(
        range=plot.x_range,
        unit="m",
        dimensional=MetricLength(),
        location="bottom_left",
        background_fill_alpha=0.8,
        label_text_font=FONT,
        bar_length=0.2,
    )
    plot.add_layout(scale)
    return plot


def _rings(layer: gpd.GeoDataFrame) -> tuple[list[list[float]], list[list[float]], list[int]]:
    """Return outer rings as x and y lists (metres) and the row each belongs to."""
    parts = layer.geometry.reset_index(drop=True).explode(index_parts=False)
    rings = [np.round(np.asarray(part.exterior.coords), 1) for part in parts]
    return [ring[:, 0].tolist() for ring in rings], [ring[:, 1].tolist() for ring in rings], list(parts.index)


def _draw_districts(plot: Figure, layer: gpd.GeoDataFrame, *, lang: str) -> None:
    areas = layer[layer.geom_type.isin(["Polygon", "MultiPolygon"])].reset_index(drop=True)
    xs, ys, rows = _rings(areas)
    names = [local_name(row, lang) for row in layer.drop(columns="geometry").to_dict("records")]
    source = ColumnDataSource({"xs": xs, "ys": ys, "name": [names[i] for i in rows]})
    plot.patches("xs", "ys", source=source, fill_color="#FCFBF7", line_color="#A79F8F", line_width=1, name="districts")
    seats = layer.geometry.representative_point()
    labels = ColumnDataSource({"x": seats.x.round(1).tolist(), "y": seats.y.round(1).tolist(), "name": names})
    plot.text(
        "x",
        "y",
        text="name",
        source=labels,
        text_color="#9A917F",
        text_font=value(FONT),
        text_font_size="13px",
        text_align="center",
        text_baseline="middle",
        name="district_names",
    )


def _draw_candidates(plot: Figure, layer: gpd.GeoDataFrame) -> None:
    status = layer.get("status", pd.Series("eligible", index=layer.index)).astype(str)
    for name, group, is_visible in (
        ("excluded", layer[status == "excluded"], False),
        ("candidates", layer[status != "excluded"], True),
    ):
        areas = group[group.geom_type.isin(["Polygon", "MultiPolygon"])].reset_index(drop=True)
        xs, ys, rows = _rings(areas) if len(areas) else ([], [], [])
        table = areas.drop(columns="geometry").iloc[rows] if len(areas) else areas.drop(columns="geometry")
        data: dict[str, Any] = {"xs": xs, "ys": ys}
        for column in ("site", "area_ha", "reasons", "district"):
            values = table[column] if column in table else pd.Series([""] * len(table))
            data[column] = [_shown(value) for value in values]
        colour = CANDIDATE_COLOURS["excluded" if name == "excluded" else "eligible"]
        renderer = plot.patches(
            "xs",
            "ys",
            source=ColumnDataSource(data),
            fill_color=colour,
            fill_alpha=0.35,
            line_color=colour,
            line_alpha=0.6,
            line_width=0.5,
            name=name,
            visible=is_visible,
        )
        _add_card(plot, renderer, "candidate")


def _draw_plants(plot: Figure, layer: gpd.GeoDataFrame, *, lang: str) -> None:
    data = _point_data(layer, key="plant", lang=lang)
    capacity = pd.to_numeric(layer["capacity_m3_per_day"], errors="coerce").fillna(0.0)
    data["capacity"] = [f"{value:,.0f}" for value in capacity]
    data["size"] = (7.0 + 12.0 * np.sqrt(capacity / 1.0e6)).round(2).tolist()
    renderer = plot.scatter(
        "x",
        "y",
        size="size",
        marker="inverted_triangle",
        source=ColumnDataSource(data),
        fill_color=PLANT_COLOUR,
        line_color="#FFFFFF",
        fill_alpha=0.8,
        name="reclaimed_plants",
    )
    _add_card(plot, renderer, "plant")


def _draw_stock(plot: Figure, layer: gpd.GeoDataFrame, *, lang: str) -> None:
    data = _point_data(layer, key="stock", lang=lang)
    it_mw = pd.to_numeric(layer["it_mw"], errors="coerce").fillna(0.0)
    data["it_mw"] = [f"{value:,.0f}" for value in it_mw]
    data["halls"] = [_shown(value) for value in layer["keep_halls"]]
    data["changed"] = [value or "–" for value in layer["changed_halls"]]
    data["size"] = (6.0 + 1.2 * np.sqrt(it_mw)).round(2).tolist()
    renderer = plot.scatter(
        "x",
        "y",
        size="size",
        marker="diamond",
        source=ColumnDataSource(data),
        fill_color=STOCK_COLOUR,
        line_color="#FFFFFF",
        fill_alpha=0.75,
        name="stock",
    )
    _add_card(plot, renderer, "stock")


def _draw_links(plot: Figure, layer: gpd.GeoDataFrame, plan: PlanDict, *, name: str, lang: str) -> None:
    key = "substation" if name == "feeds" else "plant"
    rows = layer.drop(columns="geometry").to_dict("records")
    ends = [np.round(np.asarray(line.coords), 1) for line in layer.geometry]
    data: dict[str, Any] = {
        "xs": [end[:, 0].tolist() for end in ends],
        "ys": [end[:, 1].tolist() for end in ends],
        "site": [row["site"] for row in rows],
        "end": [local_name({"name": row[f"{key}_name_en"], "name_zh": row[f"{key}_name_zh"]}, lang) for row in rows],
        "id": [row[key] for row in rows],
        "km": [f"{row['km']:.1f}" for row in rows],
    }
    amount = "mva" if name == "feeds" else "m3_per_year"
    for year in years_of(plan):
        values = [row[f"{amount}_{year}"] for row in rows]
        data[f"amount_{year}"] = [f"{value:,.0f}" for value in values]
        data[f"alpha_{year}"] = [0.95 if value > 0 else 0.0 for value in values]
    if name == "feeds":
        kv = [row.get("voltage_kv") or 0.0 for row in rows]
        data |= {"kv": [f"{value:g}" for value in kv], "mw": [f"{row.get('mw') or 0.0:,.1f}" for row in rows]}
        data["colour"] = [FEED_COLOURS.get(value, OTHER_COLOUR) for value in kv]
        data["width"] = [3.5 if value >= HIGH_KV else 2.2 for value in kv]
    else:
        data |= {"colour": [PIPE_COLOUR] * len(rows), "width": [2.5] * len(rows)}
    _show_last_year(data, plan, ("amount", "alpha"))
    renderer = plot.multi_line(
        "xs",
        "ys",
        source=ColumnDataSource(data),
        line_color="colour",
        line_width="width",
        line_alpha="alpha",
        line_dash="solid" if name == "feeds" else "dashed",
        name=name,
    )
    _add_card(plot, renderer, "feed" if name == "feeds" else "pipe")


def _draw_substations(plot: Figure, layer: gpd.GeoDataFrame, plan: PlanDict, *, lang: str) -> None:
    data = _point_data(layer, key="substation", lang=lang)
    kv = pd.to_numeric(layer["voltage_kv"], errors="coerce").fillna(0.0)
    data["kv"] = [f"{value:g}" for value in kv]
    data["feed_kv"] = [_shown(value) for value in layer["feed_voltage_kv"]]
    data["marker"] = ["square" if value >= EXTRA_HIGH_KV else "circle" for value in kv]
    data["zone"] = [_shown(value) for value in layer.get("parent", pd.Series("", index=layer.index))]
    for year in years_of(plan):
        left = layer[f"left_mva_{year}"].astype(float)
        data[f"size_{year}"] = (6.0 + 0.55 * np.sqrt(left.clip(lower=0.0).fillna(0.0))).round(2).tolist()
        data[f"colour_{year}"] = [HEADROOM_COLOURS[headroom_class(value)] for value in left.fillna(0.0)]
        for column in ("before", "used", "left"):
            data[f"{column}_{year}"] = [_shown(value) for value in layer[f"{column}_mva_{year}"]]
    _show_last_year(data, plan, ("size", "colour", "before", "used", "left"))
    renderer = plot.scatter(
        "x",
        "y",
        size="size",
        marker="marker",
        fill_color="colour",
        source=ColumnDataSource(data),
        line_color="#222222",
        line_width=0.8,
        fill_alpha=0.9,
        name="substations",
    )
    _add_card(plot, renderer, "substation")
    is_large = (kv >= EXTRA_HIGH_KV).tolist()
    labels = {
        column: [v for v, keep in zip(data[column], is_large, strict=True) if keep] for column in ("x", "y", "name")
    }
    plot.text(
        "x",
        "y",
        text="name",
        source=ColumnDataSource(labels),
        y_offset=20,
        text_color="#3B2A63",
        text_font=value(FONT),
        text_font_size="12px",
        text_align="center",
        text_baseline="middle",
        name="substation_names",
    )


def _draw_sites(plot: Figure, layer: gpd.GeoDataFrame, plan: PlanDict, *, lang: str) -> None:
    sites = {str(site["id"]): site for site in plan.get("sites") or []}
    rows = layer.drop(columns="geometry").to_dict("records")
    data: dict[str, Any] = {
        "x": layer.geometry.x.round(1).tolist(),
        "y": layer.geometry.y.round(1).tolist(),
        "name": [local_name(sites[row["site"]], lang) for row in rows],
        "id": [row["site"] for row in rows],
        "district": [_shown(row["district"]) for row in rows],
        "colour": [TECHNOLOGY_COLOURS.get(row["cooling_main"], OTHER_COLOUR) for row in rows],
        "opens": [_shown(row.get("open_year")) for row in rows],
        "position": ["± ?" if row.get("is_position_uncertain") else "" for row in rows],
        "cooling": [
            "; ".join(f"{technology_name(c['technology'])} {c['it_mw']:.1f} MW" for c in sites[row["site"]]["cooling"])
            for row in rows
        ],
        "feeds": [
            "; ".join(f"{local_name(f, lang)} {f['km']:.1f} km" for f in sites[row["site"]]["feeds"]) for row in rows
        ],
        "water": [
            "; ".join(f"{local_name(w, lang)} {w['km']:.1f} km" for w in sites[row["site"]]["water"]) or "–"
            for row in rows
        ],
    }
    for year in years_of(plan):
        it_mw = np.asarray([in_year(sites[row["site"]].get("it_mw"), year) for row in rows], dtype=float)
        data[f"size_{year}"] = np.where(it_mw > 0, 9.0 + 2.2 * np.sqrt(it_mw), 0.0).round(2).tolist()
        data[f"offset_{year}"] = (-8.0 - 1.1 * np.sqrt(it_mw)).round(2).tolist()
        data[f"label_{year}"] = [f"{value:,.0f} MW" if value > 0 else "" for value in it_mw]
        data[f"it_mw_{year}"] = [f"{value:,.1f}" for value in it_mw]
        data[f"facility_{year}"] = [f"{in_year(sites[row['site']].get('facility_mw'), year):,.1f}" for row in rows]
    _show_last_year(data, plan, ("size", "offset", "label", "it_mw", "facility"))
    source = ColumnDataSource(data, name="site_data")
    renderer = plot.scatter(
        "x",
        "y",
        size="size",
        source=source,
        fill_color="colour",
        line_color="#000000",
        line_width=1.6,
        fill_alpha=0.92,
        name="sites",
    )
    plot.text(
        "x",
        "y",
        text="label",
        source=source,
        y_offset="offset",
        text_font=value(FONT),
        text_font_size="14px",
        text_font_style="bold",
        text_align="center",
        text_baseline="bottom",
        background_fill_color="#FFFFFF",
        background_fill_alpha=0.8,
        padding=2,
        name="site_labels",
    )
    _add_card(plot, renderer, "site")


def _point_data(layer: gpd.GeoDataFrame, *, key: str, lang: str) -> dict[str, Any]:
    rows = layer.drop(columns="geometry").to_dict("records")
    return {
        "x": layer.geometry.x.round(1).tolist(),
        "y": layer.geometry.y.round(1).tolist(),
        "id": [str(row[key]) for row in rows],
        "name": [local_name({**row, "id": row[key]}, lang) for row in rows],
        "confidence": [confidence_name(_shown(row.get("confidence"))) for row in rows],
        "origin": [_shown(row.get("source"))[:90] for row in rows],
        "precision": [_shown(row.get("coord_precision_km")) for row in rows],
    }


def _show_last_year(data: dict[str, Any], plan: PlanDict, columns: tuple[str, ...]) -> None:
    years = years_of(plan)
    for column in columns:
        data[column] = list(data[f"{column}_{years[-1]}"]) if years else []


def _shown(value: Any) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return "–"
    if isinstance(value, float | np.floating):
        return f"{value:,.1f}".removesuffix(".0")
    return str(value)


def _add_card(plot: Figure, renderer: GlyphRenderer, kind: str) -> None:
    plot.add_tools(HoverTool(renderers=[renderer], tooltips=card(kind), visible=False))
