"""The page Why: what is known about a place, the question to the worker, its answer, and contradictions."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner.desk import jobs
from planner.desk.files import write_json
from planner.desk.workspace import Workspace
from planner.ui import state

Page = Callable[..., AppTest]
MADE = "2026-01-03T08:00:00+00:00"


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs lie: these tests write what a worker would."""
    monkeypatch.setattr(jobs, "ensure_worker", lambda _ws: None)
    monkeypatch.setattr(jobs, "is_held", lambda _lock: True)


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.error, *app.subheader]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def asked(ws: Workspace, site: str, *, told: dict[str, Any], result: dict[str, Any] | None = None) -> str:
    job = jobs.submit(ws, "why", {"plan": "p1", "site": site, "wish": "out", "region": "r"})
    if result is not None:
        write_json(
            ws.folder / "jobs" / job / "result.json",
            {"base": "p1", "site": site, "wish": "out", "after": None, **result},
        )
    write_json(ws.folder / "jobs" / job / "status.json", told)
    return job


def stricter(plan: dict[str, Any]) -> dict[str, Any]:
    """A plan without the largest site that costs a fifth more."""
    other = copy.deepcopy(plan)
    other["sites"] = other["sites"][1:]
    other["objective"]["value"] *= 1.2
    other["bound"] *= 1.2
    return other


def infeasible(plan: dict[str, Any]) -> dict[str, Any]:
    short = {"constraint": "wished_site", "index": ["C003-002"], "unit": "MW IT", "amount": 440.0}
    demand = {"constraint": "demand_met", "index": ["A", "general", 2035], "unit": "MW IT", "amount": 40.0}
    ways = [{"families": ["clusters"], "is_enough": True, "is_least": True, "shortfalls": [short]},
            {"families": ["workload"], "is_enough": True, "is_least": False, "shortfalls": [demand]}]  # fmt: skip
    return {**copy.deepcopy(plan), "status": "infeasible", "security": "not_checked", "sites": [], "limits": [],
            "objective": {**plan["objective"], "value": None}, "infeasible": {"ways": ways}}  # fmt: skip


def largest(plan: dict[str, Any]) -> str:
    return str(max(plan["sites"], key=lambda site: site["it_mw"]["2035"])["id"])


def test_without_a_plan_there_is_nothing_to_ask(desk: Workspace, page: Page) -> None:
    app = page("why").run()

    assert not app.exception
    assert "There is no plan" in texts(app)


def test_the_largest_site_is_explained_first(planned: Workspace, page: Page, small_plan: dict[str, Any]) -> None:
    app = page("why").run()

    assert not app.exception
    assert app.selectbox(key="why_site_en").value == largest(small_plan)
    shown = texts(app)
    assert "in the plan" in shown
    assert "Fed from:" in shown
    assert "Serves" in shown
    assert "What is left at the stations in reach" in shown
    assert app.button(key="why_ask").label == "What if it were out?"
    assert app.get("deck_gl_json_chart")


def test_the_question_goes_to_the_worker_once(planned: Workspace, page: Page, small_plan: dict[str, Any]) -> None:
    app = page("why").run()
    app.button(key="why_ask").click().run()

    job = jobs.newest(planned, "why")
    assert job is not None
    expected = {"plan": "p1", "site": largest(small_plan), "wish": "out", "lang": "en"}
    assert expected.items() <= dict(job.request).items()
    assert job.request["region"] == str(planned.region("small").path)
    assert app.button(key="why_ask").disabled
    assert "Waiting for its turn" in texts(app)


def test_a_candidate_can_be_asked_in_and_an_excluded_place_cannot(
    planned: Workspace, page: Page, small_view: dict[str, Any], small_plan: dict[str, Any]
) -> None:
    columns = small_view["layers"]["candidates"]["columns"]
    status = dict(zip(columns["id"], columns["status"], strict=True))
    chosen = {site["id"] for site in small_plan["sites"]}
    free = next(site for site, found in status.items() if found == "candidate" and site not in chosen)
    barred = next(site for site, found in status.items() if found == "excluded")

    app = page("why").run()
    app.selectbox(key="why_site_en").select(free).run()
    assert app.button(key="why_ask").label == "What if it were in?"
    app.selectbox(key="why_site_en").select(barred).run()

    assert not app.exception
    assert "excluded" in texts(app)
    assert "come before any plan" in texts(app)
    assert not [button for button in app.button if button.key == "why_ask"]


def test_a_running_question_shows_how_it_stands_and_can_be_stopped(planned: Workspace, page: Page) -> None:
    rounds = [{"round": 1, "n_cuts_dc": 0, "n_cuts_ac": 0, "n_cuts_no_good": 0, "value": 1e9, "n_counted": 3,
               "solve_s": 2.0, "check_s": 0.2}]  # fmt: skip
    told = {"state": "running", "stage": "solving", "incumbent": 1.5e9, "bound": 1e9, "gap": 0.33, "unit": "CNY",
            "rounds": rounds, "elapsed_s": 4.0}  # fmt: skip
    job = asked(planned, "elsewhere", told=told)

    app = page("why").run()

    assert not app.exception
    assert "another place" in texts(app)
    assert "1.5 billion CNY" in texts(app)
    app.button(key="why_stop").click().run()
    assert jobs.status(planned, job).is_cancelled
    assert "Stopping" in texts(app)


def test_the_answer_tells_cost_range_moves_and_limits(
    planned: Workspace, page: Page, small_plan: dict[str, Any]
) -> None:
    planned.put_plan("w1", stricter(small_plan), made_at=MADE, kind="why")
    asked(planned, largest(small_plan), told={"state": "done"}, result={"plan": "w1"})

    app = page("why").run()

    assert not app.exception
    (box,) = app.success
    assert "the best plan costs" in box.value
    assert "at these gaps" in box.value
    assert "Sites that change" in texts(app)
    assert any("no longer" in set(frame.value.get("Change", [])) for frame in app.dataframe)
    assert app.button(key="why_show_plan")


def test_an_insecure_answer_is_never_green(planned: Workspace, page: Page, small_plan: dict[str, Any]) -> None:
    planned.put_plan("w1", {**stricter(small_plan), "security": "insecure"}, made_at=MADE, kind="why")
    asked(planned, largest(small_plan), told={"state": "done"}, result={"plan": "w1"})

    app = page("why").run()

    assert not app.success
    assert "INSECURE" in app.error[0].value


def test_a_wish_that_cannot_be_met_is_told_with_what_contradicts(
    planned: Workspace, page: Page, small_plan: dict[str, Any]
) -> None:
    result = {"plan": None, "after": infeasible(small_plan)}
    asked(planned, largest(small_plan), told={"state": "done"}, result=result)

    app = page("why").run()

    assert not app.exception
    assert "there is no plan" in app.error[0].value
    assert "cannot hold together: **Clusters + Demand and latency**" in texts(app)
    assert "440 MW IT missing" in texts(app)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"state": "lost"}, "died"),
        (
            {"state": "failed", "error": {"kind": "UsageError", "message": "said already", "problems": []}},
            "said already",
        ),
    ],
)
def test_a_question_that_failed_says_so(
    planned: Workspace, page: Page, small_plan: dict[str, Any], told: dict[str, Any], expected: str
) -> None:
    asked(planned, largest(small_plan), told=told)

    assert expected in page("why").run().error[0].value


def test_a_scenario_that_contradicts_itself_is_explained(
    desk: Workspace, page: Page, small_plan: dict[str, Any]
) -> None:
    desk.put_plan("p1", infeasible(small_plan), made_at=MADE, kind="solve")

    app = page("why").run()

    assert not app.exception
    shown = texts(app)
    assert "cannot hold together" in app.error[0].value
    assert "Any one of these ways" in shown
    assert "440 MW IT missing" in shown
    assert "At least this much" in shown
    assert "Take back or lower the wish" in shown
    assert "(Scenario ›" in shown


def test_a_run_without_a_plan_is_no_contradiction(desk: Workspace, page: Page, small_plan: dict[str, Any]) -> None:
    plan = {**infeasible(small_plan), "status": "no_plan", "infeasible": None}
    desk.put_plan("p1", plan, made_at=MADE, kind="solve")

    assert "ended before" in page("why").run().warning[0].value


def clicked(app: AppTest, layer: str, ident: str) -> AppTest:
    row = {"i": ident}
    app.session_state["why_map"] = {"selection": {"indices": {layer: [0]}, "objects": {layer: [row]}}}
    return app.run()


def test_the_place_clicked_on_the_map_is_chosen(planned: Workspace, page: Page, small_plan: dict[str, Any]) -> None:
    first, other = largest(small_plan), min(small_plan["sites"], key=lambda site: site["it_mw"]["2035"])["id"]

    app = clicked(page("why").run(), "sites", other)
    assert app.selectbox(key="why_site_en").value == other
    app = clicked(app, "feeds", f"{first}|somewhere")
    assert app.selectbox(key="why_site_en").value == first
    app = clicked(app, "districts", "A")
    assert app.selectbox(key="why_site_en").value == first
    assert not app.exception


def test_the_map_may_still_be_made(
    planned: Workspace, page: Page, small_plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (planned.folder, planned.folder.parent):
        for file in (folder / "views").glob("*.json"):
            file.unlink()
    asked_for = []
    monkeypatch.setattr(jobs, "run_child", lambda ws, kind, payload: asked_for.append(kind) or "v1")
    monkeypatch.setattr(jobs, "status", lambda ws, job: jobs.Status(job, "view", "running"))

    app = page("why").run()

    assert not app.exception
    assert asked_for == ["view"]
    assert "map of the region is being made" in texts(app)
    assert app.selectbox(key="why_site_en").value == largest(small_plan)


@pytest.mark.parametrize(("key", "expected"), [("why_show_plan", "plan"), ("why_scenario", "scenario")])
def test_the_way_on(
    planned: Workspace, page: Page, small_plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch, key: str, expected: str
) -> None:
    gone: list[str] = []
    monkeypatch.setattr(state, "go", gone.append)
    planned.put_plan("w1", stricter(small_plan), made_at=MADE, kind="why")
    after = infeasible(small_plan) if key == "why_scenario" else None
    asked(planned, largest(small_plan), told={"state": "done"}, result={"plan": "w1", "after": after})

    page("why").run().button(key=key).click().run()

    assert gone == [expected]
    assert (planned.load().get("shown_plan") == "w1") == (expected == "plan")


def test_the_place_stays_when_the_language_changes(planned: Workspace, page: Page, small_plan: dict[str, Any]) -> None:
    other = min(small_plan["sites"], key=lambda site: site["it_mw"]["2035"])["id"]
    app = page("why").run()
    app.selectbox(key="why_site_en").select(other).run()
    app.session_state["language"] = "zh"
    app.run()

    assert app.selectbox(key="why_site_zh").value == other


def test_in_chinese(planned: Workspace, page: Page) -> None:
    app = page("why", lang="zh").run()

    assert not app.exception
    assert app.button(key="why_ask").label == "如果不选它会怎样？"
    assert "供电来自" in texts(app)
