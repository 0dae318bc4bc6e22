"""Headroom of a set of buses together: it is not the sum of what each can take alone.

    common scale   the largest share of everyone's own headroom that all can take at once
    best split     the largest total over all ways to share it: a linear program over cuts that AC gives (tangents of the
                   loadings and voltages that are outside at its last answer), repeated until its answer is secure in AC
    taken          how much the headroom of one bus shrinks when another takes its own in full

The linear program's total is an upper bound where the limiting quantities are convex in the load; the split reported is
secure in AC in every outage. Where the rounds end before the program's answer is secure, the answer is scaled back along
its own ray until it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog

from models.grid.headroom import Ask, bus_headroom, bus_positions
from models.grid.headroom_climb import Rays
from models.grid.headroom_judge import Ints, Judge
from models.grid.headroom_search import grow
from models.grid.rules import Floats
from models.grid.sensitivity import slopes

MOST_ROUNDS = 25
_CUTS_PER_ROUND = 12
_LEAST_COEFFICIENT = 1e-9
_NEARLY = 0.002  # outside by less: worth scaling back to see whether the program's answer is as good as reached
_CLOSE = 2.5  # resolutions between the split and its bound


@dataclass(frozen=True)
class SetHeadroom:
    """Headroom of a set [MW], in the order of `buses`.

    `singles_mw`: each alone. `scale`: the common share of them, `scaled_mw` the loads. `best_mw`: the best split and its
    upper bound. `taken_mw[i][j]`: what bus j loses when bus i takes its own headroom.
    """

    buses: tuple[str, ...]
    singles_mw: tuple[float, ...]
    scale: float
    scaled_mw: tuple[float, ...]
    best_mw: tuple[float, ...]
    best_bound_mw: float
    taken_mw: tuple[tuple[float, ...], ...]
    n_rounds: int
    n_cuts: int

    @property
    def totals_mw(self) -> dict[str, float]:
        """Return the sum of the singles, the total at the common scale and the total of the best split [MW]."""
        return {
            "singles_sum_mw": float(sum(self.singles_mw)),
            "total_common_scale_mw": float(sum(self.scaled_mw)),
            "total_best_split_mw": float(sum(self.best_mw)),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {**asdict(self), **self.totals_mw}


def set_headroom(judge: Judge, buses: Sequence[str], ask: Ask) -> SetHeadroom:
    """Return what a set of at least two different buses can take together; raises ValueError for other sets."""
    if len(set(buses)) < len(buses) or len(buses) < 2:  # noqa: PLR2004 (a set of one is a bus)
        raise ValueError("a set needs at least two buses, each named once")
    at = bus_positions(judge, buses)
    if len(set(judge.node_of[at].tolist())) < len(at):
        raise ValueError("two buses of the set are joined by closed switches: they are one node")
    singles = np.array([row.headroom_mw for row in bus_headroom(judge, buses, ask)])
    direction = np.zeros((1, judge.engine.n_buses))
    direction[0, at] = singles
    scale = _furthest(judge, direction, ask)
    best, bound, n_rounds, n_cuts = best_split(judge, at, singles, ask)
    if scale * singles.sum() > best.sum():  # the common scale is one of the splits
        best = scale * singles
    return SetHeadroom(
        buses=tuple(map(str, buses)),
        singles_mw=tuple(singles.tolist()),
        scale=scale,
        scaled_mw=tuple((scale * singles).tolist()),
        best_mw=tuple(best.tolist()),
        best_bound_mw=max(bound, float(best.sum())),
        taken_mw=_taken(judge, at, singles, ask),
        n_rounds=n_rounds,
        n_cuts=n_cuts,
    )


def _furthest(judge: Judge, direction_mw: Floats, ask: Ask) -> float:
    """Return the largest share of a direction [0, 1] that is secure."""
    total = float(direction_mw.sum())
    if total <= 0:
        return 0.0
    rays = Rays(
        np.zeros_like(direction_mw), ask.balanced(direction_mw), np.ones(1), np.array([ask.tolerance_mw / total])
    )
    return float(grow(judge, rays, tangent=ask.tangent, reach=ask.reach).tops.t[0])


def best_split(judge: Judge, at: Ints, most_mw: Floats, ask: Ask) -> tuple[Floats, float, int, int]:
    """Return the split with the largest secure total [MW], the bound on it, and the rounds and cuts it took.

    `most_mw` caps each bus (its own headroom). Ties go to the earlier bus.
    """
    rows: list[Floats] = []
    uppers: list[float] = []
    everything = np.arange(len(judge.situations))
    prefer = 1.0 + 1e-7 * np.arange(len(at))[::-1]
    split, bound, n_rounds = np.zeros(len(at)), 0.0, 0
    direction = np.zeros((1, judge.engine.n_buses))
    for n_rounds in range(1, MOST_ROUNDS + 1):
        found = linprog(
            -prefer,
            A_ub=np.array(rows) if rows else None,
            b_ub=np.array(uppers) if rows else None,
            bounds=[(0.0, float(m)) for m in most_mw],
        )
        if found.status != 0:
            break
        split, bound = np.asarray(found.x), float(np.sum(found.x))
        load = np.zeros((len(everything), judge.engine.n_buses))
        load[:, at] = split
        load = ask.balanced(load)
        secure, distance = judge.solve(everything, load, ask.tangent)
        if secure.all():
            return split, bound, n_rounds, len(rows)
        if np.nanmax(np.where(secure[:, None], -1.0, distance)) <= _NEARLY:
            direction[0, at] = split
            share = _furthest(judge, direction, ask)
            if (1.0 - share) * bound <= _CLOSE * ask.tolerance_mw:
                return share * split, bound, n_rounds, len(rows)
        new = _cuts(judge, at, load[0], np.where(secure[:, None], -np.inf, distance), ask)
        if not new:
            break
        rows += [row for row, _ in new]
        uppers += [upper for _, upper in new]
    direction[0, at] = split
    return split * _furthest(judge, direction, ask), bound, n_rounds, len(rows)


def _cuts(judge: Judge, at: Ints, load_mw: Floats, distance: Floats, ask: Ask) -> list[tuple[Floats, float]]:
    """Return tangents (coefficients, upper) at a load for the worst quantities outside; of each the worst situation.

    A situation that did not converge gives a no-good cut: the total must stay below 95 % of what was tried.
    """
    out: list[tuple[Floats, float]] = []
    if np.isinf(distance[:, 0]).any() and (distance == np.inf).any():
        out.append((np.ones(len(at)), 0.95 * float(load_mw[at].sum())))
    finite = np.where(np.isfinite(distance), distance, -np.inf)
    worst = np.argmax(finite, axis=0)
    excess = finite[worst, np.arange(finite.shape[1])]
    for quantity in np.argsort(-excess)[:_CUTS_PER_ROUND].tolist():
        if excess[quantity] <= 0:
            break
        cut = _tangent(judge, at, load_mw, int(worst[quantity]), quantity, ask)
        if cut is not None:
            out.append(cut)
    return out


def _tangent(
    judge: Judge, at: Ints, load_mw: Floats, situation: int, quantity: int, ask: Ask
) -> tuple[Floats, float] | None:
    """Return one linearised limit: sum of coefficient x MW <= upper; None where it does not depend on the set."""
    n, n_nodes = len(judge.engine.branches), len(judge.nodes)
    loading, low, high = judge.limits(np.array([situation]), load_mw=load_mw[None, :])
    asked: dict[str, Any] = {"p_mw": load_mw, "q_mvar": ask.tangent * np.maximum(load_mw, 0.0)}
    if quantity < n:
        found = slopes(judge.engine, judge.situations[situation], branches=[quantity], **asked)
        sign, limit = 1.0, float(loading[0, quantity])
    else:
        node = (quantity - n) % n_nodes
        sign, limit = (-1.0, float(low[0, node])) if quantity < n + n_nodes else (1.0, float(high[0, node]))
        found = slopes(judge.engine, judge.situations[situation], buses=[int(judge.nodes[node])], **asked)
    row = sign * found.along(ask.tangent)[0, at]
    if ask.balance is not None:
        row = row - sign * float(found.per_mw[0] @ ask.balance)
    row = np.where(np.abs(row) < _LEAST_COEFFICIENT, 0.0, row)
    if not row.any():
        return None
    return row, float(sign * limit - sign * found.values[0] + row @ load_mw[at])


def _taken(judge: Judge, at: Ints, singles: Floats, ask: Ask) -> tuple[tuple[float, ...], ...]:
    """Return what each bus (column) loses when another (row) takes its own headroom [MW]."""
    n = len(at)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    offset, direction = (np.zeros((len(pairs), judge.engine.n_buses)) for _ in range(2))
    for k, (i, j) in enumerate(pairs):
        offset[k, at[i]] = singles[i]
        direction[k, at[j]] = 1.0
    most = np.array([max(singles[j], ask.tolerance_mw) for _, j in pairs])
    rays = Rays(ask.balanced(offset), ask.balanced(direction), most, np.full(len(pairs), ask.tolerance_mw))
    left = np.minimum(grow(judge, rays, tangent=ask.tangent, reach=ask.reach).tops.t, most)
    out = np.zeros((n, n))
    for k, (i, j) in enumerate(pairs):
        out[i, j] = max(0.0, singles[j] - left[k])
    return tuple(tuple(row) for row in out.tolist())
