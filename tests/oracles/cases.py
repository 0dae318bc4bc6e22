"""The seeds of the oracles, and each tiny case's optimum with the families that bind there (solved once per process)."""

from __future__ import annotations

import functools

from models.siting.data import SitingData
from tests.builders import random_data
from tests.oracles.binding import binding_families, optimum, solved
from tests.oracles.tiny import tiny_data

ALL = tuple(range(200))
# 30 of them: quick to enumerate, every family binds in at least three
FAST = (
    3, 8, 12, 13, 21, 53, 60, 63, 74, 78, 88, 89, 98, 100, 113,
    119, 122, 123, 133, 137, 142, 143, 147, 150, 153, 165, 178, 182, 191, 199,
)  # fmt: skip


@functools.cache
def outcome(seed: int) -> tuple[float, frozenset[str]]:
    """Return the optimum of a tiny case (infinity: no plan) and the families whose limits cost something there."""
    solver, solution = solved(tiny_data(seed))
    found = optimum(solution)
    binding = frozenset[str]() if found == float("inf") else frozenset(binding_families(solver, found))
    return found, binding


def small_data(seed: int) -> SitingData:
    """Return a small random region for the comparison with CBC: two or three sites, one or two years."""
    years = (2030, 2035) if seed % 10 == 0 else (2030,)
    return random_data(1000 + seed, n_sites=2 + seed // 100, n_stations=3, years=years, demand_mw=25.0)
