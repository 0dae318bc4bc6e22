"""Siting data of a region of areas against a calculator: three areas, two markets, two hubs; all figures made up."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.assemble import Assembled, assemble
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario

CASE = Path(__file__).parents[1] / "cases" / "small_areas" / "scenarios" / "reference.yaml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CASE)


@pytest.fixture(scope="module")
def region(scenario: Scenario) -> Region:
    return read_region(scenario.region)


@pytest.fixture(scope="module")
def assembled(region: Region, scenario: Scenario) -> Assembled:
    return assemble(region, scenario)


def with_table(region: Region, name: str, table: pd.DataFrame) -> Region:
    return dataclasses.replace(region, tables={**region.tables, name: table})


def test_no_station_is_modelled_and_access_is_the_areas_own(assembled: Assembled) -> None:
    for name in ("stations", "feeds", "ancestors", "headroom", "supply", "stock"):
        assert assembled.data[name].empty, name
    limit = assembled.data["sites"].set_index("site")["own_limit_mva"]

    assert limit.to_dict() == {"A1": np.inf, "A2": 80.0, "A3": np.inf}  # blank is not limited here
    assert (assembled.screening.candidates["status"] == "candidate").all()
    assert (assembled.screening.candidates["notes"] == "").all()


def test_every_area_is_a_climate_of_its_own_in_its_market_and_hub(assembled: Assembled) -> None:
    climates = assembled.data["climates"].set_index("climate")

    assert climates["market"].to_dict() == {"A1": "EA", "A2": "WE", "A3": "WE"}
    assert climates["hub"].to_dict() == {"A1": "coast", "A2": "plain", "A3": "plain"}
    assert assembled.places.set_index("site")["role"].to_dict() == {"A1": "east", "A2": "west", "A3": "west"}
    assert set(assembled.data["performance"]["climate"]) == {"A1", "A2", "A3"}


def test_areas_take_their_own_weather_station_else_the_nearest_over_the_ground(
    region: Region, scenario: Scenario, assembled: Assembled
) -> None:
    """A2 names Cold; A1 lies 70 km from Warm, A3 30 km from Dry. Sent to Dry, A2 has the PUE of A3."""
    sites = region["sites"].assign(climate_station=["Warm", "Dry", "Dry"])
    other = assemble(with_table(region, "sites", sites), scenario)

    def pue(found: Assembled, site: str) -> dict[str, float]:
        table = found.physics.annual
        return dict(table[table["climate"] == site].set_index("technology")["pue_annual"])

    assert pue(assembled, "A1") == pue(other, "A1")
    assert pue(assembled, "A3") == pue(other, "A3") == pue(other, "A2")
    assert pue(assembled, "A2") != pue(other, "A2")


def test_prices_and_factors_of_markets_by_year(assembled: Assembled) -> None:
    """0.7 CNY/kWh x 1000 x 1.1; a blank demand charge is the region's 30 x 12; 0.8 kg/kWh x 0.7."""
    rows = assembled.data["markets"].set_index(["market", "year"])

    assert rows.loc[("EA", 2030), "energy_cny_per_mwh"] == pytest.approx(700.0)
    assert rows.loc[("EA", 2035), "energy_cny_per_mwh"] == pytest.approx(770.0)
    assert rows.loc[("EA", 2030), "demand_charge_cny_per_kw_year"] == pytest.approx(480.0)
    assert rows.loc[("WE", 2030), "demand_charge_cny_per_kw_year"] == pytest.approx(360.0)
    assert rows.loc[("WE", 2035), "carbon_t_per_mwh"] == pytest.approx(0.56)
    assert rows["green_share"].to_dict() == {("EA", 2030): 0.5, ("EA", 2035): 0.8, ("WE", 2030): 0.5, ("WE", 2035): 0.8}


def test_a_value_of_the_scenario_goes_before_the_table_and_is_marked(region: Region, scenario: Scenario) -> None:
    markets = region["markets"].assign(confidence="high", energy_cny_per_kwh_confidence=None)
    own = {"markets.assumed": {"WE": {"energy_cny_per_kwh": 0.25}}}

    found = assemble(with_table(region, "markets", markets), scenario.changed(own))

    assert found.data["markets"].set_index(["market", "year"]).loc[("WE", 2030), "energy_cny_per_mwh"] == 250.0
    marked = found.markets["energy_cny_per_kwh_is_assumed"]
    assert (bool(marked["WE"]), bool(marked["EA"])) == (True, False)
    assert found.markets["demand_charge_cny_per_kw_month_is_assumed"].to_dict() == {"EA": False, "WE": True}


def test_it_energy_of_a_mw_is_its_load_factor(assembled: Assembled) -> None:
    hours = assembled.data["performance"].groupby("workload")["it_mwh_per_mw_year"].unique()

    assert list(hours["inference"]) == pytest.approx([8760 * 0.68])
    assert list(hours["training"]) == pytest.approx([8760 * 0.85])


def test_water_comes_from_the_hub_at_the_gate(assembled: Assembled) -> None:
    pipes = assembled.data["pipes"].set_index("site")

    assert pipes["plant"].to_dict() == {"A1": "W-coast", "A2": "W-plain", "A3": "W-plain"}
    assert set(pipes["cny_per_year"]) == {0.0}
    assert assembled.data["plants"]["makeup_factor"].to_numpy() == pytest.approx(1.4)  # 3.5 cycles
    assert assembled.data["years_table"]["city_water_cap_m3"].isna().all()


def test_limits_of_hubs_of_planning_years(region: Region, scenario: Scenario) -> None:
    hubs = {"plain": {"energy_mwh": {2030: 5e5, 2040: 9e5}, "water_m3": {2035: 1e5}}, "coast": {"it_mw": {2030: 40}}}

    caps = assemble(region, scenario.changed({"hubs": hubs})).data["hub_caps"]

    assert set(caps.itertuples(index=False, name=None)) == {
        ("plain", 2030, "energy_mwh", 5e5), ("plain", 2035, "water_m3", 1e5), ("coast", 2030, "it_mw", 40.0),
    }  # fmt: skip


def test_technologies_of_a_site_go_before_those_of_its_market_and_its_hub(region: Region, scenario: Scenario) -> None:
    own = {"A2": ["cold_plate_dry"], "WE": ["cold_plate_dry", "air_chiller"], "plain": ["tower_economiser"]}

    found = assemble(region, scenario.changed({"cooling.technologies_at": own})).data["overheads"]

    held = found.groupby("climate")["technology"].agg(set)
    assert held["A2"] == {"cold_plate_dry"}
    assert held["A3"] == {"cold_plate_dry", "air_chiller"}
    assert held["A1"] == {"air_chiller", "tower_economiser", "indirect_evaporative", "cold_plate_dry"}


def test_green_power_of_a_market_without_sites_is_left_out(region: Region, scenario: Scenario) -> None:
    resources = region["resources"]
    far = resources.assign(resource="far", market="XX")
    table = with_table(region, "resources", pd.concat([resources, far], ignore_index=True))

    green = assemble(table, scenario).data["green"]

    assert green.groupby("resource")["market"].first().to_dict() == {"wind_west": "WE", "green_east": "EA", "cert": ""}


def districts_of(found: Assembled, site: str, workload: str) -> dict[str, float]:
    serves, reach = found.data["serves"], found.data["sites"].set_index("site")["reach"]
    rows = serves[(serves["reach"] == reach[site]) & (serves["workload"] == workload)]
    return dict(zip(rows["district"], rows["cny_per_mw_year"], strict=True))


def test_long_paths_decide_who_is_served_and_what_the_network_costs(
    region: Region, scenario: Scenario, assembled: Assembled
) -> None:
    """A3 to the seat of D2 is 571 km: 2.7 + 2 x 1.1 x 571 x 0.0049 = 8.9 ms, above 8; A2 is 70 km away, 70 x 1.1 x 200 CNY."""
    assert set(districts_of(assembled, "A3", "inference")) == set()
    assert districts_of(assembled, "A2", "inference") == {"D2": pytest.approx(15_387.6, rel=1e-3)}
    assert set(districts_of(assembled, "A3", "training")) == {"D1", "D2"}

    off = assemble(region, scenario.changed({"latency.is_on": False}))
    assert set(districts_of(off, "A3", "inference")) == {"D1", "D2"}


def test_demand_of_a_class_with_shares_of_its_own(assembled: Assembled) -> None:
    split = assembled.data["demand"].set_index(["district", "workload", "year"])["it_mw"]

    assert split["D1", "inference", 2030] == pytest.approx(30.0 * 3 / 4)  # demand_weight 3 : 1
    assert split["D1", "training", 2030] == pytest.approx(20.0 / 2)  # demand_shares 1 : 1


@pytest.mark.parametrize("forbidden", ["A3", "A1"])
def test_a_forbidden_area_takes_nothing_with_it_that_others_need(
    region: Region, scenario: Scenario, forbidden: str
) -> None:
    changes: dict[str, Any] = {"wishes": {"forbidden": [forbidden]}}

    data = assemble(region, scenario.changed(changes)).data

    assert forbidden not in set(data["sites"]["site"]) | set(data["pipes"]["site"])
    assert set(data["sites"]["climate"]) <= set(data["climates"]["climate"])


def test_nothing_is_bought_where_green_power_is_switched_off(region: Region, scenario: Scenario) -> None:
    data = assemble(region, scenario.changed({"families_off": ["green"], "green.share": {}})).data

    assert data["green"].empty  # else more than the use could be bought to lower the carbon cost
    assert data["markets"]["green_share"].isna().all()
