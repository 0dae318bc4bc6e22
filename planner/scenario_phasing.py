"""The parts of a scenario that say when one may build, with how much money, and who takes the heat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from planner.scenario_part import NotNegative, Part, Positive, Share

DEFAULT = "default"  # the key of `lead_years` that holds for every site without a value of its own
LeadYears = Annotated[int, Field(ge=0, le=30)]


class Phasing(Part):
    """Lead times by site, the most that may be invested by year, and how far the next review of the plan is away.

    `lead_years`: years from the decision to the first load, by site; `default` for all others.
    `budget_cny`: the most that may be invested between the planning year before and this one.
    `review_years`: what has to be decided within this many years of the base year is listed as "decide now".
    """

    lead_years: Mapping[str, LeadYears] = Field(default_factory=dict)
    budget_cny: Mapping[int, NotNegative] = Field(default_factory=dict)
    review_years: int = Field(default=1, ge=0, le=30)

    def lead_of(self, site: str) -> int:
        """Return the lead time of a site [years]."""
        return self.lead_years.get(site, self.lead_years.get(DEFAULT, 0))


class Heat(Part):
    """Waste heat that is sold: reach of a heat main, and what replaces the model's own assumptions.

    `recoverable_share`: of the IT power, by technology, instead of the share by technology and density.
    `season_share`: of the year in which heat is wanted, instead of the heating season of the climate.
    `min_share`: least reused share of all energy (ERF), by planning year.
    """

    is_on: bool = False
    reach_km: Positive = 10.0
    route_factor: float = Field(default=1.3, ge=1.0, le=3.0)
    recoverable_share: Mapping[str, Share] = Field(default_factory=dict)
    season_share: Share | None = None
    min_share: Mapping[int, Share] = Field(default_factory=dict)
