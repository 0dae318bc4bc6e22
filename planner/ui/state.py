"""The keys of the session's state, each in one place."""

from __future__ import annotations

from enum import StrEnum


class Key(StrEnum):
    """A key of `st.session_state`; widgets are found by it in tests."""

    LANGUAGE = "language"
    FOLDER = "folder"
