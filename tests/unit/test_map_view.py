"""Rows, cards, search and frame of the map, on a hand-made view and the sample plan."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from planner.export.palette import HEADROOM_COLOURS
from planner.i18n import use_language
from planner.map_view.card import short
from planner.map_view.cards import card_of
from planner.map_view.find import found
from planner.map_view.frame import close_to, fitted, scale_bar
from planner.map_view.legend import legend_groups
from planner.map_view.plan_rows import VERDICT_COLOURS, grid_line_rows, link_rows, mark_rows, site_rows
from planner.map_view.rows import (
    area_rows,
    candidate_rows,
    colour,
    headroom_of,
    shown,
    sized_rows,
    station_rows,
    voltages_of,
)
from planner.map_view.selection import Selection, element_of, name_of, place_of
from tests.export_sample import sample_plan, secure_plan, unchecked_plan
from tests.map_case import made_view


@pytest.fixture
def view() -> dict[str, Any]:
    return made_view()


def test_nothing_here_needs_a_geometry_or_web_package() -> None:
    program = (
        "import sys, planner.map_view.cards, planner.map_view.find, planner.map_view.legend, planner.map_view.plan_rows;"
        "print(sorted({'geopandas', 'shapely', 'streamlit', 'pydeck', 'pandapower', 'pyomo', 'bokeh'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_name_that_would_be_evaluated_becomes_a_plain_one() -> None:
    assert not shown("@@=alert(1)").startswith("@@")
    assert shown("@@=alert(1)").endswith("@@=alert(1)")
    assert shown("Daxing @@=") == "Daxing @@="


def test_headroom_without_a_plan_is_the_tables_and_a_dated_row_wins(view: dict[str, Any]) -> None:
    now = headroom_of(view, None, layer="substations", year=None)
    later = headroom_of(view, None, layer="substations", year=2030)

    assert now["S1"] == {"before": 100.0, "used": 0.0, "left": 100.0}
    assert later["S1"]["left"] == 250.0
    assert later["S2"]["left"] == 0.0


def test_headroom_of_a_plan_is_its_own_rows_else_what_its_feeds_reserve(view: dict[str, Any]) -> None:
    limit = {"constraint": "substation_headroom", "index": ["S1", 2035], "unit": "MVA", "used": 30.0, "limit": 90.0}
    site = {"id": "C1", "lon": 1, "lat": 1, "feeds": [{"substation": "S2", "mva": {"2035": 12.5}, "km": 1.0}]}
    plan = {"limits": [limit], "sites": [site]}

    left = headroom_of(view, plan, layer="substations", year=2035)

    assert left["S1"] == {"before": 90.0, "used": 30.0, "left": 60.0}
    assert left["S2"] == {"before": 0.0, "used": 12.5, "left": -12.5}


def test_stations_are_coloured_and_sized_by_class_and_filtered_by_voltage(view: dict[str, Any]) -> None:
    rows = station_rows(view, None, year=None, lang="en", voltages=[500.0, 220.0])
    only = station_rows(view, None, year=None, lang="en", voltages=[500.0])

    assert [row["i"] for row in rows] == ["S1", "S3", "S2"]  # the ones with little headroom lie on top
    assert rows[0]["c"] == colour(HEADROOM_COLOURS[3])  # 100 MVA
    assert rows[2]["c"] == colour(HEADROOM_COLOURS[0])  # used up
    assert rows[0]["r"] > rows[2]["r"]
    assert rows[0]["n"] == "Station 1: 100 MVA"
    assert [row["i"] for row in only] == ["S1"]
    assert voltages_of(view) == [500.0, 220.0]


def test_stations_at_one_place_bear_one_label(view: dict[str, Any]) -> None:
    rows = station_rows(view, None, year=None, lang="zh", voltages=[500.0, 220.0])

    assert [row["t"] for row in rows] == ["一号站", "", "二号站 (+1)"]


def test_sizes_grow_with_the_root_and_end_at_the_largest(view: dict[str, Any]) -> None:
    rows = sized_rows(view, "plants", amount="capacity_m3_per_day", lang="en", px=(9.0, 24.0, 1.0e6))

    assert [row["r"] for row in rows] == [16.5, 24.0]  # 250,000: half way; 4 million: the largest


def test_candidates_travel_with_place_and_name_alone(view: dict[str, Any]) -> None:
    assert candidate_rows(view) == [{"p": [116.2, 40.0], "n": "C001-001"}]
    assert candidate_rows(view, is_excluded=True) == [{"p": [116.3, 40.0], "n": "C002-001"}]


def test_an_area_of_two_parts_is_two_rows_of_one_id(view: dict[str, Any]) -> None:
    rows = area_rows(view, "districts", lang="zh")

    assert [(row["i"], row["n"]) for row in rows] == [("Daxing", "大兴区"), ("Daxing", "大兴区")]


def test_the_ring_of_a_site_tells_the_plans_own_verdict() -> None:
    rings = [site_rows(plan, year=2035, lang="en")[0]["o"] for plan in (secure_plan(), sample_plan(), unchecked_plan())]

    assert rings == [colour(VERDICT_COLOURS[level]) for level in ("secure", "insecure", "not_checked")]


def test_a_site_that_opens_later_is_small_and_pale() -> None:
    plan = sample_plan(
        sites=[{"id": "C1", "name": "One", "lon": 116.0, "lat": 40.0, "it_mw": {"2030": 0.0, "2035": 100.0}}]
    )

    (early,), (late,) = site_rows(plan, year=2030, lang="en"), site_rows(plan, year=2035, lang="en")

    assert (early["r"], early["c"][3]) == (4.0, 90)
    assert (late["r"], late["c"][3]) == (10.0, 255)  # 4 + 0.6 sqrt(100)
    assert late["n"] == "One: 100 MW IT"


def test_feeds_run_from_site_to_station_in_the_years_in_which_they_are_used(view: dict[str, Any]) -> None:
    feed = {"substation": "S1", "name": "Station 1", "voltage_kv": 110.0, "km": 2.04, "mva": {"2030": 0.0, "2035": 9.0}}
    plan = {"sites": [{"id": "C1", "name": "One", "lon": 116.0, "lat": 40.0, "feeds": [feed]}]}

    assert link_rows(view, plan, "feeds", year=2030, lang="en") == []
    (row,) = link_rows(view, plan, "feeds", year=2035, lang="en")
    assert (row["a"], row["b"], row["i"]) == ([116.0, 40.0], [116.5, 40.1], "C1|S1")
    assert row["n"] == "One – Station 1, 2.0 km"


def test_lines_of_the_grid_are_coloured_by_their_worst_loading(view: dict[str, Any]) -> None:
    element = {"element": "L1", "kind": "line", "value": 96.0, "limit": 100.0, "unit": "%", "year": 2035}
    plan = sample_plan(grid={"elements": [element]})

    (quiet,) = grid_line_rows(view, None, year=2035, lang="en")
    (loaded,) = grid_line_rows(view, plan, year=2035, lang="en")

    assert quiet["n"] == "L1"
    assert loaded["n"] == "L1: 96 %"
    assert loaded["w"] > quiet["w"]


def test_marks_differ_by_sign_and_colour() -> None:
    rows = mark_rows(
        [{"id": "m", "lon": 1.0, "lat": 2.0, "label": "@@=x", "kind": kind} for kind in ("only_a", "fixed")]
    )

    assert [row["t"] for row in rows] == ["A", "★"]
    assert rows[0]["c"] != rows[1]["c"]
    assert not rows[0]["n"].startswith("@@")


def test_places_and_names_of_all_that_can_be_picked(view: dict[str, Any]) -> None:
    plan = sample_plan(sites=[{"id": "C001-001", "name": "One", "name_zh": "一", "lon": 116.25, "lat": 40.0}])

    assert place_of(view, Selection("sites", "C001-001"), plan=plan) == [116.25, 40.0]
    assert place_of(view, Selection("sites", "C001-001")) == [116.2, 40.0]
    assert place_of(view, Selection("feeds", "C001-001|S1"), plan=plan) == [116.25, 40.0]
    assert place_of(view, Selection("substations", "none")) is None
    assert name_of(view, Selection("candidates", "C001-001"), lang="zh") == "大兴区 C001-001"
    assert name_of(view, Selection("feeds", "C001-001|S1"), lang="zh", plan=plan) == "一 – 一号站"
    assert name_of(view, Selection("substations", "none"), lang="en") == "none"


def test_an_element_of_the_grid_is_found_at_its_line_or_its_place(view: dict[str, Any]) -> None:
    assert element_of(view, "L1") == Selection("grid_lines", "L1")
    assert element_of(view, "T1") == Selection("grid_stations", "B1")
    assert element_of(view, "B1/220") == Selection("grid_stations", "B1")
    assert element_of(view, "nowhere") is None


def test_search_knows_both_languages_ids_and_puts_exact_names_first(view: dict[str, Any]) -> None:
    plan = sample_plan(sites=[{"id": "C001-001", "name": "Station hill", "name_zh": "站山", "lon": 1, "lat": 1}])

    assert found(view, plan, "") == []
    assert found(view, plan, "  ") == []
    assert found(view, plan, "s2") == [Selection("substations", "S2")]
    assert found(view, None, "二号")[0] == Selection("substations", "S2")
    assert found(view, plan, "station")[0] == Selection("sites", "C001-001")
    assert found(view, plan, "c001") == [Selection("sites", "C001-001")]
    assert found(view, None, "c001") == [Selection("candidates", "C001-001")]
    assert len(found(view, None, "station", most=2)) == 2


def test_the_card_of_a_station_has_units_confidence_and_neighbours(view: dict[str, Any]) -> None:
    card = card_of(view, None, Selection("substations", "S2"), lang="en")

    facts = {fact.label: (fact.value, fact.mark) for fact in card.facts}
    assert card.title == "Station 2 (S2)"
    assert facts["Free headroom (N-1)"] == ("0 MVA", "ASSUMED")
    assert facts["Voltage"] == ("220 kV", "")
    assert facts["District"] == ("Daxing", "")
    assert (card.confidence, card.is_marked, card.source) == ("SYNTHETIC", True, "made by hand")
    assert card.near == (Selection("substations", "S3"),)
    assert card.by_year == ()


def test_the_card_of_a_station_in_a_plan_has_years_and_limits(view: dict[str, Any]) -> None:
    limit = {
        "constraint": "substation_headroom", "family": "power", "index": ["S1", 2035], "unit": "MVA", "used": 90.0,
        "limit": 90.0, "slack": 0.0, "worth": 1.2e6, "is_binding": True,
    }  # fmt: skip
    plan = sample_plan(limits=[limit, {**limit, "index": ["S2", 2035]}], years=[2035], loop=None, sites=[])

    card = card_of(view, plan, Selection("substations", "S1"), lang="en")

    assert card.by_year == ({"Year": 2035, "Before, MVA": "90", "Used by the plan, MVA": "90", "Left, MVA": "0"},)
    assert [row["Limit"] for row in card.limits] == ["Firm headroom: Station 1 (S1), 2035"]
    assert card.limits[0]["Worth at this siting"] == "One more MVA in 2035 saves 1,200,000 CNY a year"
    assert card.limits[0]["At its limit"] == "yes"


def test_a_limit_learned_in_the_check_touches_the_stations_that_weigh_in_it(view: dict[str, Any]) -> None:
    cut = {"id": "ac-1", "terms": [{"substation": "S1", "coef": 0.5}, {"substation": "S2", "coef": 0.01}]}
    limit = {"constraint": "network_cut", "family": "network", "index": ["ac-1", 2035], "unit": "% or pu", "used": 5.0,
             "limit": 10.0, "slack": 5.0, "worth": None, "is_binding": False}  # fmt: skip
    plan = sample_plan(limits=[limit], years=[2035], loop={"cuts": [cut], "rounds": []}, sites=[])

    touched = card_of(view, plan, Selection("substations", "S1"), lang="en").limits
    other = card_of(view, plan, Selection("substations", "S2"), lang="en").limits

    assert touched[0]["Used / allowed"] == "10 / 20 MVA"  # 5 and 10 over 0.5 per MVA
    assert touched[0]["Worth at this siting"] == "not computed"
    assert other == ()


def test_the_card_of_a_plant_tells_the_tightest_month_of_each_year(view: dict[str, Any]) -> None:
    water = [
        {"year": 2035, "month": month, "plant": "P1", "used_m3_per_day": used, "limit_m3_per_day": 1000.0}
        for month, used in ((1, 100.0), (7, 900.0))
    ]
    plan = sample_plan(plant_water=water, years=[2035], limits=[])

    (row,) = card_of(view, plan, Selection("plants", "P1"), lang="en").by_year

    assert row["Tightest month"] == 7
    assert row["Used on the peak day, m³/day"] == "900"


def test_the_card_of_an_excluded_cell_says_why_in_words(view: dict[str, Any]) -> None:
    card = card_of(view, None, Selection("candidates", "C002-001"), lang="en")

    assert card.species == "Excluded"
    assert card.title == "Daxing C002-001"
    assert "Excluded because: no station with headroom within its radius; excluded area: airport." in card.notes
    assert ("Nearest 500 kV station", "12.3 km, at most 8 km") in [(f.label, f.value) for f in card.facts]
    with use_language("zh"):
        assert any("机场" in note for note in card_of(view, None, Selection("candidates", "C002-001"), lang="zh").notes)


def test_the_card_of_a_candidate_lists_what_may_serve_it(view: dict[str, Any]) -> None:
    plan = sample_plan(sites=[])
    card = card_of(view, plan, Selection("candidates", "C001-001"), lang="en")

    facts = {fact.label: fact.value for fact in card.facts}
    assert facts["May be fed from"] == "Station 1, Station 2"
    assert facts["May be watered from"] == "Plant 1"
    assert any("does not use this place" in note for note in card.notes)


def test_cards_of_a_plans_sites_feeds_and_pipes(view: dict[str, Any]) -> None:
    plan = sample_plan()
    site = next(site for site in plan["sites"] if site["feeds"] and site["water"])
    card = card_of(view, plan, Selection("sites", site["id"]), lang="en")
    feed = card_of(view, plan, Selection("feeds", f"{site['id']}|{site['feeds'][0]['substation']}"), lang="en")
    pipe = card_of(view, plan, Selection("pipes", f"{site['id']}|{site['water'][0]['plant']}"), lang="en")
    unknown = card_of(view, plan, Selection("feeds", "C9|S9"), lang="en")

    assert card.species == "Site of the plan"
    assert [row["Year"] for row in card.by_year] == plan["years"]
    assert {"Fed from", "Watered from", "Cooling"} <= {fact.label for fact in card.facts}
    assert "Reserved, MVA" in feed.by_year[0]
    assert "Water, m³/year" in pipe.by_year[0]
    assert (unknown.species, unknown.facts) == ("Feed", ())


@pytest.mark.parametrize(
    ("selection", "label"),
    [
        (Selection("grid_lines", "L1"), "Length"),
        (Selection("grid_stations", "B1"), "Transformers"),
        (Selection("zones", "Z1"), "Free headroom (N-1)"),
        (Selection("stock", "K1"), "Mean IT power drawn"),
        (Selection("districts", "Daxing"), "Resident population"),
        (Selection("exclusions", "E1"), "Why it is excluded"),
        (Selection("outside", "O1"), "Yearly price of a served MW"),
    ],
)
def test_every_kind_of_thing_has_a_card(view: dict[str, Any], selection: Selection, label: str) -> None:
    for plan in (None, sample_plan()):
        card = card_of(view, plan, selection, lang="en")
        assert card.species
        assert label in {fact.label for fact in card.facts}


def test_an_unknown_thing_has_a_card_with_its_id(view: dict[str, Any]) -> None:
    card = card_of(view, None, Selection("marks", "m1"), lang="en")

    assert card.title == "m1"
    assert card.facts == ()


def test_the_legend_tells_only_what_is_drawn(view: dict[str, Any]) -> None:
    titles = [group.title for group in legend_groups(view, None, on={"plants"}, year=None, kinds=set())]
    with_plan = legend_groups(view, sample_plan(), on={"sites", "substations:500", "feeds"}, year=2035, kinds={"fixed"})

    assert titles == ["Places"]
    assert [group.title for group in with_plan] == [
        "Headroom left at a station, 2035 (N-1, MVA)",
        "New site: colour by cooling, size by MW IT",
        "Connections (drawn straight)",
        "Marks",
    ]
    assert "failed its own AC check" in with_plan[1].entries[-1].text


def test_a_frame_holds_its_bounds_and_a_bar_has_a_round_length() -> None:
    whole = fitted((116.0, 39.0, 117.0, 40.0), width_px=512.0, height_px=2000.0)

    assert (whole["longitude"], whole["latitude"]) == (116.5, 39.5018)  # the middle of the map, not of the degrees
    assert whole["zoom"] == pytest.approx(8.4919 - 0.15, abs=1e-3)  # log2(360) = 8.4919
    assert close_to([116.0, 39.0], whole) == {"longitude": 116.0, "latitude": 39.0, "zoom": 11.5}
    bar = scale_bar((116.0, 0.0, 117.0, 1.0))  # one degree at the equator: 111.32 km; a fifth is 22.3 km
    assert bar["km"] == 20.0
    assert bar["b"][0] == pytest.approx(116.0 + 20.0 / 111.32, abs=1e-5)


def test_numbers_of_a_card_have_no_needless_zeros() -> None:
    assert [short(value) for value in (8.1, 117.32, 1020.4, 0.3, None)] == ["8.1", "117.3", "1,020", "0.3", "–"]
