"""When sites may open, what their parts cost once, and how much may be invested in each step.

first_year   base year of the region + lead time of the site; any year where there is no lead time
invest_*     what the annuities of the ledger pay for, as one sum: annuity x (1 / annuity factor)
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.assemble_costs import Prices, annuity
from planner.region import Region
from planner.scenario import Scenario

BUDGETS = ["year", "cny"]


def phasing_frames(
    region: Region, scenario: Scenario, frames: Mapping[str, pd.DataFrame], prices: Prices
) -> dict[str, pd.DataFrame]:
    """Return sites with first_year and the frames of what is built with what it costs once, and `budgets`."""
    sites = frames["sites"]
    out = {
        "budgets": budgets(scenario),
        "sites": sites.assign(
            first_year=first_years(sites["site"], region, scenario),
            invest_land_cny_per_ha=sites["land_cny_per_ha_year"].astype(float) / _factor(prices, "land"),
        ),
        "technologies": frames["technologies"].assign(
            invest_cny_per_mw=[building_cny_per_mw(prices) + plant_cny_per_mw(prices, t)
                               for t in frames["technologies"]["technology"]]
        ),
    }  # fmt: skip
    for name in ("feeds", "pipes"):
        if name in frames:
            once = frames[name]["cny_per_year"].astype(float) / _factor(prices, "lines")
            out[name] = frames[name].assign(invest_cny=once)
    return out


def _factor(prices: Prices, life: str) -> float:
    return annuity(prices.rate, prices.life_years[life])


def building_cny_per_mw(prices: Prices) -> float:
    """Return what the building of one MW IT costs once [CNY/MW]."""
    return prices["building_cny_per_mw_it"]


def plant_cny_per_mw(prices: Prices, technology: str) -> float:
    """Return what the cooling plant of one MW IT costs once [CNY/MW]."""
    return prices[f"cooling_{technology}_cny_per_mw_it"]


def first_years(sites: pd.Series, region: Region, scenario: Scenario) -> list[int]:
    """Return the first year in which each site may have load; 0: no lead time."""
    leads = [scenario.phasing.lead_of(site) for site in sites]
    return [region.base_year + lead if lead else 0 for lead in leads]


def budgets(scenario: Scenario) -> pd.DataFrame:
    """Return year, cny of the planning years that have a budget."""
    asked = scenario.phasing.budget_cny
    rows = [(year, float(asked[year])) for year in scenario.years if year in asked]
    return pd.DataFrame(rows, columns=BUDGETS).astype({"cny": float})
