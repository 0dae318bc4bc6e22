"""The desk in a real browser, as planners use it: from the first page to a plan, its map and its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest

from planner.desk.workspace import Workspace
from tests.browser.conftest import Small
from tests.browser.desk_server import Server
from tests.browser.visitor import PAGES, Visit, visitor

pytestmark = pytest.mark.browser
Visitor = Callable[..., Visit]
LANDMARKS = {  # what is on each page when there are plans to compare
    "map": "map_deck",
    "scenario": "scenario_group",
    "solve": "solve_see_plan",
    "plan": "plan_map",
    "compare": "compare_map",
    "why": "why_map",
    "data": "data_section",
}
MAPS = {"map": ("map_deck", 660.0), "plan": ("plan_map", 520.0)}  # key and height of a page's map


@dataclass(frozen=True)
class Planned:
    """A desk on which a planner changed a knob and made a plan, with what the pages said meanwhile."""

    token: str
    ws: Workspace
    plan: dict[str, Any]
    changes: str
    question: str
    outcome: str
    outside: list[str]
    errors: list[str]


@pytest.fixture(scope="module")
def planned(chromium: Any, server: Server, small: Small) -> Iterator[Planned]:
    token, ws = small()
    with visitor(chromium, server.url, token=token) as user:
        user.open("scenario")
        user.widget("scenario_group").get_by_role("radio", name="Water", exact=True).click()
        slider = user.widget("knob_water-availability_share").get_by_role("slider")
        slider.focus()
        slider.press("ArrowRight")
        user.widget("changes_reset").wait_for()
        changes = user.widget("changes_panel").inner_text()
        user.press("scenario_solve")
        user.arrives("solve")
        question = user.text()
        user.press("solve_start")
        user.can_press("solve_see_plan")
        outcome = user.text()
        user.press("solve_see_plan")
        user.arrives("plan")
        (meta,) = ws.plans()
        yield Planned(token, ws, ws.plan(meta.id), changes, question, outcome, user.outside, user.errors)


def test_it_opens_and_speaks_chinese_also_after_a_reload(visit: Visitor) -> None:
    user = visit()

    user.speak("zh")
    user.reload()

    user.page.get_by_test_id("stTopNavLink").filter(has_text="地图").wait_for()
    assert user.outside == []
    assert user.errors == []


def test_a_browser_set_to_chinese_gets_chinese(visit: Visitor) -> None:
    user = visit("solve", locale="zh-CN")

    assert "求解" in user.text()
    assert "Solve" not in user.text()


def test_a_changed_knob_is_told_wherever_it_matters(planned: Planned) -> None:
    assert "1 change from the reference" in planned.changes
    assert "0.4 % → 1 %" in planned.changes
    assert "Changed from the reference (1)" in planned.question


def test_a_solve_gives_a_plan_of_the_changed_scenario(planned: Planned) -> None:
    assert planned.plan["scenario"]["water"]["availability_share"] == pytest.approx(0.01)
    assert planned.plan["security"] == "secure"
    assert "Secure" in planned.outcome
    assert planned.outside == []
    assert planned.errors == []


@pytest.mark.parametrize("page", MAPS)
def test_a_click_on_a_site_of_the_map_shows_its_card(
    visit: Visitor, planned: Planned, small_view: dict[str, Any], page: str
) -> None:
    user = visit(page, token=planned.token)
    site = planned.plan["sites"][0]
    key, height = MAPS[page]
    card = user.page.get_by_test_id("stMarkdown").filter(has_text=site["name"]).filter(has_text="Site of the plan")
    assert card.count() == 0

    user.click_on_map(key, site, bounds=small_view["bounds"], height_px=height, until=card.first)

    assert user.errors == []


def test_the_geopackage_is_downloaded_and_opens(visit: Visitor, planned: Planned, tmp_path: Path) -> None:
    user = visit("plan", token=planned.token)

    user.page.get_by_test_id("stSidebar").get_by_test_id("stExpander").locator("summary").click()
    user.press("take_away_prepare")
    user.can_press("take_away_plan-gpkg")
    file = user.download("take_away_plan-gpkg")
    path = tmp_path / file.suggested_filename
    file.save_as(path)

    assert path.name.startswith("small_Small-plan_")
    assert {"sites", "feeds", "substations", "districts"} <= {name for name, _kind in pyogrio.list_layers(path)}
    sites = gpd.read_file(path, layer="sites")
    assert set(sites["site"]) == {site["id"] for site in planned.plan["sites"]}
    assert sites.geometry.x.to_list() == pytest.approx([site["lon"] for site in planned.plan["sites"]], abs=1e-6)


def test_a_walk_over_all_pages_in_both_languages_asks_nobody(visit: Visitor, planned: Planned) -> None:
    planned.ws.put_plan("second", planned.plan, made_at="2026-01-01T09:00:00+00:00", kind="solve")
    user = visit(token=planned.token)

    for lang in ("en", "zh"):
        user.speak(lang)
        for name in (*PAGES[1:], "map"):
            user.go(name)
            user.widget(LANDMARKS[name]).wait_for()
            assert user.crashes() == [], (lang, name)
            is_chinese = any("\u4e00" <= letter <= "\u9fff" for letter in user.text())
            assert is_chinese == (lang == "zh"), (lang, name)

    assert user.outside == []
    assert user.errors == []
