"""Demand in PFLOPS, racks or growing from a base becomes MW IT, and every conversion is listed.

    MW IT = PFLOPS / (PFLOPS per MW IT)          by the class's chip generation, or its own factor, of that year
    MW IT = racks x kW per rack / 1000           2.5 kW for a standard rack (F092); AI racks by their own
    value in a year = base x product over the years after the base year of (1 + rate)

MW IT is drawn load at the own peak of the class, so a rack counts with its rating and its mean use follows from the class's
load factor. What is not known stays NaN: `planner.demand_rules` refuses it by name before anything is solved.

Existing centres (`demand_basis: total`): MW IT in use = base x share still in use, where the base is given in MW IT, in
racks, or as a year's electricity: TWh x 1e6 / 8760 / PUE / load factor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from planner.compute_units import Factor, compute_factor, compute_units
from planner.region import Region
from planner.scenario import Scenario
from planner.scenario_demand import UNIT_NAMES, Growth, StockBase, held_in, in_year
from planner.scenario_parts import Workload
from planner.units import HOURS_PER_YEAR, KW_PER_MW, MWH_PER_TWH

MW_IT = UNIT_NAMES["mw"]
STANDARD_RACK_KW = 2.5
RACK_SOURCE = "F092 (2024): 2.5 to 4 kW per rack"
RACK_WORDS = ("rating of a rack; its mean use follows from the load factor", "机架额定功率；平均功率由负载率得出")
GROWTH_WORDS = ("growth from the base year, year by year", "自基准年起逐年增长")
LIFE_WORDS = ("ages spread evenly over {n:g} years of life (assumed)", "机龄在 {n:g} 年寿命内均匀分布（假设）")
SURVIVAL_WORDS = ("share still in use, given in the scenario", "方案中给定的在用比例")
ENERGY_WORDS = ("1e6 MWh/TWh / 8760 h / PUE {pue:g} / load factor {load:g}", "1e6 MWh/TWh / 8760 h / PUE {pue:g} / 负载率 {load:g}")  # fmt: skip


def grown(growth: Growth, year: int) -> float:
    """Return the value of a growing demand in a year, in its own unit; NaN before the base year."""
    if year < growth.base_year:
        return math.nan
    rates = [in_year(growth.per_year, y) for y in range(growth.base_year + 1, year + 1)]
    return growth.base * math.prod(math.nan if rate is None else 1.0 + rate for rate in rates)


def given_demand(spec: Workload, year: int) -> tuple[str, float]:
    """Return (mw | pflops | racks, value) of a class in a year as the scenario gives it; NaN where it does not."""
    if spec.demand_growth is not None:
        return spec.demand_growth.unit, grown(spec.demand_growth, year)
    given = {"mw": spec.demand_mw, "pflops": spec.demand_pflops, "racks": spec.demand_racks}
    for unit, values in given.items():
        if values:
            return unit, float(values.get(year, math.nan))
    return "mw", math.nan


def known_years(scenario: Scenario) -> list[int]:
    """Return the years that may be planned: every class has a demand, and what is given by year is given for them."""
    dated = [scenario.carbon.grid_t_per_mwh, scenario.markets.price_factor, scenario.markets.carbon_factor]
    years = {*range(scenario.years[0], scenario.years[-1] + 1)}.union(*dated)
    for spec in scenario.workloads.values():
        years |= {*spec.demand_mw, *spec.demand_pflops, *spec.demand_racks}
    has_demand = (y for y in years if all(not math.isnan(given_demand(w, y)[1]) for w in scenario.workloads.values()))
    return sorted(y for y in has_demand if all(not values or y in values for values in dated))


def unit_factor(spec: Workload, unit: str, year: int, chips: pd.DataFrame) -> Factor | None:
    """Return the stated factor between a unit of demand and MW IT; None where nothing is stated."""
    if unit == "pflops":
        return compute_factor(spec.compute, year, chips)
    if spec.kw_per_rack is None:
        return None
    is_standard = spec.kw_per_rack == STANDARD_RACK_KW
    return Factor(spec.kw_per_rack, "kW IT per rack", *RACK_WORDS, source=RACK_SOURCE if is_standard else "scenario")


def as_mw(value: float, unit: str, factor: Factor | None) -> float:
    """Return MW IT of a value in its unit."""
    if unit == "mw":
        return value
    if factor is None:
        return math.nan
    return value / factor.value if unit == "pflops" else value * factor.value / KW_PER_MW


def class_demand(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return workload, year, unit, value (as given), it_mw: the demand of every class before scale and stock."""
    chips = compute_units(region)
    rows = []
    for work, spec in scenario.workloads.items():
        for year in scenario.years:
            unit, value = given_demand(spec, year)
            factor = None if unit == "mw" else unit_factor(spec, unit, year, chips)
            rows.append((work, year, unit, value, as_mw(value, unit, factor)))
    return pd.DataFrame(rows, columns=["workload", "year", "unit", "value", "it_mw"])


def survival(stock: StockBase, year: int) -> float:
    """Return the share of the existing centres that is still in use in a year; NaN where nothing says it."""
    if stock.survival:
        share = held_in(stock.survival, year)
        return 1.0 if share is None else share
    if stock.life_years is None:
        return math.nan
    return min(1.0, max(0.0, 1.0 - (year - stock.base_year) / stock.life_years))


def _stock_factor(stock: StockBase, load_factor: float) -> tuple[str, float, Factor]:
    """Return (unit, value, MW IT per unit) of the existing centres as given; MW IT has factor 1."""
    if stock.it_mw is not None:
        return MW_IT, stock.it_mw, Factor(1.0, MW_IT, "", "", source=stock.source)
    if stock.racks is not None:
        kw = math.nan if stock.kw_per_rack is None else stock.kw_per_rack
        return "racks", stock.racks, Factor(kw / KW_PER_MW, "MW IT per rack", *RACK_WORDS, source=stock.source)
    twh = math.nan if stock.energy_twh is None else stock.energy_twh
    pue = math.nan if stock.pue is None else stock.pue
    words = [text.format(pue=pue, load=load_factor) for text in ENERGY_WORDS]
    value = MWH_PER_TWH / HOURS_PER_YEAR / pue / load_factor
    return "TWh", twh, Factor(value, "MW IT per TWh", words[0], words[1], source=stock.source)


def stock_mw(scenario: Scenario, year: int) -> float:
    """Return what existing centres still serve of their class [MW IT]; 0 where demand is new demand."""
    stock = scenario.stock_base
    if scenario.demand_basis != "total" or stock is None:
        return 0.0
    _unit, value, factor = _stock_factor(stock, scenario.workloads[stock.workload].load_factor)
    return value * factor.value * survival(stock, year)


def _row(
    work: str, years: tuple[int, int], *, units: tuple[str, str], values: tuple[float, float], factor: Factor
) -> dict[str, Any]:
    return {
        "workload": work,
        "year": years[1],
        "from_year": years[0],
        "from": units[0],
        "to": units[1],
        "value_from": values[0],
        "value_to": values[1],
        "factor": factor.value,
        "unit": factor.unit,
        "basis": factor.basis,
        "basis_zh": factor.basis_zh,
        "source": factor.source,
        "is_assumed": factor.is_assumed,
    }


def _stock_rows(scenario: Scenario) -> Iterator[dict[str, Any]]:
    stock = scenario.stock_base
    if scenario.demand_basis != "total" or stock is None:
        return
    unit, value, factor = _stock_factor(stock, scenario.workloads[stock.workload].load_factor)
    base = value * factor.value
    if unit != MW_IT:
        yield _row(
            stock.workload, (stock.base_year, stock.base_year), units=(unit, MW_IT), values=(value, base), factor=factor
        )
    is_aged = not stock.survival and stock.life_years is not None
    words = [t.format(n=stock.life_years) if is_aged else t for t in (LIFE_WORDS if is_aged else SURVIVAL_WORDS)]
    for year in scenario.years:
        share = survival(stock, year)
        kept = Factor(share, "share still in use", words[0], words[1], is_assumed=True)
        yield _row(
            stock.workload, (stock.base_year, year), units=(MW_IT, MW_IT), values=(base, base * share), factor=kept
        )


def conversions(region: Region, scenario: Scenario) -> list[dict[str, Any]]:
    """Return every conversion behind the demand: growth from a base, units into MW IT, existing centres taken off.

    Keys: workload, year, from_year, from, to, value_from, value_to, factor, unit, basis, basis_zh, source, is_assumed. Values are before
    `demand_scale`.
    """
    chips, rows = compute_units(region), []
    for work, spec in scenario.workloads.items():
        for year in scenario.years:
            unit, value = given_demand(spec, year)
            name = UNIT_NAMES[unit]
            growth = spec.demand_growth
            if growth is not None:
                times = Factor(
                    grown(growth.model_copy(update={"base": 1.0}), year),
                    "times the base year",
                    *GROWTH_WORDS,
                    source=growth.source,
                    is_assumed=True,
                )
                rows.append(
                    _row(work, (growth.base_year, year), units=(name, name), values=(growth.base, value), factor=times)
                )
            factor = None if unit == "mw" else unit_factor(spec, unit, year, chips)
            if factor is not None:
                mw = as_mw(value, unit, factor)
                rows.append(_row(work, (year, year), units=(name, MW_IT), values=(value, mw), factor=factor))
    return [*rows, *_stock_rows(scenario)]


def site_pflops(region: Region, scenario: Scenario, loads: pd.DataFrame) -> pd.DataFrame:
    """Return site, year, compute_pflops of served load (site, workload, year, it_mw).

    Only classes with a chip or a factor stated count; a site and year without any has no row: it is not known.
    """
    chips = compute_units(region)
    known = [
        (work, year, factor.value)
        for work, spec in scenario.workloads.items()
        for year in scenario.years
        if (factor := compute_factor(spec.compute, year, chips)) is not None
    ]
    factors = pd.DataFrame(known, columns=["workload", "year", "pflops_per_mw"])
    rows = loads[["site", "workload", "year", "it_mw"]].merge(factors, on=["workload", "year"])
    rows["compute_pflops"] = rows["it_mw"].astype(float) * rows["pflops_per_mw"]
    return rows.groupby(["site", "year"], as_index=False)["compute_pflops"].sum()
