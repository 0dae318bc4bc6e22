"""What the pages show of a plan of areas: headline figures, sites, and rows of charts by hub and of the green book.

Everything here is taken or summed from the plan's own lists; nothing is modelled again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.export.facts import PlanDict, in_year, last_year, local_name, sites_by_size, years_of
from planner.export.hub_facts import (
    green_share,
    hub_ids,
    hub_names,
    hub_palette,
    hub_row,
    market_names,
    required_share,
    rows_of,
    short_of,
    summed,
    totals,
)
from planner.export.hub_words import label_lines, percent, ratio
from planner.export.words import number, short_technology_name
from planner.i18n import gettext as _
from planner.i18n import language
from planner.map_view.selection import Selection
from planner.plan_rows import Table
from planner.plan_series import MWH_PER_GWH, Series
from planner.plan_views import Figure
from planner.policy_words import label_name

NOTHING_MW = 0.05


def area_figures(plan: PlanDict) -> list[Figure]:
    """Return the figures that a plan of areas shows beside cost, load and sites: indicators, green share, carbon, water."""
    year = last_year(plan) or 0
    whole = totals(plan, year)
    of_year = [row for row in rows_of(plan, "markets") if row["year"] == year]
    required, short = required_share(of_year), sum(short_of(row) for row in of_year)
    note = _("nothing required") if required is None else _("required {share} %").format(share=percent(required))
    if short > 0:
        note = _("{note}, {gwh} GWh missing").format(note=note, gwh=number(short / MWH_PER_GWH, 0))
    water = whole["water_m3"]
    return [
        Figure(f"PUE {year}", ratio(whole["pue"], 3), "ISO/IEC 30134-2", _("All electricity over that of the IT.")),
        Figure(
            _("Green power {year}").format(year=year),
            f"{percent(whole['green_share'])} %",
            note,
            _("Green power and certificates as a share of the electricity of the new centres."),
        ),
        Figure(f"REF {year}", ratio(whole["ref"]), "ISO/IEC 30134-3", _("Renewable energy used over all energy.")),
        Figure(
            f"CUE {year}",
            _("{value} kg/kWh").format(value=ratio(whole["cue_kg_per_kwh"], 3)),
            _("{n} kt CO2").format(n=number(_scaled(whole["emissions_t"], 1e3), 0)),
            _("Carbon dioxide per kWh of the IT, ISO/IEC 30134-8."),
        ),
        Figure(
            _("Electricity {year}").format(year=year),
            _("{n} GWh").format(n=number(_scaled(whole["energy_mwh"], MWH_PER_GWH), 0)),
            "",
            _("Electricity of the new centres in one year, with cooling and losses."),
        ),
        Figure(
            _("New cooling water {year}").format(year=year),
            "–" if water is None else _("{n} million m³").format(n=number(water / 1e6, 2)),
            "",
            _("Water for cooling the new sites in one year."),
        ),
        Figure(
            _("Round trip {year}").format(year=year),
            "–" if whole["rtt_ms"] is None else f"{number(whole['rtt_ms'], 1)} ms",
            "",
            _("Mean over all load served, from the province of the demand to the site and back."),
        ),
    ]


def area_site_table(plan: PlanDict) -> Table:
    """Return one row per site, the largest first: hub, market, year, MW by year, cooling, what the rules say."""
    years, lang = years_of(plan), language()
    hubs, markets = hub_names(plan, lang), market_names(plan, lang)
    header = [
        _("Site"),
        _("Hub"),
        _("Market"),
        _("Opens"),
        *(_("IT {year} (MW)").format(year=year) for year in years),
        _("Cooling (MW IT)"),
        _("Judged by the rules"),
        _("Rules that speak to it"),
    ]
    sites = sites_by_size(plan)
    rows: list[list[Any]] = [
        [
            local_name(site, lang),
            hubs.get(str(site.get("hub")), str(site.get("hub") or "–")),
            markets.get(str(site.get("market")), str(site.get("market") or "–")),
            site.get("open_year"),
            *(round(in_year(site.get("it_mw"), year), 1) for year in years),
            " + ".join(f"{short_technology_name(c['technology'])} {c['it_mw']:.0f}" for c in site.get("cooling") or []),
            label_name(str(site.get("label") or "–")),
            "; ".join(label_lines(plan, site)) or "–",
        ]
        for site in sites
    ]
    return Table(header, rows, [Selection("sites", str(site["id"])) for site in sites])


def hub_series(plan: PlanDict) -> tuple[Series, list[str]]:
    """Return ({year, part, amount}: IT load [MW] by year and hub, the colours of the hubs in their order)."""
    names, palette = hub_names(plan, language()), hub_palette(plan)
    hubs = hub_ids(plan)
    rows = [
        {"year": str(year), "part": names[hub], "amount": float(mw), "order": order}
        for order, hub in enumerate(hubs)
        for year in years_of(plan)
        if (mw := hub_row(plan, hub, year).get("it_mw") or 0.0) > NOTHING_MW
    ]
    used = {row["part"] for row in rows}
    kept = [hub for hub in hubs if names[hub] in used]
    return Series(rows, "MW IT", [names[hub] for hub in kept]), [palette[hub] for hub in kept]


def book_series(plan: PlanDict) -> tuple[Series, list[dict[str, Any]]]:
    """Return ({year, part, amount} in GWh/year of green power, certificates and other power, what is required by year)."""
    parts = (_("Green power"), _("Green certificates"), _("Other power"))
    rows, required = [], []
    for year in years_of(plan):
        of_year = [row for row in rows_of(plan, "markets") if row["year"] == year]
        whole = summed(of_year)
        energy, green, bought = (float(whole[k] or 0.0) for k in ("energy_mwh", "green_mwh", "certificate_mwh"))
        for order, mwh in enumerate((green, bought, max(energy - green - bought, 0.0))):
            rows.append({"year": str(year), "part": parts[order], "amount": mwh / MWH_PER_GWH, "order": order})
        share = required_share(of_year) or 0.0
        required.append({"year": str(year), "amount": share * energy / MWH_PER_GWH, "share": 100.0 * share})
    return Series(rows, _("GWh a year"), list(parts)), required


def hub_table(plan: PlanDict, year: int) -> list[dict[str, Any]]:
    """Return one row per hub with load in a year, and the whole, in numbers that are read easily."""
    names = hub_names(plan, language())
    parts = [(names[hub], hub_row(plan, hub, year)) for hub in hub_ids(plan)]
    rows = []
    for name, row in [*parts, (_("All hubs"), totals(plan, year))]:
        if (row.get("it_mw") or 0.0) <= NOTHING_MW:
            continue
        cells = {
            _("Hub"): name,
            _("IT load (MW)"): _round(row.get("it_mw"), 0),
            _("Electricity (GWh)"): _round(_scaled(row.get("energy_mwh"), MWH_PER_GWH), 0),
            "PUE": _round(row.get("pue"), 3),
            _("Green (%)"): _round(_scaled(green_share(row), 0.01), 0),
            "REF": _round(row.get("ref"), 3),
            _("CUE (kg CO2/kWh IT)"): _round(row.get("cue_kg_per_kwh"), 3),
            "ERF": _round(row.get("erf"), 3),
            _("Carbon (kt CO2)"): _round(_scaled(row.get("emissions_t"), 1e3), 0),
            _("Water (1000 m³)"): _round(_scaled(row.get("water_m3"), 1e3), 0),
            _("Round trip (ms)"): _round(row.get("rtt_ms"), 1),
            "PFLOPS": _round(row.get("compute_pflops"), 0),
        }
        rows.append(cells)
    return rows


def book_table(plan: PlanDict) -> list[dict[str, Any]]:
    """Return the green book of the whole by year, in GWh."""
    rows = []
    for year in years_of(plan):
        of_year = [row for row in rows_of(plan, "markets") if row["year"] == year]
        whole = summed(of_year)
        if of_year:
            rows.append(
                {
                    _("Year"): year,
                    _("Electricity (GWh)"): _round(_scaled(whole["energy_mwh"], MWH_PER_GWH), 0),
                    _("Green power (GWh)"): _round(_scaled(whole["green_mwh"], MWH_PER_GWH), 0),
                    _("Certificates (GWh)"): _round(_scaled(whole["certificate_mwh"], MWH_PER_GWH), 0),
                    _("Green share (%)"): _round(_scaled(whole["green_share"], 0.01), 1),
                    _("Required green share (%)"): _round(_scaled(required_share(of_year), 0.01), 1),
                    _("Missing (GWh)"): _round(sum(short_of(row) for row in of_year) / MWH_PER_GWH, 0),
                    _("Carbon (kt CO2)"): _round(_scaled(whole["emissions_t"], 1e3), 0),
                    _("CUE (kg CO2/kWh IT)"): _round(whole["cue_kg_per_kwh"], 3),
                }
            )
    return rows


def investment_table(plan: PlanDict) -> list[dict[str, Any]]:
    """Return investment, budget and what is still worth at the end by planning year, in millions."""
    heads = {
        "cny": _("Investment (million CNY)"),
        "budget_cny": _("Budget (million CNY)"),
        "salvage_cny": _("Still worth at the end (million CNY)"),
    }
    return [
        {_("Year"): row["year"], **{head: _round(_scaled(row.get(key), 1e6), 0) for key, head in heads.items()}}
        for row in rows_of(plan, "investments")
    ]  # fmt: skip


def _round(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals) if decimals else float(round(value))


def indicator_rows(plan: PlanDict) -> list[Mapping[str, Any]]:
    """Return {year, hub, ref, cue, pue} of every hub with load and of the whole, for charts over the years."""
    names = hub_names(plan, language())
    rows: list[Mapping[str, Any]] = []
    for year in years_of(plan):
        parts = [(names[hub], hub_row(plan, hub, year)) for hub in hub_ids(plan)]
        for name, row in [*parts, (_("All hubs"), totals(plan, year))]:
            if (row.get("it_mw") or 0.0) > NOTHING_MW:
                rows.append({"year": str(year), "hub": name, "ref": row.get("ref"), "cue": row.get("cue_kg_per_kwh"), "pue": row.get("pue")})  # fmt: skip
    return rows


def _scaled(value: float | None, by: float) -> float | None:
    return None if value is None else value / by
