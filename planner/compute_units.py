"""Computing per MW IT by chip generation: the table compute_units, bundled and of a region.

The bundled table is `planner/chips/default.yaml`: each row states peak, power and overhead of server and room, or that it
is assumed. Rows of a region's own table replace those of the same chip. Units: PFLOPS (peak at the stated precision, dense)
per MW IT at the rack.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from planner.read_yaml import read_yaml
from planner.region import Region
from planner.scenario_demand import Compute, in_year
from planner.tables import MARKED_CONFIDENCES

CHIPS = Path(__file__).parent / "chips" / "default.yaml"
TABLE = "compute_units"
COLUMNS = (
    "chip",
    "name_en",
    "name_zh",
    "workload",
    "pflops_per_mw_it",
    "precision",
    "from_year",
    "to_year",
    "basis",
    "basis_zh",
    "source",
    "confidence",
)
OWN_FACTOR = ("factor given in the scenario", "方案中给定的系数")


@dataclass(frozen=True)
class Factor:
    """One number between two units, with what it rests on."""

    value: float
    unit: str
    basis: str
    basis_zh: str
    source: str = ""
    is_assumed: bool = False


@lru_cache(maxsize=1)
def bundled_table() -> dict[str, Any]:
    """Return the bundled file: chips, standard_rack_kw, published."""
    data: dict[str, Any] = read_yaml(CHIPS)
    return data


def compute_units(region: Region | None = None) -> pd.DataFrame:
    """Return the chips: one row each with `COLUMNS`, blanks as NaN or ""; a region's rows replace bundled ones."""
    bundled = pd.DataFrame(bundled_table()["chips"])
    own = None if region is None else region.tables.get(TABLE)
    if own is not None and len(own):
        bundled = pd.concat([bundled[~bundled["chip"].isin(own["chip"])], own], ignore_index=True)
    table = bundled.reindex(columns=list(COLUMNS))
    for column in ("pflops_per_mw_it", "from_year", "to_year"):
        table[column] = table[column].astype(float)
    for column in ("basis", "basis_zh", "source", "confidence", "precision"):
        table[column] = table[column].fillna("").astype(str)
    return table.set_index("chip", drop=False)


def is_current(chip: pd.Series[Any], year: int) -> bool:
    """Return whether a generation is installed anew in a year; an open end is no end."""
    first, last = float(chip["from_year"]), float(chip["to_year"])
    return not (year < first or year > last)


def compute_factor(spec: Compute, year: int, chips: pd.DataFrame) -> Factor | None:
    """Return PFLOPS per MW IT of a class in a year: its own factor, else its chip's; None where nothing is stated."""
    own = None if spec.pflops_per_mw is None else in_year(spec.pflops_per_mw, year)
    if own is not None:
        basis = (spec.basis, spec.basis) if spec.basis else OWN_FACTOR
        return Factor(float(own), "PFLOPS per MW IT", *basis, source="scenario", is_assumed=True)
    name = None if spec.chip is None else in_year(spec.chip, year)
    if name is None or name not in chips.index:
        return None
    chip = chips.loc[name]
    value = float(chip["pflops_per_mw_it"])
    if not value > 0.0 or not is_current(chip, year):
        return None
    words = [f"{chip[label]} ({chip['precision']}): {chip[basis]}" for label, basis in (("name_en", "basis"),)]
    words += [f"{chip['name_zh']}（{chip['precision']}）：{chip['basis_zh'] or chip['basis']}"]
    assumed = chip["confidence"] in (*MARKED_CONFIDENCES, "low")
    return Factor(value, "PFLOPS per MW IT", words[0], words[1], source=str(chip["source"]), is_assumed=assumed)
