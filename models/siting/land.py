"""Blocks fit on the usable land of their site; area per MW depends on the cooling technology.

    usable_land[site, year]:  sum over technologies of area_ha_per_mw * block_mw * n_blocks <= area_ha * is_open

Symbols
    area_ha_per_mw   land per MW IT installed, more for technologies that need roof and facade   [ha/MW]   technologies
    area_ha          usable area after exclusions                                                 [ha]      sites

Worth of one more unit
    Yearly cost saved by one more usable hectare, with the chosen sites held.

Source
    Exclusions were applied when candidates were screened; area per MW: assumptions of the scenario.
"""

from __future__ import annotations

import pandas as pd
import pyomo.environ as pyo

from models.siting.algebra import rows_of, total, value_of, weighted
from models.siting.blocks import RowBlock, Term, block
from models.siting.data import SitingData
from models.siting.decisions import Decisions
from models.siting.frames import distinct, join, looked_up, with_columns


def _used(data: SitingData, d: Decisions) -> pd.DataFrame:
    """Return n_blocks' index with `ha` per block, where blocks need land."""
    blocks = join(d["n_blocks"], data["technologies"], "technology", take=["block_mw", "area_ha_per_mw"])
    blocks = with_columns(blocks, ha=blocks["block_mw"].astype(float) * blocks["area_ha_per_mw"].astype(float))
    return blocks[blocks["ha"] > 0]


def rows(data: SitingData, decisions: Decisions) -> list[RowBlock]:
    """Return the family as arrays (compared with `add` by a test)."""
    used, open_ = _used(data, decisions), decisions["is_open"]
    terms = [Term(used, "ha"), Term(open_, -looked_up(open_, data["sites"], "site", "area_ha"))]
    return [block("usable_land", distinct(used, ["site", "year"]), terms, doc="Usable land of a site [ha]", upper=0.0)]


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    frame = _used(data, m.siting_decisions)
    used = weighted(frame, ["site", "year"], ["site", "technology", "year"], "ha")
    area = value_of(data["sites"], ["site"], "area_ha")

    @m.Constraint(rows_of(frame, ["site", "year"]), doc="Usable land of a site [ha]")
    def usable_land(m, i, t):
        return total(m.n_blocks, used[i, t]) - area[i] * m.is_open[i, t] <= 0
