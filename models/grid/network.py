"""The pandapower network of the tables in `grid/`.

A row with several circuits or units is one pandapower element with `parallel` > 1: an outage takes one of them away.
Generators inject a fixed power, external sources hold their voltage (every one of them is a slack), a positive shunt
is a reactor. Transformers have no phase shift; their tap is on the high side, neutral at 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

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
    index = {
        str(row.bus): int(pp.create_bus(net, vn_kv=float(row.vn_kv), name=str(row.bus))) for row in buses.itertuples()
    }
    _add_lines(net, tables, index)
    _add_trafos(net, tables, index)
    _add_injections(net, tables, index)
    for row in tables["loads"].itertuples():
        pp.create_load(net, index[str(row.bus)], float(row.p_mw), float(row.q_mvar), type=BASE_LOAD)
    if plan_loads is not None:
        _refuse_table("plan loads", plan_loads, ("p_mw", "q_mvar"), buses=set(index), columns=("bus",))
        for row in plan_loads.itertuples():
            pp.create_load(net, index[str(row.bus)], float(row.p_mw), float(row.q_mvar), type=PLAN_LOAD)
    return net


def _add_lines(net: Any, tables: Mapping[str, pd.DataFrame], index: Mapping[str, int]) -> None:
    import pandapower as pp

    for row in tables["lines"].itertuples():
        pp.create_line_from_parameters(
            net,
            index[str(row.from_bus)],
            index[str(row.to_bus)],
            length_km=float(row.length_km),
            r_ohm_per_km=float(row.r_ohm_per_km),
            x_ohm_per_km=float(row.x_ohm_per_km),
            c_nf_per_km=float(row.c_nf_per_km),
            max_i_ka=float(row.max_i_ka),
            parallel=int(row.n_circuits),
            in_service=bool(row.is_closed),
            name=str(row.line),
        )


def _add_trafos(net: Any, tables: Mapping[str, pd.DataFrame], index: Mapping[str, int]) -> None:
    import pandapower as pp

    for row in tables["trafos"].itertuples():
        pp.create_transformer_from_parameters(
            net,
            index[str(row.hv_bus)],
            index[str(row.lv_bus)],
            sn_mva=float(row.sn_mva),
            vn_hv_kv=float(row.vn_hv_kv),
            vn_lv_kv=float(row.vn_lv_kv),
            vkr_percent=float(row.vkr_percent),
            vk_percent=float(row.vk_percent),
            pfe_kw=float(row.pfe_kw),
            i0_percent=float(row.i0_percent),
            tap_side="hv",
            tap_neutral=0,
            tap_pos=int(row.tap_pos),
            tap_step_percent=float(row.tap_step_percent),
            tap_changer_type="Ratio",
            parallel=int(row.n_parallel),
            name=str(row.trafo),
        )


def _add_injections(net: Any, tables: Mapping[str, pd.DataFrame], index: Mapping[str, int]) -> None:
    import pandapower as pp

    for row in tables["external"].itertuples():
        pp.create_ext_grid(net, index[str(row.bus)], vm_pu=float(row.vm_pu), name=str(row.external))
    for row in tables.get("generators", pd.DataFrame()).itertuples():
        pp.create_sgen(net, index[str(row.bus)], float(row.p_mw), float(row.q_mvar), name=str(row.generator))
    for row in tables.get("shunts", pd.DataFrame()).itertuples():
        pp.create_shunt(net, index[str(row.bus)], q_mvar=float(row.q_mvar))


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
            raise ValueError(f"grid {name}.{column} is not a number in row {_some([str(i) for i in frame.index[bad]])}.")
    for column in columns:
        unknown = sorted(set(frame[column].astype(str)) - buses)
        if unknown:
            raise ValueError(f"grid {name}.{column} names buses that grid/buses does not have: {_some(unknown)}.")


def _some(names: list[str]) -> str:
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} more" if more > 0 else "")
