"""Random small networks: two voltage levels, meshed and radial parts, generators, switches, parallel and open elements."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandapower as pp

from tests.grid.loop_oracle import uniquely_named

TRAFO_FIXED = {"vn_hv_kv": 220.0, "vn_lv_kv": 110.0, "vkr_percent": 0.4, "pfe_kw": 50.0, "i0_percent": 0.05}


def random_net(seed: int) -> Any:
    """Return a network that this seed alone decides; some are stressed so much that outages do not converge."""
    rng = np.random.default_rng(seed)
    net = pp.create_empty_network()
    numbers = rng.permutation(40)
    n_high, n_low = int(rng.integers(1, 4)), int(rng.integers(3, 9))
    high = [int(pp.create_bus(net, 220.0, index=int(i))) for i in numbers[:n_high]]
    low = [int(pp.create_bus(net, 110.0, index=int(i))) for i in numbers[n_high : n_high + n_low]]
    for group in (high, low):
        _lines(rng, net, group)
    for _ in range(int(rng.integers(1, 4))):
        _trafo(rng, net, int(rng.choice(high)), int(rng.choice(low)))
    pp.create_ext_grid(net, high[0], vm_pu=float(rng.uniform(0.98, 1.05)))
    stress = float(rng.choice([1.0, 1.0, 1.0, 4.0]))
    for bus in low:
        if rng.random() < 0.8:
            p = float(rng.uniform(2.0, 30.0)) * stress
            pp.create_load(
                net, bus, p_mw=p, q_mvar=float(rng.uniform(-0.1, 0.4)) * p, scaling=float(rng.choice([1.0, 0.7]))
            )
    _injections(rng, net, low)
    _switches(rng, net, low)
    return uniquely_named(net)


def _lines(rng: np.random.Generator, net: Any, buses: list[int]) -> None:
    """Join the buses by a random tree and a few lines more."""
    pairs = [(buses[int(rng.integers(0, k))], buses[k]) for k in range(1, len(buses))]
    if len(buses) > 2:
        extra = rng.integers(0, len(buses), (int(rng.integers(0, len(buses))), 2))
        pairs += [(buses[a], buses[b]) for a, b in extra.tolist() if a != b]
    for a, b in pairs:
        pp.create_line_from_parameters(
            net, a, b, length_km=float(rng.uniform(2.0, 50.0)), r_ohm_per_km=float(rng.uniform(0.02, 0.12)),
            x_ohm_per_km=float(rng.uniform(0.25, 0.42)), c_nf_per_km=float(rng.uniform(0.0, 14.0)),
            max_i_ka=float(rng.uniform(0.2, 1.0)), parallel=int(rng.choice([1, 1, 1, 2, 3])), df=float(rng.choice([1.0, 0.9])),
            in_service=bool(rng.random() < 0.95), g_us_per_km=float(rng.choice([0.0, 0.5])),
        )  # fmt: skip


def _trafo(rng: np.random.Generator, net: Any, hv: int, lv: int) -> None:
    pp.create_transformer_from_parameters(
        net, hv, lv, **TRAFO_FIXED, sn_mva=float(rng.uniform(60.0, 240.0)), vk_percent=float(rng.uniform(8.0, 16.0)),
        tap_side=str(rng.choice(["hv", "lv"])), tap_neutral=0, tap_min=-8, tap_max=8, tap_pos=int(rng.integers(-4, 5)),
        tap_step_percent=1.25, tap_step_degree=float(rng.choice([0.0, 60.0])), tap_changer_type="Ratio",
        shift_degree=float(rng.choice([0.0, 0.0, 30.0])), parallel=int(rng.choice([1, 2])),
    )  # fmt: skip


def _injections(rng: np.random.Generator, net: Any, low: list[int]) -> None:
    vm_pu = float(rng.uniform(0.99, 1.03))
    for bus in rng.choice(low, int(rng.integers(0, 3)), replace=False).tolist():
        pp.create_gen(net, bus, p_mw=float(rng.uniform(0.0, 20.0)), vm_pu=vm_pu)
    for bus in rng.choice(low, int(rng.integers(0, 3))).tolist():
        pp.create_sgen(net, bus, p_mw=float(rng.uniform(0.0, 15.0)), q_mvar=float(rng.uniform(-3.0, 3.0)))
    if rng.random() < 0.5:
        pp.create_shunt(
            net, int(rng.choice(low)), q_mvar=float(rng.uniform(-15.0, 10.0)), p_mw=float(rng.choice([0.0, 0.4]))
        )


def _switches(rng: np.random.Generator, net: Any, low: list[int]) -> None:
    if rng.random() < 0.4:
        line = int(rng.choice(net.line.index))
        pp.create_switch(net, int(net.line.at[line, "from_bus"]), line, et="l", closed=bool(rng.random() < 0.4))
    if rng.random() < 0.4:
        section = int(pp.create_bus(net, 110.0))
        pp.create_switch(net, int(rng.choice(low)), section, et="b", closed=bool(rng.random() < 0.7))
        pp.create_load(net, section, p_mw=5.0, q_mvar=1.0)
    if rng.random() < 0.3:
        pp.create_bus(net, 110.0, in_service=bool(rng.random() < 0.5))  # joined to nothing
