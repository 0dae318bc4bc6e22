"""What a plan is called in a list, and which plan what-ifs start from."""

from __future__ import annotations

from planner.desk.tasks import best_of
from planner.desk.titles import MOST_LETTERS, titles
from planner.desk.workspace import PlanMeta
from planner.scenario import load_scenario
from tests.desk_case import CASES

REFERENCE = load_scenario(CASES / "small_plan" / "scenario.yaml")


def meta(name: str, status: str, gap: float | None) -> PlanMeta:
    return PlanMeta(name, "n", "n", "r", "2026-01-01T00:00:00", status, "secure", 1.0, "CNY", gap, "solve")


def test_an_unchanged_scenario_keeps_its_name() -> None:
    assert titles(REFERENCE, REFERENCE) == {"en": "Small plan", "zh": "小方案"}


def test_a_changed_one_is_told_by_its_first_change() -> None:
    found = titles(REFERENCE, REFERENCE.changed({"water.availability_share": 0.01, "demand_scale": 0.5}))

    assert found["en"].startswith("Small plan: ")
    assert found["zh"].startswith("小方案：")
    assert found["en"].endswith(" (+1)")
    assert len(found["en"]) <= MOST_LETTERS + len(" (+1)")


def test_a_name_that_the_user_gave_stays() -> None:
    found = titles(REFERENCE, REFERENCE.changed({"name.en": "Dry year", "demand_scale": 0.5}))

    assert found["en"] == "Dry year"


def test_what_ifs_start_from_the_oldest_plan_that_reached_its_gap() -> None:
    assert best_of([meta("p3", "optimal", 0.001), meta("p2", "optimal", 0.005), meta("p1", "time_limit", 0.2)]) == "p2"


def test_else_from_the_plan_with_the_smallest_gap() -> None:
    assert best_of([meta("p1", "time_limit", 0.2), meta("p2", "interrupted", 0.1)]) == "p2"
    assert best_of([meta("p1", "no_plan", None)]) is None
