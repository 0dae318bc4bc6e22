"""Waste heat of the siting model: what a MW gives, who takes it, which mains could be laid, what must be reused.

A main follows the way from the site's point to the user's, straight distance on the globe times the scenario's route factor.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.heat import heat_mwh_per_mw_year, heating_season, recoverable_share
from models.latency import great_circle_km
from models.siting.markets import ALL
from models.technologies import TECHNOLOGIES
from planner.assemble_costs import Prices, annuity
from planner.assemble_physics import Physics
from planner.reach import MIN_ROUTE_KM
from planner.region import Region
from planner.scenario import Scenario

YIELD = ["climate", "technology", "workload", "mwh_per_mw_year"]
SINKS = ["sink", "year", "mwh_per_year", "cny_per_mwh"]
LINKS = ["site", "sink", "cny_per_year", "km", "invest_cny"]
SHARES = ["market", "year", "share"]
EARTH_KM = 6_371.0
SEARCH_MARGIN = 1.01  # the globe's flattening: distances on the sphere are within 0.6 % of the true ones


def heat_frames(
    region: Region,
    scenario: Scenario,
    candidates: pd.DataFrame,
    physics: Physics,
    prices: Prices,
    *,
    station_of: Mapping[str, str] | None = None,
) -> dict[str, pd.DataFrame]:
    """Return heat_yield, heat_sinks, heat_links, heat_shares of the siting data; none where heat is not sold.

    `candidates`: site, lon, lat. `station_of`: weather station of a climate key; without it the key is the station.
    """
    if not scenario.heat.is_on:
        return {}
    return {
        "heat_yield": heat_yield(region, scenario, physics.performance, station_of=station_of or {}),
        "heat_sinks": sinks_table(region, scenario),
        "heat_links": links_table(candidates, region, scenario, prices),
        "heat_shares": shares_table(region, scenario),
    }


def heat_yield(
    region: Region, scenario: Scenario, performance: pd.DataFrame, *, station_of: Mapping[str, str]
) -> pd.DataFrame:
    """Return climate, technology, workload, mwh_per_mw_year: heat of one MW drawn in the months in which it is wanted."""
    held = performance[["climate", "technology", "workload"]].drop_duplicates().reset_index(drop=True)
    season = {c: _season_share(region, scenario, station_of.get(c, c)) for c in held["climate"].unique()}
    pairs = held[["technology", "workload"]].drop_duplicates()
    given = {
        (technology, workload): heat_mwh_per_mw_year(
            _recoverable(scenario, technology, scenario.workloads[workload].density_kw_per_rack),
            load_factor=scenario.workloads[workload].load_factor,
            season_share=1.0,
        )
        for technology, workload in pairs.itertuples(index=False, name=None)
    }
    whole_year = pd.Series(given).reindex(pd.MultiIndex.from_frame(held[["technology", "workload"]])).to_numpy(float)
    mwh = whole_year * held["climate"].map(season).to_numpy(float)
    return held.assign(mwh_per_mw_year=mwh)[mwh > 0.0].reset_index(drop=True)


def _recoverable(scenario: Scenario, technology: str, density_kw_per_rack: float) -> float:
    own = scenario.heat.recoverable_share.get(technology)
    return recoverable_share(TECHNOLOGIES[technology], density_kw_per_rack) if own is None else own


def _season_share(region: Region, scenario: Scenario, station: str) -> float:
    if scenario.heat.season_share is not None:
        return scenario.heat.season_share
    months = region["climate"].loc[lambda f: f["station"] == station].sort_values("month")
    return heating_season(months["t_dry_degc"].to_numpy(float)).share


def sinks_table(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return sink, year, mwh_per_year, cny_per_mwh: every user of the region in every planning year."""
    users = region["heat_sinks"].rename(
        columns={"heat_sink": "sink", "demand_mwh_per_year": "mwh_per_year", "price_cny_per_mwh": "cny_per_mwh"}
    )
    years = pd.DataFrame({"year": list(scenario.years)})
    return users[["sink", "mwh_per_year", "cny_per_mwh"]].merge(years, how="cross")[SINKS]


def links_table(candidates: pd.DataFrame, region: Region, scenario: Scenario, prices: Prices) -> pd.DataFrame:
    """Return site, sink, cny_per_year, km, invest_cny of every main within reach.

    A main per km and one station of exchangers, as an annuity over the life of lines.
    """
    users = region["heat_sinks"]
    i, j, straight_km = pairs_on_earth(
        candidates[["lon", "lat"]].to_numpy(float), users[["lon", "lat"]].to_numpy(float), scenario.heat.reach_km
    )
    km = np.maximum(straight_km * scenario.heat.route_factor, MIN_ROUTE_KM)
    invest = km * prices["heat_main_cny_per_km"] + prices["heat_station_cny"]
    frame = pd.DataFrame(
        {
            "site": candidates["site"].to_numpy(object)[i],
            "sink": users["heat_sink"].to_numpy(object)[j],
            "cny_per_year": invest * annuity(prices.rate, prices.life_years["lines"]),
            "km": km,
            "invest_cny": invest,
        }
    )
    return frame.sort_values(["site", "km", "sink"], kind="stable")[LINKS].reset_index(drop=True)


def pairs_on_earth(
    left_degrees: NDArray[np.float64], right_degrees: NDArray[np.float64], radius_km: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return the positions of all pairs of (lon, lat) at most `radius_km` apart, and their great-circle distance [km]."""
    if not len(left_degrees) or not len(right_degrees):
        return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
    chord = 2.0 * np.sin(min(radius_km * SEARCH_MARGIN / EARTH_KM, np.pi) / 2.0)
    near = cKDTree(_on_sphere(left_degrees)).sparse_distance_matrix(
        cKDTree(_on_sphere(right_degrees)), chord, output_type="ndarray"
    )
    i, j = near["i"], near["j"]
    km = great_circle_km(*left_degrees[i].T, *right_degrees[j].T)
    order = np.lexsort((j, i))
    order = order[km[order] <= radius_km]
    return i[order], j[order], km[order]


def _on_sphere(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    lon, lat = np.radians(degrees.T)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def shares_table(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return market, year, share: the least reused share of the scenario in every market; policy rules come on top."""
    markets = region["markets"]["market"].tolist() or [ALL]
    asked = [(m, y, float(s)) for m in markets for y, s in scenario.heat.min_share.items() if y in scenario.years]
    return pd.DataFrame(asked, columns=SHARES).astype({"share": float})
