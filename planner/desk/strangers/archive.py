"""Look into a zip archive before anything of it is unpacked: sizes, names, links, entities."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from planner.desk.strangers import limits
from planner.desk.strangers.sniff import refusal
from planner.errors import Problem
from planner.i18n import gettext as _

SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_ALONGSIDE = (".sbn", ".sbx", ".qix", ".qmd", ".qpj", ".xml", ".fbn", ".fbx", ".ain", ".aih", ".txt")
_WORKBOOK = ("[content_types].xml", "_rels/", "docprops/", "xl/", "customxml/")
_SHP_MAGIC = b"\x00\x00\x27\x0a"
_ENCRYPTED = 0x1
_UNIX = 3
_DOCTYPES = [mark.encode(code) for mark in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")]


def look_into(path: Path, *, is_workbook: bool) -> list[zipfile.ZipInfo] | Problem:
    """Return the members of an archive, or why it is refused. Sizes are those that the archive claims."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return _damaged(path.name)
    if len(members) > limits.MAX_MEMBERS or sum(info.file_size for info in members) > limits.MAX_UNPACKED_BYTES:
        return _too_large(path.name)
    for info in members:
        is_blown = info.file_size > limits.MAX_RATIO * max(1, info.compress_size)
        if info.file_size > limits.SMALL_MEMBER_BYTES and is_blown:
            return _too_large(path.name)
        if info.flag_bits & _ENCRYPTED:
            message = _("{file} is encrypted.").format(file=path.name)
            return refusal(path.name, "archive_encrypted", message, _("Pack it without a password."))
        if not _is_plain(info) or not (_is_of_workbook(info) if is_workbook else _is_flat(info)):
            message = _("{file} holds «{member}», which has no place in it.").format(
                file=path.name, member=info.filename[: limits.MAX_NAME]
            )
            remedy = _("Save it as .xlsx.") if is_workbook else _shapefile_advice()
            return refusal(path.name, "archive_member", message, remedy)
    return members


def _damaged(file: str) -> Problem:
    message = _("{file} is a damaged archive.").format(file=file)
    return refusal(file, "archive_invalid", message, _("Make it again and upload it once more."))


def _shapefile_advice() -> str:
    return _("Pack one shapefile (.shp, .shx, .dbf, .prj, .cpg), without folders.")


def _too_large(file: str) -> Problem:
    message = _("{file} unpacks to more than {n} MB or to too many files.").format(
        file=file, n=limits.MAX_UNPACKED_BYTES // limits.MB
    )
    return refusal(file, "archive_too_large", message, _("Cut it to the region; take out what is not needed."))


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """Return whether a member is a file, not a link or a device, with a name that stays in the folder."""
    mode = info.external_attr >> 16
    is_special = info.create_system == _UNIX and stat.S_IFMT(mode) not in (0, stat.S_IFREG)
    name = info.filename
    parts = PurePosixPath(name).parts
    is_inside = not name.startswith("/") and "\\" not in name and ":" not in name and ".." not in parts
    return not is_special and is_inside and "\x00" not in info.orig_filename and len(name) <= limits.MAX_NAME


def _is_flat(info: zipfile.ZipInfo) -> bool:
    return "/" not in info.filename and Path(info.filename).suffix.lower() in (*SHAPEFILE, *_ALONGSIDE)


def _is_of_workbook(info: zipfile.ZipInfo) -> bool:
    name = info.filename.lower()
    return name.startswith(_WORKBOOK) and not name.endswith("vbaproject.bin")


def scan_workbook(path: Path) -> Problem | bool:
    """Return whether a workbook has formulas; a Problem where its XML declares entities or is damaged."""
    has_formulas = False
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.filename.lower().endswith((".xml", ".rels", ".vml")):
                continue
            content = _read(archive, info)
            if content is None:
                return _damaged(path.name)
            if any(mark in content for mark in _DOCTYPES):
                message = _("{file} declares XML entities, which no workbook needs.").format(file=path.name)
                return refusal(path.name, "workbook_entities", message, _("Save it again as .xlsx."))
            is_sheet = info.filename.startswith("xl/worksheets/")
            has_formulas |= is_sheet and (b"<f>" in content or b"<f " in content or b"<f/" in content)
    return has_formulas


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    """Return the bytes of a member, None where it is damaged; zipfile gives no more than it claims."""
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
        return None


def unpack_shapefile(path: Path, folder: Path) -> Path | Problem:
    """Unpack the one shapefile of an archive into `folder` under our own names; return its .shp."""
    members = look_into(path, is_workbook=False)
    if isinstance(members, Problem):
        return members
    shapes = [info for info in members if info.filename.lower().endswith(".shp")]
    if len(shapes) != 1:
        message = _("{file} holds {n} shapefiles; one is expected.").format(file=path.name, n=len(shapes))
        return refusal(path.name, "shapefile_count", message, _shapefile_advice())
    stem = shapes[0].filename[:-4].lower()
    with zipfile.ZipFile(path) as archive:
        for info in members:
            suffix = Path(info.filename).suffix.lower()
            if suffix not in SHAPEFILE or info.filename.lower() != stem + suffix:
                continue
            content = _read(archive, info)
            if content is None:
                return _damaged(path.name)
            (folder / f"layer{suffix}").write_bytes(content)
    found = {suffix: folder / f"layer{suffix}" for suffix in SHAPEFILE}
    missing = [suffix for suffix in (".shp", ".shx", ".dbf") if not found[suffix].is_file()]
    if missing or found[".shp"].read_bytes()[:4] != _SHP_MAGIC:
        message = _("{file} holds no whole shapefile (.shp, .shx and .dbf of one name).").format(file=path.name)
        return refusal(path.name, "shapefile_invalid", message, _shapefile_advice())
    return found[".shp"]
