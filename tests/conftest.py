"""What every test shares: English to begin with, and the project's folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.i18n import use_language


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one worker, and all tests with a browser: two browsers at once would only slow each other."""
    here = Path(__file__).parent
    for item in items:
        path = item.path.relative_to(here)
        item.add_marker(pytest.mark.xdist_group("browser" if path.parts[0] == "browser" else path.as_posix()))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with use_language("en"):
        yield


@pytest.fixture(scope="session")
def project() -> Path:
    return Path(__file__).parents[1]
