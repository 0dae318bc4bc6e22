"""Can a network be judged at all: are its ratings real limits, are its coordinates places, are its loads in MW?

Public test networks often carry placeholder ratings (9,900 MVA, 99,999 kA) and a drawing layout in the column `geo`.
Neither says so itself; a headroom computed from them would be a number without meaning.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]

PLACEHOLDER_KA = 11.0
"""Assumed: no single circuit is rated as high; bundled 1,000 kV lines carry 8 kA."""
PLACEHOLDER_MVA = (99.999, 9900.0, 9990.0, 9999.0, 99000.0, 99900.0, 99990.0, 99999.0)
"""Ratings that stand for "none" in MATPOWER cases and in what converters make of them."""
LOW_LOADING_PERCENT = 15.0
"""Assumed: a network whose every branch stays below it in the base case has ratings that limit nothing."""
WGS84 = "EPSG:4326"
_MOST_PLACEHOLDERS = 0.5
_MVA_TOLERANCE = 1e-7
_MOST_MEDIAN_LOAD_MW = ((1.0, 5.0), (40.0, 50.0), (150.0, 1000.0), (np.inf, 10_000.0))
_EARTH_KM = 6371.0
_SHORTEST_KM = 0.05
_ROUTE_RATIO = (0.4, 1.25)
_MOST_PLAUSIBLE = 0.6


@dataclass(frozen=True)
class RatingCount:
    """Branches in service of one kind: how many, without a rating, and with a placeholder instead of one."""

    kind: str
    n: int
    n_missing: int
    n_placeholder: int


def rating_counts(net: Any) -> tuple[RatingCount, ...]:
    """Return the count of each kind of branch (line, trafo, trafo3w, impedance) the network has in service.

    Impedances have no rating that a power flow looks at, so all of them count as missing.
    """
    found = []
    for kind in ("line", "trafo", "trafo3w", "impedance"):
        frame = net[kind][net[kind]["in_service"].astype(bool)]
        if len(frame):
            missing, placeholder = _rated(net, kind, frame)
            found.append(RatingCount(kind, len(frame), int(missing.sum()), int(placeholder.sum())))
    return tuple(found)


def rating_problems(net: Any) -> list[str]:
    """Return why headroom and contingencies of this network would mean nothing; empty when its ratings can be used.

    A rating is missing (0 or no number) on a line or transformer, or half or more of the lines, or of all lines and
    transformers together, carry a placeholder.
    """
    counts = [c for c in rating_counts(net) if c.kind != "impedance"]
    problems = [f"{c.n_missing} of {c.n} {c.kind} elements have no rating" for c in counts if c.n_missing]
    lines = [c for c in counts if c.kind == "line"]
    if any(c.n_placeholder >= _MOST_PLACEHOLDERS * c.n for c in lines):
        problems.append(f"{lines[0].n_placeholder} of {lines[0].n} lines have a placeholder instead of a rating")
    elif counts and sum(c.n_placeholder for c in counts) >= _MOST_PLACEHOLDERS * sum(c.n for c in counts):
        n, total = sum(c.n_placeholder for c in counts), sum(c.n for c in counts)
        problems.append(f"{n} of {total} branches have a placeholder instead of a rating")
    return problems


def rating_notes(net: Any) -> list[str]:
    """Return what should be told about ratings that can be used: single placeholders, impedances, low loadings.

    Loadings are those of the last power flow; without one nothing is said about them.
    """
    notes = []
    for c in rating_counts(net):
        if c.kind == "impedance":
            notes.append(f"{c.n} impedance elements have no thermal limit")
        elif c.n_placeholder > 0:
            notes.append(f"{c.n_placeholder} of {c.n} {c.kind} elements have a placeholder instead of a rating")
    largest = largest_loading_percent(net)
    if largest is not None and largest < LOW_LOADING_PERCENT:
        notes.append(f"no branch is loaded above {largest:.1f} % in the base case: the ratings may be placeholders")
    return notes


def largest_loading_percent(net: Any) -> float | None:
    """Return the highest branch loading of the last power flow [%], None without one."""
    found = [net[t]["loading_percent"].max() for t in ("res_line", "res_trafo", "res_trafo3w") if len(net[t])]
    known = [float(x) for x in found if np.isfinite(x)]
    return max(known) if known else None


def looks_like_kw(net: Any) -> list[float]:
    """Return the voltages [kV] at which the median load is too large to be in MW; kW were probably given.

    Assumed limits of the median load of one bus: 5 MW up to 1 kV, 50 up to 40 kV, 1,000 up to 150 kV, else 10,000.
    """
    loads = net.load[net.load["in_service"].astype(bool)]
    if not len(loads):
        return []
    p_mw = (loads["p_mw"] * loads["scaling"]).abs().groupby(loads["bus"].to_numpy()).sum()
    vn_kv = net.bus["vn_kv"].reindex(p_mw.index)
    found = []
    for kv, part in p_mw[p_mw > 0].groupby(vn_kv):
        most = next(limit for upper, limit in _MOST_MEDIAN_LOAD_MW if float(kv) <= upper)
        if float(part.median()) > most:
            found.append(float(kv))
    return found


def has_real_coordinates(net: Any) -> bool:
    """Return whether `geo` of the buses is longitude and latitude, not a drawing layout.

    True when the network says so (`crs` EPSG:4326, as import writes it) and the degrees are possible, or when the
    lengths of its lines fit the distances between their ends: on most lines the route is 0.8 to 2.5 times as long.
    """
    positions = bus_positions(net)
    if positions.empty or not (positions["x"].abs().le(180.0) & positions["y"].abs().le(90.0)).all():
        return False
    if str(net.get("crs", "")) == WGS84:
        return True
    lines = net.line[net.line["from_bus"].isin(positions.index) & net.line["to_bus"].isin(positions.index)]
    distance = _distance_km(positions.loc[lines["from_bus"]], positions.loc[lines["to_bus"]])
    length = lines["length_km"].to_numpy(dtype=float)
    is_long = (length > _SHORTEST_KM) & np.isfinite(distance)
    if not is_long.any():
        return False
    ratio = distance[is_long] / length[is_long]
    return bool(((ratio > _ROUTE_RATIO[0]) & (ratio < _ROUTE_RATIO[1])).mean() >= _MOST_PLAUSIBLE)


def bus_positions(net: Any) -> pd.DataFrame:
    """Return x and y by bus index, for buses whose `geo` is a GeoJSON point."""
    rows = {}
    for bus, text in net.bus["geo"].items() if "geo" in net.bus else ():
        point = _point(text)
        if point is not None:
            rows[bus] = point
    return pd.DataFrame.from_dict(rows, orient="index", columns=["x", "y"], dtype=float)


def _point(text: Any) -> tuple[float, float] | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        found = json.loads(text)
        x, y = (float(v) for v in found["coordinates"][:2])
    except (ValueError, KeyError, TypeError):
        return None
    return (x, y) if found.get("type") == "Point" and np.isfinite(x) and np.isfinite(y) else None


def _rated(net: Any, kind: str, frame: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return which elements have no rating and which a placeholder."""
    if kind == "impedance":
        return np.ones(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    if kind == "line":
        rating = frame["max_i_ka"].to_numpy(dtype=float)
        kv = net.bus["vn_kv"].reindex(frame["from_bus"]).to_numpy(dtype=float)
        is_placeholder = (rating >= PLACEHOLDER_KA) | _is_round(np.sqrt(3.0) * kv * rating)
    else:
        columns = ["sn_mva"] if kind == "trafo" else ["sn_hv_mva", "sn_mv_mva", "sn_lv_mva"]
        ratings = frame[columns].to_numpy(dtype=float)
        rating, is_placeholder = ratings.min(axis=1), _is_round(ratings.max(axis=1))
    is_missing = ~(rating > 0)
    return is_missing, is_placeholder & ~is_missing


def _is_round(mva: Floats) -> Floats:
    """Return which ratings stand for "none"."""
    none = np.array(PLACEHOLDER_MVA)
    return (np.abs(mva[:, None] / none[None, :] - 1.0) < _MVA_TOLERANCE).any(axis=1) | (mva > none[-1])


def _distance_km(first: pd.DataFrame, last: pd.DataFrame) -> Floats:
    """Return great-circle distances between points in degrees."""
    lon1, lat1 = np.radians(first[["x", "y"]].to_numpy(dtype=float).T)
    lon2, lat2 = np.radians(last[["x", "y"]].to_numpy(dtype=float).T)
    a = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    found: Floats = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(a, 0.0, 1.0)))
    return found
