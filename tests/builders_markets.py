"""Small siting data of areas in two markets and two hubs: no substations, no feeds, no plants with a supply of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.siting.data import Economics, Rules, SitingData
from tests.builders import LOAD_FACTOR, TECHNOLOGIES, performance

MARKET = {0: "M0", 1: "M1", 2: "M1"}  # by number of the area: a market and a hub cut the areas in different ways
HUB = {0: "H0", 1: "H0", 2: "H1"}


def _frame(rows: list[tuple[Any, ...]], *columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns))


def _physics(sites: list[str], colder: np.ndarray) -> dict[str, pd.DataFrame]:
    """Return performance, overheads and water use by area; a colder area has a lower PUE and needs less water."""
    parts: dict[str, list[pd.DataFrame]] = {"performance": [], "overheads": [], "water_use": []}
    for site, saved in zip(sites, colder, strict=True):
        perf, over, water = performance(site)
        for column in ("mva_per_mw", "mwh_per_mw_year", "peak_kw_per_mw"):
            perf[column] = (perf[column] * (1.0 - saved)).round(4)
        perf["it_mwh_per_mw_year"] = perf["workload"].map(LOAD_FACTOR) * 8760.0
        water["m3_per_day_per_mw"] = (water["m3_per_day_per_mw"] * (1.0 - saved)).round(4)
        for name, frame in (("performance", perf), ("overheads", over), ("water_use", water)):
            parts[name].append(frame)
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


def _books(rng: np.random.Generator, years: tuple[int, ...]) -> dict[str, pd.DataFrame]:
    markets, green = [], []
    for y in years:
        for m, price, factor in (("M0", 680.0, 0.60), ("M1", 380.0, 0.45)):
            markets.append((m, y, price + float(rng.integers(0, 80)), 480.0 if m == "M0" else 300.0, factor, 0.6))
            green.append((f"wind {m}", "green_power", y, float(rng.integers(20, 120)) * 1e3, 8.0, np.nan, m))
        green.append(("certificate", "certificate", y, float(rng.integers(30, 150)) * 1e3, 15.0, 0.5, ""))
    columns = ("resource", "kind", "year", "available_mwh", "premium_cny_per_mwh", "max_share", "market")
    prices = ("energy_cny_per_mwh", "demand_charge_cny_per_kw_year", "carbon_t_per_mwh", "green_share")
    empty = ("green_share", "carbon_t_per_mwh", "city_water_cap_m3", "stock_water_m3", "carbon_cap_t")
    by_year = pd.DataFrame({"year": list(years), **dict.fromkeys(empty, np.nan), "liquid_stock_share": np.nan})
    return {
        "markets": _frame(markets, "market", "year", *prices),
        "green": _frame(green, *columns),
        "years_table": by_year,
    }


def _demand(
    rng: np.random.Generator, sites: list[str], years: tuple[int, ...], demand_mw: float
) -> dict[str, pd.DataFrame]:
    classes, grown = (("online", 0.5), ("finance", 0.2), ("ai", 0.3)), np.linspace(0.6, 1.0, len(years))
    shares = (("D0", 0.7), ("D1", 0.3))
    demand = [
        (d, w, y, round(demand_mw * part * share * g, 1))
        for d, share in shares
        for w, part in classes
        for y, g in zip(years, grown, strict=True)
    ]
    km = rng.uniform(50, 1500, (len(sites), len(shares))).round()
    serves = [
        (site, d, w, float(km[i, j] * 200.0))
        for i, site in enumerate(sites)
        for j, (d, _) in enumerate(shares)
        for w in ("online", "finance", "ai")
        if w != "online" or i < 2  # the third area is too far away for real-time service
    ]
    return {
        "workloads": _frame(
            [("online", "B", np.nan), ("finance", "A", np.nan), ("ai", "B", np.nan)],
            "workload", "availability", "in_city_max_share",
        ),
        "demand": _frame(demand, "district", "workload", "year", "it_mw"),
        "serves": _frame(serves, "reach", "district", "workload", "cny_per_mw_year"),
    }  # fmt: skip


def market_data(
    seed: int,
    *,
    n_sites: int = 3,
    years: tuple[int, ...] = (2030,),
    demand_mw: float = 30.0,
    is_limited: bool = True,
    **rules: Any,
) -> SitingData:
    """Return areas of their own climate each; `is_limited`: with caps of hubs, a ban, a mean PUE and late areas."""
    rng = np.random.default_rng(seed)
    sites = [f"S{i}" for i in range(n_sites)]
    last, late = years[-1], years[-1] if len(years) > 1 else 0
    limited = {
        "hub_caps": _frame(
            [("H0", last, "energy_mwh", float(rng.integers(40, 160)) * 1e3),
             ("H1", last, "it_mw", float(rng.integers(3, 12))),
             ("H0", last, "water_m3", float(rng.integers(10, 120)) * 1e3)],
            "hub", "year", "quantity", "limit",
        ),
        "banned_blocks": _frame([("S1", "air", last)], "climate", "technology", "year"),
        "mean_pue_caps": _frame([("M0", last, 1.20)], "market", "year", "cap"),
        "hub_occupancy": _frame([("H0", last, 0.8), ("H1", last, 0.9)], "hub", "year", "share"),
    }  # fmt: skip
    frames = {
        "sites": pd.DataFrame(
            {
                "site": sites, "climate": sites, "reach": sites, "area_ha": rng.uniform(1.0, 4.0, n_sites).round(1),
                "it_min_mw": 5.0, "it_max_mw": 20.0, "is_fixed": False, "min_mw": 0.0,
                "land_cny_per_ha_year": rng.uniform(0.1e6, 1e6, n_sites).round(),
                "own_limit_mva": [(14.0, np.inf, 25.0)[i % 3] for i in range(n_sites)],
                "first_year": [late if i == 1 else 0 for i in range(n_sites)],
            }
        ),
        "climates": _frame([(s, MARKET[i % 3], HUB[i % 3]) for i, s in enumerate(sites)], "climate", "market", "hub"),
        "technologies": TECHNOLOGIES.assign(block_mw=5.0),
        **_physics(sites, rng.uniform(0.0, 0.08, n_sites)),
        "months": pd.DataFrame({"month": [1, 7], "days": [184.0, 181.0]}),
        "plants": _frame(
            [(f"W-{h}", 4 / 3, 1.2, 3.5) for h in ("H0", "H1")],
            "plant", "makeup_factor", "peak_day_factor", "cny_per_m3",
        ),
        "pipes": _frame([(s, f"W-{HUB[i % 3]}", 0.0, 0.0) for i, s in enumerate(sites)], "site", "plant", "cny_per_year", "km"),
        **_demand(rng, sites, years, demand_mw),
        **_books(rng, years),
        **(limited if is_limited else {}),
    }  # fmt: skip
    return SitingData(
        years=years,
        year_weights=dict.fromkeys(years, 2.0),
        frames=frames,
        economics=Economics(2.0e6, 0.0, 0.0, 60.0, 20e6),
        rules=Rules(**rules),
    )
