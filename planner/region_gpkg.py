"""Write a region folder as one GeoPackage that reads as the same region."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyproj import CRS

from models.grid.source import GridFile
from planner.errors import InputProblems, Problem, UsageError
from planner.i18n import gettext as _
from planner.read import MANIFEST_LAYER, read_raw_layers, read_region
from planner.read_findings import RawLayer
from planner.read_manifest import MANIFEST
from planner.read_text import decode
from planner.region import Region
from planner.tables import Table, all_tables


def write_region_gpkg(folder: Path | str, path: Path | str) -> Region:
    """Write the region in `folder` into the GeoPackage `path` and return the region that was read.

    Positions stay in the declared system of the files, digit by digit; an existing file is not overwritten.
    """
    folder, path = Path(folder), Path(path)
    if path.exists():
        raise UsageError(_("{path} exists. Choose another name or delete it.").format(path=path))
    region = read_region(folder)
    if isinstance(region.grid, GridFile):
        raise UsageError(
            _("The network of {region} is a file of its own, which a GeoPackage cannot hold. Share the folder.").format(
                region=region.id
            )
        )
    raw = read_raw_layers(folder)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        part = Path(scratch) / "region.gpkg"
        text = _manifest_text(folder)
        pyogrio.write_dataframe(pd.DataFrame({"yaml": [text]}), part, layer=MANIFEST_LAYER, driver="GPKG")
        for name, table in all_tables().items():
            if name in raw:
                _write(_frame(region, table, raw[name]), part, name)
        part.replace(path)
    return region


def _manifest_text(folder: Path) -> str:
    decoded = decode((folder / MANIFEST).read_bytes(), file=MANIFEST, layer=None)
    if isinstance(decoded, Problem):
        raise InputProblems([decoded])
    return decoded[0]


def _frame(region: Region, table: Table, layer: RawLayer) -> pd.DataFrame:
    """Return the typed columns that hold something, with the geometry in the system of the files."""
    tables: Any = region.grid  # a network file was refused
    source = tables[table.name.removeprefix("grid_")] if table.is_grid else region[table.name]
    columns = pd.DataFrame({name: source[name] for name in source if name != "geometry" and source[name].notna().any()})
    if table.geometry == "none":
        return columns
    files = CRS.from_user_input(region.crs)
    shapes = gpd.GeoSeries(np.full(len(columns), None, dtype=object), crs=files)
    if layer.geometry is not None:
        shapes = gpd.GeoSeries(layer.geometry, crs=files)
    elif {"lon", "lat"} <= set(columns):
        shapes = gpd.GeoSeries(gpd.points_from_xy(columns["lon"], columns["lat"]), crs=files.geodetic_crs).to_crs(files)
    frame: pd.DataFrame = gpd.GeoDataFrame(columns, geometry=shapes)
    return frame


def _write(frame: pd.DataFrame, path: Path, name: str) -> None:
    if not isinstance(frame, gpd.GeoDataFrame):
        pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=False)
        return
    kinds = set(frame.geometry.geom_type.dropna())
    kind = kinds.pop() if len(kinds) == 1 else "Unknown"
    pyogrio.write_dataframe(
        frame, path, layer=name, driver="GPKG", append=False, geometry_type=kind, promote_to_multi=False
    )
