"""The worker's answer to "what if this site were in, or out": the plan's own scenario with that wish, solved and checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.counterfactual import scenario_of, supposing
from planner.desk.planning import plan_and_tell
from planner.errors import UsageError
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.desk.context import Context
    from planner.desk.tasks import Held


def run(payload: Mapping[str, Any], context: Context, held: Held) -> dict[str, Any]:
    """Solve {plan, site, wish: in | out, region}; return {plan, after, base, site, wish}.

    The new plan is kept on the desk as kind `why` (`plan` is its id). A run without a plan is not kept: `after` is what it
    left, which says what contradicts where that is the reason; else None. Raises `UsageError` for a wish that the plan's
    scenario has already, and where the region's data changed since.
    """
    from planner.plan import Plan

    base, site, wish = (str(payload[name]) for name in ("plan", "site", "wish"))
    before = context.ws.plan(base)
    asked, path = scenario_of(before, str(payload["region"])), Path(payload["region"])
    scenario = supposing(asked, site, wish)
    context.begin(scenario)
    context.tell(stage="reading")
    session = held.session(path, asked)
    if session.region.fingerprint != before["region"]["fingerprint"]:
        raise UsageError(
            _("The data of the region changed since this plan was made. Make the plan anew, then ask again.")
        )
    reference = held.start_from(base, Plan(before), session)  # the answer depends on nothing but the plan asked about
    result = plan_and_tell(session, scenario, context, kind="why", reference=reference)
    about = {"base": base, "site": site, "wish": wish}
    if not result.plan.has_plan:
        return {"plan": None, "after": dict(result.plan.data), **about}
    return {"plan": context.show(result.plan.data, kind="why"), "after": None, **about}
