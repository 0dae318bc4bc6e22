"""The worker of one user: `python -m planner.desk.worker FOLDER`. It does the user's jobs in order and keeps the model loaded.

It holds a lock while it lives, takes a place among all users' solves before it starts one, and ends when nothing came for a
while. A job that fails ends that job; whatever kills the process is seen by the pages, which start the next one.
"""

from __future__ import annotations

import sys
import time
import traceback
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from planner.desk.child import error_of, take_up
from planner.desk.context import Context
from planner.desk.files import write_json
from planner.desk.jobs import WORKER_KINDS, has_ended, request_of, told_of
from planner.desk.settings import settings
from planner.desk.slots import slot
from planner.desk.tasks import TASKS, Held
from planner.desk.workspace import Workspace

POLL_S = 0.1
LOCK_WAIT_S = 2.0
SOLVES = ("solve", "why")  # these wait for a place among all users


def main(folder: Path) -> int:
    """Work until nothing came for the idle time; return 0, also where another worker of the user lives."""
    lock, idle_s = FileLock(folder / "worker" / "lock"), settings().idle_minutes * 60
    try:
        lock.acquire(timeout=LOCK_WAIT_S)  # a page that only looks holds it for a moment
    except Timeout:
        return 0
    ws, held = Workspace(folder), Held()
    with lock:
        bury(ws)
        waited_from = time.monotonic()
        while time.monotonic() - waited_from < idle_s and folder.is_dir():
            job = _next(ws)
            if job is None:
                time.sleep(POLL_S)
                continue
            do(ws, job, held)
            waited_from = time.monotonic()
    return 0


def bury(ws: Workspace) -> None:
    """Mark jobs that a dead worker left running as lost: they are not done again by themselves."""
    for job in _open_jobs(ws):
        if (job / "status.json").exists():
            write_json(job / "status.json", {**told_of(job), "state": "lost"})


def _open_jobs(ws: Workspace) -> list[Path]:
    """Return the worker's jobs that are not over, oldest first; one whose request cannot be read is nobody's."""
    found = []
    for job in sorted((ws.folder / "jobs").iterdir()):
        request = request_of(job)
        if request and request["kind"] in WORKER_KINDS and not has_ended(job):
            found.append(job)
    return found


def _next(ws: Workspace) -> Path | None:
    return next(iter(_open_jobs(ws)), None)


def do(ws: Workspace, job: Path, held: Held) -> None:
    """Do one job and say how it ended."""
    context = Context(ws, job)
    context.tell(stage="reading")  # before anything else: a job that kills its worker must not kill the next one too
    kind, payload = take_up(job)
    if kind not in SOLVES:
        _do(kind, payload, context, held)
        return
    rules = settings()
    with slot(
        rules.root / "slots",
        rules.max_solves,
        on_wait=lambda n: context.tell(is_urgent=False, state="waiting", n_ahead=n),
        should_stop=context.should_stop,
    ) as has_place:
        if not has_place:
            context.end("cancelled")
            return
        context.tell(state="running", n_ahead=0)
        _do(kind, payload, context, held)


def _do(kind: str, payload: dict[str, Any], context: Context, held: Held) -> None:
    try:
        result = TASKS[kind](payload, context, held)
    except Exception as error:  # noqa: BLE001 (one job's end is not the worker's; the page shows it, the log has the rest)
        traceback.print_exc()
        context.end("failed", error=error_of(error))
        return
    write_json(context.job / "result.json", result)
    context.end("done")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
