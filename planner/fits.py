"""What a scenario asks of a region that the region cannot answer; everything is reported at once."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from planner.assemble_areas import offered_anywhere
from planner.assemble_costs import price_values
from planner.assemble_power import ancestors, lowest_zones
from planner.demand_rules import demand_problems
from planner.errors import InputProblems, Problem
from planner.fits_areas import area_problems
from planner.grid_cases import decided
from planner.i18n import gettext as _
from planner.phasing_fits import needed_heat_prices, phasing_problems
from planner.policy import PolicyPack
from planner.region import Region
from planner.scenario import Scenario
from planner.scenario_rules import scenario_problem

FILE = "scenario"
STOCK_PRICES = {
    "retrofit": "retrofit_cny_per_mw_it",
    "convert": "convert_cny_per_mw_it",
    "vacate": "vacate_cny_per_mw_it",
}


def check_fit(region: Region, scenario: Scenario, candidates: pd.DataFrame, *, policy: PolicyPack) -> None:
    """Raise `InputProblems` with everything that the scenario names and the region does not have."""
    checks = (
        _nodes,
        _expansion,
        _zone_share,
        _first_year,
        _ratings,
        _displaced,
        _prices,
        demand_problems,
        area_problems,
    )
    problems = [*_wishes(scenario, candidates), *phasing_problems(region, scenario, candidates)]
    problems += [*(problem for check in checks for problem in check(region, scenario))]
    problems += [*_green(region, scenario, policy), *_caps(region, scenario, policy)]
    if problems:
        raise InputProblems(problems)


def _wishes(scenario: Scenario, candidates: pd.DataFrame) -> Iterator[Problem]:
    wishes, known = scenario.wishes, set(candidates["site"])
    for name in sorted({*wishes.fixed, *wishes.forbidden, *wishes.min_mw} - known):
        yield Problem(
            file=FILE,
            layer="wishes",
            row=None,
            column="wishes",
            value=name,
            code="unknown_site",
            message=_("The wish names site {name}, which is no candidate.").format(name=name),
            remedy=_("Take a site id from the candidates layer, or change the screening."),
        )


def _nodes(region: Region, scenario: Scenario) -> Iterator[Problem]:
    known = {*region["substations"]["substation"], *region["zones"]["zone"]}
    for name in sorted(set(scenario.power.reserve_mva) - known):
        message = _("{name} is neither a substation nor a zone of the region.").format(name=name)
        remedy = _("Take an id from substations or zones.")
        yield scenario_problem(FILE, "power.reserve_mva", message, remedy, value=name)


def _expansion(region: Region, scenario: Scenario) -> Iterator[Problem]:
    table, rules = region["reinforcements"], scenario.power.expansion
    ids = set(table["reinforcement"])
    for place, names, known in (
        ("power.expansion.forbidden", rules.forbidden, ids | set(table["node"])),
        ("power.expansion.decided", rules.decided, ids),
    ):
        for name in sorted(set(names) - known):
            message = _("{name} is no reinforcement of the region.").format(name=name)
            yield scenario_problem(FILE, place, message, _("Take an id from the table reinforcements."), value=name)
    if rules.is_allowed and table.empty:
        message = _("the region has no table reinforcements, so there is nothing to choose from.")
        remedy = _("Add the table, or write `is_allowed: false`.")
        yield scenario_problem(FILE, "power.expansion.is_allowed", message, remedy)
    years = decided(region, scenario)
    in_part = years["decided_year"].notna().groupby([years["node"], years["step"]]).transform("nunique") > 1
    for node, step in years.loc[in_part, ["node", "step"]].drop_duplicates().itertuples(index=False, name=None):
        message = _("only a part of step {step} of {node} is decided.").format(step=step, node=node)
        remedy = _("Decide all reinforcements of a step, or none.")
        yield scenario_problem(FILE, "power.expansion.decided", message, remedy, value=f"{node}/{step}")


def green_share(scenario: Scenario, policy: PolicyPack, year: int) -> float:
    """Return the share of green energy that new load must have: the scenario's, else the policy pack's.

    Nothing is required where the family is off.
    """
    if "green" in scenario.families_off:
        return 0.0
    share = scenario.green.share.get(year)
    return float(policy.value("green_share", year, applies_to=scenario.green.applies_to) if share is None else share)


def _green(region: Region, scenario: Scenario, policy: PolicyPack) -> Iterator[Problem]:
    """In a region of areas the shares are those of markets, and a plan says what it lacks."""
    known = set(region["resources"]["year"])
    for year in () if region.is_area else scenario.years:
        share = green_share(scenario, policy, year) if year not in known else 0.0
        if share > 0:
            message = _("{share:.0%} green energy is required in {year}, for which the region's resources have no row, so "
                        "nothing new could be supplied.").format(share=share, year=year)  # fmt: skip
            remedy = _(
                "Add rows of {year} to resources, set green.share for it, or put green into families_off."
            ).format(year=year)
            yield scenario_problem(FILE, "green.share", message, remedy, value=share)


def _caps(region: Region, scenario: Scenario, policy: PolicyPack) -> Iterator[Problem]:
    """In a region of areas rules of places cap the PUE, whatever the size."""
    if region.is_area:
        return
    if scenario.cooling.pue_caps == "by_size" and not len(policy.rows("coal_equivalent_kg_per_kwh")):
        message = _("the policy pack {pack} has no PUE caps by size of a site.").format(pack=policy.id)
        remedy = _("Write `pue_caps: off`, or use a pack that has them.")
        yield scenario_problem(FILE, "cooling.pue_caps", message, remedy, value=scenario.cooling.pue_caps)


def _zone_share(region: Region, scenario: Scenario) -> Iterator[Problem]:
    """With n zones the largest has 1 / n of the new load at least; a smaller share leaves nothing to build."""
    share, n = scenario.power.zone_max_share, len(set(lowest_zones(region)) & set(ancestors(region)["node"]))
    if share is not None and not region.is_area and region["substations"]["parent"].notna().all() and share * n < 1.0:
        message = _("{n} zones of at most {share:.0%} of the new load each cannot hold any new load.").format(
            n=n, share=share
        )
        remedy = _("Write a share of at least 1 / {n}, or null for no such limit.").format(n=max(n, 1))
        yield scenario_problem(FILE, "power.zone_max_share", message, remedy, value=share)


def _first_year(region: Region, scenario: Scenario) -> Iterator[Problem]:
    first = scenario.years[0]
    if first < region.base_year:
        message = _("{year} lies before {base}, the year that the region's tables describe.").format(
            year=first, base=region.base_year
        )
        yield scenario_problem(FILE, "years", message, _("Plan from the base year on."), value=first)


def _feeding_kv(region: Region, scenario: Scenario) -> list[int]:
    """Return the feeding voltages of all stations that the scenario lets feed."""
    subs = region["substations"]
    feeding = subs[subs["voltage_kv"].astype(float).isin([float(kv) for kv in scenario.power.radius_km])]
    return sorted({int(kv) for kv in feeding["feed_voltage_kv"]})


def _ratings(region: Region, scenario: Scenario) -> Iterator[Problem]:
    for kv in _feeding_kv(region, scenario):
        if kv not in scenario.power.feed_rating_mva:
            message = _("there is no rating of a feed at {kv} kV, at which stations of the region feed.").format(kv=kv)
            remedy = _("Add the rating in MVA, or take the stations' voltage out of radius_km.")
            yield scenario_problem(FILE, "power.feed_rating_mva", message, remedy, value=kv)


def _displaced(region: Region, scenario: Scenario) -> Iterator[Problem]:
    moving = set(scenario.stock.options) & {"convert", "vacate"}
    name = scenario.stock.displaced_workload
    if moving and len(region["stock"]) and "stock" not in scenario.families_off and name not in scenario.workloads:
        message = _("{name} is no class of `workloads`, so load of emptied halls would vanish.").format(name=name)
        remedy = _("Name the class that the load of emptied halls belongs to, or leave out convert and vacate.")
        yield scenario_problem(FILE, "stock.displaced_workload", message, remedy, value=name)


def _needed_prices(region: Region, scenario: Scenario) -> Iterator[str]:
    yield from ("building_cny_per_mw_it", "carbon_cny_per_t", "unserved_cny_per_mw_year", "reclaimed_water_cny_per_m3")
    yield from (f"cooling_{name}_cny_per_mw_it" for name in offered_anywhere(scenario))
    yield from needed_heat_prices(scenario)
    if region["outside_sites"]["service_cny_per_mw_year"].isna().any():
        yield "outside_service_cny_per_mw_year"
    if not region.is_area:
        yield from _prices_of_stations(region, scenario)


def _prices_of_stations(region: Region, scenario: Scenario) -> Iterator[str]:
    yield from ("energy_cny_per_mwh", "demand_charge_cny_per_kw_month", "pipe_cny_per_km")
    for kv in _feeding_kv(region, scenario):
        yield from (f"cable_{kv}_cny_per_km", f"bay_{kv}_cny", f"user_substation_{kv}_cny")
    if scenario.water.drinking_allowed:
        yield "drinking_water_cny_per_m3"
    if scenario.power.expansion.is_allowed:
        yield from sorted(region["reinforcements"]["price"].dropna().unique())
    if len(region["stock"]) and "stock" not in scenario.families_off:
        yield from (STOCK_PRICES[option] for option in scenario.stock.options)


def _prices(region: Region, scenario: Scenario) -> Iterator[Problem]:
    known = price_values(region, scenario)
    for item in _needed_prices(region, scenario):
        if item not in known:
            yield Problem(
                file="prices",
                layer="prices",
                row=None,
                column="item",
                value=item,
                code="missing_price",
                message=_("The price {item} is missing.").format(item=item),
                remedy=_("Add a row to prices, or set economy.prices.{item} in the scenario.").format(item=item),
            )
