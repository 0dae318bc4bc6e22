"""Electricity markets: places of one energy price, one grid factor and one required green share.

A climate (places that are alike) lies in one market and one hub. Data without markets have one, "all", with the prices of
`Economics` and the factors and shares of `years_table`. Existing centres name no market: their changes of energy count
with the first one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.siting.data import COLUMNS, SitingData
from models.siting.frames import cross_years, distinct, frame_of, join, looked_up, partners, stacked, with_columns

ALL = "all"  # the only market of data without markets
ANY = ""  # market of a resource that every market may use
MARKET_YEAR = ["market", "year"]
NEEDED = ("energy_cny_per_mwh", "demand_charge_cny_per_kw_year", "carbon_t_per_mwh")


def market_of(data: SitingData) -> pd.DataFrame:
    """Return climate, market, hub of every climate; ValueError where a climate lies in two."""
    used = [data[name]["climate"].to_numpy(object) for name in ("sites", "performance", "overheads")]
    out = distinct(frame_of({"climate": np.concatenate(used)}), ["climate"])
    market, hub = (np.full(len(out), name, object) for name in (ALL, ""))
    given = data["climates"]
    if len(given):
        if given["climate"].duplicated().any():
            raise ValueError(
                f"climates in two markets: {given.loc[given['climate'].duplicated(), 'climate'].tolist()[:3]}"
            )
        at, to = partners(out, given, ["climate"])
        market[at], hub[at] = given["market"].to_numpy(object)[to], given["hub"].to_numpy(object)[to]
    return with_columns(out, market=market, hub=hub)


def market_years(data: SitingData) -> pd.DataFrame:
    """Return every market and planning year with prices, grid factor and required green share (NaN: none).

    Raises KeyError where a market with places lacks a year, ValueError where a number is missing or a row is there twice.
    """
    given, columns = data["markets"], list(COLUMNS["markets"])
    used = distinct(market_of(data), ["market"])
    if not len(given):
        names = used if len(used) else frame_of({"market": np.array([ALL], object)})
        return _default(data, cross_years(names, data.years))[columns]
    if given.duplicated(MARKET_YEAR).any():
        raise ValueError(f"markets are there twice: {given.loc[given.duplicated(MARKET_YEAR), 'market'].tolist()[:3]}")
    wanted = cross_years(distinct(stacked([given, used], ["market"]), ["market"]), data.years)
    at, to = partners(wanted, given, MARKET_YEAR)
    if len(at) < len(wanted):
        missing = wanted.drop(index=at)[MARKET_YEAR].to_numpy().tolist()
        raise KeyError(f"no prices of market and year {missing[:3]}")
    table = given[columns].iloc[to].reset_index(drop=True)
    numbers = {c: table[c].to_numpy(float) for c in columns[2:]}
    unknown = [c for c in NEEDED if np.isnan(numbers[c]).any()]
    if unknown:
        raise ValueError(f"markets lack {unknown}")
    return with_columns(wanted, **numbers)


def _default(data: SitingData, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the prices of `Economics` and the factors of `years_table`."""
    e, by_year = data.economics, data["years_table"]
    factor = looked_up(rows, by_year, "year", "carbon_t_per_mwh", absent=0.0)
    return with_columns(
        rows,
        energy_cny_per_mwh=float(e.energy_cny_per_mwh),
        demand_charge_cny_per_kw_year=float(e.demand_charge_cny_per_kw_year),
        carbon_t_per_mwh=np.nan_to_num(factor),
        green_share=looked_up(rows, by_year, "year", "green_share"),
    )


def of_year(table: pd.DataFrame, column: str) -> dict[int, float]:
    """Return a number of the first market by year: what existing centres count with."""
    first = table[table["market"] == table["market"].iloc[0]]
    return dict(zip(first["year"].tolist(), first[column].astype(float).tolist(), strict=True))


def green_by_market(data: SitingData) -> pd.DataFrame:
    """Return `green` with one row for each market in which the resource may be used.

    Raises ValueError where a resource has two rows of one year, KeyError for a market that is not known.
    """
    table, names = data["green"], distinct(market_years(data), ["market"])
    if table.duplicated(["resource", "year"]).any():
        twice = table.loc[table.duplicated(["resource", "year"]), "resource"].tolist()
        raise ValueError(f"one row per resource and year: {twice[:3]}")
    is_any = (table["market"] == ANY).to_numpy(bool)
    unknown = set(table.loc[~is_any, "market"]) - set(names["market"])
    if unknown:
        raise KeyError(f"green power of unknown markets {sorted(unknown)[:3]}")
    shared = join(table[is_any].drop(columns=["market"]), names, [])
    return stacked([shared, table[~is_any]], COLUMNS["green"] + ("market",))


def by_climate(data: SitingData, frame: pd.DataFrame, column: str) -> np.ndarray:
    """Return a number of the market and year of each row (`climate`, `year`) of the frame."""
    placed = join(frame[["climate", "year"]], market_of(data), "climate")
    return looked_up(placed, market_years(data), MARKET_YEAR, column)


__all__ = ["ALL", "ANY", "MARKET_YEAR", "by_climate", "green_by_market", "market_of", "market_years", "of_year"]
