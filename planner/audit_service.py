"""Audit of service: demand met, latency of every assignment from coordinates, load outside, and existing centres."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from models.latency import great_circle_km, rtt_from_route_ms
from planner.assemble_demand import demand_table
from planner.audit_case import Case
from planner.audit_compare import Limit, Outcome, beside, equal, known, outcome, total, within

DEMAND = ["district", "workload", "year"]
SERVED = ["place", "workload", "year"]
NEAR_SHARE = 1e-3  # of a network cost: places of almost one cost may share it


def displaced(case: Case) -> pd.DataFrame:
    """Return district, workload, year, value: load of halls that left."""
    moved = case.halls.merge(case.tables["stock_displaced"], on=["stock", "option"])
    moved = moved.merge(case.tables["stock"][["stock", "district"]], on="stock")
    return total(moved.assign(mw=moved["n"] * moved["it_mw"]), DEMAND, "mw")


def check_demand(case: Case) -> Iterator[Outcome]:
    """Of every district, class and year: assigned + unserved = demand + load of halls that left."""
    demand = demand_table(case.region, case.scenario)
    needed = pd.concat([total(demand, DEMAND, "it_mw"), displaced(case)], ignore_index=True)
    met = pd.concat(
        [total(case.assignments, DEMAND, "it_mw"), total(case.unserved, DEMAND, "it_mw")], ignore_index=True
    )
    yield equal("demand_met", beside(needed, met, keys=DEMAND), keys=DEMAND, unit="MW")
    if not case.scenario.is_unserved_allowed:
        rows = case.unserved
        yield outcome("unserved_allowed", rows, (rows["it_mw"] == 0).to_numpy(), keys=DEMAND, expected=0.0,
                      found=rows["it_mw"])  # fmt: skip


def check_places(case: Case) -> Iterator[Outcome]:
    """What is assigned to a place is what the place serves: new sites, converted halls, outside."""
    names = [
        (case.loads.assign(place=case.loads["site"])),
        (case.served.assign(place=case.served["stock"])),
        (case.outside.assign(place=case.outside["outside"])),
    ]
    offered = pd.concat([f[[*SERVED, "it_mw"]] for f in names], ignore_index=True).astype({"it_mw": float})
    rows = beside(total(offered, SERVED, "it_mw"), total(case.assignments, SERVED, "it_mw"), keys=SERVED)
    yield equal("assignments", rows, keys=SERVED, unit="MW")
    places = [*case.sites["site"], *case.region["stock"]["stock"], *case.region["outside_sites"]["outside"]]
    yield known("known_place", case.assignments, places, keys=["place"])
    region = case.region["outside_sites"].set_index("outside")
    for entry in case.plan["outside"]:
        ok = entry["id"] in region.index and entry["name"] == region.at[entry["id"], "name_en"]
        yield outcome("outside_name", pd.DataFrame([entry]), np.array([ok]), keys=["id"], expected="name of the region",
                      found=entry["name"])  # fmt: skip


def network_costs(case: Case) -> pd.DataFrame:
    """Return the assignments with `cny_per_mw_year`: what a MW costs over the way from its place to its district."""
    reach = pd.concat(
        [
            case.tables["sites"][["site", "reach"]].rename(columns={"site": "place"}),
            case.tables["stock"][["stock", "reach"]].rename(columns={"stock": "place"}),
        ],
        ignore_index=True,
    )
    served = case.assignments.merge(reach, on="place")
    return served.merge(case.tables["serves"], on=["reach", "district", "workload"])


def check_network_costs(case: Case) -> Iterator[Outcome]:
    """What a MW costs over its way is the price of the network times the route from coordinates."""
    price = network_price(case)
    seats = case.region["districts"].set_index("district")[["seat_lon", "seat_lat"]].astype(float)
    rows = network_costs(case)
    rows = rows[rows["place"].isin(case.sites["site"])].reset_index(drop=True)
    here = case.sites.drop_duplicates("site").set_index("site")[["lon", "lat"]].reindex(rows["place"])
    seat = seats.reindex(rows["district"])
    km = case.scenario.latency.route_factor * great_circle_km(
        here["lon"], here["lat"], seat["seat_lon"], seat["seat_lat"]
    )
    table = rows.assign(expected=price * km, found=rows["cny_per_mw_year"])
    ok = ((table["expected"] - table["found"]).abs() <= NEAR_SHARE * table["expected"] + 1e-9).to_numpy()
    keys = [*DEMAND, "place"]
    yield outcome("network_cost", table, ok, keys=keys, expected=table["expected"], found=table["found"])


def network_price(case: Case) -> float:
    """Return the price of the network [CNY per MW IT, km and year]; 0 where the region and the scenario name none."""
    item, rules = "network_cny_per_mw_km_year", case.scenario.economy
    given = case.region["prices"].set_index("item")[rules.price_case]
    return float(rules.prices.get(item, given.get(item, 0.0)))


def check_latency(case: Case) -> Iterator[Outcome]:
    """The round trip of every assignment, from coordinates, is within its class; only classes that may go out go out."""
    late, region, works = case.scenario.latency, case.region, case.scenario.workloads
    seats = region["districts"].set_index("district")[["seat_lon", "seat_lat"]].astype(float)
    place = pd.concat(
        [
            case.sites[["site", "lon", "lat"]].rename(columns={"site": "place"}),
            region["stock"][["stock", "lon", "lat"]].rename(columns={"stock": "place"}),
            region["outside_sites"][["outside", "lon", "lat"]].rename(columns={"outside": "place"}),
        ],
        ignore_index=True,
    ).drop_duplicates("place").set_index("place").astype(float)  # fmt: skip
    rows = case.assignments
    here, seat = place.reindex(rows["place"]), seats.reindex(rows["district"])
    distance = great_circle_km(here["lon"], here["lat"], seat["seat_lon"], seat["seat_lat"])
    is_out = rows["place"].isin(region["outside_sites"]["outside"]).to_numpy()
    metro = rtt_from_route_ms(distance, fixed_ms=late.fixed_ms, route_factor=late.route_factor)
    far = rtt_from_route_ms(distance, fixed_ms=late.long_fixed_ms, route_factor=late.long_route_factor)
    limit = rows["workload"].map({k: w.rtt_limit_ms for k, w in works.items()}).astype(float).fillna(-1.0)
    if not late.is_on:
        limit = limit.where(limit < 0.0, np.inf)
    table = rows.assign(used=np.where(is_out, far, metro), limit=limit)
    yield within("latency", table, keys=[*DEMAND, "place"], unit="ms")
    may = rows["workload"].map({k: w.may_go_outside for k, w in works.items()}).fillna(False).to_numpy(bool)
    yield outcome("outside_class", rows, ~is_out | may, keys=[*DEMAND, "place"], expected="stays", found="outside")


def check_halls(case: Case) -> Iterator[Outcome]:
    """Every hall switches at most once, for good, by an option and from a year that are possible."""
    stock = case.region["stock"].set_index("stock")
    rows = case.listed("stock", ["id", "year", "n_halls", "keep"], id="stock")
    halls = rows["stock"].map(stock["n_halls"]).astype(float)
    yield equal("n_halls", rows.assign(expected=halls, found=rows["n_halls"]), keys=["stock", "year"], unit="-")
    gone = beside(
        total(case.halls, ["stock", "year"], "n"), rows[["stock", "year"]].assign(value=0.0), keys=["stock", "year"]
    )
    rows = rows.merge(gone.rename(columns={"expected": "gone"})[["stock", "year", "gone"]], on=["stock", "year"])
    kept = rows.assign(expected=rows["stock"].map(stock["n_halls"]).astype(float) - rows["gone"], found=rows["keep"])
    yield equal("halls_kept", kept, keys=["stock", "year"], unit="halls")
    every = pd.MultiIndex.from_product([stock.index, case.years], names=["stock", "year"]).to_frame(index=False)
    listed = set(rows[["stock", "year"]].itertuples(index=False, name=None))
    yield known("stock_listed", every, listed, keys=["stock", "year"])
    n = case.halls.pivot_table(index=["stock", "option"], columns="year", values="n", aggfunc="sum", fill_value=0.0)
    n = n.reindex(columns=list(case.years), fill_value=0.0)
    more = n.diff(axis=1).fillna(n).reset_index()
    steps = more.melt(["stock", "option"], var_name="year", value_name="value").astype({"year": "int64"})
    back = (steps["value"] >= 0).to_numpy()
    keys = ["stock", "option", "year"]
    yield outcome("halls_stay", steps, back, keys=keys, expected=">= 0 more", found=steps["value"])
    moves = steps[steps["value"] != 0]
    allowed = (
        set(case.tables["stock_options"][keys].itertuples(index=False, name=None)) if case.is_on("stock") else set()
    )
    yield known("hall_option", moves, allowed, keys=keys)


def check_converted(case: Case) -> Iterator[Outcome]:
    """Converted halls serve no more than they hold."""
    by = ["stock", "option", "year"]
    capacity = case.tables["stock_capacity"]
    yield known("converted_class", case.served,
                set(capacity[["stock", "option", "workload"]].itertuples(index=False, name=None)),
                keys=["stock", "option", "workload"])  # fmt: skip
    most = capacity.groupby(["stock", "option"], as_index=False)["it_mw"].max()
    held = case.halls.merge(most, on=["stock", "option"])
    held = total(held.assign(mw=held["n"] * held["it_mw"]), by, "mw").rename(columns={"value": "limit"})
    used = total(case.served, by, "it_mw").rename(columns={"value": "used"})
    rows = used.merge(held, on=by, how="left").fillna({"limit": 0.0})
    yield within("converted_capacity", rows, keys=by, unit="MW")


def limits(case: Case) -> Iterator[Limit]:
    """Return the in-city share, halls that may switch, and halls switched to liquid cooling."""
    share = {k: w.in_city_max_share for k, w in case.scenario.workloads.items() if w.in_city_max_share is not None}
    demand = demand_table(case.region, case.scenario)
    by = ["workload", "year"]
    every = pd.MultiIndex.from_product([sorted(share), case.years], names=by).to_frame(index=False)
    here = pd.concat([case.loads[[*by, "it_mw"]], case.served[[*by, "it_mw"]]], ignore_index=True)
    for frame, name in ((here, "used"), (demand, "demand")):
        every = every.merge(total(frame, by, "it_mw").rename(columns={"value": name}), on=by, how="left")
    every = every.fillna({"used": 0.0, "demand": 0.0})
    limit = every["workload"].map(share).astype(float) * every["demand"]
    yield Limit("in_city_share", "MW IT", every[[*by, "used"]].assign(limit=limit))
    halls = case.region["stock"].set_index("stock")["n_halls"].astype(float)
    last = case.halls[case.halls["year"] == case.years[-1]].groupby("stock")["n"].sum()
    rows = pd.DataFrame({"stock": halls.index, "used": last.reindex(halls.index, fill_value=0.0), "limit": halls})
    is_on = case.is_on("stock")
    yield Limit("hall_switches_once", "halls", rows.reset_index(drop=True), is_enforced=is_on)
    options = case.tables["stock_options"]
    liquid = options.loc[options["is_liquid"].astype(bool), ["stock", "option"]].drop_duplicates()
    years = case.tables["years_table"].dropna(subset=["liquid_stock_share"])
    if len(liquid) and len(years):
        moved = case.halls.merge(liquid, on=["stock", "option"]).groupby("year")["n"].sum()
        used = years["year"].map(moved).fillna(0.0)
        rows = pd.DataFrame({"year": years["year"], "used": used, "limit": years["liquid_stock_share"] * halls.sum()})
        yield Limit("liquid_stock", "halls", rows, is_enforced=is_on)
