"""Region and scenario become `SitingData`: what the algebra sees, and the names that the plan needs.

Every number is computed here from tables, policy rows and physics; the algebra holds no defaults.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from models.cooling import TECHNOLOGIES
from models.siting.data import Economics, Rules, SitingData
from planner.assemble_areas import offered_anywhere, own_limit_mva, station_of_areas
from planner.assemble_costs import Prices, annuity, read_prices, year_weights, years_represented
from planner.assemble_demand import demand_table, outside_table, reaches
from planner.assemble_markets import green_table, market_values, places_of
from planner.assemble_phasing import phasing_frames
from planner.assemble_physics import Physics, assemble_physics
from planner.assemble_places import heat_frames_of, market_frames, policy_frames
from planner.assemble_power import lowest_zones
from planner.assemble_reinforcement import states
from planner.assemble_stations import station_frames
from planner.assemble_stock import StockFrames, assemble_stock
from planner.assemble_water import water_frames
from planner.fits import check_fit, green_share
from planner.policy import PolicyPack, read_policy_pack
from planner.policy_limits import min_occupancy
from planner.region import Region
from planner.scenario import Scenario
from planner.screen import Screening, screen_for


@dataclass(frozen=True)
class Assembled:
    """The siting data with what the plan needs beside it."""

    data: SitingData
    screening: Screening
    candidates: gpd.GeoDataFrame  # the sites of the model
    physics: Physics
    stock: StockFrames
    policy: PolicyPack
    prices: Prices
    states: pd.DataFrame  # reinforcements that may be chosen: node, state, cost, capacity added, names
    places: pd.DataFrame  # climate, market, hub, site, role of every candidate
    markets: pd.DataFrame  # base-year values of every market, and which are assumed; empty without markets


def climate_of(places: pd.DataFrame, region: Region) -> pd.Series:
    """Return the climate station of each place: the region's declared one, else the nearest."""
    declared = region.meta.get("climate_station")
    ids = places["id"].to_numpy()
    if declared:
        return pd.Series(declared, index=ids)
    stations = region["climate"].drop_duplicates("station")
    points = gpd.GeoSeries.from_xy(stations["lon"], stations["lat"], crs=region.crs).to_crs(region.projected_crs)
    here = gpd.GeoSeries.from_xy(places["lon"], places["lat"], crs=region.crs).to_crs(region.projected_crs)
    nearest = points.sindex.nearest(here, return_all=False)[1]
    return pd.Series(stations["station"].to_numpy()[nearest], index=ids)


def _sites(
    candidates: pd.DataFrame,
    scenario: Scenario,
    *,
    prices: Prices,
    region: Region,
    reach: pd.Series,
    climate: pd.Series,
) -> pd.DataFrame:
    wishes, clusters = scenario.wishes, scenario.clusters
    land = region["districts"].set_index("district")["land_cost_cny_per_ha"].astype(float)
    price = candidates["district"].map(land).fillna(land.mean()).astype(float)
    kept = candidates.assign(price=price)[~candidates["site"].isin(wishes.forbidden)]
    return pd.DataFrame(
        {
            "site": kept["site"],
            "climate": kept["site"].map(climate),
            "reach": kept["site"].map(reach),
            "area_ha": kept["area_ha"].astype(float),
            "it_min_mw": clusters.min_site_mw,
            "it_max_mw": clusters.max_site_mw,
            "is_fixed": kept["site"].isin(wishes.fixed),
            "min_mw": kept["site"].map(dict(wishes.min_mw)).fillna(0.0).astype(float),
            "land_cny_per_ha_year": kept["price"] * annuity(scenario.economy.rate, scenario.economy.life_years["land"]),
            "own_limit_mva": own_limit_mva(kept["site"], region),
        }
    ).reset_index(drop=True)


def _technologies(scenario: Scenario, prices: Prices) -> pd.DataFrame:
    rows = [
        (
            name,
            scenario.cooling.block_mw.get(name, scenario.cooling.default_block_mw),
            scenario.land.area_ha_per_mw_by_technology.get(name, scenario.land.area_ha_per_mw),
            prices.yearly(f"cooling_{name}_cny_per_mw_it", "plant"),
            TECHNOLOGIES[name].is_wet,
            TECHNOLOGIES[name].is_liquid,
        )
        for name in offered_anywhere(scenario)
    ]
    columns = ["technology", "block_mw", "area_ha_per_mw", "cooling_cny_per_mw_year", "is_wet", "is_liquid"]
    return pd.DataFrame(rows, columns=columns)


def month_days() -> pd.DataFrame:
    """Return month, days of a year that is not a leap year."""
    return pd.DataFrame({"month": range(1, 13), "days": [float(calendar.monthrange(2025, m)[1]) for m in range(1, 13)]})


def _water_cap(region: Region, scenario: Scenario, policy: PolicyPack, year: int) -> float:
    """Return the cap on all cooling water [m3]: the scenario's, else the city's of the pack; none in a region of areas."""
    own = scenario.water.city_cap_m3_per_year
    if own is not None or region.is_area:
        return np.nan if own is None else own
    return policy.value("water_cap_m3_per_year", year, applies_to="city")


def _years_table(region: Region, scenario: Scenario, policy: PolicyPack, stock: StockFrames) -> pd.DataFrame:
    """Return one row per year; grid factor and green share of a region of areas are those of its markets."""
    rows = [
        {
            "year": year,
            "green_share": np.nan if region.is_area else green_share(scenario, policy, year),
            "carbon_t_per_mwh": float(scenario.carbon.grid_t_per_mwh.get(year, np.nan)),
            "city_water_cap_m3": _water_cap(region, scenario, policy, year),
            "stock_water_m3": stock.yearly_m3,
            "carbon_cap_t": float(scenario.carbon.cap_t.get(year, np.nan)),
            "liquid_stock_share": (
                float(policy.value("liquid_ready_share", year)) if policy.has("liquid_ready_share", year) else 0.0
            ),
        }
        for year in scenario.years
    ]
    return pd.DataFrame(rows)


def _rules(region: Region, scenario: Scenario, policy: PolicyPack, places: pd.DataFrame) -> Rules:
    return Rules(
        objective=scenario.objective.name,
        zone_max_share=None if region.is_area else scenario.power.zone_max_share,
        share_nodes=lowest_zones(region),
        max_sites=scenario.clusters.max_sites,
        min_occupancy_share=min_occupancy(policy, places, scenario.years, scenario.clusters.min_occupancy_share),
        certificates_count_for_carbon=scenario.carbon.certificates_count,
        is_unserved_allowed=scenario.is_unserved_allowed,
        flexible_share=scenario.power.flexible.max_share if scenario.power.flexible.is_on else 0.0,
    )


def _economics(region: Region, scenario: Scenario, prices: Prices) -> Economics:
    """Return the scalar prices; those of electricity are the markets' in a region of areas."""
    return Economics(
        building_cny_per_mw_year=prices.yearly("building_cny_per_mw_it", "building"),
        energy_cny_per_mwh=np.nan if region.is_area else prices["energy_cny_per_mwh"],
        demand_charge_cny_per_kw_year=np.nan if region.is_area else 12.0 * prices["demand_charge_cny_per_kw_month"],
        carbon_cny_per_t=prices["carbon_cny_per_t"],
        # most IT power: the demand is a ceiling there, not a need whose lack costs something
        unserved_cny_per_mw_year=0.0 if scenario.objective.name == "it_mw" else prices["unserved_cny_per_mw_year"],
    )


def _climates(candidates: pd.DataFrame, places: pd.DataFrame, region: Region) -> tuple[pd.Series, pd.Series]:
    """Return the climate of each place (index: id) and the weather station of each climate (index: climate).

    An area is a climate of its own; elsewhere places of one weather station are alike.
    """
    if region.is_area:
        station_of = station_of_areas(candidates, region)
        return pd.Series(station_of.index, index=station_of.index), station_of
    climate = climate_of(places, region)
    names = sorted(climate.unique())
    return climate, pd.Series(names, index=names)


def assemble(region: Region, scenario: Scenario, *, screening: Screening | None = None) -> Assembled:
    """Return the siting data of a region under a scenario."""
    screening = screening or screen_for(region, scenario)
    found = screening.candidates
    candidates = found[found["status"] == "candidate"].reset_index(drop=True)
    policy = read_policy_pack(scenario.policy_pack)
    check_fit(region, scenario, candidates, policy=policy)
    prices = read_prices(region, scenario)
    points = pd.concat(
        [
            candidates[["site", "lon", "lat"]].rename(columns={"site": "id"}),
            region["stock"][["stock", "lon", "lat"]].rename(columns={"stock": "id"}),
        ],
        ignore_index=True,
    )
    climate, station_of = _climates(candidates, points, region)
    places = places_of(candidates, region, climate)
    physics = assemble_physics(region, scenario, policy, station_of=station_of, places=places)
    reach, serves = reaches(points, region, scenario, prices)
    days = month_days()
    stock = assemble_stock(
        region, scenario, physics, prices=prices, policy=policy, reach=reach, climate=climate, days=days["days"]
    )
    reinforced = states(region, scenario, policy, prices=prices)
    held = physics.performance["technology"].unique()
    technologies = _technologies(scenario, prices)
    values = market_values(region, scenario)
    frames = {
        "sites": _sites(candidates, scenario, prices=prices, region=region, reach=reach, climate=climate),
        "technologies": technologies[technologies["technology"].isin(held)],
        "workloads": pd.DataFrame(
            [
                (k, w.availability, np.nan if w.in_city_max_share is None else w.in_city_max_share)
                for k, w in scenario.workloads.items()
            ],
            columns=["workload", "availability", "in_city_max_share"],
        ),
        "performance": physics.performance,
        "overheads": physics.overheads,
        "water_use": physics.water_use,
        "banned_loads": physics.banned_loads,
        "months": days,
        **station_frames(candidates, region, scenario, prices, reinforced=reinforced),
        **water_frames(candidates, region, scenario, prices, stock=stock, places=places),
        "demand": demand_table(region, scenario),
        "serves": serves,
        "outside": outside_table(region, scenario, prices),
        "green": green_table(region, scenario, places),
        "years_table": _years_table(region, scenario, policy, stock),
        "stock": stock.stock,
        "stock_options": stock.options,
        "stock_mva": stock.mva,
        "stock_plant": stock.plant,
        "stock_displaced": stock.displaced,
        "stock_capacity": stock.capacity,
        "pue_bands": physics.pue_bands,
        "epsilon": pd.DataFrame(list(scenario.objective.limits.items()), columns=["quantity", "limit"]),
        **market_frames(region, scenario, policy, places, values),
        **policy_frames(scenario, policy, places, physics.annual),
        **heat_frames_of(region, scenario, policy, candidates, physics, prices=prices, station_of=station_of,
                       places=places),
    }  # fmt: skip
    frames |= phasing_frames(region, scenario, frames, prices)
    for name in ("feeds", "pipes", "heat_links"):
        if name in frames:
            frames[name] = frames[name][frames[name]["site"].isin(frames["sites"]["site"])].reset_index(drop=True)
    rate, last = scenario.economy.rate, scenario.last_period_years
    data = SitingData(
        years=scenario.years,
        year_weights=year_weights(scenario.years, last, rate=rate, base_year=region.base_year),
        frames=frames,
        economics=_economics(region, scenario, prices),
        rules=_rules(region, scenario, policy, places),
        years_represented=years_represented(scenario.years, last),
    )
    return Assembled(data, screening, candidates, physics, stock, policy, prices, reinforced, places, values)
