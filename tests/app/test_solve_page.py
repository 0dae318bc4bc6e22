"""The solve page: what is asked, a solve that runs, ends, fails, is lost, is cancelled."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner.desk import jobs
from planner.desk.files import read_json, write_json
from planner.desk.workspace import Workspace

Page = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs lie: these tests write what a worker would."""
    monkeypatch.setattr(jobs, "ensure_worker", lambda _ws: None)
    monkeypatch.setattr(jobs, "is_held", lambda _lock: True)


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.error]
    return "\n".join(str(part.value) for part in parts)


def running(ws: Workspace, **told: Any) -> str:
    job = jobs.submit(ws, "solve", {"region": "r", "scenario": {}})
    if told:
        write_json(ws.folder / "jobs" / job / "status.json", told)
    return job


def test_the_question_is_told_with_what_was_changed(desk: Workspace, page: Page) -> None:
    from planner.scenario import load_scenario

    scenario = load_scenario(desk.region("small").scenarios[0]).changed({"water.availability_share": 0.01})
    desk.save(scenario=json.loads(scenario.model_dump_json(exclude={"region"})))

    app = page("solve").run()

    assert not app.exception
    assert "Small plan" in texts(app)
    assert "2030 · 2035" in texts(app)
    assert "Changed from the reference (1)" in texts(app)


def test_the_button_hands_the_draft_to_the_worker(desk: Workspace, page: Page) -> None:
    app = page("solve").run()
    app.button(key="solve_start").click().run()

    job = jobs.newest(desk, "solve")
    assert job is not None
    assert job.request["scenario"]["name"]["en"] == "Small plan"
    assert job.request["region"] == str(desk.region("small").path)
    assert job.request["lang"] == "en"
    assert app.button(key="solve_start").disabled


def test_a_running_solve_shows_its_figures_and_rounds(desk: Workspace, page: Page) -> None:
    rounds = [
        {
            "round": 1,
            "n_cuts_dc": 2,
            "n_cuts_ac": 0,
            "n_cuts_no_good": 0,
            "value": 2.5e9,
            "n_counted": 3,
            "solve_s": 1.0,
            "check_s": 0.2,
        }
    ]
    running(
        desk,
        state="running",
        stage="solving",
        elapsed_s=12.0,
        incumbent=2.5e9,
        bound=2.4e9,
        gap=0.04,
        unit="CNY",
        rounds=rounds,
    )

    app = page("solve").run()

    shown = {metric.label: metric.value for metric in app.metric}
    assert float(shown["Time"].removesuffix(" s")) >= 12  # the clock goes on while the worker says nothing
    assert shown["Best plan so far"] == "2.5 billion CNY"
    assert shown["Gap"] == "4.00 %"
    assert app.dataframe[0].value["Situations outside limits"].tolist() == [3]


def test_the_stop_button_asks_the_worker_to_stop(desk: Workspace, page: Page) -> None:
    job = running(desk, state="running", stage="solving")

    app = page("solve").run()
    app.button(key="solve_stop").click().run()

    assert (desk.folder / "jobs" / job / "cancel").exists()
    assert "Stopping" in texts(app)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"state": "waiting", "n_ahead": 2}, "2 asked before you"),
        (
            {"state": "failed", "error": {"kind": "internal", "message": "ValueError: x", "problems": []}},
            r"ValueError\: x",
        ),
        ({"state": "failed", "error": {"kind": "InputProblems", "message": "1 problem", "problems": []}}, "1 problem"),
        ({"state": "lost"}, "died"),
        ({"state": "cancelled"}, "stopped before there was a plan"),
    ],
)
def test_every_state_has_its_sentence(desk: Workspace, page: Page, told: dict[str, Any], words: str) -> None:
    running(desk, **told)

    app = page("solve").run()

    assert not app.exception
    assert words in texts(app)


def test_a_job_not_yet_begun_is_about_to_start(desk: Workspace, page: Page) -> None:
    running(desk)

    assert "about to start" in texts(page("solve").run())


def test_a_finished_solve_tells_the_verdict_of_its_own_check(planned: Workspace, page: Page) -> None:
    running(planned, state="done", elapsed_s=9.0, plans=["p1"])

    app = page("solve").run()

    assert "secure" in app.success[0].value.lower()
    assert "9 s" in app.success[0].value


def test_an_insecure_plan_is_never_green(planned: Workspace, page: Page, small_plan: dict[str, Any]) -> None:
    planned.put_plan("p2", {**small_plan, "security": "insecure"}, made_at="2026-01-01T09:00:00+00:00", kind="solve")
    running(planned, state="done", elapsed_s=9.0, plans=["p2"])

    app = page("solve").run()

    assert not app.success
    assert "INSECURE" in app.error[0].value


def test_a_secure_plan_that_was_stopped_early_is_not_green_either(
    planned: Workspace, page: Page, small_plan: dict[str, Any]
) -> None:
    planned.put_plan("p2", {**small_plan, "status": "interrupted"}, made_at="2026-01-01T09:00:00+00:00", kind="solve")
    running(planned, state="done", elapsed_s=9.0, plans=["p2"])

    app = page("solve").run()

    assert not app.success
    assert "Interrupted" in app.warning[0].value


def test_the_page_speaks_chinese(desk: Workspace, page: Page) -> None:
    app = page("solve", lang="zh").run()

    assert app.title[0].value == "求解"
    assert app.button(key="solve_start").label == "求解"


def test_a_first_plan_may_be_looked_at_while_it_is_improved(planned: Workspace, page: Page) -> None:
    running(planned, state="running", stage="improving", plans=["p1"], revision=1)

    app = page("solve").run()

    assert any("first plan" in info.value for info in app.info)
    assert app.button(key="solve_first_plan").label == "Show this plan"
    assert read_json(planned.folder / "plans" / "p1" / "meta.json")["id"] == "p1"
