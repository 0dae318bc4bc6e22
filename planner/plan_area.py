"""The plan's lists of a region of areas: markets, hubs, what stands there, what is missing; and what its sites are part of.

Every list is empty where it does not apply; the sites' own fields are None there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.siting import SitingModel
from models.siting.data import SitingData
from models.siting.markets import market_of, market_years
from planner.assemble import Assembled
from planner.demand_units import conversions, site_pflops
from planner.plan_hubs import by_hub, existing_rows, hub_rows, known_racks, mean_rtt_ms, pair_rtt_ms
from planner.plan_markets import book_table, has_markets, it_hours, market_rows, use_table
from planner.region import Region
from planner.scenario import Scenario

AREA_LISTS = (
    "markets", "hubs", "existing", "missing", "rules", "decide_now", "investments", "heat", "conversions",
)  # fmt: skip
OF_SITE = ("hub", "market", "cluster", "compute_pflops", "label")

PlanDict = Mapping[str, Any]
Values = Mapping[str, pd.DataFrame]


def area_lists(
    plan: PlanDict, region: Region, scenario: Scenario, *, assembled: Assembled, model: SitingModel, values: Values
) -> dict[str, Any]:
    """Return the lists that rest on the plan's sites and purchases; set the sites' own fields in place."""
    data = model.data
    places = market_of(data)
    _set_places(plan, region, data, places=places)
    computing = site_pflops(region, scenario, _site_loads(plan))
    _set_computing(plan, computing)
    found = {"conversions": conversions(region, scenario)}
    if not has_markets(data):
        return found
    use = use_table(plan["sites"], places, it_hours(scenario), data.years)
    kinds = dict(zip(data["green"]["resource"], data["green"]["kind"], strict=True))
    book = book_table(plan["green"], kinds, certificates_count=data.rules.certificates_count_for_carbon)
    markets = market_rows(use, book, market_years(data), region=region, values=assembled.markets)
    existing = existing_rows(region)
    hub_of = {site["id"]: site["hub"] for site in plan["sites"] if site["hub"]}
    hubs = hub_rows(
        use,
        markets,
        region=region,
        years=data.years,
        rtt_ms=mean_rtt_ms(served_pairs(plan, region, scenario), hub_of),
        reused_mwh=by_hub([(row["site"], row["year"], row["mwh"]) for row in plan["heat"]], hub_of),
        compute_pflops=by_hub(list(computing.itertuples(index=False, name=None)), hub_of),
        racks=known_racks(existing),
    )
    return {**found, "markets": markets, "hubs": hubs, "existing": existing}


def _set_places(plan: PlanDict, region: Region, data: SitingData, *, places: pd.DataFrame) -> None:
    """Set hub, market and cluster of every site."""
    where = places.set_index("climate")
    clusters = region["sites"].set_index("site")["cluster"] if has_markets(data) else pd.Series(dtype=object)
    for site in plan["sites"]:
        site.update(dict.fromkeys(OF_SITE))
        if has_markets(data):
            cluster = clusters.get(site["id"])
            site["market"] = str(where.at[site["climate"], "market"])
            site["hub"] = str(where.at[site["climate"], "hub"]) or None
            site["cluster"] = None if cluster is None or pd.isna(cluster) else str(cluster)


def _site_loads(plan: PlanDict) -> pd.DataFrame:
    """Return site, workload, year, it_mw of the plan's sites."""
    rows = [(s["id"], load["workload"], load["year"], load["it_mw"]) for s in plan["sites"] for load in s["loads"]]
    return pd.DataFrame(rows, columns=["site", "workload", "year", "it_mw"]).astype({"it_mw": float})


def _set_computing(plan: PlanDict, computing: pd.DataFrame) -> None:
    """Set the computing power by year of every site; None where no class that it serves has a stated factor."""
    known: dict[str, dict[str, float]] = {}
    for site, year, pflops in computing[["site", "year", "compute_pflops"]].itertuples(index=False, name=None):
        known.setdefault(site, {})[str(year)] = float(pflops)
    for site in plan["sites"]:
        site["compute_pflops"] = known.get(site["id"])


def served_pairs(plan: PlanDict, region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return site, year, it_mw, rtt_ms: the load of the plan's sites by the district that it serves."""
    served = pd.DataFrame(plan["assignments"], columns=["district", "workload", "year", "site", "it_mw"])
    places = pd.DataFrame([(s["id"], s["lon"], s["lat"]) for s in plan["sites"]], columns=["site", "lon", "lat"])
    served = served[served["site"].isin(places["site"])].reset_index(drop=True)
    seats = region["districts"].set_index("district")[["seat_lon", "seat_lat"]].astype(float)
    rtt = pair_rtt_ms(served, places.set_index("site"), seats, scenario.latency)
    return served[["site", "year", "it_mw"]].assign(rtt_ms=rtt)
