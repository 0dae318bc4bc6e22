"""A plan by hub and year: load, energy, green power, carbon, PUE, reused heat, water, latency, computing power, stock.

The green power of a hub is its part of what its markets buy, in proportion to energy: a market buys for all its sites.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.indicators import (
    carbon_usage_effectiveness,
    energy_reuse_factor,
    power_usage_effectiveness,
    renewable_energy_factor,
    weighted_mean,
)
from models.latency import great_circle_km, rtt_from_route_ms
from planner.plan_markets import USE, Rows, known
from planner.region import Region
from planner.scenario import Latency

BOUGHT = ["green_mwh", "certificate_mwh", "emissions_t"]
FACTS = ("racks_std", "compute_pflops", "dc_projects", "mean_temp_c")


def pair_rtt_ms(pairs: pd.DataFrame, places: pd.DataFrame, seats: pd.DataFrame, late: Latency) -> pd.Series[float]:
    """Return the round trip [ms] of each pair (site, district).

    `places`: lon, lat by site; `seats`: seat_lon, seat_lat by district.
    """
    here, seat = places.reindex(pairs["site"]), seats.reindex(pairs["district"])
    km = great_circle_km(here["lon"], here["lat"], seat["seat_lon"], seat["seat_lat"])
    return pd.Series(rtt_from_route_ms(km, fixed_ms=late.fixed_ms, route_factor=late.route_factor), index=pairs.index)


def mean_rtt_ms(served: pd.DataFrame, hub_of: Mapping[str, str]) -> dict[tuple[str, int], float]:
    """Return the mean round trip [ms] of the load served from each hub in each year, weighted by MW.

    `served`: site, year, it_mw, rtt_ms.
    """
    own = served.assign(hub=served["site"].map(dict(hub_of))).dropna(subset=["hub"])
    means = {
        (str(hub), int(year)): weighted_mean(part["rtt_ms"].tolist(), part["it_mw"].tolist())
        for (hub, year), part in own.groupby(["hub", "year"])
    }
    return {key: mean for key, mean in means.items() if mean is not None}


def bought_for_hubs(use: pd.DataFrame, markets: Rows) -> pd.DataFrame:
    """Return hub, year and the hub's part of green power, certificates [MWh] and emissions [t] of its markets.

    A part that is not known in one of the markets makes the hub's sum unknown (not a number).
    """
    own = use.groupby(["hub", "market", "year"], as_index=False)["energy_mwh"].sum()
    own = own[own["energy_mwh"] > 0.0]
    book = pd.DataFrame(markets, columns=["market", "year", "energy_mwh", *BOUGHT])
    both = own.merge(book.rename(columns={"energy_mwh": "whole_mwh"}), on=["market", "year"], how="left")
    share = both["energy_mwh"] / both["whole_mwh"]
    parts = both[["hub", "year"]].assign(**{c: share * both[c].astype(float) for c in BOUGHT})
    by_hub_year = parts.set_index(["hub", "year"])
    keys = ["hub", "year"]
    is_known = by_hub_year.notna().groupby(level=keys).all()
    return by_hub_year.groupby(level=keys).sum().where(is_known).reset_index()


def hub_rows(
    use: pd.DataFrame,
    markets: Rows,
    *,
    region: Region,
    years: Sequence[int],
    rtt_ms: Mapping[tuple[str, int], float],
    reused_mwh: Mapping[tuple[str, int], float],
    compute_pflops: Mapping[tuple[str, int], float],
    racks: Mapping[str, float],
) -> list[dict[str, Any]]:
    """Return one entry per hub of the region and planning year, those where nothing is built too.

    The maps hold what is known by hub and year (racks: by hub); what they lack is not known, or nothing is served there.
    """
    sums = use.groupby(["hub", "year"])[USE].sum()
    bought = bought_for_hubs(use, markets).set_index(["hub", "year"])
    out = []
    for place in region["hubs"].to_dict("records"):
        hub = str(place["hub"])
        for year in map(int, years):
            key = (hub, year)
            amounts = {c: float(sums.at[key, c]) if key in sums.index else 0.0 for c in USE}
            green = {c: known(bought.at[key, c]) if key in bought.index else 0.0 for c in BOUGHT}
            out.append(
                {
                    "hub": hub,
                    "name": str(place["name_en"]),
                    "name_zh": str(place["name_zh"]),
                    "role": str(place["role"]),
                    "year": year,
                    **amounts,
                    **green,
                    **_ratios(amounts, green, reused_mwh.get(key, 0.0)),
                    "rtt_ms": rtt_ms.get(key),
                    "compute_pflops": compute_pflops.get(key),
                    "existing_racks": racks.get(hub),
                }
            )
    return out


def _ratios(
    amounts: Mapping[str, float], green: Mapping[str, float | None], reused_mwh: float
) -> dict[str, float | None]:
    energy, it_mwh = amounts["energy_mwh"], amounts["it_mwh"]
    return {
        "ref": renewable_energy_factor(green["green_mwh"] or 0.0, green["certificate_mwh"] or 0.0, energy),
        "cue_kg_per_kwh": carbon_usage_effectiveness(green["emissions_t"], it_mwh),
        "pue": power_usage_effectiveness(energy, it_mwh),
        "erf": energy_reuse_factor(reused_mwh, energy),
    }


def existing_rows(region: Region) -> list[dict[str, Any]]:
    """Return the facts about what stands in the areas: site, name, name_zh, hub, year and what is known of it."""
    sites = region["sites"].set_index("site")
    out = []
    for row in region["existing"].to_dict("records"):
        place = sites.loc[row["site"]]
        facts = {name: known(row.get(name)) for name in FACTS}
        if all(value is None for value in facts.values()):
            continue
        hub = place.get("hub")
        out.append(
            {
                "site": str(row["site"]),
                "name": str(place["name_en"]),
                "name_zh": str(place["name_zh"]),
                "hub": None if pd.isna(hub) else str(hub),
                "year": int(row["year"]),
                **facts,
            }
        )
    return out


def known_racks(existing: Rows) -> dict[str, float]:
    """Return the standard racks by hub, of the areas where they are known, each at its latest year; no hub without any."""
    latest: dict[str, Mapping[str, Any]] = {}
    for row in existing:
        if row["racks_std"] is not None and row["hub"] is not None:
            before = latest.get(row["site"])
            if before is None or before["year"] <= row["year"]:
                latest[row["site"]] = row
    sums: dict[str, float] = {}
    for row in latest.values():
        sums[row["hub"]] = sums.get(row["hub"], 0.0) + row["racks_std"]
    return sums


def by_hub(rows: Sequence[tuple[str, int, float]], hub_of: Mapping[str, str]) -> dict[tuple[str, int], float]:
    """Return sums by hub and year of rows (site, year, amount)."""
    sums: dict[tuple[str, int], float] = {}
    for site, year, amount in rows:
        if site in hub_of and np.isfinite(amount):
            key = (hub_of[site], int(year))
            sums[key] = sums.get(key, 0.0) + float(amount)
    return sums
