"""The annual green book of a plan: one row per electricity market and year, from the plan's own sites and purchases.

Use of a site counts in the market that the site buys in. Contracts and certificates are bought for a market; the grid's
average renewable share is a third column, for what nothing bought covers (see `models.indicators`): no MWh stands in two.
Unknown is None, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.indicators import (
    carbon_usage_effectiveness,
    green_book,
    power_usage_effectiveness,
    renewable_energy_factor,
    residual_emissions_t,
)
from models.siting.data import SitingData
from planner.assemble_markets import VALUES
from planner.region import Region
from planner.scenario import Scenario
from planner.units import HOURS_PER_YEAR

ALL = "all"  # the market of a region without markets
USE = ["it_mw", "installed_mw", "energy_mwh", "it_mwh", "water_m3"]
KEY = ["market", "year"]

Rows = Sequence[Mapping[str, Any]]


def has_markets(data: SitingData) -> bool:
    """Tell whether the region has electricity markets of its own."""
    return len(data["markets"]) > 0


def known(value: Any) -> float | None:
    """Return a number, None for one that is not known."""
    return None if value is None or pd.isna(value) else float(value)


def it_hours(scenario: Scenario) -> dict[str, float]:
    """Return the IT energy of each class per MW drawn at its own peak [MWh/MW/year]: the hours of its load factor."""
    return {name: HOURS_PER_YEAR * spec.load_factor for name, spec in scenario.workloads.items()}


def use_table(sites: Rows, places: pd.DataFrame, hours: Mapping[str, float], years: Sequence[int]) -> pd.DataFrame:
    """Return site, market, hub, year and what the site uses: `it_mw` drawn, `installed_mw`, MWh, IT MWh, m3 of water.

    `sites` as in a plan; `places`: climate, market, hub of the siting data.
    """
    where = places.set_index("climate")
    rows = []
    for site in sites:
        market, hub = (str(where.at[site["climate"], c]) for c in ("market", "hub"))
        for year in years:
            at = str(year)
            it_mwh = sum(load["it_mw"] * hours[load["workload"]] for load in site["loads"] if load["year"] == year)
            water = sum(pipe["by_year"][at] for pipe in site["water"])
            use = (site["it_mw"][at], site["installed_mw"][at], site["energy_mwh"][at], it_mwh, water)
            rows.append((site["id"], market, hub, int(year), *map(float, use)))
    return pd.DataFrame(rows, columns=["site", "market", "hub", "year", *USE])


def book_table(green: Rows, kinds: Mapping[str, str], *, certificates_count: bool) -> pd.DataFrame:
    """Return market, year, green_mwh, certificate_mwh, counted_mwh (what lowers the emissions) of what a plan buys."""
    rows = []
    for row in green:
        is_paper = kinds[row["resource"]] == "certificate"
        power, paper = (0.0, row["mwh"]) if is_paper else (row["mwh"], 0.0)
        counted = row["mwh"] if certificates_count or not is_paper else 0.0
        rows.append((row.get("market", ALL), int(row["year"]), power, paper, counted))
    frame = pd.DataFrame(rows, columns=[*KEY, "green_mwh", "certificate_mwh", "counted_mwh"])
    return frame.astype({"year": "int64"}).groupby(KEY, as_index=False).sum()


def market_rows(
    use: pd.DataFrame, book: pd.DataFrame, prices: pd.DataFrame, *, region: Region, values: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return one entry per market and year, those without any use too; `assumed` names what is not sourced.

    `values`: by market (index) `<value>_is_assumed`, see `planner.assemble_markets.market_values`.

    `prices`: market, year, energy_cny_per_mwh, carbon_t_per_mwh, green_share (required; not a number: none).
    """
    table = prices.merge(use.groupby(KEY, as_index=False)[USE].sum(), on=KEY, how="left").merge(
        book, on=KEY, how="left"
    )
    amounts = [*USE, "green_mwh", "certificate_mwh", "counted_mwh"]
    table[amounts] = table[amounts].astype(float).fillna(0.0)
    of_region = region["markets"].set_index("market")
    out = []
    for row in table.sort_values(["market", "year"], kind="stable").to_dict("records"):
        place = of_region.loc[row["market"]]
        share = known(place.get("renewable_gen_share_of_use"))
        guessed = [name for name in VALUES if bool(values.at[row["market"], f"{name}_is_assumed"])]
        figures = _figures(row, grid_share=share)
        out.append({**_names(place, row["market"]), "year": int(row["year"]), **figures, "assumed": guessed})
    return out


def _names(place: pd.Series, market: str) -> dict[str, str]:
    return {"market": market, "name": str(place["name_en"]), "name_zh": str(place["name_zh"])}


def _figures(row: Mapping[Any, Any], *, grid_share: float | None) -> dict[str, Any]:
    """Return the figures of one market and year."""
    energy, it_mwh, power, paper = (float(row[c]) for c in ("energy_mwh", "it_mwh", "green_mwh", "certificate_mwh"))
    factor = known(row["carbon_t_per_mwh"])
    emissions = None if factor is None else residual_emissions_t(energy, float(row["counted_mwh"]), factor)
    book = green_book(energy, contract_mwh=power, certificate_mwh=paper, grid_renewable_share=grid_share)
    return {
        "energy_mwh": energy,
        "it_mwh": it_mwh,
        "green_mwh": power,
        "certificate_mwh": paper,
        "grid_renewable_mwh": book.grid_renewable_mwh,
        "required_share": known(row["green_share"]),
        "ref": renewable_energy_factor(power, paper, energy),
        "cue_kg_per_kwh": carbon_usage_effectiveness(emissions, it_mwh),
        "emissions_t": emissions,
        "pue": power_usage_effectiveness(energy, it_mwh),
        "energy_cny_per_mwh": known(row["energy_cny_per_mwh"]),
    }


def national_share(markets: Rows, year: int) -> float | None:
    """Return the required share of a year over all markets: weighted by their use, None where nothing is used."""
    rows = [row for row in markets if row["year"] == year]
    energy = sum(row["energy_mwh"] for row in rows)
    return sum((row["required_share"] or 0.0) * row["energy_mwh"] for row in rows) / energy if energy > 0.0 else None


def green_rows(values: pd.DataFrame, data: SitingData) -> list[dict[str, Any]]:
    """Return what is bought: year, resource, mwh and, where the region has markets, the market it is bought for.

    `values`: resource, year, value and, where the model has it, market.
    """
    keys = ["year", "resource", *(["market"] if has_markets(data) else [])]
    sums = values.groupby(keys, as_index=False, sort=False)["value"].sum()
    names = {"year": "year", "resource": "resource", "value": "mwh", "market": "market"}
    rows = sums.rename(columns=names)[["year", "resource", "mwh", *keys[2:]]].to_dict("records")
    return [{str(k): v.item() if isinstance(v, np.generic) else v for k, v in row.items()} for row in rows]
