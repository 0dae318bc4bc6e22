"""What a page about plans shows where the open region has none yet."""

from __future__ import annotations

import streamlit as st

from planner.i18n import gettext as _
from planner.ui import state


def show_no_plan(*, key: str) -> None:
    """Tell that there is no plan, and offer the way to one; `key` is that of the button."""
    st.info(_("There is no plan for this region yet. Start one on the page Solve."))
    if st.button(_("Go to Solve"), key=key, type="primary"):
        state.go("solve")
