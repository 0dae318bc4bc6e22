"""The files of a plan: complete, the same for the same plan, safe to open, true to the plan."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import jsonschema
import openpyxl
import pytest
import shapely

from planner.errors import UsageError
from planner.export.files import PLAN_FILES
from planner.export.geojson import plan_geojson
from planner.export.html_map import html_map
from planner.export.layers import plan_layers
from planner.export.manifest import export_all
from planner.export.schema import plan_schema
from planner.export.tables import safe_cell, workbook_bytes
from tests.export_sample import infeasible_plan, sample_candidates, sample_plan, sample_region, unchecked_plan

FILES = {*PLAN_FILES, "manifest.json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    export_all(sample_plan(), sample_region(), out, candidates=sample_candidates(), lang="en")
    return out


def test_all_files_are_there_and_nothing_else_is_left(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES | {"tables"}


def test_the_manifest_knows_every_file(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    for entry in manifest["files"]:
        content = (folder / entry["path"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (entry["bytes"], entry["sha256"])
    assert manifest["security"] == "insecure"
    assert manifest["crs"]["map"] == "EPSG:4548"


def test_the_same_plan_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    export_all(sample_plan(), sample_region(), tmp_path, candidates=sample_candidates(), lang="en")

    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_plan_json_is_the_plan(folder: Path) -> None:
    assert json.loads((folder / "plan.json").read_text(encoding="utf-8")) == sample_plan()


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Language"):
        export_all(sample_plan(), sample_region(), tmp_path, lang="fr")


def test_the_geopackage_holds_layers_tables_and_registered_styles(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "plan.gpkg")) as db:
        contents = dict(db.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
        styles = db.execute(
            "SELECT f_table_name, f_table_catalog, f_table_schema, f_geometry_column, useAsDefault FROM layer_styles"
        ).fetchall()

    spatial = {name for name, kind in contents.items() if kind == "features"}
    assert spatial == {
        "sites", "candidates", "feeds", "pipes", "substations", "reclaimed_plants", "stock", "districts", "grid_lines",
        "grid_stations",
    }  # fmt: skip
    assert {name for name, kind in contents.items() if kind == "attributes"} >= {
        "limits",
        "zones",
        "plan",
        "learned_limits",
        "learned_limit_terms",
        "reinforcements",
        "flexible_load",
        "layer_styles",
    }
    assert {row[0] for row in styles} == spatial
    assert {row[1:] for row in styles} == {("", "", "geom", 1)}


def test_headroom_after_is_headroom_before_less_the_feeds() -> None:
    layer = plan_layers(sample_plan(), sample_region())["substations"].set_index("substation")

    assert layer.at["BJ500-05", "before_mva_2030"] == pytest.approx(1040.0)
    assert layer.at["BJ500-05", "left_mva_2030"] == pytest.approx(1040.0 - 83.8)
    assert layer.at["BJ500-07", "left_mva"] == pytest.approx(900.0)  # untouched by the plan


def test_candidates_keep_their_reasons(folder: Path) -> None:
    layer = gpd.read_file(folder / "plan.gpkg", layer="candidates")

    assert len(layer) == 60
    assert layer.loc[layer["status"] == "excluded", "reasons_text"].unique().tolist() == [
        "no station with headroom within its radius; excluded area: airport"
    ]
    assert sorted(layer.loc[layer["is_chosen"], "site"]) == ["C0231", "C0412", "C0655"]


def test_feeds_and_pipes_run_from_the_site_to_their_end() -> None:
    layers = plan_layers(sample_plan(), sample_region())
    feed = layers["feeds"].set_index("substation").loc["BJ500-05"]

    assert list(feed.geometry.coords) == [(116.47, 39.66), (116.49, 39.63)]
    assert len(layers["feeds"]) == 4
    assert len(layers["pipes"]) == 2


def test_a_plan_of_another_region_is_refused() -> None:
    plan = sample_plan()
    plan["sites"][0]["feeds"][0]["substation"] = "ELSEWHERE-1"

    with pytest.raises(UsageError, match="ELSEWHERE-1"):
        plan_layers(plan, sample_region())


def test_geojson_follows_rfc_7946() -> None:
    collection = plan_geojson(sample_plan(), sample_region())

    assert "crs" not in collection
    assert collection["security"] == "insecure"
    for feature in collection["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.is_valid
        assert 115 < shape.bounds[0] < 118
        assert all(round(v, 7) == v for v in shapely.get_coordinates(shape).ravel())
    json.dumps(collection, allow_nan=False)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_could_be_a_formula_is_neutralised(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("value", [-3.5, 0, None, "Yizhuang", "a=b"])
def test_numbers_and_plain_text_stay(value: Any) -> None:
    assert safe_cell(value) == value


def test_no_cell_of_the_workbook_is_a_formula() -> None:
    plan = sample_plan()
    plan["sites"][0]["name"] = '=HYPERLINK("x")'
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(plan, lang="en")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]

    assert not [cell for cell in cells if cell.data_type == "f"]
    assert '\'=HYPERLINK("x")' in [cell.value for cell in cells]


def test_the_chinese_workbook_has_chinese_sheets_and_security_first(tmp_path: Path) -> None:
    export_all(sample_plan(), sample_region(), tmp_path, lang="zh")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")

    assert book.sheetnames[:3] == ["概览", "场址", "冷却方式"]
    assert book["概览"]["B2"].value.startswith("不安全")


def test_csv_opens_in_a_spreadsheet_with_chinese(folder: Path, tmp_path: Path) -> None:
    export_all(sample_plan(), sample_region(), tmp_path, lang="zh")
    content = (tmp_path / "tables" / "sites.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))

    assert content.startswith(b"\xef\xbb\xbf")
    assert rows[0][:2] == ["场址", "名称"]
    assert len(rows) == 4


def test_the_ledger_in_the_workbook_sums_to_the_objective() -> None:
    plan = sample_plan()
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(plan, lang="en")))
    total = sum(row[2].value for row in book["Costs"].iter_rows(min_row=2))

    assert total == pytest.approx(plan["objective"]["value"])


def test_the_map_asks_nobody_and_escapes_names() -> None:
    plan = sample_plan()
    plan["sites"][0]["name"] = "</script><script>window.stolen=1</script>"
    page = html_map(plan, sample_region(), lang="en")

    assert "<script>window.stolen" not in page
    assert not re.search(r"<(script|link|img|iframe)[^>]*(src|href)=.https?:", page)


@pytest.mark.parametrize("plan", [infeasible_plan(), unchecked_plan()], ids=["infeasible", "not checked"])
def test_a_run_without_plan_or_check_still_exports_and_is_not_secure(plan: dict[str, Any], tmp_path: Path) -> None:
    export_all(plan, sample_region(), tmp_path, lang="en")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")

    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["security"] != "secure"
    assert 'class="banner secure"' not in page


@pytest.mark.parametrize("plan", [sample_plan(), infeasible_plan(), unchecked_plan()])
def test_plans_follow_the_published_schema(plan: dict[str, Any]) -> None:
    schema = plan_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(plan)


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": 2},
        {"status": "fine"},
        {"security": "secure", "grid": {"status": "not_checked", "reason": None, "is_synthetic": False, "rules": {},
                                        "base": [], "outages": []}},
        {"status": "infeasible"},
    ],
)  # fmt: skip
def test_the_schema_refuses(change: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(plan_schema()).is_valid(sample_plan(**change))
