"""Audit of money: every term of the ledger recomputed from the plan, its sum, the objective and epsilon limits."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from models.siting.objective import UNITS, UNSERVED
from planner import audit_heat
from planner.assemble_costs import year_weights, years_represented
from planner.audit_case import Case
from planner.audit_compare import RELATIVE, Limit, Outcome, beside, equal, holds, number, outcome
from planner.audit_energy import emissions_t
from planner.audit_grid import bought, reached
from planner.audit_markets import market_of, of_first_market, use
from planner.audit_service import network_costs
from planner.audit_water import city_use

TERMS = (
    "building", "cooling_plant", "land", "connection", "pipes", "energy", "demand_charge", "water", "green_power",
    "certificates", "carbon", "network", "outside", "unserved", "stock", "reinforcement", "flexibility",
    "heat_links", "heat_revenue",
)  # fmt: skip
TERM_YEAR = ["term", "year"]
SMALL = 1e-7  # of the year's cost: what values left out of a plan (below 1e-6) may add up to


def weights(case: Case) -> dict[int, float]:
    """Return the discounted number of years that each planning year stands for."""
    s = case.scenario
    return year_weights(s.years, s.last_period_years, rate=s.economy.rate, base_year=case.region.base_year)


def _sum(frame: pd.DataFrame, cny: pd.Series[float], case: Case) -> pd.Series[float]:
    return cny.groupby(frame["year"]).sum().reindex(list(case.years), fill_value=0.0)


def _standing(case: Case, frame: pd.DataFrame, *, costs: pd.DataFrame, keys: list[str]) -> pd.Series[float]:
    """Return the yearly cost of feeds or pipes in the years they stand [CNY/year]."""
    rows = frame[[*keys, "year"]].merge(costs[[*keys, "cny_per_year"]], on=keys)
    return _sum(rows, rows["cny_per_year"], case)


def _reinforcement(case: Case) -> pd.Series[float]:
    """Return the yearly cost of the states that nodes have reached [CNY/year]."""
    rows = reached(case).merge(case.tables["reinforcement_states"], on=["node", "state"])
    return _sum(rows, rows["cny_per_year"], case)


def annual_costs(case: Case) -> pd.DataFrame:
    """Return every term by planning year [CNY/year, undiscounted]: index year, one column per term."""
    e, blocks, loads, tables = case.data.economics, case.blocks, case.loads, case.tables
    green, halls = case.green, case.hall_changes
    is_paper = green["kind"] == "certificate"
    premium = green["mwh"] * green["premium_cny_per_mwh"]
    away = case.outside.merge(tables["outside"], on=["outside", "workload"])
    water = case.water_loads
    markets = use(case)
    price_then = halls["year"].map(of_first_market(case, "price")).astype(float)
    per_hall = halls["cny_per_year"] + halls["mwh_change_per_year"] * price_then
    feeds = case.feed_years[case.feed_years["is_built"]]
    flexible = bought(case).merge(tables["flexible"].drop(columns=["mva"]), on=["substation", "year", "step"])
    kw = pd.concat([loads[["climate", "year", "kw"]], blocks[["climate", "year", "kw"]]], ignore_index=True)
    kw = kw.assign(market=market_of(case, kw)).merge(markets[["market", "year", "charge"]], on=["market", "year"])
    terms = {
        "building": _sum(blocks, blocks["mw"] * e.building_cny_per_mw_year, case),
        "cooling_plant": _sum(blocks, blocks["mw"] * blocks["cooling_cny_per_mw_year"], case),
        "land": _sum(blocks, blocks["ha"] * blocks["land_cny_per_ha_year"], case),
        "connection": _standing(case, feeds, costs=tables["feeds"], keys=["site", "substation"]),
        "pipes": _standing(case, case.pipe_years, costs=tables["pipes"], keys=["site", "plant"]),
        "energy": _sum(markets, markets["mwh"] * markets["price"], case),
        "demand_charge": _sum(kw, kw["kw"] * kw["charge"], case),
        "water": _sum(water, water["m3"] * water["cny_per_m3"], case),
        "green_power": _sum(green[~is_paper], premium[~is_paper], case),
        "certificates": _sum(green[is_paper], premium[is_paper], case),
        "carbon": emissions_t(case) * e.carbon_cny_per_t,
        "network": _sum(served := network_costs(case), served["it_mw"] * served["cny_per_mw_year"], case),
        "outside": _sum(away, away["it_mw"] * away["cny_per_mw_year"], case),
        "unserved": _sum(case.unserved, case.unserved["it_mw"] * e.unserved_cny_per_mw_year, case),
        "stock": _sum(halls, halls["n"] * per_hall, case),
        "reinforcement": _reinforcement(case),
        "flexibility": _sum(flexible, flexible["mva"] * flexible["cny_per_mva_year"], case),
        **audit_heat.costs(case),
    }
    return pd.DataFrame(terms)[list(TERMS)]


def check_ledger(case: Case) -> Iterator[Outcome]:
    """Every term of every year is what the plan's amounts cost, weighted with the years it stands for."""
    weight, said = weights(case), case.plan["year_weights"]
    for year, value in weight.items():
        yield number("year_weights", value, said.get(str(year)), unit="-", index=[year])
    yield holds("year_weights", len(said) == len(weight), expected=len(weight), found=len(said))
    annual = annual_costs(case)
    long = annual.rename_axis("year").reset_index().melt("year", var_name="term", value_name="value")
    ledger = case.listed("ledger", ["term", "year", "cny", "cny_per_year"])
    small = SMALL * annual.abs().sum(axis=1)
    for field, factor in (("cny_per_year", dict.fromkeys(weight, 1.0)), ("cny", weight)):
        want = long.assign(value=long["value"] * long["year"].map(factor))
        rows = beside(want, ledger.rename(columns={field: "value"})[[*TERM_YEAR, "value"]], keys=TERM_YEAR)
        size = rows[["expected", "found"]].abs().max(axis=1)
        allowed = RELATIVE * size + (rows["year"].map(small) * rows["year"].map(factor)).fillna(0.0) + 1.0
        ok = ((rows["expected"] - rows["found"]).abs() <= allowed).to_numpy()
        yield outcome(f"ledger_{field}", rows, ok, keys=TERM_YEAR, expected=rows["expected"], found=rows["found"])
    odd = ledger[~ledger["term"].isin(TERMS)]
    yield outcome(
        "ledger_term", odd, odd["term"].isna().to_numpy(), keys=["term"], expected="a known term", found=odd["term"]
    )


def quantities(case: Case) -> dict[str, float]:
    """Return cost [CNY], carbon [t] and water [m3] over all years represented, and IT MW summed over planning years."""
    years = list(case.years)
    stands = years_represented(case.scenario.years, case.scenario.last_period_years)
    represented, weight = pd.Series(stands).reindex(years), pd.Series(weights(case)).reindex(years)
    city = case_water(case)
    return {
        "cost": float((annual_costs(case).sum(axis=1) * weight).sum()),
        "carbon": float((emissions_t(case) * represented).sum()),
        "water": float((city * represented).sum()),
        "it_mw": float(case.loads["it_mw"].sum() + case.served["it_mw"].sum()),
    }


def case_water(case: Case) -> pd.Series[float]:
    """Return water of new sites and the change of existing centres by planning year [m3/year]."""
    city = city_use(case).set_index("year")
    return city["new_m3"] + city["change_m3"]


def check_objective(case: Case) -> Iterator[Outcome]:
    """The objective is the quantity it names; for least carbon and water unserved demand counts as declared."""
    name, objective = case.scenario.objective.name, case.plan["objective"]
    value = quantities(case)[name]
    if name in UNSERVED:
        stands = years_represented(case.scenario.years, case.scenario.last_period_years)
        left = case.unserved.groupby("year")["it_mw"].sum()
        value += UNSERVED[name] * sum(stands[y] * float(left.get(y, 0.0)) for y in case.years)
    yield _near("objective", value, objective["value"])
    yield holds("objective_unit", objective["unit"] == UNITS[name], expected=UNITS[name], found=objective["unit"])
    if name == "cost":
        said = sum(float(row["cny"]) for row in case.plan["ledger"])
        yield _near("ledger_sum", said, objective["value"])


def _near(check: str, expected: float, found: float) -> Outcome:
    """Compare to 1e-6 of the larger number."""
    ok = abs(expected - found) <= 1e-6 * max(abs(expected), abs(found), 1.0)
    return holds(check, ok, expected=expected, found=found)


def check_ledger_weights(case: Case) -> Iterator[Outcome]:
    """Term by year, the weighted cost is the annual cost times the year's weight."""
    weight = weights(case)
    ledger = case.listed("ledger", ["term", "year", "cny", "cny_per_year"])
    rows = ledger.assign(expected=ledger["cny_per_year"] * ledger["year"].map(weight), found=ledger["cny"])
    yield equal("ledger_weight", rows, keys=TERM_YEAR, unit="CNY")


def limits(case: Case) -> Iterator[Limit]:
    """Return the epsilon limits; a least amount of IT MW is shown with its sign turned."""
    asked = case.scenario.objective.limits
    if not asked:
        return
    values = quantities(case)
    rows = [(n, *((-values[n], -v) if n == "it_mw" else (values[n], v))) for n, v in asked.items()]
    yield Limit("epsilon", "-", pd.DataFrame(rows, columns=["quantity", "used", "limit"]))
