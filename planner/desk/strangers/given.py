"""One table as it was uploaded, on its way into a region folder, and the way back from a problem to the uploaded cell."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from planner.errors import Problem
from planner.export.atomic import write_text
from planner.i18n import gettext as _
from planner.read_columns import declared_columns
from planner.tables import Table
from planner.workbook_sheets import GEOMETRY

_SHAPES = (GEOMETRY, "wkt", "the_geom")
_PART = re.compile(rf"{GEOMETRY}_(\d+)$")
_GRID = "grid_"


@dataclass
class Given:
    """A table of an upload: header and cells as given, our names of its columns, the numbers its owner knows rows by.

    `sheet` is None for a file that is one table. `numbers` are rows of the spreadsheet or the text file, or features.
    """

    table: Table
    file: str
    sheet: str | None
    header: list[str]
    numbers: list[int]
    cells: list[list[Any]]
    header_number: int | None = 1
    geometry: np.ndarray | None = None
    names: list[str] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take names that differ from ours only in case as ours."""
        if not self.names:
            self.names = [our_name(name, self.table) for name in self.header]

    @property
    def label(self) -> str:
        """Return how the owner calls the table: the file, and the sheet in it."""
        if self.sheet is None:
            return self.file
        if self.header_number is None:
            return _("{file}, layer {layer}").format(file=self.file, layer=self.sheet)
        return _("{file}, sheet {sheet}").format(file=self.file, sheet=self.sheet)

    @property
    def target(self) -> str:
        """Return the file of a region folder that holds the table."""
        folder = "grid/" if self.table.is_grid else ""
        suffix = ".csv" if self.geometry is None else ".geojson"
        return f"{folder}{self.table.name.removeprefix(_GRID)}{suffix}"

    def position(self, column: str | None) -> int | None:
        """Return the place of one of our columns among the uploaded ones, None where it is not there."""
        return self.names.index(column) if column in self.names else None


def our_name(name: str, table: Table, *, cut: int | None = None) -> str:
    """Return the declared name that an uploaded one means: by case, or by its first ten letters in a shapefile."""
    declared = list(declared_columns(table))
    plain = name.strip()
    for known in declared:
        if known.lower() == plain.lower():
            return known
    if cut is not None and len(plain) == cut:
        same = [known for known in declared if known[:cut].lower() == plain.lower()]
        if len(same) == 1:
            return same[0]
    return plain


def take_shapes(given: Given) -> list[Problem]:
    """Turn columns of WKT into geometry; return the cells that hold no shape."""
    if given.table.geometry == "none":
        return []
    order = [name.lower() for name in given.names]
    first = next((order.index(name) for name in _SHAPES if name in order), None)
    if first is None:
        return []
    more = {int(found[1]): i for i, name in enumerate(order) if (found := _PART.fullmatch(name))}
    columns = [first, *(more[part] for part in sorted(more))]
    shapes = np.full(len(given.cells), None, dtype=object)
    problems = []
    for position, row in enumerate(given.cells):
        wkt = "".join(str(row[column] or "") for column in columns)
        if not wkt.strip():
            continue
        try:
            shapes[position] = shapely.force_2d(shapely.from_wkt(wkt))
        except (shapely.errors.ShapelyError, ValueError, TypeError, NotImplementedError):  # curves too
            problems.append(_no_shape(given, position, column=first, value=wkt))
    if any(shape is not None for shape in shapes):
        given.geometry = shapes
    kept = [i for i in range(len(given.names)) if i not in columns]
    given.header = [given.header[i] for i in kept]
    given.names = [given.names[i] for i in kept]
    given.cells = [[row[i] for i in kept] for row in given.cells]
    return problems


def _no_shape(given: Given, position: int, *, column: int, value: str) -> Problem:
    row, name = given.numbers[position], given.header[column]
    message = _("{layer}: the geometry in row {row} is no WKT that can be read.").format(
        layer=given.table.name, row=row
    )
    remedy = _("Write for example POLYGON ((116.3 39.9, 116.4 39.9, 116.4 40.0, 116.3 39.9)).")
    return Problem(
        given.file, given.sheet or given.table.name, row, name, value[:60], "geometry_unreadable", message, remedy
    )


def write_given(given: Given, folder: Path) -> Path:
    """Write the table into a region folder and remember which line or feature is which uploaded row.

    A CSV keeps the rows of the upload at their own line, with blank lines between, so that later messages name them too.
    """
    path = folder / given.target
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_text(path, _csv_text(given) if given.geometry is None else _geojson_text(given))


def _csv_text(given: Given) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(given.names)
    line = 1
    keeps_lines = bool(given.numbers) and given.numbers[0] > 1
    for number, cells in zip(given.numbers, given.cells, strict=True):
        target = number if keeps_lines else line + 1
        buffer.write("\n" * (target - line - 1))
        line = target
        given.lines[line] = number
        writer.writerow([_text(cell) for cell in cells])
    return buffer.getvalue()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, (bool, np.bool_)):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return " ".join(str(cell).split())


def _geojson_text(given: Given) -> str:
    assert given.geometry is not None
    lines = []
    for position, (cells, shape) in enumerate(zip(given.cells, given.geometry, strict=True), start=1):
        given.lines[position] = given.numbers[position - 1]
        properties = dict(zip(given.names, map(_json, cells), strict=True))
        drawn = None if shape is None or shape.is_empty else json.loads(shapely.to_geojson(shape))
        feature = {"type": "Feature", "properties": properties, "geometry": drawn}
        lines.append(json.dumps(feature, ensure_ascii=False))
    head = json.dumps({"type": "FeatureCollection", "name": given.table.name}, ensure_ascii=False)[:-1]
    return f'{head}, "features": [\n' + ",\n".join(lines) + "\n]}\n"


def _json(cell: Any) -> Any:
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, float) and not np.isfinite(cell):
        return None
    return cell if cell is None or isinstance(cell, (bool, int, float)) else _text(cell)


def shown_rows(given: Given, wanted: Sequence[int], *, most: int, chars: int) -> list[dict[str, Any]]:
    """Return rows as plain text to be shown: all of a short table, else those that are wanted."""
    known = set(wanted)
    rows = zip(given.numbers, given.cells, strict=True)
    chosen = [(number, cells) for number, cells in rows if len(given.numbers) <= most or number in known]
    return [{"row": number, "cells": [_text(cell)[:chars] for cell in cells]} for number, cells in chosen[:most]]
