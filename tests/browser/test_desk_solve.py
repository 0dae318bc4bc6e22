"""Solves in a real browser: stopped, through a reload, beside another user's, after a crash; and a server that starts anew."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.desk import jobs
from planner.desk.workspace import Workspace
from tests.browser.conftest import Small
from tests.browser.desk_server import Server
from tests.browser.visitor import PAGES, Visit, awaited

pytestmark = pytest.mark.browser
Visitor = Callable[..., Visit]
BEIJING_S = 600.0  # until the first plan on a machine with much other work


def solve_of(ws: Workspace) -> Any:
    return awaited(lambda: jobs.newest(ws, "solve"), "nothing was asked")


def worker_of(ws: Workspace) -> int:
    """Return the process id of the worker of a desk."""
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = line.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"planner.desk.worker" in command and str(ws.folder).encode() in command:
            return int(line.parent.name)
    raise AssertionError("no worker lives")


def test_a_solve_outlives_a_reload_and_keeps_its_best_plan_when_stopped(server: Server, visit: Visitor) -> None:
    token = secrets.token_hex(16)
    ws = server.desk(token)
    user = visit("solve", token=token)
    user.press("solve_start")
    awaited(lambda: solve_of(ws).incumbent, "no plan was found", within_s=BEIJING_S)
    user.widget("solve_progress").get_by_text("CNY").first.wait_for()
    before = solve_of(ws)

    user.reload()

    user.widget("solve_progress").get_by_text("CNY").first.wait_for()
    awaited(lambda: solve_of(ws).elapsed_s > before.elapsed_s, "the solve stood still")
    assert solve_of(ws).id == before.id

    user.press("solve_stop")
    user.can_press("solve_see_plan")

    assert "Interrupted with a plan in hand." in user.text()
    (meta,) = ws.plans()
    assert meta.status == "interrupted"
    assert ws.plan(meta.id)["sites"]
    user.press("solve_see_plan")
    user.arrives("plan")
    user.shows("billion CNY")


def test_two_users_solve_at_once_and_see_only_their_own(visit: Visitor, small: Small) -> None:
    (one_token, one_ws), (other_token, other_ws) = small(), small()
    one, other = visit("solve", token=one_token), visit("solve", token=other_token)

    one.press("solve_start")
    one.page.locator(".st-key-solve_stop").wait_for()
    other.reload()
    other.can_press("solve_start")
    assert other.page.locator(".st-key-solve_stop").count() == 0
    other.press("solve_start")
    other.page.locator(".st-key-solve_stop").wait_for()
    assert not solve_of(one_ws).is_over
    for user in (one, other):
        user.can_press("solve_see_plan")

    (own,), (others,) = one_ws.plans(), other_ws.plans()
    assert own.id != others.id
    assert own.value == others.value
    stranger = visit("plan")
    stranger.can_press("plan_go_solve")


@pytest.mark.slow
def test_a_killed_worker_is_told_and_the_next_solve_works(visit: Visitor, small: Small) -> None:
    token, ws = small()
    user = visit("solve", token=token)
    user.press("solve_start")
    awaited(lambda: solve_of(ws).state == "running", "the solve never began")

    os.kill(worker_of(ws), signal.SIGKILL)

    user.shows("The process that did this died.")
    assert solve_of(ws).state == "lost"
    user.can_press("solve_start")
    user.press("solve_start")
    user.can_press("solve_see_plan")
    assert len(ws.plans()) == 1


def test_a_deep_link_after_a_restart_shows_the_page_in_its_frame(server: Server, visit: Visitor, small: Small) -> None:
    token, ws = small()
    ws.save(lang="zh")
    server.stop()
    server.start()

    user = visit("plan", token=token)

    assert [link.inner_text().split()[-1] for link in user.page.get_by_test_id("stTopNavLink").all()] == (
        ["地图", "情景", "求解", "方案", "比较", "为什么", "数据"]
    )
    assert len(PAGES) == 7
    user.widget("language").wait_for()
    user.page.get_by_test_id("stSidebar").get_by_test_id("stExpander").wait_for()
    user.can_press("plan_go_solve")
    assert user.crashes() == []
