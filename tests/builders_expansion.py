"""Rows of the table reinforcements, for tests."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from planner.region import Region
from planner.tables_expansion import LOAD_PROFILES, REINFORCEMENTS

DEFAULTS: dict[str, Any] = {
    "name_en": "Unit", "name_zh": "主变", "step": 1, "kind": "trafo", "voltage_kv": 500.0, "n_units": 1,
    "added_mva": 100.0, "lead_years": 3, "in_service_year": float("nan"), "cost_cny": 1e6, "price": None, "bus": None,
    "to_bus": None, "length_km": float("nan"), "q_mvar": float("nan"), "element": None,
}  # fmt: skip


def with_reinforcements(region: Region, *rows: dict[str, Any]) -> Region:
    """Return the region with these rows (defaults filled in) as its table reinforcements."""
    table = pd.DataFrame([{**DEFAULTS, **row} for row in rows])[list(REINFORCEMENTS.column_names)]
    return dataclasses.replace(region, tables={**region.tables, "reinforcements": table})


def with_profile(region: Region, profile: str, loads: list[float]) -> Region:
    """Return the region with one hourly profile."""
    table = pd.DataFrame({"profile": profile, "hour": range(len(loads)), "load": loads})
    kept = region.tables["load_profiles"]
    both = table if kept.empty else pd.concat([kept, table], ignore_index=True)
    return dataclasses.replace(
        region, tables={**region.tables, "load_profiles": both[list(LOAD_PROFILES.column_names)]}
    )
