"""The map: a view of a region, with a plan where there is one, drawn without any map server.

    picked = region_map(state.view(), plan=state.shown_plan(), focus=Selection("substations", "N220-14"), key="my_map")

Names reach the browser as data only: the map library evaluates texts that stand where a setting is expected.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pydeck as pdk
import streamlit as st
from pydeck.bindings.json_tools import default_serialize

from planner.export.facts import PlanDict, last_year
from planner.map_view.areas import HUB, is_area
from planner.map_view.frame import close_to, fitted
from planner.map_view.selection import Selection, View, place_of
from planner.ui import deck_layers as draw
from planner.ui.legend import show_legend
from planner.ui.state import lang

__all__ = ["DEFAULT_ON", "Selection", "region_map"]

DEFAULT_ON = ("sites", "flows", "feeds", "pipes", "substations", "plants", "stock", "districts")
USUAL_WIDTH_PX = 900.0
AREA_STEPS = 2.5  # steps of zoom nearer than the whole country: the neighbours stay in view
PLAIN = "\u200b"  # stands before a name that would be evaluated


class Map(pdk.Deck):  # type: ignore[misc]  # pydeck ships no types
    """A map whose description has no blanks: pydeck's own has one number per line, and thousands of them travel."""

    def to_json(self) -> str:
        """Return the description as JSON."""
        return json.dumps(self, default=default_serialize, separators=(",", ":"))


@dataclass(frozen=True)
class Drawn:
    """What is drawn: layers that are on, the year of headroom and sites, the language, marks and the place in focus."""

    on: frozenset[str]
    year: int | None
    lang: str
    marks: tuple[Mapping[str, Any], ...] = ()
    focus: tuple[float, float] | None = None
    colour: str = HUB


def region_map(
    view: View,
    *,
    plan: PlanDict | None = None,
    layers_on: Collection[str] = DEFAULT_ON,
    focus: Selection | None = None,
    year: int | None = None,
    marks: Iterable[Mapping[str, Any]] = (),
    colour: str = HUB,
    key: str,
    height: int = 620,
) -> Selection | None:
    """Draw the map with its legend below, and return what was clicked last, None where nothing is picked.

    `layers_on`: sites, flows (who serves whom), feeds, pipes (of the plan), substations (all) or `substations:220` (one voltage), zones, plants,
    stock, candidates, excluded, districts (names), exclusions, grid_lines, grid_stations, outside. `year` is that of
    headroom, sites and loading (the plan's last one when not given). `focus` is brought to the middle, with a ring.
    `marks`: rows {id, lon, lat, label, kind}, `kind` one of `planner.map_view.plan_rows.MARKS`; a click on one returns
    Selection("marks", id). `colour`: what the colour of a site of an area tells (hub, green, cooling). Called inside an `st.fragment`, a click runs that fragment only.
    """
    place = place_of(view, focus, plan=plan) if focus is not None else None
    drawn = Drawn(
        on=frozenset(layers_on),
        year=year if year is not None or plan is None else last_year(plan),
        lang=lang(),
        marks=tuple(marks),
        focus=(place[0], place[1]) if place else None,
        colour=colour,
    )
    event = st.pydeck_chart(
        deck_of(view, plan, drawn, height=height),
        on_select="rerun",
        selection_mode="single-object",
        key=key,
        height=height,
    )
    kinds = {str(mark["kind"]) for mark in drawn.marks}
    show_legend(view, plan, on=drawn.on, year=drawn.year, kinds=kinds, colour=colour)
    return picked_in(event)


def deck_of(view: View, plan: PlanDict | None, drawn: Drawn, *, height: int) -> pdk.Deck:
    """Return the map's description; the same arguments give the same description."""
    whole = fitted(view["bounds"], width_px=USUAL_WIDTH_PX, height_px=float(height))
    near = None if not is_area(view) else whole["zoom"] + AREA_STEPS
    frame = whole if drawn.focus is None else close_to(drawn.focus, whole, zoom=near)
    return Map(
        layers=[
            part for make in (draw.ground, draw.lines, draw.supply, draw.decided) for part in make(view, plan, drawn)
        ],
        initial_view_state=pdk.ViewState(**frame, pitch=0, bearing=0, min_zoom=whole["zoom"] - 2.0, max_zoom=16),
        map_provider=None,
        tooltip={"text": "{n}", "style": {"maxWidth": "320px", "fontSize": "13px"}},
    )


def picked_in(event: Any) -> Selection | None:
    """Return the thing that the map says is picked."""
    objects = event["selection"]["objects"] if event else {}
    for layer, rows in objects.items():
        if rows:
            row_id = str(rows[0].get("i") or rows[0].get("n")).removeprefix(PLAIN)
            return Selection("candidates" if layer == "excluded" else str(layer), row_id)
    return None
