"""Rows of a map's layers out of a plan: its sites, feeds, pipes, and how far the lines of the grid are loaded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from planner.export.facts import PlanDict, in_year, local_name, main_cooling
from planner.export.grid_loading import worst_loadings
from planner.export.palette import (
    FEED_COLOURS,
    LOADING_COLOURS,
    LOADING_WIDTHS,
    OTHER_COLOUR,
    PIPE_COLOUR,
    TECHNOLOGY_COLOURS,
    UNKNOWN_LOADING_COLOUR,
    loading_class,
)
from planner.export.sentences import security_verdict
from planner.map_view.rows import Row, colour, row_names, shown
from planner.map_view.selection import JOIN, LINKS, Selection, View, place_of

CLOSED_RADIUS = 4.0  # px, a site that opens in a later year
LEAST_RADIUS, RADIUS_PER_ROOT_MW = 4.0, 0.6
MOST_GROWTH = 16.0  # px, what the largest disc of a whole country is larger than the least
LOW_KV = 110.0
UNKNOWN_WIDTH = 1.0
# the ring around a site: did the plan it belongs to pass its own AC check?
VERDICT_COLOURS = {"secure": "#FFFFFF", "insecure": "#D40000", "not_checked": "#8A6D00"}
VERDICT_SIGNS = {"secure": "✔", "insecure": "✖", "not_checked": "?"}
# what a mark is drawn as: colour and sign differ, so that one of both is enough
MARKS = {
    "only_a": ("#0072B2", "A"),
    "only_b": ("#D55E00", "B"),
    "both": ("#555555", "="),
    "larger": ("#D55E00", "▲"),
    "smaller": ("#0072B2", "▼"),
    "fixed": ("#009E73", "★"),
    "forbidden": ("#A50026", "✖"),
    "sized": ("#7B3294", "◆"),
    "wrong": ("#D40000", "!"),
}


def site_rows(
    plan: PlanDict,
    *,
    year: int | None,
    lang: str,
    colour_of: Callable[[Mapping[str, Any]], str | None] | None = None,
    full_mw: float | None = None,
) -> list[Row]:
    """Return the sites: size by IT MW of the year, colour by main cooling, ring by the plan's verdict.

    A site that opens later is small and pale. `colour_of` may give another colour than that of the cooling; `full_mw`
    is the load of the largest disc where loads are beyond what a city has.
    """
    ring = colour(VERDICT_COLOURS[security_verdict(plan)[0]])
    per_root = RADIUS_PER_ROOT_MW if not full_mw else MOST_GROWTH / math.sqrt(full_mw)
    rows = []
    for site in plan.get("sites") or []:
        mw = in_year(site.get("it_mw"), year)
        own = colour_of(site) if colour_of is not None else None
        fill = colour(own or TECHNOLOGY_COLOURS.get(main_cooling(site), OTHER_COLOUR))
        rows.append(
            {
                "p": [round(float(site["lon"]), 4), round(float(site["lat"]), 4)],
                "i": shown(site["id"]),
                "n": (name := f"{shown(local_name(site, lang))}: {mw:,.0f} MW IT"),
                "c": [*fill, 255 if mw > 0 else 90],
                "r": round(LEAST_RADIUS + per_root * math.sqrt(mw), 1) if mw > 0 else CLOSED_RADIUS,
                "o": ring,
                "t": name,
            }
        )
    return sorted(rows, key=lambda row: -float(row["r"]))


def link_rows(view: View, plan: PlanDict, kind: str, *, year: int | None, lang: str) -> list[Row]:
    """Return the feeds (`kind` feeds) or pipes (pipes) in use in a year, as straight lines."""
    links, key, layer = LINKS[kind]
    rows = []
    for site in plan.get("sites") or []:
        for link in site.get(links) or []:
            end = place_of(view, Selection(layer, str(link[key])))
            used = in_year(link.get("mva" if kind == "feeds" else "by_year"), year)
            if end is not None and (used > 0 or year is None):
                code = _feed_colour(link) if kind == "feeds" else PIPE_COLOUR
                text = f"{local_name(site, lang)} – {local_name({**link, 'id': link[key]}, lang)}, {link['km']:.1f} km"
                rows.append({"a": [round(float(site["lon"]), 4), round(float(site["lat"]), 4)], "b": end,
                             "i": shown(f"{site['id']}{JOIN}{link[key]}"), "n": shown(text), "c": colour(code)})  # fmt: skip
    return rows


def _feed_colour(link: Mapping[str, Any]) -> str:
    return FEED_COLOURS.get(float(link.get("voltage_kv") or 0.0), FEED_COLOURS[LOW_KV])


def grid_line_rows(view: View, plan: PlanDict | None, *, year: int | None, lang: str) -> list[Row]:
    """Return the lines of the grid; with a checked plan colour and width tell the worst loading of the year."""
    layer = view["layers"].get("grid_lines") or {"columns": {"id": []}, "lines": []}
    found = worst_loadings(plan, year=year) if plan else {}
    rows = []
    for row, text, line in zip(layer["columns"]["id"], row_names(layer, lang), layer["lines"], strict=True):
        share = found.get(("line", row), {}).get("share")
        k = None if share is None else loading_class(share)
        rows.append(
            {
                "l": line,
                "i": shown(row),
                "n": text if share is None else f"{text}: {share:.0f} %",
                "c": colour(UNKNOWN_LOADING_COLOUR if k is None else LOADING_COLOURS[k]),
                "w": UNKNOWN_WIDTH if k is None else LOADING_WIDTHS[k],
            }
        )
    return rows


def mark_rows(marks: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return marks {id, lon, lat, label, kind} as signs in the colour of their kind."""
    return [
        {
            "p": [round(float(mark["lon"]), 4), round(float(mark["lat"]), 4)],
            "i": shown(mark["id"]),
            "n": shown(mark["label"]),
            "t": MARKS[mark["kind"]][1],
            "c": colour(MARKS[mark["kind"]][0]),
        }
        for mark in marks
    ]
