"""Pages that are made from declarations, so that a number or a meaning has one home."""

from __future__ import annotations

from pathlib import Path

from planner.read_manifest import KEYS
from planner.read_present import NEEDED_OF_AREAS
from planner.region import AREA
from planner.tables import EVERY_TABLE, Column, Table, all_tables

DATA_DICTIONARY = "docs/data-dictionary.md"
_KIND = {
    "id": "text, unique",
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "yes_no": "yes / no",
    "key": "reference",
    "choice": "choice",
}
_GEOMETRY = {
    "none": "no geometry",
    "point": "points (CSV with lon and lat, or a point layer)",
    "polygon": "polygons",
    "polygon_or_none": "polygons, optional",
    "polygon_or_point": "polygons or points",
}
_HEAD = (
    "| column | unit | type | values | may be empty | meaning | 含义 |",
    "|---|---|---|---|---|---|---|",
)

_ORIGIN = (
    "Made from `planner/tables_*.py` and `planner/read_manifest.py`; a test fails when this page is not current. "
    "Do not edit it by hand."
)
_FORMS = (
    "A region is a folder with `region.yaml` and one file per table (`<table>.csv`, `.geojson` or `.gpkg`; the network "
    "in `grid/`), or one GeoPackage with the same tables (`grid_<table>` for the network) and a table `region_yaml` "
    "whose one cell `yaml` holds the text of `region.yaml`."
)


def _values(column: Column) -> str:
    if column.allowed:
        return ", ".join(f"`{value}`" for value in column.allowed)
    if column.refers_to:
        return " or ".join(f"`{target}`" for target in column.refers_to)
    low, high = column.minimum, column.maximum
    above = ">" if column.is_minimum_excluded else ">="
    parts = [f"{above} {low:g}" if low is not None else "", f"<= {high:g}" if high is not None else ""]
    return ", ".join(part for part in parts if part)


def column_row(column: Column) -> str:
    """Return one row of a Markdown table about a column."""
    cells = (
        f"`{column.name}`",
        column.unit if column.unit != "1" else "",
        _KIND[column.kind],
        _values(column),
        "yes" if column.is_optional else "no",
        column.meaning_en,
        column.meaning_zh,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table_markdown(table: Table) -> str:
    """Return the section about one table."""
    name = f"grid/{table.name.removeprefix('grid_')}" if table.is_grid else table.name
    unique = ", ".join(f"`{column}`" for column in table.key)
    facts = [
        (
            "optional table"
            if table.is_optional and not (table.feeding == AREA and name in NEEDED_OF_AREAS)
            else "required table"
        )
        + (f" of regions with `feeding: {table.feeding}`" if table.feeding else ""),
        _GEOMETRY[table.geometry],
        *([f"one row per {unique}"] if unique else []),
    ]
    lines = [f"### {name}", "", f"{table.meaning_en} — {table.meaning_zh}", "", "; ".join(facts) + ".", "", *_HEAD]
    return "\n".join([*lines, *(column_row(column) for column in table.columns)])


def manifest_markdown() -> str:
    """Return the table of the keys of region.yaml."""
    rows = [f"| `{key}` | {'yes' if must else 'no'} | {en} | {zh} |" for key, (must, en, zh) in KEYS.items()]
    return "\n".join(["| key | required | meaning | 含义 |", "|---|---|---|---|", *rows])


def data_dictionary_markdown() -> str:
    """Return the page about every table and column that a region may hold."""
    tables = all_tables().values()
    parts = [
        "# Data dictionary / 数据字典",
        _ORIGIN,
        _FORMS,
        "区域数据可以是一个文件夹（`region.yaml` 加每表一个文件），也可以是一个 GeoPackage。",
        "## region.yaml",
        manifest_markdown(),
        "## Columns of every table / 每张表都可有的列",
        "\n".join([*_HEAD, *(column_row(column) for column in EVERY_TABLE)]),
        "Every declared column may have a column `<column>_confidence` beside it, valued as `confidence`.",
        "## Layers / 图层",
        *(table_markdown(table) for table in tables if not table.is_grid),
        "## AC network / 交流网络",
        *(table_markdown(table) for table in tables if table.is_grid),
    ]
    return "\n\n".join(parts) + "\n"


def write_data_dictionary(root: Path | str) -> Path:
    """Write the page below the root of the project and return its path."""
    path = Path(root) / DATA_DICTIONARY
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data_dictionary_markdown(), encoding="utf-8", newline="\n")
    return path
