"""Outages the slow and plain way: pandapower on the original network, one `runpp` for each, elements by name.

Written from pandapower's documentation alone, without a look at models/grid: the engine must agree with it.
"""

from __future__ import annotations

import copy
import warnings
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandapower as pp
import pandas as pd
from numpy.typing import NDArray

BRANCHES = ("line", "trafo", "trafo3w")
ENDS = {
    "line": ("from_bus", "to_bus"),
    "trafo": ("hv_bus", "lv_bus"),
    "trafo3w": ("hv_bus", "mv_bus", "lv_bus"),
    "impedance": ("from_bus", "to_bus"),
}


@dataclass(frozen=True)
class Truth:
    """What pandapower says: voltages by bus name (NaN: dead), loadings by (kind, name), names of the dead buses."""

    is_converged: bool
    vm_pu: pd.Series
    va_degree: pd.Series
    percent: pd.Series
    dead: frozenset[str]


def uniquely_named(net: Any) -> Any:
    """Return a copy in which every bus and every element has a name of its own."""
    net = copy.deepcopy(net)
    for table in ("bus", *ENDS, "gen", "sgen", "ext_grid"):
        net[table]["name"] = [f"{table} {i}" for i in net[table].index]
    for table in ("trafo", "trafo3w"):
        if "tap_dependency_table" not in net[table]:
            net[table]["tap_dependency_table"] = False  # pandapower warns of older files without it
    return net


def outage_keys(net: Any, kind: str) -> list[str]:
    """Return the names of the outages of a kind: rows in service that carry something or feed in."""
    if kind == "double":
        rows = net.line[net.line.in_service]
        at: dict[frozenset[int], list[str]] = {}
        for row in rows.itertuples():
            at.setdefault(frozenset((row.from_bus, row.to_bus)), []).extend([row.name] * int(row.parallel))
        return [f"{names[0]} + {names[1]}" for names in at.values() if len(names) > 1]
    if kind == "generator":
        return [n for t in ("gen", "sgen") for n in net[t]["name"][net[t].in_service & (net[t].p_mw > 0)]]
    if kind == "busbar":
        n_ends: Counter[int] = Counter()
        for table, columns in ENDS.items():
            for row in net[table][net[table].in_service].to_dict("records"):
                n_ends.update({row[c]: int(row.get("parallel", 1)) for c in columns})
        return [n for b, n in net.bus["name"].items() if n_ends[b] > 1 and b not in set(net.ext_grid.bus)]
    return list(net[kind]["name"][net[kind].in_service])


def without(net: Any, kind: str, element: str) -> Any:
    """Return a copy of the network with the outage: one circuit or unit less, or the row out of service."""
    net = copy.deepcopy(net)
    if kind in BRANCHES:
        _less_one(net, kind, element)
    elif kind == "double":
        for part in element.split(" + "):
            _less_one(net, "line", part)
    elif kind == "generator":
        table = "gen" if element in set(net.gen["name"]) else "sgen"
        net[table].loc[net[table]["name"] == element, "in_service"] = False
    elif kind == "busbar":
        (bus,) = net.bus.index[net.bus["name"] == element]
        net.bus.loc[bus, "in_service"] = False
        for table, columns in ENDS.items():
            net[table].loc[(net[table][list(columns)] == bus).any(axis=1), "in_service"] = False
    else:
        raise AssertionError(kind)
    return net


def _less_one(net: Any, table: str, name: str) -> None:
    (i,) = net[table].index[net[table]["name"] == name]
    if table != "trafo3w" and net[table].at[i, "parallel"] > 1:
        net[table].loc[i, "parallel"] -= 1
    else:
        assert net[table].at[i, "in_service"], f"{name} is out already"
        net[table].loc[i, "in_service"] = False


def solve(net: Any, added: dict[str, tuple[float, float]] | None = None) -> Truth:
    """Return pandapower's solution, with loads (MW, Mvar) added at named buses; results stay in `net`."""
    net = copy.deepcopy(net) if added else net
    for name, (p_mw, q_mvar) in (added or {}).items():
        (bus,) = net.bus.index[net.bus["name"] == name]
        pp.create_load(net, bus, p_mw=p_mw, q_mvar=q_mvar)
    for start in ("dc", "flat"):
        if _converges(net, start):
            return _truth(net)
    none = pd.Series(dtype=float)
    return Truth(False, none, none, none, frozenset())


def solve_from(net: Any, vm_pu: NDArray[np.float64], va_degree: NDArray[np.float64]) -> Truth:
    """Return pandapower's solution from a given point: a point that solves the flow stays where it is."""
    start = {"init_vm_pu": np.nan_to_num(vm_pu, nan=1.0), "init_va_degree": np.nan_to_num(va_degree)}
    if _converges(net, "auto", **start):
        return _truth(net)
    none = pd.Series(dtype=float)
    return Truth(False, none, none, none, frozenset())


def _converges(net: Any, start: str, **more: Any) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pp.runpp(net, init=start, trafo_loading="current", tolerance_mva=2e-9, **more)
        except pp.LoadflowNotConverged:
            return False
    return True


def _truth(net: Any) -> Truth:
    vm_pu = net.res_bus.vm_pu.set_axis(net.bus["name"])
    percent = {
        (kind, name): value
        for kind in BRANCHES
        for name, value in zip(net[kind]["name"], net[f"res_{kind}"]["loading_percent"], strict=True)
    }
    return Truth(
        is_converged=True,
        vm_pu=vm_pu,
        va_degree=net.res_bus.va_degree.set_axis(net.bus["name"]),
        percent=pd.Series(percent, dtype=float),
        dead=frozenset(vm_pu.index[vm_pu.isna()]),
    )


def assert_agrees(engine: Any, batch: Any, row: int, truth: Truth, *, what: object = "") -> None:
    """Compare a row of an engine's batch with the truth: 1e-8 pu, 1e-6 points of loading, the same dead buses."""
    assert bool(batch.is_converged[row]) == truth.is_converged, what
    if not truth.is_converged:
        return
    names = engine.buses["bus"].to_numpy(str)
    vm_pu = truth.vm_pu.reindex(names).to_numpy(float)
    assert set(names[batch.is_dead[row]]) == set(truth.dead), what
    _close(batch.vm_pu[row], vm_pu, 1e-8, f"voltage {what}")
    if np.isfinite(vm_pu).sum() > 1:  # with one live bus pandapower solves nothing and says 0 degrees whatever is held
        _close(
            _turn(batch.va_degree[row], truth.va_degree.reindex(names).to_numpy(float)), 0.0 * vm_pu, 1e-6, f"{what}"
        )
    _compare_loadings(engine.branches, np.asarray(batch.percent[row], dtype=float), truth, what)


def _compare_loadings(branches: pd.DataFrame, found: NDArray[np.float64], truth: Truth, what: object) -> None:
    """Every circuit that carries something is loaded as its row; where none of a row does, the row carries nothing."""
    keys = pd.MultiIndex.from_frame(branches[["kind", "element"]])
    expected = np.nan_to_num(truth.percent.reindex(keys).to_numpy(float))
    out = np.isnan(found)
    _close(found[~out], expected[~out], 1e-6, f"loading {what}")
    silent = ~keys.isin(keys[~out])
    assert not (expected[silent] > 1e-6).any(), f"{what}: {list(keys[silent & (expected > 1e-6)])} carry something"


def _turn(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the difference of two angles [degrees] in -180 to 180."""
    return (a - b + 180.0) % 360.0 - 180.0


def _close(found: NDArray[np.float64], expected: NDArray[np.float64], within: float, what: str) -> None:
    assert (np.isnan(found) == np.isnan(expected)).all(), what
    apart = np.abs(found - expected)
    assert not (apart > within).any(), f"{what}: apart by {np.nanmax(apart)}"
