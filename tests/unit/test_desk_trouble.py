"""A desk whose files are damaged, gone or cannot be written says so and goes on."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from planner.desk import jobs
from planner.desk.context import Context
from planner.desk.files import read_record, write_json
from planner.desk.tasks import TASKS
from planner.desk.worker import bury, do
from planner.desk.workspace import Workspace
from planner.errors import DamagedError, DeskError, UsageError
from tests.desk_case import small_desk
from tests.source import ROOT

SAMPLE = json.loads((ROOT / "tests" / "cases" / "sample_plan" / "plan.json").read_text(encoding="utf-8"))
BROKEN = ["", '{"id": "p1"', "null", "[1, 2]", '{"id": 7}', "\udcff", "[" * 100_000]


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("SITE_BY_POWER_DESKS", str(tmp_path / "desks"))
    found = Workspace.of("t")
    for name in ("p1", "p2"):
        found.put_plan(name, SAMPLE, made_at="2026-01-01T00:00:00+00:00", kind="solve")
    return found


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file grow beyond nothing, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def spoilt(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", errors="surrogateescape"))


@pytest.mark.parametrize("text", [*BROKEN[:4], *BROKEN[5:]])
def test_what_is_open_is_put_aside_when_damaged(ws: Workspace, text: str) -> None:
    spoilt(ws.folder / "desk.json", text)

    assert ws.load() == {}
    ws.save(lang="zh")
    assert ws.load() == {"lang": "zh"}
    assert ws.damaged() == ["desk.json"]
    ws.clear_damaged()
    assert ws.damaged() == []


def test_what_is_open_is_believed_only_in_its_own_type(ws: Workspace) -> None:
    write_json(ws.folder / "desk.json", {"lang": ["zh"], "region": 7, "scenario": "x", "pinned": {}, "wishes": "kept"})

    assert ws.load() == {"wishes": "kept"}


@pytest.mark.parametrize("text", BROKEN)
def test_a_damaged_entry_of_the_list_takes_no_other_along(ws: Workspace, text: str) -> None:
    spoilt(ws.folder / "plans" / "p1" / "meta.json", text)

    assert [meta.id for meta in ws.plans()] == ["p2"]
    assert ws.damaged() == ["p1"]


def test_what_a_newer_program_added_to_the_list_is_left_out(ws: Workspace) -> None:
    path = ws.folder / "plans" / "p1" / "meta.json"
    write_json(path, {**(read_record(path) or {}), "stars": 5})

    assert [meta.id for meta in ws.plans()] == ["p2", "p1"]


@pytest.mark.parametrize("text", [*BROKEN, None])
def test_a_damaged_plan_is_refused_once_and_gone(ws: Workspace, text: str | None) -> None:
    path = ws.folder / "plans" / "p1" / "plan.json"
    path.unlink() if text is None else spoilt(path, text)

    with pytest.raises(DamagedError, match="p1"):
        ws.plan("p1")

    assert [meta.id for meta in ws.plans()] == ["p2"]


@pytest.mark.parametrize("text", ["", "a: [", "id: 7\nname: x\n", "name: {en: x}\n"])
def test_a_damaged_region_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SITE_BY_POWER_DESKS", str(tmp_path / "desks"))
    home = small_desk()
    spoilt(home.folder / "regions" / "small" / "region.yaml", text)

    assert [ref.id for ref in home.regions()] == ["beijing", "east_west", "hv_urban"]
    assert home.damaged() == ["small"]


def test_a_full_disk_is_told_and_loses_nothing(ws: Workspace) -> None:
    ws.save(lang="zh")

    with full_disk():
        with pytest.raises(DeskError, match="cannot be written"):
            ws.save(lang="en")
        with pytest.raises(DeskError):
            ws.put_plan("p1", SAMPLE, made_at="2026-01-01T00:00:00+00:00", kind="solve")
        with pytest.raises(DeskError):
            jobs.run_child(ws, "view", {})

    assert ws.load() == {"lang": "zh"}
    assert ws.plan("p1") == SAMPLE
    assert not list(ws.folder.rglob(".*.json"))


def request(ws: Workspace, name: str, kind: str = "solve", **told: object) -> Path:
    job = ws.folder / "jobs" / name
    job.mkdir()
    write_json(job / "request.json", {"kind": kind, "payload": {}, "asked_at": 0.0})
    if told:
        write_json(job / "status.json", told)
    return job


@pytest.mark.parametrize("file", ["request.json", "status.json", "result.json"])
@pytest.mark.parametrize("text", BROKEN)
def test_a_damaged_job_is_over_and_the_others_go_on(ws: Workspace, file: str, text: str) -> None:
    request(ws, "00000000000000000001-aaaaaa", state="done")
    job = request(ws, "00000000000000000002-bbbbbb", state="done")
    spoilt(job / file, text)

    assert jobs.status(ws, job.name).is_over
    assert jobs.newest(ws, "solve") is not None
    assert jobs.running(ws) == []
    bury(ws)


def test_news_of_another_type_are_not_believed(ws: Workspace) -> None:
    job = request(ws, "1", state="done", elapsed_s="long", rounds=7, plans=None, gap=0.01, newer="x")

    told = jobs.status(ws, job.name)

    assert (told.elapsed_s, told.rounds, told.plans, told.gap) == (0.0, (), (), 0.01)


def test_many_maps_do_not_push_out_the_last_solve(ws: Workspace) -> None:
    solve = request(ws, "00000000000000000001-aaaaaa", state="done")
    for i in range(3 * jobs.KEPT_JOBS):
        request(ws, f"{i + 2:020d}-bbbbbb", kind="view", state="done")

    jobs._new_job(ws, "view", {})

    assert jobs.newest(ws, "solve") is not None
    assert solve.is_dir()
    assert len(list((ws.folder / "jobs").iterdir())) == jobs.KEPT_JOBS + 2


def test_a_clock_set_back_changes_no_order(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = jobs._new_job(ws, "solve", {})
    monkeypatch.setattr(time, "time_ns", lambda: 5)

    second = jobs._new_job(ws, "solve", {})

    assert first.name < second.name
    asked_at = (read_record(second / "request.json") or {})["asked_at"]
    assert jobs.request_is_fresh({"asked_at": asked_at})
    assert not jobs.request_is_fresh({"asked_at": asked_at + 3600.0})  # asked before the clock was set back


def test_a_job_that_kills_its_worker_is_not_done_again(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    job = request(ws, "00000000000000000001-aaaaaa", kind="warm")

    def die(*_arguments: object) -> None:
        raise SystemExit

    monkeypatch.setitem(TASKS, "warm", die)
    with pytest.raises(SystemExit):
        do(ws, job, None)  # type: ignore[arg-type]

    bury(ws)  # what the next worker does first

    assert jobs.status(ws, job.name).state == "lost"
    assert jobs.running(ws) == []


def test_a_user_has_a_few_children_at_once(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_start", lambda *_args, **_options: None)
    for _i in range(jobs.MOST_CHILDREN):
        jobs.run_child(ws, "view", {})

    with pytest.raises(UsageError, match="Wait until"):
        jobs.run_child(ws, "export", {})


def test_cancelling_what_was_cleared_away_does_nothing(ws: Workspace) -> None:
    jobs.cancel(ws, "gone")
    jobs.cancel(ws, "../plans")

    assert not list(ws.folder.rglob("cancel"))


def test_news_that_cannot_be_written_end_the_job_not_the_desk(ws: Workspace) -> None:
    job = request(ws, "1")

    with full_disk(), pytest.raises(DeskError):
        Context(ws, job).tell(stage="reading")

    assert jobs.status(ws, "1").state in ("queued", "lost")
