"""Slopes of loadings and voltages are the finite differences of plain pandapower, in the base case and during outages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandapower as pp
import pytest

from models.grid.engine import Engine
from models.grid.outages import Outage
from models.grid.sensitivity import slopes
from tests.grid.loop_oracle import solve, uniquely_named, without
from tests.grid.random_nets import random_net

H_MW = 0.02
TANGENT = 0.2


def three_winding_net() -> Any:
    """A 220 kV source, two three-winding units and one of two windings, a 110 kV ring with a generator, a 35 kV load."""
    net = pp.create_empty_network()
    high = pp.create_bus(net, 220.0)
    ring = [pp.create_bus(net, 110.0) for _ in range(4)]
    low = pp.create_bus(net, 35.0)
    pp.create_ext_grid(net, high, vm_pu=1.03)
    for bus in ring[:2]:
        pp.create_transformer3w_from_parameters(
            net, high, bus, low, vn_hv_kv=220.0, vn_mv_kv=110.0, vn_lv_kv=35.0, sn_hv_mva=120.0, sn_mv_mva=120.0,
            sn_lv_mva=60.0, vk_hv_percent=14.0, vk_mv_percent=8.0, vk_lv_percent=20.0, vkr_hv_percent=0.3,
            vkr_mv_percent=0.3, vkr_lv_percent=0.3, pfe_kw=30.0, i0_percent=0.05, tap_side="hv", tap_neutral=0,
            tap_min=-8, tap_max=8, tap_pos=-2, tap_step_percent=1.25, tap_changer_type="Ratio",
        )  # fmt: skip
    pp.create_transformer_from_parameters(
        net, high, ring[2], sn_mva=90.0, vn_hv_kv=220.0, vn_lv_kv=110.0, vk_percent=12.0, vkr_percent=0.4, pfe_kw=20.0,
        i0_percent=0.05, shift_degree=0.0, tap_side="hv", tap_neutral=0, tap_min=-8, tap_max=8, tap_pos=1,
        tap_step_percent=1.25, tap_changer_type="Ratio",
    )  # fmt: skip
    for a, b, km in ((0, 1, 12.0), (1, 2, 20.0), (2, 3, 9.0), (3, 0, 15.0)):
        pp.create_line_from_parameters(net, ring[a], ring[b], km, 0.1, 0.4, 9.0, 0.5)
    for bus, p_mw in ((ring[1], 40.0), (ring[3], 55.0), (low, 20.0)):
        pp.create_load(net, bus, p_mw=p_mw, q_mvar=0.2 * p_mw)
    pp.create_gen(net, ring[2], p_mw=25.0, vm_pu=1.01)
    return uniquely_named(net)


NETS = {
    "three windings": three_winding_net,
    **{f"random {seed}": lambda seed=seed: random_net(seed) for seed in (2,)},
}


@pytest.fixture(scope="module", params=list(NETS))
def case(request: pytest.FixtureRequest) -> tuple[Any, Engine]:
    net = NETS[request.param]()
    return net, Engine(net)


def chosen(engine: Engine) -> list[Outage | None]:
    """Return the base case, and the first outage of each kind that has a solution."""
    out: list[Outage | None] = [None]
    for kind in ("line", "trafo", "trafo3w", "generator"):
        own = engine.outages((kind,))
        is_ok = engine.solve(own).is_converged if own else []
        out += [o for o, ok in zip(own, is_ok, strict=True) if ok][:1]
    return out


def measured(net: Any, outage: Outage | None, load: dict[str, tuple[float, float]], engine: Engine) -> Any:
    """Return loadings of the branches and voltages of the buses by pandapower, one array."""
    truth = solve(net if outage is None else without(net, outage.kind, outage.element), load)
    assert truth.is_converged
    percent = [
        truth.percent[kind, name]
        for kind, name in zip(engine.branches["kind"], engine.branches["element"], strict=True)
    ]
    return np.array([*percent, *truth.vm_pu.reindex(engine.buses["bus"])])


def test_slopes_are_finite_differences(case: tuple[Any, Engine]) -> None:
    net, engine = case
    p, q = np.zeros(engine.n_buses), np.zeros(engine.n_buses)
    p[-2], q[-2] = 3.0, 0.6  # slopes at a plan, not at the base
    names = engine.buses["bus"].tolist()
    n_compared = 0
    for outage in chosen(engine):
        batch = engine.solve([outage], p_mw=p, q_mvar=q)
        branches = np.flatnonzero(np.nan_to_num(batch.percent[0]) > 1.0).tolist()
        buses = np.flatnonzero(np.isfinite(batch.vm_pu[0])).tolist()
        found = slopes(engine, outage, branches=branches, buses=buses, p_mw=p, q_mvar=q)
        rows = [*branches, *(engine.n_branches + np.array(buses))]
        at = [b for b in buses if names[b].startswith("bus")][1 :: max(1, len(buses) // 2)]
        for bus in at:
            for unit, slope in (
                ((1.0, 0.0), found.per_mw),
                ((0.0, 1.0), found.per_mvar),
                ((1.0, TANGENT), found.along(TANGENT)),
            ):
                sides = []
                for sign in (1.0, -1.0):
                    load = {names[-2]: (3.0, 0.6)}
                    old = load.get(names[bus], (0.0, 0.0))
                    load[names[bus]] = tuple(o + sign * H_MW * u for o, u in zip(old, unit, strict=True))  # type: ignore[assignment]
                    sides.append(measured(net, outage, load, engine)[rows])
                expected = (sides[0] - sides[1]) / (2 * H_MW)
                assert slope[:, bus] == pytest.approx(expected, rel=2e-4, abs=2e-5), (outage, names[bus], unit)
                n_compared += len(rows)
        assert found.values == pytest.approx(measured(net, outage, {names[-2]: (3.0, 0.6)}, engine)[rows], abs=1e-5)
    assert n_compared > 50


def test_a_bus_without_supply_has_no_slope() -> None:
    net = pp.create_empty_network()
    a, b, c = (pp.create_bus(net, 110.0) for _ in range(3))
    pp.create_ext_grid(net, a)
    pp.create_load(net, b, p_mw=10.0, q_mvar=2.0)
    for ends in ((a, b), (b, c)):
        pp.create_line_from_parameters(net, *ends, 10.0, 0.1, 0.4, 9.0, 0.5)
    engine = Engine(uniquely_named(net))
    cut_off = next(o for o in engine.outages(("line",)) if o.element == "line 1")
    found = slopes(engine, cut_off, branches=[0], buses=[1])

    assert (found.per_mw[:, 2] == 0).all()
    assert found.per_mw[0, 1] > 0 > found.per_mw[1, 1]
    with pytest.raises(ValueError, match="out of service"):
        slopes(engine, cut_off, branches=[1])


def test_no_slopes_where_there_is_no_solution() -> None:
    engine = Engine(three_winding_net())
    with pytest.raises(ValueError, match="does not converge"):
        slopes(engine, None, branches=[0], p_mw=np.full(engine.n_buses, 5000.0), q_mvar=np.full(engine.n_buses, 2000.0))
