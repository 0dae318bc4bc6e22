"""What a finished plan says to a rule: the plan, its places and its scenario, read the same way by every check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.policy import PolicyPack
from planner.policy_limits import is_in
from planner.policy_rule import Rule
from planner.scenario import Scenario

BINDING, HOLDS, NOT_REACHED, SHOWN, SET_ASIDE, MISSED = (
    "binding",
    "holds",
    "not_reached",
    "label",
    "set_aside",
    "missed",
)
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Judged:
    """What a rule did in a plan: the word for it, the reason (a code), and the figure that it is measured by.

    `what`: technologies, classes or places that the reason speaks of. `worth`: what one more unit of the limit saves a
    year, of the limit whose unit is `worth_unit`; None where the plan does not know it.
    """

    decided: str
    reason: str
    measured: float | None = None
    what: tuple[str, ...] = ()
    worth: float | None = None
    worth_unit: str | None = None


@dataclass(frozen=True)
class PlanCase:
    """A plan and what it was made from. `annual`: climate, technology, pue_annual. `years`: those in which the rule holds."""

    pack: PolicyPack
    plan: Mapping[str, Any]
    places: pd.DataFrame
    scenario: Scenario
    annual: pd.DataFrame
    years: tuple[int, ...] = ()

    def inside(self, rule: Rule) -> pd.DataFrame:
        """Return the places that the rule speaks to."""
        return self.places[is_in(rule, self.places)]

    def sites(self, rule: Rule | None = None) -> list[Mapping[str, Any]]:
        """Return the plan's sites, of a rule those that it speaks to."""
        here = set(self.places["site"] if rule is None else self.inside(rule)["site"])
        return [site for site in self.plan["sites"] if site["id"] in here]

    def markets(self, rule: Rule) -> list[Mapping[str, Any]]:
        """Return the rows of markets with use in the years of the rule; the whole plan's where there are no markets."""
        rows = self.plan.get("markets") or []
        if not rows:
            return [_whole(row) for row in self.plan["energy"] if row["year"] in self.years and row["new_mwh"] > 0]
        here = set(self.inside(rule)["market"])
        return [r for r in rows if r["market"] in here and r["year"] in self.years and r["energy_mwh"] > 0]

    def limits(self, constraint: str) -> list[Mapping[str, Any]]:
        """Return the plan's limits of one kind in the years of the rule."""
        rows = [row for row in self.plan["limits"] if row["constraint"] == constraint]
        return [row for row in rows if set(row["index"]) & set(self.years) or not _has_year(row, self.plan["years"])]

    def pue(self, climate: str, technology: str) -> float | None:
        """Return the annual PUE of a technology at a place; None where it is not known."""
        known = self.annual
        found = known.loc[(known["climate"] == climate) & (known["technology"] == technology), "pue_annual"]
        return float(found.iloc[0]) if len(found) else None

    def site_pue(self, site: Mapping[str, Any]) -> float | None:
        """Return the highest annual PUE of what a site has built; None where nothing is known of it."""
        values = [self.pue(site["climate"], part["technology"]) for part in site["cooling"]]
        return max((value for value in values if value is not None), default=None)


def load_mw(sites: Iterable[Mapping[str, Any]], year: int, workloads: Iterable[str] | None = None) -> float:
    """Return the IT load [MW] of sites in a year, of single classes where they are named."""
    wanted = None if workloads is None else set(workloads)
    parts = (part for site in sites for part in site["loads"] if part["year"] == year)
    return float(sum(part["it_mw"] for part in parts if wanted is None or part["workload"] in wanted))


def share(part: float, whole: float) -> float | None:
    """Return part / whole; None where there is nothing."""
    return part / whole if whole > TOLERANCE else None


def _whole(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the plan's energy as that of the one market it has."""
    bought = {"energy_mwh": row["new_mwh"], "ref": row["green_share"], "pue": None, "it_mwh": None}
    return {"market": None, "year": row["year"], "required_share": row["required_share"], **bought}


def _has_year(row: Mapping[str, Any], years: Iterable[int]) -> bool:
    return bool(set(row["index"]) & set(years))
