"""A plan of a region of areas from files to audit: no network is checked, and what-ifs move load where they should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.cli import main
from planner.desk.strangers.first_scenario import default_for
from planner.pipeline import PlanResult, plan_in, run
from planner.plan import Plan
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario, parse_scenario
from planner.session import Session
from planner.whatif import reference_of

CASES = Path(__file__).parents[1] / "cases"
CASE = CASES / "small_areas" / "scenarios" / "reference.yaml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CASE)


@pytest.fixture(scope="module")
def region(scenario: Scenario) -> Region:
    return read_region(scenario.region)


@pytest.fixture(scope="module")
def result(region: Region, scenario: Scenario) -> PlanResult:
    return run(scenario, region=region)


@pytest.fixture(scope="module")
def session(region: Region, scenario: Scenario) -> Session:
    return Session(region, scenario)


def it_mw(plan: Plan, year: int) -> dict[str, float]:
    """Return IT load drawn by hub."""
    out: dict[str, float] = {}
    for site in plan["sites"]:
        out[site["hub"]] = out.get(site["hub"], 0.0) + site["it_mw"][str(year)]
    return out


def test_the_plan_is_best_audited_and_not_checked_with_a_reason(result: PlanResult) -> None:
    plan = result.plan

    assert plan.status == "optimal"
    assert (plan["audit"]["status"], plan["audit"]["failures"]) == ("passed", [])
    assert plan.security == plan["grid"]["status"] == "not_checked"
    assert plan["grid"]["reason"].startswith("the areas have grid access of their own")
    assert plan["loop"] is None
    assert sum(it_mw(plan, 2035).values()) == pytest.approx(110.0)
    assert plan["unserved"] == []


def test_load_that_may_move_goes_where_energy_is_cheap_and_near_load_stays(result: PlanResult) -> None:
    assert it_mw(result.plan, 2030) == pytest.approx({"coast": 22.5, "plain": 27.5})  # 3/4 of 30 MW within 8 ms of D1


def changed(session: Session, scenario: Scenario, changes: dict[str, Any]) -> Plan:
    return plan_in(session, scenario.changed(changes)).plan


def test_without_latency_everything_goes_west(session: Session, scenario: Scenario) -> None:
    """East 700 CNY/MWh, west 300: about 400 x 6600 = 2.6 million CNY per MW and year; the network costs 0.3 million."""
    plan = changed(session, scenario, {"latency.is_on": False})

    assert it_mw(plan, 2035) == pytest.approx({"plain": 110.0})
    assert plan["audit"]["status"] == "passed"


def test_with_prices_turned_round_everything_goes_east(session: Session, scenario: Scenario) -> None:
    prices = {"EA": {"energy_cny_per_kwh": 0.3}, "WE": {"energy_cny_per_kwh": 0.7}}

    plan = changed(session, scenario, {"latency.is_on": False, "markets.assumed": prices})

    assert it_mw(plan, 2035) == pytest.approx({"coast": 110.0})


def test_a_limit_of_a_hub_is_kept_and_the_rest_goes_elsewhere(session: Session, scenario: Scenario) -> None:
    limits = {"plain": {"energy_mwh": {2035: 300_000.0}}}

    plan = changed(session, scenario, {"latency.is_on": False, "hubs": limits})

    energy = sum(s["energy_mwh"]["2035"] for s in plan["sites"] if s["hub"] == "plain")
    assert energy == pytest.approx(300_000.0)
    assert it_mw(plan, 2035)["coast"] > 40.0
    assert plan["audit"]["status"] == "passed"


def test_the_desk_answers_a_second_question_from_a_reference(
    region: Region, scenario: Scenario, result: PlanResult
) -> None:
    session = Session(region, scenario)
    reference = reference_of(session, result.plan)
    changed = scenario.changed({"demand_scale": 0.5})

    same = plan_in(session, scenario, reference=reference).plan
    answer = plan_in(session, changed, reference=reference).plan

    assert same is result.plan
    assert answer.status == "optimal"
    assert sum(it_mw(answer, 2035).values()) == pytest.approx(55.0)
    assert answer["objective"]["value"] < result.plan["objective"]["value"]


def test_a_plan_without_any_carbon_is_best(region: Region, scenario: Scenario) -> None:
    plan = run(scenario.changed({"objective.name": "carbon"}), region=region).plan

    assert plan["objective"]["value"] == pytest.approx(0.0, abs=1e-6)
    assert plan.status == "optimal"  # not stopped at the time limit over a relative gap to nothing


def test_an_infeasible_scenario_is_explained(session: Session, scenario: Scenario) -> None:
    none = {hub: {"it_mw": {2035: 10.0}} for hub in ("coast", "plain")}

    plan = changed(session, scenario, {"hubs": none, "is_unserved_allowed": False})

    assert plan.status == "infeasible"
    assert plan["infeasible"]


def test_an_uploaded_region_of_areas_has_a_first_scenario_that_runs(region: Region) -> None:
    content = {**default_for(region), "region": str(region.path)}

    found = run(parse_scenario(content, file="first"), region=region).plan

    assert found.has_plan
    assert found["audit"]["status"] == "passed"


def test_commands_about_stations_say_that_there_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["flexible", str(CASES / "small_areas")])

    assert ended.value.code != 0
    assert "no substations are modelled" in capsys.readouterr().err
