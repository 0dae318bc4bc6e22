"""Which limits two plans reach, and where the difference of their costs comes from."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from planner.board import board, limit_key
from planner.compare import total_cost
from planner.export.facts import NO_WORTH, PlanDict, Row, limits_by_worth
from planner.export.limit_words import used_text
from planner.export.words import term_name
from planner.i18n import gettext as _
from planner.plan_views import digits, money_scale

SAME_GAIN = 0.02  # share of a worth; a smaller change of it is no change
SMALL_TERM = 5e4  # CNY; smaller changes of cost terms are told together,
SMALL_SHARE = 0.01  # and those that are less than this share of the largest change
FOOT = 0.15  # of the range of the steps: how much of the bars of the totals is drawn
START, END, OTHER = "start", "end", "other"


def limit_changes(a: PlanDict, b: PlanDict, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the limits that bind in one plan only or are worth something else, the largest change first.

    A row: title, change (binds_now, no_longer, worth_more, worth_less), used_a and used_b (texts; "" where the plan has no
    such limit), gain_a and gain_b (what 1 % more of it brings a year; None where it does not bind), gain_unit, place, key.
    Limits that are worth nothing in both plans are left out.
    """
    rows_a, rows_b = (_by_key(board(plan, names)) for plan in (a, b))
    used_a, used_b = (_used(plan) for plan in (a, b))
    out = []
    for key in {**rows_a, **rows_b}:
        row_a, row_b = rows_a.get(key), rows_b.get(key)
        gain_a, gain_b = (None if row is None else float(row["gain"] or 0.0) for row in (row_a, row_b))
        change = _limit_change(gain_a, gain_b)
        if change is None:
            continue
        shown = row_b or row_a or {}
        out.append(
            {
                **{name: shown[name] for name in ("title", "place", "gain_unit", "key")},
                "change": change,
                "used_a": used_a.get(key, ""),
                "used_b": used_b.get(key, ""),
                "gain_a": gain_a,
                "gain_b": gain_b,
            }
        )
    return sorted(out, key=lambda row: (-abs((row["gain_b"] or 0.0) - (row["gain_a"] or 0.0)), row["title"]))


def _by_key(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the rows by key; of several of one key the most valuable one."""
    return {row["key"]: row for row in reversed(rows)}


def _used(plan: PlanDict) -> dict[str, str]:
    """Return used / limit of every limited thing in its tightest month and year."""
    tightest: dict[str, Row] = {}
    for row in limits_by_worth(plan):
        key = limit_key(row, plan)
        if key not in tightest or _share(row) > _share(tightest[key]):
            tightest[key] = row
    return {key: used_text(row) for key, row in tightest.items()}


def _share(row: Row) -> float:
    limit = abs(row.get("limit") or 0.0)
    return abs(row.get("used") or 0.0) / limit if limit else 0.0


def _limit_change(gain_a: float | None, gain_b: float | None) -> str | None:
    if max(gain_a or 0.0, gain_b or 0.0) <= NO_WORTH:
        return None
    if gain_a is None:
        return "binds_now"
    if gain_b is None:
        return "no_longer"
    if abs(gain_b - gain_a) <= SAME_GAIN * max(gain_a, gain_b):
        return None
    return "worth_more" if gain_b > gain_a else "worth_less"


def ledger_waterfall(a: PlanDict, b: PlanDict) -> list[dict[str, Any]]:
    """Return the steps from the cost of plan a to that of plan b: term, label, amount, start, end (discounted CNY), kind.

    First the total of a, then one step per cost term (kind more or less), the largest first, small ones together, then the
    total of b (kind total). The steps sum to the difference of the totals; that is the difference of the values where the aim
    is least cost.
    """
    sums_a, sums_b = (_by_term(plan) for plan in (a, b))
    steps = {term: sums_b.get(term, 0.0) - sums_a.get(term, 0.0) for term in {**sums_a, **sums_b}}
    least = max(SMALL_TERM, SMALL_SHARE * max((abs(cny) for cny in steps.values()), default=0.0))
    large = {term: cny for term, cny in steps.items() if abs(cny) >= least}
    rest = sum(cny for term, cny in steps.items() if term not in large)
    ordered = sorted(large.items(), key=lambda item: (-abs(item[1]), item[0]))
    ordered += [(OTHER, rest)] if rest else []
    first = total_cost(a)
    ends = list(accumulate((cny for _term, cny in ordered), initial=first))
    middle = [
        {
            "term": term,
            "label": _("Other costs") if term == OTHER else term_name(term),
            "amount": cny,
            "start": s,
            "end": e,
            "kind": "more" if cny > 0 else "less",
        }
        for (term, cny), s, e in zip(ordered, ends, ends[1:], strict=False)
    ]
    last = total_cost(b)
    return [
        {"term": START, "label": "", "amount": first, "start": 0.0, "end": first, "kind": "total"},
        *middle,
        {"term": END, "label": "", "amount": last, "start": 0.0, "end": last, "kind": "total"},
    ]


def _by_term(plan: PlanDict) -> dict[str, float]:
    sums: dict[str, float] = {}
    for row in plan.get("ledger") or []:
        sums[str(row["term"])] = sums.get(str(row["term"]), 0.0) + float(row.get("cny") or 0.0)
    return sums


def waterfall_rows(a: PlanDict, b: PlanDict, *, letter: str = "B") -> tuple[list[dict[str, Any]], str]:
    """Return the waterfall in a unit that reads easily, and that unit: label, start, end, top, text, kind.

    The bars of the totals start where the steps can be seen, not at zero: `text` tells the whole amount.
    """
    steps = ledger_waterfall(a, b)
    divisor, unit = money_scale(max((abs(row["amount"]) for row in steps[1:-1]), default=1.0))
    ends = [row["end"] for row in steps] + [row["start"] for row in steps[1:-1]]
    floor = min(ends) - FOOT * (max(ends) - min(ends) or max(abs(ends[0]), 1.0))
    names = {START: "A", END: letter}
    rows = []
    for row in steps:
        is_total = row["kind"] == "total"
        start, end = (floor if is_total else row["start"]) / divisor, row["end"] / divisor
        label = _("Plan {letter}").format(letter=names[row["term"]]) if is_total else row["label"]
        text = f"{digits(row['amount'] / divisor, 6)}" if is_total else f"{row['amount'] / divisor:+,.4g}"
        rows.append(
            {"label": label, "start": start, "end": end, "top": max(start, end), "text": text, "kind": row["kind"]}
        )
    return rows, unit
