"""The process that opens strangers' files: `python -m planner.desk.strangers.confined REQUEST.json`.

It loads the program's own libraries, gives up its rights, and only then opens what it was given. It writes `answer.json` and the folder `region` into the folder of the request.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from planner.desk.strangers.confine import confine, leave_network


def main(request_file: str) -> int:
    """Read what the request names; every refusal is in the answer, so the exit code is 0 unless the process was stopped."""
    file = Path(request_file)
    asked = json.loads(file.read_text(encoding="utf-8"))
    out = Path(asked["out"])
    os.chdir(out)
    readable = [Path(path) for path in (*asked["files"], asked.get("base"), asked.get("scenarios"), file) if path]
    held = leave_network()
    import planner.assemble  # noqa: F401 (some of its libraries make a lock at import, which is forbidden later)

    held += confine(read=[path.resolve() for path in readable], write=out)
    answer = {**_answer(asked, out), "confined": held}
    part = out / "answer.part"
    part.write_text(json.dumps(answer, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    part.replace(out / "answer.json")
    return 0


def _answer(asked: dict[str, Any], out: Path) -> dict[str, Any]:
    from planner.i18n import use_language

    with use_language(asked.get("lang") or "en"):
        if asked.get("site_list"):
            from planner.desk.strangers.site_list import read_site_list

            return read_site_list(Path(asked["files"][0]))
        return _region_answer(asked, out)


def _region_answer(asked: dict[str, Any], out: Path) -> dict[str, Any]:
    from planner.desk.strangers.build import Request, build_region
    from planner.desk.strangers.layer_in import Wanted
    from planner.tables import all_tables

    wanted = Wanted(
        all_tables().get(asked.get("table") or ""),
        asked.get("crs") or None,
        asked.get("layer") or None,
        asked.get("columns") or {},
    )
    request = Request(
        files=[Path(path) for path in asked["files"]],
        wanted=wanted,
        base=Path(asked["base"]) if asked.get("base") else None,
        scenarios=Path(asked["scenarios"]) if asked.get("scenarios") else None,
        title=asked["title"],
        region_id=asked["region_id"],
        out=out,
    )
    return build_region(request)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
