"""Plans of areas side by side: load by hub, and the indicators of the last year over all hubs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from planner.export.facts import PlanDict
from planner.export.hub_facts import has_hubs, hub_ids, hub_names, hub_row, totals
from planner.i18n import gettext as _
from planner.i18n import language

Row = Callable[[str, str, str, list[Any], str], dict[str, Any]]


def hub_figures(plans: Sequence[PlanDict], year: int, row: Row) -> list[dict[str, Any]]:
    """Return the figures of a year that plans of areas have beside the others; none where no plan has hubs.

    `row(key, label, unit, values, kind)` makes one figure. A plan without the hub has no value for it.
    """
    if not any(has_hubs(plan) for plan in plans):
        return []
    wholes: list[Mapping[str, float | None]] = [totals(plan, year) if has_hubs(plan) else {} for plan in plans]
    names: dict[str, str] = {}
    for plan in plans:
        names |= hub_names(plan, language())
    ids = list(dict.fromkeys(hub for plan in plans for hub in hub_ids(plan)))
    loads = [
        row(
            f"hub_{hub}",
            _("IT load, {hub}, {year}").format(hub=names[hub], year=year),
            "MW",
            [hub_row(plan, hub, year).get("it_mw") for plan in plans],
            "number",
        )
        for hub in ids
    ]
    labels = {
        "pue": ("PUE", ""),
        "ref": ("REF", ""),
        "cue_kg_per_kwh": ("CUE", "kg/kWh"),
        "rtt_ms": (_("Mean round trip"), "ms"),
    }
    return loads + [
        row(
            key,
            _("{what}, {year}").format(what=label, year=year),
            unit,
            [whole.get(key) for whole in wholes],
            "ratio",
        )
        for key, (label, unit) in labels.items()
    ]
