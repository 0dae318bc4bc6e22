"""Declarations of regions of areas: electricity markets, hubs, what stands there already, shares of demand, compute units."""

from __future__ import annotations

from planner.tables import LAT, LON, NAME_EN, NAME_ZH, Table, choice, ident, integer, key, number, text

_YEAR = integer("year", "year", "Year that the row describes", "该行所描述的年份", at_least=1900, at_most=2100)
ROLES = ("east", "west", "other")

MARKETS = Table(
    "markets",
    "Electricity markets: places of one price, one grid factor and one rule for green power; an empty cell is not known",
    "电力市场：同一电价、同一电网排放因子、同一绿电规则的地区；空格表示未知",
    (
        ident("market", "Market", "市场标识"),
        NAME_EN,
        NAME_ZH,
        LON,
        LAT,
        number(
            "energy_cny_per_kwh",
            "CNY/kWh",
            "Mean price of energy of a large user, grid charges included",
            "大用户平均电度电价（含输配电价）",
            above=0,
            is_optional=True,
        ),
        number(
            "demand_charge_cny_per_kw_month",
            "CNY/kW/month",
            "Price of the highest demand; empty: the region's price",
            "需量电价；空则取 prices 表的值",
            at_least=0,
            is_optional=True,
        ),
        number(
            "grid_kgco2_per_kwh",
            "kgCO2/kWh",
            "Mean emission factor of the grid in the base year",
            "基准年电网平均排放因子",
            at_least=0,
            is_optional=True,
        ),
        number(
            "renewable_gen_share_of_use",
            "1",
            "Renewable generation over all use; above 1 where more is generated than used",
            "可再生能源发电量与用电量之比；外送地区可大于 1",
            at_least=0,
            is_optional=True,
        ),
        number("electricity_use_twh", "TWh", "Use of electricity in a year", "全社会用电量", above=0, is_optional=True),
        number(
            "pue_mean_published",
            "1",
            "Published mean PUE of the data centres there; shown beside the plan's, never used in it",
            "已公布的当地数据中心平均 PUE；仅供对照，不参与计算",
            at_least=1,
            is_optional=True,
        ),
    ),
    ("market",),
    is_optional=True,
    feeding="area",
)
HUBS = Table(
    "hubs",
    "Hubs: groups of areas that are planned and limited together",
    "枢纽：共同规划、共同限额的区域组",
    (
        ident("hub", "Hub", "枢纽标识"),
        NAME_EN,
        NAME_ZH,
        choice("role", ROLES, "East or west in the national plan, or neither", "在全国布局中属东部、西部或其他"),
    ),
    ("hub",),
    is_optional=True,
    feeding="area",
)
EXISTING = Table(
    "existing",
    "What stands in an area already, as published; an empty cell is not known and never counted as 0",
    "区域内已有设施（按公布数据）；空格表示未知，不作 0 处理",
    (
        key("site", ("sites",), "Area", "区域"),
        _YEAR,
        number("racks_std", "1", "Standard racks (2.5 kW)", "标准机架数（2.5 kW）", at_least=0, is_optional=True),
        number("compute_pflops", "PFLOPS", "Computing power", "算力规模", at_least=0, is_optional=True),
        number("dc_projects", "1", "Projects of data centres", "数据中心项目数", at_least=0, is_optional=True),
        number(
            "mean_temp_c", "degC", "Published annual mean temperature", "公布的年平均气温", at_least=-30, at_most=40,
            is_optional=True,
        ),
    ),
    ("site", "year"),
    is_optional=True,
    feeding="area",
)  # fmt: skip
DEMAND_SHARES = Table(
    "demand_shares",
    "Where the demand of one class is, instead of the districts' common weight",
    "某一负载类别的需求分布（代替区县统一权重）",
    (
        key("district", ("districts",), "District", "区县"),
        text("workload", "Class of load, as the scenario names it", "负载类别（与方案中的名称一致）"),
        number("weight", "1", "Weight of the district for this class", "该区县在该类需求中的权重", at_least=0),
    ),
    ("district", "workload"),
    is_optional=True,
)
COMPUTE_UNITS = Table(
    "compute_units",
    "Computing power per MW of IT power, by kind of chip; only a scenario that asks in PFLOPS uses it",
    "各类芯片单位 IT 功率的算力；仅当方案以 PFLOPS 提出需求时使用",
    (
        ident("chip", "Kind of chip", "芯片类别标识"),
        NAME_EN,
        NAME_ZH,
        text("workload", "Class of load it is used for", "所用于的负载类别", is_optional=True),
        number(
            "pflops_per_mw_it", "PFLOPS/MW IT", "Computing power per MW drawn by IT", "每兆瓦 IT 功率的算力", above=0
        ),
        text("precision", "Number format that the PFLOPS are counted in, e.g. FP16", "算力的数据精度，如 FP16"),
        integer(
            "from_year", "year", "First year it holds for", "适用起始年", at_least=1900, at_most=2100, is_optional=True
        ),
        integer(
            "to_year", "year", "Last year it holds for", "适用截止年", at_least=1900, at_most=2100, is_optional=True
        ),
        text("basis", "What the figure rests on", "数值依据"),
    ),
    ("chip",),
    is_optional=True,
)
MARKET_TABLES = (MARKETS, HUBS, EXISTING, DEMAND_SHARES, COMPUTE_UNITS)
