"""All 200 tiny cases against enumeration, all 200 small ones against CBC."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.oracles.binding import FAMILIES, optimum, same, solved
from tests.oracles.brute_force import least
from tests.oracles.cases import ALL, outcome, small_data
from tests.oracles.cbc import cbc_optimum
from tests.oracles.tiny import tiny_data

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", ALL)
def test_brute_force_finds_the_same_optimum_in_all_cases(seed: int) -> None:
    found, _ = outcome(seed)

    assert same(found, least(tiny_data(seed)))


def test_each_family_binds_in_at_least_twenty_of_all_cases() -> None:
    count = Counter(family for seed in ALL for family in outcome(seed)[1])

    assert {f: count[f] for f in FAMILIES if count[f] < 20} == {}


@pytest.mark.parametrize("seed", range(200))
def test_cbc_finds_the_same_optimum_in_all_cases(seed: int, tmp_path: Path) -> None:
    solver, solution = solved(small_data(seed))

    assert same(optimum(solution), cbc_optimum(solver.model, tmp_path))
