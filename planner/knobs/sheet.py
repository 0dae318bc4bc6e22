"""A table as a page shows it for editing: columns, rows, cells, and which place of the scenario each cell is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from planner.export.words import unit_name
from planner.i18n import language
from planner.knobs.shown import DIGITS, PERCENT
from planner.scenario_path import ABSENT
from planner.tables import Column, all_tables

Tables = Mapping[str, Mapping[str, Any]]  # of a view: table -> {columns: {name: [..]}}
NAME = "name"


@dataclass(frozen=True)
class SheetColumn:
    """One column: heading with unit, kind and range of its cells as shown, and whether they may be changed."""

    name: str
    label: str
    kind: Literal["text", "number", "integer", "yes_no", "choice"] = "text"
    is_editable: bool = False
    low: float | None = None
    high: float | None = None
    choices: Mapping[str, str] | None = None
    is_share: bool = False
    scale: float = 1.0  # cells are shown divided by it
    help: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table as shown: rows by name, cells by column; `place` gives the path of a cell, `own` its value without changes.

    `is_empty_own`: an emptied cell takes its own value again.
    """

    name: str
    title: str
    note: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[str, ...]
    cells: Mapping[str, Sequence[Any]]
    place: Callable[[str, str], str]
    own: Callable[[str, str], Any]
    is_empty_own: bool = False

    def changes(self, edited: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
        """Return what `Scenario.changed` takes for cells edited by row number and column."""
        columns = {column.name: column for column in self.columns}
        found: dict[str, Any] = {}
        for number, cells in edited.items():
            for name, shown in cells.items():
                value = _from_shown(columns[name], shown)
                row = self.rows[int(number)]
                is_own = value == self.own(row, name) or (value is None and self.is_empty_own)
                found[self.place(row, name)] = ABSENT if is_own else value
        return found


def _from_shown(column: SheetColumn, shown: Any) -> Any:
    if shown is None or isinstance(shown, bool):
        return shown
    if column.kind == "choice":
        return next((value for value, text in (column.choices or {}).items() if text == shown), shown)
    if column.is_share:
        return round(float(shown) / PERCENT, DIGITS)
    if column.scale != 1.0:
        return float(shown) * column.scale
    return int(shown) if column.kind == "integer" and float(shown).is_integer() else shown


def names_of(table: Mapping[str, Any]) -> list[Any]:
    """Return the names of the rows of a table in the language in use; None where it has none."""
    columns = table["columns"]
    wanted = columns.get("name_zh" if language() == "zh" else "name_en")
    return list(wanted) if wanted else [None] * len(next(iter(columns.values()), []))


def nodes_of(tables: Tables) -> tuple[list[str], list[Any]]:
    """Return ids and names of all stations and zones."""
    ids, names = [], []
    for table in ("substations", "zones"):
        if table in tables:
            ids += list(tables[table]["columns"][all_tables()[table].key[0]])
            names += names_of(tables[table])
    return ids, names


def column_of(column: Column, *, name: str = "", label: str = "") -> SheetColumn:
    """Return a declared column of a region's table as a column to edit."""
    is_share = column.unit == "share"
    unit = "%" if is_share else "" if column.unit in ("1", "year", "") else unit_name(column.unit)
    text = label or column.meaning
    edges = [edge if edge is None or not is_share else edge * PERCENT for edge in (column.minimum, column.maximum)]
    kind = column.kind if column.kind in ("number", "integer", "yes_no") else "text"
    return SheetColumn(
        name or column.name,
        f"{text} [{unit}]" if unit else text,
        kind,
        is_editable=True,
        low=edges[0],
        high=edges[1],
        is_share=is_share,
        help=column.meaning,
    )
