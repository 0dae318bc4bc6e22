from __future__ import annotations

from pathlib import Path

import numpy as np
import psychrolib
import pytest

from models.climate import day_offsets_k, design_hour, read_epw, synthetic_year
from models.moist_air import relative_humidity_share, saturation_pressure_kpa, standard_pressure_kpa, wet_bulb_degc
from tests.unit.weather_samples import beijing_normals, write_epw


def test_saturated_air_at_20_degc_has_2_339_kpa() -> None:
    assert float(saturation_pressure_kpa(20.0)) == pytest.approx(2.339, abs=0.001)


def test_wet_bulb_of_25_degc_and_half_humidity_is_17_9_degc() -> None:
    assert float(wet_bulb_degc(25.0, 0.5, pressure_kpa=101.325)) == pytest.approx(17.9, abs=0.05)


def test_wet_bulb_of_saturated_air_is_its_dry_bulb() -> None:
    assert float(wet_bulb_degc(30.0, 1.0, pressure_kpa=101.325)) == pytest.approx(30.0, abs=0.01)


@pytest.mark.parametrize("t_dry_degc", [-20.0, -5.0, 15.0, 27.0, 38.0])
@pytest.mark.parametrize("rh_share", [0.05, 0.4, 0.9])
def test_wet_bulb_agrees_with_psychrolibs_own_search(t_dry_degc: float, rh_share: float) -> None:
    own = float(wet_bulb_degc(t_dry_degc, rh_share, pressure_kpa=90.0))

    psychrolib_degc = float(psychrolib.GetTWetBulbFromRelHum(t_dry_degc, rh_share, 90_000.0))

    tolerance_k = 0.5 if abs(own) < 1.0 else 0.01
    assert own == pytest.approx(psychrolib_degc, abs=tolerance_k)


def test_relative_humidity_of_too_much_water_is_capped_at_saturation() -> None:
    assert float(relative_humidity_share(10.0, 0.05, pressure_kpa=101.325)) == pytest.approx(1.0)


def test_standard_pressure_at_1000_m_is_89_9_kpa() -> None:
    assert standard_pressure_kpa(1_000.0) == pytest.approx(89.87, abs=0.01)


def test_day_offsets_cancel_and_hot_days_exist() -> None:
    offsets_k = day_offsets_k(31, sd_k=2.5)

    assert offsets_k.sum() == pytest.approx(0.0, abs=1e-9)
    assert offsets_k.max() == pytest.approx(2.5 * 2.14, abs=0.02)  # quantile 30.5/31 of the normal distribution
    assert offsets_k.std() == pytest.approx(2.5, rel=0.06)


def test_synthetic_year_keeps_the_monthly_means() -> None:
    normals = beijing_normals()

    weather = synthetic_year(normals)

    means = weather.groupby("month")[["t_dry_degc", "rh_share"]].mean()
    assert len(weather) == 8_760
    assert means["t_dry_degc"].to_numpy() == pytest.approx(normals["t_dry_degc"].to_numpy(), abs=1e-9)
    assert means["rh_share"].to_numpy() == pytest.approx(normals["rh_share"].to_numpy(), abs=0.01)


def test_synthetic_year_is_named_synthetic_and_is_the_same_each_time() -> None:
    first, second = synthetic_year(beijing_normals()), synthetic_year(beijing_normals())

    assert first["is_synthetic"].all()
    assert first.equals(second)


def test_synthetic_year_has_hot_afternoons_and_air_never_above_saturation() -> None:
    weather = synthetic_year(beijing_normals(), diurnal_swing_k=9.0, day_to_day_sd_k=2.5)

    hottest = weather.loc[weather["t_dry_degc"].idxmax()]
    assert hottest["hour"] == 15
    assert hottest["t_dry_degc"] == pytest.approx(27.2 + 4.5 + 2.5 * 2.14, abs=0.05)
    assert weather["rh_share"].max() <= 1.0
    assert (weather["t_wet_degc"] <= weather["t_dry_degc"] + 1e-9).all()


def test_synthetic_year_without_swing_and_spread_is_the_normal_all_month() -> None:
    weather = synthetic_year(beijing_normals(), diurnal_swing_k=0.0, day_to_day_sd_k=0.0)

    july = weather[weather["month"] == 7]
    assert np.ptp(july["t_dry_degc"]) == pytest.approx(0.0, abs=1e-9)
    assert july["t_wet_degc"].iloc[0] == pytest.approx(22.8, abs=0.05)  # the climate table's own wet bulb


def test_order_of_the_normals_does_not_matter() -> None:
    normals = beijing_normals()

    assert synthetic_year(normals.iloc[::-1]).equals(synthetic_year(normals))


def test_eleven_months_are_refused() -> None:
    with pytest.raises(ValueError, match="one row for each month"):
        synthetic_year(beijing_normals().iloc[:11])


def test_humidity_in_percent_is_refused() -> None:
    normals = beijing_normals()

    with pytest.raises(ValueError, match="not percent"):
        synthetic_year(normals.assign(rh_share=43.0))


def test_normals_without_pressure_are_refused() -> None:
    with pytest.raises(ValueError, match="pressure_kpa"):
        synthetic_year(beijing_normals().drop(columns="pressure_kpa"))


def test_design_hour_is_a_hot_july_afternoon_not_the_hottest_hour() -> None:
    weather = synthetic_year(beijing_normals())

    design = design_hour(weather).iloc[0]

    assert (design["month"], design["hour"]) == (7, 15)
    assert 34.0 < design["t_dry_degc"] < weather["t_dry_degc"].max()
    assert design["t_wet_degc"] == pytest.approx(24.7, abs=0.3)


def test_epw_is_read_with_units_and_cached_copies_are_independent(tmp_path: Path) -> None:
    path = write_epw(tmp_path / "a.epw")

    weather = read_epw(path)
    weather["t_dry_degc"] = 0.0
    again = read_epw(path)

    assert len(again) == 8_760
    assert again.iloc[0][["t_dry_degc", "rh_share", "pressure_kpa"]].tolist() == [21.5, 0.5, 100.0]
    assert again["t_wet_degc"].iloc[0] == pytest.approx(float(wet_bulb_degc(21.5, 0.5, pressure_kpa=100.0)))
    assert not again["is_synthetic"].any()


def test_epw_that_changed_is_read_again(tmp_path: Path) -> None:
    path = write_epw(tmp_path / "a.epw")
    read_epw(path)

    write_epw(path, t_dry_degc="30.25")

    assert read_epw(path)["t_dry_degc"].iloc[0] == 30.25


def test_epw_of_a_leap_year_loses_29_february(tmp_path: Path) -> None:
    assert len(read_epw(write_epw(tmp_path / "leap.epw", is_leap=True))) == 8_760


def test_epw_without_pressure_takes_the_standard_atmosphere_at_55_m(tmp_path: Path) -> None:
    weather = read_epw(write_epw(tmp_path / "p.epw", pressure_pa="999999"))

    assert weather["pressure_kpa"].iloc[0] == pytest.approx(100.666, abs=0.01)


def test_epw_with_a_missing_temperature_says_where(tmp_path: Path) -> None:
    path = write_epw(tmp_path / "gap.epw", t_dry_degc="99.9")

    with pytest.raises(ValueError, match="lacks t_dry_degc in 1 hours, first in month 1, day 1, hour 1"):
        read_epw(path)


def test_file_that_is_no_epw_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.epw"
    path.write_text("month,t\n1,2\n")

    with pytest.raises(ValueError, match="no EPW file"):
        read_epw(path)


def test_epw_of_half_a_year_is_refused(tmp_path: Path) -> None:
    path = write_epw(tmp_path / "half.epw")
    path.write_text("\n".join(path.read_text(encoding="latin-1").splitlines()[:4_000]) + "\n", encoding="latin-1")

    with pytest.raises(ValueError, match="hours without 29 February"):
        read_epw(path)
