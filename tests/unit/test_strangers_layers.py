"""Single layers that replace those of a base region: formats, coordinate systems, names of columns, encodings."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from planner.bundled import DEMO_REGION
from planner.desk.strangers.build import Request, build_region
from planner.desk.strangers.layer_in import Wanted
from planner.read import read_region
from planner.tables import all_tables

SMALL = Path(__file__).parents[1] / "cases" / "small_region"
SQUARE = shapely.box(116.30, 39.90, 116.40, 40.00)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "small"
    shutil.copytree(SMALL, folder)
    shutil.copy(DEMO_REGION / "prices.csv", folder / "prices.csv")
    return folder


@pytest.fixture(autouse=True)
def _drivers_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep GDAL as it is in this process, which has it loaded; tests/unit/test_strangers.py closes it in one of its own."""
    monkeypatch.setattr("planner.desk.strangers.drivers.close_drivers", lambda: None)


def take(base: Path | None, out: Path, *files: Path, table: str | None = None, **said: Any) -> dict[str, Any]:
    out.mkdir(parents=True)
    wanted = Wanted(None if table is None else all_tables()[table], **said)
    return build_region(Request(files, wanted, base, base, "Mine", "mine", out.resolve()))


def geojson(path: Path, shapes: list[Any], rows: list[dict[str, Any]], **more: Any) -> Path:
    features = [
        {"type": "Feature", "properties": row, "geometry": json.loads(shapely.to_geojson(shape))}
        for row, shape in zip(rows, shapes, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


def zipped(path: Path, frame: gpd.GeoDataFrame, folder: Path, **how: Any) -> Path:
    folder.mkdir()
    frame.to_file(folder / "parcels.shp", driver="ESRI Shapefile", **how)
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return path


def test_parcels_as_geojson_replace_the_screening(base: Path, tmp_path: Path) -> None:
    file = geojson(tmp_path / "parcels.geojson", [SQUARE], [{"name": "East field"}])

    answer = take(base, tmp_path / "out", file, table="sites")

    assert answer["problems"] == []
    sites = read_region(tmp_path / "out" / "region")["sites"]
    assert sites["site"].tolist() == ["site-1"]
    assert sites["name_zh"].tolist() == ["East field"]
    assert sites["area_ha"].iloc[0] == pytest.approx(9_480, rel=0.01)  # 8.54 km x 11.1 km
    assert any("name_en" in notice["message"] for notice in answer["notices"])


def test_a_layer_of_another_system_is_brought_into_the_regions(base: Path, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"SITE": ["A"], "Name_EN": ["a"], "NAME_ZH": ["甲"]}, geometry=[SQUARE], crs=4326)
    frame.to_crs(4548).to_file(tmp_path / "p.gpkg", layer="parcels", driver="GPKG")

    answer = take(base, tmp_path / "out", tmp_path / "p.gpkg", table="sites")

    assert answer["problems"] == []
    sites = gpd.read_file(tmp_path / "out" / "region" / "sites.geojson")
    assert sites.total_bounds == pytest.approx(SQUARE.bounds, abs=1e-6)
    assert sites["site"].tolist() == ["A"]


def test_a_zipped_shapefile_with_gbk_names_and_cut_columns(base: Path, tmp_path: Path) -> None:
    rows = {"exclusion": ["X"], "kind": ["机场"], "name_en": ["Field"], "name_zh": ["东城机场"]}
    frame = gpd.GeoDataFrame(rows, geometry=[SQUARE], crs=4326).to_crs(4548)
    file = zipped(tmp_path / "x.zip", frame, tmp_path / "shp", encoding="GBK")
    bare = tmp_path / "bare.zip"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            if not name.endswith(".cpg"):
                target.writestr(name, source.read(name))

    answer = take(base, tmp_path / "out", bare, table="exclusions")

    assert answer["problems"] == []
    exclusions = read_region(tmp_path / "out" / "region")["exclusions"]
    assert exclusions["name_zh"].tolist() == ["东城机场"]
    assert exclusions["kind"].tolist() == ["机场"]


def test_a_shapefile_without_prj_asks_for_its_system_and_takes_a_stated_one(base: Path, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"name": ["A"]}, geometry=[SQUARE], crs=4326).to_crs(4548)
    whole = zipped(tmp_path / "whole.zip", frame, tmp_path / "shp")
    bare = tmp_path / "bare.zip"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            if not name.endswith(".prj"):
                target.writestr(name, source.read(name))

    asked = take(base, tmp_path / "asked", bare, table="study_area")
    stated = take(base, tmp_path / "stated", bare, table="study_area", crs="EPSG:4548")

    assert "crs_missing" in [p["code"] for p in asked["problems"]]
    assert stated["problems"] == []


def test_a_shifted_system_is_refused(base: Path, tmp_path: Path) -> None:
    file = geojson(tmp_path / "study_area.geojson", [SQUARE], [{"name": "x"}])

    answer = take(base, tmp_path / "out", file, crs="GCJ-02")

    assert [p["code"] for p in answer["problems"]] == ["crs_shifted"]


def test_a_crs_member_that_names_a_system_is_believed_and_a_link_is_not_followed(base: Path, tmp_path: Path) -> None:
    link = {"type": "link", "properties": {"href": "http://127.0.0.1:1/crs", "type": "proj4"}}
    file = geojson(tmp_path / "study_area.geojson", [SQUARE], [{"name": "x"}], crs=link)

    answer = take(base, tmp_path / "out", file)

    assert [p["code"] for p in answer["problems"]] == ["crs_unknown"]


def test_columns_may_be_matched_by_hand(base: Path, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [SQUARE], [{"parcel_no": "P7", "label": "x"}])
    said = {"site": "parcel_no", "name_en": "label"}

    answer = take(base, tmp_path / "out", file, table="sites", columns=said)

    assert answer["problems"] == []
    assert answer["columns"][0]["names"][:2] == ["site", "name_en"]
    assert read_region(tmp_path / "out" / "region")["sites"]["site"].tolist() == ["P7"]


def test_a_csv_in_gb18030_is_read_with_a_notice_and_told_by_its_own_lines(base: Path, tmp_path: Path) -> None:
    text = (SMALL / "reclaimed_plants.csv").read_text(encoding="utf-8").replace("200000", "-5")
    file = tmp_path / "水厂.csv"
    file.write_bytes(text.encode("gb18030"))

    answer = take(base, tmp_path / "out", file, table="reclaimed_plants")

    problem = answer["problems"][0]
    assert (problem["file"], problem["row"], problem["column"], problem["value"]) == (
        "水厂.csv",
        2,
        "capacity_m3_per_day",
        "-5",
    )
    assert any("GB18030" in notice["message"] for notice in answer["notices"])


def test_a_layer_that_breaks_a_table_of_the_base_says_where(base: Path, tmp_path: Path) -> None:
    text = (SMALL / "reclaimed_plants.csv").read_text(encoding="utf-8")
    file = tmp_path / "reclaimed_plants.csv"
    file.write_text("\n".join(line for line in text.splitlines() if not line.startswith("P2")) + "\n", encoding="utf-8")

    answer = take(base, tmp_path / "out", file)

    assert [(p["file"], p["code"]) for p in answer["problems"]] == [("stock.csv of small", "reference_unknown")]


def test_a_layer_without_a_region_asks_for_one(tmp_path: Path) -> None:
    file = geojson(tmp_path / "study_area.geojson", [SQUARE], [{"name": "x"}])

    answer = take(None, tmp_path / "out", file)

    assert [p["code"] for p in answer["problems"]] == ["base_missing"]


def test_a_layer_that_says_no_table_asks_for_it(base: Path, tmp_path: Path) -> None:
    file = geojson(tmp_path / "stuff.geojson", [SQUARE], [{"name": "x"}])

    answer = take(base, tmp_path / "out", file)

    assert [p["code"] for p in answer["problems"]] == ["table_unknown"]


def test_the_scenario_of_the_base_comes_along_and_the_sources_name_the_file(tmp_path: Path) -> None:
    file = geojson(tmp_path / "study_area.geojson", [SQUARE], [{"name": "x"}])

    answer = take(DEMO_REGION, tmp_path / "out", file)

    assert answer["status"] == "ok"
    region = read_region(tmp_path / "out" / "region")
    assert region.id == "mine"
    assert region.meta["sources"][-1]["title"] == "study_area.geojson"
    assert "realtime_inference" in (tmp_path / "out/region/scenarios/reference.yaml").read_text(encoding="utf-8")


def test_a_geopackage_that_is_a_whole_region(tmp_path: Path, base: Path) -> None:
    from planner.region_gpkg import write_region_gpkg

    file = tmp_path / "all.gpkg"
    write_region_gpkg(base, file)

    answer = take(None, tmp_path / "out", file)

    assert answer["problems"] == []
    mine, theirs = read_region(tmp_path / "out" / "region"), read_region(base)
    assert mine["substations"]["substation"].tolist() == theirs["substations"]["substation"].tolist()
    assert answer["summary"]["districts"] == 2
