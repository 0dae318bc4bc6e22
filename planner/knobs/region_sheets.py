"""Tables of the region that a planner corrects inside a scenario: stations, plants, headroom by year, ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.editable import EDITABLE, row_id, shown_columns
from planner.export.words import in_a_row
from planner.i18n import gettext as _
from planner.knobs.sheet import NAME, Sheet, SheetColumn, Tables, column_of, names_of, nodes_of
from planner.knobs.shown import DIGITS, PERCENT
from planner.scenario import Scenario
from planner.scenario_path import EDITS, join_path
from planner.tables import all_tables

HEADROOM = "headroom_mva"


def headroom_years(scenario: Scenario, tables: Tables) -> Sheet | None:
    """Return headroom of stations and zones by planning year; an empty cell means the headroom of today."""
    ids, names = nodes_of(tables)
    given = tables.get("headroom_years", {"columns": {}})["columns"]
    own = {f"{n} {y}": v for n, y, v in zip(*(given.get(c, []) for c in ("node", "year", HEADROOM)), strict=True)}
    edits = scenario.edits.get("headroom_years", {})
    years = [str(year) for year in scenario.years]
    column = all_tables()["headroom_years"].column(HEADROOM)
    cells = {
        year: [edits.get(f"{node} {year}", {}).get(HEADROOM, own.get(f"{node} {year}")) for node in ids]
        for year in years
    }
    return None if not ids else Sheet(
        "headroom_years",
        _("Headroom by year"),
        _("Fill in a year only where it differs from the headroom of today above."),
        (SheetColumn("id", _("Station or zone")), SheetColumn(NAME, _("Name")),
         *(column_of(column, name=year, label=year) for year in years)),
        tuple(ids),
        {"id": ids, NAME: names, **cells},
        lambda row, year: join_path((EDITS, "headroom_years", f"{row} {year}", HEADROOM)),
        lambda row, year: own.get(f"{row} {year}"),
        is_empty_own=True,
    )  # fmt: skip


def region_table(table: str, scenario: Scenario, tables: Tables) -> Sheet | None:
    """Return a table of the region with the scenario's corrections; None where the region has no such table."""
    if table not in tables:
        return None
    declared, given = all_tables()[table], tables[table]["columns"]
    n = len(next(iter(given.values())))
    base = {name: given.get(name) or [None] * n for name in declared.column_names}
    rows = tuple(row_id({k: base[k][i] for k in declared.key}, table) for i in range(n))
    own = {row: {name: base[name][i] for name in EDITABLE[table].columns} for i, row in enumerate(rows)}
    edits = scenario.edits.get(table, {})
    editable = [column_of(declared.column(name)) for name in EDITABLE[table].columns]
    names = [SheetColumn(key, declared.column(key).meaning) for key in declared.key]
    has_name = "name_en" in shown_columns(table)
    cells: dict[str, list[Any]] = {
        **{key: [str(value) for value in base[key]] for key in declared.key},
        **({NAME: names_of(tables[table])} if has_name else {}),
    }
    for column in editable:
        values = [edits.get(row, {}).get(column.name, own[row][column.name]) for row in rows]
        cells[column.name] = [v if v is None or not column.is_share else round(v * PERCENT, DIGITS - 2) for v in values]
    return Sheet(
        table,
        declared.meaning,
        _note(table),
        (*names, *([SheetColumn(NAME, _("Name"))] if has_name else []), *editable),
        rows,
        cells,
        lambda row, column: join_path((EDITS, table, row, column)),
        lambda row, column: own[row][column],
    )


def _note(table: str) -> str:
    """Return what a planner should know before changing a cell."""
    text = _(
        "A change here holds for this scenario only; the region's data stay as they are. Changed cells count as assumed."
    )
    if table not in ("substations", "zones"):
        return text
    return in_a_row(text, _("Where a value of an AC check is given, the smaller of it and the headroom counts."))


def own_cells(tables: Tables, edits: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return table, row, column, value of the region's own tables for the tables that are corrected."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for table in edits:
        if table in tables:
            given = tables[table]["columns"]
            n = len(next(iter(given.values())))
            records = [{name: values[i] for name, values in given.items()} for i in range(n)]
            empty = dict.fromkeys(EDITABLE[table].columns)
            found[table] = {row_id(record, table): {**empty, **record} for record in records}
    return found
