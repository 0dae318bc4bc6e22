"""Security in what a planner takes away: the loop, the limiting element, limits learned, the network, never too good."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pandas as pd
import pytest

from planner.export.facts import last_year, shown_limits
from planner.export.geojson import plan_geojson
from planner.export.grid_layer import grid_layers
from planner.export.grid_words import limiting_sentence, method_sentence, out_text, rules_sentence, scope_sentence
from planner.export.html_map import html_map
from planner.export.limit_words import limit_title, worth_text
from planner.export.loop_words import (
    cut_formula,
    cut_sentence,
    cuts_to_show,
    flexible_lines,
    price_sentence,
    reinforcement_lines,
)
from planner.export.manifest import export_all
from planner.export.map_grid import callout_text
from planner.export.palette import LOADING_COLOURS, loading_class
from planner.export.schema import plan_schema
from planner.export.sentences import names_of, security_verdict
from planner.i18n import use_language
from planner.report import print_plan
from tests.export_sample import infeasible_plan, old_plan, sample_plan, sample_region, secure_plan, unchecked_plan


def names(plan: dict[str, Any]) -> dict[str, str]:
    return names_of(plan, sample_region(), lang="en")


def ended_insecure() -> dict[str, Any]:
    """Return a plan that says it is secure, with every checked situation ok, while its loop says it is not."""
    plan = secure_plan()
    plan["loop"] |= {"status": "not_secure", "reason": "time_limit"}
    return plan


def test_a_secure_plan_says_rounds_and_price_with_its_range() -> None:
    level, sentence = security_verdict(secure_plan())

    assert level == "secure"
    assert sentence.endswith(
        "Reached after 3 rounds of siting and check. Security costs 24.2 million CNY (20.7 to 27.4 at this gap)."
    )


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ({"value": 2e7, "low": -1e6, "high": 5e7, "unit": "CNY"},
         "Security costs 20.0 million CNY (-1.0 to 50.0 at this gap: it may cost nothing)."),
        ({"value": 12.0, "low": 8.0, "high": 15.5, "unit": "MW"}, "Security costs 12 MW (8 to 15.5 at this gap)."),
        ({"value": 3e6, "low": None, "high": None, "unit": "CNY"}, "Security costs 3.0 million CNY."),
        (None, ""),
    ],
)  # fmt: skip
def test_the_price_is_said_no_sharper_than_it_is_known(price: dict[str, Any] | None, said: str) -> None:
    plan = secure_plan()
    plan["loop"]["price_of_security"] = price

    assert price_sentence(plan) == said


def test_no_export_calls_a_plan_secure_whose_loop_did_not_end_so(tmp_path: Path) -> None:
    plan = ended_insecure()
    export_all(plan, sample_region(), tmp_path, lang="en")
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(tmp_path / "plan.gpkg")) as db:
        head = dict(db.execute("SELECT key, value FROM plan").fetchall())
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")

    texts = [manifest["security_text"], head["security_text"], book["Overview"]["B2"].value,
             plan_geojson(plan, sample_region())["security_text"], print_plan(plan, lang="en", width=250).splitlines()[0]]  # fmt: skip
    assert {manifest["security"], head["security"]} == {"insecure"}
    assert all(text.startswith("INSECURE: ") and "the time limit was reached" in text for text in texts), texts
    assert manifest["loop"] == {"status": "not_secure", "reason": "time_limit", "n_rounds": 3, "n_learned_limits": 4,
                                "price_of_security": plan["loop"]["price_of_security"]}  # fmt: skip
    assert 'class="banner insecure"' in page
    assert 'class="banner secure"' not in page


@pytest.mark.parametrize(
    "change", [{"status": "not_secure"}, {"status": "given up"}, {"rounds": [{"round": 1, "n_counted": 1}]}]
)
def test_a_loop_that_contradicts_its_plan_wins(change: dict[str, Any]) -> None:
    plan = secure_plan()
    plan["loop"] |= change

    assert security_verdict(plan)[0] == "insecure"


def test_a_check_without_a_loop_may_be_secure() -> None:
    plan = secure_plan()
    plan["loop"] = {"status": "not_run", "reason": "switched off", "rounds": [], "cuts": []}

    level, sentence = security_verdict(plan)

    assert level == "secure"
    assert sentence.endswith("Siting and check were not repeated: switched off.")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("plan", [old_plan(), unchecked_plan(), infeasible_plan()], ids=["old", "unchecked", "none"])
def test_plans_without_a_loop_still_show(plan: dict[str, Any], lang: str) -> None:
    for part in ("loop", "reinforcements", "flexible"):
        plan.pop(part, None)

    text = print_plan(plan, lang=lang, region=sample_region())

    assert "None" not in text
    assert "Round" not in text
    assert 'id="cuts"' not in html_map(plan, sample_region(), lang=lang)


def test_a_learned_limit_is_told_in_mva_of_its_strongest_station() -> None:
    plan = sample_plan()
    told = {cut["id"]: cut_sentence(cut, names(plan)) for cut in cuts_to_show(plan)}

    assert told == {
        "ac-1": "T-BJ500-14 (Yizhuang) when one unit of it is out, 2035, summer peak: "
                "Yizhuang + Yizhuang 33-1 + Yizhuang 33-2 + 0.6 Anding ≤ 309.9 MVA",
        "ac-2": "lowest voltage at N220-30 when one circuit of L220-78 is out, 2035, summer peak: "
                "Tongzhou 30-1 + 0.13 Yizhuang 33-1 ≤ 120 MVA",
        "dc-1": "L220-78 when one circuit of it is out, 2035, summer peak: "
                "Tongzhou 30-1 + 0.2 Anding − 0.1 Yizhuang 33-1 ≤ 120 MVA",
        "no-1": "no solution of the power flow when one unit of T-BJ500-05 (Anding) is out, 2030, summer peak: "
                "Anding ≤ 900 MVA",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "upper", "formula"),
    [
        ({"A": -2.0, "B": -1.0}, -20.0, "A + 0.5 B ≥ 10 MVA"),
        ({"A": 2.0, "B": -2.0}, 10.0, "A − B ≤ 5 MVA"),
        ({"A": 1.0, "B": 0.5, "C": 0.5}, 10.0, "A + 0.5 (B + C) ≤ 10 MVA"),
        ({"A": 1.0, "B": 1e-4}, 10.0, "A + 1 more (at most 0.0001 each) ≤ 10 MVA"),
        ({f"S{i}": 1.0 - 0.1 * i for i in range(8)}, 10.0,
         "S0 + 0.9 S1 + 0.8 S2 + 0.7 S3 + 0.6 S4 + 0.5 S5 + 2 more (at most 0.4 each) ≤ 10 MVA"),
    ],
)  # fmt: skip
def test_formulas_of_limits(terms: dict[str, float], upper: float, formula: str) -> None:
    cut = {"terms": [{"substation": s, "coef": c} for s, c in terms.items()], "upper": upper}

    assert cut_formula(cut, {}) == formula


def test_limits_that_the_plan_reaches_come_first() -> None:
    assert [cut["is_binding"] for cut in cuts_to_show(sample_plan())] == [True, True, False, False]


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("L1", "line", "with one circuit of L1 out"),
        ("T-BJ500-14", "trafo", "with one unit of T-BJ500-14 (Yizhuang) out"),
        ("L1 + L2", "double", "with both of L1 + L2 out"),
        ("L1 + L1", "double", "with two circuits of L1 out"),
        ("G1", "generator", "with generator G1 out"),
        ("B1", "busbar", "with busbar B1 out"),
        ("C0412: N220-33-1", "feed",
         "with feed Cell C0412 (Tongzhou): Yizhuang 33-1 (all load on the other feed) out"),
        (None, None, "with nothing out"),
    ],
)  # fmt: skip
def test_every_kind_of_outage_has_its_words(name: str | None, kind: str | None, said: str) -> None:
    assert out_text(name, kind, names(sample_plan())) == said


def test_the_limiting_element_comes_with_outage_time_and_rule() -> None:
    plan = secure_plan()

    assert limiting_sentence(plan, names(plan)) == (
        "Closest to its limit: T-BJ500-14 (Yizhuang) at 99.6 %, limit 100 %, with one unit of it out (2035, summer peak). "
        "Rule: current at most 100 % of the rating (N-1); what was outside before may not get worse."
    )


@pytest.mark.parametrize(("value", "limit", "is_bad"), [(0.89, 0.9, True), (0.91, 0.9, False), (1.11, 1.1, True)])
def test_a_voltage_limits_on_its_own_side(value: float, limit: float, is_bad: bool) -> None:
    row = {
        "element": "N220-30",
        "kind": "bus",
        "unit": "pu",
        "value": value,
        "limit": limit,
        "outage": None,
        "year": 2035,
    }

    assert callout_text(row, {}).startswith("Limiting: N220-30" if is_bad else "Closest to its limit: N220-30")


def test_method_scope_and_rules_are_told() -> None:
    plan = sample_plan()

    assert method_sentence(plan).startswith("Method: lightsim2grid 1.2.0; on 6 situations compared with pandapower")
    assert (
        "3 situations with nothing out, and outages by kind: feed transfer 1, line 2, transformer 2. Operating situations: summer peak."
        in scope_sentence(plan)
    )
    assert "N-1 transformers 220 kV up to 130 %" in rules_sentence(plan)
    assert "counted where at least 3 % of the added load flows" in rules_sentence(plan)
    plan["grid"]["method"] = {
        "engine": "pandapower 3.5.6",
        "reason": "lightsim2grid is not installed",
        "self_check": None,
    }
    assert method_sentence(plan) == "Method: pandapower 3.5.6. Slow path: lightsim2grid is not installed"
    grid = {"base": [], "outages": [{"kind": "line"}]}
    assert "was not checked" in scope_sentence(
        old_plan() | {"grid": grid | {"rules": {"feed_transfer": "not checked"}}}
    )
    assert "was not checked" not in scope_sentence(old_plan() | {"grid": grid | {"rules": {"feed_transfer": "either"}}})


def test_reinforcement_and_flexible_load_are_told() -> None:
    plan = sample_plan()

    assert reinforcement_lines(plan, lang="en") == [
        "With transformer 3 at Yizhuang (2030): 180 MVA more firm headroom, 11.3 million CNY per year"
    ]
    assert flexible_lines(plan, names(plan)) == [
        "Yizhuang 33-1, 2035: 12 MVA of the load may be interrupted (in 0.5 % of the hours, 0.12 % of its energy)"
    ]
    with use_language("zh"):
        assert reinforcement_lines(plan, lang="zh")[0].startswith("建设亦庄 3 号主变（2030 年）")


def test_lines_and_stations_bear_their_worst_situation() -> None:
    layers = grid_layers(sample_plan(), sample_region())
    lines, stations = layers["grid_lines"].set_index("line"), layers["grid_stations"].set_index("station")

    assert "L500-26" not in lines.index  # one end has no place
    assert lines.at["L220-78", "worst_percent"] == pytest.approx(93.5)
    assert (lines.at["L220-78", "worst_outage"], lines.at["L220-78", "outage_kind"]) == ("C0412: N220-33-1", "feed")
    assert lines.at["L220-78", "share_percent_2027"] == pytest.approx(49.0)
    assert not lines["is_limiting"].any()
    assert stations.index[stations["is_limiting"]].tolist() == ["BJ500-14"]
    assert stations.at["N220-30", "worst_vm_pu"] == pytest.approx(0.939)
    assert "(N-1)" in lines.at["L220-78", "rule"]


def test_without_a_row_per_element_only_what_limited_has_a_figure() -> None:
    plan = old_plan()

    lines = grid_layers(plan, sample_region())["grid_lines"].set_index("line")

    assert lines["share_percent"].dropna().to_dict() == {"L220-78": 93.5}
    assert "never the limiting one" in html_map(plan, sample_region(), lang="en")


def test_a_loading_is_held_against_its_own_limit() -> None:
    plan = sample_plan()
    row = next(r for r in plan["grid"]["elements"] if r["element"] == "L220-77" and r["year"] == last_year(plan))
    row |= {"value": 117.0, "limit": 130.0}

    lines = grid_layers(plan, sample_region())["grid_lines"].set_index("line")

    assert lines.at["L220-77", "share_percent"] == pytest.approx(90.0)


@pytest.mark.parametrize(("percent", "i"), [(0.0, 0), (50.0, 1), (94.9, 2), (99.9, 3), (100.0, 3), (100.01, 4)])
def test_classes_of_loading_end_at_the_limit(percent: float, i: int) -> None:
    assert loading_class(percent) == i
    assert len(LOADING_COLOURS) == 5


@pytest.mark.parametrize("columns", [["lon", "lat"], []], ids=["no columns", "no values"])
def test_a_network_without_places_is_not_drawn(columns: list[str]) -> None:
    region = sample_region()
    assert region.grid is not None
    region.grid["buses"].drop(columns=columns, inplace=True)  # type: ignore[union-attr]  # noqa: PD002
    if not columns:
        region.grid["buses"][["lon", "lat"]] = float("nan")

    assert grid_layers(sample_plan(), region) == {}
    assert 'data-layer="grid_lines"' not in html_map(sample_plan(), region, lang="en")


def test_tables_of_the_geopackage_hold_the_exact_limits(tmp_path: Path) -> None:
    export_all(sample_plan(), sample_region(), tmp_path, lang="en")
    with closing(sqlite3.connect(tmp_path / "plan.gpkg")) as db:
        limits = pd.read_sql_query("SELECT * FROM learned_limits", db).set_index("id")
        terms = pd.read_sql_query("SELECT * FROM learned_limit_terms", db)
        n = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in  # noqa: S608
             ("grid_lines", "grid_stations", "reinforcements", "flexible_load")}  # fmt: skip

    assert terms[terms["id"] == "ac-1"].set_index("substation")["coef"].to_dict() == {
        "N220-33-1": 0.081, "N220-33-2": 0.081, "BJ500-14": 0.081, "BJ500-05": 0.0486
    }  # fmt: skip
    assert limits.at["ac-1", "upper"] == 25.1
    assert n == {"grid_lines": 7, "grid_stations": 7, "reinforcements": 1, "flexible_load": 1}


def test_the_workbook_has_the_sheets_of_security_in_chinese(tmp_path: Path) -> None:
    export_all(secure_plan(), sample_region(), tmp_path, lang="zh")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")

    expected = ["安全性", "迭代轮次", "由校核得到的限制", "限制的各项系数", "电网加强", "可中断负荷", "电网元件"]
    assert [name for name in book.sheetnames if name in expected] == expected
    assert book["迭代轮次"].max_row == 4
    assert book["限制的各项系数"].max_row == 1 + 4 + 3 + 2 + 1


@pytest.mark.parametrize("plan", [secure_plan(), old_plan(), ended_insecure() | {"security": "insecure"}])
def test_plans_with_and_without_a_loop_follow_the_schema(plan: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(plan_schema()).validate(plan)


def test_the_schema_refuses_a_secure_plan_whose_loop_is_not() -> None:
    assert not jsonschema.Draft202012Validator(plan_schema()).is_valid(ended_insecure())


def test_squares_and_names_follow_the_voltages_of_the_region() -> None:
    region = sample_region()
    stations = region["substations"]
    assert "square = 500 kV, circle = 220 kV" in html_map(sample_plan(), region, lang="en")

    stations["voltage_kv"] = stations["voltage_kv"].replace({500: 220, 220: 110})
    assert "square = 220 kV, circle = 110 kV" in html_map(sample_plan(), region, lang="en")

    stations["voltage_kv"] = 110
    page = html_map(sample_plan(), region, lang="en")
    assert "circle = 110 kV" in page
    assert "square =" not in page


def test_a_learned_limit_among_the_limits_is_in_mva_and_in_words() -> None:
    plan = sample_plan()
    plan["limits"] = [{"constraint": "network_cut", "family": "network", "index": ["ac-1", 2035], "unit": "% or pu",
                       "used": 24.3, "limit": 24.3, "slack": 0.0, "worth": 1000.0, "is_binding": True}]  # fmt: skip
    row = shown_limits(plan)[0]

    assert (row["used"], row["worth"], row["unit"]) == (pytest.approx(300.0), pytest.approx(81.0), "MVA")
    assert limit_title(row, names(plan)) == (
        "Limit learned from the check: T-BJ500-14 (Yizhuang) when one unit of it is out, 2035"
    )
    assert worth_text(row, plan) == "One more MVA in 2035 saves 81 CNY a year"
    assert "300 / 300 MVA" in print_plan(plan, lang="en", region=sample_region())


def test_a_limit_says_where_it_holds() -> None:
    cut = {
        "terms": [{"substation": "A", "coef": 1.0}],
        "site_terms": [{"site": "X", "substation": "A", "coef_feed": 1.0, "coef_class_a": -0.5}],
        "states": [{"node": "Z6", "state": "1"}],
        "feeds": [{"site": "X", "substation": "A"}],
        "upper": 10.0,
    }

    assert cut_formula(cut, {"X": "Cell X"}) == (
        "A + transferred load of Cell X ≤ 10 MVA (holds with Z6 in state 1, Cell X fed from A)"
    )
