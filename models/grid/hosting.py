"""What one bus can host alone: the largest extra load that keeps the network secure in AC N-0 and N-1.

Such values do not add up over buses: each is found with all other plan loads at zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from models.grid.check import Situation, judge
from models.grid.rules import GridRules
from models.grid.solve import NetworkSolver, Outage

_N_ADDED = 6
"""Outages taken into the screen after one full sweep: enough for the limiting ones, cheap to bisect."""


def single_hosting_mw(
    tables: Mapping[str, pd.DataFrame],
    bus: str,
    rules: GridRules,
    power_factor: float,
    *,
    tolerance_mw: float = 5.0,
    most_mw: float = 4000.0,
    without: NetworkSolver | None = None,
) -> float:
    """Return the largest load at one bus [MW, lagging at `power_factor`] that adds no counted violation.

    Bisection on a short list of outages; at the value found all outages are checked, those that fail join the list,
    and the search goes on below. The result was therefore checked in full; at most `tolerance_mw` more is possible,
    provided that more load is never better. Capped at `most_mw`.
    """
    search = _Search(tables, bus, rules, power_factor, without or NetworkSolver(tables))
    screen: list[Outage | None] = [None]
    low_mw, high_mw = 0.0, most_mw
    trial_mw = most_mw if search.is_secure(most_mw, screen) else None
    while True:
        if trial_mw is None:
            trial_mw = _bisect(search, screen, low_mw, high_mw, tolerance_mw)
        failed = search.failures(trial_mw)
        if not failed:
            return trial_mw
        if trial_mw <= 0:
            return 0.0
        screen += [outage for outage in failed if outage not in screen][:_N_ADDED]
        high_mw, trial_mw = trial_mw, None


def _bisect(search: _Search, screen: list[Outage | None], low_mw: float, high_mw: float, tolerance_mw: float) -> float:
    """Return the largest load known to keep the screened outages secure; `low_mw` is taken as secure."""
    while high_mw - low_mw > tolerance_mw:
        middle_mw = 0.5 * (low_mw + high_mw)
        if search.is_secure(middle_mw, screen):
            low_mw = middle_mw
        else:
            high_mw = middle_mw
    return low_mw


class _Search:
    """One network with one plan load whose size is changed."""

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        bus: str,
        rules: GridRules,
        power_factor: float,
        without: NetworkSolver,
    ) -> None:
        if not 0 < power_factor <= 1:
            raise ValueError(f"power_factor is {power_factor}: it must be above 0 and at most 1.")
        self.network = NetworkSolver(tables, plan_loads=pd.DataFrame({"bus": [bus], "p_mw": [0.0], "q_mvar": [0.0]}))
        self.without = without
        self.rules = rules
        self.mvar_per_mw = math.tan(math.acos(power_factor))

    def is_secure(self, load_mw: float, screen: list[Outage | None]) -> bool:
        """Return whether nothing counts in the screened situations at this load."""
        self._set(load_mw)
        return not any(self._judge(outage).is_counted for outage in screen)

    def failures(self, load_mw: float) -> list[Outage | None]:
        """Return all situations that count at this load, the worst first."""
        self._set(load_mw)
        situations: list[Outage | None] = [None, *self.network.outages()]
        found = [(outage, self._judge(outage)) for outage in situations]
        failed = [(outage, row) for outage, row in found if row.is_counted]
        return [outage for outage, _ in sorted(failed, key=lambda pair: -_severity(pair[1]))]

    def _judge(self, outage: Outage | None) -> Situation:
        return judge(self.network, self.without, self.rules, outage=outage)

    def _set(self, load_mw: float) -> None:
        self.network.change_plan_load(load_mw, load_mw * self.mvar_per_mw)


def _severity(row: Situation) -> float:
    """Return how far outside the limits a situation is, lost supply and missing solutions first."""
    if row.worst is None or row.status != "violated":
        return math.inf
    return abs(row.worst.value - row.worst.limit) / row.worst.limit
