"""A small made-up plan of areas in four hubs, without stations, plants or zones, and the region it belongs to.

Figures are round on purpose: IT load by site and year, one PUE and one green share by hub, everything else follows.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from planner.read_values import empty_frame
from planner.region import Region
from planner.tables import all_tables

CRS_M = "ESRI:102025"
YEARS = (2025, 2030, 2035)
HOURS = 8760.0
LOAD_FACTOR = 0.8
HUBS = {  # name, name_zh, role, market, PUE, green share by year, kg CO2 per kWh of the rest, standard racks today
    "jing_jin_ji": ("Jing-Jin-Ji", "京津冀枢纽", "east", "hebei", 1.25, (0.4, 0.8, 1.0), 0.73, 223_000.0),
    "yangtze_delta": ("Yangtze Delta", "长三角枢纽", "east", "shanghai", 1.30, (0.2, 0.6, 0.9), 0.58, None),
    "inner_mongolia": (
        "Inner Mongolia",
        "内蒙古枢纽",
        "west",
        "inner_mongolia",
        1.18,
        (0.6, 0.8, 1.0),
        0.68,
        266_000.0,
    ),
    "guizhou": ("Guizhou", "贵州枢纽", "west", "guizhou", 1.22, (0.5, 0.8, 1.0), 0.50, 153_000.0),
}
SITES = {  # name, name_zh, hub, province, lon, lat, IT MW by year
    "HB-ZB": ("Zhangbei", "张北县", "jing_jin_ji", "Hebei", 114.71, 41.16, (200.0, 300.0, 400.0)),
    "SH-QP": ("Qingpu", "青浦区", "yangtze_delta", "Shanghai", 121.12, 31.15, (150.0, 200.0, 250.0)),
    "NM-HL": ("Horinger New Area", "和林格尔新区", "inner_mongolia", "Inner Mongolia", 111.8, 40.55, (300.0, 900.0, 1500.0)),
    "NM-JN": ("Jining", "集宁", "inner_mongolia", "Inner Mongolia", 113.11, 41.03, (0.0, 200.0, 500.0)),
    "GZ-GA": ("Guian", "贵安新区", "guizhou", "Guizhou", 106.53, 26.4, (100.0, 300.0, 600.0)),
}  # fmt: skip
PROVINCES = {  # name_zh, lon, lat
    "Hebei": ("河北", 115.5, 39.5),
    "Shanghai": ("上海", 121.4, 31.2),
    "Inner Mongolia": ("内蒙古", 112.0, 41.5),
    "Guizhou": ("贵州", 106.8, 26.8),
}
PRICES = {"hebei": 580.0, "shanghai": 780.0, "inner_mongolia": 320.0, "guizhou": 500.0}


def by_year(values: tuple[float, ...], factor: float = 1.0) -> dict[str, float]:
    """Return amounts by planning year, as a plan writes them."""
    return {str(year): value * factor for year, value in zip(YEARS, values, strict=True)}


def areas_plan(**changes: Any) -> dict[str, Any]:
    """Return the plan with top-level keys replaced."""
    hubs = [_hub_row(hub, i) for hub in HUBS for i in range(len(YEARS))]
    plan: dict[str, Any] = {
        "schema_version": 1,
        "status": "optimal",
        "security": "not_checked",
        "name": {"en": "East data, west compute", "zh": "东数西算"},
        "region": {
            "id": "areas",
            "name": {"en": "East data, west compute (sample)", "zh": "东数西算（示例）"},
            "is_synthetic_grid": False,
            "fingerprint": "0" * 64,
        },
        "scenario": _scenario(),
        "objective": {"name": "cost", "sense": "minimise", "value": 81.5e9, "unit": "CNY"},
        "bound": 81.3e9,
        "gap": 0.0025,
        "ledger": [
            {"term": term, "year": year, "cny": cny * 4e6, "cny_per_year": cny * 1e6}
            for year, total in zip(YEARS, (900.0, 2400.0, 4100.0), strict=True)
            for term, cny in (("energy", 0.7 * total), ("network", 0.3 * total), ("heat_revenue", -0.01 * total))
        ],
        "years": list(YEARS),
        "year_weights": {"2025": 4.0, "2030": 3.0, "2035": 2.0},
        "sites": [_site(site) for site in SITES],
        "outside": [],
        "unserved": [],
        "assignments": _assignments(),
        "stock": [],
        "green": _green(hubs),
        "energy": [_energy(hubs, year) for year in YEARS],
        "plant_water": [],
        "water_totals": [],
        "limits": _limits(),
        "reinforcements": [],
        "flexible": [],
        "loop": None,
        "grid": {"status": "not_checked", "reason": "no AC network", "is_synthetic": False, "rules": {}, "base": [],
                 "outages": []},
        "audit": {"status": "passed", "n_checks": 97, "failures": []},
        "infeasible": None,
        "record": {"size": {"candidates": 5, "rows": 900, "columns": 1200}, "times": {"solve_s": 1.2},
                   "fingerprint": "f" * 64, "solver": {"gap": 0.005}},
        "hubs": hubs,
        "markets": [_market_row(row) for row in hubs],
        **_further(),
    }  # fmt: skip
    return {**plan, **changes}


def _scenario() -> dict[str, Any]:
    return {
        "schema_version": 1,
        "name": {"en": "East data, west compute", "zh": "东数西算"},
        "policy_pack": "east_west",
        "workloads": {
            "training": {"name": {"en": "training", "zh": "训练"}, "rtt_limit_ms": 100.0, "demand_mw": None,
                         "demand_pflops": by_year((30_000.0, 110_000.0, 200_000.0))},
            "inference": {"name": {"en": "inference", "zh": "推理"}, "rtt_limit_ms": 20.0,
                          "demand_mw": by_year((450.0, 800.0, 1250.0))},
        },
        "latency": {"path": "long", "is_on": True, "long_fixed_ms": 2.7, "long_route_factor": 1.1},
        "solver": {"gap": 0.005},
    }  # fmt: skip


def _hub_row(hub: str, i: int) -> dict[str, Any]:
    name, name_zh, role, _market, pue, green, grid, racks = HUBS[hub]
    it_mw = sum(row[6][i] for row in SITES.values() if row[2] == hub)
    it_mwh = it_mw * HOURS * LOAD_FACTOR
    energy = it_mwh * pue
    emissions = energy * (1.0 - green[i]) * grid
    return {
        "hub": hub, "name": name, "name_zh": name_zh, "role": role, "year": YEARS[i], "it_mw": it_mw,
        "installed_mw": it_mw * 1.1, "energy_mwh": energy, "it_mwh": it_mwh, "green_mwh": energy * green[i] * 0.75,
        "certificate_mwh": energy * green[i] * 0.25, "emissions_t": emissions, "ref": green[i],
        "cue_kg_per_kwh": emissions / it_mwh if it_mwh else None, "pue": pue if it_mwh else None,
        "erf": 0.02 if hub == "jing_jin_ji" and i else 0.0, "water_m3": it_mwh * 0.9, "rtt_ms": 12.5 if it_mwh else None,
        "compute_pflops": it_mw * 60.0 if role == "west" else None, "existing_racks": racks,
    }  # fmt: skip


def _market_row(hub_row: dict[str, Any]) -> dict[str, Any]:
    market = HUBS[hub_row["hub"]][3]
    required = {2025: None, 2030: 0.8, 2035: 1.0}[hub_row["year"]]
    kept = (
        "year",
        "energy_mwh",
        "it_mwh",
        "green_mwh",
        "certificate_mwh",
        "ref",
        "cue_kg_per_kwh",
        "emissions_t",
        "pue",
    )
    name = market.replace("_", " ").title()
    return {"market": market, "name": name, "name_zh": f"{market}市场", "required_share": required,
            "energy_cny_per_mwh": PRICES[market], **{key: hub_row[key] for key in kept}}  # fmt: skip


def _site(site: str) -> dict[str, Any]:
    name, name_zh, hub, province, lon, lat, it_mw = SITES[site]
    pue = HUBS[hub][4]
    opened = next(year for year, mw in zip(YEARS, it_mw, strict=True) if mw > 0)
    return {
        "id": site, "name": name, "name_zh": name_zh, "lon": lon, "lat": lat, "district": province, "open_year": opened,
        "is_dual_fed": False, "is_position_uncertain": False, "climate": site, "hub": hub, "market": HUBS[hub][3],
        "cluster": name, "label": "conditional" if site == "SH-QP" else "admissible",
        "compute_pflops": by_year(it_mw, 60.0) if hub == "inner_mongolia" else None,
        "it_mw": by_year(it_mw), "installed_mw": by_year(it_mw, 1.1), "facility_mw": by_year(it_mw, pue),
        "facility_mva": by_year(it_mw, pue / 0.98), "energy_mwh": by_year(it_mw, HOURS * LOAD_FACTOR * pue),
        "land_ha": by_year(it_mw, 0.12),
        "cooling": [{"technology": "indirect_evaporative", "it_mw": it_mw[-1], "installed_mw": by_year(it_mw, 1.1)}],
        "loads": [{"year": year, "technology": "indirect_evaporative", "plant": f"W-{hub}", "workload": "training",
                   "it_mw": mw} for year, mw in zip(YEARS, it_mw, strict=True) if mw],
        "blocks": [], "feeds": [],
        "water": [{"plant": f"W-{hub}", "name": f"W-{hub}", "name_zh": f"W-{hub}", "km": 0.0,
                   "m3_per_year": it_mw[-1] * 6307.0, "by_year": by_year(it_mw, 6307.0),
                   "peak_m3_per_day": by_year(it_mw, 30.0)}],
    }  # fmt: skip


def _assignments() -> list[dict[str, Any]]:
    """Return who serves whom: the west trains for Shanghai, each other site serves its own province."""
    rows = []
    for site, (_name, _zh, hub, province, _lon, _lat, it_mw) in SITES.items():
        for year, mw in zip(YEARS, it_mw, strict=True):
            for district, share in (
                (("Shanghai", 0.6), (province, 0.4)) if hub == "inner_mongolia" else ((province, 1.0),)
            ):
                if mw:
                    workload = "training" if district == "Shanghai" and hub != "yangtze_delta" else "inference"
                    rows.append({"district": district, "workload": workload, "year": year, "site": site,
                                 "it_mw": mw * share})  # fmt: skip
    return rows


def _green(hubs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    local = [
        {"year": row["year"], "resource": f"green-{HUBS[row['hub']][3]}", "market": HUBS[row["hub"]][3],
         "mwh": row["green_mwh"]} for row in hubs
    ]  # fmt: skip
    bought = [{"year": row["year"], "resource": "certificates", "market": HUBS[row["hub"]][3],
               "mwh": row["certificate_mwh"]} for row in hubs]  # fmt: skip
    return local + bought


def _energy(hubs: list[dict[str, Any]], year: int) -> dict[str, Any]:
    rows = [row for row in hubs if row["year"] == year]
    sums = {key: sum(row[key] for row in rows) for key in ("energy_mwh", "green_mwh", "certificate_mwh", "emissions_t")}
    return {
        "year": year, "new_mwh": sums["energy_mwh"], "stock_mwh": 0.0, "green_mwh": sums["green_mwh"],
        "certificate_mwh": sums["certificate_mwh"], "required_share": 0.0, "emissions_t": sums["emissions_t"],
        "green_share": (sums["green_mwh"] + sums["certificate_mwh"]) / sums["energy_mwh"],
    }  # fmt: skip


def _limits() -> list[dict[str, Any]]:
    return [
        {"constraint": "hub_cap", "family": "hubs", "index": ["inner_mongolia", "it_mw", 2035], "unit": "MW",
         "used": 2000.0, "limit": 2000.0, "slack": 0.0, "worth": 120_000.0, "is_binding": True},
        {"constraint": "green_share", "family": "green", "index": ["shanghai", 2035], "unit": "MWh/year",
         "used": 2.0e6, "limit": 2.0e6, "slack": 0.0, "worth": 45.0, "is_binding": True},
    ]  # fmt: skip


def _further() -> dict[str, Any]:
    return {
        "existing": [
            {"site": site, "year": 2024, "racks_std": HUBS[row[2]][7] if site != "NM-JN" else None,
             "compute_pflops": 24_000.0 if site == "NM-HL" else None, "dc_projects": 32 if site == "NM-HL" else None,
             "mean_temp_c": 6.2 if site == "NM-HL" else None}
            for site, row in SITES.items()
        ],
        "rules": [
            {"id": "hub_green_2030", "quantity": "green_share", "places": [], "year": 2030, "value": 0.8, "unit": "share",
             "effect": "hard", "document": "Action plan", "clause": "3.2", "decided": "binding", "text": ""},
            {"id": "pue_west", "quantity": "pue_cap", "places": ["inner_mongolia"], "year": 2025, "value": 1.2, "unit": "1",
             "effect": "hard", "document": "Special plan", "clause": "2", "decided": "holds", "text": ""},
            {"id": "pue_label", "quantity": "pue_cap", "places": ["yangtze_delta"], "year": 2025, "value": 1.25, "unit": "1",
             "effect": "label", "document": "Special plan", "clause": "2", "decided": "label", "text": ""},
        ],
        "decide_now": [
            {"site": "NM-JN", "name": "Jining", "name_zh": "集宁", "year": 2030, "lead_years": 3, "decide_by": 2027,
             "it_mw": 200.0},
        ],
        "investments": [
            {"year": 2025, "cny": 9.0e9, "budget_cny": None, "salvage_cny": 2.0e9},
            {"year": 2030, "cny": 14.0e9, "budget_cny": 15.0e9, "salvage_cny": 6.0e9},
        ],
        "heat": [{"site": "HB-ZB", "sink": "zhangjiakou", "year": 2030, "mwh": 52_000.0, "cny": 3.1e6}],
        "conversions": [
            {"workload": "training", "from": "PFLOPS", "to": "MW IT", "factor": 60.0, "unit": "PFLOPS/MW", "basis": "assumed",
             "source": "compute_units: chip A, FP16"},
        ],
        "missing": [
            {"market": "shanghai", "name": "Shanghai", "name_zh": "上海", "year": 2035, "required_share": 1.0,
             "unserved_mw": None, "lacking_mwh": 227_760.0, "text": "Shanghai, 2035: 228 GWh of green power are missing.",
             "text_zh": "上海2035年缺少绿电2.28亿千瓦时。"},
        ],
    }  # fmt: skip


def areas_region() -> Region:
    """Return the region: provinces as squares, sites as points, markets and hubs; every other table is empty."""
    tables: dict[str, Any] = {name: _empty(name) for name, table in all_tables().items() if not table.is_grid}
    boxes = [shapely.box(lon - 2.0, lat - 1.5, lon + 2.0, lat + 1.5) for _zh, lon, lat in PROVINCES.values()]
    provinces = pd.DataFrame(
        [{"district": name, "name_en": name, "name_zh": zh, "seat_lon": lon, "seat_lat": lat, "demand_weight": 1.0}
         for name, (zh, lon, lat) in PROVINCES.items()]
    )  # fmt: skip
    tables["districts"] = gpd.GeoDataFrame(provinces, geometry=boxes, crs="EPSG:4326").to_crs(CRS_M)
    sites = pd.DataFrame(
        [{"site": site, "name_en": row[0], "name_zh": row[1], "hub": row[2], "market": HUBS[row[2]][3], "district": row[3],
          "lon": row[4], "lat": row[5], "cluster": row[0], "climate_station": site, "area_ha": 400.0}
         for site, row in SITES.items()]
    )  # fmt: skip
    tables["sites"] = gpd.GeoDataFrame(
        sites, geometry=gpd.points_from_xy(sites["lon"], sites["lat"]), crs="EPSG:4326"
    ).to_crs(CRS_M)
    tables["hubs"] = pd.DataFrame(
        [{"hub": hub, "name_en": row[0], "name_zh": row[1], "role": row[2]} for hub, row in HUBS.items()]
    )
    tables["markets"] = pd.DataFrame(
        [{"market": row[3], "name_en": row[3], "name_zh": row[3], "energy_cny_per_kwh": PRICES[row[3]] / 1e3,
          "grid_kgco2_per_kwh": row[6], "renewable_gen_share_of_use": row[5][0]} for row in HUBS.values()]
    )  # fmt: skip
    tables["existing"] = pd.DataFrame(areas_plan()["existing"])
    return Region(
        id="areas",
        name={"en": "East data, west compute (sample)", "zh": "东数西算（示例）"},
        base_year=2025,
        crs="EPSG:4326",
        projected_crs=CRS_M,
        meta={"sources": [{"id": "a", "title": "Made by hand", "year": 2025}], "feeding": "area"},
        tables=tables,
        grid=None,
        notices=(),
        fingerprint="0" * 64,
        path=None,  # type: ignore[arg-type]
    )


def _empty(name: str) -> pd.DataFrame:
    table = all_tables()[name]
    frame = empty_frame(table)
    return frame if table.geometry == "none" else gpd.GeoDataFrame(frame, geometry=[], crs=CRS_M)
