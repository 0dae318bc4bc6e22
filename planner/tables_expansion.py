"""Declarations of what may be built in the grid and of how a station's load runs through the year."""

from __future__ import annotations

from planner.tables import NAME_EN, NAME_ZH, Table, choice, ident, integer, key, number, text

KINDS = ("trafo", "line", "shunt")
_BUSES = ("grid_buses",)

REINFORCEMENTS = Table(
    "reinforcements",
    "Reinforcements of the grid, one row per unit, circuit or capacitor bank, in steps of one station or zone",
    "电网补强措施（每行一台主变、一回线路或一组电容器），按变电站或分区分步实施",
    (
        ident("reinforcement", "Reinforcement", "补强措施标识"),
        NAME_EN,
        NAME_ZH,
        key(
            "node",
            ("zones", "substations"),
            "Station or zone whose firm capacity it raises",
            "其可靠容量得以提高的变电站或分区",
        ),
        integer(
            "step",
            "1",
            "Step of the node, from 1; a step holds what the lower ones hold too",
            "该节点的步骤序号（自 1 起），每一步包含之前各步",
            at_least=1,
        ),
        choice("kind", KINDS, "What is built", "建设内容"),
        number("voltage_kv", "kV", "Upper voltage of what is expanded", "扩建对象的高压侧电压等级", above=0),
        text(
            "element",
            "Line or bank of the network that gets more circuits or units, or whose data a new one copies",
            "网络中增加并列回路或台数的线路（变压器组），或新元件所沿用参数的元件",
            is_optional=True,
        ),
        key(
            "bus",
            _BUSES,
            "Bus of a capacitor bank or reactor; first bus (high side) of a new line or bank",
            "电容器（电抗器）所接母线；新线路（变压器组）的首端（高压侧）母线",
            is_optional=True,
        ),
        key(
            "to_bus",
            _BUSES,
            "Other bus of a new line or bank",
            "新线路（变压器组）的另一端母线",
            is_optional=True,
        ),
        number("length_km", "km", "Length of a new line", "新线路长度", above=0, is_optional=True),
        number(
            "q_mvar",
            "Mvar",
            "Reactive power drawn at 1 pu; negative is a capacitor bank",
            "1 pu 时吸收的无功；负值为电容器",
            is_optional=True,
        ),
        integer("n_units", "1", "Units, circuits or banks", "台数、回数或组数", at_least=1),
        number("added_mva", "MVA", "Firm capacity that it adds at the node", "为该节点增加的可靠容量", at_least=0),
        integer(
            "lead_years",
            "years",
            "Years from the base year to its first year of service",
            "自基准年至最早投运的年数",
            at_least=0,
            at_most=50,
        ),
        integer(
            "in_service_year",
            "year",
            "Year from which it stands anyway: decided, its cost is not part of the plan",
            "已确定项目的投运年份（费用不计入方案）",
            at_least=1900,
            at_most=2100,
            is_optional=True,
        ),
        key("price", ("prices",), "Price of one unit, a row of prices", "单价（prices 表中的项）", is_optional=True),
        number(
            "cost_cny",
            "CNY",
            "Cost of the whole row, where no price is named",
            "整行费用（未指定单价时）",
            at_least=0,
            is_optional=True,
        ),
    ),
    ("reinforcement",),
    is_optional=True,
    feeding="stations",
)
LOAD_PROFILES = Table(
    "load_profiles",
    "Hourly load of stations or zones, whole years; only the shape counts",
    "变电站或分区的逐时负荷（整年），仅使用其形状",
    (
        text(
            "profile", "Station, zone, or `all` for every station without its own", "变电站、分区，或 all（其余各站）"
        ),
        integer("hour", "h", "Hour of the year, from 0", "年内小时序号（自 0 起）", at_least=0, at_most=8783),
        number("load", "1", "Load in any unit", "负荷（任意单位）", at_least=0),
    ),
    ("profile", "hour"),
    is_optional=True,
    feeding="stations",
)
EXPANSION_TABLES = (REINFORCEMENTS, LOAD_PROFILES)
