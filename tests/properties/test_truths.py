"""What every siting model must keep, whatever the numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.siting.data import DRY, SitingData
from models.siting.solve import Solver, row_table
from tests.builders import random_data
from tests.properties.answers import EXACT, Answer, answer, at_most, few, scaled

seeds = st.integers(min_value=0, max_value=10_000)


def region(seed: int) -> SitingData:
    return random_data(seed, n_sites=2, n_stations=3, demand_mw=25.0)


@few
@given(seeds)
def test_demand_doubled_never_costs_less(seed: int) -> None:
    data = region(seed)

    assert at_most(answer(data).objective, answer(scaled(data, "demand", "it_mw", 2.0)).objective)


@pytest.mark.parametrize(
    ("frame", "column"), [("headroom", "headroom_mva"), ("supply", "m3_per_day"), ("sites", "area_ha")]
)
@few
@given(seed=seeds)
def test_more_headroom_water_or_land_never_costs_more(frame: str, column: str, seed: int) -> None:
    tight = scaled(region(seed), frame, column, 0.5)

    assert at_most(answer(scaled(tight, frame, column, 3.0)).objective, answer(tight).objective)


def renamed_and_shuffled(data: SitingData, seed: int) -> SitingData:
    """Return the data with other names for sites, stations, plants and zones, and every frame in another order."""
    rng = np.random.default_rng(seed)
    named = ("site", "substation", "node", "plant", "group")
    frames = {}
    for name, frame in data.frames.items():
        new = frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
        for column in [c for c in named if c in new.columns]:
            new[column] = [label if label == DRY else f"x{label[::-1]}" for label in new[column]]
        frames[name] = new
    nodes = tuple(f"x{z[::-1]}" for z in data.rules.share_nodes)
    return replace(data, frames=frames, rules=replace(data.rules, share_nodes=nodes))


@few
@given(seeds)
def test_names_and_order_of_rows_do_not_matter(seed: int) -> None:
    data = region(seed)

    assert answer(renamed_and_shuffled(data, seed)).objective == pytest.approx(answer(data).objective, rel=1e-6)


def split_station(data: SitingData, station: str) -> SitingData:
    """Return the data with a station as two halves of one failure group; stock stays at the first half."""
    twin = f"{station}b"

    def doubled(frame: pd.DataFrame, column: str) -> pd.DataFrame:
        return pd.concat([frame, frame[frame[column] == station].assign(**{column: twin})], ignore_index=True)

    headroom = doubled(data["headroom"], "node")
    halves = headroom["node"].isin([station, twin])
    stations = doubled(data["stations"], "substation")
    bays = stations["n_free_bays"].astype(int)
    own, other = stations["substation"] == station, stations["substation"] == twin
    stations["n_free_bays"] = bays.where(~own, bays - bays // 2).where(~other, bays // 2)
    return data.changed(
        headroom=headroom.assign(headroom_mva=headroom["headroom_mva"].where(~halves, headroom["headroom_mva"] / 2)),
        stations=stations,
        feeds=doubled(data["feeds"], "substation"),
        ancestors=doubled(data["ancestors"], "substation"),
    )


@few
@given(seeds)
def test_splitting_a_substation_never_helps(seed: int) -> None:
    data = region(seed)

    assert at_most(answer(data).objective, answer(split_station(data, "T0")).objective)


def without_sites(data: SitingData, gone: set[str]) -> SitingData:
    keep = {name: data[name][~data[name]["site"].isin(gone)] for name in ("sites", "feeds", "pipes")}
    return data.changed(**keep)


@few
@given(seeds)
def test_closing_sites_that_are_not_open_changes_nothing(seed: int) -> None:
    data = random_data(seed, n_sites=4, n_stations=3, demand_mw=20.0)
    whole = answer(data)
    is_open = whole.value("is_open").groupby("site")["value"].max()
    gone = set(is_open.index[is_open < 0.5])

    assert answer(without_sites(data, gone)).objective == pytest.approx(whole.objective, rel=1e-6)


def closed_site_values(found: Answer) -> pd.Series:
    """Return the largest value of every decision at sites and years that are not open."""
    is_open = found.value("is_open")
    closed = is_open.loc[is_open["value"] < 0.5, ["site", "year"]]
    names = ("is_dual", "is_fed", "feed_mva", "node_mva", "site_mva", "class_a_mva", "n_blocks", "load_mw", "is_piped")
    return pd.Series({n: found.value(n).merge(closed, on=["site", "year"])["value"].abs().max() for n in names})


@few
@given(seeds)
def test_a_site_that_is_not_open_has_no_load_feed_water_or_cost(seed: int) -> None:
    data = random_data(seed, n_sites=3, n_stations=3, years=(2030, 2035), demand_mw=12.0)

    largest = closed_site_values(answer(data)).fillna(0.0)

    assert (largest < 1e-6).all(), largest[largest >= 1e-6]


def at_this_siting(found: Answer) -> Solver:
    """Return the model with the 0/1 decisions fixed and block and hall counts continuous."""
    model = found.solver.model
    assert found.solution.values is not None
    names = ("is_open", "is_dual", "is_fed", "is_piped", "is_large")
    cols = np.concatenate([model.decisions[n]["col"].to_numpy() for n in names]).astype(int)
    lower, upper = model.matrix.col_lower.copy(), model.matrix.col_upper.copy()
    lower[cols] = upper[cols] = found.solution.values[cols]
    matrix = replace(model.matrix, col_lower=lower, col_upper=upper, is_integer=np.zeros_like(model.matrix.is_integer))
    return Solver(replace(model, matrix=matrix))


@few
@given(seeds)
def test_worth_is_the_finite_difference_at_this_siting(seed: int) -> None:
    found = answer(scaled(scaled(region(seed), "headroom", "headroom_mva", 0.5), "supply", "m3_per_day", 0.3))
    worths = found.solver.worths(found.solution)
    fixed = at_this_siting(found)
    base = fixed.solve(EXACT).objective
    assert base is not None
    assert found.solution.values is not None
    rows = row_table(found.solver.model, found.solution.values).assign(worth=worths)
    named = rows["constraint"].isin(
        ["substation_headroom", "node_headroom", "plant_supply", "city_water", "green_share"]
    )

    for row, upper, worth in rows.loc[named, ["row", "upper", "worth"]].itertuples(index=False, name=None):
        saved = {}
        for step in (1e-3, -1e-3):
            fixed.set_row(row, -np.inf, upper + step * max(1.0, abs(upper)))
            moved = fixed.solve(EXACT).objective
            saved[step] = np.inf if moved is None else (base - moved) / (step * max(1.0, abs(upper)))
        fixed.set_row(row, -np.inf, upper)
        slack = 1e-4 * max(abs(worth), 1.0) + 1e-6 * abs(base) / max(1.0, abs(upper))
        assert saved[1e-3] - slack <= worth <= saved[-1e-3] + slack
