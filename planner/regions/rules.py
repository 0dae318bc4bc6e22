"""Rules by which tables follow from a network: stations, areas around them, prices. Assumed or synthetic, row by row.

The networks come as pandapower's element tables (plain frames); nothing here needs pandapower itself.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.polygon import orient

from planner.regions.store import PRICES

Floats = NDArray[np.float64]
SQRT3 = float(np.sqrt(3.0))
DEGREE_DECIMALS = 5


def busbars(net: Any) -> pd.Series[int]:
    """Return for each bus the number of its busbar: buses joined by closed switches are one."""
    joined = net.switch[(net.switch["et"] == "b") & net.switch["closed"].astype(bool)]
    place = {bus: position for position, bus in enumerate(net.bus.index)}
    i, j = (joined[column].map(place).to_numpy(int) for column in ("bus", "element"))
    graph = coo_array((np.ones(len(i)), (i, j)), shape=(len(net.bus), len(net.bus)))
    return pd.Series(connected_components(graph, directed=False)[1], index=net.bus.index)


def own_connection_mva(net: Any, bars: pd.Series[int]) -> pd.Series[float]:
    """Return what the lines at each busbar carry with the strongest one out [MVA]: sqrt(3) x kV x kA of each circuit."""
    lines = net.line[net.line["in_service"].astype(bool)]
    kv = lines["from_bus"].map(net.bus["vn_kv"])
    circuits = lines.index.repeat(lines["parallel"].astype(int))
    mva = (SQRT3 * kv * lines["max_i_ka"]).loc[circuits].to_numpy(float)
    ends = pd.concat(
        [
            pd.DataFrame({"bar": lines.loc[circuits, end].map(bars).to_numpy(), "mva": mva})
            for end in ("from_bus", "to_bus")
        ]
    )
    by_bar = ends.groupby("bar")["mva"]
    return by_bar.sum() - by_bar.max()


def on_one_circuit(net: Any, bars: pd.Series[int]) -> set[int]:
    """Return the busbars that no source or generator reaches when some one circuit or transformer is out."""
    lines, trafos = (frame[frame["in_service"].astype(bool)] for frame in (net.line, net.trafo))
    pairs = [(lines, "from_bus", "to_bus"), (trafos, "hv_bus", "lv_bus")]
    ends = np.concatenate(
        [frame.loc[frame.index.repeat(frame["parallel"].astype(int)), [a, b]].to_numpy(int) for frame, a, b in pairs]
    )
    i, j = (bars.loc[column].to_numpy(int) for column in ends.T)
    sources = pd.concat([frame.loc[frame["in_service"].astype(bool), "bus"] for frame in (net.ext_grid, net.gen)])
    feeding = sources.map(bars).unique()
    hangs: set[int] = set()
    for out in range(len(i)):
        keep = np.arange(len(i)) != out
        graph = coo_array((np.ones(keep.sum()), (i[keep], j[keep])), shape=(int(bars.max()) + 1,) * 2)
        part = connected_components(graph, directed=False)[1]
        hangs |= set(np.flatnonzero(~np.isin(part, part[feeding])).tolist())
    return hangs


def load_stations(net: Any, *, at_least_kv: float, bars: pd.Series[int]) -> pd.DataFrame:
    """Return one row per busbar with load, in the order of the network's buses.

    bar, bus (name of the bus with the largest load), vn_kv, lon, lat, p_mw, q_mvar, peak_mva, and firm_mva: what the own
    lines carry with the strongest circuit out, 0 where one outage further off can cut the busbar from every source.
    """
    loads = net.load[net.load["in_service"].astype(bool)]
    table = pd.DataFrame(
        {
            "bus": loads["bus"],
            "bar": loads["bus"].map(bars),
            "vn_kv": loads["bus"].map(net.bus["vn_kv"]),
            "p_mw": loads["p_mw"] * loads["scaling"],
            "q_mvar": loads["q_mvar"] * loads["scaling"],
        }
    )
    table = table[table["vn_kv"] >= at_least_kv].sort_values(["bar", "p_mw", "bus"], ascending=[True, False, True])
    sums = table.groupby("bar")[["p_mw", "q_mvar"]].sum()
    first = table.drop_duplicates("bar").set_index("bar")[["bus", "vn_kv"]].join(sums)
    firm = own_connection_mva(net, bars).reindex(first.index).fillna(0.0)
    first["firm_mva"] = np.where(first.index.isin(list(on_one_circuit(net, bars))), 0.0, firm)
    first["peak_mva"] = np.hypot(first["p_mw"], first["q_mvar"])
    first = first.sort_values("bus").reset_index()
    spots = np.array([point_of(net.bus.at[bus, "geo"]) for bus in first["bus"]])
    return first.assign(lon=spots[:, 0], lat=spots[:, 1], bus=first["bus"].map(net.bus["name"]).astype(str))


def point_of(geo: Any) -> tuple[float, float]:
    """Return x, y of a bus position written as a GeoJSON point; ValueError where there is none."""
    found = json.loads(geo) if isinstance(geo, str) and geo else {}
    if found.get("type") != "Point":
        raise ValueError("the network has a bus without a position")
    x, y = found["coordinates"][:2]
    return float(x), float(y)


def to_metres(lon: Any, lat: Any, crs: str) -> Floats:
    """Return points [m] of degrees (WGS 84) in the projected system `crs`, one row each."""
    return np.column_stack(Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat))


def to_degrees(points: Floats, crs: str) -> Floats:
    """Return longitude and latitude (WGS 84) of points [m] in the projected system `crs`, rounded to about a metre."""
    found = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(points[:, 0], points[:, 1])
    return np.round(np.column_stack(found), DEGREE_DECIMALS)


def around(points: Floats, margin_m: float) -> shapely.Polygon:
    """Return the convex hull of points [m] with a margin."""
    return shapely.convex_hull(shapely.multipoints(points)).buffer(margin_m, quad_segs=4)


def cells_around(seats: Floats, outline: shapely.Polygon) -> list[shapely.Geometry]:
    """Return the part of the outline nearest to each seat [m], in the order of the seats."""
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seats), extend_to=outline))
    holder = shapely.STRtree(cells).query(shapely.points(seats), predicate="within")
    order = dict(zip(holder[0].tolist(), holder[1].tolist(), strict=True))
    return [shapely.intersection(cells[order[i]], outline) for i in range(len(seats))]


def degrees_of(shape: shapely.Geometry, crs: str) -> shapely.Geometry:
    """Return a geometry [m] in degrees."""
    return shapely.normalize(shapely.transform(shape, lambda points: to_degrees(points, crs)))


def borrowed_prices(note: str) -> pd.DataFrame:
    """Return the price table of the region Beijing, every row marked assumed, with `note` as its source."""
    prices = pd.read_csv(PRICES)
    return prices.assign(basis="assumed", confidence="assumed", source=note)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table: UTF-8, unix line ends, numbers as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    frame.to_csv(text, index=False, lineterminator="\n")
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")


def write_polygons(frame: pd.DataFrame, shapes: list[shapely.Geometry], path: Path) -> None:
    """Write a layer of polygons in degrees as GeoJSON (RFC 7946), one feature per line."""
    features = [
        {"type": "Feature", "properties": row, "geometry": json.loads(shapely.to_geojson(orient(shape)))}
        for row, shape in zip(frame.to_dict("records"), shapes, strict=True)
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    head = json.dumps({"type": "FeatureCollection", "name": path.stem}, ensure_ascii=False)[:-1]
    path.write_text(f'{head}, "features": [\n{lines}\n]}}\n', encoding="utf-8", newline="\n")
