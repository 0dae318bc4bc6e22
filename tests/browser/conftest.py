"""One Chromium and one server of the desk for all tests in a browser, and desks that are laid out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from planner.desk.workspace import Workspace
from tests import desk_case
from tests.browser.desk_server import ARGUMENTS, CHROMIUM, Server
from tests.browser.visitor import Visit, visitor

Small = Callable[[], tuple[str, Workspace]]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium, or set CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server.started(tmp_path_factory.mktemp("server"))
    yield found
    found.stop()
    found.end_jobs()


@pytest.fixture(scope="session")
def small_view(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return desk_case.made_once(tmp_path_factory, "small_view", desk_case.make_view)


@pytest.fixture(scope="session")
def small(server: Server, small_view: dict[str, Any]) -> Small:
    """Lay out a desk with the small region and its view for a new user; gives the user's token and the desk."""

    def lay_out(token: str) -> Workspace:
        ws = desk_case.small_desk(token)
        desk_case.put_view(ws, small_view)
        return ws

    def new() -> tuple[str, Workspace]:
        token = secrets.token_hex(16)
        return token, server.desk(token, lay_out)

    return new


@pytest.fixture
def visit(chromium: Any, server: Server) -> Iterator[Callable[..., Visit]]:
    """Come to the desk with a browser: `visit()` as a new user, `visit(token=...)` as the owner of a desk."""
    with ExitStack() as stack:

        def come(page: str = "map", *, token: str | None = None, locale: str = "en-US") -> Visit:
            return stack.enter_context(visitor(chromium, server.url, token=token, locale=locale)).open(page)

        yield come
