"""What the worker can do: make a plan, answer why, check a list of sites. It holds the region and the model between jobs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.desk.context import Context
from planner.scenario import Scenario, parse_scenario

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.region import Region
    from planner.session import Session


class Held:
    """What stays loaded between jobs: the last region and its session."""

    def __init__(self) -> None:
        self._region: tuple[tuple[Any, ...], Region] | None = None
        self._session: Session | None = None

    def region(self, path: Path) -> Region:
        """Return the region, read again only when its files changed."""
        from planner.read import read_region

        files = sorted(file for file in path.rglob("*") if file.is_file())
        key = (str(path), *((str(file), file.stat().st_mtime_ns) for file in files))
        if self._region is None or self._region[0] != key:
            self._region, self._session = None, None
            self._region = (key, read_region(path))
        return self._region[1]

    def session(self, path: Path, scenario: Scenario) -> Session:
        """Return the loaded session with this scenario."""
        from planner.session import Session

        region = self.region(path)
        if self._session is None:
            self._session = Session(region, scenario)
        return self._session.with_scenario(scenario)


def solve(payload: Mapping[str, Any], context: Context, held: Held) -> dict[str, Any]:
    """Make the plan of {scenario, region}; return its id and status."""
    from planner.pipeline import plan_in

    scenario = parse_scenario(payload["scenario"], file="scenario")
    context.begin(scenario)
    context.tell(stage="reading")
    session = held.session(Path(payload["region"]), scenario)
    context.tell(stage="solving")

    def show(plan: Plan) -> None:
        context.show(plan.data, kind="solve")

    result = plan_in(
        session,
        scenario,
        progress=context.progress,
        should_stop=context.should_stop,
        on_round=context.round,
        on_plan=show,
    )
    plan_id = context.show(result.plan.data, kind="solve")
    return {"plan": plan_id, "status": result.plan.status, "security": result.plan.security}


def why(payload: Mapping[str, Any], context: Context, held: Held) -> dict[str, Any]:
    """Answer what a plan would cost with a site forced in or out."""
    from planner.desk.why_task import run

    return run(payload, context, held)


def check_sites(payload: Mapping[str, Any], context: Context, held: Held) -> dict[str, Any]:
    """Check {region, sites: [{site, substation, mw}]} in AC without optimising."""
    import csv

    from planner.check import check_sites as check

    file = context.job / "sites.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.DictWriter(out, ["site", "substation", "mw"])
        rows.writeheader()
        rows.writerows({name: row[name] for name in ("site", "substation", "mw")} for row in payload["sites"])
    context.tell(stage="checking")
    return dict(check(held.region(Path(payload["region"])), file))


TASKS = {"solve": solve, "why": why, "check_sites": check_sites}
