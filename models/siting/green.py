"""Green power and certificates cover the required share of the energy of new load; each channel has its limit.

    green_share[market, year]:       sum over resources of green_mwh >= green_share * energy_mwh
    green_within_use[market, year]:  sum over resources of green_mwh <= energy_mwh
    resource_share[resource, market, year]:  green_mwh <= max_share * energy_mwh
    green_channel[resource, year]:   sum over markets of green_mwh <= available_mwh

Symbols
    energy_mwh[market, year]            energy of the market's new sites, see `cooling`                [MWh/year]   decision
    green_mwh[resource, market, year]   contracted green power or certificates, at most the channel   [MWh/year]   decision
    A resource of one market serves that market only; one of no market (certificates, traded power) serves every market,
    and only then has `green_channel` a row: otherwise the channel is the bound of the decision.
    Grid average share, contracts and certificates are three things: only the last two are counted here.

Worth of one more unit
    Yearly cost saved if one MWh less of green power were required, or one more were available.

Source
    Required shares by year: policy pack of the region; channels: table resources.
"""

from __future__ import annotations

import pyomo.environ as pyo

from models.siting.algebra import grouped, value_of
from models.siting.data import SitingData
from models.siting.decisions import Decisions
from models.siting.markets import MARKET_YEAR, market_years

GREEN = ["resource", "market", "year"]


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    resources_of = grouped(d["green_mwh"], MARKET_YEAR, GREEN)
    share = value_of(market_years(data).dropna(subset=["green_share"]), MARKET_YEAR, "green_share")
    most = value_of(data["green"].dropna(subset=["max_share"]), ["resource", "year"], "max_share")
    limited = [(r, k, t) for r, k, t in m.green_mwh if (r, t) in most]
    channel = value_of(data["green"].dropna(subset=["available_mwh"]), ["resource", "year"], "available_mwh")
    markets_of = grouped(d["green_mwh"], ["resource", "year"], GREEN)

    @m.Constraint([i for i in share if share[i] > 0], doc="Green power and certificates required [MWh/year]")
    def green_share(m, *i):
        return share[i] * m.energy_mwh[i] - sum(m.green_mwh[k] for k in resources_of[i]) <= 0

    @m.Constraint(list(resources_of), doc="Green power and certificates up to use [MWh/year]")
    def green_within_use(m, *i):
        return sum(m.green_mwh[k] for k in resources_of[i]) - m.energy_mwh[i] <= 0

    @m.Constraint(limited, doc="Largest share of one green resource [MWh/year]")
    def resource_share(m, r, k, t):
        return m.green_mwh[r, k, t] - most[r, t] * m.energy_mwh[k, t] <= 0

    @m.Constraint([i for i in channel if len(markets_of[i]) > 1], doc="Channel of a green resource [MWh/year]")
    def green_channel(m, *i):
        return sum(m.green_mwh[k] for k in markets_of[i]) <= channel[i]
