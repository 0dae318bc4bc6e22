"""The scenario of a plan as the YAML file that `planner solve` and the pages read: the plan can be made again from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from planner.bundled import bundled_region
from planner.export.atomic import write_text
from planner.export.facts import PlanDict
from planner.i18n import gettext as _
from planner.scenario import BUNDLED

if TYPE_CHECKING:
    from planner.region import Region

BESIDE = ".."  # a scenario of an own region lies in the folder `scenarios` of the region's folder


def write_scenario(plan: PlanDict, region: Region, path: Path) -> Path:
    """Write the plan's scenario with the name of its region, whole or not at all."""
    return write_text(path, scenario_text(plan, region))


def scenario_text(plan: PlanDict, region: Region) -> str:
    """Return the scenario as YAML; a region that comes with the program is named by its id."""
    bundled = bundled_region(region.id)
    is_bundled = bundled is not None and Path(region.path).resolve() == bundled.resolve()
    scenario = {"region": BUNDLED + region.id if is_bundled else BESIDE, **_with_numbers(dict(plan["scenario"]))}
    lines = [_("Scenario of the plan {name}.").format(name=dict(plan["name"]).get("en", ""))]
    if not is_bundled:
        lines.append(_("Put this file into the folder scenarios of the region {region}.").format(region=region.id))
    head = "".join(f"# {' '.join(line.split())}\n" for line in lines)
    return head + yaml.safe_dump(scenario, allow_unicode=True, sort_keys=False, width=120)


def _with_numbers(value: Any) -> Any:
    """Return plain data whose keys are numbers again where JSON made text of them (years, kilovolts)."""
    if isinstance(value, dict):
        return {int(k) if isinstance(k, str) and k.isdigit() else k: _with_numbers(v) for k, v in value.items()}
    return [_with_numbers(item) for item in value] if isinstance(value, list) else value
