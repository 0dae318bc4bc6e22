"""Reading faulty regions: every fault is named at once, with place and remedy."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
import yaml

from planner.errors import InputProblems, Problem
from planner.read import read_region
from planner.read_yaml import parse_yaml
from planner.region_gpkg import write_region_gpkg

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the small region that a test may spoil."""
    return Path(shutil.copytree(CASES / "small_region", tmp_path / "region"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(path: Path) -> list[Problem]:
    with pytest.raises(InputProblems) as caught:
        read_region(path)
    return caught.value.problems


def codes(path: Path) -> list[str]:
    return [problem.code for problem in problems(path)]


def test_twelve_seeded_faults_give_one_report_with_place_and_remedy() -> None:
    expected = yaml.safe_load((CASES / "faulty_region" / "expected.yaml").read_text(encoding="utf-8"))

    found = problems(CASES / "faulty_region")

    fields = ("file", "layer", "row", "column", "code")
    assert [{field: getattr(problem, field) for field in fields} for problem in found] == expected
    assert all(problem.message and problem.remedy for problem in found)
    report = str(InputProblems(found))
    assert report.startswith("12 problems")
    for word in ("Did you mean population?", "Multiply the values by 0.001", "multiply the column by -1", "Z9", "P1"):
        assert word in report


def test_several_rows_of_one_fault_are_one_problem_with_names_and_count(folder: Path) -> None:
    replace(folder / "substations.csv", ",112,", ",-1,")
    replace(folder / "substations.csv", ",62,", ",-2,")

    (problem,) = problems(folder)

    assert (problem.count, problem.names, problem.row, problem.value) == (2, ("S2", "S3"), 3, "-1")
    assert problem.message.startswith("substations.headroom_mva is negative in 2 of 3 rows (S2, S3).")


@pytest.mark.parametrize("crs", ["GCJ-02", "gcj02", "GCJ 02", "火星坐标", "BD-09"])
def test_a_shifted_system_is_refused_with_the_remedy(folder: Path, crs: str) -> None:
    replace(folder / "region.yaml", "EPSG:4326", crs)

    (problem,) = problems(folder)

    assert problem.code == "crs_shifted"
    assert "CGCS2000" in problem.remedy


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("schema_version: 1", "schema_version: 2", "schema_version_unknown"),
        ("schema_version: 1\n", "", "schema_version_unknown"),
        ("crs: EPSG:4326", "crs: EPSG:999999", "crs_unknown"),
        ("projected_crs: EPSG:4548", "projected_crs: EPSG:4490", "crs_not_projected"),
        ("projected_crs: EPSG:4548\n", "", "crs_missing"),
        ("base_year: 2025", "base_yaer: 2025", "key_unknown"),
        ("climate_station: Beijing", "climate_station: Paris", "reference_unknown"),
        ("power_factor: 0.98", "power_factor: 98", "value_out_of_range"),
        ("min_pu: 0.95", "min_pu: 1.95", "voltage_band_invalid"),
        ("{en: Small region, zh: 小区域}", "Small", "name_incomplete"),
        ("sources:\n", "sources: &all\n", "yaml_invalid"),
        ("id: small", "id: small\nid: big", "yaml_invalid"),
    ],
)
def test_a_fault_in_region_yaml_is_named(folder: Path, old: str, new: str, code: str) -> None:
    replace(folder / "region.yaml", old, new)

    assert code in codes(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("reclaimed_plants.csv", "capacity_m3_per_day", "capacity_m3_per_hour", "column_other_unit"),
        ("reclaimed_plants.csv", "capacity_m3_per_day", "capacity", "column_other_unit"),
        ("substations.csv", "headroom_mva", "headroom_mw", "column_other_unit"),
        ("climate.csv", "rh_share", "rh_pct", "column_other_unit"),
        ("climate.csv", "Beijing,116.47,39.81,31,12,", "Beijing,116.47,39.81,31,11,", "months_missing"),
        ("substations.csv", "in_service_year", "commissioned", "column_missing"),
        ("substations.csv", "2010,yes", "2010.5,yes", "value_invalid"),
        ("substations.csv", "2010,yes", "2010,perhaps", "value_invalid"),
        ("substations.csv", "S1,Northgate,北门,116.41,40.06", "S1,Northgate,北门,0,0", "position_far"),
        ("substations.csv", "500,220,", "220,500,", "order_wrong"),
        ("substations.csv", ",synthetic", ",certain", "value_not_allowed"),
        ("substations.csv", "D1,500", "D7,500", "reference_unknown"),
        ("substations.csv", ",B1,", ",B7,", "reference_unknown"),
        ("substations.csv", "S1,Northgate", "S1,North,gate", "row_ragged"),
        ("districts.csv", "116.40,40.05", "40.05,116.40", "lon_lat_swapped"),
        ("districts.csv", ",2,0.2", ",2,20", "value_above_range"),
        ("districts.csv", "area_km2", "population", "column_repeated"),
        ("stock.csv", "N2,P2", "N9,P2", "reference_unknown"),
        ("stock_cooling.csv", "0.6", "0.7", "sum_wrong"),
        ("stock_cooling.csv", "air_chiller", "ice", "value_not_allowed"),
        ("prices.csv", "600,700", "900,700", "order_wrong"),
        ("grid/lines.csv", "B1,B3", "B1,B7", "reference_unknown"),
        ("grid/trafos.csv", "sn_mva", "sn_kva", "column_other_unit"),
        ("study_area.geojson", "FeatureCollection", "Feature", "geojson_invalid"),
        ("study_area.geojson", "Polygon", "LineString", "geometry_unreadable"),
        ("study_area.geojson", '"features"', '"crs": {"properties": {"name": "GCJ-02"}}, "features"', "crs_shifted"),
        ("study_area.geojson", '"features"', '"crs": {"properties": {"name": "EPSG:4548"}}, "features"', "crs_differs"),
    ],
)
def test_a_fault_in_a_layer_is_named(folder: Path, file: str, old: str, new: str, code: str) -> None:
    replace(folder / file, old, new)

    found = {problem.code: problem for problem in problems(folder)}

    assert code in found
    assert found[code].file == file


def test_a_missing_required_layer_and_a_misnamed_file_are_named(folder: Path) -> None:
    (folder / "substations.csv").rename(folder / "substation.csv")

    found = problems(folder)

    assert {"layer_unknown", "layer_missing"} <= {problem.code for problem in found}
    assert any("Did you mean substations?" in problem.remedy for problem in found)


def test_files_that_can_point_elsewhere_are_refused(folder: Path) -> None:
    pointer = "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/hosts</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    (folder / "exclusions.geojson").unlink()
    (folder / "exclusions.vrt").write_text(pointer, encoding="utf-8")
    (folder / "study_area.geojson").write_text(pointer, encoding="utf-8")
    (folder / "heat_sinks.gpkg").write_text(pointer, encoding="utf-8")

    assert sorted(codes(folder)) == ["format_refused", "geojson_invalid", "gpkg_invalid"]


def test_a_view_in_a_geopackage_is_not_read(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "small.gpkg"
    write_region_gpkg(folder, path)
    connection = sqlite3.connect(path)
    connection.execute("ALTER TABLE zones RENAME TO zones_before")
    connection.execute("CREATE VIEW zones AS SELECT * FROM zones_before")
    connection.execute("UPDATE gpkg_contents SET table_name = 'zones' WHERE table_name LIKE 'zones%'")
    connection.commit()
    connection.close()

    assert "gpkg_not_a_table" in codes(path)


def test_a_geopackage_without_region_yaml_still_names_its_other_faults(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "small.gpkg"
    write_region_gpkg(folder, path)
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM gpkg_contents WHERE table_name = 'region_yaml'")
    connection.execute("UPDATE zones SET headroom_mva = -1")
    connection.commit()
    connection.close()

    assert {"manifest_missing", "value_below_range"} <= set(codes(path))


def test_a_path_that_is_no_region_is_refused(tmp_path: Path) -> None:
    assert codes(tmp_path / "nowhere") == ["region_missing"]
    assert "file_missing" in codes(tmp_path)


def test_yaml_that_grows_or_nests_is_refused() -> None:
    bombs = ("a: &a [1, 2]\nb: *a\n", "a: " + "[" * 60 + "]" * 60, "!!python/object/apply:os.getcwd []", "just text")
    for text in bombs:
        with pytest.raises(InputProblems):
            parse_yaml(text, file="x.yaml")


def test_swapped_axes_of_polygons_are_named(folder: Path) -> None:
    path = folder / "exclusions.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))
    for feature in content["features"]:
        feature["geometry"]["coordinates"] = [[[y, x] for x, y in ring] for ring in feature["geometry"]["coordinates"]]
    path.write_text(json.dumps(content), encoding="utf-8")

    assert codes(folder) == ["lon_lat_swapped"]


def test_a_network_that_cannot_be_checked_is_refused_when_it_is_read(folder: Path) -> None:
    replace(folder / "region.yaml", "vn_kv: 500", "vn_kv: 400")
    replace(folder / "grid" / "lines.csv", "L1,B1,B3", "L1,B1,B2")

    assert codes(folder) == ["voltage_band_missing", "order_wrong"]


def test_zones_that_lead_round_in_a_circle_are_refused(folder: Path) -> None:
    replace(folder / "zones.csv", "一区,,", "一区,Z2,")
    with (folder / "zones.csv").open("a", encoding="utf-8") as zones:
        zones.write("Z2,Zone 2,二区,Z1,500,320,350\n")

    (problem,) = problems(folder)

    assert (problem.code, problem.names) == ("circle", ("Z1", "Z2"))


def test_existing_centres_without_any_cooling_are_refused(folder: Path) -> None:
    (folder / "stock_cooling.csv").unlink()

    assert codes(folder) == ["sum_wrong"]


def test_ids_that_a_plan_could_not_tell_apart_are_refused(folder: Path) -> None:
    replace(folder / "outside_sites.csv", "O1,", "K1,")

    (problem,) = problems(folder)

    assert (problem.code, problem.layer) == ("id_shared", "outside_sites")
