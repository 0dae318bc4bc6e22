"""Tiny siting data for the oracles: two sites, two or three stations, every limit tightened in turn by the seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from models.siting.data import Economics, SitingData
from tests.builders import random_data

Rng = np.random.Generator
Change = Callable[[SitingData, Rng], SitingData]


def _scaled(data: SitingData, frame: str, column: str, factor: float, *, where: pd.Series | None = None) -> SitingData:
    table = data[frame].copy()
    rows = pd.Series(True, index=table.index) if where is None else where
    table[column] = table[column].astype(float).where(~rows, (table[column].astype(float) * factor).round(3))
    return data.changed(**{frame: table})


def _set(data: SitingData, frame: str, column: str, value: object) -> SitingData:
    return data.changed(**{frame: data[frame].assign(**{column: value})})


def _rules(data: SitingData, **changes: Any) -> SitingData:
    return data.changed(rules=replace(data.rules, **changes))


def _dual(data: SitingData, rng: Rng) -> SitingData:
    return _scaled(data, "demand", "it_mw", 2.0, where=data["demand"]["workload"] == "finance")


def _station(data: SitingData, rng: Rng) -> SitingData:
    return _scaled(data, "headroom", "headroom_mva", 0.3, where=data["headroom"]["node"].str.startswith("T"))


def _zone(data: SitingData, rng: Rng) -> SitingData:
    return _scaled(data, "headroom", "headroom_mva", 0.15, where=data["headroom"]["node"].str.startswith("Z"))


def _zone_share(data: SitingData, rng: Rng) -> SitingData:
    return _rules(data, zone_max_share=0.55, share_nodes=("Z0", "Z1"))


def _bays(data: SitingData, rng: Rng) -> SitingData:
    return _set(data, "stations", "n_free_bays", 1)


def _plant(data: SitingData, rng: Rng) -> SitingData:
    return _scaled(data, "supply", "m3_per_day", 0.15)


def _city_water(data: SitingData, rng: Rng) -> SitingData:
    return _set(data, "years_table", "city_water_cap_m3", 50_000.0 + float(rng.integers(5, 40)) * 1000.0)


def _pue(data: SitingData, rng: Rng) -> SitingData:
    threshold = float(rng.integers(20, 70)) * 1000.0
    bands = pd.DataFrame([("here", "air", threshold)], columns=["climate", "technology", "threshold_mwh"])
    return data.changed(pue_bands=bands)


def _in_city(data: SitingData, rng: Rng) -> SitingData:
    return _set(data, "workloads", "in_city_max_share", [0.4, np.nan, 0.5])


def _green(data: SitingData, rng: Rng) -> SitingData:
    data = _set(data, "years_table", "green_share", 0.8)
    return _scaled(data, "green", "available_mwh", 0.5, where=data["green"]["kind"] == "green_power")


def _carbon(data: SitingData, rng: Rng) -> SitingData:
    data = _scaled(data, "green", "available_mwh", 0.5, where=data["green"]["kind"] == "green_power")
    return _set(data, "years_table", "carbon_cap_t", float(rng.integers(0, 16)) * 1000.0)


def _land(data: SitingData, rng: Rng) -> SitingData:
    return _set(data, "sites", "area_ha", rng.uniform(0.5, 1.1, len(data["sites"])).round(2))


def _smallest(data: SitingData, rng: Rng) -> SitingData:
    return _set(data, "sites", "it_min_mw", 10.0)


def _number(data: SitingData, rng: Rng) -> SitingData:
    return _rules(data, max_sites=1)


def _occupancy(data: SitingData, rng: Rng) -> SitingData:
    return _rules(data, min_occupancy_share=0.9)


def _wish(data: SitingData, rng: Rng) -> SitingData:
    data = _set(data, "sites", "min_mw", [0.0, 5.0])
    return _set(data, "sites", "is_fixed", [bool(rng.random() < 0.5), False])


def _stock(data: SitingData, rng: Rng) -> SitingData:
    return _scaled(data, "stock_options", "mwh_change_per_year", 3.0)


def _shrinking(data: SitingData, rng: Rng) -> SitingData:
    return _scaled(data, "demand", "it_mw", 0.25, where=(data["demand"]["year"] == 2035))


def _least(data: SitingData, rng: Rng) -> SitingData:
    name, limit = [("water", 0.0), ("carbon", 100_000.0), ("it_mw", 6.0), ("water", -20_000.0)][rng.integers(4)]
    if name == "it_mw":  # serving costs more than not serving, so the limit decides
        data = data.changed(economics=replace(data.economics, unserved_cny_per_mw_year=6e6))
    return data.changed(epsilon=pd.DataFrame([(name, limit)], columns=["quantity", "limit"]))


def _other_objective(data: SitingData, rng: Rng) -> SitingData:
    if len(data.years) > 1:  # ties make the enumeration long
        return data
    return _rules(data, objective=("it_mw", "carbon", "water")[rng.integers(3)])


THEMES: tuple[Change, ...] = (
    _dual, _station, _zone, _zone_share, _bays, _plant, _city_water, _pue, _in_city, _green, _carbon, _land, _smallest,
    _number, _occupancy, _wish, _stock, _shrinking, _least, _other_objective, _land, _least, _carbon, _in_city,
)  # fmt: skip
HALLS = 2


def _two_districts(data: SitingData, rng: Rng) -> SitingData:
    """Return the demand split between two districts that each reach serves in some classes."""
    parts = [data["demand"].assign(district=d, it_mw=(data["demand"]["it_mw"] * s).round(2))
             for d, s in (("D0", 0.6), ("D1", 0.4))]  # fmt: skip
    every = [(r, d, w) for r in ("near", "far") for d in ("D0", "D1") for w in ("online", "finance", "ai")]
    serves = [pair for pair in every if rng.random() < 0.75] or every[:1]
    return data.changed(
        demand=pd.concat(parts, ignore_index=True),
        serves=pd.DataFrame(serves, columns=["reach", "district", "workload"]),
    )


def tiny_data(seed: int) -> SitingData:
    """Return a random region small enough to enumerate; theme `seed` modulo the themes and two others are applied."""
    rng = np.random.default_rng(10_000 + seed)
    primary = THEMES[seed % len(THEMES)]
    others = [THEMES[k] for k in rng.choice(len(THEMES), size=2, replace=False)]
    two_years = _shrinking in (primary, *others) or (seed % 3 == 0 and primary is not _other_objective)
    years = (2030, 2035) if two_years else (2030,)
    data = random_data(
        seed, n_sites=2, n_stations=int(rng.integers(2, 4)), n_plants=1, years=years, feeds_per_site=2,
        demand_mw=float(rng.integers(12, 26)), zone_max_share=None, min_occupancy_share=0.5,
    )  # fmt: skip
    kept = [("air", "tower"), ("tower", "plate"), ("air", "plate")][rng.integers(3)]
    if primary is _pue:
        kept = ("air", "tower")
    frames = {
        "sites": data["sites"].assign(it_max_mw=10.0),
        "technologies": data["technologies"][data["technologies"]["technology"].isin(kept)].assign(block_mw=5.0),
        "stock": data["stock"].assign(n_halls=1 if two_years else HALLS),
        "pue_bands": data["pue_bands"].iloc[:0],
    }
    for name in ("performance", "overheads", "water_use"):
        frames[name] = data[name][data[name]["technology"].isin(kept)]
    data = data.changed(
        **frames,
        years_represented=dict(zip(years, (3.0, 5.0), strict=False)),
        year_weights=dict(zip(years, (2.6, 3.1), strict=False)),
        economics=Economics(2.0e6, 680.0, 480.0, 90.0, float(rng.choice([20e6, 12e6]))),
    )
    data = _two_districts(data, rng)
    for change in dict.fromkeys((primary, *others)):
        data = change(data, rng)
    return data
