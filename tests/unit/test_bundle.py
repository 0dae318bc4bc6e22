"""The bundle installs in a fresh environment without any registry, and the product runs from there."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

NOWHERE = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull, "PYTHONPATH": ""}


def small_bundle(folder: Path, project: Path, *, python: str) -> Path:
    """Lay out a bundle with one file that is no wheel: the checks come before the installation."""
    (folder / "wheels").mkdir(parents=True)
    shutil.copy(project / "bundle" / "install.sh", folder)
    (folder / "wheels" / "a.whl").write_text("no wheel", encoding="utf-8")
    (folder / "PYTHON").write_text(python + "\n", encoding="utf-8")
    done = subprocess.run(
        ["sha256sum", "PYTHON", "install.sh", "wheels/a.whl"], cwd=folder, capture_output=True, check=True
    )
    (folder / "SHA256SUMS").write_bytes(done.stdout)
    return folder


def this_python(project: Path) -> str:
    text = (project / "bundle" / "install.sh").read_text(encoding="utf-8")
    what = text.split("what='", 1)[1].split("'\n", 1)[0]
    done = subprocess.run(["python3", "-c", what], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def install(bundle: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(bundle / "install.sh"), str(target)]
    environment = {**os.environ, **NOWHERE}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=target.parent)


def test_another_python_is_refused(project: Path, tmp_path: Path) -> None:
    done = install(small_bundle(tmp_path / "b", project, python="2.7 Linux vax"), tmp_path / "target")

    assert done.returncode == 2
    assert "This bundle is for Python 2.7 Linux vax" in done.stderr
    assert not (tmp_path / "target").exists()


def test_a_damaged_file_is_refused(project: Path, tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path / "b", project, python=this_python(project))
    (bundle / "wheels" / "a.whl").write_text("changed", encoding="utf-8")

    done = install(bundle, tmp_path / "target")

    assert done.returncode == 2
    assert "A file is damaged" in done.stderr
    assert not (tmp_path / "target").exists()


@pytest.mark.slow
def test_the_bundle_installs_and_runs_without_a_registry(project: Path, tmp_path: Path) -> None:
    bundle, target = tmp_path / "bundle", tmp_path / "target"
    subprocess.run(["make", "bundle", f"BUNDLE={bundle}"], cwd=project, check=True)

    done = install(bundle, target)
    assert done.returncode == 0, done.stderr

    planner = str(target / "bin" / "planner")
    environment = {**os.environ, **NOWHERE, "SITE_BY_POWER_DESKS": str(tmp_path / "desks"), "HOME": str(tmp_path)}
    text = subprocess.run([planner, "demo", "--help"], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert "Beijing" in text
    where = [str(target / "bin" / "python"), "-c", "import planner; print(planner.__file__)"]
    assert str(target) in subprocess.run(where, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [planner, "app", "--headless", "--port", str(port)]
    server = subprocess.Popen(command, cwd=tmp_path, env=environment, start_new_session=True)
    try:
        assert answers(f"http://127.0.0.1:{port}/_stcore/health", server)
    finally:
        os.killpg(server.pid, 9)
        server.wait()


def answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    """Tell whether the server answers within two minutes."""
    for _attempt in range(600):
        if server.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (our own server)
                return bool(answer.read() == b"ok")
        except OSError:
            time.sleep(0.2)
    return False
