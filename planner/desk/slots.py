"""A limit on solves at once, over all users: numbered places, taken in order of arrival.

Tickets and places are lock files: the system frees those of a process that died, so nobody waits for the dead.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from planner.desk.files import is_held

POLL_S = 0.2


@contextlib.contextmanager
def slot(
    folder: Path, n_slots: int, *, on_wait: Callable[[int], None], should_stop: Callable[[], bool]
) -> Iterator[bool]:
    """Hold one of `n_slots` places inside the block; gives False where the wait was called off.

    `on_wait(n_ahead)` is told how many came earlier and still wait.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ticket = folder / f"ticket-{time.time_ns():020d}-{os.getpid()}.lock"
    place: FileLock | None = None
    with FileLock(ticket):
        while place is None and not should_stop():
            n_ahead = _ahead(folder, ticket)
            place = _free_place(folder, n_slots) if n_ahead == 0 else None
            if place is None:
                on_wait(n_ahead)
                time.sleep(POLL_S)
    ticket.unlink(missing_ok=True)
    try:
        yield place is not None
    finally:
        if place is not None:
            place.release()


def _ahead(folder: Path, own: Path) -> int:
    """Return how many earlier tickets are held by living processes; those of the dead are removed."""
    n = 0
    for ticket in sorted(folder.glob("ticket-*.lock")):
        if ticket >= own:
            break
        if is_held(ticket):
            n += 1
        else:
            ticket.unlink(missing_ok=True)
    return n


def _free_place(folder: Path, n_slots: int) -> FileLock | None:
    for number in range(n_slots):
        lock = FileLock(folder / f"place-{number}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        return lock
    return None
