"""From uploaded files to a region folder of our own, or to the list of everything that is wrong with them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pyproj import CRS

from planner.desk.strangers import limits
from planner.desk.strangers.first_scenario import put_scenario
from planner.desk.strangers.given import Given, write_given
from planner.desk.strangers.layer_in import GEOJSON_CRS, Taken, Wanted, take_layer
from planner.desk.strangers.places import shown_tables, told
from planner.desk.strangers.sheets import read_book
from planner.desk.strangers.sniff import Upload, look_at, refusal
from planner.desk.strangers.workbook_in import Uploaded, uploaded_book
from planner.errors import InputProblems, Notice, PlannerError, Problem
from planner.export.atomic import write_text
from planner.i18n import gettext as _
from planner.read import MANIFEST_LAYER, read_region
from planner.read_crs import crs_of
from planner.read_findings import Findings
from planner.read_gpkg import read_gpkg
from planner.read_manifest import MANIFEST
from planner.read_yaml import parse_yaml, read_yaml
from planner.region import Region
from planner.regions import prepared
from planner.tables import all_tables

_NOT_COPIED = ("BUILT_FROM.txt", "SOURCES.md")


@dataclass(frozen=True)
class Request:
    """What is to be read: files, what the uploader said, the region that single layers go into, and where to write.

    `base` holds the layers of that region, `scenarios` its scenarios: two folders where a bundled region was built.
    """

    files: Sequence[Path]
    wanted: Wanted
    base: Path | None
    scenarios: Path | None
    title: str
    region_id: str
    out: Path


def build_region(request: Request) -> dict[str, Any]:
    """Return {status: ok | problems, problems, notices, tables, summary, name}; a good region lies in `out`/region."""
    if len(request.files) > limits.MAX_FILES:
        return _answer([_too_many(request)], Uploaded(), base_name=None)
    looked = [look_at(path) for path in request.files]
    refused = [found for found in looked if isinstance(found, Problem)]
    if refused:
        return _answer(refused, Uploaded(), base_name=None)
    uploads = [found for found in looked if isinstance(found, Upload)]
    books = [upload for upload in uploads if upload.kind == "xlsx"]
    if len(books) > 1:
        message = _("More than one workbook was uploaded; a region is one workbook.")
        return _answer([refusal(books[1].name, "two_workbooks", message, _("Upload one."))], Uploaded(), base_name=None)
    uploaded = _taken_apart(uploads, books, request)
    if isinstance(uploaded, Problem):
        return _answer([uploaded], Uploaded(), base_name=None)
    return _checked(uploaded, request, is_whole=uploaded.manifest is not None)


def _too_many(request: Request) -> Problem:
    message = _("More than {n} files were uploaded at once.").format(n=limits.MAX_FILES)
    remedy = _("Upload a workbook, or the layers one after the other.")
    return refusal(request.files[limits.MAX_FILES].name, "too_many_files", message, remedy)


def _taken_apart(uploads: list[Upload], books: list[Upload], request: Request) -> Uploaded | Problem:
    """Return what the files hold; the manifest is None where they are layers for the base region."""
    uploaded = Uploaded()
    if books:
        book = read_book(books[0])
        if isinstance(book, Problem):
            return book
        uploaded = uploaded_book(book)
    elif len(uploads) == 1 and uploads[0].kind == "gpkg" and request.wanted.table is None:
        found = _manifest_in(uploads[0])
        if isinstance(found, Problem):
            return found
        uploaded.manifest, uploaded.manifest_file = found, uploads[0].name
    target = _target(uploaded, request)
    for number, upload in enumerate(upload for upload in uploads if upload.kind != "xlsx"):
        scratch = request.out / f"unpacked-{number}"
        scratch.mkdir()
        wanted = request.wanted if len(uploads) == 1 else Wanted(crs=request.wanted.crs)
        _add(uploaded, take_layer(upload, wanted, target=target, scratch=scratch))
        shutil.rmtree(scratch)
    return uploaded


def _manifest_in(upload: Upload) -> dict[str, Any] | Problem | None:
    """Return the region.yaml that a GeoPackage carries, None where it carries none."""
    carrier = read_gpkg(upload.path, upload.name, Findings()).get(MANIFEST_LAYER)
    if carrier is None or "yaml" not in carrier.cells or carrier.cells.empty:
        return None
    try:
        return parse_yaml(str(carrier.cells["yaml"].iloc[0]), file=upload.name, layer=MANIFEST_LAYER)
    except InputProblems as problems:
        return problems.problems[0]


def _target(uploaded: Uploaded, request: Request) -> CRS:
    """Return the system of the region's files; WGS 84 where it cannot be told yet, which is a problem of its own."""
    content = uploaded.manifest
    if content is None and request.base is not None:
        content = read_yaml(request.base / MANIFEST)
    return crs_of((content or {}).get("crs") or GEOJSON_CRS) or CRS.from_user_input(GEOJSON_CRS)


def _add(uploaded: Uploaded, taken: Taken) -> None:
    names = {given.table.name for given in taken.tables}
    uploaded.tables = [given for given in uploaded.tables if given.table.name not in names] + taken.tables
    uploaded.problems += taken.problems
    uploaded.notices += taken.notices


def _checked(uploaded: Uploaded, request: Request, *, is_whole: bool) -> dict[str, Any]:
    """Write the region folder, read it as any region is read, and lay the reference scenario over it."""
    folder = request.out / "region"
    folder.mkdir()
    base = None if is_whole else request.base
    base_name = None
    if not is_whole:
        if base is None:
            return _no_region(uploaded, request)
        base_name = str(read_yaml(base / MANIFEST).get("id") or base.name)
        _copy_base(base, folder, [given.table.name for given in uploaded.tables])
        manifest = _own_manifest(read_yaml(base / MANIFEST), uploaded, request)
    else:
        given_id = (uploaded.manifest or {}).get("id")
        manifest = {**(uploaded.manifest or {}), **({"id": request.region_id} if given_id else {})}
    _write_manifest(manifest, folder)
    for given in uploaded.tables:
        write_given(given, folder)
    problems, notices, region = [*uploaded.problems], [*uploaded.notices], None
    try:
        region = read_region(folder)
        notices += region.notices
    except InputProblems as found:
        problems += found.problems
        notices += found.notices
    if region is not None and not problems:
        problems += _fits_scenario(region, folder, None if is_whole else request.scenarios)
    return _answer(problems, uploaded, base_name=base_name, region=region, notices=notices)


def _no_region(uploaded: Uploaded, request: Request) -> dict[str, Any]:
    if uploaded.problems:
        return _answer(uploaded.problems, uploaded, base_name=None)
    file = request.files[0].name
    message = _("{file} is a layer, not a whole region.").format(file=file)
    remedy = _("Choose the region whose layer it replaces, or upload a workbook.")
    return _answer([refusal(file, "base_missing", message, remedy)], uploaded, base_name=None)


def _copy_base(base: Path, folder: Path, replaced: Sequence[str]) -> None:
    """Copy the layers and scenarios of the base region, without those that are replaced."""
    layers = prepared(base)
    gone = {("grid" if all_tables()[name].is_grid else "", name.removeprefix("grid_")) for name in replaced}
    for path in (*layers.iterdir(), *(layers / "grid").glob("*")):
        place = "grid" if path.parent != layers else ""
        if path.is_file() and path.name not in _NOT_COPIED and (place, path.stem) not in gone:
            (folder / place).mkdir(exist_ok=True)
            shutil.copyfile(path, folder / place / path.name)


def _own_manifest(base: Mapping[str, Any], uploaded: Uploaded, request: Request) -> dict[str, Any]:
    """Return the base's region.yaml under the new name, with the uploaded files among its sources."""
    files = sorted({given.file for given in uploaded.tables})
    sources = [
        {"id": f"upload_{i}", "title": file, "year": base.get("base_year"), "note": "uploaded by the user of the desk"}
        for i, file in enumerate(files, start=1)
    ]
    name = {"en": request.title, "zh": request.title}
    return {**base, "id": request.region_id, "name": name, "sources": [*(base.get("sources") or []), *sources]}


def _write_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    text = yaml.safe_dump(dict(manifest), allow_unicode=True, sort_keys=False, width=120)
    write_text(folder / MANIFEST, text)


def _fits_scenario(region: Region, folder: Path, base: Path | None) -> list[Problem]:
    """Write the scenario and return what a plan with it lacks in the tables: prices, climate, stations of a voltage."""
    from planner.assemble import assemble

    try:
        assemble(region, put_scenario(region, folder, base=base))
    except InputProblems as found:
        return found.problems
    except PlannerError as error:
        return [refusal(region.id, "not_plannable", str(error), "")]
    return []


def _answer(
    problems: Sequence[Problem],
    uploaded: Uploaded,
    *,
    base_name: str | None,
    region: Region | None = None,
    notices: Sequence[Notice] = (),
) -> dict[str, Any]:
    told_problems = told(problems, uploaded, base_name=base_name)
    is_good = region is not None and not told_problems
    return {
        "status": "ok" if is_good else "problems",
        "problems": told_problems,
        "tables": shown_tables(told_problems, uploaded.tables),
        "notices": [{"file": _file(n, uploaded.tables), "message": n.message} for n in (notices or uploaded.notices)],
        "summary": {name: len(frame) for name, frame in region.tables.items() if len(frame)} if region else {},
        "name": dict(region.name) if region else {},
        "id": region.id if region else None,
        "columns": [_columns(given) for given in uploaded.tables],
    }


def _file(notice: Notice, tables: Sequence[Given]) -> str:
    return next((given.label for given in tables if given.target == notice.file), notice.file)


def _columns(given: Given) -> dict[str, Any]:
    """Return the columns of an uploaded table and what they were taken for, so that the page can offer another match."""
    declared = [column.name for column in given.table.columns]
    return {
        "table": given.table.name,
        "label": given.label,
        "header": given.header,
        "names": given.names,
        "missing": [c.name for c in given.table.columns if not c.is_optional and c.name not in given.names],
        "declared": declared,
    }
