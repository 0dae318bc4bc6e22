"""One Chromium and one server of the desk for all tests in a browser, and desks that are laid out."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from planner.desk.workspace import Workspace
from tests import desk_case
from tests.browser.visitor import PATIENCE_S, Visit, visitor
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
SET = {"SITE_BY_POWER_IDLE_MINUTES": "1", "SITE_BY_POWER_MAX_SOLVES": "3"}


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
    """The server of the desk, started as users start it; it can be started anew on the same desks."""

    folder: Path
    port: int
    process: Any = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def desks(self) -> Path:
        return self.folder / "desks"

    def start(self) -> None:
        command = [sys.executable, "-m", "planner", "app", "--headless", "--port", str(self.port)]
        environment = {**os.environ, **SET, "SITE_BY_POWER_DESKS": str(self.desks)}
        log = self.folder / "log"
        with log.open("a") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env=environment, cwd=ROOT)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5):  # noqa: S310 (our own server)
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(f"the server did not start: {log.read_text()}")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=PATIENCE_S)

    def end_jobs(self) -> None:
        """Stop what still runs; workers leave when their desk is gone."""
        for job in self.desks.glob("*/jobs/*"):
            (job / "cancel").touch()
        shutil.rmtree(self.desks, ignore_errors=True)

    def desk(self, token: str, lay_out: Callable[[str], Workspace] = Workspace.of) -> Workspace:
        """Return the desk of the user who knows the token."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SITE_BY_POWER_DESKS", str(self.desks))
            return lay_out(token)


@pytest.fixture(scope="session")
def server(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = Server(tmp_path_factory.mktemp("server"), free.getsockname()[1])
    found.start()
    yield found
    found.stop()
    found.end_jobs()


@pytest.fixture(scope="session")
def small_view() -> dict[str, Any]:
    return desk_case.make_view()


Small = Callable[[], tuple[str, Workspace]]


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
