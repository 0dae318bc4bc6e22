"""A plan by rounding the LP relaxation step by step, then a small search around it.

    1. dive      sites, second feeds and feeds of the last planning year, in this order: the largest fractions go up, a
                 quarter of what is still fractional at a time, and the LP is solved again from where it stood
    2. round     with those held, whatever is whole in the LP stays, and the rest is searched by HiGHS

A dive takes some dozens of LPs of milliseconds each, where a search over the same binaries from nothing takes seconds. Its
plan is not better than a search's: the gap to the bound says how good it is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.siting.compile import SitingModel
from models.siting.relaxation import Relaxation
from models.siting.solve import Solver
from models.siting.stages import SITING, Clock, Columns, Values, effort, hearing, held

SHARE = 0.25  # of the fractional columns that are rounded before the LP is solved again
ROUND_DOWN_BELOW = 0.15
WHOLE = 1e-6
AROUND_GAP = 0.003


def dive(lp: Relaxation, groups: list[Columns], clock: Clock) -> Values | None:
    """Return LP values in which the columns of all groups are whole, None where a dive ends in no plan or is stopped."""
    if not lp.solve(clock.left_s):
        return None
    for cols in groups:
        values = lp.values
        while True:
            below = np.floor(values[cols] + WHOLE)
            is_open = (values[cols] - below > WHOLE) & (lp.upper[cols] > lp.lower[cols])
            if not is_open.any():
                break
            if clock.is_over or not _rounded(lp, cols[is_open], values, clock):
                return None
            values = lp.values
        whole = np.round(values[cols])
        lp.hold(cols, whole, whole)
    return lp.values if lp.solve(clock.left_s) else None


def _rounded(lp: Relaxation, cols: Columns, values: Values, clock: Clock) -> bool:
    """Round the largest fractions and solve; where that has no solution, only the largest one the other way."""
    share = values[cols] - np.floor(values[cols])
    order = np.argsort(-share, kind="stable")[: max(1, int(SHARE * len(cols)))]
    pick, share = cols[order], share[order]
    low, high = np.floor(values[pick]), np.ceil(values[pick])
    before = lp.lower[pick].copy(), lp.upper[pick].copy()
    goal = np.where(share >= ROUND_DOWN_BELOW, high, low)
    lp.hold(pick, goal, goal)
    if lp.solve(clock.left_s):
        return True
    lp.hold(pick, *before)
    other = np.where(goal == high, low, high)[:1]
    lp.hold(pick[:1], other, other)
    return lp.solve(clock.left_s)


def siting_groups(model: SitingModel) -> list[Columns]:
    """Return the columns of sites, second feeds and feeds of the last planning year."""
    d, last = model.decisions, model.data.years[-1]
    return [d[n].loc[d[n]["year"] == last, "col"].to_numpy(np.int64) for n in SITING]


def dived(solver: Solver, clock: Clock) -> Values | None:
    """Return the plan of a dive on the siting and a search around it, None where there is none or time is up."""
    model = solver.model
    lp = Relaxation(model, clock.should_stop)
    siting = dive(lp, siting_groups(model), clock)
    return None if siting is None else around(solver, siting, clock)


def around(solver: Solver, siting: Values, clock: Clock) -> Values | None:
    """Return the best plan with the sites and feeds of the last year of `siting`, near the LP with those held."""
    model = solver.model
    m = model.matrix
    cols, lower, upper = held(model, siting)
    lower = np.clip(lower, m.col_lower[cols], m.col_upper[cols])
    upper = np.clip(upper, lower, m.col_upper[cols])
    lp = Relaxation(model, clock.should_stop)
    lp.hold(cols, lower, upper)
    if not lp.solve(clock.left_s):
        return None
    integer, values = np.flatnonzero(m.is_integer), lp.values
    whole = integer[np.abs(values[integer] - np.round(values[integer])) < WHOLE]
    low, high = lp.lower.copy(), lp.upper.copy()
    low[whole] = high[whole] = np.round(values[whole])
    fixed = np.union1d(cols, whole)
    options = replace(effort(clock, AROUND_GAP), gap=AROUND_GAP, target=clock.target)
    with solver.bounded(fixed, low[fixed], high[fixed]):
        found = solver.solve(options, progress=hearing(clock), should_stop=clock.should_stop)
    if found.values is None and not clock.is_over:  # what is whole in the LP fits no plan: hold only sites and feeds
        with solver.bounded(cols, lower, upper):
            found = solver.solve(options, progress=hearing(clock), should_stop=clock.should_stop)
    if found.values is not None:
        clock.incumbent = found.objective
        clock.tell()
    return found.values


__all__ = ["around", "dive", "dived"]
