"""A user's folder: private, named by a hash of the secret, with plans and regions of one user only."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from planner.desk.settings import settings
from planner.desk.workspace import Workspace
from planner.errors import UsageError
from tests.source import ROOT

SAMPLE = ROOT / "tests" / "cases" / "sample_plan" / "plan.json"


@pytest.fixture
def desks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SITE_BY_POWER_DESKS", str(tmp_path / "desks"))
    return tmp_path / "desks"


def sample() -> dict[str, object]:
    return dict(json.loads(SAMPLE.read_text(encoding="utf-8")))


def test_the_folder_is_private_and_does_not_tell_the_secret(desks: Path) -> None:
    ws = Workspace.of("a secret")

    assert "secret" not in str(ws.folder.relative_to(desks))
    assert stat.S_IMODE(ws.folder.stat().st_mode) == 0o700
    assert Workspace.of("a secret").folder == ws.folder
    assert Workspace.of("another").folder != ws.folder


def test_what_is_open_is_kept_and_changed_by_key(desks: Path) -> None:
    Workspace.of("t").save(lang="zh", region="beijing")
    Workspace.of("t").save(region="hv_urban")

    assert Workspace.of("t").load() == {"lang": "zh", "region": "hv_urban"}


def test_bundled_regions_come_first_and_have_their_scenarios(desks: Path) -> None:
    regions = Workspace.of("t").regions()

    assert [region.id for region in regions] == ["beijing", "east_west", "hv_urban"]
    assert regions[0].scenarios[0].name == "reference.yaml"
    assert regions[0].name["zh"] == "北京"


def test_a_plan_is_listed_renamed_replaced_and_deleted(desks: Path) -> None:
    ws = Workspace.of("t")
    ws.put_plan("p1", sample(), made_at="2026-01-01T00:00:00+00:00", kind="solve")
    ws.put_plan("p2", sample(), made_at="2026-01-02T00:00:00+00:00", kind="why")
    (ws.folder / "plans" / "p1" / "files").mkdir()

    ws.rename_plan("p1", "Less water")
    ws.put_plan("p1", sample(), made_at="2026-01-01T00:00:01+00:00", kind="solve")
    ws.delete_plan("p2")

    assert [meta.id for meta in ws.plans()] == ["p1"]
    assert not (ws.folder / "plans" / "p1" / "files").exists()  # exports of the plan before
    assert ws.plan("p1") == sample()


@pytest.mark.parametrize("plan_id", ["", "none", "../other", "..", "p1/../p1"])
def test_no_plan_is_found_outside_the_folder(desks: Path, plan_id: str) -> None:
    with pytest.raises(UsageError):
        Workspace.of("t").plan(plan_id)


def test_bundled_regions_cannot_be_deleted(desks: Path) -> None:
    with pytest.raises(UsageError, match="stays"):
        Workspace.of("t").delete_region("beijing")


@pytest.mark.parametrize(("name", "value"), [("MAX_SOLVES", "many"), ("MAX_SOLVES", "0"), ("UPLOAD_MB", "-1")])
def test_a_setting_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SITE_BY_POWER_{name}", value)

    with pytest.raises(UsageError, match=name):
        settings()


def test_the_server_side_is_light() -> None:
    heavy = "{'geopandas', 'pyogrio', 'shapely', 'pyproj', 'pyomo', 'highspy', 'pandapower', 'bokeh', 'matplotlib'}"
    names = "planner.desk.jobs, planner.desk.workspace, planner.desk.view_key, planner.scenario"
    program = f"import sys, {names}; print(sorted({heavy} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == "[]"
