"""Small grids with sites at their buses, as region, scenario and plain pandapower network; every set of sites enumerated.

The network is described once, circuit by circuit. `region_of` writes it as the planner's tables, `Truth` builds the
pandapower network from it directly and judges loads with one `runpp` per outage, without models/grid.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandapower as pp
import pandas as pd

from planner.read import read_region
from planner.region import Region, fingerprint_of
from planner.scenario import Scenario, load_scenario

CASES = Path(__file__).parents[1] / "cases"
PF = 0.98
TANGENT = float(np.tan(np.arccos(PF)))
KM_0 = (450_000.0, 4_430_000.0)  # where the first station lies, in the region's projected system [m]


@dataclass(frozen=True)
class Line:
    """Like circuits between two buses."""

    name: str
    ends: tuple[str, str]
    km: float
    max_i_ka: float
    n: int = 1
    r: float = 0.08
    x: float = 0.4
    c_nf: float = 9.0


@dataclass(frozen=True)
class Trafo:
    """Like units 220/110 kV."""

    name: str
    ends: tuple[str, str]
    sn_mva: float
    n: int = 1
    tap: int = 0
    vk: float = 12.0


@dataclass(frozen=True)
class Case:
    """A grid, its stations (name: bus or None, km east) and its sites (name: stations in reach)."""

    buses: Mapping[str, float]  # kV
    source: tuple[str, float]  # bus, pu
    lines: tuple[Line, ...]
    trafos: tuple[Trafo, ...] = ()
    loads: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    generators: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    shunts: Mapping[str, float] = field(default_factory=dict)
    stations: Mapping[str, tuple[str | None, float]] = field(default_factory=dict)
    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    max_blocks: int = 4
    block_mw: float = 10.0
    availability: str = "B"
    band: tuple[float, float, float, float] = (0.95, 1.1, 0.9, 1.1)  # N-0, N-1
    emergency: Mapping[str, float] = field(default_factory=lambda: {"line": 1.0, "trafo_220": 1.0})
    scenario: Mapping[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=1)
def _small() -> Region:
    return read_region(CASES / "small_region")


@lru_cache(maxsize=1)
def _plain() -> Scenario:
    """Return a scenario in which nothing but sites, feeds and the network limits, blocks are full, overheads nothing."""
    given = load_scenario(CASES / "small_plan" / "scenario.yaml")
    work = {
        "name": {"en": "load", "zh": "负荷"}, "rtt_limit_ms": 50.0, "density_kw_per_rack": 5.0, "availability": "B",
        "load_factor": 1.0, "coincidence": 1.0, "demand_mw": {2030: 1000.0},
    }  # fmt: skip
    return given.changed(
        {
            "years": [2030], "objective.name": "it_mw", "objective.it_mw_demand_factor": 1.0, "workloads": {"load": work},
            "families_off": ["green", "carbon", "stock", "water"], "green.share": {}, "carbon.cap_t": {},
            "cooling.technologies": ["air_chiller"], "cooling.overhead_share": 0.0, "cooling.pue_fixed_share": 0.0,
            "cooling.pue_caps": "off", "clusters.min_site_mw": 0.0, "clusters.max_sites": None,
            "clusters.min_occupancy_share": 1.0, "power.radius_km": {110: 3.0}, "power.zone_bound": "linear",
            "power.feed_rating_mva": {110: 500.0}, "solver.gap": 0.0, "solver.time_limit_s": 120.0,
            "network.max_rounds": 30,
        }
    )  # fmt: skip


def scenario_of(case: Case, **more: Any) -> Scenario:
    """Return the scenario of a case; `more` by dotted path with __ for the dot."""
    given = _plain().changed(
        {
            "cooling.default_block_mw": case.block_mw,
            "clusters.max_site_mw": case.block_mw * case.max_blocks,
            "workloads.load.availability": case.availability,
            **case.scenario,
        }
    )
    return given.changed({k.replace("__", "."): v for k, v in more.items()}) if more else given


def region_of(case: Case) -> Region:
    """Return the region of a case: headroom of the siting model is so large that only the grid limits."""
    small = _small()
    names = list(case.stations)
    x = [KM_0[0] + 1000.0 * case.stations[s][1] for s in names]
    stations = pd.concat([small["substations"].iloc[[1]]] * len(names), ignore_index=True).assign(
        substation=names, name_en=names, name_zh=names, voltage_kv=110.0, feed_voltage_kv=110.0, node=None,
        bus=[case.stations[s][0] for s in names], parent="Z1", headroom_mva=900.0, n_free_bays=40.0,
        in_service_year=2000, coord_precision_km=0.1,
    )  # fmt: skip
    at = {s: sum(case.stations[k][1] for k in near) / len(near) for s, near in case.sites.items()}
    own = pd.DataFrame({"site": list(at), "name_en": list(at), "name_zh": list(at), "area_ha": 100.0})
    own["district"] = [("D1", "D2")[i % 2] for i in range(len(own))]
    tables = {
        **small.tables,
        "substations": _placed(stations, x, small),
        "sites": _placed(own, [KM_0[0] + 1000.0 * km for km in at.values()], small),
        "zones": small["zones"].assign(headroom_mva=5000.0),
        "stock": small["stock"].iloc[:0],
        "stock_cooling": small["stock_cooling"].iloc[:0],
        "exclusions": small["exclusions"].iloc[:0],
        "study_area": small["study_area"].iloc[:0],
        "headroom_years": small["headroom_years"].iloc[:0],
    }
    low, high, low_n1, high_n1 = case.band
    bands = [{"vn_kv": kv, "min_pu": low, "max_pu": high, "min_pu_n1": low_n1, "max_pu_n1": high_n1}
             for kv in (220.0, 110.0)]  # fmt: skip
    grid = {**small.meta["grid"], "power_factor": PF, "emergency_factor": dict(case.emergency)}
    meta = {**small.meta, "voltage_bands": bands, "grid": grid}
    frames = grid_tables(case)
    mark = fingerprint_of(meta, {**tables, **{f"grid/{k}": v for k, v in frames.items()}})
    return replace(small, meta=meta, tables=tables, grid=frames, fingerprint=mark)


def _placed(frame: pd.DataFrame, x: list[float], region: Region) -> gpd.GeoDataFrame:
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    points = gpd.GeoSeries.from_xy(x, [KM_0[1]] * len(x), crs=region.projected_crs)
    degrees = points.to_crs("EPSG:4326")
    plain = plain.assign(lon=degrees.x.to_numpy(), lat=degrees.y.to_numpy())
    return gpd.GeoDataFrame(plain, geometry=points.values, crs=region.projected_crs)


def grid_tables(case: Case) -> dict[str, pd.DataFrame]:
    """Return the planner's tables of a grid."""
    lines = [(p.name, *p.ends, p.n, p.km, p.r, p.x, p.c_nf, p.max_i_ka, True) for p in case.lines]
    trafos = [(t.name, *t.ends, 220.0, 110.0, t.n, t.sn_mva, t.vk, 0.3, 0.0, 0.0, 1.25, t.tap) for t in case.trafos]
    return {
        "buses": pd.DataFrame({"bus": list(case.buses), "vn_kv": list(case.buses.values())}),
        "lines": pd.DataFrame(lines, columns=["line", "from_bus", "to_bus", "n_circuits", "length_km", "r_ohm_per_km",
                                              "x_ohm_per_km", "c_nf_per_km", "max_i_ka", "is_closed"]),
        "trafos": pd.DataFrame(trafos, columns=["trafo", "hv_bus", "lv_bus", "vn_hv_kv", "vn_lv_kv", "n_parallel",
                                                "sn_mva", "vk_percent", "vkr_percent", "i0_percent", "pfe_kw",
                                                "tap_step_percent", "tap_pos"]),
        "loads": pd.DataFrame([(b, *pq) for b, pq in case.loads.items()], columns=["bus", "p_mw", "q_mvar"]),
        "generators": pd.DataFrame([(f"G {b}", b, *pq) for b, pq in case.generators.items()],
                                   columns=["generator", "bus", "p_mw", "q_mvar"]),
        "external": pd.DataFrame({"external": ["E"], "bus": [case.source[0]], "vm_pu": [case.source[1]]}),
        "shunts": pd.DataFrame(list(case.shunts.items()), columns=["bus", "q_mvar"]),
    }  # fmt: skip


class Truth:
    """The same grid as a plain pandapower network, one element for each circuit; judged by one `runpp` per outage."""

    def __init__(self, case: Case) -> None:
        self.case, self.net = case, pp.create_empty_network()
        net = self.net
        bus = {name: int(pp.create_bus(net, kv, name=name)) for name, kv in case.buses.items()}
        pp.create_ext_grid(net, bus[case.source[0]], vm_pu=case.source[1])
        for p in case.lines:
            for _ in range(p.n):
                pp.create_line_from_parameters(net, bus[p.ends[0]], bus[p.ends[1]], p.km, p.r, p.x, p.c_nf, p.max_i_ka,
                                               name=p.name)  # fmt: skip
        for t in case.trafos:
            for _ in range(t.n):
                pp.create_transformer_from_parameters(
                    net, bus[t.ends[0]], bus[t.ends[1]], t.sn_mva, 220.0, 110.0, 0.3, t.vk, 0.0, 0.0, tap_side="hv",
                    tap_neutral=0, tap_step_percent=1.25, tap_pos=t.tap, tap_changer_type="Ratio", name=t.name,
                )  # fmt: skip
        for b, (p_mw, q_mvar) in case.loads.items():
            pp.create_load(net, bus[b], p_mw, q_mvar)
        for b, (p_mw, q_mvar) in case.generators.items():
            pp.create_sgen(net, bus[b], p_mw, q_mvar)
        for b, q_mvar in case.shunts.items():
            pp.create_shunt(net, bus[b], q_mvar)
        self.plan = {b: int(pp.create_load(net, i, 0.0, 0.0)) for b, i in bus.items()}
        self.outages = [("line", int(i)) for i in net.line.index] + [("trafo", int(i)) for i in net.trafo.index]
        self.n_runs = 0

    def is_secure(self, mva: Mapping[str, float], feeds: Mapping[str, Mapping[str, float]] | None = None) -> bool:
        """Return whether loads at buses [MVA], and the same with each lost feed (loads by name), are within all limits."""
        if not self.is_within(mva, None):
            return False
        if not all(self.is_within(loads, "feed") for loads in (feeds or {}).values()):
            return False
        for k, outage in enumerate(self.outages):
            if not self.is_within(mva, outage):
                self.outages.insert(0, self.outages.pop(k))  # what was violated now is likely to be so next time
                return False
        return True

    def is_within(self, mva: Mapping[str, float], outage: tuple[str, int] | str | None) -> bool:
        """Return whether everything is within the limits of the base case (None) or of an outage."""
        worst = self.measured(mva, outage)
        return worst is not None and all(excess <= 0 for excess, _ in worst)

    def measured(
        self, mva: Mapping[str, float], outage: tuple[str, int] | str | None
    ) -> list[tuple[float, str]] | None:
        """Return (excess [points or pu], element) of everything; None: no solution, or a load without supply."""
        net = self.net
        for b, row in self.plan.items():
            p = mva.get(b, 0.0) * PF
            net.load.loc[row, ["p_mw", "q_mvar"]] = [p, p * TANGENT]
        if isinstance(outage, tuple):
            net[outage[0]].loc[outage[1], "in_service"] = False
        try:
            return self._excess(is_outage=outage is not None) if self._solves() else None
        finally:
            if isinstance(outage, tuple):
                net[outage[0]].loc[outage[1], "in_service"] = True

    def _solves(self) -> bool:
        self.n_runs += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                pp.runpp(self.net, trafo_loading="current", init="dc", lightsim2grid=False, tolerance_mva=1e-7)
            except pp.LoadflowNotConverged:
                return False
        return True

    def _excess(self, *, is_outage: bool) -> list[tuple[float, str]] | None:
        net, case = self.net, self.case
        vm = net.res_bus["vm_pu"].to_numpy()
        drawn = net.load.groupby("bus")["p_mw"].sum()
        if np.isnan(vm[drawn.index[drawn > 0]]).any():
            return None
        factor = case.emergency if is_outage else {}
        low, high = case.band[2:] if is_outage else case.band[:2]
        out = []
        for table, name in (("line", "line"), ("trafo", "trafo_220")):
            limit = 100.0 * factor.get(name, 1.0)
            percent = net[f"res_{table}"]["loading_percent"]
            out += [(v - limit, n) for v, n in zip(percent, net[table]["name"], strict=True) if np.isfinite(v)]
        out += [(max(low - v, v - high), n) for v, n in zip(vm, net.bus["name"], strict=True) if np.isfinite(v)]
        return out


def loads_of(case: Case, blocks: Mapping[str, int], mva_per_block: float) -> tuple[dict[str, float], dict[str, Any]]:
    """Return the load of every bus [MVA] in normal operation, and with each feed of each site lost.

    Class A: half on each of two feeds; the whole on the one that is left. Class B: all on the only feed.
    """
    bus = {s: b for s, (b, _) in case.stations.items()}
    normal: dict[str, float] = {}
    for site, n in blocks.items():
        for station in case.sites[site]:
            normal[bus[station]] = normal.get(bus[station], 0.0) + n * mva_per_block / len(case.sites[site])
    feeds = {}
    for site, n in blocks.items():
        if len(case.sites[site]) == 2 and n:
            for kept, lost in itertools.permutations(case.sites[site]):
                moved = dict(normal)
                moved[bus[kept]] += n * mva_per_block / 2
                moved[bus[lost]] -= n * mva_per_block / 2
                feeds[f"{site} on {kept}"] = moved
    return normal, feeds


def enumerated(case: Case) -> Iterator[dict[str, int]]:
    """Return every set of block counts."""
    for counts in itertools.product(range(case.max_blocks + 1), repeat=len(case.sites)):
        yield dict(zip(case.sites, counts, strict=True))


def best_secure(case: Case, costs: Mapping[tuple[int, ...], float], mva_per_block: float) -> dict[str, int] | None:
    """Return the cheapest set of block counts that the truth calls secure, of those that have a cost; None if none is.

    The sets are judged in order of their cost, so the first secure one is the best; nothing is assumed about the others.
    """
    truth = Truth(case)
    for counts in sorted(costs, key=lambda c: (costs[c], c)):
        blocks = dict(zip(case.sites, counts, strict=True))
        if truth.is_secure(*loads_of(case, blocks, mva_per_block)):
            return blocks
    return None


VOLTAGE = Case(  # a ring of long lines that are far from their rating: the far end has too little voltage without AB or DA
    buses=dict.fromkeys("ABCDE", 110.0),
    source=("A", 1.03),
    lines=(
        Line("AB", ("A", "B"), 25, 1.2), Line("BC", ("B", "C"), 20, 1.2), Line("CD", ("C", "D"), 20, 1.2),
        Line("DA", ("D", "A"), 35, 1.2), Line("CE", ("C", "E"), 10, 1.2, n=2),
    ),
    loads={"B": (20, 5), "D": (15, 4), "E": (10, 2)},
    stations={"S1": ("B", 0), "S2": ("D", 20), "S3": ("E", 40)},
    sites={"P": ("S1",), "Q": ("S2",), "R": ("S3",)},
    max_blocks=3,
    block_mw=11.0,
)  # fmt: skip
TRAFO = Case(  # 220/110 kV: what is left of the transformers carries all without one of them
    buses={"H": 220.0, **dict.fromkeys("BCDE", 110.0)},
    source=("H", 1.04),
    lines=(
        Line("BC", ("B", "C"), 18, 0.6), Line("BD", ("B", "D"), 15, 0.6), Line("CD", ("C", "D"), 15, 0.6),
        Line("CE", ("C", "E"), 12, 0.35, n=2), Line("DE", ("D", "E"), 20, 0.5),
    ),
    trafos=(Trafo("TB", ("H", "B"), 63, n=2), Trafo("TC", ("H", "C"), 90)),
    loads={"B": (20, 5), "C": (30, 7), "D": (15, 4), "E": (10, 2)},
    emergency={"line": 1.0, "trafo_220": 1.2},
    stations={"S1": ("B", 0), "S2": ("D", 20), "S3": ("E", 40)},
    sites={"P": ("S1",), "Q": ("S2",), "R": ("S3",)},
    max_blocks=3,
    block_mw=15.0,
    scenario={"objective.name": "cost", "workloads.load.demand_mw": {2030: 135.0}},
)  # fmt: skip
LOST_FEED = Case(  # class A: the spur of three circuits holds half of R without one of them, but not the whole of it
    buses=dict.fromkeys("ABCDE", 110.0),
    source=("A", 1.05),
    lines=(
        Line("AB", ("A", "B"), 10, 0.6, n=2), Line("AC", ("A", "C"), 12, 0.6, n=2), Line("BC", ("B", "C"), 10, 0.4),
        Line("BD", ("B", "D"), 8, 0.5, n=2), Line("CD", ("C", "D"), 12, 0.3), Line("DE", ("D", "E"), 6, 0.1, n=3),
    ),
    loads={"B": (20, 5), "C": (30, 7), "D": (15, 4)},
    availability="A",
    stations={"S1": ("B", 0), "S2": ("C", 4), "S3": ("D", 8), "S4": ("E", 12)},
    sites={"P": ("S1", "S2"), "Q": ("S2", "S3"), "R": ("S3", "S4")},
    max_blocks=5,
)  # fmt: skip
