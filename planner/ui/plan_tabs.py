"""The parts of the Plan page below its map: sites, bottlenecks, costs, water and energy, grid check, how it was made.

A click on a row shows its place on the map: `FOCUS` is what the map looks at, `CARD` what its card tells of,
`SCROLL` that the map has to come into view.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from planner.export.facts import years_of
from planner.export.grid_words import limiting_sentence, method_sentence, rules_sentence, scope_sentence
from planner.export.hub_facts import has_hubs
from planner.export.hub_words import unserved_line
from planner.export.loop_words import cuts_note, round_lines
from planner.export.sentences import elsewhere_lines, outage_counts_text
from planner.export.sheet import Sheet
from planner.export.sheets_checks import cost_sheet, energy_sheet, stock_sentence, stock_sheet
from planner.export.sheets_grid import flexible_sheet, reinforcement_sheet, round_sheet
from planner.export.words import unit_name
from planner.hub_views import area_site_table
from planner.i18n import gettext as _
from planner.plan_rows import (
    Table,
    base_table,
    board_table,
    cut_table,
    made_table,
    outage_table,
    plant_table,
    sheet_table,
    site_table,
)
from planner.plan_series import energy_series, ledger_series, load_series, water_series
from planner.report import site_notes
from planner.ui import area_tabs, charts, state
from planner.ui.markdown import plain

FOCUS, CARD, SCROLL, N_PICKED = "plan_focus", "plan_card", "plan_scroll", "plan_n_picked"
SITES, BOARD, OUTAGES, BASE, PLANTS, CUTS = (
    f"plan_{name}" for name in ("sites", "board", "outages", "base", "plants", "cuts")
)
MONEY_KIND, WATER_YEAR, N_OUTAGES = "plan_money_kind", "plan_water_year", "plan_n_outages"
Plan = Mapping[str, Any]
View = Mapping[str, Any] | None
Names = Mapping[str, str]


def show(plan: Plan, view: View, names: Names) -> None:
    """Show all parts, one per tab; a plan of areas has hubs, green book, rules and decisions instead of water."""
    if has_hubs(plan):
        show_areas(plan, view, names)
        return
    sites, limits, costs, supply, grid, made = st.tabs(
        [_("Sites"), _("What binds"), _("Costs"), _("Water and energy"), _("Grid check"), _("How it was made")]
    )
    with sites:
        show_sites(plan, names)
    with limits:
        show_board(plan, view, names)
    with costs:
        show_costs(plan)
    with supply:
        show_water(plan, names)
        show_energy(plan)
    with grid:
        show_grid(plan, view, names)
    with made:
        st.dataframe(made_table(plan).records(), hide_index=True)


def show_areas(plan: Plan, view: View, names: Names) -> None:
    """Show the parts of a plan of areas, one per tab."""
    titles = [
        _("Hubs"),
        _("Green book"),
        _("Rules"),
        _("Decide now"),
        _("Sites"),
        _("What binds"),
        _("Costs"),
        _("Grid check"),
        _("How it was made"),
    ]
    hubs, book, rules, decide, sites, limits, costs, grid, made = st.tabs(titles)
    with hubs:
        area_tabs.show_hubs(plan, names)
    with book:
        area_tabs.show_green_book(plan, names)
    with rules:
        area_tabs.show_rules(plan, names)
    with decide:
        area_tabs.show_decisions(plan, names)
    with sites:
        show_sites(plan, names)
    with limits:
        show_board(plan, view, names)
    with costs:
        show_costs(plan)
    with grid:
        st.warning(_("Not checked: this region has no network. The plan says nothing about lines and transformers."))
    with made:
        st.dataframe(made_table(plan).records(), hide_index=True)


def pick(key: str, table: Table) -> None:
    """Keep the place of the row that was clicked; a row without a place, or none, leaves the map alone."""
    rows = st.session_state[key]["selection"]["rows"]
    if rows and table.places[rows[0]] is not None:
        st.session_state[FOCUS] = st.session_state[CARD] = table.places[rows[0]]
        st.session_state[N_PICKED] = st.session_state.get(N_PICKED, 0) + 1
        if key != PLANTS:  # its chart stands beside it
            st.session_state[SCROLL] = st.session_state[N_PICKED]


def show_table(table: Table, *, key: str) -> None:
    """Show a table whose rows can be clicked to see their place on the map."""
    st.dataframe(
        table.records(),
        hide_index=True,
        key=key,
        on_select=partial(pick, key, table),
        selection_mode="single-row",
    )


def show_sites(plan: Plan, names: Names) -> None:
    """Show the sites, what is served elsewhere or not at all, and the existing centres."""
    st.caption(_("Click a row to see the site on the map."))
    show_table(area_site_table(plan) if has_hubs(plan) else site_table(plan, names), key=SITES)
    for note in site_notes(plan["sites"], years_of(plan)[-1]):
        st.caption(plain(note))
    missing, outside = elsewhere_lines(plan, names, lang=state.lang())
    if has_hubs(plan) and missing:
        st.markdown(f"**{plain(unserved_line(plan))}**")
        with st.expander(_("Not served, by class and province")):
            st.markdown("\n".join(f"- {plain(text)}" for text in missing))
    for text in [] if has_hubs(plan) else missing:
        st.markdown(f"**{plain(text)}**")
    if not missing:
        st.markdown(_("All demand is served."))
    for text in [*outside, stock_sentence(plan, lang=state.lang())]:
        st.markdown(plain(text))
    st.altair_chart(charts.load(load_series(plan)))
    if plan.get("stock") or not has_hubs(plan):
        with st.expander(_("Existing centres by year")):
            show_sheet(stock_sheet(plan, lang=state.lang()))


def show_board(plan: Plan, view: View, names: Names) -> None:
    """Show what binds, the most valuable first."""
    table = board_table(plan, names, view=view)
    if not table.rows:
        st.markdown(_("No limit binds."))
        return
    st.markdown(
        _(
            "What a little more of each limit would save, the most valuable first. The worth holds at this siting: sites, feeds and "
            "pipes stay where they are. Limits are compared by what 1 % more of each brings a year. Click a row to see its place."
        )
    )
    show_table(table, key=BOARD)


def show_costs(plan: Plan) -> None:
    """Show the ledger as a chart, per year or as it counts in the aim, and as a table."""
    kinds = {False: _("per year"), True: _("as they count in the aim (discounted, all years of the period)")}
    is_discounted = st.radio(_("Costs"), list(kinds), format_func=kinds.__getitem__, key=MONEY_KIND, horizontal=True)
    st.altair_chart(charts.ledger(ledger_series(plan, is_discounted=bool(is_discounted))))
    with st.expander(_("All costs as a table")):
        show_sheet(cost_sheet(plan))


def show_water(plan: Plan, names: Names) -> None:
    """Show the plants that give water in a year, and the months of the one chosen against its supply."""
    years = years_of(plan)
    st.subheader(_("Reclaimed water"))
    year = st.segmented_control(_("Planning year"), years, default=years[-1], key=WATER_YEAR, required=True)
    table = plant_table(plan, names, year=year)
    if not table.rows:
        st.markdown(_("No site needs water in {year}.").format(year=year))
        return
    left, right = st.columns(2)
    with left:
        show_table(table, key=PLANTS)
    with right:
        at = next(iter(st.session_state[PLANTS]["selection"]["rows"]), 0)
        at = at if at < len(table.rows) else 0
        st.markdown(
            _("**{plant}**, {year}: peak day of each month (bars) and the supply (lines)").format(
                plant=plain(str(table.rows[at][0])), year=year
            )
        )
        st.altair_chart(charts.monthly_water(water_series(plan, table.keys[at], int(year))))


def show_energy(plan: Plan) -> None:
    """Show electricity by origin against the green power required."""
    st.subheader(_("Electricity of the new centres"))
    st.caption(_("The line shows how much has to be green."))
    st.altair_chart(charts.energy(*energy_series(plan)))
    with st.expander(_("Energy, green share, emissions and water as a table")):
        show_sheet(energy_sheet(plan))


def show_grid(plan: Plan, view: View, names: Names) -> None:
    """Show what the AC check found, what was checked and how, and what the loop learned and used."""
    if not plan["grid"]["base"] and not plan["grid"]["outages"]:
        st.warning(_("The grid was not checked for this plan."))
    else:
        st.markdown(plain(limiting_sentence(plan, names)))
        st.markdown(_("Outages: {counts}.").format(counts=plain(outage_counts_text(plan))))
        st.caption(_("Click a row to see the element on the map."))
        n = st.segmented_control(_("Worst outages shown"), [5, 10, 20, 50], default=10, key=N_OUTAGES, required=True)
        show_table(outage_table(plan, names, view=view, n=int(n)), key=OUTAGES)
        st.markdown(_("With nothing out:"))
        show_table(base_table(plan, names, view=view), key=BASE)
    for text in (scope_sentence(plan), method_sentence(plan), rules_sentence(plan)):
        st.caption(plain(text))
    show_loop(plan, view, names)


def show_loop(plan: Plan, view: View, names: Names) -> None:
    """Show what the loop of siting and check did, learned and used, as far as the plan has it."""
    lines = round_lines(plan, names)
    if lines:
        st.subheader(_("How the plan became what it is"))
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))
        with st.expander(_("Rounds as a table (values in {unit})").format(unit=unit_name(plan["objective"]["unit"]))):
            show_sheet(round_sheet(plan, names))
    cuts = cut_table(plan, names, view=view)
    if cuts.rows:
        st.subheader(_("Limits learned"))
        st.caption(plain(cuts_note()))
        show_table(cuts, key=CUTS)
    for sheet in (reinforcement_sheet(plan, lang=state.lang()), flexible_sheet(plan, names)):
        if sheet.rows:
            st.subheader(sheet.title)
            show_sheet(sheet)


def show_sheet(sheet: Sheet) -> None:
    """Show a sheet of the workbook."""
    st.dataframe(sheet_table(sheet).records(), hide_index=True)
