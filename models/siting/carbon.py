"""Carbon of the energy that no green contract covers stays below the year's cap, where there is one.

    carbon_cap[year]:  carbon_t_per_mwh * (energy_mwh - contracted green_mwh) + outside + stock change <= carbon_cap_t

Symbols
    carbon_t_per_mwh   residual factor of the grid in that year                     [t/MWh]   years_table
    Certificates lower carbon only where the scenario says so (rules.certificates_count_for_carbon).
    outside            emissions of load sent outside                               [t/year]  outside
    stock change       energy change of switched halls times the factor             [t/year]  stock_options

Worth of one more unit
    Yearly cost saved by one more tonne allowed.

Source
    Grid factors: table years of the scenario with their source; "compute, power and carbon together": policy pack.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import total, value_of, weighted
from models.siting.data import SitingData
from models.siting.decisions import Decisions


def emissions(data: SitingData, decisions: Decisions) -> pd.DataFrame:
    """Return the emissions of a year as coefficients: variable, index, year, coef [t per unit of the variable]."""
    factor = data["years_table"].set_index("year")["carbon_t_per_mwh"].astype(float).fillna(0.0)
    parts = []
    energy = decisions["energy_mwh"]
    parts.append(energy.assign(variable="energy_mwh", coef=energy["year"].map(factor)))
    kinds = data["green"][["resource", "kind", "year"]]
    green = decisions["green_mwh"].merge(kinds, on=["resource", "year"])
    counted = (green["kind"] == "green_power") | data.rules.certificates_count_for_carbon
    green = green[counted]
    parts.append(green.assign(variable="green_mwh", coef=-green["year"].map(factor).astype(float)))
    outside = decisions["outside_mw"].merge(data["outside"], on=["outside", "workload"])
    parts.append(outside.assign(variable="outside_mw", coef=outside["t_per_mw_year"].astype(float)))
    halls = stock_energy(data, decisions)
    parts.append(halls.assign(variable="n_switched", coef=halls["mwh_change_per_year"] * halls["at"].map(factor)))
    keep = ["variable", "col", "at", "coef"]
    parts = [p.assign(at=p["at"] if "at" in p else p["year"]) for p in parts]
    return pd.concat([p[keep].astype({"coef": float}) for p in parts if len(p)], ignore_index=True)


def stock_energy(data: SitingData, decisions: Decisions) -> pd.DataFrame:
    """Return n_switched's index crossed with every year `at` >= the year of switching, with the option's changes."""
    options = data["stock_options"].drop(columns=["year", "is_liquid"]).drop_duplicates(["stock", "option"])
    halls = decisions["n_switched"].merge(options, on=["stock", "option"])
    halls = halls.merge(pd.DataFrame({"at": list(data.years)}), how="cross")
    return halls[halls["at"] >= halls["year"]].reset_index(drop=True)


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    cap = value_of(data["years_table"].dropna(subset=["carbon_cap_t"]), ["year"], "carbon_cap_t")
    table = emissions(data, d)
    by_variable: dict[str, Any] = {}
    for name in table["variable"].unique():
        keys = d.keys(name)
        named = table[table["variable"] == name].drop(columns=["variable"]).merge(d[name][[*keys, "col"]], on="col")
        by_variable[name] = weighted(named, ["at"], keys, "coef")

    @m.Constraint(list(cap), doc="Carbon of new load, outside load and changed stock [t/year]")
    def carbon_cap(m, t):
        return sum(total(getattr(m, name), pairs[t]) for name, pairs in by_variable.items()) <= cap[t]
