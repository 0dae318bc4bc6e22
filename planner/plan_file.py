"""A plan that was written before: read back, and the region and candidate layer that belong to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.bundled import bundled_region
from planner.errors import InputProblems, UsageError
from planner.i18n import gettext as _
from planner.plan import SCHEMA_VERSION
from planner.read import read_region
from planner.region_edits import edited
from planner.scenario import parse_scenario
from planner.screen import screen_for

if TYPE_CHECKING:
    import geopandas as gpd

    from planner.region import Region


def read_plan(path: Path) -> dict[str, Any]:
    """Read a plan.json; refuse what is no plan of a schema version we know."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(_("{file} is not a plan: {why}").format(file=path, why=error)) from error
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION or "objective" not in data:
        raise UsageError(
            _("{file} is not a plan of schema version {known} (found: {found}). Make it again with `planner solve`.").format(
                file=path, known=SCHEMA_VERSION, found=version
            )
        )  # fmt: skip
    return data


def region_of(plan: Mapping[str, Any], path: Path | None) -> Region:
    """Return the region a plan was made from: the one given, or the bundled one of the same id, with the plan's edits."""
    folder = path or bundled_region(plan["region"]["id"])
    if folder is None:
        raise UsageError(
            _("Region {region} is not bundled. Give it with --region.").format(region=plan["region"]["id"])
        )
    region = edited(read_region(folder), plan["scenario"].get("edits", {}))
    if region.fingerprint != plan["region"]["fingerprint"]:
        raise UsageError(
            _("{folder} is not the region the plan was made from: its content differs. Make the plan again.").format(
                folder=folder.name  # not where it lies on a server
            )
        )
    return region


def names_from(plan: Mapping[str, Any]) -> Region | None:
    """Return the bundled region a plan was made from, for the names of zones and stations; None if it is another one."""
    folder = bundled_region(plan["region"]["id"])
    if folder is None:
        return None
    bundled = read_region(folder)
    try:
        region = edited(bundled, plan["scenario"].get("edits", {}))
    except InputProblems:  # the plan corrects rows that the bundled region does not have, so it is of another one
        return None
    return region if region.fingerprint == plan["region"]["fingerprint"] else None


def candidates_of(plan: Mapping[str, Any], region: Region) -> gpd.GeoDataFrame:
    """Return the candidate layer of a plan, screened again as its scenario asks."""
    return screen_for(region, parse_scenario(dict(plan["scenario"]), file="plan.json")).candidates
