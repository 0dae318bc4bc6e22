"""All demand is served within its latency, sent outside where its class allows, or left unserved at a named price.

    demand_met[district, workload, year]:   sum over reaches of serve_mw + sum of outside_mw + unserved_mw
                                            = it_mw + load of halls that left
    reach_served[reach, workload, year]:    sum over sites of the reach of load_mw + stock_mw = sum over districts of serve_mw
    in_city_share[workload, year]:          sum over sites of load_mw + stock_mw <= in_city_max_share * demand of the class

Symbols
    serve_mw exists only where the reach's sites are within the latency limit of the class       [MW IT]   decision
    reach       sites from which the same districts can be reached in every class                          set
    Per class, like reaches and like districts (same partners at the same cost of the way) are pooled under the first of
    them (`decisions.pools`): demand is the pool's. The cost of the way is the term `network` of `objective`.
    it_mw       drawn IT demand of a district, own peak of the class                              [MW IT]   demand

Worth of one more unit
    Of a MW of demand less: its marginal cost of service at this siting. Of the in-city share: see the row.

Source
    Latency classes and "training outside the city": policy pack of the region.
"""

from __future__ import annotations

import pyomo.environ as pyo

from models.siting.algebra import grouped, rows_of, switched, switched_terms, value_of
from models.siting.blocks import RowBlock, Term, block
from models.siting.data import SitingData
from models.siting.decisions import Decisions, pooled
from models.siting.frames import distinct, join, looked_up, stacked


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    d, dwt, rwt, wt = decisions, ["district", "workload", "year"], ["reach", "workload", "year"], ["workload", "year"]
    reach_pool, district_pool = d.pools
    wanted = pooled(data["demand"], district_pool, "district").groupby(dwt, as_index=False)["it_mw"].sum()
    it_mw = looked_up(d["unserved_mw"], wanted, dwt, "it_mw", absent=0.0)
    moved = join(data["stock_displaced"], data["stock"], "stock", take=["district"])
    moved = switched_terms(data, d, pooled(moved, district_pool, "district"))
    loads = pooled(join(d["load_mw"], data["sites"], "site", take=["reach"]), reach_pool, "reach")
    halls = pooled(join(d["stock_mw"], data["stock"], "stock", take=["reach"]), reach_pool, "reach")
    served = distinct(stacked([distinct(f, rwt) for f in (loads, halls, d["serve_mw"])], rwt), rwt).sort_values(rwt)
    share = data["workloads"].dropna(subset=["in_city_max_share"])[["workload", "in_city_max_share"]]
    city = join(distinct(stacked([d["total_load_mw"], d["stock_mw"]], wt), wt), share, "workload")
    of_class = data["demand"].groupby(wt, as_index=False)["it_mw"].sum()
    in_city = city["in_city_max_share"].astype(float) * looked_up(city, of_class, wt, "it_mw", absent=0.0)
    return [
        block("demand_met", d["unserved_mw"][dwt],
              [Term(d["serve_mw"]), Term(d["outside_mw"]), Term(d["unserved_mw"]), Term(moved, -moved["it_mw"].astype(float))],
              doc="Demand of a district and class [MW IT]", lower=it_mw, upper=it_mw),
        block("reach_served", served, [Term(loads), Term(halls), Term(d["serve_mw"], -1.0)],
              doc="Load served from sites of one reach [MW IT]", lower=0.0, upper=0.0),
        block("in_city_share", city[wt], [Term(d["total_load_mw"]), Term(d["stock_mw"])],
              doc="Load of a class that may stay in the city [MW IT]", upper=in_city),
    ]  # fmt: skip


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    dwt = ["district", "workload", "year"]
    reach_pool, district_pool = d.pools
    wanted = pooled(data["demand"], district_pool, "district").groupby(dwt, as_index=False)["it_mw"].sum()
    demand = value_of(wanted, dwt, "it_mw")
    serve_index = ["reach", "district", "workload", "year"]
    serve_of = grouped(d["serve_mw"], dwt, serve_index)
    outside_of = grouped(d["outside_mw"], dwt, ["outside", *dwt])
    moved = data["stock_displaced"].merge(data["stock"][["stock", "district"]], on="stock")
    moved = pooled(moved, district_pool, "district")
    moved_of = grouped(moved, ["district", "workload"], ["stock", "option", "it_mw"])

    @m.Constraint(rows_of(d["unserved_mw"], dwt), doc="Demand of a district and class [MW IT]")
    def demand_met(m, *i):
        served = sum(m.serve_mw[k] for k in serve_of[i]) + sum(m.outside_mw[k] for k in outside_of[i])
        left = sum(c * switched(m, data, k, o, i[2]) for k, o, c in moved_of[i[0], i[1]])
        return served + m.unserved_mw[i] - left == demand.get(i, 0.0)

    rwt = ["reach", "workload", "year"]
    loads = pooled(d["load_mw"].merge(data["sites"][["site", "reach"]], on="site"), reach_pool, "reach")
    load_index = ["site", "technology", "plant", "workload", "year"]
    load_of = grouped(loads, rwt, load_index)
    halls = pooled(d["stock_mw"].merge(data["stock"][["stock", "reach"]], on="stock"), reach_pool, "reach")
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
