"""A session: what it records, equal runs, and arguments it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner import session as sessions
from planner.errors import UsageError
from planner.pipeline import plan_in, run
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


@pytest.mark.parametrize(
    "staged_from", [pytest.param(0, marks=pytest.mark.slow), pytest.param(1000, marks=pytest.mark.slow)]
)
def test_a_session_makes_the_same_plan_again(
    one_year: Scenario, staged_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "STAGED_FROM_SITES", staged_from)
    session = Session(read_region(one_year.region), one_year)

    first = plan_in(session, one_year).plan
    again = plan_in(session, one_year).plan  # from the cache, without the rows that its first loop learned
    session.with_scenario(one_year.changed({"demand_scale": 0.9}))
    later = plan_in(session, one_year).plan  # after another scenario was loaded

    assert sum(row["n_cuts_ac"] + row["n_cuts_dc"] for row in first["loop"]["rounds"]) > 0
    assert told(dict(first.data)) == told(dict(again.data)) == told(dict(later.data))


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
