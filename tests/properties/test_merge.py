"""Merging like sites into counts gives a bound: the merged optimum is never above that of single sites."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.siting.data import SitingData
from models.siting.merge import merge_sites
from tests.builders import random_data
from tests.properties.answers import answer, at_most, few


def like_sites(seed: int) -> SitingData:
    """Return four sites in two classes: all reach both stations and both plants, land prices come in pairs."""
    data = random_data(seed, n_sites=4, n_stations=2, feeds_per_site=2, demand_mw=25.0)
    pipes = pd.MultiIndex.from_product([data["sites"]["site"], data["plants"]["plant"]], names=["site", "plant"])
    return data.changed(
        sites=data["sites"].assign(land_cny_per_ha_year=[1e6, 1e6, 2e6, 2e6]),
        pipes=pipes.to_frame(index=False).assign(cny_per_year=1e6, km=3.0),
        stations=data["stations"].assign(n_free_bays=3),
    )


@few
@given(st.integers(min_value=0, max_value=10_000))
def test_merged_sites_never_cost_more_than_single_ones(seed: int) -> None:
    data = like_sites(seed)
    merged, label = merge_sites(data)

    assert label.nunique() < 4
    assert at_most(answer(merged).objective, answer(data).objective)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_merged_identical_sites_cost_the_same(seed: int) -> None:
    data = like_sites(seed)
    alike = {"reach": "near", "area_ha": 6.0, "land_cny_per_ha_year": 1e6}
    data = data.changed(sites=data["sites"].assign(**alike), feeds=data["feeds"].assign(cny_per_year=4e6, km=2.0))
    merged, _ = merge_sites(data)

    assert answer(merged).objective == pytest.approx(answer(data).objective, rel=0.01)
    assert at_most(answer(merged).objective, answer(data).objective)
