"""Turn a plan and its region into map layers, WGS 84 (EPSG:4326), one frame per subject.

Feeds and pipes are drawn as straight lines between a site and its substation or plant: the plan knows a distance, not a
route.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.errors import UsageError
from planner.export.facts import (
    PlanDict,
    Row,
    headroom_limits,
    in_year,
    index_parts,
    last_year,
    main_cooling,
    reserved_mva,
    years_of,
)
from planner.export.grid_layer import grid_layers
from planner.export.hub_facts import has_hubs
from planner.export.layers_hubs import hub_layers
from planner.screen import reason_text

if TYPE_CHECKING:
    from planner.region import Region

Frame = TypeVar("Frame", bound=pd.DataFrame)

WGS84 = "EPSG:4326"
DECIMALS = 7  # of a degree, about 1 cm (RFC 7946 section 11.2)


def plan_layers(
    plan: PlanDict, region: Region, *, candidates: gpd.GeoDataFrame | None = None
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of a plan by name; a subject with no rows is an empty layer with its columns."""
    substations = substation_layer(plan, region)
    plants = point_layer(region, "reclaimed_plants")
    layers = {
        "sites": site_layer(plan),
        "feeds": link_layer(plan, substations, kind="feeds"),
        "pipes": link_layer(plan, plants, kind="water"),
        "substations": substations,
        "reclaimed_plants": plants,
        "stock": stock_layer(plan, region),
        "districts": district_layer(region),
        **grid_layers(plan, region),
        **hub_layers(plan, region),
    }
    if candidates is not None:
        layers["candidates"] = candidate_layer(plan, candidates)
    return layers


def site_layer(plan: PlanDict) -> gpd.GeoDataFrame:
    """Return the chosen sites as points with their capacity by year (MW), cooling, feeds and water."""
    year = last_year(plan)
    rows = [_site_row(plan, site, year) for site in plan.get("sites") or []]
    columns = ["site", "name_en", "name_zh", "district", "it_mw", "cooling_main"]
    frame = pd.DataFrame(rows) if rows else pd.DataFrame(columns=[*columns, "lon", "lat"])
    return _points(frame)


def _site_row(plan: PlanDict, site: Row, year: int | None) -> dict[str, Any]:
    by_year = {
        f"{column}_{y}": in_year(site.get(column), y)
        for column in ("it_mw", "facility_mw", "facility_mva")
        for y in years_of(plan)
    }
    return {
        "site": str(site["id"]),
        "name_en": site.get("name"),
        "name_zh": site.get("name_zh"),
        "lon": site["lon"],
        "lat": site["lat"],
        "district": site.get("district"),
        "open_year": site.get("open_year"),
        "it_mw": in_year(site.get("it_mw"), year),
        "installed_mw": in_year(site.get("installed_mw"), year),
        "facility_mw": in_year(site.get("facility_mw"), year),
        "cooling_main": main_cooling(site),
        "cooling_mix": "; ".join(f"{c['technology']} {c['it_mw']:.1f} MW" for c in site.get("cooling") or []),
        "fed_from": "; ".join(f"{f['substation']} {f['km']:.1f} km" for f in site.get("feeds") or []),
        "watered_from": "; ".join(f"{w['plant']} {w['km']:.1f} km" for w in site.get("water") or []),
        "water_m3_per_year": sum(w.get("m3_per_year") or 0.0 for w in site.get("water") or []),
        "land_ha": in_year(site.get("land_ha"), year),
        "is_dual_fed": bool(site.get("is_dual_fed")),
        "is_position_uncertain": bool(site.get("is_position_uncertain")),
        "plan_security": plan.get("security"),
        **{name: site[name] for name in ("hub", "market", "cluster", "label") if name in site},
        **by_year,
    }


def link_layer(plan: PlanDict, ends: gpd.GeoDataFrame, *, kind: str) -> gpd.GeoDataFrame:
    """Return the plan's feeds (`kind` feeds) or pipes (`kind` water) as straight lines from site to `ends`."""
    key = "substation" if kind == "feeds" else "plant"
    geometry_of = dict(zip(ends[key].astype(str), ends.geometry, strict=True))
    rows, lines = [], []
    for site in plan.get("sites") or []:
        for link in site.get(kind) or []:
            end = geometry_of.get(str(link[key]))
            if end is None and has_hubs(plan):
                continue  # the water of an area comes from its hub, which is no place
            if end is None:
                raise UsageError(
                    f"The plan uses {key} {link[key]!r}, which region {plan['region']['id']!r} does not have: "
                    "export the plan with the region it was made from."
                )
            rows.append(_link_row(plan, site, link, key=key))
            lines.append(shapely.LineString([(site["lon"], site["lat"]), (end.x, end.y)]))
    columns = ["site", key, "km"]
    frame = pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)
    return gpd.GeoDataFrame(frame, geometry=_rounded(lines), crs=WGS84)


def _link_row(plan: PlanDict, site: Row, link: Row, *, key: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "site": str(site["id"]),
        key: str(link[key]),
        f"{key}_name_en": link.get("name"),
        f"{key}_name_zh": link.get("name_zh"),
        "km": link.get("km"),
    }
    if key == "substation":
        row |= {name: link.get(name) for name in ("voltage_kv", "mw", "built_year", "bus", "parent")}
        row |= {f"mva_{y}": in_year(link.get("mva"), y) for y in years_of(plan)}
    else:
        row |= {"m3_per_year": link.get("m3_per_year")}
        row |= {f"m3_per_year_{y}": in_year(link.get("by_year"), y) for y in years_of(plan)}
        row |= {f"peak_m3_per_day_{y}": in_year(link.get("peak_m3_per_day"), y) for y in years_of(plan)}
    row["route"] = "straight line, not a route"
    return row


def substation_layer(plan: PlanDict, region: Region) -> gpd.GeoDataFrame:
    """Return the substations with headroom before and after the plan, MVA, by year and for the last year."""
    frame = point_layer(region, "substations")
    return with_headroom(frame, plan, region, key="substation")


def zone_table(plan: PlanDict, region: Region) -> pd.DataFrame:
    """Return the zones with headroom before and after the plan, MVA (no geometry)."""
    frame = pd.DataFrame(region["zones"]).drop(columns="geometry", errors="ignore")
    return pd.DataFrame(with_headroom(frame, plan, region, key="zone"))


def with_headroom(frame: Frame, plan: PlanDict, region: Region, *, key: str) -> Frame:
    """Return `frame` with `before_mva_<year>`, `used_mva_<year>`, `left_mva_<year>` and the last year's three.

    The plan's own headroom rows win (they also count what the existing stock gives back); a node without such a row
    takes the region's headroom and, for a substation, the MVA that the plan's feeds reserve.
    """
    rows = headroom_limits(plan)
    years = years_of(plan) or [region.base_year]
    frame = frame.copy()
    dated = _dated_headroom(region)
    nodes = frame[key].astype(str).tolist()
    base = pd.to_numeric(frame["headroom_mva"], errors="coerce").tolist() if len(frame) else []
    for year in years:
        before, used = [], []
        for node, headroom in zip(nodes, base, strict=True):
            row = rows.get((node, year))
            before.append(row["limit"] if row else dated.get((node, year), headroom))
            used.append(row["used"] if row else reserved_mva(plan, node, year))
        frame[f"before_mva_{year}"] = np.asarray(before, dtype=float)
        frame[f"used_mva_{year}"] = np.asarray(used, dtype=float)
        frame[f"left_mva_{year}"] = np.asarray(before, dtype=float) - np.asarray(used, dtype=float)
    for column in ("before_mva", "used_mva", "left_mva"):
        frame[column] = frame[f"{column}_{years[-1]}"]
    return frame


def _dated_headroom(region: Region) -> dict[tuple[str, int], float]:
    frame = region["headroom_years"]
    if not len(frame):
        return {}
    return {
        (str(node), int(year)): float(mva)
        for node, year, mva in zip(frame["node"], frame["year"], frame["headroom_mva"], strict=True)
    }


def stock_layer(plan: PlanDict, region: Region) -> gpd.GeoDataFrame:
    """Return the existing centres with what the plan does with their halls in the last year."""
    frame = point_layer(region, "stock")
    year = last_year(plan)
    decided = {str(row["id"]): row for row in plan.get("stock") or [] if row.get("year") == year}
    frame["keep_halls"] = [decided[s].get("keep") if s in decided else None for s in frame["stock"].astype(str)]
    frame["changed_halls"] = [
        "; ".join(f"{option} {n:g}" for option, n in sorted(((decided.get(s) or {}).get("options") or {}).items()) if n)
        for s in frame["stock"].astype(str)
    ]
    return frame


def district_layer(region: Region) -> gpd.GeoDataFrame:
    """Return the district polygons where the region has them, else the seats as points."""
    frame = region["districts"]
    if isinstance(frame, gpd.GeoDataFrame) and len(frame) and frame.geometry.notna().all():
        return _in_wgs84(frame)
    plain = pd.DataFrame(frame).drop(columns="geometry", errors="ignore")
    return _points(plain.assign(lon=plain.get("seat_lon"), lat=plain.get("seat_lat"))).drop(columns=["lon", "lat"])


def candidate_layer(plan: PlanDict, candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the screened cells with status, reasons (codes and words), distances and whether the plan takes them."""
    chosen = {str(site["id"]) for site in plan.get("sites") or []}
    frame = _in_wgs84(candidates)
    frame["reasons_text"] = [reason_text(str(codes)) for codes in frame["reasons"]]
    if "notes" in frame:
        frame["notes_text"] = [reason_text(str(codes)) for codes in frame["notes"]]
    frame["is_chosen"] = frame["site"].astype(str).isin(chosen)
    return frame


def limit_table(plan: PlanDict) -> pd.DataFrame:
    """Return all limits of the plan, one row each, the index as one text."""
    columns = ["constraint", "family", "index", "unit", "used", "limit", "slack", "worth", "is_binding"]
    frame = pd.DataFrame(plan.get("limits") or [], columns=columns)
    frame["index"] = [", ".join(index_parts(index)) for index in frame["index"]]
    for column in ("used", "limit", "slack", "worth"):
        frame[column] = pd.to_numeric(frame[column], errors="coerce")
    frame["is_binding"] = frame["is_binding"].fillna(value=False).astype(bool)
    return frame


def point_layer(region: Region, table: str) -> gpd.GeoDataFrame:
    """Return one of the region's point tables in WGS 84."""
    frame = region[table]
    if isinstance(frame, gpd.GeoDataFrame):
        return _in_wgs84(frame)
    return _points(pd.DataFrame(frame).copy())


def _points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    lon = np.asarray(pd.to_numeric(frame["lon"]), dtype=float)
    lat = np.asarray(pd.to_numeric(frame["lat"]), dtype=float)
    return gpd.GeoDataFrame(frame, geometry=_rounded(shapely.points(lon, lat)), crs=WGS84)


def _in_wgs84(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    moved = frame.to_crs(WGS84) if frame.crs is not None else frame.set_crs(WGS84)
    if moved.geometry.name != "geometry":
        moved = moved.rename_geometry("geometry")
    return moved.set_geometry(_rounded(moved.geometry.to_numpy()), crs=WGS84).reset_index(drop=True)


def _rounded(geometries: Iterable[Any]) -> np.ndarray:
    """Round coordinates to `DECIMALS` without touching topology."""
    array = np.asarray(list(geometries), dtype=object)
    return shapely.transform(array, lambda xy: np.round(xy, DECIMALS)) if array.size else array
