"""Layers of the AC network in a view: lines along their route or straight, and places with their buses and banks."""

from __future__ import annotations

from typing import Any

import pandas as pd
import shapely

from planner.desk.view_layers import DECIMALS, Layer, plain
from planner.export.grid_network import Network, network_of
from planner.region import Region

SAME_PLACE = 5  # decimals of a degree, about 1 m
LINE_UNITS = {"vn_kv": "kV", "length_km": "km"}
FACTS = ("from_bus", "to_bus", "vn_kv", "n_circuits", "length_km", "confidence", "source")


def grid_layers(region: Region) -> dict[str, Layer]:
    """Return `grid_lines` and `grid_stations`, empty without a network or without places on the earth."""
    network = network_of(region)
    if network is None:
        empty: dict[str, Any] = {"columns": {"id": [], "name": [], "name_zh": []}, "units": {}, "points": []}
        return {"grid_lines": {**empty, "lines": []}, "grid_stations": dict(empty)}
    return {"grid_lines": _lines(network), "grid_stations": _stations(network)}


def _lines(network: Network) -> Layer:
    place = {bus: [lon, lat] for bus, lon, lat in network.buses[["bus", "lon", "lat"]].itertuples(index=False)}
    rows: list[dict[str, Any]] = []
    for row in network.lines.to_dict("records"):
        route = row["route"]
        ends = [place.get(str(row[end])) for end in ("from_bus", "to_bus")]
        if route is None and (None in ends or ends[0] == ends[1]):
            continue  # an end without a place, or both ends in one station
        shape = shapely.LineString(ends) if route is None else route
        rows.append({**row, "is_straight": route is None, "shape": shape})
    names = [str(row["line"]) for row in rows]
    columns = {name: [plain(row.get(name)) for row in rows] for name in FACTS}
    middles = [row["shape"].interpolate(0.5, normalized=True) for row in rows]
    return {
        "columns": {
            "id": names,
            "name": names,
            "name_zh": names,
            **{name: values for name, values in columns.items() if any(value is not None for value in values)},
            "is_straight": [bool(row["is_straight"]) for row in rows],
        },
        "units": LINE_UNITS,
        "points": [[round(p.x, DECIMALS), round(p.y, DECIMALS)] for p in middles],
        "lines": [shapely.get_coordinates(row["shape"]).round(DECIMALS).tolist() for row in rows],
    }


def _stations(network: Network) -> Layer:
    """Return one point per place with buses; it bears the name of its bus of highest voltage."""
    buses = network.buses.assign(x=network.buses["lon"].round(SAME_PLACE), y=network.buses["lat"].round(SAME_PLACE))
    buses = buses.sort_values(["vn_kv", "bus"], ascending=[False, True])
    trafos = pd.DataFrame(network.trafos).astype(str).groupby("bus", sort=False)["trafo"].agg(list).to_dict()
    groups = [group for _place, group in buses.groupby(["x", "y"], sort=True)]
    names = [str(group["bus"].iloc[0]) for group in groups]
    at = [[str(bus) for bus in group["bus"]] for group in groups]
    return {
        "columns": {
            "id": names,
            "name": names,
            "name_zh": names,
            "vn_kv": [float(group["vn_kv"].iloc[0]) for group in groups],
            "buses": at,
            "trafos": [[bank for bus in place for bank in trafos.get(bus, [])] for place in at],
        },
        "units": {"vn_kv": "kV"},
        "points": [[float(group["x"].iloc[0]), float(group["y"].iloc[0])] for group in groups],
    }
