"""What the view of a region depends on, as a key: the same key, the same view. Light: the pages' server uses it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from planner.desk.settings import settings
from planner.desk.workspace import RegionRef, Workspace
from planner.scenario import Scenario

VIEW_VERSION = 2
READ_BY_SCREENING: dict[str, Any] = {
    "screening": True,
    "power": {"radius_km", "max_feeds_per_site"},
    "water": {"reach_km", "max_pipes_per_site"},
    "edits": True,
}


def view_key(region: Path, scenario: Scenario) -> str:
    """Return the key: the region's files (name, size, time) and the parts of the scenario that screening reads."""
    files = sorted(path for path in region.rglob("*") if path.is_file() and "scenarios" not in path.parts)
    facts = [(path.relative_to(region).as_posix(), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    asked = scenario.model_dump(mode="json", include=READ_BY_SCREENING)
    text = json.dumps([VIEW_VERSION, str(region), facts, asked], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def view_file(ws: Workspace, region: RegionRef, scenario: Scenario) -> Path:
    """Return where the view is or will be: views of bundled regions are shared, all others stay on the user's desk."""
    is_shared = region.is_bundled and not getattr(scenario, "edits", None)
    folder = settings().root / "views" if is_shared else ws.folder / "views"
    return folder / f"{view_key(region.path, scenario)}.json"
