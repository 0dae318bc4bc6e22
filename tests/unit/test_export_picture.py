"""The map as a picture: its size, what is really painted, what it says, and what happens without a Chinese font."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from planner.export import png_map as module
from planner.export.facts import sites_by_size
from planner.export.palette import PIPE_COLOUR, TECHNOLOGY_COLOURS
from planner.export.png_font import Pen, pen
from planner.export.png_map import font_note, in_lines, no_plan, png_map
from planner.export.png_marks import Canvas, nice_length
from planner.i18n import use_language
from tests.export_sample import (
    infeasible_plan,
    sample_candidates,
    sample_plan,
    sample_region,
    secure_plan,
    unchecked_plan,
)

LATIN = Pen("DejaVu Sans", has_chinese=False, glyphs=frozenset(range(32, 0x2E80)))


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is drawn, after characters without a glyph were replaced."""
    texts: list[str] = []
    write = Canvas.write

    def listening(self: Canvas, target: Any, x: float, y: float, text: str, **style: Any) -> Any:
        texts.append(self.pen.clean(text))
        return write(self, target, x, y, text, **style)

    monkeypatch.setattr(Canvas, "write", listening)
    return texts


def pixels(picture: bytes) -> Any:
    return np.round(imread(io.BytesIO(picture))[:, :, :3] * 255).astype(int)


def count(image: Any, colour: str) -> int:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((np.abs(image - wanted).max(axis=2) <= 12).sum())  # marks are a little transparent


def test_the_picture_is_large_enough_for_a_slide_and_really_painted() -> None:
    image = pixels(png_map(sample_plan(), sample_region(), candidates=sample_candidates(), lang="en"))

    assert image.shape == (1100, 1600, 3)
    assert count(image, TECHNOLOGY_COLOURS["cold_plate_dry"]) > 100  # the largest site and its key
    assert count(image, PIPE_COLOUR) > 50


def test_the_same_plan_gives_the_same_bytes() -> None:
    first, second = (png_map(sample_plan(), sample_region(), lang="en") for _turn in range(2))

    assert first == second


@pytest.mark.parametrize(
    ("plan", "verdict"),
    [
        (sample_plan(), "INSECURE: 2 of 8 checked situations"),
        (secure_plan(), "Secure: base case and all 5 outages"),
        (unchecked_plan(), "Grid: NOT CHECKED (no AC network)."),
        (infeasible_plan(), "No plan: the limits contradict each other."),
    ],
    ids=["insecure", "secure", "not checked", "no plan"],
)
def test_the_verdict_stands_under_the_title(plan: dict[str, Any], verdict: str, said: list[str]) -> None:
    png_map(plan, sample_region(), lang="en")

    assert any(text.startswith(verdict) for text in said)
    assert any("SYNTHETIC GRID" in text for text in said) == plan["grid"]["is_synthetic"]


def test_sites_are_numbered_by_size_with_their_megawatts(said: list[str]) -> None:
    png_map(sample_plan(), sample_region(), lang="en")

    assert [site["id"] for site in sites_by_size(sample_plan())] == ["C0655", "C0412", "C0231"]
    assert [text for text in said if text.endswith(" MW")] == ["120 MW", "96 MW", "40 MW"]
    assert "3 sites in 2035: 256 MW of IT load" in said


def test_without_a_plan_the_candidates_are_drawn(said: list[str]) -> None:
    png_map(no_plan(sample_region()), sample_region(), candidates=sample_candidates(), lang="en")

    assert "Candidate sites: Beijing (sample)" in said
    assert {"Candidate cells", "Excluded cells"} <= set(said)


def test_without_a_chinese_font_the_map_is_english_and_says_so(said: list[str]) -> None:
    png_map(sample_plan(), sample_region(), lang="zh", font=LATIN)

    assert not [text for text in said if any("一" <= character <= "鿿" for character in text)]
    assert any("this machine has no Chinese font" in text for text in said)
    assert "Chaoyang" in said
    with use_language("zh"):
        assert "没有中文字体" in str(font_note("zh", LATIN))
    assert font_note("en", LATIN) is None


def test_a_name_that_cannot_be_drawn_gives_way_to_the_english_one_then_the_id() -> None:
    assert LATIN.name({"id": "S1", "name_en": "Anding", "name_zh": "安定"}, "zh") == "Anding"
    assert LATIN.name({"id": "S1", "name_en": "安定", "name_zh": "安定"}, "zh") == "S1"
    assert LATIN.clean("安 1") == "? 1"


def test_the_pen_of_this_machine_can_write_what_it_says() -> None:
    assert pen().can("Substation 220 kV, m³ – …")
    assert pen().can("变电站 再生水") == pen().has_chinese


def test_a_dollar_in_a_name_is_a_dollar(said: list[str]) -> None:
    plan = sample_plan(name={"en": "$100$ <b>plan</b>", "zh": "x"})

    png_map(plan, sample_region(), lang="en")

    assert "$100$ <b>plan</b> – Beijing (sample)" in said


@pytest.mark.parametrize(("metres", "length"), [(17_300, 10_000), (20_000, 20_000), (7_000, 5_000), (999, 500)])
def test_the_scale_bar_is_a_round_number_of_metres(metres: float, length: float) -> None:
    assert nice_length(metres) == pytest.approx(length)


def test_a_long_verdict_is_broken_by_width_and_cut_visibly() -> None:
    assert in_lines("one two three", width=8) == ["one two", "three"]
    assert in_lines("安全校核", width=4) == ["安全", "校核"]
    assert in_lines("one two three four", width=8, n=1) == ["one two…"]


def test_a_region_with_points_for_districts_is_drawn() -> None:
    region = sample_region()
    seats = region["districts"].drop(columns="geometry").assign(seat_lon=116.4, seat_lat=39.9)
    bare = replace(region, tables={**region.tables, "districts": seats}, grid=None)

    assert module.png_map(unchecked_plan(), bare, lang="en").startswith(b"\x89PNG")
