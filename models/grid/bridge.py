"""The network as pandapower hands it to its own solver (ppci), and what lightsim2grid needs of it.

pandapower solves the base case once; its internal matrices are then the model of every outage. Buses joined by closed
switches are one bus here, an open line end has a bus of its own, a three-winding transformer is three branches.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Complexes = NDArray[np.complex128]

BRANCH_TABLES = ("line", "trafo", "trafo3w", "impedance", "xward", "tcsc")
SQRT3 = float(np.sqrt(3.0))


@dataclass(frozen=True)
class Bridge:
    """pandapower's internal model of a solved base case; `n` internal buses, `m` internal branches."""

    base_mva: float
    n: int
    vn_kv: Floats  # (n,)
    load_mva: Complexes  # (n,) MW + j Mvar drawn at each bus, static generators subtracted
    branch: dict[str, Floats]  # f, t, r, x, g, b, g_asym, b_asym, ratio, shift: each (m,)
    gen: dict[str, Floats]  # bus, p_mw, vm_pu: generators that hold a voltage, external sources among them
    ybus: csr_matrix
    yf: csr_matrix
    yt: csr_matrix
    ref: Ints
    pv: Ints
    pq: Ints
    v0: Complexes  # solved base voltages
    bus_of: Ints  # internal bus of each bus of the network, -1 where it has no supply in the base case
    branches_of: dict[str, list[Ints]]  # table -> internal branches of each row (empty where out of service)
    gen_of: dict[int, int]  # position in net.gen -> row of `gen`
    unsupported: str | None = field(default=None)  # why the fast path cannot hold this network


def solve_base(net: Any, *, slack: str = "single") -> None:
    """Solve the base case in pandapower; raises LoadflowNotConverged of pandapower."""
    import pandapower as pp

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        last: Exception | None = None
        for init in ("dc", "flat"):
            try:
                pp.runpp(
                    net,
                    numba=True,
                    trafo_loading="current",
                    calculate_voltage_angles=True,
                    init=init,
                    tolerance_mva=1e-8,
                    distributed_slack=slack == "distributed",
                )
            except pp.LoadflowNotConverged as error:
                last = error
                continue
            return
    raise last or RuntimeError("no power flow was tried")


def has_flow(net: Any) -> bool:
    """Return whether pandapower had anything to solve: some branch in service is joined to a source."""
    return "bus" in net._ppc["internal"]


def make_bridge(net: Any) -> Bridge:
    """Return the internal model of a network whose base case has just been solved."""
    from pandapower.pypower import idx_brch as B
    from pandapower.pypower import idx_bus as U
    from pandapower.pypower import idx_gen as G

    ppci = net._ppc["internal"]
    bus, gen, branch = np.real(ppci["bus"]), np.real(ppci["gen"]), np.real(ppci["branch"])
    lookup = net._pd2ppc_lookups["bus"]
    indices = net.bus.index.to_numpy(int)
    is_live = np.isfinite(net.res_bus["vm_pu"].reindex(net.bus.index).to_numpy(float))
    bus_of = np.where(is_live, lookup[indices], -1).astype(np.int64)
    columns = {
        "f": B.F_BUS, "t": B.T_BUS, "r": B.BR_R, "x": B.BR_X, "g": B.BR_G, "b": B.BR_B,
        "g_asym": B.BR_G_ASYM, "b_asym": B.BR_B_ASYM, "ratio": B.TAP, "shift": B.SHIFT,
    }  # fmt: skip
    ref = np.asarray(ppci["ref"], dtype=np.int64)
    return Bridge(
        base_mva=float(ppci["baseMVA"]),
        n=len(bus),
        vn_kv=bus[:, U.BASE_KV].astype(float),
        load_mva=bus[:, U.PD] + 1j * bus[:, U.QD],
        branch={name: branch[:, column].astype(float) for name, column in columns.items()},
        gen={
            "bus": gen[:, G.GEN_BUS].astype(float),
            "p_mw": gen[:, G.PG].astype(float),
            "vm_pu": gen[:, G.VG].astype(float),
        },
        ybus=csr_matrix(ppci["Ybus"]),
        yf=csr_matrix(ppci["Yf"]),
        yt=csr_matrix(ppci["Yt"]),
        ref=ref,
        pv=np.asarray(ppci["pv"], dtype=np.int64),
        pq=np.asarray(ppci["pq"], dtype=np.int64),
        v0=np.asarray(ppci["V"], dtype=complex),
        bus_of=bus_of,
        branches_of=_branches_of(net, ppci),
        gen_of=_gens_of(net, gen, lookup),
        unsupported=_unsupported(net),
    )


def _branches_of(net: Any, ppci: Any) -> dict[str, list[Ints]]:
    """Return the internal branches of each row of the branch tables."""
    is_in = np.asarray(ppci["branch_is"], bool)
    position = np.where(is_in, np.cumsum(is_in) - 1, -1)
    spans = net._pd2ppc_lookups["branch"]
    out: dict[str, list[Ints]] = {}
    for table in BRANCH_TABLES:
        if table not in net or table not in spans:
            continue
        first, last = spans[table]
        own = position[first:last]
        n = len(net[table])
        if table == "trafo3w":
            own3 = own.reshape(3, n)
            out[table] = [own3[:, i][own3[:, i] >= 0] for i in range(n)]
        elif len(own) == n:
            out[table] = [own[i : i + 1][own[i : i + 1] >= 0] for i in range(n)]
    return out


def _gens_of(net: Any, gen: Floats, lookup: Ints) -> dict[int, int]:
    """Return the internal row of each generator that holds a voltage; left out where it cannot be told, or is a slack."""
    if net.gen.empty or "gen" not in net._pd2ppc_lookups:
        return {}
    rows = net._pd2ppc_lookups["gen"]
    is_slack = net.gen["slack"].fillna(False).to_numpy(bool) if "slack" in net.gen else np.zeros(len(net.gen), bool)
    out = {}
    for i, index in enumerate(net.gen.index.tolist()):
        row = int(rows[index]) if index < len(rows) else -1
        bus = int(lookup[int(net.gen["bus"].iloc[i])])
        if 0 <= row < len(gen) and int(gen[row, 0]) == bus and bool(net.gen["in_service"].iloc[i]) and not is_slack[i]:
            out[i] = row
    return out


def _unsupported(net: Any) -> str | None:
    """Return why the fast path cannot hold the network, None where it can."""
    for table in ("svc", "ssc", "tcsc", "vsc", "dcline", "b2b_vsc"):
        if table in net and len(net[table]) and bool(net[table]["in_service"].any()):
            return f"the network has elements of kind {table}"
    return None


@dataclass(frozen=True)
class Ends:
    """Where loadings are measured: branch end, factor from pu current to percent, and the monitored row it belongs to."""

    branch: Ints
    is_from: NDArray[np.bool_]
    factor: Floats
    row: Ints
    n_rows: int

    def percent(self, bridge: Bridge, v: Complexes) -> Floats:
        """Return loadings in percent (k, n_rows) of the voltages (k, n): the larger of all ends of a row."""
        vt = np.ascontiguousarray(v.T)
        current = np.abs(np.where(self.is_from[:, None], (bridge.yf @ vt)[self.branch], (bridge.yt @ vt)[self.branch]))
        out = np.full((self.n_rows, len(v)), -np.inf)
        np.maximum.at(out, self.row, current * self.factor[:, None])
        return np.where(np.isneginf(out), np.nan, out).T


def measured_ends(net: Any, bridge: Bridge) -> Ends:
    """Return the ends of lines, two- and three-winding transformers in that order of rows.

    Lines: rated current x derating x parallel. Transformers: rated current of each side at its own rated voltage.
    """
    parts = _PairEnds(bridge)
    line = net.line
    rated = line["max_i_ka"].to_numpy(float) * line["df"].to_numpy(float) * line["parallel"].to_numpy(float)
    own = _first(bridge.branches_of.get("line", []))
    parts.add(own, 0, from_side=True, rated_ka=rated)
    parts.add(own, 0, from_side=False, rated_ka=rated)
    trafo = net.trafo
    mva = trafo["sn_mva"].to_numpy(float) * trafo["df"].to_numpy(float) * trafo["parallel"].to_numpy(float) / SQRT3
    own = _first(bridge.branches_of.get("trafo", []))
    parts.add(own, len(line), from_side=True, rated_ka=mva / trafo["vn_hv_kv"].to_numpy(float))
    parts.add(own, len(line), from_side=False, rated_ka=mva / trafo["vn_lv_kv"].to_numpy(float))
    three, first = net.trafo3w, len(line) + len(trafo)
    for k, side in enumerate(("hv", "mv", "lv")):
        own = np.array([b[k] if len(b) else -1 for b in bridge.branches_of.get("trafo3w", [])], dtype=np.int64)
        rated = three[f"sn_{side}_mva"].to_numpy(float) / SQRT3 / three[f"vn_{side}_kv"].to_numpy(float)
        parts.add(own, first, from_side=side == "hv", rated_ka=rated)
    return parts.joined(first + len(three))


def _first(branches: list[Ints]) -> Ints:
    """Return the one internal branch of each row, -1 where it is out of service."""
    return np.array([b[0] if len(b) else -1 for b in branches], dtype=np.int64)


class _PairEnds:
    """Collects ends of branches, whole columns at a time."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._parts: list[tuple[Ints, NDArray[np.bool_], Floats, Ints]] = []

    def add(self, own: Ints, first_row: int, *, from_side: bool, rated_ka: Floats) -> None:
        """Add one end of each row that has an internal branch."""
        at = np.flatnonzero(own >= 0)
        k = own[at]
        bus = self._bridge.branch["f" if from_side else "t"][k].astype(np.int64)
        factor = 100.0 * self._bridge.base_mva / (SQRT3 * self._bridge.vn_kv[bus]) / rated_ka[at]
        self._parts.append((k, np.full(len(k), from_side), factor, first_row + at))

    def joined(self, n_rows: int) -> Ends:
        """Return all ends."""
        branch, is_from, factor, row = (np.concatenate(x) for x in zip(*self._parts, strict=True))
        return Ends(branch, is_from, factor, row, n_rows)


def incidence(bridge: Bridge) -> csr_array:
    """Return the matrix (n, n_buses) that sums what is at the network's buses at the internal buses."""
    live = np.flatnonzero(bridge.bus_of >= 0)
    return csr_array((np.ones(len(live)), (bridge.bus_of[live], live)), shape=(bridge.n, len(bridge.bus_of)))
