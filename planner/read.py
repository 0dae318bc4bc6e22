"""Read a region, a folder or one GeoPackage, and report everything that is wrong with it at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from models.grid.source import GridFile
from planner.errors import InputProblems, Notice, Problem
from planner.i18n import gettext as _
from planner.read_columns import check_columns
from planner.read_crs import crs_name
from planner.read_files import read_text_layer
from planner.read_findings import Findings, RawLayer, Reading
from planner.read_gpkg import read_gpkg
from planner.read_links import check_links, check_sums
from planner.read_manifest import MANIFEST, Manifest, check_manifest
from planner.read_network import Network, network_name, read_network
from planner.read_positions import placed, unfilled
from planner.read_present import check_present
from planner.read_values import typed_frame
from planner.read_yaml import parse_yaml, read_yaml
from planner.region import Region, fingerprint_of
from planner.regions import prepared
from planner.tables import Table, all_tables

MANIFEST_LAYER = "region_yaml"
GRID_FOLDER = "grid"
GRID_PREFIX = "grid_"
_READ = (".csv", ".geojson", ".gpkg")
_REFUSED = (
    ".vrt",
    ".shp",
    ".json",
    ".kml",
    ".kmz",
    ".gml",
    ".tab",
    ".mif",
    ".xlsx",
    ".xls",
    ".dbf",
    ".parquet",
    ".zip",
)


@dataclass(frozen=True)
class _Raw:
    """What the files hold before anything is checked; `manifest` is None when it could not be read."""

    manifest: Mapping[str, Any] | None
    manifest_file: str
    layers: dict[str, RawLayer]
    unread: frozenset[str]


def read_region(path: Path | str) -> Region:
    """Return the checked region in a folder or a GeoPackage; raise InputProblems with all problems otherwise.

    A bundled region that is built from an installed package is built first if that was not done yet.
    """
    path = prepared(Path(path))
    findings = Findings()
    raw = _read_raw(path, findings)
    manifest = check_manifest(raw.manifest or {}, raw.manifest_file, findings) if raw.manifest is not None else None
    tables = all_tables()
    has_grid = any(name.startswith(GRID_PREFIX) for name in (*raw.layers, *raw.unread))
    manifest_or_none = manifest or Manifest({}, None, None, raw.manifest_file)
    network = read_network(path, manifest_or_none, has_tables=has_grid, findings=findings)
    frames = _check_tables(tables, raw, manifest=manifest_or_none, findings=findings, network=network)
    found = {*raw.layers, *raw.unread}
    check_present(tables, found, feeding=manifest_or_none.feeding, has_grid=has_grid, findings=findings)
    if findings.problems or manifest is None:
        raise InputProblems(_in_order(findings.problems, raw, tables), notices=findings.notices)
    grid = {name.removeprefix(GRID_PREFIX): frame for name, frame in frames.items() if name.startswith(GRID_PREFIX)}
    return _region(
        path,
        manifest,
        frames=frames,
        grid=network.file if network else grid if has_grid else None,
        notices=tuple(findings.notices),
    )


def read_raw_layers(folder: Path) -> dict[str, RawLayer]:
    """Return the unchecked layers of a region folder by name."""
    return _read_folder(folder, Findings()).layers


def read_table(path: Path | str, table: str, *, region: Region) -> pd.DataFrame:
    """Return one checked layer outside a region (parcels of a user, say) in the systems of `region`."""
    path = Path(path)
    findings = Findings()
    declared = all_tables()
    layers: dict[str, RawLayer] = {}
    _read_layer_file(path, table, path.name, layers, findings)
    manifest = check_manifest(region.meta, MANIFEST, findings)
    raw = _Raw(region.meta, MANIFEST, layers, frozenset())
    frames = _check_tables({table: declared[table]}, raw, manifest=manifest, findings=findings, others=region.tables)
    if findings.problems or table not in layers:
        raise InputProblems(findings.problems, notices=findings.notices)
    return frames[table]


def _in_order(problems: list[Problem], raw: _Raw, tables: Mapping[str, Table]) -> list[Problem]:
    """Return the problems as a reader would meet them: region.yaml, then layer by layer, then by row."""
    order = {name: position for position, name in enumerate(tables)}

    def place(problem: Problem) -> tuple[bool, int, str, int]:
        is_layer = problem.layer is not None or problem.file != raw.manifest_file
        return is_layer, order.get(problem.layer or "", len(order)), problem.file, problem.row or 0

    return sorted(problems, key=place)


def _check_tables(
    tables: Mapping[str, Table],
    raw: _Raw,
    *,
    manifest: Manifest,
    findings: Findings,
    others: Mapping[str, pd.DataFrame] | None = None,
    network: Network | None = None,
) -> dict[str, pd.DataFrame]:
    frames: dict[str, pd.DataFrame] = {}
    readings: dict[str, Reading] = {}
    for name, table in tables.items():
        layer = raw.layers.get(name)
        if layer is None or len(layer.rows) == 0:
            frames[name] = unfilled(table, manifest)
            if layer is not None:
                _note_empty(Reading(table, layer, findings))
            continue
        readings[name] = Reading(table, layer, findings)
        check_columns(readings[name])
        frames[name] = placed(readings[name], typed_frame(readings[name]), manifest=manifest)
    check_links(readings, {**(others or {}), **frames, **({"grid_buses": network.buses} if network else {})})
    check_sums(readings, frames, manifest=manifest)
    return frames


def _note_empty(reading: Reading) -> None:
    layer = reading.layer
    message = _("{layer} is empty: {file} has no rows.").format(layer=layer.name, file=layer.file)
    remedy = _("Fill it in; if the region has none, delete it.")
    if not reading.table.is_optional:
        remedy = _("Fill it in: {meaning}.").format(meaning=reading.table.meaning)
    reading.note("layer_empty", message, remedy=remedy)


def _region(
    path: Path,
    manifest: Manifest,
    *,
    frames: Mapping[str, pd.DataFrame],
    grid: Mapping[str, pd.DataFrame] | GridFile | None,
    notices: tuple[Notice, ...],
) -> Region:
    content = dict(manifest.content)
    hashed = {**content, "network_fingerprint": grid.fingerprint} if isinstance(grid, GridFile) else content
    return Region(
        id=str(content["id"]),
        name=content["name"],
        base_year=int(content["base_year"]),
        crs=crs_name(manifest.crs),
        projected_crs=crs_name(manifest.projected_crs),
        meta=content,
        tables={name: frame for name, frame in frames.items() if not name.startswith(GRID_PREFIX)},
        grid=grid,
        notices=notices,
        fingerprint=fingerprint_of(hashed, frames),
        path=path,
    )


def _read_raw(path: Path, findings: Findings) -> _Raw:
    if path.is_dir():
        return _read_folder(path, findings)
    if path.is_file() and path.suffix.lower() == ".gpkg":
        return _read_one_gpkg(path, findings)
    message = _("{path} is neither a folder nor a GeoPackage.").format(path=path.name)
    remedy = _("Give the folder that holds region.yaml, or one .gpkg file.")
    findings.add(path.name, "region_missing", message, remedy)
    raise InputProblems(findings.problems)


def _read_folder(folder: Path, findings: Findings) -> _Raw:
    manifest: Mapping[str, Any] | None = None
    try:
        manifest = read_yaml(folder / MANIFEST)
    except InputProblems as problems:
        findings.problems.extend(problems.problems)
    layers: dict[str, RawLayer] = {}
    unread: set[str] = set()
    for path in sorted((*folder.iterdir(), *(folder / GRID_FOLDER).glob("*"))):
        if not path.is_file():
            continue
        prefix = GRID_PREFIX if path.parent != folder else ""
        file = path.relative_to(folder).as_posix()
        name = prefix + path.stem
        if file == network_name(manifest):
            continue
        if name not in all_tables():
            _check_stranger(path, name, file, findings)
        elif name in layers or name in unread:
            message = _("{layer} is given twice, as {file} and as another file.").format(layer=name, file=file)
            findings.add(file, "layer_twice", message, _("Keep one of the two files."), layer=name)
        else:
            _read_layer_file(path, name, file, layers, findings)
            if name not in layers:
                unread.add(name)
    return _Raw(manifest, MANIFEST, layers, frozenset(unread))


def _check_stranger(path: Path, name: str, file: str, findings: Findings) -> None:
    """Note a layer file whose name is nearly that of a table; leave all other files alone."""
    if path.suffix.lower() not in (*_READ, *_REFUSED):
        return
    near = difflib.get_close_matches(name.lower(), all_tables(), n=1, cutoff=0.75)
    if near:
        message = _("{file} is no layer of the format.").format(file=file)
        remedy = _("Did you mean {near}? Rename the file; if it is something else, move it away.").format(near=near[0])
        findings.add(file, "layer_unknown", message, remedy, layer=name)
    else:
        message = _("{file} is no layer of the format and was not read.").format(file=file)
        findings.notice(file, "file_not_read", message, layer=name)


def _read_layer_file(path: Path, name: str, file: str, layers: dict[str, RawLayer], findings: Findings) -> None:
    suffix = path.suffix.lower()
    layer: RawLayer | None = None
    if suffix in (".csv", ".geojson"):
        layer = read_text_layer(path, name, file, findings)
    elif suffix == ".gpkg":
        found = read_gpkg(path, file, findings)
        layer = found.get(name) or (next(iter(found.values())) if len(found) == 1 else None)
        if layer is None and found:
            message = _("{file} holds several layers and none is named {layer}.").format(file=file, layer=name)
            findings.add(file, "layer_missing", message, _("Name the layer as the file."), layer=name)
    elif suffix in _REFUSED:
        message = _("{file} is in a format that is not read, because such files can point to other files.").format(
            file=file
        )
        remedy = _("Export the layer as CSV, GeoJSON or GeoPackage.")
        findings.add(file, "format_refused", message, remedy, layer=name)
    if layer is not None:
        layers[name] = RawLayer(name, file, layer.cells, layer.rows, layer.geometry, layer.crs)


def _read_one_gpkg(path: Path, findings: Findings) -> _Raw:
    found = read_gpkg(path, path.name, findings)
    manifest: Mapping[str, Any] | None = None
    carrier = found.pop(MANIFEST_LAYER, None)
    if carrier is None or "yaml" not in carrier.cells or len(carrier.cells) != 1:
        message = _("The GeoPackage has no table region_yaml with one cell `yaml` that holds region.yaml.")
        remedy = _("Write it with `write_region_gpkg`, or add the table.")
        findings.add(path.name, "manifest_missing", message, remedy, layer=MANIFEST_LAYER)
    else:
        try:
            manifest = parse_yaml(str(carrier.cells["yaml"].iloc[0]), file=path.name, layer=MANIFEST_LAYER)
        except InputProblems as problems:
            findings.problems.extend(problems.problems)
    layers: dict[str, RawLayer] = {}
    for name, layer in found.items():
        if name in all_tables():
            layers[name] = layer
        elif name != "layer_styles":
            _check_stranger(path, name, f"{path.name}:{name}", findings)
    return _Raw(manifest, path.name, layers, frozenset())
