"""Sentences of a plan of areas: roles, what is missing, what must be decided now, conversions, rules that decided."""

from __future__ import annotations

from collections.abc import Mapping

from planner.conversion_words import basis_word, unit_word
from planner.export.facts import PlanDict, Row, local_name
from planner.export.hub_facts import has_hubs, rows_of
from planner.export.rule_words import DECIDING, rule_places, rule_source, rules_in_order
from planner.export.words import amount, number
from planner.i18n import gettext as _
from planner.i18n import language
from planner.policy_words import decided_name, quantity_name, rule_text, value_text

NOTHING_MW = 0.05


def role_name(role: str) -> str:
    """Return the role of a hub in moving computing from the east to the west."""
    return {"east": _("east"), "west": _("west"), "other": _("other")}.get(role, role)


def known_or(value: float | None) -> float | str:
    """Return a published figure, or that it is not known: a blank is never nothing."""
    return _("unknown") if value is None or value != value else value  # noqa: PLR0124 (NaN)


def ratio(value: float | None, decimals: int = 2) -> str:
    """Return a ratio such as PUE or CUE, "–" where there is none."""
    return number(value, decimals)


def percent(share: float | None, decimals: int = 0) -> str:
    """Return a share in percent without its sign, "–" where there is none."""
    return number(None if share is None else 100.0 * share, decimals)


def missing_lines(plan: PlanDict) -> list[str]:
    """Return what is missing for a share that cannot be met, in the language in use."""
    rows = rows_of(plan, "missing")
    if language() == "zh":
        return [str(row.get("text_zh") or row.get("text")) for row in rows]
    return [str(row.get("text")) for row in rows]


def decide_lines(plan: PlanDict, *, lang: str) -> list[str]:
    """Return what must be decided now, one sentence per site, the earliest first."""
    rows = sorted(rows_of(plan, "decide_now"), key=lambda row: (row.get("decide_by") or 0, -(row.get("it_mw") or 0.0)))
    return [
        _("{site}: {mw} MW IT in service in {year}; with {lead} years of lead time the decision falls by {by}").format(
            site=local_name({**row, "id": row["site"]}, lang),
            mw=number(row.get("it_mw"), 0),
            year=row.get("year"),
            lead=f"{row.get('lead_years') or 0:g}",
            by=row.get("decide_by"),
        )
        for row in rows
    ]


def conversion_lines(plan: PlanDict, names: Mapping[str, str]) -> list[str]:
    """Return every conversion between compute, racks and megawatts, one sentence per class and factor, with its source."""
    from planner.export.sentences import class_name

    lines: dict[str, None] = {}
    rows = rows_of(plan, "conversions")
    last = max((int(row.get("year") or 0) for row in rows), default=0)
    for row in rows:
        years = ("", "")
        if row.get("from") == row.get("to"):  # growth, or what is still in use: every year has its factor
            if row.get("year") != last:
                continue
            years = (f" {row.get('from_year')}", f" {last}")
        what = f"{unit_word(row.get('from'))}{years[0]} → {unit_word(row.get('to'))}{years[1]}"
        text = _("{workload}: {what} at {factor} {unit} ({basis})").format(
            workload=class_name(str(row.get("workload") or ""), names),
            what=what,
            factor=amount(row.get("factor")),
            unit=unit_word(row.get("unit")),
            basis="; ".join(text for text in (basis_word(row), str(row.get("source") or "")) if text) or "–",
        )
        lines.setdefault(text)
    return list(lines)


def rule_lines(plan: PlanDict, names: Mapping[str, str]) -> list[str]:
    """Return the rules that are missed or that the plan stands at, one sentence each; those that say the same are one."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rules_in_order([row for row in rows_of(plan, "rules") if row.get("decided") in DECIDING]):
        groups.setdefault((str(row["quantity"]), value_text(row), rule_places(row, names)), []).append(row)
    return [
        _("{rule}: {value}, {where}, {years} – {what} ({source})").format(
            rule=quantity_name(quantity),
            value=value,
            where=where,
            years=", ".join(str(year) for year in sorted({row["year"] for row in rows if row.get("year")})),
            what=rule_text(rows[0]) or decided_name(str(rows[0].get("decided"))),
            source=rule_source(rows[0]),
        )
        for (quantity, value, where), rows in groups.items()
    ]


def other_rules_line(plan: PlanDict) -> str:
    """Return how many rules did not decide, by what they did; "" for a plan without rules."""
    rows = rows_of(plan, "rules")
    if not rows:
        return ""
    kinds = ("binding", "holds", "not_reached", "label", "set_aside", "missed")
    n = {name: sum(row.get("decided") == name for row in rows) for name in kinds}
    text = _(
        "Rules in all: {all}. Missed: {missed}; decide: {binding}; are kept with room to spare: {holds}; do not apply: {not_reached}; "
        "only mark: {label}; set aside by the scenario: {set_aside}."
    )
    return text.format(all=len(rows), **n)


def label_lines(plan: PlanDict, site: Row) -> list[str]:
    """Return why the rules mark a site: each rule that speaks to it, with what it says."""
    rules = {str(row["id"]): row for row in rows_of(plan, "rules")}
    found = [rules[str(row["rule"])] for row in site.get("label_reasons") or [] if str(row["rule"]) in rules]
    return list(dict.fromkeys(f"{quantity_name(str(row['quantity']))}: {value_text(row)}" for row in found))


def unserved_line(plan: PlanDict) -> str:
    """Return what no site could take, one line for all years; "" where all is served."""
    sums: dict[int, float] = {}
    for row in rows_of(plan, "unserved"):
        sums[row["year"]] = sums.get(row["year"], 0.0) + float(row["it_mw"])
    years = ", ".join(f"{year}: {number(mw)}" for year, mw in sorted(sums.items()) if mw > NOTHING_MW)
    if not years:
        return ""
    return _("Not served, MW by year (classes and provinces: sheet Demand elsewhere): {years}").format(years=years)


def certificates_note(plan: PlanDict) -> str:
    """Return why a full green share may leave carbon: certificates are bought and do not count there; "" otherwise."""
    carbon = (plan.get("scenario") or {}).get("carbon") or {}
    if carbon.get("certificates_count") or not any(row.get("certificate_mwh") for row in rows_of(plan, "markets")):
        return ""
    return _("Certificates count for the green share and REF; they do not lower carbon and CUE in this scenario.")


def map_note(plan: PlanDict) -> str:
    """Return what must stand on a map of a whole country; "" on others."""
    return _("Not an official map: the cells are a background for orientation, not borders.") if has_hubs(plan) else ""


def green_label(lower: float | None, upper: float | None) -> str:
    """Return the legend text of one class of green share."""
    if lower is None:
        return _("below {upper:.0f} %").format(upper=100.0 * (upper or 0.0))
    if upper is None:
        return "100 %"
    return _("{lower:.0f} to {upper:.0f} %").format(lower=100.0 * lower, upper=100.0 * upper)
