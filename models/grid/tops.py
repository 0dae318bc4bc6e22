"""The worst loading of every element over the rows of a check, and the row it was found in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.grid.findings import Limits
from models.grid.measure import Case, Measured


class Tops:
    """Collects, for each quantity of `Limits`, the largest excess over all rows it is shown."""

    def __init__(self, limits: Limits) -> None:
        n = limits.n_branches + 2 * limits.n_buses
        self._limits = limits
        self._excess = np.full(n, -np.inf)
        self._value = np.full(n, np.nan)
        self._case: list[Case | None] = [None] * n

    def add(self, cases: Sequence[Case], found: Measured) -> None:
        """Take the rows of one chunk."""
        if not len(cases):
            return
        at = np.argmax(found.excess, axis=0)
        quantities = np.arange(found.excess.shape[1])
        excess = found.excess[at, quantities]
        for q in np.flatnonzero(excess > self._excess).tolist():
            self._excess[q], self._value[q], self._case[q] = excess[q], found.values[at[q], q], cases[at[q]]

    def rows(self) -> list[dict[str, Any]]:
        """Return element, kind, value, limit, unit, outage, outage_kind: each element once, at its worst."""
        best: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}
        for q in np.flatnonzero(np.isfinite(self._excess)).tolist():
            case = self._case[q]
            assert case is not None
            found = self._limits.finding(q, float(self._value[q]), is_outage=case.is_outage, base_value=None)
            row = {
                "element": found.element, "kind": found.kind, "value": found.value, "limit": found.limit,
                "unit": found.unit, "outage": case.element, "outage_kind": case.kind,
            }  # fmt: skip
            key = (found.kind, found.element)
            if key not in best or self._excess[q] > best[key][0]:
                best[key] = (float(self._excess[q]), row)
        return [row for _, row in best.values()]
