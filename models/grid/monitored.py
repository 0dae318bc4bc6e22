"""The branches whose loading is watched, and the load at the buses, of an expanded network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.grid.bridge import Floats, Ints

MONITORED = ("line", "trafo", "trafo3w")


def monitored_branches(net: Any, origin: dict[str, Ints]) -> pd.DataFrame:
    """Return element, kind, element_class, position, is_in_service, rated_mva and row of every monitored branch.

    `row` numbers the rows of the network as given: circuits and units of one row share it.
    """
    parts = []
    kv_of = net.bus["vn_kv"]
    first = 0
    for table in MONITORED:
        frame = net[table]
        if table == "line":
            classes = ["line"] * len(frame)
            kv = kv_of.reindex(frame["from_bus"].to_numpy(int)).to_numpy(float)
            rated = kv * np.sqrt(3.0) * frame["max_i_ka"].to_numpy(float) * frame["df"].to_numpy(float)
        else:
            kv = kv_of.reindex(frame["hv_bus"].to_numpy(int)).to_numpy(float)
            classes = [f"trafo_{v:g}" for v in kv]
            rated = frame["sn_mva" if table == "trafo" else "sn_hv_mva"].to_numpy(float)
        parts.append(
            pd.DataFrame(
                {
                    "element": frame["name"].astype(str).to_numpy(),
                    "kind": table,
                    "element_class": np.array(classes, object),
                    "position": np.arange(len(frame)),
                    "is_in_service": frame["in_service"].to_numpy(bool),
                    "rated_mva": rated,
                    "row": first + origin.get(table, np.arange(len(frame))),
                }
            )
        )
        first += len(frame)
    return pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)


def bus_load_mw(net: Any) -> Floats:
    """Return the load in service at each bus [MW], negative loads left out."""
    position = {int(b): i for i, b in enumerate(net.bus.index)}
    out = np.zeros(len(net.bus))
    load = net.load
    if len(load):
        p = load["p_mw"].to_numpy(float) * load["scaling"].to_numpy(float)
        on = load["in_service"].to_numpy(bool) & (p > 0)
        np.add.at(out, [position[int(b)] for b in load["bus"].to_numpy()[on]], p[on])
    return out
