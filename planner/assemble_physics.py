"""Climate and cooling numbers of the siting model: performance, overheads and water by technology and class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.climate import synthetic_year
from models.cooling import STOCK_TECHNOLOGIES, TECHNOLOGIES, Technology, coefficients
from planner.policy import PolicyPack
from planner.region import Region
from planner.scenario import Scenario
from planner.units import HOURS_PER_YEAR, KW_PER_MW

KG_PER_KT = 1e6
KWH_PER_MWH = 1e3


@dataclass(frozen=True)
class Physics:
    """Frames of `SitingData` that come from weather and technology, new build and stock."""

    performance: pd.DataFrame
    overheads: pd.DataFrame
    water_use: pd.DataFrame
    pue_bands: pd.DataFrame
    annual: pd.DataFrame  # climate, technology, pue_annual, pue_design, wue_l_per_kwh
    stock_annual: pd.DataFrame
    stock_monthly: pd.DataFrame


def climate_coefficients(
    region: Region,
    technologies: Mapping[str, Technology],
    *,
    stations: list[str],
    overhead_share: float,
    pue_fixed_share: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return annual and monthly cooling coefficients of all technologies for each climate station."""
    annual, monthly = [], []
    for station in stations:
        normals = region["climate"].loc[lambda f, s=station: f["station"] == s].sort_values("month")
        weather = synthetic_year(normals)
        a, m = coefficients(
            tuple(technologies.values()), weather, overhead_share=overhead_share, pue_fixed_share=pue_fixed_share
        )
        annual.append(a.reset_index().assign(climate=station))
        monthly.append(m.assign(climate=station))
    return pd.concat(annual, ignore_index=True), pd.concat(monthly, ignore_index=True)


def holds(scenario: Scenario) -> pd.DataFrame:
    """Return which technology holds which class: the class's density lies within the technology's range."""
    pairs = [
        (name, work)
        for name in scenario.cooling.technologies
        for work, spec in scenario.workloads.items()
        if TECHNOLOGIES[name].min_density_kw_per_rack
        <= spec.density_kw_per_rack
        <= TECHNOLOGIES[name].max_density_kw_per_rack
    ]
    return pd.DataFrame(pairs, columns=["technology", "workload"])


def size_bands(policy: PolicyPack) -> pd.DataFrame:
    """Return PUE caps by size: cap, largest yearly energy [MWh] for which it applies (inf for the last)."""
    coal = policy.value("coal_equivalent_kg_per_kwh")
    rows = policy.pue_caps_by_size()
    upper = rows["upper_kt_coal"].astype(float) * KG_PER_KT / coal / KWH_PER_MWH
    return pd.DataFrame({"cap": rows["pue_cap"].astype(float), "upper_mwh": upper})


def allowed_energy(pue: float, bands: pd.DataFrame) -> float:
    """Return the largest yearly energy [MWh] at which a PUE is allowed: inf always, 0 never."""
    allowed = bands[bands["cap"] >= pue - 1e-12]
    return float(allowed["upper_mwh"].max()) if len(allowed) else 0.0


def assemble_physics(region: Region, scenario: Scenario, policy: PolicyPack, *, stations: list[str]) -> Physics:
    """Return all weather-dependent frames for the climate stations in use."""
    c, pf = scenario.cooling, scenario.power.power_factor
    annual, monthly = climate_coefficients(
        region, TECHNOLOGIES, stations=stations, overhead_share=c.overhead_share, pue_fixed_share=c.pue_fixed_share
    )
    stock_annual, stock_monthly = climate_coefficients(
        region, STOCK_TECHNOLOGIES, stations=stations, overhead_share=c.stock_overhead_share, pue_fixed_share=0.0
    )
    works = pd.DataFrame(
        [(k, w.load_factor, w.coincidence) for k, w in scenario.workloads.items()],
        columns=["workload", "load_factor", "coincidence"],
    )
    bands = size_bands(policy) if c.pue_caps == "by_size" else pd.DataFrame({"cap": [np.inf], "upper_mwh": [np.inf]})
    annual = annual.assign(allowed_mwh=[allowed_energy(p, bands) for p in annual["pue_annual"]])
    offered = annual[annual["technology"].isin(c.technologies) & (annual["allowed_mwh"] > 0)]
    held = holds(scenario).merge(works, on="workload")
    perf = offered.merge(held, on="technology")
    performance = pd.DataFrame(
        {
            "climate": perf["climate"],
            "technology": perf["technology"],
            "workload": perf["workload"],
            "mva_per_mw": perf["coincidence"] * perf["pue_variable_design"] / pf,
            "mwh_per_mw_year": HOURS_PER_YEAR * perf["load_factor"] * perf["pue_variable"],
            "peak_kw_per_mw": KW_PER_MW * perf["pue_variable_design"],
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
        pue_bands=banded[["climate", "technology"]].assign(threshold_mwh=banded["allowed_mwh"]),
        annual=annual,
        stock_annual=stock_annual,
        stock_monthly=stock_monthly,
    )
