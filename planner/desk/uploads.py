"""Uploads on the pages' side: files are put down as they came and never opened here; what the reader found is handed on."""

from __future__ import annotations

import contextlib
import csv
import io
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from planner.desk import jobs
from planner.desk.files import cannot_write
from planner.desk.settings import settings
from planner.desk.workspace import Workspace
from planner.errors import PlannerError, UsageError
from planner.i18n import gettext as _

FOLDER = "uploads"
KEPT_S = 3600.0  # an upload is read at once
WAIT_S = 120.0
POLL_S = 0.2
ENDINGS = ("xlsx", "gpkg", "zip", "geojson", "csv")
_MAX_NAME_BYTES = 150  # file systems take 255
_MAX_ENDING_BYTES = 10
_FORBIDDEN = frozenset('/\\:*?"<>|\x00')


def put_down(ws: Workspace, files: Iterable[tuple[str, bytes]]) -> list[str]:
    """Write uploaded bytes into a fresh folder of the user's desk under harmless names; return the paths.

    Raises `UsageError` where they are larger than the installation allows.
    """
    given = list(files)
    limit_mb = settings().upload_limit_mb
    if sum(len(content) for _name, content in given) > limit_mb * 1_000_000:
        raise UsageError(_("The files are larger than {n} MB together.").format(n=limit_mb))
    forget_old(ws.folder / FOLDER)
    folder = ws.folder / FOLDER / secrets.token_hex(8)
    paths = []
    try:
        folder.mkdir(mode=0o700, parents=True)
        for number, (name, content) in enumerate(given, start=1):
            path = folder / safe_name(name, number)
            if path.exists():
                path = folder / f"{number}-{path.name}"
            path.write_bytes(content)
            paths.append(str(path))
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise cannot_write(error) from error
    return paths


def forget_old(uploads: Path) -> None:
    """Delete what uploads left behind: folders that were read, and those whose reader died."""
    for folder in uploads.iterdir() if uploads.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):  # another window did
            if time.time() - folder.stat().st_mtime > KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)


def safe_name(name: str, number: int) -> str:
    """Return a file name without a way out of its folder, with its ending; one that says nothing gets a number."""
    plain = "".join("_" if letter in _FORBIDDEN or ord(letter) < ord(" ") else letter for letter in name).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    stem, ending = (stem, ending) if dot else (plain, "")
    stem = _shortened(stem.strip(" ."), _MAX_NAME_BYTES) or f"upload-{number}"
    return f"{stem}.{_shortened(ending, _MAX_ENDING_BYTES)}" if ending else stem


def _shortened(text: str, most: int) -> str:
    """Return as many letters as fit into so many bytes of UTF-8; half a letter is left out."""
    return text.encode("utf-8", errors="ignore")[:most].decode("utf-8", errors="ignore")


def template(ws: Workspace, *, region: Path | None, lang: str) -> bytes:
    """Return the workbook to fill in, or a region as one; a child process writes it. Raises `PlannerError` where it cannot."""
    job_id = jobs.run_child(
        ws, "read_upload", {"template": True, "region": None if region is None else str(region), "lang": lang}
    )
    until = time.monotonic() + WAIT_S
    told = jobs.status(ws, job_id)
    while not told.is_over and time.monotonic() < until:
        time.sleep(POLL_S)
        told = jobs.status(ws, job_id)
    if told.state != "done":
        raise PlannerError(str((told.error or {}).get("message") or _("The workbook could not be made.")))
    return Path(told.result["path"]).read_bytes()


def can_be_workbook(region: Path) -> bool:
    """Return whether a region can be written as a workbook: its network is not a file of its own."""
    from planner.read_yaml import read_yaml

    grid = read_yaml(region / "region.yaml").get("grid")
    return not (isinstance(grid, dict) and grid.get("network"))


def letter_of(position: int) -> str:
    """Return the letters of a spreadsheet's column, from 0."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def place_of(problem: Mapping[str, Any]) -> str:
    """Return where a problem is, in words: sheet, row and column as the spreadsheet shows them."""
    parts = [str(problem["sheet"])] if problem["sheet"] else []
    if problem["letter"] and problem["row"] and problem["sheet"]:
        parts.append(_("cell {cell}").format(cell=f"{problem['letter']}{problem['row']}"))
    elif problem["row"]:
        parts.append(_("row {row}").format(row=problem["row"]))
    if problem["column"] and problem["column"] != problem["letter"]:
        parts.append(_("column {column}").format(column=problem["column"]))
    if len(problem["rows"]) > 1:
        parts.append(_("and {n} more rows").format(n=len(problem["rows"]) - 1))
    return ", ".join(parts)


def problem_csv(problems: Iterable[Mapping[str, Any]]) -> bytes:
    """Return problems as CSV (UTF-8 with byte order mark); no cell can start a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_("File"), _("Where"), _("Value"), _("What is wrong"), _("What to do"), "rows", "code"])
    for problem in problems:
        rows = " ".join(map(str, problem["rows"]))
        cells = [
            *(problem["file"], place_of(problem), problem["value"], problem["message"], problem["remedy"]),
            *(rows, problem["code"]),
        ]
        writer.writerow([_harmless(cell) for cell in cells])
    return buffer.getvalue().encode("utf-8-sig")


def _harmless(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) else text


def near_problems(
    table: Mapping[str, Any], problems: Iterable[Mapping[str, Any]], *, around: int = 2
) -> tuple[list[dict[str, Any]], set[tuple[int, int]]]:
    """Return the rows of a table with a problem and some around, and the wrong cells as (position in these rows, column).

    A problem of a whole row marks every column of it.
    """
    own = [p for p in problems if (p["file"], p["sheet"]) == (table["file"], table["sheet"])]
    wrong: dict[int, set[int]] = {}
    n_columns = len(table["header"])
    for problem in own:
        at = table["header"].index(problem["column"]) if problem["column"] in table["header"] else None
        for row in problem["rows"]:
            wrong.setdefault(int(row), set()).update(range(n_columns) if at is None else {at})
    rows = [dict(row) for row in table["rows"]]
    numbers = [row["row"] for row in rows]
    places = [i for i, number in enumerate(numbers) if number in wrong]
    shown = [rows[i] for i in range(len(rows)) if any(abs(i - place) <= around for place in places)]
    cells = {(i, column) for i, row in enumerate(shown) for column in wrong.get(row["row"], ())}
    return shown, cells
