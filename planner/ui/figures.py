"""Headline figures in rows: value with its unit, what stands beside it, and a help line."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from planner.plan_views import Figure
from planner.ui.markdown import plain

PER_ROW = 5
# values bear their units, so they are smaller than usual and may take two lines
STYLE = """<style>
[data-testid="stMetricValue"] { font-size: 1.5rem; }
[data-testid="stMetricValue"] * { white-space: normal; overflow: visible; }
</style>"""


def show(figures: Sequence[Figure]) -> None:
    """Show the figures, five in a row."""
    st.html(STYLE)
    for first in range(0, len(figures), PER_ROW):
        row = figures[first : first + PER_ROW]
        for column, figure in zip(st.columns(PER_ROW), row, strict=False):
            column.metric(figure.label, figure.value, help=plain(figure.help))
            column.caption(plain(figure.note))
