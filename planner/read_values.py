"""Turn raw cells into typed columns and check each value against its declaration."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from planner.i18n import gettext as _
from planner.read_advice import below_range
from planner.read_columns import confidence_columns, declared_columns
from planner.read_findings import Findings, RawLayer
from planner.tables import CONFIDENCES, Column, Table

_EMPTY = {"", "nan", "na", "n/a", "#n/a", "null", "none", "-", "--", "—"}
_YES = {"true", "1", "1.0", "yes", "y", "t", "是"}
_NO = {"false", "0", "0.0", "no", "n", "f", "否"}


def typed_frame(table: Table, layer: RawLayer, findings: Findings) -> pd.DataFrame:
    """Return the declared columns with their types; an absent optional column is empty."""
    columns = {}
    for column in declared_columns(table).values():
        columns[column.name] = _typed(column, table, layer, findings)
    for name in confidence_columns(table, layer):
        mark = Column(name, "choice", "", "", "", is_optional=True, allowed=CONFIDENCES)
        columns[name] = _typed(mark, table, layer, findings)
    frame = pd.DataFrame(columns)
    _check_unique(table, layer, frame, findings)
    return frame


def empty_frame(table: Table) -> pd.DataFrame:
    """Return a table without rows but with every declared column and its type."""
    return pd.DataFrame({column.name: _series(column, []) for column in declared_columns(table).values()})


def _typed(column: Column, table: Table, layer: RawLayer, findings: Findings) -> pd.Series:
    n = len(layer.cells)
    if column.name not in layer.cells:
        return _series(column, [None] * n)
    cells = list(layer.cells[column.name])
    parse = {"number": _number, "integer": _integer, "yes_no": _yes_no}.get(column.kind, _text)
    values = [parse(cell) for cell in cells]
    invalid = [i for i, value in enumerate(values) if value is _INVALID]
    if invalid:
        _note(column, table, layer, findings, positions=invalid, code="value_invalid")
    known = [None if value is _INVALID else value for value in values]
    missing = [i for i, value in enumerate(values) if value is None]
    if missing and not column.is_optional:
        _note(column, table, layer, findings, positions=missing, code="value_missing")
    _check_range(column, table, layer, known, findings)
    return _series(column, known)


class _Invalid:
    """The mark of a cell that has no meaning in its column."""


_INVALID = _Invalid()


def _text(cell: object) -> object:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip() or None


def _number(cell: object) -> object:
    if cell is None or (isinstance(cell, str) and cell.strip().lower() in _EMPTY):
        return None
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        return _INVALID
    try:
        value = float(cell)
    except ValueError:
        return _INVALID
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else _INVALID


def _integer(cell: object) -> object:
    value = _number(cell)
    return value if not isinstance(value, float) or value.is_integer() else _INVALID


def _yes_no(cell: object) -> object:
    if cell is None or (isinstance(cell, str) and cell.strip().lower() in _EMPTY):
        return None
    plain = str(cell).strip().lower()
    return True if plain in _YES else False if plain in _NO else _INVALID


def _series(column: Column, values: list) -> pd.Series:
    if column.is_numeric:
        numbers = pd.Series(np.array([np.nan if value is None else value for value in values], dtype=float))
        is_whole = column.kind == "integer" and not column.is_optional and bool(numbers.notna().all())
        return numbers.astype("int64") if is_whole else numbers
    if column.kind == "yes_no":
        return pd.Series([bool(value) for value in values], dtype=bool)
    return pd.Series(values, dtype=object)


def _check_range(column: Column, table: Table, layer: RawLayer, values: list, findings: Findings) -> None:
    if column.allowed:
        strange = [i for i, value in enumerate(values) if value is not None and value not in column.allowed]
        if strange:
            _note(column, table, layer, findings, positions=strange, code="value_not_allowed")
    if not column.is_numeric or (column.minimum is None and column.maximum is None):
        return
    low = -math.inf if column.minimum is None else column.minimum
    high = math.inf if column.maximum is None else column.maximum
    is_swapped_lat = _is_swapped(column, layer)
    below = [
        i
        for i, value in enumerate(values)
        if value is not None and (value < low or (column.is_minimum_excluded and value == low))
    ]
    above = [i for i, value in enumerate(values) if value is not None and value > high and not is_swapped_lat(i)]
    for positions, code in ((below, "value_below_range"), (above, "value_above_range")):
        if positions:
            _note(column, table, layer, findings, positions=positions, code=code)


def _is_swapped(column: Column, layer: RawLayer):
    """Return a test of whether a latitude out of range is explained by a swap, which is reported by itself."""
    if column.name != "lat" or "lon" not in layer.cells:
        return lambda position: False
    lon = [_number(cell) for cell in layer.cells["lon"]]
    return lambda position: isinstance(lon[position], float) and abs(lon[position]) <= 90.0


def _note(
    column: Column, table: Table, layer: RawLayer, findings: Findings, *, positions: list[int], code: str
) -> None:
    key = table.key
    if code == "value_below_range":
        message, remedy = below_range(table.name, column)
    else:
        message, remedy = _sentences(column, code)
    findings.add_rows(layer, code, message, remedy, positions=positions, key=key, column=column.name)


def _sentences(column: Column, code: str) -> tuple[str, str]:
    unit = f" {column.unit}" if column.unit else ""
    if code == "value_missing":
        message = _("{column} is empty in {rows}. It means: ") + _(column.meaning_en) + "."
        return message, _("Fill it in, or take the rows out of the table.")
    if code == "value_invalid":
        wanted = {
            "integer": _("a whole number"),
            "number": _("a number"),
            "yes_no": _("true or false"),
        }[column.kind]
        message = _("{column} is «{value}» in {rows}, where {wanted} is expected.").replace("{wanted}", wanted)
        return message, _("Write {wanted}{unit} with a decimal point and without a unit.").format(
            wanted=wanted, unit=unit
        )
    if code == "value_not_allowed":
        message = _("{column} is «{value}» in {rows}, which is not one of the known values.")
        return message, _("Use one of: {allowed}.").format(allowed=", ".join(column.allowed))
    message = _("{column} is {value} in {rows}; at most {maximum}{unit} is possible.")
    message = message.replace("{maximum}", f"{column.maximum:g}").replace("{unit}", unit)
    return message, _("Check the unit of the source, or correct the rows.")


def _check_unique(table: Table, layer: RawLayer, frame: pd.DataFrame, findings: Findings) -> None:
    if not table.key or not set(table.key) <= set(layer.cells.columns):
        return
    keys = frame[list(table.key)]
    again = keys.duplicated(keep="first") & keys.notna().all(axis=1)
    if not again.any():
        return
    shown = ", ".join(table.key)
    message = _("{column} stands twice: {rows} repeat a name. Two rows of one name would be counted as one.")
    remedy = _("Give each row its own {key}, or delete the copy.").format(key=shown)
    findings.add_rows(
        layer, "id_duplicate", message, remedy, positions=_positions(again), key=table.key, column=table.key[0]
    )


def _positions(mask: Iterable[bool]) -> list[int]:
    return [i for i, is_hit in enumerate(mask) if is_hit]
