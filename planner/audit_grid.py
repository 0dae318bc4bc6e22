"""Audit of what the grid adds: reinforcements, interruptible load, and the rows learned by the loop.

headroom of a node     that of the state it has reached by the year (its own table by state)
load of a station      each feed's reserve less half of the site's class A load, the change of existing centres, less
                       what is interruptible: the split of the AC check
network_cut            sum of coef x load of station (+ terms of single sites) <= upper, while its conditions hold
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from planner.assemble_reinforcement import states_by_year
from planner.audit_case import Case, typed
from planner.audit_compare import Limit, Outcome, beside, equal, holds, known, outcome, total, within
from planner.grid_cases import AS_IS, decided

STEP = ["node", "state"]
STATION = ["substation", "year"]
BOUGHT = [*STATION, "step"]


def reached(case: Case) -> pd.DataFrame:
    """Return node, year, state of every node that leaves its present state."""
    rows = [(n, y, s) for y, of_year in states_by_year(case.plan).items() for n, s in of_year.items()]
    return typed(pd.DataFrame(rows, columns=["node", "year", "state"]))


def headroom(case: Case) -> pd.DataFrame:
    """Return node, year, headroom_mva of the state that each node has reached."""
    base, by_state = case.tables["headroom"], case.tables["headroom_states"]
    own = reached(case).merge(by_state.rename(columns={"headroom_mva": "own"}), on=["node", "state", "year"])
    rows = base.merge(own[["node", "year", "own"]], on=["node", "year"], how="left")
    return rows.assign(headroom_mva=rows["own"].fillna(rows["headroom_mva"]))[["node", "year", "headroom_mva"]]


def bought(case: Case) -> pd.DataFrame:
    """Return substation, year, step, mva of the interruptible load."""
    rows = [(r["substation"], r["year"], int(k), v) for r in case.plan["flexible"] for k, v in r["steps"].items()]
    return typed(pd.DataFrame(rows, columns=[*BOUGHT, "mva"]))


def flexible_at(case: Case) -> pd.DataFrame:
    """Return node, year, value [MVA]: interruptible load at every station and below every zone."""
    own = bought(case)[[*STATION, "mva"]].rename(columns={"substation": "node"})
    above = bought(case).merge(case.tables["ancestors"], on="substation")[["node", "year", "mva"]]
    return total(pd.concat([own, above], ignore_index=True), ["node", "year"], "mva")


def check_reinforcements(case: Case) -> Iterator[Outcome]:
    """A step is one that may be chosen, from its first year on, with every lower step, at its cost and capacity."""
    offered = case.tables["reinforcement_states"]
    said = case.listed("reinforcements", [*STEP, "year_from", "cny_per_year", "added_mva"], year_from="year")
    yield known("known_step", said, set(offered[STEP].itertuples(index=False, name=None)), keys=STEP)
    yield known("known_year", said, case.years, keys=["year"])
    rows = said.merge(offered, on=STEP, how="left", suffixes=("", "_c"))
    on_time = (rows["year"] >= rows["first_year"]).to_numpy(bool)
    yield outcome("lead_time", rows, on_time, keys=STEP, expected=rows["first_year"], found=rows["year"])
    offered = offered.assign(number=offered["state"].astype(int)).sort_values(["node", "number"])
    cost = offered.groupby("node")["cny_per_year"].diff().fillna(offered["cny_per_year"])
    offered = offered.assign(own=cost, before=offered.groupby("node")["state"].shift())
    rows = said.merge(offered, on=STEP, how="left", suffixes=("", "_c"))
    yield equal("step_cost", rows.assign(expected=rows["own"], found=rows["cny_per_year"]), keys=STEP, unit="CNY")
    lower = said[[*STEP, "year"]].rename(columns={"state": "before", "year": "earlier"})
    chain = rows[rows["before"].notna()].merge(lower, on=["node", "before"], how="left")
    in_order = (chain["earlier"] <= chain["year"]).to_numpy(bool)
    yield outcome("step_order", chain, in_order, keys=STEP, expected=chain["year"], found=chain["earlier"])
    table = decided(case.region, case.scenario)
    table = table[table["decided_year"].isna()].assign(state=table["step"].astype(int).astype(str))
    sums = total(table, STEP, "added_mva").merge(said[STEP], on=STEP)
    yield equal("step_mva", beside(sums, total(said, STEP, "added_mva"), keys=STEP), keys=STEP, unit="MVA")


def check_flexible(case: Case) -> Iterator[Outcome]:
    """Interruptible load stays within the steps on offer, and its shares and cost are those of its steps."""
    steps = bought(case).merge(case.tables["flexible"], on=BOUGHT, how="left", suffixes=("", "_most"))
    yield within("flexible_step", steps.assign(used=steps["mva"], limit=steps["mva_most"]), keys=BOUGHT, unit="MVA")
    shares = dict(enumerate(sorted(case.scenario.power.flexible.hours_shares), start=1))
    steps = steps.assign(hours=steps["step"].map(shares).astype(float))
    steps = steps.assign(cny=steps["mva"] * steps["cny_per_mva_year"], lost=steps["mva"] * steps["hours"])
    said = case.listed("flexible", [*STATION, "mva", "hours_share", "energy_share", "cny_per_year"])
    for column, field, unit in (("mva", "mva", "MVA"), ("cny", "cny_per_year", "CNY")):
        rows = beside(total(steps, STATION, column), total(said, STATION, field), keys=STATION)
        yield equal(f"flexible_{field}", rows, keys=STATION, unit=unit)
    sums = steps.groupby(STATION, as_index=False).agg(mva=("mva", "sum"), lost=("lost", "sum"), last=("hours", "max"))
    both = said.merge(sums, on=STATION, how="left", suffixes=("", "_c"))
    share = both["lost"] / both["mva_c"]
    for field, expected in (("hours_share", both["last"]), ("energy_share", share)):
        rows = both[STATION].assign(expected=expected, found=both[field])
        yield equal(f"flexible_{field}", rows, keys=STATION, unit="-")


def feeds_in_split(case: Case) -> pd.DataFrame:
    """Return site, substation, year, feed_mva, class_a_mva (of the whole site where the feed is built)."""
    feeds = case.feed_years[case.feed_years["is_built"]].rename(columns={"mva": "feed_mva"})
    class_a = case.site_years[["site", "year", "class_a_mva"]]
    return feeds[["site", *STATION, "feed_mva"]].merge(class_a, on=["site", "year"], how="left")


def station_loads(case: Case) -> pd.DataFrame:
    """Return substation, year, value [MVA]: the load of every station in the split of the AC check."""
    feeds = feeds_in_split(case)
    feeds = feeds.assign(mva=feeds["feed_mva"] - feeds["class_a_mva"].fillna(0.0) / 2.0)
    halls = case.halls.merge(case.tables["stock_mva"], on=["stock", "option"])
    halls = halls.assign(mva=halls["n"] * halls["mva_change"]).rename(columns={"node": "substation"})
    halls, off = halls[halls["substation"].isin(case.region["substations"]["substation"])], bought(case)
    parts = [feeds[[*STATION, "mva"]], halls[[*STATION, "mva"]], off[STATION].assign(mva=-off["mva"])]
    return total(pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True), STATION, "mva")


def limits(case: Case) -> Iterator[Limit]:
    """Return the interruptible share of each station, and the rows learned by the loop."""
    rules = case.scenario.power.flexible
    offered = case.tables["flexible"][STATION].drop_duplicates()
    if len(offered):
        feeds = feeds_in_split(case)
        free = total(feeds.assign(v=feeds["feed_mva"] - feeds["class_a_mva"].fillna(0.0)), STATION, "v")
        rows = offered.merge(total(bought(case), STATION, "mva"), on=STATION, how="left")
        rows = rows.merge(free, on=STATION, how="left", suffixes=("", "_free")).fillna(0.0)
        used = rows[STATION].assign(used=rows["value"], limit=rules.max_share * rows["value_free"])
        yield Limit("flexible_share", "MVA", used)
    cuts = (case.plan.get("loop") or {}).get("cuts") or []
    if cuts:
        yield Limit("network_cut", "% or pu", _cut_rows(case, cuts))


def _cut_rows(case: Case, cuts: list[Mapping[str, Any]]) -> pd.DataFrame:
    load = station_loads(case).set_index(STATION)["value"]
    feeds = feeds_in_split(case).set_index(["site", *STATION])
    states = states_by_year(case.plan)
    rows = []
    for cut in cuts:
        year = int(cut["year"])
        of_year = states.get(year, {})
        is_on = all(of_year.get(c["node"], AS_IS) == str(c["state"]) for c in cut.get("states") or ())
        is_on &= all((c["site"], c["substation"], year) in feeds.index for c in cut.get("feeds") or ())
        if not is_on:
            continue
        used = sum(float(t["coef"]) * float(load.get((t["substation"], year), 0.0)) for t in cut["terms"])
        for t in cut.get("site_terms") or ():
            place = (t["site"], t["substation"], year)
            if place in feeds.index:
                own = feeds.loc[place]
                used += t["coef_feed"] * own["feed_mva"] + t["coef_class_a"] * np.nan_to_num(own["class_a_mva"])
        rows.append((cut["id"], year, float(used), float(cut["upper"])))
    return typed(pd.DataFrame(rows, columns=["cut", "year", "used", "limit"]))


def check_loop(case: Case) -> Iterator[Outcome]:
    """Every cut stands once and names stations of the region and a planning year."""
    cuts = (case.plan.get("loop") or {}).get("cuts") or []
    names = [cut["id"] for cut in cuts]
    yield holds("cut_once", len(set(names)) == len(names), expected=len(set(names)), found=len(names))
    terms = [(cut["id"], cut["year"], t["substation"]) for cut in cuts for t in cut["terms"]]
    frame = typed(pd.DataFrame(terms, columns=["cut", "year", "substation"]))
    yield known("known_substation", frame, case.region["substations"]["substation"], keys=["substation"])
    yield known("known_year", frame, case.years, keys=["year"])
