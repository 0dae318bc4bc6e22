"""The frames of sites that are fed from substations: stations, feeds, headroom, reinforcements and interruptible load."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from planner.assemble_costs import Prices
from planner.assemble_flexible import flexible_frame
from planner.assemble_power import ancestors, feed_costs, node_capacity, node_headroom
from planner.assemble_reinforcement import STATES, state_headroom
from planner.region import Region
from planner.scenario import Scenario
from planner.screen import feed_pairs


def station_frames(
    candidates: gpd.GeoDataFrame, region: Region, scenario: Scenario, prices: Prices, *, reinforced: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the frames of stations and feeds; none in a region of areas. `reinforced`: states that may be chosen."""
    if region.is_area:
        return {}
    pairs = feed_pairs(
        candidates,
        region,
        radius_km=dict(scenario.power.radius_km),
        route_factor=scenario.screening.route_factor,
        max_feeds=scenario.power.max_feeds_per_site,
    )
    feeds = feed_costs(pairs, scenario, prices)
    return {
        "stations": region["substations"][["substation", "n_free_bays"]],
        "feeds": feeds[["site", "substation", "group", "rating_mva", "cny_per_year", "km"]],
        "ancestors": ancestors(region),
        "headroom": node_headroom(region, scenario),
        "reinforcement_states": reinforced[STATES],
        "headroom_states": state_headroom(reinforced, node_capacity(region, scenario)),
        "flexible": flexible_frame(region, scenario),
    }
