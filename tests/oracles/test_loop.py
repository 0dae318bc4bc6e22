"""The loop of siting and AC check finds the best secure plan: every set of sites judged by plain pandapower says so too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from models.siting import build
from models.siting.solve import Options, Solver
from planner.loop import secured
from planner.plan import Plan
from planner.session import Session
from tests.oracles.loop_cases import (
    LOST_FEED,
    TRAFO,
    VOLTAGE,
    Case,
    Truth,
    best_secure,
    enumerated,
    loads_of,
    region_of,
    scenario_of,
)

CASES = {"voltage": VOLTAGE, "trafo": TRAFO, "lost feed": LOST_FEED}


@dataclass(frozen=True)
class Run:
    case: Case
    session: Session
    first: Plan
    plan: Plan
    mva_per_block: float
    costs: dict[tuple[int, ...], float]
    best: dict[str, int]

    def value(self, blocks: dict[str, int]) -> float:
        """Return the objective of a set of blocks, to be minimised."""
        return self.costs[tuple(blocks.values())]

    @property
    def sign(self) -> float:
        return -1.0 if self.plan["objective"]["sense"] == "maximise" else 1.0


def costs_of(case: Case, session: Session) -> dict[tuple[int, ...], float]:
    """Return the objective of every set of block counts that the siting model without the grid allows."""
    sets = [tuple(blocks.values()) for blocks in enumerated(case)]
    if session.scenario.objective.name == "it_mw":  # blocks are full
        return {counts: -case.block_mw * sum(counts) for counts in sets}
    model = build(session.assembled.data, families=session._families)
    blocks = model.decisions["n_blocks"]
    cols = blocks["col"].to_numpy(int)[np.argsort(blocks["site"].map(list(case.sites).index).to_numpy())]
    out = {}
    for counts in sets:
        lower, upper = model.matrix.col_lower.copy(), model.matrix.col_upper.copy()
        lower[cols] = upper[cols] = counts
        fixed = replace(model, matrix=replace(model.matrix, col_lower=lower, col_upper=upper))
        found = Solver(fixed).solve(Options(gap=0.0))
        if found.objective is not None:
            out[counts] = found.objective
    return out


@pytest.fixture(scope="module", params=list(CASES))
def run(request: pytest.FixtureRequest) -> Run:
    case = CASES[request.param]
    session = Session(region_of(case), scenario_of(case))
    first = session.solve()
    plan = secured(session, first)
    mva = case.block_mw * float(session.assembled.data["performance"]["mva_per_mw"].iloc[0])
    costs = costs_of(case, session)
    best = best_secure(case, costs, mva)
    assert best is not None
    return Run(case, session, first, plan, mva, costs, best)


def blocks_of(plan: Plan, case: Case) -> dict[str, int]:
    found = {s["id"]: sum(b["n"] for b in s["blocks"]) for s in plan["sites"]}
    return {site: found.get(site, 0) for site in case.sites}


def loads_in(run: Run, plan: Plan) -> tuple[dict[str, float], dict[str, Any]]:
    return loads_of(run.case, blocks_of(plan, run.case), run.mva_per_block)


def test_loop_and_enumeration_agree(run: Run) -> None:
    found = run.sign * run.plan["objective"]["value"]

    assert run.plan["loop"]["status"] == "secure"
    assert found == pytest.approx(run.value(run.best), rel=1e-6)
    assert run.sign * run.plan["bound"] <= run.value(run.best) * (1 + 1e-6 * np.sign(run.value(run.best)))
    assert found == pytest.approx(run.value(blocks_of(run.plan, run.case)), rel=1e-6)


def test_the_plan_of_the_loop_is_secure_by_plain_pandapower(run: Run) -> None:
    assert run.plan.security == "secure"
    assert Truth(run.case).is_secure(*loads_in(run, run.plan))


def test_the_grid_is_what_limits_and_the_linear_flow_does_not_see_it(run: Run) -> None:
    dc_only, secure = (run.sign * run.plan["loop"][k]["value"] for k in ("dc_only", "secure"))

    assert not Truth(run.case).is_secure(*loads_in(run, run.first))
    assert dc_only < secure - 1e-6 * abs(secure)  # better than the best secure plan: not secure
    assert run.plan["loop"]["rounds"][0]["n_counted"] > 0
    assert run.plan["loop"]["price_of_security"]["value"] == pytest.approx(secure - dc_only)


def test_cases_are_limited_by_what_they_were_made_for(run: Run) -> None:
    learned = {
        (c["quantity"], c["element_kind"], c["outage_kind"]) for c in run.plan["loop"]["cuts"] if c["kind"] == "ac"
    }
    made_for = {
        "voltage": ("vm_min", "bus", "line"),
        "trafo": ("loading", "trafo", "trafo"),
        "lost feed": ("loading", "line", "feed"),
    }

    assert made_for[next(k for k, c in CASES.items() if c is run.case)] in learned


def test_without_lost_feeds_more_would_fit() -> None:
    case = LOST_FEED
    session = Session(region_of(case), scenario_of(case, network__feed_transfer=False))
    plan = secured(session, session.solve())
    mva = case.block_mw * float(session.assembled.data["performance"]["mva_per_mw"].iloc[0])
    normal, feeds = loads_of(case, blocks_of(plan, case), mva)

    assert plan["grid"]["rules"]["feed_transfer"] == "not checked"
    assert plan.security == "secure"
    assert Truth(case).is_secure(normal)
    assert not Truth(case).is_secure(normal, feeds)
