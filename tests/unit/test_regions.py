"""Regions built at first use: the same bytes each time, whole or not at all, honest about what is synthetic."""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.grid.source import GridFile, open_net
from planner.bundled import ROOT, scenario_file
from planner.errors import InputProblems, UsageError
from planner.read import read_region
from planner.region import Region
from planner.regions import store
from planner.regions.store import STAMP, prepared

HV_URBAN = ROOT / "hv_urban"


@pytest.fixture(scope="module")
def hv_urban() -> Region:
    return read_region(HV_URBAN)


@pytest.fixture
def folder(hv_urban: Region, tmp_path: Path) -> Path:
    """Return a copy of the built region that a test may spoil."""
    return Path(shutil.copytree(prepared(HV_URBAN), tmp_path / "copy"))


def _problems(folder: Path) -> list[tuple[str, str | None]]:
    with pytest.raises(InputProblems) as caught:
        read_region(folder)
    return [(problem.code, problem.column) for problem in caught.value.problems]


def _edit(folder: Path, old: str, new: str) -> None:
    file = folder / "region.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_hv_urban_is_simbenchs_grid_under_study_case_hl(hv_urban: Region) -> None:
    assert isinstance(hv_urban.grid, GridFile)
    net = open_net(hv_urban.grid)

    assert len(net.bus) == 372
    assert len(net.line) == 113
    assert net.load["p_mw"].sum() == pytest.approx(490.08)
    assert (net.sgen["scaling"] == 0).all()
    assert net.ext_grid["vm_pu"].tolist() == [1.025]


@pytest.mark.slow
def test_two_builds_are_the_same_bytes(hv_urban: Region, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    store.RECIPES["hv_urban"].write(again)

    found = filecmp.dircmp(prepared(HV_URBAN), again)
    files = sorted(path.relative_to(again).as_posix() for path in again.rglob("*") if path.is_file())

    assert found.left_only == [STAMP, "region.yaml"]
    assert not found.right_only
    assert filecmp.cmpfiles(prepared(HV_URBAN), again, files, shallow=False) == (files, [], [])


def test_every_row_but_the_network_says_that_it_is_a_rule(hv_urban: Region) -> None:
    for name, table in hv_urban.tables.items():
        assert table["confidence"].isin(["assumed", "synthetic"]).all(), name
        assert table["source"].notna().all(), name
    assert hv_urban.is_synthetic_grid


def test_stations_stand_at_buses_with_positions_of_the_grid(hv_urban: Region) -> None:
    stations, buses = hv_urban["substations"], open_net(hv_urban.grid).bus.set_index("name")  # type: ignore[arg-type]

    assert set(stations["bus"]) <= set(buses.index)
    assert stations["lon"].between(9, 11).all()
    assert stations["lat"].between(52, 53).all()
    assert stations["district"].nunique() == len(hv_urban["districts"]) == 13


def test_headroom_by_rule_is_optimistic_and_zero_where_one_outage_cuts_off(hv_urban: Region) -> None:
    stations = hv_urban["substations"].set_index("bus")

    assert stations.loc["HV2 Bus 310", "headroom_mva"] == 0  # 31.64 MW on one circuit
    assert stations["headroom_mva"].max() == hv_urban["zones"]["headroom_mva"].iloc[0]
    assert stations["headroom_mva"].sum() > 10 * hv_urban["zones"]["headroom_mva"].iloc[0]


def test_one_circuit_stations_are_found_by_hand_on_a_small_network() -> None:
    from types import SimpleNamespace

    from planner.regions.rules import busbars, on_one_circuit, own_connection_mva

    bus = pd.DataFrame({"vn_kv": [220.0, 110.0, 110.0, 110.0, 110.0]})
    line = pd.DataFrame(
        {
            "from_bus": [1, 1, 2, 3],
            "to_bus": [2, 3, 3, 4],
            "max_i_ka": [0.5, 0.4, 0.3, 0.2],
            "parallel": 1,
            "in_service": True,
        }
    )
    trafo = pd.DataFrame({"hv_bus": [0], "lv_bus": [1], "parallel": [2], "in_service": True})
    switch = pd.DataFrame({"et": ["b"], "bus": [0], "element": [1], "closed": [False]})
    ext_grid = pd.DataFrame({"bus": [0], "in_service": True})
    gen = pd.DataFrame({"bus": [4], "in_service": [False]})
    net = SimpleNamespace(bus=bus, line=line, trafo=trafo, switch=switch, ext_grid=ext_grid, gen=gen)

    bars = busbars(net)
    firm = own_connection_mva(net, bars)

    assert bars.nunique() == 5
    assert on_one_circuit(net, bars) == {bars[4]}
    assert firm[bars[3]] == pytest.approx(np.sqrt(3) * 110 * (0.3 + 0.2))
    assert firm[bars[4]] == 0
    switch.loc[0, "closed"] = True
    assert busbars(net).nunique() == 4


def test_a_region_without_stock_assembles(hv_urban: Region) -> None:
    from planner.assemble import assemble
    from planner.scenario import load_scenario

    found = assemble(hv_urban, load_scenario(scenario_file(HV_URBAN)))

    assert 40 <= len(found.data["sites"]) <= 150
    assert not len(found.data["stock"])
    assert len(found.data["feeds"]) > len(found.data["sites"])


def test_a_build_appears_whole_and_is_made_again_when_its_rules_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    region, made = _stand_in(tmp_path, monkeypatch)

    first = prepared(region)
    capsys.readouterr()
    assert prepared(region) == first == region / "built"
    assert capsys.readouterr().err == ""
    assert made == ["one"]
    (region / "region.yaml").write_text("id: changed\n", encoding="utf-8")
    prepared(region)

    assert "building it from the package simbench" in capsys.readouterr().err
    assert made == ["one", "one"]
    assert (region / "built" / "region.yaml").read_text(encoding="utf-8") == "id: changed\n"
    assert sorted(path.name for path in region.iterdir()) == ["built", "region.yaml"]


def test_a_build_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    region, _made = _stand_in(tmp_path, monkeypatch, is_failing=True)

    with pytest.raises(ValueError, match="half way"):
        prepared(region)

    assert [path.name for path in region.iterdir()] == ["region.yaml"]


def test_the_cache_is_used_where_the_folder_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    region, _made = _stand_in(tmp_path, monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "_is_writable", lambda place: place.name != "built")

    assert prepared(region) == tmp_path / "cache" / "site-by-power" / "regions" / "hv_urban"

    monkeypatch.setattr(store, "_is_writable", lambda _place: False)
    (region / "region.yaml").write_text("id: changed\n", encoding="utf-8")
    with pytest.raises(UsageError, match="can be written"):
        prepared(region)


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    region, _made = _stand_in(tmp_path, monkeypatch)
    monkeypatch.setitem(store.RECIPES, "hv_urban", store.Recipe("no-such-package", lambda _folder: None))

    with pytest.raises(UsageError, match="pip install no-such-package"):
        prepared(region)


def test_folders_of_the_same_name_elsewhere_are_left_alone(tmp_path: Path) -> None:
    assert prepared(tmp_path / "hv_urban") == tmp_path / "hv_urban"


def _stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_failing: bool = False) -> tuple[Path, list[str]]:
    """Return a bundled region of its own and what its recipe made so far."""
    region, made = tmp_path / "data" / "hv_urban", []
    region.mkdir(parents=True)
    (region / "region.yaml").write_text("id: hv_urban\n", encoding="utf-8")

    def write(folder: Path) -> None:
        (folder / "zones.csv").write_text("zone\n", encoding="utf-8")
        if is_failing:
            raise ValueError("half way")
        made.append("one")

    monkeypatch.setattr(store, "ROOT", tmp_path / "data")
    monkeypatch.setitem(store.RECIPES, "hv_urban", store.Recipe("simbench", write))
    return region, made


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("grid/network.json", "grid/other.json", ("network_missing", "grid.network")),
        ("grid/network.json", "../copy/grid/network.json", ("network_missing", "grid.network")),
        ("network: grid/network.json", "network: 7", ("value_invalid", "grid.network")),
        ("vn_kv: 220", "vn_kv: 380", ("voltage_band_missing", "voltage_bands")),
    ],
)
def test_faults_of_the_page_are_named(folder: Path, old: str, new: str, problem: tuple[str, str]) -> None:
    _edit(folder, old, new)

    assert _problems(folder) == [problem]


def test_a_network_that_holds_more_than_data_is_refused(folder: Path) -> None:
    (folder / "grid" / "network.json").write_text('{"_module": "os", "_class": "system", "_object": "x"}')

    assert _problems(folder) == [("network_invalid", None)]


def test_a_network_with_names_that_stand_twice_is_refused(folder: Path) -> None:
    file = folder / "grid" / "network.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("HV2 Line 12\\", "HV2 Line 11\\"), encoding="utf-8")

    assert _problems(folder) == [("network_invalid", None)]


def test_a_station_at_a_bus_that_the_network_lacks_is_named(folder: Path) -> None:
    file = folder / "substations.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("N349,HV2 Bus 349", "N349,HV2 Bus 999"), encoding="utf-8")

    assert _problems(folder) == [("reference_unknown", "bus")]


def test_a_network_given_twice_is_refused(folder: Path) -> None:
    shutil.copyfile(ROOT / "beijing" / "grid" / "shunts.csv", folder / "grid" / "shunts.csv")

    assert ("network_twice", "grid.network") in _problems(folder)


def test_another_network_is_another_region(folder: Path, hv_urban: Region) -> None:
    assert read_region(folder).fingerprint == hv_urban.fingerprint
    file = folder / "grid" / "network.json"
    file.write_text(file.read_text(encoding="utf-8").replace("1.025", "1.024"), encoding="utf-8")

    assert read_region(folder).fingerprint != hv_urban.fingerprint


def test_a_network_file_does_not_go_into_a_geopackage(tmp_path: Path) -> None:
    from planner.region_gpkg import write_region_gpkg

    with pytest.raises(UsageError, match="Share the folder"):
        write_region_gpkg(HV_URBAN, tmp_path / "hv_urban.gpkg")


def test_a_folder_stands_for_its_reference_scenario(tmp_path: Path) -> None:
    assert scenario_file(HV_URBAN) == HV_URBAN / "scenarios" / "reference.yaml"
    assert scenario_file(HV_URBAN / "region.yaml") == scenario_file(HV_URBAN)
    with pytest.raises(UsageError, match="Give the scenario file"):
        scenario_file(tmp_path)


def test_activsg2000_is_a_drawing_and_says_so() -> None:
    from models.grid.quality import has_real_coordinates

    region = read_region(ROOT / "activsg2000")
    net = open_net(region.grid)  # type: ignore[arg-type]

    assert len(net.bus) == 2000
    assert len(net.trafo) == 847
    assert not has_real_coordinates(net)
    assert len(region["substations"]) == 1125
    assert region["substations"]["source"].str.contains("drawing layout").all()
    assert (region["substations"]["headroom_mva"] > 0).mean() > 0.5
