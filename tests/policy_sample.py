"""Places, PUE and a made-up plan on which every rule of every bundled pack can speak; figures are round on purpose."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from planner.bundled import ROOT
from planner.policy import PolicyPack
from planner.policy_case import PlanCase
from planner.policy_rule import Rule
from planner.scenario import Scenario, load_scenario

YEARS = (2025, 2027, 2030, 2035)
PUE = {
    "immersion": 1.10,
    "cold_plate_dry": 1.14,
    "indirect_evaporative": 1.18,
    "air_chiller": 1.28,
    "tower_economiser": 1.60,
}
LOW, HIGH = "immersion", "air_chiller"  # technologies that keep every cap, and hardly any
CLASSES = ("inference", "training")
PROJECTS_MW = 100.0


@lru_cache(maxsize=1)
def scenario() -> Scenario:
    """Return the bundled scenario of the national region with the technologies of the sample."""
    found = load_scenario(ROOT / "east_west" / "scenarios" / "reference.yaml")
    return found.changed({"cooling.technologies": list(PUE)})


@lru_cache(maxsize=1)
def places() -> pd.DataFrame:
    """Return the candidates of the national region: climate, market, hub, site, role."""
    sites, hubs = (pd.read_csv(ROOT / "east_west" / f"{name}.csv") for name in ("sites", "hubs"))
    role = sites["hub"].map(hubs.set_index("hub")["role"])
    return pd.DataFrame(
        {"climate": sites["site"], "market": sites["market"], "hub": sites["hub"], "site": sites["site"], "role": role}
    )


@lru_cache(maxsize=1)
def annual() -> pd.DataFrame:
    """Return the same PUE of each technology at every place."""
    rows = [(climate, name, pue) for climate in places()["climate"] for name, pue in PUE.items()]
    return pd.DataFrame(rows, columns=["climate", "technology", "pue_annual"])


def plan(technology: str = LOW, *, ref: float = 0.7, stock: bool = True) -> dict[str, Any]:
    """Return a plan with one site at every place, all cooled alike; `ref`: green share of every market and year."""
    pue, energy = PUE[technology], PROJECTS_MW * 8000.0
    by_year = {str(year): PROJECTS_MW for year in YEARS}
    sites = [_site(row, technology, by_year, energy * pue) for row in places().to_dict("records")]
    markets = [
        {"market": market, "year": year, "energy_mwh": energy * pue, "it_mwh": energy, "pue": pue, "ref": ref,
         "required_share": ref} for market in sorted(places()["market"].unique()) for year in YEARS
    ]  # fmt: skip
    served = [
        {"district": site["district"], "workload": part["workload"], "year": part["year"], "site": site["id"],
         "it_mw": part["it_mw"]} for site in sites for part in site["loads"]
    ]  # fmt: skip
    return {
        "years": list(YEARS), "sites": sites, "markets": markets, "energy": [], "assignments": served, "outside": [],
        "stock": [{"id": "S", "year": 2030}] if stock else [], "heat": [], "limits": [],
        "water_totals": [{"year": year, "new_m3": 1.0e6, "stock_m3": 2.0e6, "cap_m3": 16.8e6} for year in YEARS],
    }  # fmt: skip


def _site(row: dict[Any, Any], technology: str, by_year: dict[str, float], mwh: float) -> dict[str, Any]:
    loads = [{"year": year, "technology": technology, "plant": None, "workload": name, "it_mw": PROJECTS_MW / 2}
             for year in YEARS for name in CLASSES]  # fmt: skip
    return {
        "id": row["site"], "climate": row["climate"], "market": row["market"], "hub": row["hub"], "district": row["market"],
        "it_mw": dict(by_year), "installed_mw": {year: 1.25 * mw for year, mw in by_year.items()},
        "energy_mwh": dict.fromkeys(by_year, mwh), "loads": loads,
        "cooling": [{"technology": technology, "it_mw": PROJECTS_MW, "installed_mw": dict(by_year)}],
        "feeds": [{"voltage_kv": 220.0, "mw": 80.0}, {"voltage_kv": 110.0, "mw": 20.0}],
    }  # fmt: skip


def case(pack: PolicyPack, made: dict[str, Any] | None = None, asked: Scenario | None = None) -> PlanCase:
    """Return what the checks of a pack's rules look at."""
    return PlanCase(pack, made or plan(), places(), asked or scenario(), annual())


def alone(pack: PolicyPack, rule: Rule) -> PolicyPack:
    """Return the pack with this one rule of its quantity."""
    return pack.model_copy(update={"rules": (*without(pack, rule.quantity).rules, rule)})


def without(pack: PolicyPack, quantity: str) -> PolicyPack:
    """Return the pack without any rule of the quantity."""
    return pack.model_copy(update={"rules": tuple(r for r in pack.rules if r.quantity != quantity)})
