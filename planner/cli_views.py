"""What the commands look up and how they say it, beside the printed plan itself."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from planner.bundled import bundled_region, scenario_file
from planner.errors import InputProblems, UsageError
from planner.i18n import gettext as _
from planner.i18n import language
from planner.plan import SCHEMA_VERSION
from planner.read import read_region
from planner.region_edits import edited, region_for
from planner.scenario import Power, Scenario, Water, load_scenario, parse_scenario
from planner.scenario import Screening as CellRules
from planner.screen import Screening, reason_text, screen

if TYPE_CHECKING:
    from planner.region import Region


def changed_scenario(path: Path, changes: Iterable[str]) -> Scenario:
    """Return the scenario of a file (or the reference scenario of a region's folder) with `key=value` changes.

    It is validated again; values are YAML.
    """
    parsed: dict[str, Any] = {}
    for change in changes:
        key, equals, text = change.partition("=")
        if not equals:
            raise UsageError(_("--set {change} has no value. Write key=value.").format(change=change))
        try:
            parsed[key.strip()] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise UsageError(_("--set {change} cannot be read as YAML.").format(change=change)) from error
    scenario = load_scenario(scenario_file(path))
    try:
        return scenario.changed(parsed) if parsed else scenario
    except KeyError as error:
        raise UsageError(_("The scenario has no key {key}.").format(key=error.args[0])) from error


def screened(region: Region, scenario: Scenario) -> Screening:
    """Screen a region as a scenario asks."""
    return _screened(region, scenario.screening, scenario.power, scenario.water)


def _screened(region: Region, cells: CellRules, power: Power, water: Water) -> Screening:
    return screen(
        region,
        cell_km=cells.cell_km,
        radius_km=power.radius_km,
        water_reach_km=water.reach_km,
        min_area_ha=cells.min_area_ha,
    )


def is_scenario(path: Path) -> bool:
    """Tell a scenario file from a region by its name."""
    return path.is_file() and path.suffix in {".yaml", ".yml"} and path.name != "region.yaml"


def screening_of(path: Path) -> Screening:
    """Screen the region of a scenario file as it asks, or a region with the values a scenario has by default."""
    if is_scenario(path):
        scenario = load_scenario(path)
        return screened(region_for(read_region(scenario.region), scenario), scenario)
    folder = path.parent if path.name == "region.yaml" else path
    return _screened(read_region(folder), CellRules(), Power(), Water())


def screening_text(summary: Mapping[str, Any], out: Path | None) -> str:
    """Return how many cells are candidates and how many each reason excludes."""
    head = _("{candidates} of {cells} cells are candidates. A cell may be excluded for several reasons:")
    lines = [head.format(**summary), *(f"{n:>8}  {reason_text(reason)}" for reason, n in summary["excluded"].items())]
    return "\n".join([*lines, *([_("Written to {file}.").format(file=out)] if out else [])])


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
                folder=folder
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


def candidates_of(plan: Mapping[str, Any], region: Region) -> Any:
    """Return the candidate layer of a plan, screened again as its scenario asks."""
    return screened(region, parse_scenario(dict(plan["scenario"]), file="plan.json")).candidates


def audit_text(audit: Mapping[str, Any]) -> str:
    """Return what the audit found wrong; such a plan is not shown."""
    head = _("The plan does not follow from its inputs and is not shown ({n} of {total} checks failed):")
    failures = audit["failures"]
    rows = [
        f"  {row['check']} {row['index']}: " + _("expected {expected}, found {found}").format(
            expected=row["expected"], found=row["found"]
        )
        for row in failures
    ]  # fmt: skip
    return "\n".join([head.format(n=len(failures), total=audit["n_checks"]), *rows])


def check_text(found: Mapping[str, Any], region: Region) -> str:
    """Return the verdict and the findings of an AC check."""
    from rich.console import Console

    from planner.export.printed import print_grid
    from planner.export.sentences import limiting_lines, names_of

    grid = found["grid"]
    verdicts = {
        "secure": _("Secure: no violation in AC, N-0 and N-1."),
        "insecure": _("Not secure: the AC check found violations."),
        "not_checked": _("Not checked: {reason}").format(reason=grid.get("reason") or ""),
    }
    console = Console(file=io.StringIO(), width=110, no_color=True, highlight=False)
    with console.capture() as capture:
        print_grid(console, dict(found))
    synthetic = [_("The AC network is synthetic.")] if grid.get("is_synthetic") else []
    limiting = [f"  {text}" for text in limiting_lines(found, names_of(found, region, lang=language()))]
    findings = [line.rstrip() for line in capture.get().splitlines()]
    return "\n".join([verdicts[found["security"]], *limiting, *synthetic, "", *findings]) + "\n"
