"""Live within your means: cooling water of every month stays within what each plant may give, and the city's yearly cap.

    plant_supply[plant, month, year]:  peak_day_factor * makeup_factor * sum of m3_per_day_per_mw * total_load_mw
                                       + stock change <= m3_per_day
    city_water[year]:  sum over plants and months of days * makeup_factor * m3_per_day_per_mw * total_load_mw
                       + stock change + stock_water_m3 <= city_water_cap_m3

Symbols
    total_load_mw[climate, technology, plant, workload, year]   IT load watered from the plant   [MW]       decision
    m3_per_day_per_mw    evaporation and drift of the month per MW drawn                       [m3/day/MW]  models/cooling.py
    makeup_factor        1 / (1 - 1 / cycles of concentration): blowdown follows the source    [-]          plants
    peak_day_factor      peak day over the month's mean, 1 where storage covers it             [-]          plants
    m3_per_day           capacity x availability share - committed - use of existing centres   [m3/day]     supply
    A source without rows in `supply` has no limit of its own; what a hub may use of it is a row of `hubs`.

Worth of one more unit
    Yearly cost saved per extra m3 a day in that month at that plant, or per m3 a year of the city, chosen sites held.

Source
    "Live within your means" (liang ru wei chu); water total of 2030: policy pack of the region.
"""

from __future__ import annotations

import pyomo.environ as pyo

from models.siting.algebra import grouped, switched, total, value_of, weighted
from models.siting.data import DRY, SitingData
from models.siting.decisions import Decisions
from models.siting.frames import join, with_columns


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    key = ["climate", "technology", "plant", "workload", "year"]
    wet = d["total_load_mw"].loc[lambda f: f["plant"] != DRY, key]
    use = join(join(wet, data["water_use"], ["climate", "technology", "workload"]), data["plants"], "plant")
    use = join(use, data["months"], "month")
    make_up = use["m3_per_day_per_mw"].astype(float) * use["makeup_factor"].astype(float)
    use = with_columns(
        use, peak=make_up * use["peak_day_factor"].astype(float), yearly=make_up * use["days"].astype(float)
    )
    use = use[use["peak"] > 0]
    peak_of = weighted(use, ["plant", "month", "year"], key, "peak")
    yearly = use.groupby(key, as_index=False)["yearly"].sum()
    yearly_of = weighted(yearly, ["year"], key, "yearly")
    limit = value_of(data["supply"], ["plant", "month", "year"], "m3_per_day")
    changes = grouped(data["stock_plant"], ["plant", "month"], ["stock", "option", "m3_per_day_change"])

    rows = sorted({*peak_of, *((p, mo, t) for p, mo in changes for t in data.years)} & set(limit))

    @m.Constraint(rows, doc="Reclaimed water of a plant in a month [m3/day]")
    def plant_supply(m, p, month, t):
        stock = sum(c * switched(m, data, k, o, t) for k, o, c in changes[p, month])
        return total(m.total_load_mw, peak_of[p, month, t]) + stock <= limit[p, month, t]

    capped = data["years_table"].dropna(subset=["city_water_cap_m3"])
    cap = value_of(capped, ["year"], "city_water_cap_m3")
    base = value_of(capped, ["year"], "stock_water_m3")
    per_hall = data["stock_options"][["stock", "option", "water_change_m3_per_year"]].drop_duplicates()
    halls = list(per_hall.itertuples(index=False, name=None))
    busy = [t for t in cap if yearly_of[t] or halls]

    @m.Constraint(busy, doc="Cooling water of the city in a year [m3/year]")
    def city_water(m, t):
        stock = sum(c * switched(m, data, k, o, t) for k, o, c in halls)
        return total(m.total_load_mw, yearly_of[t]) + stock <= cap[t] - base[t]
