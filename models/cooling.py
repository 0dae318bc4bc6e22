"""Electricity and water of cooling, hour by hour, from dry bulb and wet bulb.

Per MW of IT drawn, at full load (all shares of IT power):

    pue         = 1 + overhead_share + cooling_share
    facility_mw = pue_variable x drawn_it_mw + pue_fixed x installed_it_mw,   pue = pue_variable + pue_fixed
    cooling     = heat x (hall fans + pumps + rejection fans) + compressor
    compressor  = heat x (1 - free) / cop
    free        = (return - sink - approach) / range, between 0 and 1
    cop         = carnot_share x T_evaporating / lift, at most 12; lift = condensing - evaporating, at least 8 K
    heat        = IT heat of the plant + what overhead and fans give off in the hall

    evaporation_m3_per_mwh   evaporated and drifted, per MWh of IT (m3/MWh = L/kWh)
    make-up                  evaporation / (1 - 1/cycles of concentration): blowdown follows the source of the water

Symbols
    overhead_share  power distribution and other: 0.09 in the stock (seed split at PUE 1.5), 0.055 in new build
    pue_fixed       part of the overhead that does not fall with load, share of the installed IT (0.03)
    sink            dry bulb or wet bulb, by the kind of plant (models/technologies.py)

A tower's air leaves saturated at the mean water temperature, so evaporation per kWh is (difference in humidity ratio) /
(difference in enthalpy), from PsychroLib: 0.8 L/kWh in winter, 1.3 in July.

Source: formulation.md "Physics", formulation-notes.md sections 1, 3, 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.climate import design_hour
from models.moist_air import (
    Floats,
    enthalpy_kj_per_kg,
    humidity_ratio,
    humidity_ratio_at_wet_bulb,
    saturated_humidity_ratio,
)
from models.technologies import STOCK_TECHNOLOGIES, TECHNOLOGIES, Plant, Technology, as_in_stock

__all__ = [
    "STOCK_TECHNOLOGIES",
    "TECHNOLOGIES",
    "Performance",
    "Plant",
    "Technology",
    "as_in_stock",
    "coefficients",
    "makeup_factor",
    "performance",
]

OVERHEAD_SHARE_NEW = 0.055
OVERHEAD_SHARE_STOCK = 0.09
PUE_FIXED_SHARE = 0.03
RECLAIMED_CYCLES = 3.5
DRINKING_CYCLES = 5.5

HALL_SHARE_OF_OVERHEAD = 0.6  # the rest is lost in transformers and switchgear rooms with their own ventilation
MAX_COP = 12.0
MIN_LIFT_K = 8.0
KELVIN = 273.15
KJ_PER_KWH = 3_600.0
AIR_KJ_PER_KG_K = 1.006
WATER_KJ_PER_KG_K = 4.186
ADIABATIC_EFFECTIVENESS = 0.85
TOWER_SETPOINT_K = 3.0  # in free cooling the tower water is not colder than the supply less this


@dataclass(frozen=True)
class Performance:
    """Cooling of one technology in one climate; pue_* at full load, water per MWh of IT drawn."""

    technology: str
    pue_annual: float
    pue_design: float
    pue_variable: float  # per MW IT drawn, annual mean
    pue_variable_design: float
    pue_fixed: float  # per MW IT installed
    evaporation_m3_per_mwh: float
    evaporation_design_m3_per_mwh: float
    wue_l_per_kwh: float  # make-up at the given cycles of concentration
    monthly: pd.DataFrame  # month, pue_variable, evaporation_m3_per_mwh, wue_l_per_kwh


def makeup_factor(cycles_of_concentration: float) -> float:
    """Return m3 of make-up per m3 evaporated; blowdown is 1/cycles of the make-up.

    >>> round(makeup_factor(4.0), 4)
    1.3333
    """
    if cycles_of_concentration <= 1.0:
        raise ValueError(f"cycles of concentration {cycles_of_concentration} must be above 1.")
    return 1.0 / (1.0 - 1.0 / cycles_of_concentration)


@dataclass(frozen=True)
class _Air:
    """Outdoor air of many hours."""

    t_dry_degc: Floats
    t_wet_degc: Floats
    pressure_kpa: Floats
    ratio: Floats  # kg of water per kg of dry air


def _air(weather: pd.DataFrame) -> _Air:
    t_dry, rh, pressure, t_wet = (
        weather[c].to_numpy(float) for c in ("t_dry_degc", "rh_share", "pressure_kpa", "t_wet_degc")
    )
    return _Air(t_dry, t_wet, pressure, humidity_ratio(t_dry, rh, pressure_kpa=pressure))


def _sink_degc(plant: Plant, air: _Air) -> Floats:
    """Return the outdoor temperature that limits free cooling."""
    if plant.kind == "dry":
        return air.t_dry_degc
    if plant.kind == "airside":
        return air.t_dry_degc - ADIABATIC_EFFECTIVENESS * (air.t_dry_degc - air.t_wet_degc)
    return air.t_wet_degc


def _free_share(plant: Plant, sink_degc: Floats, approach_k: float | None) -> Floats:
    """Return the share of the heat that needs no chiller."""
    if approach_k is None:
        return np.zeros_like(sink_degc)
    warmest_degc = plant.supply_degc + plant.range_k - approach_k
    return np.clip((warmest_degc - sink_degc) / plant.range_k, 0.0, 1.0)


def _cop(plant: Plant, air: _Air) -> Floats:
    """Return the chiller's coefficient of performance against its lift."""
    sink = air.t_wet_degc if plant.kind in ("tower", "indirect") else air.t_dry_degc
    evaporating_degc = plant.supply_degc - plant.evaporator_approach_k
    lift_k = np.maximum(sink + plant.condenser_lift_k - evaporating_degc, MIN_LIFT_K)
    return np.minimum(plant.carnot_share * (evaporating_degc + KELVIN) / lift_k, MAX_COP)


def _saturating_l_per_kwh(out_degc: Floats, air: _Air) -> Floats:
    """Return water per kWh of heat given to air that leaves saturated at a temperature."""
    out_ratio = saturated_humidity_ratio(out_degc, pressure_kpa=air.pressure_kpa)
    gained_kj = enthalpy_kj_per_kg(out_degc, out_ratio) - enthalpy_kj_per_kg(air.t_dry_degc, air.ratio)
    return KJ_PER_KWH * (out_ratio - air.ratio) / gained_kj


def _tower_l_per_kwh(plant: Plant, air: _Air) -> Floats:
    """Return water evaporated and drifted per kWh of heat rejected by an open tower."""
    cold_degc = np.maximum(air.t_wet_degc + plant.tower_approach_k, plant.supply_degc - TOWER_SETPOINT_K)
    drift = plant.drift_share * KJ_PER_KWH / (WATER_KJ_PER_KG_K * plant.range_k)
    return _saturating_l_per_kwh(cold_degc + plant.range_k / 2.0, air) + drift


def _airside_l_per_kwh(plant: Plant, air: _Air) -> Floats:
    """Return water evaporated per kWh of hall heat when outdoor air is wetted just enough; winter air is mixed, dry."""
    target = np.clip(plant.supply_degc - plant.dry_approach_k, _sink_degc(plant, air), air.t_dry_degc)
    wetted = humidity_ratio_at_wet_bulb(target, air.t_wet_degc, pressure_kpa=air.pressure_kpa)
    kg_air_per_kwh = KJ_PER_KWH / (AIR_KJ_PER_KG_K * plant.range_k)
    is_used = (target < air.t_dry_degc) & (_free_share(plant, target, plant.dry_approach_k) > 0.0)
    return np.where(is_used, kg_air_per_kwh * np.maximum(wetted - air.ratio, 0.0), 0.0)


def _indirect_l_per_kwh(plant: Plant, air: _Air) -> Floats:
    """Return water evaporated per kWh of hall heat by exchangers of which only as many as needed are sprayed.

    Sprayed share x: x wet + (1 - x) dry = 1, where wet and dry say how much of the heat an exchanger moves (above 1:
    with capacity to spare). The sprayed air leaves saturated at the temperature it can cool the hall air to.
    """
    if plant.approach_k is None:
        return np.zeros_like(air.t_dry_degc)
    return_degc = plant.supply_degc + plant.range_k
    wet = (return_degc - plant.approach_k - air.t_wet_degc) / plant.range_k
    dry = np.maximum((return_degc - plant.dry_approach_k - air.t_dry_degc) / plant.range_k, 0.0)
    spare = np.maximum(wet - dry, 1e-9)
    sprayed = np.where(dry < 1.0, np.clip((1.0 - dry) / spare, 0.0, 1.0), 0.0)
    moved = sprayed * np.clip(wet, 0.0, 1.0)
    return moved * _saturating_l_per_kwh(air.t_wet_degc + plant.approach_k, air)


def _plant_hours(plant: Plant, air: _Air, *, it_heat: float, other_heat: float) -> tuple[Floats, Floats]:
    """Return hourly electricity [per MW IT] and evaporation [m3/MWh IT] of one plant."""
    fans = plant.hall_fan_share * it_heat
    heat = it_heat + other_heat + fans
    free = _free_share(plant, _sink_degc(plant, air), plant.approach_k)
    compressor = heat * (1.0 - free) / _cop(plant, air)
    electricity = fans + heat * (plant.pump_share + plant.rejection_fan_share) + compressor
    if plant.kind == "tower":
        water = (heat + compressor) * _tower_l_per_kwh(plant, air)
    elif plant.kind == "airside":
        water = heat * _airside_l_per_kwh(plant, air)
    elif plant.kind == "indirect":
        water = heat * _indirect_l_per_kwh(plant, air)
    else:
        water = np.zeros_like(compressor)
    return electricity, water


def _hours(technology: Technology, weather: pd.DataFrame, *, overhead_share: float) -> pd.DataFrame:
    """Return month, pue and evaporation of every hour of the weather, at full load."""
    air = _air(weather)
    hall_losses = HALL_SHARE_OF_OVERHEAD * overhead_share
    electricity, water = _plant_hours(
        technology.air, air, it_heat=1.0 - technology.liquid_share, other_heat=hall_losses
    )
    if technology.liquid is not None:
        more_electricity, more_water = _plant_hours(
            technology.liquid, air, it_heat=technology.liquid_share, other_heat=0.0
        )
        electricity, water = electricity + more_electricity, water + more_water
    return pd.DataFrame(
        {
            "month": weather["month"].to_numpy(int),
            "pue": 1.0 + overhead_share + electricity,
            "evaporation_m3_per_mwh": water,
        }
    )


def performance(
    technology: Technology,
    weather: pd.DataFrame,
    *,
    overhead_share: float,
    pue_fixed_share: float = PUE_FIXED_SHARE,
    cycles_of_concentration: float = RECLAIMED_CYCLES,
) -> Performance:
    """Return annual, monthly and design-hour electricity and water of a technology in a year's weather.

    Annual values are means over the hours at constant load. The fixed part is taken out of the overhead, so it must
    not exceed it.
    """
    if not 0.0 <= pue_fixed_share <= overhead_share:
        raise ValueError(
            f"pue_fixed_share {pue_fixed_share} must lie between 0 and overhead_share {overhead_share}: it is a part of it."
        )
    hours = _hours(technology, weather, overhead_share=overhead_share)
    design = _hours(technology, design_hour(weather), overhead_share=overhead_share).iloc[0]
    makeup = makeup_factor(cycles_of_concentration)
    months = hours.groupby("month", as_index=False).mean()
    pue_annual, evaporation = float(hours["pue"].mean()), float(hours["evaporation_m3_per_mwh"].mean())
    return Performance(
        technology=technology.id,
        pue_annual=pue_annual,
        pue_design=float(design["pue"]),
        pue_variable=pue_annual - pue_fixed_share,
        pue_variable_design=float(design["pue"]) - pue_fixed_share,
        pue_fixed=pue_fixed_share,
        evaporation_m3_per_mwh=evaporation,
        evaporation_design_m3_per_mwh=float(design["evaporation_m3_per_mwh"]),
        wue_l_per_kwh=makeup * evaporation,
        monthly=pd.DataFrame(
            {
                "month": months["month"],
                "pue_variable": months["pue"] - pue_fixed_share,
                "evaporation_m3_per_mwh": months["evaporation_m3_per_mwh"],
                "wue_l_per_kwh": makeup * months["evaporation_m3_per_mwh"],
            }
        ),
    )


def coefficients(
    technologies: Sequence[Technology],
    weather: pd.DataFrame,
    *,
    overhead_share: float,
    pue_fixed_share: float = PUE_FIXED_SHARE,
    cycles_of_concentration: float = RECLAIMED_CYCLES,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return all technologies in one climate: annual values indexed by technology, and monthly rows."""
    results = [
        performance(
            technology,
            weather,
            overhead_share=overhead_share,
            pue_fixed_share=pue_fixed_share,
            cycles_of_concentration=cycles_of_concentration,
        )
        for technology in technologies
    ]
    columns = [name for name in Performance.__dataclass_fields__ if name != "monthly"]
    annual = pd.DataFrame([{c: getattr(r, c) for c in columns} for r in results], columns=columns)
    monthly = pd.concat([r.monthly.assign(technology=r.technology) for r in results], ignore_index=True)
    return (
        annual.set_index("technology"),
        monthly[["technology", "month", "pue_variable", "evaporation_m3_per_mwh", "wue_l_per_kwh"]],
    )
