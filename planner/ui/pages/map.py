"""The map of the open region, with the plan in view: click on anything to see its card."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.export.facts import local_name
from planner.i18n import gettext as _
from planner.map_view.areas import HUB, is_area
from planner.map_view.selection import Selection
from planner.plan_marks import marks_of
from planner.ui import badges, state
from planner.ui.cards import card
from planner.ui.deck import region_map
from planner.ui.map_controls import (
    FORGOTTEN,
    MapKey,
    choose_colour,
    choose_hit,
    choose_layers,
    choose_year,
    search_text,
)
from planner.ui.markdown import plain
from planner.ui.waiting import view_or_wait
from planner.ui.words import region_names

HEIGHT_PX = 660


def show() -> None:
    """Show the controls in one row, the marks of the plan in view, and the map with the card of what was picked."""
    plan = state.shown_plan()
    view = view_or_wait()
    if view is None:
        choose_region()
        return
    show_map(view, plan)
    show_sources(view)


def choose_region() -> None:
    """Offer the bundled regions and the user's own; the choice opens the region."""
    names, now = region_names(), state.region_ref().id
    chosen = st.selectbox(
        _("Region"),
        names,
        index=list(names).index(now),
        format_func=names.__getitem__,
        key=MapKey.REGION,
        help=_("Bring your own region on the page Data."),
    )
    if chosen != now:
        state.open_region(chosen)
        for name in FORGOTTEN:
            st.session_state.pop(name, None)
        st.rerun(scope="app")


def show_steps() -> None:
    """Tell a first-time user in one line what this is and which three steps lead to a plan."""
    steps = {
        "scenario": (_("1. Scenario: say what you ask for"), _("Demand, years, power, water, green share, costs.")),
        "solve": (_("2. Solve: let it be worked out"), _("You see the best plan so far; you may stop any time.")),
        "plan": (_("3. Plan: read the answer"), _("Sites, costs, bottlenecks, and whether the grid check passed.")),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("**Where may data centres go, how much, cooled and fed how, in which year?** Three steps:"))
        for page, (title, text) in steps.items():
            if st.button(title, key=f"map_to_{page}", help=text, type="tertiary"):
                state.go(page)


def show_marks(view: dict[str, Any], plan: dict[str, Any] | None) -> None:
    """Show whether the plan in view is secure, and that a grid is synthetic where it is."""
    if plan is not None:
        badges.show(marks_of(plan, marked=view["marks"]))
        return
    text = _("No plan yet: the map shows what is there today.")
    if view["region"]["is_synthetic_grid"]:
        label = plain(local_name({"name": view["region"]["grid_label"]}, state.lang()))
        text = f":orange-badge[:material/warning: {_('Synthetic grid')}] {label} · {text}"
    st.caption(text)


@st.fragment
def show_map(view: dict[str, Any], plan: dict[str, Any] | None) -> None:
    """Show controls, map and card; a click or a switch runs this part only."""
    with state.page():
        region, search, years, layers = st.columns([3, 4, 3, 2], vertical_alignment="bottom")
        with region:
            choose_region()
        with search:
            text = search_text(view)
        with years:
            year = choose_year(plan)
        with layers.popover(_("Layers"), icon=":material/layers:", width="stretch"):
            layers_on = choose_layers(view, plan)
            colour = choose_colour() if plan is not None and is_area(view) else HUB
        if plan is None:
            show_steps()
        show_marks(view, plan)
        left, right = st.columns([7, 3])
        with right:
            remember(choose_hit(view, plan, text))
        with left:
            focus = st.session_state.get(MapKey.FOCUS)
            clicked = region_map(
                view,
                plan=plan,
                layers_on=layers_on,
                focus=focus,
                year=year,
                colour=colour,
                key=MapKey.MAP,
                height=HEIGHT_PX,
            )
        with right:
            show_card(view, plan, clicked)


def remember(chosen: Selection | None) -> None:
    """Bring what is newly chosen in the search into focus; a choice that stands since before changes nothing."""
    if chosen != st.session_state.get(MapKey.HIT_SEEN):
        st.session_state[MapKey.HIT_SEEN] = chosen
        st.session_state[MapKey.FOCUS] = chosen
        st.session_state[MapKey.CLICKED] = None


def show_card(view: dict[str, Any], plan: dict[str, Any] | None, clicked: Selection | None) -> None:
    """Show the card of what was picked last, by a click or by the search."""
    if clicked != st.session_state.get(MapKey.CLICKED_SEEN):
        st.session_state[MapKey.CLICKED_SEEN] = clicked
        st.session_state[MapKey.CLICKED] = clicked
    picked = st.session_state.get(MapKey.CLICKED) or st.session_state.get(MapKey.FOCUS)
    if picked is None:
        st.info(_("Click on anything on the map to see its facts, or find it by name."), icon=":material/touch_app:")
        return
    near = card(view, plan, picked, key=f"{MapKey.NEAR}_{picked.layer}_{picked.id}")
    if near is not None:
        card(view, plan, near)


def show_sources(view: dict[str, Any]) -> None:
    """List where the region's data come from, and what the reader remarked."""
    with st.expander(_("Sources")):
        for source in view["region"]["sources"]:
            parts = (source.get("title"), source.get("year"), source.get("note"))
            st.markdown("- " + plain(" · ".join(str(part) for part in parts if part)))
        for notice in view["notices"]:
            st.caption(plain(f"{notice['file']}: {notice[state.lang()]}"))


with state.page():
    show()
