"""A scenario as a YAML file that a person can read, mail and run with `planner solve`; and back, also from strangers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from planner.bundled import ROOT, bundled_region
from planner.errors import InputProblems, Problem
from planner.i18n import gettext as _
from planner.policy import PACKS
from planner.read_yaml import MAX_BYTES, parse_yaml
from planner.scenario import BUNDLED, Scenario, bundled_path, parse_scenario
from planner.scenario_rules import scenario_problem

WIDTH = 100
HEAD = "# Scenario of Site by Power. Run it with: planner solve <this file>\n"
OWN_REGION = (
    "# The region is not one that comes with the program: put its folder beside this file, or correct `region`.\n"
)


class _Dumper(yaml.SafeDumper):
    """Plain YAML; no anchors, which the reader refuses."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  (PyYAML's own)
        """Write equal values twice."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Indent lists below their key."""
        super().increase_indent(flow=flow, indentless=False)


def dump(scenario: Scenario) -> str:
    """Return the scenario as YAML in the order of its keys.

    A bundled region is named by its id, which works from anywhere; another one by its folder beside the file. Paths of this
    machine are not told.
    """
    named, is_bundled = _named_region(scenario.region)
    data = {**scenario.model_dump(mode="python"), "region": named}
    text = yaml.dump(_plain(data), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
    return HEAD + ("" if is_bundled else OWN_REGION) + text


def _named_region(region: str) -> tuple[str, bool]:
    if region.startswith(BUNDLED):
        return region, True
    path = Path(region)
    if path.is_absolute() and path.resolve().parent == ROOT.resolve() and bundled_region(path.name) is not None:
        return BUNDLED + path.name, True
    return (path.name or ".") if path.is_absolute() else path.as_posix(), False


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def load(text: str, file: str, *, region: str | Path | None = None) -> Scenario:
    """Return the scenario written in `text`; raise InputProblems with every problem.

    `region`: the folder to use instead of the one written, for a file from a stranger; its `region` is then never followed,
    and its policy pack must be a bundled one.
    """
    if len(text.encode()) > MAX_BYTES:
        message = _("The file is larger than 1 MB, which no YAML of the planner is.")
        remedy = _("Put tables into CSV, GeoJSON or GeoPackage layers.")
        raise InputProblems([Problem(file, None, None, None, None, "file_too_large", message, remedy)])
    data = parse_yaml(text, file=file)
    if region is None:
        scenario = parse_scenario(data, file=file)
        is_bundled = scenario.region.startswith(BUNDLED)
        return scenario.changed({"region": str(bundled_path(scenario.region, file=file))}) if is_bundled else scenario
    scenario = parse_scenario({**data, "region": str(region)}, file=file)
    known = sorted(path.stem for path in PACKS.glob("*.yaml"))
    if scenario.policy_pack not in known:
        message = _("{name} is no policy pack that comes with the program.").format(name=scenario.policy_pack)
        remedy = _("Choose from: {names}.").format(names=", ".join(known))
        raise InputProblems([scenario_problem(file, "policy_pack", message, remedy, value=scenario.policy_pack)])
    return scenario


def region_named(text: str, file: str) -> str | None:
    """Return the id of the bundled region or the name of the folder that a scenario file names; None where it says none."""
    named = parse_yaml(text, file=file).get("region")
    if not isinstance(named, str) or named in ("", ".", ".."):
        return None
    return named.removeprefix(BUNDLED) if named.startswith(BUNDLED) else Path(named).name or None
