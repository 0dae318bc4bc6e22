"""How far load can grow along a ray before the first watched situation is no longer secure.

A ray is a fixed load at every bus plus t times a direction [MW]. All rays are solved together, one trial each per round:
after each trial every distance gives the t at which its secant reaches the limit; the next trial is just below the
smallest of them. Brackets guard the search (largest t known secure, smallest known insecure), so a kink or a flow that
does not converge costs rounds, not truth: the t returned was solved and was secure in every watched situation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from models.grid.headroom_judge import Flags, Ints, Judge, Limiting
from models.grid.rules import Floats

MOST_ROUNDS = 60
_CELLS_AT_ONCE = 6_000_000
_AIM_SHARE = 0.4
_LEAST_SLOPE = 1e-12


@dataclass(frozen=True)
class Rays:
    """`offset_mw` and `direction_mw` (rays, buses), the largest t allowed and the resolution of t, of each ray."""

    offset_mw: Floats
    direction_mw: Floats
    most: Floats
    tolerance: Floats

    def __len__(self) -> int:
        """Return the number of rays."""
        return len(self.most)

    def take(self, rows: Ints) -> Rays:
        """Return some of the rays."""
        return Rays(self.offset_mw[rows], self.direction_mw[rows], self.most[rows], self.tolerance[rows])

    def load_mw(self, rows: Ints, t: Floats) -> Floats:
        """Return the load at every bus [MW] of rays at t."""
        return self.offset_mw[rows] + t[:, None] * self.direction_mw[rows]


@dataclass
class Tops:
    """Where each ray ends: t, and what ends it (situation -1: nothing up to `most`)."""

    t: Floats
    situation: Ints
    quantity: Ints
    distance: Floats

    @classmethod
    def empty(cls, n: int) -> Tops:
        """Return n rays that have not left 0."""
        return cls(np.zeros(n), np.full(n, -1), np.full(n, -1), np.full(n, np.nan))

    def put(self, rows: Ints, other: Tops) -> None:
        """Overwrite some rays."""
        for name in ("t", "situation", "quantity", "distance"):
            getattr(self, name)[rows] = getattr(other, name)

    def take(self, rows: Ints) -> Tops:
        """Return some of the rays."""
        return Tops(self.t[rows], self.situation[rows], self.quantity[rows], self.distance[rows])


def climb(judge: Judge, rays: Rays, watched: Sequence[Ints], *, first: Floats, tangent: float) -> Tops:
    """Return the largest t of each ray that keeps its watched situations secure, to within its tolerance.

    `first` is a first guess of t. A ray that is insecure at t = 0 ends there.
    """
    tops = Tops.empty(len(rays))
    n_rows = np.cumsum([len(w) for w in watched])
    part = (n_rows * judge.n_quantities // _CELLS_AT_ONCE).astype(int)
    for k in np.unique(part):
        rows = np.flatnonzero(part == k)
        one = _Climb(judge, rays.take(rows), [watched[r] for r in rows.tolist()], tangent)
        tops.put(rows, one.run(first[rows]))
    return tops


@dataclass
class _Climb:
    """One group of rays; `ray_of` and `situation_of` are its rows, `before` the distances at the trial before."""

    judge: Judge
    rays: Rays
    watched: Sequence[Ints]
    tangent: float
    ray_of: Ints = field(init=False)
    situation_of: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.ray_of = np.repeat(np.arange(len(self.rays)), [len(w) for w in self.watched])
        self.situation_of = np.concatenate(self.watched).astype(np.int64)

    def run(self, first: Floats) -> Tops:
        """Solve rounds of trials until every ray is bracketed or has reached its most."""
        rays, n = self.rays, len(self.rays)
        self.low, self.high = np.zeros(n), np.full(n, np.inf)
        self.tops, self.failed = Tops.empty(n), Tops.empty(n)
        is_open, before = self._start()
        t_before = np.zeros(n)
        trial = np.clip(first - _AIM_SHARE * rays.tolerance, rays.tolerance, rays.most)
        for _ in range(MOST_ROUNDS):
            if not is_open.any():
                return self.tops
            rows = np.flatnonzero(is_open[self.ray_of])
            own = self.ray_of[rows]
            secure, distance = self.judge.solve(self.situation_of[rows], rays.load_mw(own, trial[own]), self.tangent)
            root = _roots(distance, before[rows], step=trial[own] - t_before[own], t=trial[own])
            before[rows] = distance
            t_before = np.where(is_open, trial, t_before)
            best, found = self._ends(rows, secure, distance, root)
            self._bracket(is_open, trial, found)
            is_open = np.asarray(is_open & ~self._is_done(trial, best))
            trial = np.where(is_open, self._next(best), trial)
        return self.tops

    def _start(self) -> tuple[Flags, Floats]:
        """Return which rays can leave 0, and the distances there; without an offset nothing has to be solved."""
        n = len(self.rays)
        with_offset = np.asarray(self.rays.offset_mw.any(axis=1))[self.ray_of]
        before = self.judge.distance_without[self.situation_of]
        secure = self.judge.can_be_secure[self.situation_of].copy()
        rows = np.flatnonzero(with_offset)
        if len(rows):
            own = self.ray_of[rows]
            load = self.rays.load_mw(own, np.zeros(len(own)))
            secure[rows], before[rows] = self.judge.solve(self.situation_of[rows], load, self.tangent)
        is_open = np.ones(n, bool)
        for row in np.flatnonzero(~secure):
            ray = int(self.ray_of[row])
            if is_open[ray]:
                is_open[ray] = False
                quantity = int(np.argmax(before[row]))
                self._note(ray, int(row), quantity, float(before[row, quantity]))
        return is_open, before

    def _ends(self, rows: Ints, secure: Flags, distance: Floats, root: Floats) -> tuple[Floats, Flags]:
        """Return for each ray the smallest root and whether all its rows are secure; note what ends it."""
        n, own = len(self.rays), self.ray_of[rows]
        found = np.ones(n, bool)
        np.logical_and.at(found, own, secure)
        quantity = np.argmin(root, axis=1)
        least = root[np.arange(len(rows)), quantity]
        lost = np.asarray(~secure & ~np.isfinite(distance).any(axis=1))
        least = np.where(lost, -np.inf, least)
        best = np.full(n, np.inf)
        np.minimum.at(best, own, least)
        for k in np.flatnonzero(least <= best[own]):
            if np.isfinite(best[own[k]]) or lost[k]:
                value = float(distance[k, quantity[k]]) if not lost[k] else np.nan
                self._note(int(own[k]), int(rows[k]), int(quantity[k]) if not lost[k] else -1, value)
        return best, found

    def _note(self, ray: int, row: int, quantity: int, distance: float) -> None:
        self.tops.situation[ray] = self.situation_of[row]
        self.tops.quantity[ray] = quantity
        self.tops.distance[ray] = distance

    def _bracket(self, is_open: Flags, trial: Floats, found: Flags) -> None:
        up = is_open & found
        self.low[up] = np.maximum(self.low[up], trial[up])
        down = is_open & ~found
        self.high[down] = np.minimum(self.high[down], trial[down])
        rows = np.flatnonzero(down)
        self.failed.put(rows, self.tops.take(rows))
        self.tops.t = self.low.copy()

    def _is_done(self, trial: Floats, best: Floats) -> Flags:
        """Return which rays are known to within their tolerance, from the bracket or from the secant at a secure t."""
        at_low = trial == self.low
        near = at_low & (best - self.low <= self.rays.tolerance) & np.isfinite(best)
        is_capped = self.low >= self.rays.most
        self.tops.situation[is_capped & ~near] = -1
        is_bracketed = self.high - self.low <= self.rays.tolerance
        rows = np.flatnonzero(is_bracketed & ~near & ~is_capped)
        self.tops.put(rows, self.failed.take(rows))
        self.tops.t = self.low.copy()
        return near | is_capped | is_bracketed

    def _next(self, best: Floats) -> Floats:
        """Return the next trials: just below the smallest root, inside the bracket, never twice the same."""
        tolerance = self.rays.tolerance
        high = np.minimum(self.high, self.rays.most)
        aim = np.where(np.isfinite(best), best - _AIM_SHARE * tolerance, np.where(best > 0, high, -np.inf))
        middle = 0.5 * (self.low + high)
        is_inside = (aim > self.low + 0.1 * tolerance) & (aim < self.high - 0.1 * tolerance)
        return np.where(is_inside, np.minimum(aim, high), np.where(np.isfinite(self.high), middle, high))


def _roots(distance: Floats, before: Floats, *, step: Floats, t: Floats) -> Floats:
    """Return for each distance the t at which its secant reaches 0; inf where it does not grow."""
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (distance - before) / step[:, None]
        root = t[:, None] - distance / slope
    is_growing = np.isfinite(slope) & (slope > _LEAST_SLOPE) & np.isfinite(distance)
    return np.where(is_growing, root, np.inf)


def limiting_of(judge: Judge, tops: Tops, ray: int, *, load_mw: Floats) -> Limiting | None:
    """Return what ends a ray, None where nothing does."""
    situation, quantity = int(tops.situation[ray]), int(tops.quantity[ray])
    if situation < 0:
        return None
    if quantity < 0 or not np.isfinite(tops.distance[ray]):
        return Limiting("not_converged", None, None, None, None, is_existing=not judge.is_converged[situation])
    return judge.limiting(situation, quantity, distance=float(tops.distance[ray]), load_mw=load_mw)
