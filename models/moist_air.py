"""Moist air over arrays: PsychroLib's equations, applied hour by hour.

PsychroLib works on arrays only where numba is installed, and its own wet-bulb search takes seconds (compiling with
numba, 8,760 scalar searches without). So the wet bulb is found here by halving an interval for all hours at once
around PsychroLib's `GetHumRatioFromTWetBulb`; every property of air comes from PsychroLib.

Source: PsychroLib 2.5 (ASHRAE Handbook Fundamentals 2017, chapter 1), SI units.
"""

from __future__ import annotations

from functools import lru_cache
from types import FunctionType
from typing import Any

import numpy as np
import numpy.typing as npt
import psychrolib

Floats = npt.NDArray[np.float64]

PA_PER_KPA = 1_000.0
J_PER_KJ = 1_000.0
N_HALVINGS = 16  # 80 K / 2^16 = 0.001 K, PsychroLib's own tolerance
MAX_WET_BULB_DEPRESSION_K = 80.0


@lru_cache(maxsize=1)
def _use_si_units() -> None:
    """Tell PsychroLib once to work in SI units; doing so again would drop what numba compiled."""
    psychrolib.SetUnitSystem(psychrolib.SI)


def _call(name: str, *arguments: Floats | float) -> Floats:
    """Return a PsychroLib function applied element by element, with numba or without."""
    _use_si_units()
    function: Any = getattr(psychrolib, name)
    if isinstance(function, FunctionType):  # without numba it takes one number at a time
        function = np.frompyfunc(function, len(arguments), 1)
    return np.asarray(function(*(np.asarray(a, dtype=float) for a in arguments)), dtype=float)


def saturation_pressure_kpa(t_dry_degc: Floats | float) -> Floats:
    """Return the vapour pressure of saturated air [kPa]."""
    return _call("GetSatVapPres", t_dry_degc) / PA_PER_KPA


def humidity_ratio(t_dry_degc: Floats | float, rh_share: Floats | float, *, pressure_kpa: Floats | float) -> Floats:
    """Return kg of water per kg of dry air."""
    return _call("GetHumRatioFromRelHum", t_dry_degc, rh_share, np.asarray(pressure_kpa) * PA_PER_KPA)


def saturated_humidity_ratio(t_dry_degc: Floats | float, *, pressure_kpa: Floats | float) -> Floats:
    """Return kg of water per kg of dry air at saturation."""
    return _call("GetSatHumRatio", t_dry_degc, np.asarray(pressure_kpa) * PA_PER_KPA)


def humidity_ratio_at_wet_bulb(
    t_dry_degc: Floats | float, t_wet_degc: Floats | float, *, pressure_kpa: Floats | float
) -> Floats:
    """Return kg of water per kg of dry air from both temperatures; the wet bulb is never above the dry bulb."""
    t_wet = np.minimum(t_wet_degc, t_dry_degc)
    return _call("GetHumRatioFromTWetBulb", t_dry_degc, t_wet, np.asarray(pressure_kpa) * PA_PER_KPA)


def relative_humidity_share(
    t_dry_degc: Floats | float, ratio: Floats | float, *, pressure_kpa: Floats | float
) -> Floats:
    """Return relative humidity (0 to 1, capped at saturation) from kg of water per kg of dry air."""
    ratio = np.minimum(ratio, saturated_humidity_ratio(t_dry_degc, pressure_kpa=pressure_kpa))
    return np.minimum(_call("GetRelHumFromHumRatio", t_dry_degc, ratio, np.asarray(pressure_kpa) * PA_PER_KPA), 1.0)


def enthalpy_kj_per_kg(t_dry_degc: Floats | float, ratio: Floats | float) -> Floats:
    """Return the enthalpy of moist air per kg of dry air [kJ/kg]."""
    return _call("GetMoistAirEnthalpy", t_dry_degc, ratio) / J_PER_KJ


def wet_bulb_degc(t_dry_degc: Floats | float, rh_share: Floats | float, *, pressure_kpa: Floats | float) -> Floats:
    """Return the wet-bulb temperature, as PsychroLib's own search gives it (within 0.01 K).

    The humidity ratio at a trial wet bulb rises with it, so the interval [dry bulb - 80 K, dry bulb] is halved
    16 times for all hours together. Between -1 and +1 degC the equations have two solutions up to 0.5 K apart (iced
    and wet wick); which of them is taken moves no result, because every plant cools freely there.
    """
    t_dry, rh, pressure = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (t_dry_degc, rh_share, pressure_kpa))
    )
    target = humidity_ratio(t_dry, rh, pressure_kpa=pressure)
    high = t_dry.copy()
    low = np.maximum(t_dry - MAX_WET_BULB_DEPRESSION_K, -100.0)
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2.0
        is_above = humidity_ratio_at_wet_bulb(t_dry, middle, pressure_kpa=pressure) > target
        high = np.where(is_above, middle, high)
        low = np.where(is_above, low, middle)
    return (low + high) / 2.0


def standard_pressure_kpa(elevation_m: float) -> float:
    """Return the pressure of the standard atmosphere [kPa]."""
    return float(_call("GetStandardAtmPressure", elevation_m)) / PA_PER_KPA
