"""The child that reads a scenario file which a user gave: without network, without other files, with limits.

`python -m planner.desk.scenario_reading JOB_FOLDER`. The payload: text of the file, its name, `regions` of the desk
{id: folder}, `open` (the id of the open one) and lang. The result: {scenario, region, wanted}: the scenario as plain data,
the id of the region it is for on this desk, and the region that the file names (null where it names none).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.desk.child import serve
from planner.desk.strangers.confine import confine, leave_network


def read(payload: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the scenario of a file for a region of the desk: the one it names, else the open one."""
    from planner.scenario_yaml import load, region_named  # late: the network is left before a library starts a thread

    confine(read=[], write=folder)
    text, name, regions = str(payload["text"]), str(payload["name"]), dict(payload["regions"])
    wanted = region_named(text, name)
    region = wanted if wanted in regions else str(payload["open"])
    scenario = load(text, name, region=regions[region])
    return {
        "scenario": scenario.model_dump(mode="json", exclude={"region"}),
        "region": region,
        "wanted": wanted,
    }


if __name__ == "__main__":
    leave_network()
    sys.exit(serve(read))
