"""The workbook of a region: empty, filled, and read back as the same region."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from planner.bundled import DEMO_REGION
from planner.desk.strangers.build import Request, build_region
from planner.desk.strangers.layer_in import Wanted
from planner.errors import UsageError
from planner.read import read_region
from planner.region import fingerprint_of
from planner.regions.store import ROOT
from planner.tables import all_tables
from planner.workbook import region_workbook, write_template

SMALL = Path(__file__).parents[1] / "cases" / "small_region"


def read_back(book: Path, out: Path, **said: Any) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    request = Request([book], Wanted(**said), None, None, "Mine", "mine", out.resolve())
    return build_region(request)


def changed(book: Path, target: Path, changes: dict[tuple[str, str], Any]) -> Path:
    """Write a copy of a workbook with cells replaced: (sheet, cell) -> value."""
    content = openpyxl.load_workbook(book)
    for (sheet, cell), value in changes.items():
        content[sheet][cell] = value
    content.save(target)
    return target


@pytest.fixture(scope="module")
def small_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book") / "small"
    shutil.copytree(SMALL, folder)
    shutil.copy(DEMO_REGION / "prices.csv", folder / "prices.csv")
    return region_workbook(folder, folder.parent / "small.xlsx", "zh")


def test_the_template_has_a_sheet_for_every_table_what_must_be_filled_first(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", "en"))

    assert book.sheetnames[:5] == ["README", "region", "voltage_bands", "sources", "districts"]
    assert set(all_tables()) <= set(book.sheetnames)
    assert [cell.value for cell in book["substations"][1]][:3] == ["substation", "name_en", "name_zh"]
    assert book["substations"]["D2"].value == "deg"
    assert book["substations"]["A3"].value == "# Substation"
    assert book["substations"].max_row == 3
    assert book["substations"].freeze_panes == "B4"


def test_the_template_speaks_chinese(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", "zh"))

    assert book["substations"]["A3"].value == "# 变电站标识"
    assert book["README"]["A1"].value == "待填写的区域"


def test_choices_and_names_of_other_sheets_are_offered(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", "en"))

    rules = [rule.formula1 for rule in book["substations"].data_validations.dataValidation]

    assert "=districts!$A$4:$A$10000" in rules
    assert '"high,medium,low,assumed,synthetic"' in rules


def test_prices_of_the_template_are_marked_as_assumed(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", "en"))["prices"]

    names = [cell.value for cell in sheet[1]]
    marks = [row[names.index("confidence")].value for row in sheet.iter_rows(min_row=4)]

    assert len(marks) == 36
    assert set(marks) == {"assumed"}


def test_a_filled_workbook_reads_as_the_same_region(tmp_path: Path) -> None:
    answer = read_back(region_workbook(DEMO_REGION, tmp_path / "beijing.xlsx", "zh"), tmp_path / "out")

    assert answer["problems"] == []
    assert answer["status"] == "ok"
    mine, bundled = read_region(tmp_path / "out" / "region"), read_region(DEMO_REGION)
    assert fingerprint_of({}, mine.tables) == fingerprint_of({}, bundled.tables)
    assert isinstance(mine.grid, dict)
    assert isinstance(bundled.grid, dict)
    assert fingerprint_of({}, mine.grid) == fingerprint_of({}, bundled.grid)
    same = ("name", "crs", "projected_crs", "base_year", "climate_station", "voltage_bands", "grid")
    assert {key: mine.meta[key] for key in same} == {key: bundled.meta[key] for key in same}
    assert [source["id"] for source in mine.meta["sources"]] == [source["id"] for source in bundled.meta["sources"]]


def test_rows_of_the_folder_stand_at_the_lines_of_the_sheet(small_book: Path, tmp_path: Path) -> None:
    read_back(small_book, tmp_path / "out")

    lines = (tmp_path / "out" / "region" / "zones.csv").read_text(encoding="utf-8").split("\n")

    assert lines[0].startswith("zone,")
    assert lines[1:3] == ["", ""]
    assert lines[3].startswith("Z1,")


def test_a_wrong_value_is_told_at_its_cell_with_the_row_around(small_book: Path, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(small_book)["substations"]
    header = [cell.value for cell in sheet[1]]
    letter = openpyxl.utils.get_column_letter(header.index("headroom_mva") + 1)
    book = changed(
        small_book,
        tmp_path / "wrong.xlsx",
        {("substations", f"{letter}4"): "lots", ("substations", f"{letter}5"): "many", ("region", "B5"): "GCJ-02"},
    )

    answer = read_back(book, tmp_path / "out")

    assert answer["status"] == "problems"
    cell = next(p for p in answer["problems"] if p["code"] == "value_invalid")
    assert (cell["file"], cell["sheet"], cell["column"], cell["letter"]) == (
        "wrong.xlsx",
        "substations",
        "headroom_mva",
        letter,
    )
    assert (cell["row"], cell["rows"], cell["value"]) == (4, [4, 5], "lots")
    place = next(p for p in answer["problems"] if p["code"] == "crs_shifted")
    assert (place["sheet"], place["row"], place["letter"]) == ("region", 5, "B")
    shown = next(t for t in answer["tables"] if t["sheet"] == "substations")
    row = next(row for row in shown["rows"] if row["row"] == 4)
    assert row["cells"][header.index("headroom_mva")] == "lots"
    assert json.loads(json.dumps(answer)) == answer


def test_a_missing_price_is_told_before_a_plan_needs_it(small_book: Path, tmp_path: Path) -> None:
    content = openpyxl.load_workbook(small_book)
    row = next(cell.row for cell in content["prices"]["A"] if cell.value == "pipe_cny_per_km")
    content["prices"].delete_rows(row)
    content.save(tmp_path / "short.xlsx")

    answer = read_back(tmp_path / "short.xlsx", tmp_path / "out")

    assert [(p["sheet"], "pipe_cny_per_km" in p["message"]) for p in answer["problems"]] == [("prices", True)]


def test_an_empty_template_says_everything_that_must_be_filled(tmp_path: Path) -> None:
    answer = read_back(write_template(tmp_path / "t.xlsx", "en"), tmp_path / "out")

    places = {(p["sheet"], p["row"]) for p in answer["problems"]}

    assert {("region", 2), ("region", 3), ("region", 5), ("region", 6), ("region", 7)} <= places
    assert {("districts", None), ("substations", None), ("climate", None), ("study_area", None)} <= places


def test_a_sheet_nearly_named_like_a_table_is_told_and_a_sheet_of_notes_is_left_out(
    small_book: Path, tmp_path: Path
) -> None:
    content = openpyxl.load_workbook(small_book)
    content["zones"].title = "zone"
    content.create_sheet("my notes")["A1"] = "hello"
    content.save(tmp_path / "b.xlsx")

    answer = read_back(tmp_path / "b.xlsx", tmp_path / "out")

    assert any(p["code"] == "layer_unknown" and "zones" in p["remedy"] for p in answer["problems"])
    assert any("my notes" in notice["message"] for notice in answer["notices"])


def test_a_cell_that_is_no_shape_is_told(small_book: Path, tmp_path: Path) -> None:
    header = [cell.value for cell in openpyxl.load_workbook(small_book)["exclusions"][1]]
    letter = openpyxl.utils.get_column_letter(header.index("geometry") + 1)
    book = changed(small_book, tmp_path / "b.xlsx", {("exclusions", f"{letter}5"): "a square"})

    answer = read_back(book, tmp_path / "out")

    problem = next(p for p in answer["problems"] if p["code"] == "geometry_unreadable")
    assert (problem["sheet"], problem["row"], problem["value"]) == ("exclusions", 5, "a square")


def test_a_network_that_is_a_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    if not (ROOT / "hv_urban" / "built" / "region.yaml").is_file():
        pytest.skip("the region is not built here")

    with pytest.raises(UsageError, match="workbook cannot hold"):
        region_workbook(ROOT / "hv_urban", tmp_path / "b.xlsx", "en")


def test_a_region_without_a_scenario_gets_one_that_says_it_is_assumed(small_book: Path, tmp_path: Path) -> None:
    answer = read_back(small_book, tmp_path / "out")

    assert answer["problems"] == []
    text = (tmp_path / "out" / "region" / "scenarios" / "reference.yaml").read_text(encoding="utf-8")
    assert "demand assumed" in text
    assert "2027" in text
