"""Small weather for tests: normals of one station, one year of constant air, an EPW file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from models.moist_air import wet_bulb_degc

DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
BEIJING_T_DRY_DEGC = (-2.7, 0.6, 7.5, 15.1, 21.3, 25.3, 27.2, 26.1, 21.2, 13.8, 5.2, -0.9)
BEIJING_RH_SHARE = (0.43, 0.42, 0.40, 0.43, 0.47, 0.58, 0.69, 0.71, 0.64, 0.58, 0.54, 0.46)


def beijing_normals(*, warmer_k: float = 0.0) -> pd.DataFrame:
    """Return twelve months of Beijing, or of a place that is warmer by some kelvin."""
    return pd.DataFrame(
        {
            "month": range(1, 13),
            "t_dry_degc": np.array(BEIJING_T_DRY_DEGC) + warmer_k,
            "rh_share": BEIJING_RH_SHARE,
            "pressure_kpa": 100.7,
        }
    )


def constant_air(t_dry_degc: float, *, rh_share: float = 0.5, pressure_kpa: float = 101.325) -> pd.DataFrame:
    """Return a day in each month that has the same air in every hour."""
    t_wet_degc = float(wet_bulb_degc(t_dry_degc, rh_share, pressure_kpa=pressure_kpa))
    return pd.DataFrame(
        {
            "month": np.repeat(np.arange(1, 13), 24),
            "hour": np.tile(np.arange(1, 25), 12),
            "t_dry_degc": t_dry_degc,
            "rh_share": rh_share,
            "pressure_kpa": pressure_kpa,
            "t_wet_degc": t_wet_degc,
            "is_synthetic": True,
        }
    )


def write_epw(path: Path, *, is_leap: bool = False, t_dry_degc: str = "21.5", pressure_pa: str = "100000") -> Path:
    """Write an EPW of constant air: 50 % humidity, the dry bulb of the first hour as given."""
    header = ["LOCATION,Somewhere,BJ,CHN,SYN,545110,39.93,116.28,8.0,55.0"]
    header += ["DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0"]
    header += [
        "HOLIDAYS/DAYLIGHT SAVINGS,Yes,0,0,0",
        "COMMENTS 1,å",
        "COMMENTS 2,x",
        "DATA PERIODS,1,1,Data,Sunday,1/1,12/31",
    ]
    rows = []
    for month, n_days in enumerate(DAYS, start=1):
        days = n_days + (1 if is_leap and month == 2 else 0)
        for day in range(1, days + 1):
            for hour in range(1, 25):
                value = t_dry_degc if (month, day, hour) == (1, 1, 1) else "21.5"
                rows.append(f"2020,{month},{day},{hour},60,?9?9,{value},10.0,50,{pressure_pa},0,0,0")
    path.write_text("\n".join(header + rows) + "\n", encoding="latin-1")
    return path
