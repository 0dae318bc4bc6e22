"""Names by which people and files can speak of an element: never empty, never twice."""

from __future__ import annotations

from typing import Any

import pandas as pd

GROUPS = (
    ("bus",),
    ("line", "trafo", "trafo3w", "impedance", "dcline"),
    ("gen", "sgen", "ext_grid"),
    ("load",),
)
"""Tables whose elements share one name space: an outage is named by its branch, whatever its kind."""
_ENDS = {
    "line": ("from_bus", "to_bus"),
    "impedance": ("from_bus", "to_bus"),
    "dcline": ("from_bus", "to_bus"),
    "trafo": ("hv_bus", "lv_bus"),
    "trafo3w": ("hv_bus", "mv_bus", "lv_bus"),
}


def make_unique(net: Any) -> tuple[int, int]:
    """Name what has no name and number what shares one; return how many were empty and how many were not unique."""
    n_empty = n_double = 0
    for group in GROUPS:
        taken: set[str] = set()
        for table in group:
            if not len(net[table]):
                continue
            names = net[table]["name"]
            given = [str(name).strip() if pd.notna(name) else "" for name in names]
            found = []
            for name, element in zip(given, net[table].index, strict=True):
                n_empty += not name
                wanted = name or _made_up(net, table, element)
                unique = _free(wanted, taken)
                n_double += bool(name) and unique != wanted
                taken.add(unique)
                found.append(unique)
            net[table]["name"] = pd.Series(found, index=net[table].index, dtype=object)
    return n_empty, n_double


def _made_up(net: Any, table: str, element: int) -> str:
    """Return "A - B" for a branch between A and B, else the kind at its bus."""
    row = net[table].loc[element]
    if table in _ENDS:
        return " - ".join(str(net.bus.at[row[end], "name"]) for end in _ENDS[table])
    return f"bus {element}" if table == "bus" else f"{table} at {net.bus.at[row['bus'], 'name']}"


def _free(wanted: str, taken: set[str]) -> str:
    name, n = wanted, 1
    while name in taken:
        n += 1
        name = f"{wanted} ({n})"
    return name
