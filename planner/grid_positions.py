"""Where the buses of a network are: in a region's tables, in the file, or only in a drawing.

Positions of a network file are degrees only where they are plausible ones; else they are a drawing layout, shown as
such and never put on the earth.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.region import Region

WGS84 = "EPSG:4326"
COLUMNS = ["bus", "x", "y"]


def positions_of(net: Any, region: Region | None) -> tuple[str | None, pd.DataFrame, tuple[str, ...]]:
    """Return (geographic system or None for a drawing, bus with x and y, what the user should know)."""
    found = _of_tables(region)
    if found is None:
        crs, positions = _of_net(net)
    else:
        crs, positions = WGS84, found
    notices = []
    n_without = len(net.bus) - len(positions)
    if crs is None and len(positions):
        notices.append(_("Positions are a drawing layout, not places on the earth."))
    if n_without > 0:
        notices.append(_("{n} of {total} buses have no position.").format(n=n_without, total=len(net.bus)))
    return crs, positions, tuple(notices)


def _of_tables(region: Region | None) -> pd.DataFrame | None:
    """Return positions of a region whose grid is tables, in WGS 84."""
    if region is None or not hasattr(region.grid, "keys"):
        return None
    from pyproj import CRS, Transformer

    buses = region.grid["buses"]  # type: ignore[index]  # narrowed by hasattr
    if not {"lon", "lat"} <= set(buses.columns):
        return None
    known = buses[buses["lon"].notna() & buses["lat"].notna()]
    geographic = CRS.from_user_input(region.crs).geodetic_crs
    lon, lat = Transformer.from_crs(geographic, WGS84, always_xy=True).transform(
        known["lon"].to_numpy(dtype=float), known["lat"].to_numpy(dtype=float)
    )
    return pd.DataFrame({"bus": known["bus"].astype(str).to_numpy(), "x": lon, "y": lat}, columns=COLUMNS)


def _of_net(net: Any) -> tuple[str | None, pd.DataFrame]:
    """Return positions of a net's `geo` column (GeoJSON points)."""
    from models.grid.quality import has_real_coordinates

    rows = []
    for name, text in zip(net.bus["name"].astype(str), net.bus.get("geo", pd.Series(dtype=object)), strict=False):
        point = json.loads(text) if isinstance(text, str) and text else {}
        if point.get("type") == "Point":
            rows.append((name, float(point["coordinates"][0]), float(point["coordinates"][1])))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return (WGS84 if has_real_coordinates(net) else None), frame
