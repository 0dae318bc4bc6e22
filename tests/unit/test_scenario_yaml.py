"""Scenario files: what a page saves the command line runs, and a stranger's file leads nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.bundled import DEMO_REGION, DEMO_SCENARIO
from planner.errors import InputProblems
from planner.scenario import Scenario, load_scenario
from planner.scenario_yaml import dump, load, region_named

CASE = Path(__file__).parents[1] / "cases" / "small_plan" / "scenario.yaml"


@pytest.fixture
def draft() -> Scenario:
    return load_scenario(DEMO_SCENARIO).changed(
        {
            "power.reserve_mva": {"110": 4.0},
            "cooling.pue_caps": "off",
            "edits": {"substations": {"N220-02-1": {"headroom_mva": 200.0, "n_free_bays": None}}},
        }
    )


def test_a_saved_scenario_is_the_same_scenario_from_anywhere(draft: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(dump(draft), encoding="utf-8")

    assert load_scenario(file) == draft
    assert load(dump(draft), "mine.yaml") == draft
    assert "region: bundled:beijing\n" in dump(draft)


def test_the_file_reads_in_the_order_of_the_keys_with_chinese_as_it_is(draft: Scenario) -> None:
    text = dump(draft)

    keys = [line.split(":")[0] for line in text.splitlines() if line[0] not in " #-"]
    assert keys == [key for key in Scenario.model_fields if key not in Scenario.QUIET or key == "edits"]
    assert "zh: 北京基准方案" in text


def test_an_own_region_is_named_without_the_path_of_this_machine() -> None:
    scenario = load_scenario(CASE)

    text = dump(scenario)

    assert "region: small_region\n" in text
    assert "put its folder beside this file" in text
    assert str(Path(scenario.region).parent) not in text
    assert region_named(text, "x") == "small_region"


def test_a_strangers_file_cannot_name_a_region_or_a_policy_pack_on_this_machine(draft: Scenario) -> None:
    text = dump(draft).replace("bundled:beijing", "/somewhere/else")

    assert load(text, "x.yaml", region=DEMO_REGION).region == str(DEMO_REGION)
    with pytest.raises(InputProblems, match="no policy pack that comes with the program"):
        load(text.replace("policy_pack: beijing", "policy_pack: ../own.yaml"), "x.yaml", region=DEMO_REGION)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: &x 1\nb: *x", "anchors and aliases"),
        ("- 1", "no keys at its top level"),
        ("x: " + "y" * 1_000_001, "larger than 1 MB"),
        ("schema_version: 1", "name"),
    ],
)
def test_what_is_no_scenario_is_refused_in_words(text: str, what: str) -> None:
    with pytest.raises(InputProblems, match=what):
        load(text, "x.yaml")


def test_a_region_that_is_not_bundled_is_told(draft: Scenario) -> None:
    with pytest.raises(InputProblems, match="nowhere is no region that comes with the program"):
        load(dump(draft).replace("bundled:beijing", "bundled:nowhere"), "x.yaml")


def test_what_a_file_names_as_its_region() -> None:
    assert region_named("region: bundled:beijing", "x") == "beijing"
    assert region_named("region: ..", "x") is None
    assert region_named("a: 1", "x") is None
