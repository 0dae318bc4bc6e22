"""The land that screening judges: cells of a grid over the study area, or the region's own parcels and areas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.errors import UsageError
from planner.i18n import gettext as _
from planner.region import Region
from planner.units import M2_PER_HA, M_PER_KM

SLIVER_HA = 0.01
MAX_CELLS = 100_000  # a city at half a kilometre
_BOX_SHARE = 20.0  # the box around a study area may be this much larger than the area


def cells(region: Region, cell_km: float) -> gpd.GeoDataFrame:
    """Return the grid cells that touch the study area, clipped to it."""
    area = region["study_area"].geometry.union_all()
    side = cell_km * M_PER_KM
    x0, y0, x1, y1 = area.bounds
    _check_count(max(area.area, (x1 - x0) * (y1 - y0) / _BOX_SHARE) / side**2, cell_km)
    east = np.arange(np.floor(x0 / side), np.ceil(x1 / side))
    north = np.arange(np.floor(y0 / side), np.ceil(y1 / side))
    col, row = (a.ravel() for a in np.meshgrid(east, north))
    boxes = shapely.box(col * side, row * side, (col + 1) * side, (row + 1) * side)
    shapely.prepare(area)
    touched = shapely.intersects(area, boxes)
    boxes, col, row = boxes[touched], col[touched] - east[0], row[touched] - north[0]
    clipped = shapely.intersection(boxes, area)
    site = pd.Series(col.astype(int)).map("C{:03d}".format) + pd.Series(row.astype(int)).map("-{:03d}".format)
    frame = gpd.GeoDataFrame(
        {"site": site, "centre": shapely.centroid(boxes)}, geometry=clipped, crs=region.projected_crs
    )
    frame["is_outside"] = False
    frame = frame[shapely.area(clipped) > SLIVER_HA * M2_PER_HA].reset_index(drop=True)
    frame["gross_m2"] = frame.geometry.area
    return frame


def _check_count(n_cells: float, cell_km: float) -> None:
    """Refuse cells so small that nobody could look at all of them, nor a machine hold them."""
    if not n_cells <= MAX_CELLS:
        raise UsageError(
            _(
                "Cells of {km:g} km cut the study area into about {n:,.0f} pieces; at most {most:,} are looked at."
            ).format(km=cell_km, n=n_cells, most=MAX_CELLS)
        )


def parcels(region: Region) -> gpd.GeoDataFrame:
    """Return the region's own parcels; those outside the study area, where there is one, are marked."""
    own = region["sites"]
    frame = gpd.GeoDataFrame(own.drop(columns="geometry"), geometry=own.geometry.values, crs=region.projected_crs)
    frame["centre"] = shapely.point_on_surface(frame.geometry.values)
    given = frame["area_ha"].astype(float) * M2_PER_HA if "area_ha" in frame else pd.Series(np.nan, frame.index)
    frame["gross_m2"] = given.fillna(frame.geometry.area)
    area = region["study_area"]
    inside = shapely.intersects(area.geometry.union_all(), frame.geometry.values) if len(area) else True
    frame["is_outside"] = ~np.asarray(inside) if len(area) else False
    return frame
