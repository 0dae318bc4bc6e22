"""Waste heat, budgets and investments on top of small siting data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.siting.data import COLUMNS, SitingData
from tests.builders import LOAD_FACTOR

SHARE = {"air": 0.4, "tower": 0.4, "plate": 0.8}  # recoverable, by technology of `tests.builders`
SEASON = 0.45


def frame(name: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return a frame of the siting data."""
    return pd.DataFrame(rows, columns=list(COLUMNS[name]))


def heat_yield(data: SitingData) -> pd.DataFrame:
    """Return the heat of one MW of every admissible load."""
    held = data["performance"][["climate", "technology", "workload"]]
    share = held["technology"].map(SHARE).astype(float) * held["workload"].map(LOAD_FACTOR).astype(float)
    return held.assign(mwh_per_mw_year=8760.0 * SEASON * share)


def with_heat(data: SitingData, *, mwh: float = 12e3, cny_per_mwh: float = 120.0, main_cny: float = 5e5) -> SitingData:
    """Return the data with a user near the first two sites and another near the second, every year."""
    first, second = data["sites"]["site"].tolist()[:2]
    sinks = [(s, y, f * mwh, cny_per_mwh) for s, f in (("town", 1.0), ("farm", 0.3)) for y in data.years]
    mains = [(first, "town", main_cny, 3.0), (second, "town", 2.0 * main_cny, 7.0), (second, "farm", main_cny, 2.0)]
    return data.changed(
        heat_yield=heat_yield(data),
        heat_sinks=frame("heat_sinks", sinks),
        heat_links=frame("heat_links", mains).assign(invest_cny=[7e6, 14e6, 7e6]),
    )


def with_investment(data: SitingData, *, budgets: dict[int, float] | None = None) -> SitingData:
    """Return the data with what everything costs once (annuities times ten), and budgets by year."""
    e = data.economics
    return data.changed(
        technologies=data["technologies"].assign(
            invest_cny_per_mw=10.0 * (data["technologies"]["cooling_cny_per_mw_year"] + e.building_cny_per_mw_year)
        ),
        sites=data["sites"].assign(invest_land_cny_per_ha=10.0 * data["sites"]["land_cny_per_ha_year"]),
        **{
            name: data[name].assign(invest_cny=10.0 * data[name]["cny_per_year"].astype(float))
            for name in ("feeds", "pipes")
        },
        budgets=pd.DataFrame(list((budgets or {}).items()), columns=["year", "cny"]).astype({"cny": float}),
    )


def invested(data: SitingData, values: dict[str, pd.DataFrame]) -> dict[int, float]:
    """Return what is invested in the step that ends with each year, added up plainly from decisions with `value`."""
    technologies = data["technologies"].set_index("technology")
    land = data["sites"].set_index("site")["invest_land_cny_per_ha"]
    stands = dict.fromkeys(data.years, 0.0)
    for row in values["n_blocks"].itertuples():
        t = technologies.loc[row.technology]
        per_mw = t["invest_cny_per_mw"] + t["area_ha_per_mw"] * land[row.site]
        stands[row.year] += row.value * t["block_mw"] * per_mw
    for name, table, end in (
        ("is_fed", "feeds", "substation"),
        ("is_piped", "pipes", "plant"),
        ("is_linked", "heat_links", "sink"),
    ):
        once = data[table].set_index(["site", end])["invest_cny"]
        for row in values[name].itertuples():
            stands[row.year] += row.value * once[row.site, getattr(row, end)]
    return dict(zip(stands, np.diff([0.0, *stands.values()]), strict=True))
