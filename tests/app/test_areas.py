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
from planner.knobs import groups
from planner.knobs.sheets import sheet
from planner.map_view.cards import card_of
from planner.map_view.selection import Selection
from planner.scenario import Scenario, load_scenario
from planner.ui.state import Key
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


@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.slow), "zh"])
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


def test_the_groups_of_a_region_of_areas_show_their_knobs_and_tables(areas: Workspace, page: Page) -> None:
    app = page("scenario").run()
    shown = [group for group in groups() if not group.is_hidden and group.needs != "stations"]
    for group in shown:
        app.session_state["scenario_group"] = group.id
        app.run()

        assert not app.exception, group.id
        assert not app.error, group.id
        assert app.subheader[0].value == group.title.en
    tables = {"hubs": {"hub_limits", "market_factors", "certificates", "markets"}, "phasing": {"lead_years", "budget"}}
    for name, wanted in tables.items():
        app.session_state["scenario_group"] = name
        app.run()

        assert {str(frame.key).removeprefix("sheet_").rsplit("_en_", 1)[0] for frame in app.dataframe} == wanted


def test_a_limit_of_a_hub_and_a_lead_time_reach_the_scenario(areas: Workspace, page: Page) -> None:
    app = page("scenario").run()
    scenario: Scenario = app.session_state[Key.DRAFT]
    tables = json.loads(next((areas.folder / "views").glob("*.json")).read_text(encoding="utf-8"))["tables"]

    limits, leads, budgets = (sheet(name, scenario, tables) for name in ("hub_limits", "lead_years", "budget"))
    assert limits
    assert leads
    assert budgets
    changes = {
        **limits.changes({0: {"2030": 5000.0}}),
        **leads.changes({1: {"years": 3}}),
        **budgets.changes({0: {"2035": 2500.0}}),
    }
    changed = scenario.changed(changes)

    assert changed.hubs["coast"].energy_mwh == {2030: 5000.0}
    assert changed.phasing.lead_of("A1") == 3
    assert changed.phasing.budget_cny == {2035: 2.5e9}
    emptied = sheet("hub_limits", changed, tables)
    assert emptied is not None
    assert not changed.changed(emptied.changes({0: {"2030": None}})).hubs["coast"].energy_mwh


def test_an_area_card_says_what_is_not_known(area_view: dict[str, Any]) -> None:
    card = card_of(area_view, None, Selection("candidates", "A2"), lang="en")
    facts = {fact.label: fact.value for fact in card.facts}

    assert facts["Standard racks today (2024)"] == "unknown"
    assert facts["Hub"] == "Plain hub (west)"
    assert facts["Price of energy"] == "0.3 CNY/kWh"


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
