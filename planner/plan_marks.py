"""Marks of honesty beside every figure of a plan: secure or not, provisional, synthetic, assumed, audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.export.facts import PlanDict, is_synthetic
from planner.export.marks import marks_text
from planner.export.sentences import security_verdict, synthetic_label
from planner.i18n import gettext as _
from planner.plan_views import verdict_word

LEVELS = {"secure": "good", "insecure": "bad", "not_checked": "warn"}


@dataclass(frozen=True)
class Mark:
    """One mark of honesty: level is good, warn, bad or note; a short text and its full sentence."""

    level: str
    text: str
    help: str = ""


def marks_of(
    plan: PlanDict, *, marked: Mapping[str, Sequence[int]] | None = None, is_improving: bool = False
) -> list[Mark]:
    """Return the marks that must stand beside every figure of the plan: secure or not, provisional, synthetic, assumed.

    `marked` counts assumed or synthetic rows of the region by table (`planner.export.marks.marked_rows`), None when the
    region is not at hand. `is_improving` tells that the run which gave this plan still looks for a better one.
    """
    level, sentence = security_verdict(plan)
    marks = [Mark(LEVELS[level], verdict_word(level), sentence)]
    marks += _gap_mark(plan, is_improving=is_improving)
    if is_synthetic(plan):
        marks.append(Mark("warn", _("Synthetic grid"), synthetic_label(plan) or ""))
    text = marks_text(marked or {})
    if text:
        marks.append(Mark("warn", _("Assumed data"), text))
    uncertain = sum(bool(site.get("is_position_uncertain")) for site in plan.get("sites") or [])
    if uncertain:
        text = _("? Position of a feeding station or plant less precise than half the length of the feed.")
        marks.append(Mark("warn", _("{n} sites with uncertain feeds").format(n=uncertain), text.removeprefix("? ")))
    return [*marks, _audit_mark(plan)]


def asked_gap(plan: PlanDict) -> float | None:
    """Return the gap that the run was asked to prove, None where the plan does not tell."""
    for source in ((plan.get("scenario") or {}).get("solver"), (plan.get("record") or {}).get("solver")):
        if source and source.get("gap") is not None:
            return float(source["gap"])
    return None


def _gap_mark(plan: PlanDict, *, is_improving: bool) -> list[Mark]:
    gap, asked = plan.get("gap"), asked_gap(plan)
    more = (
        _("A better plan is still being looked for.") if is_improving else _("The run ended; a better plan may exist.")
    )
    if gap is not None and asked is not None and gap > asked * (1.0 + 1e-9):
        text = _("Ended early: gap {gap:.2f} %, asked {asked:.2f} %")
        if is_improving:
            text = _("First answer: gap {gap:.2f} %, asked {asked:.2f} %")
        return [Mark("warn", text.format(gap=100.0 * gap, asked=100.0 * asked), more)]
    return [Mark("note", _("Still being improved"), more)] if is_improving else []


def _audit_mark(plan: PlanDict) -> Mark:
    audit = plan.get("audit") or {}
    meaning = _("Every plan is computed again from the raw data, apart from the solver.")
    if audit.get("status") == "passed":
        return Mark("good", _("Audit passed: {n:,} checks").format(n=audit.get("n_checks") or 0), meaning)
    if audit.get("status") == "failed":
        return Mark("bad", _("Audit failed"), _("NOT A VALID PLAN: the audit failed."))
    return Mark("warn", _("Not audited"), meaning)
