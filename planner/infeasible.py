"""Why there is no plan, in planner's units: which limits conflict and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from models.siting.elastic import GROUPS, Explanation
from models.siting.elastic import explain as _explain
from models.siting.markets import ALL
from planner.plan import Plan
from planner.plan_limits import unit_of
from planner.plan_missing import short_rows

if TYPE_CHECKING:
    from planner.session import Session


def explain(session: Session) -> dict[str, Any]:
    """Return {"ways": [{families, is_enough, is_least, shortfalls: [{constraint, index, unit, amount}]}]}.

    Each way makes a plan possible on its own: more of what it lists, by the amount it lists. `is_least` says that the
    amounts were found without whole blocks and sites: at least that much is missing, maybe more.
    """
    return {"ways": [_way(found) for found in _explain(session.model)]}


def explained(session: Session, plan: Plan) -> Plan:
    """Return an infeasible plan with the explanation, and with what its markets lack for their required shares."""
    found = explain(session)
    markets = session.region.tables.get("markets", pd.DataFrame())
    names = {row["market"]: (row["name_en"], row["name_zh"]) for row in markets.to_dict("records")}
    return plan.changed(infeasible=found, missing=short_rows(found["ways"], names))


def _way(found: Explanation) -> dict[str, Any]:
    return {
        "families": _families(found),
        "is_enough": found.is_enough,
        "is_least": found.is_least,
        "shortfalls": [
            {
                "constraint": s.constraint,
                "index": [i.item() if hasattr(i, "item") else i for i in s.index if i != ALL],
                "unit": unit_of(s.doc),
                "amount": s.amount,
            }
            for s in sorted(found.shortfalls, key=lambda s: -s.amount)
        ],
    }


def _families(found: Explanation) -> list[str]:
    """Return the groups that fall short; several were asked together where none is enough alone."""
    short = {s.constraint for s in found.shortfalls}
    named = [group for group in found.groups if short & set(GROUPS[group])]
    return named if len(found.groups) > 1 and named else list(found.groups)
