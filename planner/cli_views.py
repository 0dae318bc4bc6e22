"""What the commands look up and how they say it, beside the printed plan itself."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from planner.bundled import scenario_file
from planner.errors import UsageError
from planner.i18n import gettext as _
from planner.i18n import language
from planner.read import read_region
from planner.region_edits import region_for
from planner.scenario import Power, Scenario, Water, load_scenario
from planner.scenario import Screening as CellRules
from planner.screen import Screening, reason_text, screen_by, screen_for

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


def is_scenario(path: Path) -> bool:
    """Tell a scenario file from a region by its name."""
    return path.is_file() and path.suffix in {".yaml", ".yml"} and path.name != "region.yaml"


def screening_of(path: Path) -> Screening:
    """Screen the region of a scenario file as it asks, or a region with the values a scenario has by default."""
    if is_scenario(path):
        scenario = load_scenario(path)
        return screen_for(region_for(read_region(scenario.region), scenario), scenario)
    folder = path.parent if path.name == "region.yaml" else path
    return screen_by(read_region(folder), CellRules(), Power(), Water())


def screening_text(summary: Mapping[str, Any], out: Path | None) -> str:
    """Return how many cells are candidates and how many each reason excludes."""
    head = _("{candidates} of {cells} cells are candidates. A cell may be excluded for several reasons:")
    lines = [head.format(**summary), *(f"{n:>8}  {reason_text(reason)}" for reason, n in summary["excluded"].items())]
    return "\n".join([*lines, *([_("Written to {file}.").format(file=out)] if out else [])])


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
