"""Tables of texts that wrap, for sentences; names in them are shown as they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from planner.ui.markdown import plain


def table(rows: Sequence[Mapping[str, str]]) -> None:
    """Show rows of texts in full, without the number of the row."""
    st.table([{plain(head): plain(text) for head, text in row.items()} for row in rows], hide_index=True)
