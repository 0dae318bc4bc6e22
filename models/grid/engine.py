"""AC power flow of one network for many outages and many loads.

pandapower is the model and the reference; where lightsim2grid is installed and agrees with it on this network, it solves
the rows. The agreement is checked anew for every network, on the base case and a few outages; a network that fails the
check, or that the fast path cannot hold, is solved by pandapower, and `reason` says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.grid.bridge import Bridge, Ends, Floats, Ints, has_flow, make_bridge, measured_ends, solve_base
from models.grid.expand import expanded
from models.grid.fast import FastSolver, fast_version
from models.grid.monitored import MONITORED, bus_load_mw, monitored_branches
from models.grid.outages import DEFAULT_KINDS, Outage, outages_by_rule
from models.grid.slow import SlowSolver
from models.grid.translate import NOTHING, Translator

Flags = NDArray[np.bool_]
N_CHECKED = 6  # outages of the self-check
CHECK_VM_PU = 1e-6
CHECK_PERCENT = 1e-4


@dataclass(frozen=True)
class Batch:
    """Results of n rows; NaN where a bus is dead, a branch is out or carries nothing, or the row did not converge.

    is_converged (n,), vm_pu and va_degree (n, n_buses), percent (n, n_branches) by current at the more loaded end,
    is_dead (n, n_buses): buses without a path to a source.
    """

    is_converged: Flags
    vm_pu: Floats
    va_degree: Floats
    percent: Floats
    is_dead: Flags


class Engine:
    """One network, its monitored branches and the solver of its rows; raises ValueError without an external source."""

    def __init__(self, net: Any, *, is_fast: bool | None = None, threads: int = 2, slack: str = "single") -> None:
        self.net, self.origin = expanded(net)
        self.slack = slack
        self.buses = pd.DataFrame(
            {"bus": net.bus["name"].astype(str).to_numpy(), "vn_kv": net.bus["vn_kv"].to_numpy(float)}
        )
        self.branches = monitored_branches(self.net, self.origin)
        self.bus_load_mw = bus_load_mw(self.net)  # (n_buses,), negative loads left out
        self._slow = SlowSolver(self.net, slack=slack)
        self.bridge: Bridge | None = None
        self.ends: Ends | None = None
        self._fast: FastSolver | None = None
        self._translator: Translator | None = None
        self.self_check: dict[str, Any] | None = None
        self.reason: str | None = None
        self.method = f"pandapower {version('pandapower')}"
        self._prepare()
        if is_fast is not False:
            self._choose(threads)
            if is_fast and self._fast is None:
                raise ValueError(f"the fast path cannot be used: {self.reason}")
        else:
            self.reason = "asked for"

    def _prepare(self) -> None:
        """Solve the base case and keep pandapower's matrices of it."""
        import pandapower as pp

        try:
            solve_base(self.net, slack=self.slack)
        except pp.LoadflowNotConverged:
            self.reason = "the base case does not converge"
            return
        except UserWarning as error:  # pandapower's word for a network that nothing balances
            raise ValueError(f"no external source is in service ({error})") from error
        if not has_flow(self.net):
            self.reason = "no branch in service is joined to a source"
            return
        self.bridge = make_bridge(self.net)
        self._translator = Translator(self.net, self.bridge)
        self.ends = measured_ends(self.net, self.bridge)

    def _choose(self, threads: int) -> None:
        found = fast_version()
        if self.bridge is None:
            return
        if found is None:
            self.reason = "lightsim2grid is not installed"
            return
        if self.slack != "single":
            self.reason = "distributed slack is solved by pandapower"
            return
        if self.bridge.unsupported:
            self.reason = self.bridge.unsupported
            return
        try:
            self._fast = FastSolver(self.bridge, threads=threads)
            self.self_check, is_equal = self._agreement()
        except (RuntimeError, ValueError) as error:  # lightsim2grid's own errors, and what one slack bus cannot hold
            self._fast, self.reason = None, f"lightsim2grid refuses the network: {error}"
            return
        if not is_equal:
            self._fast, self.reason = None, "lightsim2grid differs from pandapower on this network"
            return
        self.method = f"lightsim2grid {found}"

    def _agreement(self) -> tuple[dict[str, Any], bool]:
        """Compare both paths on the base case and a few outages."""
        every = self.outages()
        at = np.random.default_rng(0).permutation(len(every))[:N_CHECKED]
        rows: list[Outage | None] = [None, *(every[i] for i in sorted(at.tolist()))]
        fast = self._solve_fast(rows, None, None, is_confirmed=False)
        slow = self._solve_slow(rows, None, None)
        both = fast.is_converged & slow.is_converged
        vm = np.abs(fast.vm_pu - slow.vm_pu)[both]
        percent = np.abs(fast.percent - slow.percent)[both]
        found = {
            "n_outages": len(rows) - 1,
            "max_vm_diff_pu": float(np.nanmax(vm, initial=0.0)),
            "max_loading_diff_percent": float(np.nanmax(percent, initial=0.0)),
        }
        same = bool(both[0]) and (fast.is_dead == slow.is_dead)[both].all()
        same = same and bool((np.isnan(fast.percent) == np.isnan(slow.percent))[both].all())
        is_equal = same and found["max_vm_diff_pu"] <= CHECK_VM_PU
        return found, bool(is_equal and found["max_loading_diff_percent"] <= CHECK_PERCENT)

    @property
    def is_fast(self) -> bool:
        """Return whether lightsim2grid solves the rows."""
        return self._fast is not None

    @property
    def n_buses(self) -> int:
        """Number of buses."""
        return len(self.buses)

    @property
    def n_branches(self) -> int:
        """Number of monitored branches, one for each circuit or unit."""
        return len(self.branches)

    def outages(self, kinds: Sequence[str] = DEFAULT_KINDS) -> tuple[Outage, ...]:
        """Return the outages of the given kinds."""
        return outages_by_rule(self.net, kinds)

    def load_at(self, is_dead: Flags) -> Floats:
        """Return the network's own load at the marked buses [MW] for each row of flags (n, n_buses)."""
        return np.asarray(is_dead @ self.bus_load_mw)

    def solve(
        self,
        outages: Sequence[Outage | None],
        *,
        p_mw: Floats | None = None,
        q_mvar: Floats | None = None,
        is_confirmed: bool = True,
    ) -> Batch:
        """Solve each outage (None: base case) with extra load at the buses: (n_buses,) for all rows, or (n, n_buses).

        `is_confirmed`: a row that the fast path does not solve is tried by pandapower from other starting points
        before it is called not converged. Searches that only ask "secure or not" may leave that out.
        """
        p, q = _rows(p_mw, len(outages), self.n_buses), _rows(q_mvar, len(outages), self.n_buses)
        if self._fast is None:
            return self._solve_slow(outages, p, q)
        return self._solve_fast(outages, p, q, is_confirmed=is_confirmed)

    def _solve_slow(self, outages: Sequence[Outage | None], p: Floats | None, q: Floats | None) -> Batch:
        found = [
            self._slow.solve(o, None if p is None else p[i], None if q is None else q[i]) for i, o in enumerate(outages)
        ]
        n, m = self.n_buses, self.n_branches
        return Batch(
            np.array([f[0] for f in found], bool),
            np.array([f[1] for f in found], float).reshape(-1, n),
            np.array([f[2] for f in found], float).reshape(-1, n),
            np.array([f[3] for f in found], float).reshape(-1, m),
            np.array([f[4] for f in found], bool).reshape(-1, n),
        )

    def _solve_fast(
        self, outages: Sequence[Outage | None], p: Floats | None, q: Floats | None, *, is_confirmed: bool
    ) -> Batch:
        assert self.bridge is not None
        assert self.ends is not None
        assert self._fast is not None
        assert self._translator is not None
        held = [self._translator.outage(o) for o in outages]
        is_held = np.array([h is not None for h in held], bool)
        at = np.flatnonzero(is_held)
        batch = _empty(len(outages), self.n_buses, self.n_branches)
        if len(at):
            own = [held[i] or NOTHING for i in at]
            load = self._translator.load(
                None if p is None else p[at], None if q is None else q[at], [o.lost_mva for o in own]
            )
            is_ok, v, dead, is_done = self._fast.solve([o.branches for o in own], [o.gens for o in own], load)
            percent = self.ends.percent(self.bridge, v)
            self._fill(batch, at, is_ok=is_ok, v=v, dead=dead, percent=percent, outages=outages)
            again = at[~is_done | (~is_ok & is_confirmed)]
        else:
            again = at
        rest = np.union1d(again, np.flatnonzero(~is_held)).astype(int)
        if len(rest):
            slow = self._solve_slow(
                [outages[i] for i in rest], None if p is None else p[rest], None if q is None else q[rest]
            )
            for name in ("is_converged", "vm_pu", "va_degree", "percent", "is_dead"):
                getattr(batch, name)[rest] = getattr(slow, name)
        return batch

    def _fill(
        self,
        batch: Batch,
        at: Ints,
        *,
        is_ok: Flags,
        v: NDArray[np.complex128],
        dead: Flags,
        percent: Floats,
        outages: Sequence[Outage | None],
    ) -> None:
        assert self.bridge is not None
        assert self.ends is not None
        live = self.bridge.bus_of >= 0
        where = np.where(live, self.bridge.bus_of, 0)
        batch.is_converged[at] = is_ok
        batch.is_dead[at] = dead[:, where] | ~live
        shown = is_ok[:, None] & ~batch.is_dead[at]
        batch.vm_pu[at] = np.where(shown, np.abs(v)[:, where], np.nan)
        batch.va_degree[at] = np.where(shown, np.angle(v, deg=True)[:, where], np.nan)
        rows = np.where(is_ok[:, None] & self._is_carrying(dead), percent, np.nan)
        for k, i in enumerate(at.tolist()):
            outage = outages[i]
            if outage is not None:
                rows[k, [r for m in outage.members if (r := self._row_of(m)) is not None]] = np.nan
        batch.percent[at] = rows

    def _is_carrying(self, dead: Flags) -> Flags:
        """Return (k, n_branches): the branch has a live end."""
        assert self.bridge is not None
        assert self.ends is not None
        e, b = self.ends, self.bridge
        bus = np.where(e.is_from, b.branch["f"][e.branch], b.branch["t"][e.branch]).astype(np.int64)
        at = csr_array((np.ones(len(e.row)), (np.arange(len(e.row)), e.row)), shape=(len(e.row), e.n_rows))
        return np.asarray(((~dead[:, bus]).astype(float) @ at) > 0)

    def _row_of(self, member: tuple[str, int]) -> int | None:
        table, position = member
        if table not in MONITORED:
            return None
        first = 0
        for name in MONITORED:
            if name == table:
                return first + position
            first += len(self.net[name])
        return None


def _rows(values: Floats | None, n: int, n_buses: int) -> Floats | None:
    if values is None:
        return None
    return np.broadcast_to(np.asarray(values, float), (n, n_buses))


def _empty(n: int, n_buses: int, n_branches: int) -> Batch:
    return Batch(
        np.zeros(n, bool),
        np.full((n, n_buses), np.nan),
        np.full((n, n_buses), np.nan),
        np.full((n, n_branches), np.nan),
        np.zeros((n, n_buses), bool),
    )
