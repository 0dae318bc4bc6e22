"""What every test shares: English to begin with, and the project's folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.i18n import use_language


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with use_language("en"):
        yield


@pytest.fixture(scope="session")
def project() -> Path:
    return Path(__file__).parents[1]
