"""Time and memory of the national reference scenario and its variants: read, assemble, build, solve, audit.

    python benchmarks/east_west.py [--only reference tight_latency ...] [--limit 120]

One process per scenario, so that the peak memory is its own. Columns: wall and process seconds of the whole run and of the
solve, certified gap, checks of the audit, peak memory. Goal for the reference, all years 2025 to 2035: a gap of 0.5 % within
60 s of wall time on two quiet cores, under 2 GB.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = ROOT / "gis_data" / "east_west" / "scenarios"
NAMES = ("reference", "latency_off", "tight_latency", "certificates_dear", "prices_reversed")
HEAD = "scenario             wall s  process s  solve s      gap  status     unserved MW  audit            peak MB"
KIB_PER_MB = 1024.0


def measure(name: str, limit_s: float) -> dict[str, Any]:
    """Return what one run took; meant for a process of its own."""
    from planner.pipeline import run

    wall, process = time.perf_counter(), time.process_time()
    plan = run(SCENARIOS / f"{name}.yaml", time_limit_s=limit_s).plan
    audit = plan["audit"] or {"status": "no plan", "n_checks": 0}
    return {
        "name": name,
        "wall_s": time.perf_counter() - wall,
        "process_s": time.process_time() - process,
        "solve_s": plan["record"]["times"]["solve_s"],
        "gap": -1.0 if plan["gap"] is None else plan["gap"],
        "status": plan.status,
        "unserved_mw": sum(row["it_mw"] for row in plan["unserved"]),
        "audit": f"{audit['status']} {audit['n_checks']:,}",
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MB,
    }


def shown(row: dict[str, Any]) -> str:
    """Return one line of the table."""
    return (
        "{name:<20} {wall_s:>6.1f} {process_s:>10.1f} {solve_s:>8.1f} {gap:>7.2%}  {status:<10} {unserved_mw:>11.1f}  "
        "{audit:<15} {peak_mb:>8.0f}"
    ).format(**row)


def main() -> None:
    """Measure each scenario in a process of its own and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--limit", type=float, default=120.0, help="time limit of a solve [s]")
    parser.add_argument("--one", choices=NAMES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.one, asked.limit)))
        return
    print(HEAD)
    for name in asked.only:
        command = [sys.executable, __file__, "--one", name, "--limit", str(asked.limit)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (our own file)
        if done.returncode:
            print(f"{name}: {done.stderr.strip().splitlines()[-1]}")
            continue
        print(shown(json.loads(done.stdout.splitlines()[-1])), flush=True)


if __name__ == "__main__":
    main()
