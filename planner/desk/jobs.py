"""Jobs as the pages see them: hand one in, look how it stands, cancel it. Nothing here waits.

A solve and its relatives go to the user's worker, in order; short work on files goes to a child process of its own. What a
job knows lies in its folder, so that a page that is loaded anew, or a server that starts anew, finds it again.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.desk.files import is_held, read_json, write_json
from planner.desk.workspace import Workspace

WORKER_KINDS = ("solve", "why", "check_sites", "warm")
CHILDREN = {
    "view": "planner.desk.viewing",
    "export": "planner.desk.exporting",
    "read_upload": "planner.desk.strangers.reader",
    "read_scenario": "planner.desk.scenario_reading",
}
FINAL = ("done", "failed", "cancelled", "lost")
START_GRACE_S = 20.0  # a process on a busy machine may need this long to say that it lives
KEPT_JOBS = 60
_started: dict[Path, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Status:
    """How a job stands.

    `state`: queued (behind another job of the user), waiting (behind other users), running, or how it ended: done, failed,
    cancelled, lost (its process died). `plans` are the ids that may be shown, `revision` counts what was written to them.
    Numbers are in the unit of the objective; `gap` is a share.
    """

    id: str
    kind: str
    state: str
    request: Mapping[str, Any] = field(default_factory=dict)
    stage: str | None = None
    elapsed_s: float = 0.0
    incumbent: float | None = None
    bound: float | None = None
    gap: float | None = None
    unit: str | None = None
    rounds: tuple[Mapping[str, Any], ...] = ()
    n_ahead: int = 0
    plans: tuple[str, ...] = ()
    revision: int = 0
    is_cancelled: bool = False
    result: Any = None
    error: Mapping[str, Any] | None = None

    @property
    def is_over(self) -> bool:
        """Return whether nothing more will come."""
        return self.state in FINAL


def submit(ws: Workspace, kind: str, payload: Mapping[str, Any]) -> str:
    """Hand a job to the user's worker, start the worker where none lives, and return the job's id."""
    if kind not in WORKER_KINDS:
        raise ValueError(f"no job of the worker: {kind}")
    job = _new_job(ws, kind, payload)
    ensure_worker(ws)
    return job.name


def run_child(ws: Workspace, kind: str, payload: Mapping[str, Any]) -> str:
    """Start a child process of its own for a short piece of work and return the job's id."""
    job = _new_job(ws, kind, payload)
    _start(job, CHILDREN[kind], log=job / "log")
    return job.name


def status(ws: Workspace, job_id: str) -> Status:
    """Return how a job stands; a job whose process is gone without a word is lost."""
    folder = ws.folder / "jobs" / job_id
    request, told = read_json(folder / "request.json"), read_json(folder / "status.json") or {}
    if request is None:
        return Status(job_id, "unknown", "lost")
    known = {name: told[name] for name in told.keys() & Status.__dataclass_fields__.keys()}
    for name in ("rounds", "plans"):
        known[name] = tuple(known.get(name) or ())
    state = str(told.get("state") or "queued")
    if state not in FINAL and not _is_alive(ws, folder, request):
        told = read_json(folder / "status.json") or {}  # it may have ended between the two looks
        state = str(told["state"]) if told.get("state") in FINAL else "lost"
    known.update(
        id=job_id,
        kind=request["kind"],
        state=state,
        request=request["payload"],
        is_cancelled=(folder / "cancel").exists(),
        result=read_json(folder / "result.json") if state == "done" else None,
    )
    return Status(**known)


def newest(ws: Workspace, *kinds: str) -> Status | None:
    """Return the newest job of these kinds, None where there was none."""
    for job in sorted((ws.folder / "jobs").iterdir(), reverse=True):
        request = read_json(job / "request.json")
        if request and request["kind"] in kinds:
            return status(ws, job.name)
    return None


def running(ws: Workspace) -> list[Status]:
    """Return the jobs of the worker that are not over, oldest first."""
    jobs = [job for job in sorted((ws.folder / "jobs").iterdir()) if not _has_ended(job)]
    found = [status(ws, job.name) for job in jobs]
    return [job for job in found if job.kind in WORKER_KINDS and not job.is_over]


def cancel(ws: Workspace, job_id: str) -> None:
    """Ask a job to stop; the best plan so far is kept."""
    (ws.folder / "jobs" / Path(job_id).name / "cancel").touch()


def ensure_worker(ws: Workspace) -> None:
    """Start the user's worker where none lives. Two that start at once do no harm: the second finds the lock and leaves."""
    folder = ws.folder / "worker"
    if not is_held(folder / "lock"):
        _start(ws.folder, "planner.desk.worker", log=folder / "log")


def _has_ended(job: Path) -> bool:
    told = read_json(job / "status.json") or {}
    return told.get("state") in FINAL


def _new_job(ws: Workspace, kind: str, payload: Mapping[str, Any]) -> Path:
    jobs = ws.folder / "jobs"
    for old in sorted(job for job in jobs.iterdir() if _has_ended(job))[:-KEPT_JOBS]:
        _remove(old)
    job = jobs / f"{time.time_ns():020d}-{secrets.token_hex(3)}"
    job.mkdir(mode=0o700)
    write_json(job / "request.json", {"kind": kind, "payload": dict(payload), "asked_at": time.time()})
    return job


def _remove(job: Path) -> None:
    import shutil

    _started.pop(job, None)
    shutil.rmtree(job, ignore_errors=True)


def _start(folder: Path, module: str, *, log: Path) -> None:
    with log.open("ab") as out:
        _started[folder] = subprocess.Popen(  # noqa: S603 (our own program, no shell)
            [sys.executable, "-m", module, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )


def _is_alive(ws: Workspace, job: Path, request: Mapping[str, Any]) -> bool:
    """Return whether the process that a job depends on lives, or was asked for too short a time ago to tell."""
    is_workers = request["kind"] in WORKER_KINDS
    if is_held((ws.folder / "worker" if is_workers else job) / "lock"):
        return True
    process = _started.get(ws.folder if is_workers else job)
    if process is not None and process.poll() is None:
        return True  # on its way to take the lock
    if process is not None and is_workers and not (job / "status.json").exists() and request_is_fresh(request):
        ensure_worker(ws)  # it ended for want of work just as the job came
        return True
    return process is None and not (job / "status.json").exists() and request_is_fresh(request)


def request_is_fresh(request: Mapping[str, Any]) -> bool:
    """Return whether a job was handed in so lately that its process may not have spoken yet."""
    return time.time() - float(request["asked_at"]) < START_GRACE_S
