"""The page of the scenario's keys, made from the declaration in `planner/scenario.py`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from planner import scenario as declared
from planner.editable import EDITABLE
from planner.scenario import Scenario

SCENARIO_KEYS = "docs/scenario.md"
_HEAD = """\
# Scenario

Made from `planner/scenario.py` by `planner docs`; a test fails when this page is not current. Do not edit it by hand.

A scenario is a YAML file. Unknown keys are refused, and every problem is reported at once. A key without a default must
be given. `planner solve FILE --set part.key=value` changes a value for one run. The reference scenario
`gis_data/beijing/scenarios/reference.yaml` is a complete example with comments.

A file may also tell a difference only: `based_on: reference.yaml` (a whole scenario in the same folder), a `name`, and
`changes`, a map from paths of keys to values, as in `gis_data/east_west/scenarios/latency_off.yaml`."""
_EDITS = """\
## Edits

Corrections of cells of the region's tables, for this scenario only: table, row, column, value. The region's files stay as
they are; a corrected cell is checked as in a file and shown as assumed. The row of a table with several names is written
with all of them. Empty (`null`) means "not known" where the column allows it. Rows may be added to `headroom_years`.

```yaml
edits:
  substations:
    N220-02-1: {headroom_mva: 180, n_free_bays: 3}
  headroom_years:
    N220-02-1 2030: {headroom_mva: 260}
```

| table | columns that may be corrected |
|---|---|"""
_LIMITS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if kind == "object":
        return f"map to {_type(schema.get('additionalProperties') or {})}"
    return {"null": "empty", "string": "text", "boolean": "yes / no", "integer": "whole number"}.get(kind, kind)


def _range(schema: dict[str, Any]) -> str:
    options = [schema, *schema.get("anyOf", [])]
    return ", ".join(f"{sign} {option[key]:g}" for option in options for key, sign in _LIMITS.items() if key in option)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**must be given**"
    default = field.get_default(call_default_factory=True)
    if isinstance(default, BaseModel):
        return "see the part"
    return f"`{json.dumps(default, ensure_ascii=False, default=BaseModel.model_dump)}`"


def part_markdown(title: str, part: type[BaseModel]) -> str:
    """Return the section about one part of the scenario: its keys with type, range and default."""
    keys = part.model_json_schema()["properties"]
    rows = [
        f"| `{name}` | {_type(keys[name])} | {_range(keys[name])} | {_default(field)} |"
        for name, field in part.model_fields.items()
    ]
    meaning = re.sub(r"\s+", " ", part.__doc__ or "")
    return "\n".join([f"## {title}", "", meaning, "", "| key | type | range | default |", "|---|---|---|---|", *rows])


def edits_markdown() -> str:
    """Return the section about corrections of the region's tables."""
    rows = [f"| `{table}` | {', '.join(f'`{name}`' for name in found.columns)} |" for table, found in EDITABLE.items()]
    return "\n".join([_EDITS, *rows])


def scenario_markdown() -> str:
    """Return the page about every key a scenario may hold."""
    names = [name for name, part in Scenario.model_json_schema()["$defs"].items() if "properties" in part]
    sections = [part_markdown(name, getattr(declared, name)) for name in names]
    return "\n\n".join([_HEAD, part_markdown("Scenario file", Scenario), edits_markdown(), *sections]) + "\n"


def write_scenario_keys(root: Path | str) -> Path:
    """Write the page below the root of the project and return its path."""
    path = Path(root) / SCENARIO_KEYS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(scenario_markdown(), encoding="utf-8", newline="\n")
    return path
