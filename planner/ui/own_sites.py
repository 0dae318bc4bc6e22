"""Check the planner's own list of sites in AC without optimising: upload or type it, check it, read the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from planner.desk import jobs, uploads
from planner.i18n import gettext as _
from planner.own_sites import COLUMNS, rows_to_check, total_mw, verdict_lines, worst_rows
from planner.ui import badges, state
from planner.ui.data_keys import DataKey
from planner.ui.job_watch import keep_job, kept_job, wait_for
from planner.ui.markdown import plain
from planner.ui.waiting import view_or_wait
from planner.view_names import layer_rows, names_in

VERSION = "list_version"


def show_own_sites() -> None:
    """Show upload, table, the button, and the verdict of the last check."""
    st.markdown(
        _(
            "Which loads at which substation? The AC check puts them on today's grid and takes out every line and transformer, one by one."
        )
    )
    view = view_or_wait()
    if view is None:
        return
    upload_list()
    rows = edit_list(view)
    told = kept_job(DataKey.CHECK_JOB)
    is_busy = told is not None and not told.is_over
    if st.button(_("Check these sites"), key=DataKey.LIST_CHECK, type="primary", disabled=not rows or is_busy):
        payload = {"region": str(state.region_ref().path), "sites": rows, "lang": state.lang()}
        keep_job(DataKey.CHECK_JOB, jobs.submit(state.desk(), "check_sites", payload))
        st.rerun()
    if told is not None and told.request.get("region") == str(state.region_ref().path):
        if told.request.get("sites") != rows:
            st.warning(_("The list was changed since; what follows is about the list that was checked then."))
        show_check(told, view)


def upload_list() -> None:
    """Offer to read the list from a file; a child process reads it."""
    is_empty = not state.desk().load().get("site_rows")
    with st.expander(_("Read the list from a file (columns site, substation, mw)"), expanded=is_empty):
        file = st.file_uploader(_("CSV or workbook"), type=["csv", "xlsx"], key=DataKey.LIST_FILE)
        if st.button(_("Read the list"), key=DataKey.LIST_READ, disabled=file is None) and file is not None:
            paths = uploads.put_down(state.desk(), [(file.name, file.getvalue())])
            payload = {"site_list": True, "files": paths, "lang": state.lang()}
            keep_job(DataKey.LIST_JOB, jobs.run_child(state.desk(), "read_upload", payload))
            st.rerun()
        told = kept_job(DataKey.LIST_JOB)
        if told is None:
            return
        if not told.is_over:
            wait_for(told.id, _("Reading the list ..."))
            return
        if told.state != "done":
            st.error(plain(state.job_error(told)))
        elif told.result["problems"]:
            st.error("\n\n".join(plain(text) for text in told.result["problems"]))
        elif st.session_state.get(DataKey.LIST_ROWS) != told.id:
            st.session_state[DataKey.LIST_ROWS] = told.id
            state.keep(site_rows=told.result["rows"])
            st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1


def edit_list(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Show the list as a table to edit and return its rows; it is kept on the desk."""
    kept = state.desk().load().get("site_rows") or []
    frame = pd.DataFrame(kept, columns=list(COLUMNS))
    frame["mw"] = pd.to_numeric(frame["mw"], errors="coerce")
    stations = [str(row["id"]) for row in layer_rows(view, "substations")]
    given = [str(name) for name in frame["substation"] if name]
    names = names_in({}, view, lang=state.lang())

    def station(ident: object) -> str:
        name = names.get(str(ident))
        return f"{name} ({ident})" if name else str(ident)

    columns: dict[str, Any] = {
        "site": st.column_config.TextColumn(_("Site")),
        "substation": st.column_config.SelectboxColumn(
            _("Substation"), options=list(dict.fromkeys([*stations, *given])), format_func=station, required=True
        ),
        "mw": st.column_config.NumberColumn(
            _("Load of the site (MW, with cooling)"), min_value=0.0, format="%.1f", required=True
        ),
    }
    key = f"{DataKey.LIST_EDITOR}_{st.session_state.get(VERSION, 0)}"
    edited: pd.DataFrame = st.data_editor(frame, num_rows="dynamic", hide_index=True, key=key, column_config=columns)
    rows = rows_to_check(edited.astype(object).where(edited.notna(), None).to_dict("records"))
    if rows:
        st.caption(_("{n} rows, {mw:.1f} MW in all").format(n=len(rows), mw=total_mw(rows)))
    return rows


def show_check(told: jobs.Status, view: Mapping[str, Any]) -> None:
    """Show how the check stands: running, refused with its reasons, or the verdict with what to see first."""
    if not told.is_over:
        wait_for(told.id, _("The grid is being checked ..."))
        return
    if told.state != "done":
        found = (told.error or {}).get("problems") or []
        lines = [f"{row_text(problem)}{problem['message']} {problem['remedy']}" for problem in found]
        st.error("\n\n".join(plain(line) for line in lines) or plain(state.job_error(told)))
        return
    names = names_in(told.result, view, lang=state.lang())
    level, sentence, lines = verdict_lines(told.result, names)
    checked = told.request.get("sites") or []
    badges.verdict_box(level, [f"**{plain(sentence)}**", *map(plain, lines)])
    st.caption(_("Checked: {n} rows, {mw:.1f} MW in all").format(n=len(checked), mw=total_mw(checked)))
    rows = worst_rows(told.result, names)
    if rows:
        st.markdown(f"**{_('What to see first')}**")
        st.dataframe(rows, hide_index=True)


def row_text(problem: Mapping[str, Any]) -> str:
    """Return the row of the table that a problem is about; the list that is checked has one line above the rows."""
    return "" if problem.get("row") is None else _("Row {row}: ").format(row=problem["row"] - 1)
