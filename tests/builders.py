"""Small siting data made by hand or at random, for tests and benchmarks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.siting.data import Economics, Rules, SitingData

TECHNOLOGIES = pd.DataFrame(
    [
        ("air", 5.0, 0.12, 0.30e6, False, False),
        ("tower", 5.0, 0.12, 0.25e6, True, False),
        ("plate", 10.0, 0.10, 0.55e6, False, True),
    ],
    columns=["technology", "block_mw", "area_ha_per_mw", "cooling_cny_per_mw_year", "is_wet", "is_liquid"],
)
PUE = {"air": 1.25, "tower": 1.15, "plate": 1.12}
LOAD_FACTOR = {"online": 0.7, "finance": 0.6, "ai": 0.85}
HELD = {"air": ("online", "finance"), "tower": ("online", "finance"), "plate": ("ai",)}


def performance(climate: str = "here") -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return performance, overheads and water_use of the three test technologies."""
    perf, over, water = [], [], []
    for tech, pue in PUE.items():
        over.append((climate, tech, 0.03, 0.03 * 8760.0, 30.0, pue))
        for work in HELD[tech]:
            variable = pue - 0.03
            perf.append((climate, tech, work, variable + 0.05, variable * 8760.0 * LOAD_FACTOR[work], variable * 1e3))
            if tech == "tower":
                water += [(climate, tech, work, m, 24.0 * LOAD_FACTOR[work] * w) for m, w in ((1, 0.8), (7, 1.6))]
    return (
        pd.DataFrame(
            perf, columns=["climate", "technology", "workload", "mva_per_mw", "mwh_per_mw_year", "peak_kw_per_mw"]
        ),
        pd.DataFrame(over, columns=["climate", "technology", "mva_per_mw", "mwh_per_mw_year", "peak_kw_per_mw", "pue"]),
        pd.DataFrame(water, columns=["climate", "technology", "workload", "month", "m3_per_day_per_mw"]),
    )


def _sites(rng: np.random.Generator, sites: list[str]) -> pd.DataFrame:
    n = len(sites)
    return pd.DataFrame(
        {
            "site": sites,
            "climate": "here",
            "reach": [("near" if i % 2 == 0 else "far") for i in range(n)],
            "area_ha": rng.uniform(1.5, 8, n).round(1),
            "it_min_mw": 5.0,
            "it_max_mw": 40.0,
            "is_fixed": False,
            "min_mw": 0.0,
            "land_cny_per_ha_year": rng.uniform(0.5e6, 2e6, n).round(),
        }
    )


def _water_frames(
    rng: np.random.Generator, plants: list[str], years: tuple[int, ...], piped: list[tuple[str, str]]
) -> dict[str, pd.DataFrame]:
    supply = [(p, mo, y, float(rng.integers(100, 600))) for p in plants for mo in (1, 7) for y in years]
    return {
        "months": pd.DataFrame({"month": [1, 7], "days": [184.0, 181.0]}),
        "plants": pd.DataFrame({"plant": plants, "makeup_factor": 4 / 3, "peak_day_factor": 1.2, "cny_per_m3": 3.5}),
        "supply": pd.DataFrame(supply, columns=["plant", "month", "year", "m3_per_day"]),
        "pipes": pd.DataFrame(piped, columns=["site", "plant"]).assign(cny_per_year=1.2e6, km=4.0),
    }


def _demand_frames(years: tuple[int, ...], demand_mw: float) -> dict[str, pd.DataFrame]:
    grown = np.linspace(0.7, 1.0, len(years))
    demand = [
        ("D0", w, y, round(demand_mw * share * g, 1))
        for w, share in (("online", 0.5), ("finance", 0.2), ("ai", 0.3))
        for y, g in zip(years, grown, strict=True)
    ]
    serves = [("near", "D0", w) for w in ("online", "finance", "ai")] + [("far", "D0", w) for w in ("finance", "ai")]
    return {
        "workloads": pd.DataFrame(
            [("online", "B", np.nan), ("finance", "A", np.nan), ("ai", "B", 0.8)],
            columns=["workload", "availability", "in_city_max_share"],
        ),
        "demand": pd.DataFrame(demand, columns=["district", "workload", "year", "it_mw"]),
        "serves": pd.DataFrame(serves, columns=["reach", "district", "workload"]),
        "outside": pd.DataFrame(
            [("away", "ai", 6.5e6, 4000.0)], columns=["outside", "workload", "cny_per_mw_year", "t_per_mw_year"]
        ),
    }


def _book_frames(years: tuple[int, ...]) -> dict[str, pd.DataFrame]:
    resources = (("wind", "green_power", 60_000.0, 8.0, np.nan), ("certificate", "certificate", np.nan, 10.0, 0.4))
    green = [(r, k, y, most, cost, share) for y in years for r, k, most, cost, share in resources]
    columns = ["resource", "kind", "year", "available_mwh", "premium_cny_per_mwh", "max_share"]
    return {
        "green": pd.DataFrame(green, columns=columns),
        "years_table": pd.DataFrame(
            {
                "year": list(years),
                "green_share": 0.5,
                "carbon_t_per_mwh": 0.55,
                "city_water_cap_m3": 150_000.0,
                "stock_water_m3": 50_000.0,
                "carbon_cap_t": np.nan,
                "liquid_stock_share": 0.5,
            }
        ),
        "pue_bands": pd.DataFrame([("here", "air", 60_000.0)], columns=["climate", "technology", "threshold_mwh"]),
    }


def _stock_frames(years: tuple[int, ...], *, station: str, zone: str, plant: str) -> dict[str, pd.DataFrame]:
    options = (
        ("retrofit", 2.0e6, -4000.0, 5000.0, False),
        ("convert", 3.0e6, 0.0, -8000.0, True),
        ("vacate", 0.5e6, -50_000.0, -10_000.0, False),
    )
    columns = ["cny_per_year", "mwh_change_per_year", "water_change_m3_per_year", "is_liquid"]
    mva = (("retrofit", -0.5), ("convert", 0.2), ("vacate", -7.0))
    water = (("retrofit", 20.0), ("convert", -25.0), ("vacate", -30.0))
    return {
        "stock": pd.DataFrame([("old", 2, "near", "D0")], columns=["stock", "n_halls", "reach", "district"]),
        "stock_options": pd.DataFrame(
            [("old", name, y, *rest) for y in years for name, *rest in options],
            columns=["stock", "option", "year", *columns],
        ),
        "stock_mva": pd.DataFrame(
            [("old", o, node, c) for o, c in mva for node in (station, zone)],
            columns=["stock", "option", "node", "mva_change"],
        ),
        "stock_plant": pd.DataFrame(
            [("old", o, plant, month, c) for o, c in water for month in (1, 7)],
            columns=["stock", "option", "plant", "month", "m3_per_day_change"],
        ),
        "stock_displaced": pd.DataFrame(
            [("old", "convert", "online", 5.0), ("old", "vacate", "online", 5.0)],
            columns=["stock", "option", "workload", "it_mw"],
        ),
        "stock_capacity": pd.DataFrame(
            [("old", "convert", "ai", 4.5)], columns=["stock", "option", "workload", "it_mw"]
        ),
    }


def random_data(
    seed: int,
    *,
    n_sites: int = 4,
    n_stations: int = 3,
    n_zones: int = 2,
    n_plants: int = 2,
    years: tuple[int, ...] = (2030,),
    feeds_per_site: int = 3,
    demand_mw: float = 40.0,
    **rules: Any,
) -> SitingData:
    """Return a random region with every family present; the same seed gives the same data."""
    rng = np.random.default_rng(seed)
    perf, over, water = performance()
    sites, stations = [f"S{i}" for i in range(n_sites)], [f"T{i}" for i in range(n_stations)]
    zones, plants = [f"Z{i}" for i in range(n_zones)], [f"P{i}" for i in range(n_plants)]
    site_xy, station_xy = rng.uniform(0, 20, (n_sites, 2)), rng.uniform(0, 20, (n_stations, 2))
    near = np.argsort(np.linalg.norm(site_xy[:, None] - station_xy[None], axis=2), axis=1)[:, :feeds_per_site]
    reached = [(sites[i], stations[s]) for i in range(n_sites) for s in near[i]]
    feeds = pd.DataFrame(reached, columns=["site", "substation"])
    km = rng.uniform(1, 8, len(feeds)).round(1)
    zone_of = {s: zones[k % n_zones] for k, s in enumerate(stations)}
    head = [(s, y, float(rng.integers(10, 60))) for s in stations for y in years]
    head += [(z, y, float(rng.integers(25, 90))) for z in zones for y in years]
    piped = [(s, p) for s in sites for p in plants if rng.random() < 0.7]
    frames = {
        "sites": _sites(rng, sites),
        "technologies": TECHNOLOGIES,
        "performance": perf,
        "overheads": over,
        "water_use": water,
        **_water_frames(rng, plants, years, piped),
        "stations": pd.DataFrame({"substation": stations, "n_free_bays": rng.integers(1, 4, n_stations)}),
        "feeds": feeds.assign(group=feeds["substation"], rating_mva=60.0, cny_per_year=(1.0 + km) * 1.5e6, km=km),
        "ancestors": pd.DataFrame({"substation": stations, "node": [zone_of[s] for s in stations]}),
        "headroom": pd.DataFrame(head, columns=["node", "year", "headroom_mva"]),
        **_demand_frames(years, demand_mw),
        **_book_frames(years),
        **_stock_frames(years, station=stations[0], zone=zone_of[stations[0]], plant=plants[0]),
    }
    settings = {"zone_max_share": 0.8, "share_nodes": tuple(zones), "min_occupancy_share": 0.6, **rules}
    return SitingData(
        years=years,
        year_weights=dict.fromkeys(years, 2.0),
        frames=frames,
        economics=Economics(2.0e6, 680.0, 480.0, 90.0, 20e6),
        rules=Rules(**settings),
    )
