"""The fast path: lightsim2grid solves all rows of a batch on the matrices of pandapower's base case.

Several external sources become one slack bus, which is what pandapower computes with ideal sources; where one of them holds
another voltage or angle, the branches at it get that ratio as an ideal tap on their side. Every row takes its own branches out and its own load; parts of the network that lose every source are dead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.grid.bridge import Bridge, Complexes, Floats, Ints

MAX_ITERATIONS = 20
TOLERANCES_MVA = (1e-8, 1e-7, 1e-6)  # the first that the base case reaches: large networks round off above 1e-8
SAME_VOLTAGE = 1e-12
MASK_BYTES = 150e6  # of one batch: voltages and outage masks


def fast_version() -> str | None:
    """Return the version of lightsim2grid, None where it is not installed or cannot be loaded."""
    try:
        import lightsim2grid
    except ImportError:
        return None
    return str(lightsim2grid.__version__)


class FastSolver:
    """lightsim2grid's model of a bridge; solves rows of (branches out, generators out, load)."""

    def __init__(self, bridge: Bridge, *, threads: int) -> None:
        if bridge.unsupported:
            raise ValueError(bridge.unsupported)
        self.bridge = bridge
        self.threads = threads
        self._fused = np.arange(bridge.n)
        self._slack = int(bridge.ref[0])
        self._fused[bridge.ref] = self._slack
        self._br = _with_one_slack(bridge)
        ratio = self._br["ratio"]
        self._is_trafo = ((ratio != 1.0) & (ratio != 0.0)) | (self._br["shift"] != 0.0)
        self._kept_gens = np.flatnonzero(~np.isin(_int(bridge.gen["bus"]), bridge.ref[1:]))
        self._position = np.where(self._is_trafo, np.cumsum(self._is_trafo) - 1, np.cumsum(~self._is_trafo) - 1)
        self._model = self._build()
        self._graph = Connectivity(self._fused[_int(self._br["f"])], self._fused[_int(self._br["t"])],
                                   bridge.n, self._slack)  # fmt: skip
        self.tolerance_mva = TOLERANCES_MVA[0]
        self._settle_tolerance()

    def _settle_tolerance(self) -> None:
        """Take the tightest tolerance that the base case reaches; the first one where it reaches none."""
        none = np.zeros(0, np.int64)
        for tolerance_mva in TOLERANCES_MVA:
            self.tolerance_mva = tolerance_mva
            if self._solve([none], [none], None)[0].all():
                return
        self.tolerance_mva = TOLERANCES_MVA[0]

    def _build(self) -> Any:
        import lightsim2grid.lightsim2grid_cpp as cpp
        from lightsim2grid.algorithm import AlgorithmType

        b, br = self.bridge, self._br
        model = cpp.LSGrid()
        model.set_sn_mva(b.base_mva)
        line, trafo = np.flatnonzero(~self._is_trafo), np.flatnonzero(self._is_trafo)
        model.init_bus(b.n, 1, b.vn_kv, len(line), len(trafo))
        f, t = self._fused[_int(br["f"])].astype(np.int32), self._fused[_int(br["t"])].astype(np.int32)
        half = (br["g"] + 1j * br["b"]) / 2.0
        asym = (br["g_asym"] + 1j * br["b_asym"]) / 2.0
        model.init_powerlines_full(br["r"][line], br["x"][line], half[line], half[line] + asym[line], f[line], t[line])
        ratio = np.where(br["ratio"] == 0.0, 1.0, br["ratio"])
        model.init_trafo(br["r"][trafo], br["x"][trafo], 2.0 * half[trafo] + asym[trafo], ratio[trafo],
                         br["shift"][trafo], [True] * len(trafo), f[trafo], t[trafo], True)  # fmt: skip
        self._add_injections(model)
        for k in np.setdiff1d(b.ref, [self._slack]):
            model.deactivate_bus(int(k))
        model.set_line_to_sub1_id(f[line])
        model.set_line_to_sub2_id(t[line])
        model.set_trafo_to_sub1_id(f[trafo])
        model.set_trafo_to_sub2_id(t[trafo])
        if AlgorithmType.NR_KLU in model.available_default_algorithms():
            model.change_algorithm(AlgorithmType.NR_KLU)
        return model

    def _add_injections(self, model: Any) -> None:
        """Add one load at each bus (the row's load goes there), shunts and the generators that hold a voltage."""
        b = self.bridge
        at = self._fused.astype(np.int32)
        model.init_loads(b.load_mva.real, b.load_mva.imag, at)
        model.set_load_to_subid(at)
        shunt = _shunt_mva(b)
        there = np.flatnonzero(shunt != 0.0)
        model.init_shunt(shunt.real[there], -shunt.imag[there], at[there])
        model.set_shunt_to_subid(at[there])
        kept = self._kept_gens
        bus = _int(b.gen["bus"])[kept]
        n = len(bus)
        wide = np.full(n, 1e9)
        model.init_generators_full(
            b.gen["p_mw"][kept], b.gen["vm_pu"][kept], np.zeros(n), [True] * n, -wide, wide, bus.astype(np.int32)
        )
        model.set_gen_to_subid(bus.astype(np.int32))
        is_slack = np.flatnonzero(bus == self._slack)
        model.add_gen_slackbus(int(is_slack[0]), 1.0)

    def solve(
        self, branches: Sequence[Ints], gens: Sequence[Ints], load_mva: Complexes | None
    ) -> tuple[NDArray[np.bool_], Complexes, NDArray[np.bool_], NDArray[np.bool_]]:
        """Return is_converged (k,), voltages (k, n), is_dead (k, n), is_done (k,); rows not done need the slow path.

        `load_mva` (k, n) is what each bus draws in each row; None: the base loads.
        """
        k, n = len(branches), self.bridge.n
        is_ok, is_done = np.zeros(k, bool), np.zeros(k, bool)
        v, is_dead = np.zeros((k, n), complex), np.zeros((k, n), bool)
        with_gen = np.array([len(g) > 0 for g in gens], bool)
        m = len(self.bridge.branch["f"])
        step = max(16, int(MASK_BYTES / (n * 32 + m)))
        for group in (np.flatnonzero(~with_gen), np.flatnonzero(with_gen)):
            for first in range(0, len(group), step):
                at = group[first : first + step]
                part = self._solve([branches[i] for i in at], [gens[i] for i in at],
                                   None if load_mva is None else load_mva[at])  # fmt: skip
                is_ok[at], v[at], is_dead[at], is_done[at] = part
        return is_ok, v, is_dead, is_done

    def _solve(
        self, branches: Sequence[Ints], gens: Sequence[Ints], load_mva: Complexes | None
    ) -> tuple[NDArray[np.bool_], Complexes, NDArray[np.bool_], NDArray[np.bool_]]:
        import lightsim2grid.lightsim2grid_cpp as cpp

        k, n = len(branches), self.bridge.n
        dead = np.vstack([self._graph.dead(out) for out in branches])
        sweep = cpp.ScenarioSweepCPP(self._model)
        sweep.handle_disconnected_grid = True
        sweep.nb_thread = self.threads if k >= self.threads * 4 else 1
        line = np.zeros((k, int((~self._is_trafo).sum())), bool)
        trafo = np.zeros((k, int(self._is_trafo.sum())), bool)
        rows = np.repeat(np.arange(k), [len(out) for out in branches])
        cols = np.concatenate([np.asarray(out, np.int64) for out in branches]) if k else np.zeros(0, np.int64)
        is_trafo = self._is_trafo[cols]
        line[rows[~is_trafo], self._position[cols[~is_trafo]]] = True
        trafo[rows[is_trafo], self._position[cols[is_trafo]]] = True
        sweep.set_contingency_lines(line)
        sweep.set_contingency_trafos(trafo)
        if load_mva is not None:
            sweep.modify_load_p(np.ascontiguousarray(load_mva.real))
            sweep.modify_load_q(np.ascontiguousarray(load_mva.imag))
        if any(len(g) for g in gens):
            out = np.zeros((k, len(self.bridge.gen["bus"])), bool)
            for i, own in enumerate(gens):
                out[i, own] = True
            sweep.set_contingency_gens(np.ascontiguousarray(out[:, self._kept_gens]))
        sweep.compute(self.bridge.v0.copy(), MAX_ITERATIONS, self.tolerance_mva / self.bridge.base_mva)
        v = np.asarray(sweep.get_voltages())[:, :n].copy()
        is_solved = np.abs(v[:, [self._slack]]) > 0
        v[:, self.bridge.ref] = np.where(is_solved, self.bridge.v0[self.bridge.ref], 0.0)
        live = ~dead
        live[:, np.setdiff1d(self.bridge.ref, [self._slack])] = False
        is_ok = (np.abs(v) > 0).sum(axis=1) > 0
        is_ok &= ~((np.abs(v) == 0) & live).any(axis=1)
        # lightsim2grid keeps the largest part; where the part with the source is the smaller one, pandapower solves it
        n_live = (self._graph.is_joined & ~dead).sum(axis=1)
        is_alone = n_live == 1  # nothing but the source is left, and its voltage is held
        v[is_alone] = 0.0
        v[np.ix_(is_alone, self.bridge.ref)] = self.bridge.v0[self.bridge.ref]
        is_done = (dead.sum(axis=1) < n_live) | is_alone
        is_ok |= is_alone
        v[dead] = 0.0
        return is_ok, v, dead, is_done


def _with_one_slack(b: Bridge) -> dict[str, Floats]:
    """Return the branches with every source's voltage expressed by that of the first one.

    Raises ValueError for a transformer whose fixed side is the one without the tap.
    """
    br = {name: values.copy() for name, values in b.branch.items()}
    ratio = np.where(br["ratio"] == 0.0, 1.0, br["ratio"])
    for k in b.ref[1:].tolist():
        a = b.v0[k] / b.v0[b.ref[0]]
        if abs(a - 1.0) < SAME_VOLTAGE:
            continue
        at_t = np.flatnonzero((br["t"] == k) & (br["f"] != k))
        if ((ratio[at_t] != 1.0) | (br["shift"][at_t] != 0.0)).any():
            raise ValueError("a source of another voltage or angle stands at the side of a transformer without tap")
        br["f"][at_t], br["t"][at_t] = br["t"][at_t], br["f"][at_t]
        at = np.flatnonzero(br["f"] == k)
        ratio[at] /= abs(a)
        br["shift"][at] -= float(np.angle(a, deg=True))
        br["ratio"][at] = ratio[at]
    return br


def _shunt_mva(b: Bridge) -> Complexes:
    """Return the bus shunts [MVA at 1 pu, MW + j Mvar fed in] as the part of Ybus that no branch explains."""
    total = np.asarray(b.ybus.sum(axis=1)).ravel()
    ones = np.ones(b.n)
    at_f = np.bincount(_int(b.branch["f"]), weights=(b.yf @ ones).real, minlength=b.n) + 1j * np.bincount(
        _int(b.branch["f"]), weights=(b.yf @ ones).imag, minlength=b.n
    )
    at_t = np.bincount(_int(b.branch["t"]), weights=(b.yt @ ones).real, minlength=b.n) + 1j * np.bincount(
        _int(b.branch["t"]), weights=(b.yt @ ones).imag, minlength=b.n
    )
    rest = (total - at_f - at_t) * b.base_mva
    rest[np.abs(rest) < 1e-9 * b.base_mva] = 0.0
    return np.asarray(rest, complex)


def _int(values: Floats) -> Ints:
    return values.astype(np.int64)


class Connectivity:
    """Which buses keep a path to the source when branches are out; single branches are answered from bridges."""

    def __init__(self, f: Ints, t: Ints, n: int, source: int) -> None:
        self._f, self._t, self._n, self._source = f, t, n, source
        self._cuts = _bridges(f, t, n)
        self.is_joined = np.zeros(n, bool)  # a branch ends there
        self.is_joined[f] = self.is_joined[t] = True
        self._none = self._solve(np.zeros(0, np.int64))

    def dead(self, out: Ints) -> NDArray[np.bool_]:
        """Return the buses without supply when the branches are out; buses that no branch ever joins are not dead."""
        if len(out) == 1 and int(out[0]) not in self._cuts:
            return self._none
        return self._none if len(out) == 0 else self._solve(np.asarray(out, np.int64))

    def _solve(self, out: Ints) -> NDArray[np.bool_]:
        keep = np.ones(len(self._f), bool)
        keep[out] = False
        graph = coo_array((np.ones(int(keep.sum())), (self._f[keep], self._t[keep])), shape=(self._n, self._n))
        part = connected_components(graph, directed=False)[1]
        return np.asarray((part != part[self._source]) & self.is_joined)


def _bridges(f: Ints, t: Ints, n: int) -> frozenset[int]:
    """Return the branches whose loss splits the network (parallel ones never do)."""
    import networkx as nx

    pair: dict[tuple[int, int], list[int]] = {}
    for k, (a, b) in enumerate(zip(f.tolist(), t.tolist(), strict=True)):
        pair.setdefault((min(a, b), max(a, b)), []).append(k)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(pair)
    own = [pair[min(a, b), max(a, b)] for a, b in nx.bridges(graph)]
    return frozenset(k[0] for k in own if len(k) == 1)
