"""Declarations of the AC network in the folder `grid/` (tables `grid_*` of a GeoPackage).

An outage is always of one circuit or one unit, so rows say how many run in parallel.
"""

from __future__ import annotations

from planner.tables import Column, Table, ident, integer, key, number, text, yes_no

_BUSES = ("grid_buses",)


def _table(
    name: str, en: str, zh: str, *, key_columns: tuple[str, ...], columns: tuple[Column, ...], is_optional: bool = False
) -> Table:
    return Table(
        f"grid_{name}", en, zh, columns, key_columns, is_optional=is_optional, is_grid=True, feeding="stations"
    )


BUSES = _table(
    "buses",
    "Buses of the AC network",
    "交流网络母线",
    key_columns=("bus",),
    columns=(
        ident("bus", "Bus", "母线标识"),
        number("vn_kv", "kV", "Nominal voltage", "额定电压", above=0),
        number("lon", "deg", "Longitude", "经度", at_least=-180, at_most=180, is_optional=True),
        number("lat", "deg", "Latitude", "纬度", at_least=-90, at_most=90, is_optional=True),
        key("zone", ("zones",), "Zone of the bus", "所属分区", is_optional=True),
        text("kind", "What the bus is", "母线类别"),
    ),
)
LINES = _table(
    "lines",
    "Lines, one row per corridor with its parallel circuits",
    "线路，每行为一条通道（含并列回路）",
    key_columns=("line",),
    columns=(
        ident("line", "Line", "线路标识"),
        key("from_bus", _BUSES, "Bus at one end", "首端母线"),
        key("to_bus", _BUSES, "Bus at the other end", "末端母线"),
        number("vn_kv", "kV", "Nominal voltage", "额定电压", above=0),
        integer("n_circuits", "1", "Parallel circuits", "并列回路数", at_least=1),
        number("length_km", "km", "Length", "长度", above=0),
        number("r_ohm_per_km", "ohm/km", "Resistance of one circuit", "单回电阻", at_least=0),
        number("x_ohm_per_km", "ohm/km", "Reactance of one circuit", "单回电抗", above=0),
        number("c_nf_per_km", "nF/km", "Capacitance of one circuit", "单回电容", at_least=0),
        number("max_i_ka", "kA", "Thermal limit of one circuit", "单回热稳定电流", above=0),
        yes_no("is_closed", "Whether the line is in service", "是否闭合运行"),
    ),
)
TRAFOS = _table(
    "trafos",
    "Transformers, one row per bank with its parallel units",
    "变压器，每行为一组（含并列台数）",
    key_columns=("trafo",),
    columns=(
        ident("trafo", "Transformer bank", "变压器组标识"),
        key("hv_bus", _BUSES, "Bus at the high side", "高压侧母线"),
        key("lv_bus", _BUSES, "Bus at the low side", "低压侧母线"),
        number("vn_hv_kv", "kV", "Rated voltage of the high side", "高压侧额定电压", above=0),
        number("vn_lv_kv", "kV", "Rated voltage of the low side", "低压侧额定电压", above=0),
        integer("n_parallel", "1", "Parallel units", "并列台数", at_least=1),
        number("sn_mva", "MVA", "Rating of one unit", "单台额定容量", above=0),
        number("vk_percent", "%", "Short-circuit voltage", "短路阻抗电压百分比", above=0),
        number("vkr_percent", "%", "Real part of the short-circuit voltage", "短路阻抗有功分量百分比", at_least=0),
        number("i0_percent", "%", "No-load current", "空载电流百分比", at_least=0),
        number("pfe_kw", "kW", "Iron losses of one unit", "单台铁损", at_least=0),
        number("tap_step_percent", "%", "Size of one tap step", "分接头每档百分比", at_least=0),
        integer("tap_pos", "1", "Tap position", "分接头位置"),
    ),
)
LOADS = _table(
    "loads",
    "Loads of the base network, existing data centres included",
    "基础网络负荷（已含存量数据中心）",
    key_columns=(),
    columns=(
        key("bus", _BUSES, "Bus", "母线"),
        number("p_mw", "MW", "Active power", "有功功率"),
        number("q_mvar", "Mvar", "Reactive power", "无功功率"),
    ),
)
GENERATORS = _table(
    "generators",
    "Generators with fixed output",
    "固定出力电源",
    key_columns=("generator",),
    is_optional=True,
    columns=(
        ident("generator", "Generator", "电源标识"),
        key("bus", _BUSES, "Bus", "母线"),
        number("p_mw", "MW", "Active power", "有功出力"),
        number("q_mvar", "Mvar", "Reactive power", "无功出力"),
        number("capacity_mw", "MW", "Installed capacity", "装机容量", at_least=0),
    ),
)
EXTERNAL = _table(
    "external",
    "Ideal sources that stand for the network outside",
    "代表外部电网的理想电源",
    key_columns=("external",),
    columns=(
        ident("external", "External source", "外部电源标识"),
        key("bus", _BUSES, "Bus", "母线"),
        number("vm_pu", "pu", "Voltage held", "电压设定值", at_least=0.8, at_most=1.2),
    ),
)
SHUNTS = _table(
    "shunts",
    "Reactors and capacitors",
    "电抗器与电容器",
    key_columns=(),
    is_optional=True,
    columns=(
        key("bus", _BUSES, "Bus", "母线"),
        number(
            "q_mvar", "Mvar", "Reactive power drawn at 1 pu; positive is a reactor", "1 pu 时吸收的无功；正值为电抗器"
        ),
    ),
)
GRID_TABLES = (BUSES, LINES, TRAFOS, LOADS, GENERATORS, EXTERNAL, SHUNTS)
