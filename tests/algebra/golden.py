"""The golden text: every row of a tiny case, as a person would write it, one file per family."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.siting import FAMILIES, build
from models.siting.compile import SitingModel
from models.siting.data import COLUMNS, SitingData
from tests.builders import random_data
from tests.builders_heat import with_heat, with_investment

FOLDER = Path(__file__).parent / "golden"
OF_THE_MARKETS = ("hubs", "heat", "budget")  # families without rows in the two cases above
WITH_MARKETS = (
    "green",
    "carbon",
    "objective",
    "feeding",
    "phasing",
)  # families that markets and areas without stations change
OF_THE_GRID = ("network", "reinforcement", "flexibility")  # families without rows in the tiny case


def tiny_case() -> SitingData:
    """Return two sites, three stations (two of one failure group and zone), two years, with every limit switched on."""
    data = random_data(
        7, n_sites=2, n_stations=3, n_zones=2, n_plants=1, years=(2030, 2035), feeds_per_site=3, max_sites=2
    )
    group = {"T0": "T0", "T1": "T1", "T2": "T0"}
    return data.changed(
        sites=data["sites"].assign(min_mw=[5.0, 0.0], is_fixed=[False, True]),
        feeds=data["feeds"].assign(group=data["feeds"]["substation"].map(group)),
        pipes=pd.DataFrame({"site": ["S0"], "plant": ["P0"], "cny_per_year": [1.2e6], "km": [4.0]}),
        years_table=data["years_table"].assign(carbon_cap_t=120_000.0),
        epsilon=pd.DataFrame(
            [("carbon", 900_000.0), ("cost", 5e9), ("it_mw", 20.0), ("water", 400_000.0)],
            columns=["quantity", "limit"],
        ),
    )


def grid_case() -> SitingData:
    """Return the tiny case with cuts of every kind, three states of a station and one of a zone, and flexible load."""
    data = tiny_case()
    states = [("T0", "0", 2030, 0.0), ("T0", "1", 2030, 2e6), ("T0", "2", 2035, 5e6), ("Z1", "1", 2035, 9e6)]
    later = [("T0", "1", 2030, 70.0), ("T0", "1", 2035, 75.0), ("T0", "2", 2035, 110.0), ("Z1", "1", 2035, 140.0)]
    terms = [
        ("line", 2030, "T0", 1.5),
        ("line", 2030, "T1", -0.25),
        ("line", 2035, "T0", 1.4),
        ("volt", 2035, "T1", 2e-4),
    ]
    return data.changed(
        rules=replace(data.rules, flexible_share=0.3),
        cuts=_frame("cuts", [("line", 2030, 45.0), ("line", 2035, 40.0), ("volt", 2035, 0.02), ("site", 2035, 30.0)]),
        cut_terms=_frame("cut_terms", [*terms, ("site", 2035, "T2", 0.8)]),
        cut_sites=_frame("cut_sites", [("site", "S0", "T1", 0.8, -0.4)]),
        cut_states=_frame("cut_states", [("line", "T0", "1"), ("line", "T2", "0"), ("volt", "Z1", "0")]),
        cut_feeds=_frame("cut_feeds", [("site", "S0", "T1"), ("site", "S0", "T2")]),
        reinforcement_states=_frame("reinforcement_states", states),
        headroom_states=_frame("headroom_states", later),
        flexible=_frame(
            "flexible",
            [
                ("T0", 2030, 1, 3.0, 1e5),
                ("T0", 2030, 2, 4.0, 4e5),
                ("T0", 2035, 1, 5.0, 2e5),
                ("T1", 2035, 1, 6.0, 3e5),
            ],
        ),
    )


def market_case() -> SitingData:
    """Return the tiny case as two markets and two hubs: S0 is fed from stations, S1 has a limit of its own and comes late.

    Two users take waste heat, a part of it must be reused, and there are budgets.
    """
    data = with_investment(with_heat(tiny_case()), budgets={2030: 900e6, 2035: 600e6})
    own = {"climate": ["here", "there"], "own_limit_mva": [np.nan, 18.0], "first_year": [0, 2035]}
    there = {
        name: pd.concat([data[name], data[name].assign(climate="there")], ignore_index=True)
        for name in ("performance", "overheads", "water_use", "heat_yield")
    }
    there["performance"] = there["performance"].assign(it_mwh_per_mw_year=6000.0)
    prices = [("north", 2030, 380.0, 300.0, 0.7, 0.8), ("north", 2035, 360.0, 310.0, 0.6, 1.0)]
    prices += [("south", 2030, 650.0, 480.0, 0.5, np.nan), ("south", 2035, 640.0, 470.0, 0.4, 0.5)]
    caps = [("H1", 2035, "energy_mwh", 90e3), ("H1", 2030, "it_mw", 8.0), ("H0", 2035, "water_m3", 40e3)]
    return data.changed(
        sites=data["sites"].assign(**own),
        feeds=data["feeds"][data["feeds"]["site"] == "S0"],
        climates=_frame("climates", [("here", "south", "H0"), ("there", "north", "H1")]),
        markets=_frame("markets", prices),
        green=data["green"].assign(market=data["green"]["kind"].map({"green_power": "north", "certificate": ""}),
                                   available_mwh=[50e3, 30e3, 60e3, np.nan]),
        serves=data["serves"].assign(cny_per_mw_year=np.arange(1.0, len(data["serves"]) + 1) * 1e4),
        hub_caps=_frame("hub_caps", caps),
        banned_blocks=_frame("banned_blocks", [("there", "air", 2030), ("here", "tower", 2035)]),
        mean_pue_caps=_frame("mean_pue_caps", [("north", 2035, 1.25)]),
        hub_occupancy=_frame("hub_occupancy", [("H0", 2035, 0.65), ("H1", 2030, 0.6)]),
        heat_shares=_frame("heat_shares", [("south", 2035, 0.05), ("north", 2030, 0.0)]),
        **there,
    )  # fmt: skip


def _frame(name: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS[name]))


def column_names(model: SitingModel) -> list[str]:
    """Return the name of every column, in order."""
    return [
        f"{name}[{_index(key)}]"
        for name, frame in model.decisions.frames.items()
        for key in frame[model.decisions.keys(name)].itertuples(index=False, name=None)
    ]


def _index(key: tuple[Any, ...]) -> str:
    return ", ".join("dry" if k == "" else str(k) for k in key)


def _terms(cols: Any, coefs: Any, names: list[str]) -> str:
    parts = []
    for col, coef in sorted(zip(cols, coefs, strict=True)):
        sign = "-" if coef < 0 else "+"
        size = "" if abs(coef) == 1.0 else f"{abs(coef):.6g} "
        parts.append(f"{sign} {size}{names[col]}")
    return "\n    ".join(parts)


def _relation(lower: float, upper: float) -> str:
    if lower == upper:
        return f"= {lower:.6g}"
    if np.isinf(lower):
        return f"<= {upper:.6g}"
    return f">= {lower:.6g}" if np.isinf(upper) else f"in [{lower:.6g}, {upper:.6g}]"


def texts(model: SitingModel) -> dict[str, str]:
    """Return the golden text of every family."""
    m, names, family_of = model.matrix, column_names(model), dict(model.families)
    out = {family.__name__.rsplit(".", 1)[-1]: "" for family in FAMILIES}
    for name, doc, index, first in m.spans:
        text = f"{name}: {doc}\n"
        for k, key in enumerate(index.itertuples(index=False, name=None)):
            row = first + k
            a, b = m.starts[row], m.starts[row + 1]
            terms = _terms(m.indices[a:b], m.values[a:b], names)
            text += f"\n  {name}[{_index(key)}]\n    {terms}\n    {_relation(m.row_lower[row], m.row_upper[row])}\n"
        out[family_of[name]] += text + "\n"
    cost = np.flatnonzero(m.cost)
    out["objective"] += f"minimise\n    {_terms(cost, m.cost[cost], names)}\n"
    return {family: text.rstrip() + "\n" for family, text in out.items()}


def golden_texts() -> dict[str, str]:
    """Return the texts of the tiny case, and those of families that grid or markets add or change (`..._with_...`)."""
    found, with_grid = texts(build(tiny_case())), texts(build(grid_case()))
    with_markets = texts(build(market_case()))
    return {
        **found,
        **{name: with_grid[name] for name in OF_THE_GRID},
        **{f"{name}_with_grid": with_grid[name] for name in ("power", "objective")},
        **{name: with_markets[name] for name in OF_THE_MARKETS},
        **{f"{name}_with_markets": with_markets[name] for name in WITH_MARKETS},
    }
