"""MATPOWER case files (.m) read as data: matrices, lists of text and single values; nothing is computed.

A case file is a program. Those that only assign tables are read; one that computes something after its tables (loads
given in kW, impedances in ohm) is refused with the line, because its tables alone are wrong by orders of magnitude.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from planner.errors import InputProblems, Problem
from planner.i18n import gettext as _

MAX_BYTES = 128 * 2**20
NEEDED = {"bus": 13, "gen": 10, "branch": 11}
"""The tables of a case and their least numbers of columns (MATPOWER case format, version 2)."""

_ASSIGNED = re.compile(r"^mpc\.(\w+)\s*=\s*(.*)$", re.DOTALL)
_HARMLESS = re.compile(r"^(function\b.*|define_constants|end|return|\[[\w\s,]*\]\s*=\s*idx_\w+)$", re.DOTALL)
_TEXT = re.compile(r"'((?:[^']|'')*)'|\"([^\"]*)\"")


@dataclass
class Case:
    """What a case file holds; `values` are single numbers or texts."""

    values: dict[str, float | str] = field(default_factory=dict)
    matrices: dict[str, np.ndarray[Any, np.dtype[np.float64]]] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)


class _FaultError(ValueError):
    """A statement that cannot be read as data."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy


def read_case(path: Path) -> Case:
    """Return the tables of a case file; all faults at once as InputProblems, each with its line."""
    if path.stat().st_size > MAX_BYTES:
        message = _("The file is larger than {n} MB.").format(n=MAX_BYTES // 2**20)
        raise InputProblems([_problem(path, None, "too_large", message=message, remedy="")])
    case, problems = Case(), []
    for line, statement in _statements(path.read_text(encoding="utf-8-sig", errors="replace")):
        try:
            _take(statement, case)
        except _FaultError as fault:
            problems.append(_problem(path, line, fault.code, message=fault.message, remedy=fault.remedy))
    problems += [] if problems else _table_problems(path, case)
    if problems:
        raise InputProblems(problems)
    return case


def _problem(path: Path, line: int | None, code: str, *, message: str, remedy: str) -> Problem:
    return Problem(path.name, None, line, None, None, code, message, remedy)


def _statements(text: str) -> list[tuple[int, str]]:
    """Return (line, statement) without comments; what stands in brackets belongs to one statement."""
    found: list[tuple[int, str]] = []
    parts: list[str] = []
    start, depth, in_block = 1, 0, False
    for number, raw in enumerate(text.splitlines(), start=1):
        if raw.strip() in {"%{", "%}"}:
            in_block = raw.strip() == "%{"
        line = "" if in_block else _without_comment(raw).strip()
        if not line:
            continue
        start = start if parts else number
        is_continued = line.endswith("...")
        parts.append(line.removesuffix("..."))
        bare = _TEXT.sub("", line)
        depth += sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}")
        if depth <= 0 and not is_continued:
            found.append((start, "\n".join(parts).rstrip("; \t")))
            parts, depth = [], 0
    if parts:
        found.append((start, "\n".join(parts)))
    return found


def _without_comment(line: str) -> str:
    """Return the line up to a % that is not inside quotes."""
    if "%" not in line:
        return line
    hidden = _TEXT.sub(lambda m: "_" * len(m.group(0)), line)
    at = hidden.find("%")
    return line if at < 0 else line[:at]


def _take(statement: str, case: Case) -> None:
    """Put one assignment into the case."""
    assigned = _ASSIGNED.match(statement)
    if assigned is None:
        if _HARMLESS.match(statement):
            return
        raise _computes(statement)
    name, value = assigned.group(1), assigned.group(2).strip()
    if value.startswith("["):
        case.matrices[name] = _matrix(name, value)
    elif value.startswith("{"):
        case.lists[name] = [(a or b).replace("''", "'") for a, b in _TEXT.findall(value)]
    elif text := _TEXT.fullmatch(value):
        case.values[name] = text.group(1) or text.group(2) or ""
    else:
        try:
            case.values[name] = float(value)
        except ValueError:
            raise _computes(statement) from None


def _computes(statement: str) -> _FaultError:
    shown = statement.splitlines()[0][:80]
    return _FaultError(
        "computes",
        _("The file computes something ({text}), so its tables alone are not the network.").format(text=shown),
        _("Load it in MATPOWER or Octave and save it with savecase, then import that file."),
    )


def _matrix(name: str, value: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the rows of a matrix of plain numbers."""
    body = value.removeprefix("[").rstrip().removesuffix("]")
    rows = [row.replace(",", " ").split() for row in re.split(r"[;\n]", body)]
    rows = [row for row in rows if row]
    if len({len(row) for row in rows}) > 1:
        message = _("The rows of {name} have different lengths.").format(name=name)
        raise _FaultError("ragged", message, _("Give every row the same number of columns."))
    try:
        return np.array(rows, dtype=float).reshape(len(rows), len(rows[0]) if rows else 0)
    except ValueError as error:
        message = _("{name} holds something that is no number: {why}.").format(name=name, why=error)
        raise _FaultError("no_number", message, _("Write plain numbers.")) from None


def _table_problems(path: Path, case: Case) -> list[Problem]:
    """Return missing tables, too few columns, and numbers that are not finite."""
    problems = []
    for name, n_columns in NEEDED.items():
        table = case.matrices.get(name)
        if table is None or not len(table):
            message = _("The case has no table {name}.").format(name="mpc." + name)
            remedy = _("Write a MATPOWER case of version 2.")
            problems.append(_problem(path, None, "missing_table", message=message, remedy=remedy))
        elif table.shape[1] < n_columns:
            message = _("{name} has {n} columns, at least {least} are needed.").format(
                name="mpc." + name, n=table.shape[1], least=n_columns
            )
            remedy = _("Write a MATPOWER case of version 2.")
            problems.append(_problem(path, None, "few_columns", message=message, remedy=remedy))
    base = case.values.get("baseMVA")
    if not isinstance(base, float) or not 0 < base < np.inf:
        message = _("The case has no usable {name}.").format(name="mpc.baseMVA")
        problems.append(_problem(path, None, "no_base", message=message, remedy=_("Write it in MVA, above 0.")))
    return problems or _reference_problems(path, case)


def _reference_problems(path: Path, case: Case) -> list[Problem]:
    bus = case.matrices["bus"]
    numbers = bus[:, 0]
    known = set(numbers)
    problems = []

    def add(code: str, message: str, remedy: str) -> None:
        problems.append(_problem(path, None, code, message=message, remedy=remedy))

    if len(np.unique(numbers)) != len(numbers):
        add("double_bus", _("Some buses have the same number."), _("Number the buses once each."))
    for name, columns in (("gen", (0,)), ("branch", (0, 1)), ("dcline", (0, 1))):
        table = case.matrices.get(name, np.zeros((0, 2)))
        unknown = sorted({int(b) for c in columns for b in table[:, c] if b not in known})
        if unknown:
            shown = ", ".join(map(str, unknown[:5]))
            message = _("{name} refers to buses that are not there: {buses}.").format(name="mpc." + name, buses=shown)
            add("unknown_bus", message, _("Add these buses to mpc.bus."))
    if not (bus[:, 9] > 0).all():
        n = int((~(bus[:, 9] > 0)).sum())
        message = _("{n} buses have no base voltage (BASE_KV).").format(n=n)
        add("no_base_kv", message, _("Write the nominal voltage in kV."))
    if not (bus[:, 1] == 3).any():  # noqa: PLR2004  (MATPOWER's type of the reference bus)
        add("no_reference", _("No bus is the reference (BUS_TYPE 3)."), _("Make one bus the reference bus."))
    return problems
