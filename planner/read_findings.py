"""What reading gathers on its way: raw layers, problems and notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from planner.errors import Notice, Problem
from planner.i18n import gettext as _
from planner.tables import Table

MAX_NAMES = 5


@dataclass(frozen=True, eq=False)
class RawLayer:
    """A layer as its file gives it: cells untouched, None where empty.

    `rows` holds the line of the file (CSV) or the number of the feature, one per row of `cells`.
    """

    name: str
    file: str
    cells: pd.DataFrame
    rows: Sequence[int]
    geometry: np.ndarray | None = None
    crs: str | None = None

    def label(self, position: int, key: Sequence[str]) -> str:
        """Return the name of one row: its key, or its place when it has none."""
        parts = [self.cells[column].iloc[position] for column in key if column in self.cells]
        known = [str(part) for part in parts if part is not None and str(part) != ""]
        return " ".join(known) if known else _("row {row}").format(row=self.rows[position])


@dataclass
class Findings:
    """Collects problems and notices while a region is read; nothing is raised before the end."""

    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def add(
        self,
        file: str,
        code: str,
        message: str,
        remedy: str,
        *,
        layer: str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
    ) -> None:
        """Note one problem."""
        shown = None if value is None else str(value)
        self.problems.append(Problem(file, layer, row, column, shown, code, message, remedy))

    def notice(self, file: str, code: str, message: str, *, layer: str | None = None) -> None:
        """Note something that changes no number."""
        self.notices.append(Notice(file, layer, code, message))


@dataclass(frozen=True, eq=False)
class Reading:
    """One layer on its way through the checks: its declaration, its raw cells, and where findings go."""

    table: Table
    layer: RawLayer
    findings: Findings

    def note(self, code: str, message: str, *, remedy: str, column: str | None = None, row: int | None = None) -> None:
        """Note a problem of the layer as a whole, or of one place in it."""
        layer = self.layer
        self.findings.add(layer.file, code, message, remedy, layer=layer.name, row=row, column=column)

    def note_rows(
        self, code: str, message: str, *, remedy: str, positions: Sequence[int], column: str | None = None
    ) -> None:
        """Note one problem of several rows; `{column}`, `{rows}` and `{value}` are filled into the message."""
        layer = self.layer
        names = tuple(layer.label(position, self.table.key) for position in positions[:MAX_NAMES])
        more = _(", …") if len(positions) > MAX_NAMES else ""
        where = _("{n} of {total} rows ({names}{more})").format(
            n=len(positions), total=len(layer.cells), names=", ".join(names), more=more
        )
        has_cell = column is not None and column in layer.cells
        value = layer.cells[column].iloc[positions[0]] if has_cell else None
        place = layer.name if column is None else f"{layer.name}.{column}"
        sentence = message.replace("{column}", place).replace("{rows}", where).replace("{value}", str(value))
        self.findings.problems.append(
            Problem(
                layer.file,
                layer.name,
                layer.rows[positions[0]],
                column,
                None if value is None else str(value),
                code,
                sentence,
                remedy,
                names=names,
                count=len(positions),
                rows=tuple(int(layer.rows[position]) for position in positions),
            )
        )
