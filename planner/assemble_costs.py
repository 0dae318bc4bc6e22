"""Prices, annuities and weights of planning years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from planner.region import Region
from planner.scenario import Scenario


def annuity(rate: float, life_years: int) -> float:
    """Return the yearly payment per unit invested: rate / (1 - (1 + rate) ** -life), or 1 / life at rate 0."""
    return 1.0 / life_years if rate == 0 else rate / (1.0 - (1.0 + rate) ** -life_years)


def years_represented(years: tuple[int, ...], last_period_years: int) -> dict[int, float]:
    """Return how many calendar years each planning year stands for: up to the next one, the last for its period."""
    ends = [*years[1:], years[-1] + last_period_years]
    return {y: float(end - y) for y, end in zip(years, ends, strict=True)}


def year_weights(years: tuple[int, ...], last_period_years: int, *, rate: float, base_year: int) -> dict[int, float]:
    """Return the discounted number of years that each planning year stands for, seen from the base year."""
    ends = [*years[1:], years[-1] + last_period_years]
    return {y: sum((1.0 + rate) ** -(k - base_year) for k in range(y, end)) for y, end in zip(years, ends, strict=True)}


@dataclass(frozen=True)
class Prices:
    """Prices of the chosen case; `planner.fits` has made sure that none is missing."""

    values: Mapping[str, float]
    rate: float
    life_years: Mapping[str, int]

    def __getitem__(self, item: str) -> float:
        return self.values[item]

    def yearly(self, item: str, life: str) -> float:
        """Return the annuity of an investment price over the life of its kind (building, plant, lines, land)."""
        return self[item] * annuity(self.rate, self.life_years[life])


def price_values(region: Region, scenario: Scenario) -> dict[str, float]:
    """Return the region's prices of the scenario's case with the scenario's own values on top."""
    table = region["prices"].set_index("item")[scenario.economy.price_case].astype(float).dropna().to_dict()
    return {**table, **scenario.economy.prices}


def read_prices(region: Region, scenario: Scenario) -> Prices:
    """Return the prices with the rate and the lives that make annuities of them."""
    lives = {str(k): int(v) for k, v in scenario.economy.life_years.items()}
    return Prices(price_values(region, scenario), scenario.economy.rate, lives)
