"""Draw the map itself: one Bokeh figure in the region's projected metres, one named renderer per layer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from bokeh.core.properties import value
from bokeh.models import (
    ColumnDataSource,
    MetricLength,
    Range1d,
    ResetTool,
    ScaleBar,
)
from bokeh.models.tools import PanTool, SaveTool, WheelZoomTool
from bokeh.plotting import figure

from planner.export.facts import PlanDict, local_name
from planner.export.hub_facts import has_hubs
from planner.export.map_grid import draw_grid, draw_limiting
from planner.export.map_hubs import draw_flows, draw_hub_names, hub_columns
from planner.export.map_marks import (
    FONT,
    Figure,
    add_card,
    draw_links,
    draw_plants,
    draw_sites,
    draw_stock,
    draw_substations,
    shown,
)
from planner.export.palette import (
    CANDIDATE_COLOURS,
)


def draw(
    layers: dict[str, gpd.GeoDataFrame], plan: PlanDict, *, crs: str, lang: str, names: Mapping[str, str]
) -> Figure:
    """Return the figure; layers are drawn bottom to top. `names` are those of stations and zones."""
    moved = {name: layer.to_crs(crs) for name, layer in layers.items()}
    plot = _empty_figure()
    _draw_districts(plot, moved["districts"], lang=lang)
    if "candidates" in moved:
        _draw_candidates(plot, moved["candidates"])
    draw_grid(plot, moved, plan, names=names)
    draw_flows(plot, moved, plan, lang=lang)
    draw_plants(plot, moved["reclaimed_plants"], lang=lang)
    draw_stock(plot, moved["stock"], lang=lang)
    draw_links(plot, moved["pipes"], plan, name="pipes", lang=lang)
    draw_links(plot, moved["feeds"], plan, name="feeds", lang=lang)
    draw_substations(plot, moved["substations"], plan, lang=lang)
    columns = partial(hub_columns, plan, lang=lang) if has_hubs(plan) else None
    draw_sites(plot, moved["sites"], plan, lang=lang, columns=columns)
    draw_hub_names(plot, moved, plan, lang=lang)
    draw_limiting(plot, moved, plan, names=names)
    return plot


def _empty_figure() -> Figure:
    plot = figure(
        name="map",
        sizing_mode="stretch_both",
        x_range=Range1d(start=0, end=1),
        y_range=Range1d(start=0, end=1),
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
        background_fill_alpha=0.6,
        border_line_alpha=0.0,
        padding=4,
        margin=4,
        label_text_font=FONT,
        bar_length=0.12,
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
    plot.patches(
        "xs",
        "ys",
        source=source,
        fill_color="#FCFBF7",
        line_color="#A79F8F",
        line_width=1,
        line_dash=[2, 3],
        name="districts",
    )
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
    status = layer.get("status", pd.Series("candidate", index=layer.index)).astype(str)
    for name, group, is_visible in (
        ("excluded", layer[status == "excluded"], False),
        ("candidates", layer[status != "excluded"], True),
    ):
        areas = group[group.geom_type.isin(["Polygon", "MultiPolygon"])].reset_index(drop=True)
        xs, ys, rows = _rings(areas) if len(areas) else ([], [], [])
        table = areas.drop(columns="geometry").iloc[rows] if len(areas) else areas.drop(columns="geometry")
        data: dict[str, Any] = {"xs": xs, "ys": ys}
        for column in ("site", "area_ha", "reasons_text", "notes_text", "n_feeds", "n_plants", "district"):
            values = table[column] if column in table else pd.Series([""] * len(table))
            data[column] = [shown(value) for value in values]
        colour = CANDIDATE_COLOURS["excluded" if name == "excluded" else "candidate"]
        renderer = plot.patches(
            "xs",
            "ys",
            source=ColumnDataSource(data),
            fill_color=colour,
            fill_alpha=0.25,
            line_color=colour,
            line_alpha=0.6,
            line_width=0.5,
            name=name,
            visible=is_visible,
        )
        add_card(plot, renderer, "candidate")
