"""The network of one year, situation and state: what grows, what stands, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import GridError, UsageError
from planner.grid_cases import network_for
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario
from tests.builders_expansion import with_reinforcements

CASE = Path(__file__).parents[1] / "cases" / "small_plan" / "scenario.yaml"
NIGHT = {"network.situations": {"summer_peak": {}, "night": {"load_factor": 0.5, "generation_factor": 0.0}}}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CASE)


@pytest.fixture(scope="module")
def region(scenario: Scenario) -> Region:
    return read_region(scenario.region)


def test_loads_grow_from_the_base_year_and_keep_their_power_factor(region: Region, scenario: Scenario) -> None:
    grown = scenario.changed({"power.background_growth_per_year": 0.1})

    load = network_for(region, grown, 2027, "summer_peak").load

    assert load["p_mw"].sum() == pytest.approx(400.0 * 1.21)
    assert load["q_mvar"].sum() == pytest.approx(80.0 * 1.21)


def test_a_situation_scales_loads_on_top_of_growth(region: Region, scenario: Scenario) -> None:
    asked = scenario.changed({**NIGHT, "power.background_growth_per_year": 0.1})

    assert network_for(region, asked, 2026, "night").load["p_mw"].sum() == pytest.approx(400.0 * 1.1 * 0.5)


def test_a_chosen_step_holds_the_lower_ones_and_the_next_waits(region: Region, scenario: Scenario) -> None:
    built = with_reinforcements(
        region,
        {"reinforcement": "U4", "node": "Z1", "step": 1, "element": "T1"},
        {"reinforcement": "U5", "node": "Z1", "step": 2, "element": "T1", "n_units": 2},
        {"reinforcement": "C3", "node": "S2", "step": 1, "kind": "line", "element": "L1"},
    )

    def units(states: dict[str, str]) -> tuple[int, int]:
        net = network_for(built, scenario, 2030, "summer_peak", states)
        return int(net.trafo.set_index("name").at["T1", "parallel"]), int(net.line["parallel"].iloc[0])

    assert units({}) == (3, 2)
    assert units({"Z1": "0"}) == (3, 2)
    assert units({"Z1": "1"}) == (4, 2)
    assert units({"Z1": "2", "S2": "1"}) == (6, 3)


def test_a_decided_project_stands_from_its_year_on(region: Region, scenario: Scenario) -> None:
    built = with_reinforcements(region, {"reinforcement": "U4", "node": "Z1", "element": "T1", "in_service_year": 2030})

    units = [int(network_for(built, scenario, y, "summer_peak").trafo["parallel"].iloc[0]) for y in (2029, 2030)]

    assert units == [3, 4]


def test_a_new_line_copies_the_data_of_another(region: Region, scenario: Scenario) -> None:
    row = {"reinforcement": "L2", "node": "Z1", "kind": "line", "element": "L1", "bus": "B1", "to_bus": "B3"}
    built = with_reinforcements(region, {**row, "length_km": 12.0, "n_units": 2})

    lines = network_for(built, scenario, 2030, "summer_peak", {"Z1": "1"}).line.set_index("name")

    assert list(lines.index) == ["L1", "L2", "L2 (2)"]
    assert lines.loc["L2", ["x_ohm_per_km", "length_km", "parallel"]].tolist() == [0.3, 12.0, 1]
    assert (lines["from_bus"] == lines.at["L1", "from_bus"]).all()


def test_another_unit_carries_and_a_capacitor_lifts_the_voltage(region: Region, scenario: Scenario) -> None:
    import pandapower as pp

    built = with_reinforcements(
        region,
        {"reinforcement": "U5", "node": "S2", "step": 1, "element": "T2"},
        {"reinforcement": "C", "node": "S2", "step": 2, "kind": "shunt", "bus": "B2", "q_mvar": -50.0},
    )
    nets = [network_for(built, scenario, 2030, "summer_peak", {"S2": state}) for state in "012"]
    for net in nets:
        pp.runpp(net)
    loading = [net.res_trafo["loading_percent"].iloc[1] for net in nets]
    lowest = [net.res_bus["vm_pu"].min() for net in nets]

    assert loading[1] == pytest.approx(loading[0] * 4 / 5, rel=0.02)
    assert lowest[2] > lowest[1] + 0.005


@pytest.mark.parametrize(
    "row",
    [
        {"element": "T9"},
        {"element": "L1"},
        {"element": "T1", "bus": "B0", "to_bus": "B3x"},
        {"element": "T1", "bus": "B1", "to_bus": "B3"},
        {"kind": "shunt", "bus": "B9", "q_mvar": -10.0},
        {"kind": "shunt", "bus": "B1"},
    ],
)
def test_names_that_the_network_does_not_have_are_refused(
    region: Region, scenario: Scenario, row: dict[str, object]
) -> None:
    built = with_reinforcements(region, {"reinforcement": "U4", "node": "Z1", **row})

    with pytest.raises(GridError, match="U4"):
        network_for(built, scenario, 2030, "summer_peak", {"Z1": "1"})


def test_an_unknown_situation_is_refused_with_those_that_are_known(region: Region, scenario: Scenario) -> None:
    with pytest.raises(UsageError, match="summer_peak"):
        network_for(region, scenario, 2030, "winter", {})
