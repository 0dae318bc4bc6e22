"""Solve the model of all candidates at once: by a search from nothing, or from the plan of a dive where no station feeds.

Areas without stations have few sites and many blocks. Their relaxation is close to the best plan, but a search from nothing
finds a good plan late; a dive (`dive`) finds one within seconds. The bound is that of the relaxation; where the gap to it is
open, the search goes on from the plan of the dive with the bound that cuts give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from models.siting.compile import SitingModel
from models.siting.dive import dived
from models.siting.relaxation import Relaxation
from models.siting.solve import Options, Progress, Solution, Solver
from models.siting.stages import HEURISTIC_EFFORT, Clock, Values, ended, hearing, solution_of


def solve_direct(
    model: SitingModel,
    options: Options,
    *,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[Solver, Solution]:
    """Return the loaded model and its plan; no step ends by the clock unless the time limit cuts it short."""
    solver = Solver(model)
    if len(model.data["feeds"]) or not model.matrix.is_integer.any():
        return solver, solver.solve(options, progress=progress, should_stop=should_stop)
    clock = Clock(options, progress, should_stop)
    lp = Relaxation(model, should_stop)
    values = None
    if lp.solve(clock.left_s):
        clock.bound = lp.objective
        clock.tell()
        values = dived(solver, clock)
    elif lp.status == "infeasible":
        return solver, ended("infeasible", clock)
    is_closed = clock.gap is not None and clock.gap <= options.gap
    if not (is_closed or clock.is_over):
        return solver, _searched(solver, values, clock)
    return solver, solution_of(model, values, clock)


def _searched(solver: Solver, values: Values | None, clock: Clock) -> Solution:
    """Return the plan of a search for the time that is left, from the plan at hand, with the better of both bounds."""
    effort = replace(clock.options, time_limit_s=clock.left_s, heuristic_effort=HEURISTIC_EFFORT)
    found = solver.solve(effort, progress=hearing(clock), should_stop=clock.should_stop, start=values)
    if found.values is None:
        return found if values is None else solution_of(solver.model, values, clock)
    bounds = [b for b in (clock.bound, found.bound) if b is not None]
    clock.incumbent, clock.bound = found.objective, max(bounds) if bounds else None
    return solution_of(solver.model, found.values, clock)


__all__ = ["solve_direct"]
