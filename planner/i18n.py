"""What a user reads, in English or Chinese: gettext over the catalogues in planner/locale.

The message id is the English sentence. Catalogues are .po files, one per subject, merged and compiled in memory.
"""

from __future__ import annotations

import contextlib
import gettext as _gettext
import io
from collections.abc import Iterator
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("en", "zh")
_language: ContextVar[str] = ContextVar("language", default="en")


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(lang: str) -> _gettext.NullTranslations:
    if lang == "en":
        return _gettext.NullTranslations()
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged = Catalog(locale="zh")
    for path in sorted((Path(__file__).parent / "locale" / lang).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh"):
                if message.id and message.string:
                    merged[message.id] = message
    buffer = io.BytesIO()
    write_mo(buffer, merged)
    buffer.seek(0)
    return _gettext.GNUTranslations(buffer)


def language() -> str:
    """Return the language in use: en or zh."""
    return _language.get()


def set_language(lang: str) -> None:
    """Use `lang` from now on in this context."""
    if lang not in LANGUAGES:
        raise ValueError(f"unknown language {lang!r}; known: {', '.join(LANGUAGES)}")
    _language.set(lang)


@contextlib.contextmanager
def use_language(lang: str) -> Iterator[None]:
    """Use `lang` inside the block."""
    before = language()
    set_language(lang)
    try:
        yield
    finally:
        set_language(before)


def gettext(message: str) -> str:
    """Return the message in the language in use; the English text where there is no translation."""
    return _catalogue(language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the singular or plural message in the language in use."""
    return _catalogue(language()).ngettext(singular, plural, n)
