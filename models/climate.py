"""Weather of a year: an hourly EPW file, or a synthetic year made from monthly normals.

Both give a frame of 8,760 hours with the columns

    month, hour (1 to 24, local standard time, hour ending), t_dry_degc, rh_share (0 to 1), pressure_kpa, t_wet_degc,
    is_synthetic

Monthly means alone cannot give free-cooling hours: half of a year's chiller work is done in hours that are warmer than
their month. The synthetic year puts back a daily swing and warm and cold days by a stated rule, and says so in
`is_synthetic`; a planner who has a typical-year file should use it.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from itertools import islice
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

from models.moist_air import (
    Floats,
    humidity_ratio,
    relative_humidity_share,
    saturation_pressure_kpa,
    standard_pressure_kpa,
    wet_bulb_degc,
)

DAYS_PER_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
HOURS_PER_DAY = 24
HOURS_PER_YEAR = 8_760
WEATHER_COLUMNS = ["month", "hour", "t_dry_degc", "rh_share", "pressure_kpa", "t_wet_degc", "is_synthetic"]

DIURNAL_SWING_K = 9.0  # highest less lowest of a mean day; Beijing 8 (July) to 11 (spring), recalled, medium
DAY_TO_DAY_SD_K = 2.5  # spread of daily means about the monthly normal; summer 2 to 2.5, winter 3, recalled, medium
WARMEST_HOUR = 15  # also the hour of the grid's summer peak
PEAK_QUANTILE = 0.95  # of the warmest month's days: the peak falls on a hot day, not on the hottest of 20 years
GOLDEN = 0.6180339887498949  # spreads warm and cold days evenly through the month

EPW_HEADER_LINES = 8
EPW_ELEVATION_FIELD = 9
EPW_FIELDS = {"month": 1, "day": 2, "hour": 3, "t_dry_degc": 6, "rh_percent": 8, "pressure_pa": 9}
EPW_MISSING = {"t_dry_degc": 99.9, "rh_percent": 999.0, "pressure_pa": 999_999.0}
MAX_EPW_BYTES = 20_000_000


def day_offsets_k(n_days: int, *, sd_k: float) -> Floats:
    """Return by how much each day of a month is warmer than its normal [K]; the sum is 0.

    The offsets are the n quantiles of a normal distribution at (i - 1/2) / n; day d takes the rank of the fractional
    part of d x 0.618, so warm and cold days alternate. No random number is drawn.
    """
    normal = NormalDist()
    quantiles = np.array([normal.inv_cdf((i + 0.5) / n_days) for i in range(n_days)])
    rank = np.argsort(np.argsort((np.arange(1, n_days + 1) * GOLDEN) % 1.0))
    return sd_k * quantiles[rank]


def synthetic_year(
    normals: pd.DataFrame, *, diurnal_swing_k: float = DIURNAL_SWING_K, day_to_day_sd_k: float = DAY_TO_DAY_SD_K
) -> pd.DataFrame:
    """Return a synthetic year of 8,760 hours from twelve rows of monthly normals of one station.

        t_dry = t_month + offset[day] + swing/2 x cos(2 pi (hour - 15) / 24)

    The monthly mean of t_dry is kept exactly. Vapour pressure is constant within a month and such that the mean
    relative humidity is the normal's; where this would exceed saturation, relative humidity is 1. Limits: no heat
    waves that last, no fronts, no humid hot days beyond the month's moisture.

    `normals` needs month, t_dry_degc, rh_share, pressure_kpa; a wet bulb of monthly means is not used.
    """
    rows = _checked_normals(normals)
    hours = np.arange(1, HOURS_PER_DAY + 1)
    swing = diurnal_swing_k / 2.0 * np.cos(2.0 * np.pi * (hours - WARMEST_HOUR) / HOURS_PER_DAY)
    parts = []
    for row, n_days in zip(rows.itertuples(index=False), DAYS_PER_MONTH, strict=True):
        offsets = day_offsets_k(n_days, sd_k=day_to_day_sd_k)
        t_dry = (float(row.t_dry_degc) + offsets[:, None] + swing[None, :]).ravel()
        saturation = saturation_pressure_kpa(t_dry)
        vapour_kpa = float(row.rh_share) / float(np.mean(1.0 / saturation))
        parts.append(
            pd.DataFrame(
                {
                    "month": int(row.month),
                    "hour": np.tile(hours, n_days),
                    "t_dry_degc": t_dry,
                    "rh_share": np.minimum(vapour_kpa / saturation, 1.0),
                    "pressure_kpa": float(row.pressure_kpa),
                }
            )
        )
    return _with_wet_bulb(pd.concat(parts, ignore_index=True), is_synthetic=True)


def _checked_normals(normals: pd.DataFrame) -> pd.DataFrame:
    """Return the twelve rows by month, or say what is wrong with them."""
    missing = {"month", "t_dry_degc", "rh_share", "pressure_kpa"} - set(normals.columns)
    if missing:
        raise ValueError(f"Monthly normals lack {sorted(missing)}: a synthetic year needs them in every month.")
    rows = normals.sort_values("month")
    if rows["month"].tolist() != list(range(1, 13)):
        raise ValueError(
            f"Monthly normals have months {rows['month'].tolist()}: give one station, one row for each month 1 to 12."
        )
    if not rows["rh_share"].between(0.0, 1.0).all():
        raise ValueError("rh_share of the monthly normals is outside 0 to 1: give a share, not percent.")
    return rows


def _with_wet_bulb(weather: pd.DataFrame, *, is_synthetic: bool) -> pd.DataFrame:
    """Return the weather with its wet bulb and its origin."""
    wet = wet_bulb_degc(
        weather["t_dry_degc"].to_numpy(float),
        weather["rh_share"].to_numpy(float),
        pressure_kpa=weather["pressure_kpa"].to_numpy(float),
    )
    return weather.assign(t_wet_degc=wet, is_synthetic=is_synthetic)[WEATHER_COLUMNS]


def design_hour(
    weather: pd.DataFrame, *, peak_hour: int = WARMEST_HOUR, quantile: float = PEAK_QUANTILE
) -> pd.DataFrame:
    """Return one row of weather: what the air is like when the grid has its summer peak.

    Dry bulb: quantile of the warmest month's days at the peak hour (0.95: a hot day of an ordinary year; the 20-year
    extreme sizes the plant, not the headroom). Moisture: that month's mean humidity ratio at the same hour.
    """
    warmest = weather.groupby("month")["t_dry_degc"].mean().idxmax()
    hours = weather[(weather["month"] == warmest) & (weather["hour"] == peak_hour)]
    if hours.empty:
        raise ValueError(f"The weather has no hour {peak_hour} in month {warmest}: hours count from 1 to 24.")
    pressure = float(hours["pressure_kpa"].mean())
    ratio = humidity_ratio(
        hours["t_dry_degc"].to_numpy(float),
        hours["rh_share"].to_numpy(float),
        pressure_kpa=hours["pressure_kpa"].to_numpy(float),
    ).mean()
    t_dry = float(hours["t_dry_degc"].quantile(quantile))
    row = pd.DataFrame(
        {
            "month": [int(warmest)],
            "hour": [peak_hour],
            "t_dry_degc": [t_dry],
            "rh_share": [float(relative_humidity_share(t_dry, ratio, pressure_kpa=pressure))],
            "pressure_kpa": [pressure],
        }
    )
    return _with_wet_bulb(row, is_synthetic=bool(hours["is_synthetic"].any()))


def read_epw(path: str | Path) -> pd.DataFrame:
    """Return the weather of an EnergyPlus weather file (EPW); 29 February is left out.

    A missing pressure becomes that of the standard atmosphere at the station's height; a missing temperature or
    humidity is refused. The file is read again only when it has changed.

    Source: EnergyPlus Auxiliary Programs, "EnergyPlus Weather File (EPW) Data Dictionary".
    """
    file = Path(path)
    stat = file.stat()
    if stat.st_size > MAX_EPW_BYTES:
        raise ValueError(f"{file.name} has {stat.st_size:,} bytes: a year of hourly EPW has about 1.5 million.")
    return _read_epw(file, stat.st_mtime_ns, stat.st_size).copy()


@lru_cache(maxsize=16)
def _read_epw(file: Path, _modified_ns: int, _size: int) -> pd.DataFrame:
    """Return the parsed file; the file's time and size are part of the key."""
    with file.open(encoding="latin-1", newline="") as lines:
        header = next(csv.reader(islice(lines, EPW_HEADER_LINES)), [])
        if not header or header[0].strip().upper() != "LOCATION" or len(header) <= EPW_ELEVATION_FIELD:
            raise ValueError(f"{file.name} is no EPW file: its first line does not begin with LOCATION.")
    try:
        elevation_m = float(header[EPW_ELEVATION_FIELD])
        raw = pd.read_csv(
            file,
            skiprows=EPW_HEADER_LINES,
            header=None,
            usecols=list(EPW_FIELDS.values()),
            encoding="latin-1",
        )
    except ValueError as error:
        raise ValueError(f"{file.name} cannot be read as EPW: {error}.") from error
    data = raw[list(EPW_FIELDS.values())].set_axis(list(EPW_FIELDS), axis=1)
    data = data[~((data["month"] == 2) & (data["day"] == 29))].reset_index(drop=True)  # noqa: PLR2004
    if len(data) != HOURS_PER_YEAR:
        raise ValueError(
            f"{file.name} has {len(data)} hours without 29 February: a year of {HOURS_PER_YEAR} is needed."
        )
    return _weather_from_epw(data, name=file.name, elevation_m=elevation_m)


def _weather_from_epw(data: pd.DataFrame, *, name: str, elevation_m: float) -> pd.DataFrame:
    """Return the weather frame from an EPW's own columns and units."""
    is_missing = {c: data[c].isna() | (data[c] >= limit) for c, limit in EPW_MISSING.items()}
    for column in ("t_dry_degc", "rh_percent"):
        if is_missing[column].any():
            first = data[is_missing[column]].iloc[0]
            raise ValueError(
                f"{name} lacks {column} in {int(is_missing[column].sum())} hours, first in month {int(first['month'])}, "
                f"day {int(first['day'])}, hour {int(first['hour'])}: fill the gaps before use."
            )
    pressure_kpa = (data["pressure_pa"] / 1_000.0).where(~is_missing["pressure_pa"], standard_pressure_kpa(elevation_m))
    weather = pd.DataFrame(
        {
            "month": data["month"].astype(int),
            "hour": data["hour"].astype(int),
            "t_dry_degc": data["t_dry_degc"].astype(float),
            "rh_share": (data["rh_percent"].astype(float) / 100.0).clip(0.0, 1.0),
            "pressure_kpa": pressure_kpa.astype(float),
        }
    )
    return _with_wet_bulb(weather, is_synthetic=False)
