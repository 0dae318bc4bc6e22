"""The last exported plan: its verdict as a badge, the limits learned, its tables as printed, and its map."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import streamlit as st

from planner.bundled import DEMO_FOLDER
from planner.cli_views import names_from, read_plan
from planner.export.facts import has_plan
from planner.export.sentences import limiting_lines, names_of, security_verdict, status_sentence, synthetic_label
from planner.export.sheet import Sheet
from planner.export.sheets_grid import cut_sheet, flexible_sheet, reinforcement_sheet, round_sheet
from planner.i18n import LANGUAGES, use_language
from planner.i18n import gettext as _
from planner.report import print_plan
from planner.ui.state import Key

MAP_HEIGHT_PX = 800
NAMES = {"en": "English", "zh": "中文"}
MARKDOWN = re.compile(r"([\\`*_\[\]$~<!#|])")
BADGES = {"secure": st.success, "insecure": st.error, "not_checked": st.warning}


def show(folder: Path, lang: str) -> None:
    """Show the plan that was exported to a folder, or how to make one."""
    st.title(_("The last plan"))
    path = folder / "plan.json"
    if not path.is_file():
        st.info(_("There is no plan yet. Run `planner demo`, then come back."))
        return
    plan = read_plan(path)
    names = names_of(plan, names_from(plan), lang=lang)
    st.caption(_("Made from {file}.").format(file=path))
    show_security(plan, names)
    for sheet in security_tables(plan, names, lang=lang):
        st.subheader(sheet.title)
        st.dataframe([dict(zip(sheet.header, row, strict=True)) for row in sheet.rows], hide_index=True)
    st.code(print_plan(plan, lang=lang), language=None)
    map_file = folder / "map.html"
    if map_file.is_file():
        st.iframe(map_file, height=MAP_HEIGHT_PX)


def show_security(plan: dict[str, Any], names: dict[str, str]) -> None:
    """Show the verdict as a badge in its colour, with what limits the plan; a constructed grid is told."""
    level, sentence = security_verdict(plan)
    if not has_plan(plan):
        st.error(status_sentence(plan))
        return
    lines = [plain(text) for text in limiting_lines(plan, names)]
    BADGES[level]("\n\n".join([f"**{plain(sentence)}**", *lines]))
    label = synthetic_label(plan)
    if label:
        st.warning(label)


def plain(text: str) -> str:
    """Return text of a plan that markdown leaves as it is: names may hold anything, also a link or an image."""
    return MARKDOWN.sub(r"\\\1", text)


def security_tables(plan: dict[str, Any], names: dict[str, str], *, lang: str) -> list[Sheet]:
    """Return the tables about security that have rows: limits learned first."""
    sheets = [
        cut_sheet(plan, names),
        round_sheet(plan, names),
        reinforcement_sheet(plan, lang=lang),
        flexible_sheet(plan, names),
    ]
    return [sheet for sheet in sheets if sheet.rows]


chosen = st.sidebar.radio(
    "Language / 语言", LANGUAGES, format_func=NAMES.__getitem__, key=Key.LANGUAGE, horizontal=True
)
with use_language(chosen):
    show(Path(st.session_state.get(Key.FOLDER, DEMO_FOLDER)), chosen)
