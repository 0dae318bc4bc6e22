"""Rows of the linear (DC) flow: transfer factors (PTDF) in N-0, outage factors (LODF) in N-1, on top of the AC base case.

    flow of branch m with branch o out = f_m + LODF_mo f_o + sum over buses of (PTDF_mk + LODF_mo PTDF_ok) * (-load_k)

f is the active power of the AC base case at the end where it is smaller, and the limit is the branch's rated current at the
higher of its base-case voltages and unity power factor. Losses, reactive power and the fall of the voltage are left out: the
rows are optimistic on purpose. They bring the first plans near; only the AC check decides. Where lines differ much in
r/x the linear flow can be above the AC flow: a row gets the room that the AC flow of the plan in question leaves. What is
over its limit without the plan may stay as it is, and counts against loads above the sensitivity threshold only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix
from scipy.sparse.linalg import splu

from models.grid.bridge import Bridge, Floats, Ints
from models.grid.engine import Engine
from models.grid.outages import Outage
from models.grid.rules import GridRules

SPLITTING = 1e-6  # 1 - the share of a branch's own flow that stays on it: below, its loss splits the network
SAME_DIRECTION = 0.98
SHARES = (1.0, 0.5, 0.25)  # of the load: the first that has a solution shows how far the linear flow is off


@dataclass(frozen=True)
class FlowRow:
    """sum over buses of coef * p_mw <= upper, in percent of the branch's rating."""

    element: str
    element_kind: str
    outage: Outage | None
    limit: float
    coef: Floats  # (n_buses,) % per MW of load
    upper: float
    excess: float


class LinearFlow:
    """Transfer factors of one network for the given single-branch outages."""

    def __init__(self, engine: Engine, rules: GridRules, outages: Sequence[Outage]) -> None:
        bridge = engine.bridge
        if bridge is None:
            raise ValueError("no linear flow: the base case does not converge")
        self.engine, self.rules = engine, rules
        self.branch = _monitored(engine, bridge)
        self.rows = np.flatnonzero(self.branch >= 0)
        own = self.branch[self.rows]
        self.outages, out = _single(bridge, outages)
        b, bf = _matrices(bridge)
        free = np.setdiff1d(np.arange(bridge.n), bridge.ref)
        self._factor, self._free, self._n = splu(csc_matrix(b[free][:, free])), free, bridge.n
        to_bus = csr_matrix((np.ones((bridge.bus_of >= 0).sum()), (np.flatnonzero(bridge.bus_of >= 0), bridge.bus_of[bridge.bus_of >= 0])),
                            shape=(engine.n_buses, bridge.n))  # fmt: skip
        # flow per MW drawn at each bus: the rows of Bf B^-1, by transposed solves (B is symmetric)
        self.per_mw = -(to_bus @ self._solve(bf[own].T)).T
        self.out_per_mw = -(to_bus @ self._solve(bf[out].T)).T
        ends = csr_matrix(
            (np.r_[np.ones(len(out)), -np.ones(len(out))],
             (np.r_[bridge.branch["f"][out], bridge.branch["t"][out]].astype(int), np.tile(np.arange(len(out)), 2))),
            shape=(bridge.n, len(out)),
        )  # fmt: skip
        angles = self._solve(ends)
        stays = np.einsum("ij,ji->i", bf[out].toarray(), angles)
        with np.errstate(divide="ignore", invalid="ignore"):
            lodf = (bf[own] @ angles) / (1.0 - stays)
        lodf[:, np.abs(1.0 - stays) < SPLITTING] = np.nan
        lodf[own[:, None] == out[None, :]] = np.nan  # the branch that is out
        self.lodf = lodf
        flow = _base_flow(bridge)
        self.flow, self.out_flow = flow[own], flow[out]
        rated = engine.branches["rated_mva"].to_numpy(float)[self.rows]
        self.rated = rated * _highest_voltage(bridge, own)
        self._limits = {
            is_outage: np.array(
                [
                    rules.loading_limit_percent(c, is_outage=is_outage)
                    for c in engine.branches["element_class"].iloc[self.rows]
                ]
            )
            for is_outage in (False, True)
        }

    def _solve(self, right: csr_matrix) -> Floats:
        """Return B^-1 times dense columns, (n, k); 0 at the sources."""
        out = np.zeros((self._n, right.shape[1]))
        out[self._free] = self._factor.solve(np.asarray(right[self._free].todense()))
        return out

    def violated(self, p_mw: Floats, q_mvar: Floats | None = None, *, most: int = 30) -> list[FlowRow]:
        """Return the rows that a load at the buses breaks, the most violated first, no two much alike.

        A row gets as much more room as the AC flow under the same load and outage lies below the linear one.
        """
        with np.errstate(invalid="ignore"):
            base, lost = self.flow + self.per_mw @ p_mw, self.out_flow + self.out_per_mw @ p_mw
            over0 = np.abs(base) / self._allowed(self.flow, is_outage=False) - 1.0
            over1 = np.abs(base[:, None] + self.lodf * lost[None, :])
            over1 /= self._allowed(self.flow[:, None] + self.lodf * self.out_flow[None, :], is_outage=True)
            over1 -= 1.0
        found = [(float(over0[m]), m, -1) for m in np.flatnonzero(over0 > 0).tolist()]
        at = np.argwhere(np.nan_to_num(over1, nan=-1.0) > 0)
        found += [(float(over1[m, o]), int(m), int(o)) for m, o in at.tolist()]
        kept: list[tuple[FlowRow, int]] = []
        for excess, m, o in sorted(found, key=lambda f: (-f[0], f[1], f[2])):
            row = self._row(m, o, p_mw, excess)
            if float(row.coef @ p_mw) > row.upper and not any(_is_alike(row, other) for other, _ in kept):
                kept.append((row, m))
            if len(kept) == most:
                break
        given = self._seen(kept, p_mw, np.zeros_like(p_mw) if q_mvar is None else q_mvar)
        return [row for row in given if float(row.coef @ p_mw) > row.upper]

    def _allowed(self, before: Floats, *, is_outage: bool) -> Floats:
        """Return the highest flow [MW]: the limit, or what is there without the plan where that counts for nothing."""
        limit = self._limits[is_outage] * self.rated / 100.0
        limit = limit if before.ndim == 1 else limit[:, None]
        return np.fmax(limit, np.abs(before)) if self.rules.no_worsening else np.broadcast_to(limit, before.shape)

    def _row(self, m: int, o: int, p_mw: Floats, excess: float) -> FlowRow:
        share = 0.0 if o < 0 else float(self.lodf[m, o])
        start = float(self.flow[m]) + (share * float(self.out_flow[o]) if o >= 0 else 0.0)
        slope = self.per_mw[m] + (share * self.out_per_mw[o] if o >= 0 else 0.0)
        sign = 1.0 if start + float(slope @ p_mw) > 0 else -1.0
        to_percent = 100.0 / float(self.rated[m])
        limit, before = float(self._limits[o >= 0][m]), sign * start * to_percent
        branch = self.engine.branches.iloc[self.rows[m]]
        if self.rules.no_worsening and before > limit:
            slope = np.where(np.abs(slope) * 100.0 >= self.rules.sensitivity_threshold_percent, slope, 0.0)
            limit = before
        return FlowRow(
            element=str(branch["element"]), element_kind=str(branch["kind"]),
            outage=self.outages[o] if o >= 0 else None, limit=limit, coef=sign * slope * to_percent,
            upper=limit - before, excess=excess,
        )  # fmt: skip

    def _seen(self, rows: Sequence[tuple[FlowRow, int]], p_mw: Floats, q_mvar: Floats) -> list[FlowRow]:
        """Return the rows with more room where AC, under this load or a part of it that has a solution, shows less flow."""
        out = [row for row, _ in rows]
        left = list(range(len(rows)))
        for share in SHARES:
            if not left:
                break
            batch = self.engine.solve(
                [out[i].outage for i in left], is_confirmed=False,
                p_mw=np.tile(share * p_mw, (len(left), 1)), q_mvar=np.tile(share * q_mvar, (len(left), 1)),
            )  # fmt: skip
            for k, i in enumerate(left):
                row, found = out[i], batch.percent[k, self.rows[rows[i][1]]]
                linear = row.limit - row.upper + share * float(row.coef @ p_mw)
                if 0.0 < found < linear:
                    out[i] = replace(row, upper=row.upper + row.limit * (linear / float(found) - 1.0))
            left = [i for k, i in enumerate(left) if not batch.is_converged[k]]
        return out


def _is_alike(a: FlowRow, b: FlowRow) -> bool:
    length = float(np.linalg.norm(a.coef) * np.linalg.norm(b.coef))
    return length == 0.0 or float(a.coef @ b.coef) / length > SAME_DIRECTION


def _monitored(engine: Engine, bridge: Bridge) -> Ints:
    """Return the internal branch of each monitored line and transformer, -1 for other kinds and out of service."""
    own = [b[0] if len(b) else -1 for table in ("line", "trafo") for b in bridge.branches_of.get(table, [])]
    return np.array([*own, *([-1] * (engine.n_branches - len(own)))], np.int64)


def _single(bridge: Bridge, outages: Sequence[Outage]) -> tuple[list[Outage], Ints]:
    """Return the outages of one line or transformer with their internal branches."""
    found = []
    for outage in outages:
        if len(outage.members) == 1 and outage.members[0][0] in ("line", "trafo"):
            table, position = outage.members[0]
            own = bridge.branches_of[table][position]
            if len(own) == 1:
                found.append((outage, int(own[0])))
    return [o for o, _ in found], np.array([k for _, k in found], np.int64)


def _matrices(bridge: Bridge) -> tuple[csr_matrix, csr_matrix]:
    """Return B (n, n) and Bf (m, n) in MW per radian, from reactances and taps."""
    br, m = bridge.branch, len(bridge.branch["f"])
    ratio = np.where(br["ratio"] == 0.0, 1.0, br["ratio"])
    b = bridge.base_mva / (br["x"] * ratio)
    k = np.arange(m)
    bf = csr_matrix((np.r_[b, -b], (np.r_[k, k], np.r_[br["f"], br["t"]].astype(int))), shape=(m, bridge.n))
    c = csr_matrix((np.r_[np.ones(m), -np.ones(m)], (np.r_[k, k], np.r_[br["f"], br["t"]].astype(int))),
                   shape=(m, bridge.n))  # fmt: skip
    return csr_matrix(c.T @ bf), bf


def _base_flow(bridge: Bridge) -> Floats:
    """Return the active power of the base case from f to t [MW], at the end where it is smaller."""
    f, t = bridge.branch["f"].astype(int), bridge.branch["t"].astype(int)
    at_f = np.real(bridge.v0[f] * np.conj(bridge.yf @ bridge.v0)) * bridge.base_mva
    at_t = -np.real(bridge.v0[t] * np.conj(bridge.yt @ bridge.v0)) * bridge.base_mva
    return np.where(np.abs(at_f) < np.abs(at_t), at_f, at_t)


def _highest_voltage(bridge: Bridge, own: Ints) -> Floats:
    f, t = bridge.branch["f"][own].astype(int), bridge.branch["t"][own].astype(int)
    return np.maximum(np.abs(bridge.v0[f]), np.abs(bridge.v0[t]))
