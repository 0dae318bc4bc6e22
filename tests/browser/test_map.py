"""The HTML map in a real browser: no request, the expected number of features, both languages, switches that work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planner.export.html_map import write_html_map
from tests.export_sample import (
    infeasible_plan,
    old_plan,
    sample_candidates,
    sample_plan,
    sample_region,
    secure_plan,
)

pytestmark = pytest.mark.browser
FEATURES = {
    "sites": 3,
    "feeds": 4,
    "pipes": 2,
    "substations": 7,
    "reclaimed_plants": 4,
    "stock": 3,
    "candidates": 48,  # of 60 cells; the 12 excluded ones are a layer that is off at first
    "excluded": 0,
    "districts": 16,
    "grid_lines": 7,  # of 8: one leads to a source without a place
    "grid_stations": 7,
    "limiting": 1,
    "limiting_callout": 1,
}


class Opened:
    """A page with what it asked for and what went wrong in it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def drawn(self) -> dict[str, int]:
        """Return the number of visible features by layer."""
        return dict(self.page.evaluate("window.sitePlan.drawn()"))


@pytest.fixture
def browser(chromium: Any) -> Any:
    return chromium


def open_map(browser: Any, folder: Path, plan: dict[str, Any], *, lang: str) -> Opened:
    path = write_html_map(plan, sample_region(), folder / "map.html", candidates=sample_candidates(), lang=lang)
    opened = Opened(browser.new_page(viewport={"width": 1600, "height": 950}))
    opened.page.goto(path.as_uri())
    opened.page.wait_for_function("window.sitePlan && window.sitePlan.isReady")
    return opened


@pytest.mark.parametrize(
    ("lang", "banner", "heading"),
    [("en", "INSECURE", "The plan in figures"), ("zh", "不安全", "方案主要指标")],
)
def test_the_map_draws_every_feature_and_asks_nobody(
    browser: Any, tmp_path: Path, lang: str, banner: str, heading: str
) -> None:
    opened = open_map(browser, tmp_path, sample_plan(), lang=lang)

    assert opened.requests == [(tmp_path / "map.html").as_uri()]
    assert opened.errors == []
    assert {name: n for name, n in opened.drawn().items() if name in FEATURES} == FEATURES
    assert banner in opened.page.inner_text("#security")
    assert heading in opened.page.inner_text("#right")
    assert opened.page.locator("#sites tbody tr").count() == 3
    assert opened.page.locator("#cuts tbody tr").count() == 4
    assert opened.page.locator("#rounds p").count() == 3


def test_marks_are_really_painted(browser: Any, tmp_path: Path) -> None:
    opened = open_map(browser, tmp_path, sample_plan(), lang="en")
    opened.page.wait_for_timeout(300)

    colours = opened.page.evaluate(COUNT_PIXELS, [[0xD5, 0x5E, 0x00], [0x31, 0x36, 0x95], [0x00, 0x79, 0x6B]])

    assert all(n > 50 for n in colours), colours  # cold plate dry, headroom left, pipe


def test_the_grid_is_coloured_by_year_and_its_limit_is_called_out(browser: Any, tmp_path: Path) -> None:
    opened = open_map(browser, tmp_path, sample_plan(), lang="en")
    page = opened.page
    colours = "Bokeh.documents[0].get_model_by_name('grid_lines').data_source.data"

    last = page.evaluate(f"{colours}.colour.slice()")
    page.click("button[data-year='2027']")
    first = page.evaluate(f"{colours}.colour.slice()")
    text = page.evaluate("Bokeh.documents[0].get_model_by_name('limiting_callout').data_source.data.text[0]")
    page.uncheck("input[data-layer='limiting']")

    assert "#A8233A" in last
    assert "#A8233A" not in first
    assert text.splitlines()[:2] == ["Limiting: T-BJ500-14 (Yizhuang)", "104.2 % (100 % allowed)"]
    assert opened.drawn()["limiting"] == opened.drawn()["limiting_callout"] == 0


def test_a_plan_without_a_loop_and_a_network_without_places_draw_no_grid(browser: Any, tmp_path: Path) -> None:
    path = write_html_map(old_plan(), replace(sample_region(), grid=None), tmp_path / "map.html", lang="zh")
    opened = Opened(browser.new_page(viewport={"width": 1600, "height": 950}))
    opened.page.goto(path.as_uri())
    opened.page.wait_for_function("window.sitePlan && window.sitePlan.isReady")

    assert opened.errors == []
    assert "grid_lines" not in opened.drawn()
    assert opened.page.locator("#cuts").count() == 0


def test_a_secure_plan_has_a_green_badge_with_rounds_and_price(browser: Any, tmp_path: Path) -> None:
    opened = open_map(browser, tmp_path, secure_plan(), lang="zh")

    assert opened.page.locator("#security.secure").count() == 1
    assert "经 3 轮选址与校核得到。安全代价为 24.2 百万元" in opened.page.inner_text("#security")


def test_years_and_layers_switch(browser: Any, tmp_path: Path) -> None:
    opened = open_map(browser, tmp_path, sample_plan(), lang="en")
    page = opened.page

    page.click("button[data-year='2027']")
    page.uncheck("input[data-layer='feeds']")
    page.check("input[data-layer='excluded']")

    labels = page.evaluate("Bokeh.documents[0].get_model_by_name('site_labels').data_source.data.label")
    assert sorted(labels) == ["", "16", "24"]
    assert opened.drawn()["feeds"] == 0
    assert opened.drawn()["excluded"] == 12


def test_a_hover_card_tells_units_and_confidence(browser: Any, tmp_path: Path) -> None:
    opened = open_map(browser, tmp_path, sample_plan(), lang="en")
    page = opened.page
    x, y = page.evaluate(SCREEN_POSITION, ["substations", "BJ500-07"])

    page.mouse.move(x - 3, y - 3)
    page.mouse.move(x, y, steps=4)

    page.wait_for_function(f"({SHADOW_TEXT})(document.body).includes('900 MVA')", timeout=5000)
    assert "SYNTHETIC" in page.evaluate(f"({SHADOW_TEXT})(document.body)")


@pytest.mark.parametrize("name", ["<img src=http://a.invalid/x.png>", "$$x^2$$", "</script><b>"])
def test_hostile_names_stay_text(browser: Any, tmp_path: Path, name: str) -> None:
    plan = sample_plan()
    plan["sites"][0]["name"] = name

    opened = open_map(browser, tmp_path, plan, lang="en")

    assert len(opened.requests) == 1
    assert opened.errors == []
    assert name in opened.page.inner_text("#sites")


def test_a_run_without_plan_shows_why(browser: Any, tmp_path: Path) -> None:
    opened = open_map(browser, tmp_path, infeasible_plan(), lang="en")

    assert "No plan" in opened.page.inner_text("#security")
    assert opened.drawn()["sites"] == 0
    assert opened.errors == []


SHADOW_TEXT = """function shadowText(node) {
  let text = node.shadowRoot ? shadowText(node.shadowRoot) : "";
  for (const child of node.childNodes) {
    text += child.nodeType === 3 ? child.data : ["STYLE", "SCRIPT"].includes(child.nodeName) ? "" : shadowText(child);
  }
  return text;
}
"""
SCREEN_POSITION = """
([layer, id]) => {
  const plot = Bokeh.documents[0].get_model_by_name("map");
  const source = Bokeh.documents[0].get_model_by_name(layer).data_source.data;
  const i = Array.from(source.id).indexOf(id);
  const view = Object.values(Bokeh.index).find((v) => v.model === plot) || Bokeh.index.get_by_id(plot.id);
  const box = view.el.getBoundingClientRect();
  const frame = view.frame;
  return [box.left + frame.bbox.left + frame.x_scale.compute(source.x[i]),
          box.top + frame.y_scale.compute(source.y[i])];
}
"""
COUNT_PIXELS = """
(wanted) => {
  const canvases = [];
  const walk = (node) => {
    if (node.nodeName === "CANVAS") canvases.push(node);
    if (node.shadowRoot) walk(node.shadowRoot);
    for (const child of node.childNodes) walk(child);
  };
  walk(document.getElementById("map"));
  const counts = wanted.map(() => 0);
  for (const canvas of canvases) {
    if (!canvas.width || !canvas.height) continue;
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < data.length; i += 4) {
      wanted.forEach((w, k) => {
        if (Math.abs(data[i] - w[0]) + Math.abs(data[i + 1] - w[1]) + Math.abs(data[i + 2] - w[2]) < 45) counts[k] += 1;
      });
    }
  }
  return counts;
}
"""
