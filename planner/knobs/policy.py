"""The dated rules that stand behind a knob, in one line each: what holds in the planning years, and where it is written."""

from __future__ import annotations

from functools import lru_cache

from planner.export.words import unit_name
from planner.i18n import gettext as _
from planner.i18n import language
from planner.knobs import Knob, RuleRef
from planner.knobs.shown import PERCENT, plain_number
from planner.policy import CHOICE, YES_NO, PolicyPack, Rule, read_policy_pack
from planner.scenario import Scenario

ASSUMED = "assumed"


@lru_cache(maxsize=8)
def _pack(name: str) -> PolicyPack:
    return read_policy_pack(name)


def rule_lines(scenario: Scenario, knob: Knob) -> list[str]:
    """Return the rules behind a knob that hold in the planning years, with document, clause and year of the document."""
    pack = _pack(scenario.policy_pack)
    return [_line(rule) for ref in knob.words.rules for rule in _holding(scenario, pack, ref)]


def rule_summary(scenario: Scenario, knob: Knob) -> str:
    """Return what the rules behind a knob say, in one line; "" where no rule stands behind it."""
    pack, parts = _pack(scenario.policy_pack), []
    for ref in knob.words.rules:
        found = _holding(scenario, pack, ref)
        if found:
            said = [_("{value} from {year}").format(value=_value(rule), year=rule.from_year) for rule in found]
            listed = ("、" if language() == "zh" else ", ").join(said)
            parts.append(_("{what}: {said}").format(what=quantity_name(ref.quantity), said=listed))
    return "；".join(parts) if language() == "zh" else "; ".join(parts)


def _holding(scenario: Scenario, pack: PolicyPack, ref: RuleRef) -> list[Rule]:
    """Return the rules of a quantity that are the latest in some planning year; several of one date hold side by side."""
    audience = scenario.green.applies_to if ref.applies_to == "green.applies_to" else ref.applies_to
    rows = [r for r in pack.rows(ref.quantity) if r.applies_to in (audience, "all")]
    kept: list[Rule] = []
    for year in scenario.years:
        latest = max((r.from_year for r in rows if r.from_year <= year), default=None)
        kept += [r for r in rows if r.from_year == latest and r not in kept]
    return kept


def _line(rule: Rule) -> str:
    source = f"{rule.document}, {rule.clause}" if rule.clause else rule.document
    text = _("{what}, from {from_year}: {value}. {source} ({year})").format(
        what=quantity_name(rule.quantity),
        from_year=rule.from_year,
        value=_value(rule),
        source=source,
        year=rule.year,
    )
    mark = _("assumed reading") if rule.confidence == ASSUMED else ""
    phrase = f"“{rule.text_zh}”" if rule.text_zh and language() == "zh" else ""
    return " · ".join(part for part in (text, phrase, mark) if part)


def quantity_name(quantity: str) -> str:
    """Return what a rule rules, in words."""
    names = {
        "air_cooling_max_kw_per_rack": _("Air cooling is enough up to"),
        "green_share": _("Green share of new load"),
        "is_220_110_kv_expandable": _("220 and 110 kV stations may be expanded"),
        "is_conversion_energy_neutral": _("A conversion may not raise the energy used"),
        "is_drinking_water_allowed": _("Drinking water for cooling"),
        "is_near_500_kv_required": _("Sites near 500 kV stations"),
        "liquid_ready_share": _("Existing halls that can turn to liquid cooling"),
        "near_range_500_kv_km": _("Near range of a 500 kV station"),
        "occupancy_min_share": _("Least occupancy"),
        "pue_cap": _("PUE cap"),
        "training_in_city_max_share": _("Training inside the city, at most"),
        "water_cap_m3_per_year": _("Cooling water of the city, at most"),
    }
    return names.get(quantity, quantity)


def _value(rule: Rule) -> str:
    if rule.unit == CHOICE or isinstance(rule.value, str):
        return str(rule.value)
    if rule.unit == YES_NO:
        return _("yes") if rule.value else _("no")
    if rule.unit == "share":
        return f"{plain_number(float(rule.value) * PERCENT)} %"
    text = plain_number(float(rule.value))
    unit = "" if rule.unit == "1" else f" {unit_name(rule.unit)}"
    if rule.upper_kt_coal is None:
        return text + unit
    if rule.upper_kt_coal == float("inf"):
        return _("{value} for larger projects").format(value=text + unit)
    return _("{value} below {size} kt of coal equivalent a year").format(
        value=text + unit, size=plain_number(rule.upper_kt_coal)
    )
