"""The AC network of one year, one operating situation and one choice of reinforcements.

    net = network_for(region, scenario, year, situation, states)

Loads grow with the background from the base year; the situation multiplies loads and generation. What is decided (by
the table or the scenario) stands from its year on; of the steps of a node those up to the chosen state stand.
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
        build(net, additions(region, scenario, year=year, states=states or {}))
    except ValueError as error:
        raise GridError(_("The AC network cannot be checked: {why}").format(why=error)) from error
    return net


def decided(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Return the table reinforcements with `decided_year`: the scenario's, else the table's, else not-a-number."""
    table = region["reinforcements"]
    own = table["reinforcement"].map(dict(scenario.power.expansion.decided)).astype(float)
    return table.assign(decided_year=own.fillna(table["in_service_year"].astype(float)))


def standing(region: Region, scenario: Scenario, *, year: int, states: States) -> pd.DataFrame:
    """Return the rows of reinforcements that stand in a year: decided by then, or part of their node's state."""
    table = decided(region, scenario)
    level = table["node"].map({node: int(state) for node, state in states.items()}).fillna(0).astype(int)
    is_chosen = table["decided_year"].isna() & (table["step"] <= level)
    return table[(is_chosen | (table["decided_year"] <= year)).to_numpy(bool)]


def additions(region: Region, scenario: Scenario, *, year: int, states: States) -> list[Any]:
    """Return what has been built by the year, as `models.grid.cases.Addition`."""
    from models.grid.cases import Addition

    rows = standing(region, scenario, year=year, states=states)
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
