"""The frame of a map: which part of the earth fills it, and a bar of a round length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

TILE_PX = 512.0  # of the whole earth at zoom 0
MARGIN_ZOOM = 0.15
CLOSE_ZOOM = 11.5  # a single station fills a good part of the map
KM_PER_DEGREE = 111.32  # of latitude
ROUND = (1.0, 2.0, 5.0)


def fitted(bounds: Sequence[float], *, width_px: float, height_px: float) -> dict[str, float]:
    """Return longitude, latitude and zoom at which `bounds` (west, south, east, north, degrees) fill the map."""
    west, south, east, north = bounds
    across = math.log2(width_px * 360.0 / (TILE_PX * max(east - west, 1e-6)))
    high = math.log2(height_px * 2.0 * math.pi / (TILE_PX * max(_mercator(north) - _mercator(south), 1e-9)))
    return {
        "longitude": round(0.5 * (west + east), 5),
        "latitude": round(_latitude(0.5 * (_mercator(south) + _mercator(north))), 5),
        "zoom": round(min(across, high) - MARGIN_ZOOM, 3),
    }


def close_to(place: Sequence[float], whole: dict[str, float], *, zoom: float | None = None) -> dict[str, float]:
    """Return the frame in which one place is seen closely, or at a zoom of its own."""
    near = max(CLOSE_ZOOM, whole["zoom"]) if zoom is None else zoom
    return {"longitude": place[0], "latitude": place[1], "zoom": near}


def scale_bar(bounds: Sequence[float]) -> dict[str, Any]:
    """Return a bar of a round length at the south-west corner: its ends [lon, lat] and its length [km]."""
    west, south, east, _north = bounds
    km_per_degree = KM_PER_DEGREE * math.cos(math.radians(south))
    wished = (east - west) * km_per_degree / 5.0
    power = 10.0 ** math.floor(math.log10(wished))
    km = max(step * power for step in ROUND if step * power <= wished)
    return {"a": [west, south], "b": [round(west + km / km_per_degree, 5), south], "km": km}


def _latitude(mercator: float) -> float:
    """Return the latitude that lies at a height of the map: the middle of a large country is not that of its degrees."""
    return math.degrees(2.0 * math.atan(math.exp(mercator)) - math.pi / 2.0)


def _mercator(lat: float) -> float:
    return math.log(math.tan(math.pi / 4.0 + math.radians(lat) / 2.0))
