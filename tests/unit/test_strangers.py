"""Files that mean harm: they are refused with a sentence, nothing is opened or asked elsewhere, nothing is left behind."""

from __future__ import annotations

import json
import shutil
import socket
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from planner.bundled import DEMO_REGION
from planner.desk.strangers import limits, reader
from planner.desk.strangers.build import Request, build_region
from planner.desk.strangers.layer_in import Wanted
from planner.tables import all_tables
from planner.workbook import region_workbook, write_template

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "cases" / "small_region"
SQUARE = '{"type":"Polygon","coordinates":[[[116.3,39.9],[116.4,39.9],[116.4,40.0],[116.3,39.9]]]}'


@pytest.fixture
def listener() -> Iterator[tuple[str, list[Any]]]:
    """Listen on this machine and count who comes."""
    came: list[Any] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    stop = threading.Event()

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, address = server.accept()
            except TimeoutError:
                continue
            came.append(address)
            connection.close()

    thread = threading.Thread(target=accept)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", came
    stop.set()
    thread.join()
    server.close()


def codes(tmp_path: Path, *files: Path, table: str = "study_area") -> list[str]:
    out = tmp_path / f"out-{files[0].name}"
    out.mkdir()
    request = Request(files, Wanted(all_tables()[table]), SMALL, SMALL, "Mine", "mine", out.resolve())
    answer = build_region(request)
    assert answer["status"] == "problems"
    assert all(problem["message"] and "{" not in problem["message"] for problem in answer["problems"])
    return [problem["code"] for problem in answer["problems"]]


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("name", ["a.geojson", "a.csv", "a.gpkg", "a.zip", "a.xlsx", "a.vrt"])
@pytest.mark.parametrize(
    "content",
    [
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{}/x.geojson</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        "<OGRWFSDataSource><URL>{}/wfs</URL></OGRWFSDataSource>",
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read {} ! stream"}',
    ],
)
def test_links_to_other_files_are_no_data(
    tmp_path: Path, name: str, content: str, listener: tuple[str, list[Any]]
) -> None:
    file = written(tmp_path / name, content.replace("{}", listener[0]))

    assert codes(tmp_path, file)[0] in ("format_refused", "content_other")
    assert listener[1] == []


def test_a_geojson_whose_crs_is_a_link_asks_nobody(tmp_path: Path, listener: tuple[str, list[Any]]) -> None:
    crs = {"type": "link", "properties": {"href": f"{listener[0]}/crs", "type": "proj4"}}
    feature = {"type": "Feature", "properties": {"name": "x"}, "geometry": json.loads(SQUARE)}
    content = {"type": "FeatureCollection", "crs": crs, "features": [feature]}

    found = codes(tmp_path, written(tmp_path / "study_area.geojson", json.dumps(content)))

    assert found == ["crs_unknown"]
    assert listener[1] == []


def test_the_one_driver_that_is_left_opens_no_virtual_file(tmp_path: Path, listener: tuple[str, list[Any]]) -> None:
    vrt = '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    for name, source in {
        "a.shp": "/vsicurl/" + listener[0],
        "b.geojson": str(DEMO_REGION / "districts.geojson"),
    }.items():
        written(tmp_path / name, vrt.format(source))
    program = f"""
from planner.desk.strangers.drivers import close_drivers
close_drivers()
import pyogrio
print(sorted(pyogrio.list_drivers()))
for name in ("a.shp", "b.geojson"):
    try:
        pyogrio.raw.read({str(tmp_path)!r} + "/" + name)
        print("open")
    except pyogrio.errors.DataSourceError:
        print("shut")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.splitlines() == ["['ESRI Shapefile']", "shut", "shut"]
    assert listener[1] == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"name\x00,b\n1,2\n", "content_other"),
        ("a.csv", b"name\n\xff\xfe\xfa\xf9\x81\n", "undecodable"),
        ("a.csv", b"", "file_empty"),
        ("a.geojson", b"[1, 2]", "content_other"),
        ("a.geojson", b'{"type": "Point"}', "geojson_invalid"),
        ("a.geojson", b'{"a":' * 5000, "geojson_invalid"),
        ("a.gpkg", b"SQLite format 3\x00" + b"\x01" * 4000, "gpkg_invalid"),
        ("a.zip", b"PK\x03\x04 nothing", "archive_invalid"),
        ("a.xlsx", b"PK\x03\x04 nothing", "archive_invalid"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "workbook_protected"),
        ("a.json", b'{"_module": "os", "_class": "system", "_object": "echo"}', "format_refused"),
        ("a.yaml", b"a: &a [1]\n", "format_refused"),
        ("a.xlsm", b"PK\x03\x04", "format_refused"),
        ("a.p", b"\x80\x04cos\nsystem\n", "format_refused"),
    ],
)
def test_broken_and_foreign_files_are_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    assert code in codes(tmp_path, written(tmp_path / name, content))


def packed(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return path


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


SHP = b"\x00\x00\x27\x0a" + b"\x00" * 96


@pytest.mark.parametrize(
    ("member", "code"),
    [
        (("../x.shp", SHP), "archive_member"),
        (("/etc/x.shp", SHP), "archive_member"),
        (("deep/x.shp", SHP), "archive_member"),
        (("x.exe", b"MZ"), "archive_member"),
        (("x.vrt", b"<OGRVRTDataSource/>"), "archive_member"),
        ((link("x.shp"), b"/etc/passwd"), "archive_member"),
        (("x.shp", b"<OGRVRTDataSource/>"), "shapefile_invalid"),
        (("x.dbf", b"\x03"), "shapefile_count"),
        (("x.shp", b"\x00" * 30_000_000), "archive_too_large"),
    ],
)
def test_archives_are_looked_into_before_they_are_unpacked(tmp_path: Path, member: Any, code: str) -> None:
    file = packed(tmp_path / "a.zip", member)

    assert codes(tmp_path, file) == [code]
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".shp", ".vrt", ".exe")]


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", *((f"x{i}.txt", b"") for i in range(limits.MAX_MEMBERS + 1)))

    assert codes(tmp_path, file) == ["archive_too_large"]


def tampered(book: Path, path: Path, member: str, change: Any) -> Path:
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name == member else content)
        if member not in source.namelist():
            target.writestr(member, change(b""))
    return path


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_template(tmp_path_factory.mktemp("book") / "t.xlsx", "en")


@pytest.mark.parametrize(
    ("member", "change", "code"),
    [
        (
            "xl/workbook.xml",
            lambda old: old.replace(b"<workbook", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><workbook', 1),
            "workbook_entities",
        ),
        ("xl/vbaProject.bin", lambda _old: b"macro", "archive_member"),
        ("../../x.xml", lambda _old: b"x", "archive_member"),
        ("xl/media/big.xml", lambda _old: b" " * 50_000_000, "archive_too_large"),
        ("xl/workbook.xml", lambda _old: b"<workbook>", "workbook_invalid"),
    ],
)
def test_workbooks_are_archives_too(tmp_path: Path, book: Path, member: str, change: Any, code: str) -> None:
    assert codes(tmp_path, tampered(book, tmp_path / "w.xlsx", member, change)) == [code]


def test_formulas_are_not_run_and_links_are_not_followed(
    tmp_path: Path, book: Path, listener: tuple[str, list[Any]]
) -> None:
    content = openpyxl.load_workbook(book)
    content["districts"]["A4"] = f'=WEBSERVICE("{listener[0]}/x")'
    content["districts"]["B4"] = "='[http://127.0.0.1/other.xlsx]Sheet1'!A1"
    content.save(tmp_path / "w.xlsx")

    found = codes(tmp_path, tmp_path / "w.xlsx")

    assert found.count("formula_without_result") == 2
    assert listener[1] == []


def test_a_huge_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FEATURES", 3)
    file = written(tmp_path / "a.csv", "name\n" + "x\n" * 10)

    assert "too_many_rows" in codes(tmp_path, file)


def test_too_many_files_are_refused_before_one_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILES", 1)

    assert codes(tmp_path, *(written(tmp_path / name, "x") for name in ("a.exe", "b.exe"))) == ["too_many_files"]


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 100)

    assert codes(tmp_path, written(tmp_path / "a.csv", "x" * 101)) == ["file_too_large"]


def desk(tmp_path: Path) -> Path:
    for name in ("regions", "jobs/1", "uploads"):
        (tmp_path / "desk" / name).mkdir(parents=True)
    return tmp_path / "desk"


def left(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces and Landlock are Linux's")
def test_the_process_that_opens_files_can_open_no_others(tmp_path: Path, listener: tuple[str, list[Any]]) -> None:
    secret = written(tmp_path / "secret.txt", "of another user")
    out = tmp_path / "out"
    out.mkdir()
    port = listener[0].rsplit(":", 1)[1]
    program = f"""
from pathlib import Path
import socket
from planner.desk.strangers.confine import confine, leave_network
held = leave_network() + confine(read=[], write=Path({str(out)!r}))
def can(what):
    try:
        what()
        return True
    except OSError:
        return False
print(sorted(held))
print(can(lambda: open({str(secret)!r}).read()), can(lambda: open({str(tmp_path / "new")!r}, "w")))
print(can(lambda: socket.create_connection(("127.0.0.1", {port}), 1)), can(lambda: Path({str(out)!r}, "a").write_text("x")))
import resource
print(resource.getrlimit(resource.RLIMIT_CPU)[0], resource.getrlimit(resource.RLIMIT_CORE)[0])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    held, files, places, numbers = done.stdout.splitlines()
    assert "limits" in held
    if "files" in held:
        assert files == "False False"
    if "network" in held or "files" in held:
        assert places == "False True"
        assert listener[1] == []
    assert numbers == f"{limits.CPU_SECONDS} 0"


def test_the_child_puts_a_good_region_in_its_place_and_deletes_the_upload(tmp_path: Path) -> None:
    folder, home = tmp_path / "small", desk(tmp_path)
    shutil.copytree(SMALL, folder)
    shutil.copy(DEMO_REGION / "prices.csv", folder / "prices.csv")
    file = region_workbook(folder, home / "uploads" / "小区域.xlsx", "zh")

    answer = reader.work({"files": [str(file)], "title": "My 1st region!", "base": None}, home / "jobs" / "1")

    assert answer["problems"] == []
    assert answer["region"] == "my_1st_region"
    assert "limits" in answer["confined"] or sys.platform == "win32"
    files = left(home)
    assert "regions/my_1st_region/scenarios/reference.yaml" in files
    assert [name for name in files if not name.startswith("regions/my_1st_region/")] == []


def test_a_child_that_is_stopped_is_one_problem_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, book: Path
) -> None:
    home = desk(tmp_path)
    file = Path(shutil.copy(book, home / "uploads"))
    monkeypatch.setattr(limits, "WALL_SECONDS", 0.05)

    answer = reader.work({"files": [str(file)], "title": "x", "base": None}, home / "jobs" / "1")

    assert [problem["code"] for problem in answer["problems"]] == ["reader_stopped"]
    assert left(home) == []


def test_only_files_of_the_own_desk_are_read(tmp_path: Path) -> None:
    home = desk(tmp_path)

    with pytest.raises(Exception, match="own desk"):
        reader.work({"files": ["/etc/hostname"], "title": "x", "base": None}, home / "jobs" / "1")


def test_the_pages_never_load_what_opens_strangers_files() -> None:
    program = """
import sys
import planner.ui.state, planner.ui.uploads, planner.desk.jobs, planner.desk.workspace
print(sorted({"geopandas", "pyogrio", "shapely", "pyproj", "openpyxl", "pandapower", "pyomo"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == "[]"
