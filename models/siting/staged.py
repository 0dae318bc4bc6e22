"""Solve a large siting model to a certified gap: a bound from merged sites, a plan from few promising ones.

    1. bound     like sites merged (`merge`): LP, then cuts at the root; a lower bound of the whole model
    2. choice    sites of the classes that the merged LP uses, the nearest ones of each
    3. siting    the model of those sites, binaries of the last planning year only
    4. plan      all binaries, with the sites and feeds of step 3: when to build, how much, cooled how
    5. polish    all sites of step 2 from the plan of step 4, while the gap is open

The gap is between the plan of 4 or 5 and the bound of 1, so it holds for all candidates, not only for the chosen ones.
Every step of the plan ends by its own gap, not by the clock, so the plan does not depend on the machine, unless the time
limit cuts it short; then the status says so. The bound is computed beside it in a thread of its own and stops where it is
good enough, so a bound may differ in its last digits from run to run; it is valid whenever it stops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from models.siting.compile import SitingModel
from models.siting.data import SitingData
from models.siting.merge import merge_sites, only_sites, promising, transfer
from models.siting.solve import Options, Progress, Solver
from models.siting.stages import (
    HEURISTIC_EFFORT,
    BoundSide,
    Clock,
    Staged,
    Values,
    ended,
    find_plan,
    hearing,
    polish,
    solution_of,
)


def solve_staged(
    data: SitingData,
    build: Callable[[SitingData], SitingModel],
    options: Options,
    *,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Staged:
    """Return a plan among all candidates with a bound that holds for all of them.

    Falls back to the whole model for the time that is left where the stages do not close the gap.
    """
    clock = Clock(options, progress, should_stop)
    merged_data, label = merge_sites(data)
    merged = build(merged_data)
    side = BoundSide(merged, clock)
    first = side.relaxation()
    if first is None:
        status = side.status
        return Staged(merged, side.solver, ended(status, clock), merged)
    relaxation = side.bound
    side.start()
    few = build(only_sites(data, promising(data, label, model=merged, values=first)))
    solver = Solver(few)
    values = find_plan(solver, clock)
    side.is_wanted = values is not None
    side.join()
    clock.bound = side.bound
    if values is not None and not clock.is_over and (clock.gap or 0.0) > options.gap:
        values = polish(solver, values, clock)
    if (values is None or (clock.gap or 0.0) > options.gap) and not clock.is_over:
        return replace(whole(data, build, clock, merged, few=few, values=values), relaxation=relaxation)
    return Staged(few, solver, solution_of(few, values, clock), merged, relaxation)


def whole(
    data: SitingData,
    build: Callable[[SitingData], SitingModel],
    clock: Clock,
    merged: SitingModel,
    *,
    few: SitingModel,
    values: Values | None,
) -> Staged:
    """Solve the model of all sites for the time that is left, from the plan found so far."""
    model = build(data)
    solver = Solver(model)
    start = None if values is None else transfer(few, model, values)
    options = replace(clock.options, time_limit_s=clock.left_s, heuristic_effort=HEURISTIC_EFFORT)
    found = solver.solve(options, progress=hearing(clock), should_stop=clock.should_stop, start=start)
    if found.values is None:
        if values is not None:
            return Staged(few, solver, solution_of(few, values, clock), merged)
        return Staged(model, solver, found, merged)
    bounds = [b for b in (clock.bound, found.bound) if b is not None]
    clock.incumbent, clock.bound = found.objective, max(bounds) if bounds else None
    return Staged(model, solver, solution_of(model, found.values, clock), merged)


__all__ = ["Staged", "solve_staged", "whole"]
