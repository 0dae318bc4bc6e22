"""A workbook as the tables and the region.yaml of a region, with the place of every value in its sheets."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

from planner.desk.strangers.given import Given, take_shapes
from planner.desk.strangers.sheets import Book, Row
from planner.errors import Notice, Problem
from planner.i18n import gettext as _
from planner.tables import Table, all_tables
from planner.workbook_sheets import BANDS, README, REGION, SOURCES, manifest_of

_NEAR = 0.8


@dataclass
class Uploaded:
    """What was uploaded, taken apart: tables, the manifest, where its keys stand, problems and notices so far."""

    tables: list[Given] = field(default_factory=list)
    manifest: dict[str, Any] | None = None
    manifest_file: str = ""
    key_rows: dict[str, tuple[str, int]] = field(default_factory=dict)
    band_rows: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def uploaded_book(book: Book) -> Uploaded:
    """Return the tables of a workbook. Sheets that are empty are left out, but those that a region must have."""
    found = Uploaded(manifest_file=book.file, problems=list(book.problems))
    tables, special = all_tables(), {}
    for name, rows in book.sheets.items():
        plain = name.strip().lower()
        if plain in (REGION, BANDS, SOURCES):
            special[plain] = rows
        elif plain in tables:
            _take_table(found, book.file, name, tables[plain], rows)
        elif plain != README.lower() and rows:
            _tell_stranger(found, book.file, name)
    if book.has_links:
        message = _("The workbook has links to other files. They were not followed; stored values were read.")
        found.notices.append(Notice(book.file, None, "links_not_followed", message))
    _take_manifest(found, book.file, special)
    return found


def _take_table(found: Uploaded, file: str, sheet: str, table: Table, rows: list[Row]) -> None:
    head = next((row for row in rows if not row.is_note), None)
    data = [row for row in rows if head is not None and row.number > head.number and not (row.is_note or row.is_empty)]
    if head is None or (not data and (table.is_optional or table.is_grid)):
        return
    width = len(head.cells)
    header = [
        str(cell) if cell is not None else _("column {column}").format(column=i + 1)
        for i, cell in enumerate(head.cells)
    ]
    wide = [row.number for row in data if len(row.cells) > width]
    if wide:
        message = _("{sheet}: row {row} has more cells than there are column names.").format(sheet=sheet, row=wide[0])
        remedy = _("Give the column a name in row 1, or delete the cells.")
        found.problems.append(Problem(file, sheet, wide[0], None, None, "row_ragged", message, remedy))
    cells = [[*row.cells[:width], *[None] * (width - len(row.cells))] for row in data]
    given = Given(table, file, sheet, header, [row.number for row in data], cells, header_number=head.number)
    twice = sorted({name for name in given.names if given.names.count(name) > 1})
    if twice:
        message = _("{file} names a column twice: {columns}.").format(file=given.label, columns=", ".join(twice))
        remedy = _("Keep one of them or rename the other.")
        found.problems.append(Problem(file, sheet, head.number, twice[0], None, "column_repeated", message, remedy))
        return
    found.problems += take_shapes(given)
    found.tables.append(given)


def _tell_stranger(found: Uploaded, file: str, sheet: str) -> None:
    near = difflib.get_close_matches(sheet.strip().lower(), all_tables(), n=1, cutoff=_NEAR)
    if near:
        message = _("The sheet {sheet} is no table of the format.").format(sheet=sheet)
        remedy = _("Did you mean {near}? Rename the sheet; if it is something else, delete it.").format(near=near[0])
        found.problems.append(Problem(file, sheet, None, None, None, "layer_unknown", message, remedy))
    else:
        message = _("The sheet {sheet} is no table of the format and was not read.").format(sheet=sheet)
        found.notices.append(Notice(file, sheet, "file_not_read", message))


def _take_manifest(found: Uploaded, file: str, special: dict[str, list[Row]]) -> None:
    if REGION not in special:
        message = _("The workbook has no sheet region, which says what the region is.")
        remedy = _("Start from the template of the page Data.")
        found.problems.append(Problem(file, REGION, None, None, None, "manifest_missing", message, remedy))
        return
    cells: dict[str, Any] = {}
    for row in special[REGION]:
        key = str(row.cells[0]).strip() if row.cells and row.cells[0] is not None else ""
        if key and not row.is_note and key != "key":
            cells[key] = row.cells[1] if len(row.cells) > 1 else None
            found.key_rows[key] = (REGION, row.number)
    bands, found.band_rows = _records(special.get(BANDS, []))
    sources, _rows = _records(special.get(SOURCES, []))
    found.manifest = manifest_of(cells, bands=bands, sources=sources)


def _records(rows: list[Row]) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the rows of a sheet below its header as records, and their numbers."""
    kept = [row for row in rows if not row.is_note and not row.is_empty]
    if not kept:
        return [], []
    names = [str(cell) for cell in kept[0].cells]
    records = [dict(zip(names, row.cells, strict=False)) for row in kept[1:]]
    return records, [row.number for row in kept[1:]]
