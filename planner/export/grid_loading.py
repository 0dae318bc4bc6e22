"""How far each element of the network is loaded in the worst checked situation, read from the plan.

A plan may carry one row per element and year (`grid.elements`). Without it only the worst element of each checked
situation is known: the others are known to be loaded no more than that, and stay without a figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from planner.export.facts import PlanDict, Row

BRANCHES = ("line", "trafo", "trafo3w")
Loading = dict[str, Any]  # element, kind, value, limit, unit, year, situation, outage, outage_kind


def findings(plan: PlanDict) -> Iterator[Loading]:
    """Yield what is known of single elements: value against limit, with year, situation and outage."""
    grid = plan.get("grid") or {}
    if grid.get("elements"):
        yield from (dict(row) for row in grid["elements"])
        return
    for row in [*(grid.get("base") or []), *(grid.get("outages") or [])]:
        worst = row.get("worst")
        if worst and worst.get("value") is not None:
            yield {
                **{key: worst.get(key) for key in ("element", "kind", "value", "limit", "unit")},
                **{key: row.get(key) for key in ("year", "situation")},
                "outage": row.get("element"),
                "outage_kind": row.get("kind"),
            }
    if grid.get("limiting") and grid["limiting"].get("value") is not None:
        yield dict(grid["limiting"])


def share_percent(row: Row) -> float | None:
    """Return the loading in percent of what is allowed in that situation, None for a voltage."""
    limit = row.get("limit")
    return 100.0 * row["value"] / limit if row.get("unit") == "%" and limit else None


def worst_loadings(plan: PlanDict, *, year: int | None = None) -> dict[tuple[str, str], Loading]:
    """Return the worst finding of each branch by (kind, element), of one year or of all; `share` is percent of the limit."""
    best: dict[tuple[str, str], Loading] = {}
    for row in findings(plan):
        share = share_percent(row)
        if row.get("kind") not in BRANCHES or share is None or (year is not None and row.get("year") != year):
            continue
        key = (str(row["kind"]), str(row["element"]))
        if key not in best or share > best[key]["share"]:
            best[key] = {**row, "share": share}
    return best


def worst_voltages(plan: PlanDict) -> dict[str, Loading]:
    """Return the voltage finding of each bus that is closest to its limit or farthest outside it, pu."""
    best: dict[str, Loading] = {}
    for row in findings(plan):
        if row.get("kind") != "bus" or row.get("unit") != "pu" or row.get("limit") is None:
            continue
        sign = 1.0 if row["limit"] < 1.0 else -1.0
        found = {**row, "margin": sign * (row["value"] - row["limit"])}
        name = str(row["element"])
        if name not in best or found["margin"] < best[name]["margin"]:
            best[name] = found
    return best


def is_complete(plan: PlanDict) -> bool:
    """Tell whether the plan knows the worst loading of every element."""
    return bool((plan.get("grid") or {}).get("elements"))


def limiting_key(plan: PlanDict) -> tuple[str, str] | None:
    """Return (kind, element) of what limits the plan, None where it does not say."""
    row: Mapping[str, Any] = (plan.get("grid") or {}).get("limiting") or {}
    return (str(row["kind"]), str(row["element"])) if row.get("element") else None
