"""Small JSON files that two processes share: written whole by rename, read whole or not at all; and locks of the living."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from planner.export.atomic import write_text


def write_json(path: Path, value: Any) -> Path:
    """Write plain data by rename; a number that is not finite is refused."""
    return write_text(path, json.dumps(value, ensure_ascii=False, allow_nan=False))


def read_json(path: Path) -> Any:
    """Return the plain data of a file, None where there is no file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def is_held(lock: Path) -> bool:
    """Return whether a living process holds the lock; the system frees it when the process ends, however it ends."""
    if not lock.exists():
        return False
    probe = FileLock(lock)
    try:
        probe.acquire(timeout=0)
    except Timeout:
        return True
    probe.release()
    return False
