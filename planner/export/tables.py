"""Write a plan as a workbook and as CSV files, one sheet per subject, headers in the reader's language with units."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from planner.export.atomic import write_bytes
from planner.export.facts import PlanDict
from planner.export.sheet import Cell, Sheet
from planner.export.sheets import plan_sheets

if TYPE_CHECKING:
    from planner.region import Region

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
ZIP_TIME = (2000, 1, 1, 0, 0, 0)  # no clock in outputs: the same plan gives the same file
CORE_TIME = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
BANNER_COLOURS = {"secure": "C8E6C9", "insecure": "FFCDD2", "not_checked": "FFE0B2"}
MAX_WIDTH = 60
TOP = Alignment(wrap_text=True, vertical="top")


def safe_cell(value: Cell) -> Cell:
    """Return a value that no spreadsheet runs as a formula: text that could start one gets a leading apostrophe."""
    if not isinstance(value, str):
        return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 (NaN)
    text = ILLEGAL.sub("", value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write_workbook(plan: PlanDict, path: Path, *, lang: str, region: Region | None = None) -> Path:
    """Write the workbook, whole or not at all; the same plan gives the same bytes."""
    return write_bytes(path, workbook_bytes(plan, lang=lang, region=region))


def workbook_bytes(plan: PlanDict, *, lang: str, region: Region | None = None) -> bytes:
    """Return the workbook as bytes without any time stamp."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in plan_sheets(plan, lang=lang, region=region):
        _fill(book.create_sheet(sheet.title), sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_times(buffer.getvalue())


def write_csv_files(plan: PlanDict, folder: Path, *, lang: str, region: Region | None = None) -> list[Path]:
    """Write one CSV per sheet (UTF-8 with byte order mark, so that spreadsheets show Chinese)."""
    return [
        write_bytes(folder / f"{sheet.key}.csv", csv_text(sheet).encode("utf-8-sig"))
        for sheet in plan_sheets(plan, lang=lang, region=region)
    ]


def csv_text(sheet: Sheet) -> str:
    """Return a sheet as CSV text (RFC 4180)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe_cell(text) for text in sheet.header])
    writer.writerows([safe_cell(value) for value in row] for row in sheet.rows)
    return buffer.getvalue()


def _fill(worksheet: Worksheet, sheet: Sheet) -> None:
    worksheet.append([safe_cell(text) for text in sheet.header])
    for row in sheet.rows:
        worksheet.append([safe_cell(value) for value in row])
    for cell in worksheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8E4DA")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for line in worksheet.iter_rows(min_row=2):
        for cell in line:
            if isinstance(cell.value, float):
                cell.number_format = "#,##0.00"
            elif isinstance(cell.value, str):
                cell.data_type = "s"
                cell.alignment = TOP
    if sheet.level:
        for cell in worksheet[2]:
            cell.fill = PatternFill("solid", fgColor=BANNER_COLOURS[sheet.level])
            cell.font = Font(bold=True)
    worksheet.freeze_panes = "A2"
    _set_widths(worksheet, sheet)


def _set_widths(worksheet: Worksheet, sheet: Sheet) -> None:
    for i in range(len(sheet.header)):
        texts = [sheet.header[i], *(row[i] for row in sheet.rows[:200])]
        widest = max(_display_width(text) for text in texts)
        worksheet.column_dimensions[get_column_letter(i + 1)].width = min(MAX_WIDTH, max(10, widest + 2))


def _display_width(value: Cell) -> int:
    text = f"{value:,.2f}" if isinstance(value, float) else str(value or "")
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)  # noqa: PLR2004 (start of CJK)


def _without_times(content: bytes) -> bytes:
    """Return the same workbook with fixed dates inside and in the archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = CORE_TIME.sub(rb"\g<1>2000-01-01T00:00:00Z", data)
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data)
    return buffer.getvalue()
