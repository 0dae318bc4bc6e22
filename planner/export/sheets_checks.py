"""Sheets of what holds a plan back and what it costs: limits, existing centres, ledger, energy, water, outages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.region import Region

from planner.export.facts import (
    PlanDict,
    Row,
    index_parts,
    last_year,
    local_name,
    shown_limits,
)
from planner.export.grid_words import kind_name, situation_name
from planner.export.limit_words import limit_place
from planner.export.sentences import names_of, outage_text
from planner.export.sheet import Cell, Sheet, yes_no
from planner.export.words import (
    family_name,
    limit_name,
    term_name,
    unit_name,
)


def limit_sheet(plan: PlanDict, *, lang: str, region: Region | None = None) -> Sheet:
    """Return every limit with what one more unit is worth at this siting."""
    header = [
        _("Subject"),
        _("Limit"),
        _("Where and when"),
        _("Unit"),
        _("Used"),
        _("Limit value"),
        _("Left"),
        _("Worth of one more unit at this siting"),
        _("Binds"),
        _("Index"),
    ]
    names = names_of(plan, region, lang=lang)
    rows: list[list[Cell]] = [
        [
            family_name(str(row.get("family"))),
            limit_name(str(row.get("constraint"))),
            limit_place(row, names),
            unit_name(str(row.get("unit") or "")),
            row.get("used"),
            row.get("limit"),
            row.get("slack"),
            row.get("worth"),
            yes_no(row.get("is_binding")),
            ", ".join(index_parts(row.get("index"))),
        ]
        for row in shown_limits(plan)
    ]
    return Sheet("limits", _("Limits"), header, rows)


def stock_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return what happens to the existing centres."""
    header = [_("Existing centre"), _("Name"), _("Year"), _("Halls"), _("Halls kept"), _("Halls changed")]
    rows: list[list[Cell]] = [
        [
            str(row["id"]),
            local_name(row, lang),
            row.get("year"),
            row.get("n_halls"),
            row.get("keep"),
            changed_halls(row),
        ]
        for row in plan.get("stock") or []
    ]
    return Sheet("stock", _("Existing centres"), header, rows)


def stock_sentence(plan: PlanDict, *, lang: str) -> str:
    """Return what happens to the existing centres by the last year, "" for a plan that knows none."""
    year = last_year(plan)
    rows = [row for row in plan.get("stock") or [] if row.get("year") == year]
    changed = [
        _("{name}: {changes} of {n} halls").format(
            name=local_name(row, lang), changes=changed_halls(row), n=row.get("n_halls") or 0
        )
        for row in rows
        if changed_halls(row)
    ]
    n_same = len(rows) - len(changed)
    parts = [*changed, *([_("{n} centres stay as they are").format(n=n_same)] if n_same else [])]
    return _("Existing centres by {year}: {parts}.").format(year=year, parts="; ".join(parts)) if rows else ""


def cost_sheet(plan: PlanDict) -> Sheet:
    """Return the ledger: the weighted column sums to the objective of a least-cost plan."""
    header = [_("Cost"), _("Year"), _("In the objective (CNY, weighted)"), _("Per year (CNY)")]
    rows: list[list[Cell]] = [
        [term_name(row["term"]), row["year"], row["cny"], row.get("cny_per_year")] for row in plan.get("ledger") or []
    ]
    return Sheet("costs", _("Costs"), header, rows)


def energy_sheet(plan: PlanDict) -> Sheet:
    """Return energy, green share, emissions and water by year."""
    water = {row["year"]: row for row in plan.get("water_totals") or []}
    header = [
        _("Year"),
        _("New centres (MWh)"),
        _("Existing centres (MWh)"),
        _("Green power (MWh)"),
        _("Certificates (MWh)"),
        _("Green share (%)"),
        _("Required green share (%)"),
        _("Emissions (t CO2)"),
        _("Water of new centres (m³)"),
        _("Water of existing centres (m³)"),
        _("Water cap of the city (m³)"),
    ]
    rows: list[list[Cell]] = [
        [
            row["year"],
            *(row.get(column) for column in ("new_mwh", "stock_mwh", "green_mwh", "certificate_mwh")),
            _percent(row.get("green_share")),
            _percent(row.get("required_share")),
            row.get("emissions_t"),
            *(water.get(row["year"], {}).get(column) for column in ("new_m3", "stock_m3", "cap_m3")),
        ]
        for row in plan.get("energy") or []
    ]
    return Sheet("energy_water", _("Energy and water"), header, rows)


def outage_sheet(plan: PlanDict) -> Sheet:
    """Return every checked outage with what it leads to."""
    header = [
        _("Year"),
        _("Situation"),
        _("Outage of"),
        _("Kind"),
        _("Result"),
        _("Limiting element"),
        _("Value"),
        _("Limit value"),
        _("Unit"),
        _("Highest loading (%)"),
        _("Lowest voltage (pu)"),
        _("Supply lost (MW)"),
    ]
    rows: list[list[Cell]] = []
    for row in (plan.get("grid") or {}).get("outages") or []:
        worst: Row = row.get("worst") or {}
        rows.append(
            [
                row.get("year"),
                situation_name(row.get("situation")),
                row.get("element"),
                kind_name(row.get("kind")),
                outage_text(row),
                *(worst.get(column) for column in ("element", "value", "limit", "unit")),
                *(row.get(column) for column in ("max_loading_percent", "min_vm_pu", "unsupplied_mw")),
            ]
        )
    return Sheet("grid_outages", _("Grid outages"), header, rows)


def changed_halls(row: Row) -> str:
    """Return the halls that leave "keep" as text, "" for none."""
    words = {"vacate": _("vacate"), "retrofit": _("retrofit"), "convert": _("convert")}
    changes = sorted((row.get("options") or {}).items())
    return ", ".join(f"{words.get(option, option)} {n:g}" for option, n in changes if n)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100.0 * share
