"""What stands beside the map about security: rounds, limits learned, levers used, method and rules; legend of the grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.export.facts import PlanDict
from planner.export.grid_loading import is_complete
from planner.export.grid_words import loading_label, method_sentence, rules_sentence, scope_sentence
from planner.export.loop_words import (
    cut_formula,
    cut_title,
    cuts_note,
    cuts_to_show,
    flexible_lines,
    reinforcement_lines,
    round_lines,
)
from planner.export.palette import LOADING_COLOURS, LOADING_WIDTHS, UNKNOWN_LOADING_COLOUR, loading_bounds
from planner.i18n import gettext as _

N_CUTS = 12


def security_panel(plan: PlanDict, names: Mapping[str, str], *, lang: str) -> dict[str, Any]:
    """Return the words of the security part; empty lists for a plan without a loop or a check."""
    cuts = cuts_to_show(plan)
    more = len(cuts) - N_CUTS
    return {
        "rounds": round_lines(plan, names),
        "cuts": [
            {"what": cut_title(cut, names), "limit": cut_formula(cut, names), "is_binding": bool(cut.get("is_binding"))}
            for cut in cuts[:N_CUTS]
        ],
        "cuts_note": cuts_note(),
        "more": _("{n} more limits learned; see the workbook.").format(n=more) if more > 0 else "",
        "levers": [*reinforcement_lines(plan, lang=lang), *flexible_lines(plan, names)],
        "basis": [text for text in (scope_sentence(plan), method_sentence(plan), rules_sentence(plan)) if text],
        "loading": loading_legend(plan),
        "words": {
            "rounds": _("How the plan became what it is"),
            "cuts": _("Limits learned from the check (MVA at the stations)"),
            "binds": _("reached"),
            "levers": _("Reinforcement and flexible load"),
            "basis": _("What was checked, and how"),
            "grid_lines": _("Lines of the grid"),
            "grid_stations": _("Stations of the grid"),
            "limiting": _("Limiting element"),
            "loading": _("Grid: worst loading of the year (% of what is allowed)"),
            "ring": _("ring = transformers of a station, from 50 % on"),
        },
    }


def loading_legend(plan: PlanDict) -> list[tuple[str, str, float]]:
    """Return (text, colour, width) of each class of loading, and of elements without a figure."""
    rows = [
        (loading_label(lower, upper), colour, width)
        for (lower, upper), colour, width in zip(loading_bounds(), LOADING_COLOURS, LOADING_WIDTHS, strict=True)
    ]
    unknown = _("no figure in this year") if is_complete(plan) else _("never the limiting one: no figure")
    return [*rows, (unknown, UNKNOWN_LOADING_COLOUR, 1.0)]
