"""All demand is served within its latency, sent outside where its class allows, or left unserved at a named price.

    demand_met[district, workload, year]:   sum over reaches of serve_mw + sum of outside_mw + unserved_mw
                                            = it_mw + load of halls that left
    reach_served[reach, workload, year]:    sum over sites of the reach of load_mw + stock_mw = sum over districts of serve_mw
    in_city_share[workload, year]:          sum over sites of load_mw + stock_mw <= in_city_max_share * demand of the class

Symbols
    serve_mw exists only where the reach's sites are within the latency limit of the class       [MW IT]   decision
    reach       sites from which the same districts can be reached in every class                          set
    it_mw       drawn IT demand of a district, own peak of the class                              [MW IT]   demand

Worth of one more unit
    Of a MW of demand less: its marginal cost of service at this siting. Of the in-city share: see the row.

Source
    Latency classes and "training outside the city": policy pack of the region.
"""

from __future__ import annotations

import pyomo.environ as pyo

from models.siting.algebra import grouped, rows_of, switched, value_of
from models.siting.data import SitingData
from models.siting.decisions import Decisions


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    dwt = ["district", "workload", "year"]
    demand = value_of(data["demand"], dwt, "it_mw")
    serve_index = ["reach", "district", "workload", "year"]
    serve_of = grouped(d["serve_mw"], dwt, serve_index)
    outside_of = grouped(d["outside_mw"], dwt, ["outside", *dwt])
    moved = data["stock_displaced"].merge(data["stock"][["stock", "district"]], on="stock")
    moved_of = grouped(moved, ["district", "workload"], ["stock", "option", "it_mw"])

    @m.Constraint(rows_of(d["unserved_mw"], dwt), doc="Demand of a district and class [MW IT]")
    def demand_met(m, *i):
        served = sum(m.serve_mw[k] for k in serve_of[i]) + sum(m.outside_mw[k] for k in outside_of[i])
        left = sum(c * switched(m, data, k, o, i[2]) for k, o, c in moved_of[i[0], i[1]])
        return served + m.unserved_mw[i] - left == demand.get(i, 0.0)

    rwt = ["reach", "workload", "year"]
    loads = d["load_mw"].merge(data["sites"][["site", "reach"]], on="site")
    load_index = ["site", "technology", "plant", "workload", "year"]
    load_of = grouped(loads, rwt, load_index)
    halls = d["stock_mw"].merge(data["stock"][["stock", "reach"]], on="stock")
    stock_index = ["stock", "option", "workload", "year"]
    stock_of = grouped(halls, rwt, stock_index)
    districts_of = grouped(d["serve_mw"], rwt, serve_index)

    @m.Constraint(sorted({*load_of, *stock_of, *districts_of}), doc="Load served from sites of one reach [MW IT]")
    def reach_served(m, *i):
        placed = sum(m.load_mw[k] for k in load_of[i]) + sum(m.stock_mw[k] for k in stock_of[i])
        return placed - sum(m.serve_mw[k] for k in districts_of[i]) == 0

    share = value_of(data["workloads"].dropna(subset=["in_city_max_share"]), ["workload"], "in_city_max_share")
    class_total = data["demand"].groupby(["workload", "year"])["it_mw"].sum().to_dict()
    totals_of = grouped(
        d["total_load_mw"], ["workload", "year"], ["climate", "technology", "plant", "workload", "year"]
    )
    stock_by_class = grouped(d["stock_mw"], ["workload", "year"], stock_index)
    capped = [(w, t) for w in share for t in data.years if totals_of[w, t] or stock_by_class[w, t]]

    @m.Constraint(capped, doc="Load of a class that may stay in the city [MW IT]")
    def in_city_share(m, w, t):
        placed = sum(m.total_load_mw[k] for k in totals_of[w, t]) + sum(m.stock_mw[k] for k in stock_by_class[w, t])
        return placed <= share[w] * class_total.get((w, t), 0.0)
