"""A further round of a staged solve: the same model with more rows, from the plan of the round before.

    1. repair    sites and feeds of the last year held as they were, everything else free: quick, and often good enough
    2. nearby    what stands stays, except around the stations that the rows are about; other sites may come in
    3. siting    the same sites as candidates, all decisions free, where the gap is open; beside it, in a thread of its
                 own, the bound of merged sites with the new rows
    4. polish    from the better of the two plans, while the gap is open
    5. again     the sites that the merged model with the new rows would use, where the gap is still open
    6. whole     all sites for the time that is left, where the gap is still open

The bound of the round before holds, since rows were only added. The gap is between the plan and the bound of all
candidates, as in `staged`; what steps 1 and 2 aim at is the bound of the first relaxation, which no thread has a part in,
so that equal rounds give equal plans.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.siting.compile import SitingModel
from models.siting.data import SitingData
from models.siting.merge import classes, only_sites, promising, transfer
from models.siting.solve import Options, Progress, Solver
from models.siting.staged import whole
from models.siting.stages import (
    SITING,
    BoundSide,
    Clock,
    Staged,
    Values,
    ended,
    find_plan,
    polish,
    repaired,
    solution_of,
)

MOSTLY = 0.5  # stations with at least this share of a row's largest coefficient


def resolve(
    few: SitingModel,
    merged: SitingModel,
    values: Values | None,
    bound: float | None,
    options: Options,
    *,
    relaxation: float | None = None,
    candidates: SitingData | None = None,
    build: Callable[[SitingData], SitingModel] | None = None,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Staged:
    """Return a plan of `few` with a bound for all candidates.

    `few` and `merged` have the new rows (`with_cuts`, for merged sites of `merge_cuts`); `values` is the plan of the round
    before, `bound` its bound and `relaxation` that of the first relaxation. With `candidates` (the data of all sites with
    the new cuts) and `build` other sites are tried where the gap stays open; the model of the result then has other sites. Without them the gap may stay open, and
    the status is then "interrupted" or "time_limit". Status "infeasible": no plan of any
    candidates keeps the rows.
    """
    clock = Clock(options, progress, should_stop, bound=bound)
    solver = Solver(few)
    best = None if values is None else repaired(solver, values, clock)
    aim = None if bound is None else min(b for b in (relaxation, bound) if b is not None)
    if best is not None and aim is not None and _is_far(clock, aim) and not clock.is_over:
        best = _nearby(solver, best, clock)
    if best is None or aim is None or _is_far(clock, aim):
        found = thorough(few, merged, best, clock, solver=solver, candidates=candidates, build=build)
        return replace(found, relaxation=relaxation)
    return Staged(few, solver, solution_of(few, best, clock), merged, relaxation)


def _is_far(clock: Clock, aim: float) -> bool:
    """Return whether the plan is not yet within the gap of a bound."""
    cost = clock.incumbent
    return cost is None or abs(cost - aim) > clock.options.gap * max(abs(cost), 1e-9)


def thorough(
    few: SitingModel,
    merged: SitingModel,
    best: Values | None,
    clock: Clock,
    *,
    solver: Solver,
    candidates: SitingData | None,
    build: Callable[[SitingData], SitingModel] | None,
) -> Staged:
    """Search on with everything free, and raise the bound, until the gap is closed."""
    if best is not None and not _is_open(clock):
        return Staged(few, solver, solution_of(few, best, clock), merged)
    side = BoundSide(merged, clock, bound=clock.bound)
    side.start()
    side.is_wanted = best is not None
    if _is_open(clock):
        best = _better(solver, best, clock)
        side.is_wanted = best is not None
    side.join()
    clock.bound = side.bound
    if side.status == "infeasible":
        return Staged(few, solver, ended("infeasible", clock), merged)
    if best is not None and _is_open(clock) and not clock.is_over:
        best = polish(solver, best, clock)
    if candidates is not None and build is not None and _is_open(clock) and not clock.is_over:
        return _again(few, merged, best, clock, candidates=candidates, build=build)
    return Staged(few, solver, solution_of(few, best, clock), merged)


def _nearby(solver: Solver, values: Values, clock: Clock) -> Values:
    """Return a plan that keeps what stands away from the stations of the rows, or the one at hand where that is better."""
    model = solver.model
    near, last = _near_sites(model.data), model.data.years[-1]
    cols = []
    for name in SITING:
        frame = model.decisions[name]
        stands = np.round(values[frame["col"].to_numpy(np.int64)]) > 0
        away = (frame["year"] == last).to_numpy(bool) & ~frame["site"].isin(near).to_numpy(bool)
        cols.append(frame["col"].to_numpy(np.int64)[stands & away])
    kept = np.concatenate(cols)
    ones = np.ones(len(kept))
    with solver.bounded(kept, ones, ones):
        best = _better(solver, values, clock)
    return values if best is None else best


def _near_sites(data: SitingData) -> set[str]:
    """Return the sites with a feed from a station that a learned row is mostly about."""
    terms = data["cut_terms"]
    size = terms["coef"].astype(float).abs()
    most = size.groupby(terms["cut"]).transform("max")
    stations = set(terms.loc[size >= MOSTLY * most, "substation"])
    return set(data["feeds"].loc[data["feeds"]["substation"].isin(stations), "site"])


def _is_open(clock: Clock) -> bool:
    return clock.gap is None or clock.gap > clock.options.gap


def _better(solver: Solver, best: Values | None, clock: Clock) -> Values | None:
    """Return the plan of a search over all sites of the model, or the one at hand where that is better."""
    before = clock.incumbent
    found = find_plan(solver, clock)
    cost = solver.model.matrix.cost
    if found is None or (best is not None and before is not None and cost @ best <= cost @ found):
        clock.incumbent = before
        return best
    return found


def _again(
    few: SitingModel,
    merged: SitingModel,
    values: Values | None,
    clock: Clock,
    *,
    candidates: SitingData,
    build: Callable[[SitingData], SitingModel],
) -> Staged:
    """Return the plan of the sites that the merged model uses with the new rows, beside those at hand."""
    side = BoundSide(merged, clock, bound=clock.bound)
    first = side.relaxation()
    if first is None:
        return Staged(few, Solver(few), solution_of(few, values, clock), merged)
    kept = set(few.data["sites"]["site"]) if values is None else _used(few, values)
    kept |= promising(candidates, classes(candidates), model=merged, values=first)
    model = build(only_sites(candidates, kept))
    solver = Solver(model)
    start = None if values is None else transfer(few, model, values)
    best = _better(solver, start, clock)
    if best is not None and _is_open(clock) and not clock.is_over:
        best = polish(solver, best, clock)
    if _is_open(clock) and not clock.is_over:
        return whole(candidates, build, clock, merged, few=model, values=best)
    return Staged(model, solver, solution_of(model, best, clock), merged)


def _used(model: SitingModel, values: Values) -> set[str]:
    """Return the sites that are open in the plan."""
    open_ = model.decisions["is_open"]
    return set(open_.loc[np.round(values[open_["col"].to_numpy(np.int64)]) > 0, "site"])


__all__ = ["resolve"]
