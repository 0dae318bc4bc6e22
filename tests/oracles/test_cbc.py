"""CBC, given the compiled matrix as a file, finds the optimum that HiGHS finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracles.binding import optimum, same, solved
from tests.oracles.cases import small_data
from tests.oracles.cbc import cbc_optimum

N_FAST = 8


@pytest.mark.parametrize("seed", [s if s < N_FAST else pytest.param(s, marks=pytest.mark.slow) for s in range(30)])
def test_cbc_finds_the_same_optimum(seed: int, tmp_path: Path) -> None:
    solver, solution = solved(small_data(seed))

    assert same(optimum(solution), cbc_optimum(solver.model, tmp_path))
