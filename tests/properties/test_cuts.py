"""Cuts, states and interruptible load: what must hold of them, whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest

from models.siting import build
from models.siting.cuts import joined, with_cuts
from models.siting.data import CUT_FRAMES, SitingData
from models.siting.merge import classes, merge_cuts, merge_sites
from models.siting.rounds import resolve
from models.siting.solve import Options
from models.siting.staged import solve_staged
from tests.oracles.grid_tiny import with_grid
from tests.properties.answers import answer, at_most
from tests.properties.test_merge import like_sites
from tests.properties.test_truths import region


def grid_region(seed: int) -> SitingData:
    data = region(seed)
    head = data["headroom"]
    return with_grid(data.changed(headroom=head.assign(headroom_mva=head["headroom_mva"] * 0.4)), seed)


def without_cuts(data: SitingData) -> SitingData:
    return data.changed(**{name: data[name].iloc[:0] for name in CUT_FRAMES})


def cuts_of(data: SitingData) -> dict[str, object]:
    return {name: data[name] for name in CUT_FRAMES}


@pytest.mark.parametrize("seed", [11])
def test_a_cut_never_helps_and_a_state_or_interruption_never_harms(seed: int) -> None:
    data = grid_region(seed)
    best = answer(data).objective

    assert at_most(answer(without_cuts(data)).objective, best)
    assert at_most(best, answer(data.changed(flexible=data["flexible"].iloc[:0])).objective)
    # cuts of other states would stay on where there are no states: they are left out on both sides
    plain = without_cuts(data)
    as_is = {name: plain[name].iloc[:0] for name in ("reinforcement_states", "headroom_states")}
    assert at_most(answer(plain).objective, answer(plain.changed(**as_is)).objective)


@pytest.mark.parametrize("seed", [11])
def test_class_a_load_by_feed_is_that_of_the_site_on_both_feeds(seed: int) -> None:
    found = answer(grid_region(seed))
    if found.solution.values is None:
        return
    on_feed = found.value("class_a_feed_mva")
    fed = found.value("is_fed").set_index(["site", "substation", "year"])["value"]
    whole = found.value("class_a_mva").set_index(["site", "year"])["value"]

    wanted = [
        whole[i, t] * round(fed[i, s, t])
        for i, s, t in on_feed[["site", "substation", "year"]].itertuples(index=False, name=None)
    ]

    assert np.allclose(on_feed["value"], wanted, atol=1e-5)


@pytest.mark.parametrize("seed", [11, pytest.param(12, marks=pytest.mark.slow)])
def test_merged_sites_with_cuts_never_cost_more_than_single_ones(seed: int) -> None:
    data = with_grid(like_sites(seed), seed, scale=2.0)
    merged, label = merge_sites(data)

    assert label.nunique() < 4
    assert at_most(answer(merged).objective, answer(data).objective)


@pytest.mark.parametrize("seed", [4, pytest.param(8, marks=pytest.mark.slow)])
def test_a_round_with_cuts_ends_where_a_whole_solve_ends(seed: int) -> None:
    data = with_grid(like_sites(seed), seed, scale=2.0)
    bare, options = without_cuts(data), Options(gap=1e-6)
    first = solve_staged(bare, build, options)
    frames = cuts_of(data)
    merged = with_cuts(first.merged, merge_cuts(frames, classes(bare)))

    second = resolve(
        with_cuts(first.model, frames),
        merged,
        first.solution.values,
        first.solution.bound,
        options,
        candidates=joined(bare, frames),
        build=build,
    )

    best = answer(data).objective
    assert second.solution.status == "optimal"
    assert second.solution.objective == pytest.approx(best, rel=1e-5)
    assert second.solution.bound is not None
    assert second.solution.bound <= best * (1 + 1e-5)
