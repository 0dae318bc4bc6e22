"""Areas without stations are solved from a dive; the optimum is the same, and other regions are searched as before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.siting import build
from models.siting.direct import solve_direct
from models.siting.solve import Options, Progress, Solver
from tests.builders import random_data
from tests.builders_markets import market_data
from tests.properties.answers import answer

EXACT = Options(gap=1e-7)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_from_a_dive_the_optimum_is_found_and_a_wide_gap_is_kept(seed: int) -> None:
    data = market_data(seed, years=(2030, 2035))
    best = answer(data).objective
    heard: list[Progress] = []

    exact = solve_direct(build(data), EXACT, progress=heard.append)[1]
    wide = solve_direct(build(data), Options(gap=0.05))[1]

    assert exact.status == wide.status == "optimal"
    assert exact.objective == pytest.approx(best, rel=1e-6)
    assert wide.objective is not None
    assert wide.bound is not None
    assert wide.gap is not None
    assert wide.gap <= 0.05
    assert wide.bound <= best * (1 + 1e-9) <= wide.objective * (1 + 2e-9)
    assert {p.bound is not None for p in heard} == {True}


def test_a_region_with_stations_is_searched_from_nothing() -> None:
    model = build(random_data(1, n_sites=2))

    plain, direct = Solver(model).solve(EXACT), solve_direct(model, EXACT)[1]

    assert plain.values is not None
    assert direct.values is not None
    assert np.array_equal(plain.values, direct.values)


def test_what_cannot_be_solved_or_is_stopped_says_so() -> None:
    data = market_data(2, demand_mw=200.0, is_unserved_allowed=False)
    stopped = solve_direct(build(market_data(2)), EXACT, should_stop=lambda: True)[1]

    assert solve_direct(build(data), EXACT)[1].status == "infeasible"
    assert stopped.values is None
    assert stopped.status in ("interrupted", "no_plan")


def test_the_worths_of_a_dived_plan_are_those_of_its_siting() -> None:
    data = market_data(1, years=(2030, 2035))
    data = data.changed(rules=replace(data.rules, max_sites=3))
    solver, solution = solve_direct(build(data), EXACT)

    worths = solver.worths(solution)

    spans = {name: first for name, _doc, _index, first in solver.model.matrix.spans}
    assert worths[spans["hub_cap"]] >= 0
    assert np.isfinite(worths).all()
    assert worths.max() > 0
