"""A region as a workbook: the empty template to fill in, and a bundled region as one to start from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from models.grid.source import GridFile
from planner.errors import UsageError
from planner.export.atomic import write_atomically
from planner.export.tables import ILLEGAL, safe_cell
from planner.i18n import gettext as _
from planner.i18n import use_language
from planner.read import read_raw_layers, read_region
from planner.read_columns import confidence_columns
from planner.read_findings import RawLayer
from planner.region import Region
from planner.regions import prepared
from planner.regions.rules import borrowed_prices
from planner.tables import EVERY_TABLE, Column, Table, all_tables, text
from planner.workbook_sheets import (
    BAND_COLUMNS,
    BANDS,
    GEOMETRY,
    GEOMETRY_CELL,
    MARK,
    README,
    REGION,
    REGION_KEYS,
    SOURCE_COLUMNS,
    SOURCES,
    region_cells,
)

FIRST_ROW = 4  # below the names, units and meanings
LAST_ROW = 10_000  # how far down the lists of choices reach
HEAD = PatternFill("solid", fgColor="1F4E79")
NOTE = PatternFill("solid", fgColor="E8E4DA")
TABS = {"must": "C00000", "may": "7F7F7F", "grid": "2E75B6"}
WRAP = Alignment(wrap_text=True, vertical="top")
MEANING_HEIGHT = 62
PRICE_SOURCE = "borrowed from the reference region Beijing, assumed here"
Rows = Sequence[Sequence[Any]]


def write_template(path: Path, lang: str) -> Path:
    """Write the empty workbook of a region with meanings in `lang`: what must be filled first, the network last.

    Only prices hold rows, those of the reference region marked as assumed: nobody knows all of them at the start.
    """
    prices = all_tables()["prices"]
    borrowed = borrowed_prices(PRICE_SOURCE)
    header = [column.name for column in sheet_columns(prices)]
    rows = borrowed.astype(object).where(borrowed.notna(), None)[header].to_numpy().tolist()
    with use_language(lang):
        return _write(path, {}, {"prices": (header, rows)})


def region_workbook(folder: Path, path: Path, lang: str) -> Path:
    """Write a region as a workbook; raise `UsageError` where its network is a file, which no sheet can hold."""
    region = read_region(folder)
    if isinstance(region.grid, GridFile):
        text_ = _("The network of {region} is a file of its own, which a workbook cannot hold.")
        raise UsageError(text_.format(region=region.id))
    raw = read_raw_layers(prepared(Path(folder)))
    tables = all_tables()
    with use_language(lang):
        rows = {name: _records(tables[name], layer, region) for name, layer in raw.items() if name in tables}
        return _write(path, region.meta, rows)


def sheet_columns(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table's sheet: the declared ones, its shape where it has one, source and confidence."""
    shape = text(
        GEOMETRY,
        "Shape as WKT in the declared system; or upload the layer as GeoJSON beside the workbook",
        "WKT 格式的图形（按声明的坐标系）；也可与工作簿一起上传 GeoJSON 图层",
        is_optional=table.geometry != "polygon",
    )
    has_shape = table.geometry in ("polygon", "polygon_or_none", "polygon_or_point")
    return (*table.columns, *((shape,) if has_shape else ()), *EVERY_TABLE)


def _write(path: Path, manifest: Mapping[str, Any], tables: Mapping[str, tuple[list[str], Rows]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    _readme(book.create_sheet(README))
    _region_sheet(book.create_sheet(REGION), region_cells(manifest))
    for name, columns in {BANDS: BAND_COLUMNS, SOURCES: SOURCE_COLUMNS}.items():
        known_rows = [[row.get(column.name) for column in columns] for row in manifest.get(name) or []]
        _table_sheet(book, name, columns, rows=known_rows, tab=TABS["may"])
    for table in _in_order(all_tables().values()):
        columns = sheet_columns(table)
        header, rows = tables.get(table.name, ([column.name for column in columns], []))
        known = {column.name: column for column in columns}
        shown = [known.get(name) or text(name, "", "", is_optional=True) for name in header]
        _table_sheet(book, table.name, shown, rows=rows, tab=TABS[_group(table)])
    return write_atomically(path, book.save)


def _group(table: Table) -> str:
    if table.is_grid:
        return "grid"
    return "may" if table.is_optional and table.name != "study_area" else "must"


def _in_order(tables: Iterable[Table]) -> list[Table]:
    return sorted(tables, key=lambda table: list(TABS).index(_group(table)))


def _records(table: Table, layer: RawLayer, region: Region) -> tuple[list[str], Rows]:
    """Return header and rows of a layer as the files give it: text that is a number as a number, shapes as WKT."""
    columns = sheet_columns(table)
    cells = layer.cells
    if table.has_position and layer.geometry is not None:
        typed = region[table.name]
        cells = cells.assign(lon=typed["lon"].to_numpy(), lat=typed["lat"].to_numpy())
    parts: list[list[str]] = [[] for _row in layer.rows]
    if layer.geometry is not None and GEOMETRY in {column.name for column in columns}:
        texts = ["" if shape is None else shapely.to_wkt(shape, rounding_precision=9) for shape in layer.geometry]
        parts = [[wkt[i : i + GEOMETRY_CELL] for i in range(0, len(wkt), GEOMETRY_CELL)] for wkt in texts]
    n_parts = max([1, *map(len, parts)])
    header: list[str] = []
    for column in columns:
        more = [f"{GEOMETRY}_{i}" for i in range(2, n_parts + 1)] if column.name == GEOMETRY else []
        header += [column.name, *more]
    header += confidence_columns(table, layer)
    numbers = {column.name for column in columns if column.is_numeric}
    rows = []
    for position in range(len(layer.rows)):
        shape = {GEOMETRY if i == 0 else f"{GEOMETRY}_{i + 1}": part for i, part in enumerate(parts[position])}
        row = {name: cells[name].iloc[position] for name in cells}
        rows.append([shape.get(name, _cell(row.get(name), is_number=name in numbers)) for name in header])
    return header, rows


def _cell(value: Any, *, is_number: bool) -> Any:
    if value is None or value != value:  # noqa: PLR0124 (NaN)
        return None
    return float(value) if is_number else value if isinstance(value, (bool, int, float)) else str(value)


def _table_sheet(book: Workbook, name: str, columns: Sequence[Column], *, rows: Rows, tab: str) -> None:
    sheet = book.create_sheet(name)
    sheet.sheet_properties.tabColor = tab
    sheet.append([column.name for column in columns])
    sheet.append([_unit(column, is_first=i == 0) for i, column in enumerate(columns)])
    sheet.append([_meaning(column, is_first=i == 0) for i, column in enumerate(columns)])
    _style_head(sheet, [column.name for column in columns if not column.is_optional])
    for row in rows:
        sheet.append([_safe(value) for value in row])
    for line in sheet.iter_rows(min_row=FIRST_ROW):
        for cell in line:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for position, column in enumerate(columns, start=1):
        letter = get_column_letter(position)
        sheet.column_dimensions[letter].width = min(34, max(14, len(column.name) + 3))
        _add_choices(sheet, column, letter)
    sheet.freeze_panes = f"B{FIRST_ROW}"


def _safe(value: Any) -> Any:
    """Return a cell that no spreadsheet runs as a formula; lists and the like as text."""
    return safe_cell(value if value is None or isinstance(value, (bool, int, float)) else ILLEGAL.sub("", str(value)))


def _unit(column: Column, *, is_first: bool) -> str:
    unit = {"1": "", "share": _("share, 0 to 1")}.get(column.unit, column.unit)
    return f"{MARK} {_('unit')} {unit}".rstrip() if is_first else unit


def _meaning(column: Column, *, is_first: bool) -> str:
    meaning = column.meaning
    if meaning and column.is_optional:
        meaning = _("{meaning} (may be empty)").format(meaning=meaning)
    return f"{MARK} {meaning}" if is_first else meaning


def _style_head(sheet: Worksheet, required: Sequence[str]) -> None:
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF" if cell.value in required else "D9D9D9")
        cell.fill = HEAD
    for row in (2, 3):
        for cell in sheet[row]:
            cell.fill, cell.alignment = NOTE, WRAP
            cell.font = Font(italic=True, color="595959", size=9)
            cell.data_type = "s"
    sheet.row_dimensions[3].height = MEANING_HEIGHT


def _add_choices(sheet: Worksheet, column: Column, letter: str) -> None:
    """Offer what may stand in a column as a list: choices, true or false, names of rows of one other sheet."""
    target = column.refers_to[0] if len(column.refers_to) == 1 and "." not in column.refers_to[0] else None
    options = ("true", "false") if column.kind == "yes_no" else column.allowed
    formula = f'"{",".join(options)}"' if options else f"={target}!$A${FIRST_ROW}:$A${LAST_ROW}" if target else None
    if formula is not None:
        rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
        rule.errorStyle = "stop" if options else "warning"
    elif column.is_numeric and column.minimum is not None:
        kind = "whole" if column.kind == "integer" else "decimal"
        least, most = column.minimum, 1e15 if column.maximum is None else column.maximum
        rule = DataValidation(type=kind, operator="between", formula1=str(least), formula2=str(most), allow_blank=True)
        rule.errorStyle, rule.showErrorMessage = "warning", True
        rule.error = f"{column.name}: {least:g} ... {most:g} {column.unit}"
    else:
        return
    rule.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)


def _region_sheet(sheet: Worksheet, cells: Mapping[str, Any]) -> None:
    sheet.sheet_properties.tabColor = TABS["must"]
    sheet.append(["key", "value", "meaning"])
    known = {column.name: column for column in REGION_KEYS}
    names = [*known, *(name for name in cells if name not in known and cells[name] is not None)]
    for name in names:
        column = known.get(name)
        meaning = "" if column is None else _meaning(column, is_first=False)
        sheet.append([name, _safe(cells.get(name)), meaning])
    _style_head(sheet, ["key", "value", "meaning"])
    for row in sheet.iter_rows(min_row=2):
        for cell, fill in zip(row, (NOTE, None, NOTE), strict=True):
            cell.fill = fill or PatternFill()
            cell.font, cell.alignment = Font(), WRAP
    sheet.row_dimensions[3].height = None
    for letter, width in {"A": 26, "B": 44, "C": 70}.items():
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"


def _readme(sheet: Worksheet) -> None:
    lines = [
        _("A region to fill in"),
        _("1. Fill in the sheet region, then the sheets with a red tab. Grey and blue sheets may stay empty."),
        _("2. Row 1 of a sheet holds the names of the columns: leave them. Rows that start with # are not read."),
        _("3. White names in row 1 must be filled, grey ones may stay empty. An empty cell means: not known."),
        _("4. Numbers have the unit of row 2; shares are 0 to 1. Formulas are not run: their last value is read."),
        _("5. Shapes (districts, study_area) stand in the column geometry as WKT, or come as GeoJSON beside."),
        _("6. Either study_area (where to look for sites) or sites (your own parcels) is needed."),
        _("7. The sheet prices holds the reference region's prices, marked assumed: replace what you know better."),
        _("8. Upload the workbook on the page Data: every problem is shown at its cell, nothing is kept before."),
    ]
    for line in lines:
        sheet.append([line])
    sheet.append([])
    sheet.append([_("Sheet"), _("What it holds")])
    for table in _in_order(all_tables().values()):
        sheet.append([table.name, table.meaning])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 90
