"""Reading regions of areas: tables of the other kind, and what areas must say, are told with place and remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from planner.errors import InputProblems, Problem
from planner.i18n import use_language
from planner.read import read_region
from planner.region_gpkg import write_region_gpkg

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the small region of areas that a test may spoil."""
    return Path(shutil.copytree(CASES / "small_areas", tmp_path / "areas"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(path: Path) -> list[Problem]:
    with pytest.raises(InputProblems) as caught:
        read_region(path)
    return caught.value.problems


def places(path: Path) -> list[tuple[str | None, str | None, str]]:
    return [(p.layer, p.column, p.code) for p in problems(path)]


def test_the_case_is_read_with_its_blanks_unknown() -> None:
    region = read_region(CASES / "small_areas")

    assert region.is_area
    assert region.grid is None
    assert region["substations"].empty
    assert region["existing"].set_index("site")["racks_std"].isna().to_dict() == {"A1": False, "A2": True}
    assert region["markets"].set_index("market")["pue_mean_published"].isna()["WE"]
    assert not read_region(CASES / "small_region").is_area


def test_an_area_region_with_stations_and_one_without_markets_is_told(folder: Path) -> None:
    shutil.copy(CASES / "small_region" / "zones.csv", folder)
    (folder / "markets.csv").unlink()

    found = problems(folder)

    assert {("zones", "layer_other_kind"), ("markets", "layer_missing")} <= {(p.layer, p.code) for p in found}
    assert all(p.message and p.remedy for p in found)


def test_a_region_of_stations_without_them_is_told_of_areas(folder: Path) -> None:
    replace(folder / "region.yaml", "feeding: area\n", "")

    found = {(p.layer, p.code): p for p in problems(folder)}

    assert ("substations", "layer_missing") in found
    assert "feeding: area" in found["substations", "layer_missing"].remedy
    assert ("markets", "layer_other_kind") in found


def test_another_way_of_feeding_is_refused(folder: Path) -> None:
    replace(folder / "region.yaml", "feeding: area", "feeding: pipe")

    assert (None, "feeding", "value_invalid") in places(folder)


def test_an_area_needs_hub_and_market_that_are_there(folder: Path) -> None:
    replace(folder / "sites.csv", "coast,EA,", ",EX,")

    assert places(folder) == [("sites", "market", "reference_unknown"), ("sites", "hub", "value_missing")]


def test_shares_of_demand_that_sum_to_nothing_and_years_that_run_backwards(folder: Path) -> None:
    for district in ("D1", "D2"):
        replace(folder / "demand_shares.csv", f"{district},training,1", f"{district},training,0")
    units = "chip,name_en,name_zh,workload,pflops_per_mw_it,precision,from_year,to_year,basis\n"
    (folder / "compute_units.csv").write_text(units + "x,X,X,training,100,FP16,2030,2028,made\n", encoding="utf-8")

    assert places(folder) == [("demand_shares", "weight", "sum_wrong"), ("compute_units", "to_year", "order_wrong")]


def test_a_negative_weight_is_told_once(folder: Path) -> None:
    replace(folder / "demand_shares.csv", "D1,training,1", "D1,training,-1")

    assert places(folder) == [("demand_shares", "weight", "value_below_range")]


def test_every_message_is_translated(folder: Path) -> None:
    shutil.copy(CASES / "small_region" / "zones.csv", folder)
    replace(folder / "sites.csv", "coast,EA,", ",EA,")
    english = {(p.message, p.remedy) for p in problems(folder)}

    with use_language("zh"):
        chinese = {(p.message, p.remedy) for p in problems(folder)}

    assert len(english) == len(chinese) == 2
    assert not english & chinese


def test_a_geopackage_holds_the_same_region(folder: Path, tmp_path: Path) -> None:
    write_region_gpkg(folder, tmp_path / "areas.gpkg")

    assert read_region(tmp_path / "areas.gpkg").fingerprint == read_region(folder).fingerprint
