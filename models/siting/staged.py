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

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.siting.compile import SitingModel
from models.siting.data import SitingData
from models.siting.merge import merge_sites, only_sites, promising, transfer
from models.siting.solve import Options, Progress, Solution, Solver

Values = NDArray[np.float64]
Columns = NDArray[np.int64]

SITING = ("is_open", "is_dual", "is_fed")
SITING_GAP, PLAN_GAP = 0.002, 0.003
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
        return self.is_late or (self.should_stop is not None and self.should_stop())

    @property
    def is_late(self) -> bool:
        """Return whether time is up."""
        return time.perf_counter() - self.began >= self.options.time_limit_s

    @property
    def gap(self) -> float | None:
        """Relative gap between incumbent and bound, None before both are known."""
        if self.bound is None or self.incumbent is None:
            return None
        return abs(self.incumbent - self.bound) / max(abs(self.incumbent), 1e-9)

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
    side = _BoundSide(merged, clock)
    first = side.relaxation()
    if first is None:
        status = side.status
        return Staged(merged, side.solver, _ended(status, clock), merged)
    side.start()
    few = build(only_sites(data, promising(data, label, model=merged, values=first)))
    solver = Solver(few)
    values = _plan(solver, clock)
    side.is_wanted = values is not None
    side.join()
    clock.bound = side.bound
    if values is not None and not clock.is_over and (clock.gap or 0.0) > options.gap:
        values = _polish(solver, values, clock)
    if (values is None or (clock.gap or 0.0) > options.gap) and not clock.is_over:
        return _whole(data, build, clock, merged, few=few, values=values)
    return Staged(few, solver, _solution(few, values, clock), merged)


def _ended(status: str, clock: Clock) -> Solution:
    return Solution(status, None, None, None, None, time.perf_counter() - clock.began)


def _solution(model: SitingModel, values: Values | None, clock: Clock) -> Solution:
    if values is None:
        return _ended("interrupted" if clock.is_over and not clock.is_late else "no_plan", clock)
    gap = clock.gap
    is_done = gap is not None and gap <= clock.options.gap
    status = "optimal" if is_done else "time_limit" if clock.is_late else "interrupted"
    objective = float(model.matrix.cost @ values)
    if clock.bound is not None and clock.bound > objective + 1e-6 * max(1.0, abs(objective)):
        raise RuntimeError(f"bound {clock.bound} lies above the plan's {objective}: one of them is wrong")
    return Solution(status, values, objective, clock.bound, gap, time.perf_counter() - clock.began)


class _BoundSide:
    """The merged model: first its LP, then cuts at the root in a thread of its own."""

    def __init__(self, model: SitingModel, clock: Clock) -> None:
        self.solver = Solver(model)
        self.bound: float | None = None
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
        self.bound = self._clock.bound = found.objective
        self._clock.tell()
        return found.values

    def start(self) -> None:
        """Begin with the cuts, in a thread of their own."""
        self._running = self._pool.submit(self._run)

    def join(self) -> None:
        """Wait for the end; what went wrong in the thread is raised here."""
        self._running.result()
        self._pool.shutdown()

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
        return is_closed or (self._clock.should_stop is not None and self._clock.should_stop())

    def _hear(self, news: Progress) -> None:
        """Show the bound while it grows; the one that counts is read when the run has ended."""
        if news.bound is not None and self._clock.bound is not None and news.bound > self._clock.bound:
            self._clock.bound = news.bound
            self._clock.tell()


def _plan(solver: Solver, clock: Clock) -> Values | None:
    """Return values of a plan: sites and feeds of the last year first, then everything with those."""
    d, last = solver.model.decisions, solver.model.data.years[-1]
    later = np.concatenate(
        [d[n].loc[d[n]["year"] != last, "col"].to_numpy(np.int64) for n in (*SITING, "n_blocks", "in_state")]
        + [d[n]["col"].to_numpy(np.int64) for n in ("n_switched", "is_piped", "is_large")]
    )
    with solver.relaxed(later):
        siting = solver.solve(_effort(clock, SITING_GAP), should_stop=clock.should_stop)
    if siting.values is None:
        return None
    cols, lower, upper = _held(solver.model, siting.values)
    with solver.bounded(cols, lower, upper):
        found = solver.solve(_effort(clock, PLAN_GAP), progress=_hearing(clock), should_stop=clock.should_stop)
    if found.values is not None:
        clock.incumbent = found.objective
        clock.tell()
    return found.values


def _held(model: SitingModel, values: Values) -> tuple[Columns, Values, Values]:
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


def _effort(clock: Clock, gap: float) -> Options:
    return replace(
        clock.options,
        gap=min(gap, clock.options.gap),
        time_limit_s=clock.left_s,
        heuristic_effort=HEURISTIC_EFFORT,
    )


def _hearing(clock: Clock) -> Callable[[Progress], None]:
    def hear(news: Progress) -> None:
        if news.incumbent is not None and (clock.incumbent is None or news.incumbent < clock.incumbent):
            clock.incumbent = news.incumbent
        clock.tell()

    return hear


def _polish(solver: Solver, values: Values, clock: Clock) -> Values:
    """Return a better plan among the promising sites, as soon as it closes the gap to the bound."""
    target = None if clock.bound is None else clock.bound / (1.0 - clock.options.gap * np.sign(clock.bound or 1.0))
    options = replace(_effort(clock, clock.options.gap / 10.0), target=target)
    found = solver.solve(options, progress=_hearing(clock), should_stop=clock.should_stop, start=values)
    if found.values is None or found.objective is None:
        return values
    clock.incumbent = found.objective
    clock.tell()
    return found.values


def _whole(
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
    found = solver.solve(options, progress=_hearing(clock), should_stop=clock.should_stop, start=start)
    if found.values is None:
        if values is not None:
            return Staged(few, solver, _solution(few, values, clock), merged)
        return Staged(model, solver, found, merged)
    bounds = [b for b in (clock.bound, found.bound) if b is not None]
    clock.incumbent, clock.bound = found.objective, max(bounds) if bounds else None
    return Staged(model, solver, _solution(model, found.values, clock), merged)
