"""A small hand-written plan on real coordinates and the region it belongs to, for the tests of the exports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.region import Region

FOLDER = Path(__file__).parent / "cases" / "sample_plan"
CRS_M = "EPSG:4548"
N_CELLS = 60


def sample_plan(**changes: Any) -> dict[str, Any]:
    """Return a fresh copy of the plan with top-level keys replaced."""
    plan: dict[str, Any] = json.loads((FOLDER / "plan.json").read_text(encoding="utf-8"))
    return {**plan, **changes}


def secure_plan() -> dict[str, Any]:
    """Return the plan with every outage ok."""
    plan = sample_plan(security="secure")
    for row in plan["grid"]["outages"]:
        row.update(status="ok", unsupplied_mw=0.0, unsupplied_buses=[])
    plan["grid"]["limiting"] |= {"value": 99.6}
    for row in plan["grid"]["elements"]:
        row["value"] = min(row["value"], 99.6)
    plan["loop"]["rounds"][-1] |= {"n_counted": 0, "worst": None}
    plan["loop"] |= {
        "status": "secure",
        "reason": None,
        "secure": {"value": 1164.4e6, "bound": 1160.9068e6},
        "price_of_security": {"value": 24.2e6, "low": 20.7e6, "high": 27.4e6, "unit": "CNY"},
    }
    return plan


def old_plan() -> dict[str, Any]:
    """Return the plan as it was written before there was a loop: rows without situation, no limiting element."""
    plan = sample_plan()
    for key in ("loop", "reinforcements", "flexible"):
        del plan[key]
    for key in ("method", "limiting", "elements"):
        del plan["grid"][key]
    for row in [*plan["grid"]["base"], *plan["grid"]["outages"]]:
        del row["situation"]
    return plan


def unchecked_plan() -> dict[str, Any]:
    """Return the plan of a region without a network."""
    grid = {
        "status": "not_checked",
        "reason": "no AC network",
        "is_synthetic": False,
        "rules": {},
        "base": [],
        "outages": [],
    }
    plan = sample_plan(security="not_checked", grid=grid, loop=None)
    plan["region"]["is_synthetic_grid"] = False
    return plan


def infeasible_plan() -> dict[str, Any]:
    """Return a run without a plan."""
    empty: dict[str, Any] = {
        key: []
        for key in ("ledger", "sites", "outside", "unserved", "assignments", "stock", "green", "energy", "limits")
    }
    grid = {"status": "not_checked", "reason": "no plan", "is_synthetic": True, "rules": {}, "base": [], "outages": []}
    short = {"constraint": "node_headroom", "index": ["Z6", 2035], "unit": "MVA", "amount": 200.0}
    conflict = {"ways": [{"families": ["power"], "is_enough": True, "shortfalls": [short]}]}
    objective = {"name": "cost", "sense": "minimise", "value": None, "unit": "CNY/year"}
    return sample_plan(
        loop=None, reinforcements=[], flexible=[], status="infeasible", security="not_checked", objective=objective, bound=None, gap=None, grid=grid,
        infeasible=conflict, plant_water=[], water_totals=[], **empty,
    )  # fmt: skip


def sample_region() -> Region:
    """Return the region of the plan, as the reader would give it: points in projected metres, lon and lat kept."""
    tables: dict[str, Any] = {
        name: _points(pd.read_csv(FOLDER / f"{name}.csv")) for name in ("substations", "reclaimed_plants", "stock")
    }
    tables["zones"] = pd.read_csv(FOLDER / "zones.csv")
    tables["districts"] = gpd.read_file(FOLDER / "districts.geojson").to_crs(CRS_M)
    tables["headroom_years"] = pd.DataFrame(columns=["node", "year", "headroom_mva"])
    for name, key in (("resources", "resource"), ("outside_sites", "outside")):
        tables[name] = pd.DataFrame(columns=[key, "name_en", "name_zh"])
    return Region(
        id="sample",
        name={"en": "Beijing (sample)", "zh": "北京（示例）"},
        base_year=2025,
        crs="EPSG:4326",
        projected_crs=CRS_M,
        meta={"sources": [{"id": "a", "title": "Public plant data", "year": 2024}]},
        tables=tables,
        grid={name: pd.read_csv(FOLDER / "grid" / f"{name}.csv") for name in ("buses", "lines", "trafos")},
        notices=(),
        fingerprint="0" * 64,
        path=FOLDER,
    )


def sample_candidates() -> gpd.GeoDataFrame:
    """Return a patch of square cells, 3 km wide; one in five is excluded; three bear the names of the plan's sites."""
    steps = np.arange(N_CELLS)
    x, y = 500_000.0 + 3000.0 * (steps % 10) - 48_000.0, 4_390_000.0 + 3000.0 * (steps // 10)
    cells = shapely.box(x, y, x + 3000.0, y + 3000.0)
    is_out = steps % 5 == 0
    names = [f"K{i:03d}" for i in steps]
    names[1:4] = ["C0412", "C0655", "C0231"]
    frame = pd.DataFrame(
        {
            "site": names,
            "district": "Daxing",
            "area_ha": 900.0,
            "status": np.where(is_out, "excluded", "candidate"),
            "reasons": ["beyond_radius, exclusion:airport" if out else "" for out in is_out],
            "substation_km": np.round(steps / 7.0, 1),
        }
    )
    return gpd.GeoDataFrame(frame, geometry=cells, crs=CRS_M)


def _points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(frame["lon"], frame["lat"])
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326").to_crs(CRS_M)
