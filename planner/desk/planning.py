"""One plan of a loaded session, told to the page all the way: stages, progress, rounds, and each plan that may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.desk.context import Context

if TYPE_CHECKING:
    from planner.pipeline import PlanResult
    from planner.plan import Plan
    from planner.scenario import Scenario
    from planner.session import Session
    from planner.whatif import Reference


def plan_and_tell(
    session: Session, scenario: Scenario, context: Context, *, kind: str, reference: Reference | None
) -> PlanResult:
    """Make the plan of a scenario; each finished one is kept on the desk as `kind` and shown while a better one is sought."""
    from planner.pipeline import plan_in

    def show(plan: Plan) -> None:
        context.show(plan.data, kind=kind)
        context.tell(stage="improving")

    context.tell(stage="solving")
    return plan_in(
        session,
        scenario,
        progress=context.progress,
        should_stop=context.should_stop,
        on_round=context.round,
        on_plan=show,
        reference=reference,
    )
