"""The pandapower network of the tables in `grid/`.

A row with several circuits or units is one pandapower element with `parallel` > 1: an outage takes one of them away.
Generators inject a fixed power, external sources hold their voltage (every one of them is a slack), a positive shunt
is a reactor. Transformers have no phase shift; their tap is on the high side, neutral at 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.grid.rules import Floats

PLAN_LOAD = "plan"
BASE_LOAD = "base"

_NUMBERS = {
    "buses": ("vn_kv",),
    "lines": ("n_circuits", "length_km", "r_ohm_per_km", "x_ohm_per_km", "c_nf_per_km", "max_i_ka"),
    "trafos": ("vn_hv_kv", "vn_lv_kv", "n_parallel", "sn_mva", "vk_percent", "vkr_percent", "i0_percent", "pfe_kw",
               "tap_step_percent", "tap_pos"),
    "loads": ("p_mw", "q_mvar"),
    "generators": ("p_mw", "q_mvar"),
    "external": ("vm_pu",),
    "shunts": ("q_mvar",),
}  # fmt: skip
_BUS_COLUMNS = {"lines": ("from_bus", "to_bus"), "trafos": ("hv_bus", "lv_bus"), "buses": ()}


def build_net(tables: Mapping[str, pd.DataFrame], *, plan_loads: pd.DataFrame | None = None) -> Any:
    """Return the pandapower network of the tables, with the plan's loads (bus, p_mw, q_mvar, site*) on top.

    Missing numbers and unknown buses raise ValueError: a power flow would only say that it did not converge.
    """
    import pandapower as pp

    _refuse_unusable(tables)
    net = pp.create_empty_network(f_hz=50.0)
    buses = tables["buses"]
    names = buses["bus"].astype(str).tolist()
    index = dict(zip(names, pp.create_buses(net, len(buses), vn_kv=_floats(buses, "vn_kv"), name=names), strict=True))
    _add_lines(net, tables["lines"], index)
    _add_trafos(net, tables["trafos"], index)
    _add_injections(net, tables, index)
    _add_loads(net, tables["loads"], index, kind=BASE_LOAD)
    if plan_loads is not None:
        _refuse_table("plan loads", plan_loads, ("p_mw", "q_mvar"), buses=set(index), columns=("bus",))
        _add_loads(net, plan_loads, index, kind=PLAN_LOAD)
    return net


def _add_lines(net: Any, lines: pd.DataFrame, index: Mapping[str, int]) -> None:
    import pandapower as pp

    if lines.empty:
        return
    numbers = ("length_km", "r_ohm_per_km", "x_ohm_per_km", "c_nf_per_km", "max_i_ka")
    pp.create_lines_from_parameters(
        net,
        _at(lines, "from_bus", index),
        _at(lines, "to_bus", index),
        **{name: _floats(lines, name) for name in numbers},
        parallel=lines["n_circuits"].astype(int).to_numpy(),
        in_service=lines["is_closed"].astype(bool).to_numpy(),
        name=lines["line"].astype(str).tolist(),
    )


def _add_trafos(net: Any, trafos: pd.DataFrame, index: Mapping[str, int]) -> None:
    import pandapower as pp

    if trafos.empty:
        return
    numbers = (
        "sn_mva",
        "vn_hv_kv",
        "vn_lv_kv",
        "vkr_percent",
        "vk_percent",
        "pfe_kw",
        "i0_percent",
        "tap_step_percent",
    )
    pp.create_transformers_from_parameters(
        net,
        _at(trafos, "hv_bus", index),
        _at(trafos, "lv_bus", index),
        **{name: _floats(trafos, name) for name in numbers},
        tap_side="hv",
        tap_neutral=0,
        tap_pos=trafos["tap_pos"].astype(int).to_numpy(),
        tap_changer_type="Ratio",
        parallel=trafos["n_parallel"].astype(int).to_numpy(),
        name=trafos["trafo"].astype(str).tolist(),
    )


def _add_loads(net: Any, loads: pd.DataFrame, index: Mapping[str, int], *, kind: str) -> None:
    import pandapower as pp

    if not loads.empty:
        pp.create_loads(
            net, _at(loads, "bus", index), p_mw=_floats(loads, "p_mw"), q_mvar=_floats(loads, "q_mvar"), type=kind
        )


def _add_injections(net: Any, tables: Mapping[str, pd.DataFrame], index: Mapping[str, int]) -> None:
    import pandapower as pp

    for row in tables["external"].itertuples():
        pp.create_ext_grid(net, index[str(row.bus)], vm_pu=float(row.vm_pu), name=str(row.external))
    generators = tables.get("generators", pd.DataFrame())
    if not generators.empty:
        pp.create_sgens(
            net,
            _at(generators, "bus", index),
            p_mw=_floats(generators, "p_mw"),
            q_mvar=_floats(generators, "q_mvar"),
            name=generators["generator"].astype(str).tolist(),
        )
    shunts = tables.get("shunts", pd.DataFrame())
    if not shunts.empty:
        pp.create_shunts(net, _at(shunts, "bus", index), q_mvar=_floats(shunts, "q_mvar"))


def _at(frame: pd.DataFrame, column: str, index: Mapping[str, int]) -> list[int]:
    """Return the pandapower bus of each row."""
    return [index[name] for name in frame[column].astype(str)]


def _floats(frame: pd.DataFrame, column: str) -> Floats:
    return frame[column].to_numpy(dtype=float)


def _refuse_unusable(tables: Mapping[str, pd.DataFrame]) -> None:
    buses = set(tables["buses"]["bus"].astype(str))
    for name, numbers in _NUMBERS.items():
        frame = tables.get(name, pd.DataFrame())
        if not frame.empty:
            _refuse_table(name, frame, numbers, buses=buses, columns=_BUS_COLUMNS.get(name, ("bus",)))
    if tables["external"].empty:
        raise ValueError("grid/external is empty: without a source that holds its voltage no bus is supplied.")
    vn_kv = dict(zip(tables["buses"]["bus"].astype(str), tables["buses"]["vn_kv"].astype(float), strict=True))
    lines = tables["lines"]
    if not lines["is_closed"].isin([True, False]).all():
        raise ValueError("grid lines.is_closed must hold yes or no: any text would count as yes.")
    across = [str(r.line) for r in lines.itertuples() if vn_kv[str(r.from_bus)] != vn_kv[str(r.to_bus)]]
    if across:
        raise ValueError(f"grid/lines joins buses of different voltage in {_some(across)}: use a transformer there.")


def _refuse_table(
    name: str, frame: pd.DataFrame, numbers: tuple[str, ...], *, buses: set[str], columns: tuple[str, ...]
) -> None:
    """Raise for missing or infinite numbers and for buses that do not exist."""
    for column in numbers:
        values = pd.to_numeric(frame[column], errors="coerce")
        bad = ~values.abs().lt(float("inf"))
        if bad.any():
            raise ValueError(
                f"grid {name}.{column} is not a number in row {_some([str(i) for i in frame.index[bad]])}."
            )
    for column in columns:
        unknown = sorted(set(frame[column].astype(str)) - buses)
        if unknown:
            raise ValueError(f"grid {name}.{column} names buses that grid/buses does not have: {_some(unknown)}.")


def _some(names: list[str]) -> str:
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} more" if more > 0 else "")
