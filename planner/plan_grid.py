"""The plan's lists about the grid: reinforcements that were chosen, interruptible load that was bought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.siting import SitingModel
from planner.grid_cases import AS_IS
from planner.scenario import Scenario

Values = Mapping[str, pd.DataFrame]


def reinforcement_rows(states: pd.DataFrame, values: Values) -> list[dict[str, Any]]:
    """Return one entry per step that is built: node, names, state, year_from, and what the step itself costs and adds.

    A node that passes several steps at once has an entry for each of them.
    """
    reached = values["in_state"]
    out = []
    for node, table in states.groupby("node", sort=True):
        own = reached[(reached["node"] == node) & (reached["state"] != AS_IS)]
        cost = added = 0.0
        for row in table.sort_values("state", key=lambda s: s.astype(int)).itertuples(index=False):
            there = own.loc[own["state"].astype(int) >= int(row.state), "year"]
            if len(there):
                out.append(
                    {
                        "node": node,
                        "name": row.name,
                        "name_zh": row.name_zh,
                        "state": str(row.state),
                        "year_from": int(there.min()),
                        "cny_per_year": float(row.cny_per_year) - cost,
                        "added_mva": float(row.added_mva) - added,
                    }
                )
            cost, added = float(row.cny_per_year), float(row.added_mva)
    return out


def flexible_rows(scenario: Scenario, model: SitingModel, values: Values) -> list[dict[str, Any]]:
    """Return one entry per station and year: substation, year, mva, hours_share, energy_share, steps, cny_per_year.

    `hours_share`: of the hours of a year, in how many the last MVA is curtailed at most; `energy_share`: of the energy of
    this load, what is curtailed at most.
    """
    bought = values["flexible_mva"]
    if bought.empty:
        return []
    share = dict(enumerate(sorted(scenario.power.flexible.hours_shares), start=1))
    rows = bought.merge(model.data["flexible"].drop(columns=["mva"]), on=["substation", "year", "step"])
    out = []
    for (station, year), part in rows.groupby(["substation", "year"], sort=True):
        hours, mva = part["step"].map(share).astype(float), part["value"].astype(float)
        out.append(
            {
                "substation": station,
                "year": int(year),
                "mva": float(mva.sum()),
                "hours_share": float(hours.max()),
                "energy_share": float((hours * mva).sum() / mva.sum()),
                "steps": {str(int(step)): float(v) for step, v in zip(part["step"], mva, strict=True)},
                "cny_per_year": float((mva * part["cny_per_mva_year"].astype(float)).sum()),
            }
        )
    return out
