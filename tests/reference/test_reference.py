"""The bundled reference scenario as a whole: what must hold of the plan that `make demo` makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.latency import rtt_matrix_ms
from planner.bundled import DEMO_SCENARIO
from planner.pipeline import PlanResult, run
from planner.read import read_region
from planner.scenario import load_scenario
from planner.session import Session

TIME_LIMIT_S = 240.0  # a slow machine may need longer than the scenario's own limit; the plan is the same


@pytest.fixture(scope="module")
def reference() -> PlanResult:
    return run(DEMO_SCENARIO, time_limit_s=TIME_LIMIT_S)


def limits_of(plan: Any, family: str) -> pd.DataFrame:
    table = pd.DataFrame(plan["limits"])
    return table[(table["family"] == family) & table["is_binding"] & (table["worth"].fillna(0.0) > 0)]


def test_the_reference_is_solved_to_its_gap_and_passes_its_audit(reference: PlanResult) -> None:
    plan = reference.plan

    assert plan.status == "optimal"
    assert plan["gap"] <= plan["record"]["solver"]["gap"]
    assert plan["bound"] <= plan["objective"]["value"]
    assert plan["audit"]["status"] == "passed", plan["audit"]["failures"][:5]
    assert plan["record"]["size"]["candidates"] >= 800


def test_a_power_and_a_water_limit_bind_with_positive_worth(reference: PlanResult) -> None:
    assert len(limits_of(reference.plan, "power")) > 0
    assert len(limits_of(reference.plan, "water")) > 0


def test_every_outage_of_every_year_is_in_the_plan_and_decides_its_security(reference: PlanResult) -> None:
    outages = pd.DataFrame(reference.plan["grid"]["outages"])
    elements = outages[outages["kind"] != "feed"]

    assert elements.groupby("year").size().to_dict() == {2027: 199, 2030: 199, 2035: 199}
    assert set(outages["status"]) <= {"ok", "violated", "islands", "not_converged"}
    counted = outages["is_counted"].any() or any(row["is_counted"] for row in reference.plan["grid"]["base"])
    assert reference.plan.security == ("insecure" if counted else "secure")


def test_the_plan_is_secure_and_says_what_security_costs(reference: PlanResult) -> None:
    plan = reference.plan

    assert plan.security == "secure"
    assert plan["loop"]["rounds"][0]["n_counted"] > 0, "the first plan broke nothing: the loop had nothing to show"
    assert plan["loop"]["rounds"][-1]["n_counted"] == 0
    price = plan["loop"]["price_of_security"]
    assert price["low"] <= price["value"] <= price["high"]
    assert {row["kind"] for row in plan["grid"]["outages"]} >= {"line", "trafo", "feed"}


def test_the_ledger_sums_to_the_objective(reference: PlanResult) -> None:
    total = sum(row["cny"] for row in reference.plan["ledger"])

    assert total == pytest.approx(reference.plan["objective"]["value"], rel=1e-6)


def real_time_beyond(plan: Any, *, limit_ms: float) -> float:
    """Return the share of real-time load that is served from farther than `limit_ms`."""
    scenario, places = plan["scenario"], {s["id"]: (s["lon"], s["lat"]) for s in plan["sites"]}
    places |= {s["id"]: (s["lon"], s["lat"]) for s in plan["stock"]}
    districts = read_region(load_scenario(DEMO_SCENARIO).region)["districts"].set_index("district")
    rows = pd.DataFrame(plan["assignments"]).query("workload == 'realtime_inference'")
    sites = sorted(rows["site"].unique())
    rtt = rtt_matrix_ms(
        pd.Series([places[s][0] for s in sites]).to_numpy(float),
        pd.Series([places[s][1] for s in sites]).to_numpy(float),
        districts["seat_lon"].to_numpy(float),
        districts["seat_lat"].to_numpy(float),
        fixed_ms=scenario["latency"]["metro_fixed_ms"],
        route_factor=scenario["latency"]["metro_route_factor"],
    )
    table = pd.DataFrame(rtt, index=sites, columns=districts.index)
    far = [table.at[r.site, r.district] > limit_ms + 1e-9 for r in rows.itertuples(index=False)]
    return float(rows.loc[far, "it_mw"].sum() / rows["it_mw"].sum())


@pytest.mark.slow
def test_a_looser_real_time_limit_moves_more_load_than_the_gap(reference: PlanResult) -> None:
    scenario = load_scenario(DEMO_SCENARIO)
    limit_ms = scenario.workloads["realtime_inference"].rtt_limit_ms
    loose = scenario.changed({"workloads.realtime_inference.rtt_limit_ms": 3.0})

    plan = Session(reference.region, loose).solve(time_limit_s=TIME_LIMIT_S)

    assert plan["bound"] <= reference.plan["objective"]["value"]
    assert real_time_beyond(reference.plan, limit_ms=limit_ms) == 0.0
    assert real_time_beyond(plan, limit_ms=limit_ms) > scenario.solver.gap


def test_the_scenario_lies_beside_its_region() -> None:
    assert Path(load_scenario(DEMO_SCENARIO).region) == Path(DEMO_SCENARIO).resolve().parents[1]
