"""How a running solve stands: what it does, its figures, its rounds, and the button that stops it."""

from __future__ import annotations

import streamlit as st

from planner.desk import jobs
from planner.i18n import gettext as _
from planner.solve_words import progress_figures, round_rows
from planner.ui import state


def figures_of(job: jobs.Status) -> list[tuple[str, str, str]]:
    """Return (label, value, help) of time, best plan, bound and gap."""
    return progress_figures(job.elapsed_s, incumbent=job.incumbent, bound=job.bound, gap=job.gap, unit=job.unit)


def show_rounds(job: jobs.Status) -> None:
    """Show what each AC check of the loop found so far."""
    rows = round_rows(job.rounds, unit=job.unit)
    if rows:
        st.markdown(_("Rounds of planning and AC check:"))
        st.dataframe(rows, hide_index=True)


def show_stop(job: jobs.Status, *, key: str) -> None:
    """Offer to stop with the best plan so far; say so once it was asked for."""
    if job.is_cancelled:
        st.caption(_("Stopping with the best plan so far ..."))
        return
    text = _("Stop and keep the best plan")
    st.button(text, key=key, icon=":material/stop:", on_click=jobs.cancel, args=(state.desk(), job.id))
