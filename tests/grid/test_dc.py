"""Rows of the linear flow: factors against pandapower's DC flow, and what is let be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandapower as pp
import pytest

from models.grid.dc import LinearFlow
from models.grid.engine import Engine
from models.grid.rules import GridRules, VoltageBand
from models.grid.source import open_net
from tests.grid.loop_oracle import without
from tests.grid.random_nets import random_net
from tests.grid.test_sensitivity import three_winding_net
from tests.oracles.loop_cases import LOST_FEED, TRAFO, Case, Line, Truth, grid_tables

H_MW = 5.0
RULES = GridRules((VoltageBand(110.0, 0.5, 1.5, 0.5, 1.5), VoltageBand(220.0, 0.5, 1.5, 0.5, 1.5)))


def dc_flow(net: Any, bus: str | None) -> dict[tuple[str, str], float]:
    """Return pandapower's DC flow of lines and transformers [MW], with 5 MW more at a bus."""
    load = pp.create_load(net, int(net.bus.index[net.bus["name"] == bus][0]), p_mw=H_MW) if bus else None
    pp.rundcpp(net)
    out = {
        (kind, name): value
        for kind, column in (("line", "p_from_mw"), ("trafo", "p_hv_mw"))
        for name, value in zip(net[kind]["name"], net[f"res_{kind}"][column], strict=True)
    }
    if load is not None:
        net.load = net.load.drop(index=load)
    return out


@pytest.mark.parametrize("make", [three_winding_net, lambda: random_net(3), lambda: random_net(8)])
def test_factors_are_differences_of_pandapowers_dc_flow(make: Any) -> None:
    net = make()
    engine = Engine(net)
    flow = LinearFlow(engine, RULES, engine.outages(("line", "trafo")))
    count = engine.branches.groupby(["kind", "element"]).size()  # a row of pandapower is all its circuits
    names = [tuple(r) for r in engine.branches[["kind", "element"]].iloc[flow.rows].to_numpy()]
    buses = engine.buses["bus"].tolist()
    some = [b for b in range(len(buses)) if np.isfinite(engine.solve([None]).vm_pu[0, b])][:: max(1, len(buses) // 3)]
    n_compared = 0
    for o, outage in [(-1, None), *enumerate(flow.outages)][:6]:
        if o >= 0 and np.isnan(flow.lodf[:, o]).all():
            continue
        out = net if outage is None else without(net, outage.kind, outage.element)
        lost = 0 if outage is None else 1
        before = dc_flow(out, None)
        for bus in some:
            if o >= 0 and engine.solve([outage]).is_dead[0, bus]:
                continue
            after = dc_flow(out, buses[bus])
            for m, name in enumerate(names):
                own = lost and name == (outage.kind, outage.element)  # type: ignore[union-attr]
                coef = flow.per_mw[m, bus] + (flow.lodf[m, o] * flow.out_per_mw[o, bus] if o >= 0 else 0.0)
                if np.isnan(coef) or not engine.branches["is_in_service"].iloc[flow.rows[m]]:
                    continue
                circuits = int(count[name]) - (1 if own else 0)
                expected = (after[name] - before[name]) / H_MW / circuits
                assert coef == pytest.approx(expected, abs=2e-6), (outage, buses[bus], name)
                n_compared += 1
    assert n_compared > 30


def test_the_only_way_to_a_part_of_the_network_has_no_outage_factor() -> None:
    case = Case(buses=dict.fromkeys("ABC", 110.0), source=("A", 1.0),
                lines=(Line("AB", ("A", "B"), 5, 0.5), Line("BC", ("B", "C"), 5, 0.5)))  # fmt: skip
    engine = Engine(open_net(grid_tables(case)))
    flow = LinearFlow(engine, RULES, engine.outages(("line",)))

    assert np.isnan(flow.lodf).all()
    assert [(r.element, r.outage) for r in flow.violated(np.array([0.0, 0.0, 200.0]))] == [("AB", None), ("BC", None)]


@pytest.mark.parametrize("case", [TRAFO, LOST_FEED])
def test_rows_are_broken_by_the_load_they_were_made_for(case: Case) -> None:
    engine = Engine(open_net(grid_tables(case)))
    rules = GridRules(RULES.voltage_bands, case.emergency)
    flow = LinearFlow(engine, rules, engine.outages(("line", "trafo")))
    p = np.where(engine.buses["bus"].isin([b for b, _ in case.stations.values()]), 55.0, 0.0)
    rows = flow.violated(p, 0.2 * p)

    assert rows
    assert flow.violated(np.zeros_like(p)) == []
    for row in rows:
        assert float(row.coef @ p) > row.upper > 0
        assert row.limit == rules.loading_limit_percent("line" if row.element_kind == "line" else "trafo_220",
                                                        is_outage=row.outage is not None)  # fmt: skip


def test_rows_leave_what_is_over_its_limit_anyway() -> None:
    case = Case(
        buses=dict.fromkeys("ABCD", 110.0), source=("A", 1.04), loads={"B": (95, 20), "C": (10, 3)},
        lines=(Line("AB", ("A", "B"), 10, 0.25, n=2), Line("AC", ("A", "C"), 12, 0.5, n=2), Line("AD", ("A", "D"), 5, 0.9, n=2),
               Line("BC", ("B", "C"), 14, 0.3)),
    )  # fmt: skip
    engine = Engine(open_net(grid_tables(case)))
    p = np.where(engine.buses["bus"] == "D", 60.0, 0.0)  # does not flow through AB
    outages = engine.outages(("line",))
    strict = GridRules(RULES.voltage_bands, no_worsening=False)

    assert LinearFlow(engine, RULES, outages).violated(p, 0.2 * p) == []
    assert {r.element for r in LinearFlow(engine, strict, outages).violated(p, 0.2 * p)} == {"AB"}
    at_b = np.where(engine.buses["bus"] == "B", 20.0, 0.0)
    rows = LinearFlow(engine, RULES, outages).violated(at_b, 0.2 * at_b)
    (row,) = [r for r in rows if r.outage is not None and (r.element, r.outage.element) == ("AB", "AB")]
    assert row.limit > 100.0
    assert row.upper == pytest.approx(0.0, abs=1e-9)


MIXED = Case(  # AC: much resistance, so less flow than by reactances alone
    buses=dict.fromkeys("ABCD", 110.0), source=("A", 1.06), loads={"B": (20, 5), "C": (30, 7)},
    lines=(
        Line("AB", ("A", "B"), 10, 0.9, r=0.02, n=2), Line("AC", ("A", "C"), 10, 0.30, r=0.30, x=0.30, n=2),
        Line("BC", ("B", "C"), 6, 0.9, r=0.02, n=2), Line("BD", ("B", "D"), 10, 0.9, r=0.02, n=2),
        Line("CD", ("C", "D"), 8, 0.9, r=0.02, x=0.3),
    ),
    stations={"S1": ("B", 0), "S2": ("C", 20), "S3": ("D", 40)},
)  # fmt: skip


def test_rows_do_not_cut_off_secure_loads_where_the_linear_flow_is_too_high() -> None:
    engine = Engine(open_net(grid_tables(MIXED)))
    flow = LinearFlow(engine, RULES, engine.outages(("line",)))
    truth, buses = Truth(MIXED), engine.buses["bus"].tolist()
    high = [np.array([k if b in at else 0.0 for b in buses]) for k in (40.0, 60.0, 90.0) for at in ("BC", "D", "BCD")]
    rows = [r for p in high for r in flow.violated(p, 0.2 * p)]
    n_secure = 0
    for mva in np.random.default_rng(4).uniform(0.0, 38.0, (6, 3)):
        load = dict(zip("BCD", mva.tolist(), strict=True))
        p = np.array([load.get(b, 0.0) * 0.98 for b in buses])
        if truth.is_secure(load):
            n_secure += 1
            assert all(float(r.coef @ p) <= r.upper + 1.5 for r in rows), load  # [points]; 8 without the AC flow
    assert rows
    assert n_secure > 2
