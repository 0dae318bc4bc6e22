"""The synthetic network of Beijing gives the published result of its rebuild rule."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from models.grid.check import GridCheck, check_security, judge
from models.grid.hosting import single_hosting_mw
from models.grid.rules import GridRules
from models.grid.solve import NetworkSolver, Outage

Tables = dict[str, pd.DataFrame]
VOLTAGE_PU, POINTS = 0.002, 0.3


@pytest.fixture(scope="module")
def empty_plan_check(beijing: Tables, beijing_rules: GridRules) -> GridCheck:
    nothing = pd.DataFrame(columns=["bus", "p_mw", "q_mvar", "site"])
    return check_security(beijing, loads=nothing, rules=beijing_rules)


def test_network_has_136_buses_and_28000_mw(beijing: Tables) -> None:
    assert len(beijing["buses"]) == 136
    assert beijing["loads"]["p_mw"].sum() == pytest.approx(28000, abs=1)
    assert not beijing["buses"]["bus"].str.startswith("BJ500-16").any()


def test_base_case_of_the_readme(empty_plan_check: GridCheck) -> None:
    (base,) = empty_plan_check.base

    assert base.status == "ok"
    assert base.min_vm_pu == pytest.approx(0.951, abs=VOLTAGE_PU)
    assert base.max_vm_pu == pytest.approx(1.064, abs=VOLTAGE_PU)
    assert base.max_line_percent == pytest.approx(80.3, abs=POINTS)
    assert base.max_trafo_percent == pytest.approx(76.0, abs=POINTS)


def test_outages_of_the_readme(empty_plan_check: GridCheck) -> None:
    rows = [row.to_dict() for row in empty_plan_check.outages]

    assert len(rows) == 199
    assert {row["status"] for row in rows} == {"ok"}
    assert min(row["min_vm_pu"] for row in rows) == pytest.approx(0.940, abs=VOLTAGE_PU)
    assert max(row["max_line_percent"] for row in rows) == pytest.approx(88.1, abs=POINTS)
    assert max(row["max_trafo_percent"] for row in rows) == pytest.approx(94.1, abs=POINTS)
    assert empty_plan_check.is_secure


def test_overloaded_plan_names_the_units_that_remain(beijing: Tables, beijing_rules: GridRules) -> None:
    plan = pd.DataFrame({"bus": ["BJ500-09/220"], "p_mw": [300.0], "q_mvar": [60.9]})
    network, without = NetworkSolver(beijing, plan_loads=plan), NetworkSolver(beijing)

    found = {
        name: judge(network, without, beijing_rules, outage=_outage(beijing, name))
        for name in ("T-BJ500-09", "T-BJ500-01", "L220-094")
    }

    assert {name: row.status for name, row in found.items()} == {
        "T-BJ500-09": "violated", "T-BJ500-01": "ok", "L220-094": "ok",
    }  # fmt: skip
    worst = found["T-BJ500-09"].worst
    assert worst is not None
    assert (worst.element, worst.kind, worst.limit, worst.unit) == ("T-BJ500-09", "trafo", 100.0, "%")
    assert worst.base_value is not None
    assert worst.base_value < 100.0 < worst.value


@pytest.mark.parametrize("outage", ["L500-18", "L220-010", "T-BJ500-08", "T-N220-51"])
def test_outage_equals_a_plain_flow_with_separate_elements(beijing: Tables, outage: str) -> None:
    import pandapower as pp

    from models.grid.network import build_net

    solver = NetworkSolver(beijing)
    found = solver.state(_outage(beijing, outage))

    net = build_net(_without_one(_split(beijing), outage))
    pp.runpp(net, init="flat", tolerance_mva=1e-9)

    assert abs(found.vm_pu - net.res_bus["vm_pu"].to_numpy()).max() < 1e-7
    for table, percent in (("line", found.line_percent), ("trafo", found.trafo_percent)):
        plain = net[f"res_{table}"]["loading_percent"].groupby(net[table]["name"]).max()
        ours = pd.Series(percent, index=solver.names(table)).dropna()
        assert (ours - plain.reindex(ours.index)).abs().max() < 1e-5


def test_an_outage_leaves_the_network_as_it_was(beijing: Tables) -> None:
    solver = NetworkSolver(beijing)
    before = {kind: solver.net[kind].copy() for kind in ("line", "trafo", "load")}

    for outage in (Outage("line", "L220-010", 37), Outage("trafo", "T-BJ500-01", 0)):
        solver.state(outage)

    for kind, table in before.items():
        pd.testing.assert_frame_equal(solver.net[kind], table)


@pytest.mark.slow
@pytest.mark.parametrize(("bus", "published_mw"), [("BJ500-09/220", 62.5), ("BJ500-06/220", 125.0)])
def test_hosting_of_one_station_agrees_with_the_published_steps(
    beijing: Tables, beijing_rules: GridRules, bus: str, published_mw: float
) -> None:
    hosting_mw = single_hosting_mw(beijing, bus, beijing_rules, 0.98)

    assert published_mw - 5.0 <= hosting_mw < published_mw + 62.5 + 5.0


def test_hosting_of_a_two_circuit_line_is_the_rating_of_one(tiny: Callable[..., Tables], wide_rules: GridRules) -> None:
    # Unity power factor: i = p / v, so one circuit of 0.3 kA at v2 carries sqrt(3) * 110 kV * 0.3 kA * v2.
    tables = tiny([("L", "A", "B", 2, 12.1, 0.3)], [])

    hosting_mw = single_hosting_mw(tables, "B", wide_rules, 1.0, tolerance_mw=0.01)

    assert hosting_mw == pytest.approx(3**0.5 * 110 * 0.3 * 0.998360, abs=0.05)


def _outage(tables: Tables, name: str) -> Outage:
    if name.startswith("T-"):
        return Outage("trafo", name, tables["trafos"]["trafo"].tolist().index(name))
    return Outage("line", name, tables["lines"]["line"].tolist().index(name))


def _split(tables: Tables) -> Tables:
    """Return the network with one row for each circuit and unit."""
    split = dict(tables)
    for table, count in (("lines", "n_circuits"), ("trafos", "n_parallel")):
        frame = tables[table]
        split[table] = frame.loc[frame.index.repeat(frame[count])].assign(**{count: 1}).reset_index(drop=True)
    return split


def _without_one(tables: Tables, name: str) -> Tables:
    table, key = ("trafos", "trafo") if name.startswith("T-") else ("lines", "line")
    frame = tables[table]
    first = frame.index[frame[key] == name][0]
    return {**tables, table: frame.drop(index=first).reset_index(drop=True)}
