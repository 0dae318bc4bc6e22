"""Map layers of a plan of areas, WGS 84: hubs at the middle of their load, who serves whom, what stands today.

Flows are straight lines from the seat of a province to a site; the round trip is that of the scenario's path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from models.latency import great_circle_km, rtt_from_route_ms
from planner.export.facts import PlanDict, in_year, last_year, local_name, years_of
from planner.export.hub_facts import green_share, has_hubs, hub_ids, hub_row, rows_of, sites_of_hub
from planner.export.sheet import Cell, Sheet
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.region import Region

WGS84 = "EPSG:4326"
DECIMALS = 5
LATENCY = {
    "metro": ("metro_fixed_ms", 0.5, "metro_route_factor", 1.4),
    "long": ("long_fixed_ms", 2.7, "long_route_factor", 1.1),
}
HUB_COLUMNS = (
    "it_mw",
    "installed_mw",
    "energy_mwh",
    "pue",
    "ref",
    "cue_kg_per_kwh",
    "emissions_t",
    "water_m3",
    "rtt_ms",
)


def hub_layers(plan: PlanDict, region: Region) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers hubs, flows and existing; none for a plan of stations."""
    if not has_hubs(plan):
        return {}
    return {"hubs": hub_layer(plan), "flows": flow_layer(plan, region), "existing": existing_layer(plan, region)}


def hub_layer(plan: PlanDict) -> gpd.GeoDataFrame:
    """Return one point per hub with sites, at the middle of its load of the last year, with every figure of every year."""
    rows, places = [], []
    for hub in hub_ids(plan):
        sites, year = sites_of_hub(plan, hub), last_year(plan)
        weight = np.asarray([in_year(site.get("it_mw"), year) for site in sites])
        if not weight.sum() > 0:
            continue
        row = hub_row(plan, hub, year or 0)
        facts: dict[str, Any] = {"hub": hub, "name_en": row.get("name"), "name_zh": row.get("name_zh"), "role": row.get("role"),
                                 "existing_racks": row.get("existing_racks"), "green_share": green_share(row)}  # fmt: skip
        for at in years_of(plan):
            own = hub_row(plan, hub, at)
            facts |= {f"{name}_{at}": own.get(name) for name in HUB_COLUMNS}
            facts |= {f"green_share_{at}": green_share(own)}
        rows.append(facts)
        lon, lat = (np.average([site[axis] for site in sites], weights=weight) for axis in ("lon", "lat"))
        places.append(shapely.Point(round(float(lon), DECIMALS), round(float(lat), DECIMALS)))
    return gpd.GeoDataFrame(_frame(rows, ["hub", "name_en", "name_zh", "role"]), geometry=places, crs=WGS84)


def flow_rows(plan: PlanDict, region: Region) -> list[dict[str, Any]]:
    """Return one row per province and site that serves it: MW by class and year, km, rtt_ms; the largest first.

    Demand served outside the region or in a province whose seat is not known has no row.
    """
    seats = {
        str(row["district"]): row
        for row in pd.DataFrame(region["districts"]).drop(columns="geometry", errors="ignore").to_dict("records")
    }
    sites = {str(site["id"]): site for site in plan.get("sites") or []}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in plan.get("assignments") or []:
        pair = (str(row["district"]), str(row["site"]))
        if pair[0] not in seats or pair[1] not in sites or not row["it_mw"] > 0:
            continue
        flow = found.setdefault(pair, {"district": pair[0], "site": pair[1], "it_mw": {}, "workloads": {}})
        flow["it_mw"][row["year"]] = flow["it_mw"].get(row["year"], 0.0) + float(row["it_mw"])
        if row["year"] == last_year(plan):
            flow["workloads"][row["workload"]] = flow["workloads"].get(row["workload"], 0.0) + float(row["it_mw"])
    rows = list(found.values())
    ends = [(seats[row["district"]], sites[row["site"]]) for row in rows]
    columns = [[float(seat["seat_lon"]) for seat, _site in ends], [float(seat["seat_lat"]) for seat, _site in ends],
               [float(site["lon"]) for _seat, site in ends], [float(site["lat"]) for _seat, site in ends]]  # fmt: skip
    km = great_circle_km(*columns) if rows else np.zeros(0)
    rtt = round_trips_ms(plan, km)
    for row, (seat, site), length, time in zip(rows, ends, km, rtt, strict=True):
        row |= {
            "name_en": f"{seat.get('name_en')} – {site.get('name')}",
            "name_zh": f"{seat.get('name_zh')} – {local_name(site, 'zh')}",
            "km": round(float(length), 1),
            "rtt_ms": round(float(time), 2),
            "line": [(float(seat["seat_lon"]), float(seat["seat_lat"])), (float(site["lon"]), float(site["lat"]))],
        }
    return sorted(rows, key=lambda row: (-row["it_mw"].get(last_year(plan), 0.0), row["district"], row["site"]))


def round_trips_ms(plan: PlanDict, km: np.ndarray) -> np.ndarray:
    """Return the round trips [ms] over great circles [km] by the fixed part and detour of the scenario's path."""
    asked = (plan.get("scenario") or {}).get("latency") or {}
    fixed, usual_ms, factor, usual = LATENCY[str(asked.get("path") or "metro")]
    return rtt_from_route_ms(
        km, fixed_ms=float(asked.get(fixed, usual_ms)), route_factor=float(asked.get(factor, usual))
    )


def flow_layer(plan: PlanDict, region: Region) -> gpd.GeoDataFrame:
    """Return the flows as lines from the province's seat to the site."""
    years = years_of(plan)
    rows = flow_rows(plan, region)
    facts = [
        {
            **{name: row[name] for name in ("district", "site", "name_en", "name_zh", "km", "rtt_ms")},
            "it_mw": row["it_mw"].get(years[-1], 0.0) if years else 0.0,
            "workloads": "; ".join(f"{name} {mw:.0f} MW" for name, mw in sorted(row["workloads"].items())),
            **{f"it_mw_{year}": row["it_mw"].get(year, 0.0) for year in years},
            "route": "straight line, not a route",
        }
        for row in rows
    ]
    lines = [shapely.LineString(row["line"]) for row in rows]
    return gpd.GeoDataFrame(_frame(facts, ["district", "site", "it_mw"]), geometry=lines, crs=WGS84)


def existing_layer(plan: PlanDict, region: Region) -> gpd.GeoDataFrame:
    """Return what stands today at its site; a blank figure is unknown."""
    frame = pd.DataFrame(region["sites"]).drop(columns="geometry", errors="ignore")
    places = {
        str(site): (float(lon), float(lat))
        for site, lon, lat in zip(frame["site"], frame["lon"], frame["lat"], strict=True)
    }
    rows = [row for row in rows_of(plan, "existing") if str(row["site"]) in places]
    points = [shapely.Point(*places[str(row["site"])]) for row in rows]
    return gpd.GeoDataFrame(_frame([dict(row) for row in rows], ["site", "year"]), geometry=points, crs=WGS84)


def flow_sheet(plan: PlanDict, region: Region | None, *, lang: str) -> Sheet:
    """Return who serves whom with MW by year and the round trip; no rows for a plan of stations."""
    years = years_of(plan)
    header = [_("Demand of"), _("Site"), *(_("IT load {year} (MW)").format(year=year) for year in years)]
    header += [_("Classes of demand"), _("Distance (km)"), _("Round trip (ms)")]
    rows: list[list[Cell]] = []
    for row in flow_rows(plan, region) if region is not None and has_hubs(plan) else []:
        ends = str(row["name_zh" if lang == "zh" else "name_en"]).split(" – ")
        classes = "; ".join(f"{name} {mw:.0f} MW" for name, mw in sorted(row["workloads"].items()))
        rows.append([*ends, *(row["it_mw"].get(year, 0.0) for year in years), classes, row["km"], row["rtt_ms"]])
    return Sheet("flows", _("Who serves whom"), header, rows)


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)
