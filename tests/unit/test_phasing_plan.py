"""A plan with heat, lead times and a budget: its lists, and an audit that finds every wrong number in them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from planner.assemble import Assembled, assemble
from planner.audit import audit_plan
from planner.pipeline import run
from planner.region import Region
from planner.scenario import Scenario
from tests.areas_heat import PHASED, heat_region

Data = dict[str, Any]
Made = tuple[Data, Region, Scenario, Assembled]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    region, scenario = heat_region(tmp_path_factory.mktemp("phasing_plan"))
    scenario = scenario.changed(PHASED)
    return dict(run(scenario, region=region).plan.data), region, scenario, assemble(region, scenario)


def audited(plan: Data, made: Made) -> set[str]:
    """Return the checks that fail."""
    found = audit_plan(plan, made[1], made[2], assembled=made[3])
    return {failure["check"] for failure in found["failures"]}


def test_the_plan_keeps_its_lead_times_and_budget(made: Made) -> None:
    plan = made[0]

    assert {s["id"]: s["open_year"] for s in plan["sites"]}["A2"] == 2035
    first, last = plan["investments"]
    assert first["budget_cny"] == 1.1e9
    assert 0.0 < first["cny"] <= 1.1e9 + 2e3
    assert last["budget_cny"] is None
    assert all(0.0 < row["salvage_cny"] < row["cny"] for row in plan["investments"])
    limit = next(row for row in plan["limits"] if row["constraint"] == "investment")
    assert limit["used"] == pytest.approx(first["cny"])


def test_heat_is_sold_at_the_price_of_its_user_and_stands_in_the_ledger(made: Made) -> None:
    plan = made[0]

    (row,) = plan["heat"]
    assert (row["site"], row["sink"], row["year"]) == ("A2", "TOWN", 2035)
    assert row["mwh"] <= 90_000.0 + 1.0
    assert row["cny"] == pytest.approx(90.0 * row["mwh"])
    book = {(r["term"], r["year"]): r["cny_per_year"] for r in plan["ledger"]}
    assert book["heat_revenue", 2035] == pytest.approx(-row["cny"])
    assert book["heat_links", 2035] > 0.0
    assert book.get(("heat_links", 2030), 0.0) == 0.0


def test_the_reused_heat_shows_in_the_hub(made: Made) -> None:
    plain = {(h["hub"], h["year"]): h for h in made[0]["hubs"]}
    sold = sum(r["mwh"] for r in made[0]["heat"])

    assert plain["plain", 2035]["erf"] == pytest.approx(sold / plain["plain", 2035]["energy_mwh"])


def test_decisions_due_are_listed(made: Made) -> None:
    for row in made[0]["decide_now"]:
        assert row["decide_by"] == row["year"] - row["lead_years"] <= 2026
        assert row["it_mw"] > 0.0
    assert made[0]["decide_now"]


def test_the_audit_passes(made: Made) -> None:
    assert made[0]["audit"]["status"] == "passed", made[0]["audit"]["failures"][:5]


def _heat(change: Callable[[Data], None]) -> Callable[[Data], None]:
    return lambda plan: change(plan["heat"][0])


WRONG: dict[str, tuple[Callable[[Data], None], str]] = {
    "more heat than the user takes": (_heat(lambda r: r.update(mwh=95e3, cny=95e3 * 90.0)), "heat_sink"),
    "more heat than the load gives": (_heat(lambda r: r.update(mwh=9e5, cny=9e5 * 90.0)), "recovered_heat"),
    "another price": (_heat(lambda r: r.update(cny=r["cny"] * 1.1)), "heat_cny"),
    "a user out of reach": (_heat(lambda r: r.update(sink="VILLAGE")), "heat_link"),
    "heat of a site that is none": (_heat(lambda r: r.update(site="A9")), "heat_site"),
    "heat left out": (lambda p: p["heat"].clear(), "ledger_cny_per_year"),
    "a smaller investment": (lambda p: p["investments"][0].update(cny=1e8), "investment_cny"),
    "more salvage": (lambda p: p["investments"][1].update(salvage_cny=9e9), "investment_salvage_cny"),
    "a decision left out": (lambda p: p["decide_now"].pop(), "decide_now"),
    "a decision too large": (lambda p: p["decide_now"][0].update(it_mw=500.0), "decide_now"),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_audit_finds_what_is_wrong(name: str, made: Made) -> None:
    change, check = WRONG[name]
    plan = copy.deepcopy(made[0])

    change(plan)

    assert check in audited(plan, made)


def test_the_audit_finds_a_budget_that_is_broken(made: Made) -> None:
    plan, region, scenario, _ = made
    tight = scenario.changed({"phasing.budget_cny": {2030: 1e8}})

    found = audit_plan(plan, region, tight, assembled=assemble(region, tight))

    assert "investment" in {failure["check"] for failure in found["failures"]}
