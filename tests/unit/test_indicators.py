"""Indicators counted by hand, by their standards' formulas; what is unknown stays unknown."""

from __future__ import annotations

import math

import pytest

from models.indicators import (
    STANDARDS,
    carbon_usage_effectiveness,
    energy_reuse_factor,
    green_book,
    power_usage_effectiveness,
    ratio,
    renewable_energy_factor,
    residual_emissions_t,
    water_usage_effectiveness,
    weighted_mean,
)


def test_ref_counts_contracts_and_certificates_over_all_energy() -> None:
    assert renewable_energy_factor(300.0, 100.0, 1000.0) == pytest.approx(0.4)


def test_ref_never_exceeds_one() -> None:
    assert renewable_energy_factor(900.0, 300.0, 1000.0) == 1.0


def test_ref_of_no_energy_is_not_zero_but_unknown() -> None:
    assert renewable_energy_factor(0.0, 0.0, 0.0) is None


def test_cue_is_kilogrammes_over_it_energy() -> None:
    # 1,250 MWh in all, 500 of them bought, 0.6 t/MWh: 450 t over 1,000 MWh of IT
    emissions = residual_emissions_t(1250.0, 500.0, 0.6)

    assert emissions == pytest.approx(450.0)
    assert carbon_usage_effectiveness(emissions, 1000.0) == pytest.approx(0.45)


def test_more_bought_than_used_is_no_negative_emission() -> None:
    assert residual_emissions_t(100.0, 150.0, 0.6) == 0.0


def test_cue_without_a_known_factor_is_unknown() -> None:
    assert carbon_usage_effectiveness(None, 1000.0) is None
    assert carbon_usage_effectiveness(math.nan, 1000.0) is None


def test_pue_erf_and_wue() -> None:
    assert power_usage_effectiveness(1250.0, 1000.0) == pytest.approx(1.25)
    assert energy_reuse_factor(125.0, 1250.0) == pytest.approx(0.1)
    assert water_usage_effectiveness(1800.0, 1000.0) == pytest.approx(1.8)
    assert power_usage_effectiveness(0.0, 0.0) is None


def test_no_energy_stands_in_two_columns_of_the_book() -> None:
    book = green_book(1000.0, contract_mwh=300.0, certificate_mwh=200.0, grid_renewable_share=0.5)

    assert book.contract_mwh + book.certificate_mwh + book.grid_mwh == 1000.0
    assert book.grid_renewable_mwh == 250.0  # half of the 500 that nothing bought covers, not of the 1,000


def test_a_share_of_more_than_all_use_counts_as_all_and_an_unknown_one_as_unknown() -> None:
    surplus = green_book(1000.0, contract_mwh=0.0, certificate_mwh=0.0, grid_renewable_share=1.4)
    unknown = green_book(1000.0, contract_mwh=0.0, certificate_mwh=0.0, grid_renewable_share=None)

    assert surplus.grid_renewable_mwh == 1000.0
    assert unknown.grid_renewable_mwh is None
    assert green_book(1.0, contract_mwh=0, certificate_mwh=0, grid_renewable_share=math.nan).grid_renewable_mwh is None


def test_the_mean_is_weighted() -> None:
    assert weighted_mean([7.0, 15.0, 23.0], [10.0, 0.0, 30.0]) == pytest.approx(19.0)
    assert weighted_mean([], []) is None
    assert ratio(1.0, None) is None


def test_every_indicator_names_its_standard_and_year() -> None:
    assert all(text.startswith("ISO/IEC 30134-") and text[-5] == ":" for text in STANDARDS.values())
