"""The parts of the printed report that say what must be decided and paid: decisions, investments, heat, conversions."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from planner.export.facts import PlanDict, local_name
from planner.export.hub_facts import has_hubs, rows_of
from planner.export.hub_words import conversion_lines
from planner.export.printed import new_table
from planner.export.printed_hubs import GWH, print_lines
from planner.export.words import money, number
from planner.i18n import gettext as _
from planner.plan_views import large_money

N_DECISIONS = 20


def print_decisions(console: Console, plan: PlanDict, names: Mapping[str, str], *, lang: str) -> None:
    """Print what must be decided now, investments with what they are worth at the end, heat and conversions."""
    _print_decide_now(console, plan, lang=lang)
    if has_hubs(plan) or any(row.get("budget_cny") is not None for row in rows_of(plan, "investments")):
        _print_investments(console, plan)
    _print_heat(console, plan, names)
    lines = conversion_lines(plan, names)
    if lines:
        console.print(Text(_("Conversions used"), style="bold"))
        print_lines(console, lines)


def _print_decide_now(console: Console, plan: PlanDict, *, lang: str) -> None:
    header = [_("Site"), _("Decide by"), _("In service"), _("Lead time (years)"), _("IT MW")]
    table = new_table(header, title=_("What must be decided now"), numeric={1, 2, 3, 4})
    rows = sorted(rows_of(plan, "decide_now"), key=lambda row: (row.get("decide_by") or 0, -(row.get("it_mw") or 0.0)))
    for row in rows[:N_DECISIONS]:
        cells = [str(row.get(key)) for key in ("decide_by", "year", "lead_years")]
        table.add_row(local_name({**row, "id": row["site"]}, lang), *cells, number(row.get("it_mw"), 0))
    if not rows:
        return
    console.print(table)
    if len(rows) > N_DECISIONS:
        console.print(_("{n} more; see the workbook.").format(n=len(rows) - N_DECISIONS))
        console.print()


def _print_investments(console: Console, plan: PlanDict) -> None:
    header = [_("Year"), _("Investment"), _("Budget"), _("Still worth at the end")]
    table = new_table(header, title=_("Investments up to each planning year"), numeric={1, 2, 3})
    for row in rows_of(plan, "investments"):
        budget = _("no limit") if row.get("budget_cny") is None else large_money(row["budget_cny"])
        table.add_row(str(row["year"]), large_money(row.get("cny")), budget, large_money(row.get("salvage_cny")))
    if table.row_count:
        console.print(table)


def _print_heat(console: Console, plan: PlanDict, names: Mapping[str, str]) -> None:
    year = max((row["year"] for row in rows_of(plan, "heat")), default=0)
    header = [_("Site"), _("User of heat"), _("Heat (GWh)"), _("Revenue")]
    table = new_table(header, title=_("Waste heat used in {year}").format(year=year), numeric={2, 3})
    for row in rows_of(plan, "heat"):
        if row["year"] == year:
            ends = [names.get(str(row[key]), str(row[key])) for key in ("site", "sink")]
            table.add_row(*ends, number((row.get("mwh") or 0.0) / GWH, 1), money(row.get("cny")))
    if table.row_count:
        console.print(table)
