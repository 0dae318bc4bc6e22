"""Make the views of the bundled regions before anybody asks: `python -m planner.desk.prewarm`, started with the server."""

from __future__ import annotations

import subprocess
import sys

from planner.desk.settings import settings
from planner.desk.view_key import view_file
from planner.desk.viewing import work
from planner.desk.workspace import RegionRef, Workspace, bundled_regions
from planner.scenario import load_scenario


def start() -> None:
    """Start the child process; it needs nobody to wait for it."""
    subprocess.Popen([sys.executable, "-m", __spec__.name], stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603


def main() -> None:
    """Make each view that is not there yet."""
    root = settings().root
    for ref in bundled_regions():
        make(ref, Workspace(root / "prewarm"))


def make(ref: RegionRef, ws: Workspace) -> bool:
    """Make the view of a region with its reference scenario; return whether it was missing."""
    scenario = load_scenario(ref.scenarios[0])
    out = view_file(ws, ref, scenario)
    if out.is_file():
        return False
    work({"region": str(ref.path), "scenario": scenario.model_dump(mode="json"), "out": str(out)}, ws.folder)
    return True


if __name__ == "__main__":
    main()
