"""Reclaimed-water plants of the siting model: make-up, what each may give by month, and pipes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.assemble_costs import Prices
from planner.assemble_stock import StockFrames, makeup
from planner.region import Region
from planner.scenario import Scenario
from planner.screen import pipe_pairs

DRINKING = "drinking_water"
OF_HUB = "W-{}"  # the water of a hub in a region of areas


def water_frames(
    candidates: gpd.GeoDataFrame,
    region: Region,
    scenario: Scenario,
    prices: Prices,
    *,
    stock: StockFrames,
    places: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Return the frames plants, supply and pipes; `places`: site and hub of the candidates."""
    if region.is_area:
        return water_of_hubs(places, scenario, prices)
    return {
        "plants": plants_table(region, scenario, prices),
        "supply": supply_table(region, scenario, stock),
        "pipes": pipes_table(candidates, region, scenario, prices),
    }


def water_of_hubs(places: pd.DataFrame, scenario: Scenario, prices: Prices) -> dict[str, pd.DataFrame]:
    """Return the frames plants and pipes: one water of each hub, at the gate of its sites, limited by the hub only."""
    hubs = sorted(set(places["hub"]))
    plants = pd.DataFrame(
        {
            "plant": [OF_HUB.format(hub) for hub in hubs],
            "makeup_factor": makeup(scenario.water.cycles_of_concentration),
            "peak_day_factor": 1.0,  # no supply by month that a peak day could exceed
            "cny_per_m3": prices["reclaimed_water_cny_per_m3"],
        }
    )
    pipes = pd.DataFrame(
        {"site": places["site"], "plant": places["hub"].map(OF_HUB.format), "cny_per_year": 0.0, "km": 0.0}
    )
    return {"plants": plants, "pipes": pipes}


def plants_table(region: Region, scenario: Scenario, prices: Prices) -> pd.DataFrame:
    """Return plant, makeup_factor, peak_day_factor, cny_per_m3; the mains too where drinking water is allowed."""
    water = scenario.water
    plants = pd.DataFrame(
        {
            "plant": region["reclaimed_plants"]["plant"],
            "makeup_factor": makeup(water.cycles_of_concentration),
            "peak_day_factor": water.peak_day_factor,
            "cny_per_m3": prices["reclaimed_water_cny_per_m3"],
        }
    )
    if not water.drinking_allowed:
        return plants
    mains = pd.DataFrame(
        [(DRINKING, makeup(water.drinking_cycles_of_concentration), 1.0, prices["drinking_water_cny_per_m3"])],
        columns=plants.columns,
    )
    return pd.concat([plants, mains], ignore_index=True)


def supply_table(region: Region, scenario: Scenario, stock: StockFrames) -> pd.DataFrame:
    """Return plant, month, year, m3_per_day: the sector's share less what it uses today, not below 0."""
    plants = region["reclaimed_plants"]
    share = pd.DataFrame(
        {
            "plant": plants["plant"],
            "share": plants["capacity_m3_per_day"].astype(float) * scenario.water.availability_share
            - plants["committed_m3_per_day"].fillna(0.0).astype(float),
        }
    )
    table = share.merge(pd.DataFrame({"month": range(1, 13)}), how="cross")
    table = table.merge(stock.plant_use, on=["plant", "month"], how="left")
    table["m3_per_day"] = np.maximum(0.0, table["share"] - table["m3_per_day"].astype(float).fillna(0.0))
    return table.merge(pd.DataFrame({"year": list(scenario.years)}), how="cross").drop(columns=["share"])


def pipes_table(candidates: gpd.GeoDataFrame, region: Region, scenario: Scenario, prices: Prices) -> pd.DataFrame:
    """Return site, plant, cny_per_year, km of every admissible pipe."""
    pairs = pipe_pairs(
        candidates,
        region,
        reach_km=scenario.water.reach_km,
        route_factor=scenario.screening.route_factor,
        max_pipes=scenario.water.max_pipes_per_site,
    )
    per_km = prices.yearly("pipe_cny_per_km", "lines")
    pipes = pairs[["site", "plant"]].assign(cny_per_year=pairs["km"].astype(float) * per_km, km=pairs["km"])
    if not scenario.water.drinking_allowed:
        return pipes
    mains = pd.DataFrame({"site": candidates["site"], "plant": DRINKING, "cny_per_year": 0.0, "km": 0.0})
    return pd.concat([pipes, mains], ignore_index=True)
