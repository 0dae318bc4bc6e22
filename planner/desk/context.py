"""What a running job tells and asks: progress, rounds, plans that may be shown, and whether it shall stop."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.desk.files import write_json
from planner.desk.workspace import Workspace

if TYPE_CHECKING:
    from models.siting.solve import Progress
    from planner.scenario import Scenario

TELL_EVERY_S = 0.25


class Context:
    """The folder of one job, seen from its worker."""

    def __init__(self, ws: Workspace, job: Path) -> None:
        self.ws, self.job = ws, job
        self._began = time.monotonic()
        self._told_at = -TELL_EVERY_S
        self._sign = 1.0
        self.titles: Mapping[str, str] | None = None  # what the plan is called by language; None: its scenario's name
        self._status: dict[str, Any] = {"state": "running", "rounds": [], "plans": [], "revision": 0}

    def begin(self, scenario: Scenario) -> None:
        """Take sign and unit of what is told from the scenario's objective: the solver minimises, users may maximise."""
        from models.siting.objective import UNITS

        self._sign = -1.0 if scenario.objective.name == "it_mw" else 1.0
        self.tell(unit=UNITS[scenario.objective.name])

    def tell(self, *, is_urgent: bool = True, **news: Any) -> None:
        """Write news to the status file, at most four times a second unless it is urgent."""
        self._status.update(news)
        now = time.monotonic()
        if is_urgent or now - self._told_at >= TELL_EVERY_S:
            self._told_at = now
            write_json(self.job / "status.json", {**self._status, "elapsed_s": now - self._began})

    def progress(self, progress: Progress) -> None:
        """Tell incumbent, bound and gap of a running solve."""
        incumbent, bound = (None if v is None else self._sign * v for v in (progress.incumbent, progress.bound))
        self.tell(is_urgent=False, incumbent=incumbent, bound=bound, gap=progress.gap)

    def round(self, row: Mapping[str, Any]) -> None:
        """Tell what one AC check of the loop found."""
        self.tell(rounds=[*self._status["rounds"], dict(row)])

    def should_stop(self) -> bool:
        """Return whether the user cancelled the job."""
        return (self.job / "cancel").exists()

    def show(self, plan: Mapping[str, Any], *, kind: str) -> str:
        """Keep a plan that may be shown and return its id; a later plan of the same job replaces it."""
        now = datetime.now(UTC)
        plan_id = (self._status["plans"] or [f"{now:%Y%m%d-%H%M%S}-{self.job.name[-6:]}"])[-1]
        self.ws.put_plan(plan_id, plan, made_at=now.isoformat(timespec="seconds"), kind=kind, names=self.titles)
        self.tell(plans=[plan_id], revision=self._status["revision"] + 1)
        return str(plan_id)

    def end(self, state: str, **news: Any) -> None:
        """Say how the job ended; its result, if any, is written before."""
        self.tell(state=state, stage=None, **news)
