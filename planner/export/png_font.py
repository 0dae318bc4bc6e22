"""The font of the printed map: one that holds Chinese where the machine has one, and names it can draw.

A character without a glyph is drawn as an empty box. So a text is drawn in a font that holds all of it, or it is
replaced: a Chinese name by the English one, else by the id, else the missing characters by "?".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from planner.export.facts import local_name

# the first that is installed is used; each also holds Latin letters
CHINESE_FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "SimHei", "DengXian", "STHeiti", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP",
    "Droid Sans Fallback", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "FangSong", "AR PL UMing CN",
)  # fmt: skip
OWN_FAMILY = "DejaVu Sans"  # comes with matplotlib; no Chinese


@dataclass(frozen=True)
class Pen:
    """A font family and the characters it can draw."""

    family: str
    has_chinese: bool
    glyphs: frozenset[int]

    def can(self, text: str) -> bool:
        """Tell whether every character of the text has a glyph."""
        return all(ord(character) in self.glyphs or character == "\n" for character in text)

    def clean(self, text: str) -> str:
        """Return the text with "?" for each character without a glyph."""
        return "".join(c if ord(c) in self.glyphs or c == "\n" else "?" for c in text)

    def name(self, row: Mapping[str, Any], lang: str) -> str:
        """Return the name of a row in `lang` if it can be drawn, else the English one, else the id."""
        tried = [local_name(row, lang), local_name(row, "en"), str(row.get("id") or "")]
        return self.clean(next((text for text in tried if text and self.can(text)), tried[-1]))


@lru_cache(maxsize=1)
def pen() -> Pen:
    """Return the pen of this machine: a Chinese font if there is one, else matplotlib's own."""
    entry = _find(font_manager.fontManager.ttflist)
    if entry is None:  # the list may be older than the font
        fresh = font_manager.FontManager()
        entry = _find(fresh.ttflist)
        if entry is not None:
            font_manager.fontManager.addfont(entry.fname)
    if entry is None:
        path = font_manager.findfont(OWN_FAMILY, fallback_to_default=False)
        return Pen(OWN_FAMILY, has_chinese=False, glyphs=frozenset(FT2Font(path).get_charmap()))
    font = FT2Font(entry.fname, face_index=entry.index)
    return Pen(entry.name, has_chinese=True, glyphs=frozenset(font.get_charmap()))


def _find(entries: list[Any]) -> Any | None:
    by_name = {entry.name: entry for entry in reversed(entries)}
    return next((by_name[name] for name in CHINESE_FAMILIES if name in by_name), None)
