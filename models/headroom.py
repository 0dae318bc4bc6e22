"""What a station or a zone can still feed, in MVA at the feeding bus.

    firm_mva      = (n_units - 1) x unit_mva x emergency factor          one station of equal units
    headroom_mva  = max(0, firm_mva - peak_mva - committed_mva)
    zone          = min(linear_mva, ac_hosting_mw / power factor)

A headroom that a table gives is taken as it is. The first formula is for one station: an area node that stands for
several stations loses one unit in each of them, so on the node's total of units the formula gives far too much (the
51 Beijing nodes: 67,436 MVA instead of 42,027).

Existing centres are part of the peak: they are never added again, and one that leaves is subtracted.

Source: formulation notes 2.1, 2.2, 2.5; emergency factors (1.3 at 220 kV for about two hours, 1.0 at 500 kV) assumed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def firm_mva(n_units: npt.ArrayLike, unit_mva: npt.ArrayLike, *, emergency_factor: npt.ArrayLike = 1.0) -> Floats:
    """Return what one station of equal units carries with one unit out [MVA]; one unit alone carries nothing.

    >>> float(firm_mva(3, 180.0, emergency_factor=1.3))
    468.0
    """
    units = np.asarray(n_units, dtype=float)
    if np.any(units < 1.0):
        raise ValueError("n_units is below 1: a station has at least one transformer.")
    return np.asarray((units - 1.0) * np.asarray(unit_mva, dtype=float) * np.asarray(emergency_factor, dtype=float))


def firm_of_area_mva(
    n_stations: npt.ArrayLike, n_units: npt.ArrayLike, *, unit_mva: npt.ArrayLike, emergency_factor: npt.ArrayLike = 1.0
) -> Floats:
    """Return the firm capacity of an area node [MVA]: the sum over its equal stations, each without one unit.

    `n_units` is the node's total, shared equally by its stations.
    """
    stations = np.asarray(n_stations, dtype=float)
    per_station = np.asarray(n_units, dtype=float) / stations
    return np.asarray(stations * firm_mva(per_station, unit_mva, emergency_factor=emergency_factor))


def firm_headroom_mva(firm: npt.ArrayLike, peak_mva: npt.ArrayLike, *, committed_mva: npt.ArrayLike = 0.0) -> Floats:
    """Return what is left of the firm capacity over the peak and what is promised to others [MVA], not below 0."""
    left = np.asarray(firm, dtype=float) - np.asarray(peak_mva, dtype=float) - np.asarray(committed_mva, dtype=float)
    return np.asarray(np.maximum(0.0, left))


def freed_headroom_mva(
    firm: npt.ArrayLike, peak_mva: npt.ArrayLike, *, leaving_mva: npt.ArrayLike, committed_mva: npt.ArrayLike = 0.0
) -> Floats:
    """Return how much headroom appears when load that is part of the peak leaves [MVA].

    Less than the load itself where the station is in deficit today: the load first fills the deficit.
    """
    after = np.asarray(peak_mva, dtype=float) - np.asarray(leaving_mva, dtype=float)
    return firm_headroom_mva(firm, after, committed_mva=committed_mva) - firm_headroom_mva(
        firm, peak_mva, committed_mva=committed_mva
    )


def bounded_zone_headroom_mva(
    linear_mva: npt.ArrayLike, ac_hosting_mw: npt.ArrayLike, *, power_factor: float
) -> Floats:
    """Return min(linear, AC) of a zone [MVA]; where no AC value is given (NaN) the linear one holds."""
    if not 0.0 < power_factor <= 1.0:
        raise ValueError(f"power_factor {power_factor} is not in 0 to 1.")
    linear = np.asarray(linear_mva, dtype=float)
    return np.asarray(np.fmin(linear, np.asarray(ac_hosting_mw, dtype=float) / power_factor))
