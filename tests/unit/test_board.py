"""The bottleneck board: order by comparable worth, units, places, and limits that bind without being worth anything."""

from __future__ import annotations

from typing import Any

import pytest

from planner.board import board, gain_unit, limit_key, mean_gain, place
from planner.view_names import names_in
from tests.export_sample import sample_plan

WEIGHTS = {"2027": 0.3, "2030": 0.4, "2035": 0.3}


def limit(constraint: str, index: list[Any], **changes: Any) -> dict[str, Any]:
    row = {"constraint": constraint, "family": "power", "index": index, "unit": "MVA", "used": 99.0, "limit": 100.0}
    return {**row, "slack": 1.0, "worth": 1000.0, "is_binding": True, **changes}


def plan_of(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return sample_plan(limits=list(rows), **changes)


def test_worths_of_years_are_averaged_with_their_weights() -> None:
    rows = [limit("node_headroom", ["Z6", 2030], worth=1000.0), limit("node_headroom", ["Z6", 2035], worth=2000.0)]

    assert mean_gain(rows, plan_of(*rows)) == pytest.approx((0.4 * 1000.0 + 0.3 * 2000.0) / 1.0)


def test_a_limit_without_a_year_has_its_worth_of_all_years_already() -> None:
    row = limit("hall_switches_once", ["CORE"], unit="halls", worth=5000.0)
    plan = plan_of(row, year_weights={"2027": 2.0, "2030": 3.0, "2035": 5.0})

    assert mean_gain([row], plan) == pytest.approx(500.0)


def test_the_most_valuable_percent_comes_first_whatever_its_unit() -> None:
    power = limit("node_headroom", ["Z6", 2035], worth=1000.0, limit=100.0)  # 1 %: 0.3 x 1000 = 300 CNY a year
    water = limit("plant_supply", ["Shahe", 7, 2035], worth=10.0, limit=50_000.0, used=50_000.0)  # 0.3 x 5000 = 1500

    rows = board(plan_of(power, water), {})

    assert [row["constraint"] for row in rows] == ["plant_supply", "node_headroom"]
    assert [row["gain"] for row in rows] == [pytest.approx(1500.0), pytest.approx(300.0)]
    assert {row["gain_unit"] for row in rows} == {"CNY/year"}
    assert rows[1]["place"] == {"layer": "zones", "id": "Z6"}


def test_limits_that_bind_for_nothing_come_last_and_say_why() -> None:
    rows = board(
        plan_of(
            limit("node_headroom", ["A", 2035], worth=0.0),
            limit("green_channel", ["ZC", 2035], worth=None, unit="MWh/year"),
            limit("node_headroom", ["B", 2035]),
            limit("node_headroom", ["C", 2035], is_binding=False),
        ),
        {},
    )

    assert rows[0]["index"][0] == "B"
    assert len(rows) == 3
    assert not rows[0]["note"]
    notes = {row["index"][0]: row["note"] for row in rows[1:]}
    assert "saves nothing" in notes["A"]
    assert "not computed" in notes["ZC"]
    assert {row["index"][0]: row["gain"] for row in rows[1:]} == {"A": 0.0, "ZC": None}


def test_another_aim_has_its_own_unit() -> None:
    aim = {"name": "carbon", "sense": "minimise", "value": 1.0, "unit": "t"}
    row = limit("node_headroom", ["Z6", 2035], worth=10.0)
    plan = plan_of(row, objective=aim, scenario={"last_period_years": 5})

    # 2027, 2030 and 2035 stand for 3, 5 and 5 years
    assert gain_unit(plan) == "t/year"
    assert mean_gain([row], plan) == pytest.approx(10.0 * 5 / 13)


def test_most_power_is_averaged_over_planning_years() -> None:
    aim = {"name": "it_mw", "sense": "maximise", "value": 1.0, "unit": "MW IT"}
    row = limit("node_headroom", ["Z6", 2035], worth=0.1)
    plan = plan_of(row, objective=aim, scenario={"last_period_years": 5})

    assert gain_unit(plan) == "MW IT"
    assert mean_gain([row], plan) == pytest.approx(0.1 * 5 / 3)


def test_a_learned_limit_stands_at_its_strongest_station_and_keeps_its_key() -> None:
    terms = [{"substation": "S1", "coef": 0.1}, {"substation": "S2", "coef": -0.5}]
    cut = {"id": "ac-1-3", "element": "T-1", "element_kind": "trafo", "outage": "T-1", "outage_kind": "trafo",
           "quantity": "loading", "unit": "%", "year": 2035, "terms": terms, "upper": 1.0}  # fmt: skip
    row = limit("network_cut", ["ac-1-3", 2035], unit="% or pu")
    plan = plan_of(row, loop={"status": "secure", "rounds": [], "cuts": [cut]})
    other = {**plan, "loop": {**plan["loop"], "cuts": [{**cut, "id": "ac-2-1"}]}}

    (shown,) = board(plan, names_in(plan, None, lang="en"))

    assert place(row, plan) == {"layer": "substations", "id": "S2"}
    assert (shown["element"], shown["element_kind"], shown["unit"]) == ("T-1", "trafo", "MVA")
    assert limit_key(row, plan) == limit_key({**row, "index": ["ac-2-1", 2035]}, other)


def test_the_sample_is_sorted_by_worth() -> None:
    plan = sample_plan()

    rows = board(plan, names_in(plan, None, lang="en"))

    gains = [row["gain"] for row in rows if not row["note"]]
    assert gains == sorted(gains, reverse=True)
    # 41 CNY/MWh x 3.3 TWh x 1 % x 0.4
    assert rows[0]["constraint"] == "green_share"
    assert rows[0]["gain"] == pytest.approx(41 * 3.3e6 * 0.01 * 0.4)
    assert rows[0]["place"] is None


def test_names_come_from_the_view_where_the_plan_has_none() -> None:
    view = {"layers": {"zones": {"columns": {"id": ["Z6"], "name": ["South"], "name_zh": ["南区"]}},
                       "substations": {"columns": {"id": ["S9"], "name": ["Nine"], "name_zh": ["九"], "bus": ["B9"]}}}}  # fmt: skip
    plan = sample_plan()

    english, chinese = (names_in(plan, view, lang=lang) for lang in ("en", "zh"))

    assert (english["Z6"], chinese["Z6"]) == ("South", "南区")
    assert english["B9"] == "Nine"
    assert english["C0412"] == plan["sites"][0]["name"]
