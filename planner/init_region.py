"""Write an empty region to fill in: region.yaml, one template per table and a page that explains each column."""

from __future__ import annotations

from pathlib import Path

from planner.docs import column_row, manifest_markdown, table_markdown
from planner.errors import UsageError
from planner.i18n import gettext as _
from planner.read_manifest import MANIFEST
from planner.region import SCHEMA_VERSION
from planner.tables import EVERY_TABLE, Table, all_tables

OPTIONAL_FOLDER = "optional"
_ALWAYS = ("study_area",)
_MANIFEST = """\
# What the region says about itself. Fill in every line that ends in a colon; README.md explains the keys.
# 区域说明文件。请填写所有以冒号结尾的行；各键含义见 README.md。
schema_version: {version}
id:
name: {{en: , zh: }}
# Coordinate system of the files, e.g. EPSG:4326 (WGS 84) or EPSG:4490 (CGCS2000). GCJ-02 cannot be used.
# 文件坐标系，例如 EPSG:4326 或 EPSG:4490（CGCS2000）。不接受 GCJ-02（火星坐标）。
crs:
# System in metres used inside, e.g. EPSG:4548 (CGCS2000, central meridian 117E). 内部投影坐标系（米）。
projected_crs:
base_year:
climate_station:
sources: []
"""
_README = """\
# A region to fill in / 待填写的区域

1. Fill in `region.yaml` and the tables in this folder. 填写 `region.yaml` 与本文件夹中的各表。
2. Tables in `optional/` are not read. Move those you have one folder up (the network: `optional/grid/` to `grid/`).
   `optional/` 中的表不会被读取；如有数据，请移到上一级文件夹（电网：`optional/grid/` 移为 `grid/`）。
3. `planner validate` reports everything that is missing or wrong at once. 用 `planner validate` 一次列出全部问题。

CSV files are UTF-8 with a decimal point. Shares are 0 to 1. An empty cell means "not known".
CSV 用 UTF-8 编码、小数点；比例为 0 到 1；空格表示“未知”。
Polygon layers are GeoJSON or GeoPackage; a template may be replaced by `<table>.gpkg`. 面图层用 GeoJSON 或 GeoPackage。
"""


def init_region(folder: Path | str) -> list[Path]:
    """Write the empty region and return its files; refuse a folder that holds anything."""
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            _("{folder} is not empty. Nothing is overwritten: choose a new folder, or empty this one.").format(
                folder=folder
            )
        )
    contents = {MANIFEST: _MANIFEST.format(version=SCHEMA_VERSION), "README.md": _readme()}
    for table in all_tables().values():
        contents[_file(table)] = _template(table)
    written: list[Path] = []
    for name, text in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # A byte-order mark lets Excel show Chinese; the reader takes it off.
        path.write_text(text, encoding="utf-8-sig" if path.suffix == ".csv" else "utf-8", newline="\n")
        written.append(path)
    return written


def _file(table: Table) -> str:
    suffix = ".geojson" if table.geometry in ("polygon", "polygon_or_point") else ".csv"
    name = table.name.removeprefix("grid_") + suffix
    if table.is_grid:
        return f"{OPTIONAL_FOLDER}/grid/{name}"
    return f"{OPTIONAL_FOLDER}/{name}" if table.is_optional and table.name not in _ALWAYS else name


def _template(table: Table) -> str:
    if table.geometry in ("polygon", "polygon_or_point"):
        return '{"type": "FeatureCollection", "features": []}\n'
    return ",".join([*table.column_names, *(column.name for column in EVERY_TABLE)]) + "\n"


def _readme() -> str:
    every = "\n".join(column_row(column) for column in EVERY_TABLE)
    head = "| column | unit | type | values | may be empty | meaning | 含义 |\n|---|---|---|---|---|---|---|"
    sections = [
        _README,
        f"## region.yaml\n\n{manifest_markdown()}",
        f"## Every table / 每张表\n\n{head}\n{every}",
        *(table_markdown(table) for table in all_tables().values()),
    ]
    return "\n\n".join(sections) + "\n"
