"""The published JSON Schema (draft 2020-12) of plan.json."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def plan_schema() -> dict[str, Any]:
    """Return the schema; it stands beside this file as plan.schema.json."""
    text = (resources.files("planner.export") / "plan.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
