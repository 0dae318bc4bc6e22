"""The audit passes an honest plan of areas and fails every plan that was changed in one place; each limit can fail."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.siting.data import SitingData
from planner.assemble import Assembled
from planner.audit import CHECKS, Check, audit_plan
from planner.audit_case import Case
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario
from planner.session import Session
from tests.falsified_areas import FALSIFICATIONS, Data

CASE = Path(__file__).parents[1] / "cases" / "small_areas" / "scenarios" / "reference.yaml"
LIMITED = {
    "hubs": {"plain": {"energy_mwh": {2035: 400_000.0}, "it_mw": {2030: 20.0}, "water_m3": {2035: 9_000.0}}},
    "phasing": {"lead_years": {"default": 4}, "budget_cny": {2035: 2.2e9}},
}
WHOLE = ("energy of a market", "REF of a hub", "certificates in another market", "use of a hub's limit")


@dataclass(frozen=True)
class Solved:
    plan: Data
    region: Region
    scenario: Scenario
    assembled: Assembled
    owners: Mapping[str, set[Check]]

    def case(self, plan: Data) -> Case:
        given = self.assembled
        return Case(plan, self.region, self.scenario, given.data, given.candidates, given.stock.yearly_mwh)

    def failures(self, plan: Data, check: str) -> set[str]:
        case = self.case(plan)
        return {out.check for function in self.owners[check] for out in function(case) if out.failures}

    def with_data(self, **frames: pd.DataFrame) -> Solved:
        return replace(self, assembled=replace(self.assembled, data=self.assembled.data.changed(**frames)))


def with_rules(data: SitingData) -> SitingData:
    """Return the data with a mean PUE cap and a technology that ends, as dated rules would give."""
    return data.changed(
        mean_pue_caps=pd.DataFrame([("EA", 2035, 1.2)], columns=["market", "year", "cap"]),
        hub_occupancy=pd.DataFrame([("plain", 2035, 0.7)], columns=["hub", "year", "share"]),
        banned_blocks=pd.DataFrame(
            [("A2", "air_chiller", 2030), ("A2", "air_chiller", 2035), ("A2", "indirect_evaporative", 2035)],
            columns=["climate", "technology", "year"],
        ),
    )


@pytest.fixture(scope="module")
def solved() -> Solved:
    scenario = load_scenario(CASE).changed(LIMITED)
    region = read_region(scenario.region)
    session = Session(region, scenario)
    session.assembled = replace(session.assembled, data=with_rules(session.assembled.data))
    plan = json.loads(session.solve().to_json())
    found = Solved(plan, region, scenario, session.assembled, owners := defaultdict(set))
    for function in CHECKS:
        for outcome in function(found.case(plan)):
            owners[outcome.check].add(function)
    return found


def test_an_honest_plan_passes(solved: Solved) -> None:
    report = audit_plan(solved.plan, solved.region, solved.scenario, assembled=solved.assembled)

    assert report["failures"] == []
    assert report["n_checks"] > 1000
    told = {row["constraint"] for row in solved.plan["limits"]}
    assert {"hub_cap", "own_access", "mean_pue", "green_share", "green_channel", "investment", "hub_occupancy"} <= told


def test_checks_of_areas_make_comparisons(solved: Solved) -> None:
    busy = {check.__name__ for check in CHECKS if sum(outcome.n for outcome in check(solved.case(solved.plan)))}

    assert {"check_prices", "check_markets", "check_hubs", "check_places", "check_network_costs"} <= busy
    assert "check_banned" in busy, "no block of a technology that ends stands in the case: it shows nothing"


@pytest.mark.parametrize("name", FALSIFICATIONS)
def test_its_own_check_finds_a_falsified_number(solved: Solved, name: str) -> None:
    check, change = FALSIFICATIONS[name]
    plan = copy.deepcopy(solved.plan)
    change(plan)

    assert check in solved.failures(plan, check)


@pytest.mark.parametrize("name", WHOLE)
def test_one_falsified_number_fails_the_audit(solved: Solved, name: str) -> None:
    check, change = FALSIFICATIONS[name]
    plan = copy.deepcopy(solved.plan)
    change(plan)

    report = audit_plan(plan, solved.region, solved.scenario, assembled=solved.assembled)

    assert report["status"] == "failed"
    assert check in {failure["check"] for failure in report["failures"]}


def scaled(solved: Solved, frame: str, column: str, factor: float) -> Solved:
    table = solved.assembled.data[frame]
    return solved.with_data(**{frame: table.assign(**{column: table[column].astype(float) * factor})})


@pytest.mark.parametrize(
    ("check", "frame", "column", "factor"),
    [
        ("hub_cap", "hub_caps", "limit", 0.5),
        ("own_access", "sites", "own_limit_mva", 0.1),
        ("mean_pue", "mean_pue_caps", "cap", 0.9),
        ("hub_occupancy", "hub_occupancy", "share", 1.5),
        ("green_channel", "green", "available_mwh", 0.1),
        ("green_share", "markets", "green_share", 1.2),
        ("investment", "budgets", "cny", 0.1),
        ("ledger_cny", "markets", "energy_cny_per_mwh", 1.1),
        ("ledger_cny", "markets", "demand_charge_cny_per_kw_year", 1.1),
        ("ledger_cny", "markets", "carbon_t_per_mwh", 1.1),
        ("ledger_cny", "serves", "cny_per_mw_year", 1.1),
        ("network_cost", "serves", "cny_per_mw_year", 1.1),
        ("market_price", "markets", "energy_cny_per_mwh", 1.1),
        ("market_charge", "markets", "demand_charge_cny_per_kw_year", 1.1),
        ("market_factor", "markets", "carbon_t_per_mwh", 1.1),
        ("market_emissions_t", "markets", "carbon_t_per_mwh", 1.1),
    ],
)
def test_a_plan_under_another_limit_or_price_fails(
    solved: Solved, check: str, frame: str, column: str, factor: float
) -> None:
    other = scaled(solved, frame, column, factor)
    case = other.case(solved.plan)
    functions = other.owners[check] or other.owners["limit_used"]

    assert check in {out.check for function in functions for out in function(case) if out.failures}


def test_a_site_before_its_first_year_fails(solved: Solved) -> None:
    sites = solved.assembled.data["sites"].assign(first_year=2035)

    assert "first_year" in solved.with_data(sites=sites).failures(solved.plan, "first_year")


def test_a_rule_that_bans_what_is_built_fails(solved: Solved) -> None:
    built = {(block["technology"]) for block in solved.plan["sites"][0]["blocks"]}
    rows = [(solved.plan["sites"][0]["climate"], name, year) for name in built for year in (2030, 2035)]
    banned = pd.DataFrame(rows, columns=["climate", "technology", "year"])

    assert "banned_blocks" in solved.with_data(banned_blocks=banned).failures(solved.plan, "banned_blocks")


def test_a_rule_that_bans_a_load_in_its_year_fails(solved: Solved) -> None:
    site = solved.plan["sites"][0]
    load = next(row for row in site["loads"] if row["year"] == 2035 and row["it_mw"] > 1.0)
    row = (site["climate"], load["technology"], load["workload"])
    columns = ["climate", "technology", "workload", "year"]
    now, before = (pd.DataFrame([(*row, year)], columns=columns) for year in (2035, 2020))

    assert "banned_loads" in solved.with_data(banned_loads=now).failures(solved.plan, "banned_loads")
    assert "banned_loads" not in solved.with_data(banned_loads=before).failures(solved.plan, "banned_loads")


def test_the_lack_of_a_region_without_markets_is_none(solved: Solved) -> None:
    assert solved.plan["missing"] == []
    assert np.isclose(sum(row["energy_mwh"] for row in solved.plan["markets"] if row["year"] == 2035),
                      solved.plan["energy"][1]["new_mwh"])  # fmt: skip
