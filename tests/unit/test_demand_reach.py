"""Which place may serve which district: long paths, latency off, and what a route costs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from models.latency import great_circle_km
from planner.assemble_demand import NETWORK_PRICE, reaches, round_trips_ms
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario

CASE = Path(__file__).parents[1] / "cases" / "small_areas" / "scenarios" / "reference.yaml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """The small areas with a network that costs nothing."""
    return load_scenario(CASE).changed({f"economy.prices.{NETWORK_PRICE}": 0.0})


@pytest.fixture(scope="module")
def region(scenario: Scenario) -> Region:
    return read_region(scenario.region)


@pytest.fixture(scope="module")
def places(region: Region) -> pd.DataFrame:
    return region["sites"][["site", "lon", "lat"]].rename(columns={"site": "id"})


def served(region: Region, scenario: Scenario, places: pd.DataFrame) -> set[tuple[str, str, str]]:
    reach, serves = reaches(places, region, scenario)
    rows = reach.rename("reach").rename_axis("place").reset_index().merge(serves, on="reach")
    return set(rows[["place", "district", "workload"]].itertuples(index=False, name=None))


def test_long_paths_take_their_own_fixed_part_and_route(
    region: Region, scenario: Scenario, places: pd.DataFrame
) -> None:
    straight = float(great_circle_km(111.5, 40.5, 120.0, 31.0))  # A2 to the seat of D1, 1303 km

    found = round_trips_ms(places, region, scenario)

    assert found.shape == (3, 2)
    assert found[1, 0] == pytest.approx(2.7 + 2 * straight * 1.1 * 0.0049)
    assert found[1, 0] == pytest.approx(16.75, abs=0.01)
    metro = round_trips_ms(places, region, scenario.changed({"latency.path": "metro"}))
    assert metro[1, 0] == pytest.approx(0.5 + 2 * straight * 1.4 * 0.0049)


def test_a_tight_class_stays_near_and_a_loose_one_goes_far(
    region: Region, scenario: Scenario, places: pd.DataFrame
) -> None:
    found = served(region, scenario, places)

    assert ("A1", "D1", "inference") in found
    assert ("A2", "D1", "inference") not in found  # 16.7 ms, limit 8
    assert ("A2", "D1", "training") in found
    tight = served(region, scenario.changed({"workloads.training.rtt_limit_ms": 16.0}), places)
    assert ("A2", "D1", "training") not in tight


def test_without_latency_every_place_may_serve_every_district(
    region: Region, scenario: Scenario, places: pd.DataFrame
) -> None:
    off = scenario.changed({"latency.is_on": False, "workloads.inference.rtt_limit_ms": 0.001})
    reach, serves = reaches(places, region, off)

    assert set(reach) == {"R001"}  # all alike: the model sees one pool
    assert len(serves) == 2 * 2
    assert len(served(region, off, places)) == 3 * 2 * 2


def test_a_route_with_a_price_costs_by_its_length_and_places_no_longer_share_a_reach(
    region: Region, scenario: Scenario, places: pd.DataFrame
) -> None:
    priced = scenario.changed({"latency.is_on": False, f"economy.prices.{NETWORK_PRICE}": 100.0})
    reach, serves = reaches(places, region, priced)
    cost = serves.set_index(["reach", "district", "workload"])["cny_per_mw_year"]
    straight = float(great_circle_km(111.5, 40.5, 120.0, 31.0))

    assert reach.nunique() == 3
    assert cost[reach["A2"], "D1", "training"] == pytest.approx(100.0 * 1.1 * straight, abs=0.01)
    assert "cny_per_mw_year" not in reaches(places, region, scenario)[1].columns
