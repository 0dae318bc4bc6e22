"""Markets and hubs in the second definition: prices, shares and channels by market, caps of hubs (see `definition`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from models.siting.data import SitingData

if TYPE_CHECKING:
    from tests.oracles.definition import Definition

Key = tuple[Any, ...]
Terms = dict[Key, float]


class Markets:
    """Where each site lies, and the prices, factors and shares of each market and year."""

    def __init__(self, data: SitingData) -> None:
        place = {c: (m, h) for c, m, h in data["climates"][["climate", "market", "hub"]].itertuples(index=False)}
        sites = data["sites"][["site", "climate"]].itertuples(index=False, name=None)
        self.of_site = {site: place.get(climate, ("all", "")) for site, climate in sites}
        self.table: dict[tuple[str, int], dict[str, float]] = {}
        for row in data["markets"].to_dict("records"):
            self.table[row["market"], row["year"]] = row
        if not self.table:
            e = data.economics
            for row in data["years_table"].to_dict("records"):
                self.table["all", row["year"]] = {
                    **row,
                    "energy_cny_per_mwh": e.energy_cny_per_mwh,
                    "demand_charge_cny_per_kw_year": e.demand_charge_cny_per_kw_year,
                }
        self.names = list(dict.fromkeys(m for m, _ in self.table))

    def number(self, name: str, market: str, t: int) -> float:
        """Return a price, factor or share."""
        return float(self.table[market, t][name])

    def at(self, name: str, key: Key) -> float:
        """Return the number of the market in which the site of a column lies, in the column's year."""
        return self.number(name, self.of_site[key[1]][0], key[-1])

    def of_stock(self, name: str, t: int) -> float:
        """Return the number that existing centres count with."""
        return self.number(name, self.names[0], t)

    def open_to(self, market: str) -> list[str]:
        """Return the markets that a resource may serve."""
        return [market] if market else self.names


def add_green_columns(d: Definition, t: int) -> None:
    """Add what each market uses of each resource; all of it together is at most what there is."""
    for r, y, most, market in d.data["green"][["resource", "year", "available_mwh", "market"]].itertuples(index=False):
        if y == t:
            used = [d.lp.column("green", r, m, t) for m in d.markets.open_to(market)]
            if not np.isnan(most):
                d.lp.row(dict.fromkeys(used, 1.0), upper=most)


def market_energy(d: Definition, market: str, energy: Terms) -> Terms:
    """Return the terms of a market's sites."""
    return {k: c for k, c in energy.items() if d.markets.of_site[k[1]][0] == market}


def add_hub_rows(d: Definition, t: int, energy: Terms, water: Terms) -> None:
    """Add the caps and the least occupancy of hubs, and the mean PUE of markets."""
    drawn = dict.fromkeys(d.of("load", year=t), 1.0)
    used = {"energy_mwh": energy, "it_mw": drawn, "water_m3": water}
    for hub, y, quantity, limit in d.data["hub_caps"].itertuples(index=False, name=None):
        if y == t:
            d.lp.row({k: c for k, c in used[quantity].items() if d.markets.of_site[k[1]][1] == hub}, upper=limit)
    it = d.data["performance"].set_index(["climate", "technology", "workload"])["it_mwh_per_mw_year"].to_dict()
    for market, y, cap in d.data["mean_pue_caps"].itertuples(index=False, name=None):
        if y == t:
            own = market_energy(d, market, energy)
            loads = {k: it[d.climate[k[1]], k[2], k[4]] for k in own if k[0] == "load"}
            d.lp.row({k: c - cap * loads.get(k, 0.0) for k, c in own.items()}, upper=0.0)
    for hub, y, share in d.data["hub_occupancy"].itertuples(index=False, name=None):
        if y == t:
            here = {k for k in (*d.of("n", year=t), *drawn) if d.markets.of_site[k[1]][1] == hub}
            d.lp.row({k: -1.0 if k in drawn else share * d.size[k[2]] for k in here}, upper=0.0)


def network_cost(d: Definition, t: int) -> Terms:
    """Return the price of the way to each district."""
    price = d.data["serves"].set_index(["reach", "district", "workload"])["cny_per_mw_year"].to_dict()
    return {k: price[k[1:4]] for k in d.of("serve", year=t)}
