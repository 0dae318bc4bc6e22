"""Interruptible load on offer at each station: steps of MVA above its firm headroom, by share of hours curtailed.

step k of a station   what can be added when it is curtailed in at most the k-th share of hours, less the steps below
at most               its part of what the zones above can be given, in proportion to headroom, so that all
                      stations of a zone together stay within the zone
price                 standby + share of hours x hours of a year x price of curtailed energy: a MVA of step k is
                      curtailed in at most that share of hours, so the price is not below its true cost
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.firm import by_hours
from planner.assemble_power import ancestors, node_capacity
from planner.profiles import rooms
from planner.region import Region
from planner.scenario import Scenario
from planner.units import HOURS_PER_YEAR

COLUMNS = ["substation", "year", "step", "mva", "cny_per_mva_year"]
SMALL_MVA = 1e-3


def flexible_frame(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return substation, year, step, mva, cny_per_mva_year; empty where flexible load is off."""
    rules = scenario.power.flexible
    if not rules.is_on or not rules.max_share or not rules.hours_shares:
        return pd.DataFrame(columns=COLUMNS)
    capacity = node_capacity(region, scenario)
    parts = [_of_year(region, scenario, capacity[capacity["year"] == year], year) for year in scenario.years]
    table = pd.concat(parts, ignore_index=True)
    pf, shares = scenario.power.power_factor, dict(enumerate(sorted(rules.hours_shares), start=1))
    hours = table["step"].map(shares).astype(float) * HOURS_PER_YEAR
    price = pf * (rules.standby_cny_per_mw_year + hours * rules.curtailed_cny_per_mwh)
    return table.assign(cny_per_mva_year=price)[COLUMNS]


def _of_year(region: Region, scenario: Scenario, capacity: pd.DataFrame, year: int) -> pd.DataFrame:
    here = capacity[capacity["is_in_service"]]
    found = rooms(region, here)
    firm = np.maximum(0.0, here.set_index("node")["capacity_mva"])
    shares = sorted(scenario.power.flexible.hours_shares)
    more = {n: [max(0.0, by_hours(room, h) - firm[n]) for h in shares] for n, (room, _name) in found.items()}
    subs = region["substations"]
    feeding = subs["voltage_kv"].astype(float).isin([float(kv) for kv in scenario.power.radius_km])
    names = [s for s in subs.loc[feeding, "substation"] if s in more]
    cumulative = pd.DataFrame([more[s] for s in names], index=names, columns=range(1, len(shares) + 1))
    above = ancestors(region)
    above = above[above["substation"].isin(names) & above["node"].isin(more)]
    weight = above["substation"].map(firm).astype(float)
    total = weight.groupby(above["node"]).transform("sum")
    part = (weight / total).where(total > 0, 1.0 / above.groupby("node")["substation"].transform("size"))
    for station, node, w in zip(above["substation"], above["node"], part, strict=True):
        cumulative.loc[station] = np.minimum(cumulative.loc[station], w * np.asarray(more[node]))
    steps = cumulative.diff(axis=1).fillna(cumulative.iloc[:, :1])
    long = steps.rename_axis("substation").reset_index().melt("substation", var_name="step", value_name="mva")
    long = long[long["mva"] > SMALL_MVA].astype({"step": int, "mva": float})
    return long.assign(year=year).sort_values(["substation", "step"], kind="stable").reset_index(drop=True)
