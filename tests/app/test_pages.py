"""The pages, alone and by navigation."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from planner.ui.state import Key
from tests.export_sample import sample_plan, secure_plan

PAGE = Path("planner") / "ui" / "pages" / "plan.py"
SAMPLE = Path(__file__).parents[1] / "cases" / "sample_plan"


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    shutil.copy(SAMPLE / "plan.json", tmp_path)
    (tmp_path / "map.html").write_text("<p>map</p>", encoding="utf-8")
    return tmp_path


def page(project: Path, folder: Path, file: Path = PAGE) -> AppTest:
    app = AppTest.from_file(str(project / file), default_timeout=30)
    app.session_state[Key.FOLDER] = str(folder)
    return app


def test_without_a_plan_the_page_says_how_to_make_one(project: Path, tmp_path: Path) -> None:
    app = page(project, tmp_path).run()

    assert not app.exception
    assert "planner demo" in app.info[0].value


def test_the_page_shows_the_printed_plan(project: Path, exported: Path) -> None:
    app = page(project, exported).run()

    assert not app.exception
    assert "Plan " in app.code[0].value
    assert str(exported) in app.caption[0].value


def test_the_page_bears_the_badge_and_the_limits_learned(project: Path, exported: Path) -> None:
    app = page(project, exported).run()

    assert "INSECURE: 2 of 8" in app.error[0].value
    assert "Limiting: T-BJ500-14" in app.error[0].value
    assert not app.success
    assert [head.value for head in app.subheader] == ["Limits learned", "Rounds", "Reinforcements", "Flexible load"]
    assert len(app.dataframe[0].value) == 4


def test_a_secure_plan_has_a_green_badge(project: Path, exported: Path) -> None:
    (exported / "plan.json").write_text(json.dumps(secure_plan()), encoding="utf-8")

    app = page(project, exported).run()

    assert not app.error
    assert "Reached after 3 rounds" in app.success[0].value


def test_names_cannot_put_an_image_into_the_badge(project: Path, exported: Path) -> None:
    plan = sample_plan()
    plan["grid"]["limiting"]["element"] = "![x](http://a.invalid/x.png)"
    (exported / "plan.json").write_text(json.dumps(plan), encoding="utf-8")

    app = page(project, exported).run()

    assert r"\!\[x\](http" in app.error[0].value


def test_the_page_changes_its_language(project: Path, exported: Path) -> None:
    app = page(project, exported).run()

    app.radio(key=Key.LANGUAGE).set_value("zh").run()

    assert not app.exception
    assert app.title[0].value == "最近的方案"
    assert "方案" in app.code[0].value


def test_navigation_opens_the_page(project: Path, exported: Path) -> None:
    app = page(project, exported, Path("app.py")).run()

    assert not app.exception
    assert app.title[0].value == "The last plan"
