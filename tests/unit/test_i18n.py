"""Two languages: what is said, in which context, and that the English text is the message id."""

from __future__ import annotations

import threading

import pytest

from planner.i18n import gettext, language, ngettext, set_language, use_language

SENTENCE = "Print a plan that was made before."


def test_english_is_the_message_itself() -> None:
    assert gettext(SENTENCE) == SENTENCE
    assert gettext("never translated") == "never translated"


def test_chinese_comes_from_the_catalogues() -> None:
    with use_language("zh"):
        assert gettext(SENTENCE) == "显示以前生成的方案。"
        assert gettext("never translated") == "never translated"


def test_the_language_ends_with_its_block_even_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), use_language("zh"):
        _ = 1 // 0

    assert language() == "en"


def test_blocks_nest() -> None:
    with use_language("zh"):
        with use_language("en"):
            assert gettext(SENTENCE) == SENTENCE
        assert gettext(SENTENCE) == "显示以前生成的方案。"


def test_another_thread_speaks_its_own_language() -> None:
    heard: list[str] = []
    with use_language("zh"):
        thread = threading.Thread(target=lambda: heard.append(language()))
        thread.start()
        thread.join()

    assert heard == ["en"]


def test_the_number_chooses_the_english_form() -> None:
    assert ngettext("{n} site", "{n} sites", 1).format(n=1) == "1 site"
    assert ngettext("{n} site", "{n} sites", 3).format(n=3) == "3 sites"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="known: en, zh"):
        set_language("fr")
