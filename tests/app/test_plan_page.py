"""The Plan page: the plan in view with its marks, figures, map and tables; choosing, renaming and deleting plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner.desk import jobs
from planner.desk.workspace import Workspace
from planner.map_view.selection import Selection
from planner.ui import plan_tabs, state
from planner.ui.state import Key

Page = Callable[..., AppTest]
LATER = "2026-01-02T08:00:00+00:00"


def badges(app: AppTest) -> str:
    return " ".join(str(markdown.value) for markdown in app.markdown)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def refused(plan: dict[str, Any]) -> dict[str, Any]:
    failures = [{"check": "feeds", "index": ["S1"], "expected": 1.0, "found": 2.0}]
    return {**plan, "audit": {"status": "failed", "n_checks": 9, "failures": failures}}


def infeasible(plan: dict[str, Any]) -> dict[str, Any]:
    short = {"constraint": "node_headroom", "index": ["Z1", 2030], "unit": "MVA", "amount": 20.0}
    ways = [{"families": ["power"], "is_enough": True, "shortfalls": [short]}]
    objective = {**plan["objective"], "value": None}
    return {**plan, "status": "infeasible", "objective": objective, "sites": [], "infeasible": {"ways": ways}}


def test_without_a_plan_the_page_leads_to_solve(desk: Workspace, page: Page) -> None:
    app = page("plan").run()

    assert not app.exception
    assert "no plan for this region yet" in app.info[0].value
    assert app.button(key="plan_go_solve").label == "Go to Solve"


def test_the_plan_is_shown_with_figures_verdict_map_and_tables(planned: Workspace, page: Page) -> None:
    app = page("plan").run()

    assert not app.exception
    plan = planned.plan("p1")
    assert len(app.metric) == 10
    assert metrics(app)["Sites"] == str(len(plan["sites"]))
    assert [tab.label for tab in app.tabs] == [
        "Sites",
        "What binds",
        "Costs",
        "Water and energy",
        "Grid check",
        "How it was made",
    ]
    assert len(app.get("deck_gl_json_chart")) == 1
    assert len(app.dataframe(key=plan_tabs.SITES).value) == len(plan["sites"])


def test_the_verdict_is_that_of_the_plans_own_check(planned: Workspace, page: Page) -> None:
    plan = planned.plan("p1")
    app = page("plan").run()
    verdict = {"secure": app.success, "insecure": app.error, "not_checked": app.warning}[plan["security"]]

    assert verdict
    assert "Audit passed" in badges(app)


def test_a_claim_of_security_without_a_check_is_not_believed(planned: Workspace, page: Page) -> None:
    grid = {"status": "not_checked", "reason": "not run", "is_synthetic": True, "rules": {}, "base": [], "outages": []}
    planned.put_plan("p1", {**planned.plan("p1"), "security": "secure", "grid": grid}, made_at=LATER, kind="solve")

    app = page("plan").run()

    assert not app.exception
    assert not app.success
    assert "NOT CHECKED" in app.warning[0].value
    assert "Synthetic grid" in badges(app)
    assert metrics(app)["Grid"] == "Not checked"


def test_the_page_speaks_chinese(planned: Workspace, page: Page) -> None:
    app = page("plan", lang="zh").run()

    assert not app.exception
    assert app.title[0].value == "方案"
    assert "费用" in metrics(app)
    assert app.tabs[1].label == "瓶颈约束"


def test_another_plan_can_be_chosen_and_stays_chosen(planned: Workspace, page: Page) -> None:
    second = {**planned.plan("p1"), "name": {"en": "Second", "zh": "第二"}, "sites": planned.plan("p1")["sites"][:1]}
    planned.put_plan("p2", second, made_at=LATER, kind="solve")
    app = page("plan").run()
    assert metrics(app)["Sites"] == "1"  # the newest

    app.selectbox(key="plan_choice").set_value("p1").run()

    assert not app.exception
    assert metrics(app)["Sites"] == str(len(planned.plan("p1")["sites"]))
    assert planned.load()["shown_plan"] == "p1"


def test_a_plan_can_be_renamed(planned: Workspace, page: Page) -> None:
    app = page("plan").run()
    app.text_input(key="plan_name").set_value("For the meeting").run()

    app.button(key="plan_rename").click().run()

    assert planned.plans()[0].name == "For the meeting"
    assert "For the meeting" in app.selectbox(key="plan_choice").options[0]


def test_a_plan_can_be_deleted(planned: Workspace, page: Page) -> None:
    app = page("plan").run()

    app.button(key="plan_delete").click().run()

    assert planned.plans() == []
    assert "no plan for this region yet" in app.info[0].value


def test_a_plan_that_the_audit_refuted_shows_no_figures(planned: Workspace, page: Page) -> None:
    planned.put_plan("p1", refused(planned.plan("p1")), made_at=LATER, kind="solve")

    app = page("plan").run()

    assert not app.exception
    assert not app.metric
    assert "NOT A VALID PLAN" in app.error[0].value
    assert app.dataframe[0].value["Check"].tolist() == ["feeds"]


def test_a_run_without_a_plan_says_what_is_short(planned: Workspace, page: Page) -> None:
    planned.put_plan("p1", infeasible(planned.plan("p1")), made_at=LATER, kind="solve")

    app = page("plan").run()

    assert not app.exception
    assert not app.metric
    assert "contradict" in app.error[0].value
    assert any("Short by 20 MVA" in str(markdown.value) for markdown in app.markdown)


def test_a_click_on_a_row_brings_its_place_to_the_map(planned: Workspace, page: Page) -> None:
    app = page("plan").run()
    first = app.dataframe(key=plan_tabs.SITES).value
    assert len(first) > 0

    app.session_state[plan_tabs.FOCUS] = Selection("sites", planned.plan("p1")["sites"][0]["id"])
    app.session_state[plan_tabs.CARD] = app.session_state[plan_tabs.FOCUS]
    app.session_state[plan_tabs.SCROLL] = 1
    app.run()

    assert not app.exception
    assert plan_tabs.SCROLL not in app.session_state
    assert len(app.get("deck_gl_json_chart")) == 1


def test_a_picked_row_is_what_the_map_and_its_card_tell_of(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, Any] = {"table": {"selection": {"rows": [1]}}}
    monkeypatch.setattr(plan_tabs.st, "session_state", kept)
    place = Selection("plants", "P1")
    table = plan_tabs.Table(["a"], [["x"], ["y"]], [None, place])

    plan_tabs.pick("table", table)

    assert kept[plan_tabs.FOCUS] == kept[plan_tabs.CARD] == place
    assert plan_tabs.SCROLL in kept


def test_a_picked_plant_keeps_its_chart_in_view(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, Any] = {plan_tabs.PLANTS: {"selection": {"rows": [0]}}}
    monkeypatch.setattr(plan_tabs.st, "session_state", kept)

    plan_tabs.pick(plan_tabs.PLANTS, plan_tabs.Table(["a"], [["x"]], [Selection("plants", "P1")]))

    assert plan_tabs.FOCUS in kept
    assert plan_tabs.SCROLL not in kept


@pytest.mark.parametrize("rows", [[], [0]])
def test_a_row_without_a_place_leaves_the_map_alone(monkeypatch: pytest.MonkeyPatch, rows: list[int]) -> None:
    kept: dict[str, Any] = {"table": {"selection": {"rows": rows}}}
    monkeypatch.setattr(plan_tabs.st, "session_state", kept)

    plan_tabs.pick("table", plan_tabs.Table(["a"], [["x"]], [None]))

    assert plan_tabs.FOCUS not in kept


def test_the_year_of_water_and_the_kind_of_money_can_be_changed(planned: Workspace, page: Page) -> None:
    app = page("plan").run()
    years = planned.plan("p1")["years"]

    app.radio(key=plan_tabs.MONEY_KIND).set_value(True)
    app.session_state[plan_tabs.WATER_YEAR] = years[0]
    app.toggle(key="plan_map_grid").set_value(True).run()

    assert not app.exception


def test_the_figures_stand_while_the_map_is_being_made(
    planned: Workspace, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "view", lambda *_args, **_kwargs: None)

    app = page("plan").run()

    assert not app.exception
    assert len(app.metric) == 10
    assert any("map of this region is being prepared" in info.value for info in app.info)


def test_levers_are_listed_and_what_is_not_there_is_said(planned: Workspace, page: Page) -> None:
    flexible = {"substation": "S1", "year": 2030, "mva": 5.0, "hours_share": 0.01, "energy_share": 0.001}
    built = {"node": "S1", "name": "Second unit", "name_zh": "第二台", "state": "s", "year_from": 2030,
             "cny_per_year": 1e6, "added_mva": 50.0}  # fmt: skip
    changes = {"reinforcements": [built], "flexible": [flexible], "limits": [], "plant_water": [], "unserved": []}
    planned.put_plan("p1", {**planned.plan("p1"), **changes}, made_at=LATER, kind="solve")

    app = page("plan").run()

    assert not app.exception
    assert {"Reinforcements", "Flexible load"} <= {head.value for head in app.subheader}
    texts = [str(markdown.value) for markdown in app.markdown]
    assert "No limit binds." in texts
    assert "All demand is served." in texts
    assert any(text.startswith("No site needs water in") for text in texts)


def test_data_that_changed_since_the_plan_is_told(planned: Workspace, page: Page) -> None:
    plan = planned.plan("p1")
    planned.put_plan("p1", {**plan, "region": {**plan["region"], "fingerprint": "0" * 64}}, made_at=LATER, kind="solve")

    app = page("plan").run()

    assert any("data of the region changed" in warning.value for warning in app.warning)


def test_a_first_answer_is_told_while_its_run_goes_on(
    planned: Workspace, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned.put_plan("p1", {**planned.plan("p1"), "gap": 0.5}, made_at=LATER, kind="solve")
    running = jobs.Status("j1", "solve", "running", plans=("p1",), revision=1)
    monkeypatch.setattr(jobs, "newest", lambda *_args: running)

    app = page("plan").run()

    assert not app.exception
    assert "gap 50.00 %, asked" in badges(app)


def test_a_better_plan_draws_the_page_anew(planned: Workspace, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = iter([jobs.Status("j1", "solve", "running", plans=("p1",), revision=1)] * 3)
    over = jobs.Status("j1", "solve", "done", plans=("p1",), revision=2)
    monkeypatch.setattr(jobs, "newest", lambda *_args: next(seen, over))

    app = page("plan").run()

    assert not app.exception
    assert "Still being improved" not in badges(app)


def test_names_cannot_put_an_image_into_the_page(planned: Workspace, page: Page) -> None:
    plan = planned.plan("p1")
    evil = "![x](http://a.invalid/x.png)"
    sites = [{**site, "name": evil} for site in plan["sites"]]
    planned.put_plan("p1", {**plan, "sites": sites}, made_at=LATER, kind="solve")

    app = page("plan").run()

    assert not app.exception
    texts = [
        str(element.value)
        for kind in ("markdown", "caption", "success", "error", "warning")
        for element in app.get(kind)
    ]
    assert not any(evil in text for text in texts)


def test_the_language_of_the_state_is_the_pages(planned: Workspace, page: Page) -> None:
    app = page("plan").run()
    app.session_state[Key.LANGUAGE] = "zh"

    app.run()

    assert app.title[0].value == "方案"
