"""The plan's lists about time, money and heat: what to decide now, what is invested in each step, who takes the heat.

    decide_by    year - lead_years of the site
    invested     what stands in a year less what stood the planning year before, at its price (money of that year)
    salvage      invested x (1 - sum of v^j for j = 1..n / sum of v^j for j = 1..life),  v = 1 / (1 + rate)
                 n: years from the planning year to the end of the horizon; 0 where the life ends before it

The ledger charges annuities for the years of the horizon only, so nothing has to be taken off it: what an asset serves
after the horizon is not paid in it. Salvage is that part, shown in the money of the year in which it was invested. An asset
whose life ends within the horizon has none; the annuities go on and pay for the one that takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.siting import SitingModel
from models.siting.budget import ROUTES
from models.siting.data import SitingData
from planner.assemble_costs import Prices
from planner.assemble_phasing import building_cny_per_mw, plant_cny_per_mw
from planner.region import Region
from planner.scenario import Scenario

GROWTH_MW = 1e-6
Values = Mapping[str, pd.DataFrame]
Rows = list[dict[str, Any]]


def phasing_lists(
    sites: Sequence[Mapping[str, Any]],
    values: Values,
    *,
    model: SitingModel,
    region: Region,
    scenario: Scenario,
    prices: Prices,
) -> dict[str, Rows]:
    """Return the lists heat, investments and decide_now of a plan; `sites` are the plan's own rows."""
    return {
        "heat": heat_rows(values, model.data, region),
        "investments": investment_rows(values, model.data, scenario, prices),
        "decide_now": decide_now_rows(sites, scenario, base_year=region.base_year),
    }


def heat_rows(values: Values, data: SitingData, region: Region) -> Rows:
    """Return site, sink, its names, year, mwh and cny (what the user pays a year) of the heat that is sold."""
    sold = values["heat_mwh"].merge(data["heat_sinks"], on=["sink", "year"])
    users = region["heat_sinks"].set_index("heat_sink")
    return [
        {
            "site": site,
            "sink": sink,
            "sink_name": str(users.at[sink, "name_en"]),
            "sink_name_zh": str(users.at[sink, "name_zh"]),
            "year": int(year),
            "mwh": float(mwh),
            "cny": float(mwh * price),
        }
        for site, sink, year, mwh, price in sold[["site", "sink", "year", "value", "cny_per_mwh"]].itertuples(
            index=False, name=None
        )
    ]


def decide_now_rows(sites: Sequence[Mapping[str, Any]], scenario: Scenario, *, base_year: int) -> Rows:
    """Return what has to be decided before the next review: sites that open or grow so soon that their lead time has begun.

    it_mw: installed IT power that is added in the year. No lead times, no list.
    """
    phasing, out = scenario.phasing, []
    if not phasing.lead_years:
        return []
    for site in sites:
        lead, before = phasing.lead_of(site["id"]), 0.0
        for year in scenario.years:
            stands = float(site["installed_mw"][str(year)])
            if stands - before > GROWTH_MW and year - lead <= base_year + phasing.review_years:
                row = {key: site[own] for key, own in (("site", "id"), ("name", "name"), ("name_zh", "name_zh"))}
                more = {"year": year, "lead_years": lead, "decide_by": year - lead, "it_mw": stands - before}
                out.append({**row, **more})
            before = stands
    return sorted(out, key=lambda row: (row["decide_by"], row["year"], -row["it_mw"], row["site"]))


def investment_rows(values: Values, data: SitingData, scenario: Scenario, prices: Prices) -> Rows:
    """Return year, cny (invested in the step that ends with it), budget_cny (None: no budget) and salvage_cny."""
    stands = standing_cny(values, data, prices)
    steps = stands.diff().fillna(stands.iloc[:1]) if len(stands) else stands
    end = scenario.years[-1] + scenario.last_period_years
    budget = scenario.phasing.budget_cny
    return [
        {
            "year": int(year),
            "cny": float(steps.loc[year].sum()),
            "budget_cny": None if year not in budget else float(budget[year]),
            "salvage_cny": float(
                sum(
                    cny * salvage_share(prices.rate, prices.life_years[life], end - year)
                    for life, cny in steps.loc[year].items()
                )
            ),
        }
        for year in data.years
    ]


def standing_cny(values: Values, data: SitingData, prices: Prices) -> pd.DataFrame:
    """Return what all that stands in a year has cost [CNY], by year (index) and kind of life (columns)."""
    blocks = values["n_blocks"].merge(data["technologies"], on="technology")
    blocks = blocks.merge(data["sites"][["site", "invest_land_cny_per_ha"]], on="site")
    mw = blocks["value"].astype(float) * blocks["block_mw"].astype(float)
    plant = {t: plant_cny_per_mw(prices, t) for t in data["technologies"]["technology"]}
    ha = mw * blocks["area_ha_per_mw"].astype(float)
    routes = [
        values[variable].merge(data[table][[*keys, "invest_cny"]], on=keys)[["year", "value", "invest_cny"]]
        for variable, (table, keys) in ROUTES.items()
    ]
    lines = pd.concat(routes, ignore_index=True).astype({"value": float, "invest_cny": float})
    parts = {
        "building": (blocks["year"], mw * building_cny_per_mw(prices)),
        "plant": (blocks["year"], mw * blocks["technology"].map(plant).astype(float)),
        "land": (blocks["year"], ha * blocks["invest_land_cny_per_ha"].astype(float)),
        "lines": (lines["year"], lines["value"] * lines["invest_cny"]),
    }
    years = pd.Index(list(data.years), name="year")
    return pd.DataFrame(
        {life: cny.groupby(year).sum().reindex(years, fill_value=0.0) for life, (year, cny) in parts.items()}
    )


def salvage_share(rate: float, life_years: int, served_years: float) -> float:
    """Return the part of an investment that years after the first `served_years` use; 0 once its life is over.

    >>> round(salvage_share(0.0, 30, 15), 3), salvage_share(0.06, 12, 15), round(salvage_share(0.06, 30, 15), 3)
    (0.5, 0.0, 0.294)
    """
    if served_years >= life_years:
        return 0.0
    if rate == 0.0:
        return 1.0 - served_years / life_years
    v = 1.0 / (1.0 + rate)
    return 1.0 - (1.0 - v**served_years) / (1.0 - v**life_years)


def without_idle_mains(model: SitingModel, x: np.ndarray) -> np.ndarray:
    """Return the values with heat mains only from the first year in which heat flows in them; it never costs more."""
    d, out = model.decisions, x.copy()
    mains, flows = d["is_linked"], d["heat_mwh"]
    if not len(mains):
        return out
    used = flows[x[flows["col"].to_numpy(np.int64)] > GROWTH_MW]
    keys = ["site", "sink"] if "phasing" in dict(model.families).values() else ["site", "sink", "year"]
    first = used.groupby(keys)["year"].min()
    since = first.reindex(pd.MultiIndex.from_frame(mains[keys])).to_numpy(float)
    out[mains["col"].to_numpy(np.int64)] = (mains["year"].to_numpy(float) >= since).astype(float)
    return out
