"""Places in a scenario: any key survives the way into a path and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import UsageError
from planner.scenario_path import ABSENT, join_path, put, split_path


@given(st.lists(st.text(min_size=1), min_size=1))
def test_a_path_is_split_into_the_keys_it_was_joined_from(keys: list[str]) -> None:
    assert split_path(join_path(keys)) == keys


def test_plain_keys_need_no_backslash() -> None:
    assert join_path(["power", "radius_km", 220]) == "power.radius_km.220"
    assert join_path(["edits", "N220.1"]) == "edits.N220\\.1"


def test_values_are_set_replaced_and_taken_away() -> None:
    data = {"a": {220: 1.0, "b": [1]}, "c": 2}

    put(data, "a.220", 3.0)
    put(data, "a.new", 4)
    put(data, "c", ABSENT)
    put(data, "edits.table.110.x", 5)

    assert data == {"a": {220: 3.0, "b": [1], "new": 4}, "edits": {"table": {"110": {"x": 5}}}}


def test_a_path_into_a_list_or_to_nowhere_is_refused() -> None:
    with pytest.raises(UsageError, match="leads to no key"):
        put({"a": [1]}, "a.0", 2)
    with pytest.raises(KeyError):
        put({"a": {}}, "a.b.c", 2)
