"""The green book by market and the rows of hubs, counted by hand on made-up sites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.i18n import use_language
from planner.plan_hubs import (
    bought_for_hubs,
    by_hub,
    existing_rows,
    hub_rows,
    known_racks,
    mean_rtt_ms,
    pair_rtt_ms,
)
from planner.plan_markets import book_table, market_rows, national_share, use_table
from planner.plan_missing import missing_rows, missing_text, short_rows
from planner.scenario import Latency

HOURS = {"online": 6000.0, "batch": 8000.0}
PLACES = pd.DataFrame(
    [("A", "EA", "coast"), ("B", "WE", "plain"), ("C", "WE", "steppe")], columns=["climate", "market", "hub"]
)
MARKETS = pd.DataFrame(
    [("EA", "East", "东", 0.2), ("WE", "West", "西", np.nan)],
    columns=["market", "name_en", "name_zh", "renewable_gen_share_of_use"],
)
HUBS = pd.DataFrame(
    [("coast", "Coast", "沿海", "east"), ("plain", "Plain", "内陆", "west"), ("steppe", "Steppe", "草原", "west"),
     ("empty", "Empty", "空", "other")],
    columns=["hub", "name_en", "name_zh", "role"],
)  # fmt: skip
ASSUMED = pd.DataFrame(
    {"energy_cny_per_kwh_is_assumed": [True, False], "demand_charge_cny_per_kw_month_is_assumed": [False, False],
     "grid_kgco2_per_kwh_is_assumed": [False, False]},
    index=["EA", "WE"],
)  # fmt: skip


def prices(**share: float) -> pd.DataFrame:
    rows = [("EA", 2030, 700.0, 0.6, share.get("EA", 0.5)), ("WE", 2030, 300.0, 0.8, share.get("WE", np.nan))]
    return pd.DataFrame(
        rows, columns=["market", "year", "energy_cny_per_mwh", "carbon_t_per_mwh", "green_share"]
    ).assign(demand_charge_cny_per_kw_year=480.0)


def site(ident: str, mw: float, mwh: float, *, workload: str = "online", m3: float = 0.0) -> dict[str, Any]:
    water = [{"plant": "w", "by_year": {"2030": m3}}] if m3 else []
    loads = [{"year": 2030, "workload": workload, "it_mw": mw}]
    return {"id": ident, "climate": ident, "it_mw": {"2030": mw}, "installed_mw": {"2030": 2 * mw},
            "energy_mwh": {"2030": mwh}, "loads": loads, "water": water}  # fmt: skip


@pytest.fixture
def use() -> pd.DataFrame:
    sites = [site("A", 10.0, 75_000.0, m3=500.0), site("B", 10.0, 90_000.0, workload="batch"), site("C", 5.0, 30_000.0)]
    return use_table(sites, PLACES, HOURS, [2030])


def region(**tables: pd.DataFrame) -> Any:
    return {"markets": MARKETS, "hubs": HUBS, **tables}


def rows_of(use: pd.DataFrame, green: list[dict[str, Any]], **share: float) -> dict[str, dict[str, Any]]:
    book = book_table(green, {"wind": "green_power", "paper": "certificate"}, certificates_count=False)
    rows = market_rows(use, book, prices(**share), region=region(), values=ASSUMED)
    return {row["market"]: row for row in rows}


BOUGHT = [
    {"resource": "wind", "market": "WE", "year": 2030, "mwh": 60_000.0},
    {"resource": "paper", "market": "WE", "year": 2030, "mwh": 30_000.0},
    {"resource": "paper", "market": "EA", "year": 2030, "mwh": 37_500.0},
]


def test_use_of_a_site_counts_in_its_market_and_hub(use: pd.DataFrame) -> None:
    assert use.groupby("market")["energy_mwh"].sum().to_dict() == {"EA": 75_000.0, "WE": 120_000.0}
    assert use.set_index("site")["it_mwh"].to_dict() == {"A": 60_000.0, "B": 80_000.0, "C": 30_000.0}
    assert use.set_index("site")["hub"].to_dict() == {"A": "coast", "B": "plain", "C": "steppe"}


def test_three_columns_of_the_book_and_the_ratios(use: pd.DataFrame) -> None:
    east, west = (rows_of(use, BOUGHT)[name] for name in ("EA", "WE"))

    assert (west["green_mwh"], west["certificate_mwh"], west["grid_renewable_mwh"]) == (60_000.0, 30_000.0, None)
    assert east["grid_renewable_mwh"] == pytest.approx(0.2 * 37_500.0)  # of what nothing bought covers
    assert (east["ref"], west["ref"]) == (pytest.approx(0.5), pytest.approx(0.75))
    assert west["pue"] == pytest.approx(120_000.0 / 110_000.0)
    assert (east["required_share"], west["required_share"]) == (0.5, None)
    assert (east["assumed"], west["assumed"]) == (["energy_cny_per_kwh"], [])


def test_certificates_leave_the_cue_alone_unless_they_count(use: pd.DataFrame) -> None:
    west = rows_of(use, BOUGHT)["WE"]
    kinds = {"wind": "green_power", "paper": "certificate"}
    counted = book_table(BOUGHT, kinds, certificates_count=True)
    lower = {r["market"]: r for r in market_rows(use, counted, prices(), region=region(), values=ASSUMED)}["WE"]

    assert west["emissions_t"] == pytest.approx(0.8 * (120_000.0 - 60_000.0))
    assert west["cue_kg_per_kwh"] == pytest.approx(48_000.0 / 110_000.0)
    assert lower["emissions_t"] == pytest.approx(0.8 * 30_000.0)
    assert lower["ref"] == west["ref"]


def test_a_market_without_use_has_amounts_of_zero_and_no_ratios(use: pd.DataFrame) -> None:
    only_west = use[use["market"] == "WE"]

    east = rows_of(only_west, [])["EA"]

    assert (east["energy_mwh"], east["emissions_t"]) == (0.0, 0.0)
    assert (east["ref"], east["pue"], east["cue_kg_per_kwh"]) == (None, None, None)


def test_the_national_share_is_weighted_by_use(use: pd.DataFrame) -> None:
    rows = list(rows_of(use, BOUGHT, WE=1.0).values())

    assert national_share(rows, 2030) == pytest.approx((0.5 * 75_000.0 + 120_000.0) / 195_000.0)
    assert national_share(rows, 2031) is None


def hubs(use: pd.DataFrame, **known: Any) -> dict[str, dict[str, Any]]:
    maps: dict[str, Any] = {"rtt_ms": {}, "reused_mwh": {}, "compute_pflops": {}, "racks": {}, **known}
    markets = list(rows_of(use, BOUGHT).values())
    return {row["hub"]: row for row in hub_rows(use, markets, region=region(), years=[2030], **maps)}


def test_a_hub_has_its_part_of_what_its_market_buys(use: pd.DataFrame) -> None:
    found = hubs(use)

    assert found["plain"]["green_mwh"] == pytest.approx(60_000.0 * 90 / 120)
    assert found["steppe"]["certificate_mwh"] == pytest.approx(30_000.0 * 30 / 120)
    assert found["plain"]["ref"] == found["steppe"]["ref"] == pytest.approx(0.75)
    assert found["plain"]["emissions_t"] == pytest.approx(48_000.0 * 90 / 120)
    assert found["coast"]["water_m3"] == 500.0
    whole = sum(row["green_mwh"] for row in found.values())
    assert whole == pytest.approx(60_000.0)


def test_a_hub_where_nothing_is_built_says_so(use: pd.DataFrame) -> None:
    empty = hubs(use)["empty"]

    assert (empty["it_mw"], empty["green_mwh"]) == (0.0, 0.0)
    assert (empty["ref"], empty["pue"], empty["erf"], empty["rtt_ms"]) == (None, None, None, None)
    assert (empty["compute_pflops"], empty["existing_racks"]) == (None, None)


def test_hubs_of_a_plan_that_builds_nothing_have_rows_too(use: pd.DataFrame) -> None:
    idle = use.assign(**dict.fromkeys(["it_mw", "installed_mw", "energy_mwh", "it_mwh", "water_m3"], 0.0))

    for none in (idle, idle.iloc[:0]):
        found = hubs(none)
        assert set(found) == {"coast", "plain", "steppe", "empty"}
        assert {(row["energy_mwh"], row["green_mwh"], row["ref"]) for row in found.values()} == {(0.0, 0.0, None)}


def test_reused_heat_over_all_energy_is_the_erf(use: pd.DataFrame) -> None:
    heat = by_hub([("B", 2030, 6_000.0), ("B", 2030, 3_000.0), ("elsewhere", 2030, 9.0)], {"B": "plain"})

    assert hubs(use, reused_mwh=heat)["plain"]["erf"] == pytest.approx(0.1)


def test_emissions_that_are_not_known_in_one_market_are_not_known_in_its_hubs(use: pd.DataFrame) -> None:
    markets = [{**row, "emissions_t": None} for row in rows_of(use, BOUGHT).values()]

    parts = bought_for_hubs(use, markets).set_index("hub")

    assert parts["emissions_t"].isna().all()
    assert parts.at["plain", "green_mwh"] == pytest.approx(45_000.0)


def test_the_mean_round_trip_is_weighted_by_served_load() -> None:
    served = pd.DataFrame(
        [("A", 2030, 30.0, 4.0), ("A", 2030, 10.0, 8.0), ("B", 2030, 5.0, 20.0), ("X", 2030, 9.0, 1.0)],
        columns=["site", "year", "it_mw", "rtt_ms"],
    )

    means = mean_rtt_ms(served, {"A": "coast", "B": "plain"})

    assert means == {("coast", 2030): pytest.approx(5.0), ("plain", 2030): pytest.approx(20.0)}


def test_round_trips_follow_the_path_of_the_scenario() -> None:
    pairs = pd.DataFrame({"site": ["A", "A"], "district": ["D1", "D2"]})
    places = pd.DataFrame({"lon": [116.0], "lat": [40.0]}, index=["A"])
    seats = pd.DataFrame({"seat_lon": [116.0, 121.0], "seat_lat": [40.0, 31.0]}, index=["D1", "D2"])

    long = pair_rtt_ms(pairs, places, seats, Latency(path="long", long_fixed_ms=2.0, long_route_factor=1.2))
    metro = pair_rtt_ms(pairs, places, seats, Latency(metro_fixed_ms=0.5))

    assert long.tolist()[0] == pytest.approx(2.0)
    assert long.tolist()[1] == pytest.approx(2.0 + 2 * 1.2 * 1095.0 * 0.0049, rel=2e-3)
    assert metro.tolist()[0] == pytest.approx(0.5)


def test_facts_that_are_not_known_stay_so() -> None:
    existing = pd.DataFrame(
        [("A", 2023, 5000.0, np.nan, 2.0, np.nan), ("A", 2024, 9000.0, 23.0, np.nan, np.nan),
         ("B", 2024, np.nan, 2600.0, np.nan, 4.0), ("C", 2024, np.nan, np.nan, np.nan, np.nan)],
        columns=["site", "year", "racks_std", "compute_pflops", "dc_projects", "mean_temp_c"],
    )  # fmt: skip
    sites = pd.DataFrame(
        [("A", "Harbour", "港", "coast"), ("B", "Field", "田", "plain"), ("C", "Hill", "丘", None)],
        columns=["site", "name_en", "name_zh", "hub"],
    )

    rows = existing_rows(region(existing=existing, sites=sites))

    assert [row["site"] for row in rows] == ["A", "A", "B"]  # nothing is known of C
    assert rows[2]["racks_std"] is None
    assert known_racks(rows) == {"coast": 9000.0}  # the latest year, once; no 0 for the plain


def lacking(*, sold_out: bool, unserved_mw: float = 10.0) -> list[dict[str, Any]]:
    """Return what is missing in a plan in which 10 MW are not served; `sold_out`: whether certificates are used up."""
    tables = {
        "markets": prices(),
        "sites": pd.DataFrame({"climate": ["A"], "reach": ["near"]}),
        "climates": PLACES,
        "performance": pd.DataFrame(
            [("A", "good", "online", 7000.0), ("A", "poor", "online", 9000.0)],
            columns=["climate", "technology", "workload", "mwh_per_mw_year"],
        ),
        "serves": pd.DataFrame([("near", "D1", "online")], columns=["reach", "district", "workload"]),
        "green": pd.DataFrame(
            [("local", 2030, "EA"), ("paper", 2030, ""), ("other", 2030, "WE")],
            columns=["resource", "year", "market"],
        ),
    }
    limits = [
        {"constraint": "green_share", "index": ["EA", 2030], "is_binding": True},
        {"constraint": "green_channel", "index": ["local", 2030], "is_binding": True},
        {"constraint": "green_channel", "index": ["paper", 2030], "is_binding": sold_out},
        {"constraint": "green_channel", "index": ["other", 2030], "is_binding": False},
    ]
    left = [
        {"district": "D1", "workload": "online", "year": 2030, "it_mw": unserved_mw},
        {"district": "D2", "workload": "online", "year": 2030, "it_mw": 99.0},  # no site of the market reaches it
    ]
    market = {"market": "EA", "name": "East", "name_zh": "东部", "year": 2030, "required_share": 0.8}
    return missing_rows({"markets": [market], "limits": limits, "unserved": left}, tables)  # type: ignore[arg-type]


def test_what_is_missing_is_the_share_of_what_the_unserved_demand_would_use() -> None:
    (row,) = lacking(sold_out=True)

    assert row["lacking_mwh"] == pytest.approx(0.8 * 10.0 * 7000.0)
    assert row["unserved_mw"] == pytest.approx(10.0)
    assert "56.0 GWh" in row["text"]
    assert "East, 2030" in row["text"]
    assert row["text_zh"].startswith("东部")
    assert row["text_zh"] != row["text"]


def test_nothing_is_missing_while_a_channel_has_some_left_or_all_is_served() -> None:
    assert lacking(sold_out=False) == []
    assert lacking(sold_out=True, unserved_mw=0.0) == []


def test_an_infeasible_share_names_market_year_and_amount() -> None:
    short = {"constraint": "green_share", "index": ["EA", 2032], "unit": "MWh/year", "amount": 12_345.0}
    other = {"constraint": "hub_cap", "index": ["coast", "it_mw", 2032], "unit": "MW IT", "amount": 3.0}
    ways: list[Mapping[str, Any]] = [
        {"families": ["green"], "shortfalls": [short]},
        {"families": ["hubs"], "shortfalls": [other]},
        {"families": ["workload"], "shortfalls": []},
    ]

    rows = short_rows(ways, {"EA": ("East", "东部")})

    assert [(row["market"], row["year"], row["lacking_mwh"]) for row in rows] == [("EA", 2032, 12_345.0)]
    assert "12.3 GWh" in rows[0]["text"]
    with use_language("zh"):
        assert "12.3" in missing_text(rows[0], "zh")


def test_a_region_without_markets_lacks_nothing() -> None:
    tables = {"markets": pd.DataFrame()}

    assert missing_rows({"markets": [], "limits": [], "unserved": []}, tables) == []  # type: ignore[arg-type]
