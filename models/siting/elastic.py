"""Why there is no plan: the smallest shortfall, in the units of the limits, that would make the model feasible.

Rows of a named group get an elastic slack; the sum of slacks, each as a share of a scale of its row's unit, is minimised
as a MIP (integrality can be the reason). A group that can make the model feasible alone is "enough".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from models.siting.compile import SitingModel
from models.siting.solve import load

GROUPS: dict[str, tuple[str, ...]] = {
    "power": ("substation_headroom", "node_headroom", "feeder_bays", "node_max_share"),
    "water": ("plant_supply", "city_water"),
    "green": ("green_share", "resource_share", "green_within_use"),
    "carbon": ("carbon_cap",),
    "land": ("usable_land", "largest_site"),
    "clusters": ("smallest_site", "wished_site", "number_of_sites", "occupancy"),
    "workload": ("demand_met", "in_city_share"),
    "stock": ("hall_switches_once", "liquid_stock"),
    "objective": ("epsilon",),
}


@dataclass(frozen=True)
class Shortfall:
    """One limit that is too small, and by how much in its unit."""

    constraint: str
    index: tuple[object, ...]
    doc: str
    amount: float


@dataclass(frozen=True)
class Explanation:
    """What one group (or several together) would need; `is_enough` when that alone makes a plan possible."""

    groups: tuple[str, ...]
    is_enough: bool
    shortfalls: tuple[Shortfall, ...]


def shortfall(model: SitingModel, groups: Sequence[str], *, time_limit_s: float = 20.0) -> Explanation:
    """Return the smallest shortfall of the given groups that makes the model feasible."""
    m, h = model.matrix, load(model.matrix)
    names = {n for g in groups for n in GROUPS[g]}
    rows: list[int] = []
    labels: list[tuple[str, tuple[object, ...], str]] = []
    for name, doc, index, first in m.spans:
        if name in names:
            rows += range(first, first + len(index))
            labels += [(name, tuple(i), doc) for i in index.itertuples(index=False, name=None)]
    if not rows:
        return Explanation(tuple(groups), False, ())
    h.changeColsCost(m.n_cols, np.arange(m.n_cols, dtype=np.int32), np.zeros(m.n_cols))
    first_col = m.n_cols
    unit_scale = _scales(m.row_lower, m.row_upper, rows, labels)
    owners = []
    for k, row in enumerate(rows):
        for sign, bound in ((-1.0, m.row_upper[row]), (1.0, m.row_lower[row])):
            if np.isfinite(bound):
                h.addCol(1.0 / unit_scale[k], 0.0, highspy.kHighsInf, 1, np.array([row]), np.array([sign]))
                owners.append(k)
    h.setOptionValue("mip_rel_gap", 0.02)
    h.setOptionValue("time_limit", time_limit_s)
    h.run()
    has_point = h.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if not has_point:
        return Explanation(tuple(groups), False, ())
    slack = np.asarray(h.getSolution().col_value, float)[first_col:]
    found = [
        Shortfall(*labels[k], amount=float(v)) for k, v in zip(owners, slack, strict=True) if v > 1e-6 * unit_scale[k]
    ]
    return Explanation(tuple(groups), True, tuple(found))


def _scales(
    lower: np.ndarray, upper: np.ndarray, rows: Sequence[int], labels: Sequence[tuple[str, tuple[object, ...], str]]
) -> list[float]:
    """Return a scale per row: the largest bound among the rows of its constraint, at least 1."""
    largest: dict[str, float] = {}
    for row, (name, _index, _doc) in zip(rows, labels, strict=True):
        sizes = [abs(b) for b in (lower[row], upper[row]) if np.isfinite(b)]
        largest[name] = max(largest.get(name, 1.0), *sizes)
    return [largest[name] for name, _index, _doc in labels]


def explain(model: SitingModel, *, time_limit_s: float = 20.0) -> list[Explanation]:
    """Return what each group would need alone; where no group is enough alone, what all need together."""
    alone = [shortfall(model, (g,), time_limit_s=time_limit_s) for g in GROUPS]
    enough = [e for e in alone if e.is_enough]
    return enough or [shortfall(model, tuple(GROUPS), time_limit_s=time_limit_s)]


__all__ = ["GROUPS", "Explanation", "Shortfall", "explain", "shortfall"]
