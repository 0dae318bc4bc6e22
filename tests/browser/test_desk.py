"""The desk in a real browser, as planners use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from planner.desk.workspace import Workspace

pytestmark = pytest.mark.browser
Visitor = Callable[..., Any]
Small = tuple[str, Workspace]


def test_it_opens_and_speaks_chinese_also_after_a_reload(visit: Visitor) -> None:
    user = visit()

    user.page.get_by_text("中文").first.click()
    user.page.get_by_test_id("stTopNavLink").filter(has_text="地图").first.wait_for()
    user.page.reload()
    user.page.get_by_test_id("stTopNavLink").filter(has_text="地图").first.wait_for()

    assert user.outside == []


def test_a_browser_set_to_chinese_gets_chinese(visit: Visitor) -> None:
    user = visit(locale="zh-CN")

    user.page.get_by_test_id("stTopNavLink").filter(has_text="求解").first.wait_for()


def test_a_knob_is_changed_and_the_plan_is_solved_and_seen(visit: Visitor, small: Small) -> None:
    token, _ws = small
    user = visit(token=token)

    user.go("Solve")
    user.button("solve_start").click()
    user.shows("See the plan")
    user.button("solve_see_plan").click()
    user.shows("Secure")

    assert user.outside == []
    assert user.errors == []
