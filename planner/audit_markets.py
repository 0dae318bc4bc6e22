"""Audit by electricity market: energy, what is bought, prices, required shares, channels and mean PUE, without the model.

Energy of a market is that of its sites' loads and blocks; contracts and certificates count in the market that the plan
names. Prices and factors come from the region's table of markets and the scenario again; a region without markets has one,
with the prices of its table of prices and the factors of the scenario.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.audit_case import ALL, Case
from planner.audit_compare import Limit, Outcome, beside, equal, known, outcome, total
from planner.units import HOURS_PER_YEAR, KG_PER_T, KWH_PER_MWH, MONTHS_PER_YEAR

KEY = ["market", "year"]
SHOWN = 1e-9  # of a ratio: what two numbers of it may differ by, relative


def prices(case: Case) -> pd.DataFrame:
    """Return market, year, price [CNY/MWh], charge [CNY/kW/year], factor [t/MWh], share (required; not a number: none)."""
    if case.has_markets:
        names = {"energy_cny_per_mwh": "price", "demand_charge_cny_per_kw_year": "charge",
                 "carbon_t_per_mwh": "factor", "green_share": "share"}  # fmt: skip
        table = case.tables["markets"].rename(columns=names)[[*KEY, *names.values()]]
        return table[table["year"].isin(list(case.years))].sort_values(KEY).reset_index(drop=True)
    economics, share = case.data.economics, case.tables["years_table"].set_index("year")["green_share"]
    rows = [
        (ALL, y, economics.energy_cny_per_mwh, economics.demand_charge_cny_per_kw_year,
         case.scenario.carbon.grid_t_per_mwh[y], share.get(y, np.nan))
        for y in case.years
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*KEY, "price", "charge", "factor", "share"]).astype({"year": "int64"})


def of_first_market(case: Case, column: str) -> pd.Series[float]:
    """Return a number of the first market by year: existing centres name no market."""
    table = prices(case)
    first = table[table["market"] == (case.tables["markets"]["market"].iloc[0] if case.has_markets else ALL)]
    return first.set_index("year")[column].reindex(list(case.years)).astype(float)


def market_of(case: Case, frame: pd.DataFrame) -> pd.Series[str]:
    """Return the market of each row by its climate."""
    return frame["climate"].map(case.place_of["market"])


def use(case: Case) -> pd.DataFrame:
    """Return market, year, mwh, it_mwh, green_power, certificate, both and the prices of every market and year."""
    loads, blocks = case.loads, case.blocks
    hours = loads["workload"].map({k: HOURS_PER_YEAR * w.load_factor for k, w in case.scenario.workloads.items()})
    drawn = loads.assign(market=market_of(case, loads), it_mwh=loads["it_mw"] * hours.astype(float))
    fixed = blocks.assign(market=market_of(case, blocks))
    mwh = total(pd.concat([drawn[[*KEY, "mwh"]], fixed[[*KEY, "mwh"]]], ignore_index=True), KEY, "mwh")
    table = prices(case)
    bought = case.green.assign(is_paper=case.green["kind"] == "certificate")
    parts = {
        "mwh": mwh,
        "it_mwh": total(drawn, KEY, "it_mwh"),
        "green_power": total(bought[~bought["is_paper"]], KEY, "mwh"),
        "certificate": total(bought[bought["is_paper"]], KEY, "mwh"),
    }
    for name, part in parts.items():
        table = table.merge(part.rename(columns={"value": name}), on=KEY, how="left").fillna({name: 0.0})
    return table.assign(both=table["green_power"] + table["certificate"])


def emissions_t(case: Case, table: pd.DataFrame) -> pd.Series[float]:
    """Return the emissions of each row of `use`: what is not covered, at the market's factor [t]."""
    counted = table["both"] if case.scenario.carbon.certificates_count else table["green_power"]
    return table["factor"] * (table["mwh"] - counted)


def check_places(case: Case) -> Iterator[Outcome]:
    """Purchases name a market that may use them; a site says the market and hub of its place in the region."""
    bought, table = case.green, prices(case)
    yield known("known_market", bought, table["market"], keys=["market"])
    open_to = bought["open_to"].fillna("")
    fits = ((open_to == "") | (open_to == bought["market"])).to_numpy(bool)
    yield outcome("green_market", bought, fits, keys=["resource", *KEY], expected=open_to, found=bought["market"])
    if not case.has_markets:
        return
    region = case.region["sites"].set_index("site")
    for field in ("market", "hub"):
        said = [(site["id"], site.get(field)) for site in case.plan["sites"]]
        rows = pd.DataFrame(said, columns=["site", "found"])
        rows = rows.assign(expected=rows["site"].map(region[field]))
        ok = (rows["expected"] == rows["found"]).to_numpy(bool)
        yield outcome(f"site_{field}", rows, ok, keys=["site"], expected=rows["expected"], found=rows["found"])
        held = rows.assign(found=case.sites.set_index("site")["climate"].map(case.place_of[field]).to_numpy())
        ok = (held["expected"] == held["found"]).to_numpy(bool)
        yield outcome(f"site_{field}", held, ok, keys=["site"], expected=held["expected"], found=held["found"])


def check_prices(case: Case) -> Iterator[Outcome]:
    """Energy price, demand charge and grid factor of a market are those of the region's table, as the scenario goes on."""
    if not case.has_markets:
        return
    rules, region, table = case.scenario.markets, case.region["markets"].set_index("market"), prices(case)
    fallback = case.scenario.economy.prices.get("demand_charge_cny_per_kw_month", _price(case))
    for field, column, unit, factor, spare in (
        ("price", "energy_cny_per_kwh", KWH_PER_MWH, rules.price_factor, np.nan),
        ("charge", "demand_charge_cny_per_kw_month", MONTHS_PER_YEAR, {}, fallback),
        ("factor", "grid_kgco2_per_kwh", KWH_PER_MWH / KG_PER_T, rules.carbon_factor, np.nan),
    ):
        given = {m: _given(case, m, column, region[column].get(m), spare) for m in table["market"].unique()}
        expected = table["market"].map(given).astype(float) * unit
        expected = expected * table["year"].map({y: factor.get(y, 1.0) for y in case.years})
        rows = table[KEY].assign(expected=expected, found=table[field])
        yield equal(f"market_{field}", rows.dropna(subset=["expected"]), keys=KEY, unit="-")


def _given(case: Case, market: str, column: str, value: float | None, spare: float) -> float:
    """Return the scenario's assumption, else the region's value, else the spare one (not a number: not known)."""
    assumed = case.scenario.markets.assumed.get(market)
    own = None if assumed is None else getattr(assumed, column)
    return next((float(v) for v in (own, value) if v is not None and not pd.isna(v)), spare)


def _price(case: Case) -> float:
    table = case.region["prices"].set_index("item")[case.scenario.economy.price_case]
    return float(table.get("demand_charge_cny_per_kw_month", np.nan))


def check_markets(case: Case) -> Iterator[Outcome]:
    """The plan's rows of markets say what was computed, every market and year once."""
    said = pd.DataFrame(case.plan["markets"])
    if not case.has_markets:
        yield outcome("markets", said, np.zeros(len(said), bool), keys=KEY, expected="none", found="a market")
        return
    table = use(case)
    computed = {
        "energy_mwh": (table["mwh"], "MWh/year"),
        "it_mwh": (table["it_mwh"], "MWh/year"),
        "green_mwh": (table["green_power"], "MWh/year"),
        "certificate_mwh": (table["certificate"], "MWh/year"),
        "emissions_t": (emissions_t(case, table), "t"),
    }
    for field, (values, unit) in computed.items():
        want = table[KEY].assign(value=values.to_numpy(float))
        rows = beside(want, said[KEY].assign(value=said[field].astype(float)), keys=KEY)
        yield equal(f"market_{field}", rows, keys=KEY, unit=unit)
    yield known("market_listed", table, set(said[KEY].itertuples(index=False, name=None)), keys=KEY)
    energy = table["mwh"]
    ratios = {
        "ref": np.minimum(table["both"], energy) / energy,
        "cue_kg_per_kwh": emissions_t(case, table) / table["it_mwh"],
        "pue": energy / table["it_mwh"],
        "required_share": table["share"],
        "energy_cny_per_mwh": table["price"],
    }
    both = table[KEY].merge(said, on=KEY, how="left")
    for field, values in ratios.items():
        yield same_ratio(f"market_{field}", both, values.to_numpy(float), both[field], keys=KEY)


def same_ratio(
    check: str, rows: pd.DataFrame, expected: np.ndarray[tuple[int], np.dtype[np.float64]], found: pd.Series[float],
    *, keys: list[str],
) -> Outcome:  # fmt: skip
    """Return whether ratios agree; one that cannot be told (not a number) must not be told in the plan."""
    have = found.astype(float).to_numpy()
    near = np.abs(expected - have) <= 1e-5 * np.maximum(np.abs(expected), SHOWN)
    ok = np.where(np.isfinite(expected), near, np.isnan(have))
    return outcome(check, rows, ok.astype(bool), keys=keys, expected=expected, found=have)


def limits(case: Case) -> Iterator[Limit]:
    """Return required shares, use, channels and largest shares by market, and mean PUE caps."""
    table, is_on = use(case), case.is_on("green")
    key = KEY if case.has_markets else ["year"]
    need = table[key].assign(used=table["share"].fillna(0.0) * table["mwh"], limit=table["both"])
    yield Limit("green_share", "MWh/year", need, is_enforced=is_on)
    within = table[key].assign(used=table["both"], limit=table["mwh"])
    yield Limit("green_within_use", "MWh/year", within, is_enforced=is_on)
    by = ["resource", "year"]
    offers = case.tables["green"]
    sold = offers.dropna(subset=["available_mwh"]).merge(total(case.green, by, "mwh"), on=by, how="left")
    rows = sold[by].assign(used=sold["value"].fillna(0.0), limit=sold["available_mwh"])
    yield Limit("green_channel", "MWh/year", rows)
    capped = offers.dropna(subset=["max_share"]).merge(table[[*KEY, "mwh"]], on="year", suffixes=("_of", ""))
    capped = capped[(capped["market_of"] == "") | (capped["market_of"] == capped["market"])]
    own = total(case.green, ["resource", *KEY], "mwh")
    capped = capped.merge(own, on=["resource", *KEY], how="left").fillna({"value": 0.0})
    rows = capped[["resource", *key]].assign(used=capped["value"], limit=capped["max_share"] * capped["mwh"])
    yield Limit("resource_share", "MWh/year", rows, is_enforced=is_on)
    caps = case.tables["mean_pue_caps"].merge(table, on=KEY)
    if len(caps):
        rows = caps[KEY].assign(used=caps["mwh"], limit=caps["cap"] * caps["it_mwh"])
        yield Limit("mean_pue", "MWh/year", rows)
