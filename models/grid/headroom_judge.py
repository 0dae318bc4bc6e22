"""Which rows of a batch are secure, and how far each element is from the limit that applies to it there.

The limit that applies follows from the rules and from the network without the load, in the same outage:

    loading        the class's limit; where the loading is above it without the load, under "no worsening", that loading
                   plus the tolerance, plus what the sensitivity threshold lets pass: threshold x load [MW] in percent
                   of the rating [MVA], for the load at buses of which less than the threshold flows through the element
    voltage        the band's limit; where the voltage is outside without the load, that voltage less (plus) the tolerance

The distance of an element is (value - limit) / limit for a loading and the same in shares of the band's width for a
voltage: 0 is at the limit, above 0 is insecure. A row that did not converge is insecure, and so is one in which a bus
with new load has no supply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.grid.findings import at_limit
from models.grid.outages import Outage
from models.grid.rules import Floats, GridRules
from models.grid.sensitivity import slopes

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_PERCENT = 100.0
_ROWS_AT_ONCE = 4_000
_MOST_DEAD = 0.5


@dataclass(frozen=True)
class Limiting:
    """The element that limits: its value there, the limit that applies to it and the unit ("%" or "pu").

    `kind` is line, trafo, trafo3w, bus_low, bus_high, not_converged or supply; the first four have an element.
    """

    kind: str
    element: str | None
    value: float | None
    limit: float | None
    unit: str | None
    is_existing: bool


class Judge:
    """The rules on one network: its state without new load in every situation, and the limits that follow from it.

    `situations` are the outages with the base case (None) first; `left_out` are those that take the network's only source
    away. `is_radial_allowed`: an outage may take the supply of
    new load away (it is interrupted, and only the rest of the network is judged). Raises ValueError where a nominal voltage has no band.
    """

    def __init__(
        self, engine: Any, rules: GridRules, outages: Sequence[Outage], *, is_radial_allowed: bool = False
    ) -> None:
        self.engine = engine
        self.is_radial_allowed = is_radial_allowed
        self.rules = rules
        self.situations: tuple[Outage | None, ...] = (None, *outages)
        self.left_out: tuple[Outage, ...] = ()
        self.rated_mva = engine.branches["rated_mva"].to_numpy(float)
        self.nodes, self.node_of = electrical_nodes(engine.net)
        self._set_limits()
        self._see_without()

    def _set_limits(self) -> None:
        rules, vn_kv = self.rules, self.engine.buses["vn_kv"].to_numpy(float)[self.nodes]
        classes = self.engine.branches["element_class"].tolist()
        loading, low, high = [], [], []
        for is_outage in (False, True):
            loading.append([rules.loading_limit_percent(c, is_outage=is_outage) for c in classes])
            bands = rules.voltage_limits_pu(vn_kv, is_outage=is_outage)
            low.append(bands[0])
            high.append(bands[1])
        self.loading, self.low, self.high = np.array(loading), np.array(low), np.array(high)

    def _see_without(self) -> None:
        """Solve every situation without new load; keep what is outside its limits there."""
        found = self._parts(self.engine.solve(self.situations))
        kept = ~_is_sourceless(found[3])
        self.left_out = tuple(o for o, k in zip(self.situations, kept, strict=True) if o is not None and not k)
        self.situations = tuple(o for o, k in zip(self.situations, kept, strict=True) if k)
        found = (found[0][kept], found[1][kept], found[2][kept], found[3][kept])
        n = len(self.situations)
        self.is_converged, self.percent, self.is_dead = found[0], found[1], found[3]
        self.vm_pu = found[2][:, self.nodes]
        rule = np.minimum(np.arange(n), 1)
        width = self.high[rule] - self.low[rule]
        self._over = at_limit((self.percent - self.loading[rule]) / self.loading[rule]) > 0
        self._under = at_limit((self.low[rule] - self.vm_pu) / width) > 0
        self._above = at_limit((self.vm_pu - self.high[rule]) / width) > 0
        self.lost_mw = np.asarray(self.engine.load_at(self.is_dead), dtype=float)
        self._weak = self._find_weak() if self.rules.no_worsening and self.engine.bridge is not None else {}
        nothing = np.zeros((n, self.engine.n_buses))
        self.distance_without = self.distances(self.percent, self.vm_pu, np.arange(n), load_mw=nothing)
        is_outside = (self.distance_without > 0).any(axis=1) | (self.lost_mw > 0)
        self.can_be_secure: Flags = self.is_converged & (self.rules.no_worsening | ~is_outside)

    def _find_weak(self) -> dict[int, tuple[Ints, Flags]]:
        """Return for each situation its overloads and at which buses less than the threshold flows through them."""
        found = {}
        least = self.rules.sensitivity_threshold_percent / _PERCENT
        for k in np.flatnonzero(self._over.any(axis=1) & self.is_converged).tolist():
            over = np.flatnonzero(self._over[k])
            share = np.abs(slopes(self.engine, self.situations[k], branches=over.tolist()).per_mw)
            found[k] = (over, share * self.rated_mva[over][:, None] / _PERCENT < least)
        return found

    @staticmethod
    def _parts(batch: Any) -> tuple[Flags, Floats, Floats, Flags]:
        return batch.is_converged, batch.percent, batch.vm_pu, batch.is_dead

    @property
    def n_quantities(self) -> int:
        """Return the number of distances of one row: branches, lowest voltages, highest voltages."""
        return len(self.engine.branches) + 2 * len(self.nodes)

    def limits(self, at: Ints, *, load_mw: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the limits that apply in rows (situation, load at each bus [MW]): loading [%], voltages [pu]."""
        rule = np.minimum(at, 1)
        loading, low, high = self.loading[rule], self.low[rule], self.high[rule]
        if not self.rules.no_worsening:
            return loading, low, high
        existing = self.percent[at] + self.rules.loading_tolerance_percent + self._passed(at, load_mw)
        loading = np.where(self._over[at], existing, loading)
        tolerance = self.rules.voltage_tolerance_pu
        low = np.where(self._under[at], self.vm_pu[at] - tolerance, low)
        return loading, low, np.where(self._above[at], self.vm_pu[at] + tolerance, high)

    def _passed(self, at: Ints, load_mw: Floats) -> Floats:
        """Return what the sensitivity threshold lets pass on existing overloads [%]."""
        out = np.zeros((len(at), len(self.rated_mva)))
        per_mw = self.rules.sensitivity_threshold_percent / self.rated_mva
        for k, (over, weak) in self._weak.items():
            rows = np.flatnonzero(at == k)
            if len(rows):
                out[np.ix_(rows, over)] = (np.maximum(load_mw[rows], 0.0) @ weak.T) * per_mw[over]
        return out

    def distances(self, percent: Floats, vm_pu: Floats, at: Ints, *, load_mw: Floats) -> Floats:
        """Return the distances (rows, quantities) from the limits that apply; -inf where there is no number.

        `vm_pu` has the columns of `nodes` or of all buses.
        """
        vm_pu = vm_pu if vm_pu.shape[1] == len(self.nodes) else vm_pu[:, self.nodes]
        loading, low, high = self.limits(at, load_mw=load_mw)
        rule = np.minimum(at, 1)
        width = self.high[rule] - self.low[rule]
        found = np.hstack([(percent - loading) / self.loading[rule], (low - vm_pu) / width, (vm_pu - high) / width])
        return np.where(np.isfinite(found), at_limit(found), -np.inf)

    def solve(self, at: Ints, load_mw: Floats, tangent: float, *, is_confirmed: bool = False) -> tuple[Flags, Floats]:
        """Return is_secure and the distances of rows (situation, load [MW] at each bus); in chunks, memory bounded.

        `is_confirmed`: rows that the fast path does not solve are tried by pandapower before they are not converged.
        Distances of a row that did not converge are +inf. Load at a bus without supply makes the row insecure. Negative load is
        generation that balances the new load, without Mvar.
        """
        secure = np.zeros(len(at), bool)
        distance = np.full((len(at), self.n_quantities), np.inf)
        for first in range(0, len(at), _ROWS_AT_ONCE):
            part = slice(first, first + _ROWS_AT_ONCE)
            p_mw = load_mw[part]
            rows = [self.situations[i] for i in at[part]]
            batch = self.engine.solve(
                rows, p_mw=p_mw, q_mvar=tangent * np.maximum(p_mw, 0.0), is_confirmed=is_confirmed
            )
            is_lost = (batch.is_dead & (p_mw > 0)).any(axis=1) & (not self.is_radial_allowed)
            own = self.distances(batch.percent, batch.vm_pu, at[part], load_mw=p_mw)
            own[~batch.is_converged] = np.inf
            distance[part] = own
            is_kept = self.can_be_secure[at[part]]
            secure[part] = batch.is_converged & ~is_lost & is_kept & (own <= 0).all(axis=1)
        return secure, distance

    def limiting(self, situation: int, quantity: int, *, distance: float, load_mw: Floats) -> Limiting:
        """Return what one distance is about, with value and limit in their own units."""
        one = np.array([situation])
        loading, low, high = self.limits(one, load_mw=load_mw[None, :])
        rule, n = min(situation, 1), len(self.engine.branches)
        if quantity < n:
            row = self.engine.branches.iloc[quantity]
            limit = float(loading[0, quantity])
            value = limit + distance * float(self.loading[rule, quantity])
            over = bool(self._over[situation, quantity])
            return Limiting(str(row["kind"]), str(row["element"]), value, limit, "%", over)
        node = (quantity - n) % len(self.nodes)
        is_low = quantity < n + len(self.nodes)
        limit = float((low if is_low else high)[0, node])
        width = float(self.high[rule, node] - self.low[rule, node])
        value = limit + (-distance if is_low else distance) * width
        was = bool((self._under if is_low else self._above)[situation, node])
        name = str(self.engine.buses["bus"].iloc[self.nodes[node]])
        return Limiting("bus_low" if is_low else "bus_high", name, value, limit, "pu", was)


def _is_sourceless(is_dead: Flags) -> Flags:
    """Return the outages that leave more than half of the buses supplied in the base case without supply.

    They take the source away that balances the model, which says nothing about any one bus; they are left out and named.
    """
    alive = ~is_dead[0]
    share = (is_dead & alive).sum(axis=1) / max(1, int(alive.sum()))
    return np.asarray((share > _MOST_DEAD) & (np.arange(len(is_dead)) > 0))


def electrical_nodes(net: Any) -> tuple[Ints, Ints]:
    """Return one bus position for each group of buses joined by closed switches, and the group of each bus."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(net.bus)
    position = {int(bus): i for i, bus in enumerate(net.bus.index)}
    joined = (
        net.switch[(net.switch["et"] == "b") & net.switch["closed"].astype(bool)] if len(net.switch) else net.switch
    )
    if "z_ohm" in joined:
        joined = joined[~(joined["z_ohm"] > 0)]
    a = [position[int(bus)] for bus in joined["bus"]]
    b = [position[int(bus)] for bus in joined["element"]]
    group = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(n, n)), directed=False)[1]
    return np.unique(group, return_index=True)[1].astype(np.int64), group.astype(np.int64)
