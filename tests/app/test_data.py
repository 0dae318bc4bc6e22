"""The page Data: bring a region, wishes on the map, check a list of sites."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from planner.bundled import DEMO_REGION
from planner.desk import child, jobs
from planner.desk.files import read_json, write_json
from planner.desk.strangers import reader
from planner.desk.strangers.build import Request, build_region
from planner.desk.strangers.layer_in import Wanted
from planner.desk.uploads import near_problems, place_of, problem_csv, put_down, safe_name, template
from planner.desk.workspace import Workspace
from planner.errors import PlannerError, UsageError
from planner.ui.data_keys import DataKey
from planner.wishes import wish_of
from planner.workbook import region_workbook

SMALL = Path(__file__).parents[1] / "cases" / "small_region"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good workbook: the small region with prices."""
    folder = tmp_path_factory.mktemp("book") / "small"
    shutil.copytree(SMALL, folder)
    shutil.copy(DEMO_REGION / "prices.csv", folder / "prices.csv")
    return region_workbook(folder, folder.parent / "small.xlsx", "en")


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no process: `finish` does its work here."""
    monkeypatch.setattr(jobs, "_start", lambda *_a, **_k: None)

    def here(request: Path, *, seconds: float) -> str:
        asked = read_json(request)
        if asked.get("site_list"):
            from planner.desk.strangers.site_list import read_site_list

            write_json(request.parent / "answer.json", read_site_list(Path(asked["files"][0])))
            return ""
        from planner.tables import all_tables

        base = None if asked["base"] is None else Path(asked["base"])
        wanted = Wanted(
            all_tables().get(asked.get("table") or ""), asked.get("crs"), asked.get("layer"), asked.get("columns") or {}
        )
        found = build_region(
            Request(
                [Path(p) for p in asked["files"]],
                wanted,
                base,
                base,
                asked["title"],
                asked["region_id"],
                request.parent,
            )
        )
        write_json(request.parent / "answer.json", {**found, "confined": []})
        return ""

    monkeypatch.setattr(reader, "run_confined", here)


def finish(ws: Workspace, name: str) -> jobs.Status:
    """Do the job that the desk keeps under a name."""
    job_id = str(ws.load()[name])
    assert child.serve(reader.work, [str(ws.folder / "jobs" / job_id)]) == 0
    return jobs.status(ws, job_id)


def upload(app: AppTest, *files: tuple[str, bytes, str]) -> AppTest:
    app.file_uploader(key=f"{DataKey.FILES}_0").set_value(list(files)).run()
    return app.button(key=DataKey.READ).click().run()


def written(app: AppTest) -> str:
    """Return what the page says, without the signs that keep names out of markdown."""
    said = (*app.markdown, *app.caption, *app.error, *app.warning, *app.success, *app.info)
    return "\n".join(element.value for element in said).replace("\\", "")


def test_the_page_opens_in_both_languages(desk: Workspace, page: Callable[..., AppTest]) -> None:
    english, chinese = page("data").run(), page("data", lang="zh").run()

    assert not english.exception
    assert not chinese.exception
    assert english.subheader[0].value == "1. Get the workbook"
    assert chinese.subheader[0].value == "1. 下载工作簿"
    assert english.button(key=DataKey.READ).disabled
    assert len(english.get("download_button")) == 2


def test_a_region_whose_network_is_a_file_is_not_offered_as_a_workbook(
    desk: Workspace, page: Callable[..., AppTest]
) -> None:
    app = page("data").run()

    app.selectbox(key=f"{DataKey.TEMPLATE_FROM}_en").set_value("hv_urban").run()

    assert len(app.get("download_button")) == 1
    assert "cannot be a workbook" in written(app)


@pytest.mark.usefixtures("no_child")
def test_a_bad_workbook_is_shown_at_its_cells(
    desk: Workspace, page: Callable[..., AppTest], book: Path, tmp_path: Path
) -> None:
    content = openpyxl.load_workbook(book)
    header = [cell.value for cell in content["substations"][1]]
    content["substations"].cell(5, header.index("headroom_mva") + 1).value = -7
    letter = openpyxl.utils.get_column_letter(header.index("headroom_mva") + 1)
    content["region"]["B5"] = "GCJ-02"
    content.save(tmp_path / "bad.xlsx")

    app = upload(page("data").run(), ("bad.xlsx", (tmp_path / "bad.xlsx").read_bytes(), XLSX))
    assert "Reading bad.xlsx" in app.info[0].value
    finish(desk, DataKey.UPLOAD_JOB)
    app.run()

    assert not app.exception
    assert "2 problems were found" in app.error[0].value
    shown = app.dataframe[0].value
    assert list(shown.index)[:2] == [4, 5]
    assert any(str(column).endswith("· headroom_mva") for column in shown.columns)
    assert f"substations, cell {letter}5, column headroom_mva" in written(app)
    assert "region, cell B5" in written(app)
    assert [ref.id for ref in desk.regions() if not ref.is_bundled] == ["small"]


@pytest.mark.usefixtures("no_child")
def test_a_good_workbook_becomes_a_region_that_can_be_used_and_discarded(
    desk: Workspace, page: Callable[..., AppTest], book: Path
) -> None:
    app = upload(page("data").run(), ("town.xlsx", book.read_bytes(), XLSX))
    finish(desk, DataKey.UPLOAD_JOB)
    app.run()

    assert not app.exception
    assert "The region Small region (yours) is ready" in written(app)
    assert (
        dict(zip(app.dataframe[0].value["Table"], app.dataframe[0].value["Rows"], strict=True))[
            "Reclaimed-water plants"
        ]
        == 2
    )
    assert "demand assumed" in written(app)
    assert (desk.folder / "regions" / "town" / "scenarios" / "reference.yaml").is_file()

    app.button(key=DataKey.DISCARD).click().run()

    assert not (desk.folder / "regions" / "town").exists()
    assert "not on the desk any more" in written(app)


@pytest.mark.usefixtures("no_child")
def test_using_a_region_opens_it(desk: Workspace, page: Callable[..., AppTest], book: Path) -> None:
    app = upload(page("data").run(), ("town.xlsx", book.read_bytes(), XLSX))
    finish(desk, DataKey.UPLOAD_JOB)
    app.run()

    app.button(key=DataKey.USE).click().run()

    assert desk.load()["region"] == "town"


PARCELS = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"no":"P1","label":"x","why":"y"},'
    '"geometry":{"type":"Polygon","coordinates":[[[116.40,40.0],[116.44,40.0],[116.44,40.03],[116.40,40.0]]]}}]}'
)


@pytest.mark.usefixtures("no_child")
def test_columns_of_a_layer_can_be_matched_and_read_again(desk: Workspace, page: Callable[..., AppTest]) -> None:
    shutil.copy(DEMO_REGION / "prices.csv", desk.folder / "regions" / "small" / "prices.csv")
    app = page("data").run()
    app.radio(key=f"{DataKey.KIND}_en").set_value("layer").run()
    app.selectbox(key=f"{DataKey.BASE}_en").set_value("small")
    app.selectbox(key=f"{DataKey.TABLE}_en").set_value("exclusions")
    app.text_input(key=DataKey.TITLE).set_value("With fields").run()
    upload(app, ("fields.geojson", PARCELS.encode(), "application/geo+json"))
    finish(desk, DataKey.UPLOAD_JOB)
    app.run()
    assert "kind" in written(app)

    app.selectbox(key=f"{DataKey.MATCH}_kind_en").set_value("why").run()
    app.button(key=DataKey.MATCH_READ).click().run()
    told = finish(desk, DataKey.UPLOAD_JOB)
    app.run()

    assert told.result["problems"] == []
    assert told.result["region"] == "with_fields"
    assert "With fields (yours)" in written(app)
    app.button(key=f"{DataKey.DELETE}_with_fields").click().run()
    assert not (desk.folder / "regions" / "with_fields").exists()


def test_an_upload_whose_process_died_is_told(
    desk: Workspace, page: Callable[..., AppTest], book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_start", lambda *_a, **_k: None)
    monkeypatch.setattr(jobs, "START_GRACE_S", 0.0)

    app = upload(page("data").run(), ("town.xlsx", book.read_bytes(), XLSX))

    assert "died" in app.error[0].value


def open_section(app: AppTest, name: str) -> AppTest:
    app.session_state[DataKey.SECTION] = name
    return app.run()


def test_a_site_is_fixed_sized_forbidden_and_freed(
    planned: Workspace, page: Callable[..., AppTest], small_view: dict[str, Any]
) -> None:
    columns = small_view["layers"]["candidates"]["columns"]
    site = next(i for i, status in zip(columns["id"], columns["status"], strict=True) if status == "candidate")
    app = open_section(page("data"), "wishes")
    assert not app.exception
    assert "There are no wishes yet." in written(app)

    app.selectbox(key=f"{DataKey.WISH_SITE}_en").set_value(site).run()
    app.radio(key=f"{DataKey.WISH_KIND}_{site}_en").set_value("sized").run()
    app.number_input(key=f"{DataKey.WISH_MW}_{site}").set_value(45.0).run()
    app.button(key=DataKey.WISH_SET).click().run()

    assert not app.exception
    draft = planned.load()["scenario"]
    assert draft["wishes"] == {"fixed": [site], "forbidden": [], "min_mw": {site: 45.0}}
    assert "must have at least 45 MW" in written(app)

    app.radio(key=f"{DataKey.WISH_KIND}_{site}_en").set_value("forbidden").run()
    app.button(key=DataKey.WISH_SET).click().run()
    assert planned.load()["scenario"]["wishes"] == {"fixed": [], "forbidden": [site], "min_mw": {}}
    assert wish_of(app.session_state["draft"], site) == ("forbidden", 0.0)

    app.button(key=f"{DataKey.WISH_CLEAR}_{site}").click().run()
    assert planned.load()["scenario"]["wishes"] == {"fixed": [], "forbidden": [], "min_mw": {}}


def test_an_excluded_cell_can_have_no_wish(
    desk: Workspace, page: Callable[..., AppTest], small_view: dict[str, Any]
) -> None:
    columns = small_view["layers"]["candidates"]["columns"]
    site = next(i for i, status in zip(columns["id"], columns["status"], strict=True) if status == "excluded")
    app = page("data")
    app.session_state[f"{DataKey.WISH_SITE}_en"] = site

    open_section(app, "wishes")

    assert "excluded" in app.warning[0].value


@pytest.mark.usefixtures("no_child")
def test_a_list_is_read_shown_and_checked(
    desk: Workspace, page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ensure_worker", lambda _ws: None)
    app = open_section(page("data", lang="en"), "check")
    assert app.button(key=DataKey.LIST_CHECK).disabled
    content = b"site;substation;mw\nEast;S1;20\nWest;S2;10.5\n"
    app.file_uploader(key=DataKey.LIST_FILE).set_value(("mine.csv", content, CSV)).run()
    app.button(key=DataKey.LIST_READ).click().run()
    finish(desk, DataKey.LIST_JOB)
    app.run()
    assert "2 rows, 30.5 MW in all" in written(app)

    app.button(key=DataKey.LIST_CHECK).click().run()
    told = jobs.status(desk, str(desk.load()[DataKey.CHECK_JOB]))

    assert told.request["sites"] == [
        {"site": "East", "substation": "S1", "mw": 20.0},
        {"site": "West", "substation": "S2", "mw": 10.5},
    ]
    job = desk.folder / "jobs" / told.id
    grid = {
        "status": "not_checked",
        "reason": "no AC network",
        "is_synthetic": False,
        "rules": {},
        "base": [],
        "outages": [],
    }
    write_json(job / "result.json", {"security": "not_checked", "grid": grid})
    write_json(job / "status.json", {"state": "done"})
    app.run()
    assert "NOT CHECKED" in app.warning[0].value
    assert "changed since" not in written(app)
    assert "Checked: 2 rows, 30.5 MW" in written(app)

    refused = {"row": 3, "message": "The region has no substation X.", "remedy": "Take another."}
    write_json(
        job / "status.json",
        {"state": "failed", "error": {"kind": "InputProblems", "message": "", "problems": [refused]}},
    )
    app.run()
    assert "Row 2: The region has no substation X." in written(app)


def test_an_insecure_list_says_what_breaks_first(desk: Workspace, page: Callable[..., AppTest]) -> None:
    worst = {"element": "L1", "value": 131.0, "limit": 100.0, "unit": "%"}
    outage = {"year": 2025, "situation": "peak", "element": "L2", "kind": "line", "status": "violated", "worst": worst}
    grid = {"status": "checked", "is_synthetic": True, "rules": {}, "base": [], "outages": [outage]}
    job = jobs._new_job(desk, "check_sites", {"region": str(desk.region("small").path), "sites": [{"mw": 5.0}]})
    write_json(job / "result.json", {"security": "insecure", "grid": grid})
    write_json(job / "status.json", {"state": "done"})
    desk.save(check_job=job.name)

    app = open_section(page("data"), "check")

    assert not app.exception
    assert "changed since" in app.warning[0].value
    assert "INSECURE: 1 of 1" in app.error[0].value.replace("\\", "")
    assert "SYNTHETIC GRID" in app.error[0].value
    assert app.dataframe[-1].value["Limiting element"].tolist() == ["L1"]


@pytest.mark.usefixtures("no_child")
def test_a_list_without_its_columns_is_refused(desk: Workspace, page: Callable[..., AppTest]) -> None:
    app = open_section(page("data"), "check")
    app.file_uploader(key=DataKey.LIST_FILE).set_value(("mine.csv", b"a,b\n1,2\n", CSV)).run()
    app.button(key=DataKey.LIST_READ).click().run()
    assert "Reading the list" in written(app)
    finish(desk, DataKey.LIST_JOB)
    app.run()

    assert "has no column site, substation, mw" in app.error[0].value


def test_files_are_put_down_under_harmless_names(desk: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [Path(path) for path in put_down(desk, [("../../x.csv", b"1"), ("x.csv", b"2"), ("_.._x.csv", b"3")])]

    assert all(path.resolve().is_relative_to(desk.folder.resolve()) for path in paths)
    assert [path.read_bytes() for path in paths] == [b"1", b"2", b"3"]
    assert safe_name("a/b\\c:d.xlsx", 1) == "a_b_c_d.xlsx"
    assert safe_name("..", 4) == "upload-4"
    monkeypatch.setenv("SITE_BY_POWER_UPLOAD_MB", "1")
    with pytest.raises(UsageError, match="larger than 1 MB"):
        put_down(desk, [("a.csv", b"x" * 1_000_001)])


def test_problems_as_csv_cannot_start_a_formula() -> None:
    problem = {"file": "=x.xlsx", "sheet": "zones", "row": 4, "rows": [4, 5], "column": "zone", "letter": "A",
               "value": "+1", "message": "m", "remedy": "r", "code": "c"}  # fmt: skip

    line = problem_csv([problem]).decode("utf-8-sig").splitlines()[1]

    assert line == "'=x.xlsx,\"zones, cell A4, column zone, and 1 more rows\",'+1,m,r,4 5,c"
    assert place_of({**problem, "sheet": None, "letter": None, "rows": []}) == "row 4, column zone"


def test_rows_around_a_problem_are_shown_with_the_wrong_cells() -> None:
    table = {
        "file": "f",
        "sheet": "s",
        "header": ["a", "b"],
        "rows": [{"row": n, "cells": ["1", "2"]} for n in range(4, 30)],
    }
    problems = [
        {"file": "f", "sheet": "s", "column": "b", "rows": [10]},
        {"file": "f", "sheet": "s", "column": None, "rows": [20]},
        {"file": "f", "sheet": "other", "column": "a", "rows": [4]},
    ]

    rows, wrong = near_problems(table, problems)

    assert [row["row"] for row in rows] == [8, 9, 10, 11, 12, 18, 19, 20, 21, 22]
    assert wrong == {(2, 1), (7, 0), (7, 1)}


@pytest.mark.slow
def test_the_template_comes_from_a_child(desk: Workspace) -> None:
    assert template(desk, region=None, lang="en")[:2] == b"PK"
    with pytest.raises(PlannerError, match="workbook cannot hold"):
        template(desk, region=DEMO_REGION.parent / "hv_urban", lang="en")
