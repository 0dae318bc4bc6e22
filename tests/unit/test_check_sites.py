"""A planner's own sites in AC: what is wrong with the file is said by row, and a region without a network says so."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from planner.check import check_sites
from planner.errors import InputProblems
from planner.read import read_region
from planner.region import Region

SMALL = Path(__file__).parents[1] / "cases" / "small_region"


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region(SMALL)


def write(folder: Path, *lines: str) -> Path:
    path = folder / "my.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["site,substation,mw"], [(None, "no_rows")]),
        (["site,mw", "A,5"], [(None, "missing_column")]),
        (["site,substation,mw,year", "A,S1,5,20x", "B,S1,5,", "C,S1,5,2030"], [(2, "bad_year"), (3, "bad_year")]),
        (["site,substation,mw", "A,S9,5", "B,S1,inf", "C,S1,-1", "D,S1,much"],
         [(2, "unknown_substation"), (3, "bad_mw"), (4, "bad_mw"), (5, "bad_mw")]),
    ],
)  # fmt: skip
def test_every_wrong_row_is_named(
    lines: list[str], expected: list[tuple[int | None, str]], region: Region, tmp_path: Path
) -> None:
    with pytest.raises(InputProblems) as caught:
        check_sites(region, write(tmp_path, *lines))

    assert [(p.row, p.code) for p in caught.value.problems] == expected


def test_loads_of_earlier_years_stay(region: Region, tmp_path: Path) -> None:
    found = check_sites(region, write(tmp_path, "site,substation,mw,year", "A,S1,10,2027", "B,S2,20,2030"))

    assert [row["year"] for row in found["grid"]["base"]] == [2027, 2030]


def test_without_a_network_nothing_is_claimed(region: Region, tmp_path: Path) -> None:
    found = check_sites(dataclasses.replace(region, grid=None), write(tmp_path, "site,substation,mw", "A,S1,10"))

    assert (found["security"], found["grid"]["status"], found["grid"]["reason"]) == (
        "not_checked", "not_checked", "no AC network",
    )  # fmt: skip
