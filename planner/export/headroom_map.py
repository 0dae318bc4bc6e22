"""Draw headroom as one HTML page that works without any network: buses by class, rules and method beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from bokeh.core.types import ID
from bokeh.embed import json_item
from bokeh.models import ColumnDataSource, HoverTool, MetricLength, Range1d, ResetTool, ScaleBar
from bokeh.models.tools import PanTool, SaveTool, WheelZoomTool
from bokeh.plotting import figure
from bokeh.resources import Resources
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from planner.export.atomic import write_text
from planner.export.html_map import _in_script, _with_stable_ids
from planner.export.map_marks import FONT, Figure
from planner.export.palette import HEADROOM_COLOURS, headroom_bounds, headroom_class
from planner.headroom_text import (
    bus_name,
    element_text,
    head_lines,
    mw_text,
    outage_text,
    rule_lines,
    rule_text,
    set_lines,
    status_name,
)
from planner.i18n import gettext as _
from planner.i18n import language, use_language

if TYPE_CHECKING:
    from planner.grid_source import GridSource

SIZES = (7.0, 9.0, 11.0, 14.0, 17.0)
MARGIN_SHARE = 0.08
N_LARGEST = 10


def write_headroom_map(found: Mapping[str, Any], source: GridSource, path: Path, *, lang: str) -> Path:
    """Write the page in `lang` (en or zh), whole or not at all."""
    return write_text(path, headroom_map(found, source, lang=lang))


def headroom_map(found: Mapping[str, Any], source: GridSource, *, lang: str) -> str:
    """Return the page as text; buses without a position are in the table of the exports only, and the page says so."""
    with use_language(lang):
        places = placed(found, source)
        item = json.dumps(json_item(_draw(places, source), ID("map")), ensure_ascii=False)
        facts = {"n_buses": len(places), "n_without_position": len(found["buses"]) - len(places)}
        environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        template = environment.from_string(
            (resources.files("planner.export") / "headroom_map.html").read_text(encoding="utf-8")
        )
        return template.render(
            **_words(found, source, n_missing=facts["n_without_position"]),
            library=Markup(Resources(mode="inline", components=["bokeh"]).render_js()),  # noqa: S704 (Bokeh's own)
            item=Markup(_in_script(_with_stable_ids(item))),  # noqa: S704 (escaped for a script element)
            facts=Markup(_in_script(json.dumps(facts))),  # noqa: S704 (numbers)
        )


def placed(found: Mapping[str, Any], source: GridSource) -> gpd.GeoDataFrame:
    """Return the buses that have a position, as points in metres, or in units of the drawing where there is no system."""
    rows = pd.DataFrame(found["buses"]).merge(source.positions, on="bus", how="inner")
    points = gpd.points_from_xy(rows["x"], rows["y"])
    frame = gpd.GeoDataFrame(rows.drop(columns=["x", "y"]), geometry=points, crs=source.crs)
    return frame.to_crs(_metric(frame)) if source.crs is not None and len(frame) else frame


def _metric(frame: gpd.GeoDataFrame) -> Any:
    return frame.estimate_utm_crs()


def _draw(places: gpd.GeoDataFrame, source: GridSource) -> Figure:
    plot = _empty(is_metric=source.crs is not None)
    _fit(plot, places)
    _draw_lines(plot, source, places)
    ordered = places.sort_values(["headroom_mw", "bus"], ascending=[False, True])  # large ones below small ones
    for is_radial in (True, False):
        group = ordered[ordered["status"].isin(["radial", "unsupplied"]) == is_radial]
        _draw_buses(plot, group, marker="triangle" if is_radial else "circle")
    return plot


def _empty(*, is_metric: bool) -> Figure:
    plot = figure(
        name="headroom", sizing_mode="stretch_both", x_range=Range1d(start=0, end=1), y_range=Range1d(start=0, end=1),
        match_aspect=True, tools=[PanTool(), ResetTool(), SaveTool()], toolbar_location="above",
        background_fill_color="#F4F1EA", min_border=4, outline_line_color="#B9B2A6",
    )  # fmt: skip
    wheel = WheelZoomTool(zoom_on_axis=False)
    plot.add_tools(wheel)
    plot.toolbar.active_scroll = wheel
    plot.toolbar.logo = None
    plot.axis.visible = False
    plot.grid.visible = False
    if is_metric:
        plot.add_layout(ScaleBar(
            range=plot.x_range, unit="m", dimensional=MetricLength(), location="bottom_left",
            background_fill_alpha=0.6, border_line_alpha=0.0, label_text_font=FONT, bar_length=0.12,
        ))  # fmt: skip
    return plot


def _fit(plot: Figure, places: gpd.GeoDataFrame) -> None:
    """Show all places with a margin, square: a kilometre is as long in both directions on a square map."""
    left, bottom, right, top = places.total_bounds if len(places) else (0.0, 0.0, 1.0, 1.0)
    half = (0.5 + MARGIN_SHARE) * max(right - left, top - bottom, 1e-6)
    x, y = 0.5 * (left + right), 0.5 * (bottom + top)
    plot.x_range.start, plot.x_range.end = float(x - half), float(x + half)
    plot.y_range.start, plot.y_range.end = float(y - half), float(y + half)


def _draw_lines(plot: Figure, source: GridSource, places: gpd.GeoDataFrame) -> None:
    """Draw branches as straight lines between the positions of their ends: the grid's shape, not its routes."""
    known = source.positions.dropna()
    points = gpd.GeoSeries(gpd.points_from_xy(known["x"], known["y"]), index=known["bus"], crs=source.crs)
    if places.crs is not None:
        points = points.to_crs(places.crs)
    net = source.open_net()
    names = net.bus["name"].astype(str)
    ends = pd.DataFrame({"a": names.reindex(net.line["from_bus"]).to_numpy(),
                         "b": names.reindex(net.line["to_bus"]).to_numpy()}).drop_duplicates()  # fmt: skip
    ends = ends[ends["a"].isin(points.index) & ends["b"].isin(points.index)]
    x, y = points.x.round(1), points.y.round(1)
    plot.multi_line(
        [[float(x[a]), float(x[b])] for a, b in zip(ends["a"], ends["b"], strict=True)],
        [[float(y[a]), float(y[b])] for a, b in zip(ends["a"], ends["b"], strict=True)],
        line_color="#A79F8F", line_width=1.2, name="lines",
    )  # fmt: skip


def _draw_buses(plot: Figure, group: gpd.GeoDataFrame, *, marker: str) -> None:
    rows = group.drop(columns="geometry").to_dict("records")
    rows = [{key: None if isinstance(v, float) and np.isnan(v) else v for key, v in row.items()} for row in rows]
    classes = [headroom_class(row["headroom_mw"]) for row in rows]
    data = {
        "x": group.geometry.x.round(2).tolist(),
        "y": group.geometry.y.round(2).tolist(),
        "name": [bus_name(row) for row in rows],
        "kv": [f"{row['vn_kv']:g}" for row in rows],
        "mw": [mw_text(row) for row in rows],
        "n0": [mw_text(row, "headroom_n0_mw") for row in rows],
        "status": [status_name(row["status"]) for row in rows],
        "element": [element_text(row) for row in rows],
        "outage": [outage_text(row) for row in rows],
        "rule": [rule_text(row) for row in rows],
        "colour": [HEADROOM_COLOURS[k] for k in classes],
        "size": [SIZES[k] for k in classes],
    }
    renderer = plot.scatter(
        "x", "y", size="size", marker=marker, source=ColumnDataSource(data), fill_color="colour",
        line_color="#222222", line_width=0.8, fill_alpha=0.92, name=f"buses_{marker}",
    )  # fmt: skip
    plot.add_tools(HoverTool(renderers=[renderer], tooltips=_card(), visible=False))


def _card() -> str:
    rows = [
        (_("Headroom"), "<b>@{mw} MW</b>"),
        (_("Headroom, nothing out"), "@{n0} MW"),
        (_("Limited by"), "@{element}"),
        (_("During"), "@{outage}"),
        (_("Rule"), "@{rule}"),
        (_("Status"), "@{status}"),
    ]
    lines = "".join(
        f'<tr><th style="text-align:left;font-weight:normal;color:#666;padding-right:8px">{escape(label)}</th>'
        f"<td>{value}</td></tr>"
        for label, value in rows
    )
    return f'<div style="max-width:340px;font-size:13px"><b>@{{name}}</b> @{{kv}} kV<table>{lines}</table></div>'


def _words(found: Mapping[str, Any], source: GridSource, *, n_missing: int) -> dict[str, Any]:
    head = list(head_lines(found))
    label = found["grid"]["label"].get(language()) or found["grid"]["name"]
    warnings = [_("The AC network is synthetic.")] if source.is_synthetic else []
    if n_missing:
        warnings.append(_("{n} buses have no position and are not drawn.").format(n=n_missing))
    rows = _largest(found["buses"])
    return {
        "lang": language(),
        "title": _("Headroom: {name}").format(name=label),
        "head": [line for line in head if line not in warnings],
        "warnings": warnings,
        "legend_title": _("Headroom of each bus alone (MW)"),
        "legend": _legend(),
        "largest_title": _("Largest values"),
        "largest": [{"name": bus_name(row), "mw": mw_text(row)} for row in rows],
        "together": [line for line in set_lines(found) if line],
        "rules": [line for line in rule_lines(found) if line],
    }


def _largest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the largest values, of buses joined by switches the first."""
    ordered = sorted(rows, key=lambda row: (-row["headroom_mw"], row["bus"]))
    one = {(row["headroom_mw"], row["headroom_n0_mw"], row["element"], row["outage"]): row for row in reversed(ordered)}
    return sorted(one.values(), key=lambda row: (-row["headroom_mw"], row["bus"]))[:N_LARGEST]


def _legend() -> list[dict[str, Any]]:
    rows = []
    for k, (low, high) in enumerate(headroom_bounds()):
        if low is None:
            text = _("below {high:g} MW").format(high=high)
        elif high is None:
            text = _("{low:g} MW and more").format(low=low)
        else:
            text = _("{low:g} to {high:g} MW").format(low=low, high=high)
        rows.append({"colour": HEADROOM_COLOURS[k], "radius": SIZES[k] / 2, "text": text, "is_triangle": False})
    text = _("single supply: an outage takes it away, no N-1 headroom")
    rows.append({"colour": HEADROOM_COLOURS[0], "radius": 0.0, "text": text, "is_triangle": True})
    return rows
