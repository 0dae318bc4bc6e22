"""What is built stays: sites, feeds, pipes, heat mains and blocks never shrink from one planning year to the next.

    open_stays[site, year]:               is_open of the year before <= is_open
    feed_stays[site, substation, year]:   is_fed of the year before <= is_fed
    pipe_stays[site, plant, year]:        is_piped of the year before <= is_piped
    main_stays[site, sink, year]:         is_linked of the year before <= is_linked
    blocks_stay[site, technology, year]:  n_blocks of the year before <= n_blocks

Symbols
    "The year before" is the planning year before; the first planning year has no such row.

Worth of one more unit
    None: these rows only carry decisions on.

Source
    Planning in steps; capacity leaves only by vacating existing centres (`stock`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import rows_of
from models.siting.blocks import RowBlock, Term, block
from models.siting.data import SitingData
from models.siting.decisions import Decisions
from models.siting.frames import with_columns

STAYS = {
    "open_stays": ("is_open", "A site stays open"),
    "feed_stays": ("is_fed", "A feed stays"),
    "pipe_stays": ("is_piped", "A pipe stays"),
    "main_stays": ("is_linked", "A heat main stays"),
    "blocks_stay": ("n_blocks", "Blocks stay [blocks]"),
}


def _later(data: SitingData, frame: pd.DataFrame, keys: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the index of rows (years after the first) and the earlier variable with the row's year."""
    following = dict(zip(data.years[:-1], data.years[1:], strict=True))
    before = frame.loc[frame["year"] != data.years[-1], [*keys, "col"]]
    before = with_columns(before, year=before["year"].map(following).to_numpy(np.int64))
    return frame.loc[frame["year"] != data.years[0], keys], before


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    out = []
    for name, (variable, doc) in STAYS.items():
        index, before = _later(data, decisions[variable], decisions.keys(variable))
        out.append(block(name, index, [Term(before), Term(decisions[variable], -1.0)], doc=doc, upper=0.0))
    return out


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    previous = dict(zip(data.years[1:], data.years[:-1], strict=True))

    def stays(variable: pyo.Var, keys: list[tuple[object, ...]], doc: str) -> pyo.Constraint:
        return pyo.Constraint(keys, rule=lambda m, *k: variable[*k[:-1], previous[k[-1]]] - variable[k] <= 0, doc=doc)

    for name, (variable, doc) in STAYS.items():
        index, _ = _later(data, d[variable], d.keys(variable))
        m.add_component(name, stays(getattr(m, variable), rows_of(index, d.keys(variable)), doc))
