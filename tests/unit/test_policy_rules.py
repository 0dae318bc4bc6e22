"""Every rule of every bundled pack, switched on alone: a limit, a price, or a mark of the plan changes.

A rule that nothing reads fails here: a limit or price that changes no frame, or a rule that is shown and says nothing.
"""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import pytest

from planner.assemble import _years_table
from planner.assemble_reinforcement import may_expand_low
from planner.assemble_stock import tariff
from planner.errors import UsageError
from planner.i18n import use_language
from planner.policy import PolicyPack, pack_names, read_policy_pack
from planner.policy_limits import (
    air_limits,
    allowed_mwh,
    banned_blocks,
    green_shares,
    heat_shares,
    hub_occupancy,
    mean_pue_caps,
    min_occupancy,
    no_training,
)
from planner.policy_list import own_rules
from planner.policy_quantities import QUANTITIES
from planner.policy_rows import CHECKS, judged, label_sites, rule_rows
from planner.policy_rule import Rule
from planner.scenario import Scenario
from tests.policy_sample import CLASSES, HIGH, LOW, YEARS, alone, annual, case, places, plan, scenario, without

RULES = [(name, rule) for name in pack_names() for rule in own_rules(read_policy_pack(name))]
EACH = pytest.mark.parametrize(("name", "rule"), RULES, ids=[f"{name}-{rule.id}" for name, rule in RULES])
# rules about which a plan has no figure: they are printed beside it, and that is all they do
PRINTED_ONLY = {
    "coal_equivalent_primary_kg_per_kwh",
    "differential_tariff_cny_per_mwh",
    "differential_tariff_high_cny_per_mwh",
    "differential_tariff_pue",
    "is_conversion_energy_neutral",
    "pue_scope",
    "retrofit_grant_max_cny",
    "stock_plan_threshold_mwh_per_year",
    "wue_denominator",
}


@lru_cache(maxsize=1)
def of_city() -> Scenario:
    """Return a scenario of a city of stations, without what other rules would ask for."""
    base = scenario().to_dict()
    kept = {key: base[key] for key in ("name", "workloads", "cooling")}
    carbon = {"grid_t_per_mwh": dict.fromkeys(YEARS, 0.5)}
    works = {key: {**work, "demand_mw": dict.fromkeys(YEARS, 1.0)} for key, work in _plain(kept["workloads"]).items()}
    return Scenario.model_validate(
        {**kept, "years": YEARS, "carbon": carbon, "workloads": works, "families_off": ("green",)}
    )


def _plain(works: dict[str, Any]) -> dict[str, Any]:
    shown = ("name", "rtt_limit_ms", "density_kw_per_rack", "availability", "load_factor", "coincidence")
    return {key: {part: work[part] for part in shown} for key, work in works.items()}


def limits_of(pack: PolicyPack, years: tuple[int, ...]) -> dict[str, str]:
    """Return everything that the pack gives to the model, in words that can be compared; a refusal is its sentence."""
    here, city = places(), of_city()
    hubs = here[~here["hub"].isin(["beijing", "qinghai"])]
    region = SimpleNamespace(is_area=False)
    stock = SimpleNamespace(yearly_m3=0.0)
    found = {
        "allowed_mwh": lambda: allowed_mwh(pack, annual(), is_on=True),
        "banned_blocks": lambda: banned_blocks(pack, here, years, annual(), is_on=True),
        "mean_pue_caps": lambda: mean_pue_caps(pack, here, years, is_on=True),
        "green": lambda: green_shares(pack, here, years, applies_to="new_build", own={}),
        "green procured": lambda: green_shares(pack, here, years, applies_to="public_procurement", own={}),
        "heat_shares": lambda: heat_shares(pack, here, years),
        "occupancy": lambda: (min_occupancy(pack, here, years, 0.5), min_occupancy(pack, hubs, years, 0.5)),
        "hub_occupancy": lambda: hub_occupancy(pack, here, years, 0.5),
        "air": lambda: air_limits(pack, here, 2030),
        "training": lambda: no_training(pack, here, 2030, CLASSES),
        "tariff": lambda: [tariff(pack, pue, year) for pue in (1.5, 3.0) for year in years],
        "expansion": lambda: may_expand_low(city, pack),
        "years_table": lambda: _years_table(region, city.changed({"water.city_cap_m3_per_year": 1.0}), pack, stock),  # type: ignore[arg-type]
        "city water": lambda: _years_table(region, city, pack, stock)["city_water_cap_m3"],  # type: ignore[arg-type]
    }
    return {key: _told(made) for key, made in found.items()}


def _told(made: Any) -> str:
    try:
        value = made()
    except UsageError as refused:
        return str(refused)
    return str(value.to_dict() if hasattr(value, "to_dict") else value)


def acts(pack: PolicyPack, rule: Rule) -> bool:
    """Return whether the model gets something else with this rule alone than without it."""
    years = tuple(year for year in YEARS if year >= rule.from_year)
    return limits_of(alone(pack, rule), years) != limits_without(pack.id, rule.quantity, years)


@lru_cache(maxsize=200)
def limits_without(name: str, quantity: str, years: tuple[int, ...]) -> dict[str, str]:
    """Return what the model gets from a bundled pack without any rule of the quantity."""
    return limits_of(without(read_policy_pack(name), quantity), years)


@EACH
def test_a_limit_or_a_price_changes_what_the_model_gets(name: str, rule: Rule) -> None:
    assert acts(read_policy_pack(name), rule) == (rule.effect != "label")


@EACH
def test_every_rule_says_what_it_did_in_a_plan(name: str, rule: Rule) -> None:
    pack = alone(read_policy_pack(name), rule)
    asked = scenario().changed({"green.applies_to": "public_procurement"} if "procurement" in rule.applies_to else {})

    found = judged(rule, case(pack, asked=asked))

    assert found.decided != "not_reached"
    assert (found.decided == "label") == (rule.effect == "label")
    if found.reason == "shown":
        assert rule.quantity in PRINTED_ONLY or rule.applies_to == "stock"
    elif rule.effect == "label":
        assert found.measured is not None or found.what or found.reason.startswith("scenario")


@pytest.mark.parametrize(
    ("name", "rule"),
    [r for r in RULES if r[1].label is not None],
    ids=[r[1].id for r in RULES if r[1].label is not None],
)
def test_a_rule_with_a_label_marks_a_site(name: str, rule: Rule) -> None:
    pack, marked = alone(read_policy_pack(name), rule), {}
    for technology in (LOW, HIGH):
        made = plan(technology)
        label_sites(pack, made, places(), scenario=scenario(), annual=annual())
        marked |= {(r["rule"], r["label"]): r["text"] for site in made["sites"] for r in site["label_reasons"]}

    assert marked[rule.id, rule.label]


@lru_cache(maxsize=8)
def told(name: str, lang: str) -> dict[str, str]:
    """Return what the rules of a pack say of the sample plan."""
    with use_language(lang):
        rows = rule_rows(read_policy_pack(name), plan(), places(), scenario=scenario(), annual=annual())
    return {row["id"]: row["text"] for row in rows}


@EACH
def test_every_rule_is_told_in_both_languages(name: str, rule: Rule) -> None:
    assert told(name, "en")[rule.id]
    assert told(name, "zh")[rule.id] != told(name, "en")[rule.id]


def test_a_limit_that_nothing_reads_is_found_out() -> None:
    pack = read_policy_pack("beijing")
    idle = next(rule for rule in pack.rules if rule.id == "retrofit_grant").model_copy(update={"effect": "hard"})

    assert not acts(pack, idle)


def test_every_quantity_has_a_check() -> None:
    assert set(CHECKS) == set(QUANTITIES)


def test_every_place_that_a_rule_names_is_one_of_the_region() -> None:
    known = {name for column in ("market", "hub", "site") for name in places()[column]}

    assert {place for _name, rule in RULES for place in rule.places} <= known


def test_every_rule_names_its_document_and_the_assumed_ones_say_why() -> None:
    assert all(
        rule.document and rule.clause for _name, rule in RULES if rule.id not in ("pue_scope", "wue_denominator")
    )
    assert [
        rule.id for name, rule in RULES if name == "east_west" and rule.confidence == "assumed" and not rule.note
    ] == []
