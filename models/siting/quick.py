"""A quick plan with a certified gap, the answer to a changed scenario; the search for a better one goes on from it.

    1. bound     LP of like sites merged, from the basis of the reference where there is one
    2. choice    the sites that this LP uses, and those of the reference plan
    3. plan      a dive on the model of those sites and a search around it (`dive`)

The bound holds for all candidates. The result depends on the data and the reference only: no step ends by the clock
unless the time limit cuts it short.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from models.siting.compile import SitingModel
from models.siting.data import SitingData
from models.siting.dive import dived
from models.siting.merge import merge_sites, only_sites, promising
from models.siting.relaxation import Basis, Relaxation
from models.siting.rounds import thorough
from models.siting.solve import Options, Progress, Solution, Solver
from models.siting.stages import Clock, Staged, ended, find_plan, solution_of

Build = Callable[[SitingData], SitingModel]


@dataclass(frozen=True)
class Start:
    """What a what-if starts from: the basis of the merged model of the reference, and the sites of its plan."""

    basis: Basis | None = None
    sites: Collection[str] = ()


def basis_of(data: SitingData, build: Build, time_limit_s: float = 600.0) -> Basis | None:
    """Return the optimal basis of the merged model's relaxation, None where it has none."""
    lp = Relaxation(build(merge_sites(data)[0]))
    return lp.basis() if lp.solve(time_limit_s) else None


def quick(
    data: SitingData,
    build: Build,
    options: Options,
    *,
    start: Start | None = None,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Staged:
    """Return a plan among all candidates with the bound of the merged relaxation.

    Its status is "optimal" only where the gap is closed already, else "interrupted": `improved` goes on from it.
    """
    clock, start = Clock(options, progress, should_stop), start or Start()
    merged_data, label = merge_sites(data)
    merged = build(merged_data)
    lp = Relaxation(merged, should_stop)
    if start.basis is not None:
        lp.start_from(start.basis)
    if not lp.solve(clock.left_s):
        return Staged(merged, Solver(merged), ended(lp.status, clock), merged)
    clock.bound = lp.objective
    clock.tell()
    keep = promising(data, label, model=merged, values=lp.values) | (set(start.sites) & set(data["sites"]["site"]))
    few = build(only_sites(data, keep))
    solver = Solver(few)
    values = dived(solver, clock)
    if values is None and not clock.is_over:
        values = find_plan(solver, clock)
    return Staged(few, solver, solution_of(few, values, clock), merged, clock.bound)


def again(
    few: SitingModel,
    merged: SitingModel,
    last: Solution,
    options: Options,
    *,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Staged:
    """Return the quick plan of the same sites after rows were added; the bound of before holds."""
    clock = Clock(options, progress, should_stop, bound=last.bound)
    solver = Solver(few)
    values = dived(solver, clock)
    return Staged(few, solver, solution_of(few, values, clock), merged, last.bound)


def improved(
    few: SitingModel,
    merged: SitingModel,
    last: Solution,
    options: Options,
    *,
    candidates: SitingData,
    build: Build,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Staged:
    """Return a plan at least as good with a bound at least as high: searched on until the gap is closed or time is up."""
    clock = Clock(options, progress, should_stop, bound=last.bound, incumbent=last.objective)
    solver = Solver(few)
    found = thorough(few, merged, last.values, clock, solver=solver, candidates=candidates, build=build)
    return replace(found, relaxation=last.bound)


__all__ = ["Start", "again", "basis_of", "improved", "quick"]
