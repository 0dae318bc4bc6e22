"""Bounds of the decisions: the smallest physical ones, from land, feed ratings, headroom and what stock could free."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.siting.data import SitingData

EPS = 1e-9


def _relief(data: SitingData) -> pd.Series:
    """Return the MVA that existing centres could free at each node at most."""
    freed = data["stock_mva"].assign(freed=-data["stock_mva"]["mva_change"].astype(float).clip(upper=0.0))
    if not len(freed):
        return pd.Series(dtype=float)
    halls = freed["stock"].map(data["stock"].set_index("stock")["n_halls"]).astype(float)
    most = freed.assign(freed=freed["freed"] * halls).groupby(["stock", "node"])["freed"].max()
    return most.groupby("node").sum()


def feed_bounds(data: SitingData) -> pd.DataFrame:
    """Return `feeds` with `max_mva`: the rating, and the largest headroom of the station and of its ancestors [MVA].

    What existing centres could free counts as headroom.
    """
    largest = data["headroom"].groupby("node")["headroom_mva"].max()
    relief = _relief(data)
    feeds = data["feeds"].copy()
    own = feeds["substation"].map(largest).astype(float) + feeds["substation"].map(relief).fillna(0.0).astype(float)
    above = data["ancestors"].assign(
        limit=data["ancestors"]["node"].map(largest).astype(float)
        + data["ancestors"]["node"].map(relief).fillna(0.0).astype(float)
    )
    parent = feeds["substation"].map(above.groupby("substation")["limit"].min()).fillna(np.inf)
    bound = np.minimum(feeds["rating_mva"].astype(float), own)
    return feeds.assign(max_mva=np.minimum(bound, parent).to_numpy(float))


def performance_bounds(data: SitingData) -> pd.DataFrame:
    """Return per (climate, technology): least and most MVA per MW drawn, most MVA per MW installed and drawn."""
    perf = data["performance"].groupby(["climate", "technology"], as_index=False)["mva_per_mw"].agg(["min", "max"])
    over = data["overheads"][["climate", "technology", "mva_per_mw"]].rename(columns={"mva_per_mw": "fixed"})
    return perf.merge(over, on=["climate", "technology"], how="left").fillna({"fixed": 0.0})


def _most_fed(feeds: pd.DataFrame, data: SitingData) -> pd.DataFrame:
    """Return site, sum (most MVA that at most two feeds can bring), count (failure groups in reach).

    Two feeds from different groups add up, but below one node (zone) no further than the node's headroom.
    """
    top = data["ancestors"].groupby("substation")["node"].last()
    cap = data["headroom"].groupby("node")["headroom_mva"].max()
    best = feeds.groupby(["site", "group"], as_index=False).agg(
        max_mva=("max_mva", "max"), substation=("substation", "first")
    )
    best["node"] = best["substation"].map(top).fillna(best["substation"])
    best["cap"] = best["node"].map(cap).astype(float).fillna(np.inf) + best["node"].map(_relief(data)).fillna(0.0)
    ranked = best.sort_values(["site", "max_mva"], ascending=[True, False], kind="stable")
    inside = (
        ranked.groupby(["site", "node"])
        .head(2)
        .groupby(["site", "node"], as_index=False)
        .agg(pair=("max_mva", "sum"), one=("max_mva", "max"), cap=("cap", "first"))
    )
    inside["pair"] = np.minimum(inside["pair"], inside["cap"])
    inside["one"] = np.minimum(inside["one"], inside["cap"])
    across = inside.sort_values(["site", "one"], ascending=[True, False], kind="stable").groupby("site").head(2)
    most = np.maximum(inside.groupby("site")["pair"].max(), across.groupby("site")["one"].sum())
    return pd.DataFrame({"sum": most, "count": best.groupby("site").size()})


def site_bounds(data: SitingData, feeds: pd.DataFrame) -> pd.DataFrame:
    """Return site, multiplicity, smax_mva (most load that can be fed), is_dualable (two feeds from different groups)."""
    top = _most_fed(feeds, data)
    cap = data["sites"][["site", "climate", "area_ha", "it_max_mw"]].merge(
        performance_bounds(data).merge(data["technologies"][["technology", "area_ha_per_mw"]], on="technology"),
        on="climate",
    )
    mw = np.minimum(
        cap["it_max_mw"].to_numpy(float),
        cap["area_ha"].to_numpy(float) / np.maximum(cap["area_ha_per_mw"].to_numpy(float), EPS),
    )
    land = cap.assign(mva=mw * (cap["max"] + cap["fixed"]).to_numpy(float)).groupby("site")["mva"].max()
    out = data["sites"][["site", "multiplicity"]].astype({"multiplicity": float})
    fed = out["site"].map(top["sum"]).fillna(0.0).astype(float)
    out["smax_mva"] = np.minimum(fed, out["site"].map(land).fillna(0.0).astype(float))
    out["is_dualable"] = (out["site"].map(top["count"]).fillna(0) >= 2).to_numpy(bool)
    return out
