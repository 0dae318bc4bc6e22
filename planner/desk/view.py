"""The view of a region: everything a map, a card or a table shows of it, as plain data of lists and numbers.

A view is made in a child process; the pages' server reads the JSON and needs no geometry package.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.desk.view_grid import grid_layers
from planner.desk.view_key import VIEW_VERSION
from planner.desk.view_layers import (
    KM_DECIMALS,
    Layer,
    drawing_tolerance,
    label_points,
    layer_of,
    plain,
    points_of,
    polygons_of,
    rounded_columns,
    table_columns,
    units_of,
)
from planner.export.marks import marked_rows
from planner.i18n import use_language
from planner.reach import feed_pairs, pipe_pairs
from planner.region import Region, projected_points
from planner.screen import Screening, screen_for
from planner.tables import all_tables

if TYPE_CHECKING:
    from planner.scenario import Scenario

POINT_TABLES = {
    "substations": "substations",
    "plants": "reclaimed_plants",
    "stock": "stock",
    "outside": "outside_sites",
}
AREA_TABLES = ("study_area", "exclusions")
TOO_LONG = frozenset({"load_profiles"})
HULL_MARGIN_M = 2500.0  # a zone is drawn around its stations with this margin
CANDIDATE_UNITS = {"area_ha": "ha", "gross_ha": "ha", "nearest_plant_km": "km"}


def make_view(region: Region, scenario: Scenario, *, base: Region | None = None) -> dict[str, Any]:
    """Return the view of a region under the scenario's screening; `base` is the region without the scenario's edits."""
    screening = screen_for(region, scenario)
    pairs = {
        "stations": feed_pairs(
            screening.sites,
            region,
            radius_km=dict(scenario.power.radius_km),
            route_factor=scenario.screening.route_factor,
            max_feeds=scenario.power.max_feeds_per_site,
        ).rename(columns={"substation": "end"}),
        "plants": pipe_pairs(
            screening.sites,
            region,
            reach_km=scenario.water.reach_km,
            route_factor=scenario.screening.route_factor,
            max_pipes=scenario.water.max_pipes_per_site,
        ).rename(columns={"plant": "end"}),
    }
    return region_view(region, screening, pairs=pairs, base=base)


def region_view(
    region: Region,
    screening: Screening,
    *,
    pairs: Mapping[str, pd.DataFrame] | None = None,
    base: Region | None = None,
) -> dict[str, Any]:
    """Return the view as plain data: region, screening, bounds [deg], layers, headroom_years, tables, marks, notices.

    `pairs`: by name (stations, plants) the table site, end of what may serve each candidate. `tables` are those of `base`
    (the region itself when not given): what stands there before a scenario's edits.
    """
    bounds_m = _extent(region)
    tolerance = drawing_tolerance(bounds_m)
    layers = {
        "districts": _districts(region, tolerance),
        **{name: _areas(region, name, tolerance) for name in AREA_TABLES},
        "zones": _zones(region, tolerance),
        **{name: _points(region, table) for name, table in POINT_TABLES.items()},
        "candidates": _candidates(screening, pairs or {}),
        **grid_layers(region),
    }
    return {
        "version": VIEW_VERSION,
        "region": _facts(region),
        "screening": _screened(screening),
        "bounds": _bounds(bounds_m, region),
        "layers": layers,
        "headroom_years": [
            [str(node), int(year), float(mva)]
            for node, year, mva in region["headroom_years"][["node", "year", "headroom_mva"]].itertuples(index=False)
        ],
        "tables": _tables(base or region),
        "marks": {name: list(counts) for name, counts in marked_rows(region).items()},
        "notices": _notices(region),
    }


def _extent(region: Region) -> np.ndarray:
    """Return west, south, east, north [m] of what is drawn: study area and stations, else districts and sites."""
    named = [name for name in ("study_area", "substations") if len(region[name])] or ["districts", "sites"]
    seats = region["districts"][["seat_lon", "seat_lat"]]
    more = [] if "districts" not in named else [projected_points(region, seats["seat_lon"], seats["seat_lat"])]
    shapes = more + [
        gpd.GeoSeries(region[name].geometry).dropna() for name in named if isinstance(region[name], gpd.GeoDataFrame)
    ]
    return np.asarray(pd.concat(shapes).set_crs(region.projected_crs).total_bounds)


def _facts(region: Region) -> dict[str, Any]:
    label = dict((region.meta.get("grid") or {}).get("label") or {})
    return {
        "id": region.id,
        "name": str(region.name.get("en") or region.id),
        "name_zh": str(region.name.get("zh") or region.name.get("en") or region.id),
        "fingerprint": region.fingerprint,
        "base_year": region.base_year,
        "has_grid": region.grid is not None,
        "is_synthetic_grid": region.is_synthetic_grid,
        "is_area": region.is_area,
        "grid_label": {lang: str(text) for lang, text in label.items()},
        "sources": [{str(k): plain(v) for k, v in row.items()} for row in region.meta.get("sources") or []],
    }


def _screened(screening: Screening) -> dict[str, Any]:
    return {
        "cell_km": screening.cell_km,
        "radius_km": {str(voltage): float(km) for voltage, km in screening.radius_km.items()},
        "water_reach_km": float(screening.water_reach_km),
        "min_area_ha": float(screening.min_area_ha),
        "n_candidates": screening.n_candidates,
        "n_excluded": len(screening.candidates) - screening.n_candidates,
        "reasons": {str(reason): int(n) for reason, n in screening.counts().items()},
    }


def _bounds(bounds_m: np.ndarray, region: Region) -> list[float]:
    corners = gpd.GeoSeries([shapely.box(*bounds_m)], crs=region.projected_crs).to_crs("EPSG:4326")
    return [round(float(value), 4) for value in corners.total_bounds]


def _points(region: Region, table: str) -> Layer:
    frame = region[table]
    layer = layer_of(frame, all_tables()[table])
    return {**layer, "points": points_of(frame.geometry) if len(frame) else []}


def _areas(region: Region, table: str, tolerance: float) -> Layer:
    frame = region[table]
    layer = layer_of(frame, all_tables()[table])
    if not len(frame):
        return {**layer, "points": [], "polygons": []}
    shapes = frame.geometry
    return {**layer, "points": label_points(shapes), "polygons": polygons_of(shapes, tolerance_m=tolerance)}


def _districts(region: Region, tolerance: float) -> Layer:
    """Return the districts; the point of a district is its seat."""
    frame = region["districts"]
    layer = layer_of(frame, all_tables()["districts"])
    seats = points_of(gpd.GeoSeries(projected_points(region, frame["seat_lon"], frame["seat_lat"])))
    is_drawn = isinstance(frame, gpd.GeoDataFrame) and frame.geometry.notna().any()
    polygons = polygons_of(frame.geometry, tolerance_m=tolerance) if is_drawn else [None] * len(frame)
    return {**layer, "points": seats, "polygons": polygons}


def _zones(region: Region, tolerance: float) -> Layer:
    """Return the zones as areas around their stations, those of the zones below included: a zone has no border."""
    frame, stations = region["zones"], region["substations"]
    layer = layer_of(frame, all_tables()["zones"])
    above = dict(zip(frame["zone"], frame["parent"], strict=True)) if "parent" in frame else {}
    parent = stations["parent"] if "parent" in stations else pd.Series(None, index=stations.index, dtype=object)
    hulls = []
    for zone in frame["zone"]:
        inside = parent.isin(_below(zone, above))
        hull = stations.geometry[inside].union_all().convex_hull
        hulls.append(hull.buffer(HULL_MARGIN_M) if inside.any() else None)
    layer["columns"]["n_stations"] = [int(parent.isin(_below(zone, above)).sum()) for zone in frame["zone"]]
    areas = gpd.GeoSeries(hulls, crs=region.projected_crs)
    if not len(areas):
        return {**layer, "points": [], "polygons": []}
    return {**layer, "points": label_points(areas), "polygons": polygons_of(areas, tolerance_m=tolerance)}


def _below(zone: str, above: Mapping[str, Any]) -> set[str]:
    """Return a zone with all zones below it."""
    found = {zone}
    while True:
        more = {child for child, parent in above.items() if parent in found} - found
        if not more:
            return found
        found |= more


def _candidates(screening: Screening, pairs: Mapping[str, pd.DataFrame]) -> Layer:
    """Return the judged cells or parcels at the point from which their distances are taken; a cell has no name."""
    frame = pd.DataFrame(screening.candidates).drop(columns=["geometry", "x_m", "y_m"])
    km = [str(name) for name in frame.columns if str(name).endswith("_km")]
    dropped = ["lon", "lat", "reasons", "notes", *(["name", "name_zh"] if screening.cell_km is not None else [])]
    renamed = frame.rename(columns={"site": "id", "name_en": "name"}).drop(columns=dropped)
    columns = rounded_columns(renamed, {**dict.fromkeys(km, KM_DECIMALS), "area_ha": 1, "gross_ha": 1})
    for name in ("reasons", "notes"):
        columns[name] = [[code.strip() for code in str(codes).split(",") if code.strip()] for codes in frame[name]]
    for name in ("stations", "plants"):
        ends = pairs[name].groupby("site", sort=False)["end"].agg(list).to_dict() if name in pairs else {}
        columns[name] = [[str(end) for end in ends.get(site, [])] for site in frame["site"]]
    points = [[round(float(x), 4), round(float(y), 4)] for x, y in zip(frame["lon"], frame["lat"], strict=True)]
    return {"columns": columns, "units": {**dict.fromkeys(km, "km"), **CANDIDATE_UNITS}, "points": points}


def _tables(region: Region) -> dict[str, Any]:
    return {
        name: {
            "key": list(table.key),
            "columns": table_columns(region[name], table),
            "units": units_of(table),
        }
        for name, table in all_tables().items()
        if not table.is_grid and name not in TOO_LONG and name in region.tables and len(region[name])
    }


def _notices(region: Region) -> list[dict[str, Any]]:
    """Return the reader's notices in both languages: a view is shown in either."""
    if not region.notices:
        return []
    from planner.read import read_region

    texts = {}
    for lang in ("en", "zh"):
        with use_language(lang):
            texts[lang] = [notice.message for notice in read_region(region.path).notices]
    rows = zip(region.notices, texts["en"], texts["zh"], strict=True)
    return [{"file": n.file, "layer": n.layer, "code": n.code, "en": en, "zh": zh} for n, en, zh in rows]
