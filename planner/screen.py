"""Find candidate sites: study area and exclusions -> cells with area, distances and the reasons against each.

A regular grid lies over the study area; where the region has its own `sites`, these parcels are judged instead. All
distances come from the projected system [km]; "straight" is the crow's way, `km` the length of a route. Whatever looks
at many pairs does so with a spatial index (STRtree for areas, k-d tree for points), never in a Python loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from scipy.spatial import cKDTree

from planner.errors import UsageError
from planner.i18n import gettext as _
from planner.reach import Points, coordinates, feed_pairs, feeding_stations, pairs_within, pipe_pairs
from planner.region import Region, projected_points
from planner.scenario import Power, Scenario, Water
from planner.scenario import Screening as CellRules
from planner.screen_land import cells, parcels
from planner.screen_words import EXCLUSION, NO_STATION, NOTE_NO_PLANT, OUTSIDE_STUDY_AREA, TOO_SMALL, reason_text
from planner.units import M2_PER_HA, M_PER_KM

__all__ = ["Screening", "feed_pairs", "pipe_pairs", "reason_text", "screen", "screen_by", "screen_for"]

MIN_AREA_HA = 3.6  # 30 MW IT at 0.12 ha per MW
OF_AREA = ("hub", "market", "cluster", "climate_station")  # columns of the sites that a region of areas keeps
MIN_OVERLAP_SHARE = 0.01  # an exclusion that takes less of a cell is not named


@dataclass(frozen=True, eq=False)
class Screening:
    """The judged cells or parcels (projected system), why each was excluded, and what was asked.

    `candidates`: site, name_en, name_zh, district, area_ha (usable), gross_ha, lon, lat, nearest_<voltage>_kv_km,
    nearest_plant, nearest_plant_km, n_feeds, n_plants, status (candidate | excluded), reasons, notes; geometry is what
    is left of the cell. Areas have hub, market, cluster and climate_station, and no distances. `reasons`: site, reason,
    detail (usable ha or km), one row each.
    """

    candidates: gpd.GeoDataFrame
    reasons: pd.DataFrame
    cell_km: float | None
    radius_km: Mapping[int, float]
    water_reach_km: float
    min_area_ha: float

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """Return the candidates only."""
        frame = self.candidates
        return frame[frame["status"] == "candidate"].reset_index(drop=True)

    @property
    def n_candidates(self) -> int:
        """Return how many candidates are left."""
        return int((self.candidates["status"] == "candidate").sum())

    def counts(self) -> pd.Series[int]:
        """Return how many sites each reason excludes; one site may have several."""
        return self.reasons["reason"].value_counts()


def screen(
    region: Region,
    *,
    cell_km: float,
    radius_km: Mapping[int, float],
    water_reach_km: float,
    min_area_ha: float = MIN_AREA_HA,
) -> Screening:
    """Judge every cell of `cell_km` over the study area, or every parcel of the region's own `sites`.

    `radius_km`: straight distance within which a station may feed, by the station's voltage [kV]; a voltage that is
    not named does not feed. Stations that never have headroom do not count.
    """
    _check(cell_km, radius_km, water_reach_km)
    is_own = len(region["sites"]) > 0
    land = parcels(region) if is_own else cells(region, cell_km)
    land = _with_land(land, region, is_own=is_own)
    points = coordinates(land["point"])
    if region.is_area:
        land = _without_distances(land, points)
    else:
        land = _with_distances(land, points, region, radius_km=radius_km, water_reach_km=water_reach_km)
    reasons = _reasons(land, region, min_area_ha=min_area_ha)
    return Screening(
        candidates=_judged(land, reasons, region),
        reasons=reasons,
        cell_km=None if is_own else cell_km,
        radius_km=dict(radius_km),
        water_reach_km=water_reach_km,
        min_area_ha=min_area_ha,
    )


def screen_for(region: Region, scenario: Scenario) -> Screening:
    """Return the screening that the scenario asks for."""
    return screen_by(region, scenario.screening, scenario.power, scenario.water)


def screen_by(region: Region, cells: CellRules, power: Power, water: Water) -> Screening:
    """Return the screening under three parts of a scenario, which need not be of a whole one."""
    return screen(
        region,
        cell_km=cells.cell_km,
        radius_km=dict(power.radius_km),
        water_reach_km=water.reach_km,
        min_area_ha=cells.min_area_ha,
    )


def _check(cell_km: float, radius_km: Mapping[int, float], water_reach_km: float) -> None:
    if cell_km <= 0 or water_reach_km < 0 or not radius_km or min(radius_km.values()) < 0:
        raise UsageError(
            _("Screening needs a cell above 0 km, a radius by voltage and distances that are not negative.")
        )


def _with_land(land: gpd.GeoDataFrame, region: Region, *, is_own: bool) -> gpd.GeoDataFrame:
    """Add what is left after the exclusions, the district, the usable area [ha] and the point distances start at."""
    land, exclusions = land.copy(), region["exclusions"]
    left = np.array(land.geometry.values, dtype=object)
    before = shapely.area(left)
    land["exclusion_kinds"] = ""
    if len(exclusions):
        shapes = np.asarray(exclusions.geometry.values, dtype=object)
        i, j = shapely.STRtree(shapes).query(left, predicate="intersects")
        takes = shapely.area(shapely.intersection(left[i], shapes[j])) >= MIN_OVERLAP_SHARE * before[i]
        pieces = pd.DataFrame({"i": i, "kind": exclusions["kind"].to_numpy()[j]})[takes].drop_duplicates()
        kinds = pieces.sort_values(["i", "kind"]).groupby("i")["kind"].agg(",".join)
        land.loc[land.index[kinds.index], "exclusion_kinds"] = kinds.to_numpy()
        hit = np.unique(i)
        left[hit] = shapely.difference(left[hit], shapely.union_all(shapes))
    is_empty = shapely.is_empty(left)
    share = np.where(before > 0, shapely.area(left) / np.where(before > 0, before, 1.0), ~is_empty)
    land["district"] = _districts(land, region)
    usable = land["district"].map(region["districts"].set_index("district")["usable_land_share"].astype(float))
    land["gross_ha"] = land["gross_m2"] / M2_PER_HA
    land["open_ha"] = land["gross_ha"] * share
    keep = np.ones(len(land)) if is_own else usable.fillna(0.0).to_numpy()
    land["area_ha"], land["usable_ha"] = land["open_ha"] * keep, land["gross_ha"] * keep
    shown = np.where(is_empty, np.asarray(land.geometry.values, dtype=object), left)
    inner = shapely.centroid(shown)
    inner = np.where(shapely.intersects(shown, inner), inner, shapely.point_on_surface(shown))
    land["point"] = np.where(is_empty, land["centre"], inner)
    return land.set_geometry(gpd.GeoSeries(shown, index=land.index, crs=land.crs))


def _districts(land: gpd.GeoDataFrame, region: Region) -> pd.Series[str]:
    """Return the district of each site: given, else the one that holds most of it, else the one of the nearest seat."""
    districts = region["districts"]
    seats = coordinates(projected_points(region, districts["seat_lon"], districts["seat_lat"]))
    nearest = cKDTree(seats).query(coordinates(land["centre"]))[1]
    found = pd.Series(districts["district"].to_numpy()[nearest], index=land.index, dtype=object)
    if isinstance(districts, gpd.GeoDataFrame) and districts.geometry.notna().any():
        shapes, sites = np.asarray(districts.geometry.values), np.asarray(land.geometry.values)
        i, j = shapely.STRtree(shapes).query(sites, predicate="intersects")
        shared = pd.DataFrame({"i": i, "j": j, "m2": shapely.area(shapely.intersection(sites[i], shapes[j]))})
        most = shared.sort_values(["i", "m2", "j"], ascending=[True, False, True]).drop_duplicates("i")
        found.iloc[most["i"].to_numpy()] = districts["district"].to_numpy()[most["j"]]
    return found if "district" not in land else land["district"].astype(object).fillna(found)


def _with_distances(
    land: gpd.GeoDataFrame, points: Points, region: Region, *, radius_km: Mapping[int, float], water_reach_km: float
) -> gpd.GeoDataFrame:
    """Add the nearest station of each voltage, the nearest plant, and how many of them are in reach."""
    land = land.copy()
    stations, plants = feeding_stations(region, radius_km), region["reclaimed_plants"]
    n_feeds = np.zeros(len(land), dtype=int)
    for voltage_kv, radius in radius_km.items():
        of_class = coordinates(stations.geometry[stations["voltage_kv"] == voltage_kv])
        land[f"nearest_{voltage_kv}_kv_km"] = _nearest(points, of_class)[0]
        n_feeds += np.bincount(pairs_within(points, of_class, radius_km=radius)[0], minlength=len(land))
    land["n_feeds"] = n_feeds
    plant_points = coordinates(plants.geometry) if len(plants) else np.empty((0, 2))
    distance_km, which = _nearest(points, plant_points)
    land["nearest_plant_km"] = distance_km
    land["nearest_plant"] = plants["plant"].to_numpy()[which] if len(plants) else None
    land["n_plants"] = np.bincount(pairs_within(points, plant_points, radius_km=water_reach_km)[0], minlength=len(land))
    land["x_m"], land["y_m"] = points[:, 0], points[:, 1]
    return land


def _without_distances(land: gpd.GeoDataFrame, points: Points) -> gpd.GeoDataFrame:
    """Add the columns of distances, empty: areas have their own access and the water of their hub."""
    return land.assign(
        n_feeds=0, nearest_plant_km=np.nan, nearest_plant=None, n_plants=0, x_m=points[:, 0], y_m=points[:, 1]
    )


def _nearest(points: Points, others: Points) -> tuple[Points, NDArray[np.intp]]:
    if not len(others):
        return np.full(len(points), np.nan), np.zeros(len(points), np.intp)
    distance_m, which = cKDTree(others).query(points)
    return np.asarray(distance_m) / M_PER_KM, np.asarray(which)


def _reasons(land: gpd.GeoDataFrame, region: Region, *, min_area_ha: float) -> pd.DataFrame:
    """Return site, reason, detail for every reason that applies to a site.

    An exclusion is the reason when it takes so much that less than `min_area_ha` is left; a site whose own land would
    not do even without exclusions is too small.
    """
    lacks_land = land["area_ha"] < min_area_ha
    near = land.filter(regex=r"^nearest_\d+_kv_km$").min(axis=1)
    parts = [
        _part(land, land["is_outside"].astype(bool), OUTSIDE_STUDY_AREA, land["gross_ha"]),
        _part(land, land["usable_ha"] < min_area_ha, TOO_SMALL, land["usable_ha"]),
        _part(land, (land["n_feeds"] == 0) & (not region.is_area), NO_STATION, near),
    ]
    taken = land[lacks_land & (land["exclusion_kinds"] != "")]
    kinds = taken.assign(reason=taken["exclusion_kinds"].str.split(",")).explode("reason")
    parts.append(
        pd.DataFrame({"site": kinds["site"], "reason": EXCLUSION + kinds["reason"], "detail": kinds["area_ha"]})
    )
    filled = [part for part in parts if len(part)]
    if not filled:
        return parts[0]
    return pd.concat(filled).sort_values(["site", "reason"], kind="stable").reset_index(drop=True)


def _part(land: gpd.GeoDataFrame, applies: pd.Series[bool], reason: str, detail: pd.Series[float]) -> pd.DataFrame:
    return pd.DataFrame({"site": land.loc[applies, "site"], "reason": reason, "detail": detail[applies]})


def _judged(land: gpd.GeoDataFrame, reasons: pd.DataFrame, region: Region) -> gpd.GeoDataFrame:
    """Return the published columns with status, reasons, notes and a name."""
    land = land.copy()
    listed = reasons.groupby("site")["reason"].agg(", ".join)
    land["reasons"] = land["site"].map(listed).fillna("")
    land["status"] = np.where(land["reasons"] == "", "candidate", "excluded")
    land["notes"] = "" if region.is_area else np.where(land["n_plants"] == 0, NOTE_NO_PLANT, "")
    names = region["districts"].set_index("district")
    for lang in ("en", "zh"):
        column = f"name_{lang}"
        if column not in land:
            land[column] = land["district"].map(names[column]).fillna("") + " " + land["site"]
    points = gpd.GeoSeries(gpd.points_from_xy(land["x_m"], land["y_m"]), crs=land.crs).to_crs(
        CRS.from_user_input(region.crs).geodetic_crs
    )
    land["lon"], land["lat"] = points.x.to_numpy(), points.y.to_numpy()
    near = [c for c in land.columns if c.startswith("nearest_")]
    columns = ["site", "name_en", "name_zh", "district", "area_ha", "gross_ha", "lon", "lat", "x_m", "y_m", *near]
    columns += ["n_feeds", "n_plants", "status", "reasons", "notes", *(OF_AREA if region.is_area else ())]
    return gpd.GeoDataFrame(land[columns].reset_index(drop=True), geometry=land.geometry.values, crs=land.crs)
