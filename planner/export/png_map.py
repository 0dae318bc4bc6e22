"""The map as a picture (PNG, 1600 x 1100 pixels): for a slide, a report, the printed summary.

The same plan gives the same bytes on the same machine (font and matplotlib's version decide about the letters).
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from planner.export.atomic import write_bytes
from planner.export.extent import plan_bounds
from planner.export.facts import PlanDict, has_plan, local_name
from planner.export.hub_words import map_note
from planner.export.layers import plan_layers
from planner.export.png_font import Pen, pen
from planner.export.png_legend import draw_panel
from planner.export.png_marks import Canvas, draw_map
from planner.export.sentences import status_sentence, synthetic_label, verdict_and_end
from planner.i18n import gettext as _
from planner.i18n import use_language

if TYPE_CHECKING:
    from planner.region import Region

INCHES = (8.0, 5.5)
DPI = 200
MAP_BOX = (0.008, 0.05, 0.70, 0.845)  # left, bottom, width, height of the figure
VERDICT_COLOURS = {"secure": "#1B6B3A", "insecure": "#A8233A", "not_checked": "#8A5A00", "none": "#444444"}
VERDICT_WIDTH = 165  # Latin letters in a line under the title; a Chinese character is as wide as two
VERDICT_LINES = 2
PIECES = re.compile(r"[⺀-鿿＀-￯]|[^⺀-鿿＀-￯\s]+\s*|\s+")  # one Chinese character, or one word


def write_png_map(
    plan: PlanDict, region: Region, path: Path, *, candidates: gpd.GeoDataFrame | None = None, lang: str
) -> Path:
    """Write the picture in `lang` (en or zh), whole or not at all."""
    return write_bytes(path, png_map(plan, region, candidates=candidates, lang=lang))


def png_map(
    plan: PlanDict, region: Region, *, candidates: gpd.GeoDataFrame | None = None, lang: str, font: Pen | None = None
) -> bytes:
    """Return the picture as bytes. Without a Chinese font it is drawn in English and says so.

    `plan` may be `no_plan(region)`: then the candidate sites and the region are drawn.
    """
    hand = font or pen()
    spoken = lang if hand.has_chinese else "en"
    with use_language(spoken):
        figure = Figure(figsize=INCHES, dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        layers = plan_layers(plan, region, candidates=candidates)
        _draw(figure, layers, plan, region, Canvas(hand, spoken, is_replaced=spoken != lang))
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def no_plan(region: Region) -> dict[str, object]:
    """Return what stands for a plan where there is none yet: the region as it is."""
    grid = {"status": "not_checked", "is_synthetic": region.is_synthetic_grid}
    return {
        "region": {"id": region.id, "name": dict(region.name), "fingerprint": region.fingerprint},
        "years": [], "sites": [], "stock": [], "limits": [], "status": None, "security": "not_checked", "grid": grid,
    }  # fmt: skip


def font_note(lang: str, font: Pen | None = None) -> str | None:
    """Return why a Chinese map is in English, None where it is not."""
    if lang != "zh" or (font or pen()).has_chinese:
        return None
    return _("Drawn in English: this machine has no Chinese font (for example the package fonts-noto-cjk).")


def _draw(
    figure: Figure, layers: Mapping[str, gpd.GeoDataFrame], plan: PlanDict, region: Region, canvas: Canvas
) -> None:
    axes = figure.add_axes(MAP_BOX)
    moved = {name: layer.to_crs(region.projected_crs) for name, layer in layers.items()}
    draw_map(axes, moved, plan, bounds=plan_bounds(layers, region), canvas=canvas)
    draw_panel(figure, plan, region, has_candidates="candidates" in layers, canvas=canvas)
    level, sentence = verdict_line(plan)
    title = _title(plan)
    canvas.write(figure, 0.008, 0.972, title, size=11, weight="bold", va="center")
    for line, text in enumerate(in_lines(sentence)):
        y, colour = 0.936 - 0.022 * line, VERDICT_COLOURS[level]
        canvas.write(figure, 0.008, y, text, size=6.4, weight="bold", va="center", color=colour)
    for line, text in enumerate(_foot(plan, region, canvas)):
        canvas.write(figure, 0.008, 0.034 - 0.020 * line, text, size=5, va="center", color="#555555")


def verdict_line(plan: PlanDict) -> tuple[str, str]:
    """Return (level, sentence) of the line under the title; level "none" where there is nothing to judge."""
    if plan.get("status") is None:
        return "none", _("No plan yet: the cells where a site may stand, and why the others may not.")
    if not has_plan(plan):
        return "insecure", status_sentence(plan)
    return verdict_and_end(plan)


def _title(plan: PlanDict) -> str:
    region = local_name({"name": (plan.get("region") or {}).get("name") or ""}, _lang())
    if plan.get("status") is None:
        return _("Candidate sites: {region}").format(region=region)
    return _("{scenario} – {region}").format(scenario=local_name(plan, _lang()), region=region)


def _lang() -> str:
    from planner.i18n import language

    return language()


def in_lines(sentence: str, *, width: int = VERDICT_WIDTH, n: int = VERDICT_LINES) -> list[str]:
    """Return the sentence in at most `n` lines of `width` Latin letters; what does not fit ends in "…"."""
    lines, used = [""], 0
    for piece in PIECES.findall(sentence):
        size = sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in piece)
        if used + size > width and lines[-1]:
            if len(lines) == n:
                lines[-1] = lines[-1].rstrip() + "…"
                break
            lines, used = [*lines, ""], 0
        lines[-1] += piece
        used += size
    return [line.strip() for line in lines]


def _foot(plan: PlanDict, region: Region, canvas: Canvas) -> list[str]:
    """Return the two lines under the map: what is constructed or missing, then where the figures come from."""
    years = ", ".join(str(year) for year in plan.get("years") or [])
    note = _("Drawn in English: this machine has no Chinese font (for example the package fonts-noto-cjk).")
    first = [
        synthetic_label(plan) or "",
        map_note(plan) or _("District cells are approximate; feeds and pipes are straight lines, not routes."),
        note if canvas.is_replaced else "",
    ]
    titles = [str(source.get("title") or source.get("id")) for source in region.meta.get("sources") or []]
    fingerprint = str((plan.get("record") or {}).get("fingerprint") or region.fingerprint)[:16]
    second = [
        _("Data as of {year}; planning years {years}.").format(year=region.base_year, years=years) if years
        else _("Data as of {year}.").format(year=region.base_year),
        _("Sources: {titles}.").format(titles="; ".join(titles[:2]) + ("; …" if len(titles) > 2 else "")) if titles else "",  # noqa: PLR2004
        _("Fingerprint of the inputs: {fingerprint}").format(fingerprint=fingerprint),
    ]  # fmt: skip
    return ["  ".join(text for text in first if text), "  ".join(text for text in second if text)]
