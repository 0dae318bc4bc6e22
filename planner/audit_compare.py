"""How the audit compares: two numbers within a tolerance, a use with its limit, a statement that must hold.

Every comparison returns an `Outcome`: how many were made, and each one that failed with its place, the value the audit
computed and the value of the plan. Not-a-number never passes.

Tolerance: RELATIVE of the larger number plus an absolute part by unit. The solver may miss a row by 1e-6, integers are
rounded, and values below 1e-6 are left out of a plan; sums over sites collect these.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

RELATIVE = 2e-6
ABSOLUTE: Mapping[str, float] = {
    "MW": 1e-4,
    "MVA": 1e-4,
    "MWh/year": 1.0,
    "m3/day": 1e-2,
    "m3/year": 2.0,
    "t": 1.0,
    "CNY": 2e3,
    "ha": 1e-5,
    "km": 1e-6,
    "ms": 1e-6,
    "bays": 1e-6,
    "halls": 1e-6,
    "sites": 1e-6,
    "% or pu": 1e-5,
    "-": 1e-9,
}
YEAR_LIKE = ("year", "month", "open_year", "built_year")

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """One kind of check: its name, how many comparisons it made, and those that failed."""

    check: str
    n: int
    failures: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Limit:
    """All rows of one limit: `rows` has the index columns, then `used` and `limit`, both recomputed."""

    constraint: str
    unit: str
    rows: pd.DataFrame
    is_enforced: bool = True

    @property
    def keys(self) -> list[str]:
        """Return the index columns."""
        return [c for c in self.rows.columns if c not in ("used", "limit")]


def tolerance(expected: Floats, found: Floats, unit: str) -> Floats:
    """Return how far two numbers of a unit may lie apart."""
    return np.asarray(RELATIVE * np.fmax(np.abs(expected), np.abs(found)) + ABSOLUTE[unit])


def outcome(check: str, rows: pd.DataFrame, ok: Bools, *, keys: Sequence[str], expected: Any, found: Any) -> Outcome:
    """Return the outcome of comparisons made row by row; `expected` and `found` are columns or one text for all."""
    bad = np.flatnonzero(~np.asarray(ok, bool))
    if not len(bad):
        return Outcome(check, len(rows), ())
    index = rows.iloc[bad][list(keys)].itertuples(index=False, name=None)
    want, have = _column(expected, bad), _column(found, bad)
    failures = tuple(
        {"check": check, "index": [plain(v) for v in place], "expected": plain(w), "found": plain(h)}
        for place, w, h in zip(index, want, have, strict=True)
    )
    return Outcome(check, len(rows), failures)


def _column(value: Any, bad: npt.NDArray[np.intp]) -> list[Any]:
    if isinstance(value, pd.Series | np.ndarray):
        return list(np.asarray(value)[bad])
    return [value] * len(bad)


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: no numpy types, no not-a-number."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def equal(check: str, rows: pd.DataFrame, *, keys: Sequence[str], unit: str) -> Outcome:
    """Return whether columns `expected` and `found` are the same number."""
    expected, found = rows["expected"].to_numpy(float), rows["found"].to_numpy(float)
    ok = np.abs(expected - found) <= tolerance(expected, found, unit)
    return outcome(check, rows, ok, keys=keys, expected=expected, found=found)


def same(check: str, rows: pd.DataFrame, *, keys: Sequence[str]) -> Outcome:
    """Return whether columns `expected` and `found` hold the same name or are both missing."""
    expected, found = rows["expected"].astype(object), rows["found"].astype(object)
    ok = (expected == found) | (expected.isna() & found.isna())
    return outcome(check, rows, ok.to_numpy(bool), keys=keys, expected=expected, found=found)


def within(check: str, rows: pd.DataFrame, *, keys: Sequence[str], unit: str) -> Outcome:
    """Return whether column `used` stays within column `limit`."""
    used, limit = rows["used"].to_numpy(float), rows["limit"].to_numpy(float)
    ok = used <= limit + tolerance(np.where(np.isfinite(limit), limit, 0.0), used, unit)
    return outcome(check, rows, ok, keys=keys, expected=limit, found=used)


def known(check: str, rows: pd.DataFrame, allowed: Iterable[Any], *, keys: Sequence[str]) -> Outcome:
    """Return whether every combination of the columns `keys` is one of `allowed` (tuples; scalars for one column)."""
    names = set(allowed)
    values = rows[keys[0]].tolist() if len(keys) == 1 else list(rows[list(keys)].itertuples(index=False, name=None))
    ok = np.array([v in names for v in values], dtype=bool)
    return outcome(check, rows, ok, keys=keys, expected="known", found="unknown")


def holds(check: str, ok: bool, *, expected: Any, found: Any, index: Sequence[Any] = ()) -> Outcome:  # noqa: FBT001
    """Return one statement."""
    if ok:
        return Outcome(check, 1, ())
    entry = {"check": check, "index": [plain(v) for v in index], "expected": plain(expected), "found": plain(found)}
    return Outcome(check, 1, (entry,))


def number(check: str, expected: float, found: Any, *, unit: str, index: Sequence[Any] = ()) -> Outcome:
    """Return whether one number of the plan is the one computed."""
    have = math.nan if found is None else float(found)
    ok = bool(abs(expected - have) <= float(tolerance(np.array(expected), np.array(have), unit)))
    return holds(check, ok, expected=expected, found=found, index=index)


def beside(expected: pd.DataFrame, found: pd.DataFrame, *, keys: Sequence[str]) -> pd.DataFrame:
    """Return `keys`, `expected`, `found` from two frames with a column `value`, summed by key, 0 where absent."""
    by = list(keys)
    types = {key: "int64" if key in YEAR_LIKE else "object" for key in by}
    sides = [
        cast_to(frame[by], types).assign(
            expected=frame["value"].astype(float) * left, found=frame["value"] * (1 - left)
        )
        for frame, left in ((expected, 1), (found, 0))
    ]
    both = pd.concat([side for side in sides if len(side)] or sides[:1], ignore_index=True)
    return both.groupby(by, as_index=False)[["expected", "found"]].sum().astype({"expected": float, "found": float})


def cast_to(frame: pd.DataFrame, types: Mapping[str, str]) -> pd.DataFrame:
    """Return the frame with these types; columns that have them already are left alone."""
    other = {column: kind for column, kind in types.items() if frame[column].dtype != kind}
    return frame.astype(other) if other else frame


def total(frame: pd.DataFrame, keys: Sequence[str], column: str) -> pd.DataFrame:
    """Return the sums of a column by key as column `value`."""
    named = frame[list(keys)].assign(value=frame[column].astype(float))
    return named.groupby(list(keys), as_index=False)["value"].sum()
