"""The printed summary: question, answer, verdict, and nothing that is cut in silence."""

from __future__ import annotations

import re
from typing import Any

import pytest

from planner.export.summary import answer, cost_rows, headline, question, summary
from planner.i18n import use_language
from tests.export_sample import infeasible_plan, sample_plan, sample_region, secure_plan, unchecked_plan

PICTURE = b"\x89PNG of a test"


def large_plan(n: int = 30) -> dict[str, Any]:
    """Return a plan of `n` sites with the names and feeds of the sample's."""
    plan = sample_plan()
    own = plan["sites"]
    plan["sites"] = [{**own[i % len(own)], "id": f"C{i:04d}", "name": f"Cell C{i:04d} (Tongzhou)"} for i in range(n)]
    return plan


def test_the_question_names_the_demand_and_the_answer_the_sites() -> None:
    plan = sample_plan()
    demand = {"a": {"demand_mw": {"2030": 10.0, "2035": 100.0}}, "b": {"demand_mw": {"2035": 50.0}}}
    plan["scenario"] = {**plan["scenario"], "workloads": demand, "demand_scale": 2.0}

    assert "300 MW of new computing load be placed by 2035" in question(plan)
    assert answer(plan).startswith("3 sites carry 256 MW of IT load in 2035")
    assert answer(infeasible_plan()) == ""


def test_costs_are_those_of_the_last_year_and_add_up() -> None:
    plan = sample_plan()
    plan["ledger"] = [{"term": f"t{i}", "year": 2035, "cny": 0.0, "cny_per_year": i * 1e6} for i in range(1, 13)]
    plan["ledger"].append({"term": "t1", "year": 2030, "cny": 0.0, "cny_per_year": 99e6})

    rows = cost_rows(plan)

    assert [row["amount"] for row in rows] == ["12", "11", "10", "9", "8", "7", "6", "5", "10", "78"]  # million CNY
    assert rows[8]["name"] == "Other costs"  # 4 + 3 + 2 + 1
    assert rows[0]["percent"] == "100"


def test_the_headline_joins_power_energy_and_water_of_a_year() -> None:
    plan = sample_plan(
        energy=[{"year": 2035, "new_mwh": 2.5e6, "green_share": 0.8, "required_share": 0.75, "emissions_t": 12_300.0}],
        water_totals=[{"year": 2035, "new_m3": 2.0e6, "stock_m3": 1.0e6, "cap_m3": 16.8e6}],
    )

    last = headline(plan)[-1]

    assert last[0] == "2035"
    assert last[2] == "256"
    assert last[5:] == ["2,500", "80 / 75", "12", "2.00", "3.0 / 16.8"]


@pytest.mark.parametrize(
    ("plan", "level", "words"),
    [
        (sample_plan(), "insecure", "INSECURE"),
        (secure_plan(), "secure", "Secure"),
        (unchecked_plan(), "not_checked", "NOT CHECKED"),
        (infeasible_plan(), "insecure", "Why there is no plan"),
    ],
    ids=["insecure", "secure", "not checked", "no plan"],
)
def test_the_verdict_is_on_the_first_page(plan: dict[str, Any], level: str, words: str) -> None:
    page = summary(plan, sample_region(), picture=PICTURE, lang="en")
    first = page[: page.index('id="page2"')]

    assert f'class="banner {level}"' in first
    assert words in first
    assert ("SYNTHETIC GRID" in first) == plan["grid"]["is_synthetic"]


def test_the_page_asks_nobody_and_runs_nothing() -> None:
    page = summary(sample_plan(), sample_region(), picture=PICTURE, lang="zh")

    assert not re.search(r"<script|<link(?! rel=\"icon\" href=\"data:)|https?://|url\(", page)
    assert 'lang="zh-CN"' in page


def test_a_name_is_text_and_nothing_else() -> None:
    plan = sample_plan(name={"en": "<script>alert(1)</script>", "zh": "x"})

    assert "<script>" not in summary(plan, sample_region(), picture=PICTURE, lang="en")


def test_what_does_not_fit_is_counted() -> None:
    page = summary(large_plan(), sample_region(), picture=PICTURE, lang="en")

    assert page.count('<td class="name">') == 24
    assert "+ 6 more sites: see the workbook" in page


def test_a_limit_that_is_switched_off_is_told() -> None:
    plan = sample_plan()
    plan["scenario"] = {**plan["scenario"], "families_off": ["water"]}

    with use_language("en"):
        page = summary(plan, sample_region(), picture=PICTURE, lang="en")

    assert "NOT limited in this scenario: Water." in page
