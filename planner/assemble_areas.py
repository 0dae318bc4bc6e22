"""What is particular to regions of areas: weather by site, technologies by place, the areas' own access."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.latency import great_circle_km
from planner.region import Region
from planner.scenario import Scenario


def station_of_areas(candidates: pd.DataFrame, region: Region) -> pd.Series:
    """Return the climate station of each area (index: site): its own, else the nearest over the ground."""
    stations = region["climate"].drop_duplicates("station")
    away_km = great_circle_km(
        candidates["lon"].to_numpy(float)[:, None],
        candidates["lat"].to_numpy(float)[:, None],
        stations["lon"].to_numpy(float)[None, :],
        stations["lat"].to_numpy(float)[None, :],
    )
    nearest = pd.Series(stations["station"].to_numpy()[away_km.argmin(axis=1)], index=candidates.index, dtype=object)
    own = candidates["climate_station"]
    return own.where(own.notna(), nearest).set_axis(candidates["site"].to_numpy())


def offers(scenario: Scenario, places: pd.DataFrame, climates: pd.Index) -> pd.DataFrame:
    """Return climate, technology: what each place may build; a list of its site goes before its market's and its hub's."""
    where = places.drop_duplicates("climate").set_index("climate")
    own = scenario.cooling.technologies_at
    rows = []
    for climate in climates:
        names = (
            [where.at[climate, kind] for kind in ("site", "market", "hub")] if own and climate in where.index else []
        )
        listed = next((own[name] for name in names if name in own), scenario.cooling.technologies)
        rows += [(climate, technology) for technology in listed]
    return pd.DataFrame(rows, columns=["climate", "technology"])


def offered_anywhere(scenario: Scenario) -> tuple[str, ...]:
    """Return every technology that some place may build, in the order in which they are named."""
    lists = (scenario.cooling.technologies, *scenario.cooling.technologies_at.values())
    return tuple(dict.fromkeys(name for names in lists for name in names))


def own_limit_mva(sites: pd.Series, region: Region) -> np.ndarray:
    """Return the limit of each area's own access [MVA]: inf where none is given, NaN for sites fed from stations."""
    if not region.is_area:
        return np.full(len(sites), np.nan)
    access = region["sites"].set_index("site")["access_mva"].astype(float)
    return sites.map(access).fillna(np.inf).to_numpy(float)
