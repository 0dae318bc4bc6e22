"""Dated rules: which one holds in a year, and what a pack may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputProblems, UsageError
from planner.policy import PACKS, PolicyPack, read_policy_pack
from planner.scenario import load_scenario

RULE = (
    "{id: a, quantity: water_cap_m3_per_year, value: 5, unit: m3/year, applies_to: city, from_year: 2028, "
    "document: D, clause: '1', year: 2027, confidence: high}"
)


@pytest.fixture(scope="module")
def beijing() -> PolicyPack:
    """Return the bundled pack."""
    return read_policy_pack("beijing")


def pack_file(folder: Path, *rules: str, head: str = "") -> Path:
    """Write a pack with these rules."""
    path = folder / "mine.yaml"
    rows = "".join(f"  - {rule}\n" for rule in rules)
    text = f"schema_version: 1\nid: mine\nname: {{en: Mine, zh: 我的}}\n{head}rules:\n{rows}"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path) -> list[tuple[int | None, str | None, str]]:
    """Return row, column and code of every problem."""
    with pytest.raises(InputProblems) as caught:
        read_policy_pack(path)
    return [(p.row, p.column, p.code) for p in caught.value.problems]


def test_a_planning_year_takes_the_latest_rule_in_force(beijing: PolicyPack) -> None:
    procured = [beijing.value("green_share", y, applies_to="public_procurement") for y in (2025, 2027, 2030, 2032)]

    assert procured == [0.30, 0.50, 0.75, 1.0]
    assert beijing.value("green_share", 2031, applies_to="public_procurement") == 0.75


def test_the_reference_shares_of_new_load(beijing: PolicyPack) -> None:
    shares = [beijing.value("green_share", year, applies_to="new_build") for year in (2027, 2030, 2035)]

    assert shares == [0.30, 0.75, 1.0]


def test_a_rule_dated_between_planning_years_applies_from_the_next_one(beijing: PolicyPack) -> None:
    late = beijing.taking_effect([2027, 2030, 2035]).set_index("rule")

    assert late.loc["green_procurement_2032", "applies_from"] == 2035
    assert beijing.value("green_share", 2035, applies_to="public_procurement") == 1.0
    assert "green_procurement_2030" not in late.index


def test_pue_caps_grow_stricter_with_size(beijing: PolicyPack) -> None:
    bands = beijing.pue_caps_by_size()

    assert bands["pue_cap"].tolist() == [1.30, 1.25, 1.20, 1.15]
    assert bands["upper_kt_coal"].tolist() == [10.0, 20.0, 30.0, float("inf")]


def test_thirty_kilotonnes_are_28_mw_of_mean_load(beijing: PolicyPack) -> None:
    coal_kg_per_kwh = beijing.value("coal_equivalent_kg_per_kwh")

    assert 30e6 / coal_kg_per_kwh / 1000 / 8760 == pytest.approx(27.9, abs=0.05)


def test_liquid_readiness_rises_by_step(beijing: PolicyPack) -> None:
    assert [beijing.value("liquid_ready_share", y) for y in (2027, 2030, 2034, 2035)] == [0.3, 0.6, 0.6, 0.85]


def test_beijing_includes_the_national_rules(beijing: PolicyPack) -> None:
    national = read_policy_pack("national")

    assert {r.id for r in national.rules} < {r.id for r in beijing.rules}
    assert beijing.value("air_cooling_max_kw_per_rack", 2030) == 15.0
    assert beijing.value("occupancy_min_share", 2027, applies_to="new_build") == 0.60
    assert beijing.value("occupancy_min_share", 2027, applies_to="hub_start_area") == 0.65


def test_city_and_stock_rules_have_their_published_values(beijing: PolicyPack) -> None:
    assert beijing.value("water_cap_m3_per_year", 2030) == 16.8e6
    assert beijing.value("is_220_110_kv_expandable", 2030) == 0.0
    assert beijing.value("differential_tariff_pue", 2027) == 1.35
    assert beijing.value("differential_tariff_cny_per_mwh", 2027) == 200.0
    assert beijing.choice("wue_denominator") == "it_energy"
    assert beijing.choice("pue_scope") == "block"


def test_rules_that_state_no_number_are_marked_assumed(beijing: PolicyPack) -> None:
    marks = {r.id: r.confidence for r in beijing.rules}

    assert marks["no_drinking_water"] == marks["near_range_500_kv_radius"] == marks["liquid_ready_2030"] == "assumed"
    assert marks["pue_new_over_30kt"] == "medium"


def test_a_question_without_one_answer_is_refused_with_the_candidates(beijing: PolicyPack) -> None:
    with pytest.raises(UsageError, match="green_new_2025"):
        beijing.value("green_share")
    with pytest.raises(UsageError, match="no rule"):
        beijing.value("green_share", 2000, applies_to="new_build")
    with pytest.raises(UsageError, match="green_shares"):
        beijing.rows("green_shares")
    assert not beijing.has("differential_tariff_pue", 2025)
    assert beijing.has("differential_tariff_pue", 2026)


def test_every_rule_names_document_and_year(beijing: PolicyPack) -> None:
    table = beijing.table()

    assert len(table) == len(beijing.rules)
    assert (table["document"] != "").all()
    assert table["year"].between(2000, 2030).all()


def test_unknown_keys_and_wrong_units_are_reported_together(tmp_path: Path) -> None:
    wrong_unit = RULE.replace("id: a", "id: b").replace("unit: m3/year", "unit: L/year")
    unknown_key = RULE.replace("id: a", "id: c, form_year: 2030")

    assert problems_of(pack_file(tmp_path, RULE, wrong_unit, unknown_key)) == [
        (2, None, "policy_value"),
        (3, "form_year", "key_unknown"),
    ]


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert problems_of(pack_file(tmp_path, RULE, RULE)) == [(None, None, "policy_value")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("quantity: water_cap_m3_per_year", "quantity: water_cap"),
        ("value: 5", "value: many"),
        ("value: 5", "value: .nan"),
        ("value: 5", "value: -5"),
        ("quantity: water_cap_m3_per_year, value: 5, unit: m3/year", "quantity: pue_cap, value: 0.9, unit: '1'"),
        ("applies_to: city", "applies_to: town"),
    ],
)
def test_values_nobody_can_use_are_refused(tmp_path: Path, old: str, new: str) -> None:
    assert problems_of(pack_file(tmp_path, RULE.replace(old, new)))[0][0] == 1


def test_a_pack_of_ones_own_may_extend_a_bundled_one(tmp_path: Path) -> None:
    pack = read_policy_pack(pack_file(tmp_path, RULE, head="extends: beijing\n"))

    assert pack.value("water_cap_m3_per_year", 2027, applies_to="city") == 16.8e6
    assert pack.value("water_cap_m3_per_year", 2028, applies_to="city") == 5.0


def test_a_pack_that_extends_itself_or_nothing_known_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"

    with pytest.raises(UsageError, match="extends itself"):
        read_policy_pack(pack_file(tmp_path, RULE, head=f"extends: {path.as_posix()}\n"))
    with pytest.raises(UsageError, match="beijing, east_west, germany, national"):
        read_policy_pack("atlantis")


@pytest.mark.parametrize("path", sorted(PACKS.glob("*.yaml")), ids=lambda path: path.stem)
def test_bundled_packs_are_valid(path: Path) -> None:
    assert read_policy_pack(path).id == path.stem


def test_a_rule_that_is_shown_or_has_places_answers_no_question_of_the_model(beijing: PolicyPack) -> None:
    east_west = read_policy_pack("east_west")

    assert [r.effect for r in beijing.rows("is_drinking_water_allowed")] == ["label"]
    assert not beijing.has("is_drinking_water_allowed", 2030)
    assert {r.places for r in east_west.rows("pue_cap") if r.applies_to == "new_build"} >= {("NM-HL",), ("ningxia",)}
    assert not east_west.has("pue_cap", 2035)


def test_the_latest_of_each_series_holds_side_by_side() -> None:
    held = read_policy_pack("east_west").holding("green_share", 2031, audiences=("new_build", "hub_new"))

    assert {r.id: r.value for r in held} == {"green_new_2030": 0.75, "green_hub_2025": 0.8, "green_horinger_2024": 0.8}


def test_a_rule_replaces_the_inherited_one_only_when_it_says_so(tmp_path: Path) -> None:
    own = RULE.replace("id: a", "id: water_cap_city").replace("from_year: 2028", "from_year: 2026")
    said = own.replace("id: water_cap_city", "id: water_cap_city, replaces: true")

    assert problems_of(pack_file(tmp_path, own, head="extends: beijing\n")) == [(None, None, "policy_value")]
    pack = read_policy_pack(pack_file(tmp_path, said, head="extends: beijing\n"))
    assert [r.value for r in pack.rows("water_cap_m3_per_year")] == [5.0]
    assert not pack.has("water_cap_m3_per_year", 2025)


def test_a_rule_cannot_replace_what_is_not_inherited(tmp_path: Path) -> None:
    nothing = RULE.replace("id: a", "id: a, replaces: true")

    assert problems_of(pack_file(tmp_path, nothing, head="extends: national\n")) == [(None, "replaces", "policy_value")]


def test_a_pack_extends_a_file_beside_it(tmp_path: Path) -> None:
    parent = pack_file(tmp_path, RULE, head="extends: national\n")
    parent.rename(tmp_path / "parent.yaml")
    child = pack_file(tmp_path, RULE.replace("id: a", "id: b"), head="extends: parent.yaml\n")

    assert {"a", "b", "air_cooling_limit"} <= {r.id for r in read_policy_pack(child).rules}


@pytest.mark.parametrize(
    "extra",
    [
        "label: rejected",
        "places: [x], upper_kt_coal: 10",
        "effect: soft",
        "effect: label, label: good",
        "effect: price",
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(tmp_path: Path, extra: str) -> None:
    assert problems_of(pack_file(tmp_path, RULE.replace("id: a", f"id: a, {extra}")))[0][0] == 1


def test_a_pack_named_by_its_file_lies_beside_the_scenario(tmp_path: Path) -> None:
    pack_file(tmp_path, RULE, head="extends: national\n")
    folder = PACKS.parents[1] / "tests" / "cases" / "small_areas"
    text = (folder / "scenarios" / "reference.yaml").read_text(encoding="utf-8")
    text = text.replace("policy_pack: national", "policy_pack: mine.yaml").replace("region: ..", f"region: {folder}")
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")

    assert Path(load_scenario(tmp_path / "scenario.yaml").policy_pack) == tmp_path / "mine.yaml"
