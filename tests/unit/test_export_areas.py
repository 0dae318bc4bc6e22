"""A plan of areas in print and in files: by hub and year, green book, rules, flows; what is not known is not nothing."""

from __future__ import annotations

import io
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import jsonschema
import openpyxl
import pytest

from planner.export.extent import crs_label
from planner.export.hub_facts import hub_palette, required_share, short_of, shown_years, summed
from planner.export.layers_hubs import flow_rows
from planner.export.manifest import export_all
from planner.export.schema import plan_schema
from planner.export.summary import summary
from planner.report import print_plan
from tests.areas_sample import HUBS, SITES, areas_plan, areas_region
from tests.export_sample import sample_plan, sample_region


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("areas")
    export_all(areas_plan(), replace(areas_region(), path=out), out, lang="en")
    return out


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_print_tells_hubs_by_year_green_book_rules_and_decisions(lang: str) -> None:
    text = print_plan(areas_plan(), lang=lang, region=areas_region())

    titles = {
        "en": ["New IT load by hub (MW)", "Hubs in figures", "Annual green book (GWh)", "Rules that decided", "What must be decided now"],
        "zh": ["各枢纽新增 IT 负荷（MW）", "枢纽指标", "年度绿电台账（GWh）", "起决定作用的规定", "当前须决策事项"],
    }  # fmt: skip
    assert [text.index(title) for title in titles[lang]] == sorted(text.index(title) for title in titles[lang])
    assert re.search(r"2035 +3,250 +27,450 +1\.205 +99 +0\.99 +0\.006", text)  # all hubs


def test_a_plan_of_stations_prints_nothing_of_it() -> None:
    text = print_plan(sample_plan(), lang="en", region=sample_region())

    assert not re.search(r"hub|REF|CUE|green book|Decide|decided now", text, re.IGNORECASE)


def test_what_is_missing_is_printed_first_in_the_readers_language() -> None:
    assert print_plan(areas_plan(), lang="en").index("228 GWh") < print_plan(areas_plan(), lang="en").index(
        "New IT load by hub"
    )
    assert "上海2035年缺少绿电" in print_plan(areas_plan(), lang="zh")


def test_unknown_racks_are_unknown_and_never_nothing(folder: Path) -> None:
    line = next(
        row for row in print_plan(areas_plan(), lang="en").splitlines() if row.startswith(" Yangtze Delta   east")
    )
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    rows = list(book["Hubs"].iter_rows(values_only=True))

    assert line.rstrip().endswith("unknown")
    assert {row[-1] for row in rows if row[0] == "Yangtze Delta"} == {"unknown"}
    assert {row[-1] for row in rows if row[0] == "Guizhou"} == {153_000}


def test_indicators_of_the_whole_follow_from_sums() -> None:
    rows = [row for row in areas_plan()["hubs"] if row["year"] == 2030]
    whole = summed(rows)

    assert whole["pue"] == pytest.approx(sum(r["energy_mwh"] for r in rows) / sum(r["it_mwh"] for r in rows))
    assert whole["cue_kg_per_kwh"] == pytest.approx(
        sum(r["emissions_t"] for r in rows) / sum(r["it_mwh"] for r in rows)
    )
    assert whole["ref"] == pytest.approx(
        sum(r["ref"] * r["energy_mwh"] for r in rows) / sum(r["energy_mwh"] for r in rows)
    )


def test_the_green_book_says_by_how_much_a_market_falls_short() -> None:
    markets = {row["market"]: row for row in areas_plan()["markets"] if row["year"] == 2030}

    assert short_of(markets["shanghai"]) == pytest.approx(0.2 * markets["shanghai"]["energy_mwh"])
    assert short_of(markets["hebei"]) == 0.0
    assert required_share(markets.values()) == pytest.approx(0.8)
    assert required_share(row for row in areas_plan()["markets"] if row["year"] == 2025) is None


def test_flows_add_up_to_the_load_and_bear_their_round_trip() -> None:
    rows = flow_rows(areas_plan(), areas_region())
    served = sum(row["it_mw"].get(2035, 0.0) for row in rows)
    far = next(row for row in rows if (row["district"], row["site"]) == ("Shanghai", "NM-HL"))

    assert served == pytest.approx(sum(site[6][-1] for site in SITES.values()))
    assert far["rtt_ms"] == pytest.approx(2.7 + 2 * 0.0049 * 1.1 * far["km"], abs=0.01)


def test_layers_and_tables_are_in_the_geopackage(folder: Path) -> None:
    flows = gpd.read_file(folder / "plan.gpkg", layer="flows")
    hubs = gpd.read_file(folder / "plan.gpkg", layer="hubs")
    with closing(sqlite3.connect(folder / "plan.gpkg")) as connection:
        names = {row[0] for row in connection.execute("SELECT table_name FROM gpkg_contents")}
        n_rules = connection.execute("SELECT COUNT(*) FROM rules").fetchone()[0]

    assert set(hubs["hub"]) == set(HUBS)
    assert {"it_mw_2035", "rtt_ms", "workloads"} <= set(flows.columns)
    assert {"green_book", "hub_years", "rules", "existing", "decide_now", "investments", "conversions"} <= names
    assert n_rules == len(areas_plan()["rules"])


def test_the_map_works_without_stations_and_asks_nobody(folder: Path) -> None:
    page = (folder / "map.html").read_text(encoding="utf-8")
    words = (
        page[: page.index("<script")]
        + page[page.index('<aside id="left">') : page.index('<script type="application/json"')]
    )

    assert "Not an official map" in words
    assert 'data-colour="green"' in words
    assert 'data-layer="substations"' not in words
    assert not re.search(r"(?:src|href)=\"https?://", words)
    assert (folder / "map.png").read_bytes().startswith(b"\x89PNG")


def test_the_sample_and_the_schema_agree() -> None:
    jsonschema.validate(areas_plan(), plan_schema())


def test_the_summary_speaks_of_hubs_and_not_of_plants() -> None:
    page = summary(areas_plan(), areas_region(), picture=io.BytesIO(b"\x89PNG").getvalue(), lang="en")

    assert "Annual green book" in page
    assert "Fed from" not in page
    assert "what each plant treats" not in page
    assert "PROJCRS" not in page


def test_the_colour_of_a_hub_does_not_depend_on_its_size() -> None:
    other = areas_plan()
    for row in other["hubs"]:
        row["it_mw"] = 1.0

    assert hub_palette(other) == hub_palette(areas_plan())


def test_of_many_years_the_round_ones_are_shown_in_full() -> None:
    assert shown_years({"years": list(range(2025, 2036))}) == [2025, 2030, 2035]
    assert shown_years({"years": [2027, 2030]}) == [2027, 2030]


def test_a_system_without_a_code_is_called_by_its_name() -> None:
    from pyproj import CRS

    assert crs_label("EPSG:4548") == "EPSG:4548"
    assert crs_label(CRS.from_user_input("ESRI:102025").to_wkt()) == "Asia_North_Albers_Equal_Area_Conic"
