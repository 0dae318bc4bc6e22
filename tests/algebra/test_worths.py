"""The worths of a plan are found although the run before left the solver in a state that it refuses to go on from."""

from __future__ import annotations

import highspy
import numpy as np
import pytest

from models.siting import build
from models.siting.solve import Options, Solver
from tests.algebra.golden import grid_case


@pytest.mark.parametrize("n_failures", [1, 2])
def test_a_run_that_is_refused_is_tried_from_scratch_once(n_failures: int, monkeypatch: pytest.MonkeyPatch) -> None:
    solver = Solver(build(grid_case()))
    solution = solver.solve(Options(gap=1e-6))
    engine = solver._highs
    run, calls = engine.run, []

    def refused() -> highspy.HighsStatus:
        calls.append(1)
        if len(calls) > n_failures:
            return run()
        engine.clearSolver()
        return highspy.HighsStatus.kError

    monkeypatch.setattr(engine, "run", refused)

    if n_failures > 1:
        with pytest.raises(RuntimeError, match="kNotset"):
            solver.worths(solution)
    else:
        worths = solver.worths(solution)
        assert worths.shape == (solver.model.matrix.n_rows,)
        assert np.isfinite(worths).all()
        assert (worths > 0).any()
    assert len(calls) == 2
