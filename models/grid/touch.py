"""The sensitivity threshold of the "no worsening" rule: who is answerable for an overload that is there anyway.

An element that is outside its limit without the plan is made worse by nearly every load in the network, mostly by next to
nothing. It counts against the loads of which at least the threshold's share flows through it, and against no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from models.grid.engine import Engine
from models.grid.findings import Flags, Limits
from models.grid.rules import Floats, GridRules
from models.grid.sensitivity import slopes

if TYPE_CHECKING:
    from models.grid.check import Case


def is_touched(
    engine: Engine,
    rules: GridRules,
    limits: Limits,
    cases: Sequence[Case],
    *,
    values: Floats,
    before: Floats,
    counted: Flags,
) -> Flags:
    """Return (k, n_quantities): False where an existing overload is made worse by loads below the threshold only."""
    is_outage = np.array([c.is_outage for c in cases], bool)
    existing = counted & (limits.excess(before, is_outage=is_outage) > 0)
    existing[:, limits.n_branches :] = False  # voltages: every worsening above the tolerance counts
    out = np.ones_like(counted)
    rated_mva = engine.branches["rated_mva"].to_numpy(float)
    for i in np.flatnonzero(existing.any(axis=1)).tolist():
        at = np.flatnonzero(existing[i]).tolist()
        case = cases[i]
        found = slopes(engine, case.outage, branches=at, p_mw=case.p_mw, q_mvar=case.q_mvar)
        share = np.abs(found.per_mw) * rated_mva[at][:, None] / 100.0
        strong = share >= rules.sensitivity_threshold_percent / 100.0
        change = np.where(strong, found.per_mw * case.p_mw + found.per_mvar * case.q_mvar, 0.0).sum(axis=1)
        out[i, at] = change > limits.tolerance[at]
    return out
