"""The variants of the national scenario move load the way they should; compared on the LP relaxation, which has no gap."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import pytest

from models.siting.relaxation import Relaxation
from planner.bundled import ROOT
from planner.read import read_region
from planner.region import Region
from planner.scenario import load_scenario
from planner.session import Session

FOLDER = ROOT / "east_west"
COAST = ("yangtze_delta", "greater_bay")
NORTH = ("jing_jin_ji", "inner_mongolia")
INFERENCE = ("realtime_inference", "inference")
YEAR = 2035
Plans = Callable[[str], "Relaxed"]


@dataclass(frozen=True)
class Relaxed:
    """Cost, load [MW IT] by hub and class in the last year, certificates [MWh] of all years."""

    cost: float
    load: pd.DataFrame
    certificates_mwh: float

    def mw(self, *hubs: str, works: tuple[str, ...] | None = None) -> float:
        """Return the load of some hubs, of all classes or of some."""
        kept = self.load if works is None else self.load[list(works)]
        return float(kept.reindex(list(hubs)).fillna(0.0).sum().sum())


def relaxed(region: Region, name: str) -> Relaxed:
    """Return the optimum of the LP relaxation of one scenario."""
    session = Session(region, load_scenario(FOLDER / "scenarios" / f"{name}.yaml"))
    model = session.model
    lp = Relaxation(model)
    assert lp.solve(300.0), lp.status
    loads, green = (
        model.decisions[kind].assign(value=lambda f: lp.values[f["col"].to_numpy(int)])
        for kind in ("load_mw", "green_mwh")
    )
    hub = session.assembled.data["climates"].set_index("climate")["hub"]
    last = loads[loads["year"] == YEAR].assign(hub=loads["site"].map(hub))
    load = last.pivot_table(index="hub", columns="workload", values="value", aggfunc="sum").fillna(0.0)
    return Relaxed(lp.objective, load, float(green.loc[green["resource"] == "GEC", "value"].sum()))


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region(FOLDER)


@pytest.fixture(scope="module")
def plan(region: Region) -> Plans:
    """Return what gives the relaxed plan of a scenario by its name; each is solved once."""
    return functools.cache(functools.partial(relaxed, region))


@pytest.fixture(scope="module")
def hubs(region: Region) -> dict[str, list[str]]:
    """Return the hubs by role."""
    return region["hubs"].groupby("role")["hub"].agg(list).to_dict()


def test_without_latency_limits_everything_leaves_the_coast_for_the_west_and_the_north(
    plan: Plans, hubs: dict[str, list[str]]
) -> None:
    held, free = plan("reference"), plan("latency_off")

    assert held.mw(*COAST) > 500.0
    assert free.mw(*COAST) < 1.0
    assert free.mw(*hubs["west"], *NORTH) > held.mw(*hubs["west"], *NORTH)
    assert free.cost < held.cost


def test_tighter_latency_brings_inference_back_to_the_east(plan: Plans, hubs: dict[str, list[str]]) -> None:
    held, tight = plan("reference"), plan("tight_latency")
    east = hubs["east"]

    assert tight.mw(*east, works=INFERENCE) > 1.2 * held.mw(*east, works=INFERENCE)
    assert tight.mw(*COAST, works=INFERENCE) > 2.0 * held.mw(*COAST, works=INFERENCE)
    assert tight.cost > held.cost


def test_dear_certificates_move_load_to_where_renewable_power_is(plan: Plans) -> None:
    held, dear = plan("reference"), plan("certificates_dear")

    assert dear.certificates_mwh < 0.1 * held.certificates_mwh
    assert dear.mw("chengdu_chongqing") > held.mw("chengdu_chongqing") + 100.0  # Sichuan: generates more than it uses
    assert dear.mw("jing_jin_ji") < held.mw("jing_jin_ji") - 100.0  # Hebei: 19 % of its use
    assert dear.cost > held.cost


def test_reversed_prices_reverse_the_plan(plan: Plans, hubs: dict[str, list[str]]) -> None:
    held, turned = plan("reference"), plan("prices_reversed")
    east, west = hubs["east"], hubs["west"]

    assert held.mw(*west) > 2.0 * held.mw(*east)
    assert turned.mw(*east) > 2.0 * turned.mw(*west)
    assert turned.mw("inner_mongolia") < 1.0
