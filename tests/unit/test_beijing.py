"""The bundled region Beijing: its layers add up to the published and synthetic totals."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from planner.read import read_region
from planner.region import Region
from planner.screen import Screening, feed_pairs, pipe_pairs, screen

FOLDER = Path(__file__).parents[2] / "gis_data" / "beijing"
RADIUS_KM = {500: 8.0, 220: 4.0}
LOCAL_HEADROOM_MVA = {"Z1": 2511, "Z2": 1270, "Z3": 1449, "Z4": 2025, "Z5": 1008, "Z6": 1595, "Z7": 332, "Z8": 1860,
                      "Z9": 1834}  # fmt: skip
TECHNOLOGIES = (
    "air_chiller", "tower_economiser", "airside_adiabatic", "indirect_evaporative", "cold_plate_dry",
    "cold_plate_tower", "immersion",
)  # fmt: skip


@pytest.fixture(scope="module")
def beijing() -> Region:
    """Return the bundled region."""
    return read_region(FOLDER)


@pytest.fixture(scope="module")
def screened(beijing: Region) -> Screening:
    """Return the reference screening."""
    return screen(beijing, cell_km=2.0, radius_km=RADIUS_KM, water_reach_km=8.0, min_area_ha=3.6)


def stations(region: Region, voltage_kv: int) -> pd.DataFrame:
    """Return the stations of one class."""
    table = region["substations"]
    return table[table["voltage_kv"] == voltage_kv]


def test_sixteen_districts_hold_the_population_of_the_census(beijing: Region) -> None:
    assert len(beijing["districts"]) == 16
    assert beijing["districts"]["population"].sum() == 21_893_095


def test_demand_weight_is_population_and_twice_where_ai_is_meant_to_grow(beijing: Region) -> None:
    districts = beijing["districts"].set_index("district")
    ratio = districts["demand_weight"] / districts["population"]

    assert set(ratio[ratio == 2.0].index) == {"Haidian", "Chaoyang", "Daxing", "Xicheng"}
    assert (ratio[ratio != 2.0] == 1.0).all()


def test_area_nodes_are_split_into_129_stations_of_the_same_sum(beijing: Region) -> None:
    table = stations(beijing, 220)
    installed_mva = table["n_units"] * table["unit_mva"]

    assert len(table) == 129
    assert table["node"].nunique() == 51
    assert table.groupby("parent")["headroom_mva"].sum().to_dict() == pytest.approx(LOCAL_HEADROOM_MVA, abs=1e-4)
    assert table["firm_mva"].sum() == pytest.approx(42_027, abs=1.0)
    assert installed_mva.sum() == pytest.approx(64_660, rel=1e-3)


def test_headroom_of_a_station_is_firm_less_peak(beijing: Region) -> None:
    table = stations(beijing, 220)

    assert (table["firm_mva"] - table["peak_mva"]).to_numpy() == pytest.approx(
        table["headroom_mva"].to_numpy(), abs=0.6
    )


def test_stations_of_one_node_share_place_bus_and_zone(beijing: Region) -> None:
    table = stations(beijing, 220)

    assert len(table[["node", "lon", "lat", "bus", "parent", "headroom_mva"]].drop_duplicates()) == 51
    assert (table["bus"] == table["node"] + "/110").all()


def test_500_kv_headroom_stays_below_one_unit_out_and_the_zone(beijing: Region) -> None:
    table = stations(beijing, 500)
    zone = table["parent"].map(beijing["zones"].set_index("zone")["headroom_mva"])

    assert len(table) == 15
    assert (table["headroom_mva"] <= (table["n_units"] - 1) * 1200).all()
    assert (table["headroom_mva"] <= zone).all()


def test_a_station_without_network_model_feeds_nothing(beijing: Region) -> None:
    table = stations(beijing, 500).set_index("substation")

    assert "BJ500-11" not in table.index
    assert table.loc["BJ500-16", "headroom_mva"] == 0.0
    assert table["bus"].isna().sum() == 1


def test_every_bus_of_a_station_is_in_the_network(beijing: Region) -> None:
    assert beijing.grid is not None
    assert beijing.is_synthetic_grid
    assert set(beijing["substations"]["bus"].dropna()) <= set(beijing.grid["buses"]["bus"])


def test_ac_hosting_is_below_the_linear_headroom_in_every_zone(beijing: Region) -> None:
    zones = beijing["zones"]

    assert len(zones) == 9
    assert (zones["ac_hosting_mw"] / 0.98 < zones["headroom_mva"]).all()
    assert zones["headroom_mva"].sum() == pytest.approx(13_176)


def test_every_500_kv_station_of_the_network_has_its_own_ac_hosting(beijing: Region) -> None:
    table = stations(beijing, 500)

    assert set(table.loc[table["ac_hosting_mw"].isna(), "substation"]) == {"BJ500-16"}
    assert (table["ac_hosting_mw"].dropna() > 0).all()


def test_twenty_seven_plants_give_their_published_capacity(beijing: Region) -> None:
    assert len(beijing["reclaimed_plants"]) == 27
    assert beijing["reclaimed_plants"]["capacity_m3_per_day"].sum() == pytest.approx(4.29e6 + 1.355e6)


def test_the_stock_draws_what_8_4_twh_at_pue_1_4_leave_for_it(beijing: Region) -> None:
    stock = beijing["stock"]

    assert stock["it_mw"].sum() == pytest.approx(8.4e6 / 8760 / 1.4, abs=0.1)
    assert (stock["it_mw"] / stock["n_halls"]).between(5.0, 10.0).all()
    assert set(stock["node"]) <= set(beijing["substations"]["node"].dropna())


def test_cooling_shares_of_each_cluster_sum_to_one(beijing: Region) -> None:
    shares = beijing["stock_cooling"].groupby("stock")["it_share"].sum()

    assert set(shares.index) == set(beijing["stock"]["stock"])
    assert (shares == 1.0).all()


def test_climate_has_twelve_months_for_the_city_and_the_outside_hubs(beijing: Region) -> None:
    months = beijing["climate"].groupby("station")["month"].agg(list)

    assert set(months.index) == {"Beijing", "Zhangjiakou", "Hohhot", "Horinger"}
    assert all(m == list(range(1, 13)) for m in months)
    assert beijing.meta["climate_station"] in months.index


def test_green_channels_add_up_to_5_8_and_12_twh(beijing: Region) -> None:
    green = beijing["resources"].query("kind == 'green_power'")

    assert green.groupby("year")["available_mwh_per_year"].sum().to_dict() == {2027: 5e6, 2030: 8e6, 2035: 12e6}


def test_prices_are_complete_and_ordered(beijing: Region) -> None:
    prices = beijing["prices"].set_index("item")

    assert {f"cooling_{t}_cny_per_mw_it" for t in TECHNOLOGIES} <= set(prices.index)
    assert (prices["low"] <= prices["central"]).all()
    assert (prices["central"] <= prices["high"]).all()
    assert (prices.loc[prices["basis"] == "assumed", "confidence"] == "assumed").all()


def test_assumed_and_synthetic_rows_are_marked(beijing: Region) -> None:
    assert set(stations(beijing, 220)["confidence"]) == {"synthetic"}
    assert set(beijing["zones"]["confidence"]) == {"synthetic"}
    assert set(beijing["exclusions"]["confidence"]) == {"assumed"}
    assert set(beijing["districts"]["usable_land_share_confidence"]) == {"assumed"}


def test_the_reference_screening_gives_at_least_800_candidates(screened: Screening) -> None:
    assert screened.n_candidates >= 800
    assert screened.candidates["site"].is_unique
    assert set(screened.candidates["status"]) == {"candidate", "excluded"}
    assert (screened.sites["n_feeds"] > 0).all()


def test_land_is_scarce_where_the_city_is_dense(screened: Screening) -> None:
    largest_ha = screened.sites.groupby("district")["area_ha"].max()

    assert largest_ha[["Chaoyang", "Haidian", "Fengtai"]].to_numpy() == pytest.approx(4.0, abs=0.01)
    assert largest_ha["Tongzhou"] > 15.0


def test_no_candidate_lies_in_an_excluded_area(beijing: Region, screened: Screening) -> None:
    taken = beijing["exclusions"].geometry.union_all()

    assert screened.sites.geometry.intersection(taken).area.max() < 1.0
    assert not {"Dongcheng", "Xicheng"} & set(screened.sites["district"])


def test_districts_tile_the_study_area(beijing: Region) -> None:
    whole_m2 = beijing["study_area"].geometry.area.sum()

    assert beijing["districts"].geometry.area.sum() == pytest.approx(whole_m2, rel=1e-5)
    assert beijing["districts"].geometry.union_all().area == pytest.approx(whole_m2, rel=1e-5)


def test_pairs_keep_to_their_radius(beijing: Region, screened: Screening) -> None:
    feeds = feed_pairs(screened.sites, beijing, radius_km=RADIUS_KM, max_feeds=5)
    pipes = pipe_pairs(screened.sites, beijing, reach_km=8.0)

    assert (feeds["straight_km"] <= feeds["station_kv"].map(RADIUS_KM)).all()
    assert feeds.groupby("site").size().max() <= 5
    assert set(feeds["site"]) == set(screened.sites["site"])
    assert pipes["straight_km"].max() <= 8.0
    assert "BJ500-16" not in set(feeds["substation"])
