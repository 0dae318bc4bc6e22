"""Importing a network says what is missing: ratings, places, units, names; and nothing dangerous is opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandapower as pp
import pandapower.networks as pn
import pytest

from models.grid.network_json import read_network_json, write_network_json
from models.grid.quality import has_real_coordinates, looks_like_kw, rating_problems
from planner.errors import InputProblems
from planner.grids.planned import workbook
from planner.grids.read import read_grid

UCTE = """##C 2007.05.01
##N
##ZDE
DBUS1_1  One          0 3 380.00       0       0       0       0 9999.00 -9999.0 9999.00 -9999.0
DBUS2_1  Two          0 0         100.000 20.0000       0       0
##L
DBUS1_1  DBUS2_1  1 0 1.5000 12.000 80.00000   1000 line
"""


def _saved(net: Any, path: Path) -> Path:
    path.write_text(pp.to_json(net), encoding="utf-8")
    return path


@pytest.fixture
def oberrhein() -> Any:
    path = Path(str(pn.__path__[0])) / "mv_oberrhein.json"
    return read_network_json(path.read_bytes())


def _codes(remarks: Any) -> set[str]:
    return {remark.code for remark in remarks}


def test_placeholder_ratings_and_drawing_coordinates_are_told(tmp_path: Path) -> None:
    grid = read_grid(_saved(pn.case118(), tmp_path / "case118.json"))

    assert {"rating_placeholder", "low_loading", "coordinates_drawing"} <= _codes(grid.report.missing)
    assert grid.report.rating_problems
    assert grid.report.coordinates == "drawing"
    assert read_network_json(grid.to_bytes()).bus["geo"].isna().all(), "a drawing is not kept as a place"


@pytest.mark.parametrize(("case", "can_be_used"), [("case14", False), ("case_illinois200", True), ("case39", True)])
def test_ratings_of_public_cases(case: str, can_be_used: bool) -> None:
    assert bool(rating_problems(getattr(pn, case)())) != can_be_used


def test_missing_ratings_are_a_problem_and_single_placeholders_are_not() -> None:
    net = pn.case_illinois200()
    net.line.loc[0, "max_i_ka"] = 99999.0
    assert rating_problems(net) == []

    net.line.loc[1, "max_i_ka"] = 0.0
    net.line.loc[2, "max_i_ka"] = np.nan
    assert rating_problems(net) == ["2 of 179 line elements have no rating"]


def test_real_coordinates_are_kept_and_layouts_declared_by_a_system_are_brought_to_degrees(
    oberrhein: Any, tmp_path: Path
) -> None:
    assert has_real_coordinates(oberrhein)
    assert read_grid(_saved(oberrhein, tmp_path / "a.json")).report.coordinates == "real"
    metres = pn.case4gs()
    metres.bus["geo"] = [
        json.dumps({"type": "Point", "coordinates": [500_000.0 + 1000 * i, 5_300_000.0]}) for i in range(4)
    ]
    path = _saved(metres, tmp_path / "b.json")
    assert read_grid(path).report.coordinates == "drawing"

    declared = read_grid(path, crs="EPSG:25832")

    assert declared.report.coordinates == "declared"
    again = read_network_json(declared.to_bytes())
    assert has_real_coordinates(again)
    assert json.loads(again.bus.geo.iloc[0])["coordinates"] == pytest.approx([9.0, 47.85], abs=0.05)
    with pytest.raises(InputProblems):
        read_grid(path, crs="EPSG:nonsense")


def test_loads_in_kw_are_suspected(oberrhein: Any) -> None:
    assert looks_like_kw(oberrhein) == []

    oberrhein.load["p_mw"] *= 1000.0

    assert looks_like_kw(oberrhein) == [20.0]


def test_names_become_unique_and_stay_the_same_when_read_again(tmp_path: Path) -> None:
    net = pn.case9()
    net.line["name"] = ["x", "x", None, "", "y", "x (2)", "z", "z", "z"]

    first = read_grid(_saved(net, tmp_path / "a.json"))

    names = first.net.line["name"].tolist()
    assert len(set(names)) == len(names)
    assert "" not in names
    assert {"named", "renamed"} <= _codes(first.report.changed)
    (tmp_path / "b.json").write_bytes(first.to_bytes())
    second = read_grid(tmp_path / "b.json")
    assert second.to_bytes() == first.to_bytes()
    assert not {"named", "renamed"} & _codes(second.report.changed)


def test_a_network_that_does_not_converge_is_told(tmp_path: Path) -> None:
    net = pn.case9()
    net.load["p_mw"] *= 1000.0

    grid = read_grid(_saved(net, tmp_path / "a.json"))

    assert not grid.report.base_case.is_converged
    assert "not_converged" in _codes(grid.report.missing)
    assert grid.report.base_case.max_loading_percent is None


def test_pandapowers_workbook_and_ours_are_read(oberrhein: Any, tmp_path: Path) -> None:
    oberrhein.bus["name"] = ["=1+1", *oberrhein.bus["name"].astype(str).iloc[1:]]
    plain = read_network_json(write_network_json(oberrhein))
    path = tmp_path / "net.xlsx"
    path.write_bytes(workbook(plain))

    grid = read_grid(path)

    pp.runpp(plain)
    assert grid.net.bus["name"].iloc[0] == "=1+1", "text is text, not a formula"
    np.testing.assert_allclose(grid.net.res_bus.vm_pu, plain.res_bus.vm_pu, atol=1e-9)
    assert pp.from_excel(str(path)).bus.shape[0] == len(plain.bus)


def test_ucte_through_pandapowers_converter(tmp_path: Path) -> None:
    path = tmp_path / "small.uct"
    path.write_text(UCTE, encoding="utf-8")

    grid = read_grid(path)

    assert grid.report.format == "UCTE"
    assert (len(grid.net.bus), len(grid.net.line)) == (2, 1)
    assert grid.report.load_mw == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        (
            "a.xml",
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>',
            "declarations",
        ),
        ("a.zip", b"no archive", "no_archive"),
        ("a.xlsx", b"no archive", "no_archive"),
        ("a.p", b"\x80\x04", "unknown_format"),
        ("a.json", b"\x80\x04", "unusable"),
        ("a.uct", b"nothing", "no_network"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(InputProblems) as caught:
        read_grid(tmp_path / name)

    assert code in {p.code for p in caught.value.problems}


def test_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputProblems):
        read_grid(tmp_path / "none.json")


@pytest.mark.slow
def test_simbench_by_code() -> None:
    pytest.importorskip("simbench", reason="needs the package simbench")

    grid = read_grid("simbench:1-HV-urban--0-sw")

    assert grid.report.coordinates == "real"
    assert grid.report.rating_problems == ()
    assert {row["vn_kv"]: row["n"] for row in grid.report.elements if row["element"] == "bus"} == {220.0: 5, 110.0: 367}
    with pytest.raises(InputProblems):
        read_grid("simbench:none")
