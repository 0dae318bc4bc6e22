"""Changes of the draft scenario from a page: tried, kept where they can be used, told beside the knob where not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from planner.errors import InputProblems, Problem
from planner.i18n import use_language
from planner.knobs import Knob
from planner.knobs.shown import is_outside, range_text
from planner.ui import state
from planner.ui.markdown import plain

PROBLEMS = "draft_problems"  # place on the page -> sentences
VERSION = "draft_version"  # goes up when the draft changes from outside the tables, so that they are drawn anew


def change(changes: Mapping[str, Any], *, place: str, knob: Knob | None = None) -> bool:
    """Change the draft; where that cannot be, leave it as it is, keep why for the place on the page, and return False."""
    with use_language(state.lang()):
        try:
            changed = state.draft().changed(changes)
        except InputProblems as wrong:
            problems()[place] = list(sentences(wrong.problems, knob))
            return False
    state.set_draft(changed)
    problems().clear()
    return True


def sentences(found: Iterable[Problem], knob: Knob | None = None) -> Iterable[str]:
    """Yield each problem in words without its path; a number out of its knob's range is told by the range."""
    for problem in found:
        if knob is not None and is_outside(knob, problem.value):
            yield f"{knob.label}: {range_text(knob)}"
        else:
            yield f"{problem.message.removeprefix(f'{problem.column}: ')} {problem.remedy}".strip()


def problems() -> dict[str, list[str]]:
    """Return what was refused, by place on the page."""
    found: dict[str, list[str]] = st.session_state.setdefault(PROBLEMS, {})
    return found


def show_problems(place: str) -> None:
    """Tell beside a knob or a table why its value was not taken."""
    for text in problems().get(place, []):
        st.error(plain(text), icon=":material/error:")


def refresh() -> None:
    """Let all widgets of the page show the draft again."""
    st.session_state[VERSION] = version() + 1
    problems().clear()


def version() -> int:
    """Return how often the draft changed from outside the tables."""
    return int(st.session_state.get(VERSION, 0))
