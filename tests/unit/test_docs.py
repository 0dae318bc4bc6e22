"""Pages made from the program are current, and links between pages lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planner.cli import make_app
from planner.cli_support import exit_code_meanings
from planner.docs_formulation import FORMULATION, formulation_markdown
from planner.docs_scenario import SCENARIO_KEYS, scenario_markdown
from planner.i18n import use_language

REMEDY = "run: planner docs"
PAGES = ["README.md", "README.zh-CN.md", "CHANGELOG.md", "benchmarks/README.md", "docs"]


def test_the_formulation_page_is_current(project: Path) -> None:
    assert (project / FORMULATION).read_text(encoding="utf-8") == formulation_markdown(), REMEDY


def test_the_formulation_page_holds_every_constraint_of_every_family() -> None:
    from models.siting import FAMILIES

    page = formulation_markdown()

    for family in FAMILIES:
        assert f"\n## {family.__name__.rsplit('.', 1)[-1]}\n" in page


def test_the_scenario_page_is_current(project: Path) -> None:
    assert (project / SCENARIO_KEYS).read_text(encoding="utf-8") == scenario_markdown(), REMEDY


def test_the_scenario_page_says_range_and_default() -> None:
    assert "| `availability_share` | number | >= 0, <= 1 | `0.02` |" in scenario_markdown()


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(project: Path, page: str) -> None:
    start = project / page

    for file in sorted(start.rglob("*.md")) if start.is_dir() else [start]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8")):
            assert "://" in target or (file.parent / target).exists(), f"{file.name}: {target}"


@pytest.mark.parametrize(("page", "lang"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_the_readme_tells_the_exit_codes_as_the_command_does(project: Path, page: str, lang: str) -> None:
    text = (project / page).read_text(encoding="utf-8")

    with use_language(lang):
        meanings = exit_code_meanings()

    assert [
        row for row in (f"| {int(code)} | {meaning} |" for code, meaning in meanings.items()) if row not in text
    ] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_every_command(project: Path, page: str) -> None:
    text = (project / page).read_text(encoding="utf-8")

    registered = [command for command in make_app().registered_commands if command.callback]
    commands = [str(command.callback.__name__).replace("_", "-") for command in registered if command.callback]

    assert [name for name in commands if name != "docs" and f"`planner {name}" not in text] == []
