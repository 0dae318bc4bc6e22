"""Words of the page Why: what kind of place is asked about, and what can be done about a contradiction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.compare_words import gain_header, gain_text
from planner.i18n import gettext as _
from planner.knobs import groups

# family of limits -> the group of knobs on the page Scenario that moves it
KNOBS = {
    "power": "power",
    "network": "check",
    "water": "water",
    "green": "green",
    "carbon": "carbon",
    "land": "clusters",
    "clusters": "clusters",
    "workload": "demand",
    "stock": "stock",
    "objective": "objective",
    "hubs": "hubs",
    "heat": "heat",
    "budget": "phasing",
}


def kind_name(kind: str) -> str:
    """Return what a place is in the plan."""
    names = {"in": _("in the plan"), "out": _("possible, not in the plan"), "excluded": _("excluded")}
    return names.get(kind, _("unknown"))


def advice(family: str) -> str:
    """Return what a planner may change where limits of a family stand in the way."""
    texts = {
        "power": _(
            "Give the grid more room: allow reinforcements, a longer reach to stations, a larger share of one zone."
        ),
        "network": _(
            "The grid check stands in the way: plan a reinforcement of what it names, or take load off its stations."
        ),
        "water": _(
            "Give more water: a larger share of the plants, a longer reach, a higher cap; or offer cooling without water."
        ),
        "green": _("Ask for less green power, or offer more of it."),
        "carbon": _("Raise the carbon cap."),
        "land": _("Allow larger sites, or less land per MW."),
        "clusters": _(
            "Take back or lower the wish for a site, or change smallest size, largest size or number of sites."
        ),
        "workload": _("Ask for less demand, or allow that some of it is not served or goes outside."),
        "stock": _("Ask for fewer changes of existing centres."),
        "hubs": _("Raise the limits of the hub, or let a rule of its technologies or mean PUE begin later."),
        "heat": _("Ask for less reuse of heat, or allow a longer reach to its users."),
        "budget": _("Raise the budget of the period, or spread the demand over more years."),
        "objective": _("Loosen your own limit on cost, carbon, water or IT load."),
    }
    return texts.get(family, "")


def knob_group(family: str) -> str:
    """Return the title of the group of knobs that moves a family of limits, "" where there is none."""
    titles = {group.id: group.title.here for group in groups()}
    return titles.get(KNOBS.get(family, ""), "")


def limit_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return rows of the board for a reader."""
    return [
        {
            _("Limit"): str(row["title"]),
            _("When"): str(row["when"]) or "–",
            _("Used / limit"): str(row["used"]),
            _("Worth at this siting"): str(row["sentence"] or row["note"]),
            gain_header(row["gain_unit"]): gain_text(row["gain"], row["gain_unit"]),
        }
        for row in rows
    ]


def headroom_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what is left at the stations in reach, for a reader."""
    return [
        {
            _("Station in reach"): row["name"],
            _("Left in {year} (MVA)").format(year=row["year"]): round(max(0.0, row["left"]), 1),
            _("Limit (MVA)"): round(row["limit"], 1),
        }
        for row in rows
    ]
