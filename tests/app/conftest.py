"""Desks for the tests of pages: the small region, its view and its plan are made once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner.desk.workspace import Workspace
from planner.ui.state import Key
from tests import desk_case


@pytest.fixture(scope="session")
def small_view(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return desk_case.made_once(tmp_path_factory, "small_view", desk_case.make_view)


@pytest.fixture(scope="session")
def small_plan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return desk_case.made_once(tmp_path_factory, "small_plan", desk_case.make_plan)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_view: dict[str, Any]) -> Workspace:
    """A desk with the small region open and its view there; no plan."""
    monkeypatch.setenv("SITE_BY_POWER_DESKS", str(tmp_path / "desks"))
    ws = desk_case.small_desk()
    desk_case.put_view(ws, small_view)
    return ws


@pytest.fixture
def planned(desk: Workspace, small_plan: dict[str, Any]) -> Workspace:
    """The same desk with one plan, `p1`."""
    desk.put_plan("p1", small_plan, made_at="2026-01-01T08:00:00+00:00", kind="solve")
    return desk


@pytest.fixture
def page(project: Path) -> Callable[..., AppTest]:
    """Open one page of the test's desk alone: `page("plan")`, in Chinese `page("plan", lang="zh")`."""

    def open_page(name: str, *, lang: str = "en") -> AppTest:
        app = AppTest.from_file(str(project / "planner" / "ui" / "pages" / f"{name}.py"), default_timeout=60)
        app.session_state[Key.DESK] = desk_case.TOKEN
        app.session_state[Key.LANGUAGE] = lang
        return app

    return open_page
