"""Small helpers of the families: the Pyomo model with its variables, and look-ups prepared before a rule is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from models.siting.data import SitingData
from models.siting.decisions import Decisions
from models.siting.frames import cross_years, join


class Groups(dict[Any, list[Any]]):
    """Lists by key; an absent key gives an empty list and stays absent."""

    def __missing__(self, key: Any) -> list[Any]:
        return []


def declare(decisions: Decisions, *, with_sites: bool) -> pyo.ConcreteModel:
    """Return a Pyomo model that holds the decisions as indexed variables with their bounds.

    Without sites the decisions of single sites are left out: their rows come as arrays, and nothing in Pyomo needs them.
    """
    m = pyo.ConcreteModel()
    for name, frame in decisions.frames.items():
        if "site" in frame and not with_sites:
            continue
        keys = decisions.keys(name)
        index = list(frame[keys].itertuples(index=False, name=None)) if len(keys) > 1 else frame[keys[0]].tolist()
        lower = dict(zip(index, frame["lower"].astype(float), strict=True))
        upper = dict(zip(index, frame["upper"].astype(float), strict=True))
        is_integer = bool(len(frame)) and bool(frame["is_integer"].iloc[0])
        domain = pyo.Integers if is_integer else pyo.Reals
        bounds = {i: (lower[i], None if upper[i] == float("inf") else upper[i]) for i in index}
        variable = pyo.Var(index, domain=domain, bounds=bounds)
        m.add_component(name, variable)
    m.siting_decisions = decisions
    return m


def grouped(frame: pd.DataFrame, by: Sequence[str], values: Sequence[str]) -> dict[Any, list[Any]]:
    """Return value tuples by key; a single name gives scalars instead of tuples. Absent keys give an empty list."""
    out = Groups()
    keys = frame[by[0]].tolist() if len(by) == 1 else list(frame[list(by)].itertuples(index=False, name=None))
    rows = (
        frame[values[0]].tolist() if len(values) == 1 else list(frame[list(values)].itertuples(index=False, name=None))
    )
    for key, row in zip(keys, rows, strict=True):
        out.setdefault(key, []).append(row)
    return out


def weighted(
    frame: pd.DataFrame, by: Sequence[str], index: Sequence[str], coef: str
) -> dict[Any, list[tuple[Any, float]]]:
    """Return (variable index, coefficient) pairs by key. Absent keys give an empty list."""
    out = Groups()
    keys = frame[by[0]].tolist() if len(by) == 1 else list(frame[list(by)].itertuples(index=False, name=None))
    rows = frame[index[0]].tolist() if len(index) == 1 else list(frame[list(index)].itertuples(index=False, name=None))
    for key, row, value in zip(keys, rows, frame[coef].astype(float).tolist(), strict=True):
        out.setdefault(key, []).append((row, value))
    return out


def total(variable: pyo.Var, pairs: Sequence[tuple[Any, float]]) -> Any:
    """Return the weighted sum of a variable over (index, coefficient) pairs."""
    return sum(coef * variable[key] for key, coef in pairs)


def value_of(frame: pd.DataFrame, by: Sequence[str], value: str) -> dict[Any, Any]:
    """Return one value by key."""
    keys = frame[by[0]].tolist() if len(by) == 1 else list(frame[list(by)].itertuples(index=False, name=None))
    return dict(zip(keys, frame[value].tolist(), strict=True))


def rows_of(frame: pd.DataFrame, columns: Sequence[str]) -> list[Any]:
    """Return the distinct index tuples (scalars for one column) of a frame, in order."""
    distinct = frame[list(columns)].drop_duplicates()
    return distinct[columns[0]].tolist() if len(columns) == 1 else list(distinct.itertuples(index=False, name=None))


def years_to(data: SitingData, year: int) -> list[int]:
    """Return the planning years up to and including `year`."""
    return [y for y in data.years if y <= year]


def switched_terms(data: SitingData, decisions: Decisions, changes: pd.DataFrame) -> pd.DataFrame:
    """Return `changes` (stock, option, ...) for every hall that has left "keep" by `year`, with its `col`: array form."""
    moves = decisions["n_switched"][["stock", "option", "year", "col"]].rename(columns={"year": "since"})
    crossed = cross_years(join(moves, changes, ["stock", "option"]), data.years)
    return crossed[crossed["year"] >= crossed["since"]]


def switched(m: pyo.ConcreteModel, data: SitingData, stock: str, option: str, year: int) -> Any:
    """Return halls that have left "keep" for the option by the year (an expression)."""
    return sum(m.n_switched[stock, option, y] for y in years_to(data, year) if (stock, option, y) in m.n_switched)
