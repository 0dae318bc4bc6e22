"""The rules of a policy pack as a plan lists them: in which order they are told, where each holds, and where it is written."""

from __future__ import annotations

from collections.abc import Mapping

from planner.export.facts import Row
from planner.i18n import gettext as _

DECIDED = ("missed", "binding", "holds", "label", "set_aside", "not_reached")  # the order in which rules are told
DECIDING = frozenset({"missed", "binding"})


def rule_places(row: Row, names: Mapping[str, str]) -> str:
    """Return where a rule holds, in words."""
    places = [str(place) for place in row.get("places") or []]
    return ", ".join(names.get(place, place) for place in places) or _("everywhere")


def rule_source(row: Row) -> str:
    """Return document and clause of a rule."""
    return ", ".join(str(row[key]) for key in ("document", "clause") if row.get(key))


def rules_in_order(rows: list[Row]) -> list[Row]:
    """Return the rules, those that decided first; of one kind by year, then by id."""
    order = {name: i for i, name in enumerate(DECIDED)}
    return sorted(rows, key=lambda row: (order.get(str(row.get("decided")), 9), row.get("year") or 0, str(row["id"])))
