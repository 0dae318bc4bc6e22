"""AC power flow of the base case and of single outages, one after the other on one network.

An outage takes one circuit or unit away (`parallel` - 1, or the element itself) and puts it back. Which buses are
without supply is found on the graph, not from missing voltages: a voltage that is missing anywhere else means that
the flow was not solved.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import MatrixRankWarning

from models.grid.network import PLAN_LOAD, build_net
from models.grid.rules import Floats

Kind = Literal["line", "trafo"]
Flags = NDArray[np.bool_]
_KINDS: tuple[Kind, ...] = ("line", "trafo")


@dataclass(frozen=True)
class Outage:
    """One circuit or unit of a row of `lines` or `trafos`; `position` counts the rows from 0."""

    kind: Kind
    element: str
    position: int


@dataclass(frozen=True)
class State:
    """Result of one power flow; NaN where a bus is dead or a branch carries nothing because it is out.

    vm_pu [pu], va_degree [degrees], line_percent and trafo_percent [%] follow the rows of the tables; `is_dead` marks
    buses without a path to an external source. Not converged: all NaN.
    """

    is_converged: bool
    vm_pu: Floats
    va_degree: Floats
    line_percent: Floats
    trafo_percent: Floats
    is_dead: Flags

    def percent(self, kind: Kind) -> Floats:
        """Return the loadings of a kind of branch [%]."""
        return self.line_percent if kind == "line" else self.trafo_percent


class NetworkSolver:
    """A network with its loads, solved in the base case at once and for one outage at a time on demand."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], *, plan_loads: pd.DataFrame | None = None) -> None:
        self.net = build_net(tables, plan_loads=plan_loads)
        self.bus_names: tuple[str, ...] = tuple(self.net.bus["name"])
        self.vn_kv: Floats = self.net.bus["vn_kv"].to_numpy(dtype=float)
        self._ends = {
            "line": self.net.line[["from_bus", "to_bus"]].to_numpy(dtype=int),
            "trafo": self.net.trafo[["hv_bus", "lv_bus"]].to_numpy(dtype=int),
        }
        self._solved: dict[Outage | None, State] = {}

    def change_plan_load(self, p_mw: float, q_mvar: float) -> None:
        """Give every plan load this power [MW, Mvar] and forget what was solved before."""
        is_plan = self.net.load["type"] == PLAN_LOAD
        self.net.load.loc[is_plan, ["p_mw", "q_mvar"]] = [p_mw, q_mvar]
        self._solved.clear()

    @property
    def base(self) -> State:
        """The state with everything in service."""
        return self.state(None)

    def names(self, kind: Kind) -> tuple[str, ...]:
        """Return the names of a kind of branch in table order."""
        return tuple(self.net[kind]["name"])

    def outages(self) -> tuple[Outage, ...]:
        """Return one outage for each row in service, lines first."""
        found = []
        for kind in _KINDS:
            table = self.net[kind]
            rows = zip(table["name"], table["in_service"], strict=True)
            found += [Outage(kind, str(name), i) for i, (name, is_on) in enumerate(rows) if is_on]
        return tuple(found)

    def classes(self, kind: Kind) -> list[str]:
        """Return the element class of each branch: `line`, or `trafo_` with the kV of its high-side bus."""
        if kind == "line":
            return ["line"] * len(self.net.line)
        return [f"trafo_{kv:g}" for kv in self.vn_kv[self._ends["trafo"][:, 0]]]

    def load_mw(self, is_counted: Flags, *, only_plan: bool = False) -> float:
        """Return the load at the marked buses [MW]; negative loads do not offset others."""
        load = self.net.load
        here = is_counted[load["bus"].to_numpy(dtype=int)] & (load["p_mw"].to_numpy(dtype=float) > 0)
        if only_plan:
            here &= (load["type"] == PLAN_LOAD).to_numpy(dtype=bool)
        return float(load["p_mw"].to_numpy(dtype=float)[here].sum())

    def state(self, outage: Outage | None) -> State:
        """Return the state during an outage (None: base case), solved once and kept."""
        if outage not in self._solved:
            self._solved[outage] = self.solve(outage)
        return self._solved[outage]

    def solve(self, outage: Outage | None) -> State:
        """Solve the AC power flow during an outage, from the base voltages and, failing that, from a DC start."""
        with _switched(self.net, outage):
            is_dead = self._dead_buses()
            starts: list[dict[str, Any]] = [{"init": "dc"}]
            if outage is not None and self.base.is_converged:
                vm_pu, va_degree = np.nan_to_num(self.base.vm_pu, nan=1.0), np.nan_to_num(self.base.va_degree)
                starts.insert(0, {"init_vm_pu": vm_pu, "init_va_degree": va_degree})
            if any(_converges(self.net, start) for start in starts):
                return self._read(is_dead)
        return self._failed(is_dead)

    def _in_service(self, kind: Kind) -> Flags:
        return self.net[kind]["in_service"].to_numpy(dtype=bool)

    def _dead_buses(self) -> Flags:
        """Return the buses that no branch in service joins to an external source."""
        n = len(self.vn_kv)
        ends = np.vstack([self._ends[kind][self._in_service(kind)] for kind in _KINDS])
        graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
        part = connected_components(graph, directed=False)[1]
        return ~np.isin(part, part[self.net.ext_grid["bus"].to_numpy(dtype=int)])

    def _read(self, is_dead: Flags) -> State:
        """Return the results; a missing number at a live element means that nothing was solved."""
        vm_pu = np.where(is_dead, np.nan, self.net.res_bus["vm_pu"].to_numpy(dtype=float))
        va_degree = np.where(is_dead, np.nan, self.net.res_bus["va_degree"].to_numpy(dtype=float))
        percent: dict[str, Floats] = {}
        is_solved = bool(np.isfinite(vm_pu[~is_dead]).all())
        for kind in _KINDS:
            is_live = self._in_service(kind) & ~is_dead[self._ends[kind]].any(axis=1)
            values = self.net[f"res_{kind}"]["loading_percent"].to_numpy(dtype=float)
            percent[kind] = np.where(is_live, values, np.nan)
            is_solved = is_solved and bool(np.isfinite(values[is_live]).all())
        if not is_solved:
            return self._failed(is_dead)
        return State(True, vm_pu, va_degree, percent["line"], percent["trafo"], is_dead)

    def _failed(self, is_dead: Flags) -> State:
        n_buses, n_lines, n_trafos = len(self.vn_kv), len(self.net.line), len(self.net.trafo)
        none = np.full(max(n_buses, n_lines, n_trafos), np.nan)
        return State(False, none[:n_buses], none[:n_buses], none[:n_lines], none[:n_trafos], is_dead)


@contextmanager
def _switched(net: Any, outage: Outage | None) -> Iterator[None]:
    """Take one circuit or unit out for the time of the block."""
    if outage is None:
        yield
        return
    table = net[outage.kind]
    index = table.index[outage.position]
    n_parallel = int(table.at[index, "parallel"])
    column, value = ("parallel", n_parallel - 1) if n_parallel > 1 else ("in_service", False)
    before = table.at[index, column]
    table.at[index, column] = value
    try:
        yield
    finally:
        table.at[index, column] = before


def _converges(net: Any, start: Mapping[str, Any]) -> bool:
    """Run one power flow; a singular matrix or an overflow on the way is a flow that does not converge."""
    import pandapower as pp

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MatrixRankWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            pp.runpp(net, numba=True, trafo_loading="current", **start)
        except pp.LoadflowNotConverged:
            return False
    return True
