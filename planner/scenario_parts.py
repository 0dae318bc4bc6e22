"""The parts of a scenario: what a person may ask of land, power, water, cooling, load, green power and money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import pydantic
from pydantic import Field

from planner.i18n import language
from planner.scenario_demand import Compute, Growth
from planner.scenario_grid import Expansion, Flexible
from planner.scenario_part import NotNegative, Part, Positive, Share


class Name(Part):
    """A name in both languages."""

    en: str
    zh: str

    @property
    def here(self) -> str:
        """Return the name in the language in use."""
        return self.zh if language() == "zh" else self.en


class Objective(Part):
    """What is minimised or maximised, and limits on the other quantities."""

    name: Literal["cost", "it_mw", "carbon", "water"] = "cost"
    limits: Mapping[Literal["cost", "it_mw", "carbon", "water"], float] = Field(default_factory=dict)
    it_mw_demand_factor: float = Field(default=5.0, ge=1.0)  # demand ceiling of the objective it_mw


class Screening(Part):
    """How candidate sites are made from the study area."""

    cell_km: float = Field(default=2.0, gt=0.1, le=50.0)
    min_area_ha: float = Field(default=3.6, ge=0.0)
    route_factor: float = Field(default=1.2, ge=1.0, le=3.0)


class Power(Part):
    """Feeding rules. Voltages are those of the station; ratings those of the feed."""

    radius_km: Mapping[int, Positive] = Field(default_factory=lambda: {500: 8.0, 220: 4.0})
    power_factor: float = Field(default=0.98, gt=0.5, le=1.0)
    feed_rating_mva: Mapping[int, Positive] = Field(default_factory=lambda: {220: 300.0, 110: 100.0})
    max_feeds_per_site: int = Field(default=5, ge=1)
    zone_bound: Literal["linear", "min_linear_ac"] = "min_linear_ac"
    zone_max_share: float | None = Field(default=0.3, gt=0.0, le=1.0)
    background_growth_per_year: float = Field(default=0.0, ge=-0.2, le=0.2)
    reserve_mva: Mapping[str, NotNegative] = Field(default_factory=dict)
    expansion: Expansion = Expansion()
    flexible: Flexible = Flexible()


class Water(Part):
    """Reclaimed water: what plants may give, reach, the city's cap (None: the policy pack's)."""

    availability_share: float = Field(default=0.02, ge=0.0, le=1.0)
    reach_km: float = Field(default=8.0, gt=0.0)
    max_pipes_per_site: int | None = Field(default=2, ge=1)
    city_cap_m3_per_year: float | None = Field(default=None, ge=0.0)
    peak_day_factor: float = Field(default=1.2, ge=1.0, le=3.0)
    cycles_of_concentration: float = Field(default=3.5, gt=1.0)
    drinking_allowed: bool = False
    drinking_cycles_of_concentration: float = Field(default=5.5, gt=1.0)


class Cooling(Part):
    """Technologies on offer for new sites, and their share of electrical overhead.

    `technologies_at`: another list for single places of a region of areas; a site goes before its market, that before its hub.
    """

    QUIET: ClassVar[frozenset[str]] = frozenset({"technologies_at"})

    technologies: tuple[str, ...] = (
        "air_chiller",
        "tower_economiser",
        "indirect_evaporative",
        "cold_plate_dry",
        "cold_plate_tower",
        "immersion",
    )
    technologies_at: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    overhead_share: float = Field(default=0.055, ge=0.0, le=0.3)
    stock_overhead_share: float = Field(default=0.09, ge=0.0, le=0.3)
    pue_fixed_share: float = Field(default=0.03, ge=0.0, le=0.2)
    block_mw: Mapping[str, Positive] = Field(
        default_factory=lambda: {"cold_plate_dry": 10.0, "cold_plate_tower": 10.0, "immersion": 10.0}
    )
    default_block_mw: float = Field(default=5.0, gt=0.0)
    pue_caps: Literal["by_size", "off"] = "by_size"

    @pydantic.field_validator("pue_caps", mode="before")
    @classmethod
    def _off(cls, value: Any) -> Any:
        """Take `off` as it is written: YAML reads it as false."""
        return "off" if value is False else value


class Workload(Part):
    """A class of IT load. Its demand is given as exactly one of demand_mw, demand_pflops, demand_racks, demand_growth."""

    QUIET: ClassVar[frozenset[str]] = frozenset(
        {"demand_pflops", "demand_racks", "demand_growth", "kw_per_rack", "compute"}
    )

    name: Name
    rtt_limit_ms: float = Field(gt=0.0)
    density_kw_per_rack: float = Field(gt=0.0)
    availability: Literal["A", "B", "C"]
    load_factor: float = Field(gt=0.0, le=1.0)
    coincidence: float = Field(gt=0.0, le=1.0)
    may_go_outside: bool = False
    in_city_max_share: float | None = Field(default=None, ge=0.0, le=1.0)
    demand_mw: Mapping[int, NotNegative] = Field(default_factory=dict)
    demand_pflops: Mapping[int, NotNegative] = Field(default_factory=dict)
    demand_racks: Mapping[int, NotNegative] = Field(default_factory=dict)
    demand_growth: Growth | None = None
    kw_per_rack: Positive | None = None  # rating of a rack, drawn at the peak of the class; 2.5 for a standard rack
    compute: Compute = Compute()


class Latency(Part):
    """Round trip time inside the city and to outside sites: fixed_ms + 2 x route km x 4.9 us/km.

    `path`: which of the two holds between sites and districts; `long` in a region of areas far apart. Switched off, every
    site may serve every district.
    """

    QUIET: ClassVar[frozenset[str]] = frozenset({"is_on", "path"})

    is_on: bool = True
    path: Literal["metro", "long"] = "metro"
    metro_fixed_ms: float = Field(default=0.5, ge=0.0)
    metro_route_factor: float = Field(default=1.4, ge=1.0)
    long_fixed_ms: float = Field(default=2.7, ge=0.0)
    long_route_factor: float = Field(default=1.1, ge=1.1)

    @property
    def fixed_ms(self) -> float:
        """Return the fixed part between sites and districts."""
        return self.long_fixed_ms if self.path == "long" else self.metro_fixed_ms

    @property
    def route_factor(self) -> float:
        """Return the route factor between sites and districts."""
        return self.long_route_factor if self.path == "long" else self.metro_route_factor


class Green(Part):
    """Green power: required share by year (empty: the policy pack's rule for new load)."""

    share: Mapping[int, Share] = Field(default_factory=dict)
    applies_to: Literal["all", "city", "hub_new", "hub_start_area", "new_build", "public_procurement", "stock"] = (
        "new_build"
    )


class Carbon(Part):
    """Residual grid factor by year [t/MWh], caps by year [t], and whether certificates lower carbon.

    In a region of areas the factors come from its markets, and `grid_t_per_mwh` is left out.
    """

    grid_t_per_mwh: Mapping[int, NotNegative] = Field(default_factory=dict)
    cap_t: Mapping[int, NotNegative] = Field(default_factory=dict)
    certificates_count: bool = False
    outside_t_per_mwh: float = Field(default=0.11, ge=0.0)


class Clusters(Part):
    """Sizes and number of new sites."""

    min_site_mw: float = Field(default=30.0, ge=0.0)
    max_site_mw: float = Field(default=150.0, gt=0.0)
    max_sites: int | None = Field(default=None, ge=1)
    min_occupancy_share: float | None = Field(default=0.6, gt=0.0, le=1.0)


class Land(Part):
    """Land per MW IT installed; technologies that need roof and facade take more."""

    area_ha_per_mw: float = Field(default=0.12, gt=0.0)
    area_ha_per_mw_by_technology: Mapping[str, Positive] = Field(default_factory=lambda: {"indirect_evaporative": 0.18})


class StockRules(Part):
    """What may become of existing centres."""

    options: tuple[Literal["retrofit", "convert", "vacate"], ...] = ("retrofit", "convert", "vacate")
    retrofit_technology: str = "indirect_evaporative"
    convert_technology: str = "cold_plate_dry"
    convert_workload: str = "inference_liquid"
    displaced_workload: str = "general"
    coincidence: float = Field(default=0.85, gt=0.0, le=1.0)
    lead_years: Mapping[str, Annotated[int, Field(ge=0)]] = Field(
        default_factory=lambda: {"retrofit": 1, "convert": 1, "vacate": 0}
    )


class Economy(Part):
    """Interest, lives, and which column of the price table is used."""

    rate: float = Field(default=0.06, ge=0.0, le=0.3)
    life_years: Mapping[str, Annotated[int, Field(ge=1)]] = Field(
        default_factory=lambda: {"building": 30, "plant": 12, "lines": 30, "land": 50}
    )
    price_case: Literal["low", "central", "high"] = "central"
    prices: Mapping[str, NotNegative] = Field(default_factory=dict)


class Wishes(Part):
    """What the planner has already decided per site."""

    fixed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    min_mw: Mapping[str, NotNegative] = Field(default_factory=dict)


class SolverRules(Part):
    """Gap, time limit and seed."""

    gap: float = Field(default=0.005, ge=0.0, lt=1.0)
    time_limit_s: float = Field(default=60.0, gt=0.0)
    seed: int = Field(default=0, ge=0)
