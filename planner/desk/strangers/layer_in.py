"""One uploaded layer (CSV, GeoJSON, GeoPackage, zipped shapefile) as tables in the systems of a region."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer

from planner.desk.strangers import limits
from planner.desk.strangers.archive import unpack_shapefile
from planner.desk.strangers.given import Given, our_name, take_shapes
from planner.desk.strangers.sniff import Upload, refusal
from planner.errors import Notice, Problem
from planner.i18n import gettext as _
from planner.read import MANIFEST_LAYER
from planner.read_crs import crs_of, is_same_crs, is_shifted, shifted_message
from planner.read_files import read_text_layer
from planner.read_findings import Findings, RawLayer
from planner.read_gpkg import read_gpkg
from planner.tables import Table, all_tables

GEOJSON_CRS = "EPSG:4326"  # RFC 7946, where the file says nothing else
_DBF_NAME = 10
_MADE_UP_IDS = ("sites", "exclusions")
_NAMES = ("name_en", "name_zh")


@dataclass(frozen=True)
class Wanted:
    """What the uploader said about a layer: table, coordinate system, layer of a GeoPackage, our column -> theirs."""

    table: Table | None = None
    crs: str | None = None
    layer: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Taken:
    """The tables of an uploaded file, and what was wrong or notable with it."""

    tables: list[Given] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def take_layer(upload: Upload, wanted: Wanted, *, target: CRS, scratch: Path) -> Taken:
    """Return the tables of a file with positions in the system `target` of the region's files."""
    taken, findings = Taken(), Findings()
    for table, raw in _raw_layers(upload, wanted, taken, findings=findings, scratch=scratch):
        if len(raw.rows) > limits.MAX_FEATURES:
            message = _("{file} has more than {n} rows.").format(file=upload.name, n=limits.MAX_FEATURES)
            taken.problems.append(refusal(upload.name, "too_many_rows", message, _("Cut it to the region.")))
            continue
        given = _given(upload, table, raw, wanted)
        taken.problems += take_shapes(given)
        _fill_names(given, taken)
        _place(given, _system(upload, raw, wanted), target=target, taken=taken)
        taken.tables.append(given)
    taken.problems += findings.problems
    taken.notices += findings.notices
    return taken


def _raw_layers(
    upload: Upload, wanted: Wanted, taken: Taken, *, findings: Findings, scratch: Path
) -> list[tuple[Table, RawLayer]]:
    if upload.kind == "gpkg":
        return _chosen(read_gpkg(upload.path, upload.name, findings), upload, wanted, taken=taken)
    table = wanted.table or all_tables().get(upload.stem)
    if table is None:
        near = difflib.get_close_matches(upload.stem, all_tables(), n=1)
        message = _("{file}: it is not said which table this is.").format(file=upload.name)
        remedy = _("Choose the table, or name the file as the table, for example {example}.")
        name = near[0] if near else "sites"
        taken.problems.append(refusal(upload.name, "table_unknown", message, remedy.format(example=name)))
        return []
    if upload.kind == "zip":
        raw = _read_shapefile(upload, table, taken, scratch=scratch)
    else:
        raw = read_text_layer(upload.path, table.name, upload.name, findings)
    return [] if raw is None else [(table, raw)]


def _chosen(
    found: dict[str, RawLayer], upload: Upload, wanted: Wanted, *, taken: Taken
) -> list[tuple[Table, RawLayer]]:
    """Return the layers of a GeoPackage that are meant: the named one, the only one, or all that bear names of tables."""
    tables = all_tables()
    if wanted.table is None:
        known = [(tables[name], raw) for name, raw in found.items() if name in tables]
        for name in found.keys() - tables.keys() - {MANIFEST_LAYER, "layer_styles"}:
            message = _("The layer {layer} is no table of the format and was not read.").format(layer=name)
            taken.notices.append(Notice(upload.name, name, "file_not_read", message))
        if known or not found:
            return known
    if wanted.table is not None:
        meant = wanted.layer or (next(iter(found)) if len(found) == 1 else wanted.table.name)
        if meant in found:
            return [(wanted.table, found[meant])]
    message = _("{file} holds the layers {layers}; it is not said which one is meant.").format(
        file=upload.name, layers=", ".join(found)
    )
    taken.problems.append(refusal(upload.name, "layer_missing", message, _("Choose the table and the layer.")))
    return []


def _read_shapefile(upload: Upload, table: Table, taken: Taken, *, scratch: Path) -> RawLayer | None:
    path = unpack_shapefile(upload.path, scratch)
    if isinstance(path, Problem):
        taken.problems.append(path)
        return None
    from planner.desk.strangers.drivers import close_drivers

    close_drivers()
    import pyogrio

    has_encoding = path.with_suffix(".cpg").is_file()
    try:
        meta, _fids, shapes, columns = pyogrio.raw.read(
            path, encoding=None if has_encoding else "ISO-8859-1", max_features=limits.MAX_FEATURES + 1
        )
        geometry = None if shapes is None else shapely.force_2d(shapely.from_wkb(shapes))
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        shapely.errors.ShapelyError,
        ValueError,
        NotImplementedError,
    ):
        message = _("{file} is no shapefile that can be read.").format(file=upload.name)
        taken.problems.append(refusal(upload.name, "shapefile_invalid", message, _("Export it again from a GIS.")))
        return None
    cells = _cells(columns, has_encoding=has_encoding)
    frame = {str(name): values for name, values in zip(meta["fields"], cells, strict=True)}
    n = len(cells[0]) if cells else 0 if geometry is None else len(geometry)
    return RawLayer(table.name, upload.name, _frame(frame, n), range(1, n + 1), geometry, meta["crs"])


def _frame(columns: dict[str, list[Any]], n: int) -> Any:
    import pandas as pd

    return pd.DataFrame(columns, index=range(n), dtype=object)


def _cells(columns: list[Any], *, has_encoding: bool) -> list[list[Any]]:
    """Return columns of a dBase table as plain cells; text without a declared encoding is UTF-8, else GB18030."""
    plain = []
    for column in columns:
        values = column.tolist() if column.dtype.kind in "iufb" else list(column)
        if not has_encoding:
            values = [_decoded(value) if isinstance(value, str) else value for value in values]
        plain.append([None if value is None or value != value or value == "" else value for value in values])  # noqa: PLR0124 (NaN)
    return plain


def _decoded(text: str) -> str:
    raw = text.encode("latin-1", errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _given(upload: Upload, table: Table, raw: RawLayer, wanted: Wanted) -> Given:
    header = [str(column) for column in raw.cells]
    cut = _DBF_NAME if upload.kind == "zip" else None
    theirs = {name.lower(): ours for ours, name in wanted.columns.items() if name}
    names = [theirs.get(name.lower()) or our_name(name, table, cut=cut) for name in header]
    sheet = raw.name if upload.kind == "gpkg" else None
    cells = raw.cells.to_numpy(dtype=object).tolist()
    head = 1 if upload.kind == "csv" else None
    return Given(table, upload.name, sheet, header, list(raw.rows), cells, head, raw.geometry, names)


def _fill_names(given: Given, taken: Taken) -> None:
    """Give rows the other language's name where one is absent, and parcels without an id a number; tell it."""
    columns = [column.name for column in given.table.columns]
    source = next((name for name in (*_NAMES, "name", "NAME", "Name", "名称") if name in given.names), None)
    filled = {}
    if set(_NAMES) <= set(columns):
        absent = [name for name in _NAMES if name not in given.names]
        filled = {name: [row[given.names.index(source)] for row in given.cells] for name in absent} if source else {}
    key = given.table.key[0] if given.table.key else ""
    if given.table.name in _MADE_UP_IDS and key not in given.names:
        made = [f"{key}-{number}" for number in range(1, len(given.numbers) + 1)]
        filled = {key: made, **filled}
        if not source:
            filled |= {name: made for name in _NAMES if name not in given.names}
    for name, values in filled.items():
        given.header.append(name)
        given.names.append(name)
        for row, value in zip(given.cells, values, strict=True):
            row.append(value)
    if filled:
        message = _("{file}: {columns} were not given and were filled in.").format(
            file=given.label, columns=", ".join(filled)
        )
        taken.notices.append(Notice(given.file, given.table.name, "names_filled", message))


def _system(upload: Upload, raw: RawLayer, wanted: Wanted) -> str | None:
    if wanted.crs:
        return wanted.crs
    return raw.crs or (GEOJSON_CRS if upload.kind == "geojson" else None)


def _place(given: Given, system: str | None, *, target: CRS, taken: Taken) -> None:
    """Bring geometry, or lon and lat, into the system of the region's files; note a system that cannot be used."""
    if given.table.geometry == "none":
        given.geometry = None
        return
    if system is None:
        if given.geometry is not None:
            message = _("{file} does not say its coordinate system.").format(file=given.label)
            remedy = _("State it beside the file, for example EPSG:4490; a shapefile says it in its .prj.")
            taken.problems.append(refusal(given.file, "crs_missing", message, remedy, layer=given.table.name))
        return
    if is_shifted(system):
        message, remedy = shifted_message(system)
        taken.problems.append(refusal(given.file, "crs_shifted", message, remedy, layer=given.table.name))
        return
    own = crs_of(system)
    if own is None:
        message = _("{name} is no coordinate system that is known here.").format(name=system[: limits.MAX_NAME])
        remedy = _("Write its EPSG code, for example EPSG:4490.")
        taken.problems.append(refusal(given.file, "crs_unknown", message, remedy, layer=given.table.name))
        return
    if given.geometry is not None and not is_same_crs(own, target):
        given.geometry = _moved(given, own, target, taken)
    elif given.geometry is None and own.geodetic_crs is not None and target.geodetic_crs is not None:
        _move_degrees(given, own.geodetic_crs, target.geodetic_crs)


def _moved(given: Given, own: CRS, target: CRS, taken: Taken) -> np.ndarray:
    move = Transformer.from_crs(own, target, always_xy=True)
    shapes = given.geometry if given.geometry is not None else np.empty(0, dtype=object)
    moved: np.ndarray = shapely.transform(shapes, lambda points: np.column_stack(move.transform(*points.T)))
    lost = [i for i, shape in enumerate(moved) if shape is not None and not np.isfinite(shapely.bounds(shape)).all()]
    for position in [i for i in lost if not shapely.is_empty(moved[i])]:
        row = given.numbers[position]
        message = _("{layer}: the position of feature {row} does not exist in {name}.").format(
            layer=given.table.name, row=row, name=own.name
        )
        remedy = _("Check which coordinate system the file is in.")
        layer = given.sheet or given.table.name
        taken.problems.append(Problem(given.file, layer, row, None, None, "position_impossible", message, remedy))
        moved[position] = None
    return moved


def _move_degrees(given: Given, own: CRS, target: CRS) -> None:
    at = [given.position(name) for name in ("lon", "lat")]
    if is_same_crs(own, target) or at[0] is None or at[1] is None:
        return
    move = Transformer.from_crs(own, target, always_xy=True)
    for row in given.cells:
        try:
            lon, lat = move.transform(float(row[at[0]]), float(row[at[1]]))
        except (TypeError, ValueError):
            continue  # no number: the reader says so at its cell
        row[at[0]], row[at[1]] = (round(value, 9) for value in (lon, lat))
