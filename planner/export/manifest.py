"""Write all exports of a plan into one folder, and a manifest that lists them."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from planner.errors import UsageError
from planner.export.atomic import write_bytes, write_text
from planner.export.facts import PlanDict, has_plan, local_name
from planner.export.files import MANIFEST
from planner.export.geojson import write_geojson
from planner.export.geopackage import write_geopackage
from planner.export.html_map import write_html_map
from planner.export.loop_words import loop_of
from planner.export.png_map import font_note, png_map
from planner.export.scenario_file import scenario_text
from planner.export.sentences import limiting_lines, names_of, security_verdict, synthetic_label
from planner.export.summary import write_summary
from planner.export.tables import write_csv_files, write_workbook
from planner.i18n import gettext as _
from planner.i18n import language, use_language

if TYPE_CHECKING:
    from planner.region import Region

MANIFEST_VERSION = 1
PACKAGES = ("bokeh", "geopandas", "matplotlib", "openpyxl", "pyogrio", "shapely")
LANGUAGES = ("en", "zh")


def export_all(
    plan: PlanDict,
    region: Region,
    out_dir: Path,
    *,
    candidates: gpd.GeoDataFrame | None = None,
    lang: str = "en",
) -> list[Path]:
    """Write the plan's files (`PLAN_FILES` of `planner.export.files`), the tables as CSV and manifest.json; return the paths.

    Each file is whole or absent. The manifest is removed first and written last: a folder with a manifest is complete.
    """
    if lang not in LANGUAGES:
        raise UsageError(_("Language {lang} is not known; choose one of {known}.").format(lang=lang, known="en, zh"))
    folder = Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    with use_language(lang):
        picture = png_map(plan, region, candidates=candidates, lang=lang)
        paths = [
            write_plan_json(plan, folder / "plan.json"),
            write_geopackage(plan, region, folder / "plan.gpkg", candidates=candidates),
            write_geojson(plan, region, folder / "plan.geojson"),
            write_workbook(plan, folder / "plan.xlsx", lang=lang, region=region),
            *write_csv_files(plan, folder / "tables", lang=lang, region=region),
            write_html_map(plan, region, folder / "map.html", candidates=candidates, lang=lang),
            write_bytes(folder / "map.png", picture),
            write_summary(plan, region, folder / "summary.html", picture=picture, lang=lang),
            write_text(folder / "scenario.yaml", _scenario_of(plan, region)),
        ]
        content = manifest(plan, region, paths, folder=folder, lang=lang)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    return [*paths, write_text(folder / MANIFEST, text)]


def write_plan_json(plan: PlanDict, path: Path) -> Path:
    """Write the plan as it is; a number that is not finite is refused, null means not computed."""
    return write_text(path, json.dumps(dict(plan), ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def manifest(plan: PlanDict, region: Region, paths: list[Path], *, folder: Path, lang: str) -> dict[str, Any]:
    """Return what the folder holds: files with size and SHA-256, security, reference systems, versions, fingerprint."""
    level, sentence = security_verdict(plan)
    record: Mapping[str, Any] = plan.get("record") or {}
    return {
        "plan_schema_version": plan.get("schema_version"),
        "security": level,
        "security_text": sentence,
        "security_findings": limiting_lines(plan, names_of(plan, region, lang=lang)) if has_plan(plan) else [],
        "loop": loop_summary(plan),
        "synthetic_grid": synthetic_label(plan),
        "status": plan.get("status"),
        "scenario": dict(plan.get("name") or {}),
        "fingerprint": record.get("fingerprint"),
        **head_of(region, lang=lang),
        "files": files_of(paths, folder),
    }


def head_of(region: Region, *, lang: str) -> dict[str, Any]:
    """Return what every manifest says: region, language, notes, reference systems, versions."""
    return {
        "manifest_version": MANIFEST_VERSION,
        "region": {"id": region.id, "fingerprint": region.fingerprint},
        "language": lang,
        "notes": [note for note in [font_note(lang)] if note],
        "crs": {"files": "EPSG:4326", "map": region.projected_crs, "region": region.crs},
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
    }


def files_of(paths: Iterable[Path], folder: Path) -> list[dict[str, Any]]:
    """Return path, size and SHA-256 of each file."""
    return [
        {
            "path": path.relative_to(folder).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in paths
    ]


def _scenario_of(plan: PlanDict, region: Region) -> str:
    name = local_name(plan, language())
    return scenario_text(plan["scenario"], name=name, region_id=region.id, region_path=Path(region.path))


def loop_summary(plan: PlanDict) -> dict[str, Any] | None:
    """Return status, reason, rounds and price of security of the plan's loop, None for a plan made without one."""
    loop = loop_of(plan)
    if not loop:
        return None
    return {
        "status": loop.get("status"),
        "reason": loop.get("reason"),
        "n_rounds": len(loop.get("rounds") or []),
        "n_learned_limits": len(loop.get("cuts") or []),
        "price_of_security": loop.get("price_of_security"),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
