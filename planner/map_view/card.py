"""The value `Card`: what a page shows of one thing on a map, and how far its numbers can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from planner.export.words import confidence_name
from planner.i18n import gettext as _
from planner.map_view.selection import Selection
from planner.tables import MARKED_CONFIDENCES

WHOLE_FROM = 1000.0  # from here on decimals tell a planner nothing
SPECIES: dict[str, Callable[[], str]] = {
    "districts": lambda: _("District"),
    "study_area": lambda: _("Study area"),
    "exclusions": lambda: _("Area where building is not allowed"),
    "zones": lambda: _("Supply zone"),
    "substations": lambda: _("Substation"),
    "plants": lambda: _("Reclaimed-water plant"),
    "stock": lambda: _("Existing data centre"),
    "outside": lambda: _("Place outside the region"),
    "candidates": lambda: _("Candidate"),
    "sites": lambda: _("Site of the plan"),
    "feeds": lambda: _("Feed"),
    "pipes": lambda: _("Water pipe"),
    "grid_lines": lambda: _("Line of the grid"),
    "grid_stations": lambda: _("Place in the grid"),
    "marks": lambda: _("Mark"),
}


@dataclass(frozen=True)
class Fact:
    """One line of a card: `value` with its unit; `mark` tells its confidence where that differs from the row's."""

    label: str
    value: str
    mark: str = ""


@dataclass(frozen=True)
class Card:
    """What a page shows of one thing.

    `by_year`: rows with a year and amounts, units in the heads. `limits`: rows of the plan's limits that touch it.
    `near`: other things at the same place, to be picked from a list. `notes`: whole sentences. `is_marked`: the numbers are
    assumed or synthetic unless a fact says otherwise.
    """

    species: str
    title: str
    facts: tuple[Fact, ...] = ()
    by_year: tuple[dict[str, Any], ...] = ()
    limits: tuple[dict[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    near: tuple[Selection, ...] = ()
    confidence: str = ""
    is_marked: bool = False
    source: str = ""


def mark_of(row: Mapping[str, Any], column: str) -> str:
    """Return how far one value can be trusted where that differs from its row's confidence, "" where it does not."""
    own = row.get(f"{column}_confidence")
    return confidence_name(str(own)) if own and own != row.get("confidence") else ""


def is_marked(row: Mapping[str, Any]) -> bool:
    """Return whether the numbers of a row are assumed or synthetic unless they say otherwise."""
    return row.get("confidence") in MARKED_CONFIDENCES


def short(value: float | None) -> str:
    """Return a number with about four digits and no zeros behind them: 8.1, 117.3, 1,020."""
    if value is None or value != value:  # noqa: PLR0124 (NaN)
        return "–"
    return f"{value:,.0f}" if abs(value) >= WHOLE_FROM else f"{value:.4g}"


def confidence_text(row: Mapping[str, Any]) -> str:
    """Return how far a row can be trusted, "" where that is not said."""
    return confidence_name(str(row["confidence"])) if row.get("confidence") else ""


def source_text(row: Mapping[str, Any]) -> str:
    """Return where a row comes from, "" where that is not said."""
    return str(row.get("source") or "")
