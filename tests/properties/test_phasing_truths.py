"""What heat, budgets and lead times must keep, whatever the numbers."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.siting.data import SitingData
from models.siting.merge import merge_sites
from models.siting.objective import quantity
from tests.builders import random_data
from tests.builders_heat import frame, invested, with_heat, with_investment
from tests.builders_markets import market_data
from tests.properties.answers import Answer, answer, at_most, few, scaled

seeds = st.integers(min_value=0, max_value=10_000)
TIED = ("n_blocks", "is_fed", "is_piped", "is_linked")


def region(seed: int, years: tuple[int, ...] = (2030,)) -> SitingData:
    data = random_data(seed, n_sites=2, n_stations=3, demand_mw=25.0, years=years)
    return with_investment(with_heat(data))


def sold(found: Answer) -> float:
    return float(found.value("heat_mwh")["value"].sum())


def steps(data: SitingData, found: Answer) -> dict[int, float]:
    return invested(data, {name: found.value(name) for name in TIED})


@few
@given(seeds)
def test_more_heat_demand_never_costs_more(seed: int) -> None:
    data = scaled(region(seed), "heat_sinks", "mwh_per_year", 0.2)

    small, large = answer(data), answer(scaled(data, "heat_sinks", "mwh_per_year", 5.0))

    assert at_most(large.objective, small.objective)
    assert sold(large) >= sold(small) - 1e-3


def test_heat_is_sold_where_it_pays_and_not_where_it_does_not() -> None:
    data = region(3)

    assert sold(answer(data)) > 1000.0
    assert sold(answer(scaled(data, "heat_sinks", "cny_per_mwh", 0.01))) == pytest.approx(0.0, abs=1e-6)


@few
@given(seeds)
def test_no_heat_is_sold_without_load(seed: int) -> None:
    data = region(seed)
    found = answer(data)

    loads = found.value("load_mw").merge(data["sites"][["site", "climate"]], on="site")
    loads = loads.merge(data["heat_yield"], on=["climate", "technology", "workload"])
    given_ = (loads["value"] * loads["mwh_per_mw_year"]).groupby(loads["site"]).sum()
    taken = found.value("heat_mwh").groupby("site")["value"].sum()

    assert (taken <= given_.reindex(taken.index, fill_value=0.0) + 1e-3).all()
    assert sold(answer(scaled(data, "demand", "it_mw", 0.0))) == pytest.approx(0.0, abs=1e-6)


def test_a_share_of_heat_that_must_be_reused_is_reused_and_costs() -> None:
    data = scaled(region(3), "heat_sinks", "cny_per_mwh", 0.01)
    free = answer(data)

    bound = answer(data.changed(heat_shares=frame("heat_shares", [("all", 2030, 0.05), ("all", 2030, 0.02)])))

    assert sold(bound) >= 0.05 * bound.value("energy_mwh")["value"].sum() - 1e-3
    assert bound.objective > free.objective * (1.0 + 1e-6)


@few
@given(seeds)
def test_a_tighter_budget_never_costs_less_and_holds(seed: int) -> None:
    data = region(seed, years=(2030, 2035))
    free = answer(data)
    spent = steps(data, free)

    costs = [free.objective]
    for share in (1.0, 0.6, 0.2):
        budgets = {year: share * cny + 1.0 for year, cny in spent.items()}
        held = data.changed(budgets=pd.DataFrame(list(budgets.items()), columns=["year", "cny"]))
        found = answer(held)
        assert all(cny <= budgets[year] + 2e3 for year, cny in steps(held, found).items())
        costs.append(found.objective)

    assert at_most(costs[1], costs[0])
    assert all(at_most(one, other) for one, other in zip(costs[1:-1], costs[2:], strict=True))


def test_a_budget_postpones_what_may_wait_and_says_so_in_cost() -> None:
    data = region(3, years=(2030, 2035))
    free = answer(data)
    first = steps(data, free)[2030]

    held = answer(data.changed(budgets=frame("budgets", [(2030, 0.5 * first)])))

    assert steps(data, held)[2030] <= 0.5 * first + 2e3
    assert held.objective > free.objective * 1.001


@few
@given(seeds)
def test_a_lead_time_delays_and_never_costs_less(seed: int) -> None:
    data = market_data(seed, n_sites=2, years=(2030, 2035), is_limited=False)
    at_once = answer(data.changed(sites=data["sites"].assign(first_year=0)))

    delayed = answer(data.changed(sites=data["sites"].assign(first_year=[2031, 0])))

    before = delayed.value("is_open").query("site == 'S0' and year == 2030")["value"]
    assert (before < 0.5).all()
    blocks = delayed.value("n_blocks").query("site == 'S0' and year == 2030")["value"]
    assert (blocks < 0.5).all()
    assert at_most(at_once.objective, delayed.objective)


@few
@given(seeds)
def test_merged_like_sites_stay_a_bound_with_heat_and_a_budget(seed: int) -> None:
    data = with_investment(random_data(seed, n_sites=4, n_stations=2, feeds_per_site=2, demand_mw=25.0))
    pipes = pd.MultiIndex.from_product([data["sites"]["site"], data["plants"]["plant"]], names=["site", "plant"])
    mains = [(site, "town", 4e5, 3.0) for site in data["sites"]["site"]]
    data = with_heat(data).changed(
        sites=data["sites"].assign(land_cny_per_ha_year=1e6),
        pipes=pipes.to_frame(index=False).assign(cny_per_year=1e6, km=3.0, invest_cny=1e7),
        feeds=data["feeds"].assign(km=2.0),
        heat_links=frame("heat_links", mains).assign(invest_cny=[5e6, 6e6, 7e6, 8e6]),
    )
    free = answer(data)
    tight = data.changed(budgets=frame("budgets", [(2030, 0.7 * steps(data, free)[2030])]))
    merged, label = merge_sites(tight)

    assert label.nunique() < 4
    assert at_most(answer(merged).objective, answer(tight).objective)


@pytest.mark.parametrize("seed", [3, 11])
def test_ledger_with_heat_sums_to_the_objective(seed: int) -> None:
    found = answer(region(seed))
    book = quantity("cost", found.solver.model.data, found.solver.model.decisions)
    assert found.solution.values is not None

    paid = book["coef"] * book["weight"] * found.solution.values[book["col"]]

    assert paid.sum() == pytest.approx(found.objective, rel=1e-6)
    terms = paid.groupby(book["term"]).sum()
    assert terms["heat_revenue"] < 0.0 < terms["heat_links"]
