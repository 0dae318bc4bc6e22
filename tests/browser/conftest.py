"""One Chromium and one server of the desk for all tests in a browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from planner.desk.workspace import Workspace
from tests import desk_case
from tests.source import ROOT

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
START_S = 60.0
PATIENCE_MS = 60_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium, or set CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Server:
    """The running server of the desk."""

    url: str
    desks: Path
    log: Path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log"
    environment = {**os.environ, "SITE_BY_POWER_DESKS": str(folder / "desks"), "SITE_BY_POWER_IDLE_MINUTES": "1"}
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "planner", "app", "--headless", "--port", str(port)],
            stdout=out,
            stderr=out,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )
    found = Server(f"http://127.0.0.1:{port}", folder / "desks", log)
    _wait_for(found, process)
    yield found
    os.killpg(process.pid, 15)
    process.wait()


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=1):  # noqa: S310 (our own server)
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the server did not start: {server.log.read_text()}")


@dataclass
class Visit:
    """One browser of one user on the desk, with every request that it made."""

    page: Any
    server: Server
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        """Return the requests that left the machine."""
        own = urlparse(self.server.url).netloc
        return [
            url
            for url in self.requests
            if urlparse(url).netloc not in ("", own) and not url.startswith(("data:", "blob:"))
        ]

    def open(self) -> Visit:
        """Open the first page."""
        self.page.goto(self.server.url)
        self.settle()
        return self

    def go(self, name: str) -> None:
        """Go to another page by its name in the navigation."""
        self.page.get_by_test_id("stTopNavLink").filter(has_text=name).first.click()
        self.page.get_by_role("heading", name=name).first.wait_for()
        self.settle()

    def settle(self) -> None:
        """Wait until no script runs and nothing is marked as stale."""
        self.page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=PATIENCE_MS)

    def button(self, key: str) -> Any:
        """Return the button of a widget key."""
        return self.page.locator(f".st-key-{key} button").first

    def text(self) -> str:
        """Return what is to be read on the page."""
        return str(self.page.inner_text("[data-testid=stApp]"))

    def shows(self, text: str, *, timeout_s: float = PATIENCE_MS / 1000) -> None:
        """Wait until a text is to be read."""
        self.page.get_by_text(text).first.wait_for(timeout=1000 * timeout_s)


@pytest.fixture
def visit(chromium: Any, server: Server) -> Iterator[Any]:
    """Open the desk as a new user: `visit()`, with `desk=...` as the owner of a desk that is laid out."""
    contexts: list[Any] = []

    def come(*, token: str | None = None, locale: str = "en-US") -> Visit:
        context = chromium.new_context(viewport={"width": 1500, "height": 1000}, locale=locale, accept_downloads=True)
        contexts.append(context)
        if token is not None:
            from planner.ui.state import COOKIE

            context.add_cookies([{"name": COOKIE, "value": token, "url": server.url}])
        found = Visit(context.new_page(), server)
        found.page.set_default_timeout(PATIENCE_MS)
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on("pageerror", lambda error: found.errors.append(str(error)))
        return found.open()

    yield come
    for context in contexts:
        context.close()


@pytest.fixture
def small(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[str, Workspace]:
    """Lay out a desk with the small region for a new user; return the user's token and folder."""
    monkeypatch.setenv("SITE_BY_POWER_DESKS", str(server.desks))
    token = f"token-{tmp_path.name}"
    return token, desk_case.small_desk(token)
