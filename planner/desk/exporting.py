"""The child process that writes the files of a plan, or of a region without one: `python -m planner.desk.exporting JOB`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.desk.child import serve

KEPT_FOLDERS = 5


def work(payload: Mapping[str, Any], _job: Path) -> dict[str, Any]:
    """Write the files to the folder `out`; refusals are raised.

    {plan: path of plan.json, region: path, lang, out}: the exports of a plan; the region with the plan's corrections must be
    the one it was made from. {scenario: plain data, region: path, lang, out}: the candidate sites of the region.
    """
    if "plan" in payload:
        return _export_plan(payload)
    return _export_candidates(payload)


def _export_plan(payload: Mapping[str, Any]) -> dict[str, Any]:
    from planner.export.manifest import export_all
    from planner.plan_file import candidates_of, read_plan, region_of

    plan = read_plan(Path(payload["plan"]))
    region = region_of(plan, Path(payload["region"]))
    out = Path(payload["out"])
    paths = export_all(plan, region, out, candidates=candidates_of(plan, region), lang=payload["lang"])
    return {"files": [path.relative_to(out).as_posix() for path in paths]}


def _export_candidates(payload: Mapping[str, Any]) -> dict[str, Any]:
    from planner.export.candidates import export_candidates
    from planner.read import read_region
    from planner.region_edits import region_for
    from planner.scenario import parse_scenario
    from planner.screen import screen_for

    scenario = parse_scenario(payload["scenario"], file="scenario")
    region = region_for(read_region(Path(payload["region"])), scenario)
    out = Path(payload["out"])
    cells = screen_for(region, scenario).candidates
    forget_old(out)
    paths = export_candidates(region, scenario, out, candidates=cells, lang=payload["lang"])
    return {"files": [path.relative_to(out).as_posix() for path in paths]}


def forget_old(folder: Path, *, kept: int = KEPT_FOLDERS) -> None:
    """Delete all but the newest folders beside `folder`; what is needed again is written again."""
    others = [path for path in folder.parent.glob("*") if path != folder] if folder.parent.is_dir() else []
    for old in sorted(others, key=lambda path: path.stat().st_mtime_ns, reverse=True)[kept:]:
        shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(serve(work))
