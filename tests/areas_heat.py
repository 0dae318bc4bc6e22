"""The small region of areas with users of heat: one beside the cold area, one out of reach."""

from __future__ import annotations

import shutil
from pathlib import Path

from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario

AREAS = Path(__file__).parent / "cases" / "small_areas"
SINKS = """heat_sink,name_en,name_zh,lon,lat,demand_mwh_per_year,price_cny_per_mwh,source,confidence
TOWN,Steppe town,草原镇,111.55,40.53,90000,90,made,synthetic
VILLAGE,Far village,远村,113.0,40.5,50000,90,made,synthetic
"""
PRICES = """heat_main_cny_per_km,CNY/km,3000000,6000000,12000000,assumed,made,assumed
heat_station_cny,CNY,1000000,2000000,5000000,assumed,made,assumed
"""
PHASED = {
    "heat.is_on": True,
    "phasing.lead_years": {"default": 4, "A2": 6},
    "phasing.budget_cny": {2030: 1.1e9},
}


def heat_region(folder: Path) -> tuple[Region, Scenario]:
    """Return the region, made in an empty folder, and its scenario without heat, lead times or budgets."""
    shutil.copytree(AREAS, folder / "region")
    (folder / "region" / "heat_sinks.csv").write_text(SINKS, encoding="utf-8")
    prices = folder / "region" / "prices.csv"
    prices.write_text(prices.read_text(encoding="utf-8") + PRICES, encoding="utf-8")
    scenario = load_scenario(folder / "region" / "scenarios" / "reference.yaml")
    return read_region(scenario.region), scenario
