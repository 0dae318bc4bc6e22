"""Headroom against plain pandapower at the value and just above it, and against values that can be computed by hand."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.grid.check import check_network
from models.grid.engine import Engine
from models.grid.headroom import Ask, BusHeadroom, bus_headroom, generator_shares
from models.grid.headroom_judge import Judge
from models.grid.headroom_search import Reach
from models.grid.network import build_net
from models.grid.rules import GridRules, VoltageBand
from tests.grid.conftest import Tables, tiny_tables

ASK = Ask(tangent=0.2, most_mw=1000.0)
TOLERANCE_MW = 0.25
KA = 1.0
MVA = np.sqrt(3.0) * 110.0 * KA  # of one circuit

RING = [
    ("AB", "A", "B", 1, 4.0, 0.9),
    ("BC", "B", "C", 1, 6.0, 0.5),
    ("CD", "C", "D", 1, 5.0, 0.5),
    ("DA", "D", "A", 1, 4.0, 0.8),
    ("AC", "A", "C", 1, 9.0, 0.6),
    ("DE", "D", "E", 2, 6.0, 0.4),
]


def bands(low: float = 0.9, high: float = 1.1) -> tuple[VoltageBand, ...]:
    return (VoltageBand(110.0, low, high, low, high),)


def found_at(tables: Tables, buses: list[str], rules: GridRules, ask: Ask = ASK, **options: Any) -> list[BusHeadroom]:
    engine = Engine(build_net(tables), threads=1)
    return bus_headroom(Judge(engine, rules, engine.outages(rules.outage_kinds), **options), buses, ask)


def is_secure_in_pandapower(tables: Tables, bus: str, load_mw: float, *, low_pu: float = 0.9) -> bool:
    """Nothing of ours but the network: every circuit out in turn, loadings and voltages from runpp."""
    import pandapower as pp

    net = build_net(tables)
    at = net.bus.index[net.bus["name"] == bus][0]
    pp.create_load(net, at, p_mw=load_mw, q_mvar=ASK.tangent * load_mw)

    def is_fine() -> bool:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                pp.runpp(net, init="dc", trafo_loading="current", tolerance_mva=1e-8)
            except pp.LoadflowNotConverged:
                return False
        vm = net.res_bus["vm_pu"]
        loading = net.res_line["loading_percent"][net.line["in_service"]]
        return bool(vm.notna().all() and vm.between(low_pu, 1.1).all() and (loading <= 100.0).all())

    def is_fine_without(index: int) -> bool:
        many = int(net.line.at[index, "parallel"])
        column, value = ("parallel", many - 1) if many > 1 else ("in_service", False)
        before = net.line.at[index, column]
        net.line.at[index, column] = value
        fine = is_fine()
        net.line.at[index, column] = before
        return fine

    return is_fine() and all(is_fine_without(index) for index in net.line.index)


def test_more_than_the_headroom_of_a_ring_is_insecure_in_pandapower() -> None:
    tables = tiny_tables(RING, [("B", 20.0), ("C", 15.0), ("D", 10.0), ("E", 5.0)])

    rows = found_at(tables, ["B", "C", "D", "E"], GridRules(bands()))

    for row in rows:
        assert is_secure_in_pandapower(tables, row.bus, row.headroom_mw), row
        assert not is_secure_in_pandapower(tables, row.bus, row.headroom_mw + TOLERANCE_MW), row
        assert row.headroom_mw > 1.0
        assert row.headroom_n0_mw > row.headroom_mw
        assert row.status == "limited"
        assert row.outage is not None
        assert row.is_checked_in_full


def test_voltage_limits_headroom() -> None:
    tables = tiny_tables([("AB", "A", "B", 2, 30.0, 9.0)], [("B", 10.0)])

    (row,) = found_at(tables, ["B"], GridRules(bands(low=0.95)))

    assert is_secure_in_pandapower(tables, "B", row.headroom_mw, low_pu=0.95)
    assert not is_secure_in_pandapower(tables, "B", row.headroom_mw + TOLERANCE_MW, low_pu=0.95)
    assert (row.rule, row.kind, row.element, row.unit, row.limit) == ("voltage", "bus_low", "B", "pu", 0.95)
    assert row.value == pytest.approx(0.95, abs=1e-3)


def test_two_circuits_carry_what_one_can() -> None:
    tables = tiny_tables([("AB", "A", "B", 2, 0.01, KA)], [("B", 50.0)])

    (row,) = found_at(tables, ["B"], GridRules(bands()), replace(ASK, tangent=0.0))

    assert row.headroom_mw == pytest.approx(MVA - 50.0, abs=0.2)
    assert row.headroom_n0_mw == pytest.approx(2 * MVA - 50.0, abs=0.3)
    assert (row.element, row.outage, row.outage_kind, row.rule) == ("AB", "AB", "line", "loading")
    assert row.value == pytest.approx(100.0, abs=0.1)


def test_an_emergency_rating_gives_more() -> None:
    tables = tiny_tables([("AB", "A", "B", 2, 0.01, KA)], [("B", 50.0)])

    (row,) = found_at(tables, ["B"], GridRules(bands(), {"line": 1.2}), replace(ASK, tangent=0.0))

    assert row.headroom_mw == pytest.approx(1.2 * MVA - 50.0, abs=0.2)
    assert row.limit == pytest.approx(120.0)


def test_load_that_an_outage_cuts_off_has_no_headroom_unless_that_is_allowed() -> None:
    tables = tiny_tables([("AB", "A", "B", 2, 0.01, KA), ("BC", "B", "C", 1, 0.01, KA)], [("B", 50.0)])

    (strict,) = found_at(tables, ["C"], GridRules(bands()))
    (allowed,) = found_at(tables, ["C"], GridRules(bands()), replace(ASK, tangent=0.0), is_radial_allowed=True)

    assert (strict.headroom_mw, strict.status, strict.rule, strict.outage) == (0.0, "radial", "supply", "BC")
    assert strict.headroom_n0_mw > 100.0
    assert allowed.headroom_mw == pytest.approx(MVA - 50.0, abs=0.2)


def overloaded() -> Tables:
    """Two ways from A: an overloaded cable to B, joined through a long tie to C, which has room of its own."""
    lines = [("AB", "A", "B", 1, 2.0, 0.20), ("AC", "A", "C", 2, 2.0, KA), ("BC", "B", "C", 1, 12.0, 0.5)]
    return tiny_tables(lines, [("B", 60.0)])


def test_ignoring_existing_overloads_would_overstate_headroom() -> None:
    rules = replace(GridRules(bands(), outage_kinds=("line",)), sensitivity_threshold_percent=3.0)
    ignored = overloaded()
    ignored["lines"].loc[ignored["lines"]["line"] == "AB", "max_i_ka"] = 99.0

    (row,) = found_at(overloaded(), ["C"], rules)
    (without,) = found_at(ignored, ["C"], rules)

    assert row.rule == "loading_existing"
    assert row.element == "AB"
    assert without.headroom_mw > 1.3 * row.headroom_mw


def test_an_overload_counts_only_where_enough_of_the_load_flows_through_it() -> None:
    low = replace(GridRules(bands()), sensitivity_threshold_percent=0.0)
    high = replace(GridRules(bands()), sensitivity_threshold_percent=60.0)

    (counted,) = found_at(overloaded(), ["C"], low)
    (passed,) = found_at(overloaded(), ["C"], high)

    assert counted.rule == "loading_existing"
    assert passed.headroom_mw > 3 * counted.headroom_mw


def test_a_network_that_is_insecure_as_it_is_has_no_headroom_under_the_strict_rule() -> None:
    (row,) = found_at(overloaded(), ["C"], replace(GridRules(bands()), no_worsening=False))

    assert (row.headroom_mw, row.status, row.element) == (0.0, "violated_in_base", "AB")


def test_an_outage_of_the_only_source_is_left_out_and_named() -> None:
    lines = [("AB", "A", "B", 1, 0.5, 9.0), *[(a + b, a, b, 1, 4.0, 0.9) for a, b in ("BC", "CD", "DB")]]
    engine = Engine(build_net(tiny_tables(lines, [("C", 20.0)])), threads=1)

    judge = Judge(engine, GridRules(bands()), engine.outages())
    (row,) = bus_headroom(judge, ["D"], ASK)

    assert [outage.element for outage in judge.left_out] == ["AB"]
    assert row.headroom_mw > 50.0


def test_the_cap_is_said() -> None:
    tables = tiny_tables([("AB", "A", "B", 2, 0.01, KA)], [("B", 50.0)])

    (row,) = found_at(tables, ["B"], GridRules(bands()), replace(ASK, most_mw=30.0))

    assert (row.headroom_mw, row.status, row.rule, row.outage) == (30.0, "capped", "cap", None)


def test_no_solution_is_not_secure() -> None:
    tables = tiny_tables([("AB", "A", "B", 2, 40.0, 99.0)], [("B", 10.0)])

    (row,) = found_at(tables, ["B"], GridRules(bands(low=0.3, high=1.5)))

    assert row.rule == "not_converged"
    assert row.outage == "AB"
    assert 50.0 < row.headroom_mw < 110.0**2 / (2 * 40.0)  # a line of x ohm carries at most V^2 / 2x at pf 1


def test_what_is_watched_and_checked_does_not_change_the_value() -> None:
    tables = tiny_tables(RING, [("B", 20.0), ("C", 15.0), ("D", 10.0)])
    rules = GridRules(bands())

    full = found_at(tables, ["B", "C", "D"], rules)
    few = found_at(tables, ["B", "C", "D"], rules, replace(ASK, reach=Reach(n_watched=1, most_rows=0)))

    assert [row.headroom_mw for row in few] == pytest.approx([row.headroom_mw for row in full], abs=0.1)
    assert not few[0].is_checked_in_full
    assert few[0].n_checked <= full[0].n_checked


def test_the_security_check_agrees_with_the_value() -> None:
    engine = Engine(build_net(tiny_tables(RING, [("B", 20.0), ("C", 15.0), ("D", 10.0)])), threads=1)
    rules = GridRules(bands())

    for row in bus_headroom(Judge(engine, rules, engine.outages()), ["B", "C", "D", "E"], ASK):
        at = engine.buses["bus"].tolist().index(row.bus)
        for more_mw, is_secure in ((0.0, True), (0.3, False)):
            load = np.zeros(engine.n_buses)
            load[at] = row.headroom_mw + more_mw
            found = check_network(engine, rules, p_mw=load, q_mvar=0.2 * load)
            assert found.is_secure is is_secure, (row.bus, more_mw)


def test_buses_joined_by_a_closed_switch_are_one(tiny: Callable[..., Tables]) -> None:
    import pandapower as pp

    net = build_net(tiny(RING, [("B", 20.0)]))
    twin = pp.create_bus(net, 110.0, name="B2")
    pp.create_switch(net, net.bus.index[net.bus["name"] == "B"][0], twin, et="b", closed=True)
    engine = Engine(net, threads=1)

    one, other = bus_headroom(Judge(engine, GridRules(bands()), engine.outages()), ["B", "B2"], ASK)

    assert (other.bus, other.headroom_mw, other.element) == ("B2", one.headroom_mw, one.element)


def test_new_load_may_be_supplied_by_generators() -> None:
    tables = tiny_tables([("AB", "A", "B", 2, 0.01, KA), ("BC", "B", "C", 2, 0.01, 2 * KA)], [("B", 50.0)])
    tables["generators"] = pd.DataFrame({"generator": ["G"], "bus": ["B"], "p_mw": [40.0], "q_mvar": [0.0]})
    engine = Engine(build_net(tables), threads=1)
    judge = Judge(engine, GridRules(bands()), engine.outages())
    ask = replace(ASK, tangent=0.0)

    (outside,) = bus_headroom(judge, ["C"], ask)
    (inside,) = bus_headroom(judge, ["C"], replace(ask, balance=generator_shares(engine.net)))

    assert outside.headroom_mw == pytest.approx(MVA + 40.0 - 50.0, abs=0.2)
    assert outside.element == "AB"
    assert inside.headroom_mw == pytest.approx(2 * MVA, abs=0.3)
    assert inside.element == "BC"


def test_unknown_buses_are_refused() -> None:
    with pytest.raises(ValueError, match="no bus X"):
        found_at(tiny_tables(RING, []), ["X"], GridRules(bands()))


def test_beijing_agrees_with_the_security_check(beijing: dict[str, pd.DataFrame], beijing_rules: GridRules) -> None:
    engine = Engine(build_net(beijing), threads=1)
    judge = Judge(engine, beijing_rules, engine.outages())
    buses = engine.buses.loc[engine.bus_load_mw > 0, "bus"].tolist()[::17]

    for row in bus_headroom(judge, buses, Ask(tangent=0.203, most_mw=3000.0)):
        at = engine.buses["bus"].tolist().index(row.bus)
        load = np.zeros(engine.n_buses)
        load[at] = row.headroom_mw
        assert row.headroom_mw > 0
        assert check_network(engine, beijing_rules, p_mw=load, q_mvar=0.203 * load).is_secure
        load[at] += 0.3
        assert not check_network(engine, beijing_rules, p_mw=load, q_mvar=0.203 * load).is_secure
