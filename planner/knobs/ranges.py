"""Type and range of a place in a scenario, read from the scenario's own declaration."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from planner.scenario import Scenario
from planner.scenario_part import Part


class Range(Part):
    """What values a place may hold. For a map: its values; for a list: its entries."""

    type: str
    low: float | None = None
    high: float | None = None
    is_low_excluded: bool = False
    is_high_excluded: bool = False
    allowed: tuple[str, ...] = ()
    may_be_empty: bool = False
    is_map: bool = False
    is_list: bool = False


def range_of(keys: Sequence[str]) -> Range:
    """Return type and range of a place; `*` stands for any key of a map. Raises KeyError for a place that is not there."""
    node = _declaration()
    for key in keys:
        found = _resolved(node)
        node = found["additionalProperties"] if found.get("properties") is None else found["properties"][key]
    return _range(_resolved(node))


@lru_cache(maxsize=1)
def _declaration() -> dict[str, Any]:
    return Scenario.model_json_schema()


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    name = node.get("$ref")
    found: dict[str, Any] = node if name is None else _declaration()["$defs"][name.rsplit("/", 1)[-1]]
    return found


def _range(node: dict[str, Any]) -> Range:
    options = [option for option in node.get("anyOf", [node]) if option.get("type") != "null"]
    one: dict[str, Any] = options[0]
    may_be_empty = len(options) < len(node.get("anyOf", options))
    if one.get("type") == "object":
        return _range(_resolved(one.get("additionalProperties") or {})).model_copy(update={"is_map": True})
    if one.get("type") == "array":
        return _range(_resolved(one.get("items") or {})).model_copy(update={"is_list": True})
    low, high = one.get("minimum"), one.get("maximum")
    return Range(
        type=one.get("type", "string"),
        low=one.get("exclusiveMinimum", low),
        high=one.get("exclusiveMaximum", high),
        is_low_excluded="exclusiveMinimum" in one,
        is_high_excluded="exclusiveMaximum" in one,
        allowed=tuple(one.get("enum", ())),
        may_be_empty=may_be_empty,
    )
