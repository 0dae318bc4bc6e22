"""Rows to solve, and how they stand against the limits with and without the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.grid.engine import Batch, Engine
from models.grid.findings import Limits, made_worse
from models.grid.outages import Outage
from models.grid.rules import Floats, GridRules
from models.grid.touch import is_touched

CHUNK_BYTES = 60e6  # results of one batch
FEED = "feed"


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
    has_plan = any(c.p_mw.any() or c.q_mvar.any() for c in cases)
    p, q = (np.array([getattr(c, name) for c in cases]) if has_plan else None for name in ("p_mw", "q_mvar"))
    batch = engine.solve([c.outage for c in cases], p_mw=p, q_mvar=q)
    is_outage = np.array([c.is_outage for c in cases], bool)
    values = limits.values(batch)
    excess = limits.excess(values, is_outage=is_outage)
    before = np.full_like(values, np.nan)
    counted = excess > 0
    at = np.flatnonzero(counted.any(axis=1) & batch.is_converged)
    own = [cases[i] for i in at.tolist()]
    if own and rules.no_worsening and has_plan:
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
