"""Waste heat: how much of the IT power comes back as heat that can be led away, how warm, and when it is wanted.

    heat_mwh = it_mwh x recoverable_share x season_share
    recoverable_share = liquid_share x LIQUID_CAPTURE + (1 - liquid_share) x air_capture
    air_capture   rises with density from AIR_CAPTURE at 4 kW per rack and below to its upper value at 15 kW per rack and
                  above: warm air that does not mix with cold air is warmer. Half of it without a water loop to tap.
    warmth        return temperature of the warmest loop: supply + range of the plant (models/technologies.py)
    season_share  share of the days with a mean temperature of 5 degC or less, the rule for the heating season

Symbols
    it_mwh          energy of the IT equipment; all of it becomes heat. The heat of fans and losses is left out (low side)
    liquid_share    of the IT heat that a liquid takes up                                      [-]   technologies
    LIQUID_CAPTURE  of that, what a heat exchanger hands on               0.85 (0.70 to 0.90)  [-]   assumed
    air_capture     the same for heat in air                              0.35 to 0.50 (0.30 to 0.50)  [-]   assumed

Hours are not modelled: a user takes whatever the season gives, up to the amount of a year. A user that is small against
the centre takes less in mild weeks than this says; `full_load_hours` tells how far that goes.

The heat of a building follows the outdoor temperature, t between t_design and the room's 18 degC:
    load = design load x (18 - t) / (18 - t_design);   full-load hours = 24 x days x (18 - mean) / (18 - t_design)

Source: recoverable shares by kind of cooling are those of published rules of thumb (30-50 % air, 70-90 % liquid), assumed,
low; heating season and design temperatures: GB 50736-2012, clause 4.1 and appendix A, as recalled, medium.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.technologies import Technology

LIQUID_CAPTURE = 0.85
LIQUID_CAPTURE_RANGE = (0.70, 0.90)
AIR_CAPTURE = (0.35, 0.50)  # at low and at high density
AIR_CAPTURE_RANGE = (0.30, 0.50)
AIR_DENSITY_KW_PER_RACK = (4.0, 15.0)  # between which the capture rises
NO_WATER_LOOP_FACTOR = 0.5  # airside and indirect plants: a coil in the exhaust catches about half as much (assumed)
WATER_LOOP = ("dry", "tower")

ROOM_DEGC = 18.0
HEATING_BELOW_DEGC = 5.0
HOURS_PER_DAY = 24.0
DAYS_PER_YEAR = 365
MIDDLE_OF_MONTH = np.array([15.5, 45.0, 74.5, 105.0, 135.5, 166.0, 196.5, 227.5, 258.0, 288.5, 319.0, 349.5])


@dataclass(frozen=True)
class HeatingSeason:
    """Days of a year on which heat is wanted, and their mean outdoor temperature (NaN without such days)."""

    days: float
    mean_degc: float

    @property
    def share(self) -> float:
        """Share of the year."""
        return self.days / DAYS_PER_YEAR

    def full_load_hours(self, design_degc: float) -> float:
        """Return the hours at design load that need as much heat as the season.

        >>> round(HeatingSeason(176.0, -9.4).full_load_hours(-24.2))
        2743
        """
        if design_degc >= ROOM_DEGC:
            raise ValueError(f"design temperature {design_degc} degC must lie below the room's {ROOM_DEGC} degC.")
        if not self.days:
            return 0.0
        return HOURS_PER_DAY * self.days * (ROOM_DEGC - self.mean_degc) / (ROOM_DEGC - design_degc)


def recoverable_share(technology: Technology, density_kw_per_rack: float) -> float:
    """Return the share of the IT power that can be led away as useful heat.

    >>> from models.technologies import TECHNOLOGIES
    >>> [round(recoverable_share(TECHNOLOGIES[t], d), 3) for t, d in (("air_chiller", 8.0), ("cold_plate_dry", 40.0))]
    [0.405, 0.78]
    """
    low, high = AIR_DENSITY_KW_PER_RACK
    air = AIR_CAPTURE[0] + (AIR_CAPTURE[1] - AIR_CAPTURE[0]) * min(
        max((density_kw_per_rack - low) / (high - low), 0.0), 1.0
    )
    if technology.air.kind not in WATER_LOOP:
        air *= NO_WATER_LOOP_FACTOR
    return technology.liquid_share * LIQUID_CAPTURE + (1.0 - technology.liquid_share) * air


def warmth_degc(technology: Technology) -> float:
    """Return the temperature at which the warmest heat leaves: a network above it needs a heat pump of its own.

    >>> from models.technologies import TECHNOLOGIES
    >>> warmth_degc(TECHNOLOGIES["air_chiller"]), warmth_degc(TECHNOLOGIES["cold_plate_dry"])
    (24.0, 48.0)
    """
    loop = technology.liquid or technology.air
    return loop.supply_degc + loop.range_k


def heating_season(monthly_degc: npt.ArrayLike, *, below_degc: float = HEATING_BELOW_DEGC) -> HeatingSeason:
    """Return the heating season of twelve monthly mean temperatures, January first, drawn as a line through mid-months."""
    monthly = np.asarray(monthly_degc, dtype=float)
    if monthly.shape != MIDDLE_OF_MONTH.shape or not np.isfinite(monthly).all():
        raise ValueError("a heating season needs twelve monthly temperatures.")
    days = np.arange(DAYS_PER_YEAR) + 0.5
    daily = np.interp(days, MIDDLE_OF_MONTH, monthly, period=DAYS_PER_YEAR)
    cold = daily[daily <= below_degc]
    return HeatingSeason(float(len(cold)), float(cold.mean()) if len(cold) else float("nan"))


def heat_mwh_per_mw_year(share: float, *, load_factor: float, season_share: float) -> float:
    """Return the heat [MWh/year] that one MW of IT (its own peak) gives while heat is wanted.

    >>> heat_mwh_per_mw_year(0.8, load_factor=0.5, season_share=0.5)
    1752.0
    """
    return HOURS_PER_DAY * DAYS_PER_YEAR * load_factor * share * season_share


def heated_area_m2(heat_kw: float, design_load_w_per_m2: float) -> float:
    """Return the floor area that a heat output can keep warm on the design day.

    >>> heated_area_m2(7_000.0, 70.0)
    100000.0
    """
    if design_load_w_per_m2 <= 0.0:
        raise ValueError(f"design heat load {design_load_w_per_m2} W/m2 must be above 0.")
    return heat_kw * 1_000.0 / design_load_w_per_m2


def heat_of_area_mwh(area_m2: float, design_load_w_per_m2: float, full_load_hours: float) -> float:
    """Return the heat [MWh] that a floor area takes in a season.

    >>> heat_of_area_mwh(100_000.0, 70.0, 2_000.0)
    14000.0
    """
    return area_m2 * design_load_w_per_m2 * full_load_hours / 1e6
