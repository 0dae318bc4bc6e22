"""Numbers of the siting data against a calculator. Small region and plan; every expected number was worked out by hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from unittest.mock import Mock

import pandas as pd
import pytest

from planner.assemble import Assembled, assemble, climate_of
from planner.assemble_costs import annuity, year_weights, years_represented
from planner.assemble_power import ancestors, lowest_zones, node_headroom
from planner.assemble_stock import makeup, tariff
from planner.policy import PolicyPack
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario

CASE = Path(__file__).parents[1] / "cases" / "small_plan" / "scenario.yaml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CASE)


@pytest.fixture(scope="module")
def region(scenario: Scenario) -> Region:
    return read_region(scenario.region)


@pytest.fixture(scope="module")
def assembled(region: Region, scenario: Scenario) -> Assembled:
    return assemble(region, scenario)


def headroom(region: Region, scenario: Scenario) -> dict[tuple[str, int], float]:
    table = node_headroom(region, scenario)
    return {(n, int(y)): float(v) for n, y, v in table[["node", "year", "headroom_mva"]].itertuples(index=False)}


def with_table(region: Region, name: str, table: pd.DataFrame) -> Region:
    return dataclasses.replace(region, tables={**region.tables, name: table})


def test_annuities() -> None:
    assert annuity(0.06, 30) == pytest.approx(0.07265, abs=5e-6)
    assert annuity(0.06, 12) == pytest.approx(0.11928, abs=5e-6)
    assert annuity(0.0, 20) == pytest.approx(0.05)


def test_planning_years_stand_for_the_years_until_the_next_one() -> None:
    weights = year_weights((2030, 2035), 5, rate=0.06, base_year=2025)

    assert years_represented((2027, 2030, 2035), 4) == {2027: 3.0, 2030: 5.0, 2035: 4.0}
    assert weights[2030] == pytest.approx(3.33659, abs=1e-5)  # 0.747258 + 0.704961 + 0.665057 + 0.627412 + 0.591898
    assert weights[2035] == pytest.approx(3.33659 * 1.06**-5, abs=1e-5)
    assert year_weights((2030,), 5, rate=0.0, base_year=2025) == {2030: 5.0}


def test_headroom_is_the_smallest_of_firm_and_ac_and_a_dated_row_replaces_it(
    region: Region, scenario: Scenario
) -> None:
    found = headroom(region, scenario)

    assert found["S1", 2030] == 350.0  # headroom_years
    assert found["S1", 2035] == pytest.approx(306.122, abs=1e-3)  # 300 MW of AC hosting / 0.98, below 400 MVA
    assert found["S2", 2035] == 112.0
    assert found["Z1", 2035] == pytest.approx(326.531, abs=1e-3)  # 320 MW / 0.98, below 500 MVA


def test_headroom_without_the_ac_bound(region: Region, scenario: Scenario) -> None:
    assert headroom(region, scenario.changed({"power.zone_bound": "linear"}))["S1", 2035] == 400.0


def test_growth_and_reserve_take_headroom_and_a_station_has_none_before_its_year(
    region: Region, scenario: Scenario
) -> None:
    changes = {
        "years": [2027, 2035],
        "green.share": {2027: 0.0, 2035: 0.0},
        "carbon.grid_t_per_mwh": {2027: 0.5, 2035: 0.4},
        "power.background_growth_per_year": 0.02,
        "power.reserve_mva": {"S2": 12.0, "Z1": 400.0},
        **{f"workloads.{w}.demand_mw": {2027: 1.0, 2035: 1.0} for w in scenario.workloads},
    }
    found = headroom(region, scenario.changed(changes))

    assert found["S3", 2027] == 0.0  # in service from 2028
    assert found["S2", 2027] == pytest.approx(112.0 - 200.0 * 0.0404 - 12.0)  # 1.02 ** 2 - 1 = 0.0404
    assert found["S3", 2035] == pytest.approx(62.0 - 250.0 * 0.218994, abs=1e-3)  # 1.02 ** 10 - 1 = 0.218994
    assert found["Z1", 2035] == 0.0  # never below 0


def test_ancestors_lead_through_nested_zones(region: Region) -> None:
    zones = region["zones"].assign(parent="TOP")
    top = zones.assign(zone="TOP", parent=None)
    nested = with_table(region, "zones", pd.concat([zones, top], ignore_index=True))

    found = set(ancestors(nested).itertuples(index=False, name=None))

    assert found == {(s, z) for s in ("S1", "S2", "S3") for z in ("Z1", "TOP")}
    assert lowest_zones(nested) == ("Z1",)


def test_a_feed_costs_its_cable_two_bays_and_half_a_user_substation(assembled: Assembled) -> None:
    feed = assembled.data["feeds"].set_index(["site", "substation"]).loc[("C003-010", "S1")]
    km = float(feed["km"])

    expected = (25e6 * km + 2 * 10e6 + 0.5 * 20e6) * 0.0726489  # 220 kV, annuity of 30 years at 6 %

    assert feed["cny_per_year"] == pytest.approx(expected, rel=1e-6)
    assert (feed["rating_mva"], feed["group"]) == (300.0, "S1")


def test_demand_is_split_by_district_weight(assembled: Assembled, region: Region, scenario: Scenario) -> None:
    split = assembled.data["demand"].set_index(["district", "workload", "year"])["it_mw"]

    assert split["D1", "realtime", 2030] == pytest.approx(20.0 * 2 / 3)
    assert split["D2", "ai", 2035] == pytest.approx(60.0 * 1 / 3)
    most = assemble(region, scenario.changed({"objective": {"name": "it_mw", "it_mw_demand_factor": 3.0}}))
    assert most.data["demand"]["it_mw"].sum() == pytest.approx(3.0 * split.sum())
    assert most.data.economics.unserved_cny_per_mw_year == 0.0  # a ceiling, not a need
    assert assembled.data.economics.unserved_cny_per_mw_year == 20e6


def test_real_time_load_is_served_from_near_its_district_only(assembled: Assembled) -> None:
    """0.8 ms less 0.5 ms fixed is 0.3 ms: 0.3 / (2 x 1.4 x 0.0049) = 21.9 km straight; the districts are 33 km apart."""
    serves, data = assembled.data["serves"], assembled.data
    reach = data["sites"].set_index("site")["reach"]

    def districts(site: str, workload: str) -> set[str]:
        rows = serves[(serves["reach"] == reach[site]) & (serves["workload"] == workload)]
        return set(rows["district"])

    assert districts("C003-010", "realtime") == {"D1"}
    assert districts("C003-002", "realtime") == {"D2"}
    assert districts("C003-010", "general") == {"D1", "D2"}


def test_mva_of_a_site_follow_from_pue_coincidence_and_power_factor(assembled: Assembled) -> None:
    """10 MW drawn on 15 MW installed, real-time, air chiller: (1.38904 x 0.95 x 10 + 0.03 x 15) / 0.98 = 13.924 MVA."""
    keys = {"climate": "Beijing", "technology": "air_chiller"}
    fixed = assembled.data["overheads"].set_index(list(keys)).loc[tuple(keys.values())]
    drawn = assembled.data["performance"].set_index([*keys, "workload"]).loc[(*keys.values(), "realtime")]
    pue = assembled.physics.annual.set_index(list(keys)).loc[tuple(keys.values())]

    assert pue["pue_fixed"] == pytest.approx(0.03)
    assert drawn["mva_per_mw"] == pytest.approx(pue["pue_variable_design"] * 0.95 / 0.98)
    assert 10.0 * drawn["mva_per_mw"] + 15.0 * fixed["mva_per_mw"] == pytest.approx(13.924, abs=1e-3)
    assert drawn["mwh_per_mw_year"] == pytest.approx(8760.0 * 0.68 * pue["pue_variable"])
    assert fixed["mwh_per_mw_year"] == pytest.approx(8760.0 * 0.03)


def test_water_is_evaporation_with_blowdown_and_what_plants_have_left(assembled: Assembled) -> None:
    """At 3.5 cycles the make-up is 1 / (1 - 1 / 3.5) = 1.4 of the evaporation; P2 gives 50,000 x 0.004 - 100 = 100."""
    data = assembled.data
    supply = data["supply"].set_index(["plant", "month", "year"])["m3_per_day"]
    used = assembled.stock.plant_use.set_index(["plant", "month"])["m3_per_day"]

    assert makeup(3.5) == pytest.approx(1.4)
    assert data["plants"]["makeup_factor"].to_numpy() == pytest.approx(1.4)
    assert supply["P1", 7, 2030] == pytest.approx(800.0)
    assert supply["P2", 7, 2030] == pytest.approx(max(0.0, 100.0 - used["P2", 7]))
    one = data["water_use"].set_index(["technology", "workload", "month"])["m3_per_day_per_mw"]
    month = assembled.physics.stock_monthly  # the same tower in older halls evaporates more per MWh, never less
    old = month[(month["technology"] == "tower_economiser") & (month["month"] == 7)]["evaporation_m3_per_mwh"].iloc[0]
    assert 0.0 < one["tower_economiser", "realtime", 7] / (24.0 * 0.68) < old


def two_step_tariff() -> PolicyPack:
    """Return rules from 2025 on: 20 CNY/MWh per unit of PUE above 1.35, 50 above twice that."""
    values = {
        "differential_tariff_pue": 1.35,
        "differential_tariff_cny_per_mwh": 20.0,
        "differential_tariff_high_cny_per_mwh": 50.0,
    }
    rules = Mock(spec=PolicyPack)
    rules.has.side_effect = lambda _quantity, year, **_which: year >= 2025
    rules.value.side_effect = lambda quantity, _year, **_which: values[quantity]
    return rules


@pytest.mark.parametrize(
    ("pue", "year", "expected"), [(1.2, 2030, 0.0), (1.45, 2030, 2.0), (3.0, 2030, 27.0 + 15.0), (1.45, 2020, 0.0)]
)
def test_tariff_grows_with_pue(pue: float, year: int, expected: float) -> None:
    assert tariff(two_step_tariff(), pue, year) == pytest.approx(expected)


def test_a_vacated_hall_frees_its_mva_at_its_stations_and_zone(assembled: Assembled) -> None:
    """A hall draws 40 / 8 = 5 MW on average, 5 / 0.8 = 6.25 MW at most.

    Its design PUE is 0.6 x 1.631605 + 0.4 x 1.447986 = 1.558157, so it frees 6.25 x 1.558157 x 0.85 / 0.98 = 8.4466 MVA,
    half of it at each station of N2.
    """
    change = assembled.data["stock_mva"].set_index(["stock", "option", "node"])["mva_change"]

    assert change["K1", "vacate", "Z1"] == pytest.approx(-8.4466, abs=1e-3)
    assert change["K1", "vacate", "S2"] == change["K1", "vacate", "S3"] == pytest.approx(-4.2233, abs=1e-3)
    assert set(assembled.data["stock_displaced"]["it_mw"]) == {6.25}


def test_a_converted_hall_keeps_its_mean_power_with_less_overhead(assembled: Assembled) -> None:
    capacity = assembled.data["stock_capacity"].set_index(["stock", "option", "workload"])["it_mw"]

    assert capacity["K1", "convert", "ai"] == pytest.approx(
        5.0 / 0.68
    )  # better cooling frees more than the hall can use


def test_places_take_the_declared_climate_station_or_the_nearest(region: Region) -> None:
    hills = region["climate"].assign(station="Hills", lon=116.2, lat=39.7)
    two = with_table(region, "climate", pd.concat([region["climate"], hills], ignore_index=True))
    places = pd.DataFrame({"id": ["a", "b"], "lon": [116.2, 116.45], "lat": [39.71, 40.0]})

    assert list(climate_of(places, two)) == ["Beijing", "Beijing"]
    free = dataclasses.replace(two, meta={k: v for k, v in two.meta.items() if k != "climate_station"})
    assert list(climate_of(places, free)) == ["Hills", "Beijing"]


def test_the_order_of_rows_in_the_tables_changes_nothing(region: Region, scenario: Scenario) -> None:
    turned = dataclasses.replace(
        region,
        tables={k: v.iloc[::-1].reset_index(drop=True) if k != "study_area" else v for k, v in region.tables.items()},
    )
    for name in ("headroom", "demand", "feeds", "pipes", "supply", "stock_mva", "stock_options"):
        frames = [assemble(r, scenario).data[name] for r in (region, turned)]
        one, other = (f[sorted(f.columns)].sort_values(sorted(f.columns)).reset_index(drop=True) for f in frames)
        pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-12)
