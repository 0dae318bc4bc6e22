"""The controls of the map page: which layers are drawn, the year, and the search."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import streamlit as st

from planner.export.facts import PlanDict, years_of
from planner.i18n import gettext as _
from planner.map_view.areas import COOLING, GREEN, HUB, is_area
from planner.map_view.card import SPECIES
from planner.map_view.find import entry_text, found
from planner.map_view.rows import voltages_of
from planner.map_view.selection import Selection, View
from planner.ui.state import lang

MOST_BUTTONS = 5  # years beside each other
OFF_AT_FIRST = frozenset({"candidates", "excluded", "exclusions", "zones", "grid_lines", "grid_stations", "outside"})


class MapKey(StrEnum):
    """Keys of the map page's widgets and of what it remembers."""

    REGION = "map_region"
    LAYERS = "map_layers"
    YEAR = "map_year"
    SEARCH = "map_search"
    HIT = "map_hit"
    NEAR = "map_near"
    MAP = "map_deck"
    FOCUS = "map_focus"
    CLICKED = "map_clicked"
    HIT_SEEN = "map_hit_seen"
    CLICKED_SEEN = "map_clicked_seen"
    COLOUR = "map_colour"


# what belongs to one region and is not kept when another is opened
FORGOTTEN = tuple(key for key in MapKey if key != MapKey.REGION)


def switchable(view: View, plan: PlanDict | None) -> list[str]:
    """Return the layers that this region and plan have, in the order in which they are offered."""
    layers, screened = view["layers"], view["screening"]
    kinds = ("sites", "flows") if is_area(view) else ("sites", "feeds", "pipes")
    decided = [name for name in kinds if plan and plan.get("sites")]
    stations = [f"substations:{kv:g}" for kv in voltages_of(view)]
    cells = [name for name, n in (("candidates", "n_candidates"), ("excluded", "n_excluded")) if screened[n]]
    named = ("plants", "stock", "zones", "districts", "exclusions", "outside", "grid_lines", "grid_stations")
    return [*decided, *stations, *cells, *(name for name in named if layers[name]["columns"]["id"])]


def layer_name(layer: str) -> str:
    """Return what a switch says."""
    if layer.startswith("substations:"):
        return _("Stations {kv} kV").format(kv=layer.partition(":")[2])
    names = {
        "sites": _("Sites of the plan"),
        "flows": _("Who serves whom"),
        "feeds": _("Feeds"),
        "pipes": _("Water pipes"),
        "candidates": _("Candidates"),
        "excluded": _("Excluded cells"),
        "plants": _("Water plants"),
        "stock": _("Existing centres"),
        "zones": _("Supply zones"),
        "districts": _("District names"),
        "exclusions": _("Excluded areas"),
        "outside": _("Places outside"),
        "grid_lines": _("Grid lines"),
        "grid_stations": _("Grid nodes"),
    }
    return names[layer]


def choose_layers(view: View, plan: PlanDict | None) -> Sequence[str]:
    """Offer the layers as switches and return those that are on."""
    offered = switchable(view, plan)
    first = [name for name in offered if name not in OFF_AT_FIRST or (name == "candidates" and not plan)]
    names = {name: layer_name(name) for name in offered}
    if is_area(view):
        names |= {"candidates": _("Areas"), "districts": _("Names of provinces")}
    return st.pills(
        _("Shown on the map"),
        offered,
        selection_mode="multi",
        default=first,
        format_func=names.__getitem__,
        key=MapKey.LAYERS,
    )


def choose_colour(*, key: str = MapKey.COLOUR) -> str:
    """Offer what the colour of a site tells in a region of areas; return the choice."""
    names = {HUB: _("hub"), GREEN: _("green share"), COOLING: _("cooling")}
    return str(
        st.segmented_control(
            _("Colour of the sites"), list(names), default=HUB, format_func=names.__getitem__, key=key, required=True
        )
    )


def choose_year(plan: PlanDict | None) -> int | None:
    """Offer the plan's years for headroom, sites and loading; None without a plan."""
    years = years_of(plan) if plan else []
    if not years:
        return None
    if len(years) > MOST_BUTTONS:
        return st.selectbox(_("Year shown"), years, index=len(years) - 1, key=MapKey.YEAR)
    return st.segmented_control(_("Year shown"), years, default=years[-1], required=True, key=MapKey.YEAR)


def search_text(view: View) -> str:
    """Offer the search and return what was typed."""
    example = _("for example Horinger, 和林格尔, NM-HL") if is_area(view) else _("for example Daxing, 大兴, N220-34")
    return st.text_input(
        _("Find by name or number"),
        placeholder=example,
        key=MapKey.SEARCH,
        icon=":material/search:",
    )


def choose_hit(view: View, plan: PlanDict | None, text: str) -> Selection | None:
    """Return the thing that was chosen from what the search finds, the best one first."""
    if not text:
        return None
    hits = found(view, plan, text)
    if not hits:
        st.caption(_("Nothing on this map is called that."))
        return None
    names = {hit: entry_text(view, plan, hit, species=SPECIES[hit.layer](), lang=lang()) for hit in hits}
    return st.selectbox(
        _("Found"),
        hits,
        format_func=names.__getitem__,
        key=MapKey.HIT,
        label_visibility="collapsed",
    )
