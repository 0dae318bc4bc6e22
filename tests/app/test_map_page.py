"""The map page: controls, marks, cards, search, and what a map draws without asking anyone outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner.desk import jobs
from planner.desk.workspace import Workspace
from planner.ui.map_controls import MapKey
from planner.ui.state import Key

Page = Callable[..., AppTest]


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.error, *app.get("html")]
    return "\n".join(str(getattr(part, "value", "") or getattr(part.proto, "body", "")) for part in parts)


def spec(app: AppTest) -> dict[str, Any]:
    """Return the map's description as the browser gets it."""
    (chart,) = app.get("deck_gl_json_chart")
    return dict(json.loads(chart.proto.json))


def layers(app: AppTest) -> dict[str, dict[str, Any]]:
    return {layer["id"]: layer for layer in spec(app)["layers"]}


def pick(app: AppTest, layer: str, row: dict[str, Any]) -> AppTest:
    """Run the page as after a click on one thing of the map."""
    selection = {"indices": {layer: [0]}, "objects": {layer: [row]}}
    app.session_state[MapKey.MAP] = {"selection": selection}
    return app.run()


def test_without_a_plan_the_page_shows_what_is_there_and_the_three_steps(desk: Workspace, page: Page) -> None:
    app = page("map").run()

    assert not app.exception
    assert "No plan yet" in texts(app)
    assert "Three steps" in texts(app)
    assert {"districts", "study_area", "substations", "candidates", "scale"} <= layers(app).keys()
    assert "sites" not in layers(app)


def test_the_map_asks_no_map_server(desk: Workspace, page: Page) -> None:
    found = spec(page("map").run())

    assert not found.get("mapProvider")
    assert "http" not in json.dumps(found)


def test_with_a_plan_its_sites_feeds_and_verdict_are_shown(planned: Workspace, page: Page) -> None:
    app = page("map").run()

    assert not app.exception
    plan = planned.plan("p1")
    drawn = layers(app)
    assert {row["i"] for row in drawn["sites"]["data"]} == {site["id"] for site in plan["sites"]}
    assert drawn["feeds"]["data"]
    assert "Three steps" not in texts(app)
    assert "Headroom left at a station, 2035" in texts(app)


def test_the_year_changes_what_is_drawn(planned: Workspace, page: Page) -> None:
    app = page("map").run()
    late = layers(app)["sites"]["data"]

    app.session_state[MapKey.YEAR] = 2030
    app.run()

    assert not app.exception
    assert layers(app)["sites"]["data"] != late


def test_switches_take_layers_away_and_bring_them(desk: Workspace, page: Page) -> None:
    app = page("map").run()
    app.session_state[MapKey.LAYERS] = ["zones", "excluded", "exclusions", "grid_lines", "grid_stations", "outside"]
    app.run()

    assert not app.exception
    drawn = layers(app)
    assert {"zones", "zone-names", "excluded"} <= drawn.keys()
    assert not {"substations", "candidates", "plants", "district-names"} & drawn.keys()
    assert "Supply zone (drawn around its stations)" in texts(app)


def test_a_click_on_a_station_shows_its_card(planned: Workspace, page: Page) -> None:
    app = page("map").run()
    station = layers(app)["substations"]["data"][0]

    app = pick(app, "substations", station)

    assert not app.exception
    assert station["i"] in texts(app)
    assert "Free headroom (N-1)" in texts(app)
    assert list(app.dataframe[0].value.columns) == ["Year", "Before, MVA", "Used by the plan, MVA", "Left, MVA"]


def test_a_click_on_an_excluded_cell_tells_the_reason(desk: Workspace, page: Page) -> None:
    app = page("map").run()
    app.session_state[MapKey.LAYERS] = ["excluded"]
    row = layers(app.run())["excluded"]["data"][0]

    app = pick(app, "excluded", row)

    assert "Excluded because" in texts(app)


def test_search_brings_what_it_finds_into_focus(desk: Workspace, page: Page) -> None:
    app = page("map").run()
    whole = spec(app)["initialViewState"]
    name = layers(app)["substations"]["data"][0]["i"]

    app.text_input(key=MapKey.SEARCH).set_value(name.lower()).run()

    assert not app.exception
    assert spec(app)["initialViewState"]["zoom"] > whole["zoom"]
    assert "focus" in layers(app)
    assert name in texts(app)


def test_search_says_when_nothing_bears_the_name(desk: Workspace, page: Page) -> None:
    app = page("map").run()
    app.text_input(key=MapKey.SEARCH).set_value("no such place").run()

    assert "Nothing on this map is called that." in texts(app)
    assert "focus" not in layers(app)


def test_the_page_speaks_chinese(planned: Workspace, page: Page) -> None:
    app = page("map", lang="zh").run()

    assert not app.exception
    assert app.selectbox(key=MapKey.REGION).label == "区域"
    assert "变电站剩余可开放容量" in texts(app)
    station = layers(app)["substations"]["data"][0]
    assert "可开放容量（N-1）" in texts(pick(app, "substations", station))


def test_the_map_is_awaited_while_it_is_made(desk: Workspace, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "run_child", lambda _ws, _kind, _payload: "job")
    monkeypatch.setattr(jobs, "status", lambda _ws, job: jobs.Status(job, "view", "running"))
    for view in (desk.folder / "views").iterdir():
        view.unlink()

    app = page("map").run()

    assert not app.exception
    assert "being prepared" in texts(app)
    assert app.selectbox(key=MapKey.REGION).value == "small"


def test_another_region_is_opened(desk: Workspace, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "run_child", lambda _ws, _kind, _payload: "job")
    monkeypatch.setattr(jobs, "status", lambda _ws, job: jobs.Status(job, "view", "running"))
    app = page("map").run()

    app.selectbox(key=MapKey.REGION).set_value("beijing").run()

    assert not app.exception
    assert app.session_state[Key.REGION] == "beijing"
    assert desk.load()["region"] == "beijing"


@pytest.mark.parametrize("name", ["scenario", "solve", "plan"])
def test_each_step_has_its_button(desk: Workspace, page: Page, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from planner.ui import state

    went: list[str] = []
    monkeypatch.setattr(state, "go", went.append)

    page("map").run().button(key=f"map_to_{name}").click().run()

    assert went == [name]


def test_names_of_a_region_cannot_speak_to_the_map_library(
    desk: Workspace, page: Page, small_view: dict[str, Any]
) -> None:
    from tests import desk_case

    view = json.loads(json.dumps(small_view))
    columns = view["layers"]["substations"]["columns"]
    columns["name"][0] = columns["name_zh"][0] = "@@=alert(1)"
    desk_case.put_view(desk, view)

    drawn = layers(page("map").run())

    assert not [
        row
        for layer in drawn.values()
        for row in layer.get("data", [])
        for v in row.values()
        if str(v).startswith("@@")
    ]
