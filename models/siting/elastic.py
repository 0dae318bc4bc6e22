"""Why there is no plan: the smallest shortfall, in the units of the limits, that would make the model feasible.

Rows of a named group get an elastic slack; the sum of slacks, each as a share of a scale of its row's unit, is minimised:
first in the relaxation, which rules groups out, then as a MIP (integrality can be the reason) where that is quick. A group
that can make the model feasible alone is "enough"; where no group of supply is, they are relaxed together.
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
    "network": ("network_cut",),
    "water": ("plant_supply", "city_water"),
    "green": ("green_share", "resource_share", "green_within_use", "green_channel"),
    "carbon": ("carbon_cap",),
    "hubs": ("hub_cap", "no_new_blocks", "mean_pue", "hub_occupancy"),
    "heat": ("heat_sink", "heat_share"),
    "budget": ("investment",),
    "land": ("usable_land", "largest_site"),
    "clusters": ("smallest_site", "wished_site", "number_of_sites", "occupancy"),
    "workload": ("demand_met", "in_city_share"),
    "stock": ("hall_switches_once", "liquid_stock"),
    "objective": ("epsilon",),
}


DEMANDS = ("workload", "objective")  # what is asked for; the other groups are what there is
MOST_INTEGERS = 3000  # above, the shortfall is that of the relaxation: a least value, in seconds
MIP_GAP = 0.02


@dataclass(frozen=True)
class Shortfall:
    """One limit that is too small, and by how much in its unit."""

    constraint: str
    index: tuple[object, ...]
    doc: str
    amount: float


@dataclass(frozen=True)
class Explanation:
    """What one group (or several together) would need; `is_enough` when that alone makes a plan possible.

    `is_least`: the amounts hold for the relaxation, so at least that much is missing; otherwise they are enough.
    """

    groups: tuple[str, ...]
    is_enough: bool
    shortfalls: tuple[Shortfall, ...]
    is_least: bool = False


def shortfall(
    model: SitingModel, groups: Sequence[str], *, time_limit_s: float = 20.0, is_relaxed: bool = False
) -> Explanation:
    """Return the smallest shortfall of the given groups that makes the model, or its relaxation, feasible."""
    names = {n for g in groups for n in GROUPS[g]}
    rows: list[int] = []
    labels: list[tuple[str, tuple[object, ...], str]] = []
    for name, doc, index, first in model.matrix.spans:
        if name in names:
            rows += range(first, first + len(index))
            labels += [(name, tuple(i), doc) for i in index.itertuples(index=False, name=None)]
    if not rows:
        return Explanation(tuple(groups), False, ())
    scale = _scales(model.matrix.row_lower, model.matrix.row_upper, rows, labels)
    h, owners = _elastic(model, rows, scale, is_relaxed=is_relaxed)
    h.setOptionValue("mip_rel_gap", MIP_GAP)
    h.setOptionValue("time_limit", time_limit_s)
    h.run()
    if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return Explanation(tuple(groups), False, ())
    shares = np.asarray(h.getSolution().col_value, float)[model.matrix.n_cols :]
    found = [Shortfall(*labels[k], amount=float(v * scale[k])) for k, v in zip(owners, shares, strict=True) if v > 1e-6]
    return Explanation(tuple(groups), True, tuple(found), is_least=is_relaxed)


def _elastic(
    model: SitingModel, rows: Sequence[int], scale: Sequence[float], *, is_relaxed: bool
) -> tuple[highspy.Highs, list[int]]:
    """Return the model whose cost is the sum of shortfalls, and the row (place in `rows`) of each added column.

    A row with equal bounds (demand) may fall short only: serving more than is asked for is no remedy. The added columns are
    shares of the row's scale, each at cost 1: a cost of 1 / scale could lie below the solver's tolerance.
    """
    m = model.matrix
    h = load(m)
    if is_relaxed:
        kinds = np.full(m.n_cols, int(highspy.HighsVarType.kContinuous), np.uint8)
        h.changeColsIntegrality(m.n_cols, np.arange(m.n_cols, dtype=np.int32), kinds)
    h.changeColsCost(m.n_cols, np.arange(m.n_cols, dtype=np.int32), np.zeros(m.n_cols))
    owners = []
    for k, row in enumerate(rows):
        is_equal = m.row_lower[row] == m.row_upper[row]
        for sign, bound in ((-1.0, np.inf if is_equal else m.row_upper[row]), (1.0, m.row_lower[row])):
            if np.isfinite(bound):
                h.addCol(1.0, 0.0, highspy.kHighsInf, 1, np.array([row]), np.array([sign * scale[k]]))
                owners.append(k)
    return h, owners


def _scales(
    lower: np.ndarray, upper: np.ndarray, rows: Sequence[int], labels: Sequence[tuple[str, tuple[object, ...], str]]
) -> list[float]:
    """Return a scale per row: the largest bound among the rows of its constraint and unit, at least 1."""
    largest: dict[tuple[str, str], float] = {}
    for row, (name, _index, doc) in zip(rows, labels, strict=True):
        sizes = [abs(b) for b in (lower[row], upper[row]) if np.isfinite(b)]
        largest[name, doc] = max(largest.get((name, doc), 1.0), *sizes)
    return [largest[name, doc] for name, _index, doc in labels]


def explain(model: SitingModel, *, time_limit_s: float = 20.0) -> list[Explanation]:
    """Return what each group would need alone, and what the groups of supply need together if none of them is enough.

    The relaxation rules groups out and is quick; for a model of moderate size the amounts are those of the MIP.
    """
    together = tuple(g for g in GROUPS if g not in DEMANDS)
    ways = [_way(model, (g,), time_limit_s) for g in GROUPS]
    if not any(way.is_enough for way in ways if way.groups[0] not in DEMANDS):
        ways.append(_way(model, together, time_limit_s))
    enough = [way for way in ways if way.is_enough]
    return enough or [_way(model, tuple(GROUPS), time_limit_s)]


def _way(model: SitingModel, groups: tuple[str, ...], time_limit_s: float) -> Explanation:
    least = shortfall(model, groups, time_limit_s=time_limit_s, is_relaxed=True)
    if not least.is_enough or int(model.matrix.is_integer.sum()) > MOST_INTEGERS:
        return least
    exact = shortfall(model, groups, time_limit_s=time_limit_s)
    return exact if exact.is_enough else least


__all__ = ["GROUPS", "Explanation", "Shortfall", "explain", "shortfall"]
