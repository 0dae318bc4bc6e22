"""Cuts, states and interruptible load: enumeration and CBC find the optimum, and each family decides in some cases."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from models.siting import build
from models.siting.cuts import with_cuts
from models.siting.data import CUT_FRAMES
from models.siting.solve import Solver
from tests.oracles.binding import EXACT, optimum, same, solved
from tests.oracles.brute_force import least
from tests.oracles.cbc import cbc_optimum
from tests.oracles.grid_tiny import grid_data

FAST = (8, 16, 20, 34, 49, 55)
SLOW = (0, 1, 3, 7, 14, 23, 28, 29, 31, 43, 61, 67, 68, 70, 74)  # 0 and 3 have two years
WITHOUT = {
    "network": CUT_FRAMES,
    "reinforcement": ("reinforcement_states", "headroom_states", "cut_states"),
    "flexibility": ("flexible",),
}


@functools.cache
def found(seed: int) -> float:
    """Return the optimum of a case."""
    return optimum(solved(grid_data(seed))[1])


@pytest.mark.parametrize("seed", FAST)
def test_brute_force_finds_the_same_optimum(seed: int) -> None:
    assert same(found(seed), least(grid_data(seed)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SLOW)
def test_brute_force_finds_the_same_optimum_of_larger_cases(seed: int) -> None:
    assert same(found(seed), least(grid_data(seed)))


@pytest.mark.parametrize("seed", FAST[:4])
def test_cbc_finds_the_same_optimum(seed: int, tmp_path: Path) -> None:
    assert same(found(seed), cbc_optimum(build(grid_data(seed)), tmp_path))


@pytest.mark.parametrize("seed", FAST[:4])
def test_cuts_added_to_a_compiled_model_give_the_same_optimum(seed: int) -> None:
    data = grid_data(seed)
    bare = build(data.changed(**{name: data[name].iloc[:0] for name in CUT_FRAMES}))

    solution = Solver(with_cuts(bare, {name: data[name] for name in CUT_FRAMES})).solve(EXACT)

    assert same(found(seed), optimum(solution))


@pytest.mark.parametrize("family", WITHOUT)
def test_each_family_decides_in_some_of_the_cases(family: str) -> None:
    def without(seed: int) -> float:
        data = grid_data(seed)
        return optimum(solved(data.changed(**{name: data[name].iloc[:0] for name in WITHOUT[family]}))[1])

    assert sum(not same(found(seed), without(seed), tolerance=1e-5) for seed in FAST) >= 2
