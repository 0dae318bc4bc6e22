"""Attribute tables of the GeoPackage about security: limits learned with their terms, reinforcement, flexible load."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.export.facts import PlanDict
from planner.export.loop_words import cut_sentence, cuts_to_show

CUT_COLUMNS = ["id", "kind", "year", "situation", "element", "element_kind", "outage", "outage_kind", "quantity", "unit",
               "limit", "upper", "is_binding", "text"]  # fmt: skip
TERM_COLUMNS = ["id", "substation", "name", "coef", "unit"]
REINFORCEMENT_COLUMNS = ["node", "name", "name_zh", "state", "year_from", "cny_per_year", "added_mva"]
FLEXIBLE_COLUMNS = ["substation", "year", "mva", "hours_share", "energy_share"]


def security_tables(plan: PlanDict, names: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Return the tables by name; empty ones keep their columns. `coef` is in `unit` per MVA, sum coef x MVA <= upper."""
    cuts = cuts_to_show(plan)
    terms = [
        {"id": cut.get("id"), "name": names.get(str(term["substation"])), "unit": cut.get("unit"), **term}
        for cut in cuts
        for term in cut.get("terms") or []
    ]
    return {
        "learned_limits": pd.DataFrame(
            [{**cut, "text": cut_sentence(cut, names)} for cut in cuts], columns=CUT_COLUMNS
        ),
        "learned_limit_terms": pd.DataFrame(terms, columns=TERM_COLUMNS),
        "reinforcements": pd.DataFrame(plan.get("reinforcements") or [], columns=REINFORCEMENT_COLUMNS),
        "flexible_load": pd.DataFrame(plan.get("flexible") or [], columns=FLEXIBLE_COLUMNS),
    }
