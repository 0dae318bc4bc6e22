"""Screening on a strip of eight cells of 1 km whose areas and distances are known by hand."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from planner.errors import UsageError
from planner.i18n import use_language
from planner.reach import pairs_within
from planner.region import Region
from planner.screen import feed_pairs, pipe_pairs, reason_text, screen

X0, Y0 = 500_000.0, 4_400_000.0
CRS = "EPSG:4548"
RADIUS_KM = {500: 1.0}


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    """Return a rectangle given in km from the south-west corner."""
    return shapely.box(X0 + x0 * 1000, Y0 + y0 * 1000, X0 + x1 * 1000, Y0 + y1 * 1000)


def point(x: float, y: float) -> shapely.Point:
    """Return a point given in km from the south-west corner."""
    return shapely.Point(X0 + x * 1000, Y0 + y * 1000)


def frame(geometry: list[shapely.Geometry], **columns: list[object]) -> gpd.GeoDataFrame:
    """Return a layer in the projected system."""
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=geometry, crs=CRS)


def strip_region(**tables: pd.DataFrame) -> Region:
    """Return 4 km x 2 km of land, its west kilometre an airport, one 500 kV station in a cell, one plant far off."""
    seat = gpd.GeoSeries([point(1, 1), point(3, 1)], crs=CRS).to_crs("EPSG:4326")
    districts = frame(
        [box(0, 0, 2.4, 2), box(2.4, 0, 4, 2)],
        district=["West", "East"],
        name_en=["West", "East"],
        name_zh=["西", "东"],
        seat_lon=list(seat.x),
        seat_lat=list(seat.y),
        usable_land_share=[0.5, 0.25],
    )
    stations = frame(
        [point(1.5, 0.5)], substation=["S500"], voltage_kv=[500.0], feed_voltage_kv=[220.0], headroom_mva=[100.0]
    )
    base: dict[str, pd.DataFrame] = {
        "districts": districts,
        "study_area": frame([box(0, 0, 4, 2)], name=["strip"]),
        "exclusions": frame([box(-1, -1, 1, 3)], exclusion=["X"], kind=["airport"]),
        "sites": frame([], site=[], district=[]),
        "substations": stations,
        "headroom_years": pd.DataFrame({"node": [], "year": [], "headroom_mva": []}),
        "reclaimed_plants": frame([point(1.5, 3.5)], plant=["P"]),
    }
    return Region(
        id="strip",
        name={"en": "strip", "zh": "条"},
        base_year=2025,
        crs="EPSG:4326",
        projected_crs=CRS,
        meta={},
        tables={**base, **tables},
        grid=None,
        notices=(),
        fingerprint="",
        path=Path(),
    )


def status(region: Region, **asked: float) -> dict[str, str]:
    """Return the reasons by cell; "" for a candidate."""
    found = screen(region, cell_km=1.0, radius_km=RADIUS_KM, water_reach_km=2.5, **asked).candidates
    return dict(zip(found["site"], found["reasons"], strict=True))


def test_candidates_are_the_open_cells_within_the_radius() -> None:
    reasons = status(strip_region())

    assert len(reasons) == 8
    assert [s for s, why in reasons.items() if not why] == ["C001-000", "C002-000", "C001-001"]


def test_every_reason_that_applies_is_listed() -> None:
    reasons = status(strip_region())

    assert reasons["C000-000"] == "exclusion:airport"
    assert reasons["C000-001"] == "beyond_radius, exclusion:airport"
    assert reasons["C003-000"] == "beyond_radius"


def test_usable_area_is_the_open_part_times_the_share_of_the_district() -> None:
    half = frame([box(1.5, 0, 2, 1)], exclusion=["X"], kind=["park"])

    cells = screen(strip_region(exclusions=half), cell_km=1.0, radius_km=RADIUS_KM, water_reach_km=2.5).candidates
    area_ha = cells.set_index("site")["area_ha"]

    assert area_ha["C000-000"] == pytest.approx(50.0)
    assert area_ha["C001-000"] == pytest.approx(25.0)
    assert area_ha["C003-000"] == pytest.approx(25.0)


def test_a_cell_belongs_to_the_district_that_holds_most_of_it() -> None:
    cells = screen(strip_region(), cell_km=1.0, radius_km=RADIUS_KM, water_reach_km=2.5).candidates

    assert cells.set_index("site")["district"]["C002-000"] == "East"


def test_land_that_is_too_small_is_told_from_land_that_is_taken() -> None:
    reasons = status(strip_region(), min_area_ha=30.0)

    assert reasons["C000-000"] == "exclusion:airport"
    assert reasons["C001-000"] == ""
    assert reasons["C002-000"] == "too_small"


def test_no_plant_in_reach_is_a_note_and_not_a_reason() -> None:
    cells = screen(strip_region(), cell_km=1.0, radius_km=RADIUS_KM, water_reach_km=2.5).candidates.set_index("site")

    assert cells["notes"]["C001-000"] == "no_plant_in_reach"
    assert cells["status"]["C001-000"] == "candidate"
    assert cells["notes"]["C001-001"] == ""
    assert cells["nearest_plant_km"]["C001-001"] == pytest.approx(2.0)


def test_a_station_without_headroom_feeds_only_when_a_later_year_gives_it_some() -> None:
    idle = strip_region()["substations"].assign(headroom_mva=0.0)
    later = pd.DataFrame({"node": ["S500"], "year": [2030], "headroom_mva": [50.0]})

    assert not any(why == "" for why in status(strip_region(substations=idle)).values())
    assert sum(why == "" for why in status(strip_region(substations=idle, headroom_years=later)).values()) == 3


def test_a_route_is_the_straight_way_times_the_factor_and_never_nothing() -> None:
    region = strip_region()
    sites = screen(region, cell_km=1.0, radius_km=RADIUS_KM, water_reach_km=2.5).sites

    pairs = feed_pairs(sites, region, radius_km=RADIUS_KM, route_factor=1.3).set_index("site")

    assert pairs["km"].to_dict() == pytest.approx({"C001-000": 0.5, "C001-001": 1.3, "C002-000": 1.3})
    assert set(pairs["voltage_kv"]) == {220.0}


def test_pipes_join_sites_and_plants_within_reach() -> None:
    region = strip_region()
    sites = screen(region, cell_km=1.0, radius_km=RADIUS_KM, water_reach_km=2.5).sites

    pipes = pipe_pairs(sites, region, reach_km=2.5, route_factor=1.2)

    assert pipes[["site", "plant"]].to_numpy().tolist() == [["C001-001", "P"]]
    assert pipes["km"].tolist() == pytest.approx([2.4])


def test_few_feeds_per_site_keep_the_nearest_station_of_each_voltage() -> None:
    places = [point(1.5, 0.5), point(1.6, 0.5), point(1.7, 0.5), point(2.4, 0.5)]
    stations = frame(
        places,
        substation=["A", "B", "C", "S500"],
        voltage_kv=[220.0, 220.0, 220.0, 500.0],
        feed_voltage_kv=[110.0, 110.0, 110.0, 220.0],
        headroom_mva=[10.0] * 4,
    )
    region = strip_region(substations=stations)
    radius_km = {500: 1.0, 220: 1.0}
    sites = screen(region, cell_km=1.0, radius_km=radius_km, water_reach_km=2.5).sites.query("site == 'C001-000'")

    assert feed_pairs(sites, region, radius_km=radius_km, max_feeds=2)["substation"].tolist() == ["A", "S500"]
    assert feed_pairs(sites, region, radius_km=radius_km, max_feeds=3)["substation"].tolist() == ["A", "B", "S500"]
    assert len(feed_pairs(sites, region, radius_km=radius_km)) == 4


def test_pairs_within_a_radius_agree_with_looking_at_all_pairs() -> None:
    rng = np.random.default_rng(7)
    left, right = rng.uniform(0, 20_000, (40, 2)), rng.uniform(0, 20_000, (30, 2))
    straight_km = np.hypot(*(left[:, None] - right[None]).transpose(2, 0, 1)) / 1000

    i, j, km = pairs_within(left, right, radius_km=5.0)

    assert list(zip(i, j, strict=True)) == [tuple(p) for p in np.argwhere(straight_km <= 5.0)]
    assert km == pytest.approx(straight_km[i, j])


def test_own_parcels_are_judged_instead_of_cells() -> None:
    own = frame(
        [box(1.4, 0.4, 1.5, 0.5), point(2.6, 0.5), point(0.5, 0.5), box(9, 9, 9.1, 9.1)],
        site=["drawn", "point", "airport", "far"],
        name_en=["A", "B", "C", "D"],
        name_zh=["甲", "乙", "丙", "丁"],
        district=[None, None, None, None],
        area_ha=[np.nan, 5.0, 5.0, 5.0],
    )
    found = screen(
        strip_region(sites=own), cell_km=1.0, radius_km={500: 1.2}, water_reach_km=1.0, min_area_ha=1.0 - 1e-9
    ).candidates.set_index("site")

    assert found["reasons"].to_dict() == {
        "drawn": "",
        "point": "",
        "airport": "exclusion:airport",
        "far": "beyond_radius, outside_study_area",
    }
    assert found["area_ha"]["drawn"] == pytest.approx(1.0)
    assert found["district"].tolist()[:2] == ["West", "East"]
    assert found["name_zh"]["drawn"] == "甲"


def test_screening_refuses_distances_that_mean_nothing() -> None:
    with pytest.raises(UsageError):
        screen(strip_region(), cell_km=0.0, radius_km=RADIUS_KM, water_reach_km=1.0)
    with pytest.raises(UsageError):
        screen(strip_region(), cell_km=1.0, radius_km={}, water_reach_km=1.0)


def test_reasons_are_words_in_both_languages() -> None:
    codes = "beyond_radius, exclusion:airport, too_small, outside_study_area, no_plant_in_reach, exclusion:marsh"

    with use_language("en"):
        english = reason_text(codes)
    with use_language("zh"):
        chinese = reason_text(codes)

    assert english.startswith("no station with headroom within its radius; excluded area: airport; too little")
    assert english.endswith("excluded area: marsh")
    assert chinese.startswith("供电半径内没有可开放容量的变电站; 禁止选址区域：机场")
    assert reason_text("") == ""


@pytest.mark.parametrize("parts", [[box(0, 0, 40, 40)], [box(0, 0, 0.5, 0.5), box(900, 900, 900.5, 900.5)]])
def test_cells_too_many_to_look_at_are_refused_before_they_are_cut(parts: list[shapely.Geometry]) -> None:
    region = strip_region(study_area=frame(list(parts), name=["part"] * len(parts)))

    with pytest.raises(UsageError, match="pieces"):
        screen(region, cell_km=0.11, radius_km=RADIUS_KM, water_reach_km=1.0)
