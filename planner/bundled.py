"""Where the regions that come with the program are, and where the demo writes."""

from __future__ import annotations

from pathlib import Path

import gis_data

ROOT = Path(gis_data.__file__).parent
DEMO_REGION = ROOT / "beijing"
DEMO_FOLDER = Path("out") / "beijing"
DEMO_SCENARIO = DEMO_REGION / "scenarios" / "reference.yaml"


def bundled_region(region_id: str) -> Path | None:
    """Return the folder of a bundled region, None where there is none of that id."""
    folder = ROOT / region_id
    return folder if region_id.isidentifier() and (folder / "region.yaml").is_file() else None
