"""What is missing where a required share of green power cannot be met: market, year, MWh, and a sentence in both languages.

A required share is a hard limit: where green power and certificates run out, demand stays unserved. A row says, for each
market and year where every channel open to the market is used up and demand is not served, how much more green power the
unserved demand would need there. Where there is no plan at all the rows are the shortfalls of the answer to why
(`planner.infeasible`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from models.siting.data import SitingData
from planner.i18n import LANGUAGES, use_language
from planner.i18n import gettext as _
from planner.units import MWH_PER_GWH, PERCENT_PER_SHARE

SMALL_MW = 1e-3
SMALL_MWH = 1.0
BOUGHT_UP = ("green_channel", "resource_share")

PlanDict = Mapping[str, Any]


def missing_rows(plan: PlanDict, data: SitingData) -> list[dict[str, Any]]:
    """Return what a plan that leaves demand unserved lacks: market, year, required_share, unserved_mw, lacking_mwh, text.

    `lacking_mwh` is the least: the unserved demand that the market's sites may serve, with the technology that uses least
    there, times the required share. It stands for each market alone: serving the demand in one of them is enough.
    """
    if not len(data["markets"]):
        return []
    need = _needs(plan, data)
    full, unsold = _bought_up(plan, data), _left_for_idle(plan, data, need)
    rows = []
    for row in plan["markets"]:
        share, key = row["required_share"], (row["market"], row["year"])
        mw, mwh = need.get(key, (0.0, 0.0))
        if not share or mw <= SMALL_MW:
            continue
        if key in full:
            rows.append(_row(row, share=share, unserved_mw=mw, lacking_mwh=share * mwh))
        elif share * mwh - unsold.get(key, math.inf) > SMALL_MWH:
            rows.append(_row(row, share=share, unserved_mw=mw, lacking_mwh=share * mwh - unsold[key], is_idle=True))
    return rows


def _left_for_idle(
    plan: PlanDict, data: SitingData, need: Mapping[tuple[str, int], tuple[float, float]]
) -> dict[tuple[str, int], float]:
    """Return by market and year without any use what it could buy for the unserved demand of the channels open to it [MWh].

    No share binds there: where green power does not carry the first block, no block is built and nothing is bought.
    """
    bought: dict[tuple[str, int], float] = {}
    for row in plan.get("green", ()):
        key = (row["resource"], row["year"])
        bought[key] = bought.get(key, 0.0) + row["mwh"]
    table = data["green"]
    left: dict[tuple[str, int], float] = {}
    for row in plan["markets"]:
        market, year = row["market"], row["year"]
        if row.get("energy_mwh") != 0.0 or (market, year) not in need:
            continue
        own = table[(table["year"] == year) & table["market"].isin(["", market])]
        rest = own["available_mwh"].astype(float).fillna(math.inf)
        rest -= [bought.get((name, year), 0.0) for name in own["resource"]]
        most = own["max_share"].astype(float).fillna(1.0) * need[market, year][1]
        left[market, year] = float(rest.clip(lower=0.0).clip(upper=most).sum())
    return left


def _needs(plan: PlanDict, data: SitingData) -> dict[tuple[str, int], tuple[float, float]]:
    """Return by market and year the MW not served that sites of the market may serve, and their MWh at least."""
    if not plan["unserved"]:
        return {}
    left = pd.DataFrame(plan["unserved"])[["district", "workload", "year", "it_mw"]]
    left = left[left["it_mw"] > SMALL_MW]
    own = data["sites"][["climate", "reach"]].merge(data["climates"][["climate", "market"]], on="climate")
    least = data["performance"].groupby(["climate", "workload"], as_index=False)["mwh_per_mw_year"].min()
    pairs = data["serves"][["reach", "district", "workload"]].merge(own, on="reach")
    pairs = pairs.merge(least, on=["climate", "workload"])
    pairs = pairs.groupby(["market", "district", "workload"], as_index=False)["mwh_per_mw_year"].min()
    both = left.merge(pairs, on=["district", "workload"])
    both = both.assign(mwh=both["it_mw"] * both["mwh_per_mw_year"].astype(float))
    sums = both.groupby(["market", "year"])[["it_mw", "mwh"]].sum()
    return {(str(m), int(y)): (float(mw), float(mwh)) for (m, y), mw, mwh in sums.itertuples(name=None)}


def _bought_up(plan: PlanDict, data: SitingData) -> set[tuple[str, int]]:
    """Return the markets and years in which the required share binds and no channel open to the market has any left."""
    binding = {(row["constraint"], *row["index"]) for row in plan["limits"] if row["is_binding"]}
    offers = data["green"][["resource", "year", "market"]]
    full = set()
    for market, year in {(row["market"], row["year"]) for row in plan["markets"]}:
        own = offers[(offers["year"] == year) & offers["market"].isin(["", market])]
        # a limit on a channel stands for all markets, or for this one
        sold = all(
            any((name, resource, *at, year) in binding for name in BOUGHT_UP for at in ((), (market,)))
            for resource in own["resource"]
        )
        if sold and ("green_share", market, year) in binding:
            full.add((market, year))
    return full


def short_rows(ways: list[Mapping[str, Any]], names: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """Return what is missing where there is no plan: the shortfalls of required shares in the way that relaxes green power.

    `names`: English and Chinese name by market.
    """
    rows = []
    for way in ways:
        if way["families"] == ["green"]:
            for short in way["shortfalls"]:
                if short["constraint"] == "green_share" and len(short["index"]) > 1 and short["amount"] > SMALL_MWH:
                    market, year = str(short["index"][0]), int(short["index"][1])
                    en, zh = names.get(market, (market, market))
                    place = {"market": market, "name": en, "name_zh": zh, "year": year}
                    rows.append(_row(place, share=None, unserved_mw=None, lacking_mwh=float(short["amount"])))
    return sorted(rows, key=lambda row: (row["year"], -row["lacking_mwh"], row["market"]))


def _row(
    place: Mapping[str, Any],
    *,
    share: float | None,
    unserved_mw: float | None,
    lacking_mwh: float,
    is_idle: bool = False,
) -> dict[str, Any]:
    out = {name: place[name] for name in ("market", "name", "name_zh", "year")}
    out |= {"required_share": share, "unserved_mw": unserved_mw, "lacking_mwh": lacking_mwh}
    return out | dict(_texts(out, is_idle=is_idle))


def _texts(row: Mapping[str, Any], *, is_idle: bool) -> Iterator[tuple[str, str]]:
    for lang in LANGUAGES:
        with use_language(lang):
            yield ("text_zh" if lang == "zh" else "text"), missing_text(row, lang, is_idle=is_idle)


def missing_text(row: Mapping[str, Any], lang: str, *, is_idle: bool = False) -> str:
    """Return a row of what is missing as a sentence; `is_idle`: the market has no use, its channels may have some left."""
    words = {
        "market": row["name_zh"] if lang == "zh" else row["name"],
        "year": row["year"],
        "gwh": f"{row['lacking_mwh'] / MWH_PER_GWH:,.1f}",
    }
    if row["unserved_mw"] is None:
        return _(
            "{market}, {year}: {gwh} GWh a year of green power or certificates are missing for the required share."
        ).format(**words)
    words |= {"mw": f"{row['unserved_mw']:,.1f}", "share": f"{PERCENT_PER_SHARE * row['required_share']:,.0f}"}
    if is_idle:
        return _(
            "{market}, {year}: nothing is built, and {mw} MW of demand that it could serve is not served. Serving it here at "
            "the required share of {share} % takes at least {gwh} GWh a year more than this market can still buy of green "
            "power and certificates."
        ).format(**words)
    return _(
        "{market}, {year}: every channel of green power and certificates open to this market is used up, and {mw} MW of "
        "demand that it could serve is not served. Serving it here at the required share of {share} % takes at least "
        "{gwh} GWh a year more of green power or certificates."
    ).format(**words)
