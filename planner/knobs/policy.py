"""The dated rules that stand behind a knob, in one line each: what holds in the planning years, and where it is written."""

from __future__ import annotations

from functools import lru_cache

from planner.i18n import gettext as _
from planner.i18n import language
from planner.knobs import Knob, RuleRef
from planner.policy import PolicyPack, Rule, read_policy_pack
from planner.policy_limits import HUB_AUDIENCES
from planner.policy_list import places_text
from planner.policy_quantities import LABEL
from planner.policy_words import effect_name, quantity_name, value_text
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
            general = [rule for rule in found if not rule.places]
            said = [_("{value} from {year}").format(value=_value(rule), year=rule.from_year) for rule in general]
            if len(general) < len(found):
                said.append(_("{n} more at single places").format(n=len(found) - len(general)))
            listed = ("、" if language() == "zh" else ", ").join(said)
            parts.append(_("{what}: {said}").format(what=quantity_name(ref.quantity), said=listed))
    return "；".join(parts) if language() == "zh" else "; ".join(parts)


def _holding(scenario: Scenario, pack: PolicyPack, ref: RuleRef) -> list[Rule]:
    """Return the rules of a quantity that are the latest of their series in some planning year; series hold side by side.

    Rules of hubs count where they name their places.
    """
    audience = scenario.green.applies_to if ref.applies_to == "green.applies_to" else ref.applies_to
    rows = [r for r in pack.rows(ref.quantity) if r.applies_to in (audience, "all") or _is_of_hubs(r)]
    kept: list[Rule] = []
    for year in scenario.years:
        latest = {r.series: r for r in rows if r.from_year <= year}  # by date, so the last of a series stays
        kept += [r for r in latest.values() if r not in kept]
    return kept


def _is_of_hubs(rule: Rule) -> bool:
    return bool(rule.places) and rule.applies_to in HUB_AUDIENCES


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
    where = places_text(rule) if rule.places else ""
    shown = effect_name(rule.effect) if rule.effect == LABEL else ""
    return " · ".join(part for part in (text, where, phrase, shown, mark) if part)


def _value(rule: Rule) -> str:
    return value_text(rule.model_dump())
