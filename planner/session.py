"""One loaded model: solve, what-ifs in place, the rounds of the loop. Scripts and pages use it.

    session = Session(region, scenario)
    plan = session.solve()
    cheaper = session.with_scenario(scenario.changed({"water.availability_share": 0.03})).solve()

A changed scenario is assembled again; where the new matrix has the same coefficients, only bounds and costs are changed
in the loaded model. Equal scenarios are answered from the cache, except runs that ended by their time limit.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

from models.siting import SitingModel, build
from models.siting import FAMILIES
from models.siting.solve import THREADS, Options, Progress, Solution, Solver
from planner import __version__
from planner.assemble import Assembled, assemble
from planner.plan import Plan, empty_plan, make_plan
from planner.region import Region
from planner.scenario import Scenario

PACKAGES = ("pyomo", "highspy", "pandapower", "geopandas", "shapely", "numpy", "pandas")


def versions() -> dict[str, str]:
    """Return the versions that a plan's numbers depend on."""
    return {"site-by-power": __version__, "python": platform.python_version(), **{p: version(p) for p in PACKAGES}}


class Session:
    """A region, a scenario and the loaded model of both."""

    def __init__(self, region: Region, scenario: Scenario) -> None:
        self.region = region
        self._cache: dict[str, tuple[Plan, Solution]] = {}
        self.solution: Solution | None = None
        self._load(scenario)

    def _load(self, scenario: Scenario) -> None:
        times = {}
        started = time.perf_counter()
        self.assembled: Assembled = assemble(self.region, scenario)
        times["assemble_s"] = time.perf_counter() - started
        started = time.perf_counter()
        off = set(scenario.families_off)
        families = tuple(f for f in FAMILIES if f.__name__.rsplit(".", 1)[-1] not in off)
        self.model: SitingModel = build(self.assembled.data, families=families)
        times["build_s"] = time.perf_counter() - started
        self.solver = Solver(self.model)
        times["handover_s"] = self.solver.handover_s
        self.scenario = scenario
        self.times = times

    def with_scenario(self, scenario: Scenario) -> Session:
        """Take another scenario on the same region and return the session."""
        if scenario != self.scenario:
            self._load(scenario)
        return self

    def size(self) -> dict[str, int]:
        """Return candidates, rows, columns, integers, nonzeros of the loaded model."""
        m = self.model.matrix
        return {
            "candidates": len(self.assembled.data["sites"]),
            "feeds": len(self.assembled.data["feeds"]),
            "rows": m.n_rows,
            "columns": m.n_cols,
            "integers": int(m.is_integer.sum()),
            "nonzeros": len(m.values),
        }

    def record(self, solution: Solution | None = None) -> dict[str, Any]:
        """Return size, times, versions and solver settings."""
        rules = self.scenario.solver
        times = {**self.times, **({} if solution is None else {"solve_s": solution.solve_s})}
        return {
            "size": self.size(),
            "times": times,
            "versions": versions(),
            "fingerprint": fingerprint(self.region, self.scenario),
            "solver": {"gap": rules.gap, "time_limit_s": rules.time_limit_s, "seed": rules.seed, "threads": THREADS},
        }

    def solve(
        self,
        *,
        progress: Callable[[Progress], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        time_limit_s: float | None = None,
    ) -> Plan:
        """Solve the loaded model and return the plan, not yet audited or checked in AC."""
        rules = self.scenario.solver
        key = fingerprint(self.region, self.scenario)
        if key in self._cache:
            plan, self.solution = self._cache[key]
            return plan
        options = Options(gap=rules.gap, time_limit_s=time_limit_s or rules.time_limit_s, seed=rules.seed)
        solution = self.solver.solve(options, progress=progress, should_stop=should_stop)
        self.solution = solution
        if solution.values is None:
            return Plan(
                empty_plan(self.region, self.scenario, status=solution.status, record=self.record(solution))
            )
        started = time.perf_counter()
        worths: np.ndarray = self.solver.worths(solution)
        record = self.record(solution)
        record["times"]["worths_s"] = time.perf_counter() - started
        plan = make_plan(
            self.region,
            self.scenario,
            assembled=self.assembled,
            model=self.model,
            solution=solution,
            worths=worths,
            record=record,
        )
        if solution.status == "optimal":
            self._cache[key] = (plan, solution)
        return plan


def fingerprint(region: Region, scenario: Scenario) -> str:
    """Return a hash of the region's content and the scenario, independent of where the files lie."""
    import hashlib

    text = region.fingerprint + scenario.model_dump_json(exclude={"region"})
    return hashlib.sha256(text.encode()).hexdigest()
