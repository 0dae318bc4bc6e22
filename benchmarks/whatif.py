"""Time one-knob what-ifs on the bundled Beijing region, from the plan of its reference scenario.

    python benchmarks/whatif.py [--only water_less demand_more ...] [--repeat 1] [--limit 30]

Columns: wall and process seconds until the first plan that is checked in AC, and until the final one; for both the
certified gap, the security and the value. The reference (a solve of the whole scenario, about a minute) is made first and
is not part of a what-if. Goal: a first plan within 10 s of wall time on two quiet cores.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from planner.pipeline import plan_in
from planner.plan import Plan
from planner.read import read_region
from planner.scenario import Scenario, load_scenario
from planner.session import Session
from planner.whatif import Reference, reference_of

ROOT = Path(__file__).resolve().parents[1]
KNOBS: dict[str, dict[str, Any]] = {
    "water_less": {"water.availability_share": 0.015},
    "water_more": {"water.availability_share": 0.03},
    "demand_less": {"demand_scale": 0.9},
    "demand_more": {"demand_scale": 1.1},
    "radius": {"power.radius_km": {500: 10, 220: 4}},
    "pue_off": {"cooling.pue_caps": "off"},
    "smaller_sites": {"clusters.max_site_mw": 100.0},
    "carbon": {"objective.name": "carbon"},
}


@dataclass
class Watch:
    """Seconds since the start, and the plans shown before the last one."""

    wall: float = field(default_factory=time.perf_counter)
    process: float = field(default_factory=time.process_time)
    shown: list[str] = field(default_factory=list)

    def see(self, plan: Plan) -> None:
        """Note a plan."""
        value, gap = plan["objective"]["value"], plan["gap"]
        shown = "no plan: " + plan.status if value is None else f"{value:.6g}"
        gap_text = "-" if gap is None else f"{100 * gap:.3f} %"
        wall, process = time.perf_counter() - self.wall, time.process_time() - self.process
        self.shown.append(f"{wall:6.1f} {process:6.1f} s  gap {gap_text:>8}  {plan.security:<11} {shown}")


def site_knobs(session: Session, plan: Plan) -> dict[str, dict[str, Any]]:
    """Return the what-ifs of one site: the plan's first one forbidden, a candidate that is not in it fixed."""
    chosen = [site["id"] for site in plan["sites"]]
    others = [s for s in session.assembled.data["sites"]["site"] if s not in set(chosen)]
    return {
        "forbidden_site": {"wishes.forbidden": [chosen[0]]},
        "fixed_site": {"wishes.fixed": [others[len(others) // 8]]},
    }


def measure(session: Session, scenario: Scenario, reference: Reference, limit_s: float) -> list[str]:
    """Return one line for every plan of a what-if."""
    watch = Watch()
    result = plan_in(session, scenario, reference=reference, time_limit_s=limit_s, on_plan=watch.see)
    watch.see(result.plan)
    return watch.shown


def main() -> int:
    """Make the reference, then print every what-if."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="some of the what-ifs")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--limit", type=float, default=30.0, help="seconds for each what-if")
    options = parser.parse_args()
    scenario = load_scenario(ROOT / "gis_data" / "beijing" / "scenarios" / "reference.yaml")
    session = Session(read_region(scenario.region), scenario)
    watch = Watch()
    plan = plan_in(session, scenario).plan
    watch.see(plan)
    print("reference".ljust(16), watch.shown[-1], flush=True)
    knobs = KNOBS | site_knobs(session, plan)
    began = time.perf_counter()
    reference = reference_of(session, plan)
    print("made ready in".ljust(16), f"{time.perf_counter() - began:6.1f} s", flush=True)
    for name in options.only or knobs:
        for _ in range(options.repeat):
            for line in measure(session, scenario.changed(knobs[name]), reference, options.limit):
                print(name.ljust(16), line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
