"""A site is fed near-range; a load of class A stays whole on either of two feeds from different substations.

    site_load[site, year]:         site_mva = sum mva_per_mw * load_mw + sum fixed mva_per_mw * block_mw * n_blocks
    class_a_load[site, year]:      class_a_mva = sum over classes of availability A of mva_per_mw * load_mw
    class_a_dual[site, year]:      class_a_mva <= smax_mva * is_dual
    dual_if_open[site, year]:      is_dual <= is_open
    load_if_open[site, year]:      site_mva <= smax_mva * is_open
    feed_count[site, year]:        sum over substations of is_fed = is_open + is_dual   (sites fed from substations)
    one_feed_per_group[site, group, year]:  sum over feeds of the group of is_fed <= is_open
    feed_rating[site, substation, year]:    feed_mva <= max_mva * is_fed
    feed_share[site, substation, year]:     feed_mva <= site_mva
    reserved[site, year]:          sum over substations of feed_mva = site_mva + class_a_mva   (the same sites)
    node_each[site, substation, node, year]:  node_mva >= feed_mva
    node_sum[site, node, year]:    node_mva >= sum over feeds below the node of feed_mva - class_a_mva

Symbols
    site_mva, class_a_mva   whole load and class A load at the grid's design situation   [MVA]   decision
    feed_mva                load reserved on a feed (rule "full reserve")                [MVA]   decision
    node_mva                load of the site at a parent node, counted once              [MVA]   decision
    smax_mva, max_mva       smallest of land, rating and headroom                        [MVA]   bound
    A site with `own_limit_mva` is connected by its area's own access: no stations, no feeds; smax_mva is at most that
    limit, and class A load is admitted, since the access is taken to be firm.
    The fixed part of installed blocks counts as load that may be split between feeds.
    `feed_share` and `class_a_*` exist where two feeds are possible, `node_*` where two feeds lie below one node.

Worth of one more unit
    None of its own: the limits are in `power`. Without a second substation in reach no class A load can be placed.

Source
    GB 50174 (data centre design), availability classes; near-range rule: policy pack of the region. The sum form
    "reserved = site + class A" is tight: with both feeds built each carries at least the whole class A load.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyomo.environ as pyo
from numpy.typing import NDArray

from models.siting.algebra import grouped, rows_of, total, value_of, weighted
from models.siting.blocks import RowBlock, Term, block
from models.siting.data import SitingData
from models.siting.decisions import Decisions, once
from models.siting.frames import codes_of, distinct, join, looked_up, with_columns

SITE_YEAR = ["site", "year"]


@once
def load_coefficients(data: SitingData, decisions: Decisions) -> pd.DataFrame:
    """Return load_mw's index with `mva_per_mw`, `mwh_per_mw_year`, `peak_kw_per_mw`, availability and `col`."""
    loads = join(decisions["load_mw"], data["sites"], "site", take=["climate"])
    loads = join(loads, data["performance"], ["climate", "technology", "workload"])
    return join(loads, data["workloads"], "workload", take=["availability"])


@once
def block_coefficients(data: SitingData, decisions: Decisions) -> pd.DataFrame:
    """Return n_blocks' index with the fixed MVA, MWh and kW of one block, its MW and `col`."""
    blocks = join(decisions["n_blocks"], data["sites"], "site", take=["climate"])
    blocks = join(blocks, data["technologies"], "technology", take=["block_mw"])
    blocks = join(blocks, data["overheads"], ["climate", "technology"])
    size = blocks["block_mw"].astype(float)
    return with_columns(
        blocks,
        block_mva=size * blocks["mva_per_mw"].astype(float),
        block_mwh=size * blocks["mwh_per_mw_year"].astype(float),
        block_kw=size * blocks["peak_kw_per_mw"].astype(float),
    )


def _feeds_below(data: SitingData, decisions: Decisions) -> pd.DataFrame:
    """Return feed_mva's index with each parent node that has a node_mva for that site."""
    below = join(decisions["feed_mva"], data["ancestors"], "substation")
    return join(below, decisions["node_mva"], ["site", "node", "year"], take=[])


def _groups(data: SitingData, decisions: Decisions) -> pd.DataFrame:
    """Return is_fed's index with the failure group, for groups in which the site has two or more feeds."""
    fed = join(decisions["is_fed"], data["feeds"], ["site", "substation"], take=["group"])
    codes, n = codes_of([fed[k].to_numpy() for k in ("site", "group", "year")])
    return fed[np.bincount(codes, minlength=n)[codes] > 1]


def _by_feeds(decisions: Decisions) -> pd.DataFrame:
    """Return site, year of the sites that substations feed."""
    open_, bounds = decisions["is_open"], decisions.site_bounds
    is_own = open_["site"].isin(bounds.loc[bounds["is_own"].astype(bool), "site"])
    return open_.loc[~is_own, SITE_YEAR]


def settled(data: SitingData, decisions: Decisions, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a solution with node_mva at the least value its rows allow: where headroom is left a solver may say more."""
    key = ["site", "node", "year"]
    below = _feeds_below(data, decisions)
    below = below.assign(mva=values[below["col"].to_numpy(np.int64)])
    load = below.groupby(key, as_index=False)["mva"].agg(["max", "sum"])
    class_a = decisions["class_a_mva"][[*SITE_YEAR, "col"]].rename(columns={"col": "a_col"})
    load = decisions["node_mva"][[*key, "col"]].merge(load, on=key).merge(class_a, on=SITE_YEAR, how="left")
    a = np.where(load["a_col"].isna(), 0.0, values[load["a_col"].fillna(0).to_numpy(np.int64)])
    out = values.copy()
    out[load["col"].to_numpy(np.int64)] = np.maximum(load["max"].to_numpy(float), load["sum"].to_numpy(float) - a)
    return out


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    d = decisions
    open_, dual = d["is_open"], d["is_dual"]
    loads, blocks_ = load_coefficients(data, d), block_coefficients(data, d)
    class_a = loads[loads["availability"] == "A"]
    site, a, feed, fed = d["site_mva"], d["class_a_mva"], d["feed_mva"], d["is_fed"]
    most, rating = looked_up(open_, d.site_bounds, "site", "smax_mva"), ["site", "substation"]
    most_dual = looked_up(dual, d.site_bounds, "site", "smax_mva")
    each, feed_key = dual[SITE_YEAR], ["site", "substation", "year"]
    below = _feeds_below(data, d)
    groups = _groups(data, d)
    by_feeds = _by_feeds(d)
    shared = join(feed[feed_key], each, SITE_YEAR)
    zero = {"lower": 0.0, "upper": 0.0}
    return [
        block("site_load", open_[SITE_YEAR], [Term(site), Term(loads, -loads["mva_per_mw"]), Term(blocks_, -blocks_["block_mva"])], doc="Load of a site [MVA]", **zero),
        block("class_a_load", each, [Term(a), Term(class_a, -class_a["mva_per_mw"])],
              doc="Class A load of a site [MVA]", **zero),
        block("class_a_dual", each, [Term(a), Term(dual, -most_dual)],
              doc="Class A load needs a second feed [MVA]", upper=0.0),
        block("dual_if_open", each, [Term(d["is_dual"]), Term(d["is_open"], -1.0)],
              doc="A second feed needs an open site", upper=0.0),
        block("load_if_open", open_[SITE_YEAR], [Term(site), Term(open_, -most)],
              doc="Load needs an open site [MVA]", upper=0.0),
        block("feed_count", by_feeds, [Term(fed), Term(d["is_open"], -1.0), Term(d["is_dual"], -1.0)],
              doc="Number of feeds of a site", **zero),
        block("one_feed_per_group", distinct(groups, ["site", "group", "year"]),
              [Term(groups), Term(d["is_open"], -1.0)], doc="Feeds from one failure group", upper=0.0),
        block("feed_rating", fed[feed_key], [Term(feed), Term(fed, -looked_up(fed, d.feed_bounds, rating, "max_mva"))],
              doc="Load on a feed needs the feed [MVA]", upper=0.0),
        block("feed_share", shared, [Term(feed), Term(site, -1.0)],
              doc="No feed carries more than the site [MVA]", upper=0.0),
        block("reserved", by_feeds, [Term(feed), Term(site, -1.0), Term(a, -1.0)],
              doc="Load reserved on all feeds of a site [MVA]", **zero),
        block("node_each", below[["site", "substation", "node", "year"]],
              [Term(feed), Term(d["node_mva"], -1.0)], doc="Load at a parent node, one feed [MVA]", upper=0.0),
        block("node_sum", d["node_mva"][["site", "node", "year"]],
              [Term(below), Term(d["node_mva"], -1.0), Term(a, -1.0)],
              doc="Load at a parent node, all feeds [MVA]", upper=0.0),
    ]  # fmt: skip


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    loads, blocks_ = load_coefficients(data, d), block_coefficients(data, d)
    index = ["site", "technology", "plant", "workload", "year"]
    loads_of = weighted(loads, SITE_YEAR, index, "mva_per_mw")
    class_a_of = weighted(loads[loads["availability"] == "A"], SITE_YEAR, index, "mva_per_mw")
    blocks_of = weighted(blocks_, SITE_YEAR, ["site", "technology", "year"], "block_mva")
    smax = value_of(d.site_bounds, ["site"], "smax_mva")
    fed_of = grouped(d["is_fed"], SITE_YEAR, ["site", "substation", "year"])
    limit = value_of(d.feed_bounds, ["site", "substation"], "max_mva")
    below, groups = _feeds_below(data, d), _groups(data, d)
    group_of = grouped(groups, ["site", "group", "year"], ["site", "substation", "year"])
    below_of = grouped(below, ["site", "node", "year"], ["site", "substation", "year"])
    fed_years = rows_of(_by_feeds(d), SITE_YEAR)
    site_years, dual_years = rows_of(d["is_open"], SITE_YEAR), rows_of(d["is_dual"], SITE_YEAR)
    is_dualable = set(dual_years)
    feeds = rows_of(d["is_fed"], ["site", "substation", "year"])

    def dual_or_zero(var: pyo.Var, key: tuple[str, int]) -> object:
        return var[key] if key in is_dualable else 0.0

    @m.Constraint(site_years, doc="Load of a site [MVA]")
    def site_load(m, *i):
        return m.site_mva[i] - total(m.load_mw, loads_of[i]) - total(m.n_blocks, blocks_of[i]) == 0

    @m.Constraint(dual_years, doc="Class A load of a site [MVA]")
    def class_a_load(m, *i):
        return m.class_a_mva[i] - total(m.load_mw, class_a_of[i]) == 0

    @m.Constraint(dual_years, doc="Class A load needs a second feed [MVA]")
    def class_a_dual(m, *i):
        return m.class_a_mva[i] - smax[i[0]] * m.is_dual[i] <= 0

    @m.Constraint(dual_years, doc="A second feed needs an open site")
    def dual_if_open(m, *i):
        return m.is_dual[i] - m.is_open[i] <= 0

    @m.Constraint(site_years, doc="Load needs an open site [MVA]")
    def load_if_open(m, *i):
        return m.site_mva[i] - smax[i[0]] * m.is_open[i] <= 0

    @m.Constraint(fed_years, doc="Number of feeds of a site")
    def feed_count(m, *i):
        return sum(m.is_fed[k] for k in fed_of[i]) - m.is_open[i] - dual_or_zero(m.is_dual, i) == 0

    @m.Constraint(list(group_of), doc="Feeds from one failure group")
    def one_feed_per_group(m, *i):
        return sum(m.is_fed[k] for k in group_of[i]) - m.is_open[i[0], i[2]] <= 0

    @m.Constraint(feeds, doc="Load on a feed needs the feed [MVA]")
    def feed_rating(m, *i):
        return m.feed_mva[i] - limit[i[0], i[1]] * m.is_fed[i] <= 0

    @m.Constraint([f for f in feeds if (f[0], f[2]) in is_dualable], doc="No feed carries more than the site [MVA]")
    def feed_share(m, *i):
        return m.feed_mva[i] - m.site_mva[i[0], i[2]] <= 0

    @m.Constraint(fed_years, doc="Load reserved on all feeds of a site [MVA]")
    def reserved(m, *i):
        return sum(m.feed_mva[k] for k in fed_of[i]) - m.site_mva[i] - dual_or_zero(m.class_a_mva, i) == 0

    @m.Constraint(rows_of(below, ["site", "substation", "node", "year"]), doc="Load at a parent node, one feed [MVA]")
    def node_each(m, i, s, z, t):
        return m.feed_mva[i, s, t] - m.node_mva[i, z, t] <= 0

    @m.Constraint(list(below_of), doc="Load at a parent node, all feeds [MVA]")
    def node_sum(m, i, z, t):
        fed = sum(m.feed_mva[k] for k in below_of[i, z, t])
        return fed - m.node_mva[i, z, t] - dual_or_zero(m.class_a_mva, (i, t)) <= 0
