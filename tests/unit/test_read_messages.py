"""What the reader says is said in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from planner.errors import InputProblems
from planner.i18n import gettext, use_language
from planner.read import read_region

PLANNER = Path(__file__).parents[2] / "planner"
FAULTY = Path(__file__).parents[1] / "cases" / "faulty_region"
FILES = [*PLANNER.glob("read*.py"), *PLANNER.glob("region*.py"), PLANNER / "errors.py", PLANNER / "init_region.py"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_message_is_translated_with_the_same_fields(path: Path) -> None:
    for _line, message, _comments, _context in extract_from_file("python", path, keywords={"_": None}):
        assert isinstance(message, str)
        with use_language("zh"):
            translated = gettext(message)
        assert translated != message
        assert set(re.findall(r"{\w+}", translated)) == set(re.findall(r"{\w+}", message)), message


def test_the_report_of_a_faulty_region_is_chinese_when_asked() -> None:
    with use_language("zh"), pytest.raises(InputProblems) as caught:
        read_region(FAULTY)
    with use_language("zh"):
        report = str(caught.value)

    assert report.startswith("输入数据有 12 处问题")
    assert "是否应为 population？" in report
    assert "再生水" in report
