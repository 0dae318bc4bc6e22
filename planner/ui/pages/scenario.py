"""The knobs and tables of the scenario, group by group; what is changed from the reference stays in view."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.i18n import gettext as _
from planner.knobs import Group, Knob, groups
from planner.map_view.areas import is_area
from planner.ui import draft, state
from planner.ui.change_list import show_changes
from planner.ui.knob_widgets import show_knob
from planner.ui.markdown import plain
from planner.ui.scenario_file import show_file
from planner.ui.sheet_widgets import show_sheet
from planner.ui.waiting import wait_for_view

GROUP, NAME, SOLVE = "scenario_group", "scenario_name", "scenario_solve"
WIDE = ("by_key", "choices", "years", "limits")
NARROW = ("number", "yes_no", "maybe", "choice")


def show() -> None:
    """Show the name, one group of knobs with its tables, and beside them what is changed."""
    st.title(_("Scenario"))
    view = state.view(state.reference())
    tables: dict[str, Any] = {} if view is None else view["tables"]
    knobs, changed = st.columns([7, 3], gap="large")
    with knobs:
        show_name()
        group = choose_group(for_areas=None if view is None else is_area(view))
        show_group(group, tables, is_ready=view is not None)
    with changed:
        show_changes(tables)
        if st.button(_("Go to Solve"), key=SOLVE, type="primary", icon=":material/play_arrow:", width="stretch"):
            state.go("solve")
        show_file()


def show_name() -> None:
    """Let the scenario be named in the language of the page."""
    path = f"name.{state.lang()}"

    def take() -> None:
        draft.change({path: st.session_state[NAME].strip() or getattr(state.draft().name, state.lang())}, place=NAME)

    st.session_state[NAME] = getattr(state.draft().name, state.lang())
    st.text_input(_("Name of the scenario"), key=NAME, max_chars=80, on_change=take)


def choose_group(*, for_areas: bool | None) -> Group:
    """Offer the groups that speak to the region (to any while that is not known); return the chosen one."""
    other = {None: "", True: "stations", False: "areas"}[for_areas]
    shown = {g.id: g for g in groups() if not g.is_hidden and (not g.needs or g.needs != other)}
    if st.session_state.get(GROUP) not in shown:
        st.session_state.pop(GROUP, None)
    titles = {name: group.title.here for name, group in shown.items()}  # now: later another language may be in use
    chosen = st.pills(
        _("Group"),
        list(shown),
        format_func=titles.__getitem__,
        key=GROUP,
        default=next(iter(shown)),
        required=True,
        wrap=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    return shown[str(chosen)]


def show_group(group: Group, tables: dict[str, Any], *, is_ready: bool) -> None:
    """Show the knobs of a group, then its tables."""
    st.subheader(group.title.here)
    st.caption(plain(group.about.here))
    for row in rows_of(group):
        for column, knob in zip(st.columns(2 if row[0].kind in NARROW else 1, gap="medium"), row, strict=False):
            with column:
                show_knob(knob)
    for name in group.tables:
        show_sheet(name, tables)
    if group.tables and not is_ready:
        wait_for_view(_("The tables of the region are being read ..."), state.reference())


def rows_of(group: Group) -> list[list[Knob]]:
    """Return the knobs in their order: narrow ones two in a row, wide ones alone; those of tables are left out."""
    rows: list[list[Knob]] = []
    for knob in group.knobs:
        last = rows[-1] if rows else []
        if knob.kind in NARROW and len(last) == 1 and last[0].kind in NARROW:
            last.append(knob)
        elif knob.kind in (*NARROW, *WIDE):
            rows.append([knob])
    return rows


with state.page():
    show()
