"""How much of the region a map shows, in the region's projected metres."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd

if TYPE_CHECKING:
    from planner.region import Region

MARGIN_SHARE = 0.12
MIN_EXTENT_M = 25_000.0


def plan_bounds(layers: Mapping[str, gpd.GeoDataFrame], region: Region) -> list[float]:
    """Return [left, bottom, right, top] around sites, feeds and pipes; around the districts where there are none or hubs."""
    if "hubs" in layers:  # flows come from everywhere: the whole country is the frame
        return bounds_of([layers["districts"]], region)
    drawn = [layers[name] for name in ("sites", "feeds", "pipes") if len(layers[name])]
    return bounds_of(drawn or [layers["districts"]], region)


def crs_label(crs: str) -> str:
    """Return how a reference system is called: its code where it has one, else its name, never its whole definition.

    >>> crs_label("EPSG:4548")
    'EPSG:4548'
    """
    if "[" not in crs and "+" not in crs:
        return crs
    from pyproj import CRS

    found = CRS.from_user_input(crs)
    how = found.coordinate_operation
    return str(how.method_name) if found.name == "unknown" and how is not None else str(found.name)


def bounds_of(layers: list[gpd.GeoDataFrame], region: Region) -> list[float]:
    """Return [left, bottom, right, top] with a margin, metres."""
    boxes: list[Any] = [layer.to_crs(region.projected_crs).total_bounds for layer in layers if len(layer)]
    if not boxes:
        return [0.0, 0.0, 1.0, 1.0]
    left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
    pad_x = max(MARGIN_SHARE * (right - left), (MIN_EXTENT_M - (right - left)) / 2, 0.0)
    pad_y = max(MARGIN_SHARE * (top - bottom), (MIN_EXTENT_M - (top - bottom)) / 2, 0.0)
    return [round(float(v), 1) for v in (left - pad_x, bottom - pad_y, right + pad_x, top + pad_y)]
