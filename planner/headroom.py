"""Headroom of the buses of a grid or region as plain data: values, what limits them, the rules and the method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.errors import GridError, UsageError
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from models.grid.headroom import Ask
    from models.grid.headroom_judge import Judge
    from planner.grid_source import GridSource

MOST_MW = 2000.0


@dataclass(frozen=True)
class HeadroomOptions:
    """What is asked: buses by name or by nominal voltage [kV], a set, the cap [MW] and the rules that may be chosen.

    Without names and voltage: the buses of a region's substations, else the buses with load. `threshold_percent` is the
    sensitivity threshold of the "no worsening" rule, `is_strict` turns that rule off. New load is supplied by the external
    sources, or by all generators in proportion to their output.
    """

    buses: tuple[str, ...] = ()
    kv: float | None = None
    together: tuple[str, ...] = ()
    kinds: tuple[str, ...] | None = None
    most_mw: float = MOST_MW
    threshold_percent: float | None = None
    is_strict: bool = False
    is_radial_allowed: bool = False
    is_balanced_by_generators: bool = False


def headroom(source: GridSource, options: HeadroomOptions | None = None) -> dict[str, Any]:
    """Return the headroom of the buses asked for, one row each, with the rules, the method and, if asked, a set.

    Raises UsageError for buses or sets that do not exist, GridError where the network cannot be judged.
    """
    from models.grid.engine import Engine
    from models.grid.headroom import Ask, bus_headroom, generator_shares
    from models.grid.headroom_judge import Judge

    options = options or HeadroomOptions()
    rules = _rules(source, options)
    try:
        engine = Engine(source.open_net(), slack=rules.slack)
        balance = generator_shares(engine.net) if options.is_balanced_by_generators else None
        ask = Ask(tangent=source.tangent, most_mw=options.most_mw, balance=balance)
        names = _asked(source, engine, options)
        judge = Judge(engine, rules, engine.outages(rules.outage_kinds), is_radial_allowed=options.is_radial_allowed)
    except ValueError as error:
        raise GridError(_("The AC network cannot be checked: {why}").format(why=error)) from error
    rows = [_with_station(row.to_dict(), source) for row in bus_headroom(judge, names, ask)]
    together = _together(judge, source, options, ask) if options.together else None
    return {
        "grid": {
            "name": source.name,
            "label": dict(source.label),
            "is_synthetic": source.is_synthetic,
            "crs": source.crs,
            "n_buses": engine.n_buses,
            "n_outages": len(judge.situations) - 1,
            "method": {"engine": engine.method, "reason": engine.reason, "self_check": engine.self_check},
        },
        "rules": _rules_shown(source, judge, ask),
        "assumed": list(source.assumed),
        "notices": list(source.notices),
        "summary": _summary(rows),
        "buses": rows,
        "set": together,
    }


def _rules(source: GridSource, options: HeadroomOptions) -> Any:
    rules = source.rules
    if options.is_strict:
        rules = replace(rules, no_worsening=False)
    if options.threshold_percent is not None:
        rules = replace(rules, sensitivity_threshold_percent=options.threshold_percent)
    if options.kinds is not None:
        rules = replace(rules, outage_kinds=options.kinds)
    return rules


def _rules_shown(source: GridSource, judge: Judge, ask: Ask) -> dict[str, Any]:
    return {
        **judge.rules.to_dict(),
        "power_factor": source.power_factor,
        "most_mw": ask.most_mw,
        "tolerance_mw": ask.tolerance_mw,
        "is_radial_allowed": judge.is_radial_allowed,
        "balance": "external" if ask.balance is None else "generators",
        "outages_left_out": [outage.element for outage in judge.left_out],
    }


def bus_of(source: GridSource, name: str) -> str:
    """Return the bus that a user names, by its own name or by the id of the region's substation there."""
    for bus, station in source.stations.items():
        if name == station.get("substation"):
            return bus
    return name


def _asked(source: GridSource, engine: Any, options: HeadroomOptions) -> list[str]:
    """Return the names of the buses to study."""
    table: pd.DataFrame = engine.buses
    known = set(table["bus"])
    chosen = [bus_of(source, name) for name in (*options.buses, *options.together)]
    missing = [name for name in chosen if name not in known]
    if missing:
        raise UsageError(_("The network has no bus {names}.").format(names=", ".join(missing[:5])))
    if options.buses:
        names = [bus_of(source, name) for name in options.buses]
    elif options.kv is not None:
        names = table.loc[table["vn_kv"] == options.kv, "bus"].tolist()
    else:
        names = [bus for bus in table["bus"] if bus in source.stations]
        names = names or table.loc[engine.bus_load_mw > 0, "bus"].tolist()
    if not names:
        levels = ", ".join(f"{kv:g}" for kv in sorted(set(table["vn_kv"])))
        raise UsageError(_("No bus is meant: the network has the voltages {levels} kV.").format(levels=levels))
    return list(dict.fromkeys(map(str, names)))


def _with_station(row: dict[str, Any], source: GridSource) -> dict[str, Any]:
    station = source.stations.get(row["bus"], {})
    names = {"substation": station.get("substation"), "name": station.get("name"), "name_zh": station.get("name_zh")}
    return {"bus": row["bus"], **names, **row}


def _together(judge: Judge, source: GridSource, options: HeadroomOptions, ask: Ask) -> dict[str, Any]:
    from models.grid.headroom_sets import set_headroom

    try:
        return set_headroom(judge, [bus_of(source, name) for name in options.together], ask).to_dict()
    except ValueError as error:
        raise UsageError(_("This set cannot be studied: {why}.").format(why=error)) from error


def _summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how many buses have which status, and the range of the values [MW]."""
    values = pd.Series([row["headroom_mw"] for row in rows], dtype=float)
    counts = pd.Series([row["status"] for row in rows]).value_counts()
    return {
        "n_buses": len(rows),
        "by_status": {str(k): int(n) for k, n in sorted(counts.items())},
        "median_mw": float(values.median()),
        "max_mw": float(values.max()),
        "is_checked_in_full": all(row["is_checked_in_full"] for row in rows),
    }
