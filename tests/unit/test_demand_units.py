"""Demand in PFLOPS, racks or growing from a base, and existing centres taken off: every number was worked out by hand."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.assemble_demand import demand_table
from planner.compute_units import bundled_table, compute_units
from planner.demand_units import class_demand, conversions, known_years, site_pflops, stock_mw
from planner.errors import InputProblems
from planner.export.hub_words import conversion_lines
from planner.i18n import use_language
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario

CASE = Path(__file__).parents[1] / "cases" / "small_areas" / "scenarios" / "reference.yaml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Years 2030 and 2035; inference 30, 50 MW; training 20, 60 MW."""
    return load_scenario(CASE)


@pytest.fixture(scope="module")
def region(scenario: Scenario) -> Region:
    return read_region(scenario.region)


def training(scenario: Scenario, **values: Any) -> Scenario:
    """Return the scenario with another demand of training."""
    return scenario.changed({f"workloads.training.{k}": v for k, v in {"demand_mw": {}, **values}.items()})


def mw_of(region: Region, scenario: Scenario, work: str = "training") -> dict[int, float]:
    table = class_demand(region, scenario)
    rows = table[table["workload"] == work]
    return dict(zip(rows["year"].tolist(), rows["it_mw"].tolist(), strict=True))


def with_table(region: Region, name: str, rows: list[dict[str, Any]]) -> Region:
    return dataclasses.replace(region, tables={**region.tables, name: pd.DataFrame(rows)})


BY_CHIP: dict[str, Any] = {
    "demand_pflops": {2030: 16_630.0, 2035: 50_600.0},
    "compute": {"chip": {2030: "ai_2030", 2033: "ai_2033"}},
}


def test_pflops_become_mw_by_the_chip_of_the_year(region: Region, scenario: Scenario) -> None:
    found = mw_of(region, training(scenario, **BY_CHIP))

    assert found == pytest.approx({2030: 10.0, 2035: 20.0})  # 16630 / 1663, 50600 / 2530


def test_an_own_factor_goes_before_the_chip(region: Region, scenario: Scenario) -> None:
    of = {**BY_CHIP, "compute": {**BY_CHIP["compute"], "pflops_per_mw": {2035: 1000.0}, "basis": "tender of 2034"}}
    asked = training(scenario, **of)
    row = conversions(region, asked)[-1]

    assert mw_of(region, asked) == pytest.approx({2030: 10.0, 2035: 50.6})
    assert (row["factor"], row["basis"], row["is_assumed"]) == (1000.0, "tender of 2034", True)


def test_a_regions_own_table_replaces_the_row_of_that_chip(region: Region, scenario: Scenario) -> None:
    own = with_table(
        region,
        "compute_units",
        [{"chip": "ai_2030", "name_en": "x", "name_zh": "x", "pflops_per_mw_it": 3326.0, "precision": "FP8"}],
    )

    assert mw_of(own, training(scenario, **BY_CHIP)) == pytest.approx({2030: 5.0, 2035: 20.0})
    assert "FP8" in conversions(own, training(scenario, **BY_CHIP))[0]["basis"]


def test_racks_become_mw_by_their_rating(region: Region, scenario: Scenario) -> None:
    standard = training(scenario, demand_racks={2030: 8_000.0, 2035: 16_000.0}, kw_per_rack=2.5)
    dense = training(scenario, demand_racks={2030: 500.0, 2035: 1_000.0}, kw_per_rack=40.0)

    assert mw_of(region, standard) == pytest.approx({2030: 20.0, 2035: 40.0})
    assert mw_of(region, dense) == pytest.approx({2030: 20.0, 2035: 40.0})
    assert conversions(region, standard)[0]["source"].startswith("F092")
    assert conversions(region, dense)[0]["source"] == "scenario"


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        (0.43, {2030: 597.966, 2035: 3575.628}),  # 1.43 ** 5 = 5.97966, squared 35.7563
        ({2026: 0.1, 2029: 0.2}, {2030: 191.664, 2035: 476.924}),  # 1.1 ** 3 x 1.2 ** 2, then x 1.2 ** 5 = 2.48832
        (0.0, {2030: 100.0, 2035: 100.0}),
    ],
)
def test_demand_grows_from_its_base_year(
    region: Region, scenario: Scenario, rates: Any, expected: dict[int, float]
) -> None:
    grown = training(scenario, demand_growth={"base": 100.0, "base_year": 2025, "per_year": rates})

    assert mw_of(region, grown) == pytest.approx(expected, rel=1e-4)


def test_every_conversion_is_listed_with_its_factor_and_basis(region: Region, scenario: Scenario) -> None:
    growth = {"unit": "pflops", "base": 1663.0, "base_year": 2029, "per_year": 1.0, "source": "F099"}
    rows = conversions(region, training(scenario, demand_growth=growth, compute=BY_CHIP["compute"]))

    assert [(r["workload"], r["year"], r["from"], r["to"], r["unit"]) for r in rows] == [
        ("training", 2030, "PFLOPS", "PFLOPS", "times the base year"),
        ("training", 2030, "PFLOPS", "MW IT", "PFLOPS per MW IT"),
        ("training", 2035, "PFLOPS", "PFLOPS", "times the base year"),
        ("training", 2035, "PFLOPS", "MW IT", "PFLOPS per MW IT"),
    ]
    assert [(r["value_from"], r["factor"], r["value_to"]) for r in rows[:2]] == [
        (1663.0, 2.0, 3326.0),
        (3326.0, 1663.0, pytest.approx(2.0)),
    ]
    assert (rows[0]["source"], rows[0]["from_year"], rows[1]["from_year"]) == ("F099", 2029, 2030)
    assert all(r["basis"] and r["basis_zh"] for r in rows)
    assert rows[1]["is_assumed"]  # a generation that is not on sale


def test_demand_in_mw_has_no_conversion(region: Region, scenario: Scenario) -> None:
    assert conversions(region, scenario) == []


def test_what_is_not_known_stays_unknown_and_is_never_dropped(region: Region, scenario: Scenario) -> None:
    asked = training(scenario, demand_pflops={2030: 5.0, 2035: 5.0}, compute={"chip": "no such chip"})

    assert all(math.isnan(mw) for mw in mw_of(region, asked).values())
    with pytest.raises(InputProblems) as caught:
        demand_table(region, asked)
    assert [p.code for p in caught.value.problems] == ["unknown_demand", "unknown_demand"]


STOCK = {"workload": "inference", "base_year": 2025, "it_mw": 20.0, "life_years": 10.0, "source": "made"}


def total(scenario: Scenario, **stock: Any) -> Scenario:
    changes = {"demand_basis": "total", "stock_base": {**STOCK, **stock}, "workloads.inference.demand_mw": {2030: 30.0, 2035: 30.0}}  # fmt: skip
    return scenario.changed(changes)


def new_load(region: Region, scenario: Scenario) -> dict[int, float]:
    table = demand_table(region, scenario)
    found = table[table["workload"] == "inference"].groupby("year")["it_mw"].sum()
    return {int(year): float(mw) for year, mw in found.items()}


def test_what_existing_centres_serve_is_taken_off_and_a_retirement_raises_new_demand(
    region: Region, scenario: Scenario
) -> None:
    assert new_load(region, total(scenario)) == pytest.approx({2030: 20.0, 2035: 30.0})  # 20 MW x 5/10, then none
    assert new_load(region, total(scenario, life_years=None, survival={2026: 0.9, 2033: 0.25})) == pytest.approx(
        {2030: 12.0, 2035: 25.0}
    )


def test_existing_centres_are_taken_off_by_district_weight_and_off_their_class_only(
    region: Region, scenario: Scenario
) -> None:
    table = demand_table(region, total(scenario)).set_index(["district", "workload", "year"])["it_mw"]

    assert table["D1", "inference", 2030] == pytest.approx(15.0)  # weights 3 and 1
    assert table["D2", "inference", 2030] == pytest.approx(5.0)
    assert table["D1", "training", 2030] == pytest.approx(10.0)  # 20 MW, weights 1 and 1 of demand_shares


def test_scale_acts_on_the_total_and_not_on_what_exists(region: Region, scenario: Scenario) -> None:
    assert new_load(region, total(scenario).changed({"demand_scale": 2.0})) == pytest.approx({2030: 50.0, 2035: 60.0})


def test_existing_centres_from_electricity_and_from_racks(scenario: Scenario) -> None:
    energy = {"it_mw": None, "energy_twh": 150.0, "pue": 1.48, "base_year": 2023, "life_years": 14.0}
    racks = {"it_mw": None, "racks": 8.1e6, "kw_per_rack": 2.5, "base_year": 2023, "life_years": 14.0}

    # 150e6 MWh / 8760 h / 1.48 = 11569.8 MW mean; / 0.68 load factor of inference = 17014.4 MW; half of it after 7 of 14 years
    assert stock_mw(total(scenario, **energy), 2030) == pytest.approx(8507.2, abs=0.1)
    assert stock_mw(total(scenario, **racks), 2030) == pytest.approx(10_125.0)  # 8.1e6 x 2.5 kW = 20250 MW
    assert stock_mw(scenario, 2030) == 0.0  # demand of the scenario is new


def test_conversions_of_existing_centres_are_listed(region: Region, scenario: Scenario) -> None:
    asked = total(scenario, it_mw=None, racks=8_000.0, kw_per_rack=2.5)
    rows = conversions(region, asked)

    assert [(r["year"], r["from"], r["value_from"], r["value_to"]) for r in rows] == [
        (2025, "racks", 8_000.0, 20.0),
        (2030, "MW IT", 20.0, 10.0),
        (2035, "MW IT", 20.0, 0.0),
    ]
    assert "10 years" in rows[1]["basis"]


def test_computing_of_sites_is_known_only_where_a_chip_is_stated(region: Region, scenario: Scenario) -> None:
    loads = pd.DataFrame(
        [("A1", "inference", 2030, 7.0), ("A2", "training", 2030, 4.0), ("A2", "inference", 2030, 9.0)],
        columns=["site", "workload", "year", "it_mw"],
    )
    chip = scenario.changed({"workloads.training.compute": {"chip": {2030: "ai_2030", 2033: "ai_2033"}}})

    found = site_pflops(region, chip, loads)

    assert found.to_dict("records") == [{"site": "A2", "year": 2030, "compute_pflops": 4.0 * 1663.0}]
    assert site_pflops(region, scenario, loads).empty


def test_weights_of_a_class_replace_those_of_the_districts(region: Region, scenario: Scenario) -> None:
    shares = with_table(region, "demand_shares", [{"district": "D2", "workload": "training", "weight": 4.0}])
    table = demand_table(shares, scenario).set_index(["district", "workload", "year"])["it_mw"]

    assert table["D2", "training", 2035] == pytest.approx(60.0)  # a district that is not listed has none
    assert ("D1", "training", 2035) not in table.index
    assert table["D1", "inference", 2030] == pytest.approx(22.5)  # 30 MW x 3 / 4


def test_factors_of_the_bundled_chips_follow_from_their_stated_inputs() -> None:
    rows = bundled_table()["chips"]
    computed = [chip for chip in rows if "unit_w" in chip]

    assert len(computed) >= 6
    for chip in computed:
        watts = chip["unit_w"] * chip["server_factor"] * chip["room_factor"]
        assert chip["pflops_per_mw_it"] == pytest.approx(1000.0 * chip["peak_tflops"] / watts, rel=1e-3), chip["chip"]
    for chip in rows:
        assert chip["low"] < chip["pflops_per_mw_it"] < chip["high"], chip["chip"]
        assert chip["basis"], chip["chip"]
        assert chip["confidence"] in {"assumed", "low", "medium"}, chip["chip"]


def test_assumed_generations_grow_by_15_percent_from_2025() -> None:
    factor = compute_units()["pflops_per_mw_it"]
    base = (factor["ascend_910c"] + factor["b200"]) / 2.0

    for year in (2027, 2030, 2033):
        assert factor[f"ai_{year}"] == pytest.approx(base * 1.15 ** (year - 2025), rel=2e-3)


def test_years_that_may_be_planned_have_demand_and_factors(scenario: Scenario) -> None:
    more = {f"workloads.{w}.demand_mw": {2027: 5.0, 2030: 5.0, 2035: 5.0} for w in scenario.workloads}
    grown = training(scenario, demand_growth={"base": 5.0, "base_year": 2025, "per_year": 0.1})

    assert known_years(scenario) == [2030, 2035]
    assert known_years(scenario.changed(more)) == [2030, 2035]  # price factors are given for two years only
    free: dict[str, Any] = {"markets.price_factor": {}, "markets.carbon_factor": {}}
    assert known_years(scenario.changed({**more, **free})) == [2027, 2030, 2035]
    assert known_years(grown.changed(free)) == [2030, 2035]  # inference has two years
    both = {"workloads.inference.demand_mw": {}, "workloads.inference.demand_growth": {"base": 5.0, "base_year": 2031, "per_year": 0.1}}  # fmt: skip
    assert known_years(grown.changed({**free, "green.share": {}, "years": [2032, 2035], **both})) == [
        2032,
        2033,
        2034,
        2035,
    ]


def test_the_page_shows_the_table_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "compute-units.md").read_text(encoding="utf-8")
    for chip in bundled_table()["chips"]:
        inputs = [chip.get(key, "") for key in ("peak_tflops", "unit_w", "server_factor", "room_factor")]
        cells = [f"{value:g}" if value != "" else "" for value in inputs]
        years = f"{chip['from_year']}-{chip.get('to_year', '')}"
        figures = [f"{chip['pflops_per_mw_it']:.6g}", f"{chip['low']}-{chip['high']}", years, chip["confidence"]]
        row = "| " + " | ".join([f"`{chip['chip']}`", chip["precision"], *cells, *figures]) + " |"
        assert row.replace("|  |", "| |").replace("|  |", "| |") in page, row


def test_conversions_are_told_in_the_readers_language(region: Region, scenario: Scenario) -> None:
    growth = {"unit": "racks", "base": 1_000.0, "base_year": 2029, "per_year": 1.0, "source": "F099"}
    rows = conversions(region, training(scenario, demand_growth=growth, kw_per_rack=2.5))
    plan = {"conversions": rows, "scenario": scenario.to_dict()}

    english = conversion_lines(plan, {})
    with use_language("zh"):
        chinese = conversion_lines(plan, {})

    assert len(english) == len(chinese) == 2  # growth up to the last year, and one factor for all years
    assert "racks 2029 → racks 2035" in english[1]
    assert "2.500 kW IT per rack" in english[0]
    assert "机架 → MW IT" in chinese[0]
    assert "机架额定功率" in chinese[0]
