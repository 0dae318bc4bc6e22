"""Positions and polygons: swapped coordinates, invalid polygons, and the way into the projected system."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from planner.i18n import gettext as _
from planner.read_crs import EXAMPLE_GEOGRAPHIC, crs_of, is_same_crs, is_shifted, shifted_message
from planner.read_findings import Findings, RawLayer
from planner.read_manifest import Manifest
from planner.read_values import empty_frame
from planner.tables import Table

_SWAP_MARGIN_DEG = 15.0
_SAME_PLACE_DEG = 1e-4


def check_layer_crs(layer: RawLayer, manifest: Manifest, findings: Findings) -> None:
    """Note a layer that declares another system than the region does."""
    if layer.crs is None or manifest.crs is None:
        return
    if is_shifted(layer.crs):
        message, remedy = shifted_message(layer.crs)
        findings.add(layer.file, "crs_shifted", message, remedy, layer=layer.name, value=layer.crs)
        return
    own = crs_of(layer.crs)
    if own is not None and is_same_crs(own, manifest.crs):
        return
    message = _("{layer} is in {own}, the region declares {declared}.").format(
        layer=layer.name, own=layer.crs, declared=manifest.content.get("crs")
    )
    remedy = _("Convert the layer to {declared}, or correct `crs` in region.yaml for all layers.").format(
        declared=manifest.content.get("crs")
    )
    findings.add(layer.file, "crs_differs", message, remedy, layer=layer.name, value=layer.crs)


def placed(
    table: Table, layer: RawLayer, frame: pd.DataFrame, manifest: Manifest, findings: Findings
) -> pd.DataFrame:
    """Return the frame with its geometry in the projected system; note what is wrong with positions."""
    check_layer_crs(layer, manifest, findings)
    files = manifest.crs or CRS.from_user_input(EXAMPLE_GEOGRAPHIC)
    geometry = layer.geometry
    if geometry is not None:
        geometry = _checked_geometry(table, layer, geometry, findings)
        _check_degrees(table, layer, geometry, files, findings)
    if table.has_position:
        frame = _with_degrees(table, layer, frame, geometry, files, findings)
        _check_swapped(table, layer, frame, manifest, findings)
    if table.geometry == "none":
        return frame
    needs_polygon = table.geometry == "polygon"
    if geometry is None and needs_polygon:
        message = _("{layer} needs polygons, and {file} holds none.").format(layer=layer.name, file=layer.file)
        remedy = _("Give the layer as GeoJSON or GeoPackage with polygons.")
        findings.add(layer.file, "geometry_missing", message, remedy, layer=layer.name)
    return _projected(table, frame, geometry, files, manifest.projected_crs)


def unfilled(table: Table, manifest: Manifest) -> pd.DataFrame:
    """Return a table without rows, with its declared columns, types and kind of frame."""
    frame = empty_frame(table)
    if table.geometry == "none":
        return frame
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs=manifest.projected_crs))


def _checked_geometry(table: Table, layer: RawLayer, geometry: np.ndarray, findings: Findings) -> np.ndarray:
    absent = np.flatnonzero(shapely.is_missing(geometry) | shapely.is_empty(geometry)).tolist()
    if absent and table.geometry not in ("none", "polygon_or_none"):
        message = _("{column} has no geometry in {rows}.")
        remedy = _("Draw it, or delete the rows.")
        findings.add_rows(layer, "geometry_missing", message, remedy, positions=absent, key=table.key)
    allowed = {
        "point": ("Point",),
        "polygon": ("Polygon", "MultiPolygon"),
        "polygon_or_none": ("Polygon", "MultiPolygon"),
        "polygon_or_point": ("Polygon", "MultiPolygon", "Point"),
    }.get(table.geometry, ())
    other = [i for i, shape in enumerate(geometry) if shape is not None and shape.geom_type not in allowed]
    if other and allowed:
        found = geometry[other[0]].geom_type
        message = _("{column} holds {found} in {rows}, where {wanted} is expected.")
        message = message.replace("{found}", found).replace("{wanted}", allowed[0])
        remedy = _("Export the layer as {wanted}.").format(wanted=" / ".join(allowed))
        findings.add_rows(layer, "geometry_other_kind", message, remedy, positions=other, key=table.key)
    invalid = [i for i, shape in enumerate(geometry) if shape is not None and not shapely.is_valid(shape)]
    if invalid:
        reason = shapely.is_valid_reason(geometry[invalid[0]])
        message = _("{column} has an invalid polygon in {rows}: {reason}. Its area would be wrong.")
        remedy = _("Run «Fix geometries» in QGIS on the layer, look at the result, and export it again.")
        findings.add_rows(
            layer, "polygon_invalid", message.replace("{reason}", reason), remedy, positions=invalid, key=table.key
        )
    usable = geometry.copy()
    usable[sorted({*invalid, *other})] = None
    return usable


def _check_degrees(table: Table, layer: RawLayer, geometry: np.ndarray, files: CRS, findings: Findings) -> None:
    if not files.is_geographic:
        return
    bounds = shapely.bounds(geometry)
    far = (np.abs(bounds[:, [0, 2]]) > 180.0).any(axis=1) | (np.abs(bounds[:, [1, 3]]) > 180.0).any(axis=1)
    if far.any():
        message = _("{column} has coordinates that are no degrees in {rows}, but the region declares degrees.")
        remedy = _("Convert the layer to the declared crs, or declare the projected system it is in.")
        positions = np.flatnonzero(far).tolist()
        findings.add_rows(layer, "coordinates_not_degrees", message, remedy, positions=positions, key=table.key)


def _with_degrees(
    table: Table,
    layer: RawLayer,
    frame: pd.DataFrame,
    geometry: np.ndarray | None,
    files: CRS,
    findings: Findings,
) -> pd.DataFrame:
    """Fill lon and lat from the geometry where the layer has no such columns; compare them where it has both."""
    if geometry is None:
        return frame
    inside = gpd.GeoSeries(shapely.point_on_surface(geometry), crs=files).to_crs(files.geodetic_crs)
    lon, lat = pd.Series(shapely.get_x(inside.values)), pd.Series(shapely.get_y(inside.values))
    is_point = pd.Series(shapely.get_type_id(geometry) == 0)
    apart = is_point & (((frame["lon"] - lon).abs() > _SAME_PLACE_DEG) | ((frame["lat"] - lat).abs() > _SAME_PLACE_DEG))
    if apart.any():
        message = _("{column} has a point and columns lon, lat that disagree in {rows}.")
        remedy = _("Delete the columns lon and lat if the point is right, or move the point.")
        positions = np.flatnonzero(apart).tolist()
        findings.add_rows(layer, "position_contradiction", message, remedy, positions=positions, key=table.key)
    return frame.assign(lon=frame["lon"].where(frame["lon"].notna(), lon), lat=frame["lat"].where(frame["lat"].notna(), lat))


def _check_swapped(
    table: Table, layer: RawLayer, frame: pd.DataFrame, manifest: Manifest, findings: Findings
) -> None:
    """Note rows whose position makes sense only with lon and lat exchanged."""
    lon, lat = frame["lon"], frame["lat"]
    swapped = (lat.abs() > 90.0) & (lon.abs() <= 90.0)
    area = manifest.projected_crs.area_of_use if manifest.projected_crs is not None else None
    if area is not None:
        swapped |= ~_is_near(lon, lat, area.bounds) & _is_near(lat, lon, area.bounds)
    if not swapped.any():
        return
    positions = np.flatnonzero(swapped).tolist()
    first = f"{lon.iloc[positions[0]]:g}, {lat.iloc[positions[0]]:g}"
    message = _("{column} has lon and lat exchanged in {rows} (lon, lat = {first}). The row would lie elsewhere.")
    remedy = _("Exchange the two cells: lon is the east coordinate, in China 73 to 135; lat is 18 to 54.")
    findings.add_rows(
        layer, "lon_lat_swapped", message.replace("{first}", first), remedy, positions=positions, key=table.key, column="lat"
    )


def _is_near(lon: pd.Series, lat: pd.Series, bounds: tuple[float, float, float, float]) -> pd.Series:
    west, south, east, north = bounds
    margin = _SWAP_MARGIN_DEG
    return lon.between(west - margin, east + margin) & lat.between(south - margin, north + margin)


def _projected(
    table: Table, frame: pd.DataFrame, geometry: np.ndarray | None, files: CRS, projected: CRS | None
) -> gpd.GeoDataFrame:
    """Return the frame with geometry in metres; lon, lat win over a missing geometry."""
    if geometry is None and table.has_position:
        series = gpd.GeoSeries(gpd.points_from_xy(frame["lon"], frame["lat"]), crs=files.geodetic_crs)
    else:
        shapes = geometry if geometry is not None else np.full(len(frame), None, dtype=object)
        series = gpd.GeoSeries(shapes, crs=files)
    if projected is not None:
        series = series.to_crs(projected)
    return gpd.GeoDataFrame(frame, geometry=series.values, crs=series.crs)
