"""Hubs and markets have limits of their own: energy, load, water and occupancy of a hub, technologies that end, a mean PUE.

    hub_cap[hub, quantity, year]:             energy, IT load drawn or water of the hub's sites <= limit
    no_new_blocks[site, technology, year]:    n_blocks <= n_blocks of the year before
    mean_pue[market, year]:                   energy_mwh <= cap * sum of it_mwh_per_mw_year * total_load_mw
    hub_occupancy[hub, year]:                 share * sum of total_installed_mw <= sum of total_load_mw

Symbols
    quantity      energy_mwh [MWh/year] with the fixed part of installed blocks; it_mw [MW IT] drawn;
                  water_m3 [m3/year] of make-up water, whatever the source                    hub_caps
    limit         of the hub in that year: years without a row have none                      hub_caps
    no new block  of a technology banned for the site's climate in that year: what stands stays, in the first
                  planning year none may be built                                             banned_blocks
    cap           mean annual PUE of all new sites of the market in that year     [-]         mean_pue_caps
    share         IT load drawn over installed, all new sites of the hub; years without a row have none [-] hub_occupancy
    it_mwh_per_mw_year   yearly energy of the IT itself per MW drawn (8760 x load factor)   [MWh/MW/year]   performance

Worth of one more unit
    Yearly cost saved by one more MWh, MW or m3 allowed to the hub, by one more block of a technology that ends, by one
    more MWh above the mean PUE, or by one MW less of load that must be drawn, chosen sites held.

Source
    Energy and water given to a hub: scenario; bans, mean PUE caps and occupancy by year: policy pack of the region.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import grouped, rows_of, total, weighted
from models.siting.blocks import RowBlock, Term, block
from models.siting.cooling import STY, TOTAL, energy_terms
from models.siting.data import SitingData
from models.siting.decisions import Decisions, once
from models.siting.frames import distinct, join, stacked, with_columns
from models.siting.markets import MARKET_YEAR, market_of
from models.siting.objective import yearly_water

HUB_YEAR = ["hub", "year"]
CAPS = {
    "energy_mwh": "Energy of a hub [MWh/year]",
    "it_mw": "IT load of a hub [MW IT]",
    "water_m3": "Cooling water of a hub [m3/year]",
}


@once
def hub_terms(data: SitingData, decisions: Decisions) -> dict[str, tuple[tuple[str, pd.DataFrame], ...]]:
    """Return by quantity the decisions that use it: (name, its frame with hub and `coef` per unit of the decision)."""
    loads, fixed = energy_terms(data, decisions)
    wet = join(yearly_water(data, decisions), market_of(data), "climate", take=["hub"])
    mwh = [with_columns(f, coef=f["mwh_per_mw_year"].to_numpy(float)) for f in (loads, fixed)]
    return {
        "energy_mwh": (("total_load_mw", mwh[0]), ("total_installed_mw", mwh[1])),
        "it_mw": (("total_load_mw", with_columns(loads, coef=1.0)),),
        "water_m3": (("total_load_mw", with_columns(wet, coef=wet["m3_per_year"].to_numpy(float))),),
    }


def _caps(data: SitingData, decisions: Decisions, quantity: str) -> pd.DataFrame:
    """Return hub, quantity, year, limit of hubs with anything to limit; ValueError for another quantity or a twin."""
    caps = data["hub_caps"]
    unknown = set(caps["quantity"]) - set(CAPS)
    if unknown or caps.duplicated(["hub", "year", "quantity"]).any():
        raise ValueError(f"hub caps: one row per hub, year and quantity of {list(CAPS)}; found {sorted(unknown)}")
    own = caps.loc[caps["quantity"] == quantity, ["hub", "quantity", "year", "limit"]]
    used = distinct(stacked([f for _, f in hub_terms(data, decisions)[quantity]], HUB_YEAR), HUB_YEAR)
    return join(own, used, HUB_YEAR, take=[])


@once
def _ended(data: SitingData, decisions: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return n_blocks of a technology banned in that year, and n_blocks of the year before with the row's year."""
    d, years = decisions, data.years
    blocks = join(d["n_blocks"], data["sites"], "site", take=["climate"])
    now = join(
        blocks, distinct(data["banned_blocks"], ["climate", "technology", "year"]), ["climate", "technology", "year"]
    )
    following = dict(zip(years[:-1], years[1:], strict=True))
    before = d["n_blocks"].loc[lambda f: f["year"] != years[-1], [*STY, "col"]]
    return now, with_columns(before, since=before["year"], year=before["year"].map(following).to_numpy(np.int64))


@once
def _it_energy(data: SitingData, decisions: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return energy_mwh of capped markets with `cap`, and total_load_mw there with `neg_it` (minus cap x IT energy)."""
    capped = join(decisions["energy_mwh"], data["mean_pue_caps"], MARKET_YEAR)
    if capped.duplicated(MARKET_YEAR).any():
        raise ValueError("one mean PUE cap per market and year")
    loads = join(energy_terms(data, decisions)[0], capped, MARKET_YEAR, take=["cap"])
    neg_it = -loads["cap"].to_numpy(float) * loads["it_mwh_per_mw_year"].to_numpy(float)
    if np.isnan(neg_it).any():
        raise ValueError("a cap of the mean PUE needs it_mwh_per_mw_year of every class")
    return capped, with_columns(loads, neg_it=neg_it)


@once
def _occupied(data: SitingData, decisions: Decisions) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return total_installed_mw of hubs that must be occupied with `share`, and total_load_mw there."""
    shares = data["hub_occupancy"].loc[lambda f: f["share"].astype(float) > 0.0]
    if shares.duplicated(HUB_YEAR).any():
        raise ValueError("one least occupancy per hub and year")
    loads, installed = energy_terms(data, decisions)
    held = join(installed, shares, HUB_YEAR, take=["share"])
    return held, join(loads, distinct(held, HUB_YEAR), HUB_YEAR, take=[])


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    d, out = decisions, []
    if len(data["hub_caps"]):
        for quantity, doc in CAPS.items():
            caps, terms = _caps(data, d, quantity), hub_terms(data, d)[quantity]
            index = caps[["hub", "quantity", "year"]]
            out.append(block("hub_cap", index, [Term(f, "coef") for _, f in terms], doc=doc, upper=caps["limit"]))
    if len(data["banned_blocks"]):
        now, before = _ended(data, d)
        out.append(
            block("no_new_blocks", now[STY], [Term(d["n_blocks"]), Term(before, -1.0)],
                  doc="New blocks of a technology that has ended [blocks]", upper=0.0)
        )  # fmt: skip
    if len(data["mean_pue_caps"]):
        capped, loads = _it_energy(data, d)
        out.append(
            block("mean_pue", capped[MARKET_YEAR], [Term(d["energy_mwh"]), Term(loads, "neg_it")],
                  doc="Energy of a market above its mean PUE [MWh/year]", upper=0.0)
        )  # fmt: skip
    if len(data["hub_occupancy"]):
        held, loads = _occupied(data, d)
        out.append(
            block("hub_occupancy", distinct(held, HUB_YEAR), [Term(held, "share"), Term(loads, -1.0)],
                  doc="Occupancy of a hub [MW IT]", upper=0.0)
        )  # fmt: skip
    return out


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    if len(data["hub_caps"]):
        _add_caps(m, data)
    if len(data["banned_blocks"]):
        ended = rows_of(_ended(data, d)[0], STY)
        previous = dict(zip(data.years[1:], data.years[:-1], strict=True))

        @m.Constraint(ended, doc="New blocks of a technology that has ended [blocks]")
        def no_new_blocks(m, i, c, t):
            return m.n_blocks[i, c, t] - (m.n_blocks[i, c, previous[t]] if t in previous else 0.0) <= 0

    if len(data["mean_pue_caps"]):
        capped, loads = _it_energy(data, d)
        it = weighted(loads, MARKET_YEAR, TOTAL, "neg_it")

        @m.Constraint(rows_of(capped, MARKET_YEAR), doc="Energy of a market above its mean PUE [MWh/year]")
        def mean_pue(m, *i):
            return m.energy_mwh[i] + total(m.total_load_mw, it[i]) <= 0

    if len(data["hub_occupancy"]):
        _add_occupancy(m, data)


def _add_caps(m: pyo.ConcreteModel, data: SitingData) -> None:
    d: Decisions = m.siting_decisions
    limit: dict[Any, float] = {}
    used = {}
    for quantity in CAPS:
        caps = _caps(data, d, quantity)
        limit |= {(h, q, t): v for h, q, t, v in caps.itertuples(index=False, name=None)}
        used[quantity] = [
            (name, weighted(f, HUB_YEAR, d.keys(name), "coef")) for name, f in hub_terms(data, d)[quantity]
        ]

    @m.Constraint(list(limit), doc="Limit of a hub")
    def hub_cap(m, h, q, t):
        return sum(total(getattr(m, name), pairs[h, t]) for name, pairs in used[q]) <= limit[h, q, t]


def _add_occupancy(m: pyo.ConcreteModel, data: SitingData) -> None:
    d: Decisions = m.siting_decisions
    held, loads = _occupied(data, d)
    installed = weighted(held, HUB_YEAR, d.keys("total_installed_mw"), "share")
    drawn = grouped(loads, HUB_YEAR, TOTAL)

    @m.Constraint(list(installed), doc="Occupancy of a hub [MW IT]")
    def hub_occupancy(m, *i):
        return total(m.total_installed_mw, installed[i]) - sum(m.total_load_mw[k] for k in drawn[i]) <= 0


__all__ = ["add", "hub_terms", "rows"]
