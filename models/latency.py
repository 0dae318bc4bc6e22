"""Round trip time of light in fibre between places.

    rtt_ms = fixed_ms + 2 x route_km x 0.0049
    route_km = great circle x route factor

Symbols
    fixed_ms       equipment at both ends and on the way  [ms]   2.7 or less between cities, 0.3 to 0.5 in a city
    route_factor   length of the fibre's way over the great circle; not below 1.1, usually 1.4 in a city
    0.0049         travel time in fibre, group index 1.47  [ms per km, one way]

Source: seed facts F217 to F219 (Horinger, 2024), formulation notes 2.10. Three points are a calibration, not a
validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Geod

Floats = npt.NDArray[np.float64]

MS_PER_KM = 0.0049
M_PER_KM = 1_000.0
METRO_FIXED_MS = 0.5
METRO_ROUTE_FACTOR = 1.4
MIN_ROUTE_FACTOR = 1.1

# Published round trips from Horinger new area. The text names regions (Jing-Jin-Ji, Yangtze delta, Greater Bay); the
# end points are ours: Beijing, Shanghai, and Shaoguan, the Greater Bay hub's cluster. Coordinates: general knowledge.
HORINGER_POINTS = pd.DataFrame(
    [
        ("F217", "Horinger", "Beijing", 111.80, 40.55, 116.40, 39.90, 7.0),
        ("F218", "Horinger", "Shanghai", 111.80, 40.55, 121.47, 31.23, 15.0),
        ("F219", "Horinger", "Shaoguan", 111.80, 40.55, 113.60, 24.81, 23.0),
    ],
    columns=["fact", "from_place", "to_place", "lon_a", "lat_a", "lon_b", "lat_b", "rtt_ms"],
)


@dataclass(frozen=True)
class LatencyFit:
    """Calibrated parameters, and what is left over at each point (model less published)."""

    fixed_ms: float
    route_factor: float
    points: pd.DataFrame  # the points with great_circle_km, model_ms, residual_ms
    is_factor_at_bound: bool


@lru_cache(maxsize=1)
def _geod() -> Geod:
    return Geod(ellps="WGS84")


def great_circle_km(lon_a: npt.ArrayLike, lat_a: npt.ArrayLike, lon_b: npt.ArrayLike, lat_b: npt.ArrayLike) -> Floats:
    """Return the shortest way on the WGS84 ellipsoid between places given in degrees; arguments broadcast."""
    arrays = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (lon_a, lat_a, lon_b, lat_b)))
    lons_a, lats_a, lons_b, lats_b = (np.ascontiguousarray(a).ravel() for a in arrays)
    _, _, distance_m = _geod().inv(lons_a, lats_a, lons_b, lats_b)
    return np.asarray(distance_m, dtype=float).reshape(arrays[0].shape) / M_PER_KM


def rtt_from_route_ms(great_circle: npt.ArrayLike, *, fixed_ms: float, route_factor: float) -> Floats:
    """Return the round trip [ms] over a great circle [km] and a route factor.

    >>> round(float(rtt_from_route_ms(100.0, fixed_ms=0.5, route_factor=1.4)), 3)
    1.872
    """
    if fixed_ms < 0.0 or route_factor < 1.0:
        raise ValueError(f"fixed_ms {fixed_ms} must not be negative and route_factor {route_factor} not below 1.")
    return np.asarray(fixed_ms + 2.0 * MS_PER_KM * route_factor * np.asarray(great_circle, dtype=float))


def rtt_matrix_ms(
    lon_a: npt.ArrayLike,
    lat_a: npt.ArrayLike,
    lon_b: npt.ArrayLike,
    lat_b: npt.ArrayLike,
    *,
    fixed_ms: float = METRO_FIXED_MS,
    route_factor: float = METRO_ROUTE_FACTOR,
) -> Floats:
    """Return round trips [ms] from each place a (rows) to each place b (columns)."""
    distance = great_circle_km(
        np.asarray(lon_a, dtype=float)[:, None],
        np.asarray(lat_a, dtype=float)[:, None],
        np.asarray(lon_b, dtype=float)[None, :],
        np.asarray(lat_b, dtype=float)[None, :],
    )
    return rtt_from_route_ms(distance, fixed_ms=fixed_ms, route_factor=route_factor)


def calibrate(points: pd.DataFrame = HORINGER_POINTS, *, min_route_factor: float = MIN_ROUTE_FACTOR) -> LatencyFit:
    """Fit fixed_ms and route_factor by least squares to published round trips, the factor not below a bound.

    The free fit of the three Horinger figures gives a factor of about 1, shorter than any real fibre; the bound
    holds, and the fixed part then is the mean of what the route leaves, not below 0.
    """
    distance = great_circle_km(points["lon_a"], points["lat_a"], points["lon_b"], points["lat_b"])
    rtt = points["rtt_ms"].to_numpy(float)
    slope, fixed = np.polyfit(distance, rtt, 1)
    factor = float(slope / (2.0 * MS_PER_KM))
    if factor < min_route_factor:
        factor = min_route_factor
        fixed = float(np.mean(rtt - 2.0 * MS_PER_KM * factor * distance))
    if fixed < 0.0:
        fixed = 0.0
        factor = max(min_route_factor, float(distance @ rtt / (distance @ distance)) / (2.0 * MS_PER_KM))
    model = rtt_from_route_ms(distance, fixed_ms=float(fixed), route_factor=factor)
    reported = points.assign(great_circle_km=distance, model_ms=model, residual_ms=model - rtt)
    return LatencyFit(float(fixed), factor, reported, is_factor_at_bound=factor <= min_route_factor)
