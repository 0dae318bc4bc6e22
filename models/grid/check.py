"""Security of a plan in AC: the base case, every outage of the list, and each dual-fed site on either of its feeds.

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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.grid.engine import Batch, Engine
from models.grid.findings import Finding, Limits, made_worse
from models.grid.outages import Outage
from models.grid.rules import Floats, GridRules
from models.grid.source import Grid, open_net
from models.grid.touch import is_touched

Status = Literal["ok", "violated", "islands", "not_converged"]
CHUNK_BYTES = 60e6  # results of one batch
FEED = "feed"


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
    situation: str | None = None
    max_loading_element: str | None = None
    min_vm_bus: str | None = None
    max_vm_bus: str | None = None

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
    method: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_secure(self) -> bool:
        """Whether nothing counts against the plan; without any situation nothing was shown."""
        return bool(self.base) and not any(row.is_counted for row in (*self.base, *self.outages))

    @property
    def counted(self) -> tuple[Situation, ...]:
        """The situations that count against the plan."""
        return tuple(row for row in (*self.base, *self.outages) if row.is_counted)

    def to_dict(self, *, is_synthetic: bool = False) -> dict[str, Any]:
        """Return the layout of a plan's `grid`."""
        return {
            "status": "checked",
            "reason": None,
            "is_synthetic": is_synthetic,
            "rules": self.rules.to_dict(),
            "method": dict(self.method),
            "base": [row.to_dict() for row in self.base],
            "outages": [row.to_dict() for row in self.outages],
        }


@dataclass(frozen=True)
class Case:
    """One row to solve: an outage (None: base case) with the plan's load at the buses, and what it is called."""

    outage: Outage | None
    kind: str | None
    element: str | None
    p_mw: Floats
    q_mvar: Floats

    @property
    def is_outage(self) -> bool:
        """Whether the limits of outages apply; a feed that is lost is an outage too."""
        return self.kind is not None


@dataclass(frozen=True)
class FeedCase:
    """A dual-fed site with one feed lost: the plan's whole load at the buses [MW, Mvar], (n_buses,)."""

    element: str
    p_mw: Floats
    q_mvar: Floats


def cases_of(
    engine: Engine,
    outages: Sequence[Outage],
    *,
    p_mw: Floats | None = None,
    q_mvar: Floats | None = None,
    feeds: Sequence[FeedCase] = (),
) -> list[Case]:
    """Return the base case, the outages and the lost feeds as rows."""
    p = np.zeros(engine.n_buses) if p_mw is None else np.asarray(p_mw, float)
    q = np.zeros(engine.n_buses) if q_mvar is None else np.asarray(q_mvar, float)
    rows = [Case(None, None, None, p, q)]
    rows += [Case(o, o.kind, o.element, p, q) for o in outages]
    return [*rows, *(Case(None, FEED, f.element, f.p_mw, f.q_mvar) for f in feeds)]


def check_network(
    engine: Engine,
    rules: GridRules,
    *,
    outages: Sequence[Outage] | None = None,
    p_mw: Floats | None = None,
    q_mvar: Floats | None = None,
    feeds: Sequence[FeedCase] = (),
    year: int | None = None,
    situation: str | None = None,
) -> GridCheck:
    """Check a network with extra load at its buses [MW, Mvar] (n_buses,) in AC N-0 and N-1.

    The extra load is the plan; what the network violates without it is judged by the "no worsening" rule.
    """
    if outages is None:
        outages = engine.outages(rules.outage_kinds)
    cases = cases_of(engine, outages, p_mw=p_mw, q_mvar=q_mvar, feeds=feeds)
    judged = judge_cases(engine, rules, cases, year=year, situation=situation)
    method = {"engine": engine.method, "reason": engine.reason, "self_check": engine.self_check}
    return GridCheck(rules, tuple(judged[:1]), tuple(judged[1:]), method)


@dataclass(frozen=True)
class Measured:
    """Rows with every quantity of `Limits`: values, the same without the plan (NaN: not needed), excess, what counts."""

    batch: Batch
    values: Floats
    before: Floats
    excess: Floats
    counted: NDArray[np.bool_]


def measure(engine: Engine, rules: GridRules, cases: Sequence[Case], limits: Limits) -> Measured:
    """Solve the rows and compare them with the limits and, where something is violated, with the network without plan."""
    batch = engine.solve(
        [c.outage for c in cases], p_mw=np.array([c.p_mw for c in cases]), q_mvar=np.array([c.q_mvar for c in cases])
    )
    is_outage = np.array([c.is_outage for c in cases], bool)
    values = limits.values(batch)
    excess = limits.excess(values, is_outage=is_outage)
    before = np.full_like(values, np.nan)
    counted = excess > 0
    at = np.flatnonzero(counted.any(axis=1) & batch.is_converged)
    own = [cases[i] for i in at.tolist()]
    if own and rules.no_worsening and any(c.p_mw.any() or c.q_mvar.any() for c in cases):
        before[at] = limits.values(engine.solve([c.outage for c in own]))
        counted[at] = made_worse(limits, rules, values[at], before[at], is_outage=is_outage[at])
        counted[at] &= is_touched(engine, rules, limits, own, values=values[at], before=before[at], counted=counted[at])
    elif rules.no_worsening:  # without a plan there is nothing that it could have made worse
        counted = np.zeros_like(counted)
        before = values
    return Measured(batch, values, before, excess, counted)


def chunks(engine: Engine, cases: Sequence[Case]) -> Iterator[Sequence[Case]]:
    """Return the rows in parts whose results need a bounded amount of memory."""
    step = max(8, int(CHUNK_BYTES / 8 / (engine.n_branches + 3 * engine.n_buses)))
    for first in range(0, len(cases), step):
        yield cases[first : first + step]


def judge_cases(
    engine: Engine,
    rules: GridRules,
    cases: Sequence[Case],
    *,
    year: int | None = None,
    situation: str | None = None,
    limits: Limits | None = None,
) -> list[Situation]:
    """Return what is found in each row, a chunk of rows at a time so that memory stays bounded."""
    limits = limits or Limits(engine, rules)
    out: list[Situation] = []
    for part in chunks(engine, cases):
        found = measure(engine, rules, part, limits)
        out += situations_of(engine, rules, limits, part, found, year=year, situation=situation)
    return out


def situations_of(
    engine: Engine,
    rules: GridRules,
    limits: Limits,
    cases: Sequence[Case],
    found: Measured,
    *,
    year: int | None,
    situation: str | None,
) -> list[Situation]:
    """Return one situation for each measured row."""
    n_violations, n_counted = limits.number(found.excess > 0), limits.number(found.counted)
    lost = engine.load_at(found.batch.is_dead)
    return [
        _situation(
            engine, rules, limits, found.batch, cases[i], row=i, values=found.values[i], before=found.before[i],
            excess=found.excess[i], counted=found.counted[i], numbers=(int(n_violations[i]), int(n_counted[i])),
            lost_mw=float(lost[i]), year=year, situation=situation,
        )
        for i in range(len(cases))
    ]  # fmt: skip


def _situation(
    engine: Engine,
    rules: GridRules,
    limits: Limits,
    batch: Batch,
    case: Case,
    *,
    row: int,
    values: Floats,
    before: Floats,
    excess: Floats,
    counted: np.ndarray,
    numbers: tuple[int, int],
    lost_mw: float,
    year: int | None,
    situation: str | None,
) -> Situation:
    is_dead, is_ok = batch.is_dead[row], bool(batch.is_converged[row])
    plan_mw = float(np.maximum(case.p_mw, 0.0)[is_dead].sum())
    n_violations, n_counted = numbers if is_ok else (0, 0)
    unsupplied_mw = lost_mw + plan_mw
    status: Status = "ok"
    if not is_ok:
        status = "not_converged"
    elif unsupplied_mw > 0:
        status = "islands"
    elif n_violations:
        status = "violated"
    has_plan = bool(case.p_mw.any())
    loses_more = plan_mw > 0 or (unsupplied_mw > 0 and not rules.no_worsening)
    names = engine.buses["bus"]
    return Situation(
        year=year,
        element=case.element,
        kind=case.kind,
        status=status,
        is_counted=not is_ok or loses_more or n_counted > 0,
        worst=_worst(limits, case, values=values, before=before if has_plan else None, excess=excess, counted=counted)
        if is_ok
        else None,
        n_violations=n_violations,
        n_counted_violations=n_counted,
        **_extremes(engine, batch, row),
        unsupplied_mw=unsupplied_mw,
        unsupplied_plan_mw=plan_mw,
        unsupplied_buses=tuple(names[is_dead & _has_load(engine, case)]) if unsupplied_mw > 0 else (),
        situation=situation,
    )


def _has_load(engine: Engine, case: Case) -> np.ndarray:
    return np.asarray((engine.bus_load_mw > 0) | (case.p_mw > 0))


def _worst(
    limits: Limits, case: Case, *, values: Floats, before: Floats | None, excess: Floats, counted: np.ndarray
) -> Finding | None:
    """Return the limiting element; a violation that counts goes before one that does not."""
    among = np.where(counted, excess, -np.inf) if counted.any() else excess
    k = int(np.argmax(among))
    if not np.isfinite(among[k]):
        return None
    base = None if before is None or not np.isfinite(before[k]) else float(before[k])
    return limits.finding(k, float(values[k]), is_outage=case.is_outage, base_value=base)


def _extremes(engine: Engine, batch: Batch, row: int) -> dict[str, Any]:
    """Return highest loadings and the range of voltages with where they are; None where nothing was solved."""
    kind = engine.branches["kind"].to_numpy(object)
    percent, vm = batch.percent[row], batch.vm_pu[row]

    def largest(found: Floats) -> tuple[float | None, int]:
        known = np.where(np.isfinite(found), found, -np.inf)
        k = int(np.argmax(known)) if len(known) else 0
        return (float(known[k]), k) if len(known) and np.isfinite(known[k]) else (None, -1)

    line = largest(np.where(kind == "line", percent, np.nan))[0]
    trafo = largest(np.where(kind != "line", percent, np.nan))[0]
    top, at = largest(percent)
    low, low_at = largest(-vm)
    high, high_at = largest(vm)
    bus = engine.buses["bus"]
    return {
        "max_line_percent": line,
        "max_trafo_percent": trafo,
        "min_vm_pu": None if low is None else -low,
        "max_vm_pu": high,
        "max_loading_element": None if top is None else str(engine.branches["element"].iloc[at]),
        "min_vm_bus": None if low is None else str(bus.iloc[low_at]),
        "max_vm_bus": None if high is None else str(bus.iloc[high_at]),
    }


def combine(checks: Sequence[GridCheck]) -> GridCheck:
    """Return the checks of several years, made under the same rules, as one."""
    if len({repr(check.rules) for check in checks}) != 1:
        raise ValueError("checks made under different rules cannot be combined")
    base = tuple(row for check in checks for row in check.base)
    outages = tuple(row for check in checks for row in check.outages)
    return GridCheck(checks[0].rules, base, outages, checks[0].method)


def check_security(
    grid: Grid, *, loads: pd.DataFrame, rules: GridRules, year: int | None = None, engine: Engine | None = None
) -> GridCheck:
    """Check a network with the plan's loads (bus, p_mw, q_mvar, site*) in AC N-0 and N-1."""
    engine = engine or Engine(open_net(grid))
    p, q = bus_loads(engine, loads)
    return check_network(engine, rules, p_mw=p, q_mvar=q, year=year)


def check_years(grid: Grid, *, loads_by_year: Mapping[int, pd.DataFrame], rules: GridRules) -> GridCheck:
    """Check one set of plan loads for each planning year on the same network."""
    engine = Engine(open_net(grid))
    return combine(
        [check_security(grid, loads=loads, rules=rules, year=y, engine=engine) for y, loads in loads_by_year.items()]
    )


def bus_loads(engine: Engine, loads: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return MW and Mvar at every bus (n_buses,) of rows (bus, p_mw, q_mvar); raises ValueError for what is unusable."""
    position = {name: i for i, name in enumerate(engine.buses["bus"])}
    unknown = sorted(set(loads["bus"].astype(str)) - set(position))
    if unknown:
        raise ValueError(f"plan loads.bus names buses that the network does not have: {', '.join(unknown[:5])}")
    p, q = np.zeros(engine.n_buses), np.zeros(engine.n_buses)
    for name, total in (("p_mw", p), ("q_mvar", q)):
        values = pd.to_numeric(loads[name], errors="coerce").to_numpy(float)
        if not np.isfinite(values).all():
            rows = ", ".join(str(i) for i in loads.index[~np.isfinite(values)][:5])
            raise ValueError(f"plan loads.{name} is not a number in row {rows}.")
        np.add.at(total, [position[b] for b in loads["bus"].astype(str)], values)
    return p, q
