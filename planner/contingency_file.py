"""A planner's own list of outages: a CSV with the column `element` and, where a name is not enough, `kind`.

One row is one outage. "A + B" names two elements that fail together.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from planner.errors import InputProblems, Problem
from planner.i18n import gettext as _
from planner.read_text import decode

if TYPE_CHECKING:
    from models.grid.engine import Engine
    from models.grid.outages import Outage

LAYER = "outages"
TOGETHER = " + "
SINGLE = ("line", "trafo", "trafo3w", "generator", "busbar")
Known = Mapping[str, Sequence["Outage"]]


def read_outages(engine: Engine, path: Path) -> tuple[Outage, ...]:
    """Return the outages that a CSV names, in its order; raises InputProblems with everything that is wrong."""
    table = _table(path)
    known: dict[str, list[Outage]] = {}
    for outage in engine.outages((*SINGLE, "double")):
        known.setdefault(outage.element, []).append(outage)
    found: list[Outage] = []
    problems: list[Problem] = []
    for row, (element, kind) in enumerate(zip(table["element"], table["kind"], strict=True), start=2):
        named = _outage(known, element.strip(), kind.strip(), place=(path.name, row))
        if isinstance(named, Problem):
            problems.append(named)
        elif named in found:
            message = _("{name} is named twice.").format(name=element)
            problems.append(_problem((path.name, row), "element", element, "repeated", message, _("Delete one row.")))
        else:
            found.append(named)
    if problems:
        raise InputProblems(problems)
    return tuple(found)


def _table(path: Path) -> pd.DataFrame:
    """Return the columns element and kind as text."""
    decoded = decode(path.read_bytes(), file=path.name, layer=LAYER)
    if isinstance(decoded, Problem):
        raise InputProblems([decoded])
    remedy = _("Write a CSV with the column element and, where needed, kind: one outage per row.")
    try:
        table = pd.read_csv(io.StringIO(decoded[0]), dtype=str, skipinitialspace=True, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        message = _("{file} is not a table: {why}").format(file=path.name, why=str(error).strip())
        raise InputProblems([_problem((path.name, None), None, None, "no_table", message, remedy)]) from error
    if "element" not in table.columns:
        message = _("The column {column} is missing.").format(column="element")
        raise InputProblems([_problem((path.name, None), "element", None, "missing_column", message, remedy)])
    if table.empty:
        message = _("The file names no outage.")
        raise InputProblems([_problem((path.name, None), "element", None, "no_rows", message, remedy)])
    return table if "kind" in table.columns else table.assign(kind="")


def _outage(known: Known, element: str, kind: str, *, place: tuple[str, int]) -> Outage | Problem:
    """Return the outage of one row: one element, two circuits side by side, or any two elements together."""
    is_listed = element in known or TOGETHER not in element
    if is_listed:
        return _one(known, element, kind, place=place)
    parts = element.split(TOGETHER)
    if len(parts) != 2:  # noqa: PLR2004 - two fail together
        message = _("{name} names more than two elements.").format(name=element)
        return _problem(place, "element", element, "too_many", message, _("Write at most two, as in A + B."))
    pair = [_one(known, part.strip(), "", place=place) for part in parts]
    wrong = next((part for part in pair if isinstance(part, Problem)), None)
    if wrong is not None:
        return wrong
    return _together(element, [part for part in pair if not isinstance(part, Problem)], place=place)


def _together(element: str, pair: Sequence[Outage], *, place: tuple[str, int]) -> Outage | Problem:
    from models.grid.outages import Outage

    members = tuple(dict.fromkeys(member for outage in pair for member in outage.members))
    if pair[0] == pair[1]:
        message = _("{name} names one element twice, and it has no second circuit.").format(name=element)
        return _problem(place, "element", element, "repeated", message, _("Name two elements."))
    return Outage("double", element, members)


def _one(known: Known, element: str, kind: str, *, place: tuple[str, int]) -> Outage | Problem:
    found = [o for o in known.get(element, ()) if not kind or o.kind == kind]
    if len(found) == 1:
        return found[0]
    if found:
        message = _("{name} may be any of {kinds}.").format(name=element, kinds=", ".join(o.kind for o in found))
        return _problem(place, "kind", kind, "ambiguous", message, _("Write which one in the column kind."))
    if kind and element in known:
        kinds = ", ".join(o.kind for o in known[element])
        message = _("{name} is no {kind} but {kinds}.").format(name=element, kind=kind, kinds=kinds)
        return _problem(place, "kind", kind, "wrong_kind", message, _("Correct the kind or leave it out."))
    message = _("Nothing in service is called {name}.").format(name=element)
    remedy = _("Take a name of a line, transformer, generator or bus from the network.")
    return _problem(place, "element", element, "unknown_element", message, remedy)


def _problem(
    place: tuple[str, int | None], column: str | None, value: str | None, code: str, message: str, remedy: str
) -> Problem:
    return Problem(place[0], LAYER, place[1], column, value, code, message, remedy)
