"""Time build, hand-over and solve of generated regions against the same matrix given to highspy as arrays.

    python benchmarks/build.py [--sizes 100x20 1000x100 5000x300] [--solve-limit 20] [--profile]

Columns: rows, columns and nonzeros; build = frames to matrix; hand-over = matrix to the solver; arrays = the same matrix
passed to highspy and nothing else; ratio = (build + hand-over) / arrays. Goal: at most 40. The solve to 0.5 % (at most
--solve-limit seconds) is timed through `Solver` and on the bare matrix. Small regions miss the goal: a build takes about
a sixth of a second however small it is, and passing a small matrix takes less than a millisecond.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.regions import region_data
from models.siting import build
from models.siting.blocks import Matrix
from models.siting.solve import Options, Solver, load

SIZES = ("100x20", "1000x100", "5000x300")
GOAL = 40.0
REPEATS = 3


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return seconds and result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def bare_solve_s(matrix: Matrix, limit_s: float) -> float:
    """Return the seconds that HiGHS takes on the bare matrix."""
    highs = load(matrix)
    for name, value in (("mip_rel_gap", 0.005), ("time_limit", limit_s), ("random_seed", 0)):
        highs.setOptionValue(name, value)
    return timed(highs.run)[0]


def measure(size: str, solve_limit_s: float) -> dict[str, float]:
    """Return the figures of one size; the best of three builds and hand-overs."""
    n_sites, n_stations = (int(k) for k in size.split("x"))
    generate_s, data = timed(lambda: region_data(n_sites, n_stations))
    build_s, model = min((timed(lambda: build(data)) for _ in range(REPEATS)), key=lambda x: x[0])
    handover_s = min(timed(lambda: Solver(model))[0] for _ in range(REPEATS))
    arrays_s = min(timed(lambda: load(model.matrix))[0] for _ in range(REPEATS))
    out = {
        "rows": model.matrix.n_rows, "columns": model.matrix.n_cols, "nonzeros": len(model.matrix.values),
        "generate_s": generate_s, "build_s": build_s, "handover_s": handover_s, "arrays_s": arrays_s,
        "ratio": (build_s + handover_s) / arrays_s,
    }  # fmt: skip
    if solve_limit_s > 0:
        out["solve_s"] = Solver(model).solve(Options(time_limit_s=solve_limit_s)).solve_s
        out["bare_solve_s"] = bare_solve_s(model.matrix, solve_limit_s)
        out["solve_ratio"] = out["solve_s"] / out["bare_solve_s"]
    return out


def main() -> int:
    """Print one line per size, and where the ratio misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="SITESxSTATIONS")
    parser.add_argument("--solve-limit", type=float, default=20.0, help="seconds; 0 leaves the solve out")
    parser.add_argument("--profile", action="store_true", help="print the hot spots of the last size's build")
    options = parser.parse_args()
    missed = []
    for k, size in enumerate(options.sizes):
        figures = measure(size, options.solve_limit)
        if k == 0:
            print("  ".join(["size".rjust(10), *(name.rjust(12) for name in figures)]))
        numbers = (f"{v:12.4f}" if isinstance(v, float) else f"{v:12d}" for v in figures.values())
        print("  ".join([size.rjust(10), *numbers]), flush=True)
        missed += [size] if figures["ratio"] > GOAL else []
    print(f"ratio above {GOAL:.0f}: {', '.join(missed)}" if missed else f"no ratio above {GOAL:.0f}")
    if options.profile:
        data = region_data(*(int(k) for k in options.sizes[-1].split("x")))
        profile = cProfile.Profile()
        profile.runcall(build, data)
        pstats.Stats(profile).sort_stats("cumtime").print_stats(40)
    return 0


if __name__ == "__main__":
    sys.exit(main())
