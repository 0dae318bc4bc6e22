"""What every child process of the desk does around its work: read the request, hold the lock, say how it ended."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock

from planner.desk.files import read_record, write_json
from planner.errors import InputProblems, PlannerError
from planner.i18n import LANGUAGES, set_language


def error_of(error: BaseException) -> dict[str, Any]:
    """Return an error as plain data: a refusal with its problems, or the name of what went wrong inside."""
    if isinstance(error, InputProblems):
        return {"kind": "InputProblems", "message": str(error), "problems": [asdict(p) for p in error.problems]}
    if isinstance(error, PlannerError):
        return {"kind": type(error).__name__, "message": str(error), "problems": []}
    return {"kind": "internal", "message": f"{type(error).__name__}: {error}", "problems": []}


def take_up(job: Path) -> tuple[str, dict[str, Any]]:
    """Return kind and payload of a job, and speak the language of its user from now on."""
    request = read_record(job / "request.json") or {}
    kind, payload = str(request["kind"]), dict(request["payload"])
    set_language(payload["lang"] if payload.get("lang") in LANGUAGES else "en")
    return kind, payload


def serve(work: Callable[[Mapping[str, Any], Path], Any], arguments: list[str] | None = None) -> int:
    """Do one job: `work(payload, job folder)` returns the result as plain data. Return the exit code."""
    (name,) = sys.argv[1:] if arguments is None else arguments
    folder = Path(name)
    with FileLock(folder / "lock"):
        _kind, payload = take_up(folder)
        write_json(folder / "status.json", {"state": "running"})
        try:
            result = work(payload, folder)
        except Exception as error:  # noqa: BLE001 (the child's last line: the page must learn what happened)
            traceback.print_exc()
            write_json(folder / "status.json", {"state": "failed", "error": error_of(error)})
            return 1
        write_json(folder / "result.json", result)
        write_json(folder / "status.json", {"state": "done"})
    return 0
