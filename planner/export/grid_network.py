"""The network of a region as it can be drawn: buses with their places (WGS 84), branches with the buses they join."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

if TYPE_CHECKING:
    from models.grid.source import GridFile
    from planner.region import Region

WGS84 = "EPSG:4326"
LINE_COLUMNS = ["line", "from_bus", "to_bus", "vn_kv", "n_circuits", "length_km", "confidence", "source"]
ENDS = {"trafo": ("hv_bus", "lv_bus"), "trafo3w": ("hv_bus", "mv_bus", "lv_bus")}


@dataclass(frozen=True, eq=False)
class Network:
    """Buses (bus, vn_kv, lon, lat), lines (`LINE_COLUMNS`, route as a geometry or None), transformers (trafo, kind, bus)."""

    buses: pd.DataFrame
    lines: pd.DataFrame
    trafos: pd.DataFrame


def network_of(region: Region) -> Network | None:
    """Return the network with the buses whose place is known; None without a network or without places on the earth."""
    if region.grid is None:
        return None
    network = _of_tables(region.grid, crs=region.crs) if isinstance(region.grid, Mapping) else _of_file(region.grid)
    return network if network is not None and len(network.buses) else None


def _of_tables(tables: Mapping[str, pd.DataFrame], *, crs: str) -> Network | None:
    buses = tables["buses"]
    if not {"lon", "lat"} <= set(buses.columns):
        return None
    known = buses[buses["lon"].notna() & buses["lat"].notna()]
    geographic = CRS.from_user_input(crs).geodetic_crs
    points = gpd.GeoSeries(gpd.points_from_xy(known["lon"], known["lat"]), crs=geographic).to_crs(WGS84)
    places = pd.DataFrame(
        {
            "bus": known["bus"].astype(str).to_numpy(),
            "vn_kv": known["vn_kv"].to_numpy(dtype=float),
            "lon": points.x.to_numpy(),
            "lat": points.y.to_numpy(),
        }
    )
    lines = tables["lines"].assign(route=None)
    lines = lines.reindex(columns=[*LINE_COLUMNS, "route"])
    trafos = tables["trafos"].assign(kind="trafo").rename(columns={"hv_bus": "bus"})
    return Network(places, lines, trafos[["trafo", "kind", "bus"]])


@lru_cache(maxsize=2)
def _of_file(grid: GridFile) -> Network | None:
    """Return the network of an imported file, None where its coordinates are only a drawing."""
    from models.grid.quality import has_real_coordinates
    from models.grid.source import open_net

    net = open_net(grid)
    if not has_real_coordinates(net):
        return None
    name_of = net.bus["name"].astype(str)
    texts = net.bus.get("geo", pd.Series(index=net.bus.index, dtype=object))
    places = {index: _point(text) for index, text in texts.items()}
    points = [(name_of[i], float(net.bus.at[i, "vn_kv"]), *place) for i, place in places.items() if place is not None]
    lines = pd.DataFrame(
        {
            "line": net.line["name"].astype(str),
            "from_bus": net.line["from_bus"].map(name_of),
            "to_bus": net.line["to_bus"].map(name_of),
            "vn_kv": net.line["from_bus"].map(net.bus["vn_kv"]),
            "n_circuits": net.line["parallel"],
            "length_km": net.line["length_km"],
            "route": [_route(text) for text in net.line.get("geo", pd.Series(index=net.line.index, dtype=object))],
        }
    ).reindex(columns=[*LINE_COLUMNS, "route"])
    return Network(pd.DataFrame(points, columns=["bus", "vn_kv", "lon", "lat"]), lines, _trafos_of(net, name_of))


def _trafos_of(net: Any, name_of: Mapping[int, str]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"trafo": net[kind]["name"].astype(str), "kind": kind, "bus": net[kind][ends[0]].map(name_of)})
        for kind, ends in ENDS.items()
        if len(net[kind])
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["trafo", "kind", "bus"])


def _geojson(text: object) -> dict[str, Any]:
    return dict(json.loads(text)) if isinstance(text, str) and text else {}


def _point(text: object) -> tuple[float, float] | None:
    shape = _geojson(text)
    return (float(shape["coordinates"][0]), float(shape["coordinates"][1])) if shape.get("type") == "Point" else None


def _route(text: object) -> shapely.LineString | None:
    shape = _geojson(text)
    return shapely.LineString(shape["coordinates"]) if shape.get("type") == "LineString" else None
