"""The last exported plan: its verdict and tables as printed, and its map."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from planner.bundled import DEMO_FOLDER
from planner.cli_views import read_plan
from planner.i18n import LANGUAGES, use_language
from planner.i18n import gettext as _
from planner.report import print_plan
from planner.ui.state import Key

MAP_HEIGHT_PX = 800
NAMES = {"en": "English", "zh": "中文"}


def show(folder: Path, lang: str) -> None:
    """Show the plan that was exported to a folder, or how to make one."""
    st.title(_("The last plan"))
    path = folder / "plan.json"
    if not path.is_file():
        st.info(_("There is no plan yet. Run `planner demo`, then come back."))
        return
    st.caption(_("Made from {file}.").format(file=path))
    st.code(print_plan(read_plan(path), lang=lang), language=None)
    map_file = folder / "map.html"
    if map_file.is_file():
        st.iframe(map_file, height=MAP_HEIGHT_PX)


chosen = st.sidebar.radio(
    "Language / 语言", LANGUAGES, format_func=NAMES.__getitem__, key=Key.LANGUAGE, horizontal=True
)
with use_language(chosen):
    show(Path(st.session_state.get(Key.FOLDER, DEMO_FOLDER)), chosen)
