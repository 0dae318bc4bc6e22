"""What may fail: one circuit, one unit, two circuits of one corridor, a generator, a busbar.

`members` name rows of the expanded network (see `expand`), so an outage is always the removal of whole rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

KINDS = ("line", "trafo", "trafo3w", "double", "generator", "busbar")
DEFAULT_KINDS = ("line", "trafo", "trafo3w")
BRANCH_ENDS = {
    "line": ("from_bus", "to_bus"),
    "trafo": ("hv_bus", "lv_bus"),
    "trafo3w": ("hv_bus", "mv_bus", "lv_bus"),
    "impedance": ("from_bus", "to_bus"),
}
GENERATORS = ("gen", "sgen")
BUS_ELEMENTS = ("load", "gen", "sgen", "shunt", "ward", "xward", "storage", "motor")


@dataclass(frozen=True)
class Outage:
    """Rows of the expanded network that are out together; `element` is the name that is shown."""

    kind: str
    element: str
    members: tuple[tuple[str, int], ...]


def outages_by_rule(net: Any, kinds: Sequence[str] = DEFAULT_KINDS) -> tuple[Outage, ...]:
    """Return the outages of an expanded network by kind.

    line, trafo, trafo3w   one circuit or unit of each row in service (of equal parallel ones the first)
    double                 two circuits between the same two buses
    generator              one generator or static generator that feeds in
    busbar                 a bus with everything connected to it, where it has at least two branches
    Raises ValueError for an unknown kind.
    """
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise ValueError(f"outage kinds {', '.join(unknown)} are not known; known are {', '.join(KINDS)}")
    found: list[Outage] = []
    for kind in kinds:
        if kind in BRANCH_ENDS:
            found += _single(net, kind)
        elif kind == "double":
            found += _double(net)
        elif kind == "generator":
            found += [o for table in GENERATORS for o in _units(net, table)]
        else:
            found += _busbars(net)
    return tuple(found)


def _names(frame: pd.DataFrame) -> list[str]:
    return frame["name"].astype(str).tolist()


def _in_service(frame: pd.DataFrame) -> np.ndarray:
    return frame["in_service"].to_numpy(bool)


def _single(net: Any, table: str) -> list[Outage]:
    """Return one outage for each row name: copies of one row are alike."""
    frame = net[table]
    if frame.empty:
        return []
    names = _names(frame)
    out, seen = [], set()
    for i in np.flatnonzero(_in_service(frame)).tolist():
        key = (names[i], *(int(frame[c].iloc[i]) for c in BRANCH_ENDS[table]))
        if key not in seen:
            seen.add(key)
            out.append(Outage(table, names[i], ((table, i),)))
    return out


def _double(net: Any) -> list[Outage]:
    """Return the first two circuits of each pair of buses that has at least two."""
    frame = net.line
    at = np.flatnonzero(_in_service(frame))
    ends = np.sort(frame[["from_bus", "to_bus"]].to_numpy(int)[at], axis=1)
    names = _names(frame)
    corridors: dict[tuple[int, int], list[int]] = {}
    for i, (a, b) in zip(at.tolist(), ends.tolist(), strict=True):
        corridors.setdefault((a, b), []).append(i)
    return [
        Outage("double", f"{names[m[0]]} + {names[m[1]]}", (("line", m[0]), ("line", m[1])))
        for m in corridors.values()
        if len(m) > 1
    ]


def _units(net: Any, table: str) -> list[Outage]:
    frame = net[table]
    names = _names(frame)
    feeds = _in_service(frame) & (frame["p_mw"].to_numpy(float) > 0) if len(frame) else np.zeros(0, bool)
    return [Outage("generator", names[i], ((table, i),)) for i in np.flatnonzero(feeds).tolist()]


def _busbars(net: Any) -> list[Outage]:
    """Return each bus with all branches and injections at it; buses of external sources stay."""
    index = {int(b): i for i, b in enumerate(net.bus.index)}
    at: list[list[tuple[str, int]]] = [[] for _ in index]
    n_branches = np.zeros(len(index), int)
    for table, ends in BRANCH_ENDS.items():
        frame = net[table]
        if frame.empty:
            continue
        for column in ends:
            for i in np.flatnonzero(_in_service(frame)).tolist():
                bus = index[int(frame[column].iloc[i])]
                at[bus].append((table, i))
                n_branches[bus] += 1
    names = _names(net.bus)
    sources = {index[int(b)] for b in net.ext_grid["bus"]}
    return [
        Outage("busbar", names[b], tuple(dict.fromkeys([*at[b], ("bus", b)])))
        for b in range(len(index))
        if n_branches[b] > 1 and b not in sources
    ]


def named_outages(outages: Sequence[Outage], names: Sequence[str]) -> tuple[Outage, ...]:
    """Return the outages with the given element names, in the given order; raises ValueError for unknown names."""
    by_name: dict[str, Outage] = {}
    for outage in outages:
        by_name.setdefault(outage.element, outage)
    missing = [n for n in names if n not in by_name]
    if missing:
        raise ValueError(f"no element in service is called {', '.join(missing[:5])}")
    return tuple(by_name[n] for n in names)
