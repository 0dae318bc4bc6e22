"""Tables of a scenario, edited in place; every changed cell is checked again on the server and kept in the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from planner.knobs.sheet import Sheet, SheetColumn, Tables
from planner.knobs.sheets import sheet
from planner.ui import draft, state
from planner.ui.markdown import plain

PREFIX = "sheet_"
SHEETS = "sheets_shown"  # key of the editor -> the sheet as it was when the editor appeared
MOST_ROWS = 9
ROW_PX, HEAD_PX = 35, 38


def key_of(name: str) -> str:
    """Return the key of the editor of a table; another one when what it stands on changed elsewhere."""
    years = "-".join(map(str, state.draft().years))
    return f"{PREFIX}{name}_{state.lang()}_{years}_{draft.version()}"


def show_sheet(name: str, tables: Tables) -> None:
    """Show one table for editing, and what was refused; nothing where the region has no such table."""
    kept: dict[str, Sheet] = st.session_state.setdefault(SHEETS, {})
    key = key_of(name)
    if key not in st.session_state or key not in kept:
        found = sheet(name, state.draft(), tables)
        if found is None:
            return
        for gone in [old for old in kept if old.startswith(f"{PREFIX}{name}_")]:
            del kept[gone]
        kept[key] = found
    found = kept[key]
    st.markdown(f"**{plain(found.title)}**")
    if found.note:
        st.caption(plain(found.note))
    st.data_editor(
        pd.DataFrame({column.name: _cells(column, found.cells) for column in found.columns}),
        key=key,
        hide_index=True,
        num_rows="fixed",
        placeholder="–",
        height=min(len(found.rows), MOST_ROWS) * ROW_PX + HEAD_PX,
        disabled=[column.name for column in found.columns if not column.is_editable],
        column_config={column.name: _config(column) for column in found.columns},
        on_change=_taken(name, key),
    )
    draft.show_problems(PREFIX + name)


def _taken(name: str, key: str) -> Callable[[], None]:
    """Return what happens when cells changed: all changed cells of the table go into the draft."""

    def take() -> None:
        take_cells(name, key, st.session_state[key].get("edited_rows", {}))

    return take


def take_cells(name: str, key: str, edited: Mapping[int, Mapping[str, Any]]) -> None:
    """Put edited cells (row number, column, value) of a table into the draft."""
    changes = st.session_state[SHEETS][key].changes(edited)
    if changes:
        draft.change(changes, place=PREFIX + name)


def _cells(column: SheetColumn, cells: Mapping[str, Any]) -> pd.Series:
    values = cells[column.name]
    if column.kind in ("number", "integer"):
        return pd.Series(values, dtype="float64")
    return pd.Series(values, dtype=bool if column.kind == "yes_no" else object)


def _config(column: SheetColumn) -> Any:
    about = column.help or None
    if column.kind in ("number", "integer"):
        step = 1 if column.kind == "integer" else None
        return st.column_config.NumberColumn(
            column.label, help=about, min_value=column.low, max_value=column.high, step=step, format="localized"
        )
    if column.kind == "yes_no":
        return st.column_config.CheckboxColumn(column.label, help=about)
    if column.kind == "choice":
        texts = list((column.choices or {}).values())
        return st.column_config.SelectboxColumn(column.label, help=about, options=texts, required=True)
    return st.column_config.TextColumn(column.label, help=about, pinned=not column.is_editable)
