"""Which stations a learned limit touches: the same answer for the card of a station and for the page Why."""

from __future__ import annotations

from typing import Any

from planner.export.facts import learned_limit, stations_in

CUT = {"id": "ac-1", "terms": [{"substation": name, "coef": coef} for name, coef in
                               (("S1", 0.5), ("S2", 0.04), ("S3", 0.05), ("S4", -0.5))]}  # fmt: skip
PLAN: dict[str, Any] = {"loop": {"cuts": [CUT]}}


def test_a_station_counts_from_a_tenth_of_the_strongest_part_on_and_one_that_relieves_does_not() -> None:
    assert stations_in(CUT) == {"S1", "S3"}
    assert stations_in({}) == set()


def test_a_learned_limit_is_found_by_its_number_and_a_given_one_has_none() -> None:
    assert learned_limit({"constraint": "network_cut", "index": ["ac-1", 2030]}, PLAN) == CUT
    assert learned_limit({"constraint": "network_cut", "index": "ac-2,2030"}, PLAN) == {}
    assert learned_limit({"constraint": "plant_supply", "index": "ac-1"}, PLAN) is None
