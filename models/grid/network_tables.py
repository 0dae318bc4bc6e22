"""Known element tables of a pandapower network, copied cell by cell into a fresh one.

Only the tables and columns that a balanced AC power flow uses are taken, each as plain numbers, yes/no or text; nothing
else of a stranger's file gets into the network. Tables that would change the power flow and are not known are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

TABLES = (
    "bus", "load", "sgen", "motor", "asymmetric_load", "asymmetric_sgen", "storage", "gen", "switch", "shunt",
    "ext_grid", "line", "trafo", "trafo3w", "impedance", "dcline", "ward", "xward",
)  # fmt: skip
"""The element tables that are copied, in the order in which they are written."""

CURVES = {
    "trafo_characteristic_table": ("id_characteristic", "step", "voltage_ratio", "angle_deg", "vk_percent",
                                   "vkr_percent", "vk_hv_percent", "vkr_hv_percent", "vk_mv_percent", "vkr_mv_percent",
                                   "vk_lv_percent", "vkr_lv_percent"),
    "shunt_characteristic_table": ("id_characteristic", "step", "q_mvar", "p_mw"),
}  # fmt: skip
"""Curves of tap changers and switched shunts: numbers only."""

_LIMITS = ("min_p_mw", "max_p_mw", "min_q_mvar", "max_q_mvar")
_OPTIONAL = {
    "bus": {"min_vm_pu": "float64", "max_vm_pu": "float64", "substation": "object", "subnet": "object"},
    "load": {**dict.fromkeys(_LIMITS, "float64"), "controllable": "bool"},
    "sgen": dict.fromkeys(_LIMITS, "float64"),
    "storage": {**dict.fromkeys(_LIMITS, "float64"), "controllable": "bool"},
    "gen": {**dict.fromkeys((*_LIMITS, "min_vm_pu", "max_vm_pu"), "float64")},
    "ext_grid": dict.fromkeys(_LIMITS, "float64"),
    "line": {"max_loading_percent": "float64", "alpha": "float64", "temperature_degree_celsius": "float64"},
    "trafo": {"max_loading_percent": "float64", "tap2_side": "object", "tap2_changer_type": "object",
              **dict.fromkeys(("tap2_neutral", "tap2_min", "tap2_max", "tap2_step_percent", "tap2_step_degree",
                               "tap2_pos", "leakage_resistance_ratio_hv", "leakage_reactance_ratio_hv"), "float64")},
    "trafo3w": {"max_loading_percent": "float64"},
    "impedance": {"max_loading_percent": "float64"},
    "dcline": {"min_p_mw": "float64", "max_loading_percent": "float64"},
}  # fmt: skip
_DEFAULTS: dict[str, Any] = {
    "in_service": True, "closed": True, "scaling": 1.0, "df": 1.0, "parallel": 1, "step": 1.0, "max_step": 1,
    "g_us_per_km": 0.0, "c_nf_per_km": 0.0, "const_z_p_percent": 0.0, "const_i_p_percent": 0.0,
    "const_z_q_percent": 0.0, "const_i_q_percent": 0.0, "slack_weight": 0.0, "pfe_kw": 0.0, "i0_percent": 0.0,
    "shift_degree": 0.0, "shift_mv_degree": 0.0, "shift_lv_degree": 0.0, "va_degree": 0.0, "gf_pu": 0.0, "bf_pu": 0.0,
    "gt_pu": 0.0, "bt_pu": 0.0, "z_ohm": 0.0,
}  # fmt: skip
# A curve of reactive capability refers to tables that are not copied; it has no part in a power flow without limits.
_DROPPED = {"id_q_capability_characteristic", "reactive_capability_curve", "curve_style"}
_REQUIRED = {
    "bus": ("vn_kv",),
    "load": ("p_mw", "q_mvar"),
    "sgen": ("p_mw",),
    "gen": ("p_mw", "vm_pu"),
    "ext_grid": ("vm_pu",),
    "shunt": ("q_mvar", "vn_kv"),
    "line": ("length_km", "r_ohm_per_km", "x_ohm_per_km"),
    "trafo": ("sn_mva", "vn_hv_kv", "vn_lv_kv", "vk_percent", "vkr_percent"),
    "trafo3w": ("sn_hv_mva", "sn_mv_mva", "sn_lv_mva", "vn_hv_kv", "vn_mv_kv", "vn_lv_kv", "vk_hv_percent",
                "vk_mv_percent", "vk_lv_percent", "vkr_hv_percent", "vkr_mv_percent", "vkr_lv_percent"),
    "impedance": ("rft_pu", "xft_pu", "rtf_pu", "xtf_pu", "sn_mva"),
}  # fmt: skip
_BUSES = {"bus", "from_bus", "to_bus", "hv_bus", "mv_bus", "lv_bus"}
_SWITCHED = {"b": "bus", "l": "line", "t": "trafo", "t3": "trafo3w"}
_REFUSED = (
    "svc", "ssc", "tcsc", "vsc", "vsc_stacked", "vsc_bipolar", "b2b_vsc", "bus_dc", "line_dc", "load_dc", "source_dc",
)  # fmt: skip
_N_SHOWN = 5


def fresh_net(frames: Mapping[str, pd.DataFrame], *, name: str = "", f_hz: float = 50.0, sn_mva: float = 1.0) -> Any:
    """Return a new pandapower network that holds the known tables and columns of `frames`.

    Missing columns take pandapower's own default. ValueError with all problems: a cell of the wrong type, a missing
    number that a power flow needs, an unknown bus, two elements of one number, a table that is not known and would
    change the power flow.
    """
    import pandapower as pp

    net = pp.create_empty_network(name=name, f_hz=f_hz, sn_mva=sn_mva, add_stdtypes=False)
    problems = [
        f"{table}: {len(frames[table])} elements of this kind are not supported."
        for table in _REFUSED
        if len(frames.get(table, ()))
    ]
    if not len(frames.get("bus", ())):
        problems.append("bus: the network has no buses.")
    for table in TABLES:
        if len(frames.get(table, ())):
            kinds = {column: str(dtype) for column, dtype in net[table].dtypes.items()}
            net[table] = _table(table, frames[table], kinds, problems)
    for table, columns in CURVES.items():
        if len(frames.get(table, ())):
            net[table] = _table(table, frames[table], dict.fromkeys(columns, "float64"), problems)
    if not problems:
        problems = _reference_problems(net)
    if problems:
        raise ValueError("\n".join(problems))
    return net


def plain_columns(table: str, columns: list[str]) -> list[str]:
    """Return which of a file's columns are copied."""
    import pandapower as pp

    known = set(CURVES.get(table, ())) | set(_OPTIONAL.get(table, ()))
    if table in TABLES:
        known |= set(pp.create_empty_network(add_stdtypes=False)[table].columns)
    return [column for column in columns if column in known - _DROPPED]


def _table(table: str, frame: pd.DataFrame, kinds: dict[str, str], problems: list[str]) -> pd.DataFrame:
    """Return one table with the network's own columns first; faults are added to `problems`."""
    index = pd.to_numeric(pd.Series(frame.index), errors="coerce")
    if not (index.ge(0) & (index % 1 == 0)).all() or index.duplicated().any():
        problems.append(f"{table}: the elements are not numbered once each with whole numbers.")
        return frame
    frame = frame.set_axis(index.astype("int64").to_numpy(), axis=0)
    optional = {c: kind for c, kind in _OPTIONAL.get(table, {}).items() if c in frame.columns}
    found = {}
    for column, kind in {**kinds, **optional}.items():
        values = frame[column] if column in frame.columns and column not in _DROPPED else None
        found[column] = _column(f"{table}.{column}", values, kind, problems, index=frame.index)
    for column in _REQUIRED.get(table, ()):
        bad = ~np.isfinite(found[column].to_numpy(dtype=float))
        if bad.any():
            problems.append(f"{table}.{column}: not a number in {_some(frame.index[bad])}.")
    return pd.DataFrame(found, index=frame.index)


def _column(place: str, values: pd.Series | None, kind: str, problems: list[str], *, index: pd.Index) -> pd.Series:
    """Return one column in its kind; `values` is None where the file does not have it."""
    column = place.partition(".")[2]
    default = _DEFAULTS.get(column)
    if values is None:
        values = pd.Series([default] * len(index), index=index, dtype=object)
    elif default is not None and values.isna().any():
        values = values.astype(object).where(values.notna(), default)
    if kind == "object":
        return values.map(_text).astype(object)
    if kind == "bool":
        is_known = values.isna() | values.isin([True, False])
        if not is_known.all():
            problems.append(f"{place}: neither true nor false in {_some(index[~is_known])}.")
        return (values == True) & values.notna() if is_known.all() else values.notna()  # noqa: E712  (1 and 1.0 too)
    numbers = pd.to_numeric(values, errors="coerce")
    is_bad = numbers.isna() & values.notna()
    if is_bad.any():
        problems.append(f"{place}: not a number in {_some(index[is_bad])}.")
    if kind == "float64":
        return numbers.astype(float)
    if kind == "Int64":
        return numbers.round().astype("Int64")
    is_whole = numbers.ge(0) & (numbers % 1 == 0)
    if not is_whole.all() and not is_bad.any():
        problems.append(f"{place}: not a whole number in {_some(index[~is_whole])}.")
    return numbers.where(is_whole, 0).astype("int64")


def _text(value: Any) -> str | None:
    """Return text as it is, whole numbers without a decimal point, nothing as None."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is pd.NA else str(value)


def _reference_problems(net: Any) -> list[str]:
    """Return elements at buses that are not there, and switches at elements that are not there."""
    problems = []
    for table in TABLES:
        frame = net[table]
        for column in _BUSES & set(frame.columns):
            unknown = ~frame[column].isin(net.bus.index)
            if unknown.any():
                problems.append(f"{table}.{column}: no such bus in {_some(frame.index[unknown])}.")
    for kind, part in net.switch.groupby("et"):
        known = net[_SWITCHED[kind]].index if kind in _SWITCHED else []
        unknown = ~part["element"].isin(known)
        if unknown.any():
            problems.append(f"switch.element: no such element ({kind}) in {_some(part.index[unknown])}.")
    return problems


def _some(rows: pd.Index) -> str:
    """Return the first few element numbers."""
    more = len(rows) - _N_SHOWN
    shown = ", ".join(str(row) for row in rows[:_N_SHOWN])
    return f"element {shown}" + (f" and {more} more" if more > 0 else "")
