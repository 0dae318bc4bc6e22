"""The golden text: every row of a tiny case, as a person would write it, one file per family."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.siting import FAMILIES, build
from models.siting.compile import SitingModel
from models.siting.data import SitingData
from tests.builders import random_data

FOLDER = Path(__file__).parent / "golden"


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
    """Return the texts of the tiny case."""
    return texts(build(tiny_case()))
