"""Read the layers of a GeoPackage through SQLite alone.

A GeoPackage is a database; through GDAL a crafted one can open other files. Here only plain tables that the file
lists in `gpkg_contents` are read, with no extension loaded; views and virtual tables are refused.

Source: OGC 12-128r19, GeoPackage Encoding Standard 1.4, clauses 1.1.1 (header), 1.1.3 (contents), 2.1.3 (geometry).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from planner.i18n import gettext as _
from planner.read_files import raw_frame
from planner.read_findings import Findings, RawLayer

_SQLITE_HEADER = b"SQLite format 3\x00"
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_CATALOGUE = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
_PRIMARY_KEYS = ("fid", "ogc_fid", "gid")


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        yield connection


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def read_gpkg(path: Path, file: str, findings: Findings) -> dict[str, RawLayer]:
    """Return every table that the GeoPackage lists, by name; problems are noted."""
    remedy = _("Export the layers as a GeoPackage from a GIS.")
    with path.open("rb") as stream:
        is_sqlite = stream.read(16) == _SQLITE_HEADER
    if not is_sqlite:
        message = _("{file} is named GeoPackage but its content is something else.").format(file=file)
        findings.add(file, "gpkg_invalid", message, remedy)
        return {}
    try:
        with _opened(path) as connection:
            return _layers(connection, file, findings)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        message = _("{file} is not a GeoPackage that can be read: {what}.").format(file=file, what=error)
        findings.add(file, "gpkg_invalid", message, remedy)
        return {}


def _layers(connection: sqlite3.Connection, file: str, findings: Findings) -> dict[str, RawLayer]:
    definitions: dict[Any, str] = dict(
        connection.execute("SELECT name, type || ' ' || coalesce(sql, '') FROM sqlite_master")
    )
    if any(not _is_table(definitions.get(name, "TABLE ")) for name in _CATALOGUE):
        raise sqlite3.DatabaseError(_("its own lists are views"))
    geometry_columns = (
        {
            table: (column, srs)
            for table, column, srs in connection.execute(
                "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns"
            )
        }
        if "gpkg_geometry_columns" in definitions
        else {}
    )
    systems = {
        srs: f"{organisation}:{number}"
        for srs, organisation, number in connection.execute(
            "SELECT srs_id, organization, organization_coordsys_id FROM gpkg_spatial_ref_sys"
        )
    }
    layers: dict[str, RawLayer] = {}
    for (name,) in connection.execute("SELECT table_name FROM gpkg_contents ORDER BY table_name").fetchall():
        if not isinstance(name, str) or not _is_table(definitions.get(name, "")):
            if name != "layer_styles":
                message = _("{layer} is a view or a virtual table, which is not read.").format(layer=name)
                findings.add(file, "gpkg_not_a_table", message, _("Export it as a table of its own."), layer=name)
            continue
        column, srs = geometry_columns.get(name, (None, None))
        layers[name] = _layer(connection, name, file, findings, geometry_column=column, crs=systems.get(srs))
    return layers


def _is_table(definition: str) -> bool:
    return definition.upper().startswith("TABLE ") and "VIRTUAL TABLE" not in definition.upper()


def _layer(
    connection: sqlite3.Connection,
    name: str,
    file: str,
    findings: Findings,
    *,
    geometry_column: str | None,
    crs: str | None,
) -> RawLayer:
    cursor = connection.execute(f"SELECT * FROM {_quoted(name)}")  # noqa: S608  (a quoted identifier)
    columns = [description[0] for description in cursor.description]
    records = [[_clean(value) for value in record] for record in cursor]
    geometry = None
    if geometry_column in columns:
        at = columns.index(geometry_column)
        geometry = np.full(len(records), None, dtype=object)
        for position, record in enumerate(records):
            geometry[position] = _geometry(record[at], position, name, file, findings)
    frame = raw_frame([[_text(value) for value in record] for record in records], columns)
    dropped = [column for column in columns if column == geometry_column or column.lower() in _PRIMARY_KEYS]
    return RawLayer(name, file, frame.drop(columns=dropped), range(1, len(records) + 1), geometry, crs)


def _clean(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _text(value: Any) -> Any:
    """Return bytes, which no column of ours holds, as how many there are."""
    return _("{n} bytes").format(n=len(value)) if isinstance(value, bytes) else value


def _wkb(blob: Any) -> bytes:
    if not isinstance(blob, bytes) or blob[:2] != b"GP":
        raise ValueError(_("not a GeoPackage geometry"))
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 0b111] :]


def _geometry(blob: Any, position: int, name: str, file: str, findings: Findings) -> shapely.Geometry | None:
    if blob is None:
        return None
    try:
        return shapely.force_2d(shapely.from_wkb(_wkb(blob)))
    except (ValueError, KeyError, IndexError, NotImplementedError, shapely.errors.ShapelyError) as error:  # curves too
        message = _("{layer}: the geometry of feature {row} cannot be read: {what}.").format(
            layer=name, row=position + 1, what=error
        )
        remedy = _("Repair the feature in a GIS and export it again.")
        findings.add(file, "geometry_unreadable", message, remedy, layer=name, row=position + 1)
        return None
