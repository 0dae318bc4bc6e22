"""Reinforcements: which steps of a node may be chosen, what each state costs and how much headroom it leaves.

    state k of a node    every undecided step up to k stands; "0": only what is decided stands
    headroom[k, year]    max(0, capacity of the year + firm capacity that the undecided steps up to k add)

The maximum stands outside: where a node is short, the first unit fills the shortage before it gives headroom.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from planner.assemble_costs import Prices, annuity
from planner.grid_cases import AS_IS, decided
from planner.policy import PolicyPack
from planner.region import Region
from planner.scenario import Scenario

STATES = ["node", "state", "first_year", "cny_per_year"]
HEADROOM = ["node", "state", "year", "headroom_mva"]
POLICY = "is_220_110_kv_expandable"
POLICY_KV = 220.0


def own_headroom(region: Region, scenario: Scenario) -> pd.Series[float]:
    """Return the headroom [MVA] of each substation without what its zone limits.

    The table's headroom; a station without load of its own has its zone's there, so below a zone that is reinforced its
    own firm rating takes the place, and the zone's row does the rest.
    """
    subs = region["substations"]
    table = subs["headroom_mva"].astype(float)
    steps = decided(region, scenario)
    moving = steps["node"] if scenario.power.expansion.is_allowed else steps.loc[steps["decided_year"].notna(), "node"]
    firm = subs["firm_mva"].astype(float)
    is_bulk = subs["peak_mva"].isna() & firm.notna() & subs["parent"].isin(moving)
    return table.where(~is_bulk, np.fmax(table, firm))


def decided_mva(region: Region, scenario: Scenario, nodes: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the firm capacity [MVA] that decided reinforcements add at each row (node, year)."""
    steps = decided(region, scenario)
    steps = steps.loc[steps["decided_year"].notna(), ["node", "decided_year", "added_mva"]]
    rows = nodes[["node", "year"]].reset_index(drop=True).reset_index(names="row").merge(steps, on="node")
    rows = rows[rows["decided_year"] <= rows["year"]]
    added = np.bincount(rows["row"], weights=rows["added_mva"].astype(float), minlength=len(nodes))
    return added.astype(np.float64)


def open_steps(region: Region, scenario: Scenario, policy: PolicyPack) -> pd.DataFrame:
    """Return the rows of reinforcements that the plan may choose: allowed, not decided, every lower step open too."""
    table, rules = decided(region, scenario), scenario.power.expansion
    if not rules.is_allowed:
        return table.iloc[:0]
    subs = region["substations"]
    fixed = subs.loc[~subs["is_expandable"].astype(bool), "substation"]
    is_out = table["node"].isin(rules.forbidden) | table["reinforcement"].isin(rules.forbidden)
    is_unit = table["kind"] == "trafo"
    is_out |= is_unit & table["node"].isin(fixed)
    if not may_expand_low(scenario, policy):
        is_out |= is_unit & (table["voltage_kv"].astype(float) <= POLICY_KV)
    is_out &= table["decided_year"].isna()
    first_out = table["step"].where(is_out).groupby(table["node"]).transform("min").fillna(np.inf)
    return table[((table["step"] < first_out) & table["decided_year"].isna()).to_numpy(bool)]


def may_expand_low(scenario: Scenario, policy: PolicyPack) -> bool:
    """Return whether stations of 220 and 110 kV may get units: the scenario's word, else the policy pack's rule."""
    own = scenario.power.expansion.may_expand_220_110_kv
    year = scenario.years[-1]
    if own is not None:
        return own
    return not policy.has(POLICY, year) or policy.value(POLICY, year) > 0


def cost_cny(row: Mapping[str, Any], prices: Mapping[str, float]) -> float:
    """Return what one row of reinforcements costs [CNY]: its price per unit, else its own cost."""
    named = row["price"]
    return prices[named] * int(row["n_units"]) if isinstance(named, str) else float(row["cost_cny"])


def states(region: Region, scenario: Scenario, policy: PolicyPack, *, prices: Prices) -> pd.DataFrame:
    """Return node, state, first_year, cny_per_year, added_mva, names of every state that may be chosen, "0" left out.

    A state holds the lower ones: cost and capacity add up, and it cannot stand before the last of its steps can.
    """
    steps, table = open_steps(region, scenario, policy), decided(region, scenario)
    yearly = annuity(prices.rate, prices.life_years["lines"])
    out = []
    for node, rows in steps.groupby("node"):
        below = table[(table["node"] == node) & table["decided_year"].notna()]
        for step in sorted(rows["step"].unique()):
            part, late = rows[rows["step"] <= step], below.loc[below["step"] <= step, "decided_year"]
            first = max([region.base_year + int(part["lead_years"].max()), *late.astype(int)])
            cost = sum(cost_cny(row, prices.values) for row in part.to_dict("records"))
            now = rows[rows["step"] == step]
            names = [" + ".join(now[column].astype(str)) for column in ("name_en", "name_zh")]
            out.append((node, str(int(step)), first, cost * yearly, float(part["added_mva"].sum()), *names))
    return pd.DataFrame(out, columns=[*STATES, "added_mva", "name", "name_zh"]).astype({"added_mva": float})


def state_headroom(table: pd.DataFrame, capacity: pd.DataFrame) -> pd.DataFrame:
    """Return node, state, year, headroom_mva of the states `table` and of state "0" of their nodes."""
    as_is = table[["node"]].drop_duplicates().assign(state=AS_IS, added_mva=0.0)
    both = pd.concat([as_is, table[["node", "state", "added_mva"]]], ignore_index=True).merge(capacity, on="node")
    left = np.maximum(0.0, both["capacity_mva"].to_numpy(float) + both["added_mva"].to_numpy(float))
    both = both.assign(headroom_mva=np.where(both["is_in_service"], left, 0.0))
    return both.sort_values(["node", "state", "year"], kind="stable")[HEADROOM].reset_index(drop=True)


def states_by_year(plan: Mapping[str, Any]) -> dict[int, dict[str, str]]:
    """Return the state of every reinforced node in every planning year of a plan: {2030: {"Z8": "1"}}."""
    out: dict[int, dict[str, str]] = {int(year): {} for year in plan["years"]}
    for row in plan.get("reinforcements", []):
        for year, of_year in out.items():
            if year >= int(row["year_from"]) and int(of_year.get(row["node"], AS_IS)) < int(row["state"]):
                of_year[row["node"]] = str(row["state"])
    return out
