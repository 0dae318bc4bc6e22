"""From an outage of the network to what is out in the internal model, and from loads at buses to internal loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.grid.bridge import Bridge, Floats, Ints, incidence
from models.grid.outages import Outage


@dataclass(frozen=True)
class Internal:
    """Internal branches and generators that are out, and feed-in that is lost: (bus, MW + j Mvar)."""

    branches: Ints
    gens: Ints
    lost_mva: tuple[tuple[int, complex], ...] = ()


_NO = np.zeros(0, np.int64)
NOTHING = Internal(_NO, _NO)


class Translator:
    """Translates outages and loads for one bridge; each outage once."""

    def __init__(self, net: Any, bridge: Bridge) -> None:
        self.net, self.bridge = net, bridge
        self._held: dict[Outage, Internal | None] = {}

    def outage(self, outage: Outage | None) -> Internal | None:
        """Return what is out in the internal model; None where only pandapower can say."""
        if outage is None:
            return NOTHING
        if outage not in self._held:
            self._held[outage] = self._translated(outage)
        return self._held[outage]

    def _translated(self, outage: Outage) -> Internal | None:
        branches: list[Ints] = []
        gens: list[int] = []
        lost: list[tuple[int, complex]] = []
        for table, position in outage.members:
            if table in self.bridge.branches_of:
                branches.append(self.bridge.branches_of[table][position])
            elif table == "gen" and position in self.bridge.gen_of:
                gens.append(self.bridge.gen_of[position])
            elif table == "sgen":
                unit = self.net.sgen.iloc[position]
                bus = int(self.bridge.bus_of[self.net.bus.index.get_loc(unit["bus"])])
                fed = complex(unit["p_mw"], unit["q_mvar"]) * float(unit["scaling"])
                lost += [(bus, fed)] if bus >= 0 else []
            elif table != "bus" or not self._is_alone(position):
                return None
        return Internal(np.concatenate(branches) if branches else _NO, np.array(gens, np.int64), tuple(lost))

    def _is_alone(self, position: int) -> bool:
        """Return whether no closed switch joins the bus to another one, and no source holds its voltage."""
        own = self.bridge.bus_of[position]
        return bool(own >= 0 and (self.bridge.bus_of == own).sum() == 1 and own not in self.bridge.ref)

    def load(
        self, p: Floats | None, q: Floats | None, lost: Sequence[tuple[tuple[int, complex], ...]]
    ) -> NDArray[np.complex128] | None:
        """Return what each internal bus draws in each row [MVA], None where no row differs from the base."""
        if p is None and q is None and not any(lost):
            return None
        to = incidence(self.bridge)
        load = np.repeat(self.bridge.load_mva[None, :], len(lost), axis=0)
        if p is not None:
            load += (to @ p.T).T
        if q is not None:
            load += 1j * (to @ q.T).T
        for i, own in enumerate(lost):
            for bus, mva in own:
                load[i, bus] += mva
        return np.asarray(load)
