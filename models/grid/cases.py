"""One case of the network: loads and generation of an operating situation, and what has been built by then.

    load, generation   p and q of every load; p and q of every generator and static generator, times a factor
    more units         `parallel` of the named row grows: one more circuit or unit of the same data
    a new element      a copy of the named row between two other buses of the same nominal voltages
    a shunt            a capacitor bank (q_mvar < 0) or reactor at a bus

External sources hold their voltage in every case and take up the balance. Shunts, wards and storage are not scaled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

BRANCHES = {
    "line": (("line", "from_bus", "to_bus"),),
    "trafo": (("trafo", "hv_bus", "lv_bus"), ("trafo3w", "hv_bus", "lv_bus")),
}


@dataclass(frozen=True)
class Addition:
    """What is built: `element` gets `n_units` more, or is copied between `bus` and `to_bus`; a shunt stands at `bus`."""

    name: str
    kind: str  # line | trafo | shunt
    n_units: int = 1
    element: str | None = None
    bus: str | None = None
    to_bus: str | None = None
    length_km: float | None = None
    q_mvar: float | None = None


def scale(net: Any, *, load_factor: float = 1.0, generation_factor: float = 1.0) -> None:
    """Multiply loads and generation of the network in place; static generators and generators alike."""
    for table, factor in (("load", load_factor), ("sgen", generation_factor), ("gen", generation_factor)):
        for column in ("p_mw", "q_mvar"):
            if factor != 1.0 and column in net[table]:
                net[table][column] = net[table][column].to_numpy(float) * factor


def build(net: Any, additions: Iterable[Addition]) -> None:
    """Add what is built to the network in place; raise ValueError for names that the network does not have."""
    for addition in additions:
        if addition.kind == "shunt":
            _add_shunt(net, addition)
        elif addition.kind not in BRANCHES:
            raise ValueError(f"reinforcement {addition.name}: kind {addition.kind} is not known")
        else:
            _add_branch(net, addition)


def _bus(net: Any, addition: Addition, name: str | None) -> int:
    found = net.bus.index[net.bus["name"].astype(str) == str(name)]
    if name is None or len(found) != 1:
        raise ValueError(f"reinforcement {addition.name}: the network has no bus {name}")
    return int(found[0])


def _add_shunt(net: Any, addition: Addition) -> None:
    import pandapower as pp

    if addition.q_mvar is None:
        raise ValueError(f"reinforcement {addition.name}: a shunt needs q_mvar")
    pp.create_shunt(net, _bus(net, addition, addition.bus), addition.q_mvar * addition.n_units, name=addition.name)


def _row(net: Any, addition: Addition) -> tuple[str, tuple[str, str], Any]:
    """Return the table, its bus columns and the index of the named row."""
    for table, *ends in BRANCHES[addition.kind]:
        frame = net[table]
        at = frame.index[frame["name"].astype(str) == str(addition.element)] if len(frame) else []
        if len(at) > 1:
            raise ValueError(f"reinforcement {addition.name}: {len(at)} rows of {table} are called {addition.element}")
        if len(at) == 1:
            return table, (ends[0], ends[1]), at[0]
    raise ValueError(f"reinforcement {addition.name}: the network has no {addition.kind} {addition.element}")


def _add_branch(net: Any, addition: Addition) -> None:
    table, ends, row = _row(net, addition)
    frame = net[table]
    if addition.bus is None and "parallel" in frame:
        frame.loc[row, "parallel"] = frame.at[row, "parallel"] + addition.n_units
        return
    new = frame.loc[[row] * addition.n_units].copy()
    new.index = pd.RangeIndex(frame.index.max() + 1, frame.index.max() + 1 + addition.n_units)
    new["name"] = [addition.name if k == 0 else f"{addition.name} ({k + 1})" for k in range(addition.n_units)]
    new["in_service"] = True
    if addition.bus is not None:
        for column, name in zip(ends, (addition.bus, addition.to_bus), strict=True):
            bus = _bus(net, addition, name)
            _same_voltage(net, addition, bus, int(frame.at[row, column]))
            new[column] = bus
        if table == "line" and addition.length_km is not None:
            new["length_km"] = addition.length_km
        if "parallel" in new:
            new["parallel"] = new["parallel"].to_numpy() * 0 + 1
        if "geo" in new:
            new["geo"] = None
    net[table] = pd.concat([frame, new.astype(frame.dtypes.to_dict())])


def _same_voltage(net: Any, addition: Addition, new: int, old: int) -> None:
    kv, was = float(net.bus.at[new, "vn_kv"]), float(net.bus.at[old, "vn_kv"])
    if kv != was:
        raise ValueError(
            f"reinforcement {addition.name}: {addition.element} is made for {was:g} kV, but "
            f"{net.bus.at[new, 'name']} has {kv:g} kV"
        )
