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
        (for each class, reaches that serve the same districts, and districts that are served from the same reaches, are
        pooled under the first of them: `pools`)
    outside_mw[outside, district, workload, year], unserved_mw[district, workload, year]           [MW IT]
    green_mwh[resource, market, year]   green power or certificates used in a market                 [MWh]
    n_switched[stock, option, year]  halls that leave the state "keep" in that year                [halls]
    stock_mw[stock, option, workload, year]  load served in converted halls                        [MW IT]
    in_state[node, state, year]    the node is in that state of reinforcement by that year              [0/1]
    flexible_mva[substation, step, year]   interruptible load bought                                 [MVA]
    class_a_feed_mva[site, substation, year]  class A load that the feed carries in full             [MVA]
    heat_mwh[site, sink, year]     waste heat sold                                                   [MWh]
    is_linked[site, sink, year]    the heat main is built by that year                               [0/1]
    total_load_mw[climate, technology, plant, workload, year], total_installed_mw[climate, technology, year],
    total_mva[year], energy_mwh[market, year]   sums over sites that many rows use

A site with a limit of its own (`own_limit_mva`) has no feeds and no second feed: its is_dual, is_fed, feed_mva, node_mva and
class_a_mva do not exist, and class A load is admitted there. Before its `first_year` a site has no blocks.

Bounds are the smallest physical ones: land, feed ratings, headroom, demand. A site never installs more blocks than it
can feed (rounded up) or than the demand that the technology can hold. A merged site (see `merge`) counts: its upper bounds
are those of one site times its multiplicity.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from models.siting.bounds import EPS, feed_bounds, node_limits, performance_bounds, site_bounds
from models.siting.data import DRY, SitingData
from models.siting.frames import cross_years, distinct, frame_of, join, looked_up, partners, stacked, with_columns
from models.siting.grid_terms import grid_frames
from models.siting.heat_terms import heat_frames
from models.siting.markets import green_by_market, market_years

T = TypeVar("T")


@dataclass(frozen=True)
class Decisions:
    """Frames of variables (index columns, `lower`, `upper`, `is_integer`, `col`) and the bounds they rest on."""

    frames: Mapping[str, pd.DataFrame]
    site_bounds: pd.DataFrame  # site, smax_mva, is_dualable
    feed_bounds: pd.DataFrame  # feeds with max_mva
    pools: tuple[pd.DataFrame, pd.DataFrame]  # see `pools`
    n_cols: int
    kept: dict[str, tuple[SitingData, Any]] = field(default_factory=dict, repr=False, compare=False)  # see `once`

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    def keys(self, name: str) -> list[str]:
        """Return the index columns of a decision."""
        return [c for c in self.frames[name].columns if c not in ("lower", "upper", "is_integer", "col")]

    def columns(self) -> pd.DataFrame:
        """Return lower, upper and is_integer of all variables in column order."""
        return stacked([f for f in self.frames.values() if len(f)], ["lower", "upper", "is_integer"])


def once(make: Callable[[SitingData, Decisions], T]) -> Callable[[SitingData, Decisions], T]:
    """Keep what `make(data, decisions)` returns with the decisions: several families need the same frames."""

    @functools.wraps(make)
    def kept(data: SitingData, decisions: Decisions) -> T:
        key = f"{make.__module__}.{make.__qualname__}"
        if key not in decisions.kept or decisions.kept[key][0] is not data:
            decisions.kept[key] = (data, make(data, decisions))
        result: T = decisions.kept[key][1]
        return result

    return kept


def _blocks(data: SitingData, bounds: pd.DataFrame, performance: pd.DataFrame) -> pd.DataFrame:
    """Return site, technology, n_max: whole blocks that land, feeds and demand allow (n_max > 0 only)."""
    sizes = ["climate", "area_ha", "it_min_mw", "it_max_mw", "min_mw"]
    cap = join(bounds, data["sites"], "site", take=sizes)
    cap = join(join(cap, performance, "climate"), data["technologies"], "technology")
    peak = data["demand"].groupby(["workload", "year"], as_index=False)["it_mw"].sum()
    peak = peak.groupby("workload")["it_mw"].max()
    extra = data["stock_displaced"].assign(
        mw=data["stock_displaced"]["it_mw"].astype(float)
        * data["stock_displaced"]["stock"].map(data["stock"].set_index("stock")["n_halls"]).astype(float)
    )
    if len(extra):
        most = extra.groupby(["stock", "workload"])["mw"].max().groupby("workload").sum()
        peak = peak.add(most, fill_value=0.0)
    held = with_columns(data["performance"], mw=data["performance"]["workload"].map(peak).fillna(0.0).astype(float))
    held = held.groupby(["climate", "technology"], as_index=False)["mw"].sum()
    cap = join(cap, held, ["climate", "technology"])
    land = np.minimum(cap["it_max_mw"], cap["area_ha"] / np.maximum(cap["area_ha_per_mw"], EPS)).astype(float)
    whole = np.floor(land / cap["block_mw"] + 1e-7)
    fed = np.ceil(cap["smax_mva"] / np.maximum(cap["min"], EPS) / cap["block_mw"] - 1e-7)
    wanted = np.ceil(cap["mw"] / cap["block_mw"] - 1e-7)
    floor_mw = np.maximum(cap["it_min_mw"].astype(float), cap["min_mw"].astype(float))
    wanted = np.maximum(wanted, np.ceil(floor_mw / cap["block_mw"] - 1e-7))
    n_max = np.minimum(np.minimum(whole, fed), wanted).astype(int)
    columns = ["site", "climate", "technology", "n_max", "is_dualable", "is_own", "multiplicity"]
    return with_columns(cap, n_max=n_max).loc[n_max > 0, columns]


def _loads(data: SitingData, blocks: pd.DataFrame) -> pd.DataFrame:
    """Return the admissible loads: technology holds the class, class A has two feeds or an own access, wet has a plant."""
    loads = join(blocks, data["performance"], ["climate", "technology"], take=["workload"])
    loads = join(loads, data["workloads"], "workload", take=["availability"])
    is_firm = loads["is_dualable"].astype(bool) | loads["is_own"].astype(bool)
    loads = loads[(loads["availability"] != "A") | is_firm]
    loads = join(loads, data["technologies"], "technology", take=["block_mw", "is_wet"])
    wet = loads["is_wet"].astype(bool)
    watered = join(loads[wet], data["pipes"], "site", take=["plant"])
    out = stacked([with_columns(loads[~wet], plant=DRY), watered], watered.columns)
    peak = data["demand"].groupby(["workload", "year"], as_index=False)["it_mw"].sum()
    out = cross_years(out, data.years)
    most = looked_up(out, peak, ["workload", "year"], "it_mw", absent=0.0)
    most[out["workload"].isin(data["stock_displaced"]["workload"])] = np.inf
    if len(data["banned_loads"]):
        most[partners(out, data["banned_loads"], ["climate", "technology", "workload", "year"])[0]] = 0.0
    capacity = out["block_mw"].astype(float) * out["n_max"].astype(float) * out["multiplicity"]
    return with_columns(out[["site", "technology", "plant", "workload", "year", "climate"]],
                        upper=np.minimum(capacity, most))  # fmt: skip


def _frame(
    index: pd.DataFrame, *, upper: object = np.inf, lower: object = 0.0, is_integer: bool = False
) -> pd.DataFrame:
    """Return the index columns with bounds and kind."""
    return with_columns(index, lower=lower, upper=upper, is_integer=is_integer)


def _may_stand(data: SitingData, frame: pd.DataFrame) -> np.ndarray:
    """Return 1 where the site may be built by the year, else 0."""
    first = looked_up(frame, data["sites"], "site", "first_year", absent=0.0)
    return (frame["year"].to_numpy(np.int64) >= first).astype(float)


def _site_frames(data: SitingData, feeds: pd.DataFrame, bounds: pd.DataFrame) -> dict[str, pd.DataFrame]:
    sites = join(data["sites"][["site", "is_fixed"]], bounds, "site")
    open_ = cross_years(sites, data.years)
    many = open_["multiplicity"].to_numpy(float) * _may_stand(data, open_)
    must = (open_["is_fixed"].astype(bool) & (open_["year"] == data.years[-1])).astype(float)
    dual = open_[open_["is_dualable"].astype(bool)]
    fed = join(feeds[["site", "substation", "max_mva"]], bounds, "site", take=["multiplicity"])
    fed = cross_years(fed, data.years)
    nested = join(feeds[["site", "substation"]], data["ancestors"], "substation")
    counts = nested.groupby(["site", "node"], as_index=False).size()
    several = join(counts[counts["size"] > 1], bounds, "site", take=["smax_mva", "multiplicity"])
    several = cross_years(several, data.years)

    def most(frame: pd.DataFrame, column: str) -> np.ndarray:
        return frame[column].to_numpy(float) * frame["multiplicity"].to_numpy(float)

    return {
        "is_open": _frame(open_[["site", "year"]], upper=many, lower=must.to_numpy(), is_integer=True),
        "is_dual": _frame(dual[["site", "year"]], upper=dual["multiplicity"].to_numpy(float), is_integer=True),
        "is_fed": _frame(
            fed[["site", "substation", "year"]], upper=fed["multiplicity"].to_numpy(float), is_integer=True
        ),
        "feed_mva": _frame(fed[["site", "substation", "year"]], upper=most(fed, "max_mva")),
        "node_mva": _frame(several[["site", "node", "year"]], upper=most(several, "smax_mva")),
        "site_mva": _frame(open_[["site", "year"]], upper=most(open_, "smax_mva")),
        "class_a_mva": _frame(dual[["site", "year"]], upper=most(dual, "smax_mva")),
    }


def _cooling_frames(data: SitingData, blocks: pd.DataFrame, loads: pd.DataFrame) -> dict[str, pd.DataFrame]:
    n = cross_years(blocks, data.years)
    most = n["n_max"].to_numpy(float) * n["multiplicity"].to_numpy(float) * _may_stand(data, n)
    many = distinct(blocks, ["site", "multiplicity"])
    pipes = distinct(loads[loads["plant"] != DRY], ["site", "plant", "year"])
    bands = distinct(join(blocks, data["pue_bands"], ["climate", "technology"]), ["site", "threshold_mwh"])
    bands = cross_years(bands, data.years)
    return {
        "n_blocks": _frame(n[["site", "technology", "year"]], upper=most, is_integer=True),
        "load_mw": _frame(loads[["site", "technology", "plant", "workload", "year"]], upper=loads["upper"]),
        "is_piped": _frame(pipes, upper=looked_up(pipes, many, "site", "multiplicity"), is_integer=True),
        "is_large": _frame(bands, upper=looked_up(bands, many, "site", "multiplicity"), is_integer=True),
        "total_load_mw": _frame(distinct(loads, ["climate", "technology", "plant", "workload", "year"])),
        "total_installed_mw": _frame(distinct(n, ["climate", "technology", "year"])),
    }


def pools(data: SitingData) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (workload, reach, pool) and (workload, district, pool): places that are alike for a class, by their first.

    Alike is what is served from, or serves, the same places at the same cost.
    """
    used = pd.unique(pd.concat([data["serves"]["reach"], data["sites"]["reach"], data["stock"]["reach"]]))
    districts = pd.unique(
        pd.concat([data["serves"]["district"], data["demand"]["district"], data["stock"]["district"]])
    )
    reach_parts: list[pd.DataFrame] = []
    district_parts: list[pd.DataFrame] = []
    for workload in data["workloads"]["workload"]:
        pairs = data["serves"].loc[data["serves"]["workload"] == workload]
        at = pd.Index(used).get_indexer(pairs["reach"]), pd.Index(districts).get_indexer(pairs["district"])
        table = np.full((len(used), len(districts)), np.inf)
        np.minimum.at(table, at, pairs["cny_per_mw_year"].to_numpy(float))
        for names, rows, parts, column in (
            (used, table, reach_parts, "reach"),
            (districts, table.T, district_parts, "district"),
        ):
            if len(names):
                first, group = np.unique(rows, axis=0, return_index=True, return_inverse=True)[1:]
                parts.append(pd.DataFrame({"workload": workload, column: names, "pool": names[first[group.ravel()]]}))
    empty = pd.DataFrame(columns=["workload", "reach", "district", "pool"])
    return pd.concat(reach_parts or [empty]), pd.concat(district_parts or [empty])


def pooled(frame: pd.DataFrame, pool: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the frame with `column` (reach or district) replaced by its pool for the row's workload."""
    at, to = partners(frame, pool, ["workload", column])
    names = frame[column].to_numpy(object).copy()
    names[at] = pool["pool"].to_numpy(object)[to]
    return with_columns(frame, **{column: names})


def _system_frames(data: SitingData, reach_pool: pd.DataFrame, district_pool: pd.DataFrame) -> dict[str, pd.DataFrame]:
    demand = data["demand"]
    moved = join(distinct(data["stock_displaced"], ["stock", "workload"]), data["stock"], "stock", take=["district"])
    key = ["district", "workload", "year"]
    wanted = distinct(pooled(stacked([demand, cross_years(moved, data.years)], key), district_pool, "district"), key)
    serves = pooled(pooled(data["serves"], reach_pool, "reach"), district_pool, "district")
    serve = join(distinct(serves, ["reach", "district", "workload"]), wanted, ["district", "workload"])
    outside = join(data["outside"][["outside", "workload"]], wanted, "workload")
    years = frame_of({"year": np.asarray(data.years, np.int64)})
    green = green_by_market(data)
    options = join(data["stock_options"][["stock", "option", "year"]], data["stock"], "stock", take=["n_halls"])
    stock_mw = data["stock_capacity"][["stock", "option", "workload"]]
    stock_mw = join(stock_mw, distinct(options, ["stock", "option"]), ["stock", "option"])
    return {
        "serve_mw": _frame(serve[["reach", "district", "workload", "year"]]),
        "outside_mw": _frame(outside[["outside", "district", "workload", "year"]]),
        "unserved_mw": _frame(wanted, upper=np.inf if data.rules.is_unserved_allowed else 0.0),
        "green_mwh": _frame(
            green[["resource", "market", "year"]], upper=green["available_mwh"].fillna(np.inf).to_numpy(float)
        ),
        "n_switched": _frame(
            options[["stock", "option", "year"]], upper=options["n_halls"].to_numpy(float), is_integer=True
        ),
        "stock_mw": _frame(cross_years(stock_mw, data.years)),
        "total_mva": _frame(years),
        "energy_mwh": _frame(market_years(data)[["market", "year"]]),
    }


def make_decisions(data: SitingData) -> Decisions:
    """Return every variable of the model with its bounds and column position."""
    limits, performance = node_limits(data), performance_bounds(data)
    feeds = feed_bounds(data, limits)
    bounds = site_bounds(data, feeds, limits=limits, performance=performance)
    whole = looked_up(feeds, bounds, "site", "smax_mva")
    feeds = with_columns(feeds, max_mva=np.minimum(feeds["max_mva"], whole))
    blocks = _blocks(data, bounds, performance)
    loads = _loads(data, blocks)
    alike = pools(data)
    at_sites = _site_frames(data, feeds, bounds)
    frames = {
        **at_sites,
        **_cooling_frames(data, blocks, loads),
        **_system_frames(data, *alike),
        **grid_frames(data, at_sites["feed_mva"], at_sites["is_dual"]),
        **heat_frames(data, blocks, bounds),
    }
    first = 0
    placed = {}
    for name, frame in frames.items():
        placed[name] = with_columns(frame, col=np.arange(first, first + len(frame), dtype=np.int64))
        first += len(frame)
    return Decisions(frames=placed, site_bounds=bounds, feed_bounds=feeds, pools=alike, n_cols=first)
