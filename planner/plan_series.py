"""Rows for the charts of the Plan page: costs by year and term, water of a plant by month, energy by year.

A row is a dictionary of plain values in the unit that is returned beside the rows; texts are in the language in use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.export.facts import PlanDict, years_of
from planner.export.words import term_name
from planner.i18n import gettext as _
from planner.plan_views import digits, money_scale

N_TERMS = 8  # terms with a colour of their own; the others are one
OTHER_TERMS = "other"
MONTHS = range(1, 13)
MWH_PER_GWH = 1e3


@dataclass(frozen=True)
class Series:
    """Rows of a chart, the unit of their amounts, and the order in which the parts are stacked."""

    rows: list[dict[str, Any]]
    unit: str
    parts: list[str] = field(default_factory=list)

    @property
    def totals(self) -> list[dict[str, Any]]:
        """Return {year, top, text}: what stands above the bar of each year; `top` is the height of the bar."""
        years = sorted({row["year"] for row in self.rows})
        sums = {year: [row["amount"] for row in self.rows if row["year"] == year] for year in years}
        return [
            {"year": year, "top": sum(v for v in values if v > 0), "text": digits(sum(values))}
            for year, values in sums.items()
        ]


def ledger_series(plan: PlanDict, *, is_discounted: bool) -> Series:
    """Return {year, term, amount}: costs per year of each planning year, or as they count in the aim (discounted, summed).

    The eight largest terms stand alone, the largest first; the others are one. The amounts of a discounted series add up to
    the value of a least-cost plan.
    """
    column = "cny" if is_discounted else "cny_per_year"
    sums: dict[str, float] = {}
    for row in plan.get("ledger") or []:
        sums[row["term"]] = sums.get(row["term"], 0.0) + abs(row.get(column) or 0.0)
    largest = sorted((term for term in sums if sums[term] > 0), key=lambda term: (-sums[term], term))
    named = largest if len(largest) <= N_TERMS + 1 else largest[:N_TERMS]
    amounts: dict[tuple[int, str], float] = {}
    for row in plan.get("ledger") or []:
        key = (int(row["year"]), row["term"] if row["term"] in named else OTHER_TERMS)
        amounts[key] = amounts.get(key, 0.0) + float(row.get(column) or 0.0)
    totals = {year: sum(v for (y, _term), v in amounts.items() if y == year) for year, _term in amounts}
    divisor, unit = money_scale(max(map(abs, totals.values()), default=0.0))
    order = [*named, OTHER_TERMS]
    rows = [
        {"year": str(year), "term": _term(term), "amount": cny / divisor, "order": order.index(term)}
        for (year, term), cny in sorted(amounts.items(), key=lambda item: (item[0][0], order.index(item[0][1])))
        if cny
    ]
    used = {row["order"] for row in rows}
    shown_unit = unit if is_discounted else _("{unit} a year").format(unit=unit)
    return Series(rows, shown_unit, [_term(term) for i, term in enumerate(order) if i in used])


def _term(term: str) -> str:
    return _("All other costs") if term == OTHER_TERMS else term_name(term)


def water_series(plan: PlanDict, plant: str, year: int) -> Series:
    """Return {month, used, limit, is_full} of one plant and year: peak day of each month, m³/day.

    `is_full` tells that no more than one part in a thousand of the supply is left.
    """
    found = {
        int(row["month"]): row
        for row in plan.get("plant_water") or []
        if str(row["plant"]) == plant and row["year"] == year
    }
    rows = [
        {
            "month": month,
            "used": float(found[month]["used_m3_per_day"]),
            "limit": float(found[month]["limit_m3_per_day"]),
            "is_full": found[month]["used_m3_per_day"] > 0.999 * found[month]["limit_m3_per_day"],
        }
        for month in MONTHS
        if month in found
    ]
    return Series(rows, _("m³/day"))


def energy_series(plan: PlanDict) -> tuple[Series, list[dict[str, Any]]]:
    """Return ({year, part, amount} in GWh/year, {year, amount, share} of what is required to be green).

    Parts are green power, certificates and other power; they add up to the electricity of the new centres.
    """
    parts = {"green": _("Green power"), "certificates": _("Green certificates"), "other": _("Other power")}
    rows, required = [], []
    for row in sorted(plan.get("energy") or [], key=lambda r: r["year"]):
        for order, (key, mwh) in enumerate(_split(row).items()):
            rows.append({"year": str(row["year"]), "part": parts[key], "amount": mwh / MWH_PER_GWH, "order": order})
        share = float(row.get("required_share") or 0.0)
        needed = share * float(row.get("new_mwh") or 0.0) / MWH_PER_GWH
        required.append({"year": str(row["year"]), "amount": needed, "share": 100.0 * share})
    return Series(rows, _("GWh a year"), list(parts.values())), required


def _split(row: Mapping[str, Any]) -> dict[str, float]:
    new, green, certificates = (float(row.get(k) or 0.0) for k in ("new_mwh", "green_mwh", "certificate_mwh"))
    return {"green": green, "certificates": certificates, "other": max(new - green - certificates, 0.0)}


def load_series(plan: PlanDict) -> Series:
    """Return {year, part, amount}: IT load [MW] by year, served at new sites, in existing centres, outside, not at all."""
    new = {str(site["id"]) for site in plan.get("sites") or []}
    away = {str(row["id"]) for row in plan.get("outside") or []}
    parts = [_("New sites"), _("Existing centres"), _("Outside the region"), _("Not served")]
    sums = {(year, order): 0.0 for year in years_of(plan) for order in range(len(parts))}
    for row in plan.get("assignments") or []:
        order = 0 if row["site"] in new else 2 if row["site"] in away else 1
        sums[(int(row["year"]), order)] += float(row["it_mw"])
    for row in plan.get("unserved") or []:
        sums[(int(row["year"]), 3)] += float(row["it_mw"])
    rows = [
        {"year": str(year), "part": parts[order], "amount": mw, "order": order}
        for (year, order), mw in sums.items()
        if mw > 0
    ]
    return Series(rows, "MW", parts)
