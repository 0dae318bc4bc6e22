"""Tables and rows of charts of the Plan page, counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from planner.export.sheet import Sheet
from planner.i18n import use_language
from planner.map_view.selection import Selection
from planner.plan_rows import (
    base_table,
    board_table,
    cut_table,
    element_place,
    failure_table,
    made_table,
    outage_table,
    plant_table,
    sheet_table,
    site_table,
)
from planner.plan_series import energy_series, ledger_series, load_series, water_series
from planner.view_names import names_in
from tests.export_sample import infeasible_plan, sample_plan

VIEW: dict[str, Any] = {
    "layers": {
        "substations": {
            "columns": {"id": ["N220-33-1"], "name": ["Yizhuang"], "name_zh": ["亦庄"]},
            "points": [[1, 2]],
        },
        "districts": {"columns": {"id": ["Tongzhou"], "name": ["Tongzhou"], "name_zh": ["通州区"]}, "points": [[1, 2]]},
        "grid_lines": {"columns": {"id": ["L220-101"]}, "points": [[1, 2]]},
        "grid_stations": {
            "columns": {"id": ["BJ500-14"], "buses": [["BJ500-14", "BJ500-14/220"]], "trafos": [["T-BJ500-14"]]},
            "points": [[1, 2]],
        },
    }
}


def names(plan: dict[str, Any], lang: str = "en") -> dict[str, str]:
    return names_in(plan, VIEW, lang=lang)


def test_sites_stand_largest_first_with_their_place() -> None:
    plan = sample_plan()

    table = site_table(plan, names(plan))

    assert [row[0] for row in table.rows] == [
        "Cell C0655 (Daxing)",
        "Cell C0412 (Tongzhou) ?",
        "Cell C0231 (Changping) ?",
    ]
    assert table.places[1] == Selection("sites", "C0412")
    second = table.records()[1]
    assert (second["IT 2027 (MW)"], second["IT 2035 (MW)"]) == (24.0, 96.0)
    assert second["Cooling (MW IT)"] == "Chilled water/tower 60 + Cold plate/tower 36"
    assert "Yizhuang 33-1 at 110 kV, 7.0 km, 64 MW" in str(second["Fed from (voltage, length, reserved)"])
    assert second["Two feeds"] is True
    assert second["District"] == "Tongzhou"
    assert second["Watered from (1000 m³/year)"] == "Yizhuang BDA, 6.2 km, 1,180"


def test_districts_bear_the_name_of_the_view() -> None:
    plan = sample_plan()
    with use_language("zh"):
        table = site_table(plan, names(plan, "zh"))

    assert table.rows[1][1] == "通州区"


def test_the_board_shows_only_places_that_can_be_drawn() -> None:
    plan = sample_plan()
    table = board_table(plan, names(plan), view=VIEW)
    places = dict(zip([str(row[0]) for row in table.rows], table.places, strict=True))

    headroom = next(place for title, place in places.items() if "N220-33-1" in title)
    water = next(place for title, place in places.items() if title.startswith("Reclaimed water"))
    assert headroom == Selection("substations", "N220-33-1")
    assert water is None  # this view has no layer of plants
    assert places["Green power required"] is None


def test_the_board_tells_use_worth_and_gain_under_their_headings() -> None:
    plan = sample_plan()

    row = next(
        row for row in board_table(plan, names(plan), view=VIEW).records() if "N220-33-1" in str(row["What binds"])
    )

    assert row["When"] == "2035"
    assert row["Used / limit"] == "109 / 110.5 MVA"
    assert row["Worth at this siting"] == "One more MVA in 2035 saves 182,000 CNY a year"
    assert row["1 % more of it brings a year"] == "60,330 CNY"  # 182,000 x 1.105 MVA x 0.3 of all weights


def test_worst_outages_stand_first_at_their_limiting_element() -> None:
    plan = sample_plan()

    table = outage_table(plan, names(plan), view=VIEW, n=2)

    assert [row[2] for row in table.rows] == ["supply lost", "limit exceeded"]
    assert table.rows[0][-1] == pytest.approx(51.5)
    assert table.places == [Selection("grid_lines", "L220-101"), Selection("grid_stations", "BJ500-14")]


def test_the_base_case_has_a_row_per_year() -> None:
    plan = sample_plan()

    assert [row[0] for row in base_table(plan, names(plan), view=VIEW).rows] == [
        "2027, summer peak",
        "2030, summer peak",
        "2035, summer peak",
    ]


@pytest.mark.parametrize(
    ("element", "place"),
    [
        ("L220-101", Selection("grid_lines", "L220-101")),
        ("L220-101 + L220-102", Selection("grid_lines", "L220-101")),
        ("BJ500-14/220", Selection("grid_stations", "BJ500-14")),
        ("C0412: N220-33-1", Selection("sites", "C0412")),
        ("L-unknown", None),
        (None, None),
    ],
)
def test_elements_of_the_grid_have_a_place(element: str | None, place: Selection | None) -> None:
    assert element_place(element, sample_plan(), VIEW) == place


def test_without_a_view_only_sites_have_a_place() -> None:
    assert element_place("L220-101", sample_plan(), None) is None
    assert element_place("C0412: N220-33-1", sample_plan(), None) == Selection("sites", "C0412")


def test_learned_limits_stand_at_what_they_protect() -> None:
    plan = sample_plan()

    table = cut_table(plan, names(plan), view=VIEW)

    assert len(table.rows) == len(table.places) == 4
    assert table.places == [None, Selection("grid_stations", "BJ500-14"), None, None]


def test_plants_stand_fullest_first_with_their_tightest_month() -> None:
    water = [
        {"plant": "a", "year": 2035, "month": 6, "used_m3_per_day": 50.0, "limit_m3_per_day": 100.0},
        {"plant": "a", "year": 2035, "month": 7, "used_m3_per_day": 60.0, "limit_m3_per_day": 200.0},
        {"plant": "b", "year": 2035, "month": 7, "used_m3_per_day": 90.0, "limit_m3_per_day": 100.0},
        {"plant": "b", "year": 2030, "month": 7, "used_m3_per_day": 10.0, "limit_m3_per_day": 100.0},
        {"plant": "c", "year": 2035, "month": 7, "used_m3_per_day": 0.0, "limit_m3_per_day": 100.0},
    ]

    table = plant_table(sample_plan(plant_water=water), {"b": "Bishui"}, year=2035)

    assert table.rows == [["Bishui", 7, 90, 100, 90.0], ["a", 6, 50, 100, 50.0]]
    assert table.keys == ["b", "a"]


def test_water_of_a_plant_has_its_months_in_order() -> None:
    water = [
        {"plant": "a", "year": 2035, "month": 7, "used_m3_per_day": 100.0, "limit_m3_per_day": 100.0},
        {"plant": "a", "year": 2035, "month": 1, "used_m3_per_day": 1.0, "limit_m3_per_day": 100.0},
        {"plant": "a", "year": 2030, "month": 2, "used_m3_per_day": 1.0, "limit_m3_per_day": 100.0},
    ]

    rows = water_series(sample_plan(plant_water=water), "a", 2035).rows

    assert [(row["month"], row["is_full"]) for row in rows] == [(1, False), (7, True)]


def test_discounted_costs_add_up_to_the_value() -> None:
    plan = sample_plan()

    series = ledger_series(plan, is_discounted=True)

    assert series.unit == "million CNY"  # 800 million in the dearest period
    assert sum(row["amount"] for row in series.rows) * 1e6 == pytest.approx(plan["objective"]["value"])


def test_costs_a_year_keep_the_years_apart() -> None:
    series = ledger_series(sample_plan(), is_discounted=False)

    energy = {row["year"]: row["amount"] for row in series.rows if row["term"] == "Electricity"}
    assert series.unit == "billion CNY a year"
    assert energy == {"2027": pytest.approx(0.23), "2030": pytest.approx(0.82), "2035": pytest.approx(1.39)}
    assert series.parts[0] == "Electricity"


def test_small_terms_are_one_and_nothing_is_lost() -> None:
    ledger = [{"term": f"t{i:02d}", "year": 2030, "cny": 1e9 * (20 - i), "cny_per_year": 0.0} for i in range(12)]

    series = ledger_series(sample_plan(ledger=ledger), is_discounted=True)

    assert series.parts == [*(f"t{i:02d}" for i in range(8)), "All other costs"]
    assert series.rows[-1]["amount"] == pytest.approx(12 + 11 + 10 + 9)


def test_energy_is_split_by_origin_and_held_against_what_is_required() -> None:
    energy = [{"year": 2030, "new_mwh": 1000e3, "green_mwh": 600e3, "certificate_mwh": 100e3, "required_share": 0.75}]

    series, required = energy_series(sample_plan(energy=energy))

    assert [row["amount"] for row in series.rows] == [600.0, 100.0, pytest.approx(300.0)]
    assert required == [{"year": "2030", "amount": 750.0, "share": 75.0}]


def test_load_is_split_by_where_it_is_served() -> None:
    series = load_series(sample_plan())

    assert {row["part"]: row["amount"] for row in series.rows} == {
        "New sites": 180.0,
        "Outside the region": 180.0,
        "Not served": 8.0,
    }


def test_numbers_of_a_sheet_are_rounded_for_reading() -> None:
    table = sheet_table(Sheet("x", "X", ["a", "b", "c"], [[82301592605.45798, 0.12345678, True]]))

    assert table.rows == [[82301600000.0, 0.123457, True]]


def test_how_a_plan_was_made_names_versions_and_fingerprint() -> None:
    rows = {str(row[0]): row[1] for row in made_table(sample_plan()).rows}

    assert rows["highspy"] == "1.15.1"
    assert str(rows["Fingerprint of the inputs"]).startswith("5a3d1e")
    assert rows["Size of the model"] == "60 candidates, 5,100 rows, 7,200 columns"


def test_what_the_audit_found_is_listed() -> None:
    failures = [{"check": "feeds", "index": ["C1"], "expected": 1.0, "found": 2.0}] * 30
    plan = sample_plan(audit={"status": "failed", "n_checks": 40, "failures": failures})

    table = failure_table(plan)

    assert len(table.rows) == 20
    assert table.rows[0] == ["feeds", "['C1']", "1.0", "2.0"]


def test_a_run_without_a_plan_gives_empty_tables() -> None:
    plan = infeasible_plan()

    assert site_table(plan, {}).rows == []
    assert board_table(plan, {}, view=None).rows == []
    assert ledger_series(plan, is_discounted=True).rows == []
