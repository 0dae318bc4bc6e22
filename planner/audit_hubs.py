"""Audit by hub: limits of energy, load and water, and the plan's rows of hubs, from the plan's loads and assignments.

What a market buys is shared among its hubs in proportion to their energy. The mean round trip is taken over what the sites
of a hub serve, from coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from models.latency import great_circle_km, rtt_from_route_ms
from planner import audit_markets
from planner.audit_case import Case
from planner.audit_compare import Limit, Outcome, beside, equal, known, outcome, total
from planner.audit_markets import same_ratio
from planner.demand_units import site_pflops
from planner.plan_hubs import existing_rows
from planner.plan_missing import missing_rows
from planner.units import HOURS_PER_YEAR

KEY = ["hub", "year"]
UNITS = {"energy_mwh": "MWh/year", "it_mw": "MW IT", "water_m3": "m3/year"}
PARTS = {
    "it_mw": "MW",
    "installed_mw": "MW",
    "energy_mwh": "MWh/year",
    "it_mwh": "MWh/year",
    "water_m3": "m3/year",
    "green_mwh": "MWh/year",
    "certificate_mwh": "MWh/year",
    "emissions_t": "t",
}


def hub_of(case: Case, frame: pd.DataFrame) -> pd.Series[str]:
    """Return the hub of each row by its climate."""
    return frame["climate"].map(case.place_of["hub"])


def use(case: Case) -> pd.DataFrame:
    """Return hub, year and all of `PARTS`, for every hub and planning year."""
    hours = {k: HOURS_PER_YEAR * w.load_factor for k, w in case.scenario.workloads.items()}
    loads = case.loads.assign(hub=hub_of(case, case.loads))
    loads = loads.assign(it_mwh=loads["it_mw"] * loads["workload"].map(hours).astype(float))
    blocks = case.blocks.assign(hub=hub_of(case, case.blocks))
    water = case.water_loads.assign(hub=hub_of(case, case.water_loads))
    both = ["hub", "year", "mwh"]
    sums = {
        "it_mw": total(loads, KEY, "it_mw"),
        "installed_mw": total(blocks, KEY, "mw"),
        "energy_mwh": total(pd.concat([loads[both], blocks[both]], ignore_index=True), KEY, "mwh"),
        "it_mwh": total(loads, KEY, "it_mwh"),
        "water_m3": total(water, KEY, "m3"),
        **bought(case),
    }
    hubs = [*case.region["hubs"]["hub"]] if case.has_markets else sorted({*case.place_of["hub"]} - {""})
    table = pd.MultiIndex.from_product([hubs, case.years], names=KEY).to_frame(index=False)
    for name, part in sums.items():
        table = table.merge(part.rename(columns={"value": name}), on=KEY, how="left").fillna({name: 0.0})
    return table


def bought(case: Case) -> dict[str, pd.DataFrame]:
    """Return hub, year, value of green power, certificates and emissions: the hub's part of its markets."""
    table = audit_markets.use(case)
    table = table.assign(emissions=audit_markets.emissions_t(case, table))
    both = ["climate", "year", "mwh"]
    own = pd.concat([case.loads[both], case.blocks[both]], ignore_index=True)
    own = own.assign(hub=hub_of(case, own), market=audit_markets.market_of(case, own))
    own = own.groupby(["hub", "market", "year"], as_index=False)["mwh"].sum()
    rows = own.merge(table.rename(columns={"mwh": "whole"}), on=["market", "year"])
    share = (rows["mwh"] / rows["whole"]).where(rows["whole"] > 0.0, 0.0)
    names = {"green_mwh": "green_power", "certificate_mwh": "certificate", "emissions_t": "emissions"}
    return {name: total(rows.assign(v=share * rows[column]), KEY, "v") for name, column in names.items()}


def check_hubs(case: Case) -> Iterator[Outcome]:
    """The plan's rows of hubs say what was computed, every hub and year once."""
    said = pd.DataFrame(case.plan["hubs"])
    if not case.has_markets:
        yield outcome("hubs", said, np.zeros(len(said), bool), keys=KEY, expected="none", found="a hub")
        return
    table = use(case)
    yield known("hub_listed", table, set(said[KEY].itertuples(index=False, name=None)), keys=KEY)
    for name, unit in PARTS.items():
        have = said[KEY].assign(value=said[name].astype(float))
        yield equal(f"hub_{name}", beside(total(table, KEY, name), have, keys=KEY), keys=KEY, unit=unit)
    energy, it_mwh = table["energy_mwh"], table["it_mwh"]
    heat = reused(case).reindex(pd.MultiIndex.from_frame(table[KEY]), fill_value=0.0).to_numpy(float)
    means = mean_rtt_ms(case).reindex(pd.MultiIndex.from_frame(table[KEY])).to_numpy(float)
    ratios = {
        "pue": energy / it_mwh,
        "ref": np.minimum(table["green_mwh"] + table["certificate_mwh"], energy) / energy,
        "cue_kg_per_kwh": table["emissions_t"] / it_mwh,
        "erf": heat / energy,
        "rtt_ms": means,
        "existing_racks": table["hub"].map(racks(case)).astype(float),
    }
    both = table[KEY].merge(said, on=KEY, how="left")
    for name, values in ratios.items():
        yield same_ratio(f"hub_{name}", both, np.asarray(values, float), both[name], keys=KEY)


def check_facts(case: Case) -> Iterator[Outcome]:
    """What the plan says of existing facilities is what the region's table says; computing power follows from the load."""
    facts, said = existing_rows(case.region) if case.has_markets else [], case.plan["existing"]
    rows = pd.DataFrame({"site": [row["site"] for row in said] or ["-"]})
    ok = np.array([row in facts for row in said] or [not facts]) & (len(said) == len(facts))
    yield outcome("existing", rows, ok, keys=["site"], expected="as in the region", found="otherwise")
    want = site_pflops(case.region, case.scenario, case.loads).rename(columns={"compute_pflops": "value"})
    maps = [(s["id"], int(y), v) for s in case.plan["sites"] for y, v in (s.get("compute_pflops") or {}).items()]
    have = pd.DataFrame(maps, columns=["site", "year", "value"]).astype({"value": float})
    keys = ["site", "year"]
    yield equal("compute_pflops", beside(want, have, keys=keys), keys=keys, unit="MW")
    hubs = case.sites[["site"]].assign(hub=hub_of(case, case.sites))
    told = [(r["hub"], r["year"], r["compute_pflops"]) for r in case.plan["hubs"] if r["compute_pflops"] is not None]
    sums = total(want.merge(hubs[hubs["hub"] != ""], on="site"), KEY, "value")
    rows = beside(sums, pd.DataFrame(told, columns=[*KEY, "value"]).astype({"value": float}), keys=KEY)
    yield equal("hub_compute_pflops", rows, keys=KEY, unit="MW")


def check_missing(case: Case) -> Iterator[Outcome]:
    """What is missing for a required share follows from the unserved demand and the channels that are used up."""
    found, said = missing_rows(case.plan, case.data), case.plan["missing"]
    key = ["market", "year"]
    rows = [pd.DataFrame([(r["market"], r["year"], r["lacking_mwh"]) for r in part], columns=[*key, "value"])
            for part in (found, said)]  # fmt: skip
    want, have = (part.astype({"value": float}) for part in rows)
    yield equal("missing", beside(want, have, keys=key), keys=key, unit="MWh/year")


def mean_rtt_ms(case: Case) -> pd.Series[float]:
    """Return the mean round trip [ms] by hub and year over what its sites serve, weighted by MW."""
    late, rows = case.scenario.latency, case.assignments
    rows = rows[rows["place"].isin(case.sites["site"])]
    here = case.sites.drop_duplicates("site").set_index("site")
    seat = case.region["districts"].set_index("district").reindex(rows["district"])
    place = here.reindex(rows["place"])
    km = great_circle_km(place["lon"], place["lat"], seat["seat_lon"].astype(float), seat["seat_lat"].astype(float))
    rtt = rtt_from_route_ms(km, fixed_ms=late.fixed_ms, route_factor=late.route_factor)
    hub = place["climate"].map(case.place_of["hub"]).to_numpy()
    table = pd.DataFrame({"hub": hub, "year": rows["year"].to_numpy(), "mw": rows["it_mw"].to_numpy(float)})
    table = table.assign(product=table["mw"] * rtt)
    sums = table.groupby(KEY)[["product", "mw"]].sum()
    return sums["product"] / sums["mw"]


def reused(case: Case) -> pd.Series[float]:
    """Return the heat sold by hub and year [MWh]."""
    hubs = case.sites.set_index("site")["climate"].map(case.place_of["hub"])
    rows = [(hubs.get(row["site"]), row["year"], float(row["mwh"])) for row in case.plan["heat"]]
    return pd.DataFrame(rows, columns=[*KEY, "mwh"]).groupby(KEY)["mwh"].sum().astype(float)


def racks(case: Case) -> pd.Series[float]:
    """Return the known standard racks by hub, each area at its latest year; a hub without any is absent."""
    rows = case.region["existing"].dropna(subset=["racks_std"]).sort_values("year").drop_duplicates("site", keep="last")
    hubs = rows["site"].map(case.region["sites"].set_index("site")["hub"])
    return rows["racks_std"].astype(float).groupby(hubs).sum()


def limits(case: Case) -> Iterator[Limit]:
    """Return the limits of hubs: energy, load and water, and how far what is installed must be used."""
    caps, shares = case.tables["hub_caps"], case.tables["hub_occupancy"]
    if not len(caps) and not len(shares):
        return
    table = use(case)
    held = shares[shares["share"] > 0].merge(table, on=KEY)
    used = held["share"] * held["installed_mw"]
    yield Limit("hub_occupancy", "MW IT", held[KEY].assign(used=used, limit=held["it_mw"]))
    for quantity, unit in UNITS.items():
        own = caps[caps["quantity"] == quantity].merge(table[[*KEY, quantity]], on=KEY)
        rows = own[["hub", "quantity", "year"]].assign(used=own[quantity], limit=own["limit"])
        yield Limit("hub_cap", unit, rows)
