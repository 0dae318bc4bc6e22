"""Reinforcement by state and interruptible load in the siting data, against a calculator; wrong rows are refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.firm import by_hours
from planner.assemble_costs import read_prices
from planner.assemble_flexible import flexible_frame
from planner.assemble_power import node_capacity, node_headroom
from planner.assemble_reinforcement import open_steps, state_headroom, states
from planner.errors import InputProblems
from planner.fits import check_fit
from planner.grid_cases import network_for
from planner.policy import PolicyPack, read_policy_pack
from planner.profile_file import read_profile
from planner.profiles import SYNTHETIC, flexible_headroom
from planner.read import read_region
from planner.region import Region
from planner.scenario import Scenario, load_scenario
from tests.builders_expansion import with_profile, with_reinforcements

CASES = Path(__file__).parents[1] / "cases"
BEIJING = Path(__file__).parents[2] / "gis_data" / "beijing"
LINEAR = {"power.zone_bound": "linear", "power.expansion.is_allowed": True}
UNITS = (
    {"reinforcement": "U4", "node": "Z1", "element": "T1", "added_mva": 60.0, "lead_years": 3, "cost_cny": 1e8},
    {"reinforcement": "U5", "node": "Z1", "step": 2, "element": "T1", "added_mva": 50.0, "lead_years": 8},
)


@pytest.fixture(scope="module")
def plain() -> Scenario:
    return load_scenario(CASES / "small_plan" / "scenario.yaml")


@pytest.fixture(scope="module")
def scenario(plain: Scenario) -> Scenario:
    return plain.changed(LINEAR)


@pytest.fixture(scope="module")
def small(plain: Scenario) -> Region:
    return read_region(plain.region)


@pytest.fixture(scope="module")
def region(small: Region) -> Region:
    return with_reinforcements(small, *UNITS)


@pytest.fixture(scope="module")
def policy() -> PolicyPack:
    return read_policy_pack("beijing")


def by_state(region: Region, scenario: Scenario, policy: PolicyPack) -> dict[tuple[str, str, int], float]:
    table = states(region, scenario, policy, prices=read_prices(region, scenario))
    rows = state_headroom(table, node_capacity(region, scenario))
    return {(n, s, int(y)): float(v) for n, s, y, v in rows.itertuples(index=False)}


def test_a_state_holds_the_lower_ones_their_cost_and_their_lead_time(
    region: Region, scenario: Scenario, policy: PolicyPack
) -> None:
    table = states(region, scenario, policy, prices=read_prices(region, scenario)).set_index("state")

    assert table.index.tolist() == ["1", "2"]
    assert table["first_year"].tolist() == [2028, 2033]
    assert table["added_mva"].tolist() == [60.0, 110.0]
    assert table["cny_per_year"].tolist() == pytest.approx([1e8 * 0.0726489, 1.01e8 * 0.0726489], rel=1e-6)


def test_the_first_unit_fills_the_shortage_before_it_gives_headroom(
    region: Region, scenario: Scenario, policy: PolicyPack
) -> None:
    short = scenario.changed({"power.reserve_mva": {"Z1": 530.0}})  # 450 from 2030 and 500 - 530 after: 80, 30 short

    found = by_state(region, short, policy)

    assert [found["Z1", s, 2030] for s in "012"] == [0.0, 0.0, 30.0]
    assert [found["Z1", s, 2035] for s in "012"] == [0.0, 30.0, 80.0]


def test_what_is_decided_adds_to_the_headroom_from_its_year_and_is_no_choice(
    region: Region, scenario: Scenario, policy: PolicyPack
) -> None:
    fixed = scenario.changed({"power.expansion.decided": {"U4": 2035}})
    before, after = node_headroom(region, scenario), node_headroom(region, fixed)
    more = after["headroom_mva"] - before["headroom_mva"]

    assert more[(after["node"] == "Z1") & (after["year"] == 2035)].tolist() == [60.0]
    assert more[(after["node"] != "Z1") | (after["year"] != 2035)].eq(0.0).all()
    left = states(region, fixed, policy, prices=read_prices(region, fixed))
    assert left["state"].tolist() == ["2"]
    assert left["first_year"].tolist() == [2035]  # not before the decided step below it
    assert left["added_mva"].tolist() == [50.0]


def test_units_at_220_kv_stay_out_unless_the_scenario_says_so(
    small: Region, scenario: Scenario, policy: PolicyPack
) -> None:
    subs = small["substations"].assign(is_expandable=True)
    low = {"reinforcement": "U", "node": "S2", "element": "T2", "voltage_kv": 220.0}
    line = {"reinforcement": "L", "node": "Z1", "kind": "line", "element": "L1", "voltage_kv": 220.0}
    region = with_reinforcements(small, low, line)
    region.tables["substations"] = subs  # type: ignore[index]

    def offered(changes: dict[str, Any]) -> set[str]:
        return set(open_steps(region, scenario.changed(changes), policy)["reinforcement"])

    assert offered({}) == {"L"}  # the rule is about stations
    assert offered({"power.expansion.may_expand_220_110_kv": True}) == {"U", "L"}
    assert offered({"power.expansion.forbidden": ["Z1"]}) == set()
    assert offered({"power.expansion.is_allowed": False}) == set()


def test_a_forbidden_step_takes_the_later_ones_with_it(region: Region, scenario: Scenario, policy: PolicyPack) -> None:
    without = scenario.changed({"power.expansion.forbidden": ["U4"]})

    assert open_steps(region, without, policy).empty


def test_growth_makes_the_zone_short_and_the_zone_counts_the_stations_that_carry_the_load(
    small: Region, scenario: Scenario
) -> None:
    grown = scenario.changed({"power.background_growth_per_year": 0.02})
    table = node_capacity(small, grown).set_index(["node", "year"])

    assert table.at[("Z1", 2030), "peak_mva"] == pytest.approx(450.0 * 1.02**5)  # S2 and S3; S1 carries the same load
    assert table.at[("Z1", 2030), "capacity_mva"] == pytest.approx(450.0 - 450.0 * (1.02**5 - 1.0))
    assert table.at[("S1", 2035), "capacity_mva"] == pytest.approx(400.0 - 1500.0 * (1.02**10 - 1.0))


def test_what_the_region_does_not_have_is_named(region: Region, small: Region, scenario: Scenario) -> None:
    policy, none = read_policy_pack("beijing"), pd.DataFrame({"site": []})

    def refused(where: Region, changes: dict[str, Any]) -> list[str | None]:
        with pytest.raises(InputProblems) as caught:
            check_fit(where, scenario.changed(changes), none, policy=policy)
        assert all(p.message and p.remedy for p in caught.value.problems)
        return [p.column for p in caught.value.problems]

    names = {"power.expansion": {"is_allowed": True, "forbidden": ["Z1", "U9"], "decided": {"U8": 2030}}}
    assert refused(region, names) == ["power.expansion.forbidden", "power.expansion.decided"]
    assert refused(small, {}) == ["power.expansion.is_allowed"]
    two = with_reinforcements(small, UNITS[0], {"reinforcement": "C", "node": "Z1", "kind": "shunt", "bus": "B1"})
    assert refused(two, {"power.expansion.decided": {"C": 2030}}) == ["power.expansion.decided"]
    priced = with_reinforcements(small, {**UNITS[0], "price": "unit_cny", "cost_cny": float("nan")})
    assert refused(priced, {}) == ["item"]


ROWS = "reinforcement,name_en,name_zh,node,step,kind,voltage_kv,element,bus,q_mvar,n_units,added_mva,lead_years,price,cost_cny\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("U1,a,a,Z1,1,trafo,500,T1,,,1,100,3,,1e8\n", []),
        ("U1,a,a,Z1,1,trafo,500,T9,,,1,100,3,,1e8\n", [("element", "reference_unknown")]),
        ("U1,a,a,Z1,1,trafo,500,,,,1,100,3,,1e8\n", [("element", "value_missing")]),
        ("U1,a,a,Z1,2,trafo,500,T1,,,1,100,3,,1e8\n", [("step", "order_wrong")]),
        ("U1,a,a,Z1,1,shunt,220,,B1,,1,0,3,,1e8\n", [("bus", "value_missing")]),
        ("U1,a,a,Z1,1,trafo,500,T1,,,1,100,3,,\n", [("price", "value_missing")]),
        ("U1,a,a,Z1,1,trafo,500,T1,B1,,1,100,3,,1e8\n", [("to_bus", "value_missing")]),
        ("U1,a,a,Z7,1,trafo,500,T1,,,1,100,3,,1e8\n", [("node", "reference_unknown")]),
    ],
)
def test_rows_that_cannot_be_built_are_refused(tmp_path: Path, rows: str, expected: list[tuple[str, str]]) -> None:
    folder = Path(shutil.copytree(CASES / "small_region", tmp_path / "region"))
    (folder / "reinforcements.csv").write_text(ROWS + rows, encoding="utf-8")

    assert faults(folder) == expected


def faults(folder: Path) -> list[tuple[str | None, str]]:
    try:
        read_region(folder)
    except InputProblems as wrong:
        return [(p.column, p.code) for p in wrong.problems]
    return []


def test_a_profile_with_hours_missing_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CASES / "small_region", tmp_path / "region"))
    (folder / "load_profiles.csv").write_text("profile,hour,load\nall,0,5\nS9,1,5\n", encoding="utf-8")

    with pytest.raises(InputProblems) as caught:
        read_region(folder)

    assert sorted(p.code for p in caught.value.problems) == ["hours_missing", "hours_missing", "reference_unknown"]


def test_a_profile_file_of_a_user(tmp_path: Path) -> None:
    path = tmp_path / "load.csv"
    path.write_text("hour,MW\n" + "".join(f"{h},{h % 24}\n" for h in range(8760)), encoding="utf-8")
    assert read_profile(path).sum() == 365 * 276
    path.write_text("hour,mw\n0,1\n1,x\n", encoding="utf-8")
    with pytest.raises(InputProblems) as caught:
        read_profile(path)
    assert [p.code for p in caught.value.problems] == ["value_invalid", "hours"]


def square(low: float, n_high: int) -> list[float]:
    return [1.0] * n_high + [low] * (8760 - n_high)


def test_flexible_headroom_by_hand(small: Region) -> None:
    region = with_profile(small, "all", square(0.5, 10))  # 10 hours at the peak, else half of it
    found = flexible_headroom(region, shares=(0.0, 0.001, 0.0025), power_factor=1.0)
    found = found[found["substation"] == "S2"].set_index(["by", "share"])

    assert found.loc[("hours", 0.0), "headroom_mw"] == 112.0
    assert found.loc[("hours", 0.001), "headroom_mw"] == 112.0  # 8 hours are not enough
    assert found.loc[("hours", 0.0025), "headroom_mw"] == 212.0  # 21 hours hold the peak: half of 200 MVA more
    assert found.loc[("hours", 0.0025), "curtailed_mwh"] == 10 * 100.0
    # 10 (mw - 112) + 8750 (mw - 212) = 0.001 x 8760 mw: the peak hours alone would give 903, so all hours count
    assert found.loc[("energy", 0.001), "headroom_mw"] == pytest.approx(1_856_120 / 8751.24)
    assert found["profile"].eq("all").all()


def test_without_a_profile_the_rule_is_used_and_named_and_zones_count(small: Region) -> None:
    found = flexible_headroom(small)
    station = found[found["substation"] == "S1"].set_index(["by", "share"])["headroom_mw"]

    assert found["profile"].eq(SYNTHETIC).all()
    assert station["hours", 0.0] == pytest.approx(400.0 * 0.98)
    assert station["hours"].is_monotonic_increasing
    zone = 500.0 + 450.0 * 0.2  # the zone's load is small, so it limits what the station alone could do
    assert station["hours", 0.01] <= zone * 0.98


def test_interruptible_load_of_all_stations_fits_into_their_zone(small: Region, scenario: Scenario) -> None:
    asked = scenario.changed({"power.flexible": {"is_on": True, "hours_shares": [0.01, 0.001]}})
    region = with_profile(small, "all", [1.0] * 8 + [0.9] * 79 + [0.4] * 8673)
    table = flexible_frame(region, asked)
    zone = node_capacity(region, asked).set_index(["node", "year"])

    assert set(table["step"]) == {1, 2}
    for year in asked.years:
        of_year = table[table["year"] == year]
        peak, capacity = zone.loc[("Z1", year), ["peak_mva", "capacity_mva"]]
        room = np.maximum(0.0, capacity + peak * (1.0 - np.array([1.0, 0.9, 0.4]).repeat([8, 79, 8673])))
        for step, share in ((1, 0.001), (2, 0.01)):
            more = by_hours(room, share) - max(0.0, capacity)
            assert of_year.loc[of_year["step"] <= step, "mva"].sum() <= more + 1e-9
    one = table[(table["substation"] == "S2") & (table["year"] == 2035)].set_index("step")
    assert one.at[1, "mva"] == pytest.approx(200.0 * 0.1, rel=0.7)  # its own tenth, less where the zone is shared
    assert one["cny_per_mva_year"].tolist() == pytest.approx([0.98 * (5e4 + 8.76 * 3e3), 0.98 * (5e4 + 87.6 * 3e3)])


def test_nothing_is_on_offer_where_it_is_off(region: Region, plain: Scenario) -> None:
    policy = read_policy_pack("beijing")

    assert flexible_frame(region, plain).empty
    assert states(region, plain, policy, prices=read_prices(region, plain)).empty


def test_the_table_of_beijing_changes_no_number_of_the_reference(policy: PolicyPack) -> None:
    scenario = load_scenario(BEIJING / "scenarios" / "reference.yaml")
    region = read_region(scenario.region)
    without = region.tables["reinforcements"].iloc[:0]
    assert len(region["reinforcements"])
    headroom = node_headroom(region, scenario)
    net = network_for(region, scenario, 2035, "summer_peak")
    region.tables["reinforcements"] = without  # type: ignore[index]

    assert headroom.equals(node_headroom(region, scenario))
    assert net.trafo["parallel"].sum() == network_for(region, scenario, 2035, "summer_peak").trafo["parallel"].sum()


def test_the_growth_scenario_names_what_the_table_has_and_offers_more(policy: PolicyPack) -> None:
    scenario = load_scenario(BEIJING / "scenarios" / "growth.yaml")
    region = read_region(scenario.region)
    check_fit(region, scenario, pd.DataFrame({"site": []}), policy=policy)
    table = states(region, scenario, policy, prices=read_prices(region, scenario))

    assert {"Z1", "Z9"} <= set(table["node"])
    zones = node_capacity(region, scenario).set_index("node").loc[list(region["zones"]["zone"])]
    assert (zones["capacity_mva"] > 0).all()
    yearly = table.set_index(["node", "state"]).at[("Z2", "1"), "cny_per_year"]
    assert yearly == pytest.approx(130e6 * 0.0726489, rel=1e-6)
