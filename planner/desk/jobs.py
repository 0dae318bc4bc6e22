"""Jobs as the pages see them: hand one in, look how it stands, cancel it. Nothing here waits.

A solve and its relatives go to the user's worker, in order; short work on files goes to a child process of its own. What a
job knows lies in its folder, so that a page that is loaded anew, or a server that starts anew, finds it again.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from planner.desk.files import cannot_write, is_held, read_record, write_json
from planner.desk.workspace import Workspace
from planner.errors import DamagedError, UsageError
from planner.i18n import gettext as _

WORKER_KINDS = ("solve", "why", "check_sites", "warm")
CHILDREN = {
    "view": "planner.desk.viewing",
    "export": "planner.desk.exporting",
    "read_upload": "planner.desk.strangers.reader",
    "read_scenario": "planner.desk.scenario_reading",
}
FINAL = ("done", "failed", "cancelled", "lost")
START_GRACE_S = 20.0  # a process on a busy machine may need this long to say that it lives
KEPT_JOBS = 20  # of each kind: many maps made do not push out the last solve
MOST_CHILDREN = 6  # of one user at once
UNREADABLE_KEPT_S = 3600.0
TOLD: Mapping[str, tuple[type, ...]] = {  # what the process of a job may tell; anything else is not believed
    "stage": (str,),
    "elapsed_s": (int, float),
    "incumbent": (int, float),
    "bound": (int, float),
    "gap": (int, float),
    "unit": (str,),
    "rounds": (list,),
    "n_ahead": (int,),
    "plans": (list,),
    "revision": (int,),
    "error": (dict,),
}
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
    """Start a child process of its own for a short piece of work and return the job's id.

    Raises `UsageError` where `MOST_CHILDREN` are at work for the user already.
    """
    if len(children(ws)) >= MOST_CHILDREN:
        raise UsageError(_("Several files are being read or written for you already. Wait until they are done."))
    job = _new_job(ws, kind, payload)
    _start(job, CHILDREN[kind], log=job / "log")
    return job.name


def status(ws: Workspace, job_id: str) -> Status:
    """Return how a job stands; a job whose process is gone without a word is lost."""
    folder = ws.folder / "jobs" / job_id
    request = request_of(folder)
    if request is None:
        return Status(job_id, "unknown", "lost")
    told = told_of(folder)
    state = str(told.get("state") or "queued")
    if state not in FINAL and not _is_alive(ws, folder, request):
        told = told_of(folder)  # it may have ended between the two looks
        state = str(told["state"]) if told.get("state") in FINAL else "lost"
    known = {name: told[name] for name in told.keys() & TOLD.keys() if isinstance(told[name], TOLD[name])}
    for name in ("rounds", "plans"):
        known[name] = tuple(known.get(name) or ())
    known.update(
        id=job_id,
        kind=request["kind"],
        state=state,
        request=request["payload"],
        is_cancelled=(folder / "cancel").exists(),
    )
    job = Status(**known)
    if state == "running":  # a solver may be silent for minutes: the clock goes on
        job = replace(job, elapsed_s=job.elapsed_s + max(0.0, time.time() - _told_at(folder)))
    return _with_result(job, folder)


def _told_at(job: Path) -> float:
    """Return when the process of a job told something last."""
    try:
        return (job / "status.json").stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _with_result(job: Status, folder: Path) -> Status:
    """Return a job that is done with its result; one whose result cannot be read has failed."""
    if job.state != "done":
        return job
    try:
        return replace(job, result=read_record(folder / "result.json") or {})
    except DamagedError as error:
        return replace(job, state="failed", error={"kind": "DamagedError", "message": str(error), "problems": []})


def request_of(job: Path) -> dict[str, Any] | None:
    """Return what a job was asked, None where that is not there or cannot be read: nobody can do such a job."""
    try:
        found = read_record(job / "request.json")
    except DamagedError:
        return None
    wanted: dict[str, tuple[type, ...]] = {"kind": (str,), "payload": (dict,), "asked_at": (int, float)}
    is_sound = found is not None and all(isinstance(found.get(name), kind) for name, kind in wanted.items())
    return found if is_sound else None


def told_of(job: Path) -> dict[str, Any]:
    """Return what the process of a job told last; damaged news are none."""
    try:
        return read_record(job / "status.json") or {}
    except DamagedError:
        return {}


def newest(ws: Workspace, *kinds: str) -> Status | None:
    """Return the newest job of these kinds, None where there was none."""
    for job in sorted((ws.folder / "jobs").iterdir(), reverse=True):
        request = request_of(job)
        if request and request["kind"] in kinds:
            return status(ws, job.name)
    return None


def running(ws: Workspace) -> list[Status]:
    """Return the jobs of the worker that are not over, oldest first."""
    jobs = [job for job in sorted((ws.folder / "jobs").iterdir()) if not has_ended(job)]
    found = [status(ws, job.name) for job in jobs]
    return [job for job in found if job.kind in WORKER_KINDS and not job.is_over]


def children(ws: Workspace, *kinds: str) -> list[Status]:
    """Return the jobs of child processes that are not over, of these kinds or all."""
    jobs = [job for job in sorted((ws.folder / "jobs").iterdir()) if not has_ended(job)]
    found = [status(ws, job.name) for job in jobs]
    return [job for job in found if job.kind in (kinds or CHILDREN) and not job.is_over]


def cancel(ws: Workspace, job_id: str) -> None:
    """Ask a job to stop; the best plan so far is kept."""
    job = ws.folder / "jobs" / Path(job_id).name
    if job.is_dir():  # else it is over and was cleared away
        (job / "cancel").touch()


def ensure_worker(ws: Workspace) -> None:
    """Start the user's worker where none lives. Two that start at once do no harm: the second finds the lock and leaves."""
    folder = ws.folder / "worker"
    if not is_held(folder / "lock"):
        _start(ws.folder, "planner.desk.worker", log=folder / "log")


def has_ended(job: Path) -> bool:
    """Return whether a job told that it is over."""
    return told_of(job).get("state") in FINAL


def _new_job(ws: Workspace, kind: str, payload: Mapping[str, Any]) -> Path:
    jobs = ws.folder / "jobs"
    known = sorted(job.name for job in jobs.iterdir())
    _prune(jobs, known)
    number = max(time.time_ns(), *(_number_of(name) + 1 for name in known), 0)  # a clock set back changes no order
    job = jobs / f"{number:020d}-{secrets.token_hex(3)}"
    try:
        job.mkdir(mode=0o700)
    except OSError as error:
        raise cannot_write(error) from error
    write_json(job / "request.json", {"kind": kind, "payload": dict(payload), "asked_at": time.time()})
    return job


def _number_of(name: str) -> int:
    digits = name.partition("-")[0]
    return int(digits) if digits.isdecimal() else 0


def _prune(jobs: Path, known: list[str]) -> None:
    """Delete jobs that are over, but the newest of each kind; and what cannot be read, when it is no newcomer."""
    kept: Counter[str] = Counter()
    for name in reversed(known):
        job = jobs / name
        request = request_of(job)
        if request is None:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - job.stat().st_mtime > UNREADABLE_KEPT_S:
                    _remove(job)
        elif has_ended(job):
            kept[request["kind"]] += 1
            if kept[request["kind"]] > KEPT_JOBS:
                _remove(job)


def _remove(job: Path) -> None:
    import shutil

    _started.pop(job, None)
    shutil.rmtree(job, ignore_errors=True)


def _start(folder: Path, module: str, *, log: Path) -> None:
    for process in list(_started.values()):
        process.poll()  # what has ended is let go by the system
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
    is_waiting = not (job / "status.json").exists() and request_is_fresh(request)
    if is_waiting and is_workers:
        ensure_worker(ws)  # it ended for want of work just as the job came
    return is_waiting and (is_workers or process is None)


def request_is_fresh(request: Mapping[str, Any]) -> bool:
    """Return whether a job was handed in so lately that its process may not have spoken yet."""
    return abs(time.time() - float(request["asked_at"])) < START_GRACE_S  # not so after the clock was set back
