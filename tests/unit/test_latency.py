from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.latency import HORINGER_POINTS, calibrate, great_circle_km, rtt_from_route_ms, rtt_matrix_ms


def test_one_degree_of_the_equator_is_111_32_km() -> None:
    assert float(great_circle_km(0.0, 0.0, 1.0, 0.0)) == pytest.approx(111.320, abs=0.001)


def test_100_km_at_factor_1_4_and_half_a_ms_take_1_872_ms() -> None:
    assert float(rtt_from_route_ms(100.0, fixed_ms=0.5, route_factor=1.4)) == pytest.approx(0.5 + 2 * 140 * 0.0049)


def test_the_real_time_limit_of_1_2_ms_is_51_km_in_a_city() -> None:
    assert float(rtt_from_route_ms(51.0, fixed_ms=0.5, route_factor=1.4)) == pytest.approx(1.2, abs=0.001)


def test_matrix_has_a_row_per_first_place_and_a_column_per_second() -> None:
    rtt_ms = rtt_matrix_ms([116.4, 116.5, 121.5], [39.9, 39.8, 31.2], [116.4, 111.8], [39.9, 40.5])

    assert rtt_ms.shape == (3, 2)
    assert rtt_ms[0, 0] == pytest.approx(0.5)  # the same place: only the fixed part
    assert rtt_ms[2, 1] > rtt_ms[1, 1]


def test_horinger_fit_keeps_the_factor_above_its_bound_and_reports_residuals() -> None:
    fit = calibrate()

    assert fit.route_factor >= 1.1
    assert 0.0 <= fit.fixed_ms <= 3.0
    assert fit.points["fact"].tolist() == ["F217", "F218", "F219"]
    assert fit.points["residual_ms"].abs().max() < 2.1
    assert fit.points["residual_ms"].sum() == pytest.approx(0.0, abs=1e-9)  # least squares with a fixed part


def test_a_higher_bound_holds_and_leaves_no_negative_fixed_part() -> None:
    fit = calibrate(min_route_factor=1.6)

    assert fit.is_factor_at_bound
    assert fit.route_factor == 1.6
    assert fit.fixed_ms == 0.0


def test_fit_finds_the_parameters_of_exact_points() -> None:
    distance = great_circle_km(
        HORINGER_POINTS["lon_a"], HORINGER_POINTS["lat_a"], HORINGER_POINTS["lon_b"], HORINGER_POINTS["lat_b"]
    )
    points = HORINGER_POINTS.assign(rtt_ms=rtt_from_route_ms(distance, fixed_ms=1.3, route_factor=1.25))

    fit = calibrate(points)

    assert (fit.fixed_ms, fit.route_factor) == pytest.approx((1.3, 1.25))


def test_negative_fixed_part_is_refused() -> None:
    with pytest.raises(ValueError, match="fixed_ms"):
        rtt_from_route_ms(1.0, fixed_ms=-0.1, route_factor=1.4)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 2_000), st.floats(0, 500), st.floats(1.0, 2.0))
def test_a_longer_way_never_takes_less(distance_km: float, more_km: float, route_factor: float) -> None:
    near = rtt_from_route_ms(distance_km, fixed_ms=0.5, route_factor=route_factor)
    far = rtt_from_route_ms(distance_km + more_km, fixed_ms=0.5, route_factor=route_factor)

    assert float(far) >= float(near)


@settings(max_examples=30, deadline=None)
@given(st.floats(100, 130), st.floats(20, 50), st.floats(100, 130), st.floats(20, 50))
def test_there_and_back_are_the_same(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> None:
    there = rtt_matrix_ms([lon_a], [lat_a], [lon_b], [lat_b])
    back = rtt_matrix_ms([lon_b], [lat_b], [lon_a], [lat_a])

    assert np.allclose(there, back)
