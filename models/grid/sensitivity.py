"""Slopes of loadings and voltages at an AC solution: what one more MW at each bus changes.

At a solved point F(x) = S(x) - S_injected = 0 with x = (angles, magnitudes), a quantity q(x) changes with the injection as
dq/dS = lambda, where J^T lambda = dq/dx: one transposed solve gives the slope for every bus at once. Loadings are slopes of
the current's magnitude at the more loaded end. The matrices are pandapower's, with the branches of the outage taken out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix, hstack, vstack
from scipy.sparse.linalg import splu, spsolve

from models.grid.bridge import Bridge, Floats, Ints
from models.grid.engine import Batch, Engine
from models.grid.outages import Outage


@dataclass(frozen=True)
class Slopes:
    """Values of some quantities and their change per MW of load at every bus.

    values (k,): loadings [%], then voltages [pu]; per_mw (k, n_buses) for active and per_mvar (k, n_buses) for reactive
    load; 0 at buses without supply.
    """

    values: Floats
    per_mw: Floats
    per_mvar: Floats

    def along(self, tangent: float) -> Floats:
        """Return the change per MW of load that draws `tangent` Mvar with each MW."""
        return self.per_mw + tangent * self.per_mvar


def slopes(
    engine: Engine,
    outage: Outage | None,
    *,
    branches: Sequence[int] = (),
    buses: Sequence[int] = (),
    p_mw: Floats | None = None,
    q_mvar: Floats | None = None,
    solved: Batch | None = None,
) -> Slopes:
    """Return the slopes of the loadings of monitored branches and of the voltages of buses (positions) at one row.

    `solved` is the engine's result of that one row, solved here where it is not given. Raises ValueError where the row
    did not converge or pandapower's base case could not be solved.
    """
    if engine.bridge is None or engine.ends is None:
        raise ValueError("no slopes: the base case does not converge")
    batch = solved or engine.solve([outage], p_mw=p_mw, q_mvar=q_mvar)
    if not batch.is_converged[0]:
        raise ValueError("no slopes: the row does not converge")
    point = _Point(engine.bridge, engine, outage, batch)
    rows = [point.loading(int(i)) for i in branches] + [point.voltage(int(i)) for i in buses]
    values = np.concatenate([batch.percent[0, list(branches)], batch.vm_pu[0, list(buses)]])
    n = engine.n_buses
    if not rows:
        return Slopes(values, np.zeros((0, n)), np.zeros((0, n)))
    p, q = point.solve(np.array(rows))
    at = np.where(engine.bridge.bus_of >= 0, engine.bridge.bus_of, 0)
    live = (engine.bridge.bus_of >= 0) & ~batch.is_dead[0]
    return Slopes(values, np.where(live, p[:, at], 0.0), np.where(live, q[:, at], 0.0))


class _Point:
    """The Jacobian at one solution, with the branches of the outage out and dead buses left out."""

    def __init__(self, bridge: Bridge, engine: Engine, outage: Outage | None, batch: Batch) -> None:
        self.b, self.engine = bridge, engine
        self.out = _internal_branches(bridge, outage)
        self.y = _without(bridge, self.out) if len(self.out) else bridge.ybus
        self.v = _internal_voltages(bridge, self.y, batch)
        live = np.abs(self.v) > 0
        pv = _still_held(bridge, outage)
        pq = np.union1d(bridge.pq, np.setdiff1d(bridge.pv, pv))
        self.pvpq = np.concatenate([pv, pq])
        self.pvpq = self.pvpq[live[self.pvpq]]
        self.pq = pq[live[pq]]
        self.n = bridge.n
        self._factor = splu(self._jacobian().T.tocsc())

    def _jacobian(self) -> csr_matrix:
        from pandapower.pypower.dSbus_dV import dSbus_dV

        v = np.where(np.abs(self.v) > 0, self.v, 1.0)
        by_vm, by_va = dSbus_dV(csr_matrix(self.y), v)
        by_vm, by_va = csr_matrix(by_vm), csr_matrix(by_va)
        a, m = self.pvpq, self.pq
        top = hstack([by_va[a][:, a].real, by_vm[a][:, m].real])
        return csr_matrix(vstack([top, hstack([by_va[m][:, a].imag, by_vm[m][:, m].imag])]))

    def loading(self, row: int) -> Floats:
        """Return d loading / d x of the more loaded end of a monitored branch."""
        ends = self.engine.ends
        assert ends is not None
        own = np.flatnonzero((ends.row == row) & ~np.isin(ends.branch, self.out))
        found = []
        for e in own.tolist():
            y = (self.b.yf if ends.is_from[e] else self.b.yt)[int(ends.branch[e])]
            at, coef = y.indices, y.data
            parts = coef * self.v[at]
            current = parts.sum()
            found.append((abs(current) * ends.factor[e], at, parts, current, ends.factor[e]))
        if not found:
            raise ValueError("no slopes: the branch is out of service")
        _, at, parts, current, factor = max(found, key=lambda f: f[0])
        unit = np.conj(current) / abs(current) if abs(current) > 0 else 0.0
        by_va, by_vm = np.zeros(self.n), np.zeros(self.n)
        np.add.at(by_va, at, factor * np.real(unit * 1j * parts))
        magnitude = np.abs(self.v[at])
        np.add.at(by_vm, at, factor * np.real(unit * parts) / np.where(magnitude > 0, magnitude, 1.0))
        return np.concatenate([by_va[self.pvpq], by_vm[self.pq]])

    def voltage(self, bus: int) -> Floats:
        """Return d vm / d x of a bus."""
        by_vm = np.zeros(self.n)
        by_vm[self.b.bus_of[bus]] = 1.0
        return np.concatenate([np.zeros(len(self.pvpq)), by_vm[self.pq]])

    def solve(self, gradients: Floats) -> tuple[Floats, Floats]:
        """Return the change per MW and per Mvar of load at every internal bus, each (k, n)."""
        found = self._factor.solve(np.ascontiguousarray(gradients.T))
        p, q = np.zeros((len(gradients), self.n)), np.zeros((len(gradients), self.n))
        n_a = len(self.pvpq)
        p[:, self.pvpq] = -found[:n_a].T / self.b.base_mva
        q[:, self.pq] = -found[n_a:].T / self.b.base_mva
        return p, q


def _internal_voltages(bridge: Bridge, y: csr_matrix, batch: Batch) -> NDArray[np.complex128]:
    """Return the voltages at internal buses (0 where there is no supply).

    Star points and open line ends are no buses of the network: nothing is injected there, so Y v = 0 gives their voltages.
    """
    vm, va = batch.vm_pu[0], batch.va_degree[0]
    v = np.zeros(bridge.n, complex)
    is_known = np.zeros(bridge.n, bool)
    is_known[bridge.bus_of[bridge.bus_of >= 0]] = True
    seen = np.flatnonzero((bridge.bus_of >= 0) & np.isfinite(vm))
    v[bridge.bus_of[seen]] = vm[seen] * np.exp(1j * np.deg2rad(va[seen]))
    inner = np.flatnonzero(~is_known & (np.abs(y.diagonal()) > 0))
    if len(inner):
        known = np.flatnonzero(is_known)
        v[inner] = spsolve(csc_matrix(y[inner][:, inner]), -(y[inner][:, known] @ v[known]))
    return v


def _internal_branches(bridge: Bridge, outage: Outage | None) -> Ints:
    if outage is None:
        return np.zeros(0, np.int64)
    own = [bridge.branches_of[t][i] for t, i in outage.members if t in bridge.branches_of]
    return np.concatenate(own) if own else np.zeros(0, np.int64)


def _still_held(bridge: Bridge, outage: Outage | None) -> Ints:
    """Return the buses whose voltage a generator holds when the outage's generators are gone."""
    lost = [bridge.gen_of[i] for t, i in (outage.members if outage else ()) if t == "gen" and i in bridge.gen_of]
    if not lost:
        return bridge.pv
    kept = np.delete(bridge.gen["bus"].astype(np.int64), lost)
    return np.intersect1d(bridge.pv, kept)


def _without(bridge: Bridge, out: Ints) -> csr_matrix:
    """Return Ybus without some branches."""
    f, t = bridge.branch["f"][out].astype(int), bridge.branch["t"][out].astype(int)
    n, k = bridge.n, np.arange(len(out))
    at_f = csr_matrix((np.ones(len(out)), (f, k)), shape=(n, len(out)))
    at_t = csr_matrix((np.ones(len(out)), (t, k)), shape=(n, len(out)))
    return csr_matrix(bridge.ybus - at_f @ bridge.yf[out] - at_t @ bridge.yt[out])
