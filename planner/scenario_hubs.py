"""What a scenario says about hubs and electricity markets: limits by hub, and how prices and grid factors go on."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from planner.scenario_part import NotNegative, Part, Positive


class HubLimits(Part):
    """Most that the sites of a hub may use in a year, or hold; a year that is not given is not limited."""

    energy_mwh: Mapping[int, NotNegative] = Field(default_factory=dict)
    it_mw: Mapping[int, NotNegative] = Field(default_factory=dict)
    water_m3: Mapping[int, NotNegative] = Field(default_factory=dict)


class AssumedMarket(Part):
    """Values of a market that the region's tables do not know; the plan marks what rests on them as assumed."""

    energy_cny_per_kwh: Positive | None = None
    demand_charge_cny_per_kw_month: NotNegative | None = None
    grid_kgco2_per_kwh: NotNegative | None = None


class Markets(Part):
    """Factors on the markets' prices of energy and grid emission factors by planning year (empty: as in the base year)."""

    price_factor: Mapping[int, Positive] = Field(default_factory=dict)
    carbon_factor: Mapping[int, NotNegative] = Field(default_factory=dict)
    assumed: Mapping[str, AssumedMarket] = Field(default_factory=dict)
