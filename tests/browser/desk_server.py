"""The server of the desk, started as users start it, on desks of its own; and how Chromium is started."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from planner.desk.workspace import Workspace
from tests.browser.visitor import PATIENCE_S
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


@dataclass
class Server:
    """The server; it can be started anew on the same desks."""

    folder: Path
    port: int
    process: Any = field(default=None)

    @classmethod
    def started(cls, folder: Path) -> Server:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            found = cls(folder, free.getsockname()[1])
        found.start()
        return found

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
