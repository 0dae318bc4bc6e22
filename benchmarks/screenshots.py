"""Make the pictures of the desk anew: each page with a ready plan on its region, in English and Chinese.

    python benchmarks/screenshots.py --plan out/beijing/plan.json [--second PLAN] [--out docs/images] [--pages map why] [--solve]
    python benchmarks/screenshots.py --plan out/east_west/plan.json --pages map plan --prefix east_west_

A server of its own is started on a fresh desk with the plan (and a second one, for the page Compare). With --solve a solve
is started and stopped again, so that the page Solve shows one that runs. Pictures show a screen of 1600 x 1000, reduced to
1280 x 800, at most 256 colours and 120 kB. Needs Chromium and a Chinese font; the exit code is 1 where a picture stays too large.
"""

from __future__ import annotations

import argparse
import io
import json
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from planner.desk.workspace import Workspace
from planner.scenario import parse_scenario
from tests.browser.desk_server import ARGUMENTS, CHROMIUM, Server
from tests.browser.visitor import PAGES, RESTS, Visit, visitor

SCREEN = {"width": 1600, "height": 1000}
SIZE = (1280, 800)
LANGUAGES = ("en", "zh")
MOST_BYTES = 120_000
COLOURS = (256, 192, 128, 96, 64, 48, 32)
MAPS = {"map": "map_deck", "plan": "plan_map", "compare": "compare_map", "why": "why_map"}
LEAST_COLOURS = 12  # of a map that is drawn
STILL_S, TRIES = 1.0, 120
CHANGES = {"beijing": {"water.availability_share": 0.03}}  # by region


def laid_out(token: str, plans: list[Path]) -> Workspace:
    """Return a new desk with the plans and one knob changed, so that the pages have something to show."""
    ws = Workspace.of(token)
    for number, path in enumerate(plans):
        plan = json.loads(path.read_text(encoding="utf-8"))
        ws.put_plan(f"plan-{number}", plan, made_at=plan.get("made_at") or "2026-01-01T08:00:00+00:00", kind="solve")
    plan = ws.plan("plan-0")
    region = ws.region(plan["region"]["id"])
    scenario = parse_scenario({**plan["scenario"], "region": str(region.path)}, file="plan.json")
    scenario = scenario.changed(CHANGES.get(region.id, {}))
    ws.save(region=region.id, shown_plan="plan-0", scenario=scenario.model_dump(mode="json", exclude={"region"}))
    return ws


def n_colours(picture: bytes) -> int:
    """Return the number of colours that fill more than a few pixels."""
    with Image.open(io.BytesIO(picture)) as image:
        counts = image.convert("RGB").getcolors(maxcolors=SCREEN["width"] * SCREEN["height"]) or []
    return sum(n > 20 for n, _colour in counts)


def still(user: Visit, name: str) -> bytes:
    """Return the picture of a page when its map is drawn and nothing moves any more."""
    before, canvas = b"", None
    if name in MAPS:
        canvas = user.widget(MAPS[name]).locator("canvas").first
        canvas.wait_for()
    for _try in range(TRIES):
        is_drawn = canvas is None or not is_seen(canvas) or n_colours(canvas.screenshot()) >= LEAST_COLOURS
        now = bytes(user.page.screenshot())
        if is_drawn and now == before and user.page.locator(RESTS).count():
            return now
        before = now
        time.sleep(STILL_S)
    print(f"  {name}: taken while something still moved")
    return before


def is_seen(canvas: Any) -> bool:
    """Return whether a map lies on the first screen."""
    box = canvas.bounding_box()
    return box is not None and box["y"] + 50 < SCREEN["height"]


def quantised(picture: bytes) -> bytes:
    """Return a picture with as many colours as its size allows."""
    with Image.open(io.BytesIO(picture)) as image:
        whole = image.convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
    for n in COLOURS:
        out = io.BytesIO()
        whole.quantize(n, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()


def keep(picture: bytes, path: Path) -> bool:
    """Write a picture; return whether it is small enough."""
    small = quantised(picture)
    path.write_bytes(small)
    print(f"{path}: {len(small) / 1000:.0f} kB")
    return len(small) <= MOST_BYTES


def take(user: Visit, names: list[str], out: Path, *, prefix: str) -> bool:
    """Take the pictures of the pages in both languages."""
    good = True
    for lang in LANGUAGES:
        user.speak(lang)
        for name in names:
            user.go(name)
            if user.crashes():
                raise SystemExit(f"{name}: {user.crashes()}")
            good &= keep(still(user, name), out / f"{prefix}{name}_{lang}.png")
    return good


def take_solve(user: Visit, out: Path) -> bool:
    """Take the pictures of a running solve once it has a plan, then stop it."""
    user.go("solve")
    user.press("solve_start")
    good = True
    for lang in LANGUAGES:
        user.speak(lang)
        figures = user.widget("solve_progress").get_by_text({"en": "CNY", "zh": "亿元"}[lang])
        figures.first.wait_for()
        good &= keep(bytes(user.page.screenshot()), out / f"solve_{lang}.png")
    user.press("solve_stop")
    user.can_press("solve_see_plan")
    return good


def main() -> int:
    """Start server and browser, take the pictures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--plan", type=Path, required=True)
    asked.add_argument("--second", type=Path)
    asked.add_argument("--out", type=Path, default=Path("docs/images"))
    asked.add_argument("--pages", nargs="+", choices=PAGES, default=list(PAGES))
    asked.add_argument("--prefix", default="", help="before the names of the pictures")
    asked.add_argument("--solve", action="store_true")
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server.started(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            token = secrets.token_hex(16)
            server.desk(token, lambda name: laid_out(name, [p for p in (given.plan, given.second) if p]))
            with visitor(browser, server.url, token=token) as user:
                user.page.set_viewport_size(SCREEN)
                user.open()
                good = take(user, [name for name in PAGES if name in given.pages], given.out, prefix=given.prefix)
                good = (not given.solve or take_solve(user, given.out)) and good
        finally:
            browser.close()
            server.stop()
            server.end_jobs()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
