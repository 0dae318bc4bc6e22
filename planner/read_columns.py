"""Compare the columns of a layer with the declared ones: missing, misspelled, in another unit, unknown."""

from __future__ import annotations

import difflib

from planner.i18n import gettext as _
from planner.read_crs import is_shifted, shifted_message
from planner.read_findings import RawLayer, Reading
from planner.tables import EVERY_TABLE, Column, Table
from planner.units import UNITS, factor_between, stem_and_unit

_NEAR = 0.8
_POSITION = ("lon", "lat")
_MARK = "_confidence"


def declared_columns(table: Table) -> dict[str, Column]:
    """Return the columns a table may have, with those that every table may have."""
    return {column.name: column for column in (*table.columns, *EVERY_TABLE)}


def confidence_columns(table: Table, layer: RawLayer) -> list[str]:
    """Return the `<column>_confidence` columns the layer has for declared columns."""
    declared = declared_columns(table)
    return [name for name in map(str, layer.cells) if name.endswith(_MARK) and name.removesuffix(_MARK) in declared]


def check_columns(reading: Reading) -> None:
    """Note every column that is missing, misspelled, in another unit or unknown."""
    declared = declared_columns(reading.table)
    given = [str(column) for column in reading.layer.cells]
    absent = [name for name in declared if name not in given]
    marks = confidence_columns(reading.table, reading.layer)
    explained: set[str] = set()
    unread: list[str] = []
    for name in (name for name in given if name not in declared and name not in marks):
        if is_shifted(name):
            message, remedy = shifted_message(name)
            reading.note("crs_shifted", message, remedy=remedy, row=1, column=name)
        elif (meant := _other_unit(name, declared, absent=absent)) is not None:
            _note_unit(reading, name, wanted=declared[meant])
            explained.add(meant)
        elif near := difflib.get_close_matches(name.lower(), absent, n=1, cutoff=_NEAR):
            _note_near(reading, name, near=near[0])
            explained.add(near[0])
        else:
            unread.append(name)
    placed_by_points = _POSITION if reading.layer.geometry is not None else ()
    for name in absent:
        if name not in explained and not declared[name].is_optional and name not in placed_by_points:
            _note_missing(reading, declared[name])
    if unread:
        message = _("{layer}: columns that are not part of the format were not read: {columns}.").format(
            layer=reading.layer.name, columns=", ".join(unread)
        )
        reading.findings.notice(reading.layer.file, "columns_not_read", message, layer=reading.layer.name)


def _other_unit(name: str, declared: dict[str, Column], *, absent: list[str]) -> str | None:
    stem, unit = stem_and_unit(name.lower())
    for meant in absent:
        wanted_stem, wanted_unit = stem_and_unit(meant)
        if wanted_unit is not None and declared[meant].is_numeric and stem == wanted_stem and unit != wanted_unit:
            return meant
    return None


def _note_unit(reading: Reading, name: str, *, wanted: Column) -> None:
    given, expected = stem_and_unit(name.lower())[1], UNITS[_suffix(wanted)]
    factor = None if given is None else factor_between(given, expected)
    layer = reading.layer.name
    if given is None:
        message = _("{layer}.{given} does not say its unit; {wanted} is expected in {unit}.").format(
            layer=layer, given=name, wanted=wanted.name, unit=wanted.unit
        )
        remedy = _("If the values are in {unit}, rename the column to {wanted}; convert them otherwise.").format(
            unit=wanted.unit, wanted=wanted.name
        )
    else:
        message = _("{layer}.{given} is in {given_unit}; {wanted} is expected in {unit}.").format(
            layer=layer, given=name, given_unit=given.label, wanted=wanted.name, unit=wanted.unit
        )
        remedy = _("The two measure different things: convert the values and rename the column to {wanted}.").format(
            wanted=wanted.name
        )
    if factor is not None:
        remedy = _("Multiply the values by {factor} and rename the column to {wanted}.").format(
            factor=f"{factor:.6g}", wanted=wanted.name
        )
    reading.note("column_other_unit", message, remedy=remedy, row=1, column=name)


def _suffix(column: Column) -> str:
    unit = stem_and_unit(column.name)[1]
    return "" if unit is None else unit.suffix


def _note_near(reading: Reading, name: str, *, near: str) -> None:
    message = _("{layer}.{given} is no column of the format, and {near} is absent.").format(
        layer=reading.layer.name, given=name, near=near
    )
    remedy = _("Did you mean {near}? Rename the column; if it is something else, delete it.").format(near=near)
    reading.note("column_unknown", message, remedy=remedy, row=1, column=name)


def _note_missing(reading: Reading, column: Column) -> None:
    message = _("{layer}.{column} is missing: {meaning}.").format(
        layer=reading.layer.name, column=column.name, meaning=column.meaning
    )
    unit = f" [{column.unit}]" if column.unit else ""
    remedy = _("Add the column {column}{unit}.").format(column=column.name, unit=unit)
    reading.note("column_missing", message, remedy=remedy, row=1, column=column.name)
