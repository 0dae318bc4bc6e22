"""The summary in a real browser: two A4 pages when printed, in both languages, also for a large plan; no request."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from planner.export.png_map import png_map
from planner.export.summary import summary
from tests.export_sample import infeasible_plan, sample_plan, sample_region
from tests.unit.test_export_summary import large_plan

pytestmark = pytest.mark.browser


def n_pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "plan", [sample_plan(), large_plan(), infeasible_plan()], ids=["three sites", "thirty sites", "no plan"]
)
def test_it_prints_on_two_pages_and_asks_nobody(chromium: Any, tmp_path: Path, plan: dict[str, Any], lang: str) -> None:
    picture = png_map(plan, sample_region(), lang=lang)
    file = tmp_path / "summary.html"
    file.write_text(summary(plan, sample_region(), picture=picture, lang=lang), encoding="utf-8")
    page = chromium.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())

    pdf = page.pdf(format="A4", prefer_css_page_size=True)

    assert n_pages(pdf) == 2
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    assert wrong == []
    assert page.evaluate("document.getElementById('map').naturalWidth") == 1600
