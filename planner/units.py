"""Conversions at the border of the program, and the units a column name can end in.

Inside the program every quantity has one unit (see the data dictionary). A name ends in its unit, so a column of
another unit is recognised by its name: `capacity_m3_per_hour` where `capacity_m3_per_day` is declared.
"""

from __future__ import annotations

from dataclasses import dataclass

HOURS_PER_DAY = 24.0
DAYS_PER_YEAR = 365.0
HOURS_PER_YEAR = 8_760.0
MONTHS_PER_YEAR = 12
DAYS_PER_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

M_PER_KM = 1_000.0
M2_PER_HA = 10_000.0
M2_PER_KM2 = 1_000_000.0
HA_PER_KM2 = 100.0
MU_PER_HA = 15.0

KW_PER_MW = 1_000.0
MW_PER_GW = 1_000.0
KVA_PER_MVA = 1_000.0
KWH_PER_MWH = 1_000.0
MWH_PER_GWH = 1_000.0
MWH_PER_TWH = 1_000_000.0

L_PER_M3 = 1_000.0
KG_PER_T = 1_000.0
MS_PER_S = 1_000.0
PERCENT_PER_SHARE = 100.0
CNY_PER_WAN_CNY = 10_000.0
PA_PER_KPA = 1_000.0

MAX_LON_DEG = 180.0
MAX_LAT_DEG = 90.0


@dataclass(frozen=True)
class Unit:
    """A unit as it ends a column name; `factor` turns a value into the base unit of its dimension."""

    suffix: str
    label: str
    dimension: str
    factor: float


def _units(dimension: str, *rows: tuple[str, str, float]) -> list[Unit]:
    return [Unit(suffix, label, dimension, factor) for suffix, label, factor in rows]


_ALL = (
    _units("apparent power", ("mva", "MVA", 1.0), ("kva", "kVA", 1e-3), ("gva", "GVA", 1e3))
    + _units("power", ("mw", "MW", 1.0), ("kw", "kW", 1e-3), ("gw", "GW", 1e3), ("w", "W", 1e-6))
    + _units("reactive power", ("mvar", "Mvar", 1.0), ("kvar", "kvar", 1e-3), ("gvar", "Gvar", 1e3))
    + _units(
        "energy per year",
        ("mwh_per_year", "MWh/year", 1.0),
        ("kwh_per_year", "kWh/year", 1e-3),
        ("gwh_per_year", "GWh/year", 1e3),
        ("twh_per_year", "TWh/year", 1e6),
        ("mwh_per_month", "MWh/month", 12.0),
    )
    + _units("energy", ("mwh", "MWh", 1.0), ("kwh", "kWh", 1e-3), ("gwh", "GWh", 1e3), ("twh", "TWh", 1e6))
    + _units(
        "flow",
        ("m3_per_day", "m3/day", 1.0),
        ("m3_d", "m3/day", 1.0),
        ("m3_per_hour", "m3/hour", HOURS_PER_DAY),
        ("m3_per_h", "m3/hour", HOURS_PER_DAY),
        ("m3_h", "m3/hour", HOURS_PER_DAY),
        ("m3_per_year", "m3/year", 1.0 / DAYS_PER_YEAR),
        ("m3_per_s", "m3/s", 86_400.0),
        ("l_per_s", "L/s", 86.4),
        ("t_per_day", "t/day", 1.0),
        ("wan_m3_per_day", "10,000 m3/day", 1e4),
    )
    + _units("area", ("km2", "km2", 1e6), ("ha", "ha", 1e4), ("m2", "m2", 1.0), ("mu", "mu", 1e4 / MU_PER_HA))
    + _units("length", ("km", "km", 1e3), ("m", "m", 1.0), ("mi", "mi", 1_609.344), ("ft", "ft", 0.3048))
    + _units("voltage", ("kv", "kV", 1.0), ("v", "V", 1e-3))
    + _units("current", ("ka", "kA", 1.0), ("a", "A", 1e-3))
    + _units("share", ("share", "share 0-1", 1.0), ("percent", "%", 0.01), ("pct", "%", 0.01))
    + _units("pressure", ("kpa", "kPa", 1.0), ("hpa", "hPa", 0.1), ("mbar", "mbar", 0.1), ("pa", "Pa", 1e-3))
    + _units("temperature", ("degc", "degC", 1.0), ("c", "degC", 1.0))
    + _units("temperature in degrees Fahrenheit", ("degf", "degF", 1.0), ("f", "degF", 1.0))
    + _units("absolute temperature", ("k", "K", 1.0))
    + _units(
        "price of energy",
        ("cny_per_mwh", "CNY/MWh", 1.0),
        ("cny_per_kwh", "CNY/kWh", 1e3),
        ("cny_kwh", "CNY/kWh", 1e3),
        ("cny_mwh", "CNY/MWh", 1.0),
    )
    + _units(
        "price of land",
        ("cny_per_ha", "CNY/ha", 1.0),
        ("cny_per_m2", "CNY/m2", 1e4),
        ("cny_per_mu", "CNY/mu", MU_PER_HA),
        ("wan_cny_per_mu", "10,000 CNY/mu", 1e4 * MU_PER_HA),
        ("cny_per_km2", "CNY/km2", 1e-2),
    )
    + _units("price of capacity", ("cny_per_mw_year", "CNY/MW/year", 1.0), ("cny_per_kw_year", "CNY/kW/year", 1e3))
    + _units(
        "emission factor",
        ("kgco2_per_kwh", "kgCO2/kWh", 1.0),
        ("tco2_per_mwh", "tCO2/MWh", 1.0),
        ("gco2_per_kwh", "gCO2/kWh", 1e-3),
    )
    + _units("resistance per length", ("ohm_per_km", "ohm/km", 1.0), ("ohm_per_m", "ohm/m", 1e3))
    + _units("resistance", ("ohm", "ohm", 1.0))
    + _units("capacitance per length", ("nf_per_km", "nF/km", 1.0), ("uf_per_km", "uF/km", 1e3))
    + _units("ratio to nominal", ("pu", "pu", 1.0))
)
UNITS: dict[str, Unit] = {unit.suffix: unit for unit in _ALL}
_LONGEST_FIRST = sorted(UNITS, key=len, reverse=True)


def stem_and_unit(name: str) -> tuple[str, Unit | None]:
    """Split a column name into quantity and unit; the unit is None when the name ends in none.

    >>> stem_and_unit("capacity_m3_per_hour")[0]
    'capacity'
    """
    for suffix in _LONGEST_FIRST:
        if name.endswith("_" + suffix):
            return name[: -len(suffix) - 1], UNITS[suffix]
    return name, None


def factor_between(given: Unit, wanted: Unit) -> float | None:
    """Return the number that turns a value in `given` into `wanted`, None when they measure different things."""
    if given.dimension != wanted.dimension:
        return None
    return given.factor / wanted.factor
