"""Areas without stations in several markets: the optimum by enumeration, and one worked out by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from models.siting import build
from models.siting.quick import quick
from models.siting.solve import Options
from models.siting.staged import solve_staged
from tests.oracles.binding import binding_families, optimum, same, solved
from tests.oracles.brute_force import least
from tests.oracles.market_tiny import by_hand, mixed_areas, tiny_areas
from tests.properties.answers import answer

SEEDS = (0, 1, 2, 3, 4, 5)
MIXED = (8, 12, 60, 113)
# 2030: C alone, 20 MW x (2.4 energy + 1.0 way) + 20 MW building + certificates 0.5 x 160 GWh x 10 CNY/MWh
# 2035: C keeps its two blocks and serves 20 MW, B serves the other 10 MW (2.4 + 0.5), 30 MW building; two blocks at B and
#       10 MW idle at C would cost 5 million more
HAND = (20 * 3.4 + 20 + 0.8) * 1e6 + (20 * 3.4 + 10 * 2.9 + 30 + 1.2) * 1e6


@pytest.mark.parametrize("seed", SEEDS)
def test_brute_force_finds_the_same_optimum_of_areas(seed: int) -> None:
    data = tiny_areas(seed)

    assert same(optimum(solved(data)[1]), least(data))


@pytest.mark.parametrize("seed", MIXED)
def test_brute_force_finds_the_same_optimum_of_areas_beside_stations(seed: int) -> None:
    data = mixed_areas(seed)

    assert same(optimum(solved(data)[1]), least(data))


def test_limits_of_hubs_markets_and_own_access_decide_in_the_default_cases() -> None:
    count: Counter[str] = Counter()
    for seed in SEEDS:
        data = tiny_areas(seed)
        solver, solution = solved(data)
        found = optimum(solution)
        count.update(binding_families(solver, found, ("hubs", "green")))
        free = optimum(solved(data.changed(sites=data["sites"].assign(own_limit_mva=np.inf)))[1])
        count["own access"] += free < found * (1 - 1e-5)

    assert all(count[name] >= 2 for name in ("hubs", "green", "own access")), count


def test_the_optimum_by_hand_of_three_areas_without_any_station_or_plant() -> None:
    data = by_hand()

    found = answer(data)

    assert found.objective == pytest.approx(HAND, rel=1e-9)
    load = found.value("load_mw").set_index(["site", "year"])["value"]
    assert load["C", 2030] == pytest.approx(20.0)
    assert load["C", 2035] == pytest.approx(20.0)
    assert load["B", 2035] == pytest.approx(10.0)
    assert found.value("class_a_mva").empty
    energy = found.value("energy_mwh").set_index(["market", "year"])["value"]
    assert energy["west", 2035] == pytest.approx(240_000.0)
    assert energy["east", 2035] == 0.0


def test_staged_and_quick_solving_need_no_stations() -> None:
    data = by_hand()

    staged = solve_staged(data, build, Options(gap=1e-6)).solution
    first = quick(data, build, Options(gap=1e-6)).solution

    assert staged.objective == pytest.approx(HAND, rel=1e-6)
    assert first.objective is not None
    assert first.objective >= HAND * (1 - 1e-9)
    assert first.bound is not None
    assert first.bound <= HAND * (1 + 1e-9)
