"""The objective is a ledger: named cost terms of each planning year, whose weighted sum is what is minimised.

    cost = sum over terms and years of year_weight * CNY per year
        building, cooling_plant, land     annuities per MW IT installed
        connection, pipes                 annuities per feed and pipe built
        energy, demand_charge, water      of the load drawn, at the prices of its market
        network                           of the load served over a distance
        green_power, certificates         premiums
        carbon                            price x emissions
        outside, unserved                 load sent outside, demand not served (a named price, never silent)
        stock                             annuity of switched halls and their change of energy
        reinforcement, flexibility        annuity of the state of each node, price of interruptible load
        heat_links, heat_revenue          annuities of heat mains; what users pay for heat, with a minus
    epsilon[quantity]:  cost, carbon or water <= limit;  it_mw >= limit

Symbols
    year_weight   discounted number of years that a planning year stands for              [years]
    quantities    cost [CNY], carbon [t], water [m3] over all years represented; it_mw [MW IT] summed over planning years
    Other objectives: most it_mw, least carbon, least water; demand left unserved then counts as more than it could save.

Worth of one more unit
    Of an epsilon limit: units of the objective per unit of the limited quantity.

Source
    Prices: table prices of the region (assumed or sourced), annuities by `planner.assemble`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models.siting.blocks import RowBlock, Term, block
from models.siting.carbon import emissions, stock_energy
from models.siting.data import DRY, SitingData
from models.siting.decisions import Decisions, pooled
from models.siting.feeding import block_coefficients
from models.siting.frames import frame_of, join, looked_up, stacked, with_columns
from models.siting.grid_terms import states
from models.siting.markets import MARKET_YEAR, by_climate, market_years, of_year

UNSERVED = {"carbon": 20_000.0, "water": 100_000.0}  # t and m3 per MW IT and year: above any technology's own use
PART = ["term", "col", "at", "coef"]
UNITS = {"cost": "CNY", "it_mw": "MW IT", "carbon": "t", "water": "m3"}


def _part(frame: pd.DataFrame, term: str, coef: pd.Series | float) -> pd.DataFrame:
    at = frame["at"] if "at" in frame else frame["year"]
    n = len(frame)
    values = np.broadcast_to(np.asarray(coef, float), (n,))
    return frame_of({"term": np.full(n, term, object), "col": frame["col"].array, "at": at.array, "coef": values})


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return stacked([p for p in parts if len(p)] or parts[:1], PART)


def yearly_water(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return wet total_load_mw with `m3_per_year` of make-up per MW drawn."""
    use = join(data["water_use"], data["months"], "month")
    use = with_columns(use, m3=use["m3_per_day_per_mw"].astype(float) * use["days"].astype(float))
    use = use.groupby(["climate", "technology", "workload"], as_index=False)["m3"].sum()
    wet = d["total_load_mw"].loc[lambda f: f["plant"] != DRY]
    wet = join(join(wet, use, ["climate", "technology", "workload"]), data["plants"], "plant")
    return with_columns(wet, m3_per_year=wet["m3"] * wet["makeup_factor"].astype(float))


def served_over(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return serve_mw with `cny_per_mw_year` of its way through the network (alike within a pool)."""
    reach_pool, district_pool = d.pools
    pairs = pooled(pooled(data["serves"], reach_pool, "reach"), district_pool, "district")
    key = ["reach", "district", "workload"]
    least = pairs.groupby(key, as_index=False)["cny_per_mw_year"].min()
    return join(d["serve_mw"], least, key)


def ledger(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return every cost coefficient: term, col, at (year), coef [CNY per year and unit of the variable]."""
    e = data.economics
    blocks = block_coefficients(data, d)
    blocks = join(blocks, data["technologies"], "technology", take=["area_ha_per_mw", "cooling_cny_per_mw_year"])
    blocks = join(blocks, data["sites"], "site", take=["land_cny_per_ha_year"])
    mw = blocks["block_mw"].astype(float)
    fed = join(d["is_fed"], data["feeds"], ["site", "substation"], take=["cny_per_year"])
    piped = join(d["is_piped"], data["pipes"], ["site", "plant"], take=["cny_per_year"])
    loads = join(d["total_load_mw"], data["performance"], ["climate", "technology", "workload"])
    fixed = join(d["total_installed_mw"], data["overheads"], ["climate", "technology"])
    wet = yearly_water(data, d)
    markets = market_years(data)
    price = looked_up(d["energy_mwh"], markets, MARKET_YEAR, "energy_cny_per_mwh")
    charge = "demand_charge_cny_per_kw_year"
    green = join(d["green_mwh"], data["green"], ["resource", "year"], take=["kind", "premium_cny_per_mwh"])
    is_certificate = (green["kind"] == "certificate").to_numpy(bool)
    certificates, green = green[is_certificate], green[~is_certificate]
    outside = join(d["outside_mw"], data["outside"], ["outside", "workload"])
    carbon = emissions(data, d)
    halls = stock_energy(data, d)
    of_stock = halls["at"].map(of_year(markets, "energy_cny_per_mwh")).astype(float)
    hall_cost = halls["cny_per_year"].astype(float) + halls["mwh_change_per_year"].astype(float) * of_stock
    serve = served_over(data, d)
    stands = join(d["in_state"], states(data), ["node", "state"], take=["cny_per_year"])
    bought = join(d["flexible_mva"], data["flexible"], ["substation", "step", "year"])
    mains = join(d["is_linked"], data["heat_links"], ["site", "sink"], take=["cny_per_year"])
    heat = join(d["heat_mwh"], data["heat_sinks"], ["sink", "year"], take=["cny_per_mwh"])
    parts = [
        _part(blocks, "building", mw * e.building_cny_per_mw_year),
        _part(blocks, "cooling_plant", mw * blocks["cooling_cny_per_mw_year"].astype(float)),
        _part(
            blocks, "land", mw * blocks["area_ha_per_mw"].astype(float) * blocks["land_cny_per_ha_year"].astype(float)
        ),
        _part(fed, "connection", fed["cny_per_year"].astype(float)),
        _part(piped, "pipes", piped["cny_per_year"].astype(float)),
        _part(d["energy_mwh"], "energy", price),
        _part(loads, "demand_charge", loads["peak_kw_per_mw"].astype(float) * by_climate(data, loads, charge)),
        _part(fixed, "demand_charge", fixed["peak_kw_per_mw"].astype(float) * by_climate(data, fixed, charge)),
        _part(wet, "water", wet["m3_per_year"] * wet["cny_per_m3"].astype(float)),
        _part(green, "green_power", green["premium_cny_per_mwh"].astype(float)),
        _part(certificates, "certificates", certificates["premium_cny_per_mwh"].astype(float)),
        _part(carbon, "carbon", carbon["coef"] * e.carbon_cny_per_t),
        _part(serve, "network", serve["cny_per_mw_year"].astype(float)),
        _part(outside, "outside", outside["cny_per_mw_year"].astype(float)),
        _part(d["unserved_mw"], "unserved", e.unserved_cny_per_mw_year),
        _part(halls, "stock", hall_cost),
        _part(stands, "reinforcement", stands["cny_per_year"].astype(float)),
        _part(bought, "flexibility", bought["cny_per_mva_year"].astype(float)),
        _part(mains, "heat_links", mains["cny_per_year"].astype(float)),
        _part(heat, "heat_revenue", -heat["cny_per_mwh"].astype(float)),
    ]
    full = _joined(parts)
    return full[full["coef"] != 0.0].reset_index(drop=True)


def water_quantity(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return coefficients of water used: term, col, at, coef [m3 per year and unit of the variable]."""
    wet = yearly_water(data, d)
    options = data["stock_options"][["stock", "option", "water_change_m3_per_year"]].drop_duplicates()
    halls = stock_energy(data, d).drop(columns=["water_change_m3_per_year"]).merge(options, on=["stock", "option"])
    parts = [
        _part(wet, "new", wet["m3_per_year"]),
        _part(halls, "stock", halls["water_change_m3_per_year"].astype(float)),
    ]
    return _joined(parts)


def quantity(name: str, data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return cost, carbon, water or it_mw as coefficients with `weight` per year (term, col, at, coef, weight)."""
    weights = data.year_weights if name == "cost" else data.years_represented
    if name == "cost":
        table = ledger(data, d)
    elif name == "carbon":
        table = emissions(data, d).assign(term="carbon")[["term", "col", "at", "coef"]]
    elif name == "water":
        table = water_quantity(data, d)
    elif name == "it_mw":
        parts = [_part(d[v], "it_mw", 1.0) for v in ("total_load_mw", "stock_mw")]
        table = _joined(parts)
        weights = dict.fromkeys(data.years, 1.0)
    else:
        raise KeyError(name)
    return table.assign(weight=table["at"].map(dict(weights)).astype(float))


def vector(table: pd.DataFrame, n_cols: int) -> np.ndarray:
    """Return the weighted coefficients as one number per column."""
    product = (table["coef"].astype(float) * table["weight"]).to_numpy()
    return np.bincount(table["col"].to_numpy(np.int64), weights=product, minlength=n_cols)


def cost_vector(data: SitingData, d: Decisions) -> np.ndarray:
    """Return what is minimised, one number per column (minus IT MW for the objective it_mw)."""
    name = data.rules.objective
    values = vector(quantity(name, data, d), d.n_cols)
    if name == "it_mw":
        return -values
    if name in UNSERVED:
        unserved = d["unserved_mw"].assign(term="unserved", coef=UNSERVED[name], at=d["unserved_mw"]["year"])
        weights = unserved["at"].map(dict(data.years_represented)).astype(float)
        values = values + vector(unserved.assign(weight=weights), d.n_cols)
    return values


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the epsilon limits as arrays (compared with `add` by a test)."""
    out = []
    for name, limit in data["epsilon"].itertuples(index=False, name=None):
        table = quantity(name, data, decisions)
        table = table.assign(quantity=name, c=table["coef"] * table["weight"])
        bound = {"lower": float(limit)} if name == "it_mw" else {"upper": float(limit)}
        index = pd.DataFrame({"quantity": [name]})
        out.append(block("epsilon", index, [Term(table, "c")], doc=f"Limit on {name} [{UNITS[name]}]", **bound))
    return out


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the objective and the epsilon limits in Pyomo."""
    d: Decisions = m.siting_decisions
    limits = dict(data["epsilon"].itertuples(index=False, name=None))
    key_of = [(getattr(m, name), k) for name in d.frames for k in _keys(d, name)]

    def expression(values: np.ndarray) -> object:
        return sum(float(values[c]) * key_of[c][0][key_of[c][1]] for c in np.flatnonzero(values))

    m.cost = pyo.Objective(expr=expression(cost_vector(data, d)), doc="Objective")

    @m.Constraint(list(limits), doc="Limit on a quantity")
    def epsilon(m, name):
        total = expression(vector(quantity(name, data, d), d.n_cols))
        return total >= limits[name] if name == "it_mw" else total <= limits[name]


def _keys(d: Decisions, name: str) -> list[object]:
    keys = d.keys(name)
    frame = d[name]
    return frame[keys[0]].tolist() if len(keys) == 1 else list(frame[keys].itertuples(index=False, name=None))


__all__ = ["add", "cost_vector", "ledger", "quantity", "rows", "vector", "yearly_water"]
