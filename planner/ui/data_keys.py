"""Keys of the page Data: widgets and what the page remembers."""

from __future__ import annotations

from enum import StrEnum

from planner.ui import state


class DataKey(StrEnum):
    """A key of the page Data in the session's state; the ids of jobs are kept on the desk, under the same name."""

    SECTION = "data_section"
    KIND = "upload_kind"
    FILES = "upload_files"
    FILES_VERSION = "upload_files_version"
    TITLE = "upload_title"
    BASE = "upload_base"
    TABLE = "upload_table"
    CRS = "upload_crs"
    LAYER = "upload_layer"
    READ = "upload_read"
    MATCH = "upload_match"
    MATCH_READ = "upload_match_read"
    UPLOAD_JOB = "upload_job"
    USE = "upload_use"
    DISCARD = "upload_discard"
    PREVIEW = "upload_preview_map"
    TEMPLATE_FROM = "template_from"
    TEMPLATE_EMPTY = "template_empty"
    TEMPLATE_FILLED = "template_filled"
    DELETE = "region_delete"
    WISH_MAP = "wish_map"
    WISH_SITE = "wish_site"
    WISH_KIND = "wish_kind"
    WISH_MW = "wish_mw"
    WISH_SET = "wish_set"
    WISH_CLEAR = "wish_clear"
    LIST_FILE = "list_file"
    LIST_READ = "list_read"
    LIST_JOB = "list_job"
    LIST_ROWS = "list_rows"
    LIST_EDITOR = "list_editor"
    LIST_CHECK = "list_check"
    CHECK_JOB = "check_job"


def spoken(key: str) -> str:
    """Return the key of a widget whose options are words: one per language, as a browser keeps the words it showed."""
    return f"{key}_{state.lang()}"
