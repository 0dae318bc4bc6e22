"""What a scenario asks of markets and hubs and the region does not know is told, one problem per market."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner.assemble import assemble
from planner.errors import InputProblems, Problem
from planner.i18n import use_language
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CASES / "small_areas" / "scenarios" / "reference.yaml")


@pytest.fixture(scope="module")
def region(scenario: Scenario) -> Region:
    return read_region(scenario.region)


def refused(region: Region, scenario: Scenario) -> list[Problem]:
    with pytest.raises(InputProblems) as caught:
        assemble(region, scenario)
    assert all(p.message and p.remedy for p in caught.value.problems)
    return caught.value.problems


def without(region: Region, **columns: Any) -> Region:
    return dataclasses.replace(region, tables={**region.tables, "markets": region["markets"].assign(**columns)})


def test_an_unknown_price_is_one_problem_per_market_with_sites_and_names_them(
    region: Region, scenario: Scenario
) -> None:
    blank = without(region, energy_cny_per_kwh=np.nan, grid_kgco2_per_kwh=[0.6, np.nan])

    found = refused(blank, scenario)

    assert [(p.code, p.names) for p in found] == [("market_unknown", ("EA",)), ("market_unknown", ("WE",))]
    assert "A2, A3" in found[1].message
    assert "grid_kgco2_per_kwh" in found[1].message
    assert "grid_kgco2_per_kwh" not in found[0].message
    assert "{assumed: {EA: {energy_cny_per_kwh: ..}}}" in found[0].remedy
    with use_language("zh"):
        assert refused(blank, scenario)[0].message != found[0].message


def test_what_the_scenario_gives_is_no_longer_missing(region: Region, scenario: Scenario) -> None:
    blank = without(region, energy_cny_per_kwh=[0.7, np.nan])

    assert [p.names for p in refused(blank, scenario)] == [("WE",)]
    given = scenario.changed({"markets.assumed": {"WE": {"energy_cny_per_kwh": 0.3}}})
    assert assemble(blank, given).data["markets"]["energy_cny_per_mwh"].notna().all()


def test_a_market_without_sites_may_be_blank(region: Region, scenario: Scenario) -> None:
    sites = region["sites"].assign(market="EA", hub="coast")
    blank = without(region, energy_cny_per_kwh=[0.7, np.nan])
    moved = dataclasses.replace(blank, tables={**blank.tables, "sites": sites})

    assert set(assemble(moved, scenario).data["markets"]["market"]) == {"EA"}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"hubs": {"moon": {"it_mw": {2030: 5.0}}}}, "hubs.moon"),
        ({"markets.assumed": {"XX": {"energy_cny_per_kwh": 0.3}}}, "markets.assumed.XX"),
        ({"cooling.technologies_at": {"A9": ["air_chiller"]}}, "cooling.technologies_at.A9"),
        ({"markets.price_factor": {2030: 1.1}}, "markets.price_factor"),
        ({"markets.carbon_factor": {2035: 0.5}}, "markets.carbon_factor"),
        ({"hubs": {"coast": {"water_m3": {2031: 5.0}}}}, "hubs.coast.water_m3"),
        ({"cooling.technologies_at": {"A1": ["ice"]}}, "cooling.technologies_at.A1"),
        ({"wishes": {"fixed": ["A9"]}}, "wishes"),
    ],
)
def test_what_is_not_there_is_named(changes: dict[str, Any], place: str, region: Region, scenario: Scenario) -> None:
    with pytest.raises(InputProblems) as caught:
        assemble(region, scenario.changed(changes))

    assert [p.column for p in caught.value.problems] == [place]


def test_a_region_of_stations_needs_grid_factors_and_has_no_markets() -> None:
    small = load_scenario(CASES / "small_plan" / "scenario.yaml")
    changes = {"carbon.grid_t_per_mwh": {}, "markets.price_factor": {2030: 1.0, 2035: 1.1}, "hubs": {"coast": {}}}

    found = refused(read_region(small.region), small.changed(changes))

    assert [p.column for p in found] == ["hubs.coast", "carbon.grid_t_per_mwh", "markets.price_factor"]
