"""Own data in a real browser: a bad workbook is refused at its cells, a good one becomes a region that is used."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from planner.bundled import DEMO_REGION
from planner.workbook import region_workbook
from tests.browser.conftest import Small
from tests.browser.visitor import Visit
from tests.desk_case import CASES

pytestmark = pytest.mark.browser
Visitor = Callable[..., Visit]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook that can be read: the small region with prices."""
    folder = tmp_path_factory.mktemp("book") / "small"
    shutil.copytree(CASES / "small_region", folder)
    shutil.copy(DEMO_REGION / "prices.csv", folder / "prices.csv")
    return region_workbook(folder, folder.parent / "town.xlsx", "en")


@pytest.fixture(scope="module")
def bad(good: Path) -> tuple[Path, list[str]]:
    """The same with two cells that cannot be, and these cells."""
    book = openpyxl.load_workbook(good)
    header = [cell.value for cell in book["substations"][1]]
    cell = book["substations"].cell(5, header.index("headroom_mva") + 1)
    cell.value = -7
    book["region"]["B5"] = "GCJ-02"
    path = good.with_name("bad.xlsx")
    book.save(path)
    return path, [f"substations, cell {cell.coordinate}, column headroom_mva", "region, cell B5"]


def upload(user: Visit, path: Path) -> None:
    user.page.locator("[class*=st-key-upload_files] input[type=file]").first.set_input_files(path)
    user.can_press("upload_read")
    user.press("upload_read")


def test_a_bad_workbook_is_refused_at_its_cells_and_a_good_one_is_used(
    visit: Visitor, small: Small, bad: tuple[Path, list[str]], good: Path
) -> None:
    token, ws = small()
    before = [ref.id for ref in ws.regions()]
    user = visit("data", token=token)

    path, cells = bad
    upload(user, path)

    user.shows("2 problems were found")
    for cell in cells:
        user.shows(cell)
    assert [ref.id for ref in ws.regions()] == before

    user.reload()
    upload(user, good)
    user.can_press("upload_use")
    (new,) = {ref.id for ref in ws.regions()} - set(before)
    user.press("upload_use")
    user.arrives("map")

    user.page.locator(".st-key-map_deck canvas").first.wait_for()
    assert ws.load()["region"] == new
    assert user.crashes() == []
    assert user.outside == []
    assert user.errors == []
