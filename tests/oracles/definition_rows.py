"""Rows and costs of the second definition (see `definition`)."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from models.siting.data import DRY
from tests.oracles.definition import Definition, Key, pairs, table
from tests.oracles.definition_markets import add_hub_rows, market_energy, network_cost

Terms = dict[Key, float]


def add_rows(d: Definition) -> None:
    """Add every limit."""
    for t in d.data.years:
        _power(d, t)
        _cooling(d, t)
        _water(d, t)
        _workload(d, t)
        _books(d, t)
        _stock(d, t)
        add_hub_rows(d, t, energy(d, t), {k: yearly_water(d, k) for k in d.of("load", year=t)})


def halls(d: Definition, change: dict[Key, float], t: int) -> Terms:
    """Return change per hall x halls switched by the year."""
    out: Terms = defaultdict(float)
    for (k, o), c in change.items():
        for y in d.data.years:
            if y <= t:
                out["halls", k, o, y] += c
    return out


def energy(d: Definition, t: int, *, site: str | None = None) -> Terms:
    """Return the yearly MWh of new sites (or of one site)."""
    where = {"year": t} if site is None else {"year": t, "site": site}
    out = {k: d.per_load("mwh_per_mw_year", k) for k in d.of("load", **where)}
    return {**out, **{k: d.per_block("mwh_per_mw_year", k) for k in d.of("n", **where)}}


def _power(d: Definition, t: int) -> None:
    data, lp = d.data, d.lp
    rating = table(data, "feeds", ["site", "substation"], "rating_mva")
    limit = table(data, "headroom", ["node", "year"], "headroom_mva")
    stations: dict[str, Terms] = defaultdict(dict)
    zones: dict[str, Terms] = defaultdict(dict)
    whole: Terms = {}
    for i in d.climate:
        loads = d.of("load", site=i, year=t)
        class_a = {k: d.per_load("mva_per_mw", k) for k in loads if d.is_a[k[4]]}
        rest = {k: d.per_load("mva_per_mw", k) for k in loads if not d.is_a[k[4]]}
        rest |= {k: d.per_block("mva_per_mw", k) for k in d.of("n", site=i, year=t)}
        whole |= class_a | rest
        if i in d.own_limit:
            lp.row(class_a | rest, upper=d.own_limit[i])
            continue
        mine = [s for j, s in d.feeds() if j == i]
        lp.row({**{("b_on", i, s, t): 1.0 for s in mine}, **{k: -c for k, c in rest.items()}}, lower=0.0, upper=0.0)
        minus = {k: -c for k, c in class_a.items()}
        for s in mine:
            on = {("a_on", i, s, t): 1.0, ("b_on", i, s, t): 1.0}
            lp.row({("a_on", i, s, t): 1.0, ("a_off", i, s, t): 1.0, **minus}, lower=0.0, upper=0.0)
            lp.row(on, upper=rating[i, s])
            stations[s] |= on
        for z in {z for s in mine for z in d.nodes_above(s)}:
            lp.row({("a_in", i, z, t): 1.0, ("a_out", i, z, t): 1.0, **minus}, lower=0.0, upper=0.0)
            zones[z][("a_in", i, z, t)] = 1.0
            zones[z] |= {("b_on", i, s, t): 1.0 for s in mine if z in d.nodes_above(s)}
    better = table(data, "headroom_states", ["node", "state", "year"], "headroom_mva")
    for node in {n for n, y in limit if y == t}:
        used = {**stations.get(node, {}), **zones.get(node, {}), **halls(d, _stock_mva(d, node), t)}
        used |= {k: -1.0 for k in d.of("flex", year=t) if k[1] == node or node in d.nodes_above(k[1])}
        if node in d.states():
            used |= {("state", node, k, t): -better.get((node, k, t), limit[node, t]) for k in d.states()[node]}
        lp.row(used, upper=0.0 if node in d.states() else limit[node, t])
    for s, on in stations.items():
        free = {k: -data.rules.flexible_share * c for k, c in on.items() if k[0] == "b_on"}
        lp.row({**{k: 1.0 for k in d.of("flex", year=t) if k[1] == s}, **free}, upper=0.0)
    _cuts(d, t, stations)
    share = data.rules.zone_max_share
    for z in data.rules.share_nodes if share is not None else ():
        if zones[z]:
            assert share is not None
            lp.row({**zones[z], **{k: -share * c for k, c in whole.items()}}, upper=0.0)


def _stock_mva(d: Definition, node: str) -> dict[Key, float]:
    rows = d.data["stock_mva"].itertuples(index=False, name=None)
    return {(k, o): c for k, o, n, c in rows if n == node}


def _cuts(d: Definition, t: int, stations: dict[str, Terms]) -> None:
    """Add the cuts: of two feeds each carries half of the class A load, and what stands on it of the other load."""
    for cut, y, upper in d.data["cuts"].itertuples(index=False, name=None):
        if y != t:
            continue
        left: Terms = defaultdict(float, {("off", cut, t): -1.0})
        for c, year, s, coef in d.data["cut_terms"].itertuples(index=False, name=None):
            if (c, year) == (cut, t):
                for k in stations.get(s, {}):
                    left[k] += coef * (0.5 if k[0] == "a_on" else 1.0)
                for k, mva in halls(d, _stock_mva(d, s), t).items():
                    left[k] += coef * mva
                for k in [k for k in d.of("flex", year=t) if k[1] == s]:
                    left[k] -= coef
        for c, i, s, of_feed, of_class_a in d.data["cut_sites"].itertuples(index=False, name=None):
            if c == cut:
                left["b_on", i, s, t] += of_feed
                left["a_on", i, s, t] += of_feed + of_class_a
        d.lp.row(left, upper=upper)


def _cooling(d: Definition, t: int) -> None:
    for i in d.climate:
        for c in d.size:
            used = dict.fromkeys(d.of("load", site=i, technology=c, year=t), 1.0)
            d.lp.row({**used, ("n", i, c, t): -d.size[c]}, upper=0.0)
        for (threshold,) in pairs(d.data, "pue_bands", ["threshold_mwh"]):
            d.lp.row({**energy(d, t, site=i), ("over", i, threshold, t): -1.0}, upper=threshold)


def water_per_mw(d: Definition, key: Key, month: int) -> float:
    """Return make-up m3 a day per MW drawn in a month, mean day."""
    use = table(d.data, "water_use", ["climate", "technology", "workload", "month"], "m3_per_day_per_mw")
    factor = table(d.data, "plants", ["plant"], "makeup_factor")
    _, i, c, p, w, _ = key
    return float(use.get((d.climate[i], c, w, month), 0.0) * factor[p]) if p != DRY else 0.0


def yearly_water(d: Definition, key: Key) -> float:
    """Return make-up m3 a year per MW drawn."""
    days = table(d.data, "months", ["month"], "days")
    return sum(water_per_mw(d, key, m) * n for m, n in days.items())


def _water(d: Definition, t: int) -> None:
    peak = table(d.data, "plants", ["plant"], "peak_day_factor")
    for (p, m, y), limit in table(d.data, "supply", ["plant", "month", "year"], "m3_per_day").items():
        if y == t:
            used = {k: peak[p] * water_per_mw(d, k, m) for k in d.of("load", plant=p, year=t)}
            rows = d.data["stock_plant"].itertuples(index=False, name=None)
            change = {(k, o): c for k, o, q, n, c in rows if (q, n) == (p, m)}
            d.lp.row({**used, **halls(d, change, t)}, upper=limit)
    cap = table(d.data, "years_table", ["year"], "city_water_cap_m3")[t]
    base = table(d.data, "years_table", ["year"], "stock_water_m3")[t]
    if not np.isnan(cap):
        change = table(d.data, "stock_options", ["stock", "option"], "water_change_m3_per_year")
        used = {k: yearly_water(d, k) for k in d.of("load", year=t)}
        d.lp.row({**used, **halls(d, change, t)}, upper=cap - base)


def _workload(d: Definition, t: int) -> None:
    data = d.data
    demand = table(data, "demand", ["district", "workload", "year"], "it_mw")
    home, reach = table(data, "stock", ["stock"], "district"), table(data, "sites", ["site"], "reach")
    hall_reach = table(data, "stock", ["stock"], "reach")
    for district, w in d.wanted():
        served = [k for k in d.of("serve", workload=w, year=t) if k[2] == district]
        served += [k for k in d.of("outside", workload=w, year=t) if k[2] == district]
        moved = data["stock_displaced"].itertuples(index=False, name=None)
        left = {(k, o): -mw for k, o, v, mw in moved if v == w and home[k] == district}
        terms = {**dict.fromkeys([*served, ("unserved", district, w, t)], 1.0), **halls(d, left, t)}
        amount = demand.get((district, w, t), 0.0)
        d.lp.row(terms, lower=amount, upper=amount)
    share = table(data, "workloads", ["workload"], "in_city_max_share")
    for w in d.is_a:
        placed = [k for k in d.of("load", year=t) if k[4] == w]
        in_halls = d.of("hall_load", workload=w, year=t)
        for r in {*reach.values(), *hall_reach.values()}:
            here = [k for k in placed if reach[k[1]] == r] + [k for k in in_halls if hall_reach[k[1]] == r]
            served = [k for k in d.of("serve", workload=w, year=t) if k[1] == r]
            d.lp.row({**dict.fromkeys(here, 1.0), **dict.fromkeys(served, -1.0)}, lower=0.0, upper=0.0)
        if not np.isnan(share[w]):
            total = sum(mw for (_, v, y), mw in demand.items() if (v, y) == (w, t))
            d.lp.row(dict.fromkeys([*placed, *in_halls], 1.0), upper=share[w] * total)


def _books(d: Definition, t: int) -> None:
    data = d.data
    most = table(data, "green", ["resource", "year"], "max_share")
    for market in d.markets.names:
        mwh = market_energy(d, market, energy(d, t))
        resources = [k for k in d.of("green", year=t) if k[2] == market]
        need = d.markets.number("green_share", market, t)
        minus = dict.fromkeys(resources, -1.0)
        if not np.isnan(need):
            d.lp.row({**{k: need * c for k, c in mwh.items()}, **minus}, upper=0.0)
        d.lp.row({**{k: -c for k, c in mwh.items()}, **dict.fromkeys(resources, 1.0)}, upper=0.0)
        for key in resources:
            if not np.isnan(most[key[1], t]):
                d.lp.row({**{k: -most[key[1], t] * c for k, c in mwh.items()}, key: 1.0}, upper=0.0)
    cap = table(data, "years_table", ["year"], "carbon_cap_t")[t]
    if not np.isnan(cap):
        d.lp.row(emissions(d, t), upper=cap)
    if data.rules.min_occupancy_share:
        installed = {k: data.rules.min_occupancy_share * d.size[k[2]] for k in d.of("n", year=t)}
        d.lp.row({**installed, **dict.fromkeys(d.of("load", year=t), -1.0)}, upper=0.0)


def emissions(d: Definition, t: int) -> Terms:
    """Return t of carbon in a year."""
    kind = table(d.data, "green", ["resource", "year"], "kind")
    out: Terms = {k: d.markets.at("carbon_t_per_mwh", k) * c for k, c in energy(d, t).items()}
    for k in d.of("green", year=t):
        if kind[k[1], t] == "green_power" or d.data.rules.certificates_count_for_carbon:
            out[k] = -d.markets.number("carbon_t_per_mwh", k[2], t)
    factor = d.markets.of_stock("carbon_t_per_mwh", t)
    sent = table(d.data, "outside", ["outside", "workload"], "t_per_mw_year")
    out |= {k: sent[k[1], k[3]] for k in d.of("outside", year=t)}
    change = table(d.data, "stock_options", ["stock", "option"], "mwh_change_per_year")
    return {**out, **halls(d, {k: factor * c for k, c in change.items()}, t)}


def _stock(d: Definition, t: int) -> None:
    capacity = table(d.data, "stock_capacity", ["stock", "option", "workload"], "it_mw")
    for k, o in {(k, o) for k, o, _ in capacity}:
        used = [key for key in d.of("hall_load", year=t) if key[1:3] == (k, o)]
        most = max(mw for (j, p, _), mw in capacity.items() if (j, p) == (k, o))
        d.lp.row({**dict.fromkeys(used, 1.0), **halls(d, {(k, o): -most}, t)}, upper=0.0)
    share = table(d.data, "years_table", ["year"], "liquid_stock_share")[t]
    is_liquid = table(d.data, "stock_options", ["stock", "option"], "is_liquid")
    if not np.isnan(share):
        liquid = {k: 1.0 for k, yes in is_liquid.items() if yes}
        d.lp.row(halls(d, liquid, t), upper=share * float(d.data["stock"]["n_halls"].sum()))


def add_costs(d: Definition) -> None:
    """Fill the quantities (cost, carbon, water, it_mw) over all years, and add the limits on them."""
    for t in d.data.years:
        _add(d, "cost", _cost(d, t), d.data.year_weights[t])
        _add(d, "carbon", emissions(d, t), d.data.years_represented[t])
        change = table(d.data, "stock_options", ["stock", "option"], "water_change_m3_per_year")
        water = {k: yearly_water(d, k) for k in d.of("load", year=t)}
        _add(d, "water", {**water, **halls(d, change, t)}, d.data.years_represented[t])
        _add(d, "it_mw", dict.fromkeys([*d.of("load", year=t), *d.of("hall_load", year=t)], 1.0), 1.0)
    for name, limit in d.data["epsilon"].itertuples(index=False, name=None):
        bound = {"lower": limit} if name == "it_mw" else {"upper": limit}
        d.lp.row(d.quantities[name], **bound)


def _add(d: Definition, name: str, terms: Terms, weight: float) -> None:
    for key, value in terms.items():
        d.quantities[name][key] += weight * value


def _grid_cost(d: Definition, t: int) -> Terms:
    states = table(d.data, "reinforcement_states", ["node", "state"], "cny_per_year")
    steps = table(d.data, "flexible", ["substation", "year", "step"], "cny_per_mva_year")
    out = {k: states.get((k[1], k[2]), 0.0) for k in d.of("state", year=t)}
    return out | {k: steps[k[1], t, k[2]] for k in d.of("flex", year=t)}


def _cost(d: Definition, t: int) -> Terms:
    data, e = d.data, d.data.economics
    out: Terms = defaultdict(float)
    cooling = table(data, "technologies", ["technology"], "cooling_cny_per_mw_year")
    area = table(data, "technologies", ["technology"], "area_ha_per_mw")
    land = table(data, "sites", ["site"], "land_cny_per_ha_year")
    for k in d.of("n", year=t):
        _, i, c, _ = k
        out[k] += d.size[c] * (e.building_cny_per_mw_year + cooling[c] + area[c] * land[i])
        out[k] += d.per_block("peak_kw_per_mw", k) * d.markets.at("demand_charge_cny_per_kw_year", k)
    price = table(data, "plants", ["plant"], "cny_per_m3")
    for k in d.of("load", year=t):
        out[k] += d.per_load("peak_kw_per_mw", k) * d.markets.at("demand_charge_cny_per_kw_year", k)
        out[k] += yearly_water(d, k) * price[k[3]] if k[3] != DRY else 0.0
    for kind, frame, keys in (("fed", "feeds", ["site", "substation"]), ("piped", "pipes", ["site", "plant"])):
        annuity = table(data, frame, keys, "cny_per_year")
        out.update({k: annuity[k[1], k[2]] for k in d.of(kind, year=t)})
    for k, mwh in energy(d, t).items():
        out[k] += mwh * d.markets.at("energy_cny_per_mwh", k)
    for k, tonnes in emissions(d, t).items():
        out[k] += tonnes * e.carbon_cny_per_t
    premium = table(data, "green", ["resource", "year"], "premium_cny_per_mwh")
    for k in d.of("green", year=t):
        out[k] += premium[k[1], t]
    sent = table(data, "outside", ["outside", "workload"], "cny_per_mw_year")
    for k in d.of("outside", year=t):
        out[k] += sent[k[1], k[3]]
    out.update(_grid_cost(d, t))
    out.update(network_cost(d, t))
    for k in d.of("unserved", year=t):
        out[k] += e.unserved_cny_per_mw_year
    annuity = table(data, "stock_options", ["stock", "option"], "cny_per_year")
    saved = table(data, "stock_options", ["stock", "option"], "mwh_change_per_year")
    price = d.markets.of_stock("energy_cny_per_mwh", t)
    for k, c in halls(d, {key: annuity[key] + saved[key] * price for key in annuity}, t).items():
        out[k] += c
    return out
