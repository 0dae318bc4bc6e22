"""Open the planner's desk: start the server of the pages with safe settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from planner.cli_support import ExitCode
from planner.i18n import gettext as _

MAIN = Path(__file__).parent / "ui" / "entry" / "main.py"


def app(
    port: Annotated[int, typer.Option("--port", help=_("Port of the server."), min=1, max=65535)] = 8501,
    address: Annotated[
        str, typer.Option("--address", help=_("Address to listen on; leave it unless a proxy needs another one."))
    ] = "127.0.0.1",
    base_path: Annotated[
        str, typer.Option("--base-path", help=_("Path under which a proxy shows the desk, e.g. /site-by-power."))
    ] = "",
    *,
    headless: Annotated[bool, typer.Option("--headless", help=_("Do not open a browser."))] = False,
) -> ExitCode:
    """Open the planner's desk in a browser."""
    from planner.desk.server_settings import Value, flags
    from planner.desk.settings import settings

    settings().root.mkdir(mode=0o700, parents=True, exist_ok=True)
    options: dict[str, Value] = {"server.port": port, "server.address": address, "server.headless": headless}
    if base_path:
        options["server.baseUrlPath"] = base_path.strip("/")
    command = [sys.executable, "-m", "streamlit", "run", str(MAIN), *flags(options)]
    if os.name == "posix":
        os.execv(sys.executable, command)  # noqa: S606 (this process becomes the server, so signals reach it)
    done = subprocess.run(command, check=False)  # noqa: S603 (our own program, no shell)
    if done.returncode:
        typer.echo(_("The server of the desk ended with code {code}.").format(code=done.returncode), err=True)
    return ExitCode.INTERNAL if done.returncode else ExitCode.OK
