"""How the demand of a class is given: MW IT, PFLOPS or racks, by year or growing from a base, new or total.

Exactly one of `demand_mw`, `demand_pflops`, `demand_racks` and `demand_growth` is given per class. What is not in MW IT is
converted with a stated factor (see `planner.demand_units`), and the plan lists every conversion.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from planner.scenario_part import NotNegative, Part, Positive, Share

Year = Annotated[int, Field(ge=1900, le=2100)]
Rate = Annotated[float, Field(ge=-0.5, le=5.0)]
Unit = Literal["mw", "pflops", "racks"]
T = TypeVar("T")
UNIT_NAMES: dict[str, str] = {"mw": "MW IT", "pflops": "PFLOPS", "racks": "racks"}


class Compute(Part):
    """What a class computes on: a chip of the table compute_units, or a factor of one's own.

    Each is one value, or values by the first year in which they hold (the chip generation of that year).
    `pflops_per_mw` [PFLOPS per MW IT at the rack] replaces the chip's factor; `basis` says where it comes from.
    """

    chip: str | Mapping[Year, str] | None = None
    pflops_per_mw: Positive | Mapping[Year, Positive] | None = None
    basis: str = ""


class Growth(Part):
    """Demand that grows from a base year: base x (1 + per_year) for every year after it.

    `unit` says what the base counts. `per_year` is one rate, or rates by the first year in which they hold: {2024: 0.43,
    2030: 0.15} grows by 43 % from 2023 to 2024 and so on to 2029, then by 15 %. `source` names the fact behind it.
    """

    unit: Unit = "mw"
    base: NotNegative
    base_year: Year
    per_year: Rate | Mapping[Year, Rate]
    source: str = ""


class StockBase(Part):
    """What existing centres serve, for `demand_basis: total`: taken off the demand of one class, year by year.

    Exactly one of `it_mw` (drawn, own peak of the class), `energy_twh` (a year's electricity; needs `pue`) and `racks`
    (needs `kw_per_rack`) is given, for `base_year`. `survival` is the share still in use, by year from which it holds; or
    `life_years`: ages are spread evenly over the life, so 1 / life of them leave every year (assumed). `source` names
    document or fact.
    """

    workload: str
    base_year: Year
    it_mw: NotNegative | None = None
    energy_twh: NotNegative | None = None
    pue: Annotated[float, Field(ge=1.0, le=5.0)] | None = None
    racks: NotNegative | None = None
    kw_per_rack: Positive | None = None
    survival: Mapping[Year, Share] = Field(default_factory=dict)
    life_years: Positive | None = None
    source: str = ""


def held_in(values: Mapping[int, T], year: int) -> T | None:
    """Return the value that holds in a year: that of the last key not after it; None before the first."""
    held = [key for key in values if key <= year]
    return values[max(held)] if held else None


def in_year(values: T | Mapping[int, T], year: int) -> T | None:
    """Return the value that holds in a year: the one value, or that of the last key not after the year."""
    return held_in(values, year) if isinstance(values, Mapping) else values
