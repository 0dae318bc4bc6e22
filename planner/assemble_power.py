"""Headroom by year, feeds and their cost, from substations, zones and pair tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.headroom import bounded_zone_headroom_mva
from planner.assemble_costs import Prices
from planner.assemble_reinforcement import decided_mva, own_headroom
from planner.region import Region
from planner.scenario import Scenario

BOTH_ENDS = 2  # a circuit needs a bay at the station and one at the site
HALF = 0.5  # a feed ends in its own half of the user substation; a dual-fed site pays for both


def node_headroom(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return node, year, headroom_mva of every substation and zone: its capacity, not below 0, 0 before its service."""
    table = node_capacity(region, scenario)
    left = np.maximum(0.0, table["capacity_mva"])
    return table[["node", "year"]].assign(headroom_mva=np.where(table["is_in_service"], left, 0.0))


def node_capacity(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return node, year, capacity_mva, peak_mva, is_in_service of every substation and zone.

    Capacity: the table's firm headroom, bounded by the single-station AC hosting where the scenario says so, and more by
    what is decided to be built, less background growth of the peak and the reserve; negative where the node is short.
    A row of `headroom_years` replaces the table's value for its year. `peak_mva`: of that year, 0 where not known.
    """
    growth = scenario.power.background_growth_per_year
    table = _base(region, scenario).merge(pd.DataFrame({"year": list(scenario.years)}), how="cross")
    dated = region["headroom_years"]
    if len(dated):
        own = dated[["node", "year", "headroom_mva"]].rename(columns={"headroom_mva": "own"})
        table = table.merge(own, on=["node", "year"], how="left")
        table["linear"] = table["own"].astype(float).fillna(table["linear"])
    grown = table["peak"] * ((1.0 + growth) ** (table["year"] - region.base_year) - 1.0)
    reserve = table["node"].map(dict(scenario.power.reserve_mva)).fillna(0.0).astype(float)
    return table[["node", "year"]].assign(
        capacity_mva=table["linear"] - grown - reserve + decided_mva(region, scenario, table),
        peak_mva=table["peak"] + grown,
        is_in_service=table["year"] >= table["from_year"],
    )


def _base(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return node, linear (headroom of the base year), ac_mw, peak, from_year."""
    subs, zones = region["substations"], region["zones"]
    peak = subs["peak_mva"].astype(float).fillna(0.0)
    is_lowest = subs["voltage_kv"] == subs.groupby("parent")["voltage_kv"].transform(
        "min"
    )  # others carry the same load
    zone_peak = peak.where(is_lowest, 0.0).groupby(subs["parent"]).sum()
    base = pd.concat(
        [
            pd.DataFrame(
                {
                    "node": subs["substation"],
                    "linear": own_headroom(region, scenario),
                    "ac_mw": subs["ac_hosting_mw"].astype(float),
                    "peak": peak,
                    "from_year": subs["in_service_year"].astype(float).fillna(-np.inf),
                }
            ),
            pd.DataFrame(
                {
                    "node": zones["zone"],
                    "linear": zones["headroom_mva"].astype(float),
                    "ac_mw": zones["ac_hosting_mw"].astype(float),
                    "peak": zones["zone"].map(zone_peak).fillna(0.0).astype(float),
                    "from_year": -np.inf,
                }
            ),
        ],
        ignore_index=True,
    )
    if scenario.power.zone_bound == "min_linear_ac":
        bounded = bounded_zone_headroom_mva(
            base["linear"].to_numpy(float),
            base["ac_mw"].to_numpy(float),
            power_factor=scenario.power.power_factor,
        )
        base["linear"] = np.where(base["ac_mw"].notna(), bounded, base["linear"])
    return base


def ancestors(region: Region) -> pd.DataFrame:
    """Return substation, node: every zone above a substation, through nested parents."""
    above = region["substations"][["substation", "parent"]].dropna().rename(columns={"parent": "node"})
    parent_of = region["zones"].dropna(subset=["parent"]).set_index("zone")["parent"].to_dict()
    out, level = [above], above
    while len(level) and parent_of:
        level = level.assign(node=level["node"].map(parent_of)).dropna()
        out.append(level)
    return pd.concat(out, ignore_index=True).drop_duplicates()


def lowest_zones(region: Region) -> tuple[str, ...]:
    """Return the zones that hold no other zone: the largest share of new load counts there."""
    zones = region["zones"]
    return tuple(zones.loc[~zones["zone"].isin(zones["parent"].dropna()), "zone"])


def feed_costs(pairs: pd.DataFrame, scenario: Scenario, prices: Prices) -> pd.DataFrame:
    """Return pairs (site, substation, km, voltage_kv = feeding voltage) with group, rating_mva and cny_per_year.

    Cable per km, a bay at both ends and half a user substation, as an annuity over the life of lines.
    """
    volts = pairs["voltage_kv"].astype(int)
    invest = np.zeros(len(pairs))
    rating = np.zeros(len(pairs))
    for v in sorted(volts.unique()):
        per_km = prices.yearly(f"cable_{v}_cny_per_km", "lines")
        bay = prices.yearly(f"bay_{v}_cny", "lines") * BOTH_ENDS
        user = prices.yearly(f"user_substation_{v}_cny", "lines") * HALF
        here = (volts == v).to_numpy()
        invest[here] = pairs.loc[here, "km"].to_numpy(float) * per_km + bay + user
        rating[here] = scenario.power.feed_rating_mva[v]
    return pairs.assign(group=pairs["substation"], rating_mva=rating, cny_per_year=invest)
