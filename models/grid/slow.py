"""The reference path: pandapower's own power flow, one row after the other on one network."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import MatrixRankWarning

from models.grid.outages import BRANCH_ENDS, Outage
from models.grid.rules import Floats

Flags = NDArray[np.bool_]
PLAIN_BRANCHES = ("line", "trafo", "trafo3w", "impedance")
_EXTRA = "what the row draws on top"


class SlowSolver:
    """A pandapower network solved for one outage and one load at a time."""

    def __init__(self, net: Any, *, slack: str = "single") -> None:
        self.net = net
        self._is_distributed = slack == "distributed"
        self._base: tuple[Floats, Floats] | None = None
        self._extra: Any = None

    def solve(
        self, outage: Outage | None, p_mw: Floats | None, q_mvar: Floats | None
    ) -> tuple[bool, Floats, Floats, Floats, Flags]:
        """Return is_converged, vm_pu, va_degree (n_buses,), percent (n_branches,), is_dead (n_buses,)."""
        with self._loaded(p_mw, q_mvar), _without(self.net, outage):
            is_dead = self.dead_buses()
            starts: list[Mapping[str, Any]] = [{"init": "dc"}, {"init": "flat"}]
            # pandapower takes no starting voltages for the inner buses of these elements
            has_inner = len(self.net.trafo3w) > 0 or len(self.net.xward) > 0
            if outage is not None and self._base is not None and not has_inner:
                starts.insert(0, {"init_vm_pu": self._base[0], "init_va_degree": self._base[1]})
            for start in starts:
                if self._converges(start):
                    found = self._read(is_dead)
                    if found is not None:
                        if outage is None and p_mw is None:
                            self._base = np.nan_to_num(found[1], nan=1.0), np.nan_to_num(found[2])
                        return found
        n = len(self.net.bus)
        m = sum(len(self.net[table]) for table in ("line", "trafo", "trafo3w"))
        return False, np.full(n, np.nan), np.full(n, np.nan), np.full(m, np.nan), is_dead

    def dead_buses(self) -> Flags:
        """Return the buses that no branch in service and no closed switch joins to an external source.

        A source is an external grid, or a generator marked as slack.
        """
        net, index = self.net, {int(b): i for i, b in enumerate(self.net.bus.index)}
        n = len(index)
        joined = [(index[a], index[b]) for a, b in _joined_buses(net)]
        live = net.bus["in_service"].to_numpy(bool)
        ends = np.array([(a, b) for a, b in joined if live[a] and live[b]], dtype=int).reshape(-1, 2)
        graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
        part = connected_components(graph, directed=False)[1]
        sources = [index[int(b)] for b in _source_buses(net) if live[index[int(b)]]]
        return np.asarray(~np.isin(part, part[sources]) | ~live)

    def _read(self, is_dead: Flags) -> tuple[bool, Floats, Floats, Floats, Flags] | None:
        """Return the results; None where a live bus has no voltage: nothing was solved."""
        net = self.net
        vm = np.where(is_dead, np.nan, net.res_bus["vm_pu"].reindex(net.bus.index).to_numpy(float))
        va = np.where(is_dead, np.nan, net.res_bus["va_degree"].reindex(net.bus.index).to_numpy(float))
        if not np.isfinite(vm[~is_dead]).all():
            return None
        percent = []
        for table in ("line", "trafo", "trafo3w"):
            frame = net[table]
            if frame.empty:
                continue
            values = net[f"res_{table}"]["loading_percent"].reindex(frame.index).to_numpy(float)
            is_on = frame["in_service"].to_numpy(bool)
            percent.append(np.where(is_on & _is_carrying(net, table, is_dead), values, np.nan))
        return True, vm, va, np.concatenate(percent) if percent else np.zeros(0), is_dead

    def _converges(self, start: Mapping[str, Any]) -> bool:
        import pandapower as pp

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MatrixRankWarning)
            warnings.simplefilter("ignore", RuntimeWarning)
            warnings.simplefilter("ignore", DeprecationWarning)  # of older files' columns
            try:
                pp.runpp(
                    self.net,
                    numba=True,
                    trafo_loading="current",
                    calculate_voltage_angles=True,
                    tolerance_mva=1e-8,
                    distributed_slack=self._is_distributed,
                    **start,
                )
            except pp.LoadflowNotConverged:
                return False
        return True

    @contextmanager
    def _loaded(self, p_mw: Floats | None, q_mvar: Floats | None) -> Iterator[None]:
        """Hold extra load at the buses inside the block."""
        if p_mw is None and q_mvar is None and self._extra is None:
            yield
            return
        import pandapower as pp

        net = self.net
        if self._extra is None:
            n = len(net.bus)
            self._extra = pp.create_loads(
                net, net.bus.index.to_numpy(), p_mw=np.zeros(n), q_mvar=np.zeros(n), name=_EXTRA, type=_EXTRA
            )
        net.load.loc[self._extra, "p_mw"] = 0.0 if p_mw is None else p_mw
        net.load.loc[self._extra, "q_mvar"] = 0.0 if q_mvar is None else q_mvar
        try:
            yield
        finally:
            net.load.loc[self._extra, ["p_mw", "q_mvar"]] = 0.0


def _source_buses(net: Any) -> list[int]:
    on = net.ext_grid[net.ext_grid["in_service"].astype(bool)]
    found = [int(b) for b in on["bus"]]
    if len(net.gen) and "slack" in net.gen:
        is_slack = net.gen["slack"].fillna(False).astype(bool) & net.gen["in_service"].astype(bool)
        found += [int(b) for b in net.gen.loc[is_slack, "bus"]]
    return found


def _open_ends(net: Any, table: str) -> set[tuple[int, int]]:
    """Return (element index, bus) of every open switch at a branch of this table."""
    kind = {"line": "l", "trafo": "t", "trafo3w": "t3"}.get(table)
    if kind is None or net.switch.empty:
        return set()
    is_open = (net.switch["et"] == kind) & ~net.switch["closed"].astype(bool)
    return set(
        zip(net.switch.loc[is_open, "element"].astype(int), net.switch.loc[is_open, "bus"].astype(int), strict=True)
    )


def _joined_buses(net: Any) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for table in PLAIN_BRANCHES:
        frame = net[table]
        if frame.empty:
            continue
        frame = frame[frame["in_service"].astype(bool)]
        is_open = _open_ends(net, table)
        columns = BRANCH_ENDS[table]
        for index, *ends in zip(frame.index.tolist(), *(frame[c].astype(int).tolist() for c in columns), strict=True):
            shut = [b for b in ends if (index, b) not in is_open]
            out += [(shut[0], b) for b in shut[1:]]
    couplers = net.switch[(net.switch["et"] == "b") & net.switch["closed"].astype(bool)]
    out += list(zip(couplers["bus"].astype(int), couplers["element"].astype(int), strict=True))
    return out


def _is_carrying(net: Any, table: str, is_dead: Flags) -> Flags:
    """Return whether a branch has at least one live, closed end."""
    frame = net[table]
    position = {int(b): i for i, b in enumerate(net.bus.index)}
    is_open = _open_ends(net, table)
    alive = np.zeros(len(frame), bool)
    for column in BRANCH_ENDS[table]:
        buses = frame[column].astype(int).tolist()
        live = ~is_dead[[position[b] for b in buses]]
        if is_open:
            shut = [(i, b) not in is_open for i, b in zip(frame.index.tolist(), buses, strict=True)]
            live &= np.array(shut, bool)
        alive |= live
    return alive


@contextmanager
def _without(net: Any, outage: Outage | None) -> Iterator[None]:
    """Take the members of an outage out of service inside the block."""
    if outage is None:
        yield
        return
    before: list[tuple[str, Any, Any]] = []
    try:
        for table, position in outage.members:
            index = net[table].index[position]
            before.append((table, index, net[table].at[index, "in_service"]))
            net[table].at[index, "in_service"] = False
        yield
    finally:
        for table, index, value in reversed(before):
            net[table].at[index, "in_service"] = value
