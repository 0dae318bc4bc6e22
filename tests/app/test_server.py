"""The server of the pages: safe by default, the same however it is started, on this machine only."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.desk.server_settings import SETTINGS, flags


def test_the_file_for_streamlit_says_the_same_as_the_program(project: Path) -> None:
    written = tomllib.loads((project / ".streamlit" / "config.toml").read_text(encoding="utf-8"))

    flat = {f"{part}.{key}": value for part, keys in written.items() for key, value in keys.items()}

    assert flat == {key: list(value) if isinstance(value, tuple) else value for key, value in SETTINGS.items()}


def test_flags_are_the_defaults_and_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_BY_POWER_HOSTS", "plan.city.example, plan")
    monkeypatch.setenv("SITE_BY_POWER_UPLOAD_MB", "12")

    found = flags({"server.port": 9000, "server.headless": True})

    assert {"--server.address=127.0.0.1", "--server.port=9000", "--server.headless=true"} <= set(found)
    assert "--browser.gatherUsageStats=false" in found
    assert "--server.maxUploadSize=12" in found
    assert [flag.partition("=")[2] for flag in found if "allowedHosts" in flag] == [
        "localhost", "127.0.0.1", "plan.city.example", "plan",
    ]  # fmt: skip


def test_a_server_for_other_machines_does_not_guess_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITE_BY_POWER_HOSTS", raising=False)

    assert not any("allowedHosts" in flag for flag in flags({"server.address": "10.0.0.5"}))


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Start the real server on a page that says one word."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "page.py").write_text("import streamlit as st\nst.write('hello')\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", "page.py"]
    command += flags({"server.port": number, "server.headless": True})
    environment = {**os.environ, "HOME": str(folder)}
    log = folder / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
    try:
        _wait(number, server, log)
        yield number
    finally:
        server.kill()  # asked politely it waits for open pages
        server.wait()


def _wait(number: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(300):
        if server.poll() is not None:
            raise AssertionError(log.read_text(encoding="utf-8"))
        try:
            if _get(number, "/_stcore/health")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")


def _get(number: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", number, timeout=10)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def _handshake(number: int, **headers: str) -> int:
    """Return the status of the answer to the opening of the page's socket."""
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
             "Sec-WebSocket-Key": "c2l0ZS1ieS1wb3dlci0xMg==", "Sec-WebSocket-Protocol": "streamlit", **headers}  # fmt: skip
    with socket.create_connection(("127.0.0.1", number), timeout=10) as link:
        lines = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
        link.sendall(f"GET /_stcore/stream HTTP/1.1\r\n{lines}\r\n".encode())
        return int(link.recv(200).split()[1])


def test_the_server_listens_on_this_machine_only(port: int) -> None:
    listening = f"{port:04X}"
    places = set()
    for table in ("tcp", "tcp6"):
        lines = (
            Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]
            if Path("/proc/net", table).exists()
            else []
        )
        places |= {
            line.split()[1].split(":")[0]
            for line in lines
            if line.split()[1].endswith(":" + listening) and line.split()[3] == "0A"
        }
    if not places:
        pytest.skip("this system does not tell what listens where")

    assert places == {"0100007F"}  # 127.0.0.1


def test_the_pages_take_no_orders_from_a_page_around_them(port: int) -> None:
    status, _headers, body = _get(port, "/_stcore/host-config")

    assert status == 200
    assert json.loads(body)["enableCustomParentMessages"] is False


def test_the_socket_opens_for_our_page_only(port: int) -> None:
    here = f"localhost:{port}"

    assert _handshake(port, Host=here, Origin=f"http://{here}") == 101
    assert _handshake(port, Host="rebound.example", Origin="http://rebound.example") == 403
