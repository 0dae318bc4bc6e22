"""A planner's own list of sites (site, substation, mw), from CSV or the first sheet of a workbook, as plain rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.desk.strangers.sheets import read_book
from planner.desk.strangers.sniff import Upload, look_at, refusal
from planner.errors import Problem
from planner.i18n import gettext as _
from planner.own_sites import COLUMNS
from planner.read_files import read_text_layer
from planner.read_findings import Findings

MAX_SITES = 500


def read_site_list(path: Path) -> dict[str, Any]:
    """Return {rows: [{site, substation, mw}], problems: [sentences]}; cells are text, their sense is checked later."""
    upload = look_at(path)
    if isinstance(upload, Problem):
        return _refused([upload])
    table = _cells(upload)
    if not isinstance(table, tuple):
        return _refused(table)
    header, records = table
    names = [name.strip().lower() for name in header]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        message = _("{file} has no column {columns}.").format(file=upload.name, columns=", ".join(missing))
        remedy = _("Write the columns site, substation, mw.")
        return _refused([refusal(upload.name, "column_missing", message, remedy)])
    if len(records) > MAX_SITES:
        message = _("{file} names more than {n} sites.").format(file=upload.name, n=MAX_SITES)
        return _refused([refusal(upload.name, "too_many_rows", message, _("Check them in parts."))])
    at = {name: names.index(name) for name in COLUMNS}
    rows = [{name: _text(record[place]) for name, place in at.items()} for record in records]
    return {"status": "ok", "rows": rows, "problems": []}


def _cells(upload: Upload) -> tuple[list[str], list[list[Any]]] | list[Problem]:
    """Return header and rows of the list, or what is wrong with the file."""
    if upload.kind == "xlsx":
        book = read_book(upload)
        if isinstance(book, Problem):
            return [book]
        rows = [row for row in next(iter(book.sheets.values()), []) if not row.is_note]
        header = [str(cell or "") for cell in rows[0].cells] if rows else []
        width = len(header)
        return header, [[*row.cells[:width], *[None] * (width - len(row.cells))] for row in rows[1:]]
    findings = Findings()
    layer = read_text_layer(upload.path, "sites", upload.name, findings) if upload.kind == "csv" else None
    if layer is None or findings.problems:
        other = refusal(upload.name, "format_refused", _("The list of sites is a CSV file or a workbook."), "")
        return findings.problems or [other]
    return [str(name) for name in layer.cells], layer.cells.to_numpy(dtype=object).tolist()


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _refused(problems: list[Problem]) -> dict[str, Any]:
    sentences = [f"{problem.message} {problem.remedy}".strip() for problem in problems]
    return {"status": "problems", "rows": [], "problems": sentences}
