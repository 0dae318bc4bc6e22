"""The child that the pages start for an upload: it watches the confined reader and puts a good region in its place.

`python -m planner.desk.strangers.reader JOB_FOLDER`. The payload of the job:

    files    paths of the uploaded files in the user's folder; deleted when they have been read
    title    the name that the user gives the region
    base     folder of the region whose layers the files replace, or null
    table, layer, crs, columns    what the user said about a single layer, see `layer_in.Wanted`
    lang     en or zh

or {site_list: true, files, lang}: read a list of sites; the result is {status, rows, problems};
or {template: true, region: folder or null, lang}: write the workbook to fill in, or the one of a bundled region.
The result: {status: ok | problems, region: id or null, problems, notices, tables, summary, name, columns, confined}.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.desk.child import serve
from planner.desk.files import read_json, write_json
from planner.desk.strangers import limits
from planner.errors import UsageError
from planner.i18n import gettext as _
from planner.i18n import language

WORKBOOK = "region.xlsx"
MANIFEST = "region.yaml"
_ID = re.compile(r"[^a-z0-9_]+")
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "LD_LIBRARY_PATH")  # what Python needs to start; no secret, no proxy, no home


def work(payload: Mapping[str, Any], job: Path) -> dict[str, Any]:
    """Do the job in a folder of a user's desk and return its result."""
    if payload.get("template"):
        return _workbook(payload, job)
    desk = job.parent.parent
    files = [Path(path) for path in payload["files"]]
    if any(not path.resolve().is_relative_to(desk.resolve()) for path in files):
        raise UsageError(_("Only files on the user's own desk are read."))
    try:
        with tempfile.TemporaryDirectory(dir=job, prefix="out-") as scratch:
            return _read(payload, files, desk, out=Path(scratch).resolve())
    finally:
        for path in files:
            path.unlink(missing_ok=True)


def _workbook(payload: Mapping[str, Any], job: Path) -> dict[str, Any]:
    from planner.workbook import region_workbook, write_template

    path = job / WORKBOOK
    if payload.get("region"):
        region_workbook(Path(payload["region"]), path, language())
    else:
        write_template(path, language())
    return {"path": str(path)}


def _read(payload: Mapping[str, Any], files: list[Path], desk: Path, *, out: Path) -> dict[str, Any]:
    regions = desk / "regions"
    region_id = free_id(str(payload.get("title") or ""), regions)
    base = payload.get("base")
    if base:
        from planner.regions import prepared

        base = str(prepared(Path(base)))  # a bundled region that is built at first use is built out here
    asked = {**payload, "files": [str(path.resolve()) for path in files], "out": str(out), "region_id": region_id}
    asked |= {"lang": language(), "base": base, "scenarios": payload.get("base")}
    write_json(out / "request.json", asked)
    reason = run_confined(out / "request.json", seconds=limits.WALL_SECONDS)
    answer = read_json(out / "answer.json")
    if answer is None:
        return _stopped(files, reason, is_list=bool(payload.get("site_list")))
    if payload.get("site_list"):
        return answer
    if answer["status"] == "ok":
        regions.mkdir(exist_ok=True)
        return {**answer, "region": _put(out / "region", regions, region_id)}
    return {**answer, "region": None}


def _put(region: Path, regions: Path, region_id: str) -> str:
    """Put a region in its place and return its id; where the same upload was read twice at once, the later gets the next."""
    while True:
        try:
            region.rename(regions / region_id)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        else:
            return region_id
        region_id = free_id(region_id, regions)
        manifest = region / MANIFEST
        manifest.write_text(re.sub(r"(?m)^id: .*$", f"id: {region_id}", manifest.read_text("utf-8")), "utf-8")


def run_confined(request: Path, *, seconds: float) -> str:
    """Run the confined reader; return why it ended: "" when by itself, else "time" or "stopped"."""
    process = subprocess.Popen(  # noqa: S603 (our own program, no shell)
        [sys.executable, "-m", "planner.desk.strangers.confined", str(request)],
        stdin=subprocess.DEVNULL,
        cwd=request.parent,
        env=_environment(request.parent),
        start_new_session=True,
    )
    try:
        return "" if process.wait(timeout=seconds) == 0 else "stopped"
    except subprocess.TimeoutExpired:
        if sys.platform != "win32":
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        return "time"


def _environment(home: Path) -> dict[str, str]:
    here = Path(__file__).resolve().parents[3]
    given = {name: os.environ[name] for name in _KEPT if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    fixed = {"PYTHONPATH": str(here), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "PROJ_NETWORK": "OFF"}
    return {**given, **threads, **fixed, "HOME": str(home), "TMPDIR": str(home)}


def _stopped(files: list[Path], reason: str, *, is_list: bool) -> dict[str, Any]:
    """Return the answer for a reader that did not come to an end: one problem, and nothing was kept."""
    names = ", ".join(path.name for path in files)
    if reason == "time":
        message = _("{file}: reading took longer than {n} s and was stopped.").format(file=names, n=limits.WALL_SECONDS)
    else:
        message = _("{file}: reading needed more memory or time than is allowed, or the file broke the reader.").format(
            file=names
        )
    remedy = _("Nothing was kept. Cut the file to the region, or upload its tables one by one.")
    if is_list:
        return {"status": "problems", "rows": [], "problems": [f"{message} {remedy}"]}
    problem = {"file": names, "code": "reader_stopped", "message": message, "remedy": remedy, "count": 1, "rows": []}
    empty = dict.fromkeys(("sheet", "row", "column", "letter", "value"))
    return {
        "status": "problems",
        "region": None,
        "problems": [{**problem, **empty}],
        **{name: [] for name in ("notices", "tables", "columns", "confined")},
        **{name: {} for name in ("summary", "name")},
    }


def free_id(title: str, regions: Path) -> str:
    """Return a name for a region's folder that no bundled region and none of the user's has."""
    from planner.bundled import ROOT

    stem = _ID.sub("_", title.strip().lower()).strip("_")[:40] or "region"
    taken = {path.name for folder in (ROOT, regions) if folder.is_dir() for path in folder.iterdir()}
    names = (stem if i == 1 else f"{stem}_{i}" for i in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


if __name__ == "__main__":
    sys.exit(serve(work))
