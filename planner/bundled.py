"""Where the regions that come with the program are, and where the demo writes."""

from __future__ import annotations

from pathlib import Path

import gis_data
from planner.errors import UsageError
from planner.i18n import gettext as _

ROOT = Path(gis_data.__file__).parent
DEMO_REGION = ROOT / "beijing"
DEMO_FOLDER = Path("out") / "beijing"
REFERENCE = Path("scenarios") / "reference.yaml"
DEMO_SCENARIO = DEMO_REGION / REFERENCE


def bundled_region(region_id: str) -> Path | None:
    """Return the folder of a bundled region, None where there is none of that id.

    The layers of some are built at first use, by `planner.read.read_region` (see `planner.regions`).
    """
    folder = ROOT / region_id
    return folder if region_id.isidentifier() and (folder / "region.yaml").is_file() else None


def scenario_file(path: Path) -> Path:
    """Return the scenario that is meant: the file itself, or the reference scenario of a region's folder."""
    if path.is_file() and path.name != "region.yaml":
        return path
    folder = path.parent if path.name == "region.yaml" else path
    if not (folder / REFERENCE).is_file():
        text = _("{folder} has no {file}. Give the scenario file.")
        raise UsageError(text.format(folder=folder, file=REFERENCE.as_posix()))
    return folder / REFERENCE
