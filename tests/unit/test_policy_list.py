"""Packs as they are printed: every rule in both languages, as JSON, and on the page made from them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.cli import main
from planner.policy import pack_names, read_policy_pack
from planner.policy_list import POLICIES, own_rules, policies_markdown
from planner.policy_quantities import CHOICES, QUANTITIES
from planner.policy_words import choice_name, quantity_name

USER = """\
schema_version: 1
id: mine
name: {en: Mine, zh: 我的}
extends: east_west
rules:
  - {id: pue_ningxia_ban_2023, replaces: true, quantity: pue_cap, value: 1.4, unit: "1", applies_to: new_build, from_year: 2026, places: [ningxia], document: Own, clause: "3", year: 2025, confidence: assumed}
"""


def run(*args: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a command prints."""
    with pytest.raises(SystemExit) as ended:
        main(list(args))
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_lists_every_rule_of_every_pack(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = run("--lang", lang, "policies", capsys=capsys)

    for name in pack_names():
        for rule in read_policy_pack(name).rules:
            assert f"· {rule.id}\n" in text
            assert rule.document in text


def test_a_pack_is_listed_with_what_it_inherits_and_names_places(capsys: pytest.CaptureFixture[str]) -> None:
    text = run("policies", "--pack", "east_west", capsys=capsys)

    assert "1.3 from 2023 · new build · Ningxia · limit · pue_ningxia_ban_2023" in text
    assert "关于支持中卫大数据产业中心高质量发展的实施方案, 绿色数据中心集群 (2023)" in text
    assert "air_cooling_limit" in text
    assert "30 % from 2025 · new build · everywhere · limit · green_new_2025" in text
    assert text.count("assumed reading") > 5


def test_chinese_names_places_and_effects(capsys: pytest.CaptureFixture[str]) -> None:
    text = run("--lang", "zh", "policies", "--pack", "east_west", capsys=capsys)

    assert "2023 年起 1.3 · 新建 · 宁夏枢纽 · 约束 · pue_ningxia_ban_2023" in text
    assert "仅提示（有条件可行）" in text or "仅提示 (有条件可行)" in text


def test_a_pack_of_ones_own_by_path_and_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(USER, encoding="utf-8")

    found = json.loads(run("policies", "--pack", str(path), "--json", capsys=capsys))["packs"]

    values = {rule["id"]: rule["value"] for rule in found[0]["rules"]}
    assert values["pue_ningxia_ban_2023"] == 1.4
    assert "green_new_2032" in values


def test_all_packs_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run("policies", "--json", capsys=capsys))["packs"]

    assert [pack["id"] for pack in found] == pack_names()
    assert {"document", "clause", "from_year", "applies_to", "value", "effect", "places"} <= set(found[0]["rules"][0])


def test_the_page_is_current_and_has_a_line_for_every_rule(project: Path) -> None:
    page = policies_markdown()

    assert (project / POLICIES).read_text(encoding="utf-8") == page, "run: planner docs"
    own = [rule.id for name in pack_names() for rule in own_rules(read_policy_pack(name))]
    assert [page.count(f"| `{name}` |") for name in own] == [own.count(name) for name in own]


def test_every_quantity_and_every_reading_has_a_name() -> None:
    assert [name for name in QUANTITIES if quantity_name(name) == name.replace("_", " ")] == []
    assert [word for words in CHOICES.values() for word in words if choice_name(word) == word] == []
