"""The printed report: security first, names for ids, both languages, nothing secure that is not."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from planner.export.facts import bottlenecks, index_parts, limits_by_worth, reserved_mva, worst_outages
from planner.export.limit_words import bottleneck_when, conflict_lines, worth_text
from planner.export.sentences import elsewhere_lines, names_of, security_verdict
from planner.i18n import use_language
from planner.read import read_region
from planner.report import print_plan
from tests.export_sample import infeasible_plan, sample_plan, sample_region, secure_plan, unchecked_plan


def test_the_first_line_says_that_an_insecure_plan_is_insecure() -> None:
    lines = print_plan(sample_plan(), lang="en", width=250).splitlines()

    assert lines[0] == (
        "INSECURE: 2 of 8 checked situations break a limit or lose supply. The loop of siting and check ended in round "
        "3 without a secure plan: the number of rounds is used up."
    )
    assert lines[1] == "  2035, summer peak, with one circuit of L220-101 out: 51.5 MW without supply"
    assert lines[2] == "  2035, summer peak, with one unit of T-BJ500-14 out: T-BJ500-14 at 104.2 %, limit 100 %"
    assert lines[3].startswith("  Limiting: T-BJ500-14 at 104.2 %, limit 100 %, with one unit of it out")
    assert lines[3].endswith(
        "Rule: current at most 100 % of the rating (N-1); what was outside before may not get worse."
    )
    assert lines[4].startswith("SYNTHETIC GRID")


def test_a_secure_plan_says_how_many_outages_it_stands_on() -> None:
    level, sentence = security_verdict(secure_plan())

    assert level == "secure"
    assert "all 5 outages" in sentence


def test_what_was_so_without_the_plan_does_not_count_but_is_said() -> None:
    plan = sample_plan(security="secure", loop=None)
    for row in plan["grid"]["outages"]:
        row["is_counted"] = False

    level, sentence = security_verdict(plan)

    assert level == "secure"
    assert "2 situations were outside their limits before" in sentence
    assert "limit exceeded (also without the plan)" in print_plan(plan, lang="en")


def test_a_plan_without_a_network_is_not_checked_and_not_called_synthetic() -> None:
    text = print_plan(unchecked_plan(), lang="en")

    assert text.startswith("Grid: NOT CHECKED (no AC network).")
    assert "SYNTHETIC" not in text


@pytest.mark.parametrize(
    "claim",
    [
        {"security": "secure"},
        {"security": "secure", "grid": {"status": "not_checked", "reason": None, "outages": []}},
        {"security": "secure", "grid": {"status": "checked", "outages": [], "base": []}},
        {"security": "secure", "audit": {"status": "failed"}},
    ],
    ids=["with an unsolved outage", "never checked", "nothing checked", "failed audit"],
)
def test_a_claim_of_security_without_proof_is_not_repeated(claim: dict[str, Any]) -> None:
    plan = sample_plan(**claim)
    if plan["grid"].get("outages"):
        plan["grid"]["outages"][0]["status"] = "not_converged"

    level, sentence = security_verdict(plan)

    assert level != "secure"
    assert not sentence.startswith("Secure")


def test_an_infeasible_run_prints_the_conflict_and_no_sites() -> None:
    text = print_plan(infeasible_plan(), lang="en")

    assert "Short by 200 MVA of firm headroom (Z6, 2035)." in text
    assert "200 MVA missing – Firm headroom: Z6, 2035" in text
    assert "Sites in" not in text


def test_binding_limits_come_first_and_the_dearest_first() -> None:
    order = [(row["constraint"], row["index"][0]) for row in limits_by_worth(sample_plan(), binding_only=True)]

    assert order == [
        ("green_share", 2030),  # 3.3e6 MWh x 41 CNY
        ("substation_headroom", "N220-33-1"),  # 110.5 MVA x 182,000 CNY
        ("plant_supply", "Yizhuang BDA"),  # 4,500 m3/day x 2,900 CNY
        ("substation_headroom", "N220-30-1"),  # 112 MVA x 96,000 CNY
    ]


def test_the_worst_outage_is_the_one_that_loses_supply() -> None:
    assert [row["status"] for row in worst_outages(sample_plan(), 2)] == ["islands", "violated"]


def test_feeds_add_up_at_a_substation() -> None:
    assert reserved_mva(sample_plan(), "BJ500-05", 2030) == pytest.approx(83.8)  # MVA


@pytest.mark.parametrize(("index", "parts"), [(["a", 2030], ("a", "2030")), ("a, 2030", ("a", "2030")), (None, ())])
def test_an_index_reads_the_same_however_it_is_written(index: object, parts: tuple[str, ...]) -> None:
    assert index_parts(index) == parts


def test_what_binds_is_grouped_and_said_in_a_planners_words() -> None:
    plan = sample_plan()
    water = next(row for row in plan["limits"] if row["constraint"] == "plant_supply" and row["is_binding"])
    power = next(row for row in plan["limits"] if row["constraint"] == "substation_headroom" and row["is_binding"])
    unused = {**power, "index": ["unused", 2035], "used": 0.0, "limit": 1.0}
    worthless = {**power, "index": ["worthless", 2035], "worth": 0.0}
    halls = {**power, "constraint": "hall_switches_once", "family": "stock", "index": ["S"], "unit": "halls"}
    later = {**water, "index": [water["index"][0], 8, 2030], "worth": 1.0}
    dear = {**halls, "worth": 9e9, "used": 5.0, "limit": 5.0}
    plan["limits"] = [dear, unused, worthless, {**water, "index": [water["index"][0], 7, 2035]}, later, power]

    groups, n_worthless = bottlenecks(plan)

    assert [rows[0]["constraint"] for rows in groups] == ["substation_headroom", "plant_supply", "hall_switches_once"]
    assert (bottleneck_when(groups[1]), n_worthless) == ("2030, 2035 (month 7, 8)", 1)
    assert worth_text({**power, "index": ["Z9", 2035], "worth": 79135.0}, plan) == (
        "One more MVA in 2035 saves 79,100 CNY a year"
    )
    assert worth_text(dear, plan) == "One more hall saves 9,000,000,000 CNY over all years"


def test_alternatives_are_said_in_one_sentence() -> None:
    plan = infeasible_plan()
    short = {"constraint": "plant_supply", "index": ["Bishui", 6, 2035], "unit": "m3/day", "amount": 1600.0}
    plan["infeasible"]["ways"].append({"families": ["water"], "is_enough": True, "shortfalls": [short]})

    first = conflict_lines(plan, {"Bishui": "Bishui"})[0]

    assert first == (
        "Short by 200 MVA of firm headroom (Z6, 2035), or 1,600 m³/day of reclaimed water (Bishui, month 6, 2035)."
    )


def test_a_site_that_reserves_class_a_twice_says_so() -> None:
    plan = sample_plan()
    site = next(site for site in plan["sites"] if len(site["feeds"]) > 1)
    site["facility_mw"] = dict.fromkeys(site["facility_mw"], 1.0)

    text = print_plan(plan, lang="en")

    assert "MW †" in text
    assert "reserved on both" in text


def test_the_region_gives_names_to_zones_and_marks_to_assumed_rows() -> None:
    text = print_plan(sample_plan(), lang="en", region=sample_region())

    assert "Zone 6 (Z6)" in text
    assert "existing centres 3 of 3 rows; substations 7 of 7 rows" in text


def test_the_chinese_report_is_chinese_and_its_columns_line_up() -> None:
    with use_language("en"):
        text = print_plan(sample_plan(), lang="zh", region=sample_region())
    rows = [line for line in text.splitlines() if line.startswith((" 2027", " 2030", " 2035"))]

    assert text.startswith("不安全：8 种校核情形中有 2 种越限或失电。")
    assert "供电来自" in text
    assert len({_width(line[: line.index("百万元")]) for line in rows[:3]}) == 1


def test_the_report_does_not_change_the_plan() -> None:
    plan = sample_plan()

    print_plan(plan, lang="zh")

    assert plan == sample_plan()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def test_a_district_keeps_its_name_where_a_plant_has_the_same_id(project: Path) -> None:
    region = read_region(project / "gis_data" / "beijing")
    plan = {"unserved": [{"district": "Yanqing", "workload": "general", "year": 2030, "it_mw": 0.5}]}

    missing, _outside = elsewhere_lines(plan, names_of(plan, region, lang="en"), lang="en")

    assert "Yanqing" in set(region["reclaimed_plants"]["plant"])
    assert missing == ["Not served in 2030: 0.5 MW of General computing (Yanqing 0.5)"]
