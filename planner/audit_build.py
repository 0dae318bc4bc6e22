"""Audit of what is built: blocks that hold the load, allowed cooling and PUE, land, sizes, wishes, and nothing shrinks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.audit_case import DRY, Case
from planner.audit_compare import Limit, Outcome, beside, holds, known, outcome, tolerance, within
from planner.policy import read_policy_pack
from planner.units import KWH_PER_MWH

KG_PER_KT = 1e6
BLOCK = ["site", "technology", "year"]
SITE_YEAR = ["site", "year"]


def check_blocks(case: Case) -> Iterator[Outcome]:
    """Blocks hold the load, stand only on an open site, and every open site has one from its first year on."""
    held = case.blocks.groupby(BLOCK, as_index=False)["mw"].sum().rename(columns={"mw": "limit"})
    drawn = case.loads.groupby(BLOCK, as_index=False)["it_mw"].sum().rename(columns={"it_mw": "used"})
    rows = drawn.merge(held, on=BLOCK, how="left").fillna({"limit": 0.0})
    yield within("block_capacity", rows, keys=BLOCK, unit="MW")
    years = case.site_years
    closed = years[~years["is_open"]]
    empty = ((closed["n"] == 0) & (closed["drawn_mw"] == 0)).to_numpy()
    yield outcome("open_year", closed, empty, keys=SITE_YEAR, expected=0, found=closed["n"])
    if case.is_on("clusters"):
        opened = years[years["is_open"]]
        used = (opened["n"] >= 1).to_numpy()
        yield outcome("used_site", opened, used, keys=SITE_YEAR, expected=">= 1 block", found=opened["n"])


def check_cooling(case: Case) -> Iterator[Outcome]:
    """A technology holds the density of its load; wet cooling has a plant, dry cooling none."""
    works, offered = case.scenario.workloads, case.tables["performance"]
    pairs = set(offered[["climate", "technology", "workload"]].itertuples(index=False, name=None))
    loads = case.loads
    yield known("density", loads, pairs, keys=["climate", "technology", "workload"])
    yield known("density", loads, set(works), keys=["workload"])
    wet = loads["technology"].map(case.tables["technologies"].set_index("technology")["is_wet"]).fillna(False)
    ok = (wet.astype(bool) == (loads["plant"] != DRY)).to_numpy()
    keys = ["site", "technology", "plant", "year"]
    yield outcome("wet_needs_plant", loads, ok, keys=keys, expected=wet, found=loads["plant"])


def check_pue(case: Case) -> Iterator[Outcome]:
    """The annual PUE of every block is below the cap for the site's yearly energy (coal equivalent).

    The size bands are read from the policy pack again; a site exactly at a band's end belongs to the smaller band.
    """
    if case.scenario.cooling.pue_caps == "off":
        yield holds("pue_by_size", ok=True, expected="off", found="off")
        return
    policy = read_policy_pack(case.scenario.policy_pack)
    bands = policy.pue_caps_by_size().sort_values("upper_kt_coal")
    if bands.empty:
        yield holds("pue_by_size", ok=True, expected="no caps by size", found="no caps by size")
        return
    kg_per_kwh = policy.value("coal_equivalent_kg_per_kwh")
    upper = bands["upper_kt_coal"].to_numpy(float) * KG_PER_KT / kg_per_kwh / KWH_PER_MWH
    caps = bands["pue_cap"].to_numpy(float)
    energy = case.site_years[[*SITE_YEAR, "mwh"]]
    slack = tolerance(energy["mwh"].to_numpy(float), energy["mwh"].to_numpy(float), "MWh/year")
    band = np.minimum(np.searchsorted(upper, energy["mwh"].to_numpy(float) - slack), len(caps) - 1)
    rows = case.blocks[[*BLOCK, "pue", "n"]].merge(energy.assign(limit=caps[band]), on=SITE_YEAR)
    rows = rows[rows["n"] > 0].rename(columns={"pue": "used"})
    yield within("pue_by_size", rows, keys=BLOCK, unit="-")


def check_sizes(case: Case) -> Iterator[Outcome]:
    """Sites end at their smallest size or above, and the planner's wishes are met."""
    last, wishes = case.years[-1], case.scenario.wishes
    final = case.site_years.loc[case.site_years["year"] == last, ["site", "installed_mw"]]
    built = final.groupby("site")["installed_mw"].max()
    chosen = set(case.sites["site"])
    if case.is_on("clusters"):
        rows = final.assign(used=case.scenario.clusters.min_site_mw, limit=final["installed_mw"])
        yield within("smallest_site", rows, keys=["site"], unit="MW")
        wished = pd.DataFrame(list(wishes.min_mw.items()), columns=["site", "used"])
        wished = wished.assign(limit=wished["site"].map(built).fillna(0.0))
        yield within("wished_site", wished, keys=["site"], unit="MW")
    fixed = pd.DataFrame({"site": list(wishes.fixed)}, dtype=object)
    yield known("fixed_site", fixed, chosen, keys=["site"])
    forbidden = pd.DataFrame({"site": list(wishes.forbidden)}, dtype=object)
    absent = ~forbidden["site"].isin(list(chosen)).to_numpy(bool)
    yield outcome("forbidden_site", forbidden, absent, keys=["site"], expected="absent", found="chosen")


def check_staging(case: Case) -> Iterator[Outcome]:
    """Blocks never shrink from one planning year to the next; feeds and pipes are built when or after their site opens."""
    if not case.is_on("phasing"):
        return
    n = case.blocks.pivot_table(index=["site", "technology"], columns="year", values="n", aggfunc="sum", fill_value=0.0)
    n = n.reindex(columns=list(case.years), fill_value=0.0)
    for before, after in zip(case.years[:-1], case.years[1:], strict=True):
        rows = n.reset_index()[["site", "technology"]].assign(
            year=after, used=n[before].to_numpy(float), limit=n[after].to_numpy(float)
        )
        yield within("blocks_stay", rows, keys=BLOCK, unit="-")
    opened = case.sites.drop_duplicates("site").set_index("site")["open_year"]
    for name, frame, key in (("feed_built", case.feeds, "substation"), ("pipe_built", case.pipes, "plant")):
        first = frame["site"].map(opened)
        ok = (frame["built_year"] >= first).to_numpy()
        yield outcome(name, frame, ok, keys=["site", key], expected=first, found=frame["built_year"])


def check_open_year(case: Case) -> Iterator[Outcome]:
    """A site opens in the year of its first feed; one with its own access in that of its first blocks, and not too early."""
    held = case.blocks[case.blocks["site"].isin(case.own_limit_mva.index)]
    first = pd.concat(
        [case.feeds[["site", "built_year"]], held[["site", "year"]].rename(columns={"year": "built_year"})]
    )
    first = first.groupby("site", as_index=False)["built_year"].min().rename(columns={"built_year": "value"})
    said = case.sites[["site"]].assign(value=case.sites["open_year"])
    rows = beside(first, said, keys=["site"])
    ok = (rows["expected"] == rows["found"]).to_numpy() if case.is_on("phasing") else np.ones(len(rows), bool)
    yield outcome("open_year", rows, ok, keys=["site"], expected=rows["expected"], found=rows["found"])
    earliest = said["site"].map(case.tables["sites"].set_index("site")["first_year"]).fillna(0.0)
    late = (said["value"] >= earliest).to_numpy(bool)
    yield outcome("first_year", said, late, keys=["site"], expected=earliest, found=said["value"])


def check_banned(case: Case) -> Iterator[Outcome]:
    """No block of a technology that has ended is added, what stands stays; no load is placed in a year that bans it."""
    banned = case.tables["banned_blocks"].drop_duplicates().astype({"year": "int64"})
    keys = ["climate", "technology", "year"]
    n = case.blocks.groupby(["site", *keys], as_index=False)["n"].sum()
    before = dict(zip(case.years[1:], case.years[:-1], strict=True))
    rows = n.merge(banned, on=keys)
    earlier = n.rename(columns={"n": "limit", "year": "since"})[["site", "technology", "since", "limit"]]
    rows = rows.assign(since=rows["year"].map(before).fillna(0).astype("int64"))
    rows = rows.merge(earlier, on=["site", "technology", "since"], how="left").fillna({"limit": 0.0})
    yield within("banned_blocks", rows.rename(columns={"n": "used"}), keys=BLOCK, unit="-")
    closed = case.tables["banned_loads"].drop_duplicates().astype({"year": "int64"})
    rows = case.loads.merge(closed, on=["climate", "technology", "workload", "year"])
    rows = rows.assign(used=rows["it_mw"], limit=0.0)
    yield within("banned_loads", rows, keys=["site", "technology", "workload", "year"], unit="MW")


def limits(case: Case) -> Iterator[Limit]:
    """Return land, largest size, number of sites and occupancy."""
    years, rules = case.site_years[case.site_years["is_open"]], case.scenario.clusters
    area = case.tables["sites"].set_index("site")["area_ha"]
    land = years[[*SITE_YEAR]].assign(used=years["ha"], limit=years["site"].map(area).fillna(0.0))
    yield Limit("usable_land", "ha", land)
    is_on = case.is_on("clusters")
    size = years[[*SITE_YEAR]].assign(used=years["installed_mw"], limit=rules.max_site_mw)
    yield Limit("largest_site", "MW IT", size, is_enforced=is_on)
    every = pd.DataFrame({"year": list(case.years)})
    if rules.max_sites is not None:
        count = years.groupby("year").size().reindex(list(case.years), fill_value=0).to_numpy(float)
        yield Limit(
            "number_of_sites", "sites", every.assign(used=count, limit=float(rules.max_sites)), is_enforced=is_on
        )
    least = case.data.rules.min_occupancy_share  # the scenario's, or a dated rule of the hubs
    if least:
        sums = years.groupby("year")[["installed_mw", "drawn_mw"]].sum().reindex(list(case.years), fill_value=0.0)
        used = least * sums["installed_mw"].to_numpy(float)
        rows = every.assign(used=used, limit=sums["drawn_mw"].to_numpy(float))
        yield Limit("occupancy", "MW IT", rows, is_enforced=is_on)
