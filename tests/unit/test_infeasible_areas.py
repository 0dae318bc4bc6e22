"""A required share that cannot be met in a region of areas: the plan, or the answer to why there is none, says what lacks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planner.audit import audit_plan
from planner.counterfactual import conflict, outcome, supposing
from planner.export.sentences import names_of
from planner.infeasible import explained
from planner.plan import Plan
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario
from planner.session import Session
from planner.why import reasons

CASE = Path(__file__).parents[1] / "cases" / "small_areas" / "scenarios" / "reference.yaml"
ALL_GREEN: dict[str, Any] = {"green.share": {2030: 1.0, 2035: 1.0}}
ALL_SERVED: dict[str, Any] = {"is_unserved_allowed": False}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CASE)


@pytest.fixture(scope="module")
def region(scenario: Scenario) -> Region:
    return read_region(scenario.region)


@pytest.fixture(scope="module")
def short_of_green(region: Region) -> Region:
    """Return the region with a quarter of its green power and certificates."""
    table = region["resources"]
    table = table.assign(available_mwh_per_year=table["available_mwh_per_year"].astype(float) / 4.0)
    return replace(region, tables={**region.tables, "resources": table})


def test_a_plan_that_leaves_demand_unserved_says_what_green_power_lacks(
    short_of_green: Region, scenario: Scenario
) -> None:
    asked = scenario.changed(ALL_GREEN)
    session = Session(short_of_green, asked)

    plan = json.loads(session.solve().to_json())

    left = {year: sum(r["it_mw"] for r in plan["unserved"] if r["year"] == year) for year in asked.years}
    assert left[2035] > 1.0
    lacks = {(row["market"], row["year"]): row for row in plan["missing"]}
    assert {("EA", 2035), ("WE", 2035)} & set(lacks)
    for (market, year), row in lacks.items():
        assert row["unserved_mw"] <= left[year] + 1e-6
        own = next(r for r in plan["markets"] if (r["market"], r["year"]) == (market, year))
        assert row["lacking_mwh"] >= row["unserved_mw"] * 8760 * 0.68  # more than the IT energy of the least used class
        assert own["ref"] is None or own["ref"] == pytest.approx(1.0, abs=1e-6)
    assert audit_plan(plan, short_of_green, asked, assembled=session.assembled)["failures"] == []


@pytest.mark.parametrize(
    ("offered", "max_share"), [(0.0, 1.0), (100.0, 1.0), (1e9, 0.4)], ids=["nothing", "less than one block", "shares"]
)
def test_a_plan_that_builds_nothing_for_want_of_green_power_says_so(
    region: Region, scenario: Scenario, offered: float, max_share: float
) -> None:
    table = region["resources"].assign(available_mwh_per_year=offered, max_share=max_share)
    bare = replace(region, tables={**region.tables, "resources": table})
    asked = scenario.changed(ALL_GREEN)
    session = Session(bare, asked)

    plan = json.loads(session.solve().to_json())

    assert sum(r["it_mw"] for r in plan["unserved"] if r["year"] == 2035) == pytest.approx(110.0)
    assert {(row["market"], row["year"]) for row in plan["missing"]} == {
        (market, year) for market in ("EA", "WE") for year in (2030, 2035)
    }
    for row in plan["missing"]:
        whole = row["unserved_mw"] * 8760 * 0.68  # less than the demand would use
        assert row["lacking_mwh"] > whole - 2 * min(offered, max_share * row["unserved_mw"] * 8760)
        assert "used up" not in row["text"]
        assert "未建设" in row["text_zh"]
    assert audit_plan(plan, bare, asked, assembled=session.assembled)["failures"] == []


def test_where_all_must_be_served_the_answer_names_market_year_and_amount(
    short_of_green: Region, scenario: Scenario
) -> None:
    session = Session(short_of_green, scenario.changed({**ALL_GREEN, **ALL_SERVED}))

    plan = explained(session, session.solve())

    assert plan.status == "infeasible"
    families = [way["families"] for way in plan["infeasible"]["ways"]]
    assert ["green"] in families
    (way,) = (way for way in plan["infeasible"]["ways"] if way["families"] == ["green"])
    told = {(s["constraint"], *s["index"]): s["amount"] for s in way["shortfalls"]}
    shares = {key[1:]: amount for key, amount in told.items() if key[0] == "green_share"}
    assert {(row["market"], row["year"]) for row in plan["missing"]} == set(shares)
    assert all(row["lacking_mwh"] == pytest.approx(shares[row["market"], row["year"]]) for row in plan["missing"])


def test_a_hub_that_is_too_small_is_named_with_its_quantity(region: Region, scenario: Scenario) -> None:
    hubs = {"hubs": {"plain": {"it_mw": {2035: 5.0}}, "coast": {"it_mw": {2035: 10.0}}}}
    session = Session(region, scenario.changed({**hubs, **ALL_SERVED}))

    plan = explained(session, session.solve())

    assert plan.status == "infeasible"
    (way,) = (way for way in plan["infeasible"]["ways"] if way["families"] == ["hubs"])
    caps = [s for s in way["shortfalls"] if s["constraint"] == "hub_cap"]
    assert {s["unit"] for s in caps} == {"MW IT"}
    assert sum(s["amount"] for s in caps) == pytest.approx(95.0, abs=0.1)  # 110 MW are asked for
    found = conflict(plan.data, names_of(plan.data, region, lang="en"))
    assert found is not None
    assert any("hub" in line for line in found["lines"])


@pytest.fixture(scope="module")
def before(region: Region, scenario: Scenario) -> Plan:
    return Session(region, scenario.changed({"hubs": {"plain": {"it_mw": {2035: 50.0}}}})).solve()


def test_a_site_forced_out_moves_its_load_to_others(region: Region, scenario: Scenario, before: Plan) -> None:
    site = before["sites"][0]["id"]
    asked = supposing(scenario.changed({"hubs": {"plain": {"it_mw": {2035: 50.0}}}}), site, "out")

    after = Session(region, asked).solve()
    found = outcome(before.data, after.data, site=site, wish="out", names=names_of(after.data, region, lang="en"))

    assert found["is_possible"]
    assert site not in {row["id"] for row in after["sites"]}
    assert found["loss"]["value"] > 0.0


def test_why_names_the_hubs_limit_that_touches_a_site(region: Region, before: Plan) -> None:
    site = next(row for row in before["sites"] if row["hub"] == "plain")

    found = reasons(before.data, None, site["id"], names_of(before.data, region, lang="en"))

    assert found["kind"] == "in"
    assert "hub_cap" in {row["constraint"] for row in found["limits"]}
    assert not any(line.startswith("Fed from: –") for line in found["lines"])
    sentence = next(row["sentence"] for row in found["limits"] if row["constraint"] == "hub_cap")
    assert sentence.startswith("One more MW of IT load at the hub Plain hub in 2035 is worth")
