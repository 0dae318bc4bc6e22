"""Small JSON files that two processes share: written whole by rename, read whole or not at all; and locks of the living."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from planner.errors import DamagedError, DeskError
from planner.export.atomic import write_text
from planner.i18n import gettext as _

_probing = threading.Lock()  # two threads of the server that look at once would each see the other


def write_json(path: Path, value: Any) -> Path:
    """Write plain data by rename; a number that is not finite is refused. Raises `DeskError` where the disk is full."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        return write_text(path, text)
    except OSError as error:
        raise cannot_write(error) from error


def cannot_write(error: OSError) -> DeskError:
    """Return the refusal for a desk that the system lets nobody write to."""
    message = _("Your desk cannot be written ({what}). Nothing that was kept is lost; tell who runs the server.")
    return DeskError(message.format(what=error.strerror or type(error).__name__))


def read_json(path: Path) -> Any:
    """Return the plain data of a file, None where there is no file; raise `DamagedError` where it holds something else."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, RecursionError) as error:  # also text that is not UTF-8
        raise _damaged(path) from error
    except OSError as error:
        message = _("{file} of your desk cannot be read ({what}).")
        raise DeskError(message.format(file=path.name, what=error.strerror or type(error).__name__)) from error


def read_record(path: Path) -> dict[str, Any] | None:
    """Return the mapping in a file, None where there is no file; raise `DamagedError` where it holds something else."""
    found = read_json(path)
    if found is None and path.is_file():
        raise _damaged(path)  # the word null
    if found is not None and not isinstance(found, dict):
        raise _damaged(path)
    return found


def _damaged(path: Path) -> DamagedError:
    return DamagedError(_("{file} of your desk is damaged.").format(file=f"{path.parent.name}/{path.name}"))


def is_held(lock: Path) -> bool:
    """Return whether a living process holds the lock; the system frees it when the process ends, however it ends."""
    if not lock.exists():
        return False
    probe = FileLock(lock)
    with _probing:
        try:
            probe.acquire(timeout=0)
        except Timeout:
            return True
        except OSError as error:
            raise cannot_write(error) from error
        probe.release()
    return False
