"""What differs between two scenarios: nothing is lost on the way there and back, and it is said in words with units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.i18n import use_language
from planner.scenario import Scenario, load_scenario
from planner.scenario_diff import as_changes, changes
from planner.scenario_path import ABSENT

BEIJING = load_scenario(Path(__file__).parents[2] / "gis_data" / "beijing" / "scenarios" / "reference.yaml")
STATIONS = st.sampled_from(["N220-02-1", "a.b", "110", "x\\y"])
KNOBS: dict[str, st.SearchStrategy[Any]] = {
    "water.availability_share": st.floats(0.0, 1.0),
    "power.radius_km.220": st.floats(0.5, 20.0),
    "power.zone_max_share": st.none() | st.floats(0.1, 1.0),
    "power.reserve_mva": st.dictionaries(STATIONS, st.floats(0.0, 100.0), max_size=3),
    "clusters.max_sites": st.none() | st.integers(1, 30),
    "network.is_on": st.booleans(),
    "network.kinds": st.sampled_from([["line"], ["line", "trafo"], ["trafo", "line", "busbar"]]),
    "green.share": st.dictionaries(st.sampled_from([2027, 2030, 2035]), st.floats(0.0, 1.0)),
    "carbon.cap_t": st.dictionaries(st.sampled_from([2027, 2030, 2035]), st.floats(0.0, 1e7)),
    "workloads.general.demand_mw": st.fixed_dictionaries(dict.fromkeys((2027, 2030, 2035), st.floats(0.0, 500.0))),
    "economy.price_case": st.sampled_from(["low", "central", "high"]),
    "wishes.fixed": st.lists(st.sampled_from(["C1", "C2", "C3"]), unique=True),
    "objective.limits": st.dictionaries(st.sampled_from(["cost", "carbon"]), st.floats(0.0, 1e9)),
    "edits": st.dictionaries(
        st.just("substations"),
        st.dictionaries(STATIONS, st.fixed_dictionaries({"headroom_mva": st.floats(0.0, 900.0)})),
    ),
}
SCENARIOS = st.fixed_dictionaries({}, optional=KNOBS).map(BEIJING.changed)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SCENARIOS, SCENARIOS)
def test_the_changes_lead_from_one_scenario_to_the_other(one: Scenario, other: Scenario) -> None:
    found = changes(one, other)

    assert one.changed(as_changes(found)) == other
    assert bool(found) == (one != other)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SCENARIOS)
def test_taking_back_every_change_is_the_reference(draft: Scenario) -> None:
    for change in changes(BEIJING, draft):
        draft = draft.changed({change.path: change.before})

    assert draft == BEIJING


@pytest.mark.parametrize(
    ("change", "english", "chinese"),
    [
        ({"water.availability_share": 0.03}, "Share of plant capacity for data centres: 2 % → 3 %",
         "再生水厂可供数据中心的比例：2 % → 3 %"),
        ({"power.radius_km.220": 6}, "Reach around a station, 220 kV: 4 km → 6 km", "变电站供电半径，220 kV：4 km → 6 km"),
        ({"workloads.general.demand_mw.2030": 200}, "Demand, general and finance, 2030: 160 MW IT → 200 MW IT",
         "需求，通用与金融，2030：160 MW IT → 200 MW IT"),
        ({"green.share": {2030: 0.8}}, "Green share required, 2030: as the policy says → 80 %",
         "绿电最低比例，2030：按政策规定 → 80 %"),
        ({"clusters.max_sites": 5}, "Most sites: no limit → 5 sites", "站址数量上限：不限 → 5 个"),
        ({"network.is_on": False}, "Plan again until the check passes: yes → no", "校核不通过则重新规划：是 → 否"),
        ({"years": [2027, 2030]}, "Planning years: 2027 · 2030 · 2035 → 2027 · 2030",
         "规划年：2027 · 2030 · 2035 → 2027 · 2030"),
        ({"edits": {"substations": {"S1": {"headroom_mva": 1200}}}},
         "North, Firm N-1 headroom that is free: 1,840 MVA → 1,200 MVA", "北站，N-1 可开放容量：1,840 MVA → 1,200 MVA"),
    ],
)  # fmt: skip
def test_a_change_is_one_line_with_units(change: dict[str, Any], english: str, chinese: str) -> None:
    cells = {"substations": {"S1": {"headroom_mva": 1840.0, "name_en": "North", "name_zh": "北站"}}}
    draft = BEIJING.changed(change)

    assert [str(c) for c in changes(BEIJING, draft, cells=cells)] == [english]
    with use_language("zh"):
        assert [str(c) for c in changes(BEIJING, draft, cells=cells)] == [chinese]


def test_a_cell_that_is_corrected_is_one_change_that_can_be_taken_back() -> None:
    cells = {"S1": {"headroom_mva": 5.0, "n_free_bays": None}, "S2": {"headroom_mva": 6.0}}
    draft = BEIJING.changed({"edits": {"substations": cells}})

    found = changes(BEIJING, draft)

    assert [(c.path, c.before) for c in found] == [
        ("edits.substations.S1.headroom_mva", ABSENT),
        ("edits.substations.S1.n_free_bays", ABSENT),
        ("edits.substations.S2.headroom_mva", ABSENT),
    ]
    assert found[0].before_text == "as in the region's data"
    assert found[1].after_text == "not known"
    assert "S2" not in draft.changed({found[2].path: found[2].before}).edits["substations"]
