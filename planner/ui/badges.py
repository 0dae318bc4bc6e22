"""Marks of honesty as badges, verdicts as boxes: colour and sign together, so that they read without colour too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
# colour of a box by the verdict of an AC check: green only where the plan's own check passed
BOXES = {"secure": st.success, "insecure": st.error, "not_checked": st.warning}


def show(marks: Sequence[Mark]) -> None:
    """Show marks in a row; each tells its full sentence when pointed at."""
    with st.container(horizontal=True):
        for mark in marks:
            st.badge(plain(mark.text), icon=SIGNS[mark.level], color=COLOURS[mark.level], help=plain(mark.help) or None)


def verdict_box(level: str, paragraphs: Iterable[str]) -> None:
    """Show paragraphs (markdown) in the colour of a security verdict: secure, insecure or not_checked."""
    BOXES[level]("\n\n".join(paragraphs))
