"""Quick plans: their bound holds, what goes on from them is as good as a whole solve, and a basis changes no optimum."""

from __future__ import annotations

import pytest

from models.siting import build
from models.siting.data import SitingData
from models.siting.merge import merge_sites
from models.siting.quick import Start, basis_of, improved, quick
from models.siting.relaxation import Relaxation
from models.siting.solve import Options
from tests.oracles.grid_tiny import with_grid
from tests.properties.answers import answer, at_most
from tests.properties.test_merge import like_sites

EXACT = Options(gap=1e-6)


def more_demand(data: SitingData, factor: float) -> SitingData:
    demand = data["demand"]
    return data.changed(demand=demand.assign(it_mw=demand["it_mw"].astype(float) * factor))


@pytest.mark.parametrize("seed", [4, pytest.param(8, marks=pytest.mark.slow)])
def test_the_best_plan_lies_between_bound_and_quick_plan_and_the_search_from_it_finds_it(seed: int) -> None:
    data = with_grid(like_sites(seed), seed, scale=2.0)
    best = answer(data).objective

    first = quick(data, build, EXACT)

    found = first.solution
    assert found.values is not None
    assert found.objective is not None
    assert found.bound is not None
    assert at_most(found.bound, best)
    assert at_most(best, found.objective)
    if found.status != "optimal":
        last = improved(first.model, first.merged, found, EXACT, candidates=data, build=build).solution
        assert last.status == "optimal"
        assert last.objective == pytest.approx(best, rel=1e-5)


def test_a_basis_by_names_fits_a_model_with_other_sites_and_saves_work_without_changing_the_optimum() -> None:
    reference = with_grid(like_sites(4), 4, scale=2.0)
    basis = basis_of(reference, build)
    assert basis is not None
    changed = more_demand(reference, 0.9)
    fewer = changed.changed(
        **{n: changed[n][changed[n]["site"] != changed["sites"]["site"].iloc[0]] for n in ("sites", "feeds", "pipes")}
    )
    for data in (changed, fewer):
        model = build(merge_sites(data)[0])
        cold, warm = Relaxation(model), Relaxation(model)

        assert warm.start_from(basis)
        assert warm.solve(60.0)
        assert cold.solve(60.0)
        assert warm.objective == pytest.approx(cold.objective, rel=1e-9)


def test_a_basis_of_another_objective_is_not_taken() -> None:
    data = with_grid(like_sites(4), 4, scale=2.0)
    basis = basis_of(data, build)
    assert basis is not None
    dearer = data["feeds"].assign(cny_per_year=data["feeds"]["cny_per_year"] * 3.0)
    sites = data["sites"].assign(land_cny_per_ha_year=data["sites"]["land_cny_per_ha_year"] * 3.0)

    assert not Relaxation(build(merge_sites(data.changed(feeds=dearer, sites=sites))[0])).start_from(basis)


def test_a_quick_plan_with_the_start_of_a_reference_is_the_same_every_time() -> None:
    reference = with_grid(like_sites(8), 8, scale=2.0)
    start = Start(basis_of(reference, build), frozenset(reference["sites"]["site"].iloc[:1]))
    changed = more_demand(reference, 1.1)

    one, two = (quick(changed, build, Options(gap=0.005), start=start).solution for _ in range(2))

    assert one.objective == two.objective
    assert one.bound == two.bound


def test_a_stopped_quick_plan_says_so() -> None:
    data = like_sites(4)

    stopped = quick(data, build, EXACT, should_stop=lambda: True).solution

    assert stopped.values is None
    assert stopped.status in ("interrupted", "optimal", "no_plan")
