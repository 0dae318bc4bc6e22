"""Layers of a view: rows of a region's table as plain columns, their places and shapes in degrees (WGS 84).

A layer is {columns: {name: [..]}, units: {name: unit}, points: [[lon, lat] | None]} and, for areas, `polygons`: per row a
list of polygons, each a list of rings, or, for lines, `lines`: per row a list of points. `points` is where a row is
labelled and focused, also for areas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.tables import EVERY_TABLE, Table

WGS84 = "EPSG:4326"
DECIMALS = 5  # of a degree, about 1 m
KM_DECIMALS = 2
PARTS_OF_WIDTH = 3000.0  # an area is drawn to this part of the whole map's width
CONFIDENCE = "_confidence"
POSITION = ("lon", "lat", "seat_lon", "seat_lat")
Layer = dict[str, Any]


def plain(value: object) -> Any:
    """Return a cell as JSON holds it; what is not known is None."""
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return None if value is None or value is pd.NA else str(value)


def table_columns(frame: pd.DataFrame, table: Table, *, skip: Iterable[str] = ()) -> dict[str, list[Any]]:
    """Return the declared columns that hold anything, with confidence, confidence of single columns, and source."""
    declared = [*table.column_names, *(column.name for column in EVERY_TABLE)]
    own = [f"{name}{CONFIDENCE}" for name in declared if f"{name}{CONFIDENCE}" in frame]
    left_out = set(skip)
    kept = [name for name in [*declared, *own] if name in frame and name not in left_out]
    return {name: [plain(value) for value in frame[name]] for name in kept if frame[name].notna().any()}


def units_of(table: Table) -> dict[str, str]:
    """Return the unit of every declared column that has one."""
    return {column.name: column.unit for column in table.columns if column.unit}


def layer_of(frame: pd.DataFrame, table: Table) -> Layer:
    """Return the rows of a table as a layer without places: the key as `id`, names as `name` and `name_zh`."""
    key = table.key[0] if table.key else ""
    columns = table_columns(frame, table, skip=[*POSITION, "name_en", "name_zh", key])
    ids = frame[key].astype(str).tolist() if key else [f"{table.name}-{i + 1}" for i in range(len(frame))]
    named = {lang: frame.get(f"name_{lang}", pd.Series(ids, index=frame.index)) for lang in ("en", "zh")}
    return {
        "columns": {
            "id": ids,
            "name": [plain(value) or row for value, row in zip(named["en"], ids, strict=True)],
            "name_zh": [plain(value) or row for value, row in zip(named["zh"], ids, strict=True)],
            **columns,
        },
        "units": {name: unit for name, unit in units_of(table).items() if name in columns},
    }


def points_of(shapes: gpd.GeoSeries) -> list[list[float] | None]:
    """Return [lon, lat] of points, None where there is none."""
    moved = shapes.to_crs(WGS84)
    return [_place(shape) for shape in moved]


def polygons_of(shapes: gpd.GeoSeries, *, tolerance_m: float) -> list[list[list[list[list[float]]]] | None]:
    """Return per row its polygons as rings of [lon, lat]; None for a row without an area."""
    simple = shapes.simplify(tolerance_m).to_crs(WGS84)
    return [_polygons(shape) for shape in simple]


def label_points(shapes: gpd.GeoSeries) -> list[list[float] | None]:
    """Return a point inside each area, None for a row without an area."""
    inner = gpd.GeoSeries(shapes.representative_point(), index=shapes.index, crs=shapes.crs)
    return points_of(inner.where(~(shapes.isna() | shapes.is_empty)))


def drawing_tolerance(bounds_m: Iterable[float]) -> float:
    """Return how far a drawn line may leave the true one [m] on a map of these bounds (west, south, east, north)."""
    west, south, east, north = bounds_m
    return max(east - west, north - south) / PARTS_OF_WIDTH


def rounded_columns(frame: pd.DataFrame, decimals: Mapping[str, int]) -> dict[str, list[Any]]:
    """Return columns as plain lists, those named in `decimals` rounded."""
    return {
        str(name): [
            round(value, decimals[str(name)]) if str(name) in decimals and value is not None else value
            for value in map(plain, frame[name])
        ]
        for name in frame.columns
    }


def _place(shape: Any) -> list[float] | None:
    if shape is None or shape.is_empty:
        return None
    return [round(float(shape.x), DECIMALS), round(float(shape.y), DECIMALS)]


def _polygons(shape: Any) -> list[list[list[list[float]]]] | None:
    if shape is None or shape.is_empty:
        return None
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [[_ring(ring) for ring in (part.exterior, *part.interiors)] for part in parts] or None


def _ring(ring: Any) -> list[list[float]]:
    return [[round(float(x), DECIMALS), round(float(y), DECIMALS)] for x, y in shapely.get_coordinates(ring)]
