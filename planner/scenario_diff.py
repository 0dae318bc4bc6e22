"""What differs between two scenarios, leaf by leaf, in words; and back: `reference.changed(as_changes(found))` is the draft."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from planner.editable import EDITABLE
from planner.export.words import unit_name
from planner.i18n import gettext as _
from planner.i18n import language
from planner.knobs import Knob, knob_at
from planner.knobs.prices import price_name
from planner.knobs.shown import key_text, load_name, plain_number, value_text
from planner.scenario import Scenario
from planner.scenario_path import ABSENT, EDITS, join_path, split_path
from planner.tables import Column, all_tables

EDIT_KEYS = 4  # edits, table, row, column


@dataclass(frozen=True)
class Change:
    """One place that differs: its path, both values (ABSENT: the key is not there), and all of it in words with units."""

    path: str
    before: Any
    after: Any
    label: str
    before_text: str
    after_text: str

    def __str__(self) -> str:
        """Return one line: what, before, after."""
        colon = "：" if language() == "zh" else ": "
        return f"{self.label}{colon}{self.before_text} → {self.after_text}"


def changes(
    reference: Scenario, draft: Scenario, *, cells: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None
) -> list[Change]:
    """Return every place in which two scenarios differ, in the order of the scenario's keys.

    `cells`: table, row, column, value of the region's own tables, to tell what a corrected cell was before and the row's name.
    """
    before, after = reference.whole_dict(), draft.whole_dict()
    leaves = [
        *_leaves({**before, EDITS: {}}, {**after, EDITS: {}}, ()),
        *_edit_leaves(before.get(EDITS, {}), after.get(EDITS, {})),
    ]
    return [_change(keys, old, new, scenario=draft, cells=cells or {}) for keys, old, new in leaves]


def as_changes(found: Iterable[Change]) -> dict[str, Any]:
    """Return what `Scenario.changed` takes to go from the reference to the draft."""
    return {change.path: change.after for change in found}


Leaf = tuple[tuple[Any, ...], Any, Any]


def _leaves(old: Any, new: Any, keys: tuple[Any, ...]) -> Iterator[Leaf]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _leaves(old.get(key, ABSENT), new.get(key, ABSENT), (*keys, key))
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield keys, old, new


def _edit_leaves(old: Any, new: Any) -> Iterator[Leaf]:
    """Yield single cells: tables and rows come and go with them."""
    flat = [{(t, r, c): v for t, rows in edits.items() for r, row in rows.items() for c, v in row.items()}
            for edits in (old, new)]  # fmt: skip
    for place in [*flat[0], *(place for place in flat[1] if place not in flat[0])]:
        pair = flat[0].get(place, ABSENT), flat[1].get(place, ABSENT)
        if pair[0] != pair[1]:
            yield (EDITS, *place), *pair


def _change(
    keys: tuple[Any, ...],
    before: Any,
    after: Any,
    *,
    scenario: Scenario,
    cells: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> Change:
    path = join_path(keys)
    if keys[0] == EDITS and len(keys) == EDIT_KEYS:
        _edits, table, row, cell = keys
        column = all_tables()[table].column(cell) if table in EDITABLE else None
        own = cells.get(table, {}).get(row, {})
        texts = [_cell_text(column, own.get(cell, ABSENT) if v is ABSENT else v) for v in (before, after)]
        name = own.get("name_zh" if language() == "zh" else "name_en")
        return Change(path, before, after, _cell_label(table, str(name or row), column), *texts)
    knob = knob_at(path)
    label = _label(knob, path, scenario)
    return Change(path, before, after, label, value_text(knob, before, scenario), value_text(knob, after, scenario))


def _label(knob: Knob | None, path: str, scenario: Scenario) -> str:
    """Return what a place is called: a knob's label with the class of load and the key of the map it lies in."""
    if knob is None:
        return path
    parts, keys = split_path(knob.path), split_path(path)
    loads = [load_name(scenario, key) for part, key in zip(parts, keys, strict=False) if part == "*"]
    return ("，" if language() == "zh" else ", ").join(
        [knob.label, *loads, *(_key_text(knob, key) for key in keys[len(parts) :])]
    )


def _key_text(knob: Knob, key: str) -> str:
    return price_name(key) if knob.kind == "prices" else key_text(knob, key)


def _cell_label(table: str, row: str, column: Column | None) -> str:
    what = column.meaning if column is not None else table
    return f"{row}，{what}" if language() == "zh" else f"{row}, {what}"


def _cell_text(column: Column | None, value: Any) -> str:
    if value is ABSENT:
        return _("as in the region's data")
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) or column is None:
        return str(value)
    if column.unit == "year":
        return str(int(value))
    unit = unit_name(column.unit) if column.unit != "1" else ""
    return f"{plain_number(float(value))} {unit}".strip()
