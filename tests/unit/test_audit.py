"""The audit passes an honest plan and fails every plan that was changed in one place, naming the check."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from planner.assemble import Assembled, assemble
from planner.audit import CHECKS, Check, audit_plan
from planner.audit_case import Case
from planner.errors import UsageError
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario
from planner.session import Session
from tests.falsified_plans import FALSIFICATIONS, WHOLE, Data

OF_THE_GRID = ("check_reinforcements", "check_flexible")  # a plan that has them: test_audit_grid.py
OF_AREAS = (  # a plan that has them: test_audit_areas.py
    "check_banned", "check_prices", "check_markets", "check_hubs", "check_missing", "check_heat", "check_decide_now",
)  # fmt: skip
CASE = Path(__file__).parents[1] / "cases" / "small_plan" / "scenario.yaml"


@dataclass(frozen=True)
class Solved:
    plan: Data
    region: Region
    scenario: Scenario
    assembled: Assembled

    owners: Mapping[str, set[Check]]  # check -> the functions that make it

    def audit(self, plan: Data) -> Data:
        return audit_plan(plan, self.region, self.scenario, assembled=self.assembled)

    def case(self, plan: Data) -> Case:
        given = self.assembled
        return Case(plan, self.region, self.scenario, given.data, given.candidates, given.stock.yearly_mwh)

    def failures(self, plan: Data, check: str) -> set[str]:
        """Return the names of failed checks, of the functions that make `check` only: the whole audit takes longer."""
        case = self.case(plan)
        return {out.check for function in self.owners[check] for out in function(case) if out.failures}

    def under(self, changes: Data) -> Solved:
        """Return the same plan under a changed scenario, so that a limit it was not made for is exceeded."""
        scenario = self.scenario.changed(changes)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("planner.assemble.check_fit", lambda *_given, **_named: None)  # also what no plan could keep
            return replace(self, scenario=scenario, assembled=assemble(self.region, scenario))


@pytest.fixture(scope="module")
def solved() -> Solved:
    scenario = load_scenario(CASE)
    region = read_region(scenario.region)
    session = Session(region, scenario)
    plan = json.loads(session.solve().to_json())
    found = Solved(plan, region, scenario, session.assembled, owners := defaultdict(set))
    for function in CHECKS:
        for outcome in function(found.case(plan)):
            owners[outcome.check].add(function)
    owners["node_max_share"] = owners["epsilon"] = owners["substation_headroom"]
    return found


def test_an_honest_plan_passes(solved: Solved) -> None:
    report = solved.audit(solved.plan)

    assert report["failures"] == []
    assert report["status"] == "passed"
    assert report["n_checks"] > 1000


def test_the_audit_assembles_its_own_tables(solved: Solved) -> None:
    report = audit_plan(solved.plan, solved.region, solved.scenario)

    assert report["status"] == "passed"


@pytest.mark.parametrize("name", WHOLE)
def test_one_falsified_number_fails_the_audit(solved: Solved, name: str) -> None:
    check, change = FALSIFICATIONS[name]
    plan = copy.deepcopy(solved.plan)
    change(plan)

    report = solved.audit(plan)

    assert report["status"] == "failed"
    assert check in {failure["check"] for failure in report["failures"]}
    assert all({"check", "index", "expected", "found"} == set(failure) for failure in report["failures"])
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize("name", [name for name in FALSIFICATIONS if name not in WHOLE])
def test_its_own_check_finds_a_falsified_number(solved: Solved, name: str) -> None:
    check, change = FALSIFICATIONS[name]
    plan = copy.deepcopy(solved.plan)
    change(plan)

    failures = solved.failures(plan, check)

    assert check in failures


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("substation_headroom", {"power.reserve_mva": {"S1": 340.0, "S2": 80.0, "S3": 50.0}}),
        ("node_headroom", {"power.reserve_mva": {"Z1": 400.0}}),
        ("node_max_share", {"power.zone_max_share": 0.5}),
        ("feed_rating", {"power.feed_rating_mva": {220: 20.0, 110: 20.0}}),
        ("near_range", {"power.radius_km": {500: 3.0, 220: 1.0}}),
        ("plant_supply", {"water.availability_share": 0.002}),
        ("city_water", {"water.city_cap_m3_per_year": 1000.0}),
        ("water_reach", {"water.reach_km": 1.0}),
        ("usable_land", {"land.area_ha_per_mw": 90.0}),
        ("largest_site", {"clusters.max_site_mw": 12.0}),
        ("number_of_sites", {"clusters.max_sites": 1}),
        ("smallest_site", {"clusters.min_site_mw": 28.0}),
        ("occupancy", {"clusters.min_occupancy_share": 0.99}),
        ("pue_by_size", {"cooling.overhead_share": 0.075}),
        ("latency", {"workloads.realtime.rtt_limit_ms": 0.55}),
        ("carbon_cap", {"carbon.cap_t": {2035: 1000.0}}),
        ("green_share", {"green.share": {2030: 0.9, 2035: 0.0}}),
        ("epsilon", {"objective.limits": {"cost": 1e9}}),
        ("class_a_dual", {"workloads.realtime.availability": "A"}),
    ],
)
def test_a_plan_that_exceeds_a_limit_fails(solved: Solved, check: str, changes: Data) -> None:
    failures = solved.under(changes).failures(solved.plan, check)

    assert check in failures


def test_tables_of_another_scenario_are_refused(solved: Solved) -> None:
    other = solved.scenario.changed({"demand_scale": 0.5})

    with pytest.raises(UsageError, match="demand"):
        audit_plan(solved.plan, solved.region, other, assembled=solved.assembled)


def test_every_check_makes_a_comparison_on_the_small_plan(solved: Solved) -> None:
    case = solved.case(solved.plan)

    idle = [check.__name__ for check in CHECKS if not sum(outcome.n for outcome in check(case))]

    assert idle == [*OF_THE_GRID, *OF_AREAS]
