"""The value `Region`: what is there, checked, in one projected system.

Tables are plain frames with the id as a column. Layers with a position are GeoDataFrames in the projected system
(metres); `lon` and `lat` stay beside the geometry, in degrees of the declared geographic system.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from models.grid.source import Grid
from planner.errors import Notice, UsageError
from planner.i18n import gettext as _
from planner.tables import MARKED_CONFIDENCES
from planner.units import M_PER_KM

SCHEMA_VERSION = 1
STATIONS, AREA = "stations", "area"  # how sites are fed: `feeding` of region.yaml


@dataclass(frozen=True, eq=False)
class Region:
    """What is there: checked tables, the optional AC network, where they came from and their fingerprint."""

    id: str
    name: Mapping[str, str]
    base_year: int
    crs: str
    projected_crs: str
    meta: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    grid: Grid | None
    notices: tuple[Notice, ...]
    fingerprint: str
    path: Path = field(compare=False)

    def __getitem__(self, table: str) -> pd.DataFrame:
        """Return one table by its declared name; an absent optional table is empty."""
        if table not in self.tables:
            known = ", ".join(sorted(self.tables))
            raise UsageError(_("The region has no table {table}; it has {known}.").format(table=table, known=known))
        return self.tables[table]

    def __eq__(self, other: object) -> bool:
        """Two regions are equal when their content is: the path does not matter."""
        return isinstance(other, Region) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        """Return a hash of the content."""
        return hash(self.fingerprint)

    @property
    def is_area(self) -> bool:
        """Return whether sites are areas with their own grid access; no stations are modelled then."""
        return self.meta.get("feeding", STATIONS) == AREA

    @property
    def is_synthetic_grid(self) -> bool:
        """Return whether the AC network is constructed, not the real one."""
        return self.grid is not None and bool(self.meta.get("grid", {}).get("is_synthetic", False))


def confidence_of(frame: pd.DataFrame, column: str) -> pd.Series[str]:
    """Return how far one column can be trusted, row by row: its own mark, else the row's, else ""."""
    rows = frame["confidence"] if "confidence" in frame else pd.Series("", index=frame.index)
    own = frame.get(f"{column}_confidence")
    marks = rows if own is None else own.where(own.notna(), rows)
    return marks.fillna("").astype(str)


def is_marked(frame: pd.DataFrame, column: str) -> pd.Series[bool]:
    """Return which rows must be shown as assumed or synthetic where `column` is shown."""
    return confidence_of(frame, column).isin(MARKED_CONFIDENCES)


def uncertain_positions(frame: pd.DataFrame, *, feed_km: float | pd.Series[float]) -> pd.Series[bool]:
    """Return which rows lie less precisely than half the length of a feed [km]; unknown precision counts as such."""
    return ~(frame["coord_precision_km"] <= np.asarray(feed_km) / 2.0)


def projected_points(region: Region, lon: pd.Series[float], lat: pd.Series[float]) -> gpd.GeoSeries:
    """Return points [m, projected system of the region] of degrees in its declared geographic system."""
    geographic = CRS.from_user_input(region.crs).geodetic_crs
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=lon.index, crs=geographic).to_crs(region.projected_crs)


def distances_km(left: gpd.GeoSeries, right: gpd.GeoSeries) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the straight distances [km] between all pairs of two sets of projected points, as a matrix."""
    a, b = shapely.get_coordinates(left.values), shapely.get_coordinates(right.values)
    return np.asarray(np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1]) / M_PER_KM)


def _plain(value: object) -> object:
    if isinstance(value, shapely.Geometry):
        return shapely.to_wkt(shapely.normalize(value), rounding_precision=3)
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.integer, np.floating)):
        return float(f"{float(value):.12g}")
    return str(value)


def _table_lines(frame: pd.DataFrame) -> list[str]:
    columns = sorted(column for column in frame.columns if frame[column].notna().any())
    rows = zip(*([_plain(value) for value in frame[column]] for column in columns), strict=True)
    return sorted(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) for row in rows)


def fingerprint_of(meta: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> str:
    """Return a hash of what the tables say: the same for a folder and for a GeoPackage, whatever the row order."""
    content = hashlib.sha256(json.dumps(meta, ensure_ascii=False, sort_keys=True, default=str).encode())
    for name in sorted(tables):
        if len(tables[name]):
            content.update(f"\n#{name}\n".encode())
            content.update("\n".join(_table_lines(tables[name])).encode())
    return content.hexdigest()
