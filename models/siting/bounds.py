"""Bounds of the decisions: the smallest physical ones, from land, feed ratings, headroom and what stock could free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.siting.data import SitingData
from models.siting.frames import Ints, codes_of, firsts, frame_of, join, looked_up, with_columns
from models.siting.grid_terms import flexible_limits, gains

Floats = NDArray[np.float64]

EPS = 1e-9


def relief(data: SitingData) -> pd.Series:
    """Return the MVA that existing centres could free at each node at most."""
    changes = data["stock_mva"]
    if not len(changes):
        return pd.Series(dtype=float)
    halls = looked_up(changes, data["stock"], "stock", "n_halls")
    freed = -np.minimum(changes["mva_change"].to_numpy(float), 0.0) * halls
    most = with_columns(changes, freed=freed).groupby(["stock", "node"])["freed"].max()
    return most.groupby("node").sum()


def node_limits(data: SitingData) -> pd.DataFrame:
    """Return node, limit_mva: its largest headroom in any state, and what existing centres or interruption could free."""
    headroom = data["headroom"]
    if len(data["reinforcement_states"]):
        better = join(gains(data), headroom, ["node", "year"])
        more = better.assign(headroom_mva=better["headroom_mva"].astype(float) + better["gain_mva"])
        headroom = pd.concat([headroom, more[["node", "year", "headroom_mva"]]])
    largest = headroom.groupby("node")["headroom_mva"].max().astype(float)
    if len(data["flexible"]):
        bought = flexible_limits(data).set_index("node")["limit_mva"]
        largest = largest + largest.index.map(bought).to_series(index=largest.index).fillna(0.0).astype(float)
    freed = largest.index.map(relief(data)).to_numpy(float)
    return frame_of({"node": largest.index.to_numpy(), "limit_mva": largest.to_numpy() + np.nan_to_num(freed)})


def feed_bounds(data: SitingData, limits: pd.DataFrame) -> pd.DataFrame:
    """Return `feeds` with `max_mva`: the rating, and the limits of the station and of its ancestors [MVA]."""
    own = looked_up(data["feeds"], limits.rename(columns={"node": "substation"}), "substation", "limit_mva")
    above = join(data["ancestors"], limits, "node").groupby("substation", as_index=False)["limit_mva"].min()
    parent = looked_up(data["feeds"], above, "substation", "limit_mva", absent=np.inf)
    bound = np.minimum(data["feeds"]["rating_mva"].to_numpy(float), own)
    return with_columns(data["feeds"], max_mva=np.minimum(bound, parent))


def performance_bounds(data: SitingData) -> pd.DataFrame:
    """Return per (climate, technology): least and most MVA per MW drawn, most MVA per MW installed and drawn."""
    key = ["climate", "technology"]
    perf = data["performance"].groupby(key, as_index=False)["mva_per_mw"].agg(["min", "max"])
    return with_columns(perf, fixed=looked_up(perf, data["overheads"], key, "mva_per_mw", absent=0.0))


def _two_largest(of: Sequence[NDArray[Any]], values: Floats) -> tuple[Ints, Floats, Floats]:
    """Return by group (alike in all arrays `of`): its first row, its largest value, the sum of its two largest."""
    codes, n = codes_of(of)
    order = np.lexsort((-values, codes))
    size = np.bincount(codes, minlength=n)
    start = np.cumsum(size) - size
    ranked = np.append(values[order], 0.0)
    one = ranked[start]
    return firsts(codes, n), one, one + np.where(size > 1, ranked[start + 1], 0.0)


def _most_fed(data: SitingData, feeds: pd.DataFrame, limits: pd.DataFrame) -> pd.DataFrame:
    """Return site, sum (most MVA that at most two feeds can bring), count (failure groups in reach).

    Two feeds from different groups add up, but below one node (zone) no further than the node's limit.
    """
    mva = feeds["max_mva"].fillna(0.0).to_numpy(float)
    first, best, _ = _two_largest([feeds["site"].to_numpy(), feeds["group"].to_numpy()], mva)
    site, station = feeds["site"].to_numpy()[first], feeds["substation"].to_numpy()[first]
    top = dict(zip(data["ancestors"]["substation"], data["ancestors"]["node"], strict=True))
    node = np.array([top.get(s, s) for s in station], dtype=object)
    first, one, pair = _two_largest([site, node], best)
    cap = looked_up(frame_of({"node": node[first]}), limits, "node", "limit_mva", absent=np.inf)
    inside = _two_largest([site[first]], np.minimum(pair, cap))[1]
    across = _two_largest([site[first]], np.minimum(one, cap))[2]
    codes, n = codes_of([site])
    most = np.maximum(inside, across)
    return frame_of({"site": site[firsts(codes, n)], "sum": most, "count": np.bincount(codes, minlength=n)})


def site_bounds(
    data: SitingData, feeds: pd.DataFrame, *, limits: pd.DataFrame, performance: pd.DataFrame
) -> pd.DataFrame:
    """Return site, multiplicity, smax_mva (most load that can be fed), is_dualable (two feeds from different groups), is_own.

    `is_own`: connected by the area's own access, so the limit is the site's own and no stations are modelled there;
    ValueError where such a site has feeds.
    """
    cap = join(data["sites"][["site", "climate", "area_ha", "it_max_mw"]], performance, "climate")
    cap = join(cap, data["technologies"], "technology", take=["area_ha_per_mw"])
    by_area = cap["area_ha"].to_numpy(float) / np.maximum(cap["area_ha_per_mw"].to_numpy(float), EPS)
    mw = np.minimum(cap["it_max_mw"].to_numpy(float), by_area)
    first, land, _ = _two_largest([cap["site"].to_numpy()], mw * (cap["max"] + cap["fixed"]).to_numpy(float))
    land_mva = frame_of({"site": cap["site"].to_numpy()[first], "mva": land})
    top = _most_fed(data, feeds, limits)
    sites = data["sites"][["site"]]
    fed = looked_up(sites, top, "site", "sum", absent=0.0)
    own = data["sites"]["own_limit_mva"].to_numpy(float)
    is_own = ~np.isnan(own)
    both = set(sites.loc[is_own, "site"]) & set(feeds["site"])
    if both:
        raise ValueError(f"sites with a limit of their own have feeds: {sorted(both)[:3]}")
    return with_columns(
        sites,
        multiplicity=data["sites"]["multiplicity"].to_numpy(float),
        smax_mva=np.minimum(np.where(is_own, own, fed), looked_up(sites, land_mva, "site", "mva", absent=0.0)),
        is_dualable=looked_up(sites, top, "site", "count", absent=0.0) >= 2,
        is_own=is_own,
    )
