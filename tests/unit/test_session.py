"""A session: what it records, equal runs, and arguments it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.errors import UsageError
from planner.pipeline import run
from planner.read import read_region
from planner.scenario import Scenario, load_scenario
from planner.session import Session

CASE = Path(__file__).parents[1] / "cases" / "small_plan" / "scenario.yaml"
RUN_TO_RUN = ("times",)  # everything else of a plan is the same whenever it is made


@pytest.fixture(scope="module")
def one_year() -> Scenario:
    return load_scenario(CASE).changed({"years": [2030], "solver.gap": 0.2})


def told(plan: dict[str, Any]) -> dict[str, Any]:
    record = {k: v for k, v in plan["record"].items() if k not in RUN_TO_RUN}
    rounds = [{k: v for k, v in r.items() if k not in ("solve_s", "check_s")} for r in plan["loop"]["rounds"]]
    return {**plan, "record": record, "loop": {**plan["loop"], "rounds": rounds}}


def test_two_runs_give_the_same_plan(one_year: Scenario) -> None:
    first, second = (run(one_year).plan for _i in range(2))

    assert first["audit"]["status"] == "passed"
    assert told(dict(first.data)) == told(dict(second.data))


@pytest.mark.parametrize("limit_s", [0.0, -5.0, float("nan")])
def test_a_time_limit_must_leave_time(limit_s: float, one_year: Scenario) -> None:
    with pytest.raises(UsageError, match="time limit"):
        Session(read_region(one_year.region), one_year).solve(time_limit_s=limit_s)


def test_a_stopped_run_says_so(one_year: Scenario) -> None:
    result = run(one_year.changed({"solver.gap": 0.0}), should_stop=lambda: True)

    assert result.plan.status == "interrupted"
    assert result.plan["audit"]["status"] in {"passed", "not_run"}


def test_lists_are_not_changed_by_place(one_year: Scenario) -> None:
    with pytest.raises(UsageError, match=r"years\.0"):
        one_year.changed({"years.0": 2031})
