"""Least cost of a tiny case by enumeration of blocks, halls, states, feeds and pipes; the rest by `definition`.

Every combination is looked at, or left out because a bound is no better than the best found: the bound is the same
programme with all feeds and pipes present at no cost, plus the cost of the feeds and pipes of the combination.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from models.siting.data import SitingData
from tests.oracles.definition import INF, Definition, Key, pairs, table

CUT_STATE = ["cut", "node", "state"]
Blocks = tuple[tuple[int, ...], ...]  # per year, per technology


def block_plans(d: Definition, site: str) -> list[Blocks]:
    """Return what may be installed at a site over the years: land, largest, smallest size, wishes, no shrinking."""
    data = d.data
    row = data["sites"].set_index("site").loc[site]
    area = table(data, "technologies", ["technology"], "area_ha_per_mw")
    techs = list(d.size)

    def fits(n: Sequence[int]) -> bool:
        mw = sum(k * d.size[c] for k, c in zip(n, techs, strict=True))
        ha = sum(k * d.size[c] * area[c] for k, c in zip(n, techs, strict=True))
        return mw <= row["it_max_mw"] + 1e-9 and ha <= row["area_ha"] + 1e-9

    most = [range(int(row["it_max_mw"] / d.size[c] + 1e-9) + 1) for c in techs]
    single = [n for n in itertools.product(*most) if fits(n)]
    out = []
    for plan in itertools.product(single, repeat=len(data.years)):
        last = sum(k * d.size[c] for k, c in zip(plan[-1], techs, strict=True))
        grows = all(a <= b for x, y in itertools.pairwise(plan) for a, b in zip(x, y, strict=True))
        if not grows or last < row["min_mw"] - 1e-9 or (row["is_fixed"] and last == 0):
            continue
        early = any(sum(n) and t < row["first_year"] for n, t in zip(plan, data.years, strict=True))
        if not early and _no_banned(d, row["climate"], plan) and (last == 0 or last >= row["it_min_mw"] - 1e-9):
            out.append(plan)
    return out


def _no_banned(d: Definition, climate: str, plan: Blocks) -> bool:
    """Say whether no block of a technology is added in a year in which it is banned."""
    banned = set(pairs(d.data, "banned_blocks", ["climate", "technology", "year"]))
    before = (0,) * len(d.size)
    for n, t in zip(plan, d.data.years, strict=True):
        if any(b > a and (climate, c, t) in banned for a, b, c in zip(before, n, d.size, strict=True)):
            return False
        before = n
    return True


def hall_plans(d: Definition) -> list[dict[Key, float]]:
    """Return every way in which halls may leave "keep", each hall at most once."""
    halls = table(d.data, "stock", ["stock"], "n_halls")
    moves = d.of("halls")
    counts = itertools.product(*(range(int(halls[k[1]]) + 1) for k in moves))
    out = []
    for count in counts:
        left = dict.fromkeys(halls, 0)
        for key, n in zip(moves, count, strict=True):
            left[key[1]] += n
        if all(left[k] <= halls[k] for k in halls):
            out.append(dict(zip(moves, map(float, count), strict=True)))
    return out


def state_plans(d: Definition) -> list[dict[Key, float]]:
    """Return every way in which nodes may be reinforced over the years: none before its time, none taken back."""
    first = table(d.data, "reinforcement_states", ["node", "state"], "first_year")
    per_node = []
    for node, states in d.states().items():
        ways = itertools.product(states, repeat=len(d.data.years))
        grows = [w for w in ways if all(int(a) <= int(b) for a, b in itertools.pairwise(w))]
        built = [w for w in grows if all(k == "0" or first[node, k] <= t for k, t in zip(w, d.data.years, strict=True))]
        per_node.append([{("state", node, k, t): float(k == w) for w, t in zip(way, d.data.years, strict=True)
                          for k in states} for way in built])  # fmt: skip
    return [{k: v for part in combo for k, v in part.items()} for combo in itertools.product(*per_node)]


def cuts_off(d: Definition, states: dict[Key, float], feeds: dict[Key, float] | None) -> dict[Key, float]:
    """Return how far each cut may be exceeded: not at all where what it was learned for stands.

    Before the feeds are known (None), a cut that asks for feeds is off.
    """
    out = {}
    for _, cut, t in d.of("off"):
        holds = all(
            states.get(("state", n, k, t), float(k == "0")) > 0
            for c, n, k in pairs(d.data, "cut_states", CUT_STATE)
            if c == cut
        )
        for c, i, s in pairs(d.data, "cut_feeds", ["cut", "site", "substation"]):
            holds = holds and (c != cut or (feeds is not None and feeds.get(("fed", i, s, t), 0.0) > 0))
        out["off", cut, t] = 0.0 if holds else INF
    return out


def feed_plans(d: Definition, site: str, is_open: Sequence[bool]) -> Iterator[list[frozenset[str]]]:
    """Return the feeds of a site by year: one, or two of different groups, where open; none before; none lost."""
    group = table(d.data, "feeds", ["site", "substation"], "group")
    mine = [s for i, s in d.feeds() if i == site]
    sets = [frozenset([s]) for s in mine]
    sets += [frozenset(p) for p in itertools.combinations(mine, 2) if group[site, p[0]] != group[site, p[1]]]
    per_year = [sets if opened and site not in d.own_limit else [frozenset[str]()] for opened in is_open]
    for plan in itertools.product(*per_year):
        if all(a <= b for a, b in itertools.pairwise(plan)):
            yield list(plan)


def pipe_plans(d: Definition, site: str, is_wet: Sequence[bool]) -> list[list[frozenset[str]]]:
    """Return the pipes of a site by year: each from a year in which wet blocks stand, or never."""
    plants = [p for i, p in pairs(d.data, "pipes", ["site", "plant"]) if i == site]
    starts = [None, *(k for k, wet in enumerate(is_wet) if wet)]
    out = []
    for chosen in itertools.product(starts, repeat=len(plants)):
        years = range(len(is_wet))
        out.append(
            [frozenset(p for p, k in zip(plants, chosen, strict=True) if k is not None and k <= y) for y in years]
        )
    return out


def _connections(d: Definition, site: str, plan: Blocks) -> list[tuple[float, Any, Any]]:
    wet = table(d.data, "technologies", ["technology"], "is_wet")
    is_open = [sum(n) > 0 for n in plan]
    is_wet = [any(k and wet[c] for k, c in zip(n, d.size, strict=True)) for n in plan]
    out = []
    for feeds in feed_plans(d, site, is_open):
        for pipes in pipe_plans(d, site, is_wet):
            cost = 0.0
            for t, fed, piped in zip(d.data.years, feeds, pipes, strict=True):
                cost += sum(d.lp.cost[("fed", site, s, t)] for s in fed)
                cost += sum(d.lp.cost[("piped", site, p, t)] for p in piped)
            out.append((cost, feeds, pipes))
    return sorted(out, key=lambda x: x[0])


def _bounds(d: Definition, connections: dict[str, Any]) -> tuple[dict[Key, float], dict[Key, float]]:
    """Return fixed columns and upper bounds that say which feeds and pipes stand."""
    fixed: dict[Key, float] = {}
    upper: dict[Key, float] = {}
    for site, (_, feeds, pipes) in connections.items():
        for t, fed, piped in zip(d.data.years, feeds, pipes, strict=True):
            below = {z for s in fed for z in d.nodes_above(s)}
            for _, s in [f for f in d.feeds() if f[0] == site]:
                fixed["fed", site, s, t] = float(s in fed)
                upper["a_on", site, s, t] = upper["b_on", site, s, t] = INF if s in fed else 0.0
                upper["a_off", site, s, t] = 0.0 if s in fed else INF
            for key in d.of("a_in", site=site, year=t):
                upper[key] = INF if key[2] in below else 0.0
                upper["a_out", *key[1:]] = 0.0 if key[2] in below else INF
            for key in d.of("load", site=site, year=t):
                is_firm = len(fed) >= 2 or site in d.own_limit
                if (key[3] and key[3] not in piped) or (d.is_a[key[4]] and not is_firm):
                    upper[key] = 0.0
            for key in d.of("piped", site=site, year=t):
                fixed[key] = float(key[2] in piped)
    return fixed, upper


def _bays_free(d: Definition, connections: dict[str, Any]) -> bool:
    bays = table(d.data, "stations", ["substation"], "n_free_bays")
    for t in range(len(d.data.years)):
        used = [s for _, feeds, _ in connections.values() for s in feeds[t]]
        if any(used.count(s) > n for s, n in bays.items() if not math.isnan(n)):
            return False
    return True


def _blocks_fixed(d: Definition, plans: dict[str, Blocks]) -> tuple[dict[Key, float], dict[Key, float]]:
    """Return the block columns, and which sites may not exceed the energy threshold of a PUE band."""
    fixed: dict[Key, float] = {}
    upper: dict[Key, float] = {}
    bands = pairs(d.data, "pue_bands", ["climate", "technology", "threshold_mwh"])
    for site, plan in plans.items():
        for t, n in zip(d.data.years, plan, strict=True):
            installed = dict(zip(d.size, n, strict=True))
            fixed |= {("n", site, c, t): float(k) for c, k in installed.items()}
            for climate, c, threshold in bands:
                if climate == d.climate[site] and installed.get(c):
                    upper["over", site, threshold, t] = 0.0
    return fixed, upper


def least(data: SitingData) -> float:
    """Return the optimum (infinity where there is no plan)."""
    d = Definition(data)
    sites = list(d.climate)
    free = {**dict.fromkeys(d.of("fed"), 0.0), **dict.fromkeys(d.of("piped"), 0.0)}
    candidates = []
    for plans in itertools.product(*(block_plans(d, i) for i in sites)):
        n_open = [sum(sum(p[t]) > 0 for p in plans) for t in range(len(data.years))]
        if data.rules.max_sites is not None and max(n_open) > data.rules.max_sites:
            continue
        chosen = dict(zip(sites, plans, strict=True))
        fixed, upper = _blocks_fixed(d, chosen)
        for halls, states in itertools.product(hall_plans(d), state_plans(d)):
            own, most = {**fixed, **halls, **states}, {**upper, **cuts_off(d, states, None)}
            bound = d.lp.solve({**free, **own}, most)
            if bound < INF:
                candidates.append((bound, chosen, own, most))
    best = INF
    for bound, chosen, fixed, upper in sorted(candidates, key=lambda x: x[0]):
        if bound >= best - 1e-7 * abs(best):
            break
        best = min(best, _best_connection(d, chosen, bound, best, fixed, upper))
    return best


def _best_connection(
    d: Definition,
    chosen: dict[str, Blocks],
    bound: float,
    best: float,
    fixed: dict[Key, float],
    upper: dict[Key, float],
) -> float:
    options = itertools.product(*(_connections(d, i, plan) for i, plan in chosen.items()))
    for combo in sorted(options, key=lambda c: sum(x[0] for x in c)):
        if bound + sum(x[0] for x in combo) >= best - 1e-7 * abs(best):
            break
        connections = dict(zip(chosen, combo, strict=True))
        if _bays_free(d, connections):
            more_fixed, more_upper = _bounds(d, connections)
            off = cuts_off(d, fixed, more_fixed)
            best = min(best, d.lp.solve({**fixed, **more_fixed}, {**upper, **more_upper, **off}))
    return best
