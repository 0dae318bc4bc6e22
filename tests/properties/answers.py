"""Solve small siting data exactly and read the decisions as frames."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from hypothesis import settings

from models.siting import build
from models.siting.data import SitingData
from models.siting.solve import Options, Solution, Solver

EXACT = Options(gap=1e-8)
TOLERANCE = 1e-6
few = settings(max_examples=3, deadline=None, derandomize=True, database=None)


@dataclass(frozen=True)
class Answer:
    """A solved model; `value("load_mw")` is that decision's frame with a column `value`."""

    solver: Solver
    solution: Solution

    @property
    def objective(self) -> float:
        """The optimum, infinity where there is no plan."""
        return float("inf") if self.solution.objective is None else self.solution.objective

    def value(self, name: str) -> pd.DataFrame:
        """Return a decision with its value."""
        assert self.solution.values is not None
        frame = self.solver.model.decisions[name]
        return frame.assign(value=self.solution.values[frame["col"]])


def answer(data: SitingData) -> Answer:
    """Return the exact optimum of the data."""
    solver = Solver(build(data))
    solution = solver.solve(EXACT)
    assert solution.status in ("optimal", "infeasible")
    return Answer(solver, solution)


def at_most(one: float, other: float) -> bool:
    """Say whether `one` is not above `other`, up to the solver's tolerance."""
    return one <= other + TOLERANCE * max(1.0, abs(other))


def scaled(data: SitingData, frame: str, column: str, factor: float) -> SitingData:
    """Return the data with one column multiplied."""
    return data.changed(**{frame: data[frame].assign(**{column: data[frame][column].astype(float) * factor})})
