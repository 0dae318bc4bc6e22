"""Sheets of the annual green book: the whole by year with every channel, and market by market."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from planner.export.facts import PlanDict, local_name, years_of
from planner.export.hub_facts import channel_mwh, channels, green_share, required_share, rows_of, short_of, summed
from planner.export.sheet import Cell, Sheet
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.region import Region

PERCENT = 100.0


def green_book_sheet(plan: PlanDict, names: Mapping[str, str], *, region: Region | None = None) -> Sheet:
    """Return the annual green book: electricity, every channel, share, required share and what is missing, by year."""
    used = channels(plan, region)
    header = [
        _("Year"),
        _("Electricity (MWh)"),
        *(_("{channel} (MWh)").format(channel=names.get(name, name)) for name in used),
        _("Green power (MWh)"),
        _("Certificates (MWh)"),
        _("Green share (%)"),
        _("Required green share (%)"),
        _("Missing green power (MWh)"),
        _("Emissions (t CO2)"),
        _("CUE (kg CO2/kWh IT)"),
    ]
    rows: list[list[Cell]] = []
    for year in years_of(plan):
        of_year = [row for row in rows_of(plan, "markets") if row["year"] == year]
        if of_year:
            whole = summed(of_year)
            rows.append(
                [
                    year,
                    whole["energy_mwh"],
                    *(channel_mwh(plan, name, year) for name in used),
                    whole["green_mwh"],
                    whole["certificate_mwh"],
                    _percent(whole["green_share"]),
                    _percent(required_share(of_year)),
                    sum(short_of(row) for row in of_year),
                    whole["emissions_t"],
                    whole["cue_kg_per_kwh"],
                ]
            )
    return Sheet("green_book", _("Green book"), header, rows)


def market_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return one row per market and year: the green book market by market."""
    header = [
        _("Market"),
        _("Year"),
        _("Price (CNY/MWh)"),
        _("Electricity (MWh)"),
        _("IT electricity (MWh)"),
        _("PUE"),
        _("Green power (MWh)"),
        _("Certificates (MWh)"),
        _("Green share (%)"),
        _("Required green share (%)"),
        _("Missing green power (MWh)"),
        _("REF"),
        _("CUE (kg CO2/kWh IT)"),
        _("Emissions (t CO2)"),
    ]
    rows: list[list[Cell]] = [
        [
            local_name({**row, "id": row["market"]}, lang),
            row["year"],
            *(row.get(column) for column in ("energy_cny_per_mwh", "energy_mwh", "it_mwh", "pue")),
            *(row.get(column) for column in ("green_mwh", "certificate_mwh")),
            _percent(green_share(row)),
            _percent(row.get("required_share")),
            short_of(row),
            *(row.get(column) for column in ("ref", "cue_kg_per_kwh", "emissions_t")),
        ]
        for row in sorted(rows_of(plan, "markets"), key=lambda row: (str(row["market"]), row["year"]))
    ]
    return Sheet("markets", _("Markets"), header, rows)


def _percent(share: float | None) -> float | None:
    return None if share is None else PERCENT * share
