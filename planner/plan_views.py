"""What the Plan page shows first: the headline figures, as plain values from a plan.

Everything here is taken or summed from the plan's own dictionary; nothing is modelled again. Numbers are texts with their
unit, in the language in use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from planner.export.facts import (
    PlanDict,
    has_plan,
    in_year,
    last_year,
    local_name,
    total_in_year,
    years_of,
)
from planner.export.hub_facts import has_hubs, shown_years
from planner.export.loop_words import loop_of, price_sentence
from planner.export.sentences import security_verdict, status_sentence
from planner.export.words import amount, in_a_row, number, objective_name, unit_name
from planner.i18n import gettext as _
from planner.i18n import language

if TYPE_CHECKING:
    from planner.desk.workspace import PlanMeta

NOTHING_MW = 0.005  # shown as 0 with two decimals
LITTLE_PERCENT = 0.01


@dataclass(frozen=True)
class Figure:
    """One headline figure: value with unit, what stands beside it, and what it means."""

    label: str
    value: str
    note: str = ""
    help: str = ""


def money_scale(largest: float) -> tuple[float, str]:
    """Return (divisor of CNY, unit) in which amounts up to `largest` CNY are read easily in the language in use."""
    scales = {
        "en": ((1e9, _("billion CNY")), (1e6, _("million CNY")), (1.0, _("CNY"))),
        "zh": ((1e8, _("100 million CNY")), (1e4, _("10,000 CNY")), (1.0, _("CNY"))),
    }[language()]
    return next((scale for scale in scales if abs(largest) >= scale[0]), scales[-1])


def large_money(value: float | None) -> str:
    """Return CNY to four digits, in billions or millions (in Chinese: of 10^8 or 10^4), with the unit; "–" for None."""
    if value is None:
        return "–"
    divisor, unit = money_scale(value)
    return f"{digits(value / divisor)} {unit}"


def value_text(value: float | None, unit: str) -> str:
    """Return a value of an aim, or a difference of values, with its unit; money as `large_money` writes it."""
    if unit == "CNY" or value is None:
        return large_money(value)
    return f"{amount(value)} {unit_name(unit)}".strip()


def digits(value: float, n: int = 4) -> str:
    """Return a number with `n` significant digits, thousands separated."""
    return f"{float(f'{value:.{n}g}'):,.12g}"


def plan_label(meta: PlanMeta, *, lang: str) -> str:
    """Return how a list calls a plan: name, when it was made, the value of its aim; a counterfactual is told."""
    name = (meta.name_zh if lang == "zh" else meta.name) or meta.id
    value = _("no plan") if meta.value is None else value_text(meta.value, meta.unit)
    made_at = datetime.fromisoformat(meta.made_at).astimezone().strftime("%Y-%m-%d %H:%M")  # the server's own time
    return " · ".join([name, made_at, value, *([_("what if")] if meta.kind == "why" else [])])


def plan_labels(metas: Sequence[PlanMeta], *, lang: str) -> dict[str, str]:
    """Return what a list calls each plan by its id; plans that would be called the same are numbered."""
    labels: dict[str, str] = {}
    for meta in metas:
        label = plan_label(meta, lang=lang)
        n = sum(known.partition(" #")[0] == label for known in labels.values())
        labels[meta.id] = f"{label} #{n + 1}" if n else label
    return labels


def is_shown(plan: PlanDict) -> bool:
    """Tell whether the plan's figures may be shown: there are decisions, and the audit did not refute them."""
    return has_plan(plan) and (plan.get("audit") or {}).get("status") != "failed"


def headline(plan: PlanDict) -> list[Figure]:
    """Return the figures of a plan, what matters most first; each has its unit."""
    sites, year = plan.get("sites") or [], last_year(plan)
    first = [
        _value_figure(plan),
        Figure(
            _("New IT load {year}").format(year=year),
            f"{number(total_in_year(sites, 'it_mw', year), 0)} MW",
            _each_year(plan, [total_in_year(sites, "it_mw", y) for y in years_of(plan)], "MW"),
            _("IT load of the new sites, without cooling and losses. Existing centres are not in it."),
        ),
        Figure(
            _("Sites"),
            str(len(sites)),
            _each_year(plan, [float(sum(in_year(s.get("it_mw"), y) > 0 for s in sites)) for y in years_of(plan)], ""),
            _("New sites that carry load, by planning year."),
        ),
        _security_figure(plan),
    ]
    if has_hubs(plan):
        from planner.hub_views import area_figures  # it needs the figures of this file

        return [*first, _missing_figure(plan), *area_figures(plan)]
    return [
        *first,
        _price_figure(plan),
        _missing_figure(plan),
        _outside_figure(plan),
        _water_figure(plan),
        _green_figure(plan),
        _energy_figure(plan),
    ]


def _each_year(plan: PlanDict, amounts: Sequence[float], unit: str) -> str:
    told = set(shown_years(plan)[:-1])  # the last year is the figure itself
    pairs = zip(years_of(plan), amounts, strict=False)
    return " · ".join(f"{year}: {number(value, 0)} {unit}".strip() for year, value in pairs if year in told)


def _value_figure(plan: PlanDict) -> Figure:
    objective, gap = plan.get("objective") or {}, plan.get("gap")
    note = "" if gap is None else _("gap {gap:.2f} %").format(gap=100.0 * gap)
    shown = value_text(objective.get("value"), str(objective.get("unit") or ""))
    if objective.get("unit") == "CNY":
        help_text = in_a_row(_("All costs over all years, discounted."), status_sentence(plan))
        return Figure(_("Cost"), shown, note, help_text)
    return Figure(
        _("Value of the aim"), shown, f"{objective_name(str(objective.get('name')))}; {note}", status_sentence(plan)
    )


def _security_figure(plan: PlanDict) -> Figure:
    n = len((plan.get("grid") or {}).get("outages") or [])
    note = _("{n:,} outages checked").format(n=n) if n else _("no outage checked")
    level, sentence = security_verdict(plan)
    return Figure(_("Grid"), verdict_word(level), note, sentence)


def verdict_word(level: str) -> str:
    """Return a security verdict in one or two words."""
    return {"secure": _("Secure"), "insecure": _("Not secure"), "not_checked": _("Not checked")}[level]


def _price_figure(plan: PlanDict) -> Figure:
    price = loop_of(plan).get("price_of_security") or {}
    value, low, high = (price.get(key) for key in ("value", "low", "high"))
    meaning = _("What the plan costs more because the grid stays secure in every checked outage.")
    if value is None:
        return Figure(_("Price of security"), "–", _("not computed"), meaning)
    unit = str(price.get("unit") or "")
    note = "" if low is None or high is None or unit != "CNY" else _range_text(low, high)
    return Figure(_("Price of security"), value_text(value, unit), note, in_a_row(meaning, price_sentence(plan)))


def _range_text(low: float, high: float) -> str:
    divisor, unit = money_scale(max(abs(low), abs(high)))
    return _("{low} to {high} {unit}").format(low=digits(low / divisor, 3), high=digits(high / divisor, 3), unit=unit)


def _missing_figure(plan: PlanDict) -> Figure:
    missing, served = _by_year(plan.get("unserved")), _by_year(plan.get("assignments"))
    help_text = _("Demand that no site could take, in the year with most of it.")
    if not missing:
        return Figure(_("Not served"), "0 MW", _("all demand is served"), help_text)
    year = max(missing, key=lambda y: (missing[y], y))
    total = missing[year] + served.get(year, 0.0)
    percent = 100.0 * missing[year] / total
    shown = "< 0.01" if percent < LITTLE_PERCENT else number(percent, 2)
    note = _("{share} % of the demand of {year}").format(share=shown, year=year)
    return Figure(_("Not served"), f"{_small_mw(missing[year])} MW", note, help_text)


def _outside_figure(plan: PlanDict) -> Figure:
    year, away = last_year(plan), _by_year(plan.get("outside"))
    names = sorted({local_name(row, language()) for row in plan.get("outside") or [] if row["it_mw"] > 0})
    return Figure(
        _("From outside {year}").format(year=year),
        f"{number(away.get(year or 0, 0.0), 0)} MW",
        ", ".join(names),
        _("IT load that sites outside the region serve."),
    )


def _by_year(rows: Sequence[Mapping[str, Any]] | None) -> dict[int, float]:
    """Return MW by year of rows with `year` and `it_mw`; years with nothing are left out."""
    sums: dict[int, float] = {}
    for row in rows or []:
        sums[int(row["year"])] = sums.get(int(row["year"]), 0.0) + float(row["it_mw"])
    return {year: mw for year, mw in sums.items() if mw > 0}


def _small_mw(mw: float) -> str:
    return digits(mw, 1) if mw < NOTHING_MW else number(mw, 2 if mw < 1 else 1)


def _of_last_year(plan: PlanDict, table: str) -> Mapping[str, Any]:
    rows = [row for row in plan.get(table) or [] if row["year"] == last_year(plan)]
    return rows[0] if rows else {}


def _water_figure(plan: PlanDict) -> Figure:
    row = _of_last_year(plan, "water_totals")
    label = _("New cooling water {year}").format(year=last_year(plan))
    help_text = _("Reclaimed and drinking water for cooling the new sites in one year.")
    if not row:
        return Figure(label, "–", _("not computed"), help_text)
    both, cap = (row.get("new_m3") or 0.0) + (row.get("stock_m3") or 0.0), row.get("cap_m3")
    divisor, unit = {"en": (1e6, _("million m³")), "zh": (1e4, _("10,000 m³"))}[language()]
    note = _("with existing centres {all} {unit}, no cap of the city").format(all=number(both / divisor), unit=unit)
    if cap is not None:
        note = _("with existing centres {all} of {cap} {unit} allowed").format(
            all=number(both / divisor), cap=number(cap / divisor), unit=unit
        )
    return Figure(label, f"{number((row.get('new_m3') or 0.0) / divisor, 2)} {unit}", note, help_text)


def _green_figure(plan: PlanDict) -> Figure:
    row = _of_last_year(plan, "energy")
    share, required = row.get("green_share"), row.get("required_share")
    return Figure(
        _("Green power {year}").format(year=last_year(plan)),
        "–" if share is None else f"{number(100.0 * share, 0)} %",
        "" if required is None else _("required {share} %").format(share=number(100.0 * required, 0)),
        _("Green power and certificates as a share of the electricity of the new centres."),
    )


def _energy_figure(plan: PlanDict) -> Figure:
    row = _of_last_year(plan, "energy")
    mwh, tonnes = row.get("new_mwh"), row.get("emissions_t")
    return Figure(
        _("Electricity {year}").format(year=last_year(plan)),
        "–" if mwh is None else _("{n} GWh").format(n=number(mwh / 1e3, 0)),
        "" if tonnes is None else _("{n} kt CO2").format(n=number(tonnes / 1e3, 0)),
        _(
            "Electricity of the new centres in one year, with cooling and losses, and the emissions counted for the plan."
        ),
    )
