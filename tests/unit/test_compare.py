"""Plans side by side: ranges of differences, what moved, which limits changed, and a waterfall that sums up."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from planner.compare import cautions, difference, figures, moved, refusal, total_cost
from planner.compare_limits import ledger_waterfall, limit_changes
from planner.errors import UsageError
from tests.areas_sample import areas_plan
from tests.export_sample import infeasible_plan, sample_plan, secure_plan


def with_value(value: float, bound: float | None) -> dict[str, Any]:
    return sample_plan(objective={**sample_plan()["objective"], "value": value}, bound=bound)


def test_a_difference_larger_than_the_gaps_is_told() -> None:
    found = difference(with_value(100.0, 99.0), with_value(105.0, 103.0))

    assert found == {"value": 5.0, "low": 3.0, "high": 6.0, "unit": "CNY", "is_told": True}


def test_a_difference_within_the_gaps_is_not_told() -> None:
    found = difference(with_value(100.0, 98.0), with_value(101.0, 99.0))

    assert (found["low"], found["high"], found["is_told"]) == (-1.0, 3.0, False)


def test_a_gain_larger_than_the_gaps_is_told() -> None:
    assert difference(with_value(100.0, 99.0), with_value(90.0, 89.0))["is_told"]


def test_without_a_bound_nothing_is_told() -> None:
    found = difference(with_value(100.0, None), with_value(105.0, 103.0))

    assert (found["low"], found["high"], found["is_told"]) == (None, None, False)


def test_different_aims_are_not_subtracted() -> None:
    other = sample_plan(objective={"name": "water", "sense": "minimise", "value": 5.0, "unit": "m3"})

    with pytest.raises(UsageError, match="different aims"):
        difference(sample_plan(), other)
    assert any("different aims" in text for text in cautions(sample_plan(), other))


def test_plans_of_other_regions_and_runs_without_a_plan_are_refused() -> None:
    other = sample_plan(region={**sample_plan()["region"], "id": "elsewhere"})

    assert "different regions" in refusal([sample_plan(), other])
    assert "no plan" in refusal([sample_plan(), infeasible_plan()])
    assert refusal([sample_plan(), secure_plan()]) == ""


def test_other_years_or_data_are_pointed_out() -> None:
    a = sample_plan()
    b = sample_plan(year_weights={"2027": 1.0}, region={**a["region"], "fingerprint": "f" * 64})

    assert len(cautions(a, b)) == 2
    assert cautions(a, sample_plan()) == []


def test_figures_stand_side_by_side() -> None:
    plans = [sample_plan(), secure_plan()]

    rows = {(row["key"], row["label"]): row for row in figures(plans)}

    by_key = {key: row["values"] for (key, _label), row in rows.items()}
    assert by_key["security"] == ["insecure", "secure"]  # the verdict, not what the plan claims
    assert by_key["value"] == [1164.4e6, 1164.4e6]
    assert by_key["gap"] == [pytest.approx(0.3), pytest.approx(0.3)]
    assert rows["it_mw", "New IT load 2035"]["values"][0] == pytest.approx(
        sum(site["it_mw"]["2035"] for site in plans[0]["sites"])
    )
    assert by_key["sites"] == [3.0, 3.0]
    assert by_key["bottlenecks"] == [4.0, 4.0]
    assert "cost" not in by_key  # it is the value


def test_plans_with_other_aims_have_their_cost_too() -> None:
    other = sample_plan(objective={"name": "water", "sense": "minimise", "value": 5.0, "unit": "m3"})

    rows = {row["key"]: row for row in figures([sample_plan(), other])}

    assert rows["cost"]["values"] == [pytest.approx(total_cost(other))] * 2
    assert rows["value"]["label"] == "Value of the aim"


def test_a_plan_that_only_claims_to_be_secure_is_not_shown_so() -> None:
    rows = figures([sample_plan(security="secure"), sample_plan(security="secure", audit={"status": "failed"})])

    assert rows[0]["values"] == ["insecure", "insecure"]


def test_sites_that_moved_are_found_by_id_and_place() -> None:
    a, b = sample_plan(), copy.deepcopy(sample_plan())
    first, second, third = (site["id"] for site in a["sites"])
    b["sites"][0]["it_mw"]["2035"] += 10.0
    b["sites"][1]["lon"] += 0.05  # the same id in another grid of cells is another place
    b["sites"] = b["sites"][:2]

    rows = {(row["id"], row["change"]): row for row in moved(a, b)}

    assert set(rows) == {(first, "larger"), (second, "only_a"), (second, "only_b"), (third, "only_a")}
    grown = rows[first, "larger"]
    assert grown["mw_b"] - grown["mw_a"] == pytest.approx(10.0)
    assert rows[third, "only_a"]["mw_b"] is None


def test_limits_that_change_are_told_and_worthless_ones_are_not() -> None:
    a, b = sample_plan(), copy.deepcopy(sample_plan())
    power, other, *_rest = b["limits"]
    power |= {"worth": 2 * power["worth"]}
    other |= {"is_binding": False, "used": 50.0, "slack": 62.0, "worth": 0.0}
    shahe = next(row for row in b["limits"] if row["index"][0] == "Shahe")
    shahe |= {"is_binding": True, "worth": 100.0, "used": 2700.0, "slack": 0.0}

    rows = {row["key"]: row for row in limit_changes(a, b, {})}

    assert {key: row["change"] for key, row in rows.items()} == {
        "substation_headroom/N220-33-1": "worth_more",
        "substation_headroom/N220-30-1": "no_longer",
        "plant_supply/Shahe": "binds_now",
    }
    gone = rows["substation_headroom/N220-30-1"]
    assert gone["used_a"] == "110 / 112 MVA"
    assert gone["used_b"] == "50 / 112 MVA"
    assert gone["gain_b"] is None
    assert limit_changes(a, sample_plan(), {}) == []


def test_the_waterfall_sums_to_the_difference() -> None:
    a, b = sample_plan(), copy.deepcopy(sample_plan())
    for row in b["ledger"]:
        row["cny"] *= {"energy": 1.1, "land": 0.5}.get(row["term"], 1.0)
    b["ledger"].append({"term": "pipes", "year": 2035, "cny": 1234.0, "cny_per_year": 4113.0})

    first, *steps, last = ledger_waterfall(a, b)

    assert (first["end"], last["end"]) == (total_cost(a), total_cost(b))
    assert sum(step["amount"] for step in steps) == pytest.approx(total_cost(b) - total_cost(a), abs=1e-3)
    assert [step["start"] for step in steps] == [first["end"], *[step["end"] for step in steps[:-1]]]
    assert steps[-1]["end"] == pytest.approx(last["end"], abs=1e-3)
    amounts = {step["term"]: step["amount"] for step in steps}
    assert amounts["energy"] == pytest.approx(0.1 * (69e6 + 328e6 + 417e6))
    assert amounts["land"] == pytest.approx(-0.5 * (3.3e6 + 12e6 + 15.6e6))
    assert amounts["other"] == pytest.approx(1234.0)
    assert [step["kind"] for step in steps] == ["more", "less", "more"]


def test_plans_of_areas_are_compared_by_hub_and_indicator() -> None:
    first = areas_plan()
    hubs = [{**row, "it_mw": row["it_mw"] + 10.0} if row["hub"] == "guizhou" else row for row in first["hubs"]]

    rows = {row["key"]: row for row in figures([first, {**first, "hubs": hubs}])}

    before, after = rows["hub_guizhou"]["values"]
    assert after == pytest.approx(before + 10.0)
    assert {"pue", "ref", "cue_kg_per_kwh", "rtt_ms"} <= set(rows)
    assert "Guizhou" in rows["hub_guizhou"]["label"]


def test_plans_of_stations_have_no_figures_of_hubs() -> None:
    assert not [row for row in figures([sample_plan()]) if row["key"].startswith("hub_")]
