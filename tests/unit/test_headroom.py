from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.headroom import bounded_zone_headroom_mva, firm_headroom_mva, firm_mva, firm_of_area_mva, freed_headroom_mva

mva = st.floats(0, 2_000)


def test_three_units_of_180_mva_carry_468_mva_with_one_out_at_1_3() -> None:
    assert float(firm_mva(3, 180.0, emergency_factor=1.3)) == pytest.approx(2 * 180 * 1.3)


def test_a_single_unit_is_not_firm() -> None:
    assert float(firm_mva(1, 240.0, emergency_factor=1.3)) == 0.0


def test_station_without_units_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one transformer"):
        firm_mva([2, 0], [180.0, 180.0])


def test_area_of_three_stations_loses_a_unit_in_each() -> None:
    node_mva = firm_of_area_mva(3, 6, unit_mva=240.0, emergency_factor=1.3)

    assert float(node_mva) == pytest.approx(3 * 240 * 1.3)
    assert float(node_mva) < float(firm_mva(6, 240.0, emergency_factor=1.3))  # what the node's total would give


def test_headroom_is_firm_less_peak_less_committed() -> None:
    left_mva = firm_headroom_mva([468.0, 468.0], [300.0, 460.0], committed_mva=[50.0, 20.0])

    assert left_mva.tolist() == pytest.approx([118.0, 0.0])


def test_load_that_leaves_a_station_in_deficit_first_fills_the_deficit() -> None:
    assert float(freed_headroom_mva(400.0, 430.0, leaving_mva=50.0)) == pytest.approx(20.0)


def test_zone_is_bounded_by_the_smaller_of_linear_and_ac() -> None:
    bounded = bounded_zone_headroom_mva([1_000.0, 200.0, 500.0], [440.0, 480.0, math.nan], power_factor=0.98)

    assert bounded.tolist() == pytest.approx([440.0 / 0.98, 200.0, 500.0])


def test_power_factor_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match="power_factor"):
        bounded_zone_headroom_mva(100.0, 90.0, power_factor=98.0)


@settings(max_examples=50, deadline=None)
@given(firm=mva, peak=mva, committed=mva, more=mva)
def test_more_peak_never_leaves_more(firm: float, peak: float, committed: float, more: float) -> None:
    before = firm_headroom_mva(firm, peak, committed_mva=committed)
    after = firm_headroom_mva(firm, peak + more, committed_mva=committed)

    assert 0.0 <= float(after) <= float(before)


@settings(max_examples=50, deadline=None)
@given(firm=mva, peak=mva, leaving=mva)
def test_what_leaves_frees_at_most_itself(firm: float, peak: float, leaving: float) -> None:
    freed = float(freed_headroom_mva(firm, peak, leaving_mva=leaving))

    assert -1e-9 <= freed <= leaving + 1e-9


@settings(max_examples=50, deadline=None)
@given(n_units=st.integers(1, 6), unit_mva=st.floats(50, 1_200), n_stations=st.integers(1, 4))
def test_stations_are_never_firmer_apart_than_as_one(n_units: int, unit_mva: float, n_stations: int) -> None:
    apart = float(firm_of_area_mva(n_stations, n_stations * n_units, unit_mva=unit_mva))
    as_one = float(firm_mva(n_stations * n_units, unit_mva))

    assert np.isclose(apart, as_one) or apart < as_one
