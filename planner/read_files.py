"""Read one layer file, CSV or GeoJSON, into raw cells and geometry.

No GDAL is involved: a file named `.geojson` that is a virtual dataset, a link or a database is not followed, it is
simply not GeoJSON. GeoPackages are read in `read_gpkg.py` by the same rule.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape

from planner.errors import Problem
from planner.i18n import gettext as _
from planner.read_findings import Findings, RawLayer
from planner.read_text import decode

MAX_TEXT_BYTES = 300_000_000


def raw_frame(records: list[list[Any]], columns: list[str]) -> pd.DataFrame:
    """Return cells as objects, None where a cell is empty."""
    frame = pd.DataFrame(records, columns=pd.Index(columns, dtype=object), dtype=object)
    return frame.where(frame.notna(), None)


def read_text_layer(path: Path, name: str, file: str, findings: Findings) -> RawLayer | None:
    """Return the layer in a CSV or GeoJSON file; None when a problem was noted instead."""
    if path.stat().st_size > MAX_TEXT_BYTES:
        message = _("{file} is larger than 300 MB, which the planner does not read.").format(file=file)
        findings.add(file, "file_too_large", message, _("Cut it to the region, or simplify its polygons."), layer=name)
        return None
    decoded = decode(path.read_bytes(), file=file, layer=name)
    if isinstance(decoded, Problem):
        findings.problems.append(decoded)
        return None
    text, notice = decoded
    if notice is not None:
        findings.notices.append(notice)
    if path.suffix.lower() == ".csv":
        return _read_csv(text, name, file, findings)
    return _read_geojson(text, name, file, findings)


def _separator(header: str) -> str:
    return next((mark for mark in (",", ";", "\t") if mark in header), ",")


def _read_csv(text: str, name: str, file: str, findings: Findings) -> RawLayer | None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text.split("\n", 1)[0]), strict=True)
    header: list[str] = []
    records: list[list[Any]] = []
    rows: list[int] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                message = _("{file} has {n} cells in row {row}, its header has {wanted}.").format(
                    file=file, n=len(cells), row=reader.line_num, wanted=len(header)
                )
                remedy = _("Quote cells that hold a comma, or add the missing cells.")
                findings.add(file, "row_ragged", message, remedy, layer=name, row=reader.line_num)
                continue
            records.append([cell.strip() or None for cell in cells])
            rows.append(reader.line_num)
    except csv.Error as error:
        message = _("{file} is not CSV that can be read: {what}.").format(file=file, what=error)
        remedy = _("Save it again as CSV with quoted text.")
        findings.add(file, "csv_invalid", message, remedy, layer=name, row=reader.line_num)
        return None
    repeated = sorted({column for column in header if header.count(column) > 1})
    if repeated:
        message = _("{file} names a column twice: {columns}.").format(file=file, columns=", ".join(repeated))
        remedy = _("Keep one of them or rename the other.")
        findings.add(file, "column_repeated", message, remedy, layer=name, row=1, column=repeated[0])
        return None
    frame = raw_frame(records, header)
    crs = None
    if "crs" in header:
        crs = ", ".join(sorted({str(cell) for cell in frame.pop("crs") if cell is not None})) or None
    return RawLayer(name, file, frame, rows, crs=crs)


def _read_geojson(text: str, name: str, file: str, findings: Findings) -> RawLayer | None:
    remedy = _("Export the layer as GeoJSON (a FeatureCollection) or GeoPackage.")
    try:
        content = json.loads(text)
        json.dumps(content, ensure_ascii=False).encode()  # an escape may name half a letter, which no file can hold
    except (ValueError, RecursionError) as error:
        message = _("{file} is not GeoJSON: {what}.").format(file=file, what=error)
        findings.add(file, "geojson_invalid", message, remedy, layer=name)
        return None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or content.get("type") != "FeatureCollection":
        message = _("{file} is JSON but not a GeoJSON FeatureCollection.").format(file=file)
        findings.add(file, "geojson_invalid", message, remedy, layer=name)
        return None
    columns: list[str] = []
    geometry = np.full(len(features), None, dtype=object)
    properties: list[dict[str, Any]] = []
    for position, feature in enumerate(features):
        known = feature.get("properties") if isinstance(feature, dict) else None
        properties.append(known if isinstance(known, dict) else {})
        columns += [column for column in properties[-1] if column not in columns]
        geometry[position] = _shape(feature, position, name, file, findings)
    records = [[_cell(known.get(column)) for column in columns] for known in properties]
    return RawLayer(
        name, file, raw_frame(records, columns), range(1, len(features) + 1), geometry, _declared_crs(content)
    )


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return (value.strip() or None) if isinstance(value, str) else value


def _shape(feature: Any, position: int, name: str, file: str, findings: Findings) -> shapely.Geometry | None:
    given = feature.get("geometry") if isinstance(feature, dict) else None
    if given is None:
        return None
    try:
        return shapely.force_2d(shape(given))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError) as error:
        message = _("{layer}: the geometry of feature {row} cannot be read: {what}.").format(
            layer=name, row=position + 1, what=error
        )
        remedy = _("Repair the feature in a GIS and export it again.")
        findings.add(file, "geometry_unreadable", message, remedy, layer=name, row=position + 1)
        return None


def _declared_crs(content: dict[str, Any]) -> str | None:
    """Return the name in the old `crs` member; a link is never followed."""
    declared = content.get("crs")
    if not isinstance(declared, dict):
        return None
    properties = declared.get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    return str(name) if name is not None else str(declared.get("type", "crs"))
