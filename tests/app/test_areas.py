"""The desk with a region of areas, without stations, plants, zones or network: every page opens and says what it shows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner.desk.files import write_json
from planner.desk.view_key import view_file
from planner.desk.workspace import Workspace
from planner.scenario import load_scenario
from tests import desk_case
from tests.source import ROOT

REGION = "small_areas"
CASE = ROOT / "tests" / "cases" / REGION
REFERENCE = CASE / "scenarios" / "reference.yaml"
Page = Callable[..., AppTest]


def make_view() -> dict[str, Any]:
    from planner.desk.view import make_view as make
    from planner.read import read_region

    region = read_region(CASE)
    return dict(make(region, load_scenario(REFERENCE), base=region))


def make_plan() -> dict[str, Any]:
    from planner.pipeline import run

    return dict(json.loads(run(load_scenario(REFERENCE)).plan.to_json()))


@pytest.fixture(scope="session")
def area_view(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return desk_case.made_once(tmp_path_factory, "area_view", make_view)


@pytest.fixture(scope="session")
def area_plan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return desk_case.made_once(tmp_path_factory, "area_plan", make_plan)


@pytest.fixture
def areas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, area_view: dict[str, Any]) -> Workspace:
    """A desk with the region of areas open and its view there; no plan."""
    monkeypatch.setenv("SITE_BY_POWER_DESKS", str(tmp_path / "desks"))
    ws = Workspace.of(desk_case.TOKEN)
    shutil.copytree(CASE, ws.folder / "regions" / REGION)
    ws.save(region=REGION, lang="en")
    ref = ws.region(REGION)
    file = view_file(ws, ref, load_scenario(ref.scenarios[0]))
    write_json(file, {**area_view, "key": file.stem})
    return ws


@pytest.fixture
def planned_areas(areas: Workspace, area_plan: dict[str, Any]) -> Workspace:
    areas.put_plan("p1", area_plan, made_at="2026-01-01T08:00:00+00:00", kind="solve")
    areas.save(shown_plan="p1")
    return areas


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.error, *app.subheader]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["map", "scenario", "solve", "plan", "compare", "why", "data"])
def test_every_page_opens_with_a_plan(planned_areas: Workspace, page: Page, name: str, lang: str) -> None:
    app = page(name, lang=lang).run()

    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("name", ["map", "scenario", "solve", "plan", "why", "data"])
def test_every_page_opens_without_a_plan(areas: Workspace, page: Page, name: str) -> None:
    app = page(name).run()

    assert not app.exception
    assert not app.error


def test_the_plan_page_tells_hubs_green_book_and_that_no_network_was_checked(
    planned_areas: Workspace, page: Page
) -> None:
    app = page("plan").run()

    assert [tab.label for tab in app.tabs][:4] == ["Hubs", "Green book", "Rules", "Decide now"]
    assert "Not checked: this region has no network" in texts(app)
    heads = {head for frame in app.dataframe for head in frame.value.columns}
    assert {"Hub", "REF", "CUE (kg CO2/kWh IT)", "Required green share (%)"} <= heads
    labels = [metric.label for metric in app.metric]
    assert "Price of security" not in labels
    assert {"PUE 2035", "REF 2035", "CUE 2035"} <= set(labels)
