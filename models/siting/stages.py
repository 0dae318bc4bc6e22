"""The steps that staged solving and the rounds of the loop are made of: clock, bound of merged sites, plan, polish."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.siting.compile import SitingModel
from models.siting.solve import Options, Progress, Solution, Solver

Values = NDArray[np.float64]
Columns = NDArray[np.int64]

SITING = ("is_open", "is_dual", "is_fed")
SITING_GAP, PLAN_GAP = 0.002, 0.003
STOP_WAIT_S = 0.2
ABS_GAP = 1e-6  # in units of the objective: the solver takes less for equal
HEURISTIC_EFFORT = 0.3  # share of the search spent on primal heuristics


@dataclass
class Clock:
    """Time left, the stop flag and what to tell the caller; shared by the two sides."""

    options: Options
    progress: Callable[[Progress], None] | None
    should_stop: Callable[[], bool] | None
    began: float = field(default_factory=time.perf_counter)
    bound: float | None = None
    incumbent: float | None = None

    @property
    def left_s(self) -> float:
        """Seconds left, at least a tick."""
        return max(0.05, self.options.time_limit_s - (time.perf_counter() - self.began))

    @property
    def is_over(self) -> bool:
        """Return whether time is up or the caller wants to stop."""
        return self.is_late or self.is_stopped

    @property
    def is_stopped(self) -> bool:
        """Return whether the caller wants to stop."""
        return self.should_stop is not None and self.should_stop()

    @property
    def is_late(self) -> bool:
        """Return whether time is up."""
        return time.perf_counter() - self.began >= self.options.time_limit_s

    @property
    def gap(self) -> float | None:
        """Relative gap between incumbent and bound, None before both are known; 0 where they are equal to rounding."""
        if self.bound is None or self.incumbent is None:
            return None
        away = abs(self.incumbent - self.bound)
        return 0.0 if away <= ABS_GAP else away / abs(self.incumbent or ABS_GAP)

    @property
    def target(self) -> float | None:
        """Cost at which the gap is closed, None before a bound is known."""
        return None if self.bound is None else self.bound / (1.0 - self.options.gap * np.sign(self.bound or 1.0))

    def tell(self) -> None:
        """Report what is known."""
        if self.progress is not None:
            elapsed = time.perf_counter() - self.began
            self.progress(Progress(elapsed, self.incumbent, self.bound, self.gap))


@dataclass(frozen=True)
class Staged:
    """The plan's model (few sites), its solver, the solution with the bound of all candidates, and the merged size."""

    model: SitingModel
    solver: Solver
    solution: Solution
    merged: SitingModel
    relaxation: float | None = None  # bound of the merged model's first relaxation


def ended(status: str, clock: Clock) -> Solution:
    """Return a solution without values."""
    return Solution(status, None, None, None, None, time.perf_counter() - clock.began)


def solution_of(model: SitingModel, values: Values | None, clock: Clock) -> Solution:
    """Return the values with their cost, the bound and the gap; RuntimeError where the bound lies above the cost."""
    if values is None:
        return ended("interrupted" if clock.is_over and not clock.is_late else "no_plan", clock)
    gap = clock.gap
    is_done = gap is not None and gap <= clock.options.gap
    status = "optimal" if is_done else "time_limit" if clock.is_late else "interrupted"
    objective = float(model.matrix.cost @ values)
    if clock.bound is not None and clock.bound > objective + 1e-6 * max(1.0, abs(objective)):
        raise RuntimeError(f"bound {clock.bound} lies above the plan's {objective}: one of them is wrong")
    return Solution(status, values, objective, clock.bound, gap, time.perf_counter() - clock.began)


class BoundSide:
    """The merged model: first its LP, then cuts at the root in a thread of its own.

    A `bound` that is known already stays valid where rows are only added.
    """

    def __init__(self, model: SitingModel, clock: Clock, *, bound: float | None = None) -> None:
        self.solver = Solver(model)
        self.bound = bound
        self.status = "no_plan"
        self.is_wanted = False  # there is a plan to compare with
        self._clock = clock
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._running: Future[None]

    def relaxation(self) -> Values | None:
        """Return the values of the LP relaxation, None where it is infeasible or time is up."""
        m = self.solver.model.matrix
        with self.solver.relaxed(np.flatnonzero(m.is_integer)):
            found = self.solver.solve(
                replace(self._clock.options, time_limit_s=self._clock.left_s), should_stop=self._clock.should_stop
            )
        self.status = found.status
        if found.status != "optimal" or found.values is None:
            return None
        known = [b for b in (self.bound, found.objective) if b is not None]
        self.bound = self._clock.bound = max(known)
        self._clock.tell()
        return found.values

    def start(self) -> None:
        """Begin with the cuts, in a thread of their own."""
        self._running = self._pool.submit(self._run)

    def join(self) -> None:
        """Wait for the end; what went wrong in the thread is raised here.

        After a stop the thread is left to itself: HiGHS hears an interrupt only between rounds of cuts, which may take
        seconds, and the bound told so far is valid.
        """
        while not self._running.done():
            is_stopped = self._clock.is_stopped
            wait([self._running], timeout=STOP_WAIT_S)
            if is_stopped:
                break
        if self._running.done():
            self._running.result()
        self._pool.shutdown(wait=False)

    def _run(self) -> None:
        options = replace(
            self._clock.options, gap=0.0, time_limit_s=self._clock.left_s, max_nodes=1, heuristic_effort=0.0
        )
        self.status = self.solver.solve(options, progress=self._hear, should_stop=self._is_over).status
        last = self.solver.last_bound
        if last is not None and self.bound is not None:
            self.bound = max(self.bound, last)

    def _is_over(self) -> bool:
        """Return whether the gap to the plan is closed, or the caller wants to stop."""
        gap = self._clock.gap if self.is_wanted else None
        is_closed = gap is not None and gap <= self._clock.options.gap
        return is_closed or self._clock.is_stopped

    def _hear(self, news: Progress) -> None:
        """Show the bound while it grows; the one that counts is read when the run has ended."""
        if news.bound is not None and self._clock.bound is not None and news.bound > self._clock.bound:
            self._clock.bound = news.bound
            self._clock.tell()


def find_plan(solver: Solver, clock: Clock) -> Values | None:
    """Return values of a plan: sites and feeds of the last year first, then everything with those."""
    d, last = solver.model.decisions, solver.model.data.years[-1]
    later = np.concatenate(
        [d[n].loc[d[n]["year"] != last, "col"].to_numpy(np.int64) for n in (*SITING, "n_blocks", "in_state")]
        + [d[n]["col"].to_numpy(np.int64) for n in ("n_switched", "is_piped", "is_large", "is_linked")]
    )
    with solver.relaxed(later):
        siting = solver.solve(effort(clock, SITING_GAP), should_stop=clock.should_stop)
    if siting.values is None:
        return None
    return repaired(solver, siting.values, clock)


def repaired(solver: Solver, values: Values, clock: Clock) -> Values | None:
    """Return the best plan with the sites and feeds of the last year of other values, None where there is none."""
    cols, lower, upper = held(solver.model, values)
    with solver.bounded(cols, lower, upper):
        found = solver.solve(effort(clock, PLAN_GAP), progress=hearing(clock), should_stop=clock.should_stop)
    if found.values is not None:
        clock.incumbent = found.objective
        clock.tell()
    return found.values


def held(model: SitingModel, values: Values) -> tuple[Columns, Values, Values]:
    """Return bounds that keep sites and feeds of the last year and leave open when they are built."""
    d, last = model.decisions, model.data.years[-1]
    cols, lower, upper = [], [], []
    for name in SITING:
        frame = d[name].assign(value=np.round(values[d[name]["col"].to_numpy(np.int64)]))
        keys = [k for k in d.keys(name) if k != "year"]
        final = frame.loc[frame["year"] == last, [*keys, "value"]].rename(columns={"value": "most"})
        frame = frame.merge(final, on=keys)
        cols.append(frame["col"].to_numpy(np.int64))
        upper.append(frame["most"].to_numpy(float))
        lower.append(np.where(frame["year"] == last, frame["most"], 0.0))
    return np.concatenate(cols), np.concatenate(lower), np.concatenate(upper)


def effort(clock: Clock, gap: float) -> Options:
    """Return options for the time that is left, with more work on plans than HiGHS would do."""
    return replace(
        clock.options,
        gap=min(gap, clock.options.gap),
        time_limit_s=clock.left_s,
        heuristic_effort=HEURISTIC_EFFORT,
    )


def hearing(clock: Clock) -> Callable[[Progress], None]:
    """Return a listener that keeps the best incumbent."""

    def hear(news: Progress) -> None:
        if news.incumbent is not None and (clock.incumbent is None or news.incumbent < clock.incumbent):
            clock.incumbent = news.incumbent
        clock.tell()

    return hear


def polish(solver: Solver, values: Values, clock: Clock) -> Values:
    """Return a better plan among the promising sites, as soon as it closes the gap to the bound."""
    options = replace(effort(clock, clock.options.gap / 10.0), target=clock.target)
    found = solver.solve(options, progress=hearing(clock), should_stop=clock.should_stop, start=values)
    if found.values is None or found.objective is None:
        return values
    clock.incumbent = found.objective
    clock.tell()
    return found.values
