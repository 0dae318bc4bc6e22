"""What the demand of a scenario must say: one kind per class, a factor for every conversion, no more stock than demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from planner.errors import Problem
from planner.i18n import gettext as _
from planner.scenario_demand import in_year
from planner.scenario_path import join_path

if TYPE_CHECKING:
    from planner.region import Region
    from planner.scenario import Scenario
    from planner.scenario_demand import StockBase
    from planner.scenario_parts import Workload

KINDS = ("demand_mw", "demand_pflops", "demand_racks", "demand_growth")
FILE = "scenario"
NEGLIGIBLE_MW = 1e-6


def _problem(file: str, keys: Iterable[str], message: str, remedy: str, *, value: object = None) -> Problem:
    place, shown = join_path(keys), None if value is None else str(value)
    return Problem(file, "scenario", None, place, shown, "scenario_value", f"{place}: {message}", remedy)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


def demand_contradictions(scenario: Scenario, file: str) -> Iterator[Problem]:
    """Find what the keys about demand say against each other; needs no region."""
    for name, spec in scenario.workloads.items():
        given = [kind for kind in KINDS if getattr(spec, kind)]
        if len(given) > 1:
            message = _("demand is given in {n} ways: {names}.").format(n=len(given), names=_listed(given))
            yield _problem(file, ("workloads", name), message, _("Give exactly one of: {names}.").format(
                names=_listed(KINDS)
            ))  # fmt: skip
            continue
        yield from _years(scenario, name, kind=given[0] if given else KINDS[0], file=file)
        yield from _factors(scenario, name, file=file)
    yield from _stock(scenario, file)


def _years(scenario: Scenario, name: str, *, kind: str, file: str) -> Iterator[Problem]:
    """Find planning years without a demand."""
    spec = scenario.workloads[name]
    place = ("workloads", name, kind)
    growth = spec.demand_growth
    if growth is None:
        missing = [year for year in scenario.years if year not in getattr(spec, kind)]
        if missing:
            message = _("there is no value for the planning year {years}.").format(years=_listed(missing))
            yield _problem(file, place, message, _("Add the value, or take the year out of `years`."))
        return
    early = [year for year in scenario.years if year < growth.base_year]
    if early:
        message = _("the demand grows from {base}, so there is none for the planning year {years}.").format(
            base=growth.base_year, years=_listed(early)
        )
        yield _problem(file, place, message, _("Give the base of an earlier year, or take the year out of `years`."))
    if in_year(growth.per_year, growth.base_year + 1) is None and scenario.years[-1] > growth.base_year:
        message = _("no growth is given for {year}.").format(year=growth.base_year + 1)
        yield _problem(file, (*place, "per_year"), message, _("Let the first year of the rates follow the base year."))


def demand_unit(spec: Workload) -> str:
    """Return what the demand of a class is given in: mw, pflops or racks."""
    if spec.demand_growth is not None:
        return spec.demand_growth.unit
    return "pflops" if spec.demand_pflops else "racks" if spec.demand_racks else "mw"


def _factors(scenario: Scenario, name: str, *, file: str) -> Iterator[Problem]:
    """Find conversions for which no factor is stated."""
    spec = scenario.workloads[name]
    unit = demand_unit(spec)
    if unit == "racks" and spec.kw_per_rack is None:
        message = _("demand is given in racks, but not how many kW of IT a rack is.")
        remedy = _("Give kw_per_rack: 2.5 for standard racks, else what the racks of this class are rated for.")
        yield _problem(file, ("workloads", name, "kw_per_rack"), message, remedy)
    if unit == "pflops":
        of = spec.compute
        lacking = [
            year
            for year in scenario.years
            if all(value is None or in_year(value, year) is None for value in (of.chip, of.pflops_per_mw))
        ]
        if lacking:
            message = _("demand is given in PFLOPS, but no chip and no factor for {years}.").format(
                years=_listed(lacking)
            )
            remedy = _("Give compute.chip (a row of compute_units) or compute.pflops_per_mw.")
            yield _problem(file, ("workloads", name, "compute"), message, remedy)


def _stock(scenario: Scenario, file: str) -> Iterator[Problem]:
    """Find what is missing to take existing centres off a total demand."""
    stock, place = scenario.stock_base, ("stock_base",)
    if scenario.demand_basis != "total":
        if stock is not None:
            message = _("what existing centres serve counts only where demand is total.")
            yield _problem(file, place, message, _("Write `demand_basis: total`, or leave out stock_base."))
        return
    if stock is None:
        message = _("demand is total, but what existing centres serve is not given.")
        yield _problem(file, place, message, _("Give stock_base, or write `demand_basis: new`."))
        return
    if stock.workload not in scenario.workloads:
        message = _("{name} is no class of `workloads`.").format(name=stock.workload)
        yield _problem(file, (*place, "workload"), message, _("Choose from: {names}.").format(
            names=_listed(scenario.workloads)
        ), value=stock.workload)  # fmt: skip
    if stock.base_year > scenario.years[0]:
        message = _("{year} lies after the first planning year.").format(year=stock.base_year)
        yield _problem(file, (*place, "base_year"), message, _("Give what was in use by the first planning year."))
    for message in _stock_gaps(stock):
        yield _problem(file, place, message, _("Correct the value; see docs/scenario.md."))


def _stock_gaps(stock: StockBase) -> Iterator[str]:
    given = [name for name in ("it_mw", "energy_twh", "racks") if getattr(stock, name) is not None]
    if len(given) != 1:
        yield _("exactly one of it_mw, energy_twh and racks must be given.")
    if stock.energy_twh is not None and stock.pue is None:
        yield _("energy_twh needs pue.")
    if stock.racks is not None and stock.kw_per_rack is None:
        yield _("racks need kw_per_rack.")
    if bool(stock.survival) == (stock.life_years is not None):
        yield _("exactly one of survival and life_years must be given.")


def demand_problems(region: Region, scenario: Scenario) -> Iterator[Problem]:
    """Find what the demand asks of the region's tables and they do not have, and stock above demand."""
    yield from _chips(region, scenario)
    yield from _shares(region, scenario)
    yield from _rest(region, scenario)


def _chips(region: Region, scenario: Scenario) -> Iterator[Problem]:
    """Find chips that are not in the table, and years in which a generation is not installed."""
    from planner.compute_units import compute_units, is_current

    chips = compute_units(region)
    for name, spec in scenario.workloads.items():
        of, place = spec.compute, ("workloads", name, "compute", "chip")
        named = [*of.chip.values()] if isinstance(of.chip, Mapping) else [of.chip] if of.chip else []
        unknown = sorted({chip for chip in named if chip not in chips.index})
        if unknown:
            message = _("{names} is not in the table compute_units.").format(names=_listed(unknown))
            remedy = _("Choose from: {names}.").format(names=_listed(chips.index))
            yield _problem(FILE, place, message, remedy, value=unknown[0])
        for year in scenario.years:
            chip = None if of.chip is None else in_year(of.chip, year)
            own = None if of.pflops_per_mw is None else in_year(of.pflops_per_mw, year)
            if chip in chips.index and own is None and not is_current(chips.loc[chip], year):
                message = _("{chip} is not a generation of {year}.").format(chip=chip, year=year)
                remedy = _("Give chips by year, as in {example}, or a factor of your own in compute.pflops_per_mw.")
                yield _problem(FILE, place, message, remedy.format(example="{2025: h100, 2028: ai_2027}"), value=chip)


def _shares(region: Region, scenario: Scenario) -> Iterator[Problem]:
    """Find classes whose own weights add up to nothing."""
    table = region.tables.get("demand_shares")
    if table is None or not len(table):
        return
    sums = table.groupby("workload")["weight"].sum()
    for name in sorted(set(sums.index[sums <= 0]) & set(scenario.workloads)):
        message = _("the weights of {name} add up to 0, so its demand is nowhere.").format(name=name)
        remedy = _("Give a weight above 0, or leave the class out of the table.")
        yield Problem("demand_shares", "demand_shares", None, "weight", name, "no_weight", message, remedy)


def _rest(region: Region, scenario: Scenario) -> Iterator[Problem]:
    """Find years in which existing centres serve more than all demand of their class."""
    from planner.demand_units import class_demand, stock_mw

    stock = scenario.stock_base
    if scenario.demand_basis != "total" or stock is None:
        return
    table = class_demand(region, scenario).set_index(["workload", "year"])["it_mw"] * scenario.demand_scale
    for year in scenario.years:
        asked, served = float(table.loc[(stock.workload, year)]), stock_mw(scenario, year)
        if asked < served - NEGLIGIBLE_MW:
            message = _("existing centres still serve {served:,.0f} MW of {name} in {year}, more than the {asked:,.0f} MW "
                        "that is asked for.").format(served=served, name=stock.workload, year=year, asked=asked)  # fmt: skip
            remedy = _("Raise the total demand, lower what existing centres serve, or take it off another class.")
            yield _problem(FILE, ("stock_base",), message, remedy, value=f"{asked - served:.1f}")
