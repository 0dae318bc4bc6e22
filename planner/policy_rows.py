"""The plan's rows about its rules: value, places, years, where it is written, and what each one decided in this plan.

`binding`: the plan stands at it, or it keeps something out. `holds`: it is kept with room to spare, or a stricter one
holds. `not_reached`: not in force, or nothing to rule. `label`: shown and judged, no limit. `set_aside`: the scenario says
otherwise. `missed`: no row of the model keeps it, and the plan does not either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from planner import policy_checks as checks
from planner import policy_labels as labels
from planner.policy import PolicyPack
from planner.policy_case import NOT_REACHED, Judged, PlanCase
from planner.policy_limits import HUB_ROLES
from planner.policy_quantities import LABEL
from planner.policy_rule import Rule
from planner.policy_words import mark_text, rule_text
from planner.scenario import Scenario

CHECKS: Mapping[str, Callable[[Rule, PlanCase], Judged]] = {
    "ai_share_target": labels.ai_share,
    "air_cooling_max_kw_per_rack": checks.air_density,
    "coal_equivalent_kg_per_kwh": checks.coal_factor,
    "coal_equivalent_primary_kg_per_kwh": checks.coal_factor,
    "differential_tariff_cny_per_mwh": checks.tariff,
    "differential_tariff_high_cny_per_mwh": checks.tariff,
    "differential_tariff_pue": checks.tariff,
    "green_share": checks.green_share,
    "green_share_preferred": labels.green_preferred,
    "heat_share_min": checks.heat_share,
    "heat_use": labels.heat_use,
    "hub_new_share": labels.hub_new_share,
    "is_220_110_kv_expandable": checks.expandable,
    "is_conversion_energy_neutral": labels.shown,
    "is_drinking_water_allowed": labels.drinking_water,
    "is_hub_cluster_required": labels.marked_sites,
    "is_near_500_kv_required": labels.near_500_kv,
    "liquid_ready_share": checks.liquid_ready,
    "mean_pue_cap": checks.mean_pue_cap,
    "near_range_500_kv_km": labels.near_range,
    "occupancy_min_share": checks.occupancy,
    "pue_cap": checks.pue_cap,
    "pue_preferred": labels.pue_preferred,
    "pue_scope": labels.shown,
    "retrofit_grant_max_cny": labels.shown,
    "stock_credit_max_pue": labels.stock_credit,
    "stock_plan_threshold_mwh_per_year": labels.shown,
    "training_in_city_max_share": checks.training,
    "water_cap_m3_per_year": checks.water_cap,
    "water_scarcity": labels.marked_sites,
    "workload_role": labels.workload_role,
    "wue_denominator": labels.shown,
}


def rule_rows(
    pack: PolicyPack, plan: Mapping[str, Any], places: pd.DataFrame, *, scenario: Scenario, annual: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return one row for each rule of the pack, in its order.

    `plan`: finished but for this list; `places`: climate, market, hub, site, role; `annual`: climate, technology,
    pue_annual of new build.
    """
    case = PlanCase(pack, plan, places, scenario, annual)
    return [_row(rule, case) for rule in pack.rules]


def label_sites(
    pack: PolicyPack, plan: Mapping[str, Any], places: pd.DataFrame, *, scenario: Scenario, annual: pd.DataFrame
) -> None:
    """Set `label` and `label_reasons` of the plan's sites, where the region has hubs."""
    if not places["role"].isin(HUB_ROLES).any():
        return
    case = PlanCase(pack, plan, places, scenario, annual)
    found = [
        (rule, replace(case, years=years))
        for rule in pack.rules
        if rule.effect == LABEL and rule.label is not None and (years := years_of(rule, case))
    ]
    for site in plan["sites"]:
        labels.label_site(site, found, lambda rule, own: mark_text(_row(rule, own)))


def years_of(rule: Rule, case: PlanCase) -> tuple[int, ...]:
    """Return the planning years in which the rule is the latest of its series."""
    later = [r.from_year for r in case.pack.rules if r.series == rule.series and r.from_year > rule.from_year]
    end = min(later, default=10_000)
    return tuple(year for year in case.plan["years"] if rule.from_year <= year < end)


def judged(rule: Rule, case: PlanCase) -> Judged:
    """Return what a rule did in a plan."""
    years = years_of(rule, case)
    if not years:
        is_later = rule.from_year > case.plan["years"][-1]
        return Judged(NOT_REACHED, "later" if is_later else "superseded")
    if case.inside(rule).empty:
        return Judged(NOT_REACHED, "no_place")
    if rule.applies_to == "public_procurement" and case.scenario.green.applies_to != rule.applies_to:
        return Judged(NOT_REACHED, "no_audience")
    return CHECKS[rule.quantity](rule, replace(case, years=years))


def _row(rule: Rule, case: PlanCase) -> dict[str, Any]:
    found = judged(rule, case)
    years = years_of(rule, case)
    row: dict[str, Any] = {
        "id": rule.id,
        "quantity": rule.quantity,
        "applies_to": rule.applies_to,
        "places": list(rule.places),
        "year": rule.from_year,
        "years": list(years),
        "applies_from": years[0] if years and years[0] > max(rule.from_year, case.plan["years"][0]) else None,
        "value": _finite(rule.value),
        "unit": rule.unit,
        "upper_kt_coal": _finite(rule.upper_kt_coal),
        "effect": rule.effect,
        "document": rule.document,
        "clause": rule.clause,
        "document_year": rule.year,
        "confidence": rule.confidence,
        "decided": found.decided,
        "reason": found.reason,
        "measured": found.measured,
        "what": list(found.what),
        "worth": found.worth,
        "worth_unit": found.worth_unit,
    }
    return {**row, "text": rule_text(row)}


def _finite(value: float | str | None) -> float | str | None:
    """Return a value that JSON holds: "inf" in words."""
    return "inf" if value == float("inf") else value
