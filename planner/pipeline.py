"""The whole way: read, assemble, solve and check in AC until secure, audit. What scripts, the command line and pages call.

from planner.pipeline import run
result = run("gis_data/beijing/scenarios/reference.yaml")
print(result.plan["objective"], result.plan.security)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd

from models.siting.solve import Progress
from planner.audit import audit_plan
from planner.check import check_plan, check_sites
from planner.infeasible import explain
from planner.loop import OnRound, secured
from planner.plan import Plan
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario
from planner.session import Session

__all__ = ["PlanResult", "check_sites", "finish", "run"]


@dataclass(frozen=True)
class PlanResult:
    """A plan with the region and candidates it was made from."""

    plan: Plan
    region: Region
    candidates: gpd.GeoDataFrame


def run(
    scenario: str | Path | Scenario,
    *,
    region: Region | None = None,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    time_limit_s: float | None = None,
    on_round: OnRound | None = None,
) -> PlanResult:
    """Read, solve until the AC check calls the plan secure, audit; raise `InputProblems` for input that cannot be used."""
    asked = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    started = time.perf_counter()
    region = region or read_region(asked.region)
    read_s = time.perf_counter() - started
    result = plan_in(
        Session(region, asked),
        asked,
        progress=progress,
        should_stop=should_stop,
        time_limit_s=time_limit_s,
        on_round=on_round,
    )
    times = {**result.plan["record"]["times"], "read_s": read_s}
    return replace(result, plan=result.plan.changed(record={**result.plan["record"], "times": times}))


def plan_in(
    session: Session,
    scenario: Scenario,
    *,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    time_limit_s: float | None = None,
    on_round: OnRound | None = None,
    on_plan: Callable[[Plan], None] | None = None,
) -> PlanResult:
    """Do the same in a session that is loaded; `on_plan` gets each finished plan that may be shown before the last one."""
    session.with_scenario(scenario)
    plan = session.solve(progress=progress, should_stop=should_stop, time_limit_s=time_limit_s)
    if plan.has_plan and session.region.grid is not None and scenario.network.is_on:
        plan = secured(
            session,
            plan,
            progress=progress,
            should_stop=should_stop,
            time_limit_s=time_limit_s,
            on_round=on_round,
        )
    return PlanResult(finish(session, plan), session.region, session.assembled.screening.candidates)


def finish(session: Session, plan: Plan) -> Plan:
    """Return the plan with its audit and AC check, or with the explanation of why there is none."""
    if plan.status == "infeasible":
        return plan.changed(infeasible=explain(session))
    if not plan.has_plan:
        return plan
    times = dict(plan["record"]["times"])
    started = time.perf_counter()
    plan = plan.changed(audit=audit_plan(plan.data, session.region, session.scenario, assembled=session.assembled))
    times["audit_s"] = time.perf_counter() - started
    if plan["loop"] is not None:  # checked in its last round
        return plan.changed(record={**plan["record"], "times": times})
    started = time.perf_counter()
    security, grid = check_plan(plan.data, session.region, session.scenario, assembled=session.assembled)
    times["check_s"] = time.perf_counter() - started
    return plan.changed(security=security, grid=grid, record={**plan["record"], "times": times})
