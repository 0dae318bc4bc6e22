"""The planned network: the plan's loads are in it, by name, and every format gives the same power flow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandapower as pp
import pytest

from planner.bundled import DEMO_REGION, DEMO_SCENARIO
from planner.errors import ExportError, UsageError
from planner.grids.planned import write_planned_network
from planner.grids.read import read_grid
from planner.read import read_region
from planner.region import Region
from planner.scenario import load_scenario


@pytest.fixture(scope="module")
def region() -> Region:
    return read_region(DEMO_REGION)


@pytest.fixture
def plan(region: Region) -> dict[str, Any]:
    """Return what the export reads of a plan: one site on two feeds, 60 MVA reserved on each, 100 MVA at once."""
    scenario = load_scenario(DEMO_SCENARIO).changed({"power.power_factor": 0.95})
    stations = region["substations"]
    known = stations[stations["bus"].notna()].iloc[:2]
    feeds = [
        {"substation": row.substation, "bus": row.bus, "mva": {"2028": 0.0, "2030": 60.0}} for row in known.itertuples()
    ]
    site = {"id": "S1", "facility_mva": {"2028": 0.0, "2030": 100.0}, "feeds": feeds}
    return {
        "region": {"id": region.id},
        "years": [2028, 2030],
        "sites": [site],
        "stock": [],
        "scenario": json.loads(scenario.model_dump_json(exclude={"region"})),
    }


def _slack_mw(net: Any) -> float:
    return float(net.res_ext_grid["p_mw"].sum())


def test_three_formats_hold_the_same_flow(region: Region, plan: dict[str, Any], tmp_path: Path) -> None:
    files = write_planned_network(plan, region, tmp_path)

    assert [file.name for file in files] == ["network_planned.json", "network_planned.xlsx", "network_planned.m"]
    first, *others = [read_grid(file).net for file in files]
    added = first.load[first.load["type"] == "plan"]
    assert added["name"].tolist() == [f"S1 @ {feed['substation']}" for feed in plan["sites"][0]["feeds"]]
    assert added["p_mw"].tolist() == pytest.approx([47.5, 47.5]), "each feed carries half of 100 MVA at 0.95"
    pp.runpp(first, calculate_voltage_angles=True)
    for other in others:
        pp.runpp(other, calculate_voltage_angles=True)
        assert _slack_mw(other) == pytest.approx(_slack_mw(first), abs=1e-5)
        vm = dict(zip(other.bus["name"], other.res_bus["vm_pu"], strict=True))
        np.testing.assert_allclose([vm[n] for n in first.bus["name"]], first.res_bus["vm_pu"], rtol=0, atol=1e-6)
    assert f"% S1 @ {plan['sites'][0]['feeds'][0]['substation']}" in files[2].read_text(encoding="utf-8")


def test_one_set_for_each_year_asked_and_unknown_years_are_refused(
    region: Region, plan: dict[str, Any], tmp_path: Path
) -> None:
    files = write_planned_network(plan, region, tmp_path, years=[2028])

    assert {file.stem for file in files} == {"network_planned_2028"}
    assert (read_grid(files[0]).net.load["type"] != "plan").all(), "nothing is built in 2028"
    with pytest.raises(UsageError):
        write_planned_network(plan, region, tmp_path, years=[1999])


def test_stations_without_a_bus_are_refused(region: Region, plan: dict[str, Any], tmp_path: Path) -> None:
    plan["sites"][0]["feeds"][0]["bus"] = None

    with pytest.raises(ExportError, match=plan["sites"][0]["feeds"][0]["substation"]):
        write_planned_network(plan, region, tmp_path)


def test_a_plan_that_cannot_be_solved_is_not_exported(region: Region, plan: dict[str, Any], tmp_path: Path) -> None:
    plan["sites"][0]["facility_mva"]["2030"] = 2e6
    for feed in plan["sites"][0]["feeds"]:
        feed["mva"]["2030"] = 1e6

    with pytest.raises(ExportError):
        write_planned_network(plan, region, tmp_path)
    assert not list(tmp_path.iterdir())
