"""Enumeration of tiny cases finds the optimum of the siting model, and every family decides in some of them."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.oracles.binding import FAMILIES, same
from tests.oracles.brute_force import least
from tests.oracles.cases import FAST, outcome
from tests.oracles.tiny import tiny_data


@pytest.mark.parametrize(
    "seed", [*FAST[::3], *(pytest.param(s, marks=pytest.mark.slow) for s in FAST if s not in FAST[::3])]
)
def test_brute_force_finds_the_same_optimum(seed: int) -> None:
    found, _ = outcome(seed)

    assert same(found, least(tiny_data(seed)))


def test_each_family_binds_in_at_least_three_of_the_default_cases() -> None:
    count = Counter(family for seed in FAST for family in outcome(seed)[1])

    assert {f: count[f] for f in FAMILIES if count[f] < 3} == {}
