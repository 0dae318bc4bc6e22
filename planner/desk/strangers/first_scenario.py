"""The scenario that an uploaded region starts with: its base region's reference, or one with assumed demand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from planner.bundled import REFERENCE
from planner.export.atomic import write_text
from planner.read_yaml import read_yaml
from planner.region import Region
from planner.scenario import Scenario, parse_scenario
from planner.units import DAYS_PER_YEAR

YEARS_AHEAD = (2, 5, 10)
DEMAND_MW = {"inference": (30.0, 60.0, 120.0), "general": (15.0, 30.0, 45.0)}  # assumed
GRID_T_PER_MWH = (0.55, 0.50, 0.40)  # assumed decline from the national factor of 2022, 0.558
RADIUS_KM = ((400.0, 8.0), (200.0, 4.0), (0.0, 4.0))  # from this voltage on [kV, km]
RATING_MVA = ((400.0, 600.0), (200.0, 300.0), (100.0, 100.0), (50.0, 60.0), (0.0, 20.0))  # of one feed [kV, MVA]
RTT_MS_OF_AREAS = {"inference": 20.0, "general": 60.0}  # between cities, assumed
_HEAD = (
    "# Written when the region was uploaded. A scenario that was not given has assumed figures, the demand above all.\n"
)
_TEMPLATE = Path(__file__).with_name("default_scenario.yaml")


def put_scenario(region: Region, folder: Path, *, base: Path | None) -> Scenario:
    """Write `scenarios/reference.yaml` into a region folder and return it: the base's, else the default one."""
    given = read_yaml(base / REFERENCE) if base is not None and (base / REFERENCE).is_file() else default_for(region)
    content = {**given, "region": ".."}
    scenario = parse_scenario(content, file=REFERENCE.name)
    text = _HEAD + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    write_text(folder / REFERENCE, text)
    return scenario


def default_for(region: Region) -> dict[str, Any]:
    """Return a scenario for a region without one: years after its base year, assumed demand, feeds of its voltages."""
    content = read_yaml(_TEMPLATE)
    years = [region.base_year + ahead for ahead in YEARS_AHEAD]
    content["years"] = years
    for name, megawatts in DEMAND_MW.items():
        content["workloads"][name]["demand_mw"] = dict(zip(years, megawatts, strict=True))
    if not set(years) <= set(region["resources"]["year"]):
        content["families_off"] = ["green"]
    if region.is_area:
        return _of_areas(content)
    content["carbon"] = {"grid_t_per_mwh": dict(zip(years, GRID_T_PER_MWH, strict=True))}
    stations = region["substations"]
    classes = sorted({round(kv) for kv in stations["voltage_kv"]}, reverse=True)
    feeds = sorted({round(kv) for kv in stations["feed_voltage_kv"]}, reverse=True)
    content["power"]["radius_km"] = {kv: _step(RADIUS_KM, kv) for kv in classes}
    content["power"]["feed_rating_mva"] = {kv: _step(RATING_MVA, kv) for kv in feeds}
    if region["zones"].empty:
        content["power"]["zone_bound"] = "linear"
    plants_m3 = float(region["reclaimed_plants"]["capacity_m3_per_day"].sum()) * DAYS_PER_YEAR
    content["water"] = {"city_cap_m3_per_year": round(plants_m3)}  # what the plants make: no cap of its own
    return content


def _of_areas(content: dict[str, Any]) -> dict[str, Any]:
    """Return the scenario for areas far apart: long paths, prices and grid factors of their markets, no stations."""
    del content["power"]
    for name, limit_ms in RTT_MS_OF_AREAS.items():
        content["workloads"][name]["rtt_limit_ms"] = limit_ms
    return {**content, "latency": {"path": "long"}, "carbon": {}}


def _step(table: tuple[tuple[float, float], ...], kv: float) -> float:
    return next(value for least, value in table if kv >= least)
