"""Lead times, budgets and what is left of investments: the tables of the model and the plan's lists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from planner.assemble import Assembled, assemble
from planner.assemble_costs import annuity, year_weights
from planner.errors import InputProblems
from planner.phasing_rows import decide_now_rows, salvage_share
from planner.region import Region
from planner.scenario import Scenario
from tests.areas_heat import PHASED, heat_region


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Region, Scenario]:
    return heat_region(tmp_path_factory.mktemp("phasing"))


@pytest.fixture(scope="module")
def assembled(made: tuple[Region, Scenario]) -> Assembled:
    region, scenario = made
    return assemble(region, scenario.changed(PHASED))


def test_first_year_is_the_base_year_and_the_lead_time(assembled: Assembled) -> None:
    first = assembled.data["sites"].set_index("site")["first_year"]

    assert first.to_dict() == {"A1": 2029, "A2": 2031, "A3": 2029}


def test_without_lead_times_any_year_will_do(made: tuple[Region, Scenario]) -> None:
    data = assemble(*made).data

    assert set(data["sites"]["first_year"]) == {0}
    assert data["budgets"].empty


def test_budgets_of_planning_years_reach_the_model(assembled: Assembled) -> None:
    assert assembled.data["budgets"].to_dict("records") == [{"year": 2030, "cny": 1.1e9}]


def test_what_is_invested_is_what_the_annuities_pay_for(assembled: Assembled) -> None:
    data, prices = assembled.data, assembled.prices
    technology = data["technologies"].set_index("technology").loc["cold_plate_dry"]

    assert technology["invest_cny_per_mw"] == pytest.approx(22e6 + 4.8e6)
    assert technology["cooling_cny_per_mw_year"] == pytest.approx(4.8e6 * annuity(0.06, 12))
    land = data["sites"]["invest_land_cny_per_ha"].to_numpy() * annuity(prices.rate, prices.life_years["land"])
    assert land == pytest.approx(data["sites"]["land_cny_per_ha_year"].to_numpy())


@pytest.mark.parametrize(("rate", "life"), [(0.06, 30), (0.04, 12), (0.0, 30)])
def test_salvage_is_what_the_annuities_of_the_horizon_leave(rate: float, life: int) -> None:
    years, last, base, built = (2025, 2030), 5, 2025, 2030
    weights = year_weights(years, last, rate=rate, base_year=base)
    invested_then = (1.0 + rate) ** -(built - 1 - base)  # 1 CNY, paid in the year before the first service

    charged = annuity(rate, life) * weights[built]
    left = salvage_share(rate, life, years[-1] + last - built)

    assert charged + left * invested_then == pytest.approx(invested_then)


def test_nothing_is_left_of_an_asset_whose_life_is_over() -> None:
    assert salvage_share(0.06, 12, 12) == 0.0
    assert salvage_share(0.06, 12, 20) == 0.0
    shares = [salvage_share(0.06, 30, n) for n in range(31)]
    assert shares[0] == 1.0
    assert (np.diff(shares) < 0).all()


def site(name: str, first: float, last: float) -> dict[str, Any]:
    return {"id": name, "name": name, "name_zh": name, "installed_mw": {"2030": first, "2035": last}}


def test_decide_now_lists_what_opens_or_grows_before_the_next_review_can_decide(
    made: tuple[Region, Scenario],
) -> None:
    scenario = made[1].changed({"phasing.lead_years": {"default": 4, "slow": 9}, "phasing.review_years": 1})
    sites = [site("quick", 20.0, 50.0), site("slow", 0.0, 30.0), site("late", 0.0, 10.0)]

    rows = decide_now_rows(sites, scenario, base_year=2025)

    found = [(r["site"], r["year"], r["lead_years"], r["decide_by"], r["it_mw"]) for r in rows]
    assert found == [("quick", 2030, 4, 2026, 20.0), ("slow", 2035, 9, 2026, 30.0)]
    later = scenario.changed({"phasing.review_years": 0})
    assert decide_now_rows(sites, later, base_year=2025) == []
    longer = scenario.changed({"phasing.review_years": 6})
    assert [(r["site"], r["year"]) for r in decide_now_rows(sites, longer, base_year=2025)] == [
        ("quick", 2030),
        ("slow", 2035),
        ("quick", 2035),
        ("late", 2035),
    ]


def test_a_site_that_does_not_grow_needs_no_decision(made: tuple[Region, Scenario]) -> None:
    scenario = made[1].changed({"phasing.lead_years": {"default": 4}, "phasing.review_years": 9})

    assert [r["year"] for r in decide_now_rows([site("A", 5.0, 5.0)], scenario, base_year=2025)] == [2030]
    assert decide_now_rows([site("A", 5.0, 5.0)], made[1], base_year=2025) == []


def test_lead_times_of_unknown_sites_and_wishes_that_come_too_late_are_told(made: tuple[Region, Scenario]) -> None:
    region, scenario = made
    wrong = scenario.changed({"phasing.lead_years": {"A9": 2, "A1": 11}, "wishes.fixed": ["A1"]})

    with pytest.raises(InputProblems) as told:
        assemble(region, wrong)

    values = [p.value for p in told.value.problems if p.column == "phasing.lead_years"]
    assert values == ["A9", "11"]


def test_a_budget_between_planning_years_is_refused(made: tuple[Region, Scenario]) -> None:
    with pytest.raises(InputProblems, match="2031"):
        made[1].changed({"phasing.budget_cny": {2031: 1e9}})
