"""The national reference scenario as a whole: one solve of all years 2025 to 2035, and what its plan must say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from planner.bundled import ROOT
from planner.pipeline import PlanResult, run
from planner.scenario import load_scenario

REFERENCE = ROOT / "east_west" / "scenarios" / "reference.yaml"
TIME_LIMIT_S = 400.0  # a busy machine may need longer than the scenario's own limit
DRY_HUBS = ("inner_mongolia", "gansu", "ningxia")


@pytest.fixture(scope="module")
def result() -> PlanResult:
    return run(REFERENCE, time_limit_s=TIME_LIMIT_S)


@pytest.fixture(scope="module")
def plan(result: PlanResult) -> Any:
    return result.plan


def binding(plan: Any, constraint: str) -> pd.DataFrame:
    """Return the limits of one kind that bind and are worth something."""
    table = pd.DataFrame(plan["limits"])
    return table[(table["constraint"] == constraint) & table["is_binding"] & (table["worth"].fillna(0.0) > 0)]


def by_hub(plan: Any, column: str, year: int) -> pd.Series:
    """Return one figure of the hubs in a year."""
    rows = pd.DataFrame(plan["hubs"])
    return rows[rows["year"] == year].set_index("hub")[column]


def test_it_is_solved_to_its_gap_and_audited_and_its_grid_is_not_checked(plan: Any) -> None:
    assert plan.status == "optimal"
    assert plan["gap"] <= 0.005
    assert plan["audit"]["status"] == "passed", plan["audit"]["failures"][:5]
    assert plan.security == "not_checked"
    assert plan["years"] == list(range(2025, 2036))


def test_all_load_is_served_in_the_east_and_in_the_west(plan: Any) -> None:
    roles = pd.DataFrame(plan["hubs"]).drop_duplicates("hub").set_index("hub")["role"]
    it_mw = by_hub(plan, "it_mw", 2035)
    asked = sum(work.demand_mw[2035] for work in load_scenario(REFERENCE).workloads.values())

    assert not [row for row in plan["unserved"] if row["it_mw"] > 0.01]
    assert it_mw.sum() == pytest.approx(asked, rel=1e-4)
    assert (it_mw.groupby(roles).sum()[["east", "west"]] > 0.1 * asked).all()
    assert it_mw.idxmax() == "inner_mongolia"  # the cheapest power


def test_every_market_keeps_its_green_share_and_all_power_is_green_from_2032(plan: Any) -> None:
    rows = pd.DataFrame(plan["markets"])
    used = rows[rows["energy_mwh"] > 1.0]
    share = (used["green_mwh"] + used["certificate_mwh"]) / used["energy_mwh"]

    assert (share >= used["required_share"] - 1e-6).all()
    assert (used.loc[used["year"] >= 2032, "required_share"] == 1.0).all()
    assert used.loc[used["year"] < 2032, "required_share"].max() == 0.8
    assert plan["missing"] == []
    assert not (rows["green_mwh"] + rows["certificate_mwh"] > rows["energy_mwh"] + 1.0).any()


def test_certificates_cover_what_green_power_does_not(plan: Any) -> None:
    rows = pd.DataFrame(plan["markets"]).groupby("year")[["green_mwh", "certificate_mwh"]].sum()

    assert (rows["green_mwh"] > rows["certificate_mwh"]).all()
    assert (rows["certificate_mwh"] > 0).all()
    assert rows["certificate_mwh"][2035] > 5e6


def test_limits_of_energy_water_and_green_power_bind_and_are_worth_something(plan: Any) -> None:
    caps = binding(plan, "hub_cap")
    energy = {index[0] for index in caps["index"] if index[1] == "energy_mwh"}
    water = {index[0] for index in caps["index"] if index[1] == "water_m3"}

    assert "inner_mongolia" in energy
    assert water & set(DRY_HUBS)
    assert {2032, 2035} <= {index[-1] for index in binding(plan, "green_share")["index"]}


def test_where_water_is_short_the_liquid_cooled_halls_are_dry(plan: Any) -> None:
    rows = pd.DataFrame([{"hub": s["hub"], **c} for s in plan["sites"] for c in s["cooling"]])
    liquid = rows[rows["technology"].str.startswith("cold_plate")]
    mw = liquid.pivot_table(index="hub", columns="technology", values="it_mw", aggfunc="sum").fillna(0.0)

    assert (mw.loc[list(DRY_HUBS), "cold_plate_dry"] > mw.loc[list(DRY_HUBS), "cold_plate_tower"]).all()
    assert mw.loc["guizhou", "cold_plate_tower"] > mw.loc["guizhou", "cold_plate_dry"]


def test_heat_is_sold_and_the_budget_is_kept(plan: Any) -> None:
    investments = pd.DataFrame(plan["investments"])

    assert sum(row["mwh"] for row in plan["heat"] if row["year"] == 2035) > 1e6
    assert (investments["cny"] <= investments["budget_cny"] * (1 + 1e-6)).all()


def test_what_is_not_known_of_existing_centres_stays_unknown(plan: Any) -> None:
    existing = {row["site"]: row for row in plan["existing"]}

    assert existing["NM-HL"]["racks_std"] == 266_000
    assert existing["HB-ZB"]["dc_projects"] == 11
    assert existing["HB-ZB"]["racks_std"] is None
    assert existing.get("SH-QP", {"racks_std": None})["racks_std"] is None
    assert existing["BJ"]["compute_pflops"] == 22_000
    assert existing["BJ"]["racks_std"] is None
