"""A desk with the small region on it, its view, and its plan: what tests of the pages and of the worker start from."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from filelock import FileLock

from planner.desk.files import write_json
from planner.desk.view_key import view_file
from planner.desk.workspace import Workspace
from planner.scenario import load_scenario
from tests.source import ROOT

CASES = ROOT / "tests" / "cases"
REGION = "small"
TOKEN = "the token of a test"  # noqa: S105 (not a password)


def small_desk(token: str = TOKEN) -> Workspace:
    """Return the desk of `token` under the root that is set, with the small region open; no plan yet."""
    ws = Workspace.of(token)
    folder = ws.folder / "regions" / REGION
    shutil.copytree(CASES / "small_region", folder)
    text = (CASES / "small_plan" / "scenario.yaml").read_text(encoding="utf-8")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "reference.yaml").write_text(
        text.replace("region: ../small_region", 'region: ".."'), encoding="utf-8"
    )
    ws.save(region=REGION, lang="en")
    return ws


def put_view(ws: Workspace, view: dict[str, Any]) -> None:
    """Put a ready view of the small region with its reference scenario on the desk."""
    ref = ws.region(REGION)
    file = view_file(ws, ref, load_scenario(ref.scenarios[0]))
    write_json(file, {**view, "key": file.stem})


def make_view() -> dict[str, Any]:
    """Return the view of the small region, made as the child process makes it."""
    from planner.desk.view import make_view as make
    from planner.read import read_region
    from planner.scenario import load_scenario

    scenario = load_scenario(CASES / "small_plan" / "scenario.yaml")
    region = read_region(CASES / "small_region")
    return dict(make(region, scenario, base=region))


def make_plan(**changes: Any) -> dict[str, Any]:
    """Return the plan of the small scenario with changes, as plain data."""
    from planner.pipeline import run

    patient = {"solver.time_limit_s": 900.0}  # the plan must not depend on how busy the machine is
    scenario = load_scenario(CASES / "small_plan" / "scenario.yaml").changed({**patient, **changes})
    return dict(json.loads(run(scenario).plan.to_json()))


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what `make` gives, made once for all processes of a test run."""
    base = folders.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    file = root / f"{name}.json"
    with FileLock(f"{file}.lock"):
        if not file.is_file():
            file.write_text(json.dumps(make(), ensure_ascii=False), encoding="utf-8")
    return dict(json.loads(file.read_text(encoding="utf-8")))
