"""Headroom: the most load that can be added at one bus with the network secure in AC, N-0 and N-1.

Linear slopes at the AC base case choose the outages that may limit; the load then grows in AC on those until the first
limit that applies is reached; the value found is checked in AC in all outages and goes back if one fails. A value is
therefore never above what a bisection with all outages finds by more than the tolerance, and at most the tolerance below,
provided that more load is never better.

Values of several buses do not add up: each is found with no other new load. `headroom_sets` looks at buses together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from models.grid.headroom_climb import Rays, Tops, climb, limiting_of
from models.grid.headroom_judge import Ints, Judge, Limiting
from models.grid.headroom_search import SUPPLY, Grown, Reach, grow
from models.grid.rules import Floats


@dataclass(frozen=True)
class Ask:
    """How headroom is asked for: Mvar drawn with each MW, the cap [MW], the resolution [MW], the depth of the check.

    `balance` says where the new load's MW come from: shares of the buses (n_buses,), sum 1; None: the external sources.
    What is lost on the way always comes from the external sources.
    """

    tangent: float
    most_mw: float = 2000.0
    tolerance_mw: float = 0.1
    reach: Reach = field(default_factory=Reach)
    balance: Floats | None = None

    def balanced(self, load_mw: Floats) -> Floats:
        """Return loads (rows, buses) with the generation that balances them as negative load."""
        if self.balance is None:
            return load_mw
        return load_mw - load_mw.sum(axis=1, keepdims=True) * self.balance


def generator_shares(net: Any) -> Floats:
    """Return the share of each bus (row of net.bus) in the output of generators in service [MW]; ValueError without any.

    Generators and static generators that feed in count, external sources do not.
    """
    position = {int(bus): i for i, bus in enumerate(net.bus.index)}
    output = np.zeros(len(net.bus))
    for table in ("gen", "sgen"):
        frame = net[table]
        is_on = frame["in_service"].to_numpy(bool) & (frame["p_mw"].to_numpy(float) > 0)
        at = [position[int(bus)] for bus in frame["bus"].to_numpy()[is_on]]
        np.add.at(output, at, frame["p_mw"].to_numpy(float)[is_on])
    if output.sum() <= 0:
        raise ValueError("the network has no generator in service that could balance new load")
    return np.asarray(output / output.sum())


@dataclass(frozen=True)
class BusHeadroom:
    """Headroom of one bus and what limits it.

    status   limited           a limit is reached
             capped            nothing limits up to the cap
             violated_in_base  insecure before any load is added, and the rules do not let that pass
             radial            an outage takes the supply of the bus away, so load there cannot be N-1 secure
             unsupplied        the bus has no supply in the base case
    rule     loading, voltage; loading_existing, voltage_existing (outside its limit without the load: no worsening);
             not_converged, supply, cap
    `value` and `limit` are those of the limiting element at the headroom ("%" or "pu"); `outage` is None in the base
    case. `n_checked` situations were solved at the value; `is_checked_in_full`: these were all.
    """

    bus: str
    vn_kv: float
    headroom_mw: float
    headroom_n0_mw: float
    status: str
    rule: str
    element: str | None
    kind: str | None
    value: float | None
    limit: float | None
    unit: str | None
    outage: str | None
    outage_kind: str | None
    n_checked: int
    is_checked_in_full: bool

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def bus_headroom(judge: Judge, buses: Sequence[str], ask: Ask) -> list[BusHeadroom]:
    """Return the headroom of each bus by name; raises ValueError for unknown names.

    Buses joined by closed switches are one node and have one value.
    """
    at = bus_positions(judge, buses)
    nodes, of = np.unique(judge.node_of[at], return_inverse=True)
    rays = single_rays(judge, judge.nodes[nodes], ask)
    grown = grow(judge, rays, tangent=ask.tangent, reach=ask.reach)
    n0 = normal_headroom(judge, rays, ask)
    rows = [_row(judge, grown, ray, int(judge.nodes[nodes[ray]]), n0=n0, ask=ask) for ray in range(len(nodes))]
    names = judge.engine.buses["bus"].to_numpy()[at]
    return [BusHeadroom(**{**asdict(rows[k]), "bus": str(name)}) for k, name in zip(of.tolist(), names, strict=True)]


def bus_positions(judge: Judge, buses: Sequence[str]) -> Ints:
    """Return the position of each bus by name; raises ValueError for names that the network does not have."""
    known = {name: i for i, name in enumerate(judge.engine.buses["bus"])}
    missing = [bus for bus in buses if bus not in known]
    if missing:
        raise ValueError(f"the network has no bus {', '.join(missing[:5])}")
    return np.array([known[bus] for bus in buses], dtype=np.int64)


def single_rays(judge: Judge, at: Ints, ask: Ask) -> Rays:
    """Return one ray for each bus position: 1 MW there, nothing elsewhere."""
    direction = np.zeros((len(at), judge.engine.n_buses))
    direction[np.arange(len(at)), at] = 1.0
    n = len(at)
    return Rays(
        np.zeros_like(direction), ask.balanced(direction), np.full(n, ask.most_mw), np.full(n, ask.tolerance_mw)
    )


def normal_headroom(judge: Judge, rays: Rays, ask: Ask) -> Floats:
    """Return how far each ray goes in the base case alone; 0 where a bus has no supply there."""
    is_dead = (rays.direction_mw > 0) @ judge.is_dead[0].astype(np.float64) > 0
    out = np.zeros(len(rays))
    rows = np.flatnonzero(~is_dead)
    if len(rows) and judge.can_be_secure[0]:
        own = rays.take(rows)
        watched = [np.array([0])] * len(rows)
        out[rows] = climb(judge, own, watched, first=0.25 * own.most, tangent=ask.tangent).t
    return out


def _row(judge: Judge, grown: Grown, ray: int, at: int, *, n0: Floats, ask: Ask) -> BusHeadroom:
    value = float(grown.tops.t[ray])
    load = np.zeros((1, judge.engine.n_buses))
    load[0, at] = value
    found = ending(judge, grown.tops, ray, load_mw=ask.balanced(load)[0])
    outage = judge.situations[int(grown.tops.situation[ray])] if found else None
    bus = judge.engine.buses.iloc[at]
    status, rule = _words(judge, grown.tops, ray, at, found)
    return BusHeadroom(
        bus=str(bus["bus"]),
        vn_kv=float(bus["vn_kv"]),
        headroom_mw=value,
        headroom_n0_mw=max(float(n0[ray]), value),
        status=status,
        rule=rule,
        element=found.element if found else None,
        kind=found.kind if found else None,
        value=found.value if found else None,
        limit=found.limit if found else None,
        unit=found.unit if found else None,
        outage=outage.element if outage else None,
        outage_kind=outage.kind if outage else None,
        n_checked=int(grown.n_checked[ray]),
        is_checked_in_full=grown.is_full,
    )


def ending(judge: Judge, tops: Tops, ray: int, *, load_mw: Floats) -> Limiting | None:
    """Return what ends a ray, None where nothing does up to the cap."""
    if int(tops.quantity[ray]) == SUPPLY:
        return Limiting("supply", None, None, None, None, is_existing=False)
    return limiting_of(judge, tops, ray, load_mw=load_mw)


def _words(judge: Judge, tops: Tops, ray: int, at: int, found: Limiting | None) -> tuple[str, str]:
    """Return status and rule of a bus."""
    situation = int(tops.situation[ray])
    if found is None:
        return "capped", "cap"
    if found.kind == "supply":
        return ("unsupplied" if judge.is_dead[0, at] else "radial"), "supply"
    rule = rule_of(found)
    return ("limited" if judge.can_be_secure[situation] else "violated_in_base"), rule


def rule_of(found: Limiting) -> str:
    """Return the rule that an end follows from."""
    if found.element is None:
        return found.kind
    word = "loading" if found.unit == "%" else "voltage"
    return f"{word}_existing" if found.is_existing else word
