"""What a rule decided in a plan: binding, kept, not reached, set aside or missed, with the figure it is measured by."""

from __future__ import annotations

from typing import Any

import pytest

from planner.policy import PolicyPack, read_policy_pack
from planner.policy_case import Judged
from planner.policy_rows import judged, label_sites, rule_rows
from planner.policy_rule import Rule
from planner.scenario import Scenario
from tests.policy_sample import HIGH, LOW, PUE, YEARS, annual, case, places, plan, scenario

EAST_WEST, GERMANY, BEIJING = (read_policy_pack(name) for name in ("east_west", "germany", "beijing"))


def rule(pack: PolicyPack, name: str, **changes: Any) -> Rule:
    """Return a rule of a pack, changed."""
    return next(r for r in pack.rules if r.id == name).model_copy(update=changes)


def ask(
    pack: PolicyPack, name: str, made: dict[str, Any] | None = None, asked: Scenario | None = None, **changes: Any
) -> Judged:
    """Return what a rule of a pack (changed) did in a plan."""
    found = rule(pack, name, **changes)
    other = pack.model_copy(update={"rules": tuple(found if r.id == name else r for r in pack.rules)})
    return judged(found, case(other, made, asked))


def with_limit(constraint: str, index: list[Any], worth: float | None) -> dict[str, Any]:
    """Return the plan with one limit that binds."""
    row = {"constraint": constraint, "family": "x", "index": index, "unit": "MWh/year", "used": 1.0, "limit": 1.0,
           "slack": 0.0, "worth": worth, "is_binding": True}  # fmt: skip
    return {**plan(ref=0.8), "limits": [row]}


def test_a_cap_binds_where_it_keeps_something_out_and_is_the_strictest() -> None:
    beijing, ningxia = ask(EAST_WEST, "pue_beijing_new_2021"), ask(EAST_WEST, "pue_ningxia_ban_2023")

    assert (beijing.decided, beijing.reason, beijing.measured) == ("binding", "keeps_out", PUE[LOW])
    assert {"air_chiller", "tower_economiser"} <= set(beijing.what)
    assert (ningxia.decided, ningxia.reason) == ("holds", "stricter")  # the hubs of the west keep 1.2


def test_caps_that_the_scenario_switches_off_are_set_aside() -> None:
    asked = scenario().changed({"cooling.pue_caps": "off"})

    assert ask(EAST_WEST, "pue_beijing_new_2021", asked=asked).decided == "set_aside"
    assert ask(EAST_WEST, "pue_new_mean_2025", asked=asked).decided == "set_aside"


def test_a_green_share_binds_where_the_strictest_market_stands_at_it() -> None:
    bound = ask(EAST_WEST, "green_hub_2025", with_limit("green_share", ["NM", 2030], 45.0))
    stricter = ask(EAST_WEST, "green_new_2030", plan(ref=0.8))

    assert (bound.decided, bound.worth, bound.worth_unit, bound.measured) == ("binding", 45.0, "MWh/year", 0.8)
    assert (stricter.decided, stricter.reason) == ("holds", "stricter")
    assert ask(EAST_WEST, "green_hub_2025", plan(ref=0.8)).decided == "holds"


def test_a_share_that_the_plan_lacks_is_missed() -> None:
    assert ask(EAST_WEST, "green_hub_2025", plan(ref=0.5)).decided == "missed"
    assert ask(EAST_WEST, "occupancy_hub_start_2025", value=0.9).decided == "missed"
    assert ask(EAST_WEST, "occupancy_hub_start_2025").decided == "holds"


def test_occupancy_of_hubs_binds_with_the_row_of_a_hub() -> None:
    name = "occupancy_hub_start_2025"
    bound = ask(EAST_WEST, name, with_limit("hub_occupancy", ["inner_mongolia", 2030], 45.0))

    assert (bound.decided, bound.worth, bound.measured) == ("binding", 45.0, 0.8)
    for constraint, index, worth in (
        ("hub_occupancy", ["beijing", 2030], 45.0),  # another place
        ("occupancy", [2030], 45.0),  # all places together: another rule's row
    ):
        assert ask(EAST_WEST, name, with_limit(constraint, index, worth)).decided == "holds"
    at_it, near = (with_limit("hub_occupancy", ["inner_mongolia", 2030], 0.0) for _ in range(2))
    near["limits"][0]["slack"] = 0.2
    assert [ask(EAST_WEST, name, made).decided for made in (at_it, near)] == ["binding", "holds"]
    assert ask(EAST_WEST, "occupancy_2025", with_limit("occupancy", [2030], 45.0)).decided == "binding"


def test_shares_of_the_scenario_set_the_pack_aside_in_their_years() -> None:
    every = scenario().changed({"green.share": dict.fromkeys(scenario().years, 0.1)})
    one = scenario().changed({"green.share": {2025: 0.1}})

    assert ask(EAST_WEST, "green_hub_2025", asked=every).decided == "set_aside"
    assert ask(EAST_WEST, "green_hub_2025", asked=one).decided != "set_aside"


def test_rules_not_in_force_or_of_other_places_are_not_reached() -> None:
    assert ask(EAST_WEST, "green_new_2032", from_year=2040).reason == "later"
    assert ask(EAST_WEST, "green_new_2023").reason == "superseded"
    assert ask(EAST_WEST, "pue_ningxia_ban_2023", places=("nowhere",)).reason == "no_place"
    assert ask(EAST_WEST, "green_procurement_2030").reason == "no_audience"


def test_a_rule_dated_between_planning_years_says_from_when_it_applies() -> None:
    rows = {row["id"]: row for row in rule_rows(EAST_WEST, plan(), places(), scenario=scenario(), annual=annual())}

    assert rows["green_new_2032"]["applies_from"] == 2035
    assert rows["green_new_2032"]["years"] == [2035]
    assert "applies from 2035" in rows["green_new_2032"]["text"]
    assert rows["green_new_2030"]["applies_from"] is None


def test_heat_is_judged_where_it_is_planned() -> None:
    warm = scenario().changed({"heat.is_on": True})
    sold = [{"site": site, "year": 2035, "mwh": 0.3 * 880_000.0} for site in places()["site"]]
    off = scenario().changed({"heat.is_on": False})

    assert ask(GERMANY, "heat_2028", asked=off).decided == "set_aside"
    assert ask(GERMANY, "heat_2028", asked=warm).decided == "missed"
    assert ask(GERMANY, "heat_2028", {**plan(), "heat": sold}, warm, from_year=2035).decided == "holds"


def test_shown_rules_tell_whether_the_plan_meets_them() -> None:
    assert ask(EAST_WEST, "pue_mean_2025").reason == "met"
    assert ask(EAST_WEST, "pue_mean_2025", plan("tower_economiser")).reason == "missed"
    assert ask(EAST_WEST, "hub_new_share_2025").measured == pytest.approx(21 / 26)
    assert ask(EAST_WEST, "ai_share_2025").measured == 1.0
    assert ask(EAST_WEST, "role_west_2024").measured == pytest.approx(9 / 26)


def test_the_tariff_needs_existing_centres() -> None:
    assert ask(BEIJING, "differential_low").decided == "holds"
    assert ask(BEIJING, "differential_low", plan(stock=False)).reason == "no_stock"


def test_sites_are_marked_by_what_they_build_and_where_they_lie() -> None:
    labels: dict[str, dict[str, str]] = {}
    for technology in (LOW, HIGH):
        made = plan(technology, ref=0.8)
        label_sites(EAST_WEST, made, places(), scenario=scenario(), annual=annual())
        labels[technology] = {site["id"]: site["label"] for site in made["sites"]}
        why = {site["id"]: [r["rule"] for r in site["label_reasons"]] for site in made["sites"]}
        assert "water_zhangjiakou_2025" in why["HB-ZB"]
        assert ("pue_ningxia_preferred_2023" in why["NX-ZW"]) == (technology == LOW)

    told = {r["rule"]: r["text"] for site in made["sites"] for r in site["label_reasons"]}
    assert told["water_zhangjiakou_2025"] == "Water of the place: area of water conservation"
    assert told["pue_hub_project_2025"] == "PUE cap: 1.2, not met, with 1.28 in the plan"
    assert labels[LOW]["NX-ZW"] == labels[LOW]["SH-QP"] == "admissible"
    assert labels[HIGH]["SH-QP"] == "conditional"  # above 1.2
    assert labels[LOW]["BJ"] == labels[LOW]["QH-XN"] == "conditional"  # no cluster of a hub
    assert labels[LOW]["HB-ZB"] == labels[LOW]["NM-HL"] == "conditional"  # water


def test_sites_of_a_region_without_hubs_are_not_marked() -> None:
    made, city = plan(), places().assign(role="", hub="", market="all")
    label_sites(BEIJING, made, city, scenario=scenario(), annual=annual())

    assert "label" not in made["sites"][0]


def test_rows_are_plain_data_with_every_field() -> None:
    rows = rule_rows(BEIJING, plan(), places(), scenario=scenario(), annual=annual())

    assert [row["id"] for row in rows] == [r.id for r in BEIJING.rules]
    largest = next(row for row in rows if row["id"] == "pue_new_over_30kt")
    assert largest["upper_kt_coal"] == "inf"
    assert set(YEARS) >= set(largest["years"])
    assert {"document", "clause", "effect", "places", "value", "unit", "decided", "text"} <= set(largest)
