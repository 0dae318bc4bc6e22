"""The value `Plan`: what was decided, with limits and their worth, the audit, the grid check and the record.

A plan is a dictionary of plain values (the published schema of plan.json); `Plan` wraps it. null means "not computed".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.siting import SitingModel
from models.siting.data import DRY
from models.siting.objective import UNITS, ledger
from models.siting.solve import Solution
from planner.assemble import Assembled
from planner.phasing_rows import phasing_lists, without_idle_mains
from planner.plan_area import AREA_LISTS, area_lists
from planner.plan_grid import flexible_rows, reinforcement_rows
from planner.plan_limits import limit_rows
from planner.plan_markets import green_rows
from planner.plan_missing import missing_rows
from planner.plan_tables import TOLERANCE, _names, _records, assignment_rows, by_district, decided, records, site_rows
from planner.plan_use import energy_rows, water_rows
from planner.policy_rows import label_sites, rule_rows
from planner.region import Region
from planner.scenario import Scenario

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Plan:
    """A plan as plain data; read-only by convention."""

    data: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    @property
    def status(self) -> str:
        """optimal, time_limit, interrupted, infeasible or no_plan."""
        return str(self.data["status"])

    @property
    def security(self) -> str:
        """secure, insecure or not_checked."""
        return str(self.data["security"])

    @property
    def has_plan(self) -> bool:
        """Return whether there are decisions (an incumbent)."""
        return self.data["objective"]["value"] is not None

    def to_json(self) -> str:
        """Return the plan as JSON; not-a-number is refused."""
        return json.dumps(self.data, ensure_ascii=False, indent=1, allow_nan=False)

    def changed(self, **changes: Any) -> Plan:
        """Return the plan with top-level fields replaced."""
        return Plan({**self.data, **changes})


def empty_plan(region: Region, scenario: Scenario, *, status: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan without decisions: every list empty, nothing checked."""
    name = scenario.objective.name
    return {
        "schema_version": SCHEMA_VERSION,
        "status": status,
        "security": "not_checked",
        "name": scenario.name.model_dump(),
        "region": {
            "id": region.id,
            "name": dict(region.name),
            "is_synthetic_grid": region.is_synthetic_grid,
            "fingerprint": region.fingerprint,
        },
        "scenario": json.loads(scenario.model_dump_json(exclude={"region"})),
        "objective": {
            "name": name,
            "sense": "maximise" if name == "it_mw" else "minimise",
            "value": None,
            "unit": UNITS[name],
        },
        "bound": None,
        "gap": None,
        "ledger": [],
        "years": list(scenario.years),
        "year_weights": {},
        **{k: [] for k in ("sites", "outside", "unserved", "assignments", "stock", "green", "energy", "plant_water",
                           "water_totals", "limits", "reinforcements", "flexible", *AREA_LISTS)},
        "loop": None,
        "grid": {"status": "not_checked", "reason": "not run", "is_synthetic": region.is_synthetic_grid, "rules": {},
                 "base": [], "outages": []},
        "audit": {"status": "not_run", "n_checks": 0, "failures": []},
        "infeasible": None,
        "record": dict(record),
    }  # fmt: skip


def make_plan(
    region: Region,
    scenario: Scenario,
    *,
    assembled: Assembled,
    model: SitingModel,
    solution: Solution,
    worths: np.ndarray | None,
    record: Mapping[str, Any],
) -> Plan:
    """Return the plan of a solution that has values."""
    if solution.values is None or solution.objective is None:
        raise ValueError("the solution has no values")
    x, data = without_idle_mains(model, tightened(model, solution.values)), model.data
    values = decided(model, x)
    sign = -1.0 if scenario.objective.name == "it_mw" else 1.0
    plan = empty_plan(region, scenario, status=solution.status, record=record)
    value = float(model.matrix.cost @ x)
    plan["objective"]["value"] = sign * value + 0.0  # no minus zero
    if solution.bound is not None:
        plan["bound"] = sign * min(solution.bound, value)
        plan["gap"] = abs(value - min(solution.bound, value)) / max(abs(value), 1e-9)
    plan["ledger"] = _ledger(model, x)
    plan["year_weights"] = {str(y): float(w) for y, w in data.year_weights.items()}
    plan["sites"] = site_rows(
        model, values, region=region, candidates=assembled.candidates, power_factor=scenario.power.power_factor
    )
    plan["outside"] = _outside(region, values)
    unserved = values["unserved_mw"][["district", "workload", "year", "value"]].rename(columns={"value": "it_mw"})
    plan["unserved"] = _records(by_district(unserved, model, values))
    plan["assignments"] = assignment_rows(model, values)
    plan["stock"] = _stock(region, model, values)
    plan["green"] = green_rows(values["green_mwh"], data)
    plan |= phasing_lists(plan["sites"], values, model=model, region=region, scenario=scenario, prices=assembled.prices)
    plan |= area_lists(plan, region, scenario, assembled=assembled, model=model, values=values)
    plan["energy"] = energy_rows(model, x, values, assembled=assembled, markets=plan["markets"])
    plan["reinforcements"] = reinforcement_rows(assembled.states, values)
    plan["flexible"] = flexible_rows(scenario, model, values)
    plan["plant_water"], plan["water_totals"] = water_rows(model, x, values)
    plan["limits"] = limit_rows(model, x, worths)
    plan["missing"] = missing_rows(plan, data)
    annual = assembled.physics.annual
    label_sites(assembled.policy, plan, assembled.places, scenario=scenario, annual=annual)
    plan["rules"] = rule_rows(assembled.policy, plan, assembled.places, scenario=scenario, annual=annual)
    return Plan(plan)


def tightened(model: SitingModel, x: np.ndarray) -> np.ndarray:
    """Return the values without what a solver may leave over: zone loads above their feeds, pipes without water.

    The point stays feasible and never costs more.
    """
    d, out = model.decisions, x.copy()
    below = d["feed_mva"].merge(model.data["ancestors"], on="substation")
    below = below.assign(mva=x[below["col"].to_numpy(np.int64)])
    sums = below.groupby(["site", "node", "year"], as_index=False)["mva"].agg(["sum", "max"])
    own = d["class_a_mva"][["site", "year", "col"]]
    own = own.assign(class_a=x[own["col"].to_numpy(np.int64)]).drop(columns=["col"])
    node = d["node_mva"].merge(sums, on=["site", "node", "year"]).merge(own, on=["site", "year"], how="left")
    least = np.maximum(node["max"], node["sum"] - node["class_a"].fillna(0.0))
    out[node["col"].to_numpy(np.int64)] = least.to_numpy(float)
    loads = d["load_mw"].assign(mw=x[d["load_mw"]["col"].to_numpy(np.int64)])
    wet = loads[(loads["plant"] != DRY) & (loads["mw"] > TOLERANCE)]
    used = wet.groupby(["site", "plant"], as_index=False)["year"].agg(first="min")
    pipes = d["is_piped"].merge(used, on=["site", "plant"], how="left")
    if "phasing" in dict(model.families).values():
        stands = pipes["year"] >= pipes["first"].fillna(np.inf)
    else:
        keys = ["site", "plant", "year"]
        stands = pd.MultiIndex.from_frame(pipes[keys]).isin(pd.MultiIndex.from_frame(wet[keys]))
    out[pipes["col"].to_numpy(np.int64)] = np.asarray(stands, float)
    return out


def _ledger(model: SitingModel, x: np.ndarray) -> list[dict[str, Any]]:
    table = ledger(model.data, model.decisions)
    table = table.assign(annual=table["coef"].to_numpy(float) * x[table["col"].to_numpy(np.int64)])
    sums = table.groupby(["term", "at"], sort=False)["annual"].sum().reset_index()
    weights = model.data.year_weights
    return [
        {"term": term, "year": int(year), "cny": float(annual * weights[year]), "cny_per_year": float(annual)}
        for term, year, annual in sums.itertuples(index=False, name=None)
    ]


def _outside(region: Region, values: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    names = _names(region["outside_sites"], "outside")
    sums = values["outside_mw"].groupby(["outside", "year", "workload"], as_index=False)["value"].sum()
    return [
        {"id": o, "name": names[o][0], "name_zh": names[o][1], "year": int(y), "workload": w, "it_mw": float(v)}
        for o, y, w, v in sums.itertuples(index=False, name=None)
    ]


def _stock(region: Region, model: SitingModel, values: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    moved, served = values["n_switched"], values["stock_mw"]
    out = []
    for row in region["stock"].itertuples(index=False):
        for year in model.data.years:
            own = moved[(moved["stock"] == row.stock) & (moved["year"] <= year)]
            gone = {str(k): round(v) for k, v in own.groupby("option")["value"].sum().items()}
            load = served[(served["stock"] == row.stock) & (served["year"] == year)]
            out.append(
                {
                    "id": row.stock,
                    "name": row.name_en,
                    "name_zh": row.name_zh,
                    "lon": float(row.lon),
                    "lat": float(row.lat),
                    "district": row.district,
                    "year": int(year),
                    "n_halls": int(row.n_halls),
                    "keep": int(row.n_halls) - sum(gone.values()),
                    "options": gone,
                    "served": records(load, {"option": "option", "workload": "workload", "value": "it_mw"}),
                }
            )
    return out


__all__ = ["Plan", "empty_plan", "make_plan"]
