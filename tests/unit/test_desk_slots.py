"""Places for solves: never more than the limit, in order of arrival, never held by the dead."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from planner.desk.files import is_held
from planner.desk.slots import slot
from tests.source import ROOT


def never() -> bool:
    return False


def test_no_more_than_the_limit_at_once(tmp_path: Path) -> None:
    now, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal now, most
        with slot(tmp_path, 2, on_wait=lambda _n: None, should_stop=never) as has_place:
            assert has_place
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.05)
            with lock:
                now -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 2
    assert not list(tmp_path.glob("ticket-*"))


def test_who_waits_is_told_how_many_are_before_and_may_leave(tmp_path: Path) -> None:
    told: list[int] = []

    with (
        slot(tmp_path, 1, on_wait=told.append, should_stop=never),
        slot(tmp_path, 1, on_wait=told.append, should_stop=lambda: len(told) > 1) as has_place,
    ):
        assert not has_place

    assert told == [0, 0]


def test_a_place_of_a_killed_process_is_free_again(tmp_path: Path) -> None:
    program = f"""
import time
from pathlib import Path
from planner.desk.slots import slot
with slot(Path({str(tmp_path)!r}), 1, on_wait=lambda n: None, should_stop=lambda: False):
    print("in", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    assert is_held(tmp_path / "place-0.lock")

    process.kill()
    process.wait()
    process.stdout.close()

    with slot(tmp_path, 1, on_wait=lambda _n: None, should_stop=never) as has_place:
        assert has_place
