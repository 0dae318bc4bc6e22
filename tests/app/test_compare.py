"""The page Compare: choice and pin of plans, figures, what moved, limits, waterfall, scenarios, and polite refusals."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from planner.desk.workspace import Workspace

Page = Callable[..., AppTest]


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.error, *app.subheader]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def without_first_site(plan: dict[str, Any], *, factor: float = 1.1) -> dict[str, Any]:
    """A plan with one site less that costs more, as a stricter scenario gives."""
    other = copy.deepcopy(plan)
    other["sites"] = other["sites"][1:]
    for row in other["ledger"]:
        row["cny"] *= factor
    other["objective"]["value"] *= factor
    other["bound"] *= factor
    other["scenario"]["water"]["availability_share"] = 0.001
    other["limits"] = [{**row, "is_binding": False, "worth": 0.0} for row in other["limits"]]
    return other


@pytest.fixture
def two(planned: Workspace, small_plan: dict[str, Any]) -> Workspace:
    planned.put_plan("p2", without_first_site(small_plan), made_at="2026-01-02T08:00:00+00:00", kind="solve")
    return planned


def test_one_plan_is_not_enough(planned: Workspace, page: Page) -> None:
    app = page("compare").run()

    assert not app.exception
    assert "fewer than two plans" in texts(app)


def test_two_plans_are_shown_side_by_side(two: Workspace, page: Page, small_plan: dict[str, Any]) -> None:
    app = page("compare").run()

    assert not app.exception
    assert app.selectbox(key="compare_reference_en").value == "p1"
    figures = app.dataframe[0].value
    assert list(figures.columns) == ["Figure", "A", "B", "B − A"]
    security = figures[figures["Figure"] == "Security"].iloc[0]
    assert security["B − A"] == ""
    sites = figures[figures["Figure"] == "Sites"].iloc[0]
    assert (sites["A"], sites["B − A"]) == (str(len(small_plan["sites"])), "−1")
    shown = texts(app)
    assert "Plan B against plan A: +" in shown
    assert "between the best plans" in shown
    assert not app.warning
    moved = app.dataframe[1].value
    assert list(moved["Site"]) == [small_plan["sites"][0]["name"]]
    assert list(moved["Change"]) == ["no longer"]
    assert "binds no longer" in set(app.table[0].value["Change"])
    assert any("→" in str(part.value) for part in app.markdown)  # the scenarios' difference


def test_the_waterfall_and_the_map_are_drawn(two: Workspace, page: Page) -> None:
    app = page("compare").run()

    (data,) = app.get("vega_lite_chart")[0].proto.datasets
    rows = convert_arrow_bytes_to_pandas_df(data.data.data)
    assert [rows["label"].iloc[0], rows["label"].iloc[-1]] == ["Plan A", "Plan B"]
    assert set(rows["direction"].iloc[1:-1]) <= {"costs more", "costs less"}
    deck = json.loads(app.get("deck_gl_json_chart")[0].proto.json)
    assert "marks" in {layer["id"] for layer in deck["layers"]}


def test_another_reference_is_pinned_and_turns_the_signs(two: Workspace, page: Page) -> None:
    app = page("compare").run()
    app.selectbox(key="compare_reference_en").select("p2").run()

    assert two.load()["pinned"] == "p2"
    figures = app.dataframe[0].value
    assert figures[figures["Figure"] == "Sites"].iloc[0]["B − A"] == "+1"
    assert list(app.dataframe[1].value["Change"]) == ["new"]


def test_a_third_plan_can_be_looked_at_closer(two: Workspace, page: Page, small_plan: dict[str, Any]) -> None:
    two.put_plan("p3", small_plan, made_at="2026-01-03T08:00:00+00:00", kind="why")
    app = page("compare").run()
    app.multiselect(key="compare_plans_en").set_value(["p1", "p2", "p3"]).run()

    assert list(app.dataframe[0].value.columns) == ["Figure", "A", "B", "B − A", "C", "C − A"]
    app.button_group(key="compare_other").set_value("C").run()

    assert not app.exception
    shown = texts(app)
    assert "same sites with the same load" in shown
    assert "The same limits bind" in shown
    assert "made for the same scenario" in shown
    assert "the solver's gaps are larger than the difference" in shown


def test_plans_of_two_regions_are_refused(two: Workspace, page: Page, small_plan: dict[str, Any]) -> None:
    foreign = {**small_plan, "region": {**small_plan["region"], "id": "elsewhere"}}
    two.put_plan("p4", foreign, made_at="2026-01-04T08:00:00+00:00", kind="solve")
    app = page("compare").run()
    app.multiselect(key="compare_plans_en").set_value(["p1", "p4"]).run()

    assert "different regions" in texts(app)
    assert not app.dataframe


def test_two_plans_must_be_chosen(two: Workspace, page: Page) -> None:
    app = page("compare").run()
    app.multiselect(key="compare_plans_en").set_value(["p1"]).run()
    assert "at least two" in texts(app)
    app.multiselect(key="compare_plans_en").set_value([]).run()
    assert "at least two" in texts(app)
    assert not app.exception


def test_a_deleted_plan_leaves_the_choice(two: Workspace, page: Page) -> None:
    app = page("compare").run()
    two.delete_plan("p2")
    app.run()

    assert not app.exception
    assert "fewer than two plans" in texts(app)


def test_in_chinese(two: Workspace, page: Page) -> None:
    app = page("compare", lang="zh").run()

    assert not app.exception
    assert app.title[0].value == "比较"
    assert "指标" in app.dataframe[0].value.columns
    assert "B 方案与 A 方案相比" in texts(app)
