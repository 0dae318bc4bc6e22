"""The marks of the map: plants, existing centres, feeds, pipes, substations and sites, with their hover cards."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from bokeh.core.properties import value
from bokeh.models import (
    ColumnDataSource,
    GlyphRenderer,
    HoverTool,
)

from planner.export.facts import PlanDict, Row, in_year, local_name, years_of
from planner.export.map_cards import card
from planner.export.palette import (
    FEED_COLOURS,
    HEADROOM_COLOURS,
    LIGHT_TECHNOLOGIES,
    OTHER_COLOUR,
    PIPE_COLOUR,
    PLANT_COLOUR,
    STOCK_COLOUR,
    TECHNOLOGY_COLOURS,
    headroom_class,
)
from planner.export.words import confidence_name, technology_name
from planner.region import confidence_of

FONT = "'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', 'Segoe UI', Arial, sans-serif"
HIGH_KV = 220.0
VOLTAGE_IN_NAME = re.compile(r"\s*\d+\s*(kV|千伏)站?$")  # the square already says which
MOST_NAMES = 40  # more would hide the map

Figure = Any  # bokeh's figure carries its glyph methods dynamically
SiteColumns = Callable[[list[Row]], dict[str, list[Any]]]


def draw_plants(plot: Figure, layer: gpd.GeoDataFrame, *, lang: str) -> None:
    """Draw the reclaimed-water plants; size by capacity."""
    data = _point_data(layer, key="plant", figure="capacity_m3_per_day", lang=lang)
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
    add_card(plot, renderer, "plant")


def draw_stock(plot: Figure, layer: gpd.GeoDataFrame, *, lang: str) -> None:
    """Draw the existing centres; size by IT load."""
    data = _point_data(layer, key="stock", figure="it_mw", lang=lang)
    it_mw = pd.to_numeric(layer["it_mw"], errors="coerce").fillna(0.0)
    data["it_mw"] = [f"{value:,.0f}" for value in it_mw]
    data["halls"] = [shown(value) for value in layer["keep_halls"]]
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
    add_card(plot, renderer, "stock")


def draw_links(plot: Figure, layer: gpd.GeoDataFrame, plan: PlanDict, *, name: str, lang: str) -> None:
    """Draw the feeds or the pipes."""
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
    with_last_year(data, plan, ("amount", "alpha"))
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
    add_card(plot, renderer, "feed" if name == "feeds" else "pipe")


def voltage_levels(layer: pd.DataFrame) -> list[float]:
    """Return the voltages of the substations, kV, lowest first; those of the highest are squares and bear their names."""
    return sorted(pd.to_numeric(layer["voltage_kv"], errors="coerce").dropna().unique().tolist())


def draw_substations(plot: Figure, layer: gpd.GeoDataFrame, plan: PlanDict, *, lang: str) -> None:
    """Draw the substations; size and colour by headroom left."""
    layer = layer.sort_values(["voltage_kv", "substation"], ascending=[False, True])  # large stations below small ones
    data = _point_data(layer, key="substation", figure="headroom_mva", lang=lang)
    kv = pd.to_numeric(layer["voltage_kv"], errors="coerce").fillna(0.0)
    data["kv"] = [f"{value:g}" for value in kv]
    data["feed_kv"] = [shown(value) for value in layer["feed_voltage_kv"]]
    levels = voltage_levels(layer)
    is_top = [len(levels) > 1 and value >= levels[-1] for value in kv]
    data["marker"] = ["square" if top else "circle" for top in is_top]
    data["zone"] = [shown(value) for value in layer.get("parent", pd.Series("", index=layer.index))]
    for year in years_of(plan):
        left = layer[f"left_mva_{year}"].astype(float)
        data[f"size_{year}"] = (5.0 + 0.33 * np.sqrt(left.clip(lower=0.0).fillna(0.0))).round(2).tolist()
        data[f"colour_{year}"] = [HEADROOM_COLOURS[headroom_class(value)] for value in left.fillna(0.0)]
        for column in ("before", "used", "left"):
            data[f"{column}_{year}"] = [shown(value) for value in layer[f"{column}_mva_{year}"]]
    with_last_year(data, plan, ("size", "colour", "before", "used", "left"))
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
    add_card(plot, renderer, "substation")
    large = [i for i, top in enumerate(is_top) if top]
    large = large if len(large) <= MOST_NAMES else []
    labels = {column: [data[column][i] for i in large] for column in ("x", "y")}
    labels["name"] = [VOLTAGE_IN_NAME.sub("", data["name"][i]) for i in large]
    plot.text(
        "x",
        "y",
        text="name",
        source=ColumnDataSource(labels),
        y_offset=15,
        text_color="#3B2A63",
        text_font=value(FONT),
        text_font_size="11px",
        text_align="center",
        text_baseline="middle",
        name="substation_names",
    )


def draw_sites(
    plot: Figure, layer: gpd.GeoDataFrame, plan: PlanDict, *, lang: str, columns: SiteColumns | None = None
) -> None:
    """Draw the chosen sites; size by IT load, colour by main cooling unless `columns` gives other columns."""
    sites = {str(site["id"]): site for site in plan.get("sites") or []}
    years = years_of(plan)
    size = [-in_year(sites[site].get("it_mw"), years[-1]) if years else 0.0 for site in layer["site"]]
    layer = layer.iloc[np.argsort(size, kind="stable")]  # large sites below small ones
    rows = layer.drop(columns="geometry").to_dict("records")
    data: dict[str, Any] = {
        "x": layer.geometry.x.round(1).tolist(),
        "y": layer.geometry.y.round(1).tolist(),
        "name": [local_name(sites[row["site"]], lang) for row in rows],
        "id": [row["site"] for row in rows],
        "district": [shown(row["district"]) for row in rows],
        "colour": [TECHNOLOGY_COLOURS.get(row["cooling_main"], OTHER_COLOUR) for row in rows],
        "ink": ["#000000" if row["cooling_main"] in LIGHT_TECHNOLOGIES else "#FFFFFF" for row in rows],
        "opens": [shown(row.get("open_year")) for row in rows],
        "position": ["?" if row.get("is_position_uncertain") else "" for row in rows],
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
        data[f"size_{year}"] = np.where(it_mw > 0, 11.0 + 1.5 * np.sqrt(it_mw), 0.0).round(2).tolist()
        data[f"label_{year}"] = [f"{value:.0f}" if value > 0 else "" for value in it_mw]
        data[f"it_mw_{year}"] = [f"{value:,.1f}" for value in it_mw]
        data[f"facility_{year}"] = [f"{in_year(sites[row['site']].get('facility_mw'), year):,.1f}" for row in rows]
    own = columns([sites[row["site"]] for row in rows]) if columns else {}
    data |= own
    with_last_year(data, plan, ("size", "label", "it_mw", "facility"))
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
        text_color="ink",
        text_font=value(FONT),
        text_font_size="10px",
        text_font_style="bold",
        text_align="center",
        text_baseline="middle",
        name="site_labels",
    )
    add_card(plot, renderer, "area" if own else "site")


def _point_data(layer: gpd.GeoDataFrame, *, key: str, figure: str, lang: str) -> dict[str, Any]:
    """Return place, name and origin of each row; the confidence is that of the column `figure`."""
    rows = layer.drop(columns="geometry").to_dict("records")
    return {
        "x": layer.geometry.x.round(1).tolist(),
        "y": layer.geometry.y.round(1).tolist(),
        "id": [str(row[key]) for row in rows],
        "name": [local_name({**row, "id": row[key]}, lang) for row in rows],
        "confidence": [confidence_name(mark) or "–" for mark in confidence_of(layer, figure)],
        "origin": [shown(row.get("source"))[:90] for row in rows],
        "precision": [shown(row.get("coord_precision_km")) for row in rows],
    }


def with_last_year(data: dict[str, Any], plan: PlanDict, columns: tuple[str, ...]) -> None:
    """Show the last year first: every column gets what its column of that year holds."""
    years = years_of(plan)
    for column in columns:
        data[column] = list(data[f"{column}_{years[-1]}"]) if years else []


def shown(value: object) -> str:
    """Return a value as a reader sees it."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return "–"
    if isinstance(value, float | np.floating):
        return f"{value:,.1f}".removesuffix(".0")
    return str(value)


def add_card(plot: Figure, renderer: GlyphRenderer, kind: str) -> None:
    """Give a layer its hover card."""
    plot.add_tools(HoverTool(renderers=[renderer], tooltips=card(kind), visible=False))
