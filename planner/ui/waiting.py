"""Wait for the map data of a region, which a child process makes: tell so, look again, draw the page when it is there."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.desk.workspace import RegionRef
from planner.i18n import gettext as _
from planner.scenario import Scenario
from planner.ui import state

POLL_S = 1.0


def view_or_wait(scenario: Scenario | None = None, region: RegionRef | None = None) -> dict[str, Any] | None:
    """Return the view; while it is made say so, return None, and run the page again when it is there."""
    view = state.view(scenario, region)
    if view is None:
        _wait(scenario, region)
    return view


@st.fragment(run_every=POLL_S)
def _wait(scenario: Scenario | None, region: RegionRef | None) -> None:
    with state.page():
        if state.view(scenario, region) is not None:
            st.rerun(scope="app")
        st.info(_("The map of this region is being prepared. This takes a few seconds, the first time."), icon="⏳")
