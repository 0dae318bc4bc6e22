"""The parts of the printed report for a plan of areas: hubs by year, green book, rules, decisions, money, heat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from planner.export.facts import PlanDict, Row, in_year, last_year, local_name, years_of
from planner.export.hub_facts import (
    channel_mwh,
    channels,
    green_share,
    hub_ids,
    hub_names,
    hub_row,
    required_share,
    rows_of,
    short_of,
    shown_years,
    summed,
    totals,
)
from planner.export.hub_words import (
    certificates_note,
    known_or,
    missing_lines,
    other_rules_line,
    percent,
    ratio,
    role_name,
    rule_lines,
    unserved_line,
)
from planner.export.printed import new_table
from planner.export.sheets_hubs import names_of_places
from planner.export.words import number, short_technology_name
from planner.i18n import gettext as _
from planner.policy_words import label_name

if TYPE_CHECKING:
    from planner.region import Region

INDENT = (0, 0, 0, 2)  # top, right, bottom, left
N_LINES = 12
N_CHANNELS = 4
N_DECISIONS = 20
GWH = 1e3


def print_missing(console: Console, plan: PlanDict) -> None:
    """Print first what cannot be met."""
    lines = missing_lines(plan)
    if lines:
        console.print(Text(_("What is missing"), style="bold red"))
        print_lines(console, lines, style="red")


def print_unserved(console: Console, plan: PlanDict) -> None:
    """Print what no site could take, one line for all years; the workbook has every class and province."""
    text = unserved_line(plan)
    console.print(Text(text, style="bold") if text else _("All demand is served."))
    console.print()


def print_hubs(console: Console, plan: PlanDict, *, lang: str) -> None:
    """Print IT load by hub and year, then every figure of the hubs in the years shown."""
    _print_load(console, plan, lang=lang)
    _print_figures(console, plan, lang=lang)


def _print_load(console: Console, plan: PlanDict, *, lang: str) -> None:
    years, names = years_of(plan), hub_names(plan, lang)
    header = [_("Hub"), _("Role"), *(str(year) for year in years), _("Racks known today")]
    table = new_table(header, title=_("New IT load by hub (MW)"), numeric=set(range(2, len(header))))
    table.columns[0].no_wrap = True
    for hub in hub_ids(plan):
        rows = [hub_row(plan, hub, year) for year in years]
        racks = next((row.get("existing_racks") for row in rows if row), None)
        loads = [number(row.get("it_mw") or 0.0, 0) if row else "–" for row in rows]
        shown = known_or(racks)
        role = role_name(str(next((row.get("role") for row in rows if row), "")))
        table.add_row(names[hub], role, *loads, shown if isinstance(shown, str) else f"{shown:,.0f}")
    table.add_row(
        _("All hubs"),
        "",
        *(number(totals(plan, year)["it_mw"], 0) for year in years),
        "",
        style="bold",
        end_section=True,
    )
    console.print(table)


def _print_figures(console: Console, plan: PlanDict, *, lang: str) -> None:
    years, names = shown_years(plan), hub_names(plan, lang)
    has_heat = any(row.get("erf") for row in rows_of(plan, "hubs"))
    has_compute = any(row.get("compute_pflops") for row in rows_of(plan, "hubs"))
    header = [
        _("Hub"),
        _("Year"),
        _("IT MW"),
        "GWh",
        "PUE",
        _("Green (%)"),
        "REF",
        _("CUE (kg/kWh)"),
        "kt CO2",
        _("Water (1000 m³)"),
        _("Round trip (ms)"),
        *(["ERF"] if has_heat else []),
        *([_("PFLOPS")] if has_compute else []),
    ]
    table = new_table(header, title=_("Hubs in figures"), numeric=set(range(1, len(header))))
    table.columns[0].no_wrap = True
    for hub in hub_ids(plan):
        rows = [row for year in years if (row := hub_row(plan, hub, year)) and (row.get("it_mw") or 0.0) > 0]
        for i, row in enumerate(rows):
            cells = _figure_cells(row, has_heat=has_heat, has_compute=has_compute)
            table.add_row(names[hub] if i == 0 else "", *cells, end_section=i == len(rows) - 1)
    for i, year in enumerate(years):
        cells = _figure_cells({**totals(plan, year), "year": year}, has_heat=has_heat, has_compute=has_compute)
        table.add_row(_("All hubs") if i == 0 else "", *cells, style="bold")
    console.print(table)
    console.print(
        _("PUE, REF, CUE and ERF by ISO/IEC 30134-2, -3, -8 and -6; round trip: mean, weighted by load served.")
    )
    if certificates_note(plan):
        console.print(certificates_note(plan))
    if len(years) < len(years_of(plan)):
        console.print(_("The sheet Hubs of the workbook has all years."))
    console.print()


def _figure_cells(row: Row, *, has_heat: bool, has_compute: bool) -> list[str]:
    return [
        str(row["year"]),
        number(row.get("it_mw"), 0),
        _scaled(row.get("energy_mwh"), GWH),
        ratio(row.get("pue"), 3),
        percent(green_share(row)),
        ratio(row.get("ref")),
        ratio(row.get("cue_kg_per_kwh"), 3),
        _scaled(row.get("emissions_t"), 1e3),
        _scaled(row.get("water_m3"), 1e3),
        number(row.get("rtt_ms"), 1),
        *([ratio(row.get("erf"), 3)] if has_heat else []),
        *([number(row.get("compute_pflops"), 0)] if has_compute else []),
    ]


def print_areas(console: Console, plan: PlanDict, *, lang: str) -> None:
    """Print the sites of the last year, the largest first."""
    year, names = last_year(plan), names_of_places(plan, {}, lang=lang)
    sites = sorted(plan.get("sites") or [], key=lambda site: (-in_year(site.get("it_mw"), year), str(site["id"])))
    has_label = any(site.get("label") for site in sites)
    header = [_("Site"), _("Hub"), _("Opens"), _("IT MW"), _("Cooling (MW IT)")]
    header += [_("Judged by the rules")] if has_label else []
    table = new_table(header, title=_("Sites in {year}").format(year=year), numeric={3})
    for site in sites:
        hub = str(site.get("hub") or "")
        cooling = [f"{short_technology_name(c['technology'])} {c['it_mw']:.0f}" for c in site.get("cooling") or []]
        table.add_row(
            local_name(site, lang),
            names.get(hub, hub or "–"),
            str(site.get("open_year") or "–"),
            number(in_year(site.get("it_mw"), year), 0),
            ", ".join(cooling),
            *([label_name(str(site.get("label") or "–"))] if has_label else []),
        )
    console.print(table)


def print_green_book(console: Console, plan: PlanDict, names: Mapping[str, str], region: Region | None) -> None:
    """Print the annual green book: electricity, channels, share and what is required, then markets that fall short."""
    used = channels(plan, region)
    used = used if len(used) <= N_CHANNELS else []
    header = [
        _("Year"),
        _("Electricity (GWh)"),
        *(names.get(name, name) for name in used),
        *([] if used else [_("Green power"), _("Certificates")]),
        _("Share (%)"),
        _("Required (%)"),
        _("Missing"),
        _("CUE (kg/kWh)"),
        _("Carbon (kt CO2)"),
    ]
    table = new_table(header, title=_("Annual green book (GWh)"), numeric=set(range(1, len(header))))
    for year in years_of(plan):
        of_year = [row for row in rows_of(plan, "markets") if row["year"] == year]
        if not of_year:
            continue
        whole = summed(of_year)
        bought = [whole["green_mwh"], whole["certificate_mwh"]]
        parts = [channel_mwh(plan, name, year) for name in used] if used else bought
        table.add_row(
            str(year),
            _scaled(whole["energy_mwh"], GWH),
            *(_scaled(part, GWH) for part in parts),
            percent(whole["green_share"]),
            percent(required_share(of_year)),
            _scaled(sum(short_of(row) for row in of_year), GWH),
            ratio(whole["cue_kg_per_kwh"], 3),
            _scaled(whole["emissions_t"], 1e3),
        )
    if not table.row_count:
        return
    console.print(table)
    lang_names = names_of_places(plan, names, lang=_lang())
    short = [row for row in rows_of(plan, "markets") if short_of(row) > 0]
    lines = [
        _("{market}, {year}: {share} % of {required} % required, {gwh} GWh missing").format(
            market=lang_names.get(str(row["market"]), row["market"]),
            year=row["year"],
            share=percent(green_share(row)),
            required=percent(row.get("required_share")),
            gwh=_scaled(short_of(row), GWH),
        )
        for row in short
    ]
    print_lines(console, lines, style="red")


def print_rules(console: Console, plan: PlanDict, names: Mapping[str, str]) -> None:
    """Print the rules that decided, then how many others there are."""
    if not rows_of(plan, "rules"):
        return
    console.print(Text(_("Rules that decided"), style="bold"))
    lines = rule_lines(plan, names_of_places(plan, names, lang=_lang()))
    print_lines(console, lines or [_("No rule of the policy pack holds the plan back.")], is_last=False)
    console.print(other_rules_line(plan))
    console.print()


def print_lines(console: Console, lines: Iterable[str], *, style: str = "", is_last: bool = True) -> None:
    """Print lines with an indent; beyond some they are counted."""
    known = list(lines)
    for line in known[:N_LINES]:
        console.print(Padding(Text(line, style=style), INDENT))
    if len(known) > N_LINES:
        console.print(Padding(_("{n} more; see the workbook.").format(n=len(known) - N_LINES), INDENT))
    if known and is_last:
        console.print()


def _scaled(value: float | None, by: float) -> str:
    return number(None if value is None else value / by, 0)


def _lang() -> str:
    from planner.i18n import language

    return language()
