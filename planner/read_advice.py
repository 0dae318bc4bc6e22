"""What a wrong value means and what to do: the sentences of the reader that need knowledge of the subject.

In every message `{column}`, `{rows}` and `{value}` stay open until the rows are known.
"""

from __future__ import annotations

from planner.i18n import gettext as _
from planner.tables import Column


def sentences(code: str, column: Column) -> tuple[str, str]:
    """Return message and remedy for values of a column that cannot be used."""
    unit = f" {column.unit}" if column.unit and column.unit != "1" else ""
    if code == "value_below_range":
        return _below_range(column)
    if code == "value_missing":
        return _missing(column)
    if code == "value_invalid":
        kinds = {"integer": _("a whole number"), "number": _("a number"), "yes_no": _("true or false")}
        message = _("{column} is «{value}» in {rows}, where {wanted} is expected.")
        remedy = _("Write {wanted}, with a decimal point and without a unit.").format(wanted=kinds[column.kind])
        return message.replace("{wanted}", kinds[column.kind] + unit), remedy
    if code == "value_not_allowed":
        message = _("{column} is «{value}» in {rows}, which is not one of the known values.")
        return message, _("Use one of: {allowed}.").format(allowed=", ".join(column.allowed))
    message = _("{column} is {value} in {rows}; at most {maximum} is possible.")
    message = message.replace("{maximum}", f"{column.maximum:g}{unit}")
    return message, _("Check the unit of the source, or correct the rows.")


def _below_range(column: Column) -> tuple[str, str]:
    """Return message and remedy for values below the range of a column."""
    if column.name == "headroom_mva":
        message = _("{column} is negative in {rows}. No plan could keep such a limit, not even one without sites.")
        remedy = _(
            "If they are overloaded, set 0 and write the overload into `source`; if the sign convention of the source "
            "is the opposite, multiply the column by -1."
        )
        return message, remedy
    if column.name == "capacity_m3_per_day":
        message = _("{column} is not above 0 in {rows}. A plant without capacity waters nothing.")
        return message, _("Give the capacity; if the plant is closed or not built, take the row out.")
    if column.name == "committed_m3_per_day":
        message = _("{column} is negative in {rows}. It would add water to the plant.")
        return message, _("Write the data-centre sector's own other use as a positive number, 0 if there is none.")
    unit = f" {column.unit}" if column.unit and column.unit != "1" else ""
    bound = f"{column.minimum:g}{unit}"
    if column.is_minimum_excluded:
        message = _("{column} is {value} in {rows}; it must be above {bound}.").replace("{bound}", bound)
    else:
        message = _("{column} is {value} in {rows}; it must be at least {bound}.").replace("{bound}", bound)
    return message, _("Correct the rows, or leave the cell empty where the column is optional.")


def _missing(column: Column) -> tuple[str, str]:
    """Return message and remedy for empty cells of a column that must be filled."""
    if column.name == "capacity_m3_per_day":
        message = _("{column} is empty in {rows}. A plant without capacity waters nothing.")
        return message, _("Give the capacity; if the plant is closed or not built, take the row out.")
    meaning = column.meaning
    unit = f" [{column.unit}]" if column.unit and column.unit != "1" else ""
    message = _("{column} is empty in {rows}: {meaning}.").replace("{meaning}", meaning + unit)
    return message, _("Fill it in, or take the rows out of the table.")
