"""Reading a correct region: types, positions, forms, marks."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.docs import DATA_DICTIONARY, data_dictionary_markdown
from planner.errors import InputProblems, UsageError
from planner.init_region import init_region
from planner.read import read_region, read_table
from planner.region import confidence_of, distances_km, is_marked, projected_points, uncertain_positions
from planner.region_gpkg import write_region_gpkg
from planner.tables import all_tables
from planner.units import UNITS, factor_between, stem_and_unit

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "cases" / "small_region"
BEIJING = ROOT / "gis_data" / "beijing"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the small region that a test may change."""
    return Path(shutil.copytree(SMALL, tmp_path / "region"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_correct_folder_gives_typed_tables() -> None:
    region = read_region(SMALL)

    assert (region.id, region.base_year, region.name["zh"]) == ("small", 2025, "小区域")
    substations = region["substations"]
    assert list(substations["substation"]) == ["S1", "S2", "S3"]
    assert substations["headroom_mva"].dtype == np.float64
    assert substations["in_service_year"].dtype == np.int64
    assert list(substations["is_expandable"]) == [True, False, False]
    assert substations["node"].isna().tolist() == [True, False, False]
    assert region.grid is not None
    assert region.grid["trafos"]["tap_pos"].tolist() == [0, -2]
    assert region.is_synthetic_grid
    assert region.notices == ()


def test_absent_optional_tables_are_empty_with_their_columns() -> None:
    region = read_region(SMALL)

    assert set(region.tables) == {name for name, table in all_tables().items() if not table.is_grid}
    assert region["heat_sinks"].empty
    assert {"heat_sink", "lon", "demand_mwh_per_year", "source", "confidence", "geometry"} <= set(region["heat_sinks"])
    with pytest.raises(UsageError, match="no table rivers"):
        region["rivers"]


def test_positions_are_metres_of_the_projected_system() -> None:
    region = read_region(SMALL)
    plants = region["reclaimed_plants"]

    again = projected_points(region, plants["lon"], plants["lat"])
    apart_km = distances_km(region["substations"].geometry, plants.geometry)

    assert region["substations"].crs.to_epsg() == 4548
    assert again.distance(plants.geometry).max() < 1e-6
    # S1 to P1: 0.03 deg of latitude and of longitude at 40 N: 3.33 km north, 2.56 km east.
    assert apart_km[0, 0] == pytest.approx(np.hypot(0.03 * 111.03, 0.03 * 85.39), rel=2e-3)


def test_a_position_less_precise_than_half_the_feed_is_uncertain() -> None:
    substations = read_region(SMALL)["substations"]  # 0.5, 6 and 1 km

    assert uncertain_positions(substations, feed_km=8.0).tolist() == [False, True, False]
    assert uncertain_positions(substations, feed_km=12.0).tolist() == [False, False, False]
    assert uncertain_positions(substations, feed_km=pd.Series([0.9, 20.0, 2.0])).tolist() == [True, False, False]


def test_confidence_of_a_column_overrides_that_of_the_row() -> None:
    districts = read_region(SMALL)["districts"]

    assert confidence_of(districts, "population").tolist() == ["high", "assumed"]
    assert confidence_of(districts, "area_km2").tolist() == ["assumed", "assumed"]
    assert is_marked(districts, "population").tolist() == [False, True]


def test_folder_and_geopackage_are_the_same_region(tmp_path: Path) -> None:
    path = tmp_path / "small.gpkg"

    written = write_region_gpkg(SMALL, path)
    again = read_region(path)

    assert again == written
    assert again.fingerprint == read_region(SMALL).fingerprint
    for name, frame in written.tables.items():
        pd.testing.assert_frame_equal(pd.DataFrame(again[name]), pd.DataFrame(frame), check_like=True)
    with pytest.raises(UsageError, match="exists"):
        write_region_gpkg(SMALL, path)


def test_the_fingerprint_follows_numbers_not_the_order_of_rows(folder: Path) -> None:
    before = read_region(folder).fingerprint
    plants = (folder / "reclaimed_plants.csv").read_text(encoding="utf-8").splitlines()
    (folder / "reclaimed_plants.csv").write_text("\n".join([plants[0], plants[2], plants[1]]), encoding="utf-8")

    assert read_region(folder).fingerprint == before

    replace(folder / "reclaimed_plants.csv", "200000", "200001")
    assert read_region(folder).fingerprint != before


def test_a_gb18030_file_is_read_with_a_notice(folder: Path) -> None:
    expected = read_region(folder)
    path = folder / "districts.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))

    region = read_region(folder)

    assert [(notice.file, notice.code) for notice in region.notices] == [("districts.csv", "read_as_gb18030")]
    assert region["districts"]["name_zh"].tolist() == ["北区", "南区"]
    assert region == expected


def test_a_byte_order_mark_and_semicolons_change_nothing(folder: Path) -> None:
    expected = read_region(folder)
    path = folder / "zones.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8-sig", newline="\r\n")

    assert read_region(folder) == expected


@pytest.mark.parametrize("crs", ["EPSG:4490", "CGCS2000", "4490"])
def test_cgcs2000_degrees_are_accepted(folder: Path, crs: str) -> None:
    replace(folder / "region.yaml", "EPSG:4326", crs)

    region = read_region(folder)

    assert (region.crs, region.projected_crs) == ("EPSG:4490", "EPSG:4548")
    plants = region["reclaimed_plants"]
    assert projected_points(region, plants["lon"], plants["lat"]).distance(plants.geometry).max() < 1e-6


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:4548", "EPSG:4549"])
def test_cgcs2000_metres_are_accepted_as_the_inner_system(folder: Path, crs: str) -> None:
    replace(folder / "region.yaml", "EPSG:4548", crs)

    assert read_region(folder)["substations"].crs == crs


def test_files_in_a_projected_system_give_the_same_region(folder: Path) -> None:
    expected = read_region(folder)
    for name in ("study_area", "exclusions"):
        metres = expected[name].drop(columns=["source", "confidence"])
        (folder / f"{name}.geojson").write_text(metres.to_json(drop_id=True), encoding="utf-8")
    replace(folder / "region.yaml", "crs: EPSG:4326", "crs: EPSG:4548")

    region = read_region(folder)

    assert region["study_area"].area.sum() == pytest.approx(expected["study_area"].area.sum())
    assert region["substations"].distance(expected["substations"]).max() < 1e-3


def test_parcels_of_a_user_are_read_beside_a_region(tmp_path: Path) -> None:
    region = read_region(SMALL)
    path = tmp_path / "mine.csv"
    path.write_text("site,name_en,name_zh,area_ha,lon,lat\nA,First,一号,12.5,116.5,40\n", encoding="utf-8")

    parcels = read_table(path, "sites", region=region)

    assert parcels["area_ha"].tolist() == [12.5]
    assert parcels.crs.to_epsg() == 4548
    path.write_text("site,name_en,name_zh,area_ha,lon,lat,crs\nA,First,一号,12.5,116.5,40,GCJ-02\n", encoding="utf-8")
    with pytest.raises(InputProblems) as caught:
        read_table(path, "sites", region=region)
    assert [problem.code for problem in caught.value.problems] == ["crs_shifted"]
    assert "CGCS2000" in caught.value.problems[0].remedy


def test_area_of_a_drawn_parcel_is_computed(folder: Path) -> None:
    shutil.copy(folder / "study_area.geojson", folder / "sites.geojson")
    replace(folder / "sites.geojson", '"name": "all"', '"site": "A", "name_en": "A", "name_zh": "甲"')

    sites = read_region(folder)["sites"]

    # 0.5 x 0.6 degrees at 39.9 N: about 42.7 km x 66.6 km = 2,847 km2.
    assert sites["area_ha"].iloc[0] == pytest.approx(284_700, rel=0.01)
    assert sites["lon"].iloc[0] == pytest.approx(116.45, abs=0.2)


def test_an_initialised_region_explains_each_column_and_overwrites_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new"

    written = init_region(folder)

    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"`{column.name}`" in readme for table in all_tables().values() for column in table.columns)
    assert len(written) == len(all_tables()) + 2
    with pytest.raises(UsageError, match="not empty"):
        init_region(folder)
    with pytest.raises(InputProblems) as caught:
        read_region(folder)
    assert {problem.code for problem in caught.value.problems} == {
        "key_missing",
        "name_incomplete",
        "crs_missing",
        "layer_empty",
    }


def test_the_data_dictionary_is_current() -> None:
    page = (ROOT / DATA_DICTIONARY).read_text(encoding="utf-8")

    assert page == data_dictionary_markdown()


def test_every_column_is_declared_with_meaning_and_a_unit_that_its_name_says() -> None:
    for table in all_tables().values():
        assert len(set(table.column_names)) == len(table.columns), table.name
        assert set(table.key) <= set(table.column_names), table.name
        for column in table.columns:
            unit = stem_and_unit(column.name)[1]
            assert column.meaning_en, (table.name, column.name)
            assert column.meaning_zh, (table.name, column.name)
            if column.kind == "number" and unit is not None:
                assert unit.label.split()[0] == column.unit.split()[0], (table.name, column.name)


def test_units_convert() -> None:
    assert factor_between(UNITS["m3_per_hour"], UNITS["m3_per_day"]) == 24.0
    assert factor_between(UNITS["kva"], UNITS["mva"]) == 0.001
    assert factor_between(UNITS["mu"], UNITS["ha"]) == pytest.approx(1 / 15)
    assert factor_between(UNITS["mw"], UNITS["mva"]) is None


@pytest.mark.skipif(not (BEIJING / "region.yaml").is_file(), reason="the bundled region is not there")
def test_the_bundled_region_is_read_without_a_problem() -> None:
    region = read_region(BEIJING)

    assert len(region["districts"]) == 16
    assert region.grid is None or region.is_synthetic_grid
