"""The marks of the printed map, bottom to top; amounts of the plan's last year."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection

from planner.export.facts import PlanDict, in_year, last_year, main_cooling, sites_by_size
from planner.export.hub_facts import has_hubs
from planner.export.map_marks import HIGH_KV, MOST_NAMES, VOLTAGE_IN_NAME, voltage_levels
from planner.export.palette import (
    CANDIDATE_COLOURS,
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
from planner.export.png_font import Pen
from planner.export.png_hubs import draw_areas

PAPER = "#F4F1EA"
SIZE_PER_MW = 0.55  # points² of a site's disc per MW of IT load
SMALLEST_SITE = 26.0  # points², so that its number can be read
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Canvas:
    """How words are written: the font, the language, and whether it stands in for another one."""

    pen: Pen
    lang: str
    is_replaced: bool = False

    def write(self, target: Any, x: float, y: float, text: str, **style: Any) -> Any:
        """Write on a figure or on axes, never a character the font does not have."""
        look = {"family": self.pen.family, **style}
        halo = look.pop("halo", None)
        if halo:
            look["path_effects"] = [patheffects.withStroke(linewidth=1.4, foreground=halo)]
        return target.text(x, y, self.pen.clean(text), parse_math=False, **look)


def draw_map(
    axes: Axes, layers: Mapping[str, gpd.GeoDataFrame], plan: PlanDict, *, bounds: Sequence[float], canvas: Canvas
) -> None:
    """Draw all layers (in metres) into the axes, with a scale bar."""
    axes.set_facecolor(PAPER)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(color="#B9B2A6", linewidth=0.6)
    _frame(axes, bounds)
    _districts(axes, layers["districts"], canvas, size=4.6 if has_hubs(plan) else 7.0)
    if "candidates" in layers:
        _candidates(axes, layers["candidates"], is_faint=bool(len(layers["sites"])))
    _points(axes, layers["reclaimed_plants"], marker="v", colour=PLANT_COLOUR, size=14)
    _points(axes, layers["stock"], marker="D", colour=STOCK_COLOUR, size=13)
    _links(axes, layers["pipes"], colours=[PIPE_COLOUR] * len(layers["pipes"]), dash="dashed")
    kv = pd.to_numeric(layers["feeds"].get("voltage_kv", pd.Series(dtype=float)), errors="coerce").fillna(0.0)
    _links(axes, layers["feeds"], colours=[FEED_COLOURS.get(value, OTHER_COLOUR) for value in kv],
           widths=[1.3 if value >= HIGH_KV else 0.9 for value in kv])  # fmt: skip
    _substations(axes, layers["substations"], canvas)
    if has_hubs(plan):
        draw_areas(axes, layers, plan, canvas)
    else:
        _sites(axes, layers["sites"], plan, canvas)
    _scale_bar(axes, canvas)


def _frame(axes: Axes, bounds: Sequence[float]) -> None:
    """Show `bounds`, widened to the shape of the axes so that a kilometre is as long both ways."""
    left, bottom, right, top = bounds
    box = axes.get_window_extent()
    wanted = box.width / box.height
    width, height = right - left, top - bottom
    extra_x, extra_y = max(wanted * height - width, 0.0) / 2, max(width / wanted - height, 0.0) / 2
    axes.set_xlim(left - extra_x, right + extra_x)
    axes.set_ylim(bottom - extra_y, top + extra_y)


def _inside(axes: Axes, x: float, y: float) -> bool:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    pad = 0.02 * (right - left)
    return left + pad < x < right - pad and bottom + pad < y < top - pad


def _rings(layer: gpd.GeoDataFrame) -> list[np.ndarray]:
    areas = layer[layer.geom_type.isin(["Polygon", "MultiPolygon"])]
    return [np.asarray(part.exterior.coords)[:, :2] for part in areas.geometry.explode(index_parts=False)]


def _districts(axes: Axes, layer: gpd.GeoDataFrame, canvas: Canvas, *, size: float) -> None:
    areas = PolyCollection(
        _rings(layer), facecolors="#FCFBF7", edgecolors="#A79F8F", linewidths=0.5, linestyles="dotted"
    )
    axes.add_collection(areas, autolim=False)
    places = layer.geometry.representative_point()
    for row, place in zip(layer.drop(columns="geometry").to_dict("records"), places, strict=True):
        if _inside(axes, place.x, place.y):
            text = canvas.pen.name({**row, "id": row.get("district")}, canvas.lang)
            canvas.write(axes, place.x, place.y, text, size=size, color="#9A917F", ha="center", va="center", zorder=1.5)


def _candidates(axes: Axes, layer: gpd.GeoDataFrame, *, is_faint: bool) -> None:
    is_out = layer["status"].astype(str) == "excluded"
    for kind, rows in (("excluded", layer[is_out]), ("candidate", layer[~is_out])):
        if kind == "excluded" and is_faint:
            continue
        share = 0.28 if is_faint else 0.6
        axes.add_collection(
            PolyCollection(_rings(rows), facecolors=CANDIDATE_COLOURS[kind], edgecolors="none", alpha=share),
            autolim=False,
        )


def _points(axes: Axes, layer: gpd.GeoDataFrame, *, marker: str, colour: str, size: float) -> None:
    axes.scatter(layer.geometry.x, layer.geometry.y, s=size, marker=marker, c=colour, edgecolors="white",
                 linewidths=0.4, zorder=3)  # fmt: skip


def _links(
    axes: Axes,
    layer: gpd.GeoDataFrame,
    *,
    colours: Sequence[str],
    widths: Sequence[float] = (1.1,),
    dash: str = "solid",
) -> None:
    if len(layer):
        paths = [np.asarray(line.coords) for line in layer.geometry]
        axes.add_collection(
            LineCollection(paths, colors=list(colours), linewidths=list(widths), linestyles=dash, zorder=4),
            autolim=False,
        )


def _substations(axes: Axes, layer: gpd.GeoDataFrame, canvas: Canvas) -> None:
    """Draw the stations: colour and size by headroom left (MVA); the highest voltage as squares with their names."""
    levels = voltage_levels(layer)
    kv = pd.to_numeric(layer["voltage_kv"], errors="coerce").fillna(0.0).to_numpy()
    left = pd.to_numeric(layer["left_mva"], errors="coerce").fillna(0.0).clip(lower=0.0).to_numpy()
    is_top = kv >= levels[-1] if len(levels) > 1 else np.zeros(len(layer), dtype=bool)
    for marker, chosen in (("s", is_top), ("o", ~is_top)):
        rows = layer[chosen]
        axes.scatter(
            rows.geometry.x, rows.geometry.y, s=9.0 + 0.035 * left[chosen], marker=marker,
            c=[HEADROOM_COLOURS[headroom_class(value)] for value in left[chosen]], edgecolors="#222222", linewidths=0.4,
            zorder=5,
        )  # fmt: skip
    named = layer[is_top]
    if len(named) <= MOST_NAMES:
        for row, place in zip(named.drop(columns="geometry").to_dict("records"), named.geometry, strict=True):
            if _inside(axes, place.x, place.y):
                text = VOLTAGE_IN_NAME.sub("", canvas.pen.name({**row, "id": row["substation"]}, canvas.lang))
                canvas.write(axes, place.x, place.y, "\n" + text, size=5, color="#3B2A63", ha="center", va="top",
                             halo="#FCFBF7", zorder=5.5)  # fmt: skip


def _sites(axes: Axes, layer: gpd.GeoDataFrame, plan: PlanDict, canvas: Canvas) -> None:
    """Draw the sites, the largest at the bottom, each with its number in the list beside the map."""
    place = dict(zip(layer["site"].astype(str), layer.geometry, strict=True))
    year = last_year(plan)
    for number, site in enumerate(sites_by_size(plan), start=1):
        at, cooling = place[str(site["id"])], main_cooling(site)
        size = max(SIZE_PER_MW * in_year(site.get("it_mw"), year), SMALLEST_SITE)
        axes.scatter([at.x], [at.y], s=size, c=TECHNOLOGY_COLOURS.get(cooling, OTHER_COLOUR), edgecolors="black",
                     linewidths=0.7, alpha=0.95, zorder=6 + number / 1000)  # fmt: skip
        ink = "black" if cooling in LIGHT_TECHNOLOGIES else "white"
        canvas.write(axes, at.x, at.y, str(number), size=4.8, weight="bold", color=ink, ha="center",
                     va="center_baseline", zorder=6.0005 + number / 1000)  # fmt: skip


def _scale_bar(axes: Axes, canvas: Canvas) -> None:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    length = nice_length((right - left) / 5)
    x, y = left + 0.03 * (right - left), bottom + 0.03 * (top - bottom)
    axes.plot([x, x + length], [y, y], color="#222222", linewidth=1.6, solid_capstyle="butt", zorder=9)
    text = f"{length / 1000:g} km"
    canvas.write(axes, x + length / 2, y + 0.008 * (top - bottom), text, size=6, ha="center", va="bottom",
                 halo=PAPER, zorder=9)  # fmt: skip


def nice_length(metres: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not longer than `metres`."""
    power = 10.0 ** math.floor(math.log10(metres))
    return max(step * power for step in STEPS if step * power <= metres)
