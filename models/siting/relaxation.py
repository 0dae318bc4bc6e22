"""The LP relaxation of a siting model, held by one HiGHS object: solved again from where it stood, or from a like model.

A basis is kept by names (decision and index, constraint and index), so it fits a model with other sites, feeds or rows:
what both have takes its place, new columns stay at their bound, new rows are basic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import highspy
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.siting.compile import SitingModel
from models.siting.frames import partners
from models.siting.solve import load

Values = NDArray[np.float64]
Columns = NDArray[np.int64]

BASIC, AT_LOWER = int(highspy.HighsBasisStatus.kBasic), int(highspy.HighsBasisStatus.kLower)
SAME_COST = (
    0.99  # share of common columns with equal cost below which a basis of another objective costs more than it saves
)


@dataclass(frozen=True)
class Basis:
    """An optimal basis by names: status and cost of every column, status of every row, as frames by decision and constraint."""

    columns: Mapping[str, pd.DataFrame]
    rows: Mapping[str, pd.DataFrame]


class Relaxation:
    """A model without integrality. Every `solve` goes on from the basis of the one before."""

    def __init__(self, model: SitingModel, should_stop: Callable[[], bool] | None = None) -> None:
        self.model = model
        self.status = "no_plan"
        m = model.matrix
        self._highs = load(replace(m, is_integer=np.zeros(m.n_cols, bool)))
        self.lower, self.upper = m.col_lower.copy(), m.col_upper.copy()
        if should_stop is not None:
            self._highs.cbSimplexInterrupt += lambda event: event.interrupt() if should_stop() else None

    def solve(self, time_limit_s: float) -> bool:
        """Solve; return whether the optimum is found. `status` then says optimal, infeasible, interrupted or no_plan."""
        h = self._highs
        h.setOptionValue("time_limit", h.getRunTime() + time_limit_s)
        h.run()
        names = {
            highspy.HighsModelStatus.kOptimal: "optimal",
            highspy.HighsModelStatus.kInfeasible: "infeasible",
            highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
            highspy.HighsModelStatus.kInterrupt: "interrupted",
        }
        self.status = names.get(h.getModelStatus(), "no_plan")
        return self.status == "optimal"

    @property
    def objective(self) -> float:
        """Objective of the last solve."""
        return float(self._highs.getInfo().objective_function_value)

    @property
    def values(self) -> Values:
        """Values of the last solve."""
        return np.asarray(self._highs.getSolution().col_value, float)

    def hold(self, cols: Columns, lower: Values, upper: Values) -> None:
        """Hold columns between other bounds from now on."""
        self.lower[cols], self.upper[cols] = lower, upper
        self._highs.changeColsBounds(len(cols), cols.astype(np.int32), lower, upper)

    def basis(self) -> Basis:
        """Return the basis of the last solve by names."""
        found = self._highs.getBasis()
        col = np.array([int(s) for s in found.col_status], np.int64)
        row = np.array([int(s) for s in found.row_status], np.int64)
        cost, d = self.model.matrix.cost, self.model.decisions
        columns = {}
        for name, frame in d.frames.items():
            at = frame["col"].to_numpy(np.int64)
            columns[name] = frame[d.keys(name)].assign(status=col[at], cost=cost[at])
        rows = {n: index.assign(status=row[first : first + len(index)]) for n, _, index, first in _spans(self.model)}
        return Basis(columns, rows)

    def start_from(self, basis: Basis) -> bool:
        """Start from the basis of a like model; return False (and start from nothing) where its objective was another one."""
        m, d = self.model.matrix, self.model.decisions
        col, row = np.full(m.n_cols, AT_LOWER), np.full(m.n_rows, BASIC)
        n_common = n_same = 0
        for name, frame in d.frames.items():
            keys = d.keys(name)
            own = frame[[*keys, "col"]].reset_index(drop=True)
            if name not in basis.columns or not len(own) or not len(basis.columns[name]):
                continue
            at, to = partners(own, basis.columns[name], keys)
            cols = own["col"].to_numpy(np.int64)[at]
            col[cols] = basis.columns[name]["status"].to_numpy(np.int64)[to]
            n_common += len(at)
            n_same += int(np.isclose(m.cost[cols], basis.columns[name]["cost"].to_numpy(float)[to], rtol=1e-6).sum())
        if n_same < SAME_COST * n_common:
            return False
        for name, _doc, index, first in _spans(self.model):
            if name in basis.rows and len(index) and len(basis.rows[name]):
                keys = [c for c in basis.rows[name].columns if c != "status"]
                at, to = partners(index, basis.rows[name], keys)
                row[first + at] = basis.rows[name]["status"].to_numpy(np.int64)[to]
        start = highspy.HighsBasis()
        start.col_status = [highspy.HighsBasisStatus(int(s)) for s in col]
        start.row_status = [highspy.HighsBasisStatus(int(s)) for s in row]
        start.valid = start.alien = True
        return bool(self._highs.setBasis(start) == highspy.HighsStatus.kOk)


def _spans(model: SitingModel) -> list[tuple[str, str, pd.DataFrame, int]]:
    """Return the constraints with their index frames, names made unlike and columns named alike."""
    out: list[tuple[str, str, pd.DataFrame, int]] = []
    seen: dict[str, int] = {}
    for name, doc, index, first in model.matrix.spans:
        seen[name] = seen.get(name, -1) + 1
        plain = index.reset_index(drop=True).set_axis([f"k{i}" for i in range(index.shape[1])], axis=1)
        out.append((f"{name}/{seen[name]}", doc, plain, first))
    return out


__all__ = ["Basis", "Relaxation"]
