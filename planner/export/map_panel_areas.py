"""What stands beside the map and on the printed summary about a plan of areas: hubs, green book, rules, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planner.export.facts import PlanDict, in_year, last_year, local_name, sites_by_size, years_of
from planner.export.hub_facts import (
    green_share,
    has_hubs,
    hub_ids,
    hub_names,
    hub_palette,
    hub_row,
    required_share,
    rows_of,
    short_of,
    shown_years,
    summed,
    totals,
)
from planner.export.hub_words import (
    conversion_lines,
    decide_lines,
    known_or,
    map_note,
    missing_lines,
    other_rules_line,
    percent,
    ratio,
    rule_lines,
)
from planner.export.map_hubs import hub_legend
from planner.export.palette import OTHER_COLOUR
from planner.export.sheets_hubs import names_of_places
from planner.export.words import money, number, short_technology_name
from planner.i18n import gettext as _
from planner.policy_words import label_name

if TYPE_CHECKING:
    from planner.region import Region

GWH = 1e3


def area_panel(plan: PlanDict, region: Region, names: Mapping[str, str], *, lang: str) -> dict[str, Any]:
    """Return the tables and sentences of a plan of areas; {} for a plan of stations."""
    if not has_hubs(plan):
        return {}
    known = names_of_places(plan, names, lang=lang)
    return {
        "hub_header": hub_header(),
        "hubs": hub_table(plan, lang=lang),
        "hubs_last": hub_table(plan, lang=lang, is_last_only=True),
        "book_header": book_header(),
        "book": book_table(plan),
        "sites": site_table(plan, lang=lang),
        "missing": missing_lines(plan),
        "decide": decide_lines(plan, lang=lang),
        "rules": rule_lines(plan, known),
        "other_rules": other_rules_line(plan),
        "conversions": conversion_lines(plan, names),
        "investments": investment_lines(plan),
        "existing": existing_line(plan, region),
        "note": map_note(plan),
        "legend": hub_legend(plan, lang=lang),
        "words": {
            "hubs": _("Hubs"),
            "book": _("Annual green book"),
            "missing": _("What is missing"),
            "decide": _("What must be decided now"),
            "rules": _("Rules that decided"),
            "conversions": _("Conversions used"),
            "investments": _("Investments"),
            "site": _("Site"),
            "hub": _("Hub"),
            "mw": _("IT MW"),
            "cooling": _("Cooling (MW IT)"),
            "label": _("Judged by the rules"),
            "no_rule": _("No rule of the policy pack holds the plan back."),
        },
    }


def hub_header() -> list[str]:
    """Return the heads of `hub_table`, units included."""
    return [_("Hub"), _("Year"), _("IT MW"), "PUE", _("Green (%)"), "REF", _("CUE (kg/kWh)"), _("Water (1000 m³)"), _("Round trip (ms)")]  # fmt: skip


def hub_table(plan: PlanDict, *, lang: str, is_last_only: bool = False) -> list[list[str]]:
    """Return one row per hub in the last year, then the whole in every year shown, or in the last one."""
    year, names = last_year(plan), hub_names(plan, lang)
    rows = [(names[hub], hub_row(plan, hub, year or 0)) for hub in hub_ids(plan)]
    told = shown_years(plan)[-1:] if is_last_only else shown_years(plan)
    rows += [(_("All hubs"), {**totals(plan, at), "year": at}) for at in told]
    return [
        [
            name,
            str(row["year"]),
            number(row.get("it_mw"), 0),
            ratio(row.get("pue"), 3),
            percent(green_share(row)),
            ratio(row.get("ref")),
            ratio(row.get("cue_kg_per_kwh"), 3),
            number(None if row.get("water_m3") is None else row["water_m3"] / 1e3, 0),
            number(row.get("rtt_ms"), 1),
        ]
        for name, row in rows
        if row and (row.get("it_mw") or 0.0) > 0
    ]


def book_header() -> list[str]:
    """Return the heads of `book_table`, units included."""
    return [_("Year"), _("Electricity (GWh)"), _("Green power (GWh)"), _("Certificates (GWh)"), _("Share (%)"),
            _("Required (%)"), _("Missing (GWh)")]  # fmt: skip


def book_table(plan: PlanDict) -> list[list[str]]:
    """Return the green book of the whole, one row per year."""
    rows = []
    for year in years_of(plan):
        of_year = [row for row in rows_of(plan, "markets") if row["year"] == year]
        whole = summed(of_year)
        if of_year:
            amounts = [whole["energy_mwh"], whole["green_mwh"], whole["certificate_mwh"]]
            rows.append(
                [
                    str(year),
                    *(number(None if mwh is None else mwh / GWH, 0) for mwh in amounts),
                    percent(whole["green_share"]),
                    percent(required_share(of_year)),
                    number(sum(short_of(row) for row in of_year) / GWH, 0),
                ]
            )
    return rows


def site_table(plan: PlanDict, *, lang: str) -> list[dict[str, str]]:
    """Return the sites of the last year, the largest first, with hub, its colour, cooling and what the rules say."""
    year, names, colours = last_year(plan), hub_names(plan, lang), hub_palette(plan)
    return [
        {
            "name": local_name(site, lang),
            "hub": names.get(str(site.get("hub")), "–"),
            "colour": colours.get(str(site.get("hub")), OTHER_COLOUR),
            "it_mw": number(in_year(site.get("it_mw"), year), 0),
            "opens": str(site.get("open_year") or "–"),
            "cooling": "; ".join(
                f"{short_technology_name(part['technology'])} {part['it_mw']:.0f}" for part in site.get("cooling") or []
            ),
            "label": label_name(str(site.get("label") or "")),
        }
        for site in sites_by_size(plan)
    ]


def investment_lines(plan: PlanDict) -> list[str]:
    """Return the investment up to each planning year, with its budget and what it is still worth at the end."""
    lines = []
    for row in rows_of(plan, "investments"):
        text = _("{year}: {cny}, budget {budget}, still worth {salvage} at the end")
        if row.get("budget_cny") is None:
            text = _("{year}: {cny}, still worth {salvage} at the end")
        lines.append(
            text.format(
                year=row["year"],
                cny=money(row.get("cny")),
                budget=money(row.get("budget_cny")),
                salvage=money(row.get("salvage_cny")),
            )
        )
    return lines


def existing_line(plan: PlanDict, region: Region) -> str:
    """Return for how many sites the racks of today are known: all others are unknown, not empty."""
    rows = rows_of(plan, "existing")
    known = [row for row in rows if not isinstance(known_or(row.get("racks_std")), str)]
    if not rows:
        return ""
    text = _("Racks today are known for {n} of {all} areas ({year}); of the others they are unknown.")
    return text.format(
        n=len(known), all=len(region["sites"]) or len(rows), year=max(row.get("year") or 0 for row in rows)
    )
