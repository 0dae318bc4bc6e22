"""Scenario files: every problem at once, of single keys and between keys, with its place and a remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.extract import extract_from_file

from planner.errors import InputProblems, Problem
from planner.i18n import gettext, use_language
from planner.scenario import Scenario, load_scenario, parse_scenario

ROOT = Path(__file__).parents[2]
CASE = ROOT / "tests" / "cases" / "small_plan" / "scenario.yaml"
Data = dict[str, Any]


@pytest.fixture
def data() -> Data:
    content: Data = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    return content


def problems(data: Data) -> list[Problem]:
    with pytest.raises(InputProblems) as caught:
        parse_scenario(data, file="plan.yaml")
    return caught.value.problems


def test_all_problems_of_keys_and_between_keys_are_reported_at_once(data: Data) -> None:
    data["powr"] = 1
    data["power"]["power_factor"] = "high"
    data["carbon"]["cap_t"][2035] = -1
    data["stock"]["lead_years"] = {"demolish": 2}
    del data["workloads"]["ai"]["demand_mw"][2030]
    data["cooling"]["technologies"] = ["ice"]
    data["economy"]["life_years"] = {"building": 30}
    data["wishes"] = {"fixed": ["A"], "forbidden": ["A"]}

    found = problems(data)

    assert {p.column for p in found} == {
        "powr", "power.power_factor", "carbon.cap_t.2035", "stock.lead_years", "workloads.ai.demand_mw",
        "cooling.technologies", "economy.life_years", "wishes.forbidden",
    }  # fmt: skip
    assert all(p.file == "plan.yaml" and p.message and p.remedy for p in found)
    assert next(p for p in found if p.column == "powr").code == "unknown_key"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"wishes": {"min_mw": {"A": 5.0}, "forbidden": ["A"]}}, "wishes.forbidden"),
        ({"clusters.min_site_mw": 100.0}, "clusters.min_site_mw"),
        ({"stock.convert_technology": "ice"}, "stock.convert_technology"),
        ({"cooling.block_mw": {"ice": 5.0}}, "cooling.block_mw"),
        ({"cooling.technologies": ["air_chiller", "air_chiller"]}, "cooling.technologies"),
        ({"stock.options": ["vacate", "vacate"]}, "stock.options"),
        ({"carbon.cap_t": {2031: 5.0}}, "carbon.cap_t"),
        ({"green.share": {2034: 0.5}}, "green.share"),
        ({"economy.life_years": {"building": 0, "plant": 12, "lines": 30, "land": 50}}, "economy.life_years.building"),
        ({"workloads.ai.demand_mw": {2030: -5.0, 2035: 10.0}}, "workloads.ai.demand_mw.2030"),
        ({"workloads": {}}, "workloads"),
        ({"years": [2035, 2030]}, "years"),
    ],
)
def test_what_contradicts_itself_is_refused_by_name(changes: Data, place: str) -> None:
    with pytest.raises(InputProblems) as caught:
        load_scenario(CASE).changed(changes)

    assert [p.column for p in caught.value.problems] == [place]


def test_fewer_years_than_the_tables_hold_are_accepted() -> None:
    one: Scenario = load_scenario(CASE).changed({"years": [2030]})

    assert one.years == (2030,)  # the carbon cap of 2035 waits


def test_an_empty_or_odd_file_is_refused_in_words() -> None:
    for odd in ({}, {"name": "x", "power": [2], "years": "abc"}, [1]):
        with pytest.raises(InputProblems):
            parse_scenario(odd, file="plan.yaml")


@pytest.mark.parametrize("file", ["scenario.py", "scenario_rules.py", "fits.py", "assemble.py"])
def test_every_message_is_translated(file: str) -> None:
    for _line, message, _comments, _context in extract_from_file(
        "python", ROOT / "planner" / file, keywords={"_": None}
    ):
        assert isinstance(message, str)
        with use_language("zh"):
            assert gettext(message) != message


def test_off_is_taken_as_it_is_written(data: Data) -> None:
    data["cooling"] |= yaml.safe_load("pue_caps: off")

    assert parse_scenario(data, file="plan.yaml").cooling.pue_caps == "off"
