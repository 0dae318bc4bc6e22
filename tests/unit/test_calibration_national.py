from __future__ import annotations

import pandas as pd
import pytest

from planner.bundled import ROOT
from planner.calibrate_national import grid_factor, national_pue, national_rows, nearest_station
from planner.calibration_page import found_in, found_text, page
from planner.errors import UsageError
from planner.i18n import use_language
from planner.read import read_region
from planner.region import Region


@pytest.fixture(scope="module")
def nation() -> Region:
    return read_region(ROOT / "east_west")


def with_table(region: Region, name: str, table: pd.DataFrame) -> Region:
    return Region(**{**vars(region), "tables": {**region.tables, name: table}})


def test_every_figure_of_the_documents_is_there_and_says_what_it_is_worth(nation: Region) -> None:
    rows = national_rows(nation)

    kinds = {(row["fact"], row["kind"]) for row in rows}
    assert {("F078", "check"), ("F227", "check"), ("F072", "check"), ("F036", "check"), ("F071", "check")} <= kinds
    assert {("F215", "input"), ("F214", "check")} <= kinds
    assert {(f, k) for f in ("F217", "F218", "F219") for k in ("fit", "check")} <= kinds
    for row in rows:
        if row["model"] is not None:
            assert row["deviation"] == pytest.approx(row["model"] / row["published"] - 1.0)
        else:
            assert row["kind"] == "open"


def test_a_changed_input_changes_its_check(nation: Region) -> None:
    markets = nation["markets"]
    dirtier = with_table(nation, "markets", markets.assign(grid_kgco2_per_kwh=markets["grid_kgco2_per_kwh"] * 2.0))

    assert grid_factor(dirtier)[0] == pytest.approx(2.0 * grid_factor(nation)[0])
    assert national_pue(dirtier) == national_pue(nation)


def test_a_blank_factor_is_left_out_and_told_not_counted_as_zero(nation: Region) -> None:
    markets = nation["markets"].copy()
    markets["grid_kgco2_per_kwh"] = 0.5
    markets.loc[markets["market"] == "NM", "grid_kgco2_per_kwh"] = float("nan")

    factor, share = grid_factor(with_table(nation, "markets", markets))

    use = markets["electricity_use_twh"].astype(float)
    assert factor == pytest.approx(0.5)
    assert share == pytest.approx(1.0 - use[markets["market"] == "NM"].sum() / use.sum())


def test_a_market_takes_the_station_nearest_to_it(nation: Region) -> None:
    stations = nearest_station(nation)

    assert stations["BJ"] == "Beijing"
    assert stations["NX"] == "Zhongwei"
    assert stations["GZ"] == "Guiyang (Gui'an)"


def test_a_figure_predicted_from_the_other_two_is_worse_than_one_that_was_fitted(nation: Region) -> None:
    rows = national_rows(nation)
    off = {(row["fact"], row["kind"]): abs(row["model"] - row["published"]) for row in rows if row["unit"] == "ms"}

    for fact in ("F217", "F218", "F219"):
        assert off[fact, "check"] > off[fact, "fit"]


def test_a_region_of_other_places_is_refused() -> None:
    with pytest.raises(UsageError, match="no market NM"):
        national_rows(read_region(ROOT.parent / "tests" / "cases" / "small_areas"))


def test_the_text_and_the_page_tell_kind_and_deviation(nation: Region) -> None:
    city = read_region(ROOT / "beijing")
    with use_language("zh"):
        chinese = found_text(found_in(nation))
    written = page(city, nation)

    assert "平均 PUE：全国" in chinese
    assert "| Mean PUE: China | F072 | 1.480 |" in written
    committed = ROOT.parent / "docs" / "calibration.md"
    assert committed.read_text(encoding="utf-8") == written, "run: planner calibrate --page docs/calibration.md"
