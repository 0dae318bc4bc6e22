"""What a check in AC found: one situation for the base case and each outage, and the verdict over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from models.grid.findings import Finding
from models.grid.rules import GridRules

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


def combine(checks: Sequence[GridCheck]) -> GridCheck:
    """Return the checks of several years, made under the same rules, as one."""
    if len({repr(check.rules) for check in checks}) != 1:
        raise ValueError("checks made under different rules cannot be combined")
    base = tuple(row for check in checks for row in check.base)
    outages = tuple(row for check in checks for row in check.outages)
    return GridCheck(checks[0].rules, base, outages, checks[0].method)
