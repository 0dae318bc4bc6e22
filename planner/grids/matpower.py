"""A MATPOWER case as a pandapower network that follows MATPOWER's own equations.

pandapower's converter has traps that change the network without a word; they are mended here and told:
    branches between voltage levels with TAP 0 or 1 become impedances without a limit   TAP is moved by 1e-9
    transformers written from their low to their high side get their tap on the wrong side   the ends are swapped
    charging of a transformer branch becomes magnetising, whatever its sign   shunts at both ends, or an exact T
    a generator that is out of service hides the next one at its bus   those in service go first
    links in mpc.dcline are left out   they become DC lines
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from planner.grids.matpower_text import Case, read_case

Floats = np.ndarray[Any, np.dtype[np.float64]]

TAP_NUDGE = 1e-9
BUS_I, VM_BASE_KV, VMAX, VMIN = 0, 9, 11, 12
GEN_BUS, GEN_STATUS = 0, 7
F_BUS, T_BUS, BR_R, BR_X, BR_B, RATE_A, TAP, SHIFT, BR_STATUS = 0, 1, 2, 3, 4, 5, 8, 9, 10
READ = ("bus", "gen", "branch", "dcline")


@dataclass(frozen=True)
class MatpowerChanges:
    """How many elements were changed on the way in, and what was left out."""

    n_taps_moved: int
    n_ends_swapped: int
    n_charged_trafos: int
    n_unrated: int
    n_dclines: int
    left_out: tuple[str, ...]


def read_matpower(path: Path) -> tuple[Any, MatpowerChanges]:
    """Return the pandapower network of a case file and what was changed; InputProblems where it is no plain case."""
    from pandapower.converter.pypower.from_ppc import from_ppc

    case = read_case(path)
    ppc, n_moved, n_swapped = _prepared(case)
    net = from_ppc({**ppc, "branch": ppc["branch"].copy(), "gen": ppc["gen"].copy()}, f_hz=60.0)
    lookup = net["_from_ppc_lookups"]["branch"]
    n_charged = _charge_trafos(net, ppc, lookup)
    _name(net, case, ppc)
    n_dclines = _add_dclines(net, case)
    net["name"] = path.stem
    left_out = tuple(sorted((set(case.matrices) | set(case.lists)) - {*READ, "bus_name", "gen_name", "branch_name"}))
    n_unrated = int((ppc["branch"][:, RATE_A] == 0).sum())
    return net, MatpowerChanges(n_moved, n_swapped, n_charged, n_unrated, n_dclines, left_out)


def _prepared(case: Case) -> tuple[dict[str, Any], int, int]:
    """Return the arrays for the converter, the number of moved taps and of swapped branches."""
    bus, gen, branch = (case.matrices[name].copy() for name in ("bus", "gen", "branch"))
    order = np.argsort(-(gen[:, GEN_STATUS] > 0).astype(int), kind="stable")
    kv = dict(zip(bus[:, BUS_I], bus[:, VM_BASE_KV], strict=True))
    from_kv, to_kv = (np.array([kv[b] for b in branch[:, c]]) for c in (F_BUS, T_BUS))
    branch[branch[:, TAP] == 1, TAP] = 0
    is_plain = (from_kv != to_kv) & (branch[:, TAP] == 0)
    branch[is_plain, TAP] = 1 + TAP_NUDGE
    swapped = from_kv < to_kv
    _swap_ends(branch, swapped)
    return (
        {"baseMVA": float(case.values["baseMVA"]), "bus": bus, "gen": gen[order], "branch": branch, "order": order},
        int(is_plain.sum()),
        int(swapped.sum()),
    )


def _swap_ends(branch: Floats, rows: Any) -> None:
    """Write these branches from their other end: tap 1/t, impedance times t², charging over t², shift negated."""
    tap = branch[rows, TAP]
    branch[rows, F_BUS], branch[rows, T_BUS] = branch[rows, T_BUS], branch[rows, F_BUS].copy()
    branch[rows, BR_R] *= tap**2
    branch[rows, BR_X] *= tap**2
    branch[rows, BR_B] /= tap**2
    branch[rows, TAP] = 1.0 / tap
    branch[rows, SHIFT] *= -1.0


def _charge_trafos(net: Any, ppc: dict[str, Any], lookup: Any) -> int:
    """Give transformers with charging what MATPOWER's pi circuit has.

    Inductive: the T equivalent, series z/(1 + z y/2) and magnetising y (2 + z y), y being half the susceptance.
    Capacitive, which pandapower's transformers cannot be: a shunt at either end, there also when the branch is out.
    """
    rows = np.flatnonzero((lookup["element_type"].to_numpy() == "trafo") & (ppc["branch"][:, BR_B] != 0))
    if not len(rows):
        return 0
    elements = lookup["element"].to_numpy(dtype=int)
    is_inductive = ppc["branch"][rows, BR_B] < 0
    _magnetise(net.trafo, elements[rows[is_inductive]], ppc["branch"][rows[is_inductive]], base=ppc["baseMVA"])
    capacitive = rows[~is_inductive]
    net.trafo.loc[elements[capacitive], "i0_percent"] = 0.0
    _add_shunts(net, elements[capacitive], ppc["branch"][capacitive], base=ppc["baseMVA"])
    return len(rows)


def _magnetise(trafos: Any, at: Any, branch: Floats, *, base: float) -> None:
    z = branch[:, BR_R] + 1j * branch[:, BR_X]
    y = 0.5j * branch[:, BR_B]
    series, magnetising = z / (1 + 0.5 * z * y), y * (2 + z * y)
    sn = trafos.loc[at, "sn_mva"].to_numpy(dtype=float)
    trafos.loc[at, "vk_percent"] = np.sign(series.imag) * np.abs(series) * sn * 100 / base
    trafos.loc[at, "vkr_percent"] = series.real * sn * 100 / base
    trafos.loc[at, "i0_percent"] = np.abs(magnetising) * base / sn * 100
    trafos.loc[at, "pfe_kw"] = magnetising.real * base * 1e3


def _add_shunts(net: Any, at: Any, branch: Floats, *, base: float) -> None:
    import pandapower as pp

    trafos = net.trafo.loc[at]
    half = -0.5 * branch[:, BR_B] * base
    tap = np.where(branch[:, TAP] == 0, 1.0, branch[:, TAP])
    is_on = branch[:, BR_STATUS] > 0
    for buses, q_mvar in ((trafos["hv_bus"], half / tap**2), (trafos["lv_bus"], half)):
        if is_on.any():
            names = [f"charging {i}" for i in np.asarray(at)[is_on]]
            kv = net.bus.loc[buses[is_on], "vn_kv"].to_numpy()
            pp.create_shunts(net, buses[is_on].to_numpy(), q_mvar=q_mvar[is_on], vn_kv=kv, name=names)


def _name(net: Any, case: Case, ppc: dict[str, Any]) -> None:
    """Give buses, generators and branches the case's names, buses their number where it has none."""
    numbers = [f"{number:.0f}" for number in ppc["bus"][:, BUS_I]]
    given = case.lists.get("bus_name", [])
    net.bus["name"] = [name.strip() for name in given] if len(given) == len(numbers) else numbers
    lookups = net["_from_ppc_lookups"]
    gens = case.lists.get("gen_name", [])
    for names, lookup, order in (
        (gens, lookups["gen"], ppc["order"]),
        (case.lists.get("branch_name", []), lookups["branch"], None),
    ):
        if len(names) == len(lookup):
            ordered = [names[i] for i in order] if order is not None else names
            for name, element, table in zip(ordered, lookup["element"], lookup["element_type"], strict=True):
                net[table].loc[int(element), "name"] = name.strip()


def _add_dclines(net: Any, case: Case) -> int:
    """Add the links of mpc.dcline; an end at a bus that holds its voltage takes that set point."""
    import pandapower as pp

    rows = case.matrices.get("dcline", np.zeros((0, 17)))
    index = dict(zip(case.matrices["bus"][:, BUS_I], net.bus.index, strict=True))
    held = {**dict(zip(net.gen.bus, net.gen.vm_pu, strict=True)),
            **dict(zip(net.ext_grid.bus, net.ext_grid.vm_pu, strict=True))}  # fmt: skip
    for row in rows:
        first, last = index[row[0]], index[row[1]]
        pp.create_dcline(
            net, first, last, p_mw=row[3], loss_percent=100 * row[16] if len(row) > 16 else 0.0,  # noqa: PLR2004
            loss_mw=row[15] if len(row) > 15 else 0.0,  # noqa: PLR2004
            vm_from_pu=held.get(first, row[7]), vm_to_pu=held.get(last, row[8]), in_service=bool(row[2] > 0),
        )  # fmt: skip
    return len(rows)
