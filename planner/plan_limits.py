"""The plan's table of limits: what is used, what is allowed, what is left, and what one more unit is worth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from models.siting import SitingModel
from models.siting.markets import ALL
from models.siting.solve import row_table

# constraints that limit something a planner can name -> decisions that stand on the side of the limit
LIMITS: dict[str, tuple[str, ...]] = {
    "substation_headroom": ("in_state",),
    "node_headroom": ("in_state",),
    "network_cut": ("in_state", "is_fed"),
    "flexible_share": ("feed_mva", "class_a_feed_mva"),
    "feeder_bays": (),
    "node_max_share": ("total_mva",),
    "plant_supply": (),
    "city_water": (),
    "in_city_share": (),
    "green_share": ("green_mwh",),
    "resource_share": ("energy_mwh",),
    "green_channel": (),
    "hub_cap": (),
    "mean_pue": ("total_load_mw",),
    "hub_occupancy": ("total_load_mw",),
    "heat_sink": (),
    "heat_share": ("heat_mwh",),
    "investment": (),
    "carbon_cap": (),
    "usable_land": ("is_open",),
    "largest_site": ("is_open",),
    "number_of_sites": (),
    "occupancy": ("total_load_mw",),
    "hall_switches_once": (),
    "liquid_stock": (),
    "epsilon": (),
}
CUT = "network_cut"
OWN_ACCESS = "own_access"
HUB_CAP = "hub_cap"
DEFAULT_BLOCK_MW = 5.0
RELATIVE_SLACK = 1e-6


def limit_rows(model: SitingModel, x: np.ndarray, worths: np.ndarray | None) -> list[dict[str, Any]]:
    """Return one entry per limit: constraint, family, index, unit, used, limit, slack, worth, is_binding.

    `worth` is what one more unit of the limit saves per year of its planning year, at this siting (sites, feeds and pipes
    fixed, block and hall counts free); None where it was not computed. A limit binds when its slack is smaller than one
    more block would use.
    """
    table = row_table(model, x)
    table = table[table["constraint"].isin(LIMITS)].copy()
    table["moved"] = _moved(model, x)[table["row"].to_numpy()]
    is_lower = ~np.isfinite(table["upper"].to_numpy(float))
    sign = np.where(is_lower, -1.0, 1.0)
    bound = np.where(is_lower, table["lower"], table["upper"]).astype(float)
    table["used"] = sign * (table["used"] - table["moved"])
    table["limit"] = sign * (bound - table["moved"])
    table["slack"] = table["limit"] - table["used"]
    table["unit"] = [unit_of(doc) for doc in table["doc"]]
    if worths is not None:
        table["worth"] = _yearly(table, worths, model)
    alive = (table["limit"].abs() > RELATIVE_SLACK) | (table["used"].abs() > RELATIVE_SLACK)
    alive &= ~_is_idle(table, model)
    block, by_cut = _block_sizes(model), _block_shares(model)
    of_hub = {**block, "MWh/year": _block_mwh(model)}
    rows = [
        _entry(
            row,
            by_cut.get(row.index[0], 0.0)
            if row.constraint == CUT
            else (of_hub if row.constraint == HUB_CAP else block).get(row.unit, 0.0),
        )
        for row in table[alive].itertuples(index=False)
    ]
    return rows + _own_access(model, x, worths) + _channels(model, x)


def _is_idle(table: pd.DataFrame, model: SitingModel) -> np.ndarray:
    """Return which rows are cuts whose conditions do not hold: their limit is above the one that was learned."""
    cuts = model.data["cuts"]
    upper = dict(zip(zip(cuts["cut"], cuts["year"], strict=True), cuts["upper"].astype(float), strict=True))
    learned = np.array([upper.get(tuple(i[:2]), np.nan) for i in table["index"]], float)
    above = table["limit"].to_numpy(float) - learned > RELATIVE_SLACK * np.maximum(np.abs(learned), 1.0)
    return np.asarray((table["constraint"] == CUT).to_numpy(bool) & above)


def _entry(row: Any, one_block: float) -> dict[str, Any]:
    threshold = max(one_block, RELATIVE_SLACK * max(abs(row.limit), 1.0))
    worth = getattr(row, "worth", None)
    return {
        "constraint": row.constraint,
        "family": row.family,
        "index": [i.item() if isinstance(i, np.generic) else i for i in row.index if i != ALL],
        "unit": row.unit,
        "used": float(row.used),
        "limit": float(row.limit),
        "slack": float(row.slack),
        "worth": None if worth is None or np.isnan(worth) else float(worth),
        "is_binding": bool(row.slack < threshold),
    }


def _moved(model: SitingModel, x: np.ndarray) -> np.ndarray:
    """Return per row the part of the activity that belongs to the side of the limit."""
    m = model.matrix
    a = csr_matrix((m.values, m.indices, m.starts), shape=(m.n_rows, m.n_cols))
    moved = np.zeros(m.n_rows)
    for name, _doc, index, first in m.spans:
        for variable in LIMITS.get(name, ()):
            cols = model.decisions[variable]["col"].to_numpy(np.int64)
            part = np.zeros(m.n_cols)
            part[cols] = x[cols]
            moved[first : first + len(index)] += a[first : first + len(index)] @ part
    return moved


def unit_of(doc: str) -> str:
    """Return the unit that a constraint's doc ends with in brackets, "-" where there is none."""
    found = re.search(r"\[([^\]]+)\]\s*$", doc)
    return found.group(1) if found else "-"


def _yearly(table: pd.DataFrame, worths: np.ndarray, model: SitingModel) -> np.ndarray:
    """Return worth per unit and year of the planning year; rows without a year keep the weighted sum."""
    raw = worths[table["row"].to_numpy()]
    raw = np.where(np.abs(raw) < 1e-9 * max(1.0, np.abs(raw).max(initial=0.0)), 0.0, raw)
    weights = _weights(model)
    years = [i[-1] if i and i[-1] in weights else None for i in table["index"]]
    return np.abs(raw) / np.array([1.0 if y is None else weights[y] for y in years])


def _weights(model: SitingModel) -> Mapping[int, float]:
    """Return the years that a worth of each planning year stands for."""
    return model.data.year_weights if model.data.rules.objective == "cost" else model.data.years_represented


def _block_sizes(model: SitingModel) -> dict[str, float]:
    """Return how much one more block would use, by unit: the smallest over technologies (most for water)."""
    d = model.data
    size = float(d["technologies"]["block_mw"].min()) if len(d["technologies"]) else DEFAULT_BLOCK_MW
    mva = float((d["performance"]["mva_per_mw"].min() if len(d["performance"]) else 1.0) * size)
    water = d["water_use"]["m3_per_day_per_mw"].max() if len(d["water_use"]) else 0.0
    factor = float(d["plants"]["makeup_factor"].max()) if len(d["plants"]) else 0.0
    m3 = float(water) * factor * size
    area = float((d["technologies"]["area_ha_per_mw"] * d["technologies"]["block_mw"]).min())
    days = 365.0 * 0.5
    sizes = {"MVA": mva, "m3/day": m3, "m3/year": m3 * days, "MW IT": size, "ha": area}
    return {**sizes, "bays": 1.0 - 1e-6, "halls": 1.0 - 1e-6, "sites": 1.0 - 1e-6}


def _block_mwh(model: SitingModel) -> float:
    """Return the energy of one more block of the smallest size with the load that uses least [MWh/year]."""
    least = model.data["performance"]["mwh_per_mw_year"].min() if len(model.data["performance"]) else 0.0
    return float(least) * _block_sizes(model)["MW IT"]


def _block_shares(model: SitingModel) -> dict[str, float]:
    """Return how much of each cut one more block would use at the station that counts most there [% or pu]."""
    terms = model.data["cut_terms"]
    most = terms.assign(coef=terms["coef"].astype(float)).groupby("cut")["coef"].max()
    return dict((most.clip(lower=0.0) * _block_sizes(model).get("MVA", 0.0)).items())


def _own_access(model: SitingModel, x: np.ndarray, worths: np.ndarray | None) -> list[dict[str, Any]]:
    """Return the limits of sites with an access of their own; its row in the model is the site's largest load."""
    limit = model.data["sites"].set_index("site")["own_limit_mva"].astype(float)
    limit = limit[np.isfinite(limit)]
    rows = {}
    for name, _doc, index, first in model.matrix.spans:
        if name == "load_if_open":
            rows = {key: first + k for k, key in enumerate(index.itertuples(index=False, name=None))}
    most = model.decisions.site_bounds.set_index("site")["smax_mva"]
    frame = model.decisions["site_mva"]
    frame = frame[frame["site"].isin(limit.index)]
    block, weights = _block_sizes(model)["MVA"], _weights(model)
    out = []
    for site, year, col in frame[["site", "year", "col"]].itertuples(index=False, name=None):
        used, allowed = float(x[col]), float(limit[site])
        worth = None
        if worths is not None and (site, year) in rows:
            is_tight = most[site] >= allowed - RELATIVE_SLACK  # else the land is the smaller one
            worth = abs(float(worths[rows[site, year]])) / weights[year] if is_tight else 0.0
        if used > RELATIVE_SLACK:
            entry = {"constraint": OWN_ACCESS, "family": "power", "index": [site, int(year)], "unit": "MVA"}
            amounts = {"used": used, "limit": allowed, "slack": allowed - used, "worth": worth}
            threshold = max(block, RELATIVE_SLACK * max(allowed, 1.0))
            out.append({**entry, **amounts, "is_binding": bool(allowed - used < threshold)})
    return out


def _channels(model: SitingModel, x: np.ndarray) -> list[dict[str, Any]]:
    """Return the limits that are bounds of a decision: green channels of one market (others are rows)."""
    frame = model.decisions["green_mwh"]
    frame = frame[~frame.duplicated(["resource", "year"], keep=False)]
    out = []
    for resource, year, upper, col in frame[["resource", "year", "upper", "col"]].itertuples(index=False, name=None):
        if np.isfinite(upper):
            used = float(x[col])
            out.append(
                {
                    "constraint": "green_channel",
                    "family": "green",
                    "index": [resource, int(year)],
                    "unit": "MWh/year",
                    "used": used,
                    "limit": float(upper),
                    "slack": float(upper) - used,
                    "worth": None,
                    "is_binding": bool(upper - used < RELATIVE_SLACK * max(upper, 1.0)),
                }
            )
    return out
