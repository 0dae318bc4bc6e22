"""Site by power: new load stays within the firm headroom of its station and of every node above it.

    substation_headroom[substation, year]:  sum of feed_mva + stock change - flexible_mva <= headroom_mva + gain
    node_headroom[node, year]:      sum over sites of node_mva + stock change - flexible_mva <= headroom_mva + gain
    feeder_bays[substation, year]:  sum of is_fed <= n_free_bays
    total_new_load[year]:           total_mva = sum of site_mva
    node_max_share[node, year]:     sum over sites of node_mva <= zone_max_share * total_mva

Symbols
    feed_mva, node_mva, site_mva   reserved load, see `feeding`                        [MVA]     decision
    stock change   sum over options of mva_change * halls switched by the year         [MVA]     see `stock`
    headroom_mva   firm (N-1) capacity less peak and committed load                    [MVA]     table substations, zones
    gain           headroom that further units add: gain_mva * in_state   [MVA]            see `reinforcement`
    flexible_mva   interruptible load at the station, or at all below a node   [MVA]       see `flexibility`
    n_free_bays    free feeder bays at the feeding level                               [bays]    table substations
    A site with one feed below a node counts with that feed, with several it counts once (node_mva).
    The arithmetic sum of MVA is conservative: loads of different power factor add up to less.

Worth of one more unit
    Yearly cost saved by one more MVA of firm headroom at the station or zone, with the chosen sites held.

Source
    "Site by power" (yi dian ding di) and near-range feeding around 500 kV stations: policy pack of the region.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import grouped, switched, switched_terms, value_of
from models.siting.blocks import RowBlock, Term, block
from models.siting.data import SitingData
from models.siting.decisions import Decisions
from models.siting.flexibility import flexible_at_nodes
from models.siting.frames import distinct, join, partners, stacked, with_columns
from models.siting.grid_terms import gains


def loads_at_nodes(data: SitingData, decisions: Decisions) -> pd.DataFrame:
    """Return what counts at each parent node: node, year, site, substation ("" where node_mva counts), `col`."""
    nested = join(decisions["feed_mva"], data["ancestors"], "substation")
    is_single = np.ones(len(nested), bool)
    is_single[partners(nested, decisions["node_mva"], ["site", "node", "year"])[0]] = False
    own = with_columns(decisions["node_mva"], substation="")
    return stacked([nested[is_single], own], ["node", "year", "site", "substation", "col"])


def _limited(data: SitingData, used: pd.DataFrame, changes: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return node (as `name`), year and headroom of every node with load or with a stock change."""
    keys = distinct(stacked([used, changes], [name, "year"]), [name, "year"]).sort_values([name, "year"])
    return join(keys, data["headroom"].rename(columns={"node": name}), [name, "year"], take=["headroom_mva"])


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    d = decisions
    feed, at, open_nodes = d["feed_mva"], loads_at_nodes(data, d), set(data["ancestors"]["node"])
    changes = switched_terms(data, d, data["stock_mva"])
    is_node = changes["node"].isin(open_nodes)
    below = changes[~is_node].rename(columns={"node": "substation"})
    stations = _limited(data, feed, below, "substation")
    missing = set(feed["substation"]) - set(stations["substation"])
    if missing:
        raise KeyError(f"no headroom of {sorted(missing)[:5]}")
    nodes = _limited(data, at, changes[is_node], "node")
    gained = join(d["in_state"], gains(data), ["node", "state", "year"])
    more, gain = gained.rename(columns={"node": "substation"}), -gained["gain_mva"].astype(float)
    bought, bought_below = d["flexible_mva"], flexible_at_nodes(data, d)
    bays = data["stations"].dropna(subset=["n_free_bays"])[["substation", "n_free_bays"]]
    bays = join(distinct(feed, ["substation", "year"]), bays, "substation")
    share = data.rules.zone_max_share
    shared = at.loc[at["node"].isin(data.rules.share_nodes if share is not None else ()), ["node", "year"]]
    return [
        block("substation_headroom", stations[["substation", "year"]], [Term(feed), Term(below, "mva_change"), Term(more, gain), Term(bought, -1.0)],
              doc="Firm headroom of a substation [MVA]", upper=stations["headroom_mva"]),
        block("node_headroom", nodes[["node", "year"]], [Term(at), Term(changes[is_node], "mva_change"), Term(gained, gain), Term(bought_below, -1.0)],
              doc="Firm headroom of a zone or parent node [MVA]", upper=nodes["headroom_mva"]),
        block("feeder_bays", bays[["substation", "year"]], [Term(d["is_fed"])],
              doc="Free feeder bays of a substation [bays]", upper=bays["n_free_bays"]),
        block("total_new_load", d["total_mva"][["year"]], [Term(d["total_mva"]), Term(d["site_mva"], -1.0)],
              doc="New load of the region [MVA]", lower=0.0, upper=0.0),
        block("node_max_share", distinct(shared, ["node", "year"]).sort_values(["node", "year"]),
              [Term(at), Term(d["total_mva"], -float(share or 0.0))],
              doc="Largest share of the new load in one zone [MVA]", upper=0.0),
    ]  # fmt: skip


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    limit = value_of(data["headroom"], ["node", "year"], "headroom_mva")
    feeds_of = grouped(d["feed_mva"], ["substation", "year"], ["site", "substation", "year"])
    counted = grouped(loads_at_nodes(data, d), ["node", "year"], ["site", "substation"])
    changes = grouped(data["stock_mva"], ["node"], ["stock", "option", "mva_change"])
    bays = value_of(data["stations"].dropna(subset=["n_free_bays"]), ["substation"], "n_free_bays")
    with_change = [(n, t) for n in changes for t in data.years if (n, t) in limit]
    nodes = set(data["ancestors"]["node"])

    def stock_change(node, t):
        return sum(c * switched(m, data, k, o, t) for k, o, c in changes[node])

    gain = grouped(gains(data), ["node", "year"], ["state", "gain_mva"])
    bought = grouped(d["flexible_mva"], ["substation", "year"], ["substation", "step", "year"])
    below = grouped(data["ancestors"], ["node"], ["substation"])

    def gained(n, t):
        return sum(mva * m.in_state[n, k, t] for k, mva in gain[n, t])

    def flexible(s, t):
        return sum(m.flexible_mva[k] for k in bought[s, t])

    def at_node(z, t):
        return sum(m.node_mva[i, z, t] if s == "" else m.feed_mva[i, s, t] for i, s in counted[z, t])

    stations = sorted({*feeds_of, *((n, t) for n, t in with_change if n not in nodes)})

    @m.Constraint(stations, doc="Firm headroom of a substation [MVA]")
    def substation_headroom(m, s, t):
        used = sum(m.feed_mva[k] for k in feeds_of[s, t]) + stock_change(s, t)
        return used - gained(s, t) - flexible(s, t) <= limit[s, t]

    upper = sorted({*counted, *((n, t) for n, t in with_change if n in nodes)})

    @m.Constraint([k for k in upper if k in limit], doc="Firm headroom of a zone or parent node [MVA]")
    def node_headroom(m, z, t):
        used = at_node(z, t) + stock_change(z, t) - sum(flexible(s, t) for s in below[z])
        return used - gained(z, t) <= limit[z, t]

    @m.Constraint([(s, t) for s, t in feeds_of if s in bays], doc="Free feeder bays of a substation [bays]")
    def feeder_bays(m, s, t):
        return sum(m.is_fed[k] for k in feeds_of[s, t]) <= bays[s]

    sites_of = grouped(d["site_mva"], ["year"], ["site", "year"])

    @m.Constraint(list(data.years), doc="New load of the region [MVA]")
    def total_new_load(m, t):
        return m.total_mva[t] - sum(m.site_mva[k] for k in sites_of[t]) == 0

    share = data.rules.zone_max_share
    shared = [(z, t) for z, t in sorted(counted) if share is not None and z in data.rules.share_nodes]

    @m.Constraint(shared, doc="Largest share of the new load in one zone [MVA]")
    def node_max_share(m, z, t):
        return at_node(z, t) - share * m.total_mva[t] <= 0
