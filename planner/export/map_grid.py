"""The network on the map: lines and stations coloured by worst loading, and a callout at the element that limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource

from planner.export.facts import PlanDict, Row, years_of
from planner.export.grid_words import element_name, is_outside, out_text, when
from planner.export.map_marks import FONT, Figure, add_card, shown
from planner.export.palette import (
    LIMITING_COLOUR,
    LOADING_COLOURS,
    LOADING_WIDTHS,
    UNKNOWN_LOADING_COLOUR,
    loading_class,
)
from planner.export.words import amount, confidence_name
from planner.i18n import gettext as _

Names = Mapping[str, str]
UNKNOWN_WIDTH = 1.0
HALO_WIDTH = 13.0
RING_SIZE = 34.0


def draw_grid(plot: Figure, layers: Mapping[str, gpd.GeoDataFrame], plan: PlanDict, *, names: Names) -> None:
    """Draw the network's layers, where there are any."""
    if "grid_lines" in layers:
        _draw_lines(plot, layers["grid_lines"], plan, names=names)
        _draw_stations(plot, layers["grid_stations"], plan, names=names)


def _draw_lines(plot: Figure, layer: gpd.GeoDataFrame, plan: PlanDict, *, names: Names) -> None:
    rows = layer.drop(columns="geometry").to_dict("records")
    paths = [np.round(np.asarray(line.coords), 1) for line in layer.geometry]
    data: dict[str, Any] = {
        "xs": [path[:, 0].tolist() for path in paths],
        "ys": [path[:, 1].tolist() for path in paths],
        "id": [row["line"] for row in rows],
        "name": [_line_name(row, names) for row in rows],
        "kv": [shown(row.get("vn_kv")) for row in rows],
        "circuits": [shown(row.get("n_circuits")) for row in rows],
        "confidence": [confidence_name(str(row.get("confidence") or "–")) for row in rows],
        "origin": [shown(row.get("source"))[:90] for row in rows],
        **_words(rows, names),
        **_styles(rows, plan, size="width", sizes=LOADING_WIDTHS, unknown=UNKNOWN_WIDTH),
    }
    renderer = plot.multi_line(
        "xs", "ys", source=ColumnDataSource(data), line_color="colour", line_width="width", line_cap="round",
        line_alpha=0.9, name="grid_lines",
    )  # fmt: skip
    add_card(plot, renderer, "grid_line")


def _draw_stations(plot: Figure, layer: gpd.GeoDataFrame, plan: PlanDict, *, names: Names) -> None:
    """Draw the places of the network as rings around the stations: thicker and darker with loading."""
    rows = layer.drop(columns="geometry").to_dict("records")
    data: dict[str, Any] = {
        "x": layer.geometry.x.round(1).tolist(),
        "y": layer.geometry.y.round(1).tolist(),
        "id": [row["station"] for row in rows],
        "name": [element_name(row["station"], names) for row in rows],
        "buses": [row["buses"] for row in rows],
        "element": [shown(row.get("worst_element") or row.get("trafos") or None) for row in rows],
        "voltage": [_voltage(row, names) for row in rows],
        **_words(rows, names),
        "size": [22.0 if row["vn_kv"] >= layer["vn_kv"].max() else 15.0 for row in rows],  # around the station's mark
        **_styles(rows, plan, size="width", sizes=(0.0, *LOADING_WIDTHS[1:]), unknown=0.0),
    }
    renderer = plot.scatter(
        "x", "y", size="size", marker="circle", source=ColumnDataSource(data), fill_alpha=0.0, line_color="colour",
        line_width="width", name="grid_stations",
    )  # fmt: skip
    add_card(plot, renderer, "grid_station")


def draw_limiting(plot: Figure, layers: Mapping[str, gpd.GeoDataFrame], plan: PlanDict, *, names: Names) -> None:
    """Draw a halo and a callout at the element that limits the plan, where it has a place."""
    row = (plan.get("grid") or {}).get("limiting")
    if not row or "grid_lines" not in layers:
        return
    lines = layers["grid_lines"][layers["grid_lines"]["is_limiting"].astype(bool)]
    stations = layers["grid_stations"][layers["grid_stations"]["is_limiting"].astype(bool)]
    if len(lines):
        path = np.round(np.asarray(lines.geometry.iloc[0].coords), 1)
        halo = ColumnDataSource({"xs": [path[:, 0].tolist()], "ys": [path[:, 1].tolist()]})
        plot.multi_line(
            "xs", "ys", source=halo, line_color=LIMITING_COLOUR, line_width=HALO_WIDTH, line_alpha=0.22,
            line_cap="round", name="limiting",
        )  # fmt: skip
        middle = lines.geometry.iloc[0].interpolate(0.5, normalized=True)
    elif len(stations):
        middle = stations.geometry.iloc[0]
        ring = ColumnDataSource({"x": [round(middle.x, 1)], "y": [round(middle.y, 1)]})
        plot.scatter(
            "x", "y", source=ring, size=RING_SIZE, marker="circle", fill_alpha=0.0, line_color=LIMITING_COLOUR,
            line_width=2.5, line_dash="dashed", name="limiting",
        )  # fmt: skip
    else:
        return
    _callout(plot, row, (middle.x, middle.y), names=names)


def _callout(plot: Figure, row: Row, at: tuple[float, float], *, names: Names) -> None:
    source = ColumnDataSource({"x": [round(at[0], 1)], "y": [round(at[1], 1)], "text": [callout_text(row, names)]})
    plot.text(
        "x", "y", text="text", source=source, x_offset=24, y_offset=-24, text_baseline="bottom", text_font=value(FONT),
        text_font_size="11px", text_color="#111111", background_fill_color="#FFFDF5", background_fill_alpha=0.9,
        border_line_color=LIMITING_COLOUR, border_line_width=1.5, border_radius=4, padding=6, name="limiting_callout",
    )  # fmt: skip


def callout_text(row: Row, names: Names) -> str:
    """Return what stands at the limiting element: value, limit, outage, year."""
    head = _("Limiting: {element}") if is_outside(row) else _("Closest to its limit: {element}")
    unit = row.get("unit") or ""
    figures = _("{value} {unit} ({limit} {unit} allowed)").format(
        value=amount(row.get("value")), limit=amount(row.get("limit")), unit=unit
    )
    out = out_text(row.get("outage"), row.get("outage_kind"), names, found=row.get("element"))
    return "\n".join([head.format(element=element_name(row.get("element"), names)), figures, f"{out}, {when(row)}"])


def _line_name(row: Row, names: Names) -> str:
    ends = [element_name(row[end], names) for end in ("from_bus", "to_bus")]
    return f"{row['line']}: {ends[0]} – {ends[1]}"


def _words(rows: list[dict[Any, Any]], names: Names) -> dict[str, list[str]]:
    """Return share, outage, time and rule of the worst situation of each row as a reader sees them."""
    known = [not pd.isna(row.get("share_percent")) for row in rows]
    return {
        "share": [amount(row["share_percent"]) if is_known else "–" for row, is_known in zip(rows, known, strict=True)],
        "out": [
            out_text(row.get("worst_outage"), row.get("outage_kind"), names) if is_known else "–"
            for row, is_known in zip(rows, known, strict=True)
        ],
        "when": [
            when({"year": f"{row['worst_year']:.0f}", "situation": row.get("situation")})
            if is_known and row.get("worst_year")
            else "–"
            for row, is_known in zip(rows, known, strict=True)
        ],
        "rule": [shown(row.get("rule")) for row in rows],
    }


def _styles(
    rows: list[dict[Any, Any]], plan: PlanDict, *, size: str, sizes: tuple[float, ...], unknown: float
) -> dict[str, Any]:
    """Return colour and size by year, the last year shown first."""
    data: dict[str, Any] = {}
    for year in years_of(plan):
        shares = [row.get(f"share_percent_{year}") for row in rows]
        classes = [None if pd.isna(share) else loading_class(float(share or 0.0)) for share in shares]
        data[f"colour_{year}"] = [UNKNOWN_LOADING_COLOUR if c is None else LOADING_COLOURS[c] for c in classes]
        data[f"{size}_{year}"] = [unknown if c is None else sizes[c] for c in classes]
    years = years_of(plan)
    for column in ("colour", size):
        data[column] = list(data[f"{column}_{years[-1]}"]) if years else [UNKNOWN_LOADING_COLOUR] * len(rows)
    return data


def _voltage(row: Row, names: Names) -> str:
    if pd.isna(row.get("worst_vm_pu")):
        return "–"
    text = _("{value} pu, limit {limit}").format(value=amount(row["worst_vm_pu"]), limit=amount(row["limit_vm_pu"]))
    outage = row.get("vm_outage")
    return f"{text} ({_('outage of {element}').format(element=element_name(outage, names))})" if outage else text
