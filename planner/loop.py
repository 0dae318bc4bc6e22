"""The closed loop: plan, check in AC, learn what the check found as rows of the siting model, plan again.

    plan = secured(session, session.solve())

The rows are data and stay in the plan (`loop.cuts`), so that a planner can read what was learned. The final check is the
guarantee: a plan is called secure only when no situation of its own full AC check counts against it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from models.siting.solve import Progress
from planner.check import verdict
from planner.learned import Learned, learn_ac, learn_dc
from planner.plan import Plan
from planner.plan_loads import unseen_stations
from planner.secure import Checked, GridCases, over
from planner.session import Session

MAX_DC_ROUNDS = 4
MIN_SOLVE_S = 5.0

OnRound = Callable[[Mapping[str, Any]], None]


@dataclass
class _Run:
    """The state of one loop."""

    session: Session
    cases: GridCases
    plan: Plan
    began: float
    limit_s: float
    progress: Callable[[Progress], None] | None
    should_stop: Callable[[], bool] | None
    rounds: list[dict[str, Any]] = field(default_factory=list)
    cuts: list[Learned] = field(default_factory=list)
    repeats: dict[tuple[Any, ...], int] = field(default_factory=dict)
    pending: dict[str, int] = field(default_factory=dict)
    is_quick: bool = False

    @property
    def left_s(self) -> float:
        return max(MIN_SOLVE_S, self.limit_s - (time.perf_counter() - self.began))

    @property
    def is_over(self) -> bool:
        late = time.perf_counter() - self.began >= self.limit_s
        return late or (self.should_stop is not None and self.should_stop())

    @property
    def why_over(self) -> str:
        """Return why there is no further round: a stop of the user, or time."""
        return "stopped" if self.should_stop is not None and self.should_stop() else "time_limit"

    def learn(self, new: list[Learned]) -> float:
        """Add the rows to the model and solve it; return the time it took. Rows that no plan keeps are not kept either."""
        began = time.perf_counter()
        self.plan = self.session.resolve(
            frames_of(new),
            progress=self.progress,
            should_stop=self.should_stop,
            time_limit_s=self.left_s,
            is_quick=self.is_quick,
        )
        if self.plan.has_plan:
            self.cuts += new
            for cut in new:
                self.pending[cut.kind] = self.pending.get(cut.kind, 0) + 1
        return time.perf_counter() - began


def secured(
    session: Session,
    plan: Plan,
    *,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    time_limit_s: float | None = None,
    on_round: OnRound | None = None,
    known: Sequence[Learned] = (),
    is_quick: bool = False,
) -> Plan:
    """Return a plan that its own AC check calls secure, or the last one with the reason why not, with the loop's record.

    `known`: rows that the session's model has already. `is_quick`: further rounds look for a quick plan, not a better one.
    """
    rules, limit = session.scenario.network, time_limit_s or session.scenario.solver.time_limit_s
    spent = float(plan["record"]["times"].get("solve_s", 0.0))
    run = _Run(session, session.grid_cases(), plan, time.perf_counter() - spent, limit, progress, should_stop)
    run.cuts, run.is_quick = list(known), is_quick
    cases, solve_s = run.cases, spent
    if rules.dc_rows:
        solve_s += _dc_rounds(run)
    dc_only = {"value": run.plan["objective"]["value"], "bound": run.plan["bound"]}
    status, reason, checked, last = "not_secure", "", None, run.plan
    for number in range(1, rules.max_rounds + 1):
        began = time.perf_counter()
        rows = list(cases.cases(run.plan.data, session.assembled))
        checked = cases.check(rows)
        last = run.plan
        _note(run, number, checked, solve_s=solve_s, check_s=time.perf_counter() - began, on_round=on_round)
        if checked.check.is_secure:
            status = "secure"
            break
        if number == rules.max_rounds or run.is_over:
            reason = "max_rounds" if number == rules.max_rounds else run.why_over
            break
        new = learn_ac(run.cases, checked, number=number, repeats=run.repeats)
        if not new:
            reason = "stalled"
            break
        solve_s = run.learn(new)
        if not run.plan.has_plan:
            reason = "infeasible" if run.plan.status == "infeasible" else run.why_over
            break
    assert checked is not None
    return _with_record(run, last, checked, status=status, reason=reason, dc_only=dc_only)


def _dc_rounds(run: _Run) -> float:
    """Add rows of the linear flow while the plan breaks any; return the time of the solves."""
    solve_s = 0.0
    for number in range(1, MAX_DC_ROUNDS + 1):
        if run.is_over:
            break
        new = learn_dc(run.cases, list(run.cases.cases(run.plan.data, run.session.assembled)), number=number)
        known = {cut.id_of_row for cut in run.cuts}
        new = [cut for cut in new if cut.id_of_row not in known]
        if not new:
            break
        before = run.plan
        solve_s += run.learn(new)
        if not run.plan.has_plan:
            run.plan = before
            break
    return solve_s


def _note(
    run: _Run, number: int, checked: Checked, *, solve_s: float, check_s: float, on_round: OnRound | None
) -> None:
    counted = checked.check.counted
    shown = None
    found = [(row.worst, row.element) for row in counted if row.worst is not None]
    if found:
        w, outage = max(found, key=lambda pair: over(pair[0].value, pair[0].limit, pair[0].unit))
        shown = {"element": w.element, "outage": outage, "value": w.value, "limit": w.limit, "unit": w.unit}
    run.rounds.append(
        {
            "round": number,
            "n_cuts_dc": run.pending.get("dc", 0),
            "n_cuts_ac": run.pending.get("ac", 0),
            "n_cuts_no_good": run.pending.get("no_good", 0),
            "value": run.plan["objective"]["value"],
            "bound": run.plan["bound"],
            "gap": run.plan["gap"],
            "n_counted": len(counted),
            "worst": shown,
            "solve_s": solve_s,
            "check_s": check_s,
        }
    )
    run.pending.clear()
    if on_round is not None:
        on_round(run.rounds[-1])


def _with_record(
    run: _Run, plan: Plan, checked: Checked, *, status: str, reason: str, dc_only: Mapping[str, Any]
) -> Plan:
    """Return the plan with grid, security and the loop's record."""
    grid = run.cases.record(checked)
    security, grid = verdict(grid, is_secure=status == "secure", unseen=unseen_stations(plan.data))
    loop = {
        "status": status,
        "reason": reason or None,
        "rounds": run.rounds,
        "cuts": [cut.to_dict(is_binding=used) for cut, used in _with_use(run.cuts, plan)],
        "dc_only": dict(dc_only),
        "secure": {"value": plan["objective"]["value"], "bound": plan["bound"]} if status == "secure" else None,
        "price_of_security": _price(plan, dc_only) if security == "secure" else None,
    }
    times = dict(plan["record"]["times"])
    times["solve_s"] = sum(r["solve_s"] for r in run.rounds)
    times["check_s"] = sum(r["check_s"] for r in run.rounds)
    times["loop_s"] = time.perf_counter() - run.began
    return plan.changed(security=security, grid=grid, loop=loop, record={**plan["record"], "times": times})


def _price(plan: Plan, dc_only: Mapping[str, Any]) -> dict[str, Any]:
    """Return what security costs against the plan that only the linear flow limits, with what the gaps leave open."""
    sign = -1.0 if plan["objective"]["sense"] == "maximise" else 1.0
    value, bound = sign * plan["objective"]["value"], plan["bound"]
    before, before_bound = sign * dc_only["value"], dc_only["bound"]
    low = 0.0 if bound is None else max(0.0, sign * bound - before)
    high = None if before_bound is None else max(0.0, value - sign * before_bound)
    return {"value": max(low, value - before), "low": low, "high": high, "unit": plan["objective"]["unit"]}


def _with_use(cuts: list[Learned], plan: Plan) -> list[tuple[Learned, bool]]:
    """Return each cut with whether its row is binding in the plan."""
    binding = {
        str(row["index"][0]) if isinstance(row["index"], list | tuple) else str(row["index"])
        for row in plan["limits"]
        if row["constraint"] == "network_cut" and row.get("is_binding")
    }
    return [(cut, cut.id in binding) for cut in cuts]


def frames_of(cuts: Sequence[Learned]) -> dict[str, pd.DataFrame]:
    """Return the frames of the siting model for new cuts."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for cut in cuts:
        parts.setdefault("cuts", []).append({"cut": cut.id, "year": cut.year, "upper": cut.upper})
        parts.setdefault("cut_terms", []).extend(
            {"cut": cut.id, "year": cut.year, "substation": s, "coef": c} for s, c in cut.terms
        )
        for name, rows in (("cut_sites", cut.site_terms), ("cut_states", cut.states), ("cut_feeds", cut.feeds)):
            parts.setdefault(name, []).extend({"cut": cut.id, **row} for row in rows)
    return {name: pd.DataFrame(rows) for name, rows in parts.items() if rows}
