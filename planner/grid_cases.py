"""The AC network of one year, one operating situation and one choice of reinforcements.

    net = network_for(region, scenario, year, situation, states)

Loads grow with the background from the base year; the situation multiplies loads and generation. What is decided
(`in_service_year`) stands from its year on; of the steps of a node those up to the chosen state stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.errors import GridError, UsageError
from planner.i18n import gettext as _
from planner.region import Region
from planner.scenario import Scenario

AS_IS = "0"
States = Mapping[str, str]


def network_for(region: Region, scenario: Scenario, year: int, situation: str, states: States | None = None) -> Any:
    """Return a new pandapower net without plan loads; `states` maps a node to its state ("0": as is, also if absent).

    Raises UsageError for an unknown situation or no network, GridError where the network cannot be made.
    """
    if region.grid is None:
        raise UsageError(_("Region {region} has no AC network.").format(region=region.id))
    if situation not in scenario.network.situations:
        known = ", ".join(scenario.network.situations)
        raise UsageError(_("Situation {name} is not one of the scenario's: {known}.").format(
            name=situation, known=known
        ))  # fmt: skip
    from models.grid.cases import build, scale
    from models.grid.source import open_net

    factors = scenario.network.situations[situation]
    try:
        net = open_net(region.grid)
        grown = (1.0 + scenario.power.background_growth_per_year) ** (year - region.base_year)
        scale(net, load_factor=grown * factors.load_factor, generation_factor=factors.generation_factor)
        build(net, additions(region, year=year, states=states or {}))
    except ValueError as error:
        raise GridError(_("The AC network cannot be checked: {why}").format(why=error)) from error
    return net


def standing(region: Region, *, year: int, states: States) -> pd.DataFrame:
    """Return the rows of reinforcements that stand in a year: decided by then, or part of their node's state."""
    table = region["reinforcements"]
    level = table["node"].map({node: int(state) for node, state in states.items()}).fillna(0).astype(int)
    is_decided = table["in_service_year"].astype(float) <= year
    return table[(table["step"] <= level).to_numpy(bool) | is_decided.to_numpy(bool)]


def additions(region: Region, *, year: int, states: States) -> list[Any]:
    """Return what has been built by the year, as `models.grid.cases.Addition`."""
    from models.grid.cases import Addition

    rows = standing(region, year=year, states=states)
    plain = rows.astype(object).where(rows.notna(), None)
    return [
        Addition(
            name=row["reinforcement"],
            kind=row["kind"],
            n_units=int(row["n_units"]),
            element=row["element"],
            bus=row["bus"],
            to_bus=row["to_bus"],
            length_km=row["length_km"],
            q_mvar=row["q_mvar"],
        )
        for row in plain.to_dict("records")
    ]
