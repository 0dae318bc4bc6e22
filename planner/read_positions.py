"""Positions and polygons: swapped coordinates, invalid polygons, and the way into the projected system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from planner.i18n import gettext as _
from planner.read_crs import EXAMPLE_GEOGRAPHIC, crs_of, is_same_crs, is_shifted, shifted_message
from planner.read_findings import Reading
from planner.read_manifest import Manifest
from planner.read_values import empty_frame
from planner.tables import Table
from planner.units import M2_PER_HA, MAX_LAT_DEG, MAX_LON_DEG

_MARGIN_DEG = 15.0
_SAME_PLACE_DEG = 1e-4
_MAY_LIE_FAR = ("outside_sites",)
_POLYGONS = ("Polygon", "MultiPolygon")
_KINDS = {
    "point": ("Point",),
    "polygon": _POLYGONS,
    "polygon_or_none": _POLYGONS,
    "polygon_or_point": (*_POLYGONS, "Point"),
}


@dataclass(frozen=True, eq=False)
class _Degrees:
    """Longitude and latitude of the rows, and the column to name when they are wrong."""

    lon: pd.Series[float]
    lat: pd.Series[float]
    column: str | None

    def is_near(self, bounds: tuple[float, float, float, float]) -> pd.Series[bool]:
        """Return which rows lie within 15 degrees of an area; one that ends beyond the date line has its east in the west."""
        west, south, east, north = bounds
        in_lat = self.lat.between(south - _MARGIN_DEG, north + _MARGIN_DEG)
        if west <= east:
            return in_lat & self.lon.between(west - _MARGIN_DEG, east + _MARGIN_DEG)
        return in_lat & ((self.lon >= west - _MARGIN_DEG) | (self.lon <= east + _MARGIN_DEG))


def placed(reading: Reading, frame: pd.DataFrame, *, manifest: Manifest) -> pd.DataFrame:
    """Return the frame with its geometry in the projected system; note what is wrong with positions."""
    table, layer = reading.table, reading.layer
    _check_layer_crs(reading, manifest)
    files = manifest.crs or CRS.from_user_input(EXAMPLE_GEOGRAPHIC)
    geometry = layer.geometry
    if geometry is not None:
        geometry = _usable_geometry(reading, geometry)
        _check_degrees(reading, geometry, files=files)
        if table.has_position:
            frame = _with_degrees(reading, frame, geometry=geometry, files=files)
    for degrees in _degrees(reading, frame, geometry=geometry, files=files):
        _check_swapped(reading, degrees, manifest=manifest)
    if geometry is None and table.geometry == "polygon":
        message = _("{layer} needs polygons, and {file} holds none.").format(layer=layer.name, file=layer.file)
        reading.note("geometry_missing", message, remedy=_("Give the layer as GeoJSON or GeoPackage with polygons."))
    if table.geometry == "none":
        return frame
    return _projected(table, frame, geometry=geometry, manifest=manifest)


def unfilled(table: Table, manifest: Manifest) -> pd.DataFrame:
    """Return a table without rows, with its declared columns, types and kind of frame."""
    frame = empty_frame(table)
    if table.geometry == "none":
        return frame
    return _projected(table, frame, geometry=None, manifest=manifest)


def _check_layer_crs(reading: Reading, manifest: Manifest) -> None:
    """Note a layer that declares another system than the region does."""
    own_name, declared = reading.layer.crs, manifest.content.get("crs")
    if own_name is None:
        return
    if is_shifted(own_name):
        message, remedy = shifted_message(own_name)
        reading.note("crs_shifted", message, remedy=remedy)
        return
    own = crs_of(own_name)
    if manifest.crs is None or (own is not None and is_same_crs(own, manifest.crs)):
        return
    message = _("{layer} is in {own}, the region declares {declared}.").format(
        layer=reading.layer.name, own=own_name, declared=declared
    )
    remedy = _("Convert the layer to {declared}, or correct `crs` in region.yaml for all layers.").format(
        declared=declared
    )
    reading.note("crs_differs", message, remedy=remedy)


def _usable_geometry(reading: Reading, geometry: np.ndarray) -> np.ndarray:
    """Return the geometry without shapes that cannot be used, which are noted."""
    kind = reading.table.geometry
    absent = np.flatnonzero(shapely.is_missing(geometry) | shapely.is_empty(geometry)).tolist()
    if absent and kind not in ("none", "polygon_or_none"):
        message = _("{column} has no geometry in {rows}.")
        reading.note_rows("geometry_missing", message, remedy=_("Draw it, or delete the rows."), positions=absent)
    allowed = _KINDS.get(kind, ())
    other = [i for i, shape in enumerate(geometry) if shape is not None and shape.geom_type not in allowed]
    if other and allowed:
        message = _("{column} holds {found} in {rows}, where {wanted} is expected.")
        message = message.replace("{found}", geometry[other[0]].geom_type).replace("{wanted}", allowed[0])
        remedy = _("Export the layer as {wanted}.").format(wanted=" / ".join(allowed))
        reading.note_rows("geometry_other_kind", message, remedy=remedy, positions=other)
    invalid = [i for i, shape in enumerate(geometry) if shape is not None and not shapely.is_valid(shape)]
    if invalid:
        reason = shapely.is_valid_reason(geometry[invalid[0]])
        message = _("{column} has an invalid polygon in {rows}: {reason}. Its area would be wrong.")
        remedy = _("Run «Fix geometries» in QGIS on the layer, look at the result, and export it again.")
        reading.note_rows("polygon_invalid", message.replace("{reason}", reason), remedy=remedy, positions=invalid)
    usable = geometry.copy()
    usable[sorted({*invalid, *other})] = None
    return usable


def _check_degrees(reading: Reading, geometry: np.ndarray, *, files: CRS) -> None:
    far = (np.abs(shapely.bounds(geometry)) > MAX_LON_DEG).any(axis=1)
    if files.is_geographic and far.any():
        message = _("{column} has coordinates that are no degrees in {rows}, but the region declares degrees.")
        remedy = _("Convert the layer to the declared crs, or declare the projected system it is in.")
        positions = np.flatnonzero(far).tolist()
        reading.note_rows("coordinates_not_degrees", message, remedy=remedy, positions=positions)


def _inner_degrees(geometry: np.ndarray, files: CRS) -> _Degrees:
    inside = gpd.GeoSeries(shapely.point_on_surface(geometry), crs=files).to_crs(files.geodetic_crs)
    return _Degrees(pd.Series(shapely.get_x(inside.values)), pd.Series(shapely.get_y(inside.values)), None)


def _with_degrees(reading: Reading, frame: pd.DataFrame, *, geometry: np.ndarray, files: CRS) -> pd.DataFrame:
    """Fill lon and lat from the geometry where the layer has no such columns; compare them where it has both."""
    inner = _inner_degrees(geometry, files)
    is_point = pd.Series(shapely.get_type_id(geometry) == 0)
    is_apart = ((frame["lon"] - inner.lon).abs() > _SAME_PLACE_DEG) | (
        (frame["lat"] - inner.lat).abs() > _SAME_PLACE_DEG
    )
    apart = np.flatnonzero(is_point & is_apart).tolist()
    if apart:
        message = _("{column} has a point and columns lon, lat that disagree in {rows}.")
        remedy = _("Delete the columns lon and lat if the point is right, or move the point.")
        reading.note_rows("position_contradiction", message, remedy=remedy, positions=apart)
    return frame.assign(lon=frame["lon"].fillna(inner.lon), lat=frame["lat"].fillna(inner.lat))


def _degrees(reading: Reading, frame: pd.DataFrame, *, geometry: np.ndarray | None, files: CRS) -> Iterator[_Degrees]:
    """Give the positions that can be looked at: those in columns, else the insides of polygons."""
    pairs = [pair for pair in (("lon", "lat"), ("seat_lon", "seat_lat")) if set(pair) <= set(frame.columns)]
    for lon, lat in pairs:
        yield _Degrees(frame[lon], frame[lat], lat if lat in reading.layer.cells else None)
    if geometry is not None and ("lon", "lat") not in pairs:
        yield _inner_degrees(geometry, files)


def _check_swapped(reading: Reading, degrees: _Degrees, *, manifest: Manifest) -> None:
    """Note rows whose position makes sense only with lon and lat exchanged, and rows far from the region."""
    lon, lat = degrees.lon, degrees.lat
    swapped = (lat.abs() > MAX_LAT_DEG) & (lon.abs() <= MAX_LAT_DEG)
    far = pd.Series(False, index=lon.index)
    area = manifest.projected_crs.area_of_use if manifest.projected_crs is not None else None
    if area is not None:
        away = ~degrees.is_near(area.bounds) & lon.notna() & lat.notna()
        swapped |= away & _Degrees(lat, lon, None).is_near(area.bounds)
        far = away & ~swapped & (lat.abs() <= MAX_LAT_DEG) & (lon.abs() <= MAX_LON_DEG)
    if swapped.any():
        message = _("{column} has lon and lat exchanged in {rows} (lon, lat = {first}). The row would lie elsewhere.")
        remedy = _("Exchange the two: lon is the east coordinate, in China 73 to 135; lat is 18 to 54.")
        _note_position(reading, degrees, rows=swapped, code="lon_lat_swapped", sentences=(message, remedy))
    if far.any() and reading.table.name not in _MAY_LIE_FAR:
        message = _("{column} lies far from the area of the projected system in {rows} (lon, lat = {first}).")
        remedy = _("Correct the position; if it is right, choose a projected_crs that is made for the area.")
        _note_position(reading, degrees, rows=far, code="position_far", sentences=(message, remedy))


def _note_position(
    reading: Reading, degrees: _Degrees, *, rows: pd.Series[bool], code: str, sentences: tuple[str, str]
) -> None:
    positions = np.flatnonzero(rows).tolist()
    first = f"{degrees.lon.iloc[positions[0]]:g}, {degrees.lat.iloc[positions[0]]:g}"
    message, remedy = sentences
    reading.note_rows(
        code, message.replace("{first}", first), remedy=remedy, positions=positions, column=degrees.column
    )


def _projected(table: Table, frame: pd.DataFrame, *, geometry: np.ndarray | None, manifest: Manifest) -> pd.DataFrame:
    """Return the frame with geometry in metres; a layer without geometry is placed by lon and lat."""
    files = manifest.crs or CRS.from_user_input(EXAMPLE_GEOGRAPHIC)
    if geometry is None and table.has_position:
        series = gpd.GeoSeries(gpd.points_from_xy(frame["lon"], frame["lat"]), crs=files.geodetic_crs)
    else:
        shapes = geometry if geometry is not None else np.full(len(frame), None, dtype=object)
        series = gpd.GeoSeries(shapes, crs=files)
    if manifest.projected_crs is not None:
        series = series.to_crs(manifest.projected_crs)
    placed_frame: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=series.values, crs=series.crs)
    if "area_ha" in frame and series.crs is not None and series.crs.is_projected:
        drawn_ha = series.area / M2_PER_HA
        placed_frame["area_ha"] = frame["area_ha"].fillna(drawn_ha.where(drawn_ha > 0.0))
    return placed_frame
