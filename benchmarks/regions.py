"""Generated regions of any size, made with arrays only: places on a plane, each site near a few stations and plants."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.siting.data import SitingData
from tests.builders import random_data

FEEDS_PER_SITE = 3
PLANTS_PER_SITE = 2


def _labels(letter: str, n: int) -> NDArray[np.object_]:
    return np.array([f"{letter}{k:05d}" for k in range(n)], dtype=object)


def _nearest(
    rng: np.random.Generator, n: int, others: NDArray[np.float64], *, side_km: float, k: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return (from, to, km) of the k nearest of `others` for n random places."""
    km, near = cKDTree(others).query(rng.uniform(0, side_km, (n, 2)), k=k)
    return np.repeat(np.arange(n), k), near.ravel().astype(np.int64), km.ravel().round(2)


def region_data(
    n_sites: int, n_stations: int, *, years: tuple[int, ...] = (2027, 2030, 2035), seed: int = 0
) -> SitingData:
    """Return a generated region: three workloads and technologies, one plant per four stations, zones of ten stations."""
    rng = np.random.default_rng(seed)
    side_km = float(np.sqrt(n_stations) * 8.0)
    n_plants, n_zones = max(2, n_stations // 4), max(2, n_stations // 10)
    sites, stations = _labels("S", n_sites), _labels("T", n_stations)
    plants, zones = _labels("P", n_plants), _labels("Z", n_zones)
    base = random_data(seed, n_sites=2, n_stations=2, years=years, demand_mw=n_stations * 8.0)
    zone = zones[np.arange(n_stations) % n_zones]
    i, s, km = _nearest(rng, n_sites, rng.uniform(0, side_km, (n_stations, 2)), side_km=side_km, k=FEEDS_PER_SITE)
    j, p, pipe_km = _nearest(rng, n_sites, rng.uniform(0, side_km, (n_plants, 2)), side_km=side_km, k=PLANTS_PER_SITE)
    feeds = pd.DataFrame({"site": sites[i], "substation": stations[s], "group": stations[s], "km": km})
    head = pd.DataFrame(
        {"node": np.r_[stations, zones], "mva": np.r_[rng.uniform(30, 150, n_stations), rng.uniform(300, 900, n_zones)]}
    ).merge(pd.DataFrame({"year": list(years)}), how="cross")
    supply = pd.MultiIndex.from_product([plants, (1, 7), years], names=["plant", "month", "year"]).to_frame(index=False)
    pipes = pd.DataFrame({"site": sites[j], "plant": plants[p], "km": pipe_km})
    old = base["stock_mva"].assign(node=base["stock_mva"]["node"].map({"T0": stations[0], "Z0": zone[0]}))
    return base.changed(
        sites=pd.DataFrame({"site": sites, "climate": "here", "is_fixed": False}).assign(
            reach=np.where(np.arange(n_sites) % 2, "far", "near"), area_ha=rng.uniform(2, 20, n_sites).round(1),
            it_min_mw=30.0, it_max_mw=150.0, min_mw=0.0, land_cny_per_ha_year=rng.uniform(5e5, 2e6, n_sites).round(),
        ),
        feeds=feeds.assign(rating_mva=200.0, cny_per_year=(1.0 + km) * 1.5e6),
        stations=pd.DataFrame({"substation": stations, "n_free_bays": rng.integers(2, 6, n_stations)}),
        ancestors=pd.DataFrame({"substation": stations, "node": zone}),
        headroom=head.rename(columns={"mva": "headroom_mva"}),
        plants=pd.DataFrame({"plant": plants}).assign(makeup_factor=4 / 3, peak_day_factor=1.2, cny_per_m3=3.5),
        supply=supply.assign(m3_per_day=rng.uniform(200, 2000, len(supply)).round()),
        pipes=pipes.assign(cny_per_year=0.2e6 * (1.0 + pipe_km)),
        years_table=base["years_table"].assign(city_water_cap_m3=n_plants * 150_000.0),
        stock_mva=old,
        stock_plant=base["stock_plant"].assign(plant=plants[0]),
        pue_bands=base["pue_bands"].assign(threshold_mwh=244_000.0),
        rules=type(base.rules)(zone_max_share=0.3, share_nodes=tuple(zones), min_occupancy_share=0.6),
    )  # fmt: skip
