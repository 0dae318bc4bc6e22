"""The plan in view: is it sound, what does it say, where, why there, what it costs, and whether the grid holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from planner.desk import jobs
from planner.export.facts import has_plan, years_of
from planner.export.limit_words import conflict_lines
from planner.export.sentences import limiting_lines, security_verdict, status_sentence, synthetic_label
from planner.i18n import gettext as _
from planner.i18n import use_language
from planner.map_view.areas import COOLING, is_area
from planner.map_view.selection import Selection
from planner.plan_marks import marks_of
from planner.plan_rows import failure_table
from planner.plan_views import headline, is_shown, plan_labels
from planner.ui import badges, figures, plan_tabs, state
from planner.ui.area_tabs import show_missing
from planner.ui.cards import card
from planner.ui.deck import DEFAULT_ON, region_map
from planner.ui.map_controls import choose_colour
from planner.ui.markdown import plain
from planner.ui.no_plan import show_no_plan
from planner.ui.waiting import open_scenario_of, view_of, view_or_wait
from planner.view_names import names_in

CHOICE, NAME, RENAME, DELETE = "plan_choice", "plan_name", "plan_rename", "plan_delete"
MAP, SEEN, CLICKED = "plan_map", "plan_seen", "plan_clicked"
YEAR, GRID, MAP_BOX, COLOUR = "plan_map_year", "plan_map_grid", "plan_map_box", "plan_map_colour"
GRID_LAYERS = ("grid_lines", "grid_stations")
MAP_HEIGHT_PX = 520
CARD_HEIGHT_PX = 700
POLL_S = 1.0


def show() -> None:
    """Show the plan in view, or how to come to one."""
    st.title(_("Plan"))
    plan = state.shown_plan()
    if plan is None:
        show_no_plan(key="plan_go_solve")
        return
    choose(plan)
    watch_improving()
    view = view_of(plan)
    names = names_in(plan, view, lang=state.lang())
    badges.show(marks_of(plan, marked=(view or {}).get("marks"), is_improving=is_improving()))
    if not is_shown(plan):
        show_refusal(plan, names)
        return
    figures.show(headline(plan))
    show_missing(plan)
    show_security(plan, names)
    with st.container(key=MAP_BOX):
        show_map(plan, view)
    plan_tabs.show(plan, view, names)


def choose(plan: Mapping[str, Any]) -> None:
    """Choose which plan of the region is shown; rename or delete it."""
    own = [meta for meta in state.desk().plans() if meta.region == plan["region"]["id"]]
    labels = plan_labels(own, lang=state.lang())
    shown = state.shown_plan_id()
    st.session_state[CHOICE] = shown
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    left.selectbox(
        _("Plan in view"),
        list(labels),
        format_func=lambda plan_id: labels.get(plan_id, plan_id),
        key=CHOICE,
        on_change=lambda: state.show_plan(st.session_state[CHOICE]),
    )
    with right.popover(_("Manage"), icon=":material/edit:"):
        st.text_input(_("New name"), key=NAME)
        if st.button(_("Rename"), key=RENAME, disabled=not st.session_state[NAME].strip()):
            state.desk().rename_plan(str(shown), st.session_state[NAME].strip())
            st.rerun()
        if st.button(_("Delete this plan"), key=DELETE, icon=":material/delete:"):
            state.desk().delete_plan(str(shown))
            state.show_plan(None)
            st.rerun()


def is_improving() -> bool:
    """Tell whether a run that is not over gave the plan in view."""
    newest = jobs.newest(state.desk(), "solve")
    return newest is not None and not newest.is_over and state.shown_plan_id() in newest.plans


def watch_improving() -> None:
    """Draw the page anew when the run that gave the plan in view has a better one, or is over."""
    if is_improving():
        newest = jobs.newest(state.desk(), "solve")
        st.session_state[SEEN] = None if newest is None else newest.revision
        poll()


@st.fragment(run_every=POLL_S)
def poll() -> None:
    """Look whether there is something new."""
    newest = jobs.newest(state.desk(), "solve")
    if newest is not None and (newest.is_over or newest.revision != st.session_state.get(SEEN)):
        st.rerun(scope="app")


def show_security(plan: Mapping[str, Any], names: dict[str, str]) -> None:
    """Show the verdict as a box in its colour, with what limits the plan; a constructed grid is told."""
    level, sentence = security_verdict(plan)
    lines = [plain(text) for text in (*limiting_lines(plan, names), synthetic_label(plan) or "")]
    badges.verdict_box(level, [f"**{plain(sentence)}**", *lines])


def show_refusal(plan: Mapping[str, Any], names: dict[str, str]) -> None:
    """Tell why there are no figures: no plan was found, or the audit refuted it."""
    if has_plan(plan):
        st.error(_("NOT A VALID PLAN: the audit failed."))
        st.dataframe(failure_table(plan).records(), hide_index=True)
        return
    st.error(plain(status_sentence(plan)))
    for text in conflict_lines(plan, names):
        st.markdown(plain(text))
    st.caption(_("The page Why shows which wishes cannot hold together, and by how much."))


@st.fragment
def show_map(plan: Mapping[str, Any], view: dict[str, Any] | None) -> None:
    """Show the plan on the map, and the card of what was clicked there or in a table."""
    with use_language(state.lang()):
        if view is None:
            view_or_wait(open_scenario_of(plan))
            return
        if view["region"]["fingerprint"] != plan["region"]["fingerprint"]:
            st.warning(_("The data of the region changed since this plan was made: the map shows the data of now."))
        left, right = st.columns([3, 2])
        with left:
            clicked = draw_map(plan, view)
        if clicked != st.session_state.get(CLICKED):
            st.session_state[CLICKED] = st.session_state[plan_tabs.CARD] = clicked
        picked: Selection | None = st.session_state.get(plan_tabs.CARD)
        with right.container(height=CARD_HEIGHT_PX):
            if picked is None:
                st.caption(
                    _("Click on anything on the map, or on a row of the tables below, to see what is known of it.")
                )
            else:
                card(view, plan, picked)
        come_into_view()


def draw_map(plan: Mapping[str, Any], view: dict[str, Any]) -> Selection | None:
    """Draw the map in the year chosen and return what was clicked on it."""
    focus: Selection | None = st.session_state.get(plan_tabs.FOCUS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        years = years_of(plan)
        year = st.segmented_control(_("Planning year"), years, default=years[-1], key=YEAR, required=True)
        is_grid_on = view["region"]["has_grid"] and st.toggle(_("Show the grid with its loading"), key=GRID)
        colour = choose_colour(key=COLOUR) if is_area(view) else COOLING
    looked_at = set() if focus is None else {focus.layer}
    layers = {*DEFAULT_ON, *looked_at, *(GRID_LAYERS if is_grid_on or looked_at & {*GRID_LAYERS} else ())}
    return region_map(
        view, plan=plan, layers_on=layers, focus=focus, year=year, colour=colour, key=MAP, height=MAP_HEIGHT_PX
    )


def come_into_view() -> None:
    """Scroll to the map after a click on a row far below it."""
    n = st.session_state.pop(plan_tabs.SCROLL, None)
    if n is not None:
        target = f"document.querySelector('.st-key-{MAP_BOX}')"
        script = f"<script>{target}?.scrollIntoView({{behavior: 'smooth'}}); /* {int(n)} */</script>"
        below_the_bar = f"<style>.st-key-{MAP_BOX} {{ scroll-margin-top: 4rem; }}</style>"
        st.html(below_the_bar + script, unsafe_allow_javascript=True)


with state.page():
    show()
