"""Demand by district and class, and which sites may serve which districts within the latency of the class."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from models.latency import rtt_matrix_ms
from planner.assemble_costs import Prices
from planner.region import Region
from planner.scenario import Scenario
from planner.units import HOURS_PER_YEAR

OUTSIDE_PUE = 1.2  # cap for new sites of the outside hubs (F113, Horinger 2023)


def demand_table(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return district, workload, year, it_mw: the class's demand split by district weight."""
    weight = region["districts"].set_index("district")["demand_weight"].astype(float)
    weight = weight / weight.sum()
    factor = scenario.demand_scale
    if scenario.objective.name == "it_mw":
        factor *= scenario.objective.it_mw_demand_factor
    parts = [
        pd.DataFrame(
            {
                "district": weight.index,
                "workload": work,
                "year": year,
                "it_mw": weight.to_numpy() * spec.demand_mw[year] * factor,
            }
        )
        for work, spec in scenario.workloads.items()
        for year in scenario.years
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[table["it_mw"] > 0].reset_index(drop=True)


def reaches(places: pd.DataFrame, region: Region, scenario: Scenario) -> tuple[pd.Series, pd.DataFrame]:
    """Return the reach of every place (id, lon, lat) and which (reach, district, workload) it may serve.

    Places from which the same districts lie within the limit of every class share one reach.
    """
    districts, late = region["districts"], scenario.latency
    rtt_ms = rtt_matrix_ms(
        places["lon"].to_numpy(float),
        places["lat"].to_numpy(float),
        districts["seat_lon"].to_numpy(float),
        districts["seat_lat"].to_numpy(float),
        fixed_ms=late.metro_fixed_ms,
        route_factor=late.metro_route_factor,
    )
    names = list(scenario.workloads)
    limits = np.array([scenario.workloads[w].rtt_limit_ms for w in names])
    within = rtt_ms[:, :, None] <= limits[None, None, :]
    flat = within.reshape(len(places), -1)
    distinct, inverse = np.unique(flat, axis=0, return_inverse=True)
    label = np.array([f"R{k + 1:03d}" for k in range(len(distinct))])
    k, d, w = np.nonzero(distinct.reshape(len(distinct), len(districts), len(names)))
    serves = pd.DataFrame(
        {
            "reach": label[k],
            "district": districts["district"].to_numpy()[d],
            "workload": np.array(names, dtype=object)[w],
        }
    )
    return pd.Series(label[inverse.ravel()], index=places["id"].to_numpy()), serves


def outside_table(region: Region, scenario: Scenario, prices: Prices) -> pd.DataFrame:
    """Return outside, workload, cny_per_mw_year, t_per_mw_year for classes that may go and reach every district."""
    out, districts, late = region["outside_sites"], region["districts"], scenario.latency
    if not len(out):
        return pd.DataFrame(columns=["outside", "workload", "cny_per_mw_year", "t_per_mw_year"])
    rtt = rtt_matrix_ms(
        out["lon"].to_numpy(float),
        out["lat"].to_numpy(float),
        districts["seat_lon"].to_numpy(float),
        districts["seat_lat"].to_numpy(float),
        fixed_ms=late.long_fixed_ms,
        route_factor=late.long_route_factor,
    ).max(axis=1)
    rows = [
        (
            name,
            work,
            prices["outside_service_cny_per_mw_year"] if math.isnan(cost) else cost,
            HOURS_PER_YEAR * spec.load_factor * OUTSIDE_PUE * scenario.carbon.outside_t_per_mwh,
        )
        for name, cost, ms in zip(out["outside"], out["service_cny_per_mw_year"].astype(float), rtt, strict=True)
        for work, spec in scenario.workloads.items()
        if spec.may_go_outside and ms <= spec.rtt_limit_ms
    ]
    return pd.DataFrame(rows, columns=["outside", "workload", "cny_per_mw_year", "t_per_mw_year"])
