"""The grid as a whole: rows learned from load flows, linear in the load of the stations.

    network_cut[cut, year]:  sum over stations of coef * station_mva + sum over single sites of (coef_feed * feed_mva
                             + coef_class_a * class_a_feed_mva) <= upper
                             + most * (conditions of the cut that do not hold)
    class_a_whole[site, substation, year]:   class_a_feed_mva <= class_a_mva
    class_a_on_feed[site, substation, year]: class_a_feed_mva <= feed_mva
    class_a_twice[site, year]:               sum over substations of class_a_feed_mva = 2 * class_a_mva

Symbols
    station_mva        load of the station in the split declared for the load-flow check  [MVA]
                       = sum over sites of (feed_mva - class_a_feed_mva / 2) + stock change - flexible_mva:
                       each of two feeds carries what is reserved on it less half of the site's class A load
    class_a_feed_mva   class A load of the site where the feed is built, else 0            [MVA]   decision
    coef, upper        loading of one element, or a voltage, per MVA at a station; its limit less the rest of the grid
                       at the point of the load flow             [% or pu per MVA], [% or pu]      cuts, cut_terms
    cut_sites          terms of one site: its whole load on one of its feeds               [% or pu per MVA]
    conditions         states of nodes (cut_states) and feeds that are built (cut_feeds) for which the cut was learned;
                       `most` is the largest excess over `upper` that headroom and feeds allow, so the row is idle then
    Two built feeds carry the class A load each and others none, so the three rows say exactly that, without a big M.

Worth of one more unit
    Yearly cost saved by one more percent of loading, or pu of voltage, of the limiting element.

Source
    Power transfer and outage distribution factors (N-0, N-1), tangents of the AC load flow, and no-good rows where it
    has no solution: made by the loop of siting and grid check, stored with the plan.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import grouped, switched, switched_terms, weighted
from models.siting.blocks import RowBlock, Term, block
from models.siting.bounds import relief
from models.siting.data import SitingData
from models.siting.decisions import Decisions
from models.siting.frames import distinct, join, looked_up, stacked, with_columns
from models.siting.grid_terms import AS_IS, FEED, flexible_limits, gains

ROW, STATION = ["cut", "year"], ["substation", "year"]
TERM = [*ROW, "col", "coef"]
DOC = "Loading or voltage in the grid, linear in the load of stations [% or pu]"


def station_terms(data: SitingData, decisions: Decisions) -> pd.DataFrame:
    """Return station_mva as terms: substation, year, col, mva (MVA at the station per unit of the column)."""
    d = decisions
    changes = switched_terms(data, d, data["stock_mva"]).rename(columns={"node": "substation"})
    parts = [(d["feed_mva"], 1.0), (d["class_a_feed_mva"], -0.5), (d["flexible_mva"], -1.0)]
    frames = [with_columns(f[[*STATION, "col"]], mva=c) for f, c in parts if len(f)]
    frames += [with_columns(changes[[*STATION, "col"]], mva=changes["mva_change"].astype(float))]
    return stacked(frames, [*STATION, "col", "mva"])


def _site_terms(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return cut_sites with cut, year, upper (most MVA of the feed), col of feed_mva, coef_feed, coef_class_a."""
    own = join(data["cut_sites"], data["cuts"], "cut", take=["year"])
    return join(own, d["feed_mva"], FEED, take=["upper", "col"])


def _most(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return cut, year, most: the largest left side that headroom and feeds allow [% or pu]."""
    limit = data["headroom"].rename(columns={"node": "substation"})
    best = gains(data).groupby(["node", "year"], as_index=False)["gain_mva"].max()
    more = looked_up(limit, best.rename(columns={"node": "substation"}), STATION, "gain_mva", absent=0.0)
    limit = with_columns(limit, most=np.maximum(limit["headroom_mva"].to_numpy(float) + np.maximum(more, 0.0), 0.0))
    freed = relief(data).reindex(data["headroom"]["node"].unique()).fillna(0.0)
    freed = freed.add(flexible_limits(data).groupby("node")["limit_mva"].max(), fill_value=0.0)
    terms, single = data["cut_terms"], _site_terms(data, d)
    coef = terms["coef"].to_numpy(float)
    above = looked_up(terms, limit, STATION, "most", absent=0.0)
    below = terms["substation"].map(freed).fillna(0.0).to_numpy(float)
    own = np.maximum(single["coef_feed"], np.maximum(single["coef_feed"] + single["coef_class_a"], 0.0)).astype(float)
    parts = [
        with_columns(terms[ROW], most=np.where(coef > 0, coef * above, -coef * below)),
        with_columns(single[ROW], most=own * single["upper"].to_numpy(float)),
    ]
    return stacked(parts, [*ROW, "most"]).astype({"most": float}).groupby(ROW, as_index=False)["most"].sum()


def _conditions(data: SitingData, d: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cut, year, variable, key, col of every condition, and cut, year, n_conditions of cuts that can apply."""
    nodes = set(d["in_state"]["node"])
    wanted = data["cut_states"].assign(state=data["cut_states"]["state"].astype(str))
    # a node without states is always as it is
    wanted = wanted[wanted["node"].isin(nodes) | (wanted["state"] != AS_IS)]
    rows_ = data["cuts"][ROW]
    states_ = join(join(rows_, wanted, "cut"), d["in_state"], ["node", "state", "year"], take=["col"])
    feeds = join(join(rows_, data["cut_feeds"], "cut"), d["is_fed"], FEED, take=["col"])
    met = stacked(
        [
            with_columns(
                f[[*ROW, "col"]], variable=name, key=np.fromiter(f[k].itertuples(index=False, name=None), object)
            )
            for f, name, k in ((states_, "in_state", ["node", "state", "year"]), (feeds, "is_fed", FEED))
        ],
        [*ROW, "variable", "key", "col"],
    )
    asked = pd.concat([wanted["cut"], data["cut_feeds"]["cut"]]).value_counts()
    count = met.groupby(ROW).size()
    n = rows_["cut"].map(asked).fillna(0).to_numpy(int)
    found = np.array([count.get((c, t), 0) for c, t in rows_.itertuples(index=False, name=None)], int)
    return met, with_columns(rows_, n_conditions=n)[n == found]


def _rows(data: SitingData, d: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows (cut, year, upper, big_m, n_conditions) and the conditions; rows that can never bind are left out.

    Left out are cuts of a state or feed that is not among the decisions, and rows without any load whose limit holds.
    """
    met, able = _conditions(data, d)
    index = join(able, data["cuts"], ROW, take=["upper"])
    upper = index["upper"].to_numpy(float)
    big_m = np.maximum(looked_up(index, _most(data, d), ROW, "most", absent=0.0) - upper, 0.0)
    loads = join(data["cut_terms"][[*ROW, "substation"]], station_terms(data, d), STATION, take=[])
    loaded = distinct(stacked([loads, _site_terms(data, d)], ROW), ROW)
    has_load = ~np.isnan(looked_up(index, with_columns(loaded, one=1.0), ROW, "one"))
    return with_columns(index, upper=upper, big_m=big_m)[has_load | (upper < 0)], met


def cut_rows(data: SitingData, decisions: Decisions) -> RowBlock:
    """Return the rows of `network_cut`."""
    d = decisions
    index, met = _rows(data, d)
    stations = join(data["cut_terms"], station_terms(data, d), STATION)
    single = _site_terms(data, d)
    class_a = join(single.drop(columns=["col"]), d["class_a_feed_mva"], FEED, take=["col"])
    held = with_columns(met, coef=looked_up(met, index, ROW, "big_m", absent=0.0))
    terms = [
        Term(stations, stations["coef"].astype(float) * stations["mva"].astype(float)),
        Term(single, single["coef_feed"].astype(float)),
        Term(class_a, class_a["coef_class_a"].astype(float)),
        Term(held[TERM], "coef"),
    ]
    upper = (index["upper"] + index["big_m"] * index["n_conditions"]).to_numpy(float)
    return block("network_cut", index[ROW], terms, doc=DOC, upper=upper)


def class_a_rows(feeds: pd.DataFrame, decisions: Decisions) -> list[RowBlock]:
    """Return the rows that define class_a_feed_mva for the given part of its frame."""
    d = decisions
    site, index = ["site", "year"], feeds[FEED]
    return [
        block("class_a_whole", index, [Term(feeds), Term(d["class_a_mva"], -1.0)],
              doc="Class A load on a feed, at most that of the site [MVA]", upper=0.0),
        block("class_a_on_feed", index, [Term(feeds), Term(d["feed_mva"], -1.0)],
              doc="Class A load on a feed, at most its load [MVA]", upper=0.0),
        block("class_a_twice", distinct(feeds, site), [Term(feeds), Term(d["class_a_mva"], -2.0)],
              doc="Class A load stands on two feeds [MVA]", lower=0.0, upper=0.0),
    ]  # fmt: skip


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    feeds = decisions["class_a_feed_mva"]
    found = class_a_rows(feeds, decisions) if len(feeds) else []
    return [*([cut_rows(data, decisions)] if len(data["cuts"]) else []), *found]


def _station_expression(m: pyo.ConcreteModel, data: SitingData) -> Any:
    """Return a function (substation, year) -> station_mva in Pyomo."""
    d: Decisions = m.siting_decisions
    feeds, class_a = (grouped(d[name], STATION, FEED) for name in ("feed_mva", "class_a_feed_mva"))
    bought = grouped(d["flexible_mva"], STATION, ["substation", "step", "year"])
    changes = grouped(data["stock_mva"], ["node"], ["stock", "option", "mva_change"])

    def station_mva(s: str, t: int) -> Any:
        load = sum(m.feed_mva[k] for k in feeds[s, t]) - 0.5 * sum(m.class_a_feed_mva[k] for k in class_a[s, t])
        stock = sum(c * switched(m, data, k, o, t) for k, o, c in changes[s])
        return load + stock - sum(m.flexible_mva[k] for k in bought[s, t])

    return station_mva


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    if len(data["cuts"]):
        _add_cuts(m, data)
    _add_class_a(m)


def _add_cuts(m: pyo.ConcreteModel, data: SitingData) -> None:
    d: Decisions = m.siting_decisions
    index, met = _rows(data, d)
    station_mva = _station_expression(m, data)
    coefs = weighted(data["cut_terms"], ROW, ["substation"], "coef")
    single = grouped(_site_terms(data, d), ROW, [*FEED, "coef_feed", "coef_class_a"])
    held = grouped(met, ROW, ["variable", "key"])
    limit = {(c, t): rest for c, t, *rest in index[[*ROW, "upper", "big_m", "n_conditions"]].itertuples(index=False)}

    @m.Constraint(list(limit), doc=DOC)
    def network_cut(m, c, t):
        upper, big_m, n = limit[c, t]
        left = sum(coef * station_mva(s, t) for s, coef in coefs[c, t])
        for i, s, y, feed, a in single[c, t]:
            left += feed * m.feed_mva[i, s, y]
            left += a * m.class_a_feed_mva[i, s, y] if (i, s, y) in m.class_a_feed_mva else 0.0
        left += big_m * sum(getattr(m, name)[key] for name, key in held[c, t])
        return left <= upper + big_m * n


def _add_class_a(m: pyo.ConcreteModel) -> None:
    d: Decisions = m.siting_decisions
    if not len(d["class_a_feed_mva"]):
        return
    of_site = grouped(d["class_a_feed_mva"], ["site", "year"], FEED)

    @m.Constraint(list(m.class_a_feed_mva), doc="Class A load on a feed, at most that of the site [MVA]")
    def class_a_whole(m, i, s, t):
        return m.class_a_feed_mva[i, s, t] - m.class_a_mva[i, t] <= 0

    @m.Constraint(list(m.class_a_feed_mva), doc="Class A load on a feed, at most its load [MVA]")
    def class_a_on_feed(m, *i):
        return m.class_a_feed_mva[i] - m.feed_mva[i] <= 0

    @m.Constraint(list(of_site), doc="Class A load stands on two feeds [MVA]")
    def class_a_twice(m, *i):
        return sum(m.class_a_feed_mva[k] for k in of_site[i]) - 2 * m.class_a_mva[i] == 0


__all__ = ["add", "class_a_rows", "cut_rows", "rows", "station_terms"]
