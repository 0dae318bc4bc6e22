"""What a scenario asks of markets, hubs and places that the region cannot answer; unknown prices are told, not made up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planner.assemble_markets import VALUES, market_values
from planner.errors import Problem
from planner.i18n import gettext as _
from planner.region import Region
from planner.scenario import Scenario
from planner.scenario_path import join_path
from planner.scenario_rules import scenario_problem

FILE = "scenario"


def area_problems(region: Region, scenario: Scenario) -> Iterator[Problem]:
    """Find names that are not there, values that a market lacks, and grid factors that nobody gives."""
    hubs, markets = set(region["hubs"]["hub"]), set(region["markets"]["market"])
    sites = set(region["sites"]["site"]) if region.is_area else set()
    named: dict[str, tuple[Iterable[str], set[str], str]] = {
        "hubs": (scenario.hubs, hubs, "hubs"),
        "markets.assumed": (scenario.markets.assumed, markets, "markets"),
        "cooling.technologies_at": (scenario.cooling.technologies_at, hubs | markets | sites, "sites, markets, hubs"),
    }
    for place, (names, known, table) in named.items():
        yield from _unknown(place, set(names) - known, table)
    if region.is_area:
        yield from _blanks(region, scenario)
    else:
        yield from _of_areas_only(scenario)


def _unknown(place: str, names: set[str], table: str) -> Iterator[Problem]:
    for name in sorted(names):
        message = _("{name} is not in the region's {table}.").format(name=name, table=table)
        yield scenario_problem(FILE, join_path((*place.split("."), name)), message, _("Take an id from the table."),
                               value=name)  # fmt: skip


def _blanks(region: Region, scenario: Scenario) -> Iterator[Problem]:
    """Find markets with sites whose price or grid factor is not known, one problem each."""
    values = market_values(region, scenario)
    sites = region["sites"].groupby("market")["site"].agg(", ".join)
    for market in values.index.intersection(sites.index):
        lacking = [column for column in VALUES if values[column].isna()[market]]
        if lacking:
            message = _("{column} of market {market} is not known, and the sites {sites} lie there.").format(
                column=", ".join(lacking), market=market, sites=sites[market]
            )
            remedy = _("Fill in the table, or write `markets: {{assumed: {{{market}: {{{column}: ..}}}}}}` into the "
                       "scenario; the plan then shows it as assumed.").format(market=market, column=lacking[0])  # fmt: skip
            yield Problem("markets", "markets", None, lacking[0], None, "market_unknown", message, remedy, (market,))


def _of_areas_only(scenario: Scenario) -> Iterator[Problem]:
    """Find what a region fed from stations needs, and what only a region of areas can use."""
    if not scenario.carbon.grid_t_per_mwh:
        message = _("there is no value for the planning year {years}.").format(
            years=", ".join(map(str, scenario.years))
        )
        yield scenario_problem(
            FILE, "carbon.grid_t_per_mwh", message, _("Add the value, or take the year out of `years`.")
        )
    for name in ("price_factor", "carbon_factor"):
        if getattr(scenario.markets, name):
            message = _("the region has no markets, so the factors would be ignored.")
            yield scenario_problem(FILE, f"markets.{name}", message, _("Leave the key out."))
