"""The plan on two printed A4 pages: one HTML file that the browser prints, nothing outside it.

Page 1: the question, the answer, the verdict, the map. Page 2: the sites, what holds the plan back, costs, energy and
water, what was checked and under which rules, and what is assumed. Lists are cut where two pages end and say so; the
workbook has them in full.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from planner.export.atomic import write_text
from planner.export.facts import (
    PlanDict,
    has_plan,
    last_year,
    local_name,
    total_in_year,
    years_of,
)
from planner.export.hub_facts import has_hubs, required_share, rows_of, shown_years, totals
from planner.export.map_panel import Panel, headline_rows, panel
from planner.export.marks import marks_sentence
from planner.export.words import family_name, money, number, objective_name, term_name
from planner.i18n import gettext as _
from planner.i18n import language, use_language

if TYPE_CHECKING:
    from planner.region import Region

N_SITES = 24
N_LIMITS = 7
AREA_SITES, AREA_LIMITS = 8, 4  # the map lists all sites, and the green book takes its place
N_TERMS = 9
N_OUTSIDE = 3
N_LEVERS = 4
N_FINDINGS = 2
N_CONFLICTS = 12


def write_summary(plan: PlanDict, region: Region, path: Path, *, picture: bytes, lang: str) -> Path:
    """Write the two pages in `lang` (en or zh), whole or not at all."""
    return write_text(path, summary(plan, region, picture=picture, lang=lang))


def summary(plan: PlanDict, region: Region, *, picture: bytes, lang: str) -> str:
    """Return the pages as text; `picture` is the map as PNG (see `planner.export.png_map`)."""
    with use_language(lang):
        environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        template = environment.from_string(_text_of("summary_template.html"))
        return template.render(
            page=panel(plan, region, lang=lang),
            more={**_content(plan), "marks": marks_sentence(region) or ""},
            style=Markup(_text_of("summary.css")),  # noqa: S704 (our own file)
            picture=base64.b64encode(picture).decode("ascii"),
            w=_words(),
            n={"sites": AREA_SITES if has_hubs(plan) else N_SITES, "limits": AREA_LIMITS if has_hubs(plan) else N_LIMITS, "outside": N_OUTSIDE, "levers": N_LEVERS, "findings": N_FINDINGS,
               "conflicts": N_CONFLICTS},
        )  # fmt: skip


def _text_of(name: str) -> str:
    return (resources.files("planner.export") / name).read_text(encoding="utf-8")


def _content(plan: PlanDict) -> Panel:
    return {
        "question": question(plan),
        "answer": answer(plan),
        "costs": cost_rows(plan),
        "headline": headline(plan),
        "rules": rule_lines(plan),
    }


def _asked_mw(plan: PlanDict, year: int | None) -> float:
    """Return the load that is asked for in a year [MW IT]: as given, or what the plan serves and leaves unserved."""
    scenario = plan.get("scenario") or {}
    classes = (scenario.get("workloads") or {}).values()
    if all(spec.get("demand_mw") for spec in classes) and scenario.get("demand_basis") != "total":
        demand = sum(spec["demand_mw"].get(key, 0.0) for spec in classes for key in (str(year), year))
        return float(demand) * float(scenario.get("demand_scale") or 1.0)
    rows = [*(plan.get("assignments") or ()), *(plan.get("unserved") or ())]
    return sum(float(row["it_mw"]) for row in rows if int(row["year"]) == year)


def question(plan: PlanDict) -> str:
    """Return what was asked, in one sentence."""
    if has_hubs(plan):
        return area_question(plan)
    year = last_year(plan)
    return _(
        "Where in {region} can {mw} MW of new computing load be placed by {year}, how cooled, fed and watered, so that "
        "power, water, climate, green power and latency limits all hold? Aim: {aim}."
    ).format(
        region=local_name(plan.get("region") or {}, language()),
        mw=number(_asked_mw(plan, year), 0),
        year=year,
        aim=objective_name(str((plan.get("objective") or {}).get("name"))),
    )


def area_question(plan: PlanDict) -> str:
    """Return what was asked of a region of areas, in one sentence."""
    year = last_year(plan)
    return _(
        "Where in {region} can {mw} MW of computing load be placed by {year}, in which hub and in which year, so that "
        "latency, power, water, green power and efficiency rules all hold? Aim: {aim}."
    ).format(
        region=local_name(plan.get("region") or {}, language()),
        mw=number(_asked_mw(plan, year), 0),
        year=year,
        aim=objective_name(str((plan.get("objective") or {}).get("name"))),
    )


def answer(plan: PlanDict) -> str:
    """Return what the plan places, in one sentence; "" where there is none."""
    if not has_plan(plan):
        return ""
    year, sites = last_year(plan), plan.get("sites") or []
    cost = sum(row.get("cny_per_year") or 0.0 for row in plan.get("ledger") or [] if row["year"] == year)
    return _(
        "{n} sites carry {it} MW of IT load in {year} ({facility} MW with cooling) at {cost} a year."
    ).format(
        n=len(sites),
        it=number(total_in_year(sites, "it_mw", year), 0),
        year=year,
        facility=number(total_in_year(sites, "facility_mw", year), 0),
        cost=money(cost),
    )  # fmt: skip


def cost_rows(plan: PlanDict) -> list[dict[str, Any]]:
    """Return term, million CNY per year and share of the largest (percent) of the last year, the largest first.

    What is beyond `N_TERMS` terms is one row, so that the rows add up to the total of the year.
    """
    year = last_year(plan)
    found: dict[str, float] = {}
    for row in plan.get("ledger") or []:
        if row["year"] == year:
            found[row["term"]] = found.get(row["term"], 0.0) + (row.get("cny_per_year") or 0.0)
    rows = sorted(((term_name(term), cny) for term, cny in found.items() if cny), key=lambda row: -abs(row[1]))
    if len(rows) > N_TERMS:
        rows = [*rows[: N_TERMS - 1], (_("Other costs"), sum(cny for _name, cny in rows[N_TERMS - 1 :]))]
    largest = max((abs(cny) for _name, cny in rows), default=0.0)
    shown = [
        {"name": name, "amount": number(cny / 1e6, 0), "percent": f"{100 * max(cny, 0.0) / largest:.0f}"}
        for name, cny in rows
    ]
    if shown:
        shown.append({"name": _("Total"), "amount": number(sum(found.values()) / 1e6, 0), "percent": ""})
    return shown


def headline(plan: PlanDict) -> list[list[str]]:
    """Return per year: sites, IT MW, facility MW, million CNY, GWh, green share / required (%), kt CO2, water / cap."""
    energy = {row["year"]: row for row in plan.get("energy") or []}
    water = {row["year"]: row for row in plan.get("water_totals") or []}
    rows = []
    for year, head in zip(years_of(plan), headline_rows(plan), strict=True):
        e, w = energy.get(year, {}), water.get(year, {})
        if has_hubs(plan):
            if year not in shown_years(plan):
                continue
            of_year = [row for row in rows_of(plan, "markets") if row["year"] == year]
            e, w = {**e, "required_share": required_share(of_year)}, {"new_m3": totals(plan, year)["water_m3"]}
        used = (w.get("new_m3") or 0.0) + (w.get("stock_m3") or 0.0)
        rows.append(
            [
                *head[:5],
                _scaled(e.get("new_mwh"), 1e3, 0),
                f"{_scaled(e.get('green_share'), 0.01, 0)} / {_scaled(e.get('required_share'), 0.01, 0)}",
                _scaled(e.get("emissions_t"), 1e3, 0),
                head[6],
                f"{_scaled(used if w else None, 1e6, 1)} / {_scaled(w.get('cap_m3'), 1e6, 1)}",
            ]
        )
    return rows


def rule_lines(plan: PlanDict) -> list[str]:
    """Return under which policies the plan was made and which limits were switched off."""
    scenario = plan.get("scenario") or {}
    lines = [_("Policy pack: {pack}.").format(pack=scenario.get("policy_pack") or "–")]
    off = scenario.get("families_off") or []
    if off:
        lines.append(_("NOT limited in this scenario: {names}.").format(names=", ".join(family_name(f) for f in off)))
    water: Mapping[str, Any] = scenario.get("water") or {}
    if water.get("availability_share") is not None and not has_hubs(plan):
        text = _("Reclaimed water for cooling: {percent} % of what each plant treats.")
        lines.append(text.format(percent=f"{100 * water['availability_share']:g}"))
    if years_of(plan):
        lines.append(_("Worths hold at this siting; beyond it the plan would change."))
    return lines


def _scaled(value: float | None, by: float, decimals: int) -> str:
    return number(None if value is None else value / by, decimals)


def _words() -> dict[str, str]:
    return {
        "question": _("Question"),
        "answer": _("Answer"),
        "print": _("Two A4 pages: print them with the browser (Ctrl+P) or save them as PDF."),
        "sites": _("Sites"),
        "rank": _("No."),
        "more_sites": _("more sites: see the workbook"),
        "limits": _("What holds the plan back (power and water first)"),
        "more_limits": _("more limits bind: see the workbook"),
        "costs": _("Costs (million CNY a year)"),
        "energy": _("Electricity (GWh)"),
        "green": _("Green share / required (%)"),
        "emissions": _("Emissions (kt CO2)"),
        "water_all": _("All water / cap (million m³)"),
        "check": _("Grid check"),
        "rules": _("Rules"),
        "labels": _("What is assumed:"),
        "origin": _("Where the figures come from"),
        "page": _("Page {n} of 2"),
    }
