"""Which element is outside its limits, which is the worst, and which is so because of the plan.

Elements are ordered by excess: (value - limit) / limit of a loading; for a voltage the distance outside its band in
shares of the band's width. The largest excess is the worst; below 0 it is the margin of the element closest to its
limit. An excess of `ROUNDING` or less is 0: a generator whose set point is the limit stands there, whatever the last digit
of the solution. All rows of a batch are measured at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.grid.engine import Batch, Engine
from models.grid.rules import Floats, GridRules

Flags = NDArray[np.bool_]

ROUNDING = 1e-9
"""Share of a limit or of a band below which a value is at the limit: far below what a power flow solves to."""


def at_limit(share: Floats) -> Floats:
    """Return shares with 0 where they differ from 0 by rounding only."""
    return np.where(np.abs(share) <= ROUNDING, 0.0, share)


@dataclass(frozen=True)
class Finding:
    """One element with its value and limit ("%" of rated current, or "pu"); `base_value` is without the plan."""

    element: str
    kind: Literal["line", "trafo", "trafo3w", "bus"]
    value: float
    limit: float
    unit: Literal["%", "pu"]
    base_value: float | None


class Limits:
    """Limits of every monitored branch and bus, in the base case and during outages, as one row of quantities.

    Quantities: loadings of the branches, then voltages against the lower and against the upper limit.
    """

    def __init__(self, engine: Engine, rules: GridRules) -> None:
        self.n_branches, self.n_buses = engine.n_branches, engine.n_buses
        m, n = self.n_branches, self.n_buses
        self.sign = np.concatenate([np.ones(m), -np.ones(n), np.ones(n)])
        self._limits: dict[bool, Floats] = {}
        self._scale: dict[bool, Floats] = {}
        vn_kv = engine.buses["vn_kv"].to_numpy(float)
        classes = engine.branches["element_class"].astype(str).tolist()
        for is_outage in (False, True):
            by_class = {c: rules.loading_limit_percent(c, is_outage=is_outage) for c in set(classes)}
            percent = np.array([by_class[c] for c in classes], float)
            low, high = rules.voltage_limits_pu(vn_kv, is_outage=is_outage)
            self._limits[is_outage] = np.concatenate([percent, low, high])
            self._scale[is_outage] = np.concatenate([percent, high - low, high - low])
        self.tolerance = np.concatenate(
            [np.full(m, rules.loading_tolerance_percent), np.full(2 * n, rules.voltage_tolerance_pu)]
        )
        self._engine = engine
        row = engine.branches["row"].to_numpy(int)
        at = np.concatenate([row, np.arange(2 * n) + (row.max(initial=-1) + 1)])
        self._row_of = at
        self._rows = csr_array(
            (np.ones(m + 2 * n), (np.arange(m + 2 * n), at)), shape=(m + 2 * n, at.max(initial=0) + 1)
        )

    def row_of(self, quantity: int) -> int:
        """Return a number that circuits of one row, and nothing else, have in common."""
        return int(self._row_of[quantity])

    def number(self, flags: Flags) -> NDArray[np.int64]:
        """Return how many elements are marked in each row (k, n_quantities): parallel circuits of one row are one."""
        return np.asarray(((flags.astype(float) @ self._rows) > 0).sum(axis=1), np.int64)

    def limits(self, *, is_outage: bool) -> Floats:
        """Return the limit of each quantity."""
        return self._limits[is_outage]

    def values(self, batch: Batch) -> Floats:
        """Return each quantity of each row; NaN where there is none."""
        return np.concatenate([batch.percent, batch.vm_pu, batch.vm_pu], axis=1)

    def excess(self, values: Floats, *, is_outage: Flags) -> Floats:
        """Return the excess share of each quantity of each row; minus infinity where there is no value."""
        limit = np.where(is_outage[:, None], self._limits[True], self._limits[False])
        scale = np.where(is_outage[:, None], self._scale[True], self._scale[False])
        share = self.sign * (values - limit) / scale
        return np.where(np.isfinite(share), at_limit(share), -np.inf)

    def finding(self, quantity: int, value: float, *, is_outage: bool, base_value: float | None) -> Finding:
        """Return one quantity as a finding."""
        limit = float(self._limits[is_outage][quantity])
        if quantity < self.n_branches:
            row = self._engine.branches.iloc[quantity]
            return Finding(str(row["element"]), row["kind"], float(value), limit, "%", base_value)
        bus = (quantity - self.n_branches) % self.n_buses
        return Finding(str(self._engine.buses["bus"].iloc[bus]), "bus", float(value), limit, "pu", base_value)


def made_worse(limits: Limits, rules: GridRules, values: Floats, before: Floats, *, is_outage: Flags) -> Flags:
    """Return which quantities are outside their limits because of the plan, or made worse by it.

    `before` holds the same rows without the plan's loads; a row of NaN (not solved) excuses nothing.
    """
    is_outside = limits.excess(values, is_outage=is_outage) > 0
    if not rules.no_worsening:
        return is_outside
    was_outside = limits.excess(before, is_outage=is_outage) > 0
    with np.errstate(invalid="ignore"):
        change = limits.sign * (values - before)
        is_worse = ~(change <= limits.tolerance)
    return np.asarray(is_outside & (~was_outside | is_worse))
