"""Audit of heat and money in steps: what is sold follows from the loads, mains and budgets hold, lists say what was computed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from planner.assemble_costs import read_prices
from planner.audit_case import Case, typed
from planner.audit_compare import Limit, Outcome, beside, equal, known, outcome, total

KEY = ["site", "sink", "year"]


def sold(case: Case) -> pd.DataFrame:
    """Return the heat that the plan sells: site, sink, year, mwh, cny."""
    return case.listed("heat", [*KEY, "mwh", "cny"])


def mains(case: Case) -> pd.DataFrame:
    """Return every heat main in every year it stands: site, sink, year (without phasing: the years of use)."""
    used = sold(case).loc[lambda f: f["mwh"] > 0, KEY]
    if not case.is_on("phasing"):
        return used.drop_duplicates()
    first = used.groupby(["site", "sink"], as_index=False)["year"].min().rename(columns={"year": "built"})
    every = first.merge(pd.DataFrame({"year": list(case.years)}), how="cross")
    return every.loc[every["year"] >= every["built"], KEY]


def costs(case: Case) -> dict[str, pd.Series[float]]:
    """Return the ledger's terms heat_links and heat_revenue by planning year [CNY/year]; revenue has a minus."""
    built = mains(case).merge(case.tables["heat_links"], on=["site", "sink"])
    paid = sold(case).merge(case.tables["heat_sinks"], on=["sink", "year"])
    years = list(case.years)
    return {
        "heat_links": built.groupby("year")["cny_per_year"].sum().reindex(years, fill_value=0.0),
        "heat_revenue": -(paid["mwh"] * paid["cny_per_mwh"]).groupby(paid["year"]).sum().reindex(years, fill_value=0.0),
    }


def check_heat(case: Case) -> Iterator[Outcome]:
    """Heat goes from chosen sites to users within reach, through mains that could be laid, and is paid at their price."""
    heat, links = sold(case), case.tables["heat_links"]
    reach = [*links[["site", "sink"]].itertuples(index=False, name=None)]
    yield known("heat_link", heat, reach, keys=["site", "sink"])
    yield known("heat_site", heat, case.sites["site"], keys=["site"])
    yield known("known_year", heat, list(case.years), keys=["year"])
    most = case.scenario.heat.reach_km * case.scenario.heat.route_factor
    far = heat.merge(links, on=["site", "sink"])
    near = (far["km"] <= max(most, 0.5) + 1e-6).to_numpy()
    yield outcome("heat_reach", far, near, keys=["site", "sink"], expected=f"<= {most} km", found=far["km"])
    price = heat.merge(case.tables["heat_sinks"], on=["sink", "year"], how="left")
    rows = price.assign(expected=price["mwh"] * price["cny_per_mwh"], found=price["cny"])
    yield equal("heat_cny", rows, keys=KEY, unit="CNY")


def limits(case: Case) -> Iterator[Limit]:
    """Return the heat of the loads, what users take, what must be reused, and the budgets of the steps."""
    heat, tables = sold(case), case.tables
    loads = case.loads[["site", "climate", "technology", "workload", "year", "it_mw"]]
    given = loads.merge(tables["heat_yield"], on=["climate", "technology", "workload"])
    given = total(given.assign(mwh=given["it_mw"] * given["mwh_per_mw_year"]), ["site", "year"], "mwh")
    given = given[given["site"].isin(tables["heat_links"]["site"])].rename(columns={"value": "limit"})
    from_sites = total(heat, ["site", "year"], "mwh").rename(columns={"value": "used"})
    rows = from_sites.merge(given, on=["site", "year"], how="outer").fillna({"used": 0.0, "limit": 0.0})
    yield Limit("recovered_heat", "MWh/year", rows[["site", "year", "used", "limit"]])
    to_users = total(heat, ["sink", "year"], "mwh").rename(columns={"value": "used"})
    takes = tables["heat_sinks"].rename(columns={"mwh_per_year": "limit"})[["sink", "year", "limit"]]
    reached = takes[takes["sink"].isin(tables["heat_links"]["sink"])]
    rows = reached.merge(to_users, on=["sink", "year"], how="left").fillna({"used": 0.0})
    yield Limit("heat_sink", "MWh/year", rows[["sink", "year", "used", "limit"]])
    yield Limit("heat_share", "MWh/year", _shares(case, heat))
    money = invested(case).sum(axis=1).rename("used").rename_axis("year").reset_index()
    rows = money.merge(tables["budgets"].dropna(subset=["cny"]).rename(columns={"cny": "limit"}), on="year")
    yield Limit("investment", "CNY", rows[["year", "used", "limit"]])


def _shares(case: Case, heat: pd.DataFrame) -> pd.DataFrame:
    """Return market, year, used (heat that must be reused), limit (heat that is) of every share that is asked."""
    asked = case.tables["heat_shares"]
    asked = asked[asked["share"] > 0].groupby(["market", "year"], as_index=False)["share"].max()
    market = case.tables["sites"].set_index("site")["climate"].map(case.place_of["market"])
    energy = case.site_years.assign(market=case.site_years["site"].map(market).astype(object))
    reused = heat.assign(market=heat["site"].map(market).astype(object))
    rows = asked
    for name, frame, column in (("mwh", energy, "mwh"), ("limit", reused, "mwh")):
        sums = total(frame, ["market", "year"], column).rename(columns={"value": name})
        rows = rows.merge(sums, on=["market", "year"], how="left").fillna({name: 0.0})
    return rows.assign(used=rows["share"] * rows["mwh"])[["market", "year", "used", "limit"]]


def invested(case: Case) -> pd.DataFrame:
    """Return what is invested in the step that ends with each planning year [CNY], by kind of life (columns)."""
    prices, tables = read_prices(case.region, case.scenario), case.tables
    blocks = case.blocks.merge(tables["sites"][["site", "invest_land_cny_per_ha"]], on="site")
    plant = blocks["technology"].map(lambda t: prices[f"cooling_{t}_cny_per_mw_it"]).astype(float)
    feeds = case.feed_years[case.feed_years["is_built"]][["site", "substation", "year"]]
    routes = [
        feeds.merge(tables["feeds"], on=["site", "substation"])[["year", "invest_cny"]],
        case.pipe_years[["site", "plant", "year"]].merge(tables["pipes"], on=["site", "plant"])[["year", "invest_cny"]],
        mains(case).merge(tables["heat_links"], on=["site", "sink"])[["year", "invest_cny"]],
    ]
    lines = pd.concat([typed(r) for r in routes], ignore_index=True)
    parts = {
        "building": (blocks["year"], blocks["mw"] * prices["building_cny_per_mw_it"]),
        "plant": (blocks["year"], blocks["mw"] * plant),
        "land": (blocks["year"], blocks["ha"] * blocks["invest_land_cny_per_ha"]),
        "lines": (lines["year"], lines["invest_cny"]),
    }
    years = list(case.years)
    stands = pd.DataFrame({k: cny.groupby(y).sum().reindex(years, fill_value=0.0) for k, (y, cny) in parts.items()})
    return stands.diff().fillna(stands.iloc[:1])


def check_investments(case: Case) -> Iterator[Outcome]:
    """The plan's steps say what is invested, and what of it the years after the horizon use."""
    steps, prices = invested(case), read_prices(case.region, case.scenario)
    end = case.scenario.years[-1] + case.scenario.last_period_years
    kept = pd.Series(0.0, index=steps.index)
    for kind in steps.columns:
        life = prices.life_years[kind]
        whole = sum((1.0 + prices.rate) ** -j for j in range(1, life + 1))
        for year in steps.index:
            paid = sum((1.0 + prices.rate) ** -j for j in range(1, min(life, end - year) + 1))
            kept[year] += float(steps.at[year, kind]) * (1.0 - paid / whole)
    said = pd.DataFrame(case.plan["investments"], columns=["year", "cny", "budget_cny", "salvage_cny"])
    for field, values in (("cny", steps.sum(axis=1)), ("salvage_cny", kept)):
        want = pd.DataFrame({"year": list(case.years), "value": values.to_numpy(float)})
        have = said[["year"]].assign(value=said[field].astype(float))
        yield equal(f"investment_{field}", beside(want, have, keys=["year"]), keys=["year"], unit="CNY")


def check_decide_now(case: Case) -> Iterator[Outcome]:
    """What must be decided now is what is added in a year whose lead time begins before the next review."""
    phasing, base = case.scenario.phasing, case.region.base_year
    grown = total(case.blocks, ["site", "year"], "mw")
    every = case.sites[["site"]].merge(pd.DataFrame({"year": list(case.years)}), how="cross")
    every = every.merge(grown, on=["site", "year"], how="left").fillna({"value": 0.0}).sort_values(["site", "year"])
    every["value"] = every["value"] - every.groupby("site")["value"].shift(fill_value=0.0)
    lead = every["site"].map(lambda s: phasing.lead_years.get(s, phasing.lead_years.get("default", 0)))
    is_due = (every["year"] - lead <= base + phasing.review_years) & (every["value"] > 1e-6) & bool(phasing.lead_years)
    keys = ["site", "year"]
    said = case.listed("decide_now", [*keys, "it_mw"], it_mw="value")
    yield equal("decide_now", beside(every[is_due], said, keys=keys), keys=keys, unit="MW")
