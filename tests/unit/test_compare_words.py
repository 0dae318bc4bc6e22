"""Comparisons as a reader sees them: signs, units, marks of what is not proven, bars that sum up."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from planner.compare import moved
from planner.compare_limits import limit_changes, waterfall_rows
from planner.compare_words import (
    _number,
    difference_sentence,
    figure_table,
    gain_header,
    gain_text,
    limit_table,
    moved_marks,
    moved_table,
    worth_caption,
)
from planner.i18n import use_language
from tests.export_sample import sample_plan


def with_value(value: float, bound: float | None) -> dict[str, Any]:
    return sample_plan(objective={**sample_plan()["objective"], "value": value}, bound=bound)


def cells(rows: list[dict[str, str]], figure: str) -> dict[str, str]:
    return next(row for row in rows if row["Figure"].startswith(figure))


def test_a_difference_within_the_gaps_is_marked() -> None:
    rows = figure_table([with_value(1000e6, 990e6), with_value(1005e6, 995e6), with_value(900e6, 890e6)])

    row = cells(rows, "Cost over all years")
    assert (row["A"], row["B"], row["B − A"]) == ("1 billion CNY", "1.005 billion CNY", "+5 million CNY *")
    assert row["C − A"] == "−100 million CNY"
    assert cells(rows, "Sites")["B − A"] == "="
    assert cells(rows, "Proven gap (%)")["A"] == "0.30"


def test_the_sentence_tells_the_range() -> None:
    told = difference_sentence(with_value(1000e6, 990e6), with_value(1100e6, 1095e6), "B")
    open_ = difference_sentence(with_value(1000e6, 990e6), with_value(1005e6, 995e6), "C")
    unproven = difference_sentence(with_value(1000e6, None), with_value(1005e6, 995e6), "B")

    assert told == (
        "Plan B against plan A: +100 million CNY; between the best plans +95 million CNY to +110 million CNY."
    )
    assert "Plan C against plan A: +5 million CNY" in open_
    assert "−5 million CNY to +15 million CNY: the solver's gaps are larger" in open_
    assert "without a bound" in unproven


def test_sites_become_marks_and_rows() -> None:
    a, b = sample_plan(), copy.deepcopy(sample_plan())
    b["sites"][0]["it_mw"]["2035"] = 60.0
    b["sites"] = b["sites"][:2]
    rows = moved(a, b)

    marks = {mark["id"]: mark for mark in moved_marks(rows, "en")}
    table = moved_table(rows, "en", letter="C")

    assert marks["C0412"]["kind"] == "smaller"
    assert marks["C0412"]["label"] == "Cell C0412 (Tongzhou): 96 → 60 MW"
    assert marks["C0655"]["kind"] == "both"
    assert marks["C0231"]["label"].endswith("→ – MW")
    assert {row["Change"] for row in table} == {"smaller", "no longer"}
    assert {row["IT load in plan C (MW)"] for row in table} == {"60", "–"}


def test_limits_are_told_in_thousands() -> None:
    a, b = sample_plan(), copy.deepcopy(sample_plan())
    b["limits"][0]["worth"] *= 2

    changed = limit_changes(a, b, {})
    (row,) = limit_table(changed)

    # 1 % of 110.5 MVA at 182,000 CNY/MVA in a year of weight 0.3 of 1.0
    assert (row["Worth in A"], row["Worth in B"]) == ("60.3", "121")
    assert row["Change"] == "worth more"
    assert "1000 CNY a year" in worth_caption(changed)
    assert not worth_caption([])


def test_other_aims_have_other_gains() -> None:
    assert gain_header("t/year") == "1 % more of the limit gains (t a year)"
    assert gain_header("MW IT") == "1 % more of the limit gains (MW IT)"
    assert gain_text(1234.5, "t/year") == "1,230"
    assert gain_text(None, "t/year") == "–"


@pytest.mark.parametrize(
    ("value", "shown"), [(890.0, "890.0"), (12_345.6, "12,346"), (0.049, "0.05"), (0.0, "0.0"), (0.0004, "0.0004")]
)
def test_numbers_are_short_but_never_nothing(value: float, shown: str) -> None:
    assert _number(value) == shown


def test_the_steps_are_drawn_in_a_unit_that_reads_easily() -> None:
    a, b = sample_plan(), copy.deepcopy(sample_plan())
    for row in b["ledger"]:
        row["cny"] *= {"energy": 1.1}.get(row["term"], 1.0)

    rows, unit = waterfall_rows(a, b, letter="C")
    with use_language("zh"):
        _rows, chinese = waterfall_rows(a, b)

    assert unit == "million CNY"
    assert chinese == "万元"
    first, step, last = rows
    assert (first["label"], last["label"]) == ("Plan A", "Plan C")
    assert step["text"] == "+81.4"
    assert step["end"] - step["start"] == pytest.approx(81.4)
    assert first["start"] == last["start"] < first["end"]
    assert step["top"] == last["end"] == step["end"]
