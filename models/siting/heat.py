"""Waste heat is sold to users within reach: no more than the load gives, than a user takes, and only where a main lies.

    recovered_heat[site, year]:          sum over users of heat_mwh <= sum of mwh_per_mw_year * load_mw
    heat_sink[sink, year]:               sum over sites of heat_mwh <= mwh_per_year
    heat_main[site, sink, year]:         heat_mwh <= max_mwh * is_linked
    main_if_open[site, sink, year]:      is_linked <= is_open
    heat_share[market, year]:            share * energy_mwh <= sum over the market's sites of heat_mwh

Symbols
    mwh_per_mw_year   recoverable heat of one MW IT while heat is wanted   [MWh/MW/year]   heat_yield (models/heat.py)
    mwh_per_year      what a user of heat takes in a year                  [MWh/year]      heat_sinks
    max_mwh           upper bound of heat_mwh: the most that the site can give   [MWh/year]
    is_linked         the heat main from the site to the user is built by that year            [0/1]   decision
    share             least reused part of a market's energy: the ERF of ISO/IEC 30134-6       [-]     heat_shares
    Heat and its price are taken at the centre's fence: what a heat pump of the user adds is the user's. Fuel that the heat
    saves elsewhere does not lower the emissions counted here.

Worth of one more unit
    Yearly cost saved by one more MWh of heat that a user would take, or one MWh less that must be reused.

Source
    Recoverable shares and heating season: models/heat.py; users and prices: table heat_sinks; shares: scenario and policy.
"""

from __future__ import annotations

import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import grouped, total, value_of, weighted
from models.siting.blocks import RowBlock, Term, block
from models.siting.data import SitingData
from models.siting.decisions import Decisions
from models.siting.frames import distinct, join, looked_up
from models.siting.markets import market_of

KEY = ["site", "sink", "year"]
SITE_YEAR = ["site", "year"]
SINK_YEAR = ["sink", "year"]
MARKET_YEAR = ["market", "year"]
LOAD = ["site", "technology", "plant", "workload", "year"]
DOC = {
    "recovered_heat": "Heat that the load gives while it is wanted [MWh/year]",
    "heat_sink": "Heat that a user takes [MWh/year]",
    "heat_main": "Heat flows through a main [MWh/year]",
    "main_if_open": "A heat main starts at a site that is open",
    "heat_share": "Heat that must be reused [MWh/year]",
}


def _given(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return load_mw of the sites that can sell heat with its `mwh_per_mw_year`."""
    loads = d["load_mw"][d["load_mw"]["site"].isin(d["heat_mwh"]["site"])]
    loads = join(loads, data["sites"], "site", take=["climate"])
    return join(loads, data["heat_yield"], ["climate", "technology", "workload"], take=["mwh_per_mw_year"])


def _taken(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return sink, year, mwh_per_year of the users that somebody can serve."""
    return join(distinct(d["heat_mwh"], SINK_YEAR), data["heat_sinks"], SINK_YEAR, take=["mwh_per_year"])


def _required(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return energy_mwh of the markets and years with a least share, with the largest `share` that is asked there."""
    asked = data["heat_shares"].groupby(MARKET_YEAR, as_index=False)["share"].max()
    return join(d["energy_mwh"], asked[asked["share"].astype(float) > 0], MARKET_YEAR, take=["share"])


def _sold(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return heat_mwh with the `market` of its site."""
    placed = join(d["heat_mwh"], data["sites"], "site", take=["climate"])
    return join(placed, market_of(data), "climate", take=["market"])


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    d, heat, mains = decisions, decisions["heat_mwh"], decisions["is_linked"]
    taken, required = _taken(data, d), _required(data, d)
    most = looked_up(mains, heat, KEY, "upper", absent=0.0)
    return [
        block("recovered_heat", distinct(heat, SITE_YEAR),
              [Term(heat), Term(given := _given(data, d), -given["mwh_per_mw_year"].to_numpy(float))],
              doc=DOC["recovered_heat"], upper=0.0),
        block("heat_sink", taken[SINK_YEAR], [Term(heat)], doc=DOC["heat_sink"],
              upper=taken["mwh_per_year"].to_numpy(float)),
        block("heat_main", heat[KEY], [Term(heat), Term(mains, -most)], doc=DOC["heat_main"], upper=0.0),
        block("main_if_open", mains[KEY], [Term(mains), Term(d["is_open"], -1.0)], doc=DOC["main_if_open"], upper=0.0),
        block("heat_share", required[MARKET_YEAR], [Term(required, "share"), Term(_sold(data, d), -1.0)],
              doc=DOC["heat_share"], upper=0.0),
    ]  # fmt: skip


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    heat = d["heat_mwh"]
    sold, given = grouped(heat, SITE_YEAR, KEY), weighted(_given(data, d), SITE_YEAR, LOAD, "mwh_per_mw_year")
    bought, takes = grouped(heat, SINK_YEAR, KEY), value_of(_taken(data, d), SINK_YEAR, "mwh_per_year")
    most = value_of(heat, KEY, "upper")
    in_market = grouped(_sold(data, d), MARKET_YEAR, KEY)
    share = value_of(_required(data, d), MARKET_YEAR, "share")

    @m.Constraint(list(sold), doc=DOC["recovered_heat"])
    def recovered_heat(m, *k):
        return sum(m.heat_mwh[i] for i in sold[k]) - total(m.load_mw, given[k]) <= 0

    @m.Constraint(list(takes), doc=DOC["heat_sink"])
    def heat_sink(m, *k):
        return sum(m.heat_mwh[i] for i in bought[k]) <= takes[k]

    @m.Constraint(list(most), doc=DOC["heat_main"])
    def heat_main(m, *k):
        return m.heat_mwh[k] - most[k] * m.is_linked[k] <= 0

    @m.Constraint(list(m.is_linked), doc=DOC["main_if_open"])
    def main_if_open(m, i, s, t):
        return m.is_linked[i, s, t] - m.is_open[i, t] <= 0

    @m.Constraint(list(share), doc=DOC["heat_share"])
    def heat_share(m, *k):
        return share[k] * m.energy_mwh[k] - sum(m.heat_mwh[i] for i in in_market[k]) <= 0
