"""What is doubtful about a grid file is told with every study of it, not only when it is imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandapower.networks as pn
import pytest

from models.grid.network_json import write_network_json
from planner.contingency import contingency
from planner.errors import GridError
from planner.grid_source import GridSource, resolve
from planner.grids import read_grid
from planner.headroom import headroom


@pytest.fixture
def net() -> Any:
    return pn.case9()


def outages_of(source: GridSource) -> dict[str, Any]:
    return contingency(source, kinds=("line",))


def saved(net: Any, folder: Path) -> Path:
    path = folder / "net.json"
    path.write_bytes(write_network_json(net))
    return path


def test_some_placeholders_are_told_with_contingencies_and_headroom(net: Any, tmp_path: Path) -> None:
    net.line.loc[net.line.index[:4], "max_i_ka"] = 99_999.0

    source = resolve(saved(net, tmp_path))

    assert any("4 of 9 line elements have a placeholder" in text for text in source.notices)
    found = outages_of(source)
    assert list(source.notices) == found["notices"] == headroom(source)["notices"]


def test_loads_in_kw_are_told(net: Any, tmp_path: Path) -> None:
    net.load["p_mw"] *= 1000.0

    notices = " ".join(resolve(saved(net, tmp_path)).notices)

    assert "kW may have been given as MW" in notices
    assert "did not converge" in notices


def test_a_sound_network_raises_no_doubt(net: Any, tmp_path: Path) -> None:
    notices = " ".join(resolve(saved(net, tmp_path)).notices)

    assert "placeholder" not in notices
    assert "kW" not in notices


def test_limits_of_single_buses_that_are_not_used_are_told(net: Any, tmp_path: Path) -> None:
    net.bus.loc[net.bus.index[:3], ["min_vm_pu", "max_vm_pu"]] = [0.98, 1.02]

    assumed = " ".join(resolve(saved(net, tmp_path)).assumed)

    assert "own voltage limits at 345 kV differ from bus to bus and are not used" in assumed
    assert "0.90 to 1.10 pu" in assumed


def test_a_network_without_a_source_is_refused_and_told(net: Any, tmp_path: Path) -> None:
    net.ext_grid["in_service"] = False
    path = saved(net, tmp_path)

    for study in (outages_of, headroom):
        with pytest.raises(GridError, match="no external source is in service"):
            study(resolve(path))
    codes = {remark.code for remark in read_grid(path).report.missing}
    assert "no_source" in codes
    assert "not_converged" not in codes
