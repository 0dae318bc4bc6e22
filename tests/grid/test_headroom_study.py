"""The study as data, text, map and files: value, limiting element, outage and rule stand in each of them."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.grid.network import build_net
from models.grid.rules import GridRules, VoltageBand
from planner.errors import UsageError
from planner.export.headroom_files import write_headroom_files
from planner.export.headroom_map import headroom_map
from planner.grid_source import GridSource
from planner.headroom import HeadroomOptions, headroom
from planner.headroom_text import headroom_text, mw_text, rule_lines
from planner.i18n import use_language
from tests.grid.conftest import tiny_tables
from tests.grid.test_headroom import RING

PLACES = {"A": (9.0, 52.0), "B": (9.1, 52.0), "C": (9.1, 52.1), "D": (9.0, 52.1), "E": (8.9, 52.1)}


def source() -> GridSource:
    tables = tiny_tables(RING, [("B", 20.0), ("C", 15.0), ("D", 10.0), ("E", 5.0)])
    return GridSource(
        name="ring",
        grid=build_net(tables),
        rules=GridRules((VoltageBand(110.0, 0.9, 1.1, 0.9, 1.1),)),
        label={"en": "Ring", "zh": "环网"},
        is_synthetic=True,
        power_factor=0.98,
        crs="EPSG:4326",
        positions=pd.DataFrame([(bus, *xy) for bus, xy in PLACES.items()], columns=["bus", "x", "y"]),
        assumed=("everything.",),
        stations={"B": {"substation": "S1", "name": "=Bee", "name_zh": "乙站"}},
    )


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return headroom(source(), HeadroomOptions(kv=110.0, together=("S1", "C")))


def test_the_answer_is_plain_data_with_rules_and_method(found: dict[str, Any]) -> None:
    again = json.loads(json.dumps(found, allow_nan=False))

    assert [row["bus"] for row in again["buses"]] == list(PLACES)
    assert again["rules"]["power_factor"] == 0.98
    assert again["rules"]["sensitivity_threshold_percent"] == 3.0
    assert again["grid"]["n_outages"] == 6
    assert again["set"]["buses"] == ["B", "C"]
    assert again["set"]["total_best_split_mw"] < again["set"]["singles_sum_mw"]
    assert again["summary"]["is_checked_in_full"]


def test_the_buses_of_stations_are_meant_where_nothing_is_said() -> None:
    assert [row["substation"] for row in headroom(source())["buses"]] == ["S1"]
    assert [r["bus"] for r in headroom(replace(source(), stations={}))["buses"]] == ["B", "C", "D", "E"]


def test_strangers_are_refused() -> None:
    with pytest.raises(UsageError, match="no bus nowhere"):
        headroom(source(), HeadroomOptions(buses=("nowhere",)))
    with pytest.raises(UsageError, match="110 kV"):
        headroom(source(), HeadroomOptions(kv=20.0))
    with pytest.raises(UsageError, match="at least two"):
        headroom(source(), HeadroomOptions(together=("B",)))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_text_names_value_element_outage_and_rules(found: dict[str, Any], lang: str) -> None:
    with use_language(lang):
        text = headroom_text(found, width=160)

    for row in found["buses"]:
        assert f"{row['headroom_mw']:.1f}" in text
    limited = next(row for row in found["buses"] if row["status"] == "limited")
    assert limited["element"] in text
    assert limited["outage"] in text
    assert ("do not add up" if lang == "en" else "不可相加") in text
    assert "3 %" in text
    assert "0.98" in text


def test_a_value_that_only_the_cap_ends_is_a_lower_bound(found: dict[str, Any]) -> None:
    one = {**found["buses"][0], "headroom_mw": 2000.0, "headroom_n0_mw": 2000.0}

    assert mw_text({**one, "status": "capped"}) == mw_text({**one, "status": "capped"}, "headroom_n0_mw") == "≥ 2000.0"
    assert mw_text({**one, "status": "limited"}) == "2000.0"


def test_rules_name_what_makes_values_larger(found: dict[str, Any]) -> None:
    rules = " ".join(rule_lines(found))

    assert "Generators hold their voltage without limits of reactive power" in rules
    assert "Loading is by current" in rules


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_map_asks_no_host_and_carries_rules_and_findings(found: dict[str, Any], lang: str) -> None:
    page = headroom_map(found, source(), lang=lang)

    assert page == headroom_map(found, source(), lang=lang)
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", page)
    assert json.loads(re.findall(r"window\.facts = (\{.*?\});", page)[0]) == {"n_buses": 5, "n_without_position": 0}
    assert ("single supply" if lang == "en" else "单电源") in page
    assert "0.90-1.10 pu" in page
    limited = next(row for row in found["buses"] if row["status"] == "limited")
    assert f"{limited['element']} {limited['value']:.1f} / {limited['limit']:.1f} %" in page


def test_buses_without_a_position_are_told(found: dict[str, Any]) -> None:
    own = source()

    page = headroom_map(found, replace(own, positions=own.positions.iloc[:3]), lang="en")

    assert "2 buses have no position" in page


def test_the_files_carry_each_bus_and_are_safe(found: dict[str, Any], tmp_path: Path) -> None:
    paths = write_headroom_files(found, source(), tmp_path)

    assert sorted(path.suffix for path in paths) == [".csv", ".geojson", ".gpkg", ".json", ".xlsx"]
    with (tmp_path / "headroom.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["bus"] for row in rows] == list(PLACES)
    assert rows[1]["name"] == "'=Bee"
    assert {"element", "outage", "rule_text"} <= set(rows[0])
    features = json.loads((tmp_path / "headroom.geojson").read_text(encoding="utf-8"))["features"]
    assert features[1]["geometry"]["coordinates"] == [9.1, 52.0]
    with closing(sqlite3.connect(tmp_path / "headroom.gpkg")) as connection:
        assert connection.execute("SELECT count(*) FROM headroom").fetchone() == (5,)
        assert connection.execute("SELECT count(*) FROM layer_styles").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM rules").fetchone()[0] > 5


def test_a_drawing_is_put_on_no_map_of_the_earth(found: dict[str, Any], tmp_path: Path) -> None:
    drawn = replace(source(), crs=None)

    paths = write_headroom_files(found, drawn, tmp_path)

    assert sorted(path.suffix for path in paths) == [".csv", ".json", ".xlsx"]
    assert "ScaleBar" in headroom_map(found, source(), lang="en").split("window.facts")[0].split("var item")[1]
    assert "ScaleBar" not in headroom_map(found, drawn, lang="en").split("window.facts")[0].split("var item")[1]
