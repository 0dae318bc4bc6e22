"""The decisions of the siting model: index, bounds and kind of every variable, as frames.

    is_open[site, year]            the site is built by that year                                     [0/1]
    is_dual[site, year]            it has a second feed                                               [0/1]
    is_fed[site, substation, year] the feed is built by that year                                     [0/1]
    feed_mva[site, substation, year]   load reserved on the feed at the grid's design situation      [MVA]
    node_mva[site, node, year]     load of the site reserved at a parent node (zone)                  [MVA]
    site_mva, class_a_mva[site, year]  whole load, and the load of availability class A              [MVA]
    n_blocks[site, technology, year]   modules installed                                           [blocks]
    load_mw[site, technology, plant, workload, year]   IT load drawn, cooled so, watered from there [MW IT]
    is_piped[site, plant, year]    the pipe is built by that year                                     [0/1]
    is_large[site, threshold_mwh, year]  yearly energy may exceed the threshold of the PUE rule       [0/1]
    serve_mw[reach, district, workload, year]  demand served from sites of that reach              [MW IT]
    outside_mw[outside, district, workload, year], unserved_mw[district, workload, year]           [MW IT]
    green_mwh[resource, year]      green power or certificates                                       [MWh]
    n_switched[stock, option, year]  halls that leave the state "keep" in that year                [halls]
    stock_mw[stock, option, workload, year]  load served in converted halls                        [MW IT]
    total_load_mw[climate, technology, plant, workload, year], total_installed_mw[climate, technology, year],
    total_mva[year], energy_mwh[year]   sums over sites that many rows use

Bounds are the smallest physical ones: land, feed ratings, headroom, demand. A site never installs more blocks than it
can feed (rounded up) or than the demand that the technology can hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.siting.data import DRY, SitingData

EPS = 1e-9


@dataclass(frozen=True)
class Decisions:
    """Frames of variables (index columns, `lower`, `upper`, `is_integer`, `col`) and the bounds they rest on."""

    frames: Mapping[str, pd.DataFrame]
    site_bounds: pd.DataFrame  # site, smax_mva, is_dualable
    feed_bounds: pd.DataFrame  # feeds with max_mva
    n_cols: int

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    def keys(self, name: str) -> list[str]:
        """Return the index columns of a decision."""
        return [c for c in self.frames[name].columns if c not in ("lower", "upper", "is_integer", "col")]

    def columns(self) -> pd.DataFrame:
        """Return lower, upper and is_integer of all variables in column order."""
        parts = [f[["lower", "upper", "is_integer"]] for f in self.frames.values()]
        return pd.concat([p for p in parts if len(p)], ignore_index=True)


def _cross_years(frame: pd.DataFrame, data: SitingData) -> pd.DataFrame:
    return frame.merge(pd.DataFrame({"year": list(data.years)}), how="cross")


def feed_bounds(data: SitingData) -> pd.DataFrame:
    """Return `feeds` with `max_mva`: the rating, and the largest headroom of the station and of its ancestors [MVA]."""
    largest = data["headroom"].groupby("node")["headroom_mva"].max()
    feeds = data["feeds"].copy()
    bound = np.minimum(feeds["rating_mva"].to_numpy(float), feeds["substation"].map(largest).to_numpy(float))
    relief = data["stock_mva"].assign(freed=-data["stock_mva"]["mva_change"].astype(float).clip(upper=0.0))
    if len(relief):
        halls = relief["stock"].map(data["stock"].set_index("stock")["n_halls"]).astype(float)
        most = relief.assign(freed=relief["freed"] * halls).groupby(["stock", "node"])["freed"].max()
        relief_by_node = most.groupby("node").sum()
    else:
        relief_by_node = pd.Series(dtype=float)
    own = feeds["substation"].map(relief_by_node).fillna(0.0).to_numpy(float)
    bound = np.minimum(feeds["rating_mva"].to_numpy(float), bound + own)
    above = data["ancestors"].assign(
        limit=data["ancestors"]["node"].map(largest).astype(float)
        + data["ancestors"]["node"].map(relief_by_node).fillna(0.0).astype(float)
    )
    parent = feeds["substation"].map(above.groupby("substation")["limit"].min()).fillna(np.inf)
    return feeds.assign(max_mva=np.minimum(bound, parent.to_numpy(float)))


def _performance_bounds(data: SitingData) -> pd.DataFrame:
    """Return per (climate, technology): least and most MVA per MW drawn, most MVA per MW installed and drawn."""
    perf = data["performance"].groupby(["climate", "technology"], as_index=False)["mva_per_mw"].agg(["min", "max"])
    over = data["overheads"][["climate", "technology", "mva_per_mw"]].rename(columns={"mva_per_mw": "fixed"})
    return perf.merge(over, on=["climate", "technology"], how="left").fillna({"fixed": 0.0})


def site_bounds(data: SitingData, feeds: pd.DataFrame) -> pd.DataFrame:
    """Return site, smax_mva (most load it can be fed), is_dualable (two feeds from different groups)."""
    by_group = feeds.groupby(["site", "group"], as_index=False)["max_mva"].max()
    ranked = by_group.sort_values(["site", "max_mva"], ascending=[True, False], kind="stable")
    top = ranked.groupby("site").head(2).groupby("site")["max_mva"].agg(["sum", "count"])
    cap = data["sites"][["site", "climate", "area_ha", "it_max_mw"]].merge(
        _performance_bounds(data).merge(data["technologies"][["technology", "area_ha_per_mw"]], on="technology"),
        on="climate",
    )
    mw = np.minimum(
        cap["it_max_mw"].to_numpy(float),
        cap["area_ha"].to_numpy(float) / np.maximum(cap["area_ha_per_mw"].to_numpy(float), EPS),
    )
    land = cap.assign(mva=mw * (cap["max"] + cap["fixed"]).to_numpy(float)).groupby("site")["mva"].max()
    out = data["sites"][["site"]].copy()
    fed = out["site"].map(top["sum"]).fillna(0.0).astype(float)
    out["smax_mva"] = np.minimum(fed, out["site"].map(land).fillna(0.0).astype(float))
    out["is_dualable"] = (out["site"].map(top["count"]).fillna(0) >= 2).to_numpy(bool)
    return out


def _blocks(data: SitingData, bounds: pd.DataFrame) -> pd.DataFrame:
    """Return site, technology, n_max: whole blocks that land, feeds and demand allow (n_max > 0 only)."""
    cap = data["sites"].merge(bounds, on="site").merge(_performance_bounds(data), on="climate")
    cap = cap.merge(data["technologies"], on="technology")
    peak = data["demand"].groupby(["workload", "year"], as_index=False)["it_mw"].sum()
    peak = peak.groupby("workload")["it_mw"].max()
    extra = data["stock_displaced"].assign(
        mw=data["stock_displaced"]["it_mw"].astype(float)
        * data["stock_displaced"]["stock"].map(data["stock"].set_index("stock")["n_halls"]).astype(float)
    )
    if len(extra):
        most = extra.groupby(["stock", "workload"])["mw"].max().groupby("workload").sum()
        peak = peak.add(most, fill_value=0.0)
    held = data["performance"].assign(mw=data["performance"]["workload"].map(peak).fillna(0.0).astype(float))
    cap = cap.merge(held.groupby(["climate", "technology"], as_index=False)["mw"].sum(), on=["climate", "technology"])
    land = np.minimum(cap["it_max_mw"], cap["area_ha"] / np.maximum(cap["area_ha_per_mw"], EPS)).astype(float)
    whole = np.floor(land / cap["block_mw"] + 1e-7)
    fed = np.ceil(cap["smax_mva"] / np.maximum(cap["min"], EPS) / cap["block_mw"] - 1e-7)
    wanted = np.ceil(cap["mw"] / cap["block_mw"] - 1e-7)
    floor_mw = np.maximum(cap["it_min_mw"].astype(float), cap["min_mw"].astype(float))
    wanted = np.maximum(wanted, np.ceil(floor_mw / cap["block_mw"] - 1e-7))
    n_max = np.minimum(np.minimum(whole, fed), wanted).astype(int)
    return cap.assign(n_max=n_max).loc[n_max > 0, ["site", "climate", "technology", "n_max", "is_dualable"]]


def _loads(data: SitingData, blocks: pd.DataFrame) -> pd.DataFrame:
    """Return the admissible loads: technology holds the class, class A has two feeds, wet cooling has a plant."""
    loads = blocks.merge(data["performance"][["climate", "technology", "workload"]], on=["climate", "technology"])
    loads = loads.merge(data["workloads"][["workload", "availability"]], on="workload")
    loads = loads[(loads["availability"] != "A") | loads["is_dualable"].astype(bool)]
    loads = loads.merge(data["technologies"][["technology", "block_mw", "is_wet"]], on="technology")
    wet = loads["is_wet"].astype(bool)
    watered = loads[wet].merge(data["pipes"][["site", "plant"]], on="site")
    out = pd.concat([loads[~wet].assign(plant=DRY), watered], ignore_index=True)
    peak = data["demand"].groupby(["workload", "year"], as_index=False)["it_mw"].sum().rename(columns={"it_mw": "most"})
    extra = data["stock_displaced"]["workload"].unique()
    out = _cross_years(out, data).merge(peak, on=["workload", "year"], how="left")
    capacity = out["block_mw"].astype(float) * out["n_max"].astype(float)
    most = out["most"].fillna(0.0).astype(float).where(~out["workload"].isin(extra), np.inf)
    out = out.assign(lower=0.0, upper=np.minimum(capacity, most))
    return out[["site", "technology", "plant", "workload", "year", "lower", "upper", "climate"]]


def _frame(index: pd.DataFrame, *, upper: object = np.inf, lower: object = 0.0, is_integer: bool = False) -> pd.DataFrame:
    return index.reset_index(drop=True).assign(lower=lower, upper=upper, is_integer=is_integer)


def _site_frames(data: SitingData, feeds: pd.DataFrame, bounds: pd.DataFrame) -> dict[str, pd.DataFrame]:
    sites = data["sites"][["site", "is_fixed"]].merge(bounds, on="site")
    open_ = _cross_years(sites, data)
    must = (open_["is_fixed"].astype(bool) & (open_["year"] == data.years[-1])).astype(float)
    dual = open_[open_["is_dualable"].astype(bool)]
    fed = _cross_years(feeds[["site", "substation", "max_mva"]], data)
    nested = feeds[["site", "substation"]].merge(data["ancestors"], on="substation")
    counts = nested.groupby(["site", "node"], as_index=False).size()
    several = counts[counts["size"] > 1].merge(bounds[["site", "smax_mva"]], on="site")
    several = _cross_years(several, data)
    return {
        "is_open": _frame(open_[["site", "year"]], upper=1.0, lower=must.to_numpy(), is_integer=True),
        "is_dual": _frame(dual[["site", "year"]], upper=1.0, is_integer=True),
        "is_fed": _frame(fed[["site", "substation", "year"]], upper=1.0, is_integer=True),
        "feed_mva": _frame(fed[["site", "substation", "year"]], upper=fed["max_mva"].to_numpy(float)),
        "node_mva": _frame(several[["site", "node", "year"]], upper=several["smax_mva"].to_numpy(float)),
        "site_mva": _frame(open_[["site", "year"]], upper=open_["smax_mva"].to_numpy(float)),
        "class_a_mva": _frame(dual[["site", "year"]], upper=dual["smax_mva"].to_numpy(float)),
    }


def _cooling_frames(data: SitingData, blocks: pd.DataFrame, loads: pd.DataFrame) -> dict[str, pd.DataFrame]:
    n = _cross_years(blocks, data)
    pipes = loads.loc[loads["plant"] != DRY, ["site", "plant", "year"]].drop_duplicates()
    bands = blocks.merge(data["pue_bands"], on=["climate", "technology"])
    bands = _cross_years(bands[["site", "threshold_mwh"]].drop_duplicates(), data)
    totals = loads[["climate", "technology", "plant", "workload", "year"]].drop_duplicates()
    installed = n[["climate", "technology", "year"]].drop_duplicates()
    return {
        "n_blocks": _frame(n[["site", "technology", "year"]], upper=n["n_max"].to_numpy(float), is_integer=True),
        "load_mw": _frame(loads.drop(columns=["climate"]), upper=loads["upper"].to_numpy(float)),
        "is_piped": _frame(pipes, upper=1.0, is_integer=True),
        "is_large": _frame(bands[["site", "threshold_mwh", "year"]], upper=1.0, is_integer=True),
        "total_load_mw": _frame(totals),
        "total_installed_mw": _frame(installed),
    }


def _system_frames(data: SitingData) -> dict[str, pd.DataFrame]:
    demand = data["demand"]
    moved = data["stock_displaced"][["stock", "workload"]].drop_duplicates().merge(data["stock"], on="stock")
    wanted = pd.concat(
        [demand[["district", "workload", "year"]], _cross_years(moved[["district", "workload"]], data)],
        ignore_index=True,
    ).drop_duplicates()
    serve = data["serves"].merge(wanted, on=["district", "workload"])
    outside = data["outside"][["outside", "workload"]].merge(wanted, on="workload")
    years = pd.DataFrame({"year": list(data.years)})
    options = data["stock_options"].merge(data["stock"][["stock", "n_halls"]], on="stock")
    stock_mw = data["stock_capacity"][["stock", "option", "workload"]].merge(
        options[["stock", "option"]].drop_duplicates(), on=["stock", "option"]
    )
    return {
        "serve_mw": _frame(serve[["reach", "district", "workload", "year"]]),
        "outside_mw": _frame(outside[["outside", "district", "workload", "year"]]),
        "unserved_mw": _frame(wanted[["district", "workload", "year"]]),
        "green_mwh": _frame(
            data["green"][["resource", "year"]], upper=data["green"]["available_mwh"].fillna(np.inf).to_numpy(float)
        ),
        "n_switched": _frame(
            options[["stock", "option", "year"]], upper=options["n_halls"].to_numpy(float), is_integer=True
        ),
        "stock_mw": _frame(_cross_years(stock_mw, data)),
        "total_mva": _frame(years),
        "energy_mwh": _frame(years),
    }


def make_decisions(data: SitingData) -> Decisions:
    """Return every variable of the model with its bounds and column position."""
    feeds = feed_bounds(data)
    bounds = site_bounds(data, feeds)
    blocks = _blocks(data, bounds)
    loads = _loads(data, blocks)
    frames = {**_site_frames(data, feeds, bounds), **_cooling_frames(data, blocks, loads), **_system_frames(data)}
    first = 0
    placed = {}
    for name, frame in frames.items():
        placed[name] = frame.assign(col=np.arange(first, first + len(frame), dtype=np.int64))
        first += len(frame)
    return Decisions(frames=placed, site_bounds=bounds, feed_bounds=feeds, n_cols=first)
