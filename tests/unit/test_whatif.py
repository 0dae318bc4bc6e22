"""What-ifs from a reference: secure by their own check, within the gaps of a cold solve, whatever the session solved before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner import session as sessions
from planner.errors import UsageError
from planner.pipeline import plan_in
from planner.plan import Plan
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario
from planner.session import Session
from planner.whatif import Reference, known_rows, reference_of

CASE = Path(__file__).parents[1] / "cases" / "small_plan" / "scenario.yaml"
GAP = 0.2  # the quick plan is within it; the search that goes on is tried in `test_a_first_plan_is_shown_...`
CHANGE = {"demand_scale": 0.9}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CASE).changed({"years": [2030], "solver.gap": GAP})


@pytest.fixture(scope="module")
def region(scenario: Scenario) -> Region:
    return read_region(scenario.region)


@pytest.fixture(scope="module")
def reference(region: Region, scenario: Scenario) -> Reference:
    session = Session(region, scenario)
    plan = plan_in(session, scenario).plan
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "STAGED_FROM_SITES", 0)
        return reference_of(session, plan)


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have small regions solved in stages, as large ones are."""
    monkeypatch.setattr(sessions, "STAGED_FROM_SITES", 0)


def decided(plan: Plan) -> dict[str, Any]:
    return {name: plan[name] for name in ("objective", "bound", "gap", "sites", "stock", "security")}


def test_an_unchanged_scenario_is_answered_with_the_plan_of_the_reference(
    region: Region, scenario: Scenario, reference: Reference
) -> None:
    shown: list[Plan] = []

    result = plan_in(Session(region, scenario), scenario, reference=reference, on_plan=shown.append)

    assert result.plan is reference.plan
    assert shown == []


@pytest.mark.slow
def test_a_what_if_is_checked_and_within_the_gaps_of_a_cold_solve(
    region: Region, scenario: Scenario, reference: Reference
) -> None:
    changed = scenario.changed(CHANGE)

    warm = plan_in(Session(region, changed), changed, reference=reference).plan
    cold = plan_in(Session(region, changed), changed).plan

    assert warm["audit"]["status"] == "passed"
    assert warm.security == cold.security == "secure"
    assert warm["bound"] <= cold["objective"]["value"] * (1 + 1e-6)
    assert cold["bound"] <= warm["objective"]["value"] * (1 + 1e-6)
    assert warm["gap"] == pytest.approx(1 - warm["bound"] / warm["objective"]["value"], abs=1e-9)


@pytest.mark.slow
def test_a_first_plan_is_shown_while_its_gap_is_open_and_the_last_one_is_not_worse(
    region: Region, scenario: Scenario, reference: Reference
) -> None:
    exact, shown = scenario.changed({**CHANGE, "solver.gap": 0.001}), list[Plan]()

    last = plan_in(Session(region, exact), exact, reference=reference, on_plan=shown.append).plan

    assert [plan.security for plan in shown] == ["secure"]
    assert shown[0]["audit"]["status"] == "passed"
    assert shown[0]["gap"] > 0.001
    assert last.security == "secure"
    assert last["objective"]["value"] <= shown[0]["objective"]["value"]


def test_the_answer_does_not_depend_on_what_was_solved_before(
    region: Region, scenario: Scenario, reference: Reference
) -> None:
    changed = scenario.changed(CHANGE)
    used = Session(region, scenario)
    plan_in(used, scenario.changed({"demand_scale": 1.05}), reference=reference)

    after = plan_in(used, changed, reference=reference).plan
    fresh = plan_in(Session(region, changed), changed, reference=reference).plan

    assert decided(after) == decided(fresh)


def test_rows_of_another_network_are_not_taken(region: Region, scenario: Scenario, reference: Reference) -> None:
    same = known_rows(Session(region, scenario.changed(CHANGE)), reference)
    grown = known_rows(Session(region, scenario.changed({"power.background_growth_per_year": 0.01})), reference)

    assert len(same) == len(reference.cuts)
    assert grown == []


def test_a_plan_of_another_scenario_is_no_reference(region: Region, scenario: Scenario, reference: Reference) -> None:
    with pytest.raises(UsageError, match="cannot be their reference"):
        reference_of(Session(region, scenario.changed(CHANGE)), reference.plan)


def test_a_stopped_what_if_says_so(region: Region, scenario: Scenario, reference: Reference) -> None:
    changed = scenario.changed(CHANGE)

    plan = plan_in(Session(region, changed), changed, reference=reference, should_stop=lambda: True).plan

    assert not plan.has_plan or plan.status in ("interrupted", "optimal")
