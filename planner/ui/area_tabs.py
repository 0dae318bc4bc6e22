"""The parts of the Plan page that a plan of areas has beside the others: hubs, green book, rules, decisions and money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from planner.export.facts import years_of
from planner.export.hub_facts import rows_of
from planner.export.hub_words import certificates_note, conversion_lines, decide_lines, missing_lines, other_rules_line
from planner.export.sheet import Sheet
from planner.export.sheets_green import green_book_sheet, market_sheet
from planner.export.sheets_hubs import (
    conversion_sheet,
    existing_sheet,
    heat_sheet,
    hub_sheet,
    names_of_places,
    rule_sheet,
)
from planner.hub_views import book_series, book_table, hub_series, hub_table, indicator_rows, investment_table
from planner.i18n import gettext as _
from planner.plan_rows import sheet_table
from planner.ui import charts, state
from planner.ui.markdown import plain

INDICATOR, HUB_YEAR = "plan_indicator", "plan_hub_year"
Plan = Mapping[str, Any]
Names = Mapping[str, str]


def show_missing(plan: Plan) -> None:
    """Tell first what cannot be met."""
    lines = missing_lines(plan)
    if lines:
        st.error("\n\n".join([f"**{_('What is missing')}**", *(plain(line) for line in lines)]))


def show_hubs(plan: Plan, names: Names) -> None:
    """Show IT load by hub and year, the figures of one year, one indicator over the years, and what stands today."""
    series, colours = hub_series(plan)
    st.altair_chart(charts.stacked(series, part="part", title=_("Hub"), colours=colours))
    years = years_of(plan)
    year = st.selectbox(_("Figures of the hubs in"), years, index=len(years) - 1, key=HUB_YEAR, width=220)
    show_rows(hub_table(plan, int(year or years[-1])))
    st.caption(_("PUE, REF, CUE and ERF by ISO/IEC 30134-2, -3, -8 and -6; round trip: mean, weighted by load served."))
    if certificates_note(plan):
        st.caption(certificates_note(plan))
    kinds = {"ref": "REF", "cue": _("CUE (kg CO2/kWh IT)"), "pue": "PUE"}
    kind = st.segmented_control(
        _("Indicator by hub"), list(kinds), default="ref", format_func=kinds.__getitem__, key=INDICATOR, required=True
    )
    st.altair_chart(
        charts.by_hub(
            indicator_rows(plan), value=str(kind), title=kinds[str(kind)], parts=series.parts, colours=colours
        )
    )
    with st.expander(_("All years as a table")):
        show_sheet(hub_sheet(plan, lang=state.lang()))
    existing = existing_sheet(plan, names)
    if existing.rows:
        with st.expander(existing.title):
            st.caption(_("As published. What is not published is unknown; it does not mean that nothing stands there."))
            show_sheet(existing)


def show_green_book(plan: Plan, names: Names) -> None:
    """Show the annual green book: chart against what is required, by year, with every channel, and market by market."""
    st.caption(_("The line shows how much has to be green."))
    st.altair_chart(charts.energy(*book_series(plan)))
    show_rows(book_table(plan))
    if certificates_note(plan):
        st.caption(certificates_note(plan))
    with st.expander(_("Every channel by year")):
        show_sheet(green_book_sheet(plan, names))
    with st.expander(_("Market by market")):
        show_sheet(market_sheet(plan, lang=state.lang()))


def show_rules(plan: Plan, names: Names) -> None:
    """Show every rule of the policy pack with what it did, those that decided first."""
    sheet = rule_sheet(plan, names_of_places(plan, names, lang=state.lang()))
    if not sheet.rows:
        st.markdown(_("This plan was made without a list of rules."))
        return
    st.markdown(plain(other_rules_line(plan)))
    show_sheet(sheet)


def show_decisions(plan: Plan, names: Names) -> None:
    """Show what must be decided now, investments with what they are worth at the end, heat and conversions."""
    st.subheader(_("What must be decided now"))
    lines = decide_lines(plan, lang=state.lang())
    st.markdown(
        "\n".join(f"- {plain(line)}" for line in lines)
        or _("Nothing: no site needs a decision yet, or no lead times are set.")
    )
    if rows_of(plan, "investments"):
        st.subheader(_("Investments"))
        show_rows(investment_table(plan))
    heat = heat_sheet(plan, names)
    if heat.rows:
        st.subheader(heat.title)
        show_sheet(heat)
    if rows_of(plan, "conversions"):
        st.subheader(_("Conversions used"))
        st.markdown("\n".join(f"- {plain(line)}" for line in conversion_lines(plan, names)))
        with st.expander(_("Conversions year by year")):
            show_sheet(conversion_sheet(plan, names))


def show_sheet(sheet: Sheet) -> None:
    """Show a sheet of the workbook, its numbers rounded for reading."""
    show_rows(sheet_table(sheet).records())


def show_rows(rows: list[dict[str, Any]]) -> None:
    """Show rows with separated thousands; columns in which nothing stands are left out."""
    heads = [head for head in (rows[0] if rows else {}) if any(row[head] not in (None, "") for row in rows)]
    numbers = {head for head in heads if all(isinstance(row[head], float | None) for row in rows)}
    config = {head: st.column_config.NumberColumn(format="localized") for head in numbers}
    st.dataframe([{head: row[head] for head in heads} for row in rows], hide_index=True, column_config=config)


__all__ = ["show_decisions", "show_green_book", "show_hubs", "show_missing", "show_rules"]
