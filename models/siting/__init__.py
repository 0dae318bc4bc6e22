"""The siting model: where, how much, cooled and fed how, in which year. One family of constraints per file.

`FAMILIES` is the table of contents of the algebra. `build(data)` compiles it; `solve.Solver` solves it.
"""

from __future__ import annotations

from types import ModuleType

from models.siting import (
    budget,
    carbon,
    clusters,
    cooling,
    feeding,
    flexibility,
    green,
    heat,
    hubs,
    land,
    network,
    objective,
    phasing,
    power,
    reinforcement,
    stock,
    water,
    workload,
)
from models.siting.compile import SitingModel
from models.siting.compile import build as _build
from models.siting.data import SitingData

FAMILIES: tuple[ModuleType, ...] = (
    feeding,
    power,
    network,
    reinforcement,
    flexibility,
    cooling,
    water,
    workload,
    green,
    carbon,
    hubs,
    heat,
    land,
    clusters,
    stock,
    phasing,
    budget,
    objective,
)


def build(data: SitingData, *, families: tuple[ModuleType, ...] = FAMILIES, as_arrays: bool = True) -> SitingModel:
    """Return the compiled siting model of `data`, by default with all families."""
    return _build(data, families, as_arrays=as_arrays)


__all__ = ["FAMILIES", "SitingData", "SitingModel", "build"]
