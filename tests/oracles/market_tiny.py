"""Tiny areas of two markets and two hubs for the oracles, and one case whose optimum is worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from models.siting.data import COLUMNS, Economics, SitingData
from tests.builders_markets import market_data
from tests.oracles.tiny import tiny_data

KEPT = (("air", "tower"), ("air", "plate"), ("tower", "plate"))


def tiny_areas(seed: int) -> SitingData:
    """Return two areas and two years, or three areas and one year, with two technologies: small enough to enumerate."""
    years = (2030, 2035) if seed % 2 else (2030,)
    data = market_data(seed, n_sites=2 if seed % 2 else 3, years=years, demand_mw=20.0)
    kept = KEPT[seed % 3]
    frames = {
        name: data[name][data[name]["technology"].isin(kept)]
        for name in ("technologies", "performance", "overheads", "water_use")
    }
    rng = np.random.default_rng(20_000 + seed)
    is_short = seed % 3 == 0  # of access; otherwise of what the hubs may use
    own = [6.0, 5.0, 7.0] if is_short else [8.0, np.inf, 6.0]
    loose = 4.0 if is_short else rng.uniform(0.3, 1.0, len(data["hub_caps"]))
    hubs = data["hub_caps"].assign(limit=data["hub_caps"]["limit"] * loose)
    years_table = data["years_table"].assign(carbon_cap_t=60_000.0 if seed % 4 == 0 else np.nan)
    return data.changed(
        **frames, sites=data["sites"].assign(it_max_mw=10.0, own_limit_mva=own[: len(data["sites"])]), hub_caps=hubs, years_table=years_table,
        rules=replace(data.rules, certificates_count_for_carbon=bool(seed % 5 == 0)),
    )  # fmt: skip


def mixed_areas(seed: int) -> SitingData:
    """Return a tiny case with stations and stock in two markets: the second site has a limit of its own instead of feeds."""
    data = tiny_data(seed)
    price = data.economics.energy_cny_per_mwh
    there = {
        name: pd.concat([data[name], data[name].assign(climate="there")], ignore_index=True)
        for name in ("performance", "overheads", "water_use", "pue_bands")
    }
    there["performance"] = there["performance"].assign(it_mwh_per_mw_year=5500.0)
    markets = [
        (m, y, price * f, 400.0 * f, 0.55 / f, share)
        for m, f, share in (("south", 1.0, 0.5), ("north", 0.6, np.nan))
        for y in data.years
    ]
    last = data.years[-1]
    return data.changed(
        sites=data["sites"].assign(climate=["here", "there"], own_limit_mva=[np.nan, 9.0], first_year=[0, last]),
        feeds=data["feeds"][data["feeds"]["site"] == "S0"],
        climates=table("climates", [("here", "south", "H0"), ("there", "north", "H1")]),
        markets=table("markets", markets),
        green=data["green"].assign(market=data["green"]["kind"].map({"green_power": "north", "certificate": ""})),
        serves=data["serves"].assign(cny_per_mw_year=np.linspace(0.0, 1e6, len(data["serves"]))),
        hub_caps=table("hub_caps", [("H1", last, "energy_mwh", 60e3), ("H0", last, "it_mw", 7.0)]),
        banned_blocks=table("banned_blocks", [("there", "air", last)]),
        banned_loads=table("banned_loads", [("here", "air", "online", last)]),
        hub_occupancy=table("hub_occupancy", [("H0", last, 0.7), ("H1", last, 0.95)]),
        **there,
    )


def table(name: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return a frame of the siting data with the given rows."""
    return pd.DataFrame(rows, columns=list(COLUMNS[name]))


def by_hand() -> SitingData:
    """Return three areas, two markets, two years, one technology and one class; no station, plant, feed or stock.

    10 MW blocks; 8000 MWh and 1.25 MVA per MW drawn; building 1 million CNY per MW. A is in the dear market (600 CNY/MWh),
    B and C in the cheap one (300), where half of the energy must be covered by certificates at 10 CNY/MWh. The way to
    the district costs 0, 0.5 and 1 million CNY per MW. B has 25 MVA of its own and may be built in 2035 only.
    """
    sites = [
        ("A", "A", "A", 100.0, 0.0, 100.0, False, 0.0, 0.0, np.inf, 0),
        ("B", "B", "B", 100.0, 0.0, 100.0, False, 0.0, 0.0, 25.0, 2035),
        ("C", "C", "C", 100.0, 0.0, 100.0, False, 0.0, 0.0, np.inf, 0),
    ]
    columns = [c for c in COLUMNS["sites"] if c != "multiplicity"] + ["own_limit_mva", "first_year"]
    years = (2030, 2035)
    serves = pd.DataFrame(
        [("A", "D", "finance", 0.0), ("B", "D", "finance", 0.5e6), ("C", "D", "finance", 1.0e6)],
        columns=["reach", "district", "workload", "cny_per_mw_year"],
    )
    markets = [("east", y, 600.0, 0.0, 0.0, np.nan) for y in years]
    markets += [("west", y, 300.0, 0.0, 0.0, 0.5) for y in years]
    frames = {
        "sites": pd.DataFrame(sites, columns=columns),
        "climates": table("climates", [("A", "east", "E"), ("B", "west", "W"), ("C", "west", "W")]),
        "markets": table("markets", markets),
        "technologies": table("technologies", [("air", 10.0, 0.1, 0.0, False, False)]),
        "workloads": table("workloads", [("finance", "A", np.nan)]),
        "performance": table("performance", [(s, "air", "finance", 1.25, 8000.0, 1250.0) for s in "ABC"]),
        "overheads": table("overheads", [(s, "air", 0.0, 0.0, 0.0, 1.25) for s in "ABC"]),
        "demand": table("demand", [("D", "finance", 2030, 20.0), ("D", "finance", 2035, 30.0)]),
        "serves": serves,
        "green": table("green", [("certificate", "certificate", y, 1e6, 10.0, np.nan) for y in years]),
        "years_table": table("years_table", [(y, *[np.nan] * 6) for y in years]),
    }
    return SitingData(
        years=years, year_weights=dict.fromkeys(years, 1.0), frames=frames, economics=Economics(1.0e6, 0.0, 0.0, 0.0, 20e6)
    )  # fmt: skip
