"""A child's job on a page: its id is kept on the desk, so that a reload finds it; the page is drawn anew when it ends."""

from __future__ import annotations

import streamlit as st

from planner.desk import jobs
from planner.i18n import use_language
from planner.ui import state

POLL_S = 0.5


def kept_job(name: str) -> jobs.Status | None:
    """Return the job that the desk keeps under a name, None where there is none or it was cleared away."""
    job_id = state.desk().load().get(name)
    if not isinstance(job_id, str):
        return None
    told = jobs.status(state.desk(), job_id)
    return None if told.kind == "unknown" else told


def keep_job(name: str, job_id: str | None) -> None:
    """Keep a job under a name, or forget it."""
    state.keep(**{name: job_id})


@st.fragment(run_every=POLL_S)
def wait_for(job_id: str, sentence: str) -> None:
    """Say what is being done until the job is over, then draw the page anew."""
    with use_language(state.lang()):
        told = jobs.status(state.desk(), job_id)
        if told.is_over:
            st.rerun(scope="app")
        st.info(sentence, icon=":material/hourglass_top:")
