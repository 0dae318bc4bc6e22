"""Tiny networks small enough to compute by hand, and the network of Beijing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from models.grid.rules import GridRules, VoltageBand

GRID_DIR = Path(__file__).parents[2] / "gis_data" / "beijing" / "grid"
NAMES = ("buses", "lines", "trafos", "loads", "generators", "external", "shunts")
TRAFO_COLUMNS = ["trafo", "hv_bus", "lv_bus", "vn_hv_kv", "vn_lv_kv", "n_parallel", "sn_mva", "vk_percent",
                 "vkr_percent", "i0_percent", "pfe_kw", "tap_step_percent", "tap_pos"]  # fmt: skip

Tables = dict[str, pd.DataFrame]


def tiny_tables(
    lines: list[tuple[str, str, str, int, float, float]], loads: list[tuple[str, float]], *, vn_kv: float = 110.0
) -> Tables:
    """Return a network fed at bus A (1 pu); lines are (name, from, to, circuits, x_ohm of one, max_i_ka of one)."""
    buses = sorted({"A"} | {bus for line in lines for bus in line[1:3]})
    return {
        "buses": pd.DataFrame({"bus": buses, "vn_kv": vn_kv}),
        "lines": pd.DataFrame(
            [(*line[:4], 1.0, 0.0, line[4], 0.0, line[5], True) for line in lines],
            columns=["line", "from_bus", "to_bus", "n_circuits", "length_km", "r_ohm_per_km", "x_ohm_per_km",
                     "c_nf_per_km", "max_i_ka", "is_closed"],
        ),
        "trafos": pd.DataFrame(columns=TRAFO_COLUMNS),
        "loads": pd.DataFrame([(bus, p_mw, 0.0) for bus, p_mw in loads], columns=["bus", "p_mw", "q_mvar"]),
        "external": pd.DataFrame({"external": ["source"], "bus": ["A"], "vm_pu": [1.0]}),
    }  # fmt: skip


def plan_of(*rows: tuple[str, float]) -> pd.DataFrame:
    """Return plan loads (bus, MW) without reactive power."""
    return pd.DataFrame([(b, p, 0.0, "S") for b, p in rows], columns=["bus", "p_mw", "q_mvar", "site"])


@pytest.fixture
def tiny() -> Callable[..., Tables]:
    return tiny_tables


@pytest.fixture
def plan() -> Callable[..., pd.DataFrame]:
    return plan_of


@pytest.fixture
def wide_rules() -> GridRules:
    """Voltage bands so wide that only loadings can be violated."""
    return GridRules((VoltageBand(110.0, 0.5, 1.5, 0.5, 1.5),))


@pytest.fixture(scope="session")
def beijing() -> Tables:
    return {name: pd.read_csv(GRID_DIR / f"{name}.csv") for name in NAMES}


@pytest.fixture(scope="session")
def beijing_rules() -> GridRules:
    """The rules of the region file, repeated here so that a change there is seen."""
    return GridRules(
        (
            VoltageBand(500.0, 0.95, 1.10, 0.95, 1.10),
            VoltageBand(220.0, 0.93, 1.10, 0.90, 1.10),
            VoltageBand(110.0, 0.93, 1.10, 0.90, 1.10),
        ),
        {"line": 1.0, "trafo_500": 1.0, "trafo_220": 1.3},
    )
