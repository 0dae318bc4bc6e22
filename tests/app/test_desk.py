"""The frame: navigation, language, what is open, who is here; and what the pages share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner.desk import jobs, prewarm
from planner.desk.files import write_json
from planner.desk.workspace import Workspace
from planner.scenario import load_scenario
from planner.ui import state
from planner.ui.state import Key
from tests.desk_case import TOKEN

PAGES = ("map", "scenario", "solve", "plan", "compare", "why", "data")


@pytest.fixture
def app(project: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(prewarm, "start", lambda: None)
    monkeypatch.setattr(jobs, "ensure_worker", lambda _ws: None)
    found = AppTest.from_file(str(project / "app.py"), default_timeout=60)
    found.session_state[Key.DESK] = TOKEN
    return found


def test_the_frame_tells_what_is_open_and_remembers_the_language(planned: Workspace, app: AppTest) -> None:
    app.run()
    assert "Small plan" in app.sidebar.markdown[0].value

    app.sidebar.radio(key=Key.LANGUAGE).set_value("zh").run()

    assert not app.exception
    assert "小方案" in app.sidebar.markdown[0].value
    assert planned.load()["lang"] == "zh"


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_reached_by_navigation(planned: Workspace, app: AppTest, name: str) -> None:
    app.run()

    app.switch_page(f"planner/ui/pages/{name}.py").run()

    assert not app.exception
    assert app.sidebar.radio(key=Key.LANGUAGE).value == "en"


def test_a_running_job_is_told_on_every_page(planned: Workspace, app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "ensure_worker", lambda _ws: None)
    monkeypatch.setattr(jobs, "is_held", lambda _lock: True)
    job = jobs.submit(planned, "solve", {})
    write_json(planned.folder / "jobs" / job / "status.json", {"state": "running", "elapsed_s": 7.0})

    app.run()

    assert any("7 s" in caption.value for caption in app.sidebar.caption)


def test_pages_that_ask_let_the_worker_load_the_region_once(planned: Workspace, app: AppTest) -> None:
    app.run()
    assert jobs.newest(planned, "warm") is None

    for name in ("scenario", "solve"):
        app.switch_page(f"planner/ui/pages/{name}.py").run()

    assert len(list((planned.folder / "jobs").iterdir())) == 1
    job = jobs.newest(planned, "warm")
    assert job is not None
    assert job.request["region"] == str(planned.region("small").path)


def probe(lines: str) -> AppTest:
    """Return an app of some lines with `state` in hand, on the test's desk."""
    text = f"import streamlit as st\nfrom planner.ui import state\nwith state.page():\n    {lines}\n"
    found = AppTest.from_string(text, default_timeout=60)
    found.session_state[Key.DESK] = TOKEN
    return found


def test_a_signed_in_user_needs_no_cookie_and_nobody_else_gets_in(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_BY_POWER_USER_HEADER", "X-Forwarded-User")

    app = probe("st.write(state.desk().folder)").run()

    assert "Nobody is signed in" in app.error[0].value
    assert not app.markdown


def test_a_draft_that_is_refused_gives_way_to_the_reference(desk: Workspace) -> None:
    desk.save(scenario={"years": "never"})

    app = probe("st.write(state.draft().name.en)").run()

    assert "cannot be used" in app.warning[0].value
    assert app.markdown[0].value == "Small plan"


def test_a_changed_draft_outlives_the_page(desk: Workspace) -> None:
    probe("state.set_draft(state.draft().changed({'demand_scale': 0.5}))").run()

    app = probe("st.write(str(state.draft().demand_scale))").run()

    assert app.markdown[0].value == "0.5"
    assert desk.load()["scenario"]["demand_scale"] == 0.5


def test_another_region_opens_with_its_own_reference(desk: Workspace) -> None:
    probe("state.open_region('beijing')").run()

    app = probe("st.write(state.draft().name.en + '/' + state.region_ref().id)").run()

    assert app.markdown[0].value == "Beijing reference/beijing"


def test_a_region_that_is_gone_gives_way_to_the_first(desk: Workspace) -> None:
    desk.save(region="gone", scenario=None)

    assert probe("st.write(state.region_ref().id)").run().markdown[0].value == "beijing"


def test_the_newest_plan_is_in_view_until_one_is_chosen(planned: Workspace, small_plan: dict[str, Any]) -> None:
    planned.put_plan("p2", small_plan, made_at="2026-01-02T00:00:00+00:00", kind="solve")
    planned.put_plan("p3", small_plan, made_at="2026-01-03T00:00:00+00:00", kind="why")

    assert probe("st.write(state.shown_plan_id())").run().markdown[0].value == "p2"
    app = probe("state.show_plan('p1')\n    st.write(state.shown_plan_id() + state.shown_plan()['status'])").run()
    assert app.markdown[0].value == "p1optimal"


def test_a_view_is_asked_of_a_child_once_and_its_failure_is_told(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def run_child(ws: Workspace, kind: str, payload: dict[str, Any]) -> str:
        asked.append(payload)
        folder = ws.folder / "jobs" / "j1"
        folder.mkdir()
        write_json(folder / "request.json", {"kind": kind, "payload": payload, "asked_at": 0.0})
        return "j1"

    monkeypatch.setattr(jobs, "run_child", run_child)
    scenario = load_scenario(desk.region("small").scenarios[0]).changed({"screening.cell_km": 4.0})
    desk.save(scenario=json.loads(scenario.model_dump_json(exclude={"region"})))
    app = probe("st.write(str(state.view()))").run()
    assert app.markdown[0].value == "None"
    write_json(
        desk.folder / "jobs" / "j1" / "status.json",
        {"state": "failed", "error": {"kind": "internal", "message": "ValueError: x", "problems": []}},
    )

    app.run()

    assert len(asked) == 1
    assert r"ValueError\: x" in app.error[0].value


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (jobs.Status("j", "view", "lost"), "died"),
        (jobs.Status("j", "view", "cancelled"), "cancelled"),
        (jobs.Status("j", "view", "failed", error={"kind": "UsageError", "message": "no such"}), "no such"),
    ],
)
def test_what_went_wrong_is_a_sentence(told: jobs.Status, words: str) -> None:
    assert words in state.job_error(told)


def test_a_plan_that_is_replaced_is_read_anew(planned: Workspace, small_plan: dict[str, Any]) -> None:
    line = "st.write(state.shown_plan()['status'])"
    assert probe(line).run().markdown[0].value == "optimal"

    planned.put_plan("p1", {**small_plan, "status": "time_limit"}, made_at="2026-01-01T00:00:00+00:00", kind="solve")

    assert probe(line).run().markdown[0].value == "time_limit"
