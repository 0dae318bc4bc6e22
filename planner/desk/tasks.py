"""What the worker can do: make a plan, answer why, check a list of sites. It holds the region and the model between jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.desk.context import Context
from planner.desk.planning import plan_and_tell
from planner.desk.titles import titles
from planner.desk.workspace import PlanMeta, Workspace
from planner.scenario import Scenario, parse_scenario

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.region import Region
    from planner.session import Session
    from planner.whatif import Reference

KEPT_REFERENCES = 3


class Held:
    """What stays loaded between jobs: the last region with its session, and the plans that answers start from."""

    def __init__(self) -> None:
        self._region: tuple[tuple[Any, ...], Region] | None = None
        self._session: Session | None = None
        self._references: dict[str, Reference] = {}  # by plan

    def region(self, path: Path) -> Region:
        """Return the region, read again only when its files changed."""
        from planner.read import read_region

        files = sorted(file for file in path.rglob("*") if file.is_file())
        key = (str(path), *((str(file), file.stat().st_mtime_ns) for file in files))
        if self._region is None or self._region[0] != key:
            self._region, self._session, self._references = None, None, {}
            self._region = (key, read_region(path))
        return self._region[1]

    def session(self, path: Path, scenario: Scenario) -> Session:
        """Return the loaded session with this scenario."""
        from planner.session import Session

        region = self.region(path)
        if self._session is None:
            self._session = Session(region, scenario)
        return self._session.with_scenario(scenario)

    def reference(self, ws: Workspace, path: Path, scenario: Scenario) -> Reference | None:
        """Return what what-ifs start from: the desk's plan of the reference scenario; None without one.

        The oldest that reached its gap, so that answers can be compared; else the one with the smallest gap.
        """
        from planner.plan import Plan
        from planner.region_edits import region_for
        from planner.session import Session, fingerprint

        region = self.region(path)
        key = fingerprint(region_for(region, scenario), scenario)
        own = best_of(meta for meta in ws.plans() if (meta.fingerprint, meta.kind) == (key, "solve"))
        if own is None:
            return None
        known = self._references.get(own)
        return known or self.start_from(own, Plan(ws.plan(own)), Session(region, scenario))

    def start_from(self, plan_id: str, plan: Plan, session: Session) -> Reference | None:
        """Return a plan as the start of other answers, made once; None for a plan of other data than the session's."""
        from planner.whatif import reference_of

        if not plan.has_plan or plan["record"]["fingerprint"] != session.fingerprint:
            return None
        if plan_id not in self._references:
            self._references = {
                **dict(list(self._references.items())[-KEPT_REFERENCES:]),
                plan_id: reference_of(session, plan),
            }
        return self._references[plan_id]


def best_of(metas: Iterable[PlanMeta]) -> str | None:
    """Return the plan that reached its gap first, else the one with the smallest gap; None where there is no plan."""
    found = [(meta.status != "optimal", meta.gap, meta.id) for meta in metas if meta.gap is not None]
    return min(((late, gap if late else 0.0, name) for late, gap, name in found), default=(None, None, None))[2]


def solve(payload: Mapping[str, Any], context: Context, held: Held) -> dict[str, Any]:
    """Make the plan of {scenario, reference, region}; return its id and status.

    A changed scenario starts from the plan of the reference scenario where the desk has one.
    """
    scenario, path = parse_scenario(payload["scenario"], file="scenario"), Path(payload["region"])
    context.begin(scenario)
    context.tell(stage="reading")
    basis = parse_scenario(payload["reference"], file="reference")
    context.titles = titles(basis, scenario)
    reference = held.reference(context.ws, path, basis)
    session = held.session(path, scenario)
    result = plan_and_tell(session, scenario, context, kind="solve", reference=reference)
    plan_id = context.show(result.plan.data, kind="solve")
    return {"plan": plan_id, "status": result.plan.status, "security": result.plan.security}


def warm(payload: Mapping[str, Any], context: Context, held: Held) -> dict[str, Any]:
    """Load what the next question will need: {scenario, reference, region}. Nothing is solved."""
    path = Path(payload["region"])
    reference = parse_scenario(payload["reference"], file="reference")
    held.session(path, parse_scenario(payload["scenario"], file="scenario"))
    return {"has_reference": held.reference(context.ws, path, reference) is not None}


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


TASKS = {"solve": solve, "warm": warm, "why": why, "check_sites": check_sites}
