"""What a scenario must say about its demand, and what a region must hold for it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from babel.messages.extract import extract_from_file

from planner.compute_findings import compute_findings
from planner.demand_rules import demand_contradictions, demand_problems
from planner.errors import InputProblems
from planner.i18n import gettext, use_language
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario, parse_scenario

ROOT = Path(__file__).parents[2]
CASE = ROOT / "tests" / "cases" / "small_areas" / "scenarios" / "reference.yaml"
STOCK = {"workload": "inference", "base_year": 2025, "it_mw": 20.0, "life_years": 10.0}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CASE)


@pytest.fixture(scope="module")
def region(scenario: Scenario) -> Region:
    return read_region(scenario.region)


def changed(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    """Return the scenario with changes below training or at the top, not checked between keys."""
    spec = {k.removeprefix("training."): v for k, v in changes.items() if k.startswith("training.")}
    top = {k: v for k, v in changes.items() if not k.startswith("training.")}
    data = scenario.whole_dict()
    data["workloads"]["training"] |= spec
    return Scenario.model_validate({**data, **top})


def growing(**values: Any) -> dict[str, Any]:
    return {
        "training.demand_mw": {},
        "training.demand_growth": {"base": 5.0, "base_year": 2025, "per_year": 0.1, **values},
    }


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({}, []),
        ({"training.demand_racks": {2030: 5, 2035: 5}, "training.kw_per_rack": 2.5}, ["workloads.training"]),
        ({"training.demand_mw": {}}, ["workloads.training.demand_mw"]),
        ({"training.demand_mw": {2030: 5.0}}, ["workloads.training.demand_mw"]),
        ({"training.demand_mw": {}, "training.demand_racks": {2030: 5}, "training.kw_per_rack": 2.5},
         ["workloads.training.demand_racks"]),
        ({"training.demand_mw": {}, "training.demand_racks": {2030: 5, 2035: 5}}, ["workloads.training.kw_per_rack"]),
        ({"training.demand_mw": {}, "training.demand_pflops": {2030: 5, 2035: 5}}, ["workloads.training.compute"]),
        ({"training.demand_mw": {}, "training.demand_pflops": {2030: 5, 2035: 5},
          "training.compute": {"pflops_per_mw": {2031: 5.0}}}, ["workloads.training.compute"]),
        (growing(), []),
        (growing(base_year=2031), ["workloads.training.demand_growth"]),
        (growing(per_year={2027: 0.1}), ["workloads.training.demand_growth.per_year"]),
        (growing(unit="racks"), ["workloads.training.kw_per_rack"]),
        ({"demand_basis": "total"}, ["stock_base"]),
        ({"stock_base": STOCK}, ["stock_base"]),
        ({"demand_basis": "total", "stock_base": STOCK}, []),
        ({"demand_basis": "total", "stock_base": {**STOCK, "workload": "x"}}, ["stock_base.workload"]),
        ({"demand_basis": "total", "stock_base": {**STOCK, "base_year": 2031}}, ["stock_base.base_year"]),
        ({"demand_basis": "total", "stock_base": {**STOCK, "racks": 5.0}}, ["stock_base", "stock_base"]),
        ({"demand_basis": "total", "stock_base": {**STOCK, "it_mw": None, "energy_twh": 5.0}}, ["stock_base"]),
        ({"demand_basis": "total", "stock_base": {**STOCK, "survival": {2030: 0.5}}}, ["stock_base"]),
        ({"demand_basis": "total", "stock_base": {**STOCK, "life_years": None}}, ["stock_base"]),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_named(scenario: Scenario, changes: dict[str, Any], places: list[str]) -> None:
    found = list(demand_contradictions(changed(scenario, changes), "plan.yaml"))

    assert [p.column for p in found] == places
    assert all(p.message and p.remedy for p in found)


@pytest.mark.parametrize(
    ("compute", "place"),
    [
        ({"pflops_per_mw": 0}, "pflops_per_mw"),
        ({"pflops_per_mw": {2025: 5.0, 2030: -1.0}}, "pflops_per_mw.2030"),
        ({"chip": {2025: 3}}, "chip.2025"),
        ({"chip": 7}, "chip"),
    ],
)
def test_a_key_of_two_kinds_gives_one_problem_of_the_kind_that_was_meant(
    scenario: Scenario, compute: dict[str, Any], place: str
) -> None:
    data = scenario.whole_dict()
    data["workloads"]["training"]["compute"] = compute

    with pytest.raises(InputProblems) as refused:
        parse_scenario(data, file="plan.yaml")

    assert [p.column for p in refused.value.problems] == [f"workloads.training.compute.{place}"]


def test_a_chip_that_is_not_in_the_table_is_refused(region: Region, scenario: Scenario) -> None:
    found = list(demand_problems(region, changed(scenario, {"training.compute": {"chip": "z9"}})))

    assert [(p.column, p.value) for p in found] == [("workloads.training.compute.chip", "z9")]
    assert "h100" in found[0].remedy


def test_a_generation_that_is_not_installed_in_a_planning_year_is_refused(region: Region, scenario: Scenario) -> None:
    old = {"training.compute": {"chip": "h100"}}
    own = {"training.compute": {"chip": "h100", "pflops_per_mw": 700.0}}

    found = list(demand_problems(region, changed(scenario, old)))

    assert [("2030" in p.message, "2035" in p.message) for p in found] == [(True, False), (False, True)]
    assert not list(demand_problems(region, changed(scenario, own)))


def test_existing_centres_above_the_total_are_told_with_both_figures(region: Region, scenario: Scenario) -> None:
    stock = {**STOCK, "it_mw": 100.0}
    found = list(demand_problems(region, changed(scenario, {"demand_basis": "total", "stock_base": stock})))

    assert [(p.column, p.value) for p in found] == [("stock_base", "-20.0")]  # 2030: 30 MW asked, 50 MW served
    assert "50 MW" in found[0].message
    assert "30 MW" in found[0].message


def test_weights_that_add_up_to_nothing_are_refused(region: Region, scenario: Scenario) -> None:
    zero = pd.DataFrame([{"district": "D1", "workload": "training", "weight": 0.0}])
    bad = dataclasses.replace(region, tables={**region.tables, "demand_shares": zero})

    assert [p.code for p in demand_problems(bad, scenario)] == ["no_weight"]
    assert not list(demand_problems(region, scenario))


def test_published_computing_stands_beside_the_table() -> None:
    rows = {row["quantity"]: row for row in compute_findings()}

    horinger = rows["Computing per MW: Horinger 2024"]
    assert horinger["published"] == pytest.approx(36.09, abs=0.01)  # 24000 PFLOPS / (266000 racks x 2.5 kW)
    assert horinger["fact"] == "F211, F209"
    assert "factor of two" in horinger["note"]
    assert rows["Computing per MW: Huailai (Zhangjiakou) 2023"]["published"] == pytest.approx(5.24, abs=0.01)
    assert rows["Computing per MW: Beijing 2024"]["published"] == pytest.approx(32.12, abs=0.01)  # 684.9 MW mean IT
    china = rows["Computing per MW: China 2023"]
    assert china["deviation"] == pytest.approx(14.06 / 11.358 - 1.0, abs=1e-3)
    assert "factor of two" not in china["note"]
    rack = rows["Mean IT power of a standard rack: China 2023"]
    assert (rack["model"], rack["published"]) == pytest.approx((1.375, 1.4284), abs=1e-3)


@pytest.mark.parametrize("file", ["demand_rules.py", "compute_findings.py", "assemble_demand.py"])
def test_every_message_is_translated(file: str) -> None:
    for _line, message, _comments, _context in extract_from_file(
        "python", ROOT / "planner" / file, keywords={"_": None}
    ):
        assert isinstance(message, str)
        with use_language("zh"):
            assert gettext(message) != message
