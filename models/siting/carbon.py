"""Carbon of the energy that no green contract covers stays below the year's cap, where there is one.

    carbon_cap[year]:  sum over markets of carbon_t_per_mwh * (energy_mwh - contracted green_mwh) + outside
                       + stock change <= carbon_cap_t

Symbols
    carbon_t_per_mwh   residual factor of the market's grid in that year            [t/MWh]   markets, else years_table
    Certificates lower carbon only where the scenario says so (rules.certificates_count_for_carbon).
    outside            emissions of load sent outside                               [t/year]  outside
    stock change       energy change of switched halls times the first market's factor   [t/year]  stock_options

Worth of one more unit
    Yearly cost saved by one more tonne allowed.

Source
    Grid factors: table years of the scenario with their source; "compute, power and carbon together": policy pack.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import total, value_of, weighted
from models.siting.data import SitingData
from models.siting.decisions import Decisions, once
from models.siting.frames import cross_years, frame_of, join, looked_up, stacked
from models.siting.markets import MARKET_YEAR, market_years, of_year


@once
def emissions(data: SitingData, decisions: Decisions) -> pd.DataFrame:
    """Return the emissions of a year as coefficients: variable, index, year, coef [t per unit of the variable]."""
    markets = market_years(data)
    of_stock = of_year(markets, "carbon_t_per_mwh")
    energy = decisions["energy_mwh"]
    green = join(decisions["green_mwh"], data["green"], ["resource", "year"], take=["kind"])
    green = green[(green["kind"] == "green_power") | data.rules.certificates_count_for_carbon]
    outside = join(decisions["outside_mw"], data["outside"], ["outside", "workload"], take=["t_per_mw_year"])
    halls = stock_energy(data, decisions)
    parts = [
        (energy, "energy_mwh", "year", looked_up(energy, markets, MARKET_YEAR, "carbon_t_per_mwh")),
        (green, "green_mwh", "year", -looked_up(green, markets, MARKET_YEAR, "carbon_t_per_mwh")),
        (outside, "outside_mw", "year", outside["t_per_mw_year"].to_numpy(float)),
        (halls, "n_switched", "at", (halls["mwh_change_per_year"] * halls["at"].map(of_stock)).to_numpy(float)),
    ]
    frames = [
        frame_of({"variable": np.full(len(f), v, object), "col": f["col"].to_numpy(), "at": f[at].to_numpy(),
                  "coef": coef})
        for f, v, at, coef in parts if len(f)
    ]  # fmt: skip
    return stacked(frames, ["variable", "col", "at", "coef"])


@once
def stock_energy(data: SitingData, decisions: Decisions) -> pd.DataFrame:
    """Return n_switched's index crossed with every year `at` >= the year of switching, with the option's changes."""
    options = data["stock_options"].drop(columns=["year", "is_liquid"]).drop_duplicates(["stock", "option"])
    halls = cross_years(join(decisions["n_switched"], options, ["stock", "option"]), data.years, name="at")
    return halls[halls["at"] >= halls["year"]].reset_index(drop=True)


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    cap = value_of(data["years_table"].dropna(subset=["carbon_cap_t"]), ["year"], "carbon_cap_t")
    if not cap:
        return
    table = emissions(data, d)
    by_variable: dict[str, Any] = {}
    for name in table["variable"].unique():
        keys = d.keys(name)
        named = table[table["variable"] == name].drop(columns=["variable"]).merge(d[name][[*keys, "col"]], on="col")
        by_variable[name] = weighted(named, ["at"], keys, "coef")

    @m.Constraint(list(cap), doc="Carbon of new load, outside load and changed stock [t/year]")
    def carbon_cap(m, t):
        return sum(total(getattr(m, name), pairs[t]) for name, pairs in by_variable.items()) <= cap[t]
