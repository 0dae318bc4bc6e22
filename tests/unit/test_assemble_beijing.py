"""Beijing's siting data, column by column, as they were before regions of areas came: nothing of theirs may leak in."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from models.siting.data import SitingData
from tests.assembled_digest import GOLDEN, digest, of_beijing


@pytest.fixture(scope="module")
def beijing() -> SitingData:
    return of_beijing()


def test_every_column_holds_what_it_held(beijing: SitingData) -> None:
    expected: dict[str, dict[str, Any]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    found = digest(beijing.frames)

    assert sorted(found) == sorted(expected)
    for name, columns in expected.items():
        assert sorted(found[name]) == sorted(columns), name
        for column, numbers in columns.items():
            assert found[name][column] == pytest.approx(numbers, rel=1e-9), (name, column)


def test_a_region_fed_from_stations_has_no_markets_hubs_or_own_access(beijing: SitingData) -> None:
    for name in ("climates", "markets", "hub_caps", "banned_blocks", "mean_pue_caps", "heat_yield", "budgets"):
        assert beijing[name].empty, name
    assert beijing["sites"]["own_limit_mva"].isna().all()
    assert set(beijing["sites"]["climate"]) == {"Beijing"}
    assert set(beijing["green"]["market"]) == {""}


def test_a_changed_number_changes_the_digest() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})

    assert digest({"t": table}) != digest({"t": table.assign(a=[2.0, 2.0])})
    assert digest({"t": table}) != digest({"t": table.assign(b="x")})
