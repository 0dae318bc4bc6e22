"""Linear estimates of how far load can grow in each situation: they choose what is solved in AC, and decide nothing.

Flows change by transfer factors (DC, from the branch reactances of the AC base case) and, in an outage, by the factors of
the branches that are out; the loading they start from is the one that AC gives in that outage. The voltage at the buses
that draw the load falls as it does in the base case for one small AC step. Estimates are optimistic and pessimistic alike;
nothing of them is ever shown as headroom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import splu

from models.grid.bridge import incidence
from models.grid.headroom_climb import Rays
from models.grid.headroom_judge import Ints, Judge
from models.grid.outages import Outage
from models.grid.rules import Floats

_STEP_MW = 1.0
_LEAST_SLOPE = 1e-9
_LEAST_PIVOT = 1e-6


@dataclass(frozen=True)
class _Flows:
    """DC model: factorised reduced susceptance, and flows of the rays on all internal branches [MW per unit of t]."""

    factor: Any
    keep: Ints
    f: Ints
    t: Ints
    susceptance: Floats

    def of_injections(self, injected: Floats) -> Floats:
        """Return branch flows (m, k) of injections (n, k), balanced by the sources."""
        theta = np.zeros_like(injected)
        theta[self.keep] = self.factor.solve(np.ascontiguousarray(injected[self.keep]))
        return np.asarray(self.susceptance[:, None] * (theta[self.f] - theta[self.t]))

    def of_transfers(self, branches: Ints) -> Floats:
        """Return branch flows (m, k) of 1 MW sent from one end of each branch to the other."""
        injected = np.zeros((len(self.keep) + self._n_out(), len(branches)))
        at = np.arange(len(branches))
        np.add.at(injected, (self.f[branches], at), 1.0)
        np.add.at(injected, (self.t[branches], at), -1.0)
        return self.of_injections(injected)

    def _n_out(self) -> int:
        return int(max(self.f.max(), self.t.max(), self.keep.max()) + 1 - len(self.keep))


def estimates(judge: Judge, rays: Rays, *, tangent: float) -> Floats:
    """Return for each ray and situation the t at which a first limit is reached [(rays, situations), inf: none].

    A situation in which a bus of the ray has no supply gives 0, as does one that is insecure without the load.
    """
    flows = _flows(judge.engine)
    along, at_start = (_ray_flows(judge.engine, flows, load) for load in (rays.direction_mw, rays.offset_mw))
    base = _base_flows_mw(judge.engine)
    voltage = _voltage_estimates(judge, rays, tangent)
    out = np.full((len(rays), len(judge.situations)), np.inf)
    for k, outage in enumerate(judge.situations):
        if not judge.can_be_secure[k]:
            out[:, k] = 0.0
            continue
        moved = _moved(judge, flows, outage, (along, at_start, base[:, None]))
        out[:, k] = np.minimum(_loading_estimates(judge, k, *moved), voltage[:, k])
    return np.maximum(out, 0.0)


def _flows(engine: Any) -> _Flows:
    bridge = engine.bridge
    f, t = bridge.branch["f"].astype(np.int64), bridge.branch["t"].astype(np.int64)
    x = bridge.branch["x"]
    ratio = np.where(bridge.branch["ratio"] == 0, 1.0, bridge.branch["ratio"])
    susceptance = 1.0 / (np.where(np.abs(x) < _LEAST_PIVOT, _LEAST_PIVOT, x) * ratio)
    rows, columns = np.r_[f, t, f, t], np.r_[f, t, t, f]
    values = np.r_[susceptance, susceptance, -susceptance, -susceptance]
    matrix = coo_matrix((values, (rows, columns)), shape=(bridge.n, bridge.n)).tocsc()
    keep = np.setdiff1d(np.arange(bridge.n), bridge.ref)
    return _Flows(splu(matrix[keep][:, keep]), keep, f, t, susceptance)


def _ray_flows(engine: Any, flows: _Flows, load_mw: Floats) -> Floats:
    injected = -(incidence(engine.bridge) @ load_mw.T)
    return flows.of_injections(np.asarray(injected))


def _base_flows_mw(engine: Any) -> Floats:
    bridge = engine.bridge
    f = bridge.branch["f"].astype(np.int64)
    return np.asarray((bridge.v0[f] * np.conj(bridge.yf @ bridge.v0)).real * bridge.base_mva)


def _members(engine: Any, outage: Outage | None) -> Ints:
    """Return the internal branches that are out."""
    own = engine.bridge.branches_of
    parts = [own[table][i] for table, i in (outage.members if outage else ()) if table in own]
    return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)


def _moved(judge: Judge, flows: _Flows, outage: Outage | None, parts: tuple[Floats, ...]) -> tuple[Floats, ...]:
    """Return the flows at the monitored ends when the branches of the outage are out."""
    ends = judge.engine.ends.branch
    out = _members(judge.engine, outage)
    if not len(out):
        return tuple(part[ends] for part in parts)
    transfer = flows.of_transfers(out)
    own = np.eye(len(out)) - transfer[out]
    if abs(np.linalg.det(own)) < _LEAST_PIVOT:  # the outage splits the network: what is left keeps its flows
        return tuple(part[ends] for part in parts)
    factors = transfer[ends] @ np.linalg.inv(own)
    return tuple(part[ends] + factors @ part[out] for part in parts)


def _loading_estimates(judge: Judge, k: int, along: Floats, at_start: Floats, base: Floats) -> Floats:
    """Return t of each ray at which the first loading reaches its limit."""
    ends = judge.engine.ends
    per_mw = ends.factor / judge.engine.bridge.base_mva
    limit = judge.limits(np.array([k]), load_mw=np.zeros((1, judge.engine.n_buses)))[0][0][ends.row]
    percent = judge.percent[k][ends.row]
    is_seen = np.isfinite(percent) & (percent < limit + judge.rules.loading_tolerance_percent)
    sign = np.where(base[is_seen] >= 0, 1.0, -1.0)
    slope = (per_mw[is_seen, None] * along[is_seen]) * sign
    start = percent[is_seen, None] + per_mw[is_seen, None] * at_start[is_seen] * sign
    room = np.where(slope >= 0, limit[is_seen, None] - start, limit[is_seen, None] + start)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(np.abs(slope) > _LEAST_SLOPE, room / np.abs(slope), np.inf)
    return np.asarray(t.min(axis=0, initial=np.inf))


def _voltage_estimates(judge: Judge, rays: Rays, tangent: float) -> Floats:
    """Return t of each ray and situation at which the voltage of a bus with load reaches its lowest value."""
    n = len(rays)
    total = np.maximum(rays.direction_mw, 0.0).sum(axis=1)
    step = _STEP_MW / np.where(total > 0, total, 1.0)
    load = rays.direction_mw * step[:, None]
    batch = judge.engine.solve([None] * n, p_mw=load, q_mvar=tangent * np.maximum(load, 0.0))
    drop = (judge.vm_pu[0][None, :] - batch.vm_pu[:, judge.nodes]) / step[:, None]
    own = np.zeros((n, len(judge.nodes)), bool)
    rows, buses = np.nonzero(rays.direction_mw > 0)
    own[rows, judge.node_of[buses]] = True
    out = np.full((n, len(judge.situations)), np.inf)
    low = np.vstack(
        [
            judge.limits(np.array([k]), load_mw=np.zeros((1, judge.engine.n_buses)))[1][0]
            for k in range(len(judge.situations))
        ]
    )
    room = judge.vm_pu - low
    for ray in range(n):
        at = np.flatnonzero(own[ray])
        fall = drop[ray, at]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(fall > _LEAST_SLOPE, room[:, at] / fall, np.inf)
        out[ray] = np.nan_to_num(t, nan=np.inf, posinf=np.inf).min(axis=1, initial=np.inf)
    return out
