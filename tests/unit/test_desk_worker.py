"""The worker, for real: it solves, keeps the model, is cancelled, dies and is started anew; users stay apart."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.desk import jobs
from planner.desk.files import is_held
from planner.desk.workspace import Workspace
from planner.scenario import load_scenario
from tests.desk_case import small_desk

PATIENCE_S = 120.0


@pytest.fixture
def desks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SITE_BY_POWER_DESKS", str(tmp_path / "desks"))
    monkeypatch.setenv("SITE_BY_POWER_MAX_SOLVES", "2")
    yield tmp_path / "desks"
    for process in list(jobs._started.values()):
        process.kill()
        process.wait()
    jobs._started.clear()


def request(ws: Workspace, **changes: Any) -> dict[str, Any]:
    ref = ws.region("small")
    scenario = load_scenario(ref.scenarios[0])
    return {
        "region": str(ref.path),
        "scenario": scenario.changed(changes).model_dump(mode="json"),
        "reference": scenario.model_dump(mode="json"),
        "lang": "en",
    }


def until(ws: Workspace, job: str, is_so: Callable[[jobs.Status], bool]) -> jobs.Status:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        told = jobs.status(ws, job)
        if is_so(told):
            return told
        time.sleep(0.05)
    raise AssertionError(f"still {told}\n{(ws.folder / 'worker' / 'log').read_text()}")


def over(told: jobs.Status) -> bool:
    return told.is_over


@pytest.mark.slow
def test_two_users_get_their_own_plans_and_a_kept_model_answers_again(desks: Path) -> None:
    ann, bob = small_desk("ann"), small_desk("bob")

    first = jobs.submit(ann, "solve", request(ann))
    other = jobs.submit(bob, "solve", request(bob, **{"name.en": "Bob's", "demand_scale": 0.5}))
    told, others = until(ann, first, over), until(bob, other, over)

    assert (told.state, others.state) == ("done", "done")
    (plan,), (others_plan,) = ann.plans(), bob.plans()
    assert (plan.name, others_plan.name) == ("Small plan", "Bob's")
    assert plan.security == "secure"
    assert told.result["plan"] == plan.id == told.plans[-1]
    assert told.unit == "CNY"
    assert told.rounds

    again = until(ann, jobs.submit(ann, "solve", request(ann)), over)

    assert again.state == "done"
    assert ann.plan(again.plans[-1])["objective"] == ann.plan(plan.id)["objective"]

    warm = until(ann, jobs.submit(ann, "warm", request(ann)), over)

    assert warm.result == {"has_reference": True}


def test_a_killed_worker_is_reported_and_the_next_job_is_done(desks: Path) -> None:
    ws = small_desk("ann")
    job = jobs.submit(ws, "solve", request(ws))
    until(ws, job, lambda told: told.state == "running")

    os.killpg(jobs._started[ws.folder].pid, signal.SIGKILL)

    assert until(ws, job, over).state == "lost"
    bad = jobs.submit(ws, "solve", {**request(ws), "region": str(desks / "nowhere")})
    told = until(ws, bad, over)
    assert told.state == "failed"
    assert told.error is not None
    assert told.error["kind"] == "InputProblems"
    assert jobs.status(ws, job).state == "lost"  # it is not done again by itself
    assert is_held(ws.folder / "worker" / "lock")  # a failed job is not the worker's end


def test_a_job_cancelled_before_its_turn_leaves_no_plan(desks: Path) -> None:
    ws = small_desk("ann")
    job = jobs.submit(ws, "solve", request(ws))
    jobs.cancel(ws, job)

    told = until(ws, job, over)

    assert told.state == "cancelled" or ws.plan(told.plans[-1])["status"] in ("interrupted", "no_plan")
    assert told.is_cancelled


def test_the_worker_leaves_when_nothing_comes(desks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_BY_POWER_IDLE_MINUTES", "0.02")
    ws = small_desk("ann")

    jobs.ensure_worker(ws)

    assert jobs._started[ws.folder].wait(PATIENCE_S) == 0
    assert not is_held(ws.folder / "worker" / "lock")


def test_a_list_of_sites_is_checked_without_optimising(desks: Path) -> None:
    ws = small_desk("ann")
    station = (ws.region("small").path / "substations.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    rows = [{"site": "A", "substation": station, "mw": 1.0}]

    told = until(ws, jobs.submit(ws, "check_sites", {**request(ws), "sites": rows}), over)

    assert told.state == "done"
    assert told.result["security"] in ("secure", "insecure")
    assert not ws.plans()


def test_a_region_is_loaded_before_the_first_question(desks: Path) -> None:
    ws = small_desk("ann")

    told = until(ws, jobs.submit(ws, "warm", request(ws)), over)

    assert told.state == "done"
    assert told.result == {"has_reference": False}
