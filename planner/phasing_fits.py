"""What lead times, budgets and waste heat ask of a region that it cannot answer; part of `planner.fits`."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from models.technologies import TECHNOLOGIES
from planner.errors import Problem
from planner.i18n import gettext as _
from planner.region import Region
from planner.scenario import Scenario
from planner.scenario_phasing import DEFAULT
from planner.scenario_rules import scenario_problem

FILE = "scenario"
HEAT_PRICES = ("heat_main_cny_per_km", "heat_station_cny")


def needed_heat_prices(scenario: Scenario) -> tuple[str, ...]:
    """Return the prices that selling heat needs."""
    return HEAT_PRICES if scenario.heat.is_on else ()


def phasing_problems(region: Region, scenario: Scenario, candidates: pd.DataFrame) -> Iterator[Problem]:
    """Find sites that are not known or come too late for a wish, heat without users, technologies that are not known."""
    known, phasing = set(candidates["site"]), scenario.phasing
    for name in sorted(set(phasing.lead_years) - known - {DEFAULT}):
        message = _("{name} is no candidate, so its lead time would be ignored.").format(name=name)
        remedy = _("Take a site id from the candidates, or `default` for all sites.")
        yield scenario_problem(FILE, "phasing.lead_years", message, remedy, value=name)
    wished = {*scenario.wishes.fixed, *(s for s, mw in scenario.wishes.min_mw.items() if mw > 0)}
    for name in sorted(wished & known):
        first = region.base_year + phasing.lead_of(name)
        if first > scenario.years[-1]:
            message = _("site {name} is wished for, but with its lead time it cannot stand before {year}.").format(
                name=name, year=first
            )
            remedy = _("Shorten the lead time, plan for a later year, or take the wish back.")
            yield scenario_problem(FILE, "phasing.lead_years", message, remedy, value=phasing.lead_of(name))
    yield from _heat(region, scenario)


def _heat(region: Region, scenario: Scenario) -> Iterator[Problem]:
    heat = scenario.heat
    if heat.is_on and region["heat_sinks"].empty:
        message = _("the region has no table heat_sinks, so nobody takes the heat.")
        remedy = _("Add the table, or write `is_on: false`.")
        yield scenario_problem(FILE, "heat.is_on", message, remedy)
    for name in sorted(set(heat.recoverable_share) - set(TECHNOLOGIES)):
        message = _("{name} is no cooling technology.").format(name=name)
        remedy = _("Choose from: {names}.").format(names=", ".join(TECHNOLOGIES))
        yield scenario_problem(FILE, "heat.recoverable_share", message, remedy, value=name)
