"""The plan's lists of what is used in a year: energy with green power and carbon, and water by plant and in all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from models.siting import SitingModel
from models.siting.carbon import emissions
from models.siting.objective import water_quantity
from planner.assemble import Assembled
from planner.plan_markets import Rows, has_markets, national_share


def energy_rows(
    model: SitingModel, x: np.ndarray, values: Mapping[str, pd.DataFrame], *, assembled: Assembled, markets: Rows
) -> list[dict[str, Any]]:
    """Return energy, purchases, required share and emissions of each year, over all markets.

    Over several markets the required share is the mean of theirs, weighted by use.
    """
    data = model.data
    kinds = data["green"].drop_duplicates("resource").set_index("resource")["kind"]
    green = values["green_mwh"].assign(kind=values["green_mwh"]["resource"].map(kinds))
    carbon = emissions(data, model.decisions)
    carbon = carbon.assign(t=carbon["coef"] * x[carbon["col"].to_numpy(np.int64)]).groupby("at")["t"].sum()
    shares = data["years_table"].set_index("year")["green_share"]
    per_hall = data["stock_options"].drop_duplicates(["stock", "option"])
    switched = values["n_switched"].merge(per_hall[["stock", "option", "mwh_change_per_year"]], on=["stock", "option"])
    new = values["energy_mwh"].groupby("year")["value"].sum()
    out = []
    for year in data.years:
        energy = float(new.get(year, 0.0))
        of_year = green[green["year"] == year]
        bought = of_year.groupby("kind")["value"].sum()
        past = switched[switched["year"] <= year]
        required = national_share(markets, year) if has_markets(data) else shares.get(year, 0.0)
        out.append(
            {
                "year": int(year),
                "new_mwh": energy,
                "stock_mwh": assembled.stock.yearly_mwh + float((past["value"] * past["mwh_change_per_year"]).sum()),
                "green_mwh": float(bought.get("green_power", 0.0)),
                "certificate_mwh": float(bought.get("certificate", 0.0)),
                "green_share": float(bought.sum()) / energy if energy > 0 else None,
                "required_share": float(required or 0.0),
                "emissions_t": float(carbon.get(year, 0.0)),
            }
        )
    return out


def water_rows(
    model: SitingModel, x: np.ndarray, values: Mapping[str, pd.DataFrame]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return water by plant, month and year (peak day), and the city's totals."""
    data = model.data
    use = values["total_load_mw"].merge(data["water_use"], on=["climate", "technology", "workload"])
    use = use.merge(data["plants"], on="plant")
    peak = use["value"] * use["m3_per_day_per_mw"] * use["makeup_factor"] * use["peak_day_factor"]
    used = use.assign(m3=peak.astype(float)).groupby(["year", "month", "plant"])["m3"].sum()
    change = values["n_switched"].merge(data["stock_plant"], on=["stock", "option"])
    change = change.merge(pd.DataFrame({"at": list(data.years)}), how="cross")
    change = change[change["at"] >= change["year"]]
    change = change.assign(m3=(change["value"] * change["m3_per_day_change"]).astype(float))
    extra = change.groupby(["at", "month", "plant"])["m3"].sum()
    rows = [
        {
            "year": int(y),
            "month": int(m),
            "plant": p,
            "used_m3_per_day": float(used.get((y, m, p), 0.0) + extra.get((y, m, p), 0.0)),
            "limit_m3_per_day": float(limit),
        }
        for p, m, y, limit in data["supply"][["plant", "month", "year", "m3_per_day"]].itertuples(
            index=False, name=None
        )
    ]
    quantity = water_quantity(data, model.decisions)
    quantity = quantity.assign(m3=quantity["coef"].astype(float) * x[quantity["col"].to_numpy(np.int64)])
    sums = quantity.groupby(["at", "term"])["m3"].sum()
    base = data["years_table"].set_index("year")
    totals = [
        {
            "year": int(y),
            "new_m3": float(sums.get((y, "new"), 0.0)),
            "stock_m3": float(base.at[y, "stock_water_m3"] + sums.get((y, "stock"), 0.0)),
            "cap_m3": None if pd.isna(base.at[y, "city_water_cap_m3"]) else float(base.at[y, "city_water_cap_m3"]),
        }
        for y in data.years
    ]
    return rows, totals
