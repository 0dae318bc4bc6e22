"""Model and audit agree on the small plan under every objective and with families switched off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner.audit import audit_plan
from planner.read import read_region
from planner.scenario import load_scenario
from planner.session import Session

CASE = Path(__file__).parents[1] / "cases" / "small_plan" / "scenario.yaml"
VARIANTS: list[dict[str, Any]] = [
    {"objective.name": "it_mw"},
    {"objective.name": "carbon"},
    {"objective.name": "water"},
    {"objective.limits": {"water": 1e7, "it_mw": 200.0}},
    *({"families_off": (family,)} for family in ("phasing", "clusters", "water", "green", "stock", "carbon")),
    {"water.drinking_allowed": True},
    {"years": (2030,), "carbon.cap_t": {}},
    {"power.zone_max_share": 0.9},
    {"power.flexible": {"is_on": True}, "power.reserve_mva": {"Z1": 280.0}, "demand_scale": 1.5},
    {"power.background_growth_per_year": 0.02, "power.zone_bound": "linear"},
    {"is_unserved_allowed": False, "demand_scale": 0.5},
    {"cooling.pue_caps": "off"},
    {"stock.options": ("vacate", "retrofit"), "economy.prices.retrofit_cny_per_mw_it": 1000.0},
]


@pytest.mark.slow
@pytest.mark.parametrize("changes", VARIANTS, ids=str)
def test_the_audit_agrees_with_the_model(changes: dict[str, Any]) -> None:
    scenario = load_scenario(CASE).changed({**changes, "solver.gap": 0.08, "solver.time_limit_s": 20.0})
    region = read_region(scenario.region)
    session = Session(region, scenario)
    plan = json.loads(session.solve().to_json())

    report = audit_plan(plan, region, scenario, assembled=session.assembled)

    assert report["failures"] == []
