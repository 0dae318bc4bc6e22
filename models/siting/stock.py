"""An existing centre keeps its halls, or each hall once takes one option: retrofit, convert to AI, or vacate.

    hall_switches_once[stock]:                 sum over options and years of n_switched <= n_halls
    converted_capacity[stock, option, year]:   sum over classes of stock_mw <= it_mw * halls switched by the year
    liquid_stock[year]:                        sum of halls switched to liquid cooling <= liquid_stock_share * all halls

Symbols
    n_switched[stock, option, year]   halls that leave "keep" in that year             [halls]   decision
    it_mw         IT load that one converted hall holds without more energy            [MW IT]   stock_capacity
    Freed MVA, water and displaced load enter the rows of `power`, `water` and `workload`.
    Existing centres are part of the base load: only changes are counted, "keep" changes nothing.

Worth of one more unit
    Yearly cost saved by one more hall that may switch.

Source
    Upgrade or vacate; conversion to AI without more energy; liquid-cooling readiness: policy pack of the region.
"""

from __future__ import annotations

import pyomo.environ as pyo

from models.siting.algebra import grouped, switched, value_of
from models.siting.data import SitingData
from models.siting.decisions import Decisions


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    halls = value_of(data["stock"], ["stock"], "n_halls")
    moves = grouped(d["n_switched"], ["stock"], ["stock", "option", "year"])

    @m.Constraint([k for k in halls if moves[k]], doc="Halls of an existing centre [halls]")
    def hall_switches_once(m, k):
        return sum(m.n_switched[j] for j in moves[k]) <= halls[k]

    served = grouped(d["stock_mw"], ["stock", "option", "year"], ["stock", "option", "workload", "year"])
    capacity = data["stock_capacity"].groupby(["stock", "option"])["it_mw"].max().to_dict()

    @m.Constraint(list(served), doc="IT load of converted halls [MW IT]")
    def converted_capacity(m, k, o, t):
        return sum(m.stock_mw[j] for j in served[k, o, t]) - capacity[k, o] * switched(m, data, k, o, t) <= 0

    share = value_of(data["years_table"].dropna(subset=["liquid_stock_share"]), ["year"], "liquid_stock_share")
    is_liquid = data["stock_options"]["is_liquid"].astype(bool)
    liquid = list(
        data["stock_options"].loc[is_liquid, ["stock", "option"]].drop_duplicates().itertuples(index=False, name=None)
    )

    @m.Constraint([t for t in share if liquid], doc="Halls switched to liquid cooling [halls]")
    def liquid_stock(m, t):
        return sum(switched(m, data, k, o, t) for k, o in liquid) <= share[t] * sum(halls.values())
