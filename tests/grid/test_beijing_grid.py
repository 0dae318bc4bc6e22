"""The synthetic network of Beijing gives the published result of its rebuild rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.grid.check import GridCheck, check_network, check_security
from models.grid.engine import Engine
from models.grid.network import build_net
from models.grid.outages import named_outages
from models.grid.rules import GridRules

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


@pytest.fixture(scope="module")
def engine(beijing: Tables) -> Engine:
    return Engine(build_net(beijing))


def test_overloaded_plan_names_the_units_that_remain(engine: Engine, beijing_rules: GridRules) -> None:
    p_mw = np.where(engine.buses["bus"] == "BJ500-09/220", 300.0, 0.0)
    outages = named_outages(engine.outages(), ["T-BJ500-09", "T-BJ500-01", "L220-094"])

    check = check_network(engine, beijing_rules, outages=outages, p_mw=p_mw, q_mvar=0.203 * p_mw)

    found = {str(row.element): row for row in check.outages}
    assert {name: row.status for name, row in found.items()} == {
        "T-BJ500-09": "violated", "T-BJ500-01": "ok", "L220-094": "ok",
    }  # fmt: skip
    worst = found["T-BJ500-09"].worst
    assert worst is not None
    assert (worst.element, worst.kind, worst.limit, worst.unit) == ("T-BJ500-09", "trafo", 100.0, "%")
    assert worst.base_value is not None
    assert worst.base_value < 100.0 < worst.value


@pytest.mark.parametrize("outage", ["L500-18", "L220-010", "T-BJ500-08", "T-N220-51"])
def test_outage_equals_a_plain_flow_with_separate_elements(beijing: Tables, engine: Engine, outage: str) -> None:
    import pandapower as pp

    found = engine.solve(named_outages(engine.outages(), [outage]))

    net = build_net(_without_one(_split(beijing), outage))
    pp.runpp(net, init="flat", tolerance_mva=1e-9)

    assert abs(found.vm_pu[0] - net.res_bus["vm_pu"].to_numpy()).max() < 1e-7
    for table in ("line", "trafo"):
        plain = net[f"res_{table}"]["loading_percent"].groupby(net[table]["name"]).max()
        own = (engine.branches["kind"] == table).to_numpy()
        ours = pd.Series(found.percent[0, own], index=engine.branches["element"][own]).groupby(level=0).max().dropna()
        assert (ours - plain.reindex(ours.index)).abs().max() < 1e-5


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
