"""Corrections of region tables in a scenario: what may be corrected, how it is checked, and what it changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.assemble_power import node_headroom
from planner.editable import EDITABLE, row_id, shown_columns
from planner.errors import InputProblems, UsageError
from planner.pipeline import run
from planner.plan_file import names_from, region_of
from planner.read import read_region
from planner.region import Region, confidence_of
from planner.region_edits import edited, region_for
from planner.scenario import Scenario, load_scenario
from planner.session import Session
from planner.tables import all_tables

CASES = Path(__file__).parents[1] / "cases"
Edits = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region(CASES / "small_region")


@pytest.fixture
def scenario() -> Scenario:
    return load_scenario(CASES / "small_plan" / "scenario.yaml")


def row(frame: pd.DataFrame, key: str, name: str) -> pd.Series:
    return frame.set_index(key).loc[name]


def test_without_edits_it_is_the_same_object(region: Region, scenario: Scenario) -> None:
    assert edited(region, {}) is region
    assert region_for(region, scenario) is region


def test_a_corrected_cell_is_there_marked_as_assumed_and_nothing_else_changes(region: Region) -> None:
    found = edited(region, {"substations": {"S2": {"headroom_mva": 77.0}}})

    assert row(found["substations"], "substation", "S2")["headroom_mva"] == 77.0
    marks = dict(
        zip(found["substations"]["substation"], confidence_of(found["substations"], "headroom_mva"), strict=True)
    )
    assert marks["S2"] == "assumed"
    before = region["substations"].drop(columns=["headroom_mva", "headroom_mva_confidence"], errors="ignore")
    after = found["substations"].drop(columns=["headroom_mva", "headroom_mva_confidence"])
    pd.testing.assert_frame_equal(pd.DataFrame(after), pd.DataFrame(before))
    assert type(found["substations"]) is type(region["substations"])
    assert found["zones"] is region["zones"]


def test_the_fingerprint_tells_content_not_how_often_it_was_corrected(region: Region) -> None:
    edits: Edits = {"substations": {"S2": {"headroom_mva": 77.0}}}

    once = edited(region, edits)

    assert once.fingerprint != region.fingerprint
    assert edited(once, edits).fingerprint == once.fingerprint
    same = {
        "substations": {"S2": {"headroom_mva": float(row(region["substations"], "substation", "S2")["headroom_mva"])}}
    }
    assert edited(region, same).fingerprint == region.fingerprint


def test_headroom_of_one_year_is_a_new_row_and_counts(region: Region, scenario: Scenario) -> None:
    plain = scenario.changed({"power.zone_bound": "linear"})
    changed = plain.changed({"edits": {"headroom_years": {"S2 2035": {"headroom_mva": 12.5}}}})

    found = node_headroom(region_for(region, changed), changed).set_index(["node", "year"])["headroom_mva"]

    assert found["S2", 2035] == 12.5
    before = node_headroom(region, plain).set_index(["node", "year"])["headroom_mva"]
    assert found["S2", 2030] == before["S2", 2030]


@pytest.mark.parametrize(
    ("edits", "place", "code"),
    [
        ({"substations": {"nowhere": {"headroom_mva": 1.0}}}, "edits.substations.nowhere", "unknown_row"),
        ({"substations": {"S2": {"headroom_mva": -1.0}}}, "edits.substations.S2.headroom_mva", "value_below_range"),
        ({"substations": {"S2": {"lon": 1.0}}}, "edits.substations.lon", "unknown_column"),
        ({"climate": {"x 1": {"rh_share": 0.5}}}, "edits.climate", "unknown_table"),
        ({"headroom_years": {"nowhere 2030": {"headroom_mva": 1.0}}}, "edits.headroom_years.nowhere 2030.node",
         "reference_unknown"),
        ({"reclaimed_plants": {"P1": {"capacity_m3_per_day": None}}},
         "edits.reclaimed_plants.P1.capacity_m3_per_day", "value_missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_place(region: Region, edits: Edits, place: str, code: str) -> None:
    with pytest.raises(InputProblems) as caught:
        edited(region, edits)

    assert [(p.column, p.code, p.row) for p in caught.value.problems] == [(place, code, None)]


def test_sums_between_rows_are_checked_and_all_problems_told_at_once(region: Region) -> None:
    first = region["stock_cooling"].iloc[0]
    name = row_id(dict(first), "stock_cooling")
    edits: Edits = {
        "stock_cooling": {name: {"it_share": 0.123}},
        "substations": {"S2": {"headroom_mva": -1.0}},
    }

    with pytest.raises(InputProblems) as caught:
        edited(region, edits)

    assert {p.code for p in caught.value.problems} == {"sum_wrong", "value_below_range"}


@pytest.mark.parametrize(
    ("edits", "what"),
    [
        ({"grid_buses": {"b": {"vn_kv": 1.0}}}, "no table that a scenario may correct"),
        ({"substations": {"S2": {"substation": "S9"}}}, "no column that a scenario may correct"),
        ({"substations": {"S2": {"headroom_mva": -1.0}}}, "is negative in S2"),
        ({"substations": {"S2": {"n_free_bays": 1.5}}}, "whole number"),
        ({"substations": {"S2": {"is_expandable": 1}}}, "true or false"),
        ({"substations": {"S2": {"in_service_year": 1800}}}, "at least 1900"),
        ({"substations": {"S2": {"headroom_mva": None}}}, "is empty in S2"),
        ({"stock": {"A": {"load_factor": 1.5}}}, "at most 1 share"),
        ({"stock": {"A": {"load_factor": 0.0}}}, "above 0"),
        ({"headroom_years": {"S2 2032": {"headroom_mva": 5.0}}}, "2032 is no planning year"),
    ],
)
def test_a_scenario_refuses_what_no_table_could_hold(scenario: Scenario, edits: Edits, what: str) -> None:
    with pytest.raises(InputProblems, match=what):
        scenario.changed({"edits": edits})


def test_edits_are_kept_in_one_form(scenario: Scenario) -> None:
    changed = scenario.changed({"edits": {"substations": {110: {"headroom_mva": 5}, "S2": {}}, "zones": {}}})

    assert changed.edits == {"substations": {"110": {"headroom_mva": 5.0}}}
    assert isinstance(changed.edits["substations"]["110"]["headroom_mva"], float)
    assert "edits" not in scenario.to_dict()  # a scenario without edits is written as ever


def test_every_editable_column_is_declared_and_no_name_or_position() -> None:
    for table, found in EDITABLE.items():
        declared = all_tables()[table]
        for name in found.columns:
            assert declared.column(name).kind in ("number", "integer", "yes_no")
            assert name not in (*declared.key, "lon", "lat")
        assert set(shown_columns(table)) <= set(declared.column_names)


def test_a_plan_of_a_corrected_region_finds_its_region_again(region: Region) -> None:
    edits: Edits = {"substations": {"S2": {"headroom_mva": 77.0}}}
    plan = {
        "region": {"id": region.id, "fingerprint": edited(region, edits).fingerprint},
        "scenario": {"edits": edits},
    }

    assert row(region_of(plan, region.path)["substations"], "substation", "S2")["headroom_mva"] == 77.0
    with pytest.raises(UsageError, match="its content differs"):
        region_of({**plan, "scenario": {}}, region.path)
    assert names_from(plan) is None  # not a bundled region


def test_a_session_sees_the_corrections_of_its_scenario_and_no_others(region: Region, scenario: Scenario) -> None:
    asked = scenario.changed({"edits": {"substations": {"S2": {"headroom_mva": 7.0}}}})

    session = Session(region, asked)

    headroom = session.assembled.data["headroom"].set_index(["node", "year"])["headroom_mva"]
    assert headroom["S2", 2030] == 7.0
    assert session.region == edited(region, asked.edits)
    assert session.with_scenario(scenario).region is region


@pytest.mark.slow
def test_a_solve_uses_the_corrected_region_and_its_plan_says_so(scenario: Scenario) -> None:
    edits: Edits = {"substations": {"S2": {"headroom_mva": 0.0}, "S3": {"headroom_mva": 0.0}}}
    asked = scenario.changed({"edits": edits, "network.is_on": False})

    done = run(asked)
    plan = done.plan.data

    assert plan["audit"]["status"] == "passed"
    assert {feed["substation"] for site in plan["sites"] for feed in site["feeds"]} <= {"S1"}
    assert plan["scenario"]["edits"] == edits
    assert plan["region"]["fingerprint"] == done.region.fingerprint != read_region(CASES / "small_region").fingerprint
    assert region_of(plan, CASES / "small_region") == done.region
