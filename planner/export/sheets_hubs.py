"""Sheets of a plan of areas: hubs, rules, decisions, investments, heat, conversions, what stands today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from planner.conversion_words import basis_word, unit_word
from planner.export.facts import PlanDict, Row, in_year, local_name, years_of
from planner.export.hub_facts import (
    green_share,
    hub_ids,
    hub_names,
    hub_row,
    market_names,
    rows_of,
    summed,
)
from planner.export.hub_words import known_or, label_lines, missing_lines, role_name
from planner.export.rule_words import rule_places, rule_source, rules_in_order
from planner.export.sheet import Cell, Sheet
from planner.export.sheets_green import green_book_sheet, market_sheet
from planner.i18n import gettext as _
from planner.policy_words import decided_name, effect_name, label_name, quantity_name, rule_text, value_text

if TYPE_CHECKING:
    from planner.region import Region

PERCENT = 100.0


def area_sheets(plan: PlanDict, names: Mapping[str, str], *, lang: str, region: Region | None = None) -> list[Sheet]:
    """Return the sheets of a plan of areas; all are without rows for a plan of stations."""
    return [
        hub_sheet(plan, lang=lang),
        green_book_sheet(plan, names, region=region),
        market_sheet(plan, lang=lang),
        area_sheet(plan, lang=lang),
        rule_sheet(plan, names_of_places(plan, names, lang=lang)),
        decide_sheet(plan, lang=lang),
        investment_sheet(plan),
        heat_sheet(plan, names),
        conversion_sheet(plan, names),
        missing_sheet(plan),
        existing_sheet(plan, names),
    ]


def names_of_places(plan: PlanDict, names: Mapping[str, str], *, lang: str) -> dict[str, str]:
    """Return names with those of hubs and markets."""
    return {**names, **market_names(plan, lang), **hub_names(plan, lang)}


def hub_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return one row per hub and year, hub by hub; below them the whole."""
    header = [
        _("Hub"),
        _("Role"),
        _("Year"),
        _("IT load (MW)"),
        _("Installed IT (MW)"),
        _("Electricity (MWh)"),
        _("IT electricity (MWh)"),
        _("PUE"),
        _("Green power (MWh)"),
        _("Certificates (MWh)"),
        _("Green share (%)"),
        _("REF"),
        _("CUE (kg CO2/kWh IT)"),
        _("ERF"),
        _("Emissions (t CO2)"),
        _("Water (m³)"),
        _("Round trip, mean (ms)"),
        _("Compute (PFLOPS)"),
        _("Racks known today (standard racks)"),
    ]
    names = hub_names(plan, lang)
    rows = [
        _hub_cells(row, names[hub], role_name(str(row.get("role"))))
        for hub in hub_ids(plan)
        for year in years_of(plan)
        if (row := hub_row(plan, hub, year))
    ]
    for year in years_of(plan) if rows else []:
        of_year = [row for row in rows_of(plan, "hubs") if row["year"] == year]
        rows.append(_hub_cells({**summed(of_year), "year": year}, _("All hubs"), ""))
    return Sheet("hubs", _("Hubs"), header, rows)


def _hub_cells(row: Row, name: str, role: str) -> list[Cell]:
    return [
        name,
        role,
        row["year"],
        *(row.get(column) for column in ("it_mw", "installed_mw", "energy_mwh", "it_mwh", "pue")),
        *(row.get(column) for column in ("green_mwh", "certificate_mwh")),
        _percent(green_share(row)),
        *(row.get(column) for column in ("ref", "cue_kg_per_kwh", "erf", "emissions_t", "water_m3", "rtt_ms")),
        row.get("compute_pflops"),
        known_or(row.get("existing_racks")) if role else None,
    ]


def area_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return one row per site of a plan of areas: hub, market, label of the rules, compute by year."""
    years = years_of(plan)
    header = [
        _("Site"),
        _("Name"),
        _("Hub"),
        _("Market"),
        _("Cluster"),
        _("Judged by the rules"),
        _("Rules that speak to it"),
    ]
    header += [_("Compute {year} (PFLOPS)").format(year=year) for year in years]
    names = names_of_places(plan, {}, lang=lang)
    rows: list[list[Cell]] = [
        [
            str(site["id"]),
            local_name(site, lang),
            names.get(str(site.get("hub")), site.get("hub")),
            names.get(str(site.get("market")), site.get("market")),
            site.get("cluster"),
            label_name(str(site.get("label") or "")),
            "; ".join(label_lines(plan, site)),
            *(_pflops(site, year) for year in years),
        ]
        for site in (plan.get("sites") or [] if plan.get("hubs") else [])
    ]
    return Sheet("areas", _("Areas"), header, rows)


def _pflops(site: Row, year: int) -> float | None:
    return in_year(site["compute_pflops"], year) if site.get("compute_pflops") else None


def rule_sheet(plan: PlanDict, names: Mapping[str, str]) -> Sheet:
    """Return every rule of the policy pack with what it did, those that decided first."""
    header = [
        _("Rule"),
        _("Where"),
        _("Year"),
        _("Value"),
        _("What it did"),
        _("Note"),
        _("How it acts"),
        _("Document and clause"),
        _("Id"),
    ]
    rows: list[list[Cell]] = [
        [
            quantity_name(str(row["quantity"])),
            rule_places(row, names),
            row.get("year"),
            value_text(row),
            decided_name(str(row.get("decided"))),
            rule_text(row) or str(row.get("text") or ""),
            effect_name(str(row.get("effect") or "hard")),
            rule_source(row),
            str(row["id"]),
        ]
        for row in rules_in_order(rows_of(plan, "rules"))
    ]
    return Sheet("rules", _("Rules"), header, rows)


def decide_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return what must be decided now, the earliest decision first."""
    header = [_("Site"), _("Decide by"), _("In service"), _("Lead time (years)"), _("IT load (MW)")]
    rows: list[list[Cell]] = [
        [local_name({**row, "id": row["site"]}, lang), row.get("decide_by"), row.get("year"), row.get("lead_years"), row.get("it_mw")]
        for row in sorted(rows_of(plan, "decide_now"), key=lambda row: (row.get("decide_by") or 0, str(row["site"])))
    ]  # fmt: skip
    return Sheet("decide_now", _("Decide now"), header, rows)


def investment_sheet(plan: PlanDict) -> Sheet:
    """Return the investment by planning year against its budget, and what it is still worth at the end."""
    header = [_("Year"), _("Investment (CNY)"), _("Budget (CNY)"), _("Still worth at the end (CNY)")]
    rows: list[list[Cell]] = [
        [row["year"], row.get("cny"), row.get("budget_cny"), row.get("salvage_cny")]
        for row in rows_of(plan, "investments")
    ]
    return Sheet("investments", _("Investments"), header, rows)


def heat_sheet(plan: PlanDict, names: Mapping[str, str]) -> Sheet:
    """Return the waste heat that is used."""
    header = [_("Site"), _("User of heat"), _("Year"), _("Heat (MWh)"), _("Revenue (CNY a year)")]
    rows: list[list[Cell]] = [
        [names.get(str(row["site"]), str(row["site"])), names.get(str(row["sink"]), str(row["sink"])), row["year"], row.get("mwh"), row.get("cny")]
        for row in rows_of(plan, "heat")
    ]  # fmt: skip
    return Sheet("heat", _("Waste heat"), header, rows)


def conversion_sheet(plan: PlanDict, names: Mapping[str, str]) -> Sheet:
    """Return every conversion between units of compute and megawatts."""
    from planner.export.sentences import class_name

    header = [_("Class of demand"), _("Year"), _("From"), _("To"), _("Factor"), _("Unit"), _("Basis"), _("Source")]
    rows: list[list[Cell]] = [
        [
            class_name(str(row.get("workload") or ""), names),
            row.get("year"),
            _with_amount(row.get("value_from"), unit_word(row.get("from"))),
            _with_amount(row.get("value_to"), unit_word(row.get("to"))),
            *(row.get("factor"), unit_word(row.get("unit")), basis_word(row), row.get("source")),
        ]
        for row in rows_of(plan, "conversions")
    ]
    return Sheet("conversions", _("Conversions"), header, rows)


def _with_amount(amount: float | None, unit: object) -> str:
    return str(unit or "–") if amount is None else f"{amount:,.6g} {unit or ''}".strip()


def missing_sheet(plan: PlanDict) -> Sheet:
    """Return what is missing for what is asked."""
    rows: list[list[Cell]] = [
        [text, row.get("year"), row.get("lacking_mwh")]
        for text, row in zip(missing_lines(plan), rows_of(plan, "missing"), strict=True)
    ]
    return Sheet(
        "missing", _("What is missing"), [_("What is missing"), _("Year"), _("Missing green power (MWh)")], rows
    )


def existing_sheet(plan: PlanDict, names: Mapping[str, str]) -> Sheet:
    """Return what stands today, as published; blanks are unknown, not nothing."""
    header = [
        _("Site"),
        _("Year"),
        _("Racks (standard racks)"),
        _("Compute (PFLOPS)"),
        _("Projects"),
        _("Mean temperature (°C)"),
    ]
    columns = ("racks_std", "compute_pflops", "dc_projects", "mean_temp_c")
    rows: list[list[Cell]] = [
        [names.get(str(row["site"]), str(row["site"])), row.get("year"), *(known_or(row.get(name)) for name in columns)]
        for row in rows_of(plan, "existing")
    ]
    return Sheet("existing", _("Existing centres today"), header, rows)


def _percent(share: float | None) -> float | None:
    return None if share is None else PERCENT * share
