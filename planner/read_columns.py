"""Compare the columns of a layer with the declared ones: missing, misspelled, in another unit, unknown."""

from __future__ import annotations

import difflib

from planner.i18n import gettext as _
from planner.read_crs import is_shifted, shifted_message
from planner.read_findings import Findings, RawLayer
from planner.tables import EVERY_TABLE, Column, Table
from planner.units import factor_between, stem_and_unit

_NEAR = 0.8
_POSITION = ("lon", "lat")
_MARK = "_confidence"


def declared_columns(table: Table) -> dict[str, Column]:
    """Return the columns a table may have, with those that every table may have."""
    return {column.name: column for column in (*table.columns, *EVERY_TABLE)}


def confidence_columns(table: Table, layer: RawLayer) -> list[str]:
    """Return the `<column>_confidence` columns the layer has for declared columns."""
    declared = declared_columns(table)
    return [name for name in layer.cells if name.endswith(_MARK) and name.removesuffix(_MARK) in declared]


def check_columns(table: Table, layer: RawLayer, findings: Findings) -> None:
    """Note every column that is missing, misspelled, in another unit or unknown."""
    declared = declared_columns(table)
    given = [str(column) for column in layer.cells]
    absent = [name for name in declared if name not in given]
    explained: set[str] = set()
    unread: list[str] = []
    marks = confidence_columns(table, layer)
    for name in (name for name in given if name not in declared and name not in marks):
        if is_shifted(name):
            message, remedy = shifted_message(name)
            findings.add(layer.file, "crs_shifted", message, remedy, layer=layer.name, row=1, column=name)
        elif (meant := _other_unit(name, declared, absent)) is not None:
            _note_unit(layer, name, declared[meant], findings)
            explained.add(meant)
        elif near := difflib.get_close_matches(name.lower(), absent, n=1, cutoff=_NEAR):
            _note_near(layer, name, near[0], findings)
            explained.add(near[0])
        else:
            unread.append(name)
    has_points = layer.geometry is not None
    for name in absent:
        if name not in explained and not declared[name].is_optional and not (name in _POSITION and has_points):
            _note_missing(layer, declared[name], findings)
    if unread:
        message = _("{layer}: columns that are not part of the format were not read: {columns}.").format(
            layer=layer.name, columns=", ".join(unread)
        )
        findings.notice(layer.file, "columns_not_read", message, layer=layer.name)


def _other_unit(name: str, declared: dict[str, Column], absent: list[str]) -> str | None:
    stem, unit = stem_and_unit(name.lower())
    for meant in absent:
        wanted_stem, wanted_unit = stem_and_unit(meant)
        if wanted_unit is not None and declared[meant].is_numeric and stem == wanted_stem and unit != wanted_unit:
            return meant
    return None


def _note_unit(layer: RawLayer, name: str, wanted: Column, findings: Findings) -> None:
    given_unit, wanted_unit = stem_and_unit(name.lower())[1], stem_and_unit(wanted.name)[1]
    if wanted_unit is None:
        return
    if given_unit is None:
        message = _("{layer}.{given} does not say its unit; {wanted} is expected in {unit}.").format(
            layer=layer.name, given=name, wanted=wanted.name, unit=wanted.unit
        )
        remedy = _("If the values are in {unit}, rename the column to {wanted}; convert them otherwise.").format(
            unit=wanted.unit, wanted=wanted.name
        )
    else:
        message = _("{layer}.{given} is in {given_unit}; {wanted} is expected in {unit}.").format(
            layer=layer.name, given=name, given_unit=given_unit.label, wanted=wanted.name, unit=wanted.unit
        )
        factor = factor_between(given_unit, wanted_unit)
        remedy = (
            _("Multiply the values by {factor} and rename the column to {wanted}.").format(
                factor=f"{factor:.6g}", wanted=wanted.name
            )
            if factor is not None
            else _("The two measure different things: convert the values and rename the column to {wanted}.").format(
                wanted=wanted.name
            )
        )
    findings.add(layer.file, "column_other_unit", message, remedy, layer=layer.name, row=1, column=name)


def _note_near(layer: RawLayer, name: str, near: str, findings: Findings) -> None:
    message = _("{layer}.{given} is no column of the format, and {near} is absent.").format(
        layer=layer.name, given=name, near=near
    )
    remedy = _("Did you mean {near}? Rename the column; if it is something else, delete it.").format(near=near)
    findings.add(layer.file, "column_unknown", message, remedy, layer=layer.name, row=1, column=name)


def _note_missing(layer: RawLayer, column: Column, findings: Findings) -> None:
    message = _("{layer}.{column} is missing: {meaning}.").format(
        layer=layer.name, column=column.name, meaning=_(column.meaning_en)
    )
    unit = f" [{column.unit}]" if column.unit else ""
    remedy = _("Add the column {column}{unit}.").format(column=column.name, unit=unit)
    findings.add(layer.file, "column_missing", message, remedy, layer=layer.name, row=1, column=column.name)
