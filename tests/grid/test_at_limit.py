"""A value that differs from its limit by the last digits of the solution is at the limit, not outside it."""

from __future__ import annotations

import numpy as np
import pytest

from models.grid.engine import Engine
from models.grid.findings import ROUNDING, Limits, at_limit, made_worse
from models.grid.headroom_judge import Judge
from models.grid.network import build_net
from models.grid.rules import GridRules, VoltageBand
from tests.grid.conftest import tiny_tables

RULES = GridRules((VoltageBand(110.0, 0.9, 1.0, 0.9, 1.0),))  # the source at A holds 1 pu: the upper limit itself


@pytest.fixture
def engine() -> Engine:
    net = build_net(tiny_tables([("AB", "A", "B", 2, 4.0, 0.9)], [("B", 20.0)]))
    return Engine(net, threads=1, is_fast=False)


def test_rounding_is_no_excess() -> None:
    shares = np.array([-1.0, -1e-15, 0.0, 4e-15, 0.9 * ROUNDING, 1.1 * ROUNDING, np.inf, -np.inf])
    assert at_limit(shares).tolist() == [-1.0, 0.0, 0.0, 0.0, 0.0, 1.1 * ROUNDING, np.inf, -np.inf]


def test_set_point_at_the_limit_is_no_violation_of_the_check(engine: Engine) -> None:
    limits = Limits(engine, RULES)
    before = limits.values(engine.solve([None]))
    is_a = limits.sign * (before - limits.limits(is_outage=False)) == 0
    is_a[:, : limits.n_branches] = False
    after = np.where(is_a, np.nextafter(1.0, 2.0), before)
    assert is_a.any()
    normal = np.zeros(1, bool)
    assert not (limits.excess(after, is_outage=normal) > 0).any()
    assert not made_worse(limits, RULES, after, before, is_outage=normal).any()
    after[is_a] = 1.0 + 1e-6
    assert made_worse(limits, RULES, after, before, is_outage=normal).any()


def test_set_point_at_the_limit_leaves_its_headroom(engine: Engine) -> None:
    judge = Judge(engine, RULES, engine.outages())
    at = np.zeros(1, np.int64)
    load = np.zeros((1, engine.n_buses))
    for rise, is_fine in ((2e-16, True), (1e-6, False)):
        vm_pu = np.where(judge.vm_pu[:1] == 1.0, 1.0 + rise, judge.vm_pu[:1])
        assert (judge.vm_pu[:1] == 1.0).any()
        found = judge.distances(judge.percent[:1], vm_pu, at, load_mw=load)
        assert bool((found <= 0).all()) is is_fine
