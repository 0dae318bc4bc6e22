"""Turn raw cells into typed columns and check each value against its declaration."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from planner.i18n import gettext as _
from planner.read_advice import sentences
from planner.read_columns import confidence_columns, declared_columns
from planner.read_findings import RawLayer, Reading
from planner.tables import CONFIDENCES, Column, Table
from planner.units import MAX_LAT_DEG

_EMPTY = {"", "nan", "na", "n/a", "#n/a", "null", "none", "-", "--", "—"}
_YES = {"true", "1", "1.0", "yes", "y", "t", "是"}
_NO = {"false", "0", "0.0", "no", "n", "f", "否"}


def typed_frame(reading: Reading) -> pd.DataFrame:
    """Return the declared columns with their types; an absent optional column is empty."""
    columns = {column.name: _typed(reading, column) for column in declared_columns(reading.table).values()}
    for name in confidence_columns(reading.table, reading.layer):
        mark = Column(name, "choice", "", "", "", is_optional=True, allowed=CONFIDENCES)
        columns[name] = _typed(reading, mark)
    frame = pd.DataFrame(columns)
    _check_unique(reading, frame)
    return frame


def empty_frame(table: Table) -> pd.DataFrame:
    """Return a table without rows but with every declared column and its type."""
    return pd.DataFrame({column.name: _series(column, []) for column in declared_columns(table).values()})


def _typed(reading: Reading, column: Column) -> pd.Series:
    cells = reading.layer.cells
    if column.name not in cells:
        return _series(column, [None] * len(reading.layer.rows))
    parse = {"number": _number, "integer": _integer, "yes_no": _yes_no}.get(column.kind, _text)
    values = [parse(cell) for cell in cells[column.name]]
    known = [None if value is _INVALID else value for value in values]
    found = {
        "value_invalid": [i for i, value in enumerate(values) if value is _INVALID],
        "value_missing": [i for i, value in enumerate(values) if value is None and not column.is_optional],
        **_out_of_range(reading.layer, column, values=known),
    }
    for code, positions in found.items():
        if positions:
            message, remedy = sentences(code, column)
            reading.note_rows(code, message, remedy=remedy, positions=positions, column=column.name)
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


def _series(column: Column, values: list[Any]) -> pd.Series:
    if column.is_numeric:
        numbers = pd.Series(np.array([np.nan if value is None else value for value in values], dtype=float))
        is_whole = column.kind == "integer" and not column.is_optional and bool(numbers.notna().all())
        return numbers.astype("int64") if is_whole else numbers
    if column.kind == "yes_no":
        return pd.Series([bool(value) for value in values], dtype=bool)
    return pd.Series(values, dtype=object)


def _out_of_range(layer: RawLayer, column: Column, *, values: list[Any]) -> dict[str, list[int]]:
    """Return the rows outside the declared values, by the code of the problem."""
    present = [(i, value) for i, value in enumerate(values) if value is not None]
    if column.allowed:
        return {"value_not_allowed": [i for i, value in present if value not in column.allowed]}
    if not column.is_numeric:
        return {}
    low = -math.inf if column.minimum is None else column.minimum
    high = math.inf if column.maximum is None else column.maximum
    is_swapped = _is_swapped(column, layer)
    return {
        "value_below_range": [
            i for i, value in present if value < low or (column.is_minimum_excluded and value == low)
        ],
        "value_above_range": [i for i, value in present if value > high and not is_swapped(i)],
    }


def _is_swapped(column: Column, layer: RawLayer) -> Callable[[int], bool]:
    """Return a test of whether a latitude out of range is explained by a swap, which is reported by itself."""
    partner = column.name.replace("lat", "lon")
    if column.name not in ("lat", "seat_lat") or partner not in layer.cells:
        return lambda _position: False
    lon = [_number(cell) for cell in layer.cells[partner]]
    return lambda position: isinstance(lon[position], float) and abs(float(str(lon[position]))) <= MAX_LAT_DEG


def _check_unique(reading: Reading, frame: pd.DataFrame) -> None:
    key = reading.table.key
    if not key or not set(key) <= set(reading.layer.cells.columns):
        return
    names = frame[list(key)]
    again = np.flatnonzero(names.duplicated(keep="first") & names.notna().all(axis=1)).tolist()
    if again:
        message = _("{column} stands twice: {rows} repeat a name. Two rows of one name would be counted as one.")
        remedy = _("Give each row its own {key}, or delete the copy.").format(key=", ".join(key))
        reading.note_rows("id_duplicate", message, remedy=remedy, positions=again, column=key[0])
