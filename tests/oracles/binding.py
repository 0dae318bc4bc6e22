"""Which families of constraints bind in a case: without the family's limits the optimum is better."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from models.siting import build
from models.siting.data import SitingData
from models.siting.solve import Options, Solution, Solver

EXACT = Options(gap=1e-9)
FAMILIES = (
    "feeding", "power", "cooling", "water", "workload", "green", "carbon", "land", "clusters", "stock", "phasing",
    "objective",
)  # fmt: skip


def solved(data: SitingData) -> tuple[Solver, Solution]:
    """Return the loaded model and its optimum."""
    solver = Solver(build(data))
    return solver, solver.solve(EXACT)


def optimum(solution: Solution) -> float:
    """Return the objective, infinity where there is no plan."""
    if solution.status == "infeasible":
        return float("inf")
    assert solution.status == "optimal"
    assert solution.objective is not None
    return solution.objective


def same(one: float, other: float, *, tolerance: float = 1e-6) -> bool:
    """Say whether two optima agree (both infeasible counts)."""
    return one == other or abs(one - other) <= tolerance * max(1.0, abs(one), abs(other))


def binding_families(solver: Solver, found: float, families: Iterable[str] = FAMILIES) -> set[str]:
    """Return those of the families whose limits (rows that are not definitions) cost something at the optimum `found`.

    Land is relaxed in the data, because the bounds of the block counts rest on it too.
    """
    matrix = solver.model.matrix
    is_limit = matrix.row_lower != matrix.row_upper
    family_of = dict(solver.model.families)
    out = set()
    for family in families:
        rows = [
            first + k
            for name, _, index, first in matrix.spans
            if family_of[name] == family
            for k in range(len(index))
            if is_limit[first + k]
        ]
        for row in rows:
            solver.set_row(row, -np.inf, np.inf)
        relaxed = optimum(solver.solve(EXACT)) if rows else found
        if family == "land" and _is_land_short(solver.model.data):
            data = solver.model.data
            relaxed = optimum(solved(data.changed(sites=data["sites"].assign(area_ha=1000.0)))[1])
        for row in rows:
            solver.set_row(row, float(matrix.row_lower[row]), float(matrix.row_upper[row]))
        if relaxed < found and not same(relaxed, found, tolerance=1e-5):
            out.add(family)
    return out


def _is_land_short(data: SitingData) -> bool:
    """Say whether some site cannot hold its largest size of the technology that needs most land."""
    per_mw = float(data["technologies"]["area_ha_per_mw"].max())
    return bool((data["sites"]["area_ha"] < data["sites"]["it_max_mw"] * per_mw).any())
