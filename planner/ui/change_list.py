"""What differs from the reference: always in view, each line can be taken back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from planner.i18n import gettext as _
from planner.knobs.region_sheets import own_cells
from planner.knobs.sheet import Tables
from planner.scenario_diff import Change, changes
from planner.ui import draft, state
from planner.ui.markdown import plain

RESET = "changes_reset"
UNDO = "undo_"
STICKY = "changes_panel"
LIST_PX = 420
MANY = 8
STYLE = f"""<style>
div[data-testid="stColumn"]:has(.st-key-{STICKY}) {{position: sticky; top: 4rem; align-self: flex-start;}}
</style>"""


def show_changes(tables: Tables) -> None:
    """Show every change from the reference with an undo, and a reset of all."""
    scenario = state.draft()
    found = changes(state.reference(), scenario, cells=own_cells(tables, scenario.edits))
    st.html(STYLE)
    with st.container(key=STICKY):
        if not found:
            st.markdown(_("**Nothing is changed from the reference.**"))
            return
        st.markdown(
            _("**1 change from the reference**") if len(found) == 1
            else _("**{n} changes from the reference**").format(n=len(found))
        )  # fmt: skip
        with st.container(height=LIST_PX if len(found) > MANY else "content", border=True):
            for change in found:
                _show_change(change)
        st.button(_("Take all back"), key=RESET, icon=":material/restart_alt:", on_click=_reset)


def _show_change(change: Change) -> None:
    text, button = st.columns([5, 1], vertical_alignment="center")
    text.markdown(f"{plain(change.label)}  \n{plain(change.before_text)} → **{plain(change.after_text)}**")
    button.button(
        "",
        key=UNDO + change.path,
        icon=":material/undo:",
        help=_("Take this change back"),
        on_click=_undo(change),
    )
    draft.show_problems(UNDO + change.path)


def _undo(change: Change) -> Callable[[], None]:
    def take_back() -> None:
        if draft.change({change.path: change.before}, place=UNDO + change.path):
            draft.refresh()

    return take_back


def _reset() -> None:
    state.set_draft(state.reference())
    draft.refresh()
