"""Green power and certificates cover the required share of the energy of new load; each channel has its limit.

    green_share[year]:         sum over resources of green_mwh >= green_share * energy_mwh
    green_within_use[year]:    sum over resources of green_mwh <= energy_mwh
    resource_share[resource, year]:  green_mwh <= max_share * energy_mwh

Symbols
    energy_mwh[year]            energy of new sites, see `cooling`                   [MWh/year]   decision
    green_mwh[resource, year]   contracted green power or certificates, upper bound: the channel   [MWh/year]   decision
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


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    resources_of = grouped(d["green_mwh"], ["year"], ["resource", "year"])
    share = value_of(data["years_table"].dropna(subset=["green_share"]), ["year"], "green_share")
    limited = value_of(data["green"].dropna(subset=["max_share"]), ["resource", "year"], "max_share")

    @m.Constraint([t for t in share if share[t] > 0], doc="Green power and certificates required [MWh/year]")
    def green_share(m, t):
        return share[t] * m.energy_mwh[t] - sum(m.green_mwh[k] for k in resources_of[t]) <= 0

    @m.Constraint([t for t in data.years if resources_of[t]], doc="Green power and certificates up to use [MWh/year]")
    def green_within_use(m, t):
        return sum(m.green_mwh[k] for k in resources_of[t]) - m.energy_mwh[t] <= 0

    @m.Constraint(list(limited), doc="Largest share of one green resource [MWh/year]")
    def resource_share(m, r, t):
        return m.green_mwh[r, t] - limited[r, t] * m.energy_mwh[t] <= 0
