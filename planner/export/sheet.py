"""The value `Sheet`: one subject of a workbook."""

from __future__ import annotations

from dataclasses import dataclass

from planner.i18n import gettext as _

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Sheet:
    """One subject: a stable key for file names, a title and header in the reader's language, rows.

    `level` marks the first row with the colour of a security verdict.
    """

    key: str
    title: str
    header: list[str]
    rows: list[list[Cell]]
    level: str = ""


def yes_no(value: object) -> str:
    """Return yes or no in the reader's language."""
    return _("yes") if value else _("no")
