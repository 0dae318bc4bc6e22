"""The AC network of a region as a value: tables, or the content of an imported pandapower file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.grid.network import PLAN_LOAD, build_net


@dataclass(frozen=True)
class GridFile:
    """A network file as it was read: its bytes, its name for messages, and a hash of its content."""

    content: bytes
    name: str
    fingerprint: str


Grid = Mapping[str, pd.DataFrame] | GridFile


def open_net(grid: Grid, *, plan_loads: pd.DataFrame | None = None) -> Any:
    """Return a new pandapower network of the grid, with plan loads (bus, p_mw, q_mvar, site*) on top.

    Raises ValueError where the file holds anything but a network, or a plan load names an unknown bus.
    """
    if not isinstance(grid, GridFile):
        return build_net(grid, plan_loads=plan_loads)
    from models.grid.network_json import read_network_json

    net = read_network_json(grid.content)
    if plan_loads is not None and len(plan_loads):
        _add_loads(net, plan_loads)
    return net


def _add_loads(net: Any, loads: pd.DataFrame) -> None:
    import pandapower as pp

    index = dict(zip(net.bus["name"].astype(str), net.bus.index, strict=True))
    unknown = sorted(set(loads["bus"].astype(str)) - set(index))
    if unknown:
        raise ValueError(f"plan loads name buses that the network does not have: {', '.join(unknown[:5])}")
    pp.create_loads(
        net,
        [index[b] for b in loads["bus"].astype(str)],
        p_mw=loads["p_mw"].to_numpy(float),
        q_mvar=loads["q_mvar"].to_numpy(float),
        type=PLAN_LOAD,
    )
