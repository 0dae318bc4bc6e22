"""Climate and cooling numbers of the siting model: performance, overheads and water by technology and class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.climate import synthetic_year
from models.cooling import STOCK_TECHNOLOGIES, TECHNOLOGIES, Technology, coefficients
from planner.assemble_areas import offered_anywhere, offers
from planner.policy import PolicyPack
from planner.policy_limits import air_limits, allowed_mwh, no_training
from planner.region import Region
from planner.scenario import Scenario
from planner.units import HOURS_PER_YEAR, KW_PER_MW

LOAD = ["climate", "technology", "workload"]


@dataclass(frozen=True)
class Physics:
    """Frames of `SitingData` that come from weather and technology, new build and stock."""

    performance: pd.DataFrame
    overheads: pd.DataFrame
    water_use: pd.DataFrame
    banned_loads: pd.DataFrame  # what dated rules keep out in single years
    pue_bands: pd.DataFrame
    annual: pd.DataFrame  # climate, technology, pue_annual, pue_design, wue_l_per_kwh
    stock_annual: pd.DataFrame
    stock_monthly: pd.DataFrame


def weather_of(region: Region, stations: list[str]) -> dict[str, pd.DataFrame]:
    """Return the synthetic year of each climate station."""
    normals = {station: rows.sort_values("month") for station, rows in region["climate"].groupby("station")}
    return {station: synthetic_year(normals[station]) for station in stations}


def climate_coefficients(
    weather: Mapping[str, pd.DataFrame],
    technologies: Mapping[str, Technology],
    *,
    overhead_share: float,
    pue_fixed_share: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return annual and monthly cooling coefficients of all technologies for each climate station and its year."""
    annual, monthly = [], []
    for station, year in weather.items():
        a, m = coefficients(
            tuple(technologies.values()), year, overhead_share=overhead_share, pue_fixed_share=pue_fixed_share
        )
        annual.append(a.reset_index().assign(climate=station))
        monthly.append(m.assign(climate=station))
    return pd.concat(annual, ignore_index=True), pd.concat(monthly, ignore_index=True)


def holds(scenario: Scenario) -> pd.DataFrame:
    """Return which technology holds which class: the class's density lies within the technology's range."""
    pairs = [
        (name, work)
        for name in offered_anywhere(scenario)
        for work, spec in scenario.workloads.items()
        if TECHNOLOGIES[name].min_density_kw_per_rack
        <= spec.density_kw_per_rack
        <= TECHNOLOGIES[name].max_density_kw_per_rack
    ]
    return pd.DataFrame(pairs, columns=["technology", "workload"])


def banned_loads(pairs: pd.DataFrame, scenario: Scenario, policy: PolicyPack, places: pd.DataFrame) -> pd.DataFrame:
    """Return climate, technology, workload, year that a rule in force in that year keeps out.

    Air cooling of racks above the density that a rule allows there, and training where none may be.
    """
    density = pairs["workload"].map({name: spec.density_kw_per_rack for name, spec in scenario.workloads.items()})
    is_air = ~pairs["technology"].map({name: t.is_liquid for name, t in TECHNOLOGIES.items()}).astype(bool)
    at = pd.MultiIndex.from_frame(pairs[["climate", "workload"]])
    parts = []
    for year in scenario.years:
        limits = air_limits(policy, places, year)
        is_dense = is_air & (density > pairs["climate"].map(limits).astype(float).fillna(np.inf))
        closed = no_training(policy, places, year, scenario.workloads)
        parts.append(pairs.loc[is_dense | at.isin(pd.MultiIndex.from_frame(closed)), LOAD].assign(year=year))
    return pd.concat(parts, ignore_index=True)


def _allowed(
    pairs: pd.DataFrame, scenario: Scenario, policy: PolicyPack, places: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the pairs less those that rules keep out in every planning year, and `banned_loads` of the others."""
    banned = banned_loads(pairs, scenario, policy, places)
    n_years = banned.groupby(LOAD)["year"].transform("size")
    never = pd.MultiIndex.from_frame(banned.loc[n_years == len(scenario.years), LOAD])
    kept = pairs[~pd.MultiIndex.from_frame(pairs[LOAD]).isin(never)]
    return kept, banned[(n_years < len(scenario.years)).to_numpy(bool)].reset_index(drop=True)


def at_places(frame: pd.DataFrame, station_of: pd.Series) -> pd.DataFrame:
    """Return rows of weather stations (`climate`) as rows of the places that take them."""
    keys = pd.DataFrame({"climate": station_of.index, "station": station_of.to_numpy()}).drop_duplicates("climate")
    rows = frame.rename(columns={"climate": "station"})
    return keys.sort_values("climate").merge(rows, on="station").drop(columns="station")


def assemble_physics(
    region: Region, scenario: Scenario, policy: PolicyPack, *, station_of: pd.Series, places: pd.DataFrame
) -> Physics:
    """Return all weather-dependent frames; everything is computed once for each weather station in use.

    `station_of`: weather station of each climate (index); `places`: climate, market, hub, site, role of the candidates.
    """
    c, pf = scenario.cooling, scenario.power.power_factor
    weather = weather_of(region, sorted(station_of.unique()))
    annual, monthly = climate_coefficients(
        weather, TECHNOLOGIES, overhead_share=c.overhead_share, pue_fixed_share=c.pue_fixed_share
    )
    of_stock = dict(list(weather.items())[: None if len(region["stock"]) else 1])  # one gives the columns
    stock_annual, stock_monthly = climate_coefficients(
        of_stock, STOCK_TECHNOLOGIES, overhead_share=c.stock_overhead_share, pue_fixed_share=0.0
    )
    annual, monthly = at_places(annual, station_of), at_places(monthly, station_of)
    works = pd.DataFrame(
        [(k, w.load_factor, w.coincidence) for k, w in scenario.workloads.items()],
        columns=["workload", "load_factor", "coincidence"],
    )
    annual = annual.assign(allowed_mwh=allowed_mwh(policy, annual, is_on=c.pue_caps == "by_size"))
    key = ["climate", "technology"]
    on_offer = offers(scenario, places, pd.Index(sorted(station_of.index.unique())))
    is_offered = pd.MultiIndex.from_frame(annual[key]).isin(pd.MultiIndex.from_frame(on_offer))
    offered = annual[is_offered & (annual["allowed_mwh"] > 0)]
    held = holds(scenario).merge(works, on="workload")
    perf, banned = _allowed(offered.merge(held, on="technology"), scenario, policy, places)
    performance = pd.DataFrame(
        {
            "climate": perf["climate"],
            "technology": perf["technology"],
            "workload": perf["workload"],
            "mva_per_mw": perf["coincidence"] * perf["pue_variable_design"] / pf,
            "mwh_per_mw_year": HOURS_PER_YEAR * perf["load_factor"] * perf["pue_variable"],
            "peak_kw_per_mw": KW_PER_MW * perf["pue_variable_design"],
            "it_mwh_per_mw_year": HOURS_PER_YEAR * perf["load_factor"],
        }
    )
    overheads = pd.DataFrame(
        {
            "climate": offered["climate"],
            "technology": offered["technology"],
            "mva_per_mw": offered["pue_fixed"] / pf,
            "mwh_per_mw_year": HOURS_PER_YEAR * offered["pue_fixed"],
            "peak_kw_per_mw": KW_PER_MW * offered["pue_fixed"],
            "pue": offered["pue_annual"],
        }
    )
    wet = monthly.merge(perf[["climate", "technology", "workload", "load_factor"]], on=["climate", "technology"])
    wet = wet[wet["evaporation_m3_per_mwh"] > 0]
    water_use = wet[["climate", "technology", "workload", "month"]].assign(
        m3_per_day_per_mw=24.0 * wet["load_factor"] * wet["evaporation_m3_per_mwh"]
    )
    banded = offered[np.isfinite(offered["allowed_mwh"])]
    return Physics(
        performance=performance,
        overheads=overheads,
        water_use=water_use.reset_index(drop=True),
        banned_loads=banned,
        pue_bands=banded[["climate", "technology"]].assign(threshold_mwh=banded["allowed_mwh"]),
        annual=annual,
        stock_annual=stock_annual,
        stock_monthly=stock_monthly,
    )
