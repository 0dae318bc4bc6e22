"""What a page says about a solve that runs or has ended: figures, rounds, outcome, changes. Words and numbers, no widgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from planner.export.facts import has_plan
from planner.export.sentences import security_verdict, status_sentence
from planner.export.words import in_a_row, number
from planner.i18n import gettext as _
from planner.plan_views import value_text
from planner.scenario_diff import Change


def change_lines(found: Iterable[Change]) -> list[str]:
    """Return one line per change of a scenario: what, before, after."""
    return [str(change) for change in found]


def stage_name(stage: str | None) -> str:
    """Return what a running solve does at the moment."""
    names = {
        "reading": _("Reading the region"),
        "building": _("Building the model"),
        "solving": _("Looking for the best plan"),
        "checking": _("Checking in AC, N-0 and N-1"),
        "improving": _("Improving the plan"),
    }
    return names.get(stage or "", _("Working"))


def progress_figures(
    elapsed_s: float, *, incumbent: float | None, bound: float | None, gap: float | None, unit: str | None
) -> list[tuple[str, str, str]]:
    """Return (label, value, help) of the figures of a solve."""
    shown_gap = "–" if gap is None or gap > 1.0 else f"{100 * gap:.2f} %"
    return [
        (_("Time"), _("{seconds} s").format(seconds=number(elapsed_s, 0)), _("Since the solve began.")),
        (
            _("Best plan so far"),
            value_text(incumbent, unit or ""),
            _("Value of the aim for the best plan found so far."),
        ),
        (
            _("No plan can be better than"),
            value_text(bound, unit or ""),
            _("The bound that the solver has proven so far."),
        ),
        (_("Gap"), shown_gap, _("How far the best plan may still be from the best possible one.")),
    ]


def round_rows(rounds: Iterable[Mapping[str, Any]], *, unit: str | None) -> list[dict[str, Any]]:
    """Return one row per round of the loop."""
    return [
        {
            _("Round"): row["round"],
            _("Limits learned before it"): sum(int(row[k]) for k in ("n_cuts_dc", "n_cuts_ac", "n_cuts_no_good")),
            _("Plan"): value_text(row["value"], unit or ""),
            _("Situations outside limits"): int(row["n_counted"]),
            _("Solve (s)"): round(float(row["solve_s"]), 1),
            _("AC check (s)"): round(float(row["check_s"]), 1),
        }
        for row in rounds
    ]


def outcome(plan: Mapping[str, Any], *, seconds: float) -> tuple[str, str]:
    """Return (level, sentence) of a finished solve: good only where the plan's own AC check found it secure."""
    took = _("The solve took {seconds} s.").format(seconds=number(seconds, 0))
    if plan["status"] == "infeasible":
        return "bad", in_a_row(_("No plan satisfies all limits together."), took)
    hint = ""
    if plan["status"] in ("time_limit", "no_plan"):
        hint = _("A longer solve may find a better plan: see the time limit on the page Scenario, group Solver.")
    if not has_plan(plan):
        return "bad", in_a_row(_("The time was over before there was a plan."), took, hint)
    level, sentence = security_verdict(plan)
    is_whole = plan["status"] == "optimal"
    shown = {"secure": "good", "not_checked": "weak", "insecure": "bad"}[level]
    if shown == "good" and not is_whole:
        shown = "weak"
    return shown, in_a_row(status_sentence(plan), sentence, took, hint)
