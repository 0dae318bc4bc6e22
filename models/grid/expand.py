"""One row per circuit or unit: the form in which outages are solved.

A pandapower line or transformer may stand for several in parallel (`parallel`). An outage takes one of them, so the network
is rewritten with one row for each, which is the same physics: the matrix of admittances does not change.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SWITCH_TYPE = {"line": "l", "trafo": "t"}


def expanded(net: Any) -> tuple[Any, dict[str, NDArray[np.int64]]]:
    """Return a copy of the network with `parallel` = 1 everywhere, and for line and trafo the original row of each row.

    The first copy of a row keeps its index; switches at a row are repeated for its copies.
    """
    out = copy.deepcopy(net)
    origin: dict[str, NDArray[np.int64]] = {}
    for table, switch_type in SWITCH_TYPE.items():
        frame = out[table]
        n = frame["parallel"].to_numpy(int) if len(frame) else np.zeros(0, int)
        origin[table] = np.repeat(np.arange(len(frame), dtype=np.int64), n)
        if (n == 1).all():
            continue
        if (n < 1).any():
            raise ValueError(f"{table}.parallel is below 1 in {int((n < 1).sum())} rows")
        old = frame.index.to_numpy(int)[origin[table]]
        is_first = np.r_[True, origin[table][1:] != origin[table][:-1]]
        new = old.copy()
        new[~is_first] = frame.index.max() + 1 + np.arange(int((~is_first).sum()))
        repeated = frame.iloc[origin[table]].copy()
        repeated.index = pd.Index(new)
        repeated["parallel"] = np.ones(len(repeated), dtype=frame["parallel"].dtype)
        out[table] = repeated
        _repeat_switches(out, switch_type, old=old[~is_first], new=new[~is_first])
    return out, origin


def _repeat_switches(net: Any, switch_type: str, *, old: NDArray[np.int64], new: NDArray[np.int64]) -> None:
    switches = net.switch
    here = switches[switches["et"] == switch_type]
    if here.empty:
        return
    copies = here.merge(pd.DataFrame({"element": old, "copy": new}), on="element")
    if copies.empty:
        return
    copies = copies.assign(element=copies["copy"]).drop(columns=["copy"])
    copies.index = pd.RangeIndex(switches.index.max() + 1, switches.index.max() + 1 + len(copies))
    net.switch = pd.concat([switches, copies.astype(switches.dtypes.to_dict())])
