"""Cuts learned from AC solutions: the point is cut off, what is just inside is kept, the learned row says where it is from."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.grid.check import Case, cases_of
from models.grid.cuts import N_STEPS, Cut, cuts_of, dissimilar
from models.grid.engine import Engine
from models.grid.rules import GridRules, VoltageBand
from models.grid.source import open_net
from tests.oracles.loop_cases import LOST_FEED, TRAFO, VOLTAGE, Line, grid_tables
from tests.oracles.loop_cases import Case as Grid

TANGENT = 0.2
INSIDE = 0.02  # of the load


def engine_of(grid: Grid) -> Engine:
    return Engine(open_net(grid_tables(grid)))


def rules_of(grid: Grid, **more: Any) -> GridRules:
    return replace(GridRules(tuple(VoltageBand(kv, *grid.band) for kv in (110.0, 220.0)), dict(grid.emergency)), **more)


def cases_at(engine: Engine, load_mw: dict[str, float], *, share: float = 1.0) -> list[Case]:
    p = share * np.array([load_mw.get(b, 0.0) for b in engine.buses["bus"]])
    return cases_of(engine, engine.outages(("line", "trafo")), p_mw=p, q_mvar=TANGENT * p)


def used(cut: Cut, p_mw: Any) -> float:
    return float(cut.coef @ p_mw)


def value_at(engine: Engine, cut: Cut, p_mw: Any) -> float:
    """Return the loading or voltage that a cut is about, by a solution at another load."""
    batch = engine.solve([cut.case.outage], p_mw=p_mw, q_mvar=TANGENT * p_mw)
    if cut.quantity == "loading":
        rows = np.flatnonzero(engine.branches["element"] == cut.element)
        return float(np.nanmax(batch.percent[0, rows]))
    return float(batch.vm_pu[0, engine.buses["bus"].tolist().index(cut.element)])


OVERLOADED = {
    "voltage": (VOLTAGE, {"B": 30.0, "D": 30.0, "E": 30.0}, "vm_min"),
    "trafo": (TRAFO, {"B": 30.0, "D": 30.0, "E": 30.0}, "loading"),
    "line": (LOST_FEED, {"E": 50.0, "D": 30.0}, "loading"),
    "high voltage": (
        Grid(buses=dict.fromkeys("ABC", 110.0), source=("A", 1.0), band=(0.95, 1.03, 0.9, 1.03),
             lines=(Line("AB", ("A", "B"), 30, 2.0, n=2), Line("BC", ("B", "C"), 30, 2.0, n=2))),
        {"C": -60.0},  # load that goes away, as where halls are vacated
        "vm_max",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(OVERLOADED))
def test_tangents_cut_the_point_off_and_leave_what_is_inside(name: str) -> None:
    grid, load, quantity = OVERLOADED[name]
    engine, rules = engine_of(grid), rules_of(grid)
    cases = cases_at(engine, load)
    found = [c for c in cuts_of(engine, rules, cases, tangent=TANGENT) if c.quantity != "supply"]
    p = cases[0].p_mw

    assert quantity in {c.quantity for c in found}
    for cut in found:
        low, high = 0.0, 1.0  # the border on the way to the load, by bisection with full solutions
        sign = -1.0 if cut.quantity == "vm_min" else 1.0
        assert abs(cut.value - cut.limit) < 0.01 * cut.limit  # taken where the way meets the limit
        for _ in range(14):
            share = (low + high) / 2
            low, high = (share, high) if sign * (value_at(engine, cut, share * p) - cut.limit) <= 0 else (low, share)
        assert used(cut, p) > cut.upper
        assert used(cut, (low + INSIDE) * p) > cut.upper
        assert used(cut, (low - INSIDE) * p) <= cut.upper


def test_tangents_do_not_cut_off_secure_loads() -> None:
    grid, load, _ = OVERLOADED["voltage"]
    engine, rules = engine_of(grid), rules_of(grid)
    cuts = cuts_of(engine, rules, cases_at(engine, load), tangent=TANGENT)
    rng = np.random.default_rng(1)
    n_secure = 0
    for _ in range(60):
        at = {b: float(rng.uniform(0.0, 40.0)) for b in load}
        cases = cases_at(engine, at)
        if not cuts_of(engine, rules, cases, tangent=TANGENT):  # nothing counts against it
            n_secure += 1
            assert all(used(c, cases[0].p_mw) <= c.upper + 1e-3 * abs(c.upper) for c in cuts), at
    assert n_secure > 5


def test_a_bus_that_an_outage_cuts_off_holds_nothing() -> None:
    grid = Grid(buses=dict.fromkeys("ABC", 110.0), source=("A", 1.0), loads={"B": (5.0, 1.0)},
                lines=(Line("AB", ("A", "B"), 5, 0.9, n=2), Line("BC", ("B", "C"), 5, 0.9)))  # fmt: skip
    engine, rules = engine_of(grid), rules_of(grid)
    (cut,) = cuts_of(engine, rules, cases_at(engine, {"B": 10.0, "C": 10.0}), tangent=TANGENT)

    assert (cut.kind, cut.quantity, cut.element, cut.case.element) == ("ac", "supply", "C", "BC")
    assert cut.coef.tolist() == [0.0, 0.0, 1.0]
    assert cut.upper == 0.0
    assert cuts_of(engine, rules, cases_at(engine, {"B": 10.0}), tangent=TANGENT) == []


FAR = Grid(buses=dict.fromkeys("ABC", 110.0), source=("A", 1.0), loads={"B": (5.0, 1.0)},
           lines=(Line("AB", ("A", "B"), 60, 9.0, n=2), Line("BC", ("B", "C"), 60, 9.0, n=2)))  # fmt: skip


def test_a_load_without_solution_is_cut_off_by_tangents_on_the_way() -> None:
    engine, rules = engine_of(FAR), rules_of(FAR)
    cases = cases_at(engine, {"C": 400.0})
    cuts = cuts_of(engine, rules, cases, tangent=TANGENT)

    assert not engine.solve([None], p_mw=cases[0].p_mw, q_mvar=cases[0].q_mvar).is_converged[0]
    assert {c.kind for c in cuts} == {"ac"}
    assert all(used(c, cases[0].p_mw) > c.upper > 0 for c in cuts)


def test_a_load_without_solution_whose_way_violates_nothing_gets_a_no_good_cut() -> None:
    grid = replace(FAR, band=(0.3, 1.2, 0.3, 1.2))
    engine, rules = engine_of(grid), rules_of(grid)
    cases = cases_at(engine, {"C": 400.0})
    cuts = cuts_of(engine, rules, cases, tangent=TANGENT)

    assert "no_good" in {c.kind for c in cuts}
    for cut in cuts:
        assert used(cut, cases[0].p_mw) > cut.upper
        assert cut.excess == math.inf or cut.kind == "ac"
        assert used(cut, 0.0 * cases[0].p_mw) <= cut.upper + 1e-9  # nothing at all is never cut off


def test_where_no_part_of_the_load_has_a_solution_less_is_asked_for() -> None:
    grid = replace(FAR, loads={"C": (88.0, 20.0)}, band=(0.3, 1.2, 0.3, 1.2))
    engine, rules = engine_of(grid), rules_of(grid)
    cases = [c for c in cases_at(engine, {"C": 9000.0}) if c.outage is None]
    cuts = cuts_of(engine, rules, cases, tangent=TANGENT)

    (cut,) = cuts
    assert cut.kind == "no_good"
    assert 0.0 < cut.upper / used(cut, cases[0].p_mw) <= 1.0 / N_STEPS + 1e-9


def test_what_is_over_its_limit_anyway_may_stay() -> None:
    grid = Grid(buses=dict.fromkeys("ABCD", 110.0), source=("A", 1.04), loads={"B": (95, 20), "C": (10, 3)},
                lines=(Line("AB", ("A", "B"), 10, 0.25, n=2), Line("AC", ("A", "C"), 12, 0.9, n=2),
                       Line("AD", ("A", "D"), 5, 0.9, n=2), Line("BC", ("B", "C"), 14, 0.9)))  # fmt: skip
    engine, rules = engine_of(grid), rules_of(grid)
    cases = cases_at(engine, {"B": 20.0, "D": 20.0})
    before = engine.solve([c.outage for c in cases])
    cuts = cuts_of(engine, rules, cases, tangent=TANGENT)
    existing = [c for c in cuts if c.element == "AB" and c.case.element == "AB"]

    assert existing
    assert cuts_of(engine, rules, cases_at(engine, {"D": 20.0}), tangent=TANGENT) == []  # does not flow through AB
    for cut in existing:
        row = next(i for i, c in enumerate(cases) if c.outage == cut.case.outage)
        own = np.flatnonzero(engine.branches["element"] == "AB")
        assert cut.limit == pytest.approx(
            np.nanmax(before.percent[row, own]) + rules.loading_tolerance_percent, abs=1e-6
        )
        assert 0.0 < cut.upper == cut.room
        assert cut.limit > 100.0
        assert cut.upper == pytest.approx(0.0, abs=0.2)  # [points]: no load at all where the loading stays
        at = dict(zip(engine.buses["bus"], cut.coef, strict=True))
        assert at["D"] == 0.0
        assert at["B"] > at["C"] > 0.0
    strict = cuts_of(engine, rules_of(grid, no_worsening=False), cases_at(engine, {"D": 20.0}), tangent=TANGENT)
    assert {c.limit for c in strict if c.element == "AB"} == {100.0}


def test_of_rows_alike_the_most_violated_stays() -> None:
    engine = engine_of(VOLTAGE)
    case = cases_at(engine, {"B": 1.0})[0]

    def cut(name: str, coef: list[float], upper: float, excess: float, kind: str | None = None) -> Cut:
        own = replace(case, kind=kind, element=kind)
        return Cut("ac", "loading", name, "line", own, 1.0, 1.0, "%", np.array(coef), upper, excess)

    first, like = cut("a", [1.0, 0.0], 1.0, 3.0), cut("b", [2.0, 0.02], 4.0, 2.0)
    tighter, other = cut("c", [2.0, 0.02], 1.0, 1.0), cut("d", [0.0, 1.0], 1.0, 0.5)
    feed = cut("e", [1.0, 0.0], 1.0, 0.1, kind="feed")

    assert [c.element for c in dissimilar([like, first, feed, other, tighter], most=9)] == ["a", "c", "d", "e"]
    assert [c.element for c in dissimilar([like, first, other], most=1)] == ["a"]
