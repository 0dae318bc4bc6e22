"""The parts of the printed report about security: rounds, limits learned, levers used, method and rules."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from planner.export.facts import PlanDict
from planner.export.grid_words import method_sentence, rules_sentence, scope_sentence
from planner.export.loop_words import (
    cut_sentence,
    cuts_note,
    cuts_to_show,
    flexible_lines,
    reinforcement_lines,
    round_lines,
)
from planner.i18n import gettext as _

INDENT = (0, 0, 0, 2)  # top, right, bottom, left
N_CUTS = 8


def print_levers(console: Console, plan: PlanDict, names: Mapping[str, str], *, lang: str) -> None:
    """Print the reinforcements that the plan builds and the load that may be interrupted."""
    lines = [*reinforcement_lines(plan, lang=lang), *flexible_lines(plan, names)]
    if not lines:
        return
    console.print(Text(_("Reinforcement and flexible load"), style="bold"))
    for line in lines:
        console.print(Padding(line, INDENT))
    console.print()


def print_loop(console: Console, plan: PlanDict, names: Mapping[str, str]) -> None:
    """Print the rounds of siting and check and the limits learned in them, those that the plan reaches first."""
    rounds, cuts = round_lines(plan, names), cuts_to_show(plan)
    if rounds:
        console.print(Text(_("How the plan became what it is"), style="bold"))
        for line in rounds:
            console.print(Padding(line, INDENT))
    if cuts:
        console.print(Text(_("Limits learned from the check (MVA at the stations)"), style="bold"))
        for cut in cuts[:N_CUTS]:
            mark = " *" if cut.get("is_binding") else ""
            console.print(Padding(cut_sentence(cut, names) + mark, INDENT))
        if len(cuts) > N_CUTS:
            text = _("{n} more limits learned; see the workbook.").format(n=len(cuts) - N_CUTS)
            console.print(Padding(text, INDENT))
        if any(cut.get("is_binding") for cut in cuts):
            console.print(_("* The plan reaches this limit."))
        console.print(cuts_note())
    if rounds or cuts:
        console.print()


def print_basis(console: Console, plan: PlanDict) -> None:
    """Print what was checked, by which method and under which rules."""
    for text in (scope_sentence(plan), method_sentence(plan), rules_sentence(plan)):
        if text:
            console.print(text)
