"""Headroom with curtailment: exact against a search, and what must always hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.firm import (
    HOURS,
    by_energy,
    by_hours,
    curtailed_hours,
    curtailed_mwh,
    room_mva,
    synthetic_profile,
)

ROOMS = st.lists(st.floats(0.0, 500.0), min_size=3, max_size=30)
SHARES = st.sampled_from([0.0, 0.01, 0.1, 0.3, 0.6])


@settings(deadline=None, max_examples=60)
@given(ROOMS, SHARES)
def test_by_energy_is_the_most_that_keeps_the_share(rooms: list[float], share: float) -> None:
    room = np.array(rooms)

    most = by_energy(room, share)

    allowed = share * most * len(room)
    assert curtailed_mwh(room, most) <= allowed + 1e-6 * max(1.0, allowed)
    more = most * 1.001 + 1e-3
    assert curtailed_mwh(room, more) > share * more * len(room)


@settings(deadline=None, max_examples=60)
@given(ROOMS, SHARES)
def test_by_hours_is_the_most_that_keeps_the_share(rooms: list[float], share: float) -> None:
    room = np.array(rooms)

    most = by_hours(room, share)

    assert curtailed_hours(room, most) <= share * len(room) + 1e-9
    assert curtailed_hours(room, most * 1.001 + 1e-3) > share * len(room) - 1e-9


def test_share_0_is_firm_and_more_share_is_never_less() -> None:
    room = room_mva(300.0 * synthetic_profile(), 400.0)

    for solve in (by_hours, by_energy):
        values = [solve(room, share) for share in (0.0, 0.001, 0.0025, 0.005, 0.01)]
        assert values[0] == pytest.approx(100.0)
        assert values == sorted(values)


def test_a_shape_of_its_own_gets_more_than_a_flat_load() -> None:
    room = np.array([10.0, 20.0, 40.0, 40.0])
    at_night = np.array([0.5, 1.0, 1.0, 1.0])

    assert by_hours(room, 0.0) == 10.0
    assert by_hours(room, 0.0, shape=at_night) == 20.0
    assert by_hours(room, 0.25, shape=at_night) == 20.0  # both short hours stop at 20
    assert by_energy(room, 0.0, shape=at_night) == 20.0


def test_a_station_above_its_capacity_has_nothing_firm() -> None:
    room = room_mva(np.array([120.0, 80.0, 90.0, 60.0]), 100.0)

    assert room.tolist() == [0.0, 20.0, 10.0, 40.0]
    assert by_hours(room, 0.0) == 0.0
    assert by_hours(room, 0.25) == 10.0


def test_the_synthetic_year_peaks_in_summer_by_day_and_is_the_same_every_time() -> None:
    load = synthetic_profile()

    assert len(load) == HOURS
    assert load.max() == 1.0
    assert 24 * 150 < load.argmax() < 24 * 245
    assert 9 <= load.argmax() % 24 <= 21
    assert 0.5 < load.mean() < 0.75
    assert np.array_equal(load, synthetic_profile())


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_shares_that_make_no_sense_are_refused(share: float) -> None:
    for solve in (by_hours, by_energy):
        with pytest.raises(ValueError, match="share"):
            solve(np.ones(5), share)


def test_hours_without_a_number_and_odd_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        room_mva([1.0, float("nan")], 5.0)
    for shape in ([0.0, 0.0], [1.0], [-1.0, 1.0]):
        with pytest.raises(ValueError, match="shape"):
            by_hours(np.array([1.0, 2.0]), 0.0, shape=np.array(shape))
