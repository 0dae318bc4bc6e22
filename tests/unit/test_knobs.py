"""The knobs of a scenario: each leads to a place of the scenario, with range, unit and words in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.i18n import use_language
from planner.knobs import GROUPS, Knob, groups, knob_at
from planner.knobs.policy import quantity_name, rule_lines
from planner.knobs.shown import from_shown, options, plain_number, range_text, to_shown, value_text
from planner.policy import QUANTITIES
from planner.scenario import Scenario, load_scenario

BEIJING = load_scenario(Path(__file__).parents[2] / "gis_data" / "beijing" / "scenarios" / "reference.yaml")
KNOBS = [knob for group in groups() for knob in group.knobs]


def at(path: str) -> Knob:
    found = knob_at(path)
    assert found is not None
    return found


def test_every_group_has_a_file_and_every_knob_its_place() -> None:
    files = {path.stem for path in (Path(__file__).parents[2] / "planner" / "knobs").glob("*.yaml")}
    assert files == set(GROUPS)
    assert len({knob.path for knob in KNOBS}) == len(KNOBS)


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.path)
def test_every_choice_has_its_words_and_every_number_its_unit(knob: Knob) -> None:
    if knob.range.allowed:
        assert set(knob.words.words) == set(knob.range.allowed)
    if knob.range.type in ("number", "integer") and knob.kind in ("number", "by_key", "table", "map"):
        assert knob.words.unit, knob.path
    if knob.kind in ("number", "maybe", "by_key") and knob.range.may_be_empty:
        assert knob.words.empty is not None
    for ref in knob.words.rules:
        assert ref.quantity in QUANTITIES
        assert quantity_name(ref.quantity) != ref.quantity
    with use_language("zh"):
        assert knob.label == knob.words.label.zh


def test_ranges_come_from_the_scenario() -> None:
    assert range_text(at("water.availability_share")) == "Range: 0 to 100 %."
    assert range_text(at("power.radius_km.220")) == "Range: above 0 km."
    assert range_text(at("network.max_rounds")) == "Range: 1 to 50 rounds."
    assert at("power.power_factor").range.is_low_excluded
    assert at("clusters.max_sites").range.may_be_empty


def test_shares_are_shown_in_per_cent_without_dust() -> None:
    knob = at("water.availability_share")

    for share in (0.07, 0.29, 0.005, 1 / 3):
        assert from_shown(knob, to_shown(knob, share)) == pytest.approx(share, abs=1e-11)
    assert to_shown(knob, 0.07) == 7.0
    assert from_shown(knob, 7.0) == 0.07
    assert from_shown(at("clusters.max_sites"), 5.0) == 5
    assert from_shown(at("clusters.max_sites"), None) is None


@pytest.mark.parametrize(("value", "text"), [(0.02, "0.02"), (16_800_000, "16,800,000"), (1840.0, "1,840"), (0, "0")])
def test_numbers_keep_their_digits(value: float, text: str) -> None:
    assert plain_number(value) == text


def test_values_in_words() -> None:
    assert value_text(at("objective.name"), "it_mw", BEIJING) == "most IT load"
    assert value_text(at("cooling.technologies"), (), BEIJING) == "none"
    assert value_text(at("stock.convert_workload"), "inference_liquid", BEIJING) == "inference (liquid-cooled)"
    assert value_text(None, {"a": 1}, BEIJING) == "1 values"
    assert set(options(at("stock.displaced_workload"), BEIJING)) == set(BEIJING.workloads)


def test_the_policy_source_names_document_clause_and_year() -> None:
    lines = rule_lines(BEIJING, at("green.share"))

    assert [line.split(".")[0] for line in lines] == [
        "Green share of new load, from 2025: 30 %",
        "Green share of new load, from 2030: 75 %",
        "Green share of new load, from 2032: 100 %",
    ]
    assert all("assumed reading" in line and ("(2023)" in line or "(2025)" in line) for line in lines)
    assert not rule_lines(BEIJING, at("water.reach_km"))


def test_the_rule_follows_the_reading_that_is_chosen() -> None:
    strict: Scenario = BEIJING.changed({"green.applies_to": "public_procurement"})

    assert [line.split(". ")[0].rsplit(" ", 2)[-2] for line in rule_lines(strict, at("green.share"))] == [
        "50", "75", "100",
    ]  # fmt: skip


def test_caps_by_size_are_listed_side_by_side() -> None:
    lines = rule_lines(BEIJING, at("cooling.pue_caps"))

    assert len(lines) == 4
    assert "1.3 below 10 kt" in lines[0]
    assert "1.15 for larger projects" in lines[3]
