"""The view of a region, which a child process makes: tell so, look again, draw the page when it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from planner.counterfactual import scenario_of
from planner.desk.workspace import RegionRef
from planner.i18n import gettext as _
from planner.scenario import Scenario
from planner.ui import state

POLL_S = 1.0


def view_or_wait(scenario: Scenario | None = None, region: RegionRef | None = None) -> dict[str, Any] | None:
    """Return the view; while it is made say so, return None, and run the page again when it is there."""
    view = state.view(scenario, region)
    if view is None:
        sentence = _("The map of this region is being prepared. This takes a few seconds, the first time.")
        wait_for_view(sentence, scenario, region)
    return view


def open_scenario_of(plan: Mapping[str, Any]) -> Scenario:
    """Return the scenario of a plan in the region that is open: its screening and corrections make the view."""
    return scenario_of(plan, str(state.region_ref().path))


def view_of(plan: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the view that a plan was made on; None while it is made."""
    return state.view(open_scenario_of(plan))


@st.fragment(run_every=POLL_S)
def wait_for_view(sentence: str, scenario: Scenario | None = None, region: RegionRef | None = None) -> None:
    """Say what is on its way until the view is there, then draw the page anew."""
    with state.page():
        if state.view(scenario, region) is not None:
            st.rerun(scope="app")
        st.info(sentence, icon=":material/hourglass_top:")
