"""The largest load along rays that keeps the network secure: watch a few situations, then check the others.

For each ray the situations with the smallest linear estimates are watched while the load grows in AC. At the value found
all situations are solved (`Reach.most_rows` allowing; else those that the estimates put within reach, and the result says
how many). What fails joins the watched ones and the ray is climbed again, so the value returned has passed its check.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.grid.headroom_climb import Rays, Tops, climb
from models.grid.headroom_judge import Flags, Ints, Judge
from models.grid.headroom_screen import estimates
from models.grid.rules import Floats

SUPPLY = -2
_N_ADDED = 6


@dataclass(frozen=True)
class Reach:
    """How thoroughly values are checked.

    `most_rows`: power flows for which every ray is checked in every situation; above it only the `n_checked` situations
    with the smallest estimates are, of those whose estimate is at most `reach_share` times the value plus `reach_mw`.
    """

    n_watched: int = 8
    n_checked: int = 24
    most_rows: int = 150_000
    reach_share: float = 1.3
    reach_mw: float = 5.0


@dataclass
class Grown:
    """Ends of the rays, the number of situations each value was checked in, and whether these were all."""

    tops: Tops
    n_checked: Ints
    is_full: bool


def grow(judge: Judge, rays: Rays, *, tangent: float, reach: Reach | None = None) -> Grown:
    """Return the largest t of each ray that is secure in every situation checked."""
    reach = reach or Reach()
    n, n_all = len(rays), len(judge.situations)
    is_full = n * n_all <= reach.most_rows
    grown = Grown(Tops.empty(n), np.full(n, n_all), is_full)
    open_rays = np.flatnonzero(~_hopeless(judge, rays, grown.tops))
    if not len(open_rays):
        return grown
    own = rays.take(open_rays)
    estimate = estimates(judge, own, tangent=tangent)
    order = np.argsort(estimate, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(n_all)[None, :], axis=1)
    nearest = order[:, : reach.n_watched]
    watched = [np.unique(np.r_[0, o[np.isfinite(e[o])]]) for o, e in zip(nearest, estimate, strict=True)]
    tops = climb(judge, own, watched, first=estimate.min(axis=1), tangent=tangent)
    left = np.arange(len(own))
    seen = np.zeros((len(own), n_all), bool)
    while len(left):
        within = estimate[left] <= reach.reach_share * tops.t[left, None] + reach.reach_mw
        within &= rank[left] < reach.n_checked
        asked = np.ones_like(within) if is_full else within
        asked &= tops.t[left, None] > 0
        seen[left] |= asked
        failed = _failed(judge, own, left, tops, asked=asked, watched=watched, tangent=tangent)
        left = np.array(sorted(failed), dtype=np.int64)
        if len(left):
            for ray in left.tolist():
                watched[ray] = np.unique(np.r_[watched[ray], failed[ray]])
            again = climb(judge, _below(own, left, tops.t), [watched[r] for r in left.tolist()],
                          first=0.9 * tops.t[left], tangent=tangent)  # fmt: skip
            tops.put(left, again)
    for row, w in enumerate(watched):
        seen[row, w] = True
    _measure(judge, own, tops, tangent)
    grown.tops.put(open_rays, tops)
    grown.n_checked[open_rays] = seen.sum(axis=1)
    return grown


def _measure(judge: Judge, rays: Rays, tops: Tops, tangent: float) -> None:
    """Put in the distances of the limiting elements at the values themselves: they were noted at the last trial."""
    rows = np.flatnonzero((tops.situation >= 0) & (tops.quantity >= 0) & np.isfinite(tops.distance))
    if len(rows):
        found = judge.solve(tops.situation[rows], rays.load_mw(rows, tops.t[rows]), tangent)[1]
        tops.distance[rows] = found[np.arange(len(rows)), tops.quantity[rows]]


def lost_supply(judge: Judge, rays: Rays) -> Flags:
    """Return (rays, situations): whether a bus of the ray has no supply there."""
    drawn = (rays.direction_mw > 0).astype(np.float64)
    return np.asarray(drawn @ judge.is_dead.T.astype(np.float64) > 0)


def _hopeless(judge: Judge, rays: Rays, tops: Tops) -> Flags:
    """Note the rays that end at 0 whatever is solved: their load is lost, or a situation is insecure without it."""
    lost = lost_supply(judge, rays)
    if judge.is_radial_allowed:
        lost = lost[:, :1] & (np.arange(len(judge.situations)) == 0)
    is_lost = lost.any(axis=1)
    tops.situation[is_lost] = np.argmax(lost[is_lost], axis=1)
    tops.quantity[is_lost] = SUPPLY
    bad = np.flatnonzero(~judge.can_be_secure)
    if len(bad):
        k = int(bad[0])
        quantity = int(np.argmax(judge.distance_without[k])) if judge.is_converged[k] else -1
        rest = ~is_lost
        tops.situation[rest], tops.quantity[rest] = k, quantity
        tops.distance[rest] = judge.distance_without[k, quantity]
    return np.asarray(is_lost | bool(len(bad)))


def _below(rays: Rays, rows: Ints, t: Floats) -> Rays:
    """Return rays that may not grow beyond what has just failed."""
    own = rays.take(rows)
    return Rays(own.offset_mw, own.direction_mw, np.maximum(t[rows], own.tolerance), own.tolerance)


def _failed(
    judge: Judge, rays: Rays, left: Ints, tops: Tops, *, asked: Flags, watched: list[Ints], tangent: float
) -> dict[int, Ints]:
    """Return for each ray that is not secure at its value the worst situations that fail."""
    own, at = np.nonzero(asked & ~_is_watched(left, watched, len(judge.situations)))
    if not len(own):
        return {}
    ray = left[own]
    secure, worst = np.zeros(len(ray), bool), np.zeros(len(ray))
    for rows in np.array_split(np.arange(len(ray)), max(1, len(ray) // 4_000)):
        load = rays.load_mw(ray[rows], tops.t[ray[rows]])
        secure[rows], distance = judge.solve(at[rows], load, tangent, is_confirmed=True)
        worst[rows] = distance.max(axis=1)
    found: dict[int, Ints] = {}
    bad = np.flatnonzero(~secure)
    for r in np.unique(ray[bad]).tolist():
        mine = bad[ray[bad] == r]
        found[r] = at[mine[np.argsort(-worst[mine])][:_N_ADDED]].astype(np.int64)
    return found


def _is_watched(left: Ints, watched: list[Ints], n: int) -> Flags:
    out = np.zeros((len(left), n), bool)
    for row, ray in enumerate(left):
        out[row, watched[ray]] = True
    return out
