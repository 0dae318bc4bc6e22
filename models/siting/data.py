"""What the siting algebra sees: plain frames and scalars, no geometry, no files, no policy text.

Every frame below is made by `planner.assemble` (or by a test). Frames carry their index as plain columns; a family that
does not apply has an empty frame. All money is an annuity in CNY per year of the planning year; the objective weighs
each planning year with `year_weights`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pandas as pd

DRY = ""  # plant name of a load that needs no water

COLUMNS: dict[str, tuple[str, ...]] = {
    # candidate sites; `reach` groups sites that may serve the same districts in every class;
    # `multiplicity` is 1, or the number of like sites that a merged site stands for (see `merge`)
    "sites": (
        "site",
        "climate",
        "reach",
        "area_ha",
        "it_min_mw",
        "it_max_mw",
        "is_fixed",
        "min_mw",
        "land_cny_per_ha_year",
        "multiplicity",
    ),
    "technologies": ("technology", "block_mw", "area_ha_per_mw", "cooling_cny_per_mw_year", "is_wet", "is_liquid"),
    "workloads": ("workload", "availability", "in_city_max_share"),
    # admissible (climate, technology, workload): drawn load -> design MVA, yearly MWh, own maximum demand
    "performance": ("climate", "technology", "workload", "mva_per_mw", "mwh_per_mw_year", "peak_kw_per_mw"),
    # installed load -> the fixed part, and the annual PUE that the policy rule looks at
    "overheads": ("climate", "technology", "mva_per_mw", "mwh_per_mw_year", "peak_kw_per_mw", "pue"),
    # evaporated and drifted m3 per day and per MW drawn, by month
    "water_use": ("climate", "technology", "workload", "month", "m3_per_day_per_mw"),
    "months": ("month", "days"),
    "plants": ("plant", "makeup_factor", "peak_day_factor", "cny_per_m3"),
    "supply": ("plant", "month", "year", "m3_per_day"),
    "pipes": ("site", "plant", "cny_per_year", "km"),
    "stations": ("substation", "n_free_bays"),
    "feeds": ("site", "substation", "group", "rating_mva", "cny_per_year", "km"),
    # every limit node above a feeding substation (zone, grid supply point, ...)
    "ancestors": ("substation", "node"),
    "headroom": ("node", "year", "headroom_mva"),
    "demand": ("district", "workload", "year", "it_mw"),
    "serves": ("reach", "district", "workload"),
    "outside": ("outside", "workload", "cny_per_mw_year", "t_per_mw_year"),
    "green": ("resource", "kind", "year", "available_mwh", "premium_cny_per_mwh", "max_share"),
    # one row per year: shares, factors, caps (NaN cap = no such limit)
    "years_table": (
        "year",
        "green_share",
        "carbon_t_per_mwh",
        "city_water_cap_m3",
        "stock_water_m3",
        "carbon_cap_t",
        "liquid_stock_share",
    ),
    "stock": ("stock", "n_halls", "reach", "district"),
    # per hall switched; `*_change` is after minus before (negative frees)
    "stock_options": (
        "stock",
        "option",
        "year",
        "cny_per_year",
        "mwh_change_per_year",
        "water_change_m3_per_year",
        "is_liquid",
    ),
    "stock_mva": ("stock", "option", "node", "mva_change"),
    "stock_plant": ("stock", "option", "plant", "month", "m3_per_day_change"),
    "stock_displaced": ("stock", "option", "workload", "it_mw"),
    "stock_capacity": ("stock", "option", "workload", "it_mw"),
    # technologies whose PUE is allowed only while a site's yearly energy stays below the threshold
    "pue_bands": ("climate", "technology", "threshold_mwh"),
    "epsilon": ("quantity", "limit"),
    # rows learned from the grid: sum coef x station_mva (+ terms of single sites) <= upper; see `network`
    "cuts": ("cut", "year", "upper"),
    "cut_terms": ("cut", "year", "substation", "coef"),
    "cut_sites": ("cut", "site", "substation", "coef_feed", "coef_class_a"),
    # what a cut holds for: it counts only while every node listed is in its state and every feed listed is built
    "cut_states": ("cut", "node", "state"),
    "cut_feeds": ("cut", "site", "substation"),
    # states are numbered "0" (as is: the frame headroom), "1", "2", ... in the order in which they are built
    "reinforcement_states": ("node", "state", "first_year", "cny_per_year"),
    "headroom_states": ("node", "state", "year", "headroom_mva"),
    # interruptible load: what each further step costs, never less than the step before
    "flexible": ("substation", "year", "step", "mva", "cny_per_mva_year"),
    # electricity markets: places of one price, grid factor and required green share; empty: one market (see `markets`)
    "climates": ("climate", "market", "hub"),
    "markets": (
        "market",
        "year",
        "energy_cny_per_mwh",
        "demand_charge_cny_per_kw_year",
        "carbon_t_per_mwh",
        "green_share",
    ),
    # most that the sites of a hub may use or hold in a year; quantity: energy_mwh | it_mw | water_m3
    "hub_caps": ("hub", "year", "quantity", "limit"),
    # technologies that may not be built anew in a year; what stands stays
    "banned_blocks": ("climate", "technology", "year"),
    # load that may not be placed in a year, in blocks old or new (what may never be is not in `performance`)
    "banned_loads": ("climate", "technology", "workload", "year"),
    "mean_pue_caps": ("market", "year", "cap"),
    # least IT load drawn over installed, all new sites of a hub together
    "hub_occupancy": ("hub", "year", "share"),
    # investment between the planning year before and this one
    "budgets": ("year", "cny"),
    # recoverable heat per MW drawn; users of heat; routes to them; least reused share of a market's energy
    "heat_yield": ("climate", "technology", "workload", "mwh_per_mw_year"),
    "heat_sinks": ("sink", "year", "mwh_per_year", "cny_per_mwh"),
    "heat_links": ("site", "sink", "cny_per_year", "km"),
    "heat_shares": ("market", "year", "share"),
}
# columns that a frame may lack, with what their absence means
DEFAULTS: dict[str, dict[str, float | str | int]] = {
    # `own_limit_mva`: NaN is fed from substations; a number is the limit of the area's own access, without stations
    # `first_year`: the site may not be built before it
    "sites": {"multiplicity": 1, "own_limit_mva": math.nan, "first_year": 0, "invest_land_cny_per_ha": 0.0},
    "technologies": {"invest_cny_per_mw": 0.0},
    "performance": {"it_mwh_per_mw_year": math.nan},
    "green": {"market": ""},  # "": every market may use it
    "serves": {"cny_per_mw_year": 0.0},
    "feeds": {"invest_cny": 0.0},
    "pipes": {"invest_cny": 0.0},
    "heat_links": {"invest_cny": 0.0},
}
CUT_FRAMES = ("cuts", "cut_terms", "cut_sites", "cut_states", "cut_feeds")


@dataclass(frozen=True)
class Economics:
    """Scalar prices, CNY."""

    building_cny_per_mw_year: float = 0.0
    energy_cny_per_mwh: float = 0.0
    demand_charge_cny_per_kw_year: float = 0.0
    carbon_cny_per_t: float = 0.0
    unserved_cny_per_mw_year: float = 20e6


@dataclass(frozen=True)
class Rules:
    """Scalar rules; None switches a rule off."""

    objective: str = "cost"  # cost | it_mw | carbon | water
    zone_max_share: float | None = None
    share_nodes: tuple[str, ...] = ()
    max_sites: int | None = None
    min_occupancy_share: float | None = None
    certificates_count_for_carbon: bool = False
    is_unserved_allowed: bool = True
    flexible_share: float = 0.0  # of a station's load outside class A, what may be bought as interruptible


@dataclass(frozen=True)
class SitingData:
    """All numbers of one siting model. Frames follow `COLUMNS`; missing ones are empty."""

    years: tuple[int, ...]
    year_weights: Mapping[int, float]
    frames: Mapping[str, pd.DataFrame]
    economics: Economics = field(default_factory=Economics)
    rules: Rules = field(default_factory=Rules)
    years_represented: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = set(self.frames) - set(COLUMNS)
        if unknown:
            raise KeyError(f"unknown frames {sorted(unknown)}")
        complete: dict[str, pd.DataFrame] = {}
        for name, columns in COLUMNS.items():
            frame = self.frames.get(name)
            if frame is None:
                frame = pd.DataFrame(columns=list(columns))
            absent = {c: v for c, v in DEFAULTS.get(name, {}).items() if c not in frame.columns}
            if absent:
                frame = frame.assign(**absent)
            missing = [c for c in columns if c not in frame.columns]
            if missing:
                raise KeyError(f"frame {name} lacks columns {missing}")
            complete[name] = frame.reset_index(drop=True)
        object.__setattr__(self, "frames", complete)
        if not self.years_represented:
            object.__setattr__(self, "years_represented", dict(self.year_weights))

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    def changed(self, **changes: Any) -> SitingData:
        """Return a copy with frames (by name) or fields (by name) replaced."""
        own = {f.name for f in fields(self)}
        frames = {k: v for k, v in changes.items() if k in COLUMNS}
        rest = {k: v for k, v in changes.items() if k not in COLUMNS}
        if set(rest) - own:
            raise KeyError(f"unknown {sorted(set(rest) - own)}")
        return replace(self, frames={**self.frames, **frames}, **rest)
