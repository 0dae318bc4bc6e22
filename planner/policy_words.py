"""What a rule of a policy pack is called, what it says, and what it decided in a plan, in the language in use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.export.words import technology_name, unit_name, workload_name
from planner.i18n import gettext as _
from planner.i18n import language
from planner.policy_quantities import CHOICE, YES_NO

PERCENT = 100.0
ASSUMED = "assumed"


def quantity_name(quantity: str) -> str:
    """Return what a rule rules, in words."""
    names = {
        "ai_share_target": _("Share of training and inference"),
        "air_cooling_max_kw_per_rack": _("Air cooling is enough up to"),
        "coal_equivalent_kg_per_kwh": _("Coal equivalent by which projects are sized"),
        "coal_equivalent_primary_kg_per_kwh": _("Coal equivalent, the other reading"),
        "differential_tariff_cny_per_mwh": _("Extra tariff up to twice the PUE limit"),
        "differential_tariff_high_cny_per_mwh": _("Extra tariff above twice the PUE limit"),
        "differential_tariff_pue": _("PUE from which existing centres pay an extra tariff"),
        "green_share": _("Green share of new load"),
        "green_share_preferred": _("Green share of projects that go first"),
        "heat_share_min": _("Share of energy reused as heat"),
        "heat_use": _("Use of waste heat"),
        "hub_new_share": _("Share of new load in the national hubs"),
        "is_220_110_kv_expandable": _("220 and 110 kV stations may be expanded"),
        "is_conversion_energy_neutral": _("A conversion may not raise the energy used"),
        "is_drinking_water_allowed": _("Drinking water for cooling"),
        "is_hub_cluster_required": _("Large centres belong in the clusters of the hubs"),
        "is_near_500_kv_required": _("Sites near 500 kV stations"),
        "liquid_ready_share": _("Existing halls that can turn to liquid cooling"),
        "mean_pue_cap": _("Mean PUE, at most"),
        "near_range_500_kv_km": _("Near range of a 500 kV station"),
        "occupancy_min_share": _("Least occupancy"),
        "pue_cap": _("PUE cap"),
        "pue_preferred": _("PUE of projects that go first"),
        "pue_scope": _("What keeps the PUE cap"),
        "retrofit_grant_max_cny": _("Grant for a retrofit, at most"),
        "stock_credit_max_pue": _("PUE up to which closed cabinets count for new ones"),
        "stock_plan_threshold_mwh_per_year": _("Existing centres that are in the plan of the city, from"),
        "training_in_city_max_share": _("Training inside the city, at most"),
        "water_cap_m3_per_year": _("Cooling water of the city, at most"),
        "water_scarcity": _("Water of the place"),
        "workload_role": _("What the place is for"),
        "wue_denominator": _("Water is counted by"),
    }
    return names.get(quantity, quantity.replace("_", " "))


def audience_name(audience: str) -> str:
    """Return to whom a rule speaks."""
    names = {
        "all": _("everybody"),
        "city": _("the city as a whole"),
        "hub_new": _("new build in the hubs"),
        "hub_start_area": _("start areas of the hubs"),
        "new_build": _("new build"),
        "public_procurement": _("public procurement"),
        "stock": _("existing centres"),
    }
    return names.get(audience, audience)


def effect_name(effect: str) -> str:
    """Return how a rule acts."""
    return {"hard": _("limit"), "price": _("price"), "label": _("shown")}.get(effect, effect)


def label_name(label: str) -> str:
    """Return how a rule marks a site."""
    names = {"admissible": _("admissible"), "conditional": _("with conditions"), "rejected": _("rejected")}
    return names.get(label, label)


def decided_name(decided: str) -> str:
    """Return what a rule did in a plan, in a word."""
    names = {
        "binding": _("decides"),
        "holds": _("is kept"),
        "not_reached": _("does not apply"),
        "label": _("is shown"),
        "set_aside": _("is set aside by the scenario"),
        "missed": _("is missed"),
    }
    return names.get(decided, decided)


def choice_name(value: str) -> str:
    """Return a reading that a rule chooses, in words."""
    names = {
        "block": _("every block"),
        "site": _("the mean of a site"),
        "raised": _("to be raised"),
        "conservation_area": _("area of water conservation"),
        "not_abundant": _("not abundant"),
        "medium_high_latency_goes_west": _("load of medium and high latency goes west"),
        "offline_backup_batch": _("offline work, backup and batch work"),
        "it_energy": _("the energy of the IT"),
        "total_energy": _("the whole energy"),
    }
    return names.get(value, value)


def value_text(row: Mapping[str, Any]) -> str:
    """Return the value of a rule (`value`, `unit`, `upper_kt_coal`) with its unit."""
    value, unit = row["value"], str(row["unit"])
    if unit == CHOICE:
        return choice_name(str(value))
    if unit == YES_NO:
        return _("yes") if value else _("no")
    text, upper = figure(float(value), unit), row.get("upper_kt_coal")
    if upper is None:
        return text
    if float(upper) == float("inf"):
        return _("{value} for larger projects").format(value=text)
    return _("{value} below {size} kt of coal equivalent a year").format(value=text, size=plain(float(upper)))


def figure(value: float, unit: str) -> str:
    """Return a number with its unit; shares in percent."""
    if unit == "share":
        return f"{plain(round(PERCENT * value, 1))} %"
    return plain(value) if unit in ("1", "") else f"{plain(value)} {unit_name(unit)}"


def plain(value: float) -> str:
    """Return a number with its digits, thousands separated and no empty decimals."""
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def rule_text(row: Mapping[str, Any]) -> str:
    """Return what a rule decided in a plan, in a sentence; `row` as in the plan's list `rules`."""
    reason, measured = str(row.get("reason") or ""), row.get("measured")
    shown = "–" if measured is None else figure(float(measured), _measured_unit(row))
    what = ("、" if language() == "zh" else ", ").join(_named(str(name)) for name in row.get("what") or [])
    sentence = _sentences().get(reason, "").format(measured=shown, what=what, year=row.get("year"))
    late = row.get("applies_from")
    if late is not None:
        dated = _("dated between planning years, it applies from {year}").format(year=late)
        sentence = ("；" if language() == "zh" else "; ").join(part for part in (sentence, dated) if part)
    return sentence


def mark_text(row: Mapping[str, Any]) -> str:
    """Return why a rule marks a site: what it rules, what it says, and the site's own figure where there is one."""
    said = _("{what}: {said}").format(what=quantity_name(str(row["quantity"])), said=value_text(row))
    if row.get("measured") is None:
        return said
    return ("，" if language() == "zh" else ", ").join([said, rule_text(row)])


def _sentences() -> dict[str, str]:
    return {
        "all_below": _("everything on offer keeps it"),
        "binding": _("the plan stands at it: {measured}"),
        "keeps_out": _("keeps out {what}"),
        "kept": _("kept, with {measured} in the plan"),
        "later": _("in force from {year}, after the last planning year"),
        "marks": _("speaks to {what}"),
        "met": _("met, with {measured} in the plan"),
        "missed": _("not met, with {measured} in the plan"),
        "no_audience": _("new load does not count as those it speaks to"),
        "no_load": _("nothing is built where it speaks"),
        "no_place": _("the region has none of its places"),
        "no_stock": _("the plan changes no existing centres"),
        "not_asked": _("the scenario does not ask for expansions"),
        "off": _("the scenario leaves this subject out"),
        "priced": _("it is in the costs of what may become of existing centres"),
        "scenario": _("the scenario says otherwise"),
        "scenario_keeps": _("the scenario keeps it"),
        "share": _("{measured} in the plan"),
        "share_west": _("{measured} of such load is served in the west"),
        "shown": _("shown only: a plan has no figure for it"),
        "sizes": _("it says which size a project has"),
        "stricter": _("a stricter rule holds wherever it does"),
        "superseded": _("a later rule of the same kind takes its place"),
    }


def _measured_unit(row: Mapping[str, Any]) -> str:
    """Return the unit of what a rule is measured by: that of its value, a share where the rule itself has no number."""
    unit = str(row["unit"])
    return "share" if unit in (CHOICE, YES_NO) else unit


def _named(name: str) -> str:
    technology = technology_name(name)
    return technology if technology != name else workload_name(name)
