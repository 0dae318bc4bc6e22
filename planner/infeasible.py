"""Why there is no plan, in planner's units: which limits conflict and by how much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from models.siting.elastic import Explanation
from models.siting.elastic import explain as _explain

if TYPE_CHECKING:
    from planner.session import Session


def explain(session: Session) -> dict[str, Any]:
    """Return {"ways": [{families, is_enough, shortfalls: [{constraint, index, unit, amount}]}]}.

    Each way makes a plan possible on its own: more of what it lists, by the amount it lists.
    """
    return {"ways": [_way(found) for found in _explain(session.model)]}


def _way(found: Explanation) -> dict[str, Any]:
    return {
        "families": list(found.groups),
        "is_enough": found.is_enough,
        "shortfalls": [
            {
                "constraint": s.constraint,
                "index": [i.item() if hasattr(i, "item") else i for i in s.index],
                "unit": _unit(s.doc),
                "amount": s.amount,
            }
            for s in sorted(found.shortfalls, key=lambda s: -s.amount)
        ],
    }


def _unit(doc: str) -> str:
    match = re.search(r"\[([^\]]+)\]\s*$", doc)
    return match.group(1) if match else "-"
