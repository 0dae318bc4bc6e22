"""Whole regions: the loop's plans are secure, and plain pandapower agrees with every row of their check.

Each outage is one `runpp` on the network with the plan's loads as loads of their own, without the engine of models/grid.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandapower as pp
import pandas as pd
import pytest

from models.grid.source import open_net
from planner.pipeline import PlanResult, run
from planner.region import Region
from planner.scenario import parse_scenario
from planner.session import Session

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[2] / "gis_data"
SCENARIOS = ("beijing", "hv_urban")
POINTS, PU = 1e-4, 1e-6


@pytest.fixture(scope="module", params=SCENARIOS)
def result(request: pytest.FixtureRequest) -> PlanResult:
    return run(DATA / request.param / "scenarios" / "reference.yaml")


def test_plans_of_the_loop_are_secure(result: PlanResult) -> None:
    plan = result.plan

    assert plan.security == "secure"
    assert plan["loop"]["status"] == "secure"
    assert plan["audit"]["status"] == "passed"
    assert plan["loop"]["rounds"][-1]["n_counted"] == 0
    assert not any(row["is_counted"] for row in (*plan["grid"]["base"], *plan["grid"]["outages"]))


def normal_and_lost(plan: Any, year: int) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Return MVA by station in the normal split, and by name of the lost feed."""
    normal: dict[str, float] = {}
    moved: dict[str, tuple[tuple[str, float], ...]] = {}
    for site in plan["sites"]:
        reserved = {f["substation"]: f["mva"][str(year)] for f in site["feeds"] if f["mva"][str(year)] > 1e-6}
        class_a = sum(reserved.values()) - site["facility_mva"][str(year)]
        for station, mva in reserved.items():
            normal[station] = normal.get(station, 0.0) + mva - (class_a / 2 if len(reserved) == 2 else 0.0)
        if len(reserved) == 2 and class_a > 1e-6:
            for kept, lost in itertools.permutations(reserved):
                own = (kept, class_a / 2), (lost, class_a / 2 - reserved[lost])
                moved[f"{site['id']}: {lost}"] = own
    out = {}
    for name, changes in moved.items():
        out[name] = dict(normal)
        for station, change in changes:
            out[name][station] += change
    return normal, out


class Plain:
    """A region's network with one load for the plan at each station's bus."""

    def __init__(self, region: Region, power_factor: float) -> None:
        self.net = open_net(region.grid)
        for table in ("trafo", "trafo3w"):
            if "tap_dependency_table" not in self.net[table]:
                self.net[table]["tap_dependency_table"] = False
        stations = region["substations"].dropna(subset=["bus"])
        bus = {name: i for i, name in self.net.bus["name"].items()}
        self.bus_of = {s: bus[b] for s, b in zip(stations["substation"], stations["bus"], strict=True)}
        self.loads = {b: pp.create_load(self.net, b, 0.0, 0.0) for b in set(self.bus_of.values())}
        self.pf, self.tangent = power_factor, float(np.tan(np.arccos(power_factor)))

    def draw(self, mva: dict[str, float]) -> None:
        self.net.load.loc[list(self.loads.values()), ["p_mw", "q_mvar"]] = 0.0
        for station, value in mva.items():
            row = self.loads[self.bus_of[station]]
            self.net.load.loc[row, "p_mw"] += value * self.pf
            self.net.load.loc[row, "q_mvar"] += value * self.pf * self.tangent

    def solved(self, kind: str | None, element: str | None) -> dict[str, Any]:
        """Return what pandapower finds in the base case or with one circuit or unit of a row out."""
        net = self.net
        if kind in (None, "feed"):
            return self._measured()
        frame = net[kind]
        (i,) = frame.index[frame["name"] == element]
        n = int(frame.at[i, "parallel"]) if "parallel" in frame else 1
        column, value = ("parallel", n - 1) if n > 1 else ("in_service", False)
        before = frame.at[i, column]
        frame.loc[i, column] = value
        try:
            return self._measured()
        finally:
            frame.loc[i, column] = before

    def _measured(self) -> dict[str, Any]:
        net = self.net
        try:
            pp.runpp(net, trafo_loading="current", init="dc", tolerance_mva=1e-8, lightsim2grid=False)
        except pp.LoadflowNotConverged:
            return {"is_converged": False}
        drawn = net.load.groupby("bus")["p_mw"].sum()
        vm = net.res_bus["vm_pu"]
        percent = pd.concat(
            [net.res_line["loading_percent"], net.res_trafo["loading_percent"], net.res_trafo3w["loading_percent"]]
        )
        return {
            "is_converged": True,
            "is_supplied": not vm[drawn.index[drawn > 0]].isna().any(),
            "max_loading_percent": float(percent.max()),
            "min_vm_pu": float(vm.min()),
            "max_vm_pu": float(vm.max()),
        }


def test_plain_pandapower_agrees_with_every_row_of_the_check(result: PlanResult) -> None:
    plan, region = result.plan, result.region
    plain = Plain(region, plan["scenario"]["power"]["power_factor"])
    n_compared = 0
    for year in plan["years"]:
        normal, lost = normal_and_lost(plan, year)
        for station, mva in stock_changes(plan, region, year).items():
            for loads in (normal, *lost.values()):
                loads[station] = loads.get(station, 0.0) + mva
        rows = [r for r in (*plan["grid"]["base"], *plan["grid"]["outages"]) if r["year"] == year]
        assert {r["element"] for r in rows if r.get("kind") == "feed"} == set(lost)
        for row in rows:
            kind, element = row.get("kind"), row.get("element")
            plain.draw(lost[element] if kind == "feed" else normal)
            found = plain.solved(kind, element)
            assert found["is_converged"] == (row["status"] != "not_converged"), row
            if not found["is_converged"]:
                continue
            assert found["is_supplied"] == (row["status"] != "islands"), row
            assert row["max_loading_percent"] == pytest.approx(found["max_loading_percent"], abs=POINTS), row
            assert row["min_vm_pu"] == pytest.approx(found["min_vm_pu"], abs=PU), row
            assert row["max_vm_pu"] == pytest.approx(found["max_vm_pu"], abs=PU), row
            n_compared += 1
    assert n_compared > 100


def stock_changes(plan: Any, region: Region, year: int) -> dict[str, float]:
    """Return MVA by station that switched halls change."""
    switched = [
        (r["id"], option, n) for r in plan["stock"] if int(r["year"]) == year for option, n in r["options"].items() if n
    ]
    if not switched:
        return {}
    scenario = parse_scenario({**plan["scenario"], "region": "."}, file="plan")
    table = (
        Session(region, scenario)
        .assembled.data["stock_mva"]
        .set_index(["stock", "option", "node"])["mva_change"]
        .sort_index()
    )
    out: dict[str, float] = {}
    for stock, option, n in switched:
        for node, change in table[stock, option].items():
            if node in set(region["substations"]["substation"]):
                out[node] = out.get(node, 0.0) + n * float(change)
    return out
