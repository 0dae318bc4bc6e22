"""The frame and the pages when a desk's files are damaged, gone, or not to be written; and names that want to be markup."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner.desk import prewarm
from planner.desk.workspace import Workspace
from planner.ui import state
from planner.ui.state import Key
from tests.desk_case import TOKEN

Page = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The frame starts none of its helpers here."""
    monkeypatch.setattr(state.jobs, "_start", lambda *_args, **_options: None)
    monkeypatch.setattr(prewarm, "start", lambda: None)


def framed(project: Path) -> AppTest:
    app = AppTest.from_file(str(project / "app.py"), default_timeout=60)
    app.session_state[Key.DESK] = TOKEN
    return app


def test_damage_is_told_on_every_page_until_it_is_deleted(planned: Workspace, project: Path) -> None:
    (planned.folder / "plans" / "p1" / "meta.json").write_text("{")
    (planned.folder / "regions" / "small" / "region.yaml").write_text("")

    app = framed(project).run()

    assert not app.exception
    assert "p1, small" in app.sidebar.warning[0].value
    app.button(key="desk_clear_damaged").click().run()
    assert not app.exception
    assert not app.sidebar.warning


def test_a_damaged_plan_is_told_and_the_next_look_goes_on(planned: Workspace, page: Page) -> None:
    (planned.folder / "plans" / "p1" / "plan.json").write_text('{"status": "optimal"')

    app = page("plan").run()

    assert not app.exception
    assert "damaged" in app.error[0].value
    app = page("plan").run()
    assert not app.error
    assert "no plan" in app.info[0].value


def test_a_damaged_view_is_made_again(desk: Workspace, monkeypatch: pytest.MonkeyPatch, page: Page) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(state.jobs, "run_child", lambda *args: asked.append(args) or "j1")
    for file in (desk.folder / "views").glob("*.json"):
        file.write_text("{")

    app = page("map").run()

    assert not app.exception
    assert asked


def test_what_cannot_be_kept_is_told_and_the_visit_goes_on(desk: Workspace, project: Path) -> None:
    app = framed(project).run()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        app.radio(key=Key.LANGUAGE).set_value("zh").run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert not app.exception
    assert "无法写入" in app.sidebar.error[0].value or "cannot be written" in app.sidebar.error[0].value
    app.radio(key=Key.LANGUAGE).set_value("en").run()
    assert not app.sidebar.error


def test_a_region_deleted_in_another_window_takes_its_draft_along(desk: Workspace) -> None:
    def script() -> None:
        import streamlit as st

        from planner.ui import state

        with state.page():
            st.write(f"{state.region_ref().id} {state.draft().name.en}")

    app = AppTest.from_function(script)
    app.session_state[Key.DESK] = TOKEN
    assert app.run().markdown[0].value == "small Small plan"

    desk.delete_region("small")

    assert app.run().markdown[0].value == "beijing Beijing reference"
    again = AppTest.from_function(script)
    again.session_state[Key.DESK] = TOKEN
    assert again.run().markdown[0].value == "beijing Beijing reference"


@pytest.mark.parametrize("name", ["map", "scenario", "solve", "plan", "compare", "why", "data"])
def test_pages_open_after_plan_and_region_were_deleted_elsewhere(planned: Workspace, page: Page, name: str) -> None:
    planned.save(shown_plan="p1", pinned="p1")
    app = page(name).run()
    planned.delete_plan("p1")
    planned.delete_region("small")

    app.run()

    assert not app.exception


@pytest.mark.parametrize(
    "cookie",
    [
        "user:bob",
        "",
        "..",
        "a" * 19,
        "a" * 101,
        "';alert(1)//aaaaaaaaaaaaaaaaaaaa",
        "a" * 20 + "\n",
        "中" * 30,
        "a" * 9000,
    ],
)
def test_a_cookie_that_the_program_never_gave_opens_no_desk(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch, cookie: str
) -> None:
    assert state.SECRET.fullmatch(cookie) is None
    assert state.SECRET.fullmatch(state.secrets.token_urlsafe(32))


def test_a_refusal_with_markup_in_it_is_shown_as_it_is(desk: Workspace) -> None:
    def script() -> None:
        from planner.errors import UsageError
        from planner.ui import state

        with state.page():
            raise UsageError("![x](http://example.invalid/x.png)")

    app = AppTest.from_function(script)
    app.session_state[Key.DESK] = TOKEN

    assert app.run().error[0].value == r"\!\[x\](http\://example.invalid/x.png)"


def test_two_windows_that_press_solve_start_one(desk: Workspace, page: Page) -> None:
    one, other = page("solve").run(), page("solve").run()

    one.button(key="solve_start").click().run()
    other.button(key="solve_start").click().run()

    assert len([job for job in state.jobs.running(desk) if job.kind == "solve"]) == 1
    assert not other.exception
