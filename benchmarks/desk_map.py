"""The map with many candidates, measured in Chromium through the real server: first map, and a rerun after a switch.

    python benchmarks/desk_map.py [--cell-km 0.8] [--repeats 15]

The region is Beijing with cells so small that more than 5,000 candidates are left (and some 21,000 excluded cells). "First
map" runs from the address to a drawn map, the view being there (its making is told apart). The first one of a
new server and browser also pays for their start. A rerun starts with the click on
a switch and ends when the page shows the result and the browser is free again. Goals: 5 s and 1 s at the median.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planner.bundled import DEMO_REGION, DEMO_SCENARIO
from planner.desk.files import read_json, write_json
from planner.desk.view_key import view_file
from planner.desk.workspace import Workspace
from planner.scenario import Scenario, load_scenario

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TOKEN = "a desk of the benchmark"  # noqa: S105 (not a password)
ROOT = Path(__file__).parents[1]
FREE = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
RESTING = '[data-testid="stApp"][data-test-script-state="notRunning"]'
SWITCH, SIGN = "Existing centres", "Existing data centre, size by MW IT"


def many_candidates(cell_km: float) -> Scenario:
    """Return Beijing's reference scenario with small cells and no least area."""
    changes = {"screening.cell_km": cell_km, "screening.min_area_ha": 0.0}
    return load_scenario(DEMO_SCENARIO).changed(changes)


def make_view(ws: Workspace, scenario: Scenario) -> dict[str, Any]:
    """Make the view as the desk does, in a child process; print how long it took and how large it is."""
    out = view_file(ws, ws.region(DEMO_REGION.name), scenario)
    job = ws.folder / "jobs" / "view"
    payload = {"region": str(DEMO_REGION), "scenario": scenario.model_dump(mode="json"), "out": str(out)}
    write_json(job / "request.json", {"kind": "view", "payload": payload, "asked_at": time.time()})
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "planner.desk.viewing", str(job)], check=True, cwd=ROOT)  # noqa: S603
    view: dict[str, Any] = read_json(out)
    print(f"view made in {time.perf_counter() - started:.1f} s, {out.stat().st_size / 1e6:.1f} MB; "
          f"{view['screening']['n_candidates']} candidates, {view['screening']['n_excluded']} excluded")  # fmt: skip
    return view


@contextmanager
def server(desks: Path) -> Iterator[str]:
    """Run the desk's server on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    process = subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env={**os.environ, "SITE_BY_POWER_DESKS": str(desks)}, stdout=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/_stcore/health")
        yield url
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str) -> None:
    """Return when the server answers."""
    for _attempt in range(300):
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 (our own server)
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


def processor_s() -> float:
    """Return the processor time of all processes that were started here and still live [s]: a busy machine's measure."""
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it just ended
        parents[int(stat.parent.name)], used[int(stat.parent.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    own = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    return sum(used.get(pid, 0) for pid in own) / os.sysconf("SC_CLK_TCK")


def first_map(context: Any, url: str) -> tuple[Any, float, float]:
    """Open the desk in a new tab; return the page, the seconds to a drawn map, and processor time."""
    page = context.new_page()
    started, used = time.perf_counter(), processor_s()
    page.goto(url)
    page.wait_for_selector("canvas", timeout=120_000)
    page.get_by_text("Candidate cell").wait_for(timeout=120_000)
    page.wait_for_selector(RESTING, timeout=120_000)
    page.evaluate(FREE)
    return page, time.perf_counter() - started, processor_s() - used


def switched(page: Any, *, is_on: bool) -> tuple[float, float]:
    """Click the switch of one layer; return the seconds until the legend follows and the browser is free, and processor."""
    started, used = time.perf_counter(), processor_s()
    page.get_by_role("button", name=SWITCH).click()
    page.get_by_text(SIGN).first.wait_for(state="attached" if is_on else "detached", timeout=60_000)
    page.wait_for_selector(RESTING, timeout=60_000)
    page.evaluate(FREE)
    return time.perf_counter() - started, processor_s() - used


def measure(url: str, *, repeats: int) -> None:
    """Print the medians."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        firsts, again = [], []
        for _repeat in range(3):
            context = browser.new_context(viewport={"width": 1500, "height": 1000}, locale="en")
            context.add_cookies([{"name": "site_by_power_desk", "value": TOKEN, "url": url}])
            page, *seconds = first_map(context, url)
            firsts.append(seconds)
            if _repeat == 0:
                page.get_by_role("button", name="Layers").click()
                again = [switched(page, is_on=i % 2 == 1) for i in range(repeats)]
            context.close()
        browser.close()
    for what, rows in (("first map", firsts), ("rerun after a switch", again)):
        passed, used = ([row[i] for row in rows] for i in (0, 1))
        print(f"{what}: median {statistics.median(passed):.2f} s, worst {max(passed):.2f} s; "
              f"processor, all processes: median {statistics.median(used):.2f} s; n = {len(rows)}; "
              f"in order {', '.join(f'{s:.2f}' for s in passed)}")  # fmt: skip


def main() -> None:
    """Measure on a desk of its own that is deleted afterwards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cell-km", type=float, default=0.8)
    parser.add_argument("--repeats", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SITE_BY_POWER_DESKS"] = folder
        ws, scenario = Workspace.of(TOKEN), many_candidates(asked.cell_km)
        ws.save(region=DEMO_REGION.name, lang="en", scenario=scenario.model_dump(mode="json", exclude={"region"}))
        make_view(ws, scenario)
        print(f"load average {os.getloadavg()[0]:.1f}")
        with server(Path(folder)) as url:
            measure(url, repeats=asked.repeats)
        print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
