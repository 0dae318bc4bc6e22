"""Firm and flexible headroom: how much load can be added when it is curtailed in some hours.

    room_mva[h]       = max(0, capacity - load[h])                        what is free in hour h
    curtailed[h]      = max(0, added * shape[h] - room_mva[h])            of the added load
    by hours:   curtailed[h] > 0 in at most share * n_hours hours
    by energy:  sum over h of curtailed <= share * added * sum over h of shape

Both are exact: with reach[h] = room[h] / shape[h], the load that just fits in hour h, the hours are curtailed in the
order of reach. By hours the answer is the reach of the first hour that may not be curtailed; by energy the curtailed
energy is convex and piecewise linear in the added load, so the answer lies on the segment where it meets the line.
Share 0 is the firm headroom. Where the load alone is above the capacity, room is 0: the added load is curtailed whole.

`synthetic_profile` is a stated rule, not a measurement: a summer and a winter peak, a spread of warm and cold spells, a
working day with two humps and a weaker weekend. Its constants are assumed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

HOURS = 8760
DAY = 24
WEEK = 7
FIRST_WEEKEND_DAY = 5
BASE, SUMMER, WINTER, SPELL = 0.58, 0.30, 0.16, 0.10  # of the seasonal part
VALLEY, WEEKEND = 0.72, 0.94  # night against day, weekend against working day
SUMMER_DAY, WINTER_DAY, HALF_WIDTH_DAYS = 205.0, 15.0, 45.0


def room_mva(load_mva: npt.ArrayLike, capacity_mva: float) -> Floats:
    """Return what is free in every hour [MVA], not below 0. Raises ValueError for hours without a number."""
    load = np.asarray(load_mva, dtype=float)
    if load.ndim != 1 or not len(load) or not np.isfinite(load).all():
        raise ValueError("the hourly load must be a list of finite numbers")
    return np.asarray(np.maximum(0.0, capacity_mva - load))


def _reach(room: Floats, shape: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    """Return the shape, and the added load that just fits in every hour."""
    form = np.ones_like(room) if shape is None else np.asarray(shape, dtype=float)
    if form.shape != room.shape or not np.isfinite(form).all() or form.min() < 0 or not form.max() > 0:
        raise ValueError("the shape of the added load needs one number of at least 0 for every hour, and one above 0")
    form = form / form.max()
    return form, np.divide(room, form, out=np.full_like(room, np.inf), where=form > 0)


def by_hours(room: Floats, share: float, *, shape: npt.ArrayLike | None = None) -> float:
    """Return the largest added load [MVA, its own peak] that is curtailed in at most `share` of the hours.

    >>> by_hours(np.array([10.0, 4.0, 6.0, 8.0]), 0.25)
    6.0
    """
    _form, reach = _reach(room, shape)
    allowed = int(np.floor(_checked(share) * len(room) + 1e-9))
    if allowed >= len(room):
        raise ValueError("with every hour curtailed there is no limit")
    return float(np.partition(reach, allowed)[allowed])


def by_energy(room: Floats, share: float, *, shape: npt.ArrayLike | None = None) -> float:
    """Return the largest added load [MVA, its own peak] of whose energy at most `share` is curtailed.

    >>> round(by_energy(np.array([10.0, 4.0, 6.0, 8.0]), 0.1), 6)
    6.666667
    """
    form, reach = _reach(room, shape)
    order = np.argsort(reach, kind="stable")
    at, s, r = reach[order], form[order], room[order]
    used = s > 0
    at, s, r = at[used], s[used], r[used]
    slope = np.cumsum(s) - _checked(share) * s.sum()  # of (curtailed - allowed) beyond each hour's reach
    offset = np.cumsum(r)
    ends = np.append(at[1:], np.inf)
    over = np.flatnonzero((slope > 0) & (slope * ends > offset))
    if not len(over):
        raise ValueError("with all energy curtailed there is no limit")
    k = over[0]
    return float(max(offset[k] / slope[k], at[k]))


def curtailed_mwh(room: Floats, added: float, *, shape: npt.ArrayLike | None = None) -> float:
    """Return what is curtailed of an added load over the hours given [MVAh; MWh if room is in MW]."""
    form, _ = _reach(room, shape)
    return float(np.maximum(0.0, added * form - room).sum())


def curtailed_hours(room: Floats, added: float, *, shape: npt.ArrayLike | None = None) -> int:
    """Return in how many hours an added load is curtailed."""
    form, _ = _reach(room, shape)
    return int((added * form - room > 1e-9 * max(1.0, added)).sum())


def _checked(share: float) -> float:
    if not 0.0 <= share < 1.0:
        raise ValueError(f"the share {share} does not lie in 0 to 1 (1 excluded)")
    return share


def synthetic_profile() -> Floats:
    """Return 8,760 hourly loads in per unit of their peak, by the stated rule. Synthetic: no measurement stands behind it."""
    hour = np.arange(HOURS)
    day, of_day = hour // DAY, hour % DAY
    apart = [np.abs((day - centre + HOURS / DAY / 2) % (HOURS / DAY) - HOURS / DAY / 2) for centre in
             (SUMMER_DAY, WINTER_DAY)]  # fmt: skip
    summer, winter = (np.exp(-0.5 * (days / HALF_WIDTH_DAYS) ** 2) for days in apart)
    spells = np.sin(2 * np.pi * day / 11.3) + 0.6 * np.sin(2 * np.pi * day / 4.7 + 1.0)
    season = BASE + SUMMER * summer + WINTER * winter + SPELL * spells * np.maximum(summer, winter)
    humps = np.maximum(np.exp(-0.5 * ((of_day - 11.5) / 2.8) ** 2), np.exp(-0.5 * ((of_day - 19.0) / 2.8) ** 2))
    working = np.where(day % WEEK >= FIRST_WEEKEND_DAY, WEEKEND, 1.0)
    load = season * (VALLEY + (1.0 - VALLEY) * humps) * working
    return np.asarray(load / load.max())
