"""Electricity markets of a region of areas: which site lies where, prices, grid factors, limits of hubs, green power.

Every area is a place of its own (its `climate` is its id). What the region's tables do not know of a market is taken from
the scenario (`markets.assumed`), never made up; `planner.fits` tells what is still missing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.siting.markets import ALL, ANY
from planner.region import Region, confidence_of
from planner.scenario import Scenario
from planner.tables import MARKED_CONFIDENCES
from planner.units import KWH_PER_MWH, MONTHS_PER_YEAR

PLACES = ("climate", "market", "hub", "site", "role")
VALUES = ("energy_cny_per_kwh", "demand_charge_cny_per_kw_month", "grid_kgco2_per_kwh")
CHARGE = "demand_charge_cny_per_kw_month"


def places_of(candidates: pd.DataFrame, region: Region, climate: pd.Series) -> pd.DataFrame:
    """Return climate, market, hub, site, role of every candidate; one market, no hub and no role without markets."""
    sites = candidates["site"]
    frame = pd.DataFrame(
        {"climate": sites.map(climate).to_numpy(), "market": ALL, "hub": "", "site": sites, "role": ""}
    )
    if region.is_area:
        roles = region["hubs"].set_index("hub")["role"]
        frame = frame.assign(market=candidates["market"], hub=candidates["hub"], role=candidates["hub"].map(roles))
    return frame.astype(object).reset_index(drop=True)


def market_values(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return the base-year values of every market (index), NaN where not known, and `<value>_is_assumed` beside each.

    A value of the scenario goes before the table's; a blank demand charge takes the region's price.
    """
    table = region["markets"].set_index("market")
    out = table[["name_en", "name_zh"]].copy()
    for column in VALUES:
        marked = confidence_of(table, column).isin(MARKED_CONFIDENCES)
        value = table[column].astype(float)
        if column == CHARGE:
            price, is_guess = _price(region, scenario, CHARGE)
            value, marked = value.fillna(price), marked.where(value.notna(), is_guess)
        own = {name: getattr(given, column) for name, given in scenario.markets.assumed.items()}
        own = {name: v for name, v in own.items() if v is not None}
        given = pd.Series(out.index.map(own), index=out.index, dtype=float)
        out[column] = given.fillna(value)
        out[f"{column}_is_assumed"] = (marked | given.notna()).astype(bool)
    return out


def _price(region: Region, scenario: Scenario, item: str) -> tuple[float, bool]:
    """Return a price of the region in the chosen case, NaN where there is none, and whether it is assumed."""
    if item in scenario.economy.prices:
        return float(scenario.economy.prices[item]), True
    row = region["prices"].set_index("item")
    if item not in row.index:
        return np.nan, True
    return float(row.at[item, scenario.economy.price_case]), bool(row.at[item, "basis"] == "assumed")


def markets_table(values: pd.DataFrame, shares: pd.DataFrame, scenario: Scenario, used: pd.Series) -> pd.DataFrame:
    """Return the frame `markets` of the markets in use: prices and factors of each planning year, required green share.

    `values` as `market_values`; `shares`: market, year, green_share.
    """
    years = pd.DataFrame({"year": list(scenario.years)})
    base = values.loc[sorted(set(used)), list(VALUES)].rename_axis("market").reset_index().merge(years, how="cross")
    factor = {
        name: base["year"].map(dict(given)).astype(float).fillna(1.0)
        for name, given in (("price", scenario.markets.price_factor), ("carbon", scenario.markets.carbon_factor))
    }
    frame = pd.DataFrame(
        {
            "market": base["market"].astype(object),
            "year": base["year"],
            "energy_cny_per_mwh": base["energy_cny_per_kwh"] * KWH_PER_MWH * factor["price"],
            "demand_charge_cny_per_kw_year": base[CHARGE] * MONTHS_PER_YEAR,
            "carbon_t_per_mwh": base["grid_kgco2_per_kwh"] * factor["carbon"],  # 1 kg/kWh is 1 t/MWh
        }
    )
    return frame.merge(shares[["market", "year", "green_share"]], on=["market", "year"], how="left")


def hub_caps(scenario: Scenario) -> pd.DataFrame:
    """Return hub, year, quantity, limit of the planning years."""
    rows = [
        (hub, year, quantity, float(limit))
        for hub, limits in scenario.hubs.items()
        for quantity, by_year in limits.model_dump().items()
        for year, limit in by_year.items()
        if year in scenario.years
    ]
    return pd.DataFrame(rows, columns=["hub", "year", "quantity", "limit"])


def green_table(region: Region, scenario: Scenario, places: pd.DataFrame) -> pd.DataFrame:
    """Return the frame `green` of the planning years; channels of markets without sites are left out.

    Nothing is bought where the family is off: without its rows, more could be bought than is used.
    """
    table = region["resources"]
    columns = ["resource", "kind", "year", "available_mwh", "premium_cny_per_mwh", "max_share", "market"]
    renamed = table.rename(columns={"available_mwh_per_year": "available_mwh"})
    renamed = renamed.assign(market=renamed["market"].astype(object).where(renamed["market"].notna(), ANY))
    is_kept = renamed["year"].isin(scenario.years) & renamed["market"].isin({ANY, *places["market"]})
    is_kept &= "green" not in scenario.families_off
    return renamed.loc[is_kept, columns].reset_index(drop=True)
