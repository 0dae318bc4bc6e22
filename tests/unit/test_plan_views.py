"""Figures and marks of a plan as the Plan page shows them, counted by hand from the sample plan."""

from __future__ import annotations

import pytest

from planner.desk.workspace import PlanMeta
from planner.i18n import use_language
from planner.plan_marks import Mark, asked_gap, marks_of
from planner.plan_views import Figure, headline, is_shown, large_money, money_scale, plan_label, plan_labels
from tests.export_sample import infeasible_plan, sample_plan, secure_plan, unchecked_plan


def figures(plan: dict[str, object], lang: str = "en") -> dict[str, Figure]:
    with use_language(lang):
        return {figure.label: figure for figure in headline(plan)}


def levels(marks: list[Mark]) -> dict[str, str]:
    return {mark.text: mark.level for mark in marks}


@pytest.mark.parametrize(
    ("cny", "english", "chinese"),
    [
        (82_338_634_348.5, "82.34 billion CNY", "823.4 亿元"),
        (37_041_743.0, "37.04 million CNY", "3,704 万元"),
        (393_800.4, "393,800 CNY", "39.38 万元"),
        (-1.2e9, "-1.2 billion CNY", "-12 亿元"),
        (0.0, "0 CNY", "0 元"),
    ],
)
def test_money_has_four_digits_in_the_units_of_the_language(cny: float, english: str, chinese: str) -> None:
    shown = {}
    for lang in ("en", "zh"):
        with use_language(lang):
            shown[lang] = large_money(cny)

    assert shown == {"en": english, "zh": chinese}


def test_unknown_money_is_a_dash() -> None:
    assert large_money(None) == "–"


def test_one_scale_holds_for_a_whole_chart() -> None:
    assert money_scale(2.0e9) == (1e9, "billion CNY")
    assert money_scale(2.0e8) == (1e6, "million CNY")


def test_headline_figures_have_value_and_unit() -> None:
    found = figures(sample_plan())

    assert found["Cost"].value == "1.164 billion CNY"
    assert found["Cost"].note == "gap 0.30 %"
    assert found["New IT load 2035"].value == "256 MW"  # 96 + 120 + 40
    assert found["New IT load 2035"].note == "2027: 40 MW · 2030: 148 MW"  # 24 + 16; 60 + 72 + 16
    assert (found["Sites"].value, found["Sites"].note) == ("3", "2027: 2 · 2030: 3")
    assert found["Not served"].value == "8.0 MW"
    assert found["Not served"].note == "2.17 % of the demand of 2035"  # 8 of 60 + 120 + 180 + 8
    assert found["From outside 2035"].value == "180 MW"
    assert found["New cooling water 2035"].note == "with existing centres 12.2 of 16.8 million m³ allowed"
    assert (found["Green power 2035"].value, found["Green power 2035"].note) == ("100 %", "required 100 %")
    assert (found["Electricity 2035"].value, found["Electricity 2035"].note) == ("2,517 GWh", "4,300 kt CO2")


def test_every_headline_figure_explains_itself() -> None:
    assert all(figure.help for figure in headline(sample_plan()))


def test_water_is_in_ten_thousands_in_chinese() -> None:
    assert figures(sample_plan(), "zh")["2035 年新增冷却用水"].value == "138.50 万 m³"


def test_price_of_security_is_told_with_its_range() -> None:
    figure = figures(secure_plan())["Price of security"]

    assert (figure.value, figure.note) == ("24.2 million CNY", "20.7 to 27.4 million CNY")


def test_a_price_that_was_not_computed_is_no_zero() -> None:
    assert figures(sample_plan())["Price of security"].value == "–"


def test_all_served_is_said() -> None:
    figure = figures(sample_plan(unserved=[]))["Not served"]

    assert (figure.value, figure.note) == ("0 MW", "all demand is served")


def test_a_little_unserved_is_not_rounded_away() -> None:
    little = [{"district": "Miyun", "workload": "general", "year": 2035, "it_mw": 0.002}]

    figure = figures(sample_plan(unserved=little))["Not served"]

    assert (figure.value, figure.note) == ("0.002 MW", "< 0.01 % of the demand of 2035")


def test_another_aim_keeps_its_own_unit() -> None:
    objective = {"name": "it_mw", "sense": "maximise", "value": 123.4, "unit": "MW IT"}

    figure = figures(sample_plan(objective=objective))["Value of the aim"]

    assert figure.value == "123.4 MW IT"
    assert figure.note.startswith("most IT load")


@pytest.mark.parametrize(
    ("plan", "word", "level"),
    [
        (secure_plan(), "Secure", "good"),
        (sample_plan(), "Not secure", "bad"),
        (unchecked_plan(), "Not checked", "warn"),
    ],
)
def test_the_verdict_is_the_first_mark_and_a_figure(plan: dict[str, object], word: str, level: str) -> None:
    first = marks_of(plan)[0]

    assert (first.text, first.level) == (word, level)
    assert figures(plan)["Grid"].value == word


def test_a_plan_that_claims_more_than_its_outages_show_is_not_secure() -> None:
    assert marks_of(sample_plan(security="secure"))[0].level == "bad"


def test_marks_tell_synthetic_grid_assumed_data_and_audit() -> None:
    found = levels(marks_of(sample_plan(), marked={"substations": (144, 144)}))

    assert found["Synthetic grid"] == "warn"
    assert found["Assumed data"] == "warn"
    assert found["2 sites with uncertain feeds"] == "warn"
    assert found["Audit passed: 412 checks"] == "good"


def test_nothing_assumed_bears_no_mark() -> None:
    assert "Assumed data" not in levels(marks_of(sample_plan(), marked={}))


@pytest.mark.parametrize(
    ("status", "text", "level"), [("failed", "Audit failed", "bad"), ("not_run", "Not audited", "warn")]
)
def test_a_missing_or_failed_audit_is_told(status: str, text: str, level: str) -> None:
    plan = sample_plan(audit={"status": status, "n_checks": 0, "failures": []})

    assert levels(marks_of(plan))[text] == level


def test_a_first_answer_is_told_by_its_gap() -> None:
    plan = sample_plan(gap=0.02)

    assert asked_gap(plan) == pytest.approx(0.005)
    assert levels(marks_of(plan))["Ended early: gap 2.00 %, asked 0.50 %"] == "warn"


def test_a_plan_within_the_asked_gap_is_told_only_while_its_run_goes_on() -> None:
    assert "Still being improved" not in levels(marks_of(sample_plan()))
    assert levels(marks_of(sample_plan(), is_improving=True))["Still being improved"] == "note"


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (sample_plan(), True),
        (infeasible_plan(), False),
        (sample_plan(audit={"status": "failed", "n_checks": 1, "failures": []}), False),
    ],
)
def test_only_a_plan_that_was_found_and_not_refuted_is_shown(plan: dict[str, object], expected: bool) -> None:
    assert is_shown(plan) is expected


def test_a_list_names_a_plan_by_name_time_and_value() -> None:
    meta = PlanMeta(
        "p1", "Mine", "我的", "small", "2026-01-01T08:00:00+00:00", "optimal", "secure", 2.5e9, "CNY", 0.01, "why"
    )

    shown = plan_label(meta, lang="en")

    assert shown.startswith("Mine · ")
    assert shown.endswith(" · 2.5 billion CNY · what if")
    assert plan_label(meta, lang="zh").startswith("我的 · ")


def test_plans_of_one_name_and_time_are_told_apart() -> None:
    metas = [
        PlanMeta(i, "A", "甲", "small", "2026-01-01T08:00:00+00:00", "optimal", "secure", 1e9, "CNY", 0.0, "solve")
        for i in "xyz"
    ]

    shown = plan_labels(metas, lang="en")

    assert list(shown) == ["x", "y", "z"]
    assert [label.partition("CNY")[2] for label in shown.values()] == ["", " #2", " #3"]
