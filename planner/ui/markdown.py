"""Names that a user may have written, on their way into markdown."""

from __future__ import annotations

import re

SPECIAL = re.compile(r"([\\`*_\[\]$~<!#|:])")


def plain(text: str) -> str:
    """Return text that markdown leaves as it is: names may hold anything, also a link, a colour or an image."""
    return SPECIAL.sub(r"\\\1", text)
