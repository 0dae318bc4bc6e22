"""The files that a plan, or a region without a plan, is taken away as: their names and what each is for. Light."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from planner.i18n import gettext as _

MANIFEST = "manifest.json"  # written last: a folder that has it is complete
PLAN_FILES = (
    "summary.html", "map.html", "map.png", "plan.gpkg", "plan.geojson", "plan.xlsx", "scenario.yaml", "plan.json",
)  # fmt: skip
CANDIDATE_FILES = ("candidates.gpkg", "candidates.geojson", "map.png", "scenario.yaml")
MIME = {
    ".gpkg": "application/geopackage+sqlite3",
    ".geojson": "application/geo+json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".html": "text/html",
    ".png": "image/png",
    ".yaml": "application/yaml",
    ".json": "application/json",
    ".zip": "application/zip",
}
UNSAFE = re.compile(r"[^\w.-]+")


def file_label(name: str) -> str:
    """Return what a file is for, as the text of its button."""
    labels = {
        "plan.gpkg": _("Map layers for QGIS (GeoPackage)"),
        "plan.geojson": _("Map layers (GeoJSON)"),
        "plan.xlsx": _("Tables (Excel workbook)"),
        "map.html": _("Map for any browser (HTML)"),
        "map.png": _("Picture of the map (PNG)"),
        "summary.html": _("Summary to print (two A4 pages)"),
        "scenario.yaml": _("Scenario (YAML)"),
        "plan.json": _("All data of the plan (JSON)"),
        "candidates.gpkg": _("Candidate sites for QGIS (GeoPackage)"),
        "candidates.geojson": _("Candidate sites (GeoJSON)"),
    }
    return labels.get(name, name)


def download_name(name: str, *parts: str) -> str:
    """Return the name of a download: `parts` (region, scenario, plan) joined, then the file's own name."""
    words = [UNSAFE.sub("-", part).strip("-.")[:40] for part in parts]
    return "_".join([word for word in words if word] + [name])


def is_complete(folder: Path) -> bool:
    """Tell whether all files of a folder are written."""
    return (folder / MANIFEST).is_file()


def zipped(folder: Path, names: Iterable[str] | None = None) -> bytes:
    """Return the files of a complete folder (all, tables and manifest too, unless named) as one zip."""
    import io
    import zipfile

    wanted = (
        [folder / name for name in names] if names is not None else sorted(p for p in folder.rglob("*") if p.is_file())
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in wanted:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())  # no clock: the same files, the same zip
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()
