"""The child process that makes the view of a region: `python -m planner.desk.viewing JOB_FOLDER`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.desk.child import serve
from planner.desk.files import write_json

KEPT_VIEWS = 60


def work(payload: Mapping[str, Any], _job: Path) -> dict[str, Any]:
    """Write the view of {region, scenario} to the path `out`, whole or not at all; refusals are raised."""
    from planner.desk.view import make_view
    from planner.read import read_region
    from planner.region_edits import region_for
    from planner.scenario import parse_scenario

    scenario = parse_scenario(payload["scenario"], file="scenario")
    base = read_region(Path(payload["region"]))
    out = Path(payload["out"])
    view = make_view(region_for(base, scenario), scenario, base=base)
    write_json(out, {**view, "key": out.stem})
    forget_old(out.parent)
    return {}


def forget_old(folder: Path, *, kept: int = KEPT_VIEWS) -> None:
    """Delete all but the newest views of a folder; one that is needed again is made again."""
    aged = sorted(((path.stat().st_mtime_ns, path) for path in folder.glob("*.json")), reverse=True)
    for _age, path in aged[kept:]:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(serve(work))
