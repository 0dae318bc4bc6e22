"""Declarations of the layers of a region: land, demand, existing centres, climate and prices; supply is imported."""

from __future__ import annotations

from planner.tables import (
    LAT,
    LON,
    NAME_EN,
    NAME_ZH,
    PRECISION,
    TECHNOLOGIES,
    Table,
    choice,
    ident,
    integer,
    key,
    number,
    text,
)
from planner.tables_expansion import EXPANSION_TABLES
from planner.tables_markets import MARKET_TABLES
from planner.tables_supply import (
    HEADROOM_YEARS,
    HEAT_SINKS,
    OUTSIDE_SITES,
    RECLAIMED_PLANTS,
    RESOURCES,
    SUBSTATIONS,
    ZONES,
)

DISTRICTS = Table(
    "districts",
    "Districts: where demand is and what land costs",
    "区县：需求分布与土地成本",
    (
        ident("district", "District", "区县标识"),
        NAME_EN,
        NAME_ZH,
        number("area_km2", "km2", "Area of the district", "区县面积", above=0),
        number("population", "persons", "Resident population", "常住人口", at_least=0),
        number("seat_lon", "deg", "Longitude of the district's seat", "区县驻地经度", at_least=-180, at_most=180),
        number("seat_lat", "deg", "Latitude of the district's seat", "区县驻地纬度", at_least=-90, at_most=90),
        number(
            "demand_weight", "1", "Weight of the district in the city's demand", "该区县在全市需求中的权重", at_least=0
        ),
        number(
            "usable_land_share", "share", "Share of screened land that can be used", "可用地比例", at_least=0, at_most=1
        ),
        number("land_cost_cny_per_ha", "CNY/ha", "Price of land, once", "土地价格（一次性）", at_least=0),
    ),
    ("district",),
    geometry="polygon_or_none",
)
STUDY_AREA = Table(
    "study_area",
    "Where candidate sites are looked for",
    "研究范围：在其中筛选候选用地",
    (text("name", "Name of the part", "部分名称", is_optional=True),),
    (),
    geometry="polygon",
    is_optional=True,
)
EXCLUSIONS = Table(
    "exclusions",
    "Areas in which no site may lie",
    "禁止选址区域",
    (
        ident("exclusion", "Excluded area", "禁止区标识"),
        text("kind", "Why it is excluded", "禁止原因类别"),
        NAME_EN,
        NAME_ZH,
    ),
    ("exclusion",),
    geometry="polygon",
    is_optional=True,
)
SITES = Table(
    "sites",
    "The user's own parcels, used instead of screening the study area",
    "用户自有地块（代替自动筛选）",
    (
        ident("site", "Parcel", "地块标识"),
        NAME_EN,
        NAME_ZH,
        key(
            "district",
            ("districts",),
            "District it lies in; found from its position if empty",
            "所属区县（空则按位置判定）",
            is_optional=True,
        ),
        number(
            "area_ha",
            "ha",
            "Area; computed from the polygon if empty",
            "面积（空则由多边形计算）",
            above=0,
            is_optional=True,
        ),
        number(
            "lon",
            "deg",
            "Longitude, for a parcel given as a point",
            "经度（以点给出的地块）",
            at_least=-180,
            at_most=180,
            is_optional=True,
        ),
        number(
            "lat",
            "deg",
            "Latitude, for a parcel given as a point",
            "纬度（以点给出的地块）",
            at_least=-90,
            at_most=90,
            is_optional=True,
        ),
        key("hub", ("hubs",), "Hub it belongs to (regions of areas)", "所属枢纽（区域型数据）", is_optional=True),
        key(
            "market",
            ("markets",),
            "Electricity market it buys in (regions of areas)",
            "所在电力市场（区域型数据）",
            is_optional=True,
        ),
        text("cluster", "Cluster it belongs to", "所属集群", is_optional=True),
        key(
            "climate_station",
            ("climate.station",),
            "Weather station it takes; the nearest if empty",
            "采用的气象站（空则取最近站）",
            is_optional=True,
        ),
        number(
            "access_mva",
            "MVA",
            "Most load of the area's own grid access; empty: not limited here",
            "区域自有接入容量上限；空则此处不限",
            at_least=0,
            is_optional=True,
        ),
        text("water_flag", "What is known of water there, in words", "用水条件说明", is_optional=True),
    ),
    ("site",),
    geometry="polygon_or_point",
    is_optional=True,
)
STOCK = Table(
    "stock",
    "Existing data centres; part of the loads of the grid already",
    "存量数据中心（已包含在电网负荷中）",
    (
        ident("stock", "Existing cluster", "存量机房群标识"),
        NAME_EN,
        NAME_ZH,
        LON,
        LAT,
        PRECISION,
        key("district", ("districts",), "District it lies in", "所属区县"),
        key("node", ("substations.node", "substations"), "Area node or substation that serves it", "供电节点或变电站"),
        key("plant", ("reclaimed_plants",), "Reclaimed-water plant that serves it", "供水再生水厂", is_optional=True),
        number("it_mw", "MW IT", "Mean IT power drawn", "IT 平均用电功率", above=0),
        integer(
            "n_halls", "1", "Halls, the units of retrofit and vacating", "机房（厅）数量，改造与腾退的单位", at_least=1
        ),
        number("load_factor", "share", "Mean over peak of the drawn power", "负荷率（平均/最大）", above=0, at_most=1),
        number(
            "reclaimed_share",
            "share",
            "Share of cooling water that is reclaimed",
            "冷却用水中再生水比例",
            at_least=0,
            at_most=1,
        ),
    ),
    ("stock",),
    geometry="point",
    is_optional=True,
    feeding="stations",
)
STOCK_COOLING = Table(
    "stock_cooling",
    "Cooling of the existing data centres; the shares of one cluster sum to 1",
    "存量数据中心的制冷方式（同一机房群占比之和为 1）",
    (
        key("stock", ("stock",), "Existing cluster", "存量机房群"),
        choice("technology", TECHNOLOGIES, "Cooling technology", "制冷技术"),
        number(
            "it_share", "share", "Share of the cluster's IT power", "占该机房群 IT 功率的比例", at_least=0, at_most=1
        ),
    ),
    ("stock", "technology"),
    is_optional=True,
    feeding="stations",
)
CLIMATE = Table(
    "climate",
    "Monthly climate, twelve rows per station",
    "逐月气候，每站 12 行",
    (
        ident("station", "Weather station", "气象站"),
        LON,
        LAT,
        number("elevation_m", "m", "Height above the sea", "海拔", at_least=-500, at_most=9000),
        integer("month", "month", "Month 1-12", "月份 1-12", at_least=1, at_most=12),
        number("t_dry_degc", "degC", "Mean dry-bulb temperature", "平均干球温度", at_least=-60, at_most=60),
        number("rh_share", "share", "Mean relative humidity", "平均相对湿度（0-1）", at_least=0, at_most=1),
        number("pressure_kpa", "kPa", "Mean air pressure", "平均气压", at_least=30, at_most=110),
        number(
            "t_wet_degc",
            "degC",
            "Mean wet-bulb temperature",
            "平均湿球温度",
            at_least=-60,
            at_most=45,
            is_optional=True,
        ),
        number(
            "design_wet_bulb_degc",
            "degC",
            "Design wet-bulb temperature",
            "设计湿球温度",
            at_least=-60,
            at_most=45,
            is_optional=True,
        ),
    ),
    ("station", "month"),
)
PRICES = Table(
    "prices",
    "Prices and cost parameters with their range",
    "价格与成本参数及其区间",
    (
        ident("item", "Price", "参数名"),
        text("unit", "Unit of the three values", "三个数值的单位"),
        number("low", "see unit", "Low value", "低值"),
        number("central", "see unit", "Central value, used by default", "中值（默认采用）"),
        number("high", "see unit", "High value", "高值"),
        choice("basis", ("assumed", "sourced"), "Whether there is a source", "假设或有来源"),
    ),
    ("item",),
)
REGION_TABLES = (
    DISTRICTS,
    STUDY_AREA,
    EXCLUSIONS,
    SITES,
    SUBSTATIONS,
    ZONES,
    HEADROOM_YEARS,
    RECLAIMED_PLANTS,
    STOCK,
    STOCK_COOLING,
    CLIMATE,
    RESOURCES,
    PRICES,
    OUTSIDE_SITES,
    HEAT_SINKS,
    *EXPANSION_TABLES,
    *MARKET_TABLES,
)
