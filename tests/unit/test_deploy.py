"""The examples for administrators name what the program really reads, and hold what they promise."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from planner.desk.server_settings import SETTINGS

KNOWN = {"DESKS", "HOSTS", "USER_HEADER", "MAX_SOLVES", "UPLOAD_MB", "IDLE_MINUTES"}


@pytest.fixture
def unit(project: Path) -> str:
    return (project / "docs" / "deploy" / "site-by-power.service").read_text(encoding="utf-8")


@pytest.fixture
def proxy(project: Path) -> str:
    return (project / "docs" / "deploy" / "nginx.conf").read_text(encoding="utf-8")


def test_every_variable_that_is_told_is_read_and_every_one_read_is_told(project: Path, unit: str) -> None:
    guide = (project / "docs" / "deploy.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `SITE_BY_POWER_([A-Z_]+)`", guide, re.MULTILINE))
    code = "".join(path.read_text(encoding="utf-8") for path in (project / "planner" / "desk").glob("*ettings.py"))

    assert told == KNOWN
    assert all(f'"{name}"' in code or f"}}{name}" in code for name in KNOWN)
    assert set(re.findall(r"SITE_BY_POWER_([A-Z_]+)=", unit)) <= KNOWN


def test_the_service_runs_as_nobody_special_and_cannot_call_out(unit: str) -> None:
    lines = set(unit.splitlines())

    assert {"User=site-by-power", "NoNewPrivileges=true", "ProtectSystem=strict", "IPAddressDeny=any"} <= lines
    assert "CapabilityBoundingSet=" in lines


def test_the_reader_of_strangers_files_can_confine_itself_in_the_service(unit: str) -> None:
    assert "RestrictNamespaces=user net" in unit
    assert {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"} <= set(unit.split())


def test_the_proxy_lets_nobody_name_himself_and_takes_what_the_server_takes(proxy: str) -> None:
    active = [line.strip() for line in proxy.splitlines() if not line.strip().startswith("#")]
    size = re.search(r"client_max_body_size (\d+)m", proxy)

    assert any(line.startswith('proxy_set_header X-Remote-User "";') for line in active)
    assert size is not None
    assert int(size.group(1)) > int(str(SETTINGS["server.maxUploadSize"]))
    assert "frame-ancestors 'none'" in proxy


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_understands_the_service(unit: str, tmp_path: Path) -> None:
    file = tmp_path / "site-by-power.service"
    file.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", unit), encoding="utf-8")

    done = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)

    assert "site-by-power" not in done.stderr, done.stderr
