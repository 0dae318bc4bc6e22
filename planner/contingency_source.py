"""Which network the outages are taken from: a region's or a file's as it is, or that of a scenario's year and situation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from planner.cli_views import is_scenario
from planner.errors import UsageError
from planner.grid_source import from_region, resolve
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.grid_source import GridSource


def source_of(
    named: str, *, situation: str | None = None, year: int | None = None, accept_ratings: bool = False
) -> GridSource:
    """Return the grid that a user names; a scenario's is that of one situation and year, its first ones by default.

    Raises UsageError where a situation or year is asked of anything but a scenario.
    """
    path = Path(named)
    if is_scenario(path):
        return _of_scenario(path, situation, year, accept_ratings=accept_ratings)
    if situation is not None or year is not None:
        raise UsageError(_("--situation and --year need a scenario: {name} is none.").format(name=named))
    return resolve(named, accept_ratings=accept_ratings)


def _of_scenario(path: Path, situation: str | None, year: int | None, *, accept_ratings: bool) -> GridSource:
    from planner.grid_cases import network_for
    from planner.read import read_region
    from planner.region_edits import region_for
    from planner.scenario import load_scenario
    from planner.secure import grid_rules

    scenario = load_scenario(path)
    region = region_for(read_region(scenario.region), scenario)
    source = from_region(region, accept_ratings=accept_ratings)
    if year is not None and year not in scenario.years:
        listed = ", ".join(map(str, scenario.years))
        raise UsageError(_("--year {year} is none of the scenario's years: {years}.").format(year=year, years=listed))
    chosen = situation or next(iter(scenario.network.situations))
    at = year or scenario.years[0]
    net = network_for(region, scenario, at, chosen)
    text = _("Year {year}, situation {situation}: load x {load:g}, generation x {generation:g}; assumed factors.")
    factors = scenario.network.situations.get(chosen)
    return replace(
        source,
        grid=net,
        region=None,  # the network is made; the region would be read as it is
        rules=grid_rules(region, scenario),
        assumed=(
            *source.assumed,
            text.format(
                year=at,
                situation=chosen,
                load=factors.load_factor if factors else 1.0,
                generation=factors.generation_factor if factors else 1.0,
            ),
        ),
    )
