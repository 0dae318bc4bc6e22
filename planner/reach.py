"""Which station can feed which site, and which plant can water it: sparse tables of pairs within a distance.

Distances are taken in the projected system; "straight" is the crow's way, `km` the length of a route. The k-d tree
gives the pairs within a radius, so nothing loops over all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from planner.region import Region
from planner.units import M_PER_KM

ROUTE_FACTOR = 1.2  # route over straight distance (assumed)
MIN_ROUTE_KM = 0.5  # a parcel inside a cell is not at the station's gate (assumed)

Points = NDArray[np.float64]


def feed_pairs(
    sites: gpd.GeoDataFrame,
    region: Region,
    *,
    radius_km: Mapping[int, float],
    route_factor: float = ROUTE_FACTOR,
    max_feeds: int | None = None,
) -> pd.DataFrame:
    """Return every admissible (site, substation): voltage_kv (feeding), station_kv, straight_km, km (route).

    With `max_feeds` a site keeps its nearest ones, and always the nearest station of each voltage in `radius_km`.
    """
    stations = feeding_stations(region, radius_km)
    points, station_points = coordinates(_site_points(sites)), coordinates(stations.geometry)
    parts = []
    for voltage_kv, radius in radius_km.items():
        of_class = np.flatnonzero(stations["voltage_kv"].to_numpy() == voltage_kv)
        i, j, straight_km = pairs_within(points, station_points[of_class], radius_km=radius)
        parts.append(pd.DataFrame({"i": i, "j": of_class[j], "straight_km": straight_km}))
    pairs = pd.concat(parts, ignore_index=True)
    pairs["site"] = sites["site"].to_numpy()[pairs["i"]]
    for column, name in (("substation", "substation"), ("voltage_kv", "feed_voltage_kv"), ("station_kv", "voltage_kv")):
        pairs[column] = stations[name].to_numpy()[pairs["j"]]
    pairs = pairs.sort_values(["site", "straight_km", "substation"], kind="stable", ignore_index=True)
    pairs["km"] = _route_km(pairs["straight_km"], route_factor)
    if max_feeds is not None:
        is_later = pairs.groupby(["site", "station_kv"]).cumcount() > 0
        by_rank = pairs.assign(is_later=is_later).sort_values(["site", "is_later", "straight_km"], kind="stable")
        pairs = pairs[(by_rank.groupby("site").cumcount() < max_feeds).reindex(pairs.index)]
    columns = ["site", "substation", "voltage_kv", "station_kv", "straight_km", "km"]
    return pairs[columns].reset_index(drop=True)


def pipe_pairs(
    sites: gpd.GeoDataFrame,
    region: Region,
    *,
    reach_km: float,
    route_factor: float = ROUTE_FACTOR,
    max_pipes: int | None = None,
) -> pd.DataFrame:
    """Return every admissible (site, plant) within `reach_km` straight: straight_km, km (route), nearest first."""
    plants = region["reclaimed_plants"]
    i, j, straight_km = pairs_within(coordinates(_site_points(sites)), coordinates(plants.geometry), radius_km=reach_km)
    pairs = pd.DataFrame(
        {
            "site": sites["site"].to_numpy()[i],
            "plant": plants["plant"].to_numpy()[j],
            "straight_km": straight_km,
            "km": _route_km(pd.Series(straight_km), route_factor),
        }
    ).sort_values(["site", "straight_km", "plant"], kind="stable")
    if max_pipes is not None:
        pairs = pairs[pairs.groupby("site").cumcount() < max_pipes]
    return pairs.reset_index(drop=True)


def feeding_stations(region: Region, radius_km: Mapping[int, float]) -> gpd.GeoDataFrame:
    """Return the stations of the voltages in `radius_km` that have headroom in some year."""
    stations, dated = region["substations"], region["headroom_years"]
    later = set(dated.loc[dated["headroom_mva"] > 0, "node"])
    has_headroom = (stations["headroom_mva"] > 0) | stations["substation"].isin(later)
    return stations[has_headroom & stations["voltage_kv"].isin(list(radius_km))].reset_index(drop=True)


def pairs_within(left: Points, right: Points, *, radius_km: float) -> tuple[NDArray[np.intp], NDArray[np.intp], Points]:
    """Return the positions of all pairs of points at most `radius_km` apart, and their distance [km]."""
    if not len(left) or not len(right):
        return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
    found = cKDTree(left).sparse_distance_matrix(cKDTree(right), radius_km * M_PER_KM, output_type="ndarray")
    order = np.lexsort((found["j"], found["i"]))
    return found["i"][order], found["j"][order], found["v"][order] / M_PER_KM


def _route_km(straight_km: pd.Series[float], route_factor: float) -> pd.Series[float]:
    return (straight_km * route_factor).clip(lower=MIN_ROUTE_KM)


def coordinates(geometry: Any) -> Points:
    """Return the coordinates [m] of point geometries, one row each."""
    return np.asarray(shapely.get_coordinates(np.asarray(geometry)), dtype=float)


def _site_points(sites: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the points from which distances of screened sites are taken."""
    return gpd.GeoSeries(gpd.points_from_xy(sites["x_m"], sites["y_m"]), crs=sites.crs)
