"""Turn the bytes of a text file into text: UTF-8 first, then GB18030 with a notice."""

from __future__ import annotations

import re

from planner.errors import Notice, Problem
from planner.i18n import gettext as _

# Private-use characters are what GB18030 makes of bytes that were never Chinese text; control characters likewise.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\U000f0000-\U0010ffff\ufffd]")


def decode(raw: bytes, *, file: str, layer: str | None) -> tuple[str, Notice | None] | Problem:
    """Return the text and, if it is not UTF-8, a notice; a Problem when no encoding fits."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    else:
        if not _CONTROL.search(text):
            return text, None
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError as error:
        return _undecodable(raw, file, layer, offset=error.start)
    found = _NOT_TEXT.search(text)
    if found:
        return _undecodable(raw, file, layer, offset=len(text[: found.start()].encode("gb18030")))
    message = _("The file is not UTF-8; it was read as GB18030. Save it as UTF-8 to avoid the guess.")
    return text, Notice(file, layer, "read_as_gb18030", message)


def _undecodable(raw: bytes, file: str, layer: str | None, *, offset: int) -> Problem:
    row = raw[:offset].count(b"\n") + 1
    value = " ".join(f"{byte:02x}" for byte in raw[offset : offset + 4])
    message = _("{file} is neither UTF-8 nor GB18030 text (bytes {value}), so nothing in it was checked.")
    remedy = _("Save it as UTF-8 (in Excel: «CSV UTF-8»); if it is a workbook or an archive, export the sheet as CSV.")
    text = message.format(file=file, value=value)
    return Problem(file, layer, row, None, value, "undecodable", text, remedy)
