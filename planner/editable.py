"""Which cells of a region a planner may correct inside a scenario, and whether a corrected value can be used.

A correction is named by table, row and column: `edits.substations.N220-14.headroom_mva`. Names, positions and links between
rows stay as the region has them. The row of a table with several names is written with all of them: `N220-14 2030`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from planner.errors import Problem
from planner.i18n import gettext as _
from planner.read_advice import sentences
from planner.scenario_path import join_path
from planner.tables import Column, all_tables

Cell = bool | int | float | str | None
SHOWN = ("name_en", "name_zh")


@dataclass(frozen=True)
class Editable:
    """One table: its columns that may be corrected, and whether rows may be added."""

    columns: tuple[str, ...]
    may_add_rows: bool = False


EDITABLE: dict[str, Editable] = {
    "substations": Editable(
        ("headroom_mva", "ac_hosting_mw", "firm_mva", "peak_mva", "n_free_bays", "in_service_year", "is_expandable")
    ),
    "zones": Editable(("headroom_mva", "ac_hosting_mw", "local_generation_counted_mw")),
    "headroom_years": Editable(("headroom_mva",), may_add_rows=True),
    "reclaimed_plants": Editable(("capacity_m3_per_day", "committed_m3_per_day")),
    "districts": Editable(("demand_weight", "usable_land_share", "land_cost_cny_per_ha")),
    "stock": Editable(("it_mw", "n_halls", "load_factor", "reclaimed_share")),
    "stock_cooling": Editable(("it_share",)),
    "resources": Editable(("available_mwh_per_year", "premium_cny_per_mwh", "max_share")),
    "outside_sites": Editable(("capacity_mw", "service_cny_per_mw_year")),
    "reinforcements": Editable(("n_units", "added_mva", "lead_years", "in_service_year", "cost_cny")),
    "sites": Editable(("area_ha", "access_mva")),
    "markets": Editable(
        ("energy_cny_per_kwh", "demand_charge_cny_per_kw_month", "grid_kgco2_per_kwh", "renewable_gen_share_of_use")
    ),
    "heat_sinks": Editable(("demand_mwh_per_year", "price_cny_per_mwh")),
}


def row_id(keys: Mapping[str, Any], table: str) -> str:
    """Return the name of a row from its key columns: years without a decimal point, several names with a blank between."""
    return " ".join(_text(keys[name]) for name in all_tables()[table].key)


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def shown_columns(table: str) -> tuple[str, ...]:
    """Return what a page shows of a table: its names, then what may be corrected."""
    declared = all_tables()[table]
    names = [name for name in SHOWN if name in declared.column_names]
    return (*declared.key, *names, *EDITABLE[table].columns)


def plain_edits(value: Any) -> Any:
    """Return edits with text names, declared kinds of numbers and no empty parts; what has another shape is left alone."""
    if not isinstance(value, Mapping):
        return value
    tables = {str(table): _plain_rows(str(table), rows) for table, rows in value.items()}
    return {table: rows for table, rows in tables.items() if rows != {}}


def _plain_rows(table: str, rows: Any) -> Any:
    if not isinstance(rows, Mapping):
        return rows
    found = {_text(row): _plain_cells(table, cells) for row, cells in rows.items()}
    return {row: cells for row, cells in found.items() if cells != {}}


def _plain_cells(table: str, cells: Any) -> Any:
    if not isinstance(cells, Mapping):
        return cells
    return {str(name): _plain_cell(_declared(table, str(name)), value) for name, value in cells.items()}


def _plain_cell(column: Column | None, value: Any) -> Any:
    if column is None or isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return value
    if column.kind == "number":
        return float(value)
    return int(value) if column.kind == "integer" and float(value).is_integer() else value


def _declared(table: str, column: str) -> Column | None:
    known = EDITABLE.get(table)
    return all_tables()[table].column(column) if known is not None and column in known.columns else None


def edit_problems(edits: Mapping[str, Mapping[str, Mapping[str, Cell]]], *, file: str) -> Iterator[Problem]:
    """Find corrections of what may not be corrected, and values that their columns cannot hold."""
    for table, rows in edits.items():
        if table not in EDITABLE:
            message = _("{table} is no table that a scenario may correct.").format(table=table)
            remedy = _("Choose from: {names}.").format(names=", ".join(EDITABLE))
            yield _problem(file, (table,), table, message=message, remedy=remedy)
            continue
        for row, cells in rows.items():
            for name, value in cells.items():
                yield from _cell_problems(file, (table, row, name), value)


def _cell_problems(file: str, place: tuple[str, str, str], value: Cell) -> Iterator[Problem]:
    table, row, name = place
    column = _declared(table, name)
    if column is None:
        message = _("{column} of {table} is no column that a scenario may correct.").format(column=name, table=table)
        remedy = _("Choose from: {names}.").format(names=", ".join(EDITABLE[table].columns))
        yield _problem(file, place, value, message=message, remedy=remedy)
        return
    code = _code(column, value)
    if code is not None:
        message, remedy = sentences(code, column)
        for mark, text in {"column": f"{table}.{name}", "rows": row, "value": value}.items():
            message = message.replace("{" + mark + "}", str(text))
        yield _problem(file, place, value, message=message, remedy=remedy)


def _code(column: Column, value: Cell) -> str | None:
    """Return what is wrong with a value by the code of the problem, None where it can be used."""
    if value is None:
        return None if column.is_optional else "value_missing"
    if column.kind == "yes_no":
        return None if isinstance(value, bool) else "value_invalid"
    if isinstance(value, bool | str) or (column.kind == "integer" and not isinstance(value, int)):
        return "value_invalid"
    if column.minimum is not None and (
        value < column.minimum or (column.is_minimum_excluded and value <= column.minimum)
    ):
        return "value_below_range"
    return "value_above_range" if column.maximum is not None and value > column.maximum else None


def _problem(file: str, place: tuple[str, ...], value: object, *, message: str, remedy: str) -> Problem:
    path = join_path(("edits", *place))
    names = place[1:2]
    return Problem(file, place[0], None, path, str(value), "edit_value", f"{path}: {message}", remedy, names=names)
