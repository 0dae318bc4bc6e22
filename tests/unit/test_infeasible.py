"""Why there is no plan: the limits that are named, enlarged by what is said to be missing, make a plan possible."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.siting import build
from models.siting.cuts import with_cuts
from models.siting.elastic import GROUPS, Explanation, explain, shortfall
from models.siting.solve import Options, Solver
from planner.infeasible import explain as explained
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario
from planner.session import Session
from tests.algebra.golden import market_case

CASE = Path(__file__).parents[1] / "cases" / "small_plan" / "scenario.yaml"
ANY_PLAN = Options(gap=0.9, time_limit_s=60.0)
ONE_YEAR: dict[str, Any] = {"years": [2035], "green.share": {2035: 0.0}}
CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "demand must be met": ({**ONE_YEAR, "is_unserved_allowed": False, "demand_scale": 4.0}, {"workload"}),
    "carbon": ({**ONE_YEAR, "is_unserved_allowed": False, "carbon.cap_t": {2035: 100000.0}}, {"workload", "carbon"}),
    "cost": ({**ONE_YEAR, "objective": {"name": "water", "limits": {"cost": 1e9}}}, {"objective"}),
    "wished size": ({"wishes": {"min_mw": {"C003-002": 500.0}}}, {"clusters"}),
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CASE)


@pytest.fixture(scope="module")
def region(scenario: Scenario) -> Region:
    return read_region(scenario.region)


def is_possible(session: Session, way: Explanation, *, share: float = 1.0) -> bool:
    """Return whether the model has a plan when the limits named are larger by a share of what is missing."""
    matrix, solver = session.model.matrix, Solver(session.model)
    rows = {(name, tuple(i)): first + k for name, _doc, index, first in matrix.spans
            for k, i in enumerate(index.itertuples(index=False, name=None))}  # fmt: skip
    for s in way.shortfalls:
        row, more = rows[s.constraint, s.index], share * s.amount * (1.0 + 1e-6) + 1e-6
        is_equal = matrix.row_lower[row] == matrix.row_upper[row]
        upper = matrix.row_upper[row] + (0.0 if is_equal else more)
        solver.set_row(row, matrix.row_lower[row] - more, upper)
    return solver.solve(ANY_PLAN).values is not None


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if n in {"cost", "carbon"} else []) for n in CASES]
)
def test_what_is_said_to_be_missing_is_enough(name: str, region: Region, scenario: Scenario) -> None:
    changes, expected = CASES[name]
    session = Session(region, scenario.changed(changes))

    ways = explain(session.model, time_limit_s=10.0)

    assert expected <= {group for way in ways for group in way.groups}
    for way in ways:
        assert way.is_enough
        assert way.shortfalls, way.groups
        if not way.is_least:
            assert is_possible(session, way)
            assert not is_possible(session, way, share=0.5)


def test_one_wish_too_large_is_short_by_the_difference(region: Region, scenario: Scenario) -> None:
    session = Session(region, scenario.changed({"wishes": {"min_mw": {"C003-002": 500.0}}}))

    (way,) = explained(session)["ways"]

    assert way["families"] == ["clusters"]
    (short,) = way["shortfalls"]
    assert (short["constraint"], short["index"], short["unit"]) == ("wished_site", ["C003-002"], "MW IT")
    assert short["amount"] == pytest.approx(440.0)  # of 500 MW; no site may be larger than 60 MW


def test_the_relaxation_never_asks_for_more_than_whole_blocks_do(region: Region, scenario: Scenario) -> None:
    session = Session(region, scenario.changed({**ONE_YEAR, "is_unserved_allowed": False, "demand_scale": 4.0}))

    least = shortfall(session.model, ("workload",), is_relaxed=True)
    exact = shortfall(session.model, ("workload",))

    assert sum(s.amount for s in least.shortfalls) <= sum(s.amount for s in exact.shortfalls) * (1.0 + 1e-6)


def test_every_group_names_limits_of_the_model(region: Region, scenario: Scenario) -> None:
    changes = {"objective.limits": {"water": 1e6}, "power.zone_max_share": 1.0, "wishes": {"min_mw": {"C003-002": 1.0}}}
    model = Session(region, scenario.changed(changes)).model
    cut = {"cuts": pd.DataFrame({"cut": ["line"], "year": [model.data.years[-1]], "upper": [-1.0]})}
    spans = {name for name, _doc, _index, _first in with_cuts(model, cut).matrix.spans}
    spans |= {name for name, _doc, _index, _first in build(market_case()).matrix.spans}  # what areas have beside it

    assert {name for names in GROUPS.values() for name in names} <= spans


def test_a_limit_of_the_grid_that_leaves_no_plan_is_named(region: Region, scenario: Scenario) -> None:
    model = Session(region, scenario.changed(ONE_YEAR)).model
    cut = {"cuts": pd.DataFrame({"cut": ["line"], "year": [model.data.years[-1]], "upper": [-7.5]})}

    (way,) = explain(with_cuts(model, cut))

    assert way.groups == ("network",)
    (short,) = way.shortfalls
    assert short.constraint == "network_cut"
    assert short.amount == pytest.approx(7.5)
