from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from planner.calibrate import (
    calibrate,
    calibrate_regions,
    calibrate_stock,
    calibration_text,
    compare_ranges,
    find_reference_ranges,
    stock_coefficients,
    stock_use,
)
from planner.i18n import use_language
from planner.read import read_region
from planner.region import Region
from tests.unit.weather_samples import beijing_normals

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def beijing() -> Region:
    return read_region(REPOSITORY / "gis_data" / "beijing")


def _climate() -> pd.DataFrame:
    return beijing_normals().assign(station="Beijing")


def _stock(*, it_mw: float = 10.0, reclaimed_share: float = 0.5) -> pd.DataFrame:
    return pd.DataFrame({"stock": ["S"], "it_mw": [it_mw], "reclaimed_share": [reclaimed_share]})


def _mix(technology: str) -> pd.DataFrame:
    return pd.DataFrame({"stock": ["S"], "technology": [technology], "it_share": [1.0]})


def test_ten_mw_of_towers_use_the_physics_of_towers() -> None:
    tower = stock_coefficients(_climate(), "Beijing").loc["tower_economiser"]

    use = stock_use(_stock(), _mix("tower_economiser"), _climate()).iloc[0]

    assert use["it_mwh"] == pytest.approx(87_600.0)
    assert use["facility_mwh"] == pytest.approx(87_600.0 * tower["pue_annual"])
    makeup = 0.5 * 1.4 + 0.5 / (1.0 - 1.0 / 5.5)
    assert use["water_m3"] == pytest.approx(87_600.0 * tower["evaporation_m3_per_mwh"] * makeup)


def test_drinking_water_needs_less_makeup_than_reclaimed() -> None:
    reclaimed = stock_use(_stock(reclaimed_share=1.0), _mix("tower_economiser"), _climate())["water_m3"].sum()
    drinking = stock_use(_stock(reclaimed_share=0.0), _mix("tower_economiser"), _climate())["water_m3"].sum()

    assert drinking / reclaimed == pytest.approx((5.5 / 4.5) / 1.4)


def test_half_the_it_load_halves_all_amounts_and_leaves_the_ratios() -> None:
    full = calibrate_stock(_stock(it_mw=10.0), _mix("air_chiller"), _climate()).set_index("quantity")["model"]
    half = calibrate_stock(_stock(it_mw=5.0), _mix("air_chiller"), _climate()).set_index("quantity")["model"]

    assert half["electricity"] == pytest.approx(full["electricity"] / 2.0)
    assert half["pue_mean"] == pytest.approx(full["pue_mean"])


def test_beijing_stock_comes_near_the_published_electricity_and_pue(beijing: Region) -> None:
    found = calibrate_stock(beijing["stock"], beijing["stock_cooling"], beijing["climate"]).set_index("quantity")

    assert found.loc["electricity", "model"] == pytest.approx(8.4, rel=0.06)
    assert found.loc["pue_mean", "model"] == pytest.approx(1.4, abs=0.06)
    assert 5.0 < found.loc["water", "model"] < 16.8  # million m3: the stock uses less than either published figure


def test_published_water_figures_differ_and_the_note_says_how(beijing: Region) -> None:
    found = calibrate_stock(beijing["stock"], beijing["stock_cooling"], beijing["climate"]).set_index("quantity")

    assert found.loc["water_derived", "published"] == pytest.approx(10.8)
    assert found.loc["water", "published"] == pytest.approx(16.8)
    assert "10.8 million m3" in found.loc["water", "note"]
    assert "16.8 million m3" in found.loc["water", "note"]


def test_no_input_column_holds_the_answer(beijing: Region) -> None:
    named = {"pue", "wue", "water_m3", "energy", "facility"}
    for table in ("stock", "stock_cooling"):
        columns = beijing[table].columns
        assert not [c for c in columns if any(c.startswith(n) for n in named)]


def test_regions_without_a_station_are_reported_and_not_guessed(beijing: Region) -> None:
    found = calibrate_regions(beijing["climate"]).set_index("fact")

    assert pd.isna(found.loc["F074", "model"])
    assert "no weather station" in found.loc["F074", "note"]
    assert found.loc["F075", "model"] == pytest.approx(1.39, abs=0.06)


def test_calibration_is_plain_data_and_text_in_both_languages(beijing: Region, tmp_path: Path) -> None:
    found = calibrate(beijing, ranges_path=tmp_path / "absent.csv")

    assert found["ranges"] is None
    assert found["regions"][0]["model"] is None
    assert "8.40 TWh/year" in calibration_text(found)
    with use_language("zh"):
        assert "存量数据中心" in calibration_text(calibrate(beijing, ranges_path=tmp_path / "absent.csv"))


def test_deviation_from_a_range_is_zero_inside_and_signed_outside() -> None:
    bounds = {"pue_5th": 0.0, "pue_95th": 1.0, "wue_5th": 0.0, "wue_95th": 99.0}
    ranges = pd.DataFrame([{"case": case, "ashrae_zone": "4A", **bounds} for case in (1, 2, 4, 7)])

    found = compare_ranges(_climate(), ranges).set_index(["technology", "vintage", "quantity"])["outside_by"]

    assert found["tower_economiser", "new", "wue"] == 0.0
    new_pue = stock_coefficients(_climate(), "Beijing", is_stock=False).loc["tower_economiser", "pue_annual"]
    assert found["tower_economiser", "new", "pue"] == pytest.approx(new_pue - 1.0)


def test_published_ranges_where_they_are_present(beijing: Region) -> None:
    path = find_reference_ranges()
    if path is None:
        pytest.skip("the file of published PUE and WUE ranges is not on this machine")

    found = compare_ranges(beijing["climate"], pd.read_csv(path))

    pue = found[found["quantity"] == "pue"].set_index(["technology", "vintage"])["outside_by"]
    assert pue["tower_economiser", "new"] == 0.0
    assert pue["tower_economiser", "stock"] == 0.0
    assert found["outside_by"].abs().max() < 0.2
