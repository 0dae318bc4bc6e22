"""Map layers of the network: lines and stations with their worst loading, the outage that causes it and the rule.

Lines are drawn along their route where the network has one, else straight. Loading is in percent of what is allowed in
that situation, so that 100 is the limit in N-0 as in N-1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from planner.export.facts import PlanDict, years_of
from planner.export.grid_loading import BRANCHES, Loading, limiting_key, worst_loadings, worst_voltages
from planner.export.grid_network import WGS84, Network, network_of
from planner.export.grid_words import rule_text

if TYPE_CHECKING:
    from planner.region import Region

DECIMALS = 7
WORST = ("worst_percent", "limit_percent", "share_percent", "worst_year", "situation", "worst_outage", "outage_kind",
         "rule")  # fmt: skip
SAME_PLACE = 5  # decimals of a degree, about 1 m


def grid_layers(plan: PlanDict, region: Region) -> dict[str, gpd.GeoDataFrame]:
    """Return `grid_lines` and `grid_stations`; nothing for a region whose network has no places on the earth."""
    network = network_of(region)
    if network is None:
        return {}
    found = worst_loadings(plan)
    by_year = {year: worst_loadings(plan, year=year) for year in years_of(plan)}
    return {
        "grid_lines": _line_layer(plan, network, found, by_year),
        "grid_stations": _station_layer(plan, network, found, by_year),
    }


Found = dict[tuple[str, str], Loading]


def _line_layer(plan: PlanDict, network: Network, found: Found, by_year: dict[int, Found]) -> gpd.GeoDataFrame:
    place = {bus: (lon, lat) for bus, lon, lat in network.buses[["bus", "lon", "lat"]].itertuples(index=False)}
    rows, shapes = [], []
    for row in network.lines.to_dict("records"):
        ends = [place.get(str(row[end])) for end in ("from_bus", "to_bus")]
        route = row.pop("route")
        if route is None and (None in ends or ends[0] == ends[1]):
            continue  # an end without a place, or both ends in one station
        key = ("line", str(row["line"]))
        rows.append({**row, **_worst(plan, found.get(key)), **_yearly(by_year, [key]), "is_limiting": key == limiting_key(plan),
                     "drawn_as": "straight line, not a route" if route is None else "route"})  # fmt: skip
        shapes.append(shapely.LineString(ends) if route is None else route)
    columns = ["line", *WORST, "is_limiting"]
    return gpd.GeoDataFrame(
        pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns), geometry=_rounded(shapes), crs=WGS84
    )


def _station_layer(plan: PlanDict, network: Network, found: Found, by_year: dict[int, Found]) -> gpd.GeoDataFrame:
    """Return one point per place with buses: its most loaded transformer and the voltage closest to its limit."""
    buses = network.buses.assign(x=network.buses["lon"].round(SAME_PLACE), y=network.buses["lat"].round(SAME_PLACE))
    buses = buses.sort_values(["vn_kv", "bus"], ascending=[False, True])
    trafos_at: dict[str, list[tuple[str, str]]] = {}
    for trafo, kind, bus in network.trafos[["trafo", "kind", "bus"]].itertuples(index=False):
        trafos_at.setdefault(str(bus), []).append((str(kind), str(trafo)))
    voltages = worst_voltages(plan)
    rows = []
    for _place, group in buses.groupby(["x", "y"], sort=True):
        names = group["bus"].tolist()
        keys = [key for bus in names for key in trafos_at.get(bus, [])]
        pu = min((voltages[bus] for bus in names if bus in voltages), key=lambda row: row["margin"], default=None)
        top = group.iloc[0]
        rows.append(
            {
                "station": names[0],
                "buses": ", ".join(names),
                "vn_kv": float(top["vn_kv"]),
                "trafos": ", ".join(name for _kind, name in keys),
                **_worst_of(plan, [found[key] for key in keys if key in found]),
                **_yearly(by_year, keys),
                **_voltage(pu),
                "is_limiting": _limits(plan, keys, names),
                "lon": float(top["lon"]),
                "lat": float(top["lat"]),
            }
        )
    frame = pd.DataFrame(rows)
    points = shapely.points(frame["lon"].to_numpy(float), frame["lat"].to_numpy(float))
    return gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=_rounded(list(points)), crs=WGS84)


def _worst_of(plan: PlanDict, loaded: list[Loading]) -> dict[str, Any]:
    worst = max(loaded, key=lambda row: row["share"], default=None)
    return {"worst_element": None if worst is None else worst["element"], **_worst(plan, worst)}


def _limits(plan: PlanDict, keys: list[tuple[str, str]], buses: list[str]) -> bool:
    """Tell whether the element that limits the plan is a transformer or a bus of this place."""
    key = limiting_key(plan)
    if key is None:
        return False
    return key in keys if key[0] in BRANCHES else key[0] == "bus" and key[1] in buses


def _worst(plan: PlanDict, row: Loading | None) -> dict[str, Any]:
    if row is None:
        return dict.fromkeys(WORST)
    rules = (plan.get("grid") or {}).get("rules") or {}
    values = (row["value"], row["limit"], row["share"], row.get("year"), row.get("situation"), row.get("outage"),
              row.get("outage_kind"), rule_text(row, rules))  # fmt: skip
    return dict(zip(WORST, values, strict=True))


def _yearly(by_year: dict[int, Found], keys: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the worst share of the limit in each year, percent."""
    return {
        f"share_percent_{year}": max((found[key]["share"] for key in keys if key in found), default=None)
        for year, found in by_year.items()
    }


def _voltage(row: Loading | None) -> dict[str, Any]:
    if row is None:
        return dict.fromkeys(("worst_vm_pu", "limit_vm_pu", "vm_outage"))
    return {"worst_vm_pu": row["value"], "limit_vm_pu": row["limit"], "vm_outage": row.get("outage")}


def _rounded(shapes: list[Any]) -> Any:
    return [shapely.transform(shape, lambda xy: xy.round(DECIMALS)) for shape in shapes]
