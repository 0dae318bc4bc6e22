"""What buses can take together: networks in which it can be computed by hand, and a mesh checked in AC."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.grid.check import check_network
from models.grid.engine import Engine
from models.grid.headroom import Ask, bus_headroom, generator_shares
from models.grid.headroom_judge import Judge
from models.grid.headroom_sets import set_headroom
from models.grid.network import build_net
from models.grid.rules import GridRules, VoltageBand
from tests.grid.conftest import Tables, tiny_tables
from tests.grid.test_headroom import MVA, RING

RULES = GridRules((VoltageBand(110.0, 0.9, 1.1, 0.9, 1.1),))
ASK = Ask(tangent=0.0, most_mw=1000.0)


def judge_of(tables: Tables) -> Judge:
    engine = Engine(build_net(tables), threads=1)
    return Judge(engine, RULES, engine.outages())


def test_buses_behind_one_bottleneck_share_it() -> None:
    lines = [("AB", "A", "B", 2, 0.01, 1.0), ("BC", "B", "C", 2, 0.01, 9.0), ("BD", "B", "D", 2, 0.01, 9.0)]

    found = set_headroom(judge_of(tiny_tables(lines, [])), ["C", "D"], ASK)

    assert found.singles_mw == pytest.approx((MVA, MVA), abs=0.2)
    assert found.scale == pytest.approx(0.5, abs=0.005)
    assert sum(found.best_mw) == pytest.approx(MVA, abs=0.3)
    assert found.totals_mw["singles_sum_mw"] == pytest.approx(2 * MVA, abs=0.4)
    assert np.array(found.taken_mw) == pytest.approx(MVA * (1 - np.eye(2)), abs=0.5)


def test_buses_with_nothing_in_common_take_nothing_from_each_other() -> None:
    lines = [("AB", "A", "B", 2, 0.01, 1.0), ("AC", "A", "C", 2, 0.01, 0.5)]

    found = set_headroom(judge_of(tiny_tables(lines, [])), ["B", "C"], ASK)

    assert found.scale == pytest.approx(1.0, abs=0.002)
    assert found.best_mw == pytest.approx((MVA, MVA / 2), abs=0.3)
    assert np.array(found.taken_mw) == pytest.approx(np.zeros((2, 2)), abs=0.2)


def test_the_best_split_of_a_mesh_is_secure_and_as_good_as_any_on_a_lattice() -> None:
    judge = judge_of(tiny_tables(RING, [("B", 20.0), ("C", 15.0), ("D", 10.0)]))
    buses = ["B", "C", "D"]

    found = set_headroom(judge, buses, ASK)

    engine = judge.engine
    at = [engine.buses["bus"].tolist().index(bus) for bus in buses]
    load = np.zeros(engine.n_buses)
    load[at] = found.best_mw
    assert check_network(engine, RULES, p_mw=load).is_secure
    load[at] = found.scaled_mw
    assert check_network(engine, RULES, p_mw=load).is_secure
    steps = [np.linspace(0.0, single, 13) for single in found.singles_mw]
    splits = np.array(list(itertools.product(*steps)))
    everything = np.arange(len(judge.situations))
    best_mw = 0.0
    for split in splits[np.argsort(-splits.sum(axis=1))]:
        rows = np.zeros((len(everything), engine.n_buses))
        rows[:, at] = split
        if judge.solve(everything, rows, 0.0)[0].all():
            best_mw = float(split.sum())
            break
    assert best_mw - 0.3 <= sum(found.best_mw) <= found.best_bound_mw + 1e-6
    assert found.totals_mw["total_common_scale_mw"] <= sum(found.best_mw) + 1e-6
    assert sum(found.best_mw) < found.totals_mw["singles_sum_mw"]


def test_what_one_takes_is_what_the_other_has_left() -> None:
    tables = tiny_tables(RING, [("B", 20.0), ("C", 15.0), ("D", 10.0)])
    found = set_headroom(judge_of(tables), ["B", "C"], ASK)

    loaded = tiny_tables(RING, [("B", 20.0), ("C", 15.0), ("D", 10.0), ("B", found.singles_mw[0])])
    (left,) = bus_headroom(judge_of(loaded), ["C"], ASK)

    assert found.singles_mw[1] - found.taken_mw[0][1] == pytest.approx(left.headroom_mw, abs=0.3)


def test_a_set_may_be_supplied_by_generators() -> None:
    lines = [("AB", "A", "B", 2, 0.01, 0.2), ("BC", "B", "C", 2, 0.01, 1.0), ("BD", "B", "D", 2, 0.01, 0.5)]
    tables = tiny_tables(lines, [("B", 10.0)])
    tables["generators"] = pd.DataFrame({"generator": ["G"], "bus": ["B"], "p_mw": [10.0], "q_mvar": [0.0]})
    judge = judge_of(tables)
    ask = replace(ASK, balance=generator_shares(judge.engine.net))

    found = set_headroom(judge, ["C", "D"], ask)

    assert found.singles_mw == pytest.approx((MVA, MVA / 2), abs=0.3)
    assert found.best_mw == pytest.approx((MVA, MVA / 2), abs=0.4)
    assert np.array(found.taken_mw) == pytest.approx(np.zeros((2, 2)), abs=0.2)


def test_a_set_needs_two_different_buses() -> None:
    judge = judge_of(tiny_tables(RING, []))

    for buses in (["B"], ["B", "B"]):
        with pytest.raises(ValueError, match="at least two buses"):
            set_headroom(judge, buses, ASK)
