"""What each outage does to a network as it is: loadings, voltages and lost supply, one row per outage, with the rules.

No load is added here, so there is nothing to compare with: every element outside its limits counts, and the network is
secure only where the base case and every outage are within all limits, supply everybody and converge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.contingency_file import read_outages
from planner.errors import GridError, UsageError
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from models.grid.check import GridCheck, Situation
    from models.grid.engine import Engine
    from models.grid.outages import Outage
    from planner.grid_source import GridSource

STATUSES = ("ok", "violated", "islands", "not_converged")
METHODS = {"auto": None, "pandapower": False, "lightsim2grid": True}


def contingency(
    source: GridSource, *, kinds: Sequence[str], outages_file: Path | None = None, method: str = "auto"
) -> dict[str, Any]:
    """Return the findings of the base case and of every outage as plain data.

    `kinds` are those of `models.grid.outages`; with `outages_file` (CSV) the outages named there are solved instead.
    Raises GridError where the network cannot be used, InputProblems for the file, UsageError for unknown kinds.
    """
    from models.grid.check import check_network
    from models.grid.engine import Engine

    check_words(kinds, method)
    rules = replace(source.rules, no_worsening=False)
    try:
        engine = Engine(source.open_net(), is_fast=METHODS[method], slack=rules.slack)
        outages = _outages(engine, kinds, outages_file)
        check = check_network(engine, rules, outages=outages)
    except ValueError as error:
        raise GridError(_("The AC network cannot be checked: {why}").format(why=error)) from error
    rows = [_row(found) for found in _in_order(check, outages)]
    is_counted = [row["status"] != "ok" for row in rows]
    shown_kinds = sorted({o.kind for o in outages}) if outages_file else list(kinds)
    return {
        "grid": _about(source, engine),
        "security": "insecure" if any(is_counted) else "secure",
        "summary": _summary(rows),
        "rules": _rules(check, shown_kinds, outages),
        "assumed": list(source.assumed),
        "notices": list(source.notices),
        "base": rows[0],
        "outages": rows[1:],
    }


def check_words(kinds: Sequence[str], method: str) -> None:
    """Raise UsageError for kinds of outage or a method that do not exist."""
    from models.grid.outages import KINDS

    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        text = _("--kinds: {unknown} is none of {known}.")
        raise UsageError(text.format(unknown=", ".join(unknown) or "–", known=", ".join(KINDS)))
    if method not in METHODS:
        raise UsageError(_("--method: {unknown} is none of {known}.").format(unknown=method, known=", ".join(METHODS)))


def _outages(engine: Engine, kinds: Sequence[str], file: Path | None) -> tuple[Outage, ...]:
    if file is not None:
        return read_outages(engine, file)
    found = engine.outages(tuple(kinds))
    if not found:
        raise GridError(_("The network has nothing in service of the kinds {kinds}.").format(kinds=", ".join(kinds)))
    return found


def _in_order(check: GridCheck, outages: Sequence[Outage]) -> list[Situation]:
    """Return the base case and one row for each outage; a check that lost one is no check."""
    (base,) = check.base
    found = [(row.kind, row.element) for row in check.outages]
    if found != [(o.kind, o.element) for o in outages]:
        raise GridError(_("The check returned other outages than were asked for."))
    return [base, *check.outages]


def _row(found: Situation) -> dict[str, Any]:
    row = found.to_dict()
    named = {"element": found.element, "kind": found.kind, "status": found.status}
    places = {
        "max_loading": _place("element", row["max_loading_element"], percent=row["max_loading_percent"]),
        "min_voltage": _place("bus", row["min_vm_bus"], vm_pu=row["min_vm_pu"]),
        "max_voltage": _place("bus", row["max_vm_bus"], vm_pu=row["max_vm_pu"]),
    }
    kept = ("worst", "n_violations", "unsupplied_mw", "unsupplied_buses")
    return {**named, **places, **{key: row[key] for key in kept}}


def _place(what: str, name: str | None, **value: float | None) -> dict[str, Any] | None:
    """Return where an extreme is and how large; None where nothing was solved."""
    return None if name is None else {what: name, **value}


def _summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    outages = rows[1:]
    counted = Counter(row["status"] for row in outages)
    lost = max(outages, key=lambda row: row["unsupplied_mw"], default=None)
    return {
        "n_outages": len(outages),
        "n_by_status": {status: counted[status] for status in STATUSES},
        "base_status": rows[0]["status"],
        "worst": worst_first(outages)[0] if outages and worst_first(outages)[0]["status"] != "ok" else None,
        "most_unsupplied": lost if lost and lost["unsupplied_mw"] > 0 else None,
    }


def worst_first(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows that did not converge, then lost supply, then violations by excess, then the rest."""

    def excess(row: dict[str, Any]) -> float:
        worst = row["worst"]
        if worst is None:
            return -1.0
        return abs(worst["value"] - worst["limit"]) / worst["limit"] if row["n_violations"] else -1.0

    def key(row: dict[str, Any]) -> tuple[int, float, float, float]:
        loading = row["max_loading"]["percent"] if row["max_loading"] else 0.0
        return (STATUSES.index(row["status"]), float(row["unsupplied_mw"]), excess(row), loading)

    return sorted(rows, key=key, reverse=True)


def _about(source: GridSource, engine: Engine) -> dict[str, Any]:
    classes = Counter(engine.branches["kind"])
    return {
        "name": source.name,
        "label": dict(source.label),
        "is_synthetic": source.is_synthetic,
        "n_buses": len(engine.buses),
        "n_circuits": {str(kind): n for kind, n in classes.items()},
    }


def _rules(check: GridCheck, kinds: Sequence[str], outages: Sequence[Outage]) -> dict[str, Any]:
    number = Counter(o.kind for o in outages)
    told = {
        "slack_kind": check.rules.slack,
        "outage_kinds": list(kinds),
        "n_outages_of_kind": {kind: number[kind] for kind in kinds},
        "method": dict(check.method),
    }
    return {**check.rules.to_dict(), **told}
