"""What a scenario asks and a region does not have is refused before anything is built, all of it at once."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from planner.assemble import assemble
from planner.errors import InputProblems
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


def refused(region: Region, scenario: Scenario) -> list[tuple[str | None, str | None]]:
    with pytest.raises(InputProblems) as caught:
        assemble(region, scenario)
    assert all(p.message and p.remedy for p in caught.value.problems)
    return [(p.column, p.value) for p in caught.value.problems]


def test_each_unknown_site_is_one_problem(region: Region, scenario: Scenario) -> None:
    wishes = {"fixed": ["X1", "X2"], "forbidden": ["X3"], "min_mw": {"X4": 5.0, "X1": 5.0}}

    found = refused(region, scenario.changed({"wishes": wishes}))

    assert found == [("wishes", name) for name in ("X1", "X2", "X3", "X4")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"power.reserve_mva": {"S9": 10.0, "S1": 10.0, "Z9": 1.0}},
         [("power.reserve_mva", "S9"), ("power.reserve_mva", "Z9")]),
        ({"power.feed_rating_mva": {220: 300.0}}, [("power.feed_rating_mva", "110")]),
        ({"power.zone_max_share": 0.3}, [("power.zone_max_share", "0.3")]),
        ({"stock.displaced_workload": "nothing"}, [("stock.displaced_workload", "nothing")]),
        ({"green.share": {2030: 0.5, 2035: 0.8}}, [("green.share", "0.8")]),
    ],
)  # fmt: skip
def test_what_the_region_lacks_is_named(
    changes: dict[str, Any], expected: list[tuple[str, str]], region: Region, scenario: Scenario
) -> None:
    assert refused(region, scenario.changed(changes)) == expected


def test_years_before_the_tables_are_refused(region: Region, scenario: Scenario) -> None:
    later = dataclasses.replace(region, base_year=2032)

    assert refused(later, scenario) == [("years", "2030")]


def test_all_missing_prices_are_named_at_once(region: Region, scenario: Scenario) -> None:
    found = refused(region, scenario.changed({"economy.prices": {}}))

    assert {"building_cny_per_mw_it", "cable_110_cny_per_km", "vacate_cny_per_mw_it"} <= {str(v) for _c, v in found}
    assert len(found) == len(set(found)) > 10


def test_a_pack_without_caps_by_size_is_named(region: Region, scenario: Scenario) -> None:
    changes = {"policy_pack": "national", "families_off": ["green"]}

    assert refused(region, scenario.changed(changes)) == [("cooling.pue_caps", "by_size")]
    free = assemble(region, scenario.changed({**changes, "cooling.pue_caps": "off"})).data
    assert free["pue_bands"].empty


def test_rules_that_are_off_ask_for_nothing(region: Region, scenario: Scenario) -> None:
    changes = {"families_off": ["green", "stock"], "green.share": {2030: 0.5, 2035: 0.8},
               "stock.displaced_workload": "nothing"}  # fmt: skip

    assert len(assemble(region, scenario.changed(changes)).data["sites"])
