"""What an uploaded file is: its name and its first bytes must agree, or it is refused with a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from planner.desk.strangers import limits
from planner.errors import Problem
from planner.i18n import gettext as _

TABLES, LAYERS = (".xlsx",), (".csv", ".geojson", ".gpkg", ".zip")
ACCEPTED = (*TABLES, *LAYERS)
_ZIP, _SQLITE, _OLE = b"PK\x03\x04", b"SQLite format 3\x00", b"\xd0\xcf\x11\xe0"
_HEAD_BYTES = 4096
_LINKS = (b"<OGRVRT", b"<VRT", b"<OGRWFS", b"<WFS", b"<OGRWMS", b"GDALG", b"gdal_streamed_alg", b"<OGRPLDataSource")


@dataclass(frozen=True)
class Upload:
    """An uploaded file: where it lies, the name its owner knows, and its kind (xlsx, csv, geojson, gpkg, zip)."""

    path: Path
    name: str
    kind: str

    @property
    def stem(self) -> str:
        """Return the name without its ending, in lower case."""
        return Path(self.name).stem.strip().lower()


def refusal(file: str, code: str, message: str, remedy: str, *, layer: str | None = None) -> Problem:
    """Return the problem of a whole file."""
    return Problem(file, layer, None, None, None, code, message, remedy)


def look_at(path: Path) -> Upload | Problem:
    """Return what a file is, or why it is refused."""
    name, suffix = path.name, path.suffix.lower()
    if suffix not in ACCEPTED:
        message = _("{file}: files of this kind are not read.").format(file=name)
        return refusal(name, "format_refused", message, _other_format(suffix))
    size = path.stat().st_size
    if size == 0:
        return refusal(name, "file_empty", _("{file} is empty.").format(file=name), _("Upload it again."))
    if size > limits.MAX_FILE_BYTES:
        message = _("{file} is larger than {n} MB.").format(file=name, n=limits.MAX_FILE_BYTES // limits.MB)
        return refusal(name, "file_too_large", message, _("Cut it to the region, or simplify its polygons."))
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    wrong = _mismatch(name, suffix, head)
    return wrong or Upload(path, name, suffix.removeprefix("."))


def _other_format(suffix: str) -> str:
    if suffix in (".xls", ".xlsm", ".xlsb", ".ods"):
        return _("Save the workbook as .xlsx without macros.")
    if suffix in (".shp", ".dbf", ".shx", ".prj"):
        return _("Put .shp, .shx, .dbf and .prj into one .zip and upload that.")
    if suffix == ".json":
        return _("Name a GeoJSON layer .geojson. Networks are brought in with `planner import-grid`.")
    return _("Upload a workbook (.xlsx), GeoPackage (.gpkg), zipped shapefile (.zip), GeoJSON or CSV.")


def _mismatch(name: str, suffix: str, head: bytes) -> Problem | None:
    """Return the problem of a file whose first bytes are not those of its kind."""
    if suffix == ".xlsx" and head.startswith(_OLE):
        message = _("{file} is protected by a password or an old .xls workbook, so it cannot be read.")
        remedy = _("Take the password off, and save it as .xlsx.")
        return refusal(name, "workbook_protected", message.format(file=name), remedy)
    if any(mark.lower() in head.lower() for mark in _LINKS):
        message = _("{file} is a link to other files or addresses, not data. It was not followed.")
        return refusal(name, "format_refused", message.format(file=name), _("Upload the data itself."))
    wanted = {".xlsx": head.startswith(_ZIP), ".zip": head.startswith(_ZIP), ".gpkg": head.startswith(_SQLITE)}
    is_text = not head.startswith((_ZIP, _SQLITE, _OLE)) and b"\x00" not in head
    is_json = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    wanted |= {".geojson": is_text and is_json, ".csv": is_text}
    if wanted[suffix]:
        return None
    message = _("{file} is named {suffix}, but its content is something else.").format(file=name, suffix=suffix)
    return refusal(name, "content_other", message, _("Export it again from the program that made it."))
