"""Demand by district and class, and which sites may serve which districts within the latency of the class."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.latency import MS_PER_KM, rtt_matrix_ms
from planner.assemble_costs import Prices, price_values
from planner.demand_units import class_demand, stock_mw
from planner.errors import InputProblems, Problem
from planner.i18n import gettext as _
from planner.region import Region
from planner.scenario import Scenario
from planner.units import HOURS_PER_YEAR

OUTSIDE_PUE = 1.2  # cap for new sites of the outside hubs (F113, Horinger 2023)
NETWORK_PRICE = "network_cny_per_mw_km_year"  # of a served MW and km of route; absent: the network costs nothing


def demand_weights(region: Region, workload: str) -> pd.Series[float]:
    """Return the share of every district in the demand of a class (index: district, sum 1).

    Rows of the table demand_shares for the class are its whole split; a class without rows follows demand_weight.
    """
    weight = region["districts"].set_index("district")["demand_weight"].astype(float)
    shares = region.tables.get("demand_shares")
    own = None if shares is None else shares[shares["workload"] == workload]
    if own is not None and len(own):
        weight = own.set_index("district")["weight"].astype(float).reindex(weight.index, fill_value=0.0)
    return weight / weight.sum()


def demand_table(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return district, workload, year, it_mw: the class's demand split by district weight.

    Demand in PFLOPS or racks is converted (see `planner.demand_units`); of a total demand, what existing centres still serve
    is taken off the class that they serve.
    """
    asked = class_demand(region, scenario)
    if asked["it_mw"].isna().any():
        raise InputProblems(_unknown(asked[asked["it_mw"].isna()]))
    factor = scenario.objective.it_mw_demand_factor if scenario.objective.name == "it_mw" else 1.0
    served = scenario.stock_base.workload if scenario.stock_base is not None else None
    parts = []
    for work, rows in asked.groupby("workload", sort=False):
        weight = demand_weights(region, str(work))
        for year, it_mw in zip(rows["year"], rows["it_mw"] * scenario.demand_scale, strict=True):
            rest = max(0.0, it_mw - stock_mw(scenario, year)) if work == served else it_mw
            it = weight.to_numpy() * (rest * factor)
            parts.append(pd.DataFrame({"district": weight.index, "workload": work, "year": year, "it_mw": it}))
    table = pd.concat(parts, ignore_index=True)
    return table[table["it_mw"] > 0].reset_index(drop=True)


def _unknown(rows: pd.DataFrame) -> list[Problem]:
    return [
        Problem(
            file="scenario",
            layer="scenario",
            row=None,
            column=f"workloads.{row.workload}",
            value=None,
            code="unknown_demand",
            message=_("The demand of {name} in {year} is not known in MW IT.").format(name=row.workload, year=row.year),
            remedy=_("Give it in MW IT, or state the chip, the factor or the kW per rack."),
        )
        for row in rows.itertuples()
    ]


def round_trips_ms(places: pd.DataFrame, region: Region, scenario: Scenario) -> npt.NDArray[np.float64]:
    """Return the round trip [ms] between every place (rows: lon, lat) and every district's seat (columns)."""
    districts, late = region["districts"], scenario.latency
    return rtt_matrix_ms(
        places["lon"].to_numpy(float),
        places["lat"].to_numpy(float),
        districts["seat_lon"].to_numpy(float),
        districts["seat_lat"].to_numpy(float),
        fixed_ms=late.fixed_ms,
        route_factor=late.route_factor,
    )


def reaches(
    places: pd.DataFrame, region: Region, scenario: Scenario, prices: Prices | None = None
) -> tuple[pd.Series, pd.DataFrame]:
    """Return the reach of every place (id, lon, lat) and which (reach, district, workload) it may serve.

    Places from which the same districts lie within the limit of every class share one reach. Where the network has a price,
    a served MW costs cny_per_mw_year by the length of its route, and places share a reach only at the same cost. With
    latency switched off every place may serve every district.
    """
    districts, late = region["districts"], scenario.latency
    rtt_ms = round_trips_ms(places, region, scenario)
    names = list(scenario.workloads)
    limits = np.array([scenario.workloads[w].rtt_limit_ms if late.is_on else np.inf for w in names])
    flat = (rtt_ms[:, :, None] <= limits[None, None, :]).reshape(len(places), -1)
    known = price_values(region, scenario) if prices is None else prices.values
    price = float(known.get(NETWORK_PRICE, 0.0))
    if price > 0:
        route_km = (rtt_ms - late.fixed_ms) / (2.0 * MS_PER_KM)
        flat = np.column_stack([flat, (price * route_km).round(2)])
    distinct, inverse = np.unique(flat, axis=0, return_inverse=True)
    label = np.array([f"R{k + 1:03d}" for k in range(len(distinct))])
    within = distinct[:, : len(districts) * len(names)].reshape(len(distinct), len(districts), len(names))
    k, d, w = np.nonzero(within)
    serves = pd.DataFrame(
        {
            "reach": label[k],
            "district": districts["district"].to_numpy()[d],
            "workload": np.array(names, dtype=object)[w],
        }
    )
    if price > 0:
        serves["cny_per_mw_year"] = distinct[:, len(districts) * len(names) :][k, d]
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
        if spec.may_go_outside and (ms <= spec.rtt_limit_ms or not late.is_on)
    ]
    return pd.DataFrame(rows, columns=["outside", "workload", "cny_per_mw_year", "t_per_mw_year"])
