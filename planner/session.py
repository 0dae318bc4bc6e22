"""One loaded model: solve, what-ifs in place, the rounds of the loop. Scripts and pages use it.

    session = Session(region, scenario)
    plan = session.solve()
    cheaper = session.with_scenario(scenario.changed({"water.availability_share": 0.03})).solve()

A changed scenario is assembled and built again. Equal scenarios are answered from the cache, except runs that ended by their
time limit. `resolve` adds learned rows to the models that are loaded and solves from the plan before (the rounds of the AC loop, see `loop`).
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

from models.siting import FAMILIES, SitingData, SitingModel, build
from models.siting.cuts import Frames, joined, with_cuts
from models.siting.direct import solve_direct
from models.siting.merge import classes, merge_cuts, merge_sites
from models.siting.quick import Start, again, improved, quick
from models.siting.rounds import resolve
from models.siting.solve import THREADS, Options, Progress, Solution, Solver
from models.siting.staged import solve_staged
from models.siting.stages import Staged
from planner import __version__
from planner.assemble import Assembled, assemble
from planner.errors import UsageError
from planner.i18n import gettext as _
from planner.plan import Plan, empty_plan, make_plan
from planner.policy import own_content
from planner.region import Region
from planner.region_edits import region_for
from planner.scenario import Scenario
from planner.secure import Engines, GridCases, network_key

STAGED_FROM_SITES = 150  # below, one solve of the whole model is faster than its stages
PACKAGES = ("pyomo", "highspy", "pandapower", "geopandas", "shapely", "numpy", "pandas")


def versions() -> dict[str, str]:
    """Return the versions that a plan's numbers depend on."""
    return {"site-by-power": __version__, "python": platform.python_version(), **{p: version(p) for p in PACKAGES}}


class Session:
    """A region, a scenario and the loaded model of both."""

    def __init__(self, region: Region, scenario: Scenario) -> None:
        self._base = region  # without the scenario's corrections
        self._cache: dict[str, tuple[Plan, Solution, dict[str, SitingModel], float | None]] = {}
        self._cases: tuple[str, Engines] | None = None
        self.solution: Solution | None = None
        self._load(scenario)

    def _load(self, scenario: Scenario) -> None:
        times = {}
        started = time.perf_counter()
        self.region = region_for(self._base, scenario)
        self.assembled: Assembled = assemble(self.region, scenario)
        self._data: SitingData = self.assembled.data  # with the rows learned since
        times["assemble_s"] = time.perf_counter() - started
        off = set(scenario.families_off)
        self._families = tuple(f for f in FAMILIES if f.__name__.rsplit(".", 1)[-1] not in off)
        self.scenario = scenario
        self.times = {**times, "build_s": 0.0, "handover_s": 0.0}
        self.models: dict[str, SitingModel] = {}
        self.solver: Solver | None = None
        self._relaxation: float | None = None

    def build(self, data: SitingData) -> SitingModel:
        """Return the compiled model of data under the scenario's families."""
        started = time.perf_counter()
        model = build(data, families=self._families)
        self.times["build_s"] += time.perf_counter() - started
        return model

    @property
    def is_staged(self) -> bool:
        """Return whether there are so many candidates that the model is solved in stages."""
        return len(self.assembled.data["sites"]) > STAGED_FROM_SITES

    @property
    def model(self) -> SitingModel:
        """Return the model that the last plan came from; before a solve the model of all candidates, like sites merged."""
        if "plan" not in self.models:
            data = self.assembled.data
            self.models["plan"] = self.build(merge_sites(data)[0] if self.is_staged else data)
        return self.models["plan"]

    def with_scenario(self, scenario: Scenario) -> Session:
        """Take another scenario on the same region and return the session."""
        if scenario != self.scenario:
            self._load(scenario)
        return self

    def size(self) -> dict[str, int]:
        """Return candidates and feeds of the region, and the size of the largest model solved for them."""
        largest = max(self.models.values(), key=lambda model: model.matrix.n_rows, default=None)
        size = {"candidates": len(self.assembled.data["sites"]), "feeds": len(self.assembled.data["feeds"])}
        if largest is None:
            return size
        m = largest.matrix
        return {
            **size,
            "sites_in_model": len(largest.data["sites"]),
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
        if time_limit_s is not None and not time_limit_s > 0:
            raise UsageError(
                _("A time limit of {limit} s leaves no time; give more than 0.").format(limit=time_limit_s)
            )
        key, self._data = self.fingerprint, self.assembled.data
        if key in self._cache:  # with its models as they were, without the rows that were learned since
            plan, self.solution, models, self._relaxation = self._cache[key]
            self.models = dict(models)
            return plan
        limit = rules.time_limit_s if time_limit_s is None else time_limit_s
        options = self._options(limit)
        if self.is_staged:
            staged = solve_staged(self.assembled.data, self.build, options, progress=progress, should_stop=should_stop)
            self.models = {"plan": staged.model, "merged": staged.merged}
            self.solver, solution, self._relaxation = staged.solver, staged.solution, staged.relaxation
        else:
            self.solver, solution = solve_direct(self.model, options, progress=progress, should_stop=should_stop)
        plan = self._planned(solution)
        if solution.status == "optimal":
            self._cache[key] = (plan, solution, dict(self.models), self._relaxation)
        return plan

    def quick(
        self,
        frames: Frames,
        *,
        start: Start,
        progress: Callable[[Progress], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        time_limit_s: float,
    ) -> Plan:
        """Return a quick plan that keeps learned rows, with a certified gap (see `models.siting.quick`); staged regions only."""
        self._data = self.with_rows(frames)
        options = self._options(time_limit_s)
        return self._taken(
            quick(self._data, self.build, options, start=start, progress=progress, should_stop=should_stop)
        )

    def improve(
        self,
        *,
        progress: Callable[[Progress], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        time_limit_s: float,
    ) -> Plan:
        """Search on from the last plan until its gap is closed or time is up."""
        if self.solution is None or self.solution.values is None:
            raise UsageError(_("There is no plan to go on from; solve first."))
        staged = improved(
            self.models["plan"],
            self.models["merged"],
            self.solution,
            self._options(time_limit_s),
            candidates=self._data,
            build=self.build,
            progress=progress,
            should_stop=should_stop,
        )
        return self._taken(staged)

    def _options(self, time_limit_s: float) -> Options:
        rules = self.scenario.solver
        return Options(gap=rules.gap, time_limit_s=time_limit_s, seed=rules.seed)

    def _taken(self, staged: Staged) -> Plan:
        """Return the plan of a staged solve and keep its models."""
        self.models = {"plan": staged.model, "merged": staged.merged}
        self.solver, self._relaxation = staged.solver, staged.relaxation
        return self._planned(staged.solution)

    @property
    def fingerprint(self) -> str:
        """Hash of the region's content and the scenario, independent of where the files lie."""
        return fingerprint(self.region, self.scenario)

    def with_rows(self, frames: Frames) -> SitingData:
        """Return the data of all candidates with learned rows."""
        return joined(self.assembled.data, frames)

    def grid_cases(self) -> GridCases:
        """Return the networks of the scenario; what they depend on being equal, they stay loaded from scenario to scenario."""
        key = network_key(self.region, self.scenario)
        known = self._cases[1] if self._cases is not None and self._cases[0] == key else {}
        self._cases = (key, known)
        return GridCases(self.region, self.scenario, engines=known)

    def resolve(
        self,
        frames: Frames,
        *,
        progress: Callable[[Progress], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        time_limit_s: float,
        is_quick: bool = False,
    ) -> Plan:
        """Add the rows of `frames` (see `models.siting.cuts`) to the loaded models and solve again.

        `is_quick`: by a dive on the same sites, as `quick` does. Where no plan is found the session stays as it was,
        without the rows.
        """
        last, options = self.solution, self._options(time_limit_s)
        if last is None or last.values is None:
            raise UsageError(_("There is no plan to go on from; solve first."))
        before = (self._data, dict(self.models), self.solver)
        self._data = joined(self._data, frames)
        model = with_cuts(self.model, frames)
        if "merged" in self.models:
            merged = with_cuts(self.models["merged"], merge_cuts(frames, classes(self._data)))
            if is_quick:
                staged = again(model, merged, last, options, progress=progress, should_stop=should_stop)
            else:
                staged = resolve(
                    model,
                    merged,
                    last.values,
                    last.bound,
                    options,
                    relaxation=self._relaxation,
                    candidates=self._data,
                    build=self.build,
                    progress=progress,
                    should_stop=should_stop,
                )
            self.models = {"plan": staged.model, "merged": staged.merged}
            self.solver, solution = staged.solver, staged.solution
        else:
            self.models["plan"] = model
            self.solver = Solver(model)
            solution = self.solver.solve(options, progress=progress, should_stop=should_stop)
        plan = self._planned(solution)
        if not plan.has_plan:
            self._data, self.models, self.solver = before
            self.solution = last
        return plan

    def _planned(self, solution: Solution) -> Plan:
        """Return the plan of a solution of the loaded model."""
        assert self.solver is not None
        self.times["handover_s"] = self.solver.handover_s
        self.solution = solution
        if solution.values is None:
            return Plan(empty_plan(self.region, self.scenario, status=solution.status, record=self.record(solution)))
        started = time.perf_counter()
        worths: np.ndarray = self.solver.worths(solution)
        record = self.record(solution)
        record["times"]["worths_s"] = time.perf_counter() - started
        return make_plan(
            self.region,
            self.scenario,
            assembled=self.assembled,
            model=self.model,
            solution=solution,
            worths=worths,
            record=record,
        )


def fingerprint(region: Region, scenario: Scenario) -> str:
    """Return a hash of the content of the region, the scenario and a policy pack of one's own."""
    import hashlib

    text = region.fingerprint + scenario.model_dump_json(exclude={"region"}) + own_content(scenario.policy_pack)
    return hashlib.sha256(text.encode()).hexdigest()
