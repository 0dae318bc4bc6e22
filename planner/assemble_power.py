"""Headroom by year, feeds and their cost, from substations, zones and pair tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.headroom import bounded_zone_headroom_mva
from planner.assemble_costs import Prices
from planner.region import Region
from planner.scenario import Scenario

BOTH_ENDS = 2  # a circuit needs a bay at the station and one at the site
HALF = 0.5  # a feed ends in its own half of the user substation; a dual-fed site pays for both


def node_headroom(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return node, year, headroom_mva of every substation and zone.

    The table's firm headroom, bounded by the single-station AC hosting where the scenario says so, less background
    growth of the peak and the reserve, not below 0; 0 before the station is in service; a row of `headroom_years`
    replaces the table's value for its year.
    """
    subs, zones = region["substations"], region["zones"]
    growth, pf = scenario.power.background_growth_per_year, scenario.power.power_factor
    peak = subs["peak_mva"].astype(float).fillna(0.0)
    zone_peak = peak.where(subs["node"].notna(), 0.0).groupby(subs["parent"]).sum()
    base = pd.concat(
        [
            pd.DataFrame(
                {
                    "node": subs["substation"],
                    "linear": subs["headroom_mva"].astype(float),
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
            base["linear"].to_numpy(float), base["ac_mw"].to_numpy(float), power_factor=pf
        )
        base["linear"] = np.where(base["ac_mw"].notna(), bounded, base["linear"])
    table = base.merge(pd.DataFrame({"year": list(scenario.years)}), how="cross")
    dated = region["headroom_years"]
    if len(dated):
        own = dated[["node", "year", "headroom_mva"]].rename(columns={"headroom_mva": "own"})
        table = table.merge(own, on=["node", "year"], how="left")
        table["linear"] = table["own"].astype(float).fillna(table["linear"])
    grown = table["peak"] * ((1.0 + growth) ** (table["year"] - region.base_year) - 1.0)
    reserve = table["node"].map(dict(scenario.power.reserve_mva)).fillna(0.0).astype(float)
    left = np.maximum(0.0, table["linear"] - grown - reserve)
    return table[["node", "year"]].assign(headroom_mva=np.where(table["year"] >= table["from_year"], left, 0.0))


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
