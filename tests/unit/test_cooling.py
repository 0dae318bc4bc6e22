from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.climate import synthetic_year
from models.cooling import (
    STOCK_TECHNOLOGIES,
    TECHNOLOGIES,
    Performance,
    coefficients,
    makeup_factor,
    performance,
)
from tests.unit.weather_samples import beijing_normals, constant_air

NEW_BUILD = 0.055
IDS = (
    "air_chiller", "tower_economiser", "airside_adiabatic", "indirect_evaporative", "cold_plate_dry",
    "cold_plate_tower", "immersion",
)  # fmt: skip
# Trial values for Beijing, new build: annual and design hour (formulation notes, section 1)
TRIAL_PUE = {
    "air_chiller": (1.26, 1.40),
    "tower_economiser": (1.19, 1.31),
    "indirect_evaporative": (1.13, 1.25),
    "cold_plate_dry": (1.13, 1.18),
    "cold_plate_tower": (1.11, 1.13),
}


@pytest.fixture(scope="module")
def beijing() -> tuple[pd.DataFrame, pd.DataFrame]:
    return coefficients(tuple(TECHNOLOGIES.values()), synthetic_year(beijing_normals()), overhead_share=NEW_BUILD)


def _run(technology: str, weather: pd.DataFrame, *, overhead_share: float = NEW_BUILD) -> Performance:
    return performance(TECHNOLOGIES[technology], weather, overhead_share=overhead_share)


def test_there_are_seven_technologies_and_direct_outdoor_air_is_off_by_default() -> None:
    assert tuple(TECHNOLOGIES) == IDS
    assert [t.id for t in TECHNOLOGIES.values() if not t.is_admissible_default] == ["airside_adiabatic"]
    assert [t.id for t in TECHNOLOGIES.values() if t.is_liquid] == ["cold_plate_dry", "cold_plate_tower", "immersion"]


def test_chiller_in_35_degc_air_by_hand() -> None:
    # heat per MW IT: 1 + 0.6 x 0.055 + 0.045 fans = 1.078; lift 35 + 13 - 15 = 33 K; COP 0.48 x 288.15 / 33 = 4.191
    # cooling: 0.045 fans + 1.078 x (0.025 pumps + 0.03 rejection) + 1.078 / 4.191 = 0.3615
    hot = _run("air_chiller", constant_air(35.0))

    assert hot.pue_annual == pytest.approx(1.0 + 0.055 + 0.3615, abs=0.0002)


def test_chiller_below_the_economisers_limit_runs_fans_and_pumps_only() -> None:
    # free cooling complete at 24 - 10 - 6 = 8 degC: 0.045 + 1.078 x 0.055 = 0.1043
    assert _run("air_chiller", constant_air(8.0)).pue_annual == pytest.approx(1.055 + 0.1043, abs=0.0002)


def test_tower_in_july_air_by_hand() -> None:
    # 27 degC, 70 %, 100.7 kPa: W 0.0158, h 67.4 kJ/kg, wet bulb 22.7; water 26.7/32.7 degC, air leaves at 29.7 degC
    # saturated: W 0.0270, h 98.9 -> 3600 x 0.0112 / 31.5 = 1.28 L/kWh + drift 3600/(4.186 x 6) x 5e-5 = 0.007
    # heat 1.078 + compressor 1.078 / 8.5 = 1.205 -> 1.55 L/kWh IT
    july = _run("tower_economiser", constant_air(27.0, rh_share=0.7, pressure_kpa=100.7))

    assert july.evaporation_m3_per_mwh == pytest.approx(1.55, abs=0.03)
    assert july.wue_l_per_kwh == pytest.approx(july.evaporation_m3_per_mwh * 1.4)


def test_blowdown_at_3_5_cycles_makes_1_4_of_evaporation_and_at_5_5_cycles_1_222() -> None:
    assert makeup_factor(3.5) == pytest.approx(1.4)
    assert makeup_factor(5.5) == pytest.approx(1.2222, abs=1e-4)


def test_one_cycle_of_concentration_is_refused() -> None:
    with pytest.raises(ValueError, match="above 1"):
        makeup_factor(1.0)


def test_liquid_share_needs_no_chiller_in_a_beijing_winter_but_its_air_share_has_fans() -> None:
    winter = _run("cold_plate_dry", constant_air(0.0))

    # liquid: 0.8 x 0.03 = 0.024; air: heat 0.2 + 0.033 + 0.009 = 0.242, cooling 0.009 + 0.242 x 0.055 = 0.0223
    assert winter.pue_annual == pytest.approx(1.055 + 0.024 + 0.0223, abs=0.0002)


@pytest.mark.parametrize("technology", list(TRIAL_PUE))
def test_beijing_levels_lie_near_the_trial_values(beijing: tuple[pd.DataFrame, pd.DataFrame], technology: str) -> None:
    annual, design = TRIAL_PUE[technology]

    row = beijing[0].loc[technology]

    assert row["pue_annual"] == pytest.approx(annual, abs=0.02)
    assert row["pue_design"] == pytest.approx(design, abs=0.04)


def test_cap_of_1_15_is_met_by_four_technologies_and_not_by_tower_or_air(
    beijing: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    annual = beijing[0].drop(index="airside_adiabatic")["pue_annual"]

    assert set(annual[annual <= 1.15].index) == {
        "indirect_evaporative", "cold_plate_dry", "cold_plate_tower", "immersion",
    }  # fmt: skip


def test_tower_water_is_in_its_known_range_and_peaks_in_july(beijing: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    annual, monthly = beijing
    july = monthly[monthly["month"] == 7].set_index("technology")["wue_l_per_kwh"]
    ratio = july / annual["wue_l_per_kwh"]

    assert 1.6 <= annual.loc["tower_economiser", "wue_l_per_kwh"] <= 1.9
    assert july["tower_economiser"] == pytest.approx(2.1, abs=0.15)
    assert 1.2 <= ratio["tower_economiser"] <= 1.3
    assert ratio["indirect_evaporative"] == pytest.approx(2.5, abs=0.3)
    assert ratio["airside_adiabatic"] == pytest.approx(3.0, abs=0.6)


def test_dry_technologies_use_no_water_and_wet_ones_do(beijing: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    for technology, row in beijing[0].iterrows():
        assert (row["evaporation_m3_per_mwh"] > 0.0) == TECHNOLOGIES[str(technology)].is_wet


def test_fixed_and_variable_part_add_up_to_pue_at_full_load(beijing: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    annual = beijing[0]

    assert (annual["pue_fixed"] == 0.03).all()
    assert (annual["pue_variable"] + annual["pue_fixed"]).to_numpy() == pytest.approx(annual["pue_annual"].to_numpy())
    assert (annual["pue_variable_design"] + annual["pue_fixed"]).to_numpy() == pytest.approx(
        annual["pue_design"].to_numpy()
    )


def test_twelve_months_weighted_by_days_are_the_year(beijing: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    annual, monthly = beijing
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

    for technology in IDS:
        months = monthly[monthly["technology"] == technology].sort_values("month")
        mean = float(months["evaporation_m3_per_mwh"].to_numpy() @ days / 365.0)
        assert mean == pytest.approx(annual.loc[technology, "evaporation_m3_per_mwh"])


def test_stock_is_worse_than_new_build_and_liquid_is_the_same() -> None:
    weather = synthetic_year(beijing_normals())

    for technology in ("air_chiller", "tower_economiser"):
        old = performance(STOCK_TECHNOLOGIES[technology], weather, overhead_share=NEW_BUILD)
        assert old.pue_annual > _run(technology, weather).pue_annual + 0.05
    assert STOCK_TECHNOLOGIES["cold_plate_dry"] == TECHNOLOGIES["cold_plate_dry"]


def test_fixed_part_larger_than_the_overhead_is_refused() -> None:
    with pytest.raises(ValueError, match="part of it"):
        performance(TECHNOLOGIES["air_chiller"], constant_air(20.0), overhead_share=0.02, pue_fixed_share=0.03)


@settings(max_examples=40, deadline=None)
@given(
    technology=st.sampled_from(("air_chiller", "cold_plate_dry", "immersion")),
    t_dry_degc=st.floats(-25.0, 42.0),
    hotter_k=st.floats(0.0, 8.0),
)
def test_hotter_air_never_lowers_the_pue_of_dry_plants(technology: str, t_dry_degc: float, hotter_k: float) -> None:
    cool, hot = _run(technology, constant_air(t_dry_degc)), _run(technology, constant_air(t_dry_degc + hotter_k))

    assert hot.pue_annual >= cool.pue_annual - 1e-12


@settings(max_examples=40, deadline=None)
@given(
    technology=st.sampled_from(("tower_economiser", "cold_plate_tower", "indirect_evaporative", "airside_adiabatic")),
    t_dry_degc=st.floats(-25.0, 42.0),
    rh_share=st.floats(0.05, 0.9),
    moister=st.floats(0.0, 0.1),
)
def test_moister_air_never_lowers_the_pue_of_wet_plants(
    technology: str, t_dry_degc: float, rh_share: float, moister: float
) -> None:
    dry = _run(technology, constant_air(t_dry_degc, rh_share=rh_share))
    moist = _run(technology, constant_air(t_dry_degc, rh_share=rh_share + moister))

    tolerance = 0.0 if abs(t_dry_degc) > 10 else 0.01  # two solutions of the wet bulb about 0 degC
    assert moist.pue_annual >= dry.pue_annual - tolerance - 1e-4


@settings(max_examples=40, deadline=None)
@given(
    technology=st.sampled_from(IDS),
    t_dry_degc=st.floats(-25.0, 42.0),
    rh_share=st.floats(0.05, 1.0),
    pressure_kpa=st.floats(60.0, 105.0),
)
def test_pue_is_above_one_and_water_is_bounded_by_latent_heat(
    technology: str, t_dry_degc: float, rh_share: float, pressure_kpa: float
) -> None:
    result = _run(technology, constant_air(t_dry_degc, rh_share=rh_share, pressure_kpa=pressure_kpa))

    assert 1.055 < result.pue_annual < 1.7
    assert 0.0 <= result.evaporation_m3_per_mwh < 3.0
    assert np.isfinite(result.pue_design)


@settings(max_examples=20, deadline=None)
@given(technology=st.sampled_from(IDS), overhead_share=st.floats(0.03, 0.1), more=st.floats(0.0, 0.05))
def test_more_overhead_never_lowers_pue(technology: str, overhead_share: float, more: float) -> None:
    weather = constant_air(30.0)

    low = _run(technology, weather, overhead_share=overhead_share)
    high = _run(technology, weather, overhead_share=overhead_share + more)

    assert high.pue_annual >= low.pue_annual + more - 1e-12


def test_a_warmer_place_has_a_higher_annual_pue_for_every_technology() -> None:
    here, warmer = synthetic_year(beijing_normals()), synthetic_year(beijing_normals(warmer_k=4.0))

    for technology in IDS:
        assert _run(technology, warmer).pue_annual > _run(technology, here).pue_annual


def test_a_plant_without_economiser_never_cools_freely() -> None:
    plain = TECHNOLOGIES["air_chiller"]
    without = replace(plain, air=replace(plain.air, approach_k=None))

    cold = constant_air(-10.0)

    assert performance(without, cold, overhead_share=NEW_BUILD).pue_annual > _run("air_chiller", cold).pue_annual + 0.08
