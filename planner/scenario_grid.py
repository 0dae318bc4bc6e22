"""What a scenario says about the grid: reinforcement, flexible load, operating situations and the loop of cuts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from planner.scenario_part import NotNegative, Part, Share

SUMMER_PEAK = "summer_peak"


class Expansion(Part):
    """Reinforcements that the plan may choose: the steps of the region's table reinforcements.

    `may_expand_220_110_kv` empty: the policy pack's rule. `forbidden`: nodes or single reinforcements that are out.
    `decided`: reinforcements that stand from a year on whatever the plan chooses; their cost is not part of the plan.
    """

    is_allowed: bool = False
    may_expand_220_110_kv: bool | None = None
    forbidden: tuple[str, ...] = ()
    decided: Mapping[str, int] = Field(default_factory=dict)


class Flexible(Part):
    """Load above the firm headroom that is cut off in the hours in which its station or a zone above is full.

    One step per share of hours; a MVA of a step is curtailed in at most that share. Shares and prices are assumed.
    """

    is_on: bool = False
    max_share: Share = 0.2  # of a station's new load outside class A: what of it may be interrupted
    hours_shares: tuple[Annotated[float, Field(gt=0.0, lt=1.0)], ...] = (0.001, 0.0025, 0.005, 0.01)
    curtailed_cny_per_mwh: NotNegative = 3000.0
    standby_cny_per_mw_year: NotNegative = 50_000.0


class Situation(Part):
    """One operating situation of the AC check: factors on the network's loads, its generation and the plan's load."""

    load_factor: float = Field(default=1.0, gt=0.0, le=1.5)
    generation_factor: float = Field(default=1.0, ge=0.0, le=1.5)
    plan_factor: float = Field(default=1.0, gt=0.0, le=1.0)


class Network(Part):
    """The loop of solving and checking in AC, and the rules of the check.

    An existing violation counts only where 1 MW of new load adds at least the threshold [% of 1 MW] to the element.
    """

    is_on: bool = True
    max_rounds: int = Field(default=8, ge=1, le=50)
    kinds: tuple[Literal["line", "trafo", "trafo3w", "double", "generator", "busbar"], ...] = Field(
        default=("line", "trafo", "trafo3w"), min_length=1
    )
    dc_rows: bool = True
    feed_transfer: bool = True
    no_worsening: bool = True
    sensitivity_threshold_percent: float = Field(default=3.0, ge=0.0, le=100.0)
    slack: Literal["single", "distributed"] = "single"
    situations: Mapping[str, Situation] = Field(default_factory=lambda: {SUMMER_PEAK: Situation()}, min_length=1)
