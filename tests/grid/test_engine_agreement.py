"""The engine agrees with pandapower's own loop: whole grids sampled here, the rest of their outages in the slow tests."""

from __future__ import annotations

import copy
import functools
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandapower.networks as pn
import pandas as pd
import pytest
from pandapower.toolbox import nets_equal

from models.grid.engine import Engine
from models.grid.network import build_net
from models.grid.outages import KINDS, Outage
from tests.grid.loop_oracle import assert_agrees, outage_keys, solve, uniquely_named, without

BEIJING = Path(__file__).parents[2] / "gis_data" / "beijing" / "grid"
TABLES = ("buses", "lines", "trafos", "loads", "generators", "external", "shunts")
N_SAMPLED = {"line": 4, "trafo": 2, "trafo3w": 2, "double": 1, "generator": 1, "busbar": 1}


def beijing() -> Any:
    net = build_net({name: pd.read_csv(BEIJING / f"{name}.csv") for name in TABLES})
    net.line["name"] = [f"line {i}" for i in net.line.index]
    return net


def hv_urban() -> Any:
    simbench = pytest.importorskip("simbench")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return uniquely_named(simbench.get_simbench_net("1-HV-urban--0-sw"))


def illinois() -> Any:
    return uniquely_named(pn.case_illinois200())


GRIDS: dict[str, Callable[[], Any]] = {"beijing": beijing, "1-HV-urban": hv_urban, "case_illinois200": illinois}


@functools.cache
def prepared(grid: str) -> tuple[Any, Engine]:
    """Return a network and its engine, made once for all tests here; nobody changes them."""
    net = GRIDS[grid]()
    return net, Engine(net)


def sampled(outages: Sequence[Outage], seed: int) -> list[Outage]:
    """Return a few outages of each kind, the same ones each time."""
    rng = np.random.default_rng(seed)
    found: list[Outage] = []
    for kind, n in N_SAMPLED.items():
        own = [o for o in outages if o.kind == kind]
        found += [own[i] for i in sorted(rng.choice(len(own), min(n, len(own)), replace=False).tolist())]
    return found


def compare(net: Any, engine: Engine, rows: Sequence[Outage | None], *, load: bool = False, seed: int = 0) -> None:
    """Solve the rows in one batch and each of them with the oracle; with `load`, under a load of its own."""
    rng = np.random.default_rng(seed)
    n, names = len(engine.buses), engine.buses["bus"].tolist()
    p, q = np.zeros((len(rows), n)), np.zeros((len(rows), n))
    if load:
        at = rng.integers(0, n, (len(rows), 2))
        p[np.arange(len(rows))[:, None], at] = rng.uniform(0.5, 3.0, at.shape)
        q = 0.2 * p
    batch = engine.solve(rows, p_mw=p, q_mvar=q) if load else engine.solve(rows)
    for i, row in enumerate(rows):
        here = net if row is None else without(net, row.kind, row.element)
        added = {names[k]: (p[i, k], q[i, k]) for k in np.flatnonzero(p[i])}
        assert_agrees(engine, batch, i, solve(here, added), what=row or "base case")


@pytest.mark.parametrize("grid", GRIDS)
def test_a_sample_of_every_kind_agrees_and_the_fast_path_is_used(grid: str) -> None:
    net, engine = prepared(grid)

    assert (engine.is_fast, engine.reason) == (True, None)
    assert engine.self_check is not None
    compare(net, engine, [None, *sampled(engine.outages(KINDS), seed=1)])


@pytest.mark.parametrize("grid", ["beijing", "case_illinois200"])
def test_the_list_of_outages_is_that_of_the_oracle(grid: str) -> None:
    net, engine = prepared(grid)

    for kind in KINDS:
        assert sorted(o.element for o in engine.outages([kind])) == sorted(outage_keys(net, kind)), kind


def test_an_outage_that_leaves_only_the_source_is_solved_too(monkeypatch: pytest.MonkeyPatch) -> None:
    net, engine = prepared("case_illinois200")
    n_buses = len(engine.buses)
    batch = engine.solve(engine.outages())
    (worst,) = np.flatnonzero(batch.is_dead.sum(axis=1) == n_buses - 1)
    monkeypatch.setattr(engine, "_solve_slow", None)  # the fast path alone must do

    compare(net, engine, [engine.outages()[worst]])


def test_added_load_is_that_of_its_row() -> None:
    net, engine = prepared("case_illinois200")
    rows = [None, *sampled(engine.outages(), seed=2)]

    compare(net, engine, rows, load=True)


def test_the_network_is_left_as_it_was() -> None:
    net = illinois()
    before = copy.deepcopy(net)
    engine = Engine(net)
    first = engine.solve([None])
    engine.solve(engine.outages(KINDS)[:20], p_mw=np.full(len(engine.buses), 0.1))
    again = engine.solve([None])

    assert nets_equal(net, before)
    np.testing.assert_allclose(again.vm_pu, first.vm_pu, rtol=0, atol=1e-10)
