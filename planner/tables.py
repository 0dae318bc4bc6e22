"""The shape of every table that crosses a file boundary: the one place where a column is declared.

The checks of the reader, its messages, the empty region of `planner init` and the data dictionary come from here.
The declarations themselves stand in `tables_region.py` and `tables_supply.py` (layers) and `tables_grid.py` (the AC network).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planner.i18n import language

Kind = Literal["id", "text", "number", "integer", "yes_no", "key", "choice"]
GeometryKind = Literal["none", "point", "polygon", "polygon_or_none", "polygon_or_point"]
Feeding = Literal["stations", "area"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
CONFIDENCES = ("high", "medium", "low", "assumed", "synthetic")
MARKED_CONFIDENCES = ("assumed", "synthetic")
TECHNOLOGIES = (
    "air_chiller",
    "tower_economiser",
    "airside_adiabatic",
    "indirect_evaporative",
    "cold_plate_dry",
    "cold_plate_tower",
    "immersion",
)


@dataclass(frozen=True)
class Column:
    """One column: unit, type, range, whether it may be absent or empty, what it means in two languages.

    `is_optional`: the column may be absent and a cell may be empty; both read as "not known".
    `refers_to`: "table" or "table.column"; the value must stand in one of them.
    """

    name: str
    kind: Kind
    unit: str
    meaning_en: str
    meaning_zh: str
    is_optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    is_minimum_excluded: bool = False
    allowed: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        """Return the meaning in the language in use."""
        return self.meaning_zh if language() == "zh" else self.meaning_en

    @property
    def is_numeric(self) -> bool:
        """Return whether cells are numbers."""
        return self.kind in ("number", "integer")


@dataclass(frozen=True)
class Table:
    """One table: its columns, the columns that name a row, and the kind of its geometry.

    `feeding`: only regions whose sites are fed that way have it (see `region.yaml`); None: every region may.
    """

    name: str
    meaning_en: str
    meaning_zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    geometry: GeometryKind = "none"
    is_optional: bool = False
    is_grid: bool = False
    feeding: Feeding | None = None

    @property
    def meaning(self) -> str:
        """Return the meaning in the language in use."""
        return self.meaning_zh if language() == "zh" else self.meaning_en

    @property
    def column_names(self) -> tuple[str, ...]:
        """Return the declared names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the declaration of one column."""
        return next(column for column in self.columns if column.name == name)

    @property
    def has_position(self) -> bool:
        """Return whether rows carry lon and lat."""
        return {"lon", "lat"} <= set(self.column_names)


def ident(name: str, en: str, zh: str) -> Column:
    """Declare the name of a row."""
    return Column(name, "id", "", en, zh)


def text(name: str, en: str, zh: str, *, is_optional: bool = False) -> Column:
    """Declare free text."""
    return Column(name, "text", "", en, zh, is_optional=is_optional)


def number(
    name: str,
    unit: str,
    en: str,
    zh: str,
    *,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
    is_optional: bool = False,
) -> Column:
    """Declare a real number with its unit and range."""
    minimum = above if above is not None else at_least
    return Column(
        name,
        "number",
        unit,
        en,
        zh,
        is_optional=is_optional,
        minimum=minimum,
        maximum=at_most,
        is_minimum_excluded=above is not None,
    )


def integer(
    name: str,
    unit: str,
    en: str,
    zh: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    is_optional: bool = False,
) -> Column:
    """Declare a whole number with its range."""
    return Column(name, "integer", unit, en, zh, is_optional=is_optional, minimum=at_least, maximum=at_most)


def yes_no(name: str, en: str, zh: str, *, is_optional: bool = False) -> Column:
    """Declare a column of true and false."""
    return Column(name, "yes_no", "", en, zh, is_optional=is_optional)


def choice(name: str, allowed: tuple[str, ...], en: str, zh: str, *, is_optional: bool = False) -> Column:
    """Declare text out of a fixed list."""
    return Column(name, "choice", "", en, zh, is_optional=is_optional, allowed=allowed)


def key(name: str, refers_to: tuple[str, ...], en: str, zh: str, *, is_optional: bool = False) -> Column:
    """Declare a reference to a row of another table."""
    return Column(name, "key", "", en, zh, is_optional=is_optional, refers_to=refers_to)


NAME_EN = text("name_en", "Name in English", "英文名称")
NAME_ZH = text("name_zh", "Name in Chinese", "中文名称")
LON = number(
    "lon", "deg", "Longitude in the declared geographic system", "经度（声明的地理坐标系）", at_least=-180, at_most=180
)
LAT = number(
    "lat", "deg", "Latitude in the declared geographic system", "纬度（声明的地理坐标系）", at_least=-90, at_most=90
)
PRECISION = number(
    "coord_precision_km",
    "km",
    "How far the true position may be from the given one; above half a feed's length it is marked uncertain",
    "坐标精度：真实位置与所给位置的最大偏差；超过馈线长度一半即标为位置不确定",
    at_least=0,
)
SOURCE = text("source", "Where the row comes from", "该行数据的来源", is_optional=True)
CONFIDENCE = choice(
    "confidence",
    CONFIDENCES,
    "How far the row can be trusted; `<column>_confidence` overrides it for one column",
    "该行数据的可信度；可用“列名_confidence”单独覆盖某一列",
    is_optional=True,
)
EVERY_TABLE = (SOURCE, CONFIDENCE)


def all_tables() -> dict[str, Table]:
    """Return every declared table by name; tables of the network are named `grid_<table>`."""
    from planner.tables_grid import GRID_TABLES
    from planner.tables_region import REGION_TABLES

    return {table.name: table for table in (*REGION_TABLES, *GRID_TABLES)}
