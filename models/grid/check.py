"""Security of a plan in AC: the base case, every outage of the list, and each dual-fed site on either of its feeds.

Each situation is one of
    ok              everything within the limits of its class
    violated        a loading or a voltage outside its limits
    islands         load without supply, in MW and at named buses
    not_converged   the power flow has no solution that we found; never secure

`worst` names the element that limits: the worst violation, or the element closest to its limit. `is_counted` says
whether the situation counts against the plan; under the "no worsening" rule one that is there without the plan's
loads too, and not made worse, does not. Not converged always counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.grid.engine import Batch, Engine
from models.grid.findings import Finding, Limits
from models.grid.measure import Case, FeedCase, Measured, bus_loads, cases_of, chunks, measure
from models.grid.outages import Outage
from models.grid.rules import Floats, GridRules
from models.grid.situations import GridCheck, Situation, Status, combine
from models.grid.source import Grid, open_net
from models.grid.tops import Tops

__all__ = [
    "Case",
    "FeedCase",
    "GridCheck",
    "Measured",
    "Situation",
    "bus_loads",
    "cases_of",
    "check_network",
    "check_security",
    "check_years",
    "chunks",
    "combine",
    "judge_cases",
    "measure",
]


def check_network(
    engine: Engine,
    rules: GridRules,
    *,
    outages: Sequence[Outage] | None = None,
    p_mw: Floats | None = None,
    q_mvar: Floats | None = None,
    feeds: Sequence[FeedCase] = (),
    year: int | None = None,
    situation: str | None = None,
) -> GridCheck:
    """Check a network with extra load at its buses [MW, Mvar] (n_buses,) in AC N-0 and N-1.

    The extra load is the plan; what the network violates without it is judged by the "no worsening" rule.
    """
    if outages is None:
        outages = engine.outages(rules.outage_kinds)
    cases = cases_of(engine, outages, p_mw=p_mw, q_mvar=q_mvar, feeds=feeds)
    judged = judge_cases(engine, rules, cases, year=year, situation=situation)
    method = {"engine": engine.method, "reason": engine.reason, "self_check": engine.self_check}
    return GridCheck(rules, tuple(judged[:1]), tuple(judged[1:]), method)


def judge_cases(
    engine: Engine,
    rules: GridRules,
    cases: Sequence[Case],
    *,
    year: int | None = None,
    situation: str | None = None,
    limits: Limits | None = None,
    tops: Tops | None = None,
) -> list[Situation]:
    """Return what is found in each row, a chunk of rows at a time so that memory stays bounded.

    `tops` collects the worst value of each element.
    """
    limits = limits or Limits(engine, rules)
    out: list[Situation] = []
    for part in chunks(engine, cases):
        found = measure(engine, rules, part, limits)
        out += situations_of(engine, rules, limits, part, found, year=year, situation=situation)
        if tops is not None:
            tops.add(part, found)
    return out


def situations_of(
    engine: Engine,
    rules: GridRules,
    limits: Limits,
    cases: Sequence[Case],
    found: Measured,
    *,
    year: int | None,
    situation: str | None,
) -> list[Situation]:
    """Return one situation for each measured row."""
    n_violations, n_counted = limits.number(found.excess > 0), limits.number(found.counted)
    lost = engine.load_at(found.batch.is_dead)
    return [
        _situation(
            engine, rules, limits, found.batch, cases[i], row=i, values=found.values[i], before=found.before[i],
            excess=found.excess[i], counted=found.counted[i], numbers=(int(n_violations[i]), int(n_counted[i])),
            lost_mw=float(lost[i]), year=year, situation=situation,
        )
        for i in range(len(cases))
    ]  # fmt: skip


def _situation(
    engine: Engine,
    rules: GridRules,
    limits: Limits,
    batch: Batch,
    case: Case,
    *,
    row: int,
    values: Floats,
    before: Floats,
    excess: Floats,
    counted: np.ndarray,
    numbers: tuple[int, int],
    lost_mw: float,
    year: int | None,
    situation: str | None,
) -> Situation:
    is_dead, is_ok = batch.is_dead[row], bool(batch.is_converged[row])
    plan_mw = float(np.maximum(case.p_mw, 0.0)[is_dead].sum())
    n_violations, n_counted = numbers if is_ok else (0, 0)
    unsupplied_mw = lost_mw + plan_mw
    status: Status = "ok"
    if not is_ok:
        status = "not_converged"
    elif unsupplied_mw > 0:
        status = "islands"
    elif n_violations:
        status = "violated"
    has_plan = bool(case.p_mw.any())
    loses_more = plan_mw > 0 or (unsupplied_mw > 0 and not rules.no_worsening)
    names = engine.buses["bus"]
    return Situation(
        year=year,
        element=case.element,
        kind=case.kind,
        status=status,
        is_counted=not is_ok or loses_more or n_counted > 0,
        worst=_worst(limits, case, values=values, before=before if has_plan else None, excess=excess, counted=counted)
        if is_ok
        else None,
        n_violations=n_violations,
        n_counted_violations=n_counted,
        **_extremes(engine, batch, row),
        unsupplied_mw=unsupplied_mw,
        unsupplied_plan_mw=plan_mw,
        unsupplied_buses=tuple(names[is_dead & _has_load(engine, case)]) if unsupplied_mw > 0 else (),
        situation=situation,
    )


def _has_load(engine: Engine, case: Case) -> np.ndarray:
    return np.asarray((engine.bus_load_mw > 0) | (case.p_mw > 0))


def _worst(
    limits: Limits, case: Case, *, values: Floats, before: Floats | None, excess: Floats, counted: np.ndarray
) -> Finding | None:
    """Return the limiting element; a violation that counts goes before one that does not."""
    among = np.where(counted, excess, -np.inf) if counted.any() else excess
    k = int(np.argmax(among))
    if not np.isfinite(among[k]):
        return None
    base = None if before is None or not np.isfinite(before[k]) else float(before[k])
    return limits.finding(k, float(values[k]), is_outage=case.is_outage, base_value=base)


def _extremes(engine: Engine, batch: Batch, row: int) -> dict[str, Any]:
    """Return highest loadings and the range of voltages with where they are; None where nothing was solved."""
    kind = engine.branches["kind"].to_numpy(object)
    percent, vm = batch.percent[row], batch.vm_pu[row]

    def largest(found: Floats) -> tuple[float | None, int]:
        known = np.where(np.isfinite(found), found, -np.inf)
        k = int(np.argmax(known)) if len(known) else 0
        return (float(known[k]), k) if len(known) and np.isfinite(known[k]) else (None, -1)

    line = largest(np.where(kind == "line", percent, np.nan))[0]
    trafo = largest(np.where(kind != "line", percent, np.nan))[0]
    top, at = largest(percent)
    low, low_at = largest(-vm)
    high, high_at = largest(vm)
    bus = engine.buses["bus"]
    return {
        "max_line_percent": line,
        "max_trafo_percent": trafo,
        "min_vm_pu": None if low is None else -low,
        "max_vm_pu": high,
        "max_loading_element": None if top is None else str(engine.branches["element"].iloc[at]),
        "min_vm_bus": None if low is None else str(bus.iloc[low_at]),
        "max_vm_bus": None if high is None else str(bus.iloc[high_at]),
    }


def check_security(
    grid: Grid, *, loads: pd.DataFrame, rules: GridRules, year: int | None = None, engine: Engine | None = None
) -> GridCheck:
    """Check a network with the plan's loads (bus, p_mw, q_mvar, site*) in AC N-0 and N-1."""
    engine = engine or Engine(open_net(grid))
    p, q = bus_loads(engine, loads)
    return check_network(engine, rules, p_mw=p, q_mvar=q, year=year)


def check_years(grid: Grid, *, loads_by_year: Mapping[int, pd.DataFrame], rules: GridRules) -> GridCheck:
    """Check one set of plan loads for each planning year on the same network."""
    engine = Engine(open_net(grid))
    return combine(
        [check_security(grid, loads=loads, rules=rules, year=y, engine=engine) for y, loads in loads_by_year.items()]
    )
