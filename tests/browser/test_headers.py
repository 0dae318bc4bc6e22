"""The desk under the security headers that the guide for administrators gives: nothing is refused by the browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from planner.desk.workspace import Workspace
from tests import desk_case

pytestmark = pytest.mark.browser


def policy(project: Path, host: str) -> str:
    text = (project / "docs" / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    found = re.search(r'Content-Security-Policy "([^"]+)"', text)
    assert found is not None
    return found.group(1).replace("wss://$http_host", f"ws://{host}")


def test_the_pages_work_under_the_policy_of_the_guide(
    visit: Callable[..., Any], small: Callable[[], tuple[str, Workspace]], project: Path
) -> None:
    token, ws = small()
    ws.put_plan("p1", desk_case.make_plan(), made_at="2026-01-01T08:00:00+00:00", kind="solve")
    user = visit(token=token)
    host = urlparse(user.page.url).netloc
    refused: list[str] = []
    user.page.on("console", lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None)

    def add_header(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy(project, host)})

    user.page.route(f"http://{host}/plan", add_header)  # the policy of the document holds for all it loads
    user.page.goto(f"http://{host}/plan")
    user.page.locator("canvas").first.wait_for()  # the map
    user.page.get_by_test_id("stVegaLiteChart").first.locator("canvas, svg").first.wait_for(state="attached")

    assert refused == []
    assert user.errors == []
