"""Rules of the security check: what counts as a violation. Printed with every result.

Loading is by current, at the larger of both ends, in percent of one circuit's or unit's rated current (transformers:
the rated current of each side at its own rated voltage, pandapower `trafo_loading="current"`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOADING_RULE = "current, larger of both ends; transformers in percent of the rated current of each side"
SLACK_RULES = {
    "single": "external sources hold their voltage and supply what is missing",
    "distributed": "generators share what is missing by their weights",
}
OUTAGE_RULE = "one circuit or one unit of each row in service; the others of the row stay"


@dataclass(frozen=True)
class VoltageBand:
    """Limits of the bus voltage at one nominal voltage [kV], in per unit of it."""

    vn_kv: float
    min_pu: float
    max_pu: float
    min_pu_n1: float
    max_pu_n1: float


@dataclass(frozen=True)
class GridRules:
    """Limits of the base case (N-0) and of single outages (N-1), and how existing violations are treated.

    `emergency_factor` maps an element class (`line`, `trafo_500`, `trafo_220`: by nominal voltage of the high side) to
    the share of the rating allowed during an outage; a class that is not named keeps 1.0. With `no_worsening` a
    violation or lost supply that is there without the plan's loads too (same outage) counts against the plan only
    when the plan makes it worse by more than the tolerance, and an overload only through loads of which at least
    `sensitivity_threshold_percent` flows through the element. `slack`: every external source holds its voltage and takes
    what is missing ("single": pandapower's external grids), or generators share it ("distributed").
    """

    voltage_bands: tuple[VoltageBand, ...]
    emergency_factor: Mapping[str, float] = field(default_factory=dict)
    n0_limit_percent: float = 100.0
    no_worsening: bool = True
    loading_tolerance_percent: float = 0.1
    voltage_tolerance_pu: float = 0.0005
    sensitivity_threshold_percent: float = 3.0
    slack: str = "single"
    outage_kinds: tuple[str, ...] = ("line", "trafo", "trafo3w")

    @classmethod
    def from_region(
        cls, voltage_bands: Iterable[Mapping[str, float]], emergency_factor: Mapping[str, float]
    ) -> GridRules:
        """Return the rules of a region file's `voltage_bands` and `grid.emergency_factor`."""
        bands = tuple(VoltageBand(**{k: float(v) for k, v in band.items()}) for band in voltage_bands)
        return cls(bands, {k: float(v) for k, v in emergency_factor.items()})

    def loading_limit_percent(self, element_class: str, *, is_outage: bool) -> float:
        """Return the highest loading allowed to a class of elements [%]."""
        return self.n0_limit_percent if not is_outage else 100.0 * self.emergency_factor.get(element_class, 1.0)

    def voltage_limits_pu(self, vn_kv: Floats, *, is_outage: bool) -> tuple[Floats, Floats]:
        """Return lowest and highest voltage of each bus [pu]; a nominal voltage without a band is an error."""
        bands = {band.vn_kv: band for band in self.voltage_bands}
        missing = sorted(set(vn_kv.tolist()) - set(bands))
        if missing:
            raise ValueError(
                f"voltage_bands has no band for {', '.join(f'{kv:g} kV' for kv in missing)}: the buses there "
                "would go unchecked. Add one band per nominal voltage of grid/buses."
            )
        found = [bands[kv] for kv in vn_kv.tolist()]
        low = np.array([b.min_pu_n1 if is_outage else b.min_pu for b in found])
        return low, np.array([b.max_pu_n1 if is_outage else b.max_pu for b in found])

    def to_dict(self) -> dict[str, Any]:
        """Return the rules as plain values, for the plan and for print."""
        trafos = {k.removeprefix("trafo_"): 100.0 * v for k, v in self.emergency_factor.items() if k != "line"}
        return {
            "voltage": "; ".join(
                f"{b.vn_kv:g} kV {b.min_pu:.2f}-{b.max_pu:.2f} pu, N-1 {b.min_pu_n1:.2f}-{b.max_pu_n1:.2f} pu"
                for b in self.voltage_bands
            ),
            "voltage_bands": [asdict(band) for band in self.voltage_bands],
            "n0_percent": self.n0_limit_percent,
            "line_percent": self.loading_limit_percent("line", is_outage=True),
            "trafo_percent": trafos,
            "no_worsening": self.no_worsening,
            "loading_tolerance_percent": self.loading_tolerance_percent,
            "voltage_tolerance_pu": self.voltage_tolerance_pu,
            "sensitivity_threshold_percent": self.sensitivity_threshold_percent,
            "slack": self.slack,
            "slack_rule": SLACK_RULES[self.slack],
            "outage_kinds": list(self.outage_kinds),
            "reactive_limits": "generators hold their voltage without limits of reactive power",
            "loading": LOADING_RULE,
            "outages": OUTAGE_RULE,
        }
