"""Markets, hubs and areas without stations answer a changed price or limit the way a planner expects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.siting import build
from models.siting.data import SitingData
from models.siting.elastic import explain, shortfall
from models.siting.markets import market_years
from models.siting.merge import classes, merge_sites
from tests.builders import random_data
from tests.builders_markets import market_data
from tests.properties.answers import Answer, answer, at_most, few, scaled

seeds = st.integers(min_value=0, max_value=10_000)


def mw_by_market(found: Answer, data: SitingData) -> pd.Series:
    """Return the IT load by market over all years [MW]."""
    load = found.value("total_load_mw").merge(data["climates"], on="climate")
    return load.groupby("market")["value"].sum().reindex(["M0", "M1"], fill_value=0.0)


def free(seed: int) -> SitingData:
    """Return areas without limits of hubs, of access, or of green power, and the same way to every district."""
    data = market_data(seed, demand_mw=16.0, is_limited=False)
    serves = pd.MultiIndex.from_product(
        [data["sites"]["site"], ["D0", "D1"], ["online", "finance", "ai"]], names=["reach", "district", "workload"]
    ).to_frame(index=False)
    return data.changed(
        sites=data["sites"].assign(own_limit_mva=np.inf, area_ha=50.0, land_cny_per_ha_year=1e5),
        serves=serves.assign(cny_per_mw_year=1e5),
        green=data["green"].assign(available_mwh=np.nan, max_share=np.nan),
    )


@pytest.mark.parametrize("quantity", ["energy_mwh", "it_mw", "water_m3"])
@few
@given(seed=seeds)
def test_a_higher_cap_of_a_hub_never_costs_more(quantity: str, seed: int) -> None:
    data = market_data(seed)
    caps = data["hub_caps"]
    higher = caps["limit"].where(caps["quantity"] != quantity, caps["limit"] * 1.5)

    assert at_most(answer(data.changed(hub_caps=caps.assign(limit=higher))).objective, answer(data).objective)


def test_a_cap_of_a_hub_holds_and_moves_load_to_the_other_hub() -> None:
    data = free(3)
    loose = answer(data)
    hub = data["climates"].set_index("climate")["hub"]

    def energy(found: Answer, name: str) -> float:
        frames = []
        for variable, table, keys in (
            ("total_load_mw", "performance", ["climate", "technology", "workload"]),
            ("total_installed_mw", "overheads", ["climate", "technology"]),
        ):
            used = found.value(variable).merge(data[table], on=keys)
            frames.append(used.assign(mwh=used["value"] * used["mwh_per_mw_year"]))
        both = pd.concat(frames)
        return float(both.loc[both["climate"].map(hub) == name, "mwh"].sum())

    busy, other = ("H0", "H1") if energy(loose, "H0") > energy(loose, "H1") else ("H1", "H0")
    cap = 0.5 * energy(loose, busy)
    caps = pd.DataFrame([(busy, 2030, "energy_mwh", cap)], columns=["hub", "year", "quantity", "limit"])
    capped = answer(data.changed(hub_caps=caps))

    assert energy(capped, busy) <= cap * (1 + 1e-9)
    assert energy(capped, other) > energy(loose, other) + 0.2 * cap
    assert capped.objective > loose.objective


@few
@given(seed=seeds)
def test_a_hub_keeps_its_least_occupancy(seed: int) -> None:
    data = free(seed)
    shares = pd.DataFrame([("H0", 2030, 0.95), ("H1", 2030, 0.95)], columns=["hub", "year", "share"])
    full = answer(data.changed(hub_occupancy=shares))
    hub = data["climates"].set_index("climate")["hub"]
    drawn, installed = (
        found.assign(hub=found["climate"].map(hub)).groupby("hub")["value"].sum()
        for found in (full.value("total_load_mw"), full.value("total_installed_mw"))
    )

    assert (drawn >= 0.95 * installed - 1e-6).all()
    assert at_most(answer(data).objective, full.objective)
    emptier = data.changed(hub_occupancy=shares.assign(share=0.0))
    assert answer(emptier).objective == pytest.approx(answer(data).objective, rel=1e-9)


@few
@given(seed=seeds)
def test_splitting_a_market_in_two_like_ones_changes_nothing(seed: int) -> None:
    data = market_data(seed)
    data = data.changed(green=data["green"].assign(market=""))
    twin = data["markets"][data["markets"]["market"] == "M1"].assign(market="M1 twin")
    climates = data["climates"].assign(market=["M0", "M1", "M1 twin"])
    split = data.changed(markets=pd.concat([data["markets"], twin], ignore_index=True), climates=climates)

    assert answer(split).objective == pytest.approx(answer(data).objective, rel=1e-6)


def test_data_without_markets_are_one_market_with_the_prices_of_the_data() -> None:
    data = random_data(5, n_sites=2, years=(2030, 2035))
    e, by_year = data.economics, data["years_table"]
    named = [
        ("all", y, e.energy_cny_per_mwh, e.demand_charge_cny_per_kw_year, factor, share)
        for y, factor, share in by_year[["year", "carbon_t_per_mwh", "green_share"]].itertuples(index=False)
    ]
    table = pd.DataFrame(named, columns=market_years(data).columns)
    bare = replace(e, energy_cny_per_mwh=0.0, demand_charge_cny_per_kw_year=0.0)
    unknown = by_year.assign(carbon_t_per_mwh=np.nan, green_share=np.nan)
    same = data.changed(markets=table, economics=bare, years_table=unknown)

    assert np.array_equal(build(same).matrix.cost, build(data).matrix.cost)
    assert answer(same).objective == pytest.approx(answer(data).objective, rel=1e-9)


def test_reversed_prices_reverse_the_siting() -> None:
    data = free(4)
    prices = data["markets"]
    other = prices["energy_cny_per_mwh"].map(
        dict(zip(prices["energy_cny_per_mwh"], prices["energy_cny_per_mwh"][::-1], strict=True))
    )
    there = mw_by_market(answer(data), data)
    back = mw_by_market(answer(data.changed(markets=prices.assign(energy_cny_per_mwh=other))), data)

    total = data["demand"]["it_mw"].sum()
    assert there["M1"] > 0.95 * total
    assert back["M0"] > 0.95 * total


def test_dearer_certificates_move_load_to_the_market_with_green_power_of_its_own() -> None:
    data = free(2)
    level = data["markets"].assign(energy_cny_per_mwh=400.0, demand_charge_cny_per_kw_year=300.0, carbon_t_per_mwh=0.5)
    data = data.changed(markets=level.assign(green_share=0.8), economics=replace(data.economics, carbon_cny_per_t=0.0))
    windy = data["green"][data["green"]["resource"].isin(["wind M1", "certificate"])]
    data = data.changed(green=windy, sites=data["sites"].assign(land_cny_per_ha_year=[1e5, 8e5, 8e5]))

    def at_price(cny_per_mwh: float) -> float:
        price = windy["premium_cny_per_mwh"].where(windy["kind"] != "certificate", cny_per_mwh)
        changed = data.changed(green=windy.assign(premium_cny_per_mwh=price))
        return float(mw_by_market(answer(changed), data)["M1"])

    assert at_price(200.0) > at_price(5.0) + 4.0


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_a_way_that_costs_more_brings_load_nearer(seed: int) -> None:
    data = market_data(seed, demand_mw=16.0, is_limited=False)
    data = data.changed(sites=data["sites"].assign(own_limit_mva=np.inf, area_ha=50.0))

    def mean_cost(found: Answer) -> float:
        serve = found.value("serve_mw").merge(data["serves"], on=["reach", "district", "workload"])
        return float((serve["value"] * serve["cny_per_mw_year"]).sum() / serve["value"].sum())

    free_way, dear_way = (answer(scaled(data, "serves", "cny_per_mw_year", f)) for f in (0.01, 20.0))

    assert mean_cost(dear_way) < mean_cost(free_way)
    assert free_way.objective < dear_way.objective


def test_an_access_of_its_own_is_a_feed_without_cost_of_the_same_rating() -> None:
    data = random_data(3, n_sites=1, n_stations=1, feeds_per_site=1, demand_mw=30.0)
    class_b = data["workloads"].assign(availability="B")
    fed = data.changed(
        workloads=class_b,
        feeds=data["feeds"].assign(rating_mva=17.0, cny_per_year=0.0),
        headroom=data["headroom"].assign(headroom_mva=1e3),
        stock_mva=data["stock_mva"].iloc[:0],
        rules=replace(data.rules, zone_max_share=None),
    )
    own = fed.changed(feeds=fed["feeds"].iloc[:0], sites=fed["sites"].assign(own_limit_mva=17.0))

    assert answer(own).objective == pytest.approx(answer(fed).objective, rel=1e-7)
    with pytest.raises(ValueError, match="limit of their own have feeds"):
        build(own.changed(feeds=fed["feeds"]))


def test_an_area_stands_empty_before_its_first_year_and_a_technology_is_not_built_after_its_end() -> None:
    data = market_data(4, years=(2030, 2035), is_limited=False)
    ended = [(s, c, 2035) for s in data["sites"]["site"] for c in ("air", "plate")]
    data = data.changed(
        sites=data["sites"].assign(first_year=[0, 2035, 0]),
        banned_blocks=pd.DataFrame(ended, columns=["climate", "technology", "year"]),
    )

    found = answer(data)

    blocks = found.value("n_blocks").set_index(["site", "technology", "year"])["value"].unstack("year", fill_value=0.0)  # noqa: PD010
    late, tower = blocks.loc["S1"], blocks.xs("tower", level="technology")
    assert not late[2030].any()
    assert late.loc[["air", "plate"], 2035].sum() == 0.0
    dry = blocks.drop(index="tower", level="technology")
    assert (dry[2035] == dry[2030]).all()
    assert dry[2030].sum() > 0
    assert tower[2035].sum() > tower[2030].sum()


def test_unlike_areas_are_not_merged_and_like_ones_are() -> None:
    data = market_data(1)
    one = {"climate": "S0", "area_ha": 3.0, "land_cny_per_ha_year": 5e5, "own_limit_mva": 20.0}
    like = data.changed(
        sites=data["sites"].assign(**one),
        pipes=data["pipes"].assign(plant="W-H0"),
    )

    assert classes(data).nunique() == 3
    assert len(set(classes(like))) == 1
    for column, value in (("own_limit_mva", 21.0), ("own_limit_mva", np.nan), ("first_year", 2030), ("climate", "S1")):
        other = like["sites"][column].astype(object).copy()
        other[1] = value
        unlike = like.changed(sites=like["sites"].assign(**{column: other.infer_objects()}))
        assert classes(unlike).nunique() == 2, column
    merged, _ = merge_sites(like)
    assert merged["sites"]["own_limit_mva"].tolist() == [20.0]
    assert at_most(answer(merged).objective, answer(like).objective)


def test_what_is_missing_is_told_by_hub_and_by_market() -> None:
    data = market_data(2, demand_mw=70.0, is_unserved_allowed=False)
    assert answer(data).solution.status == "infeasible"
    tight = data["hub_caps"].assign(limit=1.0)
    no_wind = data["green"].assign(available_mwh=0.0)
    wide = {"sites": data["sites"].assign(it_max_mw=60.0, area_ha=50.0, own_limit_mva=np.inf)}

    hubs = build(data.changed(hub_caps=tight, **wide))
    short = shortfall(hubs, ["hubs"])
    assert short.is_enough
    assert {s.constraint for s in short.shortfalls} <= {"hub_cap", "no_new_blocks", "mean_pue", "hub_occupancy"}
    assert {s.index[0] for s in short.shortfalls if s.constraint == "hub_cap"} & {"H0", "H1"}
    assert ("hubs",) in {way.groups for way in explain(hubs)}

    green = build(
        data.changed(
            green=no_wind, hub_caps=data["hub_caps"].iloc[:0], mean_pue_caps=data["mean_pue_caps"].iloc[:0], **wide
        )
    )
    missing = shortfall(green, ["green"])
    assert missing.is_enough
    assert {(s.constraint, s.index[0]) for s in missing.shortfalls} <= {("green_share", "M0"), ("green_share", "M1")}


@pytest.mark.parametrize(
    ("frame", "change", "error"),
    [
        ("markets", lambda f: f.iloc[1:], KeyError),
        ("markets", lambda f: pd.concat([f, f.iloc[:1]]), ValueError),
        ("markets", lambda f: f.assign(carbon_t_per_mwh=np.nan), ValueError),
        ("climates", lambda f: pd.concat([f, f.iloc[:1]]), ValueError),
        ("green", lambda f: pd.concat([f, f.iloc[:1]]), ValueError),
        ("green", lambda f: f.assign(market="nowhere"), KeyError),
        ("hub_caps", lambda f: f.assign(quantity="beds"), ValueError),
        ("mean_pue_caps", lambda f: pd.concat([f, f]), ValueError),
        ("hub_occupancy", lambda f: pd.concat([f, f]), ValueError),
    ],
)
def test_contradictions_of_the_data_are_refused(frame: str, change: object, error: type[Exception]) -> None:
    data = market_data(1)
    assert callable(change)

    with pytest.raises(error):
        build(data.changed(**{frame: change(data[frame])}))
