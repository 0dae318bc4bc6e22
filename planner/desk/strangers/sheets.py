"""Read the sheets of a workbook as plain cells: stored values only, no formula is run, no link is followed."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from planner.desk.strangers import limits
from planner.desk.strangers.archive import look_into, scan_workbook
from planner.desk.strangers.sniff import Upload, refusal
from planner.errors import Problem
from planner.i18n import gettext as _

_BROKEN = (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OSError, EOFError)


@dataclass(frozen=True)
class Row:
    """One row of a sheet: its number as the spreadsheet shows it, and its cells, None where empty."""

    number: int
    cells: tuple[Any, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether nothing stands in the row."""
        return all(cell is None for cell in self.cells)

    @property
    def is_note(self) -> bool:
        """Return whether the row is for people: units, meanings."""
        return bool(self.cells) and isinstance(self.cells[0], str) and self.cells[0].startswith("#")


@dataclass
class Book:
    """The sheets of a workbook by name, and what was wrong with single cells."""

    file: str
    sheets: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    has_links: bool = False


def read_book(upload: Upload) -> Book | Problem:
    """Return the sheets of a workbook, or why it is refused as a whole."""
    members = look_into(upload.path, is_workbook=True)
    if isinstance(members, Problem):
        return members
    has_formulas = scan_workbook(upload.path)
    if isinstance(has_formulas, Problem):
        return has_formulas
    book = Book(upload.name)
    book.has_links = any(info.filename.lower().startswith("xl/externallinks/") for info in members)
    try:
        return _fill(book, upload, has_formulas=has_formulas)
    except (*_BROKEN, zipfile.BadZipFile) as error:
        message = _("{file} is not a workbook that can be read: {what}.").format(
            file=upload.name, what=type(error).__name__
        )
        return refusal(upload.name, "workbook_invalid", message, _("Save it again as .xlsx."))


def _fill(book: Book, upload: Upload, *, has_formulas: bool) -> Book | Problem:
    values = _open(upload, stored=True)
    names = values.sheetnames[: limits.MAX_SHEETS + 1]
    if len(names) > limits.MAX_SHEETS:
        return _too_much(upload.name, None)
    formulas = _open(upload, stored=False) if has_formulas else None
    n_cells = 0
    for name in names:
        rows: list[Row] = []
        for row in _rows(values[name]):
            n_cells += len(row.cells)
            if row.number > limits.MAX_SHEET_ROWS or n_cells > limits.MAX_CELLS:
                return _too_much(upload.name, name)
            rows.append(row)
        if formulas is not None:
            book.problems += _unknown_results(upload.name, name, rows, list(_rows(formulas[name])))
        book.sheets[name] = rows
    return book


def _open(upload: Upload, *, stored: bool) -> Any:
    from openpyxl import load_workbook

    return load_workbook(upload.path, read_only=True, data_only=stored, keep_links=False)


def _rows(sheet: Any) -> Iterator[Row]:
    """Yield the rows that hold something; what a sheet says about its own size is not believed."""
    if not hasattr(sheet, "reset_dimensions"):
        return  # a sheet of charts
    sheet.reset_dimensions()
    found = sheet.iter_rows(values_only=True, max_col=limits.MAX_SHEET_COLUMNS)
    for number, cells in enumerate(found, start=1):
        plain = [_plain(cell) for cell in cells]
        while plain and plain[-1] is None:
            plain.pop()
        if plain:
            yield Row(number, tuple(plain))
        elif number > limits.MAX_SHEET_ROWS:
            yield Row(number, ())


def _plain(cell: Any) -> Any:
    """Return a cell as number, truth or text: text without line breaks and outer spaces, dates as they are written."""
    if isinstance(cell, str):
        return " ".join(cell.split()) or None
    if isinstance(cell, (dt.datetime, dt.date, dt.time)):
        return cell.isoformat()
    return cell if cell is None or isinstance(cell, (bool, int, float)) else str(cell)


def _unknown_results(file: str, sheet: str, values: list[Row], formulas: list[Row]) -> Iterator[Problem]:
    """Yield a problem for each formula without a stored result: it would read as an empty cell."""
    known = {row.number: row.cells for row in values}
    for row in formulas:
        stored = known.get(row.number, ())
        for position, cell in enumerate(row.cells):
            is_formula = isinstance(cell, str) and cell.startswith("=")
            if is_formula and (position >= len(stored) or stored[position] is None):
                from openpyxl.utils import get_column_letter

                message = _("{sheet}: the formula in {column}{row} has no stored result. Formulas are not run here.")
                text = message.format(sheet=sheet, column=get_column_letter(position + 1), row=row.number)
                remedy = _("Open the workbook in a spreadsheet and save it, or write the value.")
                column = get_column_letter(position + 1)
                yield Problem(file, sheet, row.number, column, cell, "formula_without_result", text, remedy)


def _too_much(file: str, sheet: str | None) -> Problem:
    message = _("{file} has more sheets, rows or cells than are read.").format(file=file)
    return refusal(file, "workbook_too_large", message, _("Cut it to the region."), layer=sheet)
