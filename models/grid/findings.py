"""Which element is outside its limits, which is the worst, and which is so because of the plan.

Elements are ordered by excess: (value - limit) / limit of a loading; for a voltage the distance outside its band in
shares of the band's width. The largest excess is the worst; below 0 it is the margin of the element closest to its
limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.grid.rules import Floats, GridRules
from models.grid.solve import Flags, Kind, NetworkSolver, Outage, State


@dataclass(frozen=True)
class Finding:
    """One element with its value and limit ("%" of rated current, or "pu"); `base_value` is without the plan."""

    element: str
    kind: Literal["line", "trafo", "bus"]
    value: float
    limit: float
    unit: Literal["%", "pu"]
    base_value: float | None


@dataclass(frozen=True)
class _Measured:
    """Values of one kind of element against their limits; signed so that larger is worse."""

    kind: Literal["line", "trafo", "bus"]
    sign: float
    values: Floats
    limits: Floats
    scale: Floats
    tolerance: float

    @property
    def excess_share(self) -> Floats:
        share = self.sign * (self.values - self.limits) / self.scale
        return np.where(np.isfinite(share), share, -np.inf)


def worst_finding(
    network: NetworkSolver, without: NetworkSolver, rules: GridRules, *, outage: Outage | None
) -> tuple[Finding | None, int, int]:
    """Return the limiting element, the number of violations and the number that counts against the plan.

    A violation that counts goes before one that does not. None when the flow was not solved.
    """
    state = network.state(outage)
    if not state.is_converged:
        return None, 0, 0
    measured = _measure(network, state, rules, is_outage=outage is not None)
    n_violations = sum(int((m.excess_share > 0).sum()) for m in measured)
    before: list[_Measured] | None = None
    if n_violations:
        other = without.state(outage)
        before = _measure(without, other, rules, is_outage=outage is not None) if other.is_converged else None
    n_counted = 0
    best: tuple[bool, float, Finding] | None = None
    for k, m in enumerate(measured):
        old = None if before is None else before[k]
        counted = _counted(m, old, rules)
        n_counted += int(counted.sum())
        for i in {int(np.argmax(m.excess_share)), int(np.argmax(np.where(counted, m.excess_share, -np.inf)))}:
            rank = (bool(counted[i]), float(m.excess_share[i]))
            if np.isfinite(rank[1]) and (best is None or rank > best[:2]):
                best = (*rank, _finding(network, m, old, i))
    return (best[2] if best else None), n_violations, n_counted


def _measure(network: NetworkSolver, state: State, rules: GridRules, *, is_outage: bool) -> list[_Measured]:
    found = []
    kinds: tuple[Kind, ...] = ("line", "trafo")
    for kind in kinds:
        limits = np.array([rules.loading_limit_percent(c, is_outage=is_outage) for c in network.classes(kind)])
        if limits.size:
            percent = state.percent(kind)
            found.append(_Measured(kind, 1.0, percent, limits, limits, rules.loading_tolerance_percent))
    low, high = rules.voltage_limits_pu(network.vn_kv, is_outage=is_outage)
    width = high - low
    found.append(_Measured("bus", -1.0, state.vm_pu, low, width, rules.voltage_tolerance_pu))
    found.append(_Measured("bus", 1.0, state.vm_pu, high, width, rules.voltage_tolerance_pu))
    return found


def _counted(measured: _Measured, before: _Measured | None, rules: GridRules) -> Flags:
    """Return which elements are outside their limits because of the plan, or are made worse by it."""
    is_outside = measured.excess_share > 0
    if before is None or not rules.no_worsening:
        return is_outside
    was_outside = before.excess_share > 0
    change = measured.sign * (measured.values - before.values)
    return is_outside & (~was_outside | ~(change <= measured.tolerance))


def _finding(network: NetworkSolver, measured: _Measured, before: _Measured | None, i: int) -> Finding:
    names = network.bus_names if measured.kind == "bus" else network.names(measured.kind)
    base_value = None if before is None or not np.isfinite(before.values[i]) else float(before.values[i])
    return Finding(
        element=str(names[i]),
        kind=measured.kind,
        value=float(measured.values[i]),
        limit=float(measured.limits[i]),
        unit="pu" if measured.kind == "bus" else "%",
        base_value=base_value,
    )
