"""The siting problem written a second time, from its direct definition: integers given, the rest a linear programme.

    class A load of a site stands whole on each of its two feeds; all other load is split freely between the feeds
    a site counts once at a zone: its class A load once, and of the other load what its feeds below the zone carry
    a node is in one state; its headroom is the state's; interruptible load is taken off the station and its zones
    a cut counts only while its states and feeds stand: otherwise its column "off" is free
    a site with a limit of its own has no feeds: its load, class A or not, stays within that limit
    water from a plant needs the pipe; a technology of a PUE band needs a site below the band's threshold

The integers (blocks, feeds, pipes, halls) are columns fixed by their bounds. No bound of the siting model is used.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import highspy
import numpy as np

from models.siting.data import DRY, SitingData
from models.siting.objective import UNSERVED
from tests.oracles.definition_markets import Markets, add_green_columns

Key = tuple[Any, ...]
INF = float("inf")


def table(data: SitingData, name: str, keys: list[str], value: str) -> dict[Any, Any]:
    """Return one value by key (scalar key for one column)."""
    frame = data[name]
    index = frame[keys[0]].tolist() if len(keys) == 1 else list(frame[keys].itertuples(index=False, name=None))
    return dict(zip(index, frame[value].tolist(), strict=True))


def pairs(data: SitingData, name: str, keys: list[str]) -> list[Key]:
    """Return the distinct keys of a frame."""
    return list(data[name][keys].drop_duplicates().itertuples(index=False, name=None))


class Programme:
    """A linear programme with named columns; `solve` takes new bounds for some of them."""

    def __init__(self) -> None:
        self.columns: dict[Key, int] = {}
        self.upper: list[float] = []
        self.cost: dict[Key, float] = defaultdict(float)
        self.rows: list[tuple[dict[Key, float], float, float]] = []
        self._highs: highspy.Highs | None = None

    def column(self, *key: Any, upper: float = INF) -> Key:
        """Add a column with lower bound 0."""
        self.columns[key] = len(self.columns)
        self.upper.append(upper)
        return key

    def row(self, terms: Mapping[Key, float], *, lower: float = -INF, upper: float = INF) -> None:
        """Add lower <= terms <= upper."""
        self.rows.append((dict(terms), lower, upper))

    def load(self) -> None:
        """Pass the programme to the solver once."""
        h = highspy.Highs()
        for name, value in (("output_flag", False), ("threads", 1), ("presolve", "off")):
            h.setOptionValue(name, value)
        for key in self.columns:
            h.addVar(0.0, self.upper[self.columns[key]])
            h.changeColCost(self.columns[key], self.cost.get(key, 0.0))
        for terms, lower, upper in self.rows:
            named = [(self.columns[k], c) for k, c in terms.items() if c != 0.0]
            cols = np.array([c for c, _ in named], dtype=np.int32)
            h.addRow(lower, upper, len(cols), cols, np.array([v for _, v in named]))
        self._highs = h

    def solve(self, fixed: Mapping[Key, float], upper: Mapping[Key, float]) -> float:
        """Return the least cost with columns `fixed` and other upper bounds changed; infinity where infeasible."""
        h = self._highs
        assert h is not None
        low, high = np.zeros(len(self.columns)), np.array(self.upper)
        for key, value in upper.items():
            high[self.columns[key]] = value
        for key, value in fixed.items():
            low[self.columns[key]] = high[self.columns[key]] = value
        h.changeColsBounds(len(low), np.arange(len(low), dtype=np.int32), low, high)
        h.run()
        lost = (highspy.HighsModelStatus.kUnknown, highspy.HighsModelStatus.kUnbounded)
        if h.getModelStatus() in lost:  # lost from a far starting basis: begin afresh
            h.clearSolver()
            h.run()
        status = h.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return float(h.getInfo().objective_function_value)
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return INF
        raise RuntimeError(f"programme ended {status}")


class Definition:
    """Columns, rows and quantities of a tiny case."""

    def __init__(self, data: SitingData) -> None:
        self.data = data
        self.lp = Programme()
        self.climate = table(data, "sites", ["site"], "climate")
        self.size = table(data, "technologies", ["technology"], "block_mw")
        self.is_a = {w: a == "A" for w, a in table(data, "workloads", ["workload"], "availability").items()}
        self.perf = {
            name: table(data, "performance", ["climate", "technology", "workload"], name)
            for name in ("mva_per_mw", "mwh_per_mw_year", "peak_kw_per_mw")
        }
        self.over = {
            name: table(data, "overheads", ["climate", "technology"], name)
            for name in ("mva_per_mw", "mwh_per_mw_year", "peak_kw_per_mw")
        }
        self.markets = Markets(data)
        own = table(data, "sites", ["site"], "own_limit_mva")
        self.own_limit = {site: float(limit) for site, limit in own.items() if not np.isnan(limit)}
        self.quantities: dict[str, dict[Key, float]] = {
            name: defaultdict(float) for name in ("cost", "carbon", "water", "it_mw")
        }
        self._columns()
        from tests.oracles.definition_rows import add_costs, add_rows

        add_rows(self)
        add_costs(self)
        self._objective()
        self.lp.load()

    def _columns(self) -> None:
        for t in self.data.years:
            self._site_columns(t)
            self._feed_columns(t)
            self._service_columns(t)
            self._grid_columns(t)

    def _grid_columns(self, t: int) -> None:
        for node, ks in self.states().items():
            for k in ks:
                self.lp.column("state", node, k, t)
        for s, y, step, most in pairs(self.data, "flexible", ["substation", "year", "step", "mva"]):
            if y == t:
                self.lp.column("flex", s, step, t, upper=most)
        for cut, y in pairs(self.data, "cuts", ["cut", "year"]):
            if y == t:
                self.lp.column("off", cut, t)

    def states(self) -> dict[str, list[str]]:
        """Return the states of each node that has any, in order, "0" first."""
        out: dict[str, list[str]] = {}
        for node, k in pairs(self.data, "reinforcement_states", ["node", "state"]):
            out.setdefault(node, ["0"])
            out[node] = sorted({*out[node], k}, key=int)
        return out

    def _site_columns(self, t: int) -> None:
        data, lp = self.data, self.lp
        is_wet = table(data, "technologies", ["technology"], "is_wet")
        closed = set(pairs(data, "banned_loads", ["climate", "technology", "workload", "year"]))
        plants_of = defaultdict(list)
        for i, p in pairs(data, "pipes", ["site", "plant"]):
            plants_of[i].append(p)
            lp.column("piped", i, p, t)
        thresholds = pairs(data, "pue_bands", ["threshold_mwh"])
        for i in self.climate:
            for (threshold,) in thresholds:
                lp.column("over", i, threshold, t)
            for c in self.size:
                lp.column("n", i, c, t)
                here = [(self.climate[i], c, w) for w in self.is_a]
                held = [k[2] for k in here if k in self.perf["mva_per_mw"] and (*k, t) not in closed]
                for p, w in itertools.product(plants_of[i] if is_wet[c] else [DRY], held):
                    lp.column("load", i, c, p, w, t)

    def _feed_columns(self, t: int) -> None:
        for i, s in self.feeds():
            for kind in ("fed", "a_on", "a_off", "b_on"):
                self.lp.column(kind, i, s, t)
        for i, z in sorted({(i, z) for i, s in self.feeds() for z in self.nodes_above(s)}):
            self.lp.column("a_in", i, z, t)
            self.lp.column("a_out", i, z, t)

    def _service_columns(self, t: int) -> None:
        data, lp = self.data, self.lp
        for r, d, w in pairs(data, "serves", ["reach", "district", "workload"]):
            lp.column("serve", r, d, w, t)
        for d, w in self.wanted():
            lp.column("unserved", d, w, t)
            for o in [o for o, v in pairs(data, "outside", ["outside", "workload"]) if v == w]:
                lp.column("outside", o, d, w, t)
        add_green_columns(self, t)
        for k, o in pairs(data, "stock_options", ["stock", "option"]):
            lp.column("halls", k, o, t)
        for k, o, w in pairs(data, "stock_capacity", ["stock", "option", "workload"]):
            lp.column("hall_load", k, o, w, t)

    def _objective(self) -> None:
        name = self.data.rules.objective
        sign = -1.0 if name == "it_mw" else 1.0
        for key, value in self.quantities[name].items():
            self.lp.cost[key] += sign * value
        for key in self.of("unserved"):
            self.lp.cost[key] += UNSERVED.get(name, 0.0) * self.data.years_represented[key[-1]]

    def of(self, kind: str, **where: Any) -> list[Key]:
        """Return the columns of a kind, filtered by position: year, site (first), workload, plant."""
        place = {"site": 1, "technology": 2, "plant": 3, "workload": -2, "year": -1, "second": 2}
        return [
            k for k in self.lp.columns if k[0] == kind and all(k[place[name]] == value for name, value in where.items())
        ]

    def feeds(self) -> list[Key]:
        """Return (site, substation)."""
        return pairs(self.data, "feeds", ["site", "substation"])

    def nodes_above(self, substation: str) -> list[str]:
        """Return the parent nodes of a station."""
        return [z for s, z in pairs(self.data, "ancestors", ["substation", "node"]) if s == substation]

    def wanted(self) -> list[Key]:
        """Return (district, workload) with demand or with load of halls that may leave."""
        home = table(self.data, "stock", ["stock"], "district")
        moved = [(home[k], w) for k, w in pairs(self.data, "stock_displaced", ["stock", "workload"])]
        return list(dict.fromkeys([*pairs(self.data, "demand", ["district", "workload"]), *moved]))

    def per_load(self, quantity: str, key: Key) -> float:
        """Return MVA, MWh or kW per MW drawn of a load column."""
        return float(self.perf[quantity][self.climate[key[1]], key[2], key[4]])

    def per_block(self, quantity: str, key: Key) -> float:
        """Return MVA, MWh or kW of one installed block."""
        return float(self.over[quantity][self.climate[key[1]], key[2]] * self.size[key[2]])
