"""Sheets about security: rounds of siting and check, limits learned and their terms, reinforcement, flexible load, method."""

from __future__ import annotations

from collections.abc import Mapping

from planner.export.facts import PlanDict, local_name
from planner.export.grid_loading import findings, share_percent
from planner.export.grid_words import (
    element_name,
    kind_name,
    limiting_sentence,
    method_sentence,
    out_text,
    rule_text,
    rules_sentence,
    scope_sentence,
    situation_name,
)
from planner.export.loop_words import (
    cut_formula,
    cut_names,
    cuts_to_show,
    loop_of,
    loop_sentence,
    price_sentence,
)
from planner.export.sheet import Cell, Sheet, yes_no
from planner.export.words import unit_name
from planner.i18n import gettext as _

Names = Mapping[str, str]


def security_sheets(plan: PlanDict, names: Names, *, lang: str) -> list[Sheet]:
    """Return the sheets about security; those without rows are left out by the caller."""
    return [
        method_sheet(plan, names),
        round_sheet(plan, names),
        cut_sheet(plan, names),
        cut_term_sheet(plan, names),
        reinforcement_sheet(plan, lang=lang),
        flexible_sheet(plan, names),
        element_sheet(plan, names),
    ]


def method_sheet(plan: PlanDict, names: Names) -> Sheet:
    """Return how security was established: loop, price, limiting element, method, rules."""
    loop, price = loop_of(plan), loop_of(plan).get("price_of_security") or {}
    unit = unit_name(str(price.get("unit") or ""))
    rows: list[list[Cell]] = [
        [_("Loop of siting and check"), loop_sentence(plan), ""],
        [_("Price of security"), price_sentence(plan), ""],
        [_("Price of security: value"), price.get("value"), unit],
        [_("Price of security: lowest at this gap"), price.get("low"), unit],
        [_("Price of security: highest at this gap"), price.get("high"), unit],
        [_("Value without the limits learned"), (loop.get("dc_only") or {}).get("value"), unit],
        [_("Value with security"), (loop.get("secure") or {}).get("value"), unit],
        [_("Limiting element"), limiting_sentence(plan, names), ""],
        [_("What was checked"), scope_sentence(plan), ""],
        [_("Method"), method_sentence(plan), ""],
        [_("Rules"), rules_sentence(plan), ""],
    ]
    known = [row for row in rows if row[1] not in {None, ""}]
    return Sheet("security", _("How secure"), [_("Item"), _("Value"), _("Unit")], known)


def round_sheet(plan: PlanDict, names: Names) -> Sheet:
    """Return one row per round of siting and check."""
    header = [
        _("Round"),
        _("Value of the aim"),
        _("Bound"),
        _("Proven gap (%)"),
        _("Situations that count against the plan"),
        _("Worst element"),
        _("Value"),
        _("Limit value"),
        _("Unit"),
        _("Limits learned (DC)"),
        _("Limits learned (AC)"),
        _("Limits learned (no solution)"),
        _("Solving (s)"),
        _("Check (s)"),
    ]
    rows: list[list[Cell]] = []
    for row in loop_of(plan).get("rounds") or []:
        worst, gap = row.get("worst") or {}, row.get("gap")
        rows.append(
            [
                *(row.get(column) for column in ("round", "value", "bound")),
                None if gap is None else 100.0 * gap,
                row.get("n_counted"),
                element_name(worst.get("element"), names) if worst else None,
                *(worst.get(column) for column in ("value", "limit", "unit")),
                *(row.get(column) for column in ("n_cuts_dc", "n_cuts_ac", "n_cuts_no_good", "solve_s", "check_s")),
            ]
        )
    return Sheet("rounds", _("Rounds"), header, rows)


def cut_sheet(plan: PlanDict, names: Names) -> Sheet:
    """Return the learned limits in words."""
    header = [
        _("Limit"),
        _("Year"),
        _("What the stations may carry together"),
        _("Protects"),
        _("Reached"),
        _("Situation"),
        _("Learned from"),
        _("Value of the limit"),
        _("Unit"),
    ]
    protected = cut_names(plan, names)
    rows: list[list[Cell]] = [
        [
            cut.get("id"),
            cut.get("year"),
            cut_formula(cut, names),
            protected[str(cut.get("id"))],
            yes_no(cut.get("is_binding")),
            situation_name(cut.get("situation")),
            _origin(cut.get("kind")),
            cut.get("upper"),
            cut.get("unit"),
        ]
        for cut in cuts_to_show(plan)
    ]
    return Sheet("learned_limits", _("Limits learned"), header, rows)


def _origin(kind: object) -> str:
    names = {"dc": _("linear flow (DC)"), "ac": _("AC solution"), "no_good": _("no solution")}
    return names.get(str(kind), str(kind or "–"))


def cut_term_sheet(plan: PlanDict, names: Names) -> Sheet:
    """Return the coefficients of the learned limits, exact, one row per station."""
    header = [_("Limit"), _("Substation"), _("Name of the substation"), _("Coefficient per MVA"), _("Unit")]
    rows: list[list[Cell]] = [
        [cut.get("id"), term["substation"], names.get(str(term["substation"])), term["coef"], cut.get("unit")]
        for cut in cuts_to_show(plan)
        for term in cut.get("terms") or []
    ]
    return Sheet("learned_limit_terms", _("Terms of limits"), header, rows)


def reinforcement_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return the reinforcements that the plan builds."""
    header = [
        _("Place"),
        _("Reinforcement"),
        _("State"),
        _("From year"),
        _("Added headroom (MVA)"),
        _("Cost (CNY/year)"),
    ]
    rows: list[list[Cell]] = [
        [
            row.get("node"),
            local_name(row, lang),
            row.get("state"),
            *(row.get(column) for column in ("year_from", "added_mva", "cny_per_year")),
        ]
        for row in plan.get("reinforcements") or []
    ]
    return Sheet("reinforcements", _("Reinforcements"), header, rows)


def flexible_sheet(plan: PlanDict, names: Names) -> Sheet:
    """Return the load that may be interrupted."""
    header = [
        _("Substation"),
        _("Name of the substation"),
        _("Year"),
        _("Interruptible load (MVA)"),
        _("Hours interrupted (%)"),
        _("Energy interrupted (%)"),
    ]
    rows: list[list[Cell]] = [
        [
            row["substation"],
            names.get(str(row["substation"])),
            row.get("year"),
            row.get("mva"),
            *(None if row.get(key) is None else 100.0 * row[key] for key in ("hours_share", "energy_share")),
        ]
        for row in plan.get("flexible") or []
    ]
    return Sheet("flexible", _("Flexible load"), header, rows)


def element_sheet(plan: PlanDict, names: Names) -> Sheet:
    """Return what is known of single elements in their worst situation, where the plan holds it for every element."""
    grid = plan.get("grid") or {}
    header = [
        _("Element"),
        _("Kind"),
        _("Year"),
        _("Situation"),
        _("Value"),
        _("Limit value"),
        _("Unit"),
        _("Share of the limit (%)"),
        _("Outage"),
        _("Rule"),
    ]
    rows: list[list[Cell]] = [
        [
            element_name(row.get("element"), names),
            kind_name(row.get("kind")),
            row.get("year"),
            situation_name(row.get("situation")),
            *(row.get(column) for column in ("value", "limit", "unit")),
            share_percent(row),
            out_text(row.get("outage"), row.get("outage_kind"), names),
            rule_text(row, grid.get("rules") or {}),
        ]
        for row in (findings(plan) if grid.get("elements") else ())
    ]
    return Sheet("grid_elements", _("Grid elements"), header, rows)
