"""Security of a plan in AC: the base case and every outage of one circuit or unit.

Each situation is one of
    ok              everything within the limits of its class
    violated        a loading or a voltage outside its limits
    islands         load without supply, in MW and at named buses
    not_converged   the power flow has no solution that we found; never secure

`worst` names the element that limits: the worst violation, or the element closest to its limit. `is_counted` says
whether the situation counts against the plan; under the "no worsening" rule one that is there without the plan's
loads too, and not made worse, does not. Not converged always counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from models.grid.findings import Finding, worst_finding
from models.grid.rules import GridRules
from models.grid.solve import NetworkSolver, Outage, State

Status = Literal["ok", "violated", "islands", "not_converged"]


@dataclass(frozen=True)
class Situation:
    """What was found in the base case (`element` None) or during one outage.

    Loadings in percent of one circuit or unit, voltages in pu; NaN-free: None where there is no number.
    """

    year: int | None
    element: str | None
    kind: str | None
    status: Status
    is_counted: bool
    worst: Finding | None
    n_violations: int
    n_counted_violations: int
    max_line_percent: float | None
    max_trafo_percent: float | None
    min_vm_pu: float | None
    max_vm_pu: float | None
    unsupplied_mw: float
    unsupplied_plan_mw: float
    unsupplied_buses: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values in the layout of a plan's `grid.base` or `grid.outages` row."""
        row = asdict(self)
        found = [x for x in (self.max_line_percent, self.max_trafo_percent) if x is not None]
        row["max_loading_percent"] = max(found, default=None)
        row["unsupplied_buses"] = list(self.unsupplied_buses)
        if self.element is None:
            del row["element"], row["kind"]
        return row


@dataclass(frozen=True)
class GridCheck:
    """Base case and all outages of one or more planning years."""

    rules: GridRules
    base: tuple[Situation, ...]
    outages: tuple[Situation, ...]

    @property
    def is_secure(self) -> bool:
        """Whether nothing counts against the plan; without any situation nothing was shown."""
        return bool(self.base) and not any(row.is_counted for row in (*self.base, *self.outages))

    def to_dict(self, *, is_synthetic: bool = False) -> dict[str, Any]:
        """Return the layout of a plan's `grid`."""
        return {
            "status": "checked",
            "reason": None,
            "is_synthetic": is_synthetic,
            "rules": self.rules.to_dict(),
            "base": [row.to_dict() for row in self.base],
            "outages": [row.to_dict() for row in self.outages],
        }


def check_security(
    tables: Mapping[str, pd.DataFrame],
    *,
    loads: pd.DataFrame,
    rules: GridRules,
    year: int | None = None,
    without: NetworkSolver | None = None,
) -> GridCheck:
    """Check the network with the plan's loads (bus, p_mw, q_mvar, site*) in AC N-0 and N-1.

    `without` is the same network without the plan's loads, kept by the caller when several years are checked; it is
    solved only for the situations where something is outside its limits.
    """
    network = NetworkSolver(tables, plan_loads=loads)
    without = without or NetworkSolver(tables)
    base = judge(network, without, rules, outage=None)
    if base.status == "not_converged":
        found = [replace(base, element=o.element, kind=o.kind) for o in network.outages()]
    else:
        found = [judge(network, without, rules, outage=o) for o in network.outages()]
    return GridCheck(rules, (replace(base, year=year),), tuple(replace(row, year=year) for row in found))


def check_years(
    tables: Mapping[str, pd.DataFrame], *, loads_by_year: Mapping[int, pd.DataFrame], rules: GridRules
) -> GridCheck:
    """Check one set of plan loads for each planning year."""
    without = NetworkSolver(tables)
    checks = [
        check_security(tables, loads=loads, rules=rules, year=year, without=without)
        for year, loads in loads_by_year.items()
    ]
    return combine(checks)


def combine(checks: Sequence[GridCheck]) -> GridCheck:
    """Return the checks of several years, made under the same rules, as one."""
    if len({repr(check.rules) for check in checks}) != 1:
        raise ValueError("checks made under different rules cannot be combined")
    base = tuple(row for check in checks for row in check.base)
    return GridCheck(checks[0].rules, base, tuple(row for check in checks for row in check.outages))


def judge(network: NetworkSolver, without: NetworkSolver, rules: GridRules, *, outage: Outage | None) -> Situation:
    """Return what is found in the base case (None) or during one outage; `year` is left open."""
    state = network.state(outage)
    worst, n_violations, n_counted = worst_finding(network, without, rules, outage=outage)
    unsupplied_mw = network.load_mw(state.is_dead)
    plan_mw = network.load_mw(state.is_dead, only_plan=True)
    status: Status = "ok"
    if not state.is_converged:
        status = "not_converged"
    elif unsupplied_mw > 0:
        status = "islands"
    elif n_violations:
        status = "violated"
    loses_more = plan_mw > 0 or (unsupplied_mw > 0 and not rules.no_worsening)
    names = [name for name, is_dead in zip(network.bus_names, state.is_dead, strict=True) if is_dead]
    return Situation(
        year=None,
        element=outage.element if outage else None,
        kind=outage.kind if outage else None,
        status=status,
        is_counted=not state.is_converged or loses_more or n_counted > 0,
        worst=worst,
        n_violations=n_violations,
        n_counted_violations=n_counted,
        **_extremes(state),
        unsupplied_mw=unsupplied_mw,
        unsupplied_plan_mw=plan_mw,
        unsupplied_buses=tuple(names),
    )


def _extremes(state: State) -> dict[str, float | None]:
    """Return highest loadings and the range of voltages; None where nothing was solved."""

    def largest(values: np.ndarray) -> float | None:
        found = values[np.isfinite(values)]
        return float(found.max()) if found.size else None

    lowest = largest(-state.vm_pu)
    return {
        "max_line_percent": largest(state.line_percent),
        "max_trafo_percent": largest(state.trafo_percent),
        "min_vm_pu": None if lowest is None else -lowest,
        "max_vm_pu": largest(state.vm_pu),
    }
