"""Problems in terms of the uploaded file: its name, its sheet, its row, its column, with the rows around to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from planner.desk.strangers import limits
from planner.desk.strangers.given import Given, shown_rows
from planner.desk.strangers.workbook_in import Uploaded
from planner.desk.uploads import letter_of
from planner.errors import Problem
from planner.i18n import gettext as _
from planner.read_manifest import MANIFEST
from planner.tables import all_tables
from planner.workbook_sheets import BANDS, REGION

Plain = dict[str, Any]


def told(problems: Iterable[Problem], uploaded: Uploaded, *, base_name: str | None) -> list[Plain]:
    """Return problems as plain data: file, sheet, row, rows, column, letter, value, code, message, remedy, count.

    `row` and `letter` are those of the spreadsheet; `column` is the name that stands in the uploaded header.
    """
    by_target = {given.target: given for given in uploaded.tables}
    out = []
    for problem in problems:
        given = by_target.get(problem.file)
        if given is not None:
            out.append(_at_cell(problem, given))
        elif problem.file == MANIFEST and uploaded.key_rows:
            out.append(_at_key(problem, uploaded))
        else:
            out.append(_elsewhere(problem, uploaded, base_name))
    return _unique(out)


def _plain(problem: Problem, **changes: Any) -> Plain:
    shown = None if problem.value is None else problem.value[: limits.SHOWN_CHARS]
    facts: Plain = {
        "file": problem.file,
        "sheet": None,
        "row": problem.row,
        "rows": list(problem.rows) or ([problem.row] if problem.row is not None else []),
        "column": problem.column,
        "letter": None,
        "value": shown,
        "code": problem.code,
        "message": problem.message,
        "remedy": problem.remedy,
        "count": problem.count,
    }
    return {**facts, **changes}


def _at_cell(problem: Problem, given: Given) -> Plain:
    is_header = problem.row == 1 and problem.code.startswith("column_") and problem.count == 1
    rows = [] if is_header else [given.lines.get(row, row) for row in problem.rows or _one(problem.row)]
    position = given.position(problem.column)
    if position is None and problem.column in given.header:
        position = given.header.index(problem.column)
    changes = {
        "file": given.file,
        "sheet": given.sheet,
        "row": given.header_number if is_header else (rows[0] if rows else None),
        "rows": [given.header_number] if is_header and given.header_number else rows,
        "column": problem.column if position is None else given.header[position],
        "letter": None if position is None else letter_of(position),
        "message": _renamed(problem.message, given),
        "remedy": _renamed(problem.remedy, given),
    }
    return _plain(problem, **changes)


def _one(row: int | None) -> tuple[int, ...]:
    return () if row is None else (row,)


def _renamed(text: str, given: Given) -> str:
    return text.replace(given.target, given.label)


def _at_key(problem: Problem, uploaded: Uploaded) -> Plain:
    """Return a problem of region.yaml at its row of the sheet `region` or `voltage_bands`."""
    key = (problem.column or "").removesuffix(".en").removesuffix(".zh")
    sheet, row = uploaded.key_rows.get(key) or uploaded.key_rows.get(f"{key}_en") or (REGION, None)
    if key == BANDS:
        at = (problem.row or 0) - 1
        sheet, row = BANDS, uploaded.band_rows[at] if 0 <= at < len(uploaded.band_rows) else None
    here = _("the sheet {sheet}").format(sheet=sheet)
    return _plain(
        problem,
        file=uploaded.manifest_file,
        sheet=sheet,
        row=row,
        rows=[row] if row else [],
        column=None if sheet == BANDS else "value",
        letter=None if sheet == BANDS else "B",
        message=problem.message.replace(MANIFEST, here),
        remedy=problem.remedy.replace(MANIFEST, here),
    )


def _elsewhere(problem: Problem, uploaded: Uploaded, base_name: str | None) -> Plain:
    """Return a problem that is told in the words of its file already, or is in a table that the base region gave."""
    if problem.file in all_tables() and uploaded.manifest_file:  # what a plan lacks is told by table
        return _plain(problem, file=uploaded.manifest_file, sheet=problem.file)
    if problem.file == MANIFEST and uploaded.manifest_file:
        return _plain(problem, file=uploaded.manifest_file)
    own = next((given for given in uploaded.tables if given.file == problem.file and _is_of(given, problem)), None)
    if own is not None:
        position = own.header.index(problem.column) if problem.column in own.header else None
        letter = None if position is None else letter_of(position)
        return _plain(problem, sheet=own.sheet, letter=letter)
    if problem.code == "layer_missing" and uploaded.key_rows:
        remedy = _("Fill in the sheet {sheet}; the template of the page Data has it.").format(sheet=problem.layer)
        return _plain(problem, file=uploaded.manifest_file, sheet=problem.layer, row=None, rows=[], remedy=remedy)
    if base_name is not None and problem.file.endswith((".csv", ".geojson", ".yaml")):
        where = _("{file} of {region}").format(file=problem.file, region=base_name)
        return _plain(problem, file=where, sheet=problem.layer)
    is_letter = problem.column is not None and problem.column.isalpha() and problem.column.isupper()
    letter = problem.column if is_letter and problem.code == "formula_without_result" else None
    return _plain(problem, sheet=problem.layer, letter=letter)


def _is_of(given: Given, problem: Problem) -> bool:
    return problem.layer is None or problem.layer in (given.sheet, given.table.name)


def _unique(problems: list[Plain]) -> list[Plain]:
    seen, kept = set(), []
    for problem in problems:
        mark = (problem["file"], problem["sheet"], problem["row"], problem["letter"], problem["message"])
        if mark not in seen:
            seen.add(mark)
            kept.append(problem)
    return kept


def shown_tables(problems: Sequence[Plain], tables: Iterable[Given]) -> list[Mapping[str, Any]]:
    """Return the rows of every table that has a problem in a cell, for the page to show it there."""
    out: list[Mapping[str, Any]] = []
    for given in tables:
        own = [p for p in problems if (p["file"], p["sheet"]) == (given.file, given.sheet)]
        if not own:
            continue
        wanted = [row for problem in own for row in problem["rows"]]
        rows = shown_rows(given, wanted, most=limits.SHOWN_ROWS, chars=limits.SHOWN_CHARS)
        out.append(
            {
                "file": given.file,
                "sheet": given.sheet,
                "label": given.label,
                "header_row": given.header_number,
                "header": given.header,
                "rows": rows,
                "n_rows": len(given.numbers),
            }
        )
    return out
