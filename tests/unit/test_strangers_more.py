"""Files that mean harm, and files that are merely odd: more of them (see test_strangers)."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from planner.desk import uploads
from planner.desk.strangers import reader
from planner.desk.workspace import Workspace
from planner.errors import InputProblems
from planner.read_findings import Findings
from planner.read_gpkg import read_gpkg
from planner.read_yaml import parse_yaml
from tests.unit.test_strangers import codes, written

CATALOGUE = """
create table gpkg_contents(table_name, data_type, srs_id);
create table gpkg_spatial_ref_sys(srs_id, organization, organization_coordsys_id);
insert into gpkg_spatial_ref_sys values(4326, 'EPSG', 4326);
create table gpkg_geometry_columns(table_name, column_name, srs_id);
"""
ENDLESS = "with recursive c(x) as (values(1) union all select x + 1 from c) select {} from c"


def package(path: Path, program: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(CATALOGUE + program)
    return path


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("gpkg_contents", "x as table_name"),
        ("gpkg_spatial_ref_sys", "x as srs_id, x as organization, x as organization_coordsys_id"),
        ("gpkg_geometry_columns", "x as table_name, x as column_name, x as srs_id"),
    ],
)
def test_lists_that_are_endless_views_are_not_read(tmp_path: Path, name: str, columns: str) -> None:
    endless = " ".join([f"drop table {name}; create view {name} as", ENDLESS.replace("{}", columns), ";"])
    findings = Findings()

    assert read_gpkg(package(tmp_path / "a.gpkg", endless), "a.gpkg", findings) == {}
    assert [problem.code for problem in findings.problems] == ["gpkg_invalid"]


def test_layers_without_a_name_and_cells_of_bytes_are_told(tmp_path: Path) -> None:
    program = """
    insert into gpkg_contents values(null, 'a', 4326), (7, 'a', 4326), ('sites', 'a', 4326);
    create table sites(site, name_en); insert into sites values(zeroblob(200000), 'b');
    """
    findings = Findings()

    found = read_gpkg(package(tmp_path / "a.gpkg", program), "a.gpkg", findings)

    assert found["sites"].cells.to_dict("records") == [{"site": "200000 bytes", "name_en": "b"}]
    assert [problem.code for problem in findings.problems] == ["gpkg_not_a_table"] * 2


def test_a_curve_is_told_at_its_row(tmp_path: Path) -> None:
    text = 'site,name_en,name_zh,wkt\na,a,a,"CIRCULARSTRING(0 0, 1 1, 1 0)"\n'

    assert "geometry_unreadable" in codes(tmp_path, written(tmp_path / "sites.csv", text), table="sites")


def test_half_a_letter_is_no_geojson(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"site": "a", "name_en": "\ud800x"}, "geometry": None}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})

    assert codes(tmp_path, written(tmp_path / "sites.geojson", text), table="sites") == ["geojson_invalid"]


@pytest.mark.parametrize("value", ["2026-13-45", "9" * 5000])
def test_yaml_with_a_value_that_does_not_exist_is_refused(value: str) -> None:
    with pytest.raises(InputProblems):
        parse_yaml(f"a: {value}", file="a.yaml")


@pytest.mark.parametrize(
    "name", ["😀" * 200 + ".xlsx", "中" * 90 + "." + "文" * 90, "a" * 300, "." * 300, "\ud800.csv"]
)
def test_any_name_fits_into_the_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("SITE_BY_POWER_DESKS", str(tmp_path / "desks"))

    (path,) = uploads.put_down(Workspace.of("t"), [(name, b"x")])

    assert Path(path).read_bytes() == b"x"


def test_what_earlier_uploads_left_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_BY_POWER_DESKS", str(tmp_path / "desks"))
    ws = Workspace.of("t")
    (old,) = uploads.put_down(ws, [("a.csv", b"x")])
    long_ago = time.time() - 2 * uploads.KEPT_S
    os.utime(Path(old).parent, (long_ago, long_ago))

    (new,) = uploads.put_down(ws, [("a.csv", b"x")])

    assert [path.name for path in (ws.folder / "uploads").iterdir()] == [Path(new).parent.name]


def test_the_same_upload_read_twice_at_once_gives_two_regions(tmp_path: Path) -> None:
    regions = tmp_path / "regions"
    ids = []
    for copy in ("one", "two"):
        folder = tmp_path / copy
        folder.mkdir()
        (folder / "region.yaml").write_text("id: mine\nname: {en: Mine}\n", encoding="utf-8")
        regions.mkdir(exist_ok=True)
        ids.append(reader._put(folder, regions, "mine"))

    assert ids == ["mine", "mine_2"]
    assert (regions / "mine_2" / "region.yaml").read_text(encoding="utf-8") == "id: mine_2\nname: {en: Mine}\n"
