"""Taking away: files of the plan in view or of the region, written by a child process, handed out unchanged."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from streamlit.testing.v1 import AppTest

from planner.desk import exporting, jobs
from planner.desk.files import read_json, write_json
from planner.desk.workspace import Workspace
from planner.export.files import CANDIDATE_FILES, PLAN_FILES, download_name, zipped
from planner.scenario import load_scenario
from planner.ui.state import Key
from tests import desk_case

BOX = """
from planner.ui import state, take_away
with state.page():
    take_away.show()
"""


@pytest.fixture
def box() -> Callable[..., AppTest]:
    def open_box(*, lang: str = "en") -> AppTest:
        app = AppTest.from_string(BOX, default_timeout=60)
        app.session_state[Key.DESK] = desk_case.TOKEN
        app.session_state[Key.LANGUAGE] = lang
        return app

    return open_box


def do_job(ws: Workspace, job_id: str) -> None:
    """Do in this process what the child process would do."""
    assert exporting.serve(exporting.work, [str(ws.folder / "jobs" / job_id)]) == 0


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_start", lambda *_a, **_k: None)


@pytest.mark.usefixtures("no_child")
def test_the_files_of_a_plan_are_prepared_and_offered(planned: Workspace, box: Callable[..., AppTest]) -> None:
    app = box().run()
    assert len(app.get("download_button")) == 0

    app.button(key="take_away_prepare").click().run()
    assert "being written" in app.info[0].value
    job = jobs.newest(planned, "export")
    assert job is not None
    do_job(planned, job.id)
    app.run()

    assert not app.exception
    assert app.get("download_button")[0].label == "Summary to print (two A4 pages)"
    assert len(app.get("download_button")) == len(PLAN_FILES) + 1
    folder = planned.plan_folder("p1") / "files" / "en"
    assert read_json(folder / "manifest.json")["security"] == planned.plan("p1")["security"]
    again = load_scenario_of(folder, planned)
    assert again.model_dump(mode="json", exclude={"region"}) == planned.plan("p1")["scenario"]


def load_scenario_of(folder: Path, ws: Workspace) -> Any:
    """Read the scenario file where it says that it belongs."""
    place = ws.region("small").path / "scenarios" / "again.yaml"
    place.write_text((folder / "scenario.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return load_scenario(place)


@pytest.mark.usefixtures("no_child")
def test_without_a_plan_the_candidates_with_their_reasons_are_offered(
    desk: Workspace, box: Callable[..., AppTest]
) -> None:
    app = box(lang="zh").run()
    app.button(key="take_away_prepare").click().run()
    job = jobs.newest(desk, "export")
    assert job is not None
    do_job(desk, job.id)
    app.run()

    assert not app.exception
    assert len(app.get("download_button")) == len(CANDIDATE_FILES) + 1
    folder = Path(job.request["out"])
    layer = gpd.read_file(folder / "candidates.gpkg", layer="candidates")
    excluded = layer[layer["status"] == "excluded"]
    assert len(layer)
    assert (excluded["reasons_text"] != "").all()
    assert (folder / "map.png").read_bytes().startswith(b"\x89PNG")
    assert len(json.loads((folder / "candidates.geojson").read_text(encoding="utf-8"))["features"]) == len(layer)


@pytest.mark.usefixtures("no_child")
def test_a_refusal_is_told_and_one_may_try_again(planned: Workspace, box: Callable[..., AppTest]) -> None:
    app = box().run()
    app.button(key="take_away_prepare").click().run()
    job = jobs.newest(planned, "export")
    assert job is not None
    error = {"kind": "UsageError", "message": "is not the region the plan was made from", "problems": []}
    write_json(planned.folder / "jobs" / job.id / "status.json", {"state": "failed", "error": error})

    app.run()

    assert "not the region" in app.error[0].value
    assert not app.button(key="take_away_prepare").disabled


def test_the_child_is_a_program_of_its_own(planned: Workspace) -> None:
    out = planned.folder / "out"
    plan = planned.plan_folder("p1") / "plan.json"
    payload = {"plan": str(plan), "region": str(planned.region("small").path), "lang": "zh", "out": str(out)}

    job = jobs.run_child(planned, "export", payload)
    while not jobs.status(planned, job).is_over:
        time.sleep(0.05)

    assert jobs.status(planned, job).state == "done", (planned.folder / "jobs" / job / "log").read_text()
    assert {path.name for path in out.iterdir()} == {*PLAN_FILES, "manifest.json", "tables"}
    assert read_json(out / "manifest.json")["language"] == "zh"


def test_a_plan_of_another_region_is_refused(planned: Workspace) -> None:
    plan = {**planned.plan("p1"), "region": {**planned.plan("p1")["region"], "fingerprint": "0" * 64}}
    planned.put_plan("p2", plan, made_at="2026-01-01T08:00:00+00:00", kind="solve")
    request = {"plan": str(planned.plan_folder("p2") / "plan.json"), "region": str(planned.region("small").path)}
    folder = planned.folder / "jobs" / "j"
    folder.mkdir()
    write_json(
        folder / "request.json", {"kind": "export", "payload": {**request, "lang": "en", "out": str(folder / "out")}}
    )

    assert exporting.serve(exporting.work, [str(folder)]) == 1
    assert "is not the region" in read_json(folder / "status.json")["error"]["message"]


def test_only_the_newest_folders_of_candidates_are_kept(tmp_path: Path) -> None:
    for name in "abcdefgh":
        (tmp_path / name).mkdir()

    exporting.forget_old(tmp_path / "a", kept=2)

    assert len(list(tmp_path.iterdir())) == 3
    assert (tmp_path / "a").is_dir()


def test_a_zip_holds_every_file_and_is_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "a.csv").write_text("x", encoding="utf-8")
    (tmp_path / "plan.json").write_text("{}", encoding="utf-8")

    content = zipped(tmp_path)

    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["plan.json", "tables/a.csv"]
    assert zipped(tmp_path) == content


def test_names_of_downloads_carry_region_scenario_and_plan() -> None:
    assert (
        download_name("plan.gpkg", "beijing", "Less water / 2035", "0042") == "beijing_Less-water-2035_0042_plan.gpkg"
    )
    assert download_name("map.png", "", "../..", "p1") == "p1_map.png"
