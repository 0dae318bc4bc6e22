"""A user's hourly load: a CSV with `hour` and one column of load, one row per hour of a whole year."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from planner.errors import InputProblems, Problem
from planner.i18n import gettext as _
from planner.read_text import decode

LAYER = "load_profile"
LOADS = ("mw", "mva", "per_unit", "load")
WHOLE_YEARS = (8760, 8784)


def read_profile(path: str | Path) -> pd.Series[float]:
    """Return the load by hour; raise InputProblems with everything that is wrong.

    The load column is `mw`, `mva`, `per_unit` or `load`: only the shape counts, so the unit does not matter.
    """
    path = Path(path)
    table = _table(path)
    column = next((c for c in LOADS if c in table), None)
    problems = list(_problems(table, column, path.name))
    if problems or column is None:
        raise InputProblems(problems)
    ordered = table.assign(hour=pd.to_numeric(table["hour"])).sort_values("hour")
    return pd.Series(pd.to_numeric(ordered[column]).to_numpy(float), name=column)


def _table(path: Path) -> pd.DataFrame:
    decoded = decode(path.read_bytes(), file=path.name, layer=LAYER)
    if isinstance(decoded, Problem):
        raise InputProblems([decoded])
    try:
        table = pd.read_csv(io.StringIO(decoded[0]), dtype=str, skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        message = _("{file} is not a table: {why}").format(file=path.name, why=str(error).strip())
        raise InputProblems([_problem(path.name, message, "no_table")]) from error
    return table.rename(columns=lambda name: str(name).strip().lower())


def _problem(
    file: str, message: str, code: str, *, row: int | None = None, column: str | None = None, value: object = None
) -> Problem:
    remedy = _("Write a CSV with the columns hour (0 to 8759) and mw, mva, per_unit or load.")
    return Problem(file, LAYER, row, column, None if value is None else str(value), code, message, remedy)


def _problems(table: pd.DataFrame, column: str | None, file: str) -> Iterator[Problem]:
    for name, is_there in (("hour", "hour" in table), ("mw", column is not None)):
        if not is_there:
            yield _problem(
                file, _("The column {column} is missing.").format(column=name), "column_missing", column=name
            )
    if column is not None:
        load = pd.to_numeric(table[column], errors="coerce")
        wrong = np.flatnonzero(~(np.isfinite(load) & (load >= 0)))
        if len(wrong):
            message = _("{n} hours have no load of at least 0.").format(n=len(wrong))
            first = table[column].iloc[wrong[0]]
            yield _problem(file, message, "value_invalid", row=int(wrong[0]) + 2, column=column, value=first)
        elif not load.max() > 0:
            yield _problem(file, _("The load is 0 in every hour."), "value_invalid", column=column)
    if "hour" in table:
        hours = pd.to_numeric(table["hour"], errors="coerce")
        n = len(table)
        if n not in WHOLE_YEARS or not np.array_equal(np.sort(hours.to_numpy(float)), np.arange(n)):
            message = _("The hours are not each hour of one year, from 0 to 8759 (or 8783).")
            yield _problem(file, message, "hours", column="hour")
