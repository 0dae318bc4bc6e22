"""Audit of feeding and power: near-range feeds, the direct definition of dual feed, headroom, bays and zone share.

dual feed, by definition: with two feeds from different failure groups, each carries the whole class A load; the rest
may be split freely; a site without class A load needs one feed. Reserved on all feeds = site load + class A load.
interruptible load needs no firm headroom: the station and the zones above it count the load less it.
own access: a site with a limit of its own has no feeds; its load stays within that limit.
zone: the load of one site counts once: the larger of its largest feed below the zone and of the sum of its feeds
below it less the class A load, which is reserved twice.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner import audit_grid
from planner.audit_case import Case
from planner.audit_compare import Limit, Outcome, beside, equal, holds, known, outcome, total, within
from planner.reach import MIN_ROUTE_KM
from planner.region import projected_points
from planner.units import M_PER_KM

FEED = ["site", "substation"]
FEED_YEAR = ["site", "substation", "year"]
MOST_FEEDS = 2


def straight_km(case: Case, pairs: pd.DataFrame, others: pd.DataFrame, *, key: str) -> pd.Series[float]:
    """Return the straight distance [km] of each pair (site, `key`) in the region's projected system."""
    sites = case.sites.drop_duplicates("site").set_index("site")
    here = projected_points(case.region, sites["lon"], sites["lat"])
    there = others.drop_duplicates(key).set_index(key)
    there_points = projected_points(case.region, there["lon"].astype(float), there["lat"].astype(float))
    a, b = here.reindex(pairs["site"]), there_points.reindex(pairs[key])
    metres = np.hypot(a.x.to_numpy() - b.x.to_numpy(), a.y.to_numpy() - b.y.to_numpy())
    return pd.Series(metres / M_PER_KM, index=pairs.index)


def route_km(case: Case, straight: pd.Series[float]) -> pd.Series[float]:
    """Return the length of a route [km] over a straight distance."""
    return (straight * case.scenario.screening.route_factor).clip(lower=MIN_ROUTE_KM)


def check_reach(case: Case) -> Iterator[Outcome]:
    """Every feed is admissible, within the radius of its station's voltage, and as long as its route."""
    feeds, power = case.feeds, case.scenario.power
    yield known("feed_in_reach", feeds, _pairs(case.tables["feeds"], FEED), keys=FEED)
    subs = case.region["substations"]
    straight = straight_km(case, feeds, subs, key="substation")
    station_kv = feeds["substation"].map(subs.set_index("substation")["voltage_kv"])
    radius = station_kv.map({float(k): v for k, v in power.radius_km.items()}).fillna(-1.0)
    yield within("near_range", feeds.assign(used=straight, limit=radius), keys=FEED, unit="km")
    rows = feeds.assign(expected=route_km(case, straight), found=feeds["km"])
    ok = (rows["expected"] - rows["found"]).abs() <= 1e-3  # positions are rounded in the plan
    yield outcome("feed_km", rows, ok.to_numpy(), keys=FEED, expected=rows["expected"], found=rows["found"])
    cost_km = feeds[FEED].merge(case.tables["feeds"], on=FEED, how="left")["km"]
    yield equal("feed_km", feeds.assign(expected=cost_km.to_numpy(), found=feeds["km"]), keys=FEED, unit="km")


def _pairs(frame: pd.DataFrame, keys: list[str]) -> set[tuple[object, ...]]:
    return set(frame[keys].itertuples(index=False, name=None))


def from_stations(case: Case, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of sites that substations feed."""
    return rows[~rows["site"].isin(case.own_limit_mva.index)]


def check_feeds(case: Case) -> Iterator[Outcome]:
    """An open site has one feed, or two from different failure groups; none before it opens or before it is built.

    A site with its own access has none.
    """
    own = case.feeds[case.feeds["site"].isin(case.own_limit_mva.index)]
    yield outcome("own_access", own, np.zeros(len(own), bool), keys=FEED, expected="no feed", found=own["substation"])
    years, carried = from_stations(case, case.site_years), case.feed_years
    built = carried[carried["is_built"]]
    count = built.groupby(["site", "year"])["substation"].nunique().rename("feeds").reset_index()
    groups = built.groupby(["site", "year"])["group"].nunique(dropna=False).rename("groups").reset_index()
    here = years.merge(count, on=["site", "year"], how="left").merge(groups, on=["site", "year"], how="left")
    here = here.fillna({"feeds": 0, "groups": 0})
    ok = np.where(here["is_open"], (here["feeds"] >= 1) & (here["feeds"] <= MOST_FEEDS), here["feeds"] == 0)
    yield outcome("feed_count", here, ok, keys=["site", "year"], expected="1 or 2 when open", found=here["feeds"])
    apart = (here["groups"] == here["feeds"]).to_numpy()
    yield outcome("feed_groups", here, apart, keys=["site", "year"], expected=here["feeds"], found=here["groups"])
    early = carried[~carried["is_built"]]
    yield outcome("feed_built", early, (early["mva"] == 0).to_numpy(), keys=FEED_YEAR, expected=0.0, found=early["mva"])
    dual = here.groupby("site")["feeds"].max() >= MOST_FEEDS
    said = case.sites.assign(expected=case.sites["site"].isin(dual[dual].index))
    ok = (said["expected"].astype(bool) == said["is_dual_fed"].astype(bool)).to_numpy()
    yield outcome("dual_fed", said, ok, keys=["site"], expected=said["expected"], found=said["is_dual_fed"])


def check_dual_feed(case: Case) -> Iterator[Outcome]:
    """Each feed alone carries the class A load, no feed more than the site, and all feeds the load and class A again."""
    loads = from_stations(case, case.site_years)[["site", "year", "mva", "class_a_mva"]]
    carried = case.feed_years[case.feed_years["is_built"]].rename(columns={"mva": "feed_mva"})
    each = carried.merge(loads, on=["site", "year"], how="left").fillna({"mva": 0.0, "class_a_mva": 0.0})
    whole = each.assign(used=each["class_a_mva"], limit=each["feed_mva"])
    yield within("class_a_on_each_feed", whole, keys=FEED_YEAR, unit="MVA")
    yield within("feed_share", each.assign(used=each["feed_mva"], limit=each["mva"]), keys=FEED_YEAR, unit="MVA")
    count = carried.groupby(["site", "year"])["substation"].nunique().rename("feeds").reset_index()
    class_a = loads[loads["class_a_mva"] > 0].merge(count, on=["site", "year"], how="left").fillna({"feeds": 0})
    enough = (class_a["feeds"] >= MOST_FEEDS).to_numpy()
    yield outcome("class_a_dual", class_a, enough, keys=["site", "year"], expected=MOST_FEEDS, found=class_a["feeds"])
    needed = total(loads.assign(v=loads["mva"] + loads["class_a_mva"]), ["site", "year"], "v")
    rows = beside(needed, total(carried, ["site", "year"], "feed_mva"), keys=["site", "year"])
    yield equal("reserved", rows, keys=["site", "year"], unit="MVA")


def check_ratings(case: Case) -> Iterator[Outcome]:
    """No feed carries more than its rating; the load of the last year is its MVA times the power factor."""
    power, carried = case.scenario.power, case.feed_years
    subs = case.region["substations"].set_index("substation")
    kv = carried["substation"].map(subs["feed_voltage_kv"])
    rating = kv.map({float(k): v for k, v in power.feed_rating_mva.items()}).fillna(-1.0)
    yield within("feed_rating", carried.assign(used=carried["mva"], limit=rating), keys=FEED_YEAR, unit="MVA")
    last = carried[carried["year"] == case.years[-1]]
    rows = beside(
        total(last.assign(mw=last["mva"] * power.power_factor), FEED, "mw"), total(case.feeds, FEED, "mw"), keys=FEED
    )
    yield equal("feed_mw", rows, keys=FEED, unit="MW")
    yield holds("power_factor", 0.0 < power.power_factor <= 1.0, expected="in 0 to 1", found=power.power_factor)


def stock_change(case: Case, nodes: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return node, year, `column` [MVA]: how switched halls change the load of a node."""
    change = case.halls.merge(case.tables["stock_mva"], on=["stock", "option"])
    change = change.assign(**{column: change["n"] * change["mva_change"]})
    sums = change.groupby(["node", "year"], as_index=False)[column].sum()
    return nodes.merge(sums, on=["node", "year"], how="left").fillna({column: 0.0})


def zone_loads(case: Case) -> pd.DataFrame:
    """Return node, year, site, mva: the load of each site at each node above its feeds, counted once."""
    carried = case.feed_years.merge(case.tables["ancestors"], on="substation")
    by = ["node", "year", "site"]
    sums = carried.groupby(by, as_index=False)["mva"].agg(["sum", "max"])
    sums = sums.merge(case.site_years[["site", "year", "class_a_mva"]], on=["site", "year"], how="left")
    once = np.maximum(sums["max"], sums["sum"] - sums["class_a_mva"].fillna(0.0))
    return sums[by].assign(mva=once)


def limits(case: Case) -> Iterator[Limit]:
    """Return own access, headroom of stations and zones, bays and zone share."""
    own = case.own_limit_mva[np.isfinite(case.own_limit_mva)]
    rows = case.site_years[case.site_years["is_open"] & case.site_years["site"].isin(own.index)]
    if len(own):
        limit = rows["site"].map(own).astype(float)
        yield Limit("own_access", "MVA", rows[["site", "year"]].assign(used=rows["mva"], limit=limit))
    headroom, flexible = audit_grid.headroom(case), audit_grid.flexible_at(case)
    carried = case.feed_years
    by_station = total(carried.rename(columns={"substation": "node"}), ["node", "year"], "mva")
    at_zone = zone_loads(case)
    by_zone = total(at_zone, ["node", "year"], "mva")
    above = set(case.tables["ancestors"]["node"])
    is_zone = headroom["node"].isin(above)
    for name, nodes, loads, key in (
        ("substation_headroom", headroom[~is_zone], by_station, "substation"),
        ("node_headroom", headroom[is_zone], by_zone, "node"),
    ):
        rows = nodes.merge(loads, on=["node", "year"], how="left").fillna({"value": 0.0})
        rows = stock_change(case, rows, "change")
        rows = rows.merge(flexible.rename(columns={"value": "off"}), on=["node", "year"], how="left").fillna(
            {"off": 0.0}
        )
        used = rows["value"] + rows["change"] - rows["off"]
        table = pd.DataFrame({key: rows["node"], "year": rows["year"], "used": used, "limit": rows["headroom_mva"]})
        yield Limit(name, "MVA", table)
    bays = case.tables["stations"].dropna(subset=["n_free_bays"])
    built = carried[carried["is_built"]].groupby(["substation", "year"], as_index=False).size()
    rows = bays.merge(pd.DataFrame({"year": list(case.years)}), how="cross")
    rows = rows.merge(built, on=["substation", "year"], how="left").fillna({"size": 0.0})
    used_bays = rows.rename(columns={"size": "used", "n_free_bays": "limit"})
    yield Limit("feeder_bays", "bays", used_bays[["substation", "year", "used", "limit"]])
    share = case.scenario.power.zone_max_share
    if share is not None:
        new = case.site_years.groupby("year")["mva"].sum().reindex(list(case.years), fill_value=0.0)
        zones = case.region["zones"]
        lowest = zones.loc[~zones["zone"].isin(zones["parent"].dropna()), "zone"]
        zones = headroom.loc[headroom["node"].isin(lowest), ["node", "year"]]
        rows = zones.merge(by_zone, on=["node", "year"], how="left").fillna({"value": 0.0})
        rows = rows.rename(columns={"value": "used"}).assign(limit=share * rows["year"].map(new))
        yield Limit("node_max_share", "MVA", rows[["node", "year", "used", "limit"]])
