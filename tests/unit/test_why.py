"""Why a site is in or out: the facts, the scenario with a wish, and what the answer says."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from planner.counterfactual import conflict, outcome, scenario_of, supposing
from planner.errors import UsageError
from planner.scenario import Scenario, load_scenario
from planner.view_names import names_in
from planner.why import choices, reasons
from tests.export_sample import infeasible_plan, sample_plan, secure_plan

CASE = Path(__file__).parents[1] / "cases" / "small_plan" / "scenario.yaml"
VIEW: dict[str, Any] = {
    "layers": {
        "districts": {"columns": {"id": ["Tongzhou"], "name": ["Tongzhou"], "name_zh": ["通州"]}},
        "candidates": {
            "columns": {
                "id": ["C0412", "K1", "K2", "K3"],
                "district": ["Tongzhou"] * 4,
                "status": ["candidate", "candidate", "candidate", "excluded"],
                "stations": [["N220-33-1", "N220-30-1"], ["N220-33-1", "N220-30-1"], ["S9"], []],
                "plants": [["Yizhuang BDA"], ["Yizhuang BDA"], [], []],
                "reasons": [[], [], [], ["beyond_radius"]],
            }
        },
        "substations": {"columns": {"id": ["N220-33-1", "S9"], "name": ["A", "B"], "parent": ["Z6", None]}},
    }
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CASE)


def told(site: str, **changes: Any) -> dict[str, Any]:
    plan = sample_plan(**changes)
    return reasons(plan, VIEW, site, names_in(plan, VIEW, lang="en"))


def test_everything_can_be_asked_about_the_plan_first() -> None:
    plan = sample_plan()

    rows = choices(plan, VIEW, names_in(plan, VIEW, lang="en"))

    assert [row["id"] for row in rows] == ["C0655", "C0412", "C0231", "K1", "K2", "K3"]  # 120, 96 and less MW
    assert [row["kind"] for row in rows] == ["in", "in", "in", "out", "out", "excluded"]
    assert rows[3]["label"] == "Tongzhou K1"


def test_a_site_of_the_plan_tells_what_it_serves_and_touches() -> None:
    found = told("C0412")

    assert found["kind"] == "in"
    assert "Opens in 2027; 96 MW of IT load in 2035" in found["lines"][0]
    assert any("Yizhuang 33-1" in line for line in found["lines"])
    assert [row["index"][0] for row in found["limits"]] == ["N220-33-1", "Yizhuang BDA", "N220-30-1"]
    assert {row["id"]: row["left"] for row in found["headroom"]} == {"N220-33-1": 1.5, "N220-30-1": 2.0}


def test_a_candidate_left_out_tells_what_is_used_up_and_who_took_it() -> None:
    found = told("K1")

    assert found["kind"] == "out"
    assert "used up" in found["lines"][0]
    assert (found["rivals"][0]["id"], found["rivals"][0]["is_alike"]) == ("C0412", True)
    assert "instead: Cell C0412 (Tongzhou)" in found["lines"][1]


def test_where_nothing_is_used_up_nothing_is_claimed() -> None:
    found = told("K2")

    assert found["limits"] == found["rivals"] == found["headroom"] == []
    assert found["lines"] == [
        "No limit at its stations or plants is used up: other places cost less, or the demand is served without it."
    ]


def test_an_excluded_place_gives_the_reasons_of_the_screening() -> None:
    found = told("K3")

    assert (found["kind"], found["codes"], found["limits"]) == ("excluded", ["beyond_radius"], [])
    assert told("nowhere")["kind"] == "unknown"


def test_the_scenario_s_own_wishes_are_told() -> None:
    wishes = {"fixed": ["C0412"], "forbidden": ["K1"], "min_mw": {"C0412": 50.0}}
    changed = {**sample_plan().get("scenario", {}), "wishes": wishes}

    assert any("asks for this site" in line for line in told("C0412", scenario=changed)["lines"])
    assert any("at least 50 MW" in line for line in told("C0412", scenario=changed)["lines"])
    assert "forbids this site" in told("K1", scenario=changed)["lines"][0]


def test_a_limit_of_a_zone_touches_the_sites_below_it() -> None:
    plan = sample_plan()
    zone = next(row for row in plan["limits"] if row["index"][0] == "Z6")
    zone |= {"is_binding": True, "worth": 5e6}

    found = reasons(plan, VIEW, "C0412", names_in(plan, VIEW, lang="en"))

    assert found["limits"][0]["index"][0] == "Z6"


def test_a_wish_is_added_to_the_scenario(scenario: Scenario) -> None:
    asked = scenario.changed({"wishes": {"fixed": ["A"], "forbidden": ["B"], "min_mw": {"A": 40.0}}})

    without, with_b = supposing(asked, "A", "out"), supposing(asked, "B", "in")

    assert (without.wishes.fixed, without.wishes.forbidden, dict(without.wishes.min_mw)) == ((), ("B", "A"), {})
    assert (with_b.wishes.fixed, with_b.wishes.forbidden) == (("A", "B"), ())
    assert dict(with_b.wishes.min_mw) == {"A": 40.0}
    assert (without.name.en, with_b.name.zh) == ("Small plan, without A", "小方案，含 B")
    with pytest.raises(UsageError, match="already"):
        supposing(asked, "A", "in")


def test_a_plan_gives_its_scenario_back(scenario: Scenario) -> None:
    import json

    kept = {"scenario": json.loads(scenario.model_dump_json(exclude={"region"}))}

    assert scenario_of(kept, scenario.region) == scenario


def plan_at(value: float, bound: float | None, **changes: Any) -> dict[str, Any]:
    plan = secure_plan()
    plan |= {"objective": {**plan["objective"], "value": value}, "bound": bound, **changes}
    return copy.deepcopy(plan)


def answer(before: dict[str, Any], after: dict[str, Any], wish: str = "out") -> dict[str, Any]:
    return outcome(before, after, site="C0412", wish=wish, names={"C0412": "the site"})


def test_a_loss_beyond_the_gaps_is_told_with_its_range() -> None:
    found = answer(plan_at(1000e6, 990e6), plan_at(1100e6, 1080e6))

    assert found["loss"] == {"value": 100e6, "low": 80e6, "high": 110e6, "unit": "CNY", "is_told": True}
    assert found["sentences"][0] == (
        "Without the site, the best plan costs 100 million CNY more (80 million CNY to 110 million CNY at these gaps)."
    )
    assert found["level"] == "secure"


def test_a_wish_that_takes_choices_away_gains_nothing() -> None:
    found = answer(plan_at(1000e6, 990e6), plan_at(995e6, 985e6))

    assert (found["loss"]["value"], found["loss"]["low"], found["loss"]["high"]) == (0.0, 0.0, 5e6)
    assert "no difference is proven" in found["sentences"][0]


def test_taking_a_wish_back_may_gain() -> None:
    wishes = {"wishes": {"fixed": ["C0412"], "forbidden": [], "min_mw": {}}}
    found = answer(plan_at(1000e6, 990e6, scenario=wishes), plan_at(900e6, 890e6))

    assert found["loss"]["value"] == -100e6
    assert "costs 100 million CNY less (90 million CNY to 110 million CNY" in found["sentences"][0]


def test_most_power_loses_when_it_becomes_less() -> None:
    aim = {"name": "it_mw", "sense": "maximise", "unit": "MW IT"}
    before, after = plan_at(0.0, 510.0), plan_at(0.0, 460.0)
    before["objective"], after["objective"] = {**aim, "value": 500.0}, {**aim, "value": 450.0}

    found = answer(before, after)

    assert (found["loss"]["value"], found["loss"]["low"], found["loss"]["high"]) == (50.0, 40.0, 60.0)
    assert "is 50 MW IT worse" in found["sentences"][0]


def test_without_a_bound_no_range_is_told() -> None:
    assert "no bound says" in answer(plan_at(1000e6, 990e6), plan_at(1100e6, None))["sentences"][0]


def test_the_answer_tells_where_the_load_goes() -> None:
    before, after = plan_at(1000e6, 990e6), plan_at(1100e6, 1080e6)
    gone = after["sites"].pop(0)
    after["sites"][0]["it_mw"]["2035"] += 96.0

    found = answer(before, after)

    assert gone["id"] == "C0412"
    assert found["sentences"][1:3] == [
        "Its IT load in 2035: 96 MW before, 0 MW now.",
        "More elsewhere: Cell C0655 (Daxing) +96 MW.",
    ]
    assert {row["change"] for row in found["moved"]} == {"only_a", "larger"}


def test_the_answer_tells_which_limits_become_scarcer() -> None:
    before, after = plan_at(1000e6, 990e6), plan_at(1100e6, 1080e6)
    after["limits"][0]["worth"] *= 3
    after["limits"][1] |= {"is_binding": False, "worth": 0.0}

    sentences = answer(before, after, wish="in")["sentences"]

    assert "Scarcer then: Firm headroom: N220-33-1." in sentences
    assert "Less scarce then: Firm headroom: N220-30-1." in sentences


def test_an_answer_that_is_not_secure_says_so() -> None:
    found = answer(plan_at(1000e6, 990e6), {**sample_plan(), "security": "insecure"})

    assert found["level"] == "insecure"
    assert found["sentences"][-1].startswith("INSECURE")


def test_a_wish_without_a_plan_gives_the_contradiction() -> None:
    found = answer(secure_plan(), infeasible_plan(), wish="in")

    assert not found["is_possible"]
    assert "contradict" in found["sentences"][0]
    assert found["conflict"]["families"] == ["Power"]
    (way,) = found["conflict"]["ways"]
    assert way["ids"] == ["power"]
    assert way["lines"] == ["200 MVA missing – Firm headroom: Z6, 2035"]


def test_a_run_that_was_stopped_is_no_contradiction() -> None:
    found = answer(secure_plan(), {**infeasible_plan(), "status": "no_plan", "infeasible": None})

    assert found["conflict"] is None
    assert "ended before" in found["sentences"][0]


def test_several_ways_out_are_told_one_by_one() -> None:
    plan = infeasible_plan()
    demand = {"constraint": "demand_met", "index": ["Daxing", "training", 2035], "unit": "MW IT", "amount": 40.0}
    plan["infeasible"]["ways"].append({"families": ["workload"], "is_enough": True, "shortfalls": [demand]})

    found = conflict(plan, {})

    assert found is not None
    assert found["families"] == ["Power", "Demand and latency"]
    assert [len(way["lines"]) for way in found["ways"]] == [1, 1]
    assert conflict(sample_plan(), {}) is None
