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

import pyomo.environ as pyo

from models.siting.algebra import total, value_of, weighted
from models.siting.data import SitingData
from models.siting.decisions import Decisions


def add(m: pyo.ConcreteModel, data: SitingData) -> None:
    """Add the family's rows in Pyomo."""
    d: Decisions = m.siting_decisions
    blocks = d["n_blocks"].merge(data["technologies"][["technology", "block_mw", "area_ha_per_mw"]], on="technology")
    blocks = blocks.assign(ha=blocks["block_mw"].astype(float) * blocks["area_ha_per_mw"].astype(float))
    used = weighted(blocks[blocks["ha"] > 0], ["site", "year"], ["site", "technology", "year"], "ha")
    area = value_of(data["sites"], ["site"], "area_ha")

    @m.Constraint(list(used), doc="Usable land of a site [ha]")
    def usable_land(m, i, t):
        return total(m.n_blocks, used[i, t]) - area[i] * m.is_open[i, t] <= 0
