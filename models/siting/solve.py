"""One loaded HiGHS model: solve, progress, interrupt, limits and their worth, what-ifs in place.

`highspy` is used directly on the compiled matrix; threads and seed are explicit and one value per process (HiGHS refuses
to change the number of threads between two objects).
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import highspy
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.siting.blocks import Matrix
from models.siting.compile import SitingModel
from models.siting.feeding import settled

FIXED_FOR_WORTH = ("is_open", "is_dual", "is_fed", "is_piped", "is_large", "in_state", "is_linked")
THREADS = 1
WORTH_TIME_LIMIT_S = 600.0


@dataclass(frozen=True)
class Progress:
    """What is known while the solver runs; None before there is an incumbent or a bound."""

    elapsed_s: float
    incumbent: float | None
    bound: float | None
    gap: float | None


@dataclass(frozen=True)
class Options:
    """How to solve: relative gap, time limit [s], seed; HiGHS's own values where None.

    `target` stops as soon as the incumbent is that good.
    """

    gap: float = 0.005
    time_limit_s: float = 60.0
    seed: int = 0
    max_nodes: int | None = None
    heuristic_effort: float | None = None
    target: float | None = None


@dataclass(frozen=True)
class Solution:
    """The solver's answer; `values` is None where there is no incumbent."""

    status: str  # optimal | time_limit | interrupted | infeasible | no_plan
    values: NDArray[np.float64] | None
    objective: float | None
    bound: float | None
    gap: float | None
    solve_s: float


def finite(value: float) -> float | None:
    """Return the value, or None where HiGHS says infinity."""
    return float(value) if math.isfinite(value) and abs(value) < 1e29 else None


class Solver:
    """A compiled model held by one `Highs` object."""

    def __init__(self, model: SitingModel) -> None:
        self.model = model
        started = time.perf_counter()
        self._highs = load(model.matrix)
        self.handover_s = time.perf_counter() - started

    def solve(
        self,
        options: Options,
        *,
        progress: Callable[[Progress], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        start: NDArray[np.float64] | None = None,
    ) -> Solution:
        """Solve to the gap or the time limit; the incumbent survives a time limit or an interrupt."""
        h = self._highs
        self._set_options(options)
        began = time.perf_counter()
        # what an earlier run left behind would be taken as a MIP start and completed in a sub-MIP, whose bound the
        # logging callback then reports as if it were the model's
        h.clearSolver()
        if start is not None:
            h.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
        self._listen(began, progress, should_stop)
        try:
            h.run()
        finally:
            h.clearCallbacks()
        return self._answer(time.perf_counter() - began)

    def _set_options(self, options: Options) -> None:
        has_heuristics = options.heuristic_effort is None or options.heuristic_effort > 0
        values = {
            "mip_rel_gap": options.gap,
            "mip_abs_gap": 1e-6,
            "time_limit": float(options.time_limit_s),
            "random_seed": options.seed,
            "mip_max_nodes": highspy.kHighsIInf if options.max_nodes is None else options.max_nodes,
            "mip_heuristic_effort": 0.05 if options.heuristic_effort is None else options.heuristic_effort,
            # the plan that serves nothing is always feasible; as a first incumbent it leads every heuristic astray
            "mip_heuristic_run_feasibility_jump": False,
            "mip_heuristic_run_rins": has_heuristics,
            "mip_heuristic_run_rens": has_heuristics,
            "mip_heuristic_run_root_reduced_cost": has_heuristics,
            "objective_target": -highspy.kHighsInf if options.target is None else options.target,
        }
        for name, value in values.items():
            if self._highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
                raise RuntimeError(f"HiGHS refused option {name} = {value}")

    @contextlib.contextmanager
    def relaxed(self, cols: NDArray[np.int64]) -> Iterator[None]:
        """Treat the given columns as continuous inside the block."""
        integer = cols[self.model.matrix.is_integer[cols]]
        _set_integrality(self._highs, integer, highspy.HighsVarType.kContinuous)
        try:
            yield
        finally:
            _set_integrality(self._highs, integer, highspy.HighsVarType.kInteger)

    @contextlib.contextmanager
    def bounded(
        self, cols: NDArray[np.int64], lower: NDArray[np.float64], upper: NDArray[np.float64]
    ) -> Iterator[None]:
        """Hold the given columns between other bounds inside the block."""
        m = self.model.matrix
        _set_bounds(self._highs, cols, lower, upper)
        try:
            yield
        finally:
            _set_bounds(self._highs, cols, m.col_lower[cols], m.col_upper[cols])

    @property
    def last_bound(self) -> float | None:
        """Return the dual bound of the last MIP run."""
        return finite(self._highs.getInfo().mip_dual_bound)

    def _listen(
        self, began: float, progress: Callable[[Progress], None] | None, should_stop: Callable[[], bool] | None
    ) -> None:
        h = self._highs

        def called(event: highspy.HighsCallbackEvent) -> None:
            out = event.data_out
            if progress is not None and event.callback_type == highspy.cb.HighsCallbackType.kCallbackMipLogging:
                incumbent, bound = finite(out.mip_primal_bound), finite(out.mip_dual_bound)
                gap = finite(out.mip_gap) if incumbent is not None else None
                progress(Progress(time.perf_counter() - began, incumbent, bound, gap))
            if should_stop is not None and should_stop():
                event.interrupt()

        if progress is not None or should_stop is not None:
            h.cbMipLogging += called
            if should_stop is not None:
                h.cbMipInterrupt += called
                h.cbSimplexInterrupt += called
                h.cbIpmInterrupt += called

    def _answer(self, solve_s: float) -> Solution:
        h = self._highs
        info, status = h.getInfo(), h.getModelStatus()
        has_point = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        names = {
            highspy.HighsModelStatus.kOptimal: "optimal",
            highspy.HighsModelStatus.kObjectiveTarget: "optimal",
            highspy.HighsModelStatus.kInfeasible: "infeasible",
            highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
            highspy.HighsModelStatus.kTimeLimit: "time_limit",
            highspy.HighsModelStatus.kInterrupt: "interrupted",
        }
        name = names.get(status, "no_plan")
        if not has_point:
            return Solution(
                name if name in ("infeasible", "interrupted") else "no_plan", None, None, None, None, solve_s
            )
        values = np.asarray(h.getSolution().col_value, float)
        integer = self.model.matrix.is_integer
        values[integer] = np.round(values[integer])
        values = settled(self.model.data, self.model.decisions, values)
        objective = float(info.objective_function_value)
        is_mip = bool(integer.any())
        bound = finite(info.mip_dual_bound) if is_mip else objective
        gap = None if bound is None else abs(objective - bound) / max(abs(objective), 1e-9)
        return Solution(name, values, objective, bound, gap, solve_s)

    def worths(self, solution: Solution) -> NDArray[np.float64]:
        """Return minus the dual of every row at the chosen siting: sites, feeds and pipes fixed, blocks and halls free.

        Positive = what one more unit of the right-hand side saves (objective units per unit of the row).
        """
        if solution.values is None:
            raise ValueError("no solution to take worths at")
        h, m = self._highs, self.model.matrix
        fixed = np.concatenate([self.model.decisions[name]["col"].to_numpy(np.int64) for name in FIXED_FOR_WORTH])
        chosen = solution.values[fixed]
        with self.relaxed(np.flatnonzero(m.is_integer)), self.bounded(fixed, chosen, chosen):
            h.setOptionValue("time_limit", WORTH_TIME_LIMIT_S)
            if (
                h.run() != highspy.HighsStatus.kOk
            ):  # seen after a MIP that the time limit ended: what it left is in the way
                h.clearSolver()
                h.run()
            if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise RuntimeError(f"worths: LP at the chosen siting ended {h.getModelStatus()}")
            return -np.asarray(h.getSolution().row_dual, float)

    def set_row(self, row: int, lower: float, upper: float) -> None:
        """Change a row's bounds in the loaded model (what-if)."""
        self._highs.changeRowBounds(row, lower, upper)

    def set_column(self, col: int, lower: float, upper: float) -> None:
        """Change a variable's bounds in the loaded model (what-if)."""
        self._highs.changeColBounds(col, lower, upper)


def load(m: Matrix) -> highspy.Highs:
    """Return a `Highs` object that holds the matrix."""
    h = highspy.Highs()
    h.setOptionValue("output_flag", True)
    h.setOptionValue("log_to_console", False)
    h.setOptionValue("threads", THREADS)
    status = h.passModel(
        m.n_cols,
        m.n_rows,
        len(m.values),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        m.cost,
        m.col_lower,
        m.col_upper,
        m.row_lower,
        m.row_upper,
        m.starts.astype(np.int32),
        m.indices.astype(np.int32),
        m.values,
        m.is_integer.astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS refused the model")
    return h


def _set_integrality(h: highspy.Highs, cols: NDArray[np.int64], kind: highspy.HighsVarType) -> None:
    if len(cols):
        h.changeColsIntegrality(len(cols), cols.astype(np.int32), np.full(len(cols), int(kind), np.uint8))


def _set_bounds(
    h: highspy.Highs, cols: NDArray[np.int64], lower: NDArray[np.float64], upper: NDArray[np.float64]
) -> None:
    if len(cols):
        h.changeColsBounds(len(cols), cols.astype(np.int32), lower, upper)


def row_table(model: SitingModel, values: NDArray[np.float64]) -> pd.DataFrame:
    """Return every row: constraint, family, doc, index (tuple), lower, used, upper."""
    m = model.matrix
    from scipy.sparse import csr_matrix

    a = csr_matrix((m.values, m.indices, m.starts), shape=(m.n_rows, m.n_cols))
    used = a @ values
    family = dict(model.families)
    parts = []
    for name, doc, index, first in m.spans:
        last = first + len(index)
        parts.append(
            pd.DataFrame(
                {
                    "constraint": name,
                    "family": family[name],
                    "doc": doc,
                    "index": list(index.itertuples(index=False, name=None)),
                    "row": np.arange(first, last),
                    "lower": m.row_lower[first:last],
                    "used": used[first:last],
                    "upper": m.row_upper[first:last],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
