"""What a value below its range means and what to do: the sentences that need knowledge of the subject."""

from __future__ import annotations

from planner.i18n import gettext as _
from planner.tables import Column


def below_range(table: str, column: Column) -> tuple[str, str]:
    """Return message and remedy for values below the range of a column; `{column}` and `{rows}` stay open."""
    if column.name == "headroom_mva":
        message = _("{column} is negative in {rows}. The model would read it as capacity that must be given back.")
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
