"""Frames that follow from where a place lies: its market and hub, and the dated rules that speak to it."""

from __future__ import annotations

import pandas as pd

from planner.assemble_costs import Prices
from planner.assemble_heat import heat_frames
from planner.assemble_markets import hub_caps, markets_table
from planner.assemble_physics import Physics
from planner.policy import PolicyPack
from planner.policy_limits import banned_blocks, green_shares, heat_shares, hub_occupancy, mean_pue_caps
from planner.region import Region
from planner.scenario import Scenario


def policy_frames(
    scenario: Scenario, policy: PolicyPack, places: pd.DataFrame, annual: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return what dated rules of places limit: banned technologies, the mean PUE of markets, the occupancy of hubs."""
    is_on, least = scenario.cooling.pue_caps == "by_size", scenario.clusters.min_occupancy_share
    return {
        "banned_blocks": banned_blocks(policy, places, scenario.years, annual, is_on=is_on),
        "mean_pue_caps": mean_pue_caps(policy, places, scenario.years, is_on=is_on),
        "hub_occupancy": hub_occupancy(policy, places, scenario.years, least),
    }


def market_frames(
    region: Region, scenario: Scenario, policy: PolicyPack, places: pd.DataFrame, values: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return climates, markets and hub caps of a region of areas; none elsewhere."""
    if not region.is_area:
        return {}
    if "green" in scenario.families_off:
        shares = pd.DataFrame(columns=["market", "year", "green_share"])
    else:
        shares = green_shares(
            policy, places, scenario.years, applies_to=scenario.green.applies_to, own=scenario.green.share
        )
    return {
        "climates": places[["climate", "market", "hub"]].drop_duplicates("climate").reset_index(drop=True),
        "markets": markets_table(values, shares, scenario, places["market"]),
        "hub_caps": hub_caps(scenario),
    }


def heat_frames_of(
    region: Region, scenario: Scenario, policy: PolicyPack, candidates: pd.DataFrame, physics: Physics,
    *, prices: Prices, station_of: pd.Series, places: pd.DataFrame,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Return the frames of waste heat; of the scenario's and the pack's shares of a market the larger holds."""
    if not scenario.heat.is_on:
        return {}
    frames = heat_frames(region, scenario, candidates, physics, prices, station_of=station_of.to_dict())
    parts = [frames["heat_shares"], heat_shares(policy, places, scenario.years)]
    shares = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    used = shares[shares["market"].isin(set(places["market"]))]
    return {**frames, "heat_shares": used.groupby(["market", "year"], as_index=False)["share"].max()}
