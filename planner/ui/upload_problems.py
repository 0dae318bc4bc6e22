"""What was wrong with an upload: the table with the wrong cells coloured, every problem in words, a file to take along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from planner.desk.uploads import letter_of, near_problems, place_of, problem_csv
from planner.i18n import gettext as _
from planner.ui.data_keys import DataKey
from planner.ui.markdown import plain
from planner.ui.words import spoken

WRONG = "background-color: #FDBBA0; color: #000000; font-weight: 600"
MAX_SHOWN = 60
Plain = Mapping[str, Any]


def show_problems(result: Plain) -> None:
    """Show all problems of an upload: tables with their wrong cells first, then what is wrong elsewhere."""
    problems = result["problems"]
    sentence = (
        _("1 problem was found. Nothing was kept.")
        if len(problems) == 1
        else _("{n} problems were found. Nothing was kept.")
    )
    st.error(sentence.format(n=len(problems)) + " " + _("Correct the file and upload it again."))
    st.download_button(
        _("Problems as a table (CSV)"),
        problem_csv(problems),
        "problems.csv",
        "text/csv",
        key="upload_problem_csv",
        on_click="ignore",
        icon=":material/download:",
    )
    shown: set[int] = set()
    for number, table in enumerate(result["tables"]):
        own = [i for i, p in enumerate(problems) if (p["file"], p["sheet"]) == (table["file"], table["sheet"])]
        shown |= set(own)
        st.markdown(f"**{plain(table['label'])}**")
        show_table(table, [problems[i] for i in own], key=f"upload_table_{number}")
        show_sentences([problems[i] for i in own])
    rest = [p for i, p in enumerate(problems) if i not in shown]
    if rest:
        if shown:
            st.markdown(f"**{_('Elsewhere')}**")
        show_sentences(rest)
    for notice in result["notices"]:
        st.caption(plain(f"{notice['file']}: {notice['message']}"))


def show_table(table: Plain, problems: Sequence[Plain], *, key: str) -> None:
    """Show the rows around the problems as the spreadsheet numbers them, the wrong cells coloured."""
    rows, wrong = near_problems(table, problems)
    if not rows:
        return
    is_book = table["header_row"] is not None and table["sheet"] is not None
    titles = [f"{letter_of(i)} · {name}" if is_book else str(name) for i, name in enumerate(table["header"])]
    frame = pd.DataFrame([row["cells"] for row in rows], index=[row["row"] for row in rows], columns=_distinct(titles))
    frame.index.name = _("row")
    colours = pd.DataFrame("", index=frame.index, columns=frame.columns)
    for position, column in wrong:
        colours.iloc[position, column] = WRONG
    near = {0, *(column + step for _position, column in wrong for step in (-1, 0, 1))}
    order = [name for i, name in enumerate(frame.columns) if i in near]
    st.dataframe(frame.style.apply(lambda _frame: colours, axis=None), column_order=order, key=key)


def _distinct(titles: Sequence[str]) -> list[str]:
    return [title if titles.index(title) == i else f"{title} ({i + 1})" for i, title in enumerate(titles)]


def show_sentences(problems: Sequence[Plain]) -> None:
    """Say each problem: where, what, what to do."""
    lines = [
        f"- **{plain(where(problem))}** — {plain(problem['message'])} {plain(problem['remedy'])}"
        for problem in problems
    ]
    st.markdown("\n".join(lines[:MAX_SHOWN]))
    if len(lines) > MAX_SHOWN:
        st.caption(_("{n} more are in the table (CSV).").format(n=len(lines) - MAX_SHOWN))


def where(problem: Plain) -> str:
    """Return the place of a problem, its file where nothing closer is known."""
    return place_of(problem) or str(problem["file"])


def show_match(result: Plain) -> dict[str, str] | None:
    """Offer to say which uploaded column is which of ours; return the match when it is to be read again with it."""
    for table in result["columns"]:
        missing = [name for name in table["missing"] if name not in ("lon", "lat")]
        if not missing or not table["header"]:
            continue
        with st.expander(_("Are columns named otherwise? Say which is which."), expanded=True):
            words = {None: _("not in the file"), **{name: name for name in table["header"]}}
            for name in missing:
                st.selectbox(name, words, key=spoken(f"{DataKey.MATCH}_{name}"), format_func=words.__getitem__)
            if st.button(_("Read again with this match"), key=DataKey.MATCH_READ):
                chosen = {name: st.session_state.get(spoken(f"{DataKey.MATCH}_{name}")) for name in missing}
                return {name: str(theirs) for name, theirs in chosen.items() if theirs}
    return None
