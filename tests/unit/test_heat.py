"""Waste heat: physics against a calculator, the tables of the model, the documented case of Harbin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.heat import (
    AIR_CAPTURE_RANGE,
    LIQUID_CAPTURE_RANGE,
    HeatingSeason,
    heat_mwh_per_mw_year,
    heating_season,
    recoverable_share,
    warmth_degc,
)
from models.latency import great_circle_km
from models.siting.data import COLUMNS
from models.technologies import TECHNOLOGIES
from planner.assemble import Assembled, assemble
from planner.assemble_heat import pairs_on_earth
from planner.errors import InputProblems
from planner.heat_findings import heat_findings
from planner.region import Region
from planner.scenario import Scenario
from tests.areas_heat import PHASED, heat_region

COLD = [-11.0, -8.9, -3.0, 5.0, 13.0, 18.9, 21.0, 18.9, 13.0, 5.0, -3.0, -8.9]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Region, Scenario]:
    return heat_region(tmp_path_factory.mktemp("heat"))


@pytest.fixture(scope="module")
def assembled(made: tuple[Region, Scenario]) -> Assembled:
    region, scenario = made
    return assemble(region, scenario.changed(PHASED))


def test_liquid_gives_more_and_warmer_heat_than_air() -> None:
    air, liquid = TECHNOLOGIES["air_chiller"], TECHNOLOGIES["cold_plate_dry"]

    assert recoverable_share(liquid, 40.0) == pytest.approx(0.8 * 0.85 + 0.2 * 0.5)
    assert recoverable_share(air, 15.0) == pytest.approx(0.5)
    assert recoverable_share(air, 9.5) == pytest.approx(0.425)  # half way between 4 and 15 kW per rack
    assert recoverable_share(air, 1.0) == recoverable_share(air, 4.0) == pytest.approx(0.35)
    assert warmth_degc(liquid) - warmth_degc(air) == pytest.approx(24.0)


def test_heat_without_a_water_loop_is_hard_to_catch() -> None:
    indirect, chiller = TECHNOLOGIES["indirect_evaporative"], TECHNOLOGIES["air_chiller"]

    assert recoverable_share(indirect, 10.0) == pytest.approx(0.5 * recoverable_share(chiller, 10.0))


def test_every_share_lies_in_its_published_range() -> None:
    for technology in TECHNOLOGIES.values():
        for density in (2.0, 8.0, 40.0):
            share = recoverable_share(technology, density)
            top = LIQUID_CAPTURE_RANGE[1] if technology.is_liquid else AIR_CAPTURE_RANGE[1]
            assert 0.0 < share <= top


def test_heating_season_of_a_cold_and_a_warm_place() -> None:
    season, none = heating_season(COLD), heating_season([16.0] * 12)

    # the line through mid-months is at 5 degC on 15 April and on 15 October: 105 + 365 - 288.5 days
    assert season.days == pytest.approx(181.5, abs=1.0)
    assert season.mean_degc < 0.0
    assert none.days == 0.0
    assert none.full_load_hours(-10.0) == 0.0
    assert heating_season(np.asarray(COLD) - 5.0).days > season.days


def test_wrong_temperatures_are_refused() -> None:
    with pytest.raises(ValueError, match="twelve"):
        heating_season([1.0] * 11)
    with pytest.raises(ValueError, match="below"):
        HeatingSeason(100.0, 0.0).full_load_hours(18.0)


def test_heat_of_a_mw_in_the_model_is_load_share_and_season(assembled: Assembled) -> None:
    table = assembled.data["heat_yield"].set_index(["climate", "technology", "workload"])["mwh_per_mw_year"]

    expected = heat_mwh_per_mw_year(0.78, load_factor=0.85, season_share=heating_season(COLD).share)
    assert table["A2", "cold_plate_dry", "training"] == pytest.approx(expected)
    assert table["A2", "air_chiller", "inference"] > table["A1", "air_chiller", "inference"]  # a longer winter


def test_own_shares_and_season_replace_those_of_the_model(made: tuple[Region, Scenario]) -> None:
    region, scenario = made
    own = {**PHASED, "heat.season_share": 1.0, "heat.recoverable_share": {"air_chiller": 0.25}}

    table = assemble(region, scenario.changed(own)).data["heat_yield"]

    air = table[table["technology"] == "air_chiller"]["mwh_per_mw_year"]
    assert air.to_numpy() == pytest.approx(8760.0 * 0.25 * 0.68)


def test_only_users_within_reach_have_a_main(assembled: Assembled, made: tuple[Region, Scenario]) -> None:
    links = assembled.data["heat_links"]

    assert links[["site", "sink"]].to_numpy().tolist() == [["A2", "TOWN"]]
    km = 1.3 * float(great_circle_km(111.5, 40.5, 111.55, 40.53))
    assert links["km"].item() == pytest.approx(km)
    assert links["invest_cny"].item() == pytest.approx(6e6 * km + 2e6)
    region, scenario = made
    far = assemble(region, scenario.changed({**PHASED, "heat.reach_km": 150.0})).data["heat_links"]
    assert len(far) == 2


def test_pairs_on_earth_are_those_of_the_full_table() -> None:
    rng = np.random.default_rng(5)
    left = np.column_stack([rng.uniform(75, 130, 60), rng.uniform(20, 50, 60)])
    right = np.column_stack([rng.uniform(75, 130, 80), rng.uniform(20, 50, 80)])
    table = great_circle_km(left[:, [0]], left[:, [1]], right[:, 0], right[:, 1])

    i, j, km = pairs_on_earth(left, right, 400.0)

    assert list(zip(i, j, strict=True)) == [tuple(k) for k in np.argwhere(table <= 400.0)]
    assert km == pytest.approx(table[i, j])


def test_a_least_share_holds_for_every_market(made: tuple[Region, Scenario]) -> None:
    region, scenario = made

    shares = assemble(region, scenario.changed({**PHASED, "heat.min_share": {2035: 0.1}})).data["heat_shares"]

    assert set(shares["market"]) == {"EA", "WE"}
    assert set(shares["share"]) == {0.1}


def test_heat_that_is_off_leaves_no_trace(made: tuple[Region, Scenario]) -> None:
    data = assemble(*made).data

    assert all(data[name].empty for name in COLUMNS if name.startswith("heat_"))


def test_heat_without_users_and_unknown_technologies_are_told(made: tuple[Region, Scenario]) -> None:
    region, scenario = made
    wrong = scenario.changed({**PHASED, "heat.recoverable_share": {"snow": 0.5}})
    without = replace(region, tables={**region.tables, "heat_sinks": region["heat_sinks"].iloc[:0]})

    with pytest.raises(InputProblems) as told:
        assemble(without, wrong)

    assert {"heat.is_on", "heat.recoverable_share"} <= {p.column for p in told.value.problems}


def test_harbin_is_computed_from_standard_practice_and_not_from_its_own_quotient() -> None:
    area, saving, fence = heat_findings()

    assert area["model"] == pytest.approx(10_327_000.0 / 70.0)
    assert area["deviation"] == pytest.approx(0.693, abs=0.001)  # the published area is well below what standards give
    hours = 24.0 * 176.0 * (18.0 + 9.4) / (18.0 + 24.2)
    assert saving["model"] == pytest.approx(87_117.0 * 70e-6 * hours * 35.0 * 3.6 / 1e6)
    assert fence["model"] == pytest.approx(10.327 * 24.0 * 176.0 * 60.0 / 1e6)
    assert all(row["low"] < row["model"] < row["high"] for row in (area, saving, fence))
    assert saving["low"] < saving["published"] < saving["high"]
    assert not area["low"] < area["published"] < area["high"]  # said in the note, not tuned away
