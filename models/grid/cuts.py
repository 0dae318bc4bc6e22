"""Limits learned from AC solutions that are outside them: rows linear in the load at the buses.

At a solved row with loading v of an element, or voltage v of a bus, and slopes g per MW of load at every bus

    v + sum over buses of g (p - p0) <= limit       loadings (and voltages at their upper limit)
    v + sum over buses of g (p - p0) >= limit       voltages at their lower limit

is the tangent. It is taken where the straight way to the plan's loads meets the limit, so that it holds best where the next
plan will lie. It is exact where the quantity is convex in the loads; the next AC check remains the guarantee. An element that
is outside its limit without the plan too may stay as it is: its limit here is that value. Where a row has no solution the tangents are taken on the way to it, at the last point that has one.
A bus that an outage cuts off can hold no load at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models.grid.check import Case, Measured, chunks, measure
from models.grid.engine import Engine
from models.grid.findings import Limits
from models.grid.rules import Floats, GridRules
from models.grid.sensitivity import slopes

Quantity = Literal["loading", "vm_min", "vm_max", "supply"]
N_STEPS = 32  # points on the way to a load without solution
MAX_PER_ELEMENT = 2
SAME_DIRECTION = 0.995  # cosine between two rows: more alike, and the less violated one is left out


@dataclass(frozen=True)
class Cut:
    """sum over buses of coef * p_mw <= upper, with the row it was learned from; unit of both sides % or pu (MW: supply)."""

    kind: Literal["ac", "no_good"]
    quantity: Quantity
    element: str
    element_kind: str
    case: Case
    value: float
    limit: float
    unit: str
    coef: Floats  # (n_buses,) per MW
    upper: float
    excess: float  # how far outside, in shares of the limit
    room: float = np.inf  # what a load of nothing has left up to the limit: a margin must not take all of it


@dataclass(frozen=True)
class _Violation:
    """A quantity of a case outside its limit because of the plan."""

    case: Case
    quantity: int
    excess: float
    allowed: float  # the limit, or the value without the plan where that is outside it, with the tolerance
    is_existing: bool = False


def cuts_of(
    engine: Engine,
    rules: GridRules,
    cases: Sequence[Case],
    *,
    tangent: float,
    limits: Limits | None = None,
    most: int = 60,
) -> list[Cut]:
    """Return at most `most` cuts for rows that count against the plan, the most violated first, no two much alike.

    `tangent` Mvar come with each MW of the plan's load.
    """
    limits = limits or Limits(engine, rules)
    violations: list[_Violation] = []
    out: list[Cut] = []
    for part in chunks(engine, cases):
        found = measure(engine, rules, part, limits)
        violations += _violations(limits, part, found)
        out += _supply_cuts(engine, part, found)
        failed = [part[i] for i in np.flatnonzero(~found.batch.is_converged).tolist()]
        for case in _solved_without(engine, failed)[:MAX_PER_ELEMENT]:
            out += _on_the_way(engine, rules, limits, case, tangent=tangent)
    out += _tangents(engine, rules, limits, _most_violated(limits, violations), tangent=tangent)
    return dissimilar(out, most=most)


def _solved_without(engine: Engine, cases: Sequence[Case]) -> list[Case]:
    """Return the cases that have a solution without the plan: nothing that a plan can do mends the others."""
    if not cases:
        return []
    is_solved = engine.solve([c.outage for c in cases]).is_converged
    return [case for case, is_ok in zip(cases, is_solved, strict=True) if is_ok and case.p_mw.any()]


def _violations(limits: Limits, cases: Sequence[Case], found: Measured) -> list[_Violation]:
    rows, quantities = np.nonzero(found.counted & found.batch.is_converged[:, None])
    out = []
    for i, q in zip(rows.tolist(), quantities.tolist(), strict=True):
        limit, before = float(limits.limits(is_outage=cases[i].is_outage)[q]), float(found.before[i, q])
        is_existing = np.isfinite(before) and float(limits.sign[q]) * (before - limit) > 0
        # what is outside anyway may stay as it is, and get worse by what the check does not count
        allowed = before + float(limits.sign[q]) * float(limits.tolerance[q]) if is_existing else limit
        out.append(_Violation(cases[i], q, float(found.excess[i, q]), allowed, is_existing=is_existing))
    return out


def _most_violated(limits: Limits, violations: Sequence[_Violation]) -> list[_Violation]:
    """Return the most violated cases of each element; circuits of one row are one element."""
    cases_of: dict[int, set[int]] = {}
    kept = []
    for violation in sorted(violations, key=lambda v: -v.excess):
        seen = cases_of.setdefault(limits.row_of(violation.quantity), set())
        if len(seen) < MAX_PER_ELEMENT and id(violation.case) not in seen:
            seen.add(id(violation.case))
            kept.append(violation)
    return kept


def _tangents(
    engine: Engine, rules: GridRules, limits: Limits, violations: Sequence[_Violation], *, tangent: float
) -> list[Cut]:
    by_case: dict[int, list[_Violation]] = {}
    for violation in violations:
        by_case.setdefault(id(violation.case), []).append(violation)
    out = []
    for group in by_case.values():
        values, slopes_ = _slopes(engine, limits, group[0].case, [v.quantity for v in group], tangent=tangent)
        for violation, value, slope in zip(group, values.tolist(), slopes_, strict=True):
            out.append(_tangent(engine, rules, limits, violation, value=value, slope=slope, tangent=tangent))
    return out


def _slopes(
    engine: Engine, limits: Limits, case: Case, quantities: Sequence[int], *, tangent: float
) -> tuple[Floats, Floats]:
    """Return values (k,) and slopes per MW (k, n_buses) of quantities at a case, in their order."""
    m, n = limits.n_branches, limits.n_buses
    is_branch = np.array([q < m for q in quantities], bool)
    branches = [q for q in quantities if q < m]
    buses = [(q - m) % n for q in quantities if q >= m]
    found = slopes(engine, case.outage, branches=branches, buses=buses, p_mw=case.p_mw, q_mvar=case.q_mvar)
    order = np.argsort(np.concatenate([np.flatnonzero(is_branch), np.flatnonzero(~is_branch)]))
    return found.values[order], found.along(tangent)[order]


def _tangent(
    engine: Engine,
    rules: GridRules,
    limits: Limits,
    violation: _Violation,
    *,
    value: float,
    slope: Floats,
    tangent: float,
) -> Cut:
    """Return the tangent where the way to the case's loads meets the limit; at the case itself if that has no solution."""
    case, quantity, allowed = violation.case, violation.quantity, violation.allowed
    sign, growth = float(limits.sign[quantity]), float(slope @ case.p_mw)
    at = case.p_mw
    share = 1.0 - (value - allowed) / growth if sign * growth > 0 else 0.0
    if 0.0 < share < 1.0:
        nearer = replace(case, p_mw=share * case.p_mw, q_mvar=share * case.q_mvar)
        if engine.solve([case.outage], p_mw=nearer.p_mw, q_mvar=nearer.q_mvar).is_converged[0]:
            values, found = _slopes(engine, limits, nearer, [quantity], tangent=tangent)
            value, slope, at = float(values[0]), found[0], nearer.p_mw
    finding = limits.finding(quantity, value, is_outage=case.is_outage, base_value=None)
    name: Quantity = "loading" if quantity < limits.n_branches else ("vm_min" if sign < 0 else "vm_max")
    room = float(limits.tolerance[quantity]) if violation.is_existing else np.inf
    coef = sign * slope
    upper = sign * (allowed - value) + float(coef @ at)
    if name == "loading" and violation.is_existing:  # what the loads that are answerable add, and nothing else
        coef, upper = _answerable(engine, rules, quantity, coef), room
    return Cut("ac", name, finding.element, finding.kind, case, value, allowed, finding.unit, coef, upper,
               violation.excess, room)  # fmt: skip


def _answerable(engine: Engine, rules: GridRules, branch: int, slope: Floats) -> Floats:
    """Return the slopes of the loads that an overload which is there anyway counts against, 0 for the others."""
    rated_mva = float(engine.branches["rated_mva"].iloc[branch])
    return np.where(np.abs(slope) * rated_mva >= rules.sensitivity_threshold_percent, slope, 0.0)


def _supply_cuts(engine: Engine, cases: Sequence[Case], found: Measured) -> list[Cut]:
    """Return a row for each bus whose load an outage cuts off: no load of the plan there."""
    out, seen = [], set()
    for i, case in enumerate(cases):
        for bus in np.flatnonzero(found.batch.is_dead[i] & (case.p_mw > 0)).tolist():
            if bus in seen:
                continue
            seen.add(bus)
            coef = np.zeros(engine.n_buses)
            coef[bus] = 1.0
            name = str(engine.buses["bus"].iloc[bus])
            out.append(Cut("ac", "supply", name, "bus", case, float(case.p_mw[bus]), 0.0, "MW", coef, 0.0, np.inf))
    return out


def _on_the_way(engine: Engine, rules: GridRules, limits: Limits, case: Case, *, tangent: float) -> list[Cut]:
    """Return tangents at the last solved point on the straight way to a load without solution.

    Where nothing is violated there either, the row keeps the lowest voltage of that point: a no-good cut, which leaves out
    points that may have a solution too. The case has a solution without the plan.
    """
    share = np.arange(1, N_STEPS) / N_STEPS
    batch = engine.solve(
        [case.outage] * len(share),
        p_mw=share[:, None] * case.p_mw,
        q_mvar=share[:, None] * case.q_mvar,
        is_confirmed=False,
    )
    failed = np.flatnonzero(~batch.is_converged)
    last = int(failed[0]) - 1 if len(failed) else len(share) - 1
    if last < 0:
        return _all_less(case)
    point = replace(case, p_mw=share[last] * case.p_mw, q_mvar=share[last] * case.q_mvar)
    found = measure(engine, rules, [point], limits)
    violations = _violations(limits, [point], found)
    if violations:
        top = sorted(violations, key=lambda v: -v.excess)[:MAX_PER_ELEMENT]
        return [replace(c, case=case) for c in _tangents(engine, rules, limits, top, tangent=tangent)]
    bus = int(np.nanargmin(np.where(found.batch.is_dead[0], np.nan, found.batch.vm_pu[0])))
    slope = slopes(engine, case.outage, buses=[bus], p_mw=point.p_mw, q_mvar=point.q_mvar).along(tangent)[0]
    value = float(found.batch.vm_pu[0, bus])
    name = str(engine.buses["bus"].iloc[bus])
    upper = float(-slope @ point.p_mw)
    return [Cut("no_good", "vm_min", name, "bus", case, value, value, "pu", -slope, upper, np.inf)]


def _all_less(case: Case) -> list[Cut]:
    """Return the row that asks for less load in all: there is no solution at any share of it."""
    coef = (case.p_mw > 0).astype(float)
    total = float(coef @ case.p_mw)
    return [Cut("no_good", "supply", "", "", case, total, 0.0, "MW", coef, total / N_STEPS, np.inf)]


def dissimilar(cuts: Sequence[Cut], *, most: int) -> list[Cut]:
    """Return the most violated cuts, without those that point almost in the direction of one already taken.

    Loads at the buses of `coef` are compared as they enter the row, so two outages that load an element alike are one.
    """
    kept: list[Cut] = []
    for cut in sorted(cuts, key=lambda c: (-c.excess, c.element, c.case.element or "")):
        if not any(_covers(other, cut) for other in kept):
            kept.append(cut)
        if len(kept) == most:
            break
    return kept


def _covers(other: Cut, cut: Cut) -> bool:
    """Return whether a row already taken points the same way and is at least as tight."""
    if "feed" in (other.case.kind, cut.case.kind):
        return False  # these rows have terms of single sites too
    a, b = float(np.linalg.norm(other.coef)), float(np.linalg.norm(cut.coef))
    if a == 0.0 or b == 0.0:
        return False
    return float(other.coef @ cut.coef) / (a * b) > SAME_DIRECTION and other.upper / a <= cut.upper / b
