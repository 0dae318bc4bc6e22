"""A region with the corrections of a scenario: the same checks as when it was read, and its own fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from models.grid.source import GridFile
from planner.editable import EDITABLE, Cell, row_id
from planner.errors import InputProblems, Problem
from planner.i18n import gettext as _
from planner.read_findings import Findings, RawLayer, Reading
from planner.read_links import check_links, check_sums
from planner.read_manifest import MANIFEST, Manifest
from planner.read_values import typed_frame
from planner.region import Region, fingerprint_of
from planner.scenario import Scenario
from planner.scenario_path import join_path
from planner.tables import all_tables

FILE = "scenario"
MARK = "_confidence"
ASSUMED = "assumed"
GRID_PREFIX = "grid_"
Rows = Mapping[str, Mapping[str, Cell]]


def region_for(region: Region, scenario: Scenario) -> Region:
    """Return the region as a scenario sees it: itself where the scenario corrects nothing."""
    return edited(region, scenario.edits)


def edited(region: Region, edits: Mapping[str, Rows]) -> Region:
    """Return the region with cells of its tables replaced (table, row, column, value), checked as when it was read.

    A corrected cell is marked as assumed. A value that the region has already changes nothing, so correcting twice is
    correcting once; without edits the same object is returned. Raises InputProblems with every row that is not there and
    every value that its column, or the sum of its rows, does not allow; `layer`, `names` and `column` say where.
    """
    if not edits:
        return region
    findings = Findings()
    frames, readings = dict(region.tables), {}
    for table, rows in edits.items():
        if table not in EDITABLE:
            message = _("{table} is no table that a scenario may correct.").format(table=table)
            remedy = _("Choose from: {names}.").format(names=", ".join(EDITABLE))
            findings.add(FILE, "unknown_table", message, remedy, layer=table)
            continue
        cells = _with_rows(region.tables[table], table, rows, findings)
        layer = RawLayer(table, FILE, cells, range(1, len(cells) + 1))
        readings[table] = Reading(all_tables()[table], layer, findings)
        frames[table] = _typed(region.tables[table], readings[table], rows)
    _check(readings, frames, region=region)
    if findings.problems:
        raise InputProblems([_placed(problem) for problem in findings.problems])
    return replace(region, tables=frames, fingerprint=_fingerprint(region, frames))


def _with_rows(frame: pd.DataFrame, table: str, rows: Rows, findings: Findings) -> pd.DataFrame:
    """Return the cells of a table without its geometry, with the corrected values, and new rows where they may be added."""
    cells = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).astype(object)
    place = {row_id(record, table): at for at, record in zip(cells.index, _keys(cells, table), strict=True)}
    for row, values in rows.items():
        if row not in place and EDITABLE[table].may_add_rows:
            place[row] = len(cells)
            names = dict(zip(all_tables()[table].key, row.rsplit(" ", 1), strict=False))
            cells.loc[place[row], list(names)] = list(names.values())
        if row not in place:
            path = join_path(("edits", table, row))
            message = _("{path}: the table {table} has no row {row}.").format(path=path, table=table, row=row)
            findings.problems.append(
                Problem(FILE, table, None, path, row, "unknown_row", message, _("Take a name from the table."), (row,))
            )
            continue
        for column, value in values.items():
            if column not in EDITABLE[table].columns:
                message = _("{column} of {table} is no column that a scenario may correct.").format(
                    column=column, table=table
                )
                remedy = _("Choose from: {names}.").format(names=", ".join(EDITABLE[table].columns))
                findings.add(FILE, "unknown_column", message, remedy, layer=table, column=column)
                continue
            _put(cells, place[row], column, value)
    return cells


def _put(cells: pd.DataFrame, at: int, column: str, value: Cell) -> None:
    """Set one cell and mark it as assumed, unless it holds the value already."""
    before = cells.loc[at, column]
    is_same = bool(pd.isna(before)) if value is None else bool(pd.notna(before)) and before == value
    if is_same:
        return
    cells.loc[at, column] = value
    if column + MARK not in cells:
        cells[column + MARK] = pd.Series(None, index=cells.index, dtype=object)
    cells.loc[at, column + MARK] = ASSUMED


def _keys(cells: pd.DataFrame, table: str) -> list[dict[str, object]]:
    return [dict(record) for record in cells[list(all_tables()[table].key)].to_dict("records")]


def _typed(frame: pd.DataFrame, reading: Reading, rows: Rows) -> pd.DataFrame:
    """Return the table with its corrected columns typed and checked; all columns where rows were added."""
    typed = typed_frame(reading)
    if len(typed) != len(frame):
        return typed
    corrected = {column for cells in rows.values() for column in cells} & set(typed)
    columns = sorted(corrected | {c + MARK for c in corrected if c + MARK in typed})
    return frame.assign(**{name: typed[name].to_numpy() for name in columns})


def _check(readings: Mapping[str, Reading], frames: Mapping[str, pd.DataFrame], *, region: Region) -> None:
    """Note what the corrected tables say wrongly about other rows."""
    added = {name: reading for name, reading in readings.items() if EDITABLE[name].may_add_rows}
    check_links(added, frames)
    stock = {"stock": readings["stock_cooling"]} if "stock_cooling" in readings else {}
    check_sums({**stock, **readings}, frames, manifest=Manifest(region.meta, None, None, MANIFEST))


def _placed(problem: Problem) -> Problem:
    """Return a problem without the line of a file: the row stands in its names, and its path as far as it is known."""
    if (problem.column or "").startswith("edits"):
        return problem
    keys = ["edits", problem.layer or "", *problem.names[:1], *([problem.column] if problem.column else [])]
    return replace(problem, row=None, column=join_path(keys))


def _fingerprint(region: Region, frames: Mapping[str, pd.DataFrame]) -> str:
    """Return the hash of the corrected content, made as the reader makes it."""
    if isinstance(region.grid, GridFile):
        return fingerprint_of({**region.meta, "network_fingerprint": region.grid.fingerprint}, frames)
    grid = {GRID_PREFIX + name: frame for name, frame in (region.grid or {}).items()}
    return fingerprint_of(region.meta, {**frames, **grid})
