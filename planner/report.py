"""Print a plan the way a planner reads it: security first, then what, where, fed from, watered from, what binds."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from planner.export.facts import (
    PlanDict,
    Row,
    has_plan,
    in_year,
    last_year,
    local_name,
    total_in_year,
    years_of,
)
from planner.export.hub_facts import has_hubs
from planner.export.printed import (
    new_table,
    print_conflict,
    print_energy_and_water,
    print_grid,
    print_limits,
    print_marks,
    print_stock,
)
from planner.export.printed_decisions import print_decisions
from planner.export.printed_grid import print_levers, print_loop
from planner.export.printed_hubs import (
    print_areas,
    print_green_book,
    print_hubs,
    print_missing,
    print_rules,
    print_unserved,
)
from planner.export.sentences import (
    elsewhere_lines,
    limiting_lines,
    names_of,
    security_verdict,
    status_sentence,
    synthetic_label,
)
from planner.export.words import (
    amount,
    number,
    objective_name,
    short_technology_name,
    station_name,
    term_name,
    unit_name,
)
from planner.export.words import money as small_money
from planner.i18n import gettext as _
from planner.i18n import use_language
from planner.plan_views import large_money

if TYPE_CHECKING:
    from planner.region import Region

WIDTH = 132
WIDTHS = (80, 160)
INDENT = (0, 0, 0, 2)  # top, right, bottom, left
RESERVE_MW = 0.1  # less is rounding
LEVEL_STYLE = {"secure": "bold green", "insecure": "bold red", "not_checked": "bold yellow"}


def terminal_width() -> int:
    """Return the columns to print in: the terminal's within reason, else those of a wide page."""
    least, most = WIDTHS
    return min(max(shutil.get_terminal_size((WIDTH, 40)).columns, least), most)


def print_plan(
    plan: PlanDict, *, lang: str, region: Region | None = None, width: int = WIDTH, is_coloured: bool = False
) -> str:
    """Return the printed plan as text in `lang` (en or zh); `region` adds the names of zones and stations."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=is_coloured, no_color=not is_coloured, highlight=False
    )
    with use_language(lang), console.capture() as capture:
        names = names_of(plan, region, lang=lang)
        _print_security(console, plan, names)
        _print_headline(console, plan, lang=lang)
        if has_hubs(plan) and has_plan(plan):
            _print_by_hub(console, plan, names, region, lang=lang)
        elif has_plan(plan):
            _print_sites(console, plan, lang=lang)
            _print_elsewhere(console, plan, names, lang=lang)
            print_limits(console, plan, names)
            print_levers(console, plan, names, lang=lang)
            print_loop(console, plan, names)
            print_stock(console, plan, lang=lang)
            print_energy_and_water(console, plan)
            print_decisions(console, plan, names, lang=lang)
        else:
            print_conflict(console, plan, names)
        print_grid(console, plan, names)
        print_marks(console, plan, region)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _print_by_hub(console: Console, plan: PlanDict, names: dict[str, str], region: Region | None, *, lang: str) -> None:
    """Print a plan of areas: what is missing, hubs, green book, what decided, what must be decided, then the sites."""
    print_missing(console, plan)
    print_hubs(console, plan, lang=lang)
    print_unserved(console, plan)
    print_green_book(console, plan, names, region)
    print_rules(console, plan, names)
    print_decisions(console, plan, names, lang=lang)
    print_areas(console, plan, lang=lang)
    print_limits(console, plan, names)


def _print_security(console: Console, plan: PlanDict, names: Mapping[str, str]) -> None:
    level, sentence = security_verdict(plan)
    if has_plan(plan):
        console.print(Text(sentence, style=LEVEL_STYLE[level]))
        for text in limiting_lines(plan, names):
            console.print(Padding(Text(text, style=LEVEL_STYLE[level]), INDENT))
    label = synthetic_label(plan)
    if label:
        console.print(Text(label, style="bold magenta"))
    console.print()


def _print_headline(console: Console, plan: PlanDict, *, lang: str) -> None:
    objective = plan.get("objective") or {}
    title = _("Plan {scenario}, region {region}").format(
        scenario=local_name(plan, lang), region=local_name(plan.get("region") or {}, lang)
    )
    console.print(Text(title, style="bold"))
    console.print(status_sentence(plan))
    if not has_plan(plan):
        return
    value = objective.get("value")
    money = large_money if has_hubs(plan) else small_money
    if objective.get("unit") == "CNY":
        shown = _("{money} over all years, discounted").format(money=money(value))
    else:
        shown = f"{amount(value)} {unit_name(str(objective.get('unit') or ''))}"
    aim = objective_name(str(objective.get("name")))
    console.print(_("Aim: {aim}. Value: {value}.").format(aim=aim, value=shown))
    table = new_table(
        [_("Year"), _("Sites"), _("New IT load (MW)"), _("Facility load (MW)"), _("Cost")], numeric={1, 2, 3, 4}
    )
    sites = plan.get("sites") or []
    for year in years_of(plan):
        cost = sum(row.get("cny_per_year") or 0.0 for row in plan.get("ledger") or [] if row["year"] == year)
        n_open = sum(in_year(site.get("it_mw"), year) > 0 for site in sites)
        it_mw, facility_mw = total_in_year(sites, "it_mw", year), total_in_year(sites, "facility_mw", year)
        cost_text = _("{money} per year").format(money=money(cost))
        table.add_row(str(year), str(n_open), number(it_mw), number(facility_mw), cost_text)
    console.print(table)
    _print_costs(console, plan)


def _print_costs(console: Console, plan: PlanDict) -> None:
    terms: dict[str, float] = {}
    for row in plan.get("ledger") or []:
        terms[row["term"]] = terms.get(row["term"], 0.0) + (row.get("cny") or 0.0)
    largest = sorted(terms.items(), key=lambda item: (-abs(item[1]), item[0]))
    money = large_money if has_hubs(plan) else small_money
    parts = [f"{term_name(term)} {money(value)}" for term, value in largest if abs(value) >= 5e4]  # noqa: PLR2004
    if parts:
        console.print(_("Weighted cost by term: {parts}.").format(parts="; ".join(parts)))
        console.print()


def _print_sites(console: Console, plan: PlanDict, *, lang: str) -> None:
    year = last_year(plan)
    sites = sorted(plan.get("sites") or [], key=lambda site: (-in_year(site.get("it_mw"), year), site["id"]))
    header = [
        _("Site"),
        _("Opens"),
        _("IT MW"),
        _("Cooling (MW IT)"),
        _("Fed from (voltage, length, reserved)"),
        _("Watered from (1000 m³/year)"),
    ]
    table = new_table(header, title=_("Sites in {year}").format(year=year), numeric={2})
    for site in sites:
        name = local_name(site, lang) + (" ?" if site.get("is_position_uncertain") else "")
        cooling = [f"{short_technology_name(c['technology'])} {c['it_mw']:.0f}" for c in site.get("cooling") or []]
        it_mw = number(in_year(site.get("it_mw"), year))
        feeds, water = feed_texts(site, year, lang=lang), water_texts(site, lang=lang)
        table.add_row(name, str(site.get("open_year") or "–"), it_mw, *map("\n".join, (cooling, feeds, water)))
    for column in table.columns[:5]:
        column.no_wrap = console.width >= WIDTH
    console.print(table)
    notes = site_notes(sites, year)
    for note in notes:
        console.print(note)
    if notes:
        console.print()


def site_notes(sites: Sequence[Row], year: int | None) -> list[str]:
    """Return what the marks "?" and "†" beside sites and feeds mean, where they occur."""
    notes = []
    if any(site.get("is_position_uncertain") for site in sites):
        notes.append(_("? Position of a feeding station or plant less precise than half the length of the feed."))
    if any(has_reserve(site, year) for site in sites):
        notes.append(
            _("† Either feed alone can carry the site's class A load, so it is reserved on both: the feeds add up to more "
              "than the site's load.")
        )  # fmt: skip
    return notes


def has_reserve(site: Row, year: int | None) -> bool:
    """Tell whether the site's feeds reserve more than its load: class A load is reserved on each."""
    reserved = sum(feed.get("mw") or 0.0 for feed in site.get("feeds") or [])
    return reserved > in_year(site.get("facility_mw"), year) + RESERVE_MW


def feed_texts(site: Row, year: int | None, *, lang: str) -> list[str]:
    """Return one text per feed of a site: station, voltage, length and what is reserved, marked where it is on both."""
    mark = " †" if has_reserve(site, year) else ""
    return [
        _("{name} at {kv:g} kV, {km:.1f} km, {mw:.0f} MW").format(
            name=station_name(local_name(feed, lang)),
            kv=feed.get("voltage_kv") or 0,
            km=feed["km"],
            mw=feed.get("mw") or 0.0,
        )
        + mark
        for feed in site.get("feeds") or []
    ]


def water_texts(site: Row, *, lang: str) -> list[str]:
    """Return one text per plant that waters a site: name, length of the pipe if any, 1000 m³ a year; "–" without water."""
    texts = [
        (_("{name}, {km:.1f} km, {m3:,.0f}") if water["km"] else _("{name}, {m3:,.0f}")).format(
            name=local_name(water, lang), km=water["km"], m3=(water.get("m3_per_year") or 0.0) / 1000.0
        )
        for water in site.get("water") or []
    ]
    return texts or ["–"]


def _print_elsewhere(console: Console, plan: PlanDict, names: Mapping[str, str], *, lang: str) -> None:
    missing, outside = elsewhere_lines(plan, names, lang=lang)
    for text in missing:
        console.print(Text(text, style="bold"))
    if not missing:
        console.print(_("All demand is served."))
    for text in outside:
        console.print(text)
    console.print()
