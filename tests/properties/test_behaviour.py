"""The plan answers a changed limit the way a planner expects, on instances solved to 1e-6."""

from __future__ import annotations

import pandas as pd
import pytest

from models.siting.data import DRY, SitingData
from models.siting.solve import row_table
from tests.builders import random_data
from tests.properties.answers import Answer, answer, at_most, scaled


def wet_load_by_plant(found: Answer) -> pd.Series:
    """Return the load watered from each plant [MW IT]."""
    load = found.value("total_load_mw")
    return load[load["plant"] != DRY].groupby("plant")["value"].sum()


def watery_region(seed: int) -> SitingData:
    """Return a region in which wet cooling is worth a pipe and every site reaches both plants."""
    data = random_data(seed, n_sites=3, n_stations=3, demand_mw=30.0)
    pipes = pd.MultiIndex.from_product([data["sites"]["site"], data["plants"]["plant"]], names=["site", "plant"])
    return data.changed(
        pipes=pipes.to_frame(index=False).assign(cny_per_year=0.2e6, km=2.0),
        supply=data["supply"].assign(m3_per_day=600.0),
        years_table=data["years_table"].assign(city_water_cap_m3=400_000.0),
        plants=data["plants"].assign(cny_per_m3=[3.0, 5.0]),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_less_water_costs_more_and_takes_wet_cooling_from_the_plant_that_runs_short(seed: int) -> None:
    data = watery_region(seed)
    plenty = answer(data)
    short = data["supply"].assign(m3_per_day=data["supply"]["m3_per_day"].where(data["supply"]["plant"] != "P0", 60.0))
    scarce = answer(data.changed(supply=short))

    assert at_most(plenty.objective, scarce.objective)
    assert scarce.objective > plenty.objective * (1 + 1e-5)
    assert wet_load_by_plant(scarce)["P0"] < wet_load_by_plant(plenty)["P0"] - 0.5
    assert scarce.solution.values is not None
    rows = row_table(scarce.solver.model, scarce.solution.values)
    used = rows[(rows["constraint"] == "plant_supply") & rows["index"].map(lambda k: k[0] == "P0" and k[1] == 7)]
    assert (used["used"] <= 60.0 + 1e-6).all()


@pytest.mark.parametrize("factor", [0.7, 0.4, 0.1])
def test_less_city_water_never_costs_less(factor: float) -> None:
    data = watery_region(4)

    assert at_most(answer(data).objective, answer(scaled(data, "supply", "m3_per_day", factor)).objective)


KM = {"S0": 5.0, "S1": 20.0, "S2": 45.0, "S3": 70.0}  # to the only district


def region_with_distances(limit_km: float) -> SitingData:
    """Return four sites, cheaper land farther out; "online" may be served from sites within the limit."""
    data = random_data(5, n_sites=4, n_stations=4, demand_mw=40.0)
    sites = data["sites"].assign(
        reach=data["sites"]["site"], area_ha=2.0, land_cny_per_ha_year=[9e6, 6e6, 3e6, 1e6], it_min_mw=0.0
    )
    serves = [
        (site, "D0", work) for site, km in KM.items() for work in ("online", "finance", "ai")
        if work != "online" or km <= limit_km
    ]  # fmt: skip
    return data.changed(
        sites=sites,
        serves=pd.DataFrame(serves, columns=["reach", "district", "workload"]),
        headroom=data["headroom"].assign(headroom_mva=60.0),
        feeds=data["feeds"].assign(cny_per_year=3e6),
        stock_options=data["stock_options"].iloc[:0], stock_capacity=data["stock_capacity"].iloc[:0],
        stock_displaced=data["stock_displaced"].iloc[:0], stock_mva=data["stock_mva"].iloc[:0],
        stock_plant=data["stock_plant"].iloc[:0],
    )  # fmt: skip


def mean_km(found: Answer) -> float:
    """Return the mean distance of the real-time load."""
    load = found.value("load_mw")
    load = load[load["workload"] == "online"]
    return float((load["value"] * load["site"].map(KM)).sum() / load["value"].sum())


def test_a_stricter_latency_limit_brings_inference_nearer() -> None:
    loose, middle, strict = (answer(region_with_distances(km)) for km in (80.0, 30.0, 10.0))

    assert mean_km(strict) < mean_km(middle) - 1.0
    assert mean_km(middle) < mean_km(loose) - 1.0
    assert loose.objective < middle.objective < strict.objective


@pytest.mark.parametrize("seed", [1, 3])
def test_class_a_load_stays_whole_on_either_feed(seed: int) -> None:
    data = random_data(seed, n_sites=3, n_stations=3, years=(2030, 2035), demand_mw=30.0)
    demand = data["demand"].assign(it_mw=data["demand"]["it_mw"].where(data["demand"]["workload"] != "finance", 8.0))
    found = answer(data.changed(demand=demand))
    key = ["site", "year"]
    feeds = found.value("feed_mva").rename(columns={"value": "mva"})
    built = found.value("is_fed").query("value > 0.5")[[*key, "substation"]]
    feeds = built.merge(feeds[[*key, "substation", "mva"]], on=[*key, "substation"])
    class_a = found.value("class_a_mva").query("value > 1e-6")[[*key, "value"]]

    joined = class_a.merge(feeds, on=key)

    assert len(class_a) > 0
    assert (joined.groupby(key)["substation"].nunique() == 2).all()
    assert (joined["mva"] >= joined["value"] - 1e-6).all()


def region_with_two_voltages() -> SitingData:
    """Return three sites that reach two dear 500 kV stations and two near 220 kV stations."""
    data = random_data(6, n_sites=3, n_stations=4, n_zones=2, feeds_per_site=4, demand_mw=25.0)
    is_500 = data["feeds"]["substation"].isin(["T0", "T1"])
    headroom = data["headroom"].assign(headroom_mva=40.0)
    return data.changed(
        feeds=data["feeds"].assign(cny_per_year=is_500.map({True: 9e6, False: 3e6})),
        headroom=headroom.assign(
            headroom_mva=headroom["headroom_mva"].where(~headroom["node"].str.startswith("Z"), 80.0)
        ),
        stations=data["stations"].assign(n_free_bays=4),
    )


def test_forbidding_220_kv_feeding_moves_capacity_to_500_kv_stations() -> None:
    data = region_with_two_voltages()
    is_500 = data["feeds"]["substation"].isin(["T0", "T1"])
    both, only_500 = answer(data), answer(data.changed(feeds=data["feeds"][is_500]))

    def mva(found: Answer, stations: tuple[str, ...]) -> float:
        feeds = found.value("feed_mva")
        return float(feeds.loc[feeds["substation"].isin(stations), "value"].sum())

    assert mva(both, ("T2", "T3")) > 10.0
    assert mva(only_500, ("T0", "T1")) > mva(both, ("T0", "T1")) + 10.0
    assert mva(only_500, ("T2", "T3")) == 0.0
    assert both.objective < only_500.objective
