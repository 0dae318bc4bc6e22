"""The audit of reinforcements, interruptible load and learned rows, on a plan of the small region that is short of MVA."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.assemble_reinforcement import states_by_year
from planner.audit import audit_plan
from planner.audit_case import Case
from planner.audit_form import check_uniqueness
from planner.audit_grid import check_flexible, check_loop, check_reinforcements, station_loads
from planner.audit_limits import check_limits
from planner.read import read_region
from planner.scenario import load_scenario
from planner.session import Session
from tests.builders_expansion import with_reinforcements

CASE = Path(__file__).parents[1] / "cases" / "small_plan" / "scenario.yaml"
SHORT = {
    "power.reserve_mva": {"Z1": 300.0},
    "power.expansion": {"is_allowed": True},
    "power.flexible": {"is_on": True},
    "demand_scale": 1.5,
}
Data = dict[str, Any]
CHECKS = (check_reinforcements, check_flexible, check_loop, check_limits, check_uniqueness)


@pytest.fixture(scope="module")
def session() -> Session:
    scenario = load_scenario(CASE).changed(SHORT)
    region = with_reinforcements(
        read_region(scenario.region),
        {"reinforcement": "U4", "node": "Z1", "element": "T1", "added_mva": 40.0, "lead_years": 3},
        {"reinforcement": "C1", "node": "Z1", "kind": "shunt", "bus": "B1", "q_mvar": -40.0, "added_mva": 0.0},
        {"reinforcement": "U5", "node": "Z1", "step": 2, "element": "T1", "added_mva": 30.0, "lead_years": 8},
    )
    return Session(region, scenario)


@pytest.fixture(scope="module")
def solved(session: Session) -> Data:
    return json.loads(session.solve().to_json())


@pytest.fixture
def plan(solved: Data) -> Data:
    return copy.deepcopy(solved)


def case_of(session: Session, plan: Data) -> Case:
    given = session.assembled
    return Case(plan, session.region, session.scenario, given.data, given.candidates, given.stock.yearly_mwh)


def failed(session: Session, plan: Data) -> set[str]:
    """Return the failed checks of the functions that look at the grid: the whole audit takes longer."""
    case = case_of(session, plan)
    return {outcome.check for check in CHECKS for outcome in check(case) if outcome.failures}


def test_a_plan_short_of_mva_reinforces_and_buys_interruptible_load_and_passes(session: Session, plan: Data) -> None:
    report = audit_plan(plan, session.region, session.scenario, assembled=session.assembled)

    assert report["failures"] == []
    assert [(row["node"], row["state"]) for row in plan["reinforcements"]] == [("Z1", "1"), ("Z1", "2")]
    assert plan["flexible"]
    assert {"reinforcement", "flexibility"} <= {row["term"] for row in plan["ledger"]}


def test_a_step_stands_from_its_first_year_and_its_cost_is_its_own(plan: Data) -> None:
    first, second = plan["reinforcements"]

    assert second["year_from"] == 2035  # eight years after 2025, rounded up to a planning year
    assert first["added_mva"] == 40.0
    assert second["added_mva"] == 30.0
    assert first["cny_per_year"] == pytest.approx(
        2e6 * 0.0726489, rel=1e-5
    )  # two parts of 1 million CNY, 30 years, 6 %
    assert second["cny_per_year"] == pytest.approx(1e6 * 0.0726489, rel=1e-5)
    assert states_by_year(plan)[2035] == {"Z1": "2"}


def test_the_headroom_of_the_zone_is_that_of_its_state(plan: Data) -> None:
    limits = {tuple(r["index"]): r["limit"] for r in plan["limits"] if r["constraint"] == "node_headroom"}

    assert limits["Z1", 2035] == pytest.approx(320.0 / 0.98 - 300.0 + 70.0)


def drop_step(plan: Data) -> None:
    plan["reinforcements"] = plan["reinforcements"][1:]


def more_interruptible(plan: Data) -> None:
    row = plan["flexible"][0]
    step = next(iter(row["steps"]))
    row["steps"][step] += 30.0
    row["mva"] += 30.0


FALSIFIED: dict[str, tuple[str, Callable[[Data], Any]]] = {
    "a step without the one below": ("step_order", drop_step),
    "a step too early": ("lead_time", lambda p: p["reinforcements"][1].update(year_from=2030)),
    "cost of a step": ("step_cost", lambda p: p["reinforcements"][0].update(cny_per_year=1.0)),
    "capacity of a step": ("step_mva", lambda p: p["reinforcements"][0].update(added_mva=400.0)),
    "an unknown step": ("known_step", lambda p: p["reinforcements"][0].update(state="7")),
    "a step left out": ("node_headroom", lambda p: p.update(reinforcements=[])),
    "interruptible load over its step": ("flexible_step", more_interruptible),
    "interruptible load over its share": ("flexible_share", more_interruptible),
    "hours of interruption": ("flexible_hours_share", lambda p: p["flexible"][0].update(hours_share=0.5)),
    "energy of interruption": ("flexible_energy_share", lambda p: p["flexible"][0].update(energy_share=0.5)),
    "cost of interruptible load": ("flexible_cny_per_year", lambda p: p["flexible"][0].update(cny_per_year=1.0)),
    "interruptible load left out": ("node_headroom", lambda p: p.update(flexible=[])),
    "a step twice": ("unique", lambda p: p["reinforcements"].append(p["reinforcements"][0])),
}


@pytest.mark.parametrize("name", FALSIFIED)
def test_a_falsified_plan_fails(session: Session, plan: Data, name: str) -> None:
    check, falsify = FALSIFIED[name]

    falsify(plan)

    assert check in failed(session, plan)


def with_cut(session: Session, plan: Data, *, upper: float, **more: Any) -> float:
    """Put a learned row on two stations into the plan and its table of limits; return what it uses."""
    load = station_loads(case_of(session, plan)).set_index(["substation", "year"])["value"]
    used = float(0.5 * load["S1", 2035] - 0.1 * load["S2", 2035])
    terms = [{"substation": "S1", "coef": 0.5}, {"substation": "S2", "coef": -0.1}]
    plan["loop"] = {"cuts": [{"id": "c1", "year": 2035, "terms": terms, "upper": used + upper, **more}]}
    entry = {"constraint": "network_cut", "family": "network", "index": ["c1", 2035], "unit": "% or pu", "used": used,
             "limit": used + upper, "slack": upper, "worth": None, "is_binding": upper <= 0}  # fmt: skip
    plan["limits"] = [*plan["limits"], entry]
    return used


def test_a_learned_row_is_computed_again_from_the_loads_of_stations(session: Session, plan: Data) -> None:
    with_cut(session, plan, upper=3.0)

    assert failed(session, plan) == set()
    plan["limits"][-1]["used"] *= 1.01
    assert "limit_used" in failed(session, plan)


def test_a_learned_row_that_is_exceeded_fails(session: Session, plan: Data) -> None:
    with_cut(session, plan, upper=-3.0)

    assert "network_cut" in failed(session, plan)


def test_a_learned_row_of_another_state_is_idle(session: Session, plan: Data) -> None:
    with_cut(session, plan, upper=-3.0, states=[{"node": "Z1", "state": "0"}])
    plan["limits"] = plan["limits"][:-1]

    assert failed(session, plan) == set()


def test_a_dual_fed_site_loads_each_station_with_its_reserve_less_half_its_class_a(
    session: Session, plan: Data
) -> None:
    case, assembled = case_of(session, plan), session.assembled
    total = station_loads(case).groupby("year")["value"].sum()
    halls = case.halls.merge(assembled.data["stock_mva"], on=["stock", "option"])
    halls = halls[halls["node"].isin(session.region["substations"]["substation"])]
    for year in case.years:
        sites = sum(site["facility_mva"][str(year)] for site in plan["sites"])
        off = sum(row["mva"] for row in plan["flexible"] if row["year"] == year)
        of_year = halls[halls["year"] == year]
        changed = float((of_year["n"] * of_year["mva_change"].astype(float)).sum())
        assert total[year] == pytest.approx(sites + changed - off, abs=1e-3)
