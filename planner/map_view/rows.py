"""Rows of a map's layers out of a view: place or shape, id, name, and colour and size where they tell something.

Rows are short dictionaries for the browser: `i` id, `n` name shown on hover, `p` place, `g` rings of an area, `l` points of
a line, `c` colour [red, green, blue], `r` size [px], `t` text drawn.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from planner.export.facts import headroom_limits, local_name, reserved_mva
from planner.export.palette import HEADROOM_COLOURS, UNKNOWN_LOADING_COLOUR, headroom_class
from planner.map_view.selection import View

STATION_SIDES = (8.0, 9.0, 10.5, 12.5, 15.0)  # px, by class of headroom
UNKNOWN_SIDE = 7.0
EVALUATED = "@@"  # what the browser's map library evaluates when a text starts with it
Row = dict[str, Any]


def shown(text: object) -> str:
    """Return a name as data of the map: a text that the map library would evaluate is made a plain one."""
    name = str(text)
    return f"\u200b{name}" if name.startswith(EVALUATED) else name


def colour(code: str) -> list[int]:
    """Return red, green and blue of #RRGGBB."""
    return [int(code[at : at + 2], 16) for at in (1, 3, 5)]


def row_names(layer: Mapping[str, Any], lang: str) -> list[str]:
    """Return the names of a layer's rows."""
    columns = layer["columns"]
    ids = columns.get("id", [])
    english, chinese = (columns.get(name, ids) for name in ("name", "name_zh"))
    return [
        shown(local_name({"id": row, "name": en, "name_zh": zh}, lang))
        for row, en, zh in zip(ids, english, chinese, strict=True)
    ]


def area_rows(view: View, name: str, *, lang: str) -> list[Row]:
    """Return one row per polygon; an area of several parts has several rows of the same id."""
    layer = view["layers"].get(name) or {"columns": {"id": []}, "polygons": []}
    rows = zip(layer["columns"]["id"], row_names(layer, lang), layer["polygons"], strict=True)
    return [{"g": part, "i": shown(row), "n": text} for row, text, parts in rows for part in parts or []]


def point_rows(view: View, name: str, *, lang: str) -> list[Row]:
    """Return the rows of a layer of points that have a place."""
    layer = view["layers"].get(name) or {"columns": {"id": []}, "points": []}
    rows = zip(layer["columns"]["id"], row_names(layer, lang), layer["points"], strict=True)
    return [{"p": place, "i": shown(row), "n": text} for row, text, place in rows if place]


def label_rows(view: View, name: str, *, lang: str) -> list[Row]:
    """Return the names of a layer at their places."""
    return [{"p": row["p"], "t": row["n"]} for row in point_rows(view, name, lang=lang)]


def candidate_rows(view: View, *, is_excluded: bool = False) -> list[Row]:
    """Return the candidates, or the excluded cells, as short as can be: place and id; thousands of them travel."""
    layer = view["layers"]["candidates"]
    wanted = "excluded" if is_excluded else "candidate"
    columns = layer["columns"]
    return [
        {"p": place, "n": shown(row)}
        for row, status, place in zip(columns["id"], columns["status"], layer["points"], strict=True)
        if status == wanted
    ]


def voltages_of(view: View) -> list[float]:
    """Return the voltages of the stations [kV], the highest first."""
    return sorted({float(kv) for kv in view["layers"]["substations"]["columns"].get("voltage_kv", [])}, reverse=True)


def headroom_of(
    view: View, plan: Mapping[str, Any] | None, *, layer: str, year: int | None
) -> dict[str, dict[str, float | None]]:
    """Return before, used and left [MVA] of every station (`layer` substations) or zone (zones) in a year.

    The plan's own rows of headroom win; a node without such a row has what the plan's feeds reserve there. What stands
    before is else the region's table: its row for that year where it has one, else the value of the base year.
    """
    limits = headroom_limits(plan) if plan else {}
    columns = view["layers"][layer]["columns"]
    dated = _dated(view)
    found: dict[str, dict[str, float | None]] = {}
    for row, base in zip(columns["id"], columns.get("headroom_mva", [None] * len(columns["id"])), strict=True):
        limit = limits.get((row, year)) if year is not None else None
        before = limit["limit"] if limit else dated.get((row, year), base)
        used = limit["used"] if limit else reserved_mva(plan, row, year) if plan and year is not None else 0.0
        left = None if before is None else before - used
        found[row] = {"before": before, "used": used, "left": left}
    return found


def _dated(view: View) -> dict[tuple[str, int | None], float]:
    return {(str(node), int(year)): mva for node, year, mva in view["headroom_years"]}


def station_rows(
    view: View, plan: Mapping[str, Any] | None, *, year: int | None, lang: str, voltages: Collection[float]
) -> list[Row]:
    """Return the stations of some voltages with headroom left by colour and size, the ones with little drawn last."""
    layer = view["layers"]["substations"]
    left = headroom_of(view, plan, layer="substations", year=year)
    rows = []
    for row, kv in zip(point_rows(view, "substations", lang=lang), _kept_voltages(layer), strict=True):
        if kv in voltages:
            mva = left[row["i"]]["left"] if row["i"] in left else None
            k = None if mva is None else headroom_class(mva)
            code = UNKNOWN_LOADING_COLOUR if k is None else HEADROOM_COLOURS[k]
            side = UNKNOWN_SIDE if k is None else STATION_SIDES[k]
            text = row["n"] if mva is None else f"{row['n']}: {mva:,.0f} MVA"
            rows.append({**row, "n": text, "t": row["n"], "c": colour(code), "r": side, "k": -1 if k is None else k})
    return _labelled_once(sorted(rows, key=lambda row: -row["k"]))


def _labelled_once(rows: list[Row]) -> list[Row]:
    """Return the rows with one label per place: that of the uppermost, and how many lie below it."""
    at: dict[tuple[float, ...], list[Row]] = {}
    for row in rows:
        at.setdefault(tuple(row["p"]), []).append(row)
    top = {id(stack[-1]): len(stack) - 1 for stack in at.values()}
    texts = [("" if id(row) not in top else f"{row['t']} (+{n})" if (n := top[id(row)]) else row["t"]) for row in rows]
    return [{**row, "t": text} for row, text in zip(rows, texts, strict=True)]


def _kept_voltages(layer: Mapping[str, Any]) -> list[float]:
    kv = layer["columns"].get("voltage_kv", [])  # none in a region of areas
    return [float(value) for value, place in zip(kv, layer["points"], strict=True) if place]


def sized_rows(view: View, name: str, *, amount: str, lang: str, px: tuple[float, float, float]) -> list[Row]:
    """Return points whose size [px] tells an amount: `px` is smallest, largest, and the amount of the largest."""
    least, most, full = px
    layer = view["layers"][name]
    values = layer["columns"].get(amount) or [None] * len(layer["points"])
    known = [value or 0.0 for value, place in zip(values, layer["points"], strict=True) if place]
    return [
        {**row, "r": round(least + (most - least) * min(1.0, math.sqrt(value / full)), 1)}
        for row, value in zip(point_rows(view, name, lang=lang), known, strict=True)
    ]
