"""Indicators of data centres by their standards, from yearly sums: PUE, REF, ERF, CUE, WUE; and means weighted by load.

    pue = energy_mwh / it_mwh                                   ISO/IEC 30134-2:2016
    ref = min(contracts + certificates, energy_mwh) / energy_mwh   ISO/IEC 30134-3:2016, amendment 1:2018
    erf = reused_mwh / energy_mwh                               ISO/IEC 30134-6:2021
    cue = emissions_t / it_mwh        [t/MWh = kg CO2 per kWh]  ISO/IEC 30134-8:2022
    wue = water_m3 / it_mwh           [m3/MWh = L per kWh]      ISO/IEC 30134-9:2022

Symbols
    energy_mwh     all energy of the centres in a year, cooling and losses included             [MWh/year]
    it_mwh         energy of their IT equipment in that year                                    [MWh/year]
    contracts      green power that the centres have bought for themselves                      [MWh/year]
    certificates   green certificates that they have bought and retired                         [MWh/year]
    reused_mwh     heat that leaves the centres and is used there                               [MWh/year]
    emissions_t    CO2 of the use phase: the energy that no contract covers, at the grid's residual factor   [t/year]

What counts as renewable in the REF
    Energy whose environmental rights the centre owns: own contracts, and certificates that it retires. The renewable part
    of the grid's average mix counts only with the supplier's written evidence, which a plan does not have: it stands in a
    third column and is never added. What is bought beyond the use does not count, so that a REF never exceeds 1. Where the
    source lies does not matter.

What counts in the CUE
    Carbon dioxide of electricity only; on-site fuel (stand-by sets) is not modelled. Contracts lower the emissions, and
    certificates only where the scenario says so, so that CUE and REF may differ in what they count.

Source
    The formulas that define each indicator in the standards above (EN 50600-4-2, -4-3 and -4-6 say the same). Clause
    numbers were not checked against the printed texts. IT energy is the load drawn times the hours of its load factor:
    computed, not metered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

STANDARDS = {
    "pue": "ISO/IEC 30134-2:2016",
    "ref": "ISO/IEC 30134-3:2016",
    "erf": "ISO/IEC 30134-6:2021",
    "cue": "ISO/IEC 30134-8:2022",
    "wue": "ISO/IEC 30134-9:2022",
}


@dataclass(frozen=True)
class GreenBook:
    """Where the energy of a year comes from [MWh]; the four parts add up to it, nothing is in two of them.

    `grid_renewable_mwh` is the renewable part of what the grid delivers as its average mix; None where that is not known.
    """

    contract_mwh: float
    certificate_mwh: float
    grid_mwh: float
    grid_renewable_mwh: float | None


def ratio(part: float | None, whole: float | None) -> float | None:
    """Return part / whole; None where one of them is not known or the whole is nothing.

    >>> ratio(1.0, 4.0), ratio(1.0, 0.0), ratio(None, 4.0)
    (0.25, None, None)
    """
    if part is None or whole is None or not isfinite(part) or not isfinite(whole) or whole <= 0.0:
        return None
    return part / whole


def power_usage_effectiveness(energy_mwh: float | None, it_mwh: float | None) -> float | None:
    """Return the PUE of a year."""
    return ratio(energy_mwh, it_mwh)


def renewable_energy_factor(contract_mwh: float, certificate_mwh: float, energy_mwh: float) -> float | None:
    """Return the REF of a year, at most 1.

    >>> renewable_energy_factor(30.0, 20.0, 100.0), renewable_energy_factor(90.0, 20.0, 100.0)
    (0.5, 1.0)
    """
    return ratio(min(contract_mwh + certificate_mwh, energy_mwh), energy_mwh)


def energy_reuse_factor(reused_mwh: float, energy_mwh: float) -> float | None:
    """Return the ERF of a year."""
    return ratio(reused_mwh, energy_mwh)


def carbon_usage_effectiveness(emissions_t: float | None, it_mwh: float | None) -> float | None:
    """Return the CUE of a year [kg CO2 per kWh of IT energy, the same number as t/MWh]."""
    return ratio(emissions_t, it_mwh)


def water_usage_effectiveness(water_m3: float | None, it_mwh: float | None) -> float | None:
    """Return the WUE of a year [L per kWh of IT energy, the same number as m3/MWh]."""
    return ratio(water_m3, it_mwh)


def residual_emissions_t(energy_mwh: float, covered_mwh: float, factor_t_per_mwh: float) -> float:
    """Return the emissions of the energy that nothing bought covers, at the grid's residual factor [t].

    >>> residual_emissions_t(100.0, 60.0, 0.5)
    20.0
    """
    return max(energy_mwh - covered_mwh, 0.0) * factor_t_per_mwh


def green_book(
    energy_mwh: float, *, contract_mwh: float, certificate_mwh: float, grid_renewable_share: float | None
) -> GreenBook:
    """Return the energy of a year by origin; the grid's share holds for what is not bought, and is at most all of it.

    >>> green_book(100.0, contract_mwh=30.0, certificate_mwh=20.0, grid_renewable_share=0.4).grid_renewable_mwh
    20.0
    """
    grid = max(energy_mwh - contract_mwh - certificate_mwh, 0.0)
    is_known = grid_renewable_share is not None and isfinite(grid_renewable_share)
    share = min(max(grid_renewable_share or 0.0, 0.0), 1.0)
    return GreenBook(contract_mwh, certificate_mwh, grid, share * grid if is_known else None)


def weighted_mean(values: Sequence[float], weights: Sequence[float]) -> float | None:
    """Return the mean of values by weight; None without weight.

    >>> weighted_mean([5.0, 20.0], [3.0, 1.0])
    8.75
    """
    total = sum(weights)
    return ratio(sum(v * w for v, w in zip(values, weights, strict=True)), total)
