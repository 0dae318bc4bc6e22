"""A solved network as a MATPOWER case, for utilities that check in other tools.

MATPOWER's branches are symmetric pi circuits with one series impedance and one susceptance: what pandapower's have
beyond that (iron losses, an uneven split of charging) is written as bus shunts at the branch's ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from planner.errors import ExportError
from planner.i18n import gettext as _

Floats = np.ndarray[Any, np.dtype[np.float64]]

BUS_I, PD, QD, GS, BS, BUS_AREA, VMAX, VMIN = 0, 2, 3, 4, 5, 6, 11, 12
F_BUS, T_BUS, BR_B, RATE_A, TAP, BR_STATUS = 0, 1, 4, 5, 8, 10
R_ASYM, X_ASYM, G, G_ASYM, B_ASYM = 21, 22, 23, 24, 25
_N_BUS, _N_GEN, _N_BRANCH = 13, 21, 13


def case_text(net: Any, name: str, comments: Sequence[str] = ()) -> str:
    """Return the MATPOWER case (version 2) of a network; solves it first, so that it must converge.

    Circuits in parallel are one branch each, so that an outage list of the other tool is ours. Ratings stand in RATE_A
    [MVA]. Raises ExportError for branches with different impedances in the two directions.
    """
    import pandapower as pp

    from models.grid.expand import expanded

    net, _origin = expanded(net)
    pp.runpp(net, init="dc", calculate_voltage_angles=True)
    ppc = net["_ppc"]
    bus = ppc["bus"].real[:, :_N_BUS].copy()
    branch = ppc["branch"].copy()
    if np.abs(branch[:, [R_ASYM, X_ASYM]]).max(initial=0.0) > 0:
        raise ExportError(_("Impedances that differ by direction cannot be written as a MATPOWER case."))
    _write_rest_as_shunts(bus, branch.real, base=float(ppc["baseMVA"]))
    ends = branch.real[:, :_N_BRANCH].copy()
    ends[:, RATE_A : RATE_A + 3] = _ratings_mva(net, len(branch))[:, None]
    ends[:, [11, 12]] = (-360.0, 360.0)
    gen = ppc["gen"].real[:, :_N_GEN].copy()
    for table, columns in ((bus, (BUS_I,)), (gen, (0,)), (ends, (F_BUS, T_BUS))):
        for column in columns:
            table[:, column] += 1
    bus[:, BUS_AREA] = 1
    unknown = ~np.isfinite(bus) | (np.abs(bus) > 1e9)  # noqa: PLR2004  (pandapower's "no limit")
    bus[unknown] = np.broadcast_to([0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1.1, 0.9], bus.shape)[unknown]
    gen[~np.isfinite(gen)] = 0.0
    head = [f"function mpc = {_identifier(name)}", *(f"% {' '.join(c.split())}" for c in comments), "mpc.version = '2';",
            f"mpc.baseMVA = {float(ppc['baseMVA'])!r};"]  # fmt: skip
    body = [_matrix("bus", bus), _matrix("gen", gen), _matrix("branch", ends)]
    return "\n".join([*head, *body, _names("bus_name", _bus_names(net, len(bus))),
                      _names("branch_name", _branch_names(net, len(branch)))]) + "\n"  # fmt: skip


def _write_rest_as_shunts(bus: Floats, branch: Floats, *, base: float) -> None:
    """Add to GS and BS [MW, Mvar at 1 pu] what a symmetric pi without conductance does not hold."""
    on = branch[branch[:, BR_STATUS] > 0]
    tap = np.where(on[:, TAP] == 0, 1.0, on[:, TAP])
    first, last = (on[:, c].astype(int) for c in (F_BUS, T_BUS))
    np.add.at(bus[:, GS], first, base * on[:, G] / 2 / tap**2)
    np.add.at(bus[:, GS], last, base * (on[:, G] + on[:, G_ASYM]) / 2)
    np.add.at(bus[:, BS], last, base * on[:, B_ASYM] / 2)


def _ratings_mva(net: Any, n_branches: int) -> Floats:
    """Return the rating of each internal branch; 0, MATPOWER's "no limit", where there is none."""
    rating = np.zeros(n_branches)
    places = net["_pd2ppc_lookups"]["branch"]
    if "line" in places:
        kv = net.bus["vn_kv"].reindex(net.line["from_bus"]).to_numpy()
        lines = net.line[["max_i_ka", "df", "parallel"]].prod(axis=1, skipna=False).to_numpy()
        rating[slice(*places["line"])] = np.sqrt(3.0) * kv * lines
    if "trafo" in places:
        trafos = net.trafo[["sn_mva", "df", "parallel"]].prod(axis=1, skipna=False).to_numpy()
        rating[slice(*places["trafo"])] = trafos * _nominal_share(net, "trafo", ("hv", "lv"))
    if "trafo3w" in places:
        sides = [net.trafo3w[f"sn_{side}_mva"].to_numpy() for side in ("hv", "mv", "lv")]
        rating[slice(*places["trafo3w"])] = np.concatenate(sides)
    return np.nan_to_num(rating)


def _nominal_share(net: Any, table: str, sides: Sequence[str]) -> Floats:
    """Return bus voltage over rated voltage, the smaller side: a rating is a current, MATPOWER's is at bus voltage."""
    frame = net[table]
    shares = [
        net.bus["vn_kv"].reindex(frame[f"{side}_bus"]).to_numpy() / frame[f"vn_{side}_kv"].to_numpy() for side in sides
    ]
    found: Floats = np.min(shares, axis=0)
    return found


def _bus_names(net: Any, n_buses: int) -> list[str]:
    """Return a name for each internal bus: those of the buses that closed switches join, the first three of them."""
    names: list[list[str]] = [[] for _bus in range(n_buses)]
    lookup = net["_pd2ppc_lookups"]["bus"]
    for bus, name in net.bus["name"].items():
        if 0 <= lookup[bus] < n_buses:
            names[int(lookup[bus])].append(str(name))
    return [" + ".join(found[:3]) or f"inner {i + 1}" for i, found in enumerate(names)]


def _branch_names(net: Any, n_branches: int) -> list[str]:
    names = [f"inner {i + 1}" for i in range(n_branches)]
    for table, (start, end) in net["_pd2ppc_lookups"]["branch"].items():
        own = [str(name) for name in net[table]["name"]] if table in net and "name" in net[table] else []
        for i in range(end - start if own else 0):
            side = f" {('hv', 'mv', 'lv')[i // len(own)]}" if table == "trafo3w" else ""
            names[start + i] = own[i % len(own)] + side
    return names


def _identifier(name: str) -> str:
    found = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name)
    return found if found[:1].isalpha() else f"case_{found}"


def _matrix(name: str, table: Floats) -> str:
    rows = ("\t" + "\t".join(_number(x) for x in row) + ";" for row in table)
    return "\n".join([f"mpc.{name} = [", *rows, "];"])


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))  # noqa: PLR2004


def _names(field: str, names: Sequence[str]) -> str:
    rows = ("\t'" + " ".join(name.split()).replace("'", "''") + "';" for name in names)
    return "\n".join([f"mpc.{field} = {{", *rows, "};"])
