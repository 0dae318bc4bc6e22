"""Cuts that are appended to a compiled model say what a full build of the same data says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.siting import build
from models.siting.compile import SitingModel
from models.siting.cuts import with_cuts
from models.siting.data import CUT_FRAMES, SitingData
from models.siting.solve import Options, Solver, row_table
from tests.algebra.golden import column_names, grid_case


def named(model: SitingModel) -> dict[tuple[str, ...], Any]:
    """Return every row by constraint and index: coefficient by name of column, bounds."""
    m, names = model.matrix, column_names(model)
    out: dict[tuple[str, ...], Any] = {}
    for name, _, index, first in m.spans:
        for k, key in enumerate(index.itertuples(index=False, name=None)):
            a, b = m.starts[first + k], m.starts[first + k + 1]
            terms = {names[c]: round(float(v), 9) for c, v in zip(m.indices[a:b], m.values[a:b], strict=True)}
            bounds = (round(float(m.row_lower[first + k]), 9), round(float(m.row_upper[first + k]), 9))
            assert (name, *map(str, key)) not in out
            out[name, *map(str, key)] = (terms, bounds)
    return out


def columns(model: SitingModel) -> dict[str, tuple[float, float, float, bool]]:
    """Return lower, upper, cost and kind of every column by name."""
    m = model.matrix
    values = zip(m.col_lower, m.col_upper, m.cost, m.is_integer, strict=True)
    return {
        n: (float(a), float(b), float(c), bool(d)) for n, (a, b, c, d) in zip(column_names(model), values, strict=True)
    }


def part(data: SitingData, cuts: list[str]) -> dict[str, pd.DataFrame]:
    """Return the frames of some cuts."""
    return {name: data[name][data[name]["cut"].isin(cuts)].reset_index(drop=True) for name in CUT_FRAMES}


def without(data: SitingData, *, flexible: bool) -> SitingData:
    """Return the data without cuts."""
    empty = {name: data[name].iloc[:0] for name in CUT_FRAMES}
    return data.changed(**empty, **({} if flexible else {"flexible": data["flexible"].iloc[:0]}))


@pytest.mark.parametrize("rounds", [[["line", "volt", "site"]], [["volt"], ["site"], ["line"]]])
@pytest.mark.parametrize("flexible", [True, False])
def test_appended_cuts_equal_a_full_build(rounds: list[list[str]], flexible: bool) -> None:
    case = grid_case()
    bare = without(case, flexible=flexible)
    model = build(bare)
    for cuts in rounds:
        model = with_cuts(model, part(case, cuts))

    full = build(bare.changed(**{name: case[name] for name in CUT_FRAMES}))

    assert named(model) == named(full)
    assert columns(model) == columns(full)
    assert dict(model.families) == dict(full.families)


def test_the_same_cut_twice_and_other_frames_are_refused() -> None:
    case = grid_case()
    model = build(case)

    with pytest.raises(ValueError, match="there twice"):
        with_cuts(model, part(case, ["line"]))
    with pytest.raises(KeyError, match="feeds"):
        with_cuts(model, {"feeds": case["feeds"]})


def test_a_cut_is_a_limit_with_use_and_worth() -> None:
    case = without(grid_case(), flexible=False)
    free = Solver(build(case)).solve(Options(gap=1e-6))
    assert free.values is not None
    model = build(case)
    stations = sorted(set(case["feeds"]["substation"]))
    terms = pd.DataFrame([("all", 2035, s, 1.0) for s in stations], columns=["cut", "year", "substation", "coef"])
    open_ = with_cuts(
        model, {"cuts": pd.DataFrame([("all", 2035, 1e4)], columns=["cut", "year", "upper"]), "cut_terms": terms}
    )
    used = (
        row_table(open_, Solver(open_).solve(Options(gap=1e-6)).values)
        .set_index("constraint")
        .loc["network_cut", "used"]
    )
    closed = with_cuts(
        model, {"cuts": pd.DataFrame([("all", 2035, 0.7 * used)], columns=["cut", "year", "upper"]), "cut_terms": terms}
    )
    solver = Solver(closed)

    solution = solver.solve(Options(gap=1e-6))

    assert solution.values is not None
    row = row_table(closed, solution.values).set_index("constraint").loc["network_cut"]
    assert row["used"] <= row["upper"] + 1e-6
    assert solution.objective > free.objective
    assert solver.worths(solution)[int(row["row"])] > 0
    assert np.isneginf(row["lower"])
