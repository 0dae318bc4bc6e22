"""Values of a scenario as a page shows them, and back: shares in per cent, choices in words, empty values in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from planner.export.words import technology_name
from planner.i18n import gettext as _
from planner.i18n import language
from planner.knobs import Knob
from planner.knobs.ranges import Range
from planner.policy import pack_names, read_policy_pack
from planner.scenario import Scenario
from planner.scenario_path import ABSENT

PERCENT = 100.0
DIGITS = 12  # what 0.07 x 100 adds beyond these is arithmetic, not the planner's number
SHORT_LIST = 4


def to_shown(knob: Knob, value: Any) -> Any:
    """Return a number as the page shows it: a share in per cent."""
    if value is None or not knob.is_share:
        return value
    return round(value * PERCENT, DIGITS - 2)


def from_shown(knob: Knob, value: Any) -> Any:
    """Return the scenario's number for one on the page: the opposite of `to_shown`; whole numbers become whole."""
    if value is None or isinstance(value, str | bool):
        return value
    if knob.is_share:
        return round(value / PERCENT, DIGITS)
    return int(value) if knob.range.type == "integer" and float(value).is_integer() else value


def shown_range(knob: Knob) -> tuple[float | None, float | None]:
    """Return the least and the largest value a page may take, in the unit shown."""
    return to_shown(knob, knob.range.low), to_shown(knob, knob.range.high)


def is_outside(knob: Knob, value: str | None) -> bool:
    """Return whether a refused value (as a problem tells it) is no number, or a number out of the knob's range."""
    found = knob.range
    if found.type not in ("number", "integer") or not range_text(knob):
        return False
    try:
        number = float(str(value))
    except ValueError:
        return True
    is_low = found.low is not None and (number < found.low or (found.is_low_excluded and number == found.low))
    is_high = found.high is not None and (number > found.high or (found.is_high_excluded and number == found.high))
    return is_low or is_high


def range_text(knob: Knob) -> str:
    """Return the range of a number in words, "" where there is none."""
    found: Range = knob.range
    low, high = (None if edge is None else plain_number(edge) for edge in shown_range(knob))
    unit = f" {knob.unit}" if knob.unit else ""
    if low is not None and high is not None:
        return _("Range: {low} to {high}{unit}.").format(low=low, high=high, unit=unit)
    if low is not None:
        text = _("Range: above {low}{unit}.") if found.is_low_excluded else _("Range: from {low}{unit}.")
        return text.format(low=low, unit=unit)
    return _("Range: up to {high}{unit}.").format(high=high, unit=unit) if high is not None else ""


def titled(knob: Knob, key: object = None) -> str:
    """Return the label with unit, and with the key of a map's entry: "Reach around a station, 220 kV [km]"."""
    own = "" if key is None else f"{_comma()}{key_text(knob, key)}"
    return f"{knob.label}{own} [{knob.unit}]" if knob.unit else f"{knob.label}{own}"


def _comma() -> str:
    return "，" if language() == "zh" else ", "


def key_text(knob: Knob, key: object) -> str:
    """Return the key of a map's entry in words: a year, a voltage, a name."""
    words = knob.words.words.get(str(key))
    return words.here if words is not None else f"{key} kV" if knob.words.per == "kv" else str(key)


def options(knob: Knob, scenario: Scenario) -> dict[str, str]:
    """Return what may be chosen, with its words."""
    from planner.tables import TECHNOLOGIES

    if knob.words.names == "technology":
        return {name: technology_name(name) for name in TECHNOLOGIES}
    if knob.words.names == "policy_pack":
        names = {pack: read_policy_pack(pack).name for pack in pack_names()}
        return {pack: name.zh if language() == "zh" else name.en for pack, name in names.items()}
    if knob.words.names == "workload":
        return {name: load_name(scenario, name) for name in scenario.workloads}
    return {name: text.here for name, text in knob.words.words.items()}


def load_name(scenario: Scenario, name: str) -> str:
    """Return the name of a class of load."""
    found = scenario.workloads.get(name)
    return name if found is None else found.name.here


def value_text(knob: Knob | None, value: Any, scenario: Scenario) -> str:
    """Return a value with its unit, or in words."""
    if value is ABSENT or value is None:
        return knob.words.empty.here if knob is not None and knob.words.empty is not None else "–"
    if isinstance(value, Mapping):
        return _("{n} values").format(n=len(value))
    if isinstance(value, list | tuple):
        return _listed([value_text(knob, one, scenario) for one in value])
    return _one_text(knob, value, scenario)


def _one_text(knob: Knob | None, value: Any, scenario: Scenario) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return options(knob, scenario).get(value, value) if knob is not None else value
    if knob is None or knob.kind == "years" or knob.words.unit == "year":
        return str(value)
    text = plain_number(to_shown(knob, value))
    return f"{text} {knob.unit}" if knob.unit else text


def _listed(texts: Iterable[str]) -> str:
    known = list(texts)
    if not known:
        return _("none")
    shown = " · ".join(known[:SHORT_LIST])
    if len(known) <= SHORT_LIST:
        return shown
    return _("{listed} and {n} more").format(listed=shown, n=len(known) - SHORT_LIST)


def plain_number(value: float) -> str:
    """Return a number with all its digits, thousands separated: 0.02, 1,840, 16,800,000."""
    return f"{value:,.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
