"""The layers of the map in deck.gl's terms; what they show is decided in `planner.map_view`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pydeck as pdk

from planner.export.facts import PlanDict
from planner.export.palette import CANDIDATE_COLOURS, LIMITING_COLOUR, PLANT_COLOUR, STOCK_COLOUR
from planner.map_view.areas import candidate_area_rows, flow_rows, is_area, largest_mw, site_colour
from planner.map_view.frame import scale_bar
from planner.map_view.plan_rows import grid_line_rows, link_rows, mark_rows, site_rows
from planner.map_view.rows import (
    Row,
    area_rows,
    candidate_rows,
    colour,
    label_rows,
    point_rows,
    sized_rows,
    station_rows,
    voltages_of,
)
from planner.map_view.selection import View

if TYPE_CHECKING:
    from planner.ui.deck import Drawn

FONT = pdk.types.String("'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', 'Segoe UI', sans-serif")
PIXELS, METRES = pdk.types.String("pixels"), pdk.types.String("meters")
GROUND, BORDER, INK = [246, 243, 236], [178, 170, 158], [60, 56, 50]
DISTRICT_INK = [112, 103, 90]
EXCLUDED_FILL = [120, 110, 100, 60]
ZONE_EDGE = [94, 43, 151, 160]
CELL_SHARE = 0.3  # radius of a candidate's dot, part of a cell
PARCEL_RADIUS_M = 250.0
AUTO = pdk.types.String("auto")
SQUARE, SQUARE_SCALE = "■", 1.5  # the sign fills two thirds of its line
SQUARE_ONLY = pdk.types.String(SQUARE)
NAME_HEIGHT_M = 220.0
Layers = list[pdk.Layer]


def ground(view: View, _plan: PlanDict | None, drawn: Drawn) -> Layers:
    """Return the background: districts, study area, excluded areas, zones, cells, and the bar of length."""
    lang = drawn.lang
    layers = [
        _areas("districts", area_rows(view, "districts", lang=lang), fill=GROUND, edge=BORDER),
        _areas("study_area", area_rows(view, "study_area", lang=lang), fill=[0, 0, 0, 0], edge=[120, 112, 100], width=2.0,
               pickable=False),
    ]  # fmt: skip
    if "exclusions" in drawn.on:
        layers.append(_areas("exclusions", area_rows(view, "exclusions", lang=lang), fill=EXCLUDED_FILL, edge=BORDER))
    if "zones" in drawn.on:
        rows = area_rows(view, "zones", lang=lang)
        layers.append(_areas("zones", rows, fill=[94, 43, 151, 18], edge=ZONE_EDGE, width=2.0))
        layers.append(_text("zone-names", label_rows(view, "zones", lang=lang), size=14, ink=[94, 43, 151]))
    for name in ("excluded", "candidates"):
        if name in drawn.on and not is_area(view):
            code = CANDIDATE_COLOURS["excluded" if name == "excluded" else "candidate"]
            layers.append(_cells(view, name, code))
    if "districts" in drawn.on:
        layers.append(
            _text("district-names", label_rows(view, "districts", lang=lang), size=13, ink=DISTRICT_INK, offset=-16)
        )
    return [*layers, *_scale(view)]


def lines(view: View, plan: PlanDict | None, drawn: Drawn) -> Layers:
    """Return the grid and the plan's feeds and pipes, below what they join."""
    layers: Layers = []
    if "grid_lines" in drawn.on:
        rows = grid_line_rows(view, plan, year=drawn.year, lang=drawn.lang)
        layers.append(
            _layer("PathLayer", "grid_lines", rows, get_path="l", get_color="c", get_width="w", width_units=PIXELS)
        )
    if "grid_stations" in drawn.on:
        rows = point_rows(view, "grid_stations", lang=drawn.lang)
        layers.append(_dots("grid_stations", rows, get_fill_color=[140, 132, 120], get_radius=3))
    if plan is not None and "flows" in drawn.on:
        rows = flow_rows(view, plan, year=drawn.year, lang=drawn.lang)
        layers.append(_layer("LineLayer", "flows", rows, get_source_position="a", get_target_position="b", get_color="c",
                             get_width="w", width_units=PIXELS))  # fmt: skip
    for kind, width in (("pipes", 2.0), ("feeds", 3.0)):
        if plan is not None and kind in drawn.on:
            rows = link_rows(view, plan, kind, year=drawn.year, lang=drawn.lang)
            layers.append(_layer("LineLayer", kind, rows, get_source_position="a", get_target_position="b",
                                 get_color="c", get_width=width, width_units=PIXELS))  # fmt: skip
    return layers


def supply(view: View, plan: PlanDict | None, drawn: Drawn) -> Layers:
    """Return what is there: places outside, plants, existing centres, stations with headroom."""
    on, lang = drawn.on, drawn.lang
    layers: Layers = []
    if "outside" in on:
        rows = [{**row, "t": row["n"]} for row in point_rows(view, "outside", lang=lang)]
        layers += [
            _dots("outside", rows, get_fill_color=INK, get_radius=6),
            _text("outside-names", rows, size=12, offset=14),
        ]
    if "plants" in on:
        rows = sized_rows(view, "plants", amount="capacity_m3_per_day", lang=lang, px=(9.0, 24.0, 1.0e6))
        layers.append(_signs("plants", rows, sign="▼", ink=colour(PLANT_COLOUR)))
    if "stock" in on:
        rows = sized_rows(view, "stock", amount="it_mw", lang=lang, px=(10.0, 26.0, 200.0))
        layers.append(_signs("stock", rows, sign="◆", ink=colour(STOCK_COLOUR)))
    if "candidates" in on and is_area(view):
        rows = candidate_area_rows(view, lang=lang)
        layers.append(_dots("candidates", rows, get_fill_color="c", get_radius=5))
        layers.append(_text("area-names", rows, size=11, offset=12))
    voltages = [kv for kv in voltages_of(view) if "substations" in on or f"substations:{kv:g}" in on]
    rows = station_rows(view, plan, year=drawn.year, lang=lang, voltages=voltages)
    if rows:
        layers.append(_squares("substations", rows))
        layers.append(_far_text("substation-names", rows))
    return layers


def decided(view: View, plan: PlanDict | None, drawn: Drawn) -> Layers:
    """Return the plan's sites, marks, and the ring around what is in focus."""
    layers: Layers = []
    if plan is not None and "sites" in drawn.on:
        largest = largest_mw(plan) if is_area(view) else None
        colour_of = _colour_of(view, plan, drawn)
        rows = site_rows(plan, year=drawn.year, lang=drawn.lang, colour_of=colour_of, full_mw=largest)
        layers.append(_dots("sites", rows, get_fill_color="c", get_radius="r", get_line_color="o", line_width=3.0))
        layers.append(_far_text("site-names", rows))
    if drawn.marks:
        rows = mark_rows(drawn.marks)
        layers.append(_dots("marks", rows, get_fill_color="c", get_radius=11, get_line_color=[255, 255, 255]))
        layers.append(_text("mark-signs", rows, size=14, ink=[255, 255, 255]))
    if drawn.focus is not None:
        ring = [{"p": list(drawn.focus)}]
        layers.append(_layer("ScatterplotLayer", "focus", ring, get_position="p", get_radius=20, radius_units=PIXELS,
                             filled=False, stroked=True, get_line_color=colour(LIMITING_COLOUR), get_line_width=3,
                             line_width_units=PIXELS, pickable=False))  # fmt: skip
    return layers


def _colour_of(view: View, plan: PlanDict, drawn: Drawn) -> Callable[[Mapping[str, Any]], str | None] | None:
    """Return what gives a site of an area its colour; None where the cooling does."""
    if not is_area(view):
        return None
    return lambda site: site_colour(plan, view, site, by=drawn.colour, year=drawn.year)


def _layer(kind: str, name: str, rows: list[Row], **options: Any) -> pdk.Layer:
    return pdk.Layer(kind, data=rows, id=name, **{"pickable": True, "auto_highlight": True, **options})


def _areas(
    name: str, rows: list[Row], *, fill: list[int], edge: list[int], width: float = 1.0, pickable: bool = True
) -> Any:
    return _layer(
        "PolygonLayer", name, rows, get_polygon="g", get_fill_color=fill, get_line_color=edge, get_line_width=width,
        line_width_units=PIXELS, stroked=True, filled=True, pickable=pickable, auto_highlight=False,
    )  # fmt: skip


def _dots(name: str, rows: list[Row], *, line_width: float = 1.0, **options: Any) -> pdk.Layer:
    settings = {"get_line_color": [255, 255, 255], "stroked": True, "radius_units": PIXELS, "line_width_units": PIXELS}
    return _layer(
        "ScatterplotLayer", name, rows, get_position="p", get_line_width=line_width, **{**settings, **options}
    )


def _cells(view: View, name: str, code: str) -> pdk.Layer:
    cell_km = view["screening"]["cell_km"]
    return _layer(
        "ScatterplotLayer", name, candidate_rows(view, is_excluded=name == "excluded"), get_position="p",
        get_fill_color=colour(code), get_radius=PARCEL_RADIUS_M if cell_km is None else 1000.0 * CELL_SHARE * cell_km,
        radius_min_pixels=1.5, radius_max_pixels=7,
    )  # fmt: skip


def _signs(name: str, rows: list[Row], *, sign: str, ink: list[int]) -> pdk.Layer:
    signed = [{**row, "t": sign} for row in rows]
    return _layer(
        "TextLayer", name, signed, get_position="p", get_text="t", get_size="r", get_color=ink, character_set=AUTO,
        font_family=FONT, outline_width=2, outline_color=[255, 255, 255], font_settings={"sdf": True},
    )  # fmt: skip


def _squares(name: str, rows: list[Row]) -> pdk.Layer:
    """Return squares in the colour and size of their rows, with a dark edge."""
    return _layer(
        "TextLayer", name, [{**row, "s": SQUARE} for row in rows], get_position="p", get_text="s", get_size="r",
        get_color="c", character_set=SQUARE_ONLY, font_family=FONT, outline_width=3, outline_color=INK,
        font_settings={"sdf": True}, size_scale=SQUARE_SCALE,
    )  # fmt: skip


def _text(name: str, rows: list[Row], *, size: float, ink: list[int] = INK, offset: float = 0.0) -> pdk.Layer:
    return _layer(
        "TextLayer", name, rows, get_position="p", get_text="t", get_size=size, get_color=ink, character_set=AUTO,
        font_family=FONT, get_pixel_offset=[0, offset], pickable=False, auto_highlight=False,
    )  # fmt: skip


def _far_text(name: str, rows: list[Row]) -> pdk.Layer:
    """Return names that are readable only where the map is seen closely: their height is one on the ground."""
    return _layer(
        "TextLayer", name, rows, get_position="p", get_text="t", get_size=NAME_HEIGHT_M, size_units=METRES,
        size_max_pixels=13, get_color=INK, character_set=AUTO, font_family=FONT, get_pixel_offset=[0, 14],
        pickable=False, auto_highlight=False,
    )  # fmt: skip


def _scale(view: View) -> Layers:
    bar: Mapping[str, Any] = scale_bar(view["bounds"])
    middle = [0.5 * (bar["a"][0] + bar["b"][0]), bar["a"][1]]
    text = [{"p": middle, "t": f"{bar['km']:g} km"}]
    return [
        _layer("LineLayer", "scale", [dict(bar)], get_source_position="a", get_target_position="b", get_color=INK,
               get_width=3, width_units=PIXELS, pickable=False),
        _text("scale-length", text, size=12, offset=-10),
    ]  # fmt: skip
