"""Marks of honesty as badges: colour and sign together, so that they read without colour too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from planner.plan_marks import Mark
from planner.ui.markdown import plain

Colour = Literal["green", "red", "orange", "blue"]
COLOURS: dict[str, Colour] = {"good": "green", "bad": "red", "warn": "orange", "note": "blue"}
SIGNS = {
    "good": ":material/check_circle:",
    "bad": ":material/cancel:",
    "warn": ":material/warning:",
    "note": ":material/info:",
}


def show(marks: Sequence[Mark]) -> None:
    """Show marks in a row; each tells its full sentence when pointed at."""
    with st.container(horizontal=True):
        for mark in marks:
            st.badge(plain(mark.text), icon=SIGNS[mark.level], color=COLOURS[mark.level], help=plain(mark.help) or None)
