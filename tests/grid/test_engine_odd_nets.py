"""Networks with what real files hold: switches, three windings, phase shifters, odd elements. The engine agrees or says no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandapower as pp
import pytest

from models.grid.engine import Engine
from models.grid.outages import KINDS, Outage
from tests.grid.loop_oracle import assert_agrees, solve, uniquely_named, without

LINE = {"r_ohm_per_km": 0.05, "x_ohm_per_km": 0.38, "c_nf_per_km": 9.0, "max_i_ka": 0.6}
TRAFO = {
    "sn_mva": 160.0, "vn_hv_kv": 380.0, "vn_lv_kv": 110.0, "vkr_percent": 0.3, "vk_percent": 14.0, "pfe_kw": 60.0,
    "i0_percent": 0.06,
}  # fmt: skip
TRAFO3 = {
    "vn_hv_kv": 380.0, "vn_mv_kv": 110.0, "vn_lv_kv": 20.0, "sn_hv_mva": 100.0, "sn_mv_mva": 100.0, "sn_lv_mva": 30.0,
    "vk_hv_percent": 12.0, "vk_mv_percent": 11.0, "vk_lv_percent": 9.0, "vkr_hv_percent": 0.3, "vkr_mv_percent": 0.3,
    "vkr_lv_percent": 0.4, "pfe_kw": 40.0, "i0_percent": 0.05,
}  # fmt: skip


def mesh() -> Any:
    """Two 380 kV buses, a ring of five at 110 kV (numbered with gaps), a radial one at its end; loads and generators."""
    net = pp.create_empty_network()
    high = [pp.create_bus(net, 380.0, index=i) for i in (40, 7)]
    ring = [pp.create_bus(net, 110.0, index=i) for i in (12, 3, 25, 9, 30)]
    tail = pp.create_bus(net, 110.0, index=1)
    pp.create_ext_grid(net, high[0], vm_pu=1.02)
    pp.create_line_from_parameters(net, *high, length_km=60.0, **LINE | {"max_i_ka": 1.5}, parallel=2)
    for h, r in zip(high, (ring[0], ring[2]), strict=True):
        pp.create_transformer_from_parameters(net, h, r, **TRAFO, tap_side="hv", tap_neutral=0, tap_pos=1,
                                              tap_step_percent=1.5, tap_changer_type="Ratio")  # fmt: skip
    for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
        pp.create_line_from_parameters(net, a, b, length_km=25.0, **LINE)
    pp.create_line_from_parameters(net, ring[3], tail, length_km=12.0, **LINE)
    for bus, p in zip((*ring, tail), (20.0, 25.0, 10.0, 30.0, 15.0, 8.0), strict=True):
        pp.create_load(net, bus, p_mw=p, q_mvar=0.2 * p)
    pp.create_gen(net, ring[4], p_mw=12.0, vm_pu=1.01)
    pp.create_sgen(net, ring[1], p_mw=9.0, q_mvar=1.0)
    return net


def open_line_end(net: Any) -> None:
    pp.create_switch(net, 3, 2, et="l", closed=False)  # line 2 joins buses 3 and 25
    pp.create_switch(net, 25, 2, et="l", closed=True)


def line_open_at_both_ends(net: Any) -> None:
    pp.create_switch(net, 3, 2, et="l", closed=False)
    pp.create_switch(net, 25, 2, et="l", closed=False)


def open_trafo_switch(net: Any) -> None:
    pp.create_switch(net, 25, 1, et="t", closed=False)


def couplers(net: Any) -> None:
    shut, parted = (pp.create_bus(net, 110.0) for _ in range(2))
    pp.create_switch(net, 9, shut, et="b", closed=True)
    pp.create_switch(net, 30, parted, et="b", closed=False)
    pp.create_line_from_parameters(net, shut, parted, length_km=5.0, **LINE)
    pp.create_load(net, parted, p_mw=4.0)


def closed_coupler_between_sections(net: Any) -> None:
    section = pp.create_bus(net, 110.0)
    pp.create_switch(net, 12, section, et="b", closed=True)
    net.line.loc[1, "from_bus"] = section
    pp.create_load(net, section, p_mw=6.0, q_mvar=1.0)


def switch_of_parallel_row(net: Any) -> None:
    pp.create_switch(net, 40, 0, et="l", closed=True)
    pp.create_switch(net, 7, 0, et="l", closed=False)


def three_windings(net: Any) -> None:
    low = pp.create_bus(net, 20.0)
    pp.create_transformer3w_from_parameters(net, 7, 9, low, **TRAFO3)
    pp.create_load(net, low, p_mw=7.0, q_mvar=2.0)


def three_windings_with_tap(net: Any) -> None:
    low = pp.create_bus(net, 20.0)
    pp.create_transformer3w_from_parameters(net, 7, 9, low, **TRAFO3, tap_side="mv", tap_neutral=0, tap_pos=2,
                                            tap_step_percent=1.0, tap_changer_type="Ratio",
                                            shift_lv_degree=30.0)  # fmt: skip
    pp.create_load(net, low, p_mw=7.0, q_mvar=2.0)


def radial_three_windings(net: Any) -> None:
    middle, low = pp.create_bus(net, 110.0), pp.create_bus(net, 20.0)
    pp.create_transformer3w_from_parameters(net, 7, middle, low, **TRAFO3)
    pp.create_load(net, low, p_mw=7.0, q_mvar=2.0)
    pp.create_load(net, middle, p_mw=11.0, q_mvar=2.0)


def parallel_units(net: Any) -> None:
    net.trafo["parallel"] = [2, 3]
    net.line.loc[3, "parallel"] = 3
    net.line["df"] = 0.9


def shifted_vector_group(net: Any) -> None:
    net.trafo["shift_degree"] = 30.0


def phase_shifter(net: Any) -> None:
    net.trafo.loc[1, "shift_degree"] = 4.0


def ideal_phase_tap(net: Any) -> None:
    net.trafo["tap_changer_type"] = "Ideal"
    net.trafo["tap_step_degree"] = 1.2
    net.trafo["tap_step_percent"] = 0.0


def shunts_and_wards(net: Any) -> None:
    pp.create_shunt(net, 30, q_mvar=-12.0, p_mw=0.3)
    pp.create_shunt(net, 25, q_mvar=8.0, step=2)
    pp.create_ward(net, 3, ps_mw=2.0, qs_mvar=1.0, pz_mw=1.0, qz_mvar=0.5)


def second_source_of_equal_voltage(net: Any) -> None:
    pp.create_ext_grid(net, 9, vm_pu=1.02)


def second_source_of_other_voltage(net: Any) -> None:
    pp.create_ext_grid(net, 9, vm_pu=0.99, va_degree=-2.0)


def two_sources_at_one_bus(net: Any) -> None:
    pp.create_ext_grid(net, 40, vm_pu=1.02)


def island_of_its_own(net: Any) -> None:
    a, b = pp.create_bus(net, 110.0), pp.create_bus(net, 110.0)
    pp.create_line_from_parameters(net, a, b, length_km=5.0, **LINE)
    pp.create_ext_grid(net, a, vm_pu=1.0)
    pp.create_load(net, b, p_mw=5.0)


def generator_as_second_slack(net: Any) -> None:
    net.gen["slack"] = True
    net.gen["vm_pu"] = 1.02


def things_out_of_service(net: Any) -> None:
    off = pp.create_bus(net, 110.0, in_service=False)
    pp.create_line_from_parameters(net, 12, off, length_km=5.0, **LINE)
    pp.create_load(net, off, p_mw=3.0)
    net.line.loc[4, "in_service"] = False
    pp.create_gen(net, 12, p_mw=30.0, vm_pu=1.03, in_service=False)
    pp.create_load(net, 12, p_mw=99.0, in_service=False)
    pp.create_transformer_from_parameters(net, 7, 9, **TRAFO, in_service=False)


def dead_part(net: Any) -> None:
    a, b = pp.create_bus(net, 110.0), pp.create_bus(net, 110.0)
    pp.create_line_from_parameters(net, a, b, length_km=5.0, **LINE)
    pp.create_load(net, b, p_mw=5.0)
    pp.create_gen(net, a, p_mw=5.0, vm_pu=1.0)


def generators_at_one_bus(net: Any) -> None:
    pp.create_gen(net, 30, p_mw=6.0, vm_pu=1.01)
    pp.create_gen(net, 40, p_mw=25.0, vm_pu=1.02)
    pp.create_sgen(net, 9, p_mw=14.0, q_mvar=-2.0, scaling=0.5)


def generator_without_power(net: Any) -> None:
    net.gen["p_mw"] = 0.0


def extended_ward(net: Any) -> None:
    pp.create_xward(net, 9, ps_mw=3.0, qs_mvar=1.0, pz_mw=1.0, qz_mvar=0.0, r_ohm=1.0, x_ohm=8.0, vm_pu=1.0)


def impedance(net: Any) -> None:
    pp.create_impedance(net, 3, 9, rft_pu=0.01, xft_pu=0.08, sn_mva=100.0)


def unequal_impedance(net: Any) -> None:
    pp.create_impedance(net, 3, 9, rft_pu=0.01, xft_pu=0.08, rtf_pu=0.02, xtf_pu=0.09, sn_mva=100.0)


def direct_current_line(net: Any) -> None:
    pp.create_dcline(net, 7, 30, p_mw=20.0, loss_percent=1.0, loss_mw=0.2, vm_from_pu=1.01, vm_to_pu=1.01)


def storage_and_motor(net: Any) -> None:
    pp.create_storage(net, 3, p_mw=4.0, max_e_mwh=10.0, q_mvar=0.5)
    pp.create_motor(net, 12, pn_mech_mw=5.0, cos_phi=0.9)


def loads_that_follow_the_voltage(net: Any) -> None:
    net.load["const_z_p_percent"] = 40.0
    net.load["const_z_q_percent"] = 40.0
    net.load["const_i_p_percent"] = 30.0
    net.load["const_i_q_percent"] = 30.0


def transformer_beside_a_line(net: Any) -> None:
    pp.create_transformer_from_parameters(net, 12, 25, **TRAFO | {"vn_hv_kv": 110.0, "vn_lv_kv": 110.0})


def low_side_tap(net: Any) -> None:
    net.trafo["tap_side"] = "lv"
    net.trafo["vn_lv_kv"] = 115.0


def heavy(net: Any) -> None:
    net.load["p_mw"] *= 4.4
    net.load["q_mvar"] *= 4.4


ODD: dict[str, Callable[[Any], None] | None] = {
    "plain": None,
    **{
        change.__name__: change
        for change in (
            open_line_end, line_open_at_both_ends, open_trafo_switch, couplers, closed_coupler_between_sections,
            switch_of_parallel_row, three_windings, three_windings_with_tap, radial_three_windings, parallel_units,
            shifted_vector_group, phase_shifter, ideal_phase_tap, shunts_and_wards, second_source_of_equal_voltage,
            two_sources_at_one_bus, things_out_of_service, dead_part, generators_at_one_bus, generator_without_power,
            impedance, storage_and_motor, transformer_beside_a_line, low_side_tap, heavy, generator_as_second_slack,
            second_source_of_other_voltage, island_of_its_own, extended_ward,
        )
    },
}  # fmt: skip
REFUSED = (direct_current_line, loads_that_follow_the_voltage, unequal_impedance)


def changed(change: Callable[[Any], None] | None) -> Any:
    net = mesh()
    if change is not None:
        change(net)
    return uniquely_named(net)


FAST = (
    "plain", "open_line_end", "couplers", "switch_of_parallel_row", "three_windings_with_tap", "parallel_units",
    "shifted_vector_group", "second_source_of_equal_voltage", "things_out_of_service", "generators_at_one_bus",
    "shunts_and_wards",
)  # fmt: skip
N_SAMPLED = 5


def compare(net: Any, engine: Engine, rows: Sequence[Outage | None]) -> None:
    batch = engine.solve(rows)
    for i, row in enumerate(rows):
        here = net if row is None else without(net, row.kind, row.element)
        assert_agrees(engine, batch, i, solve(here), what=row or "base case")


def few(engine: Engine) -> list[Outage | None]:
    """Return the base case and a few outages of any kind, the same ones each time."""
    every = engine.outages(KINDS)
    at = np.random.default_rng(4).choice(len(every), N_SAMPLED, replace=False)
    return [None, *(every[i] for i in sorted(at.tolist()))]


@pytest.mark.parametrize("name", FAST)
def test_an_odd_network_agrees(name: str) -> None:
    net = changed(ODD[name])
    engine = Engine(net)

    assert (engine.is_fast, engine.reason) == (True, None)
    compare(net, engine, few(engine))


@pytest.mark.parametrize("change", REFUSED, ids=lambda f: f.__name__)
def test_a_network_that_the_fast_path_cannot_hold_falls_back_and_says_so(change: Callable[[Any], None]) -> None:
    net = changed(change)
    engine = Engine(net)

    assert (engine.is_fast, bool(engine.reason)) == (False, True)
    assert engine.method.startswith("pandapower ")
    compare(net, engine, few(engine)[:3])


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ODD, *(change.__name__ for change in REFUSED)])
def test_every_outage_of_an_odd_network_agrees(name: str) -> None:
    net = changed({**ODD, **{change.__name__: change for change in REFUSED}}[name])
    engine = Engine(net)

    compare(net, engine, [None, *engine.outages(KINDS)])
