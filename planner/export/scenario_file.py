"""A scenario as the YAML file that `planner solve` and the pages read: what was planned can be planned again from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from planner.bundled import bundled_region
from planner.i18n import gettext as _
from planner.scenario import BUNDLED

BESIDE = ".."  # a scenario of an own region lies in the folder `scenarios` of the region's folder


def scenario_text(scenario: Mapping[str, Any], *, name: str, region_id: str, region_path: Path) -> str:
    """Return a scenario (plain data) as YAML; a region that comes with the program is named by its id.

    `name` stands in a comment on top.
    """
    bundled = bundled_region(region_id)
    is_bundled = bundled is not None and region_path.resolve() == bundled.resolve()
    plain = {key: value for key, value in _with_numbers(dict(scenario)).items() if key != "region"}
    lines = [_("Scenario {name}.").format(name=name)]
    if not is_bundled:
        lines.append(_("Put this file into the folder scenarios of the region {region}.").format(region=region_id))
    head = "".join(f"# {' '.join(line.split())}\n" for line in lines)
    content = {"region": BUNDLED + region_id if is_bundled else BESIDE, **plain}
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)


def _with_numbers(value: Any) -> Any:
    """Return plain data whose keys are numbers again where JSON made text of them (years, kilovolts)."""
    if isinstance(value, dict):
        return {int(k) if isinstance(k, str) and k.isdigit() else k: _with_numbers(v) for k, v in value.items()}
    return [_with_numbers(item) for item in value] if isinstance(value, list | tuple) else value
