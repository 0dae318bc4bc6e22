"""The view of a region: what the pages know of it, as plain data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from planner.desk.files import read_json, write_json
from planner.desk.view import make_view
from planner.desk.view_layers import plain
from planner.desk.viewing import forget_old, work
from planner.read import read_region
from planner.region import Region
from planner.region_edits import region_for
from planner.scenario import Scenario, load_scenario

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region(CASES / "small_region")


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CASES / "small_plan" / "scenario.yaml")


@pytest.fixture(scope="module")
def view(region: Region, scenario: Scenario) -> dict[str, Any]:
    return make_view(region, scenario)


def test_a_view_is_plain_json_without_nan(view: dict[str, Any]) -> None:
    assert json.loads(json.dumps(view, allow_nan=False)) == view


def test_every_layer_has_an_id_a_name_and_a_point_for_each_row(view: dict[str, Any]) -> None:
    for name, layer in view["layers"].items():
        lengths = {len(values) for values in layer["columns"].values()} | {len(layer["points"])}
        assert len(lengths) == 1, name
        assert len(set(layer["columns"]["id"])) == len(layer["columns"]["id"]), name


def test_numbers_of_a_table_are_those_of_the_file(view: dict[str, Any], region: Region) -> None:
    stations = view["layers"]["substations"]

    assert stations["columns"]["id"] == region["substations"]["substation"].tolist()
    assert stations["columns"]["headroom_mva"] == region["substations"]["headroom_mva"].tolist()
    assert stations["units"]["headroom_mva"] == "MVA"
    lon, lat = stations["points"][0]
    assert lon == pytest.approx(float(region["substations"]["lon"].iloc[0]), abs=1e-5)
    assert lat == pytest.approx(float(region["substations"]["lat"].iloc[0]), abs=1e-5)


def test_candidates_and_excluded_cells_are_both_there_with_their_reasons(view: dict[str, Any]) -> None:
    columns, screened = view["layers"]["candidates"]["columns"], view["screening"]

    assert columns["status"].count("candidate") == screened["n_candidates"] == 12
    assert columns["status"].count("excluded") == screened["n_excluded"] == 114
    for status, reasons, stations in zip(columns["status"], columns["reasons"], columns["stations"], strict=True):
        assert (status == "candidate") == (not reasons)
        assert bool(stations) == (status == "candidate")
    assert "beyond_radius" in columns["reasons"][columns["status"].index("excluded")]


def test_a_zone_is_drawn_around_its_stations(view: dict[str, Any], region: Region) -> None:
    import shapely

    zones, stations = view["layers"]["zones"], view["layers"]["substations"]
    zone = zones["columns"]["id"][0]
    inside = [p for p, parent in zip(stations["points"], stations["columns"]["parent"], strict=True) if parent == zone]
    ((ring,),) = zones["polygons"][0]

    assert inside
    assert zones["columns"]["n_stations"][0] == len(inside)
    assert all(shapely.Polygon(ring).contains(shapely.Point(point)) for point in inside)


def test_layers_bear_the_edits_and_tables_stay_as_the_region_has_them(region: Region, scenario: Scenario) -> None:
    first = str(region["substations"]["substation"].iloc[0])
    before = float(region["substations"]["headroom_mva"].iloc[0])
    changed = scenario.changed({"edits": {"substations": {first: {"headroom_mva": before + 7.0}}}})

    view = make_view(region_for(region, changed), changed, base=region)

    assert view["layers"]["substations"]["columns"]["headroom_mva"][0] == before + 7.0
    assert view["tables"]["substations"]["columns"]["headroom_mva"][0] == before


def test_the_child_writes_the_view_with_its_key(region: Region, scenario: Scenario, tmp_path: Path) -> None:
    out = tmp_path / "views" / "k1.json"
    payload = {"region": str(region.path), "scenario": scenario.model_dump(mode="json"), "out": str(out)}

    assert work(payload, tmp_path) == {}

    written = read_json(out)
    assert written["key"] == "k1"
    assert written["region"]["fingerprint"] == region.fingerprint


def test_the_child_says_what_is_wrong_with_a_region(scenario: Scenario, tmp_path: Path) -> None:
    payload = {
        "region": str(CASES / "faulty_region"),
        "scenario": scenario.model_dump(mode="json"),
        "out": str(tmp_path / "views" / "k.json"),
    }
    write_json(tmp_path / "request.json", {"kind": "view", "payload": payload, "asked_at": 0.0})

    done = subprocess.run(
        [sys.executable, "-m", "planner.desk.viewing", str(tmp_path)], capture_output=True, check=False
    )

    told = read_json(tmp_path / "status.json")
    assert done.returncode == 1
    assert told["state"] == "failed"
    assert told["error"]["kind"] == "InputProblems"
    assert len(told["error"]["problems"]) > 1
    assert not (tmp_path / "views" / "k.json").exists()


def test_only_the_newest_views_are_kept(tmp_path: Path) -> None:
    import os

    for i in range(5):
        write_json(tmp_path / f"{i}.json", i)
        os.utime(tmp_path / f"{i}.json", ns=(i, i))

    forget_old(tmp_path, kept=2)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["3.json", "4.json"]


def test_cells_become_plain_values() -> None:
    import numpy as np
    import pandas as pd

    assert plain(np.int64(3)) == 3
    assert plain(np.bool_(True)) is True
    assert plain(float("nan")) is None
    assert plain(pd.NA) is None
    assert plain([np.float64(1.5), None]) == [1.5, None]
