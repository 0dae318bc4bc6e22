"""What the sheets of a region's workbook mean: the writer of the template and the reader of uploads share it.

One sheet per table; row 1 holds the column names, rows whose first cell starts with `#` (units, meanings) are for people
and are skipped. Three more sheets say what `region.yaml` says: `region` (key, value), `voltage_bands` and `sources`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from planner.tables import Column, number, text, yes_no

MARK = "#"
README, REGION, BANDS, SOURCES = "README", "region", "voltage_bands", "sources"
GEOMETRY = "geometry"
GEOMETRY_CELL = 32_000  # a cell of a spreadsheet holds 32,767 characters; longer shapes go on in the next column
EMERGENCY = "grid.emergency_factor."
REGION_KEYS: tuple[Column, ...] = (
    text("id", "Short name of the region: letters, digits and _", "区域标识：字母、数字和下划线"),
    text("name_en", "Name in English", "英文名称"),
    text("name_zh", "Name in Chinese", "中文名称"),
    text(
        "crs",
        "Coordinate system of the positions, e.g. EPSG:4326 or EPSG:4490; GCJ-02 cannot be used",
        "坐标的坐标系，如 EPSG:4326 或 EPSG:4490；不能用 GCJ-02",
    ),
    text(
        "projected_crs",
        "System in metres for distances, e.g. EPSG:4548 (CGCS2000, 117E)",
        "计算距离用的投影坐标系（米），如 EPSG:4548（CGCS2000，117E）",
    ),
    number("base_year", "year", "Year the tables describe", "各表所描述的基准年"),
    text(
        "climate_station",
        "Weather station used by default (sheet climate)",
        "默认气象站（climate 表）",
        is_optional=True,
    ),
    text("description", "Free text", "说明", is_optional=True),
    text("licence", "Under what terms the data may be used", "数据许可", is_optional=True),
    yes_no(
        "grid.is_synthetic",
        "Network: true when it is constructed, not the real one",
        "电网：人工构造（非真实）填 true",
        is_optional=True,
    ),
    text("grid.label_en", "Network: its name in English", "电网英文名称", is_optional=True),
    text("grid.label_zh", "Network: its name in Chinese", "电网中文名称", is_optional=True),
    number("grid.power_factor", "1", "Network: power factor of new load", "电网：新增负荷功率因数", is_optional=True),
    number(
        f"{EMERGENCY}line",
        "1",
        "Network: short-term rating of lines over their rating; one row per kind (line, trafo_220 ...)",
        "电网：线路短时允许过载倍数；每类一行（line、trafo_220 等）",
        is_optional=True,
    ),
)
BAND_COLUMNS: tuple[Column, ...] = (
    number("vn_kv", "kV", "Nominal voltage", "额定电压", above=0),
    number("min_pu", "pu", "Lowest voltage, nothing out", "正常运行电压下限"),
    number("max_pu", "pu", "Highest voltage, nothing out", "正常运行电压上限"),
    number("min_pu_n1", "pu", "Lowest voltage during an outage", "N-1 电压下限"),
    number("max_pu_n1", "pu", "Highest voltage during an outage", "N-1 电压上限"),
)
SOURCE_COLUMNS: tuple[Column, ...] = (
    text("id", "Short name of the source", "来源标识"),
    text("title", "Title", "标题"),
    number("year", "year", "Year", "年份", is_optional=True),
    text("note", "Note", "备注", is_optional=True),
)
_WORDS = {"true": True, "yes": True, "是": True, "1": True, "false": False, "no": False, "否": False, "0": False}


def region_cells(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the sheet `region` by key, of what a region.yaml says."""
    grid = manifest.get("grid") or {}
    cells: dict[str, Any] = {
        key: manifest.get(key)
        for key in ("id", "crs", "projected_crs", "base_year", "climate_station", "description", "licence")
    }
    for lang in ("en", "zh"):
        cells[f"name_{lang}"] = (manifest.get("name") or {}).get(lang)
        cells[f"grid.label_{lang}"] = (grid.get("label") or {}).get(lang)
    cells["grid.is_synthetic"] = grid.get("is_synthetic")
    cells["grid.power_factor"] = grid.get("power_factor")
    cells |= {EMERGENCY + kind: value for kind, value in (grid.get("emergency_factor") or {}).items()}
    return cells


def manifest_of(
    cells: Mapping[str, Any], *, bands: Iterable[Mapping[str, Any]], sources: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what the three sheets say as the content of a region.yaml; values that make no sense stay as they are."""
    from planner.region import SCHEMA_VERSION

    known = {key: _plain(value) for key, value in cells.items() if value is not None}
    top = {key: value for key, value in known.items() if not key.startswith(("name_", "grid."))}
    manifest = {
        "schema_version": SCHEMA_VERSION,
        **{key: value if key == "base_year" else str(value) for key, value in top.items()},
        "name": _both(known, "name_"),
        "grid": _grid(known),
        BANDS: [_row(row) for row in bands],
        SOURCES: [_row(row) for row in sources],
    }
    return {key: value for key, value in manifest.items() if value not in ({}, [])}


def _both(known: Mapping[str, Any], start: str) -> dict[str, str]:
    return {lang: str(known[start + lang]) for lang in ("en", "zh") if start + lang in known}


def _grid(known: Mapping[str, Any]) -> dict[str, Any]:
    grid: dict[str, Any] = {
        "label": _both(known, "grid.label_"),
        "emergency_factor": {
            key.removeprefix(EMERGENCY): value for key, value in known.items() if key.startswith(EMERGENCY)
        },
    }
    if (flag := known.get("grid.is_synthetic")) is not None:
        grid["is_synthetic"] = _WORDS.get(str(flag).strip().lower(), flag)
    if (factor := known.get("grid.power_factor")) is not None:
        grid["power_factor"] = factor
    return {key: value for key, value in grid.items() if value != {}}


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {column: _plain(value) for column, value in row.items() if value is not None}


def _plain(value: Any) -> Any:
    """Return a number that was typed as text as a number, a whole one as an integer."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return value
    return int(value) if isinstance(value, float) and value.is_integer() else value
