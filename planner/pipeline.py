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
from planner.infeasible import explained
from planner.loop import MIN_SOLVE_S, OnRound
from planner.plan import Plan
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario
from planner.session import Session
from planner.whatif import Listening, Reference, can_answer, checked, quick_plan

FIRST_SHARE = 0.5  # of the time limit, for the solve before the first AC check

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
    reference: Reference | None = None,
) -> PlanResult:
    """Do the same in a session that is loaded; `on_plan` gets each finished plan that may be shown before the last one.

    With a `reference` (see `whatif`) an unchanged scenario is answered with its plan, a changed one in a large region from it:
    first a quick plan with its own gap, checked in AC, then, while that gap is above the scenario's, a better one.
    """
    session.with_scenario(scenario)
    limit = scenario.solver.time_limit_s if time_limit_s is None else time_limit_s
    ears = Listening(limit, progress, should_stop, on_round, on_plan)
    if reference is not None and reference.fingerprint == session.fingerprint and reference.plan.status == "optimal":
        return _result(session, reference.plan)
    if reference is not None and can_answer(session, reference):
        return _result(session, _what_if(session, reference, ears))
    return _result(session, _from_nothing(session, ears))


def _from_nothing(session: Session, ears: Listening) -> Plan:
    will_check = session.region.grid is not None and session.scenario.network.is_on
    first_s = ears.time_limit_s * (FIRST_SHARE if will_check else 1.0)  # rounds after the check need time too
    plan = session.solve(progress=ears.progress, should_stop=ears.should_stop, time_limit_s=first_s)
    if plan.has_plan:
        plan = checked(session, plan, ears, known=[], is_quick=False)
    return finish(session, plan)


def _result(session: Session, plan: Plan) -> PlanResult:
    return PlanResult(plan, session.region, session.assembled.screening.candidates)


def _what_if(session: Session, reference: Reference, ears: Listening) -> Plan:
    """Return the plan of a changed scenario: a quick one first, shown as soon as its check is done, then a better one.

    The better of the two counts: a secure one before one that is not, then the lower cost. Both keep their own gap.
    """
    began = time.perf_counter()
    plan, rows = quick_plan(session, reference, ears)
    first = finish(session, plan)
    gap = first["gap"]
    is_done = first.status == "infeasible" or (gap is not None and gap <= session.scenario.solver.gap)
    left = ears.time_limit_s - (time.perf_counter() - began)
    if (is_done and first.security in ("secure", "not_checked")) or ears.is_stopped or left <= MIN_SOLVE_S:
        return first
    if not first.has_plan:  # the dive found none, which says nothing: all candidates are still to be tried
        return _from_nothing(session, replace(ears, time_limit_s=left))
    if ears.on_plan is not None:
        ears.on_plan(first)
    better = session.improve(progress=ears.progress, should_stop=ears.should_stop, time_limit_s=left)
    left = max(MIN_SOLVE_S, ears.time_limit_s - (time.perf_counter() - began))
    better = finish(session, checked(session, better, replace(ears, time_limit_s=left), known=rows, is_quick=False))
    return min(better, first, key=_rank)  # of equals the one that was searched on, with the better bound


def _rank(plan: Plan) -> tuple[bool, float]:
    """Return the order of plans: secure before others, then by cost."""
    sign = -1.0 if plan["objective"]["sense"] == "maximise" else 1.0
    return plan.security == "insecure", sign * plan["objective"]["value"]


def finish(session: Session, plan: Plan) -> Plan:
    """Return the plan with its audit and AC check, or with the explanation of why there is none."""
    if plan.status == "infeasible":
        return explained(session, plan)
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
