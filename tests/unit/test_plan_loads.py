"""What a plan draws at the buses: the normal split of its feeds, lost feeds, switched halls, interruptible load, states."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from planner.assemble_reinforcement import states_by_year
from planner.plan_loads import feed_loads, lost_feeds, plan_loads, stock_loads, unseen_stations

BUSES = {"S1": "B1", "S2": "B2", "S3": None}


class Tables:
    """Stations of a region, as far as loads need them."""

    def __getitem__(self, name: str) -> pd.DataFrame:
        assert name == "substations"
        return pd.DataFrame({"substation": list(BUSES), "bus": list(BUSES.values())})


def site(name: str, mva: float, **feeds: float) -> dict[str, Any]:
    """Return a site that draws `mva`, with what is reserved on its feeds, in 2030 only; nothing stands in 2027."""
    return {
        "id": name,
        "facility_mva": {"2027": 0.0, "2030": mva},
        "feeds": [{"substation": s, "bus": BUSES[s], "mva": {"2027": 0.0, "2030": r}} for s, r in feeds.items()],
    }


def plan_of(*sites: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"years": [2027, 2030], "sites": list(sites), "stock": [], "flexible": [], "reinforcements": [], **more}


def mva(frame: pd.DataFrame, year: int = 2030) -> dict[tuple[str, str], float]:
    own = frame[frame["year"] == year]
    return dict(zip(zip(own["site"], own["substation"], strict=True), own["mva"].astype(float), strict=True))


def test_each_feed_carries_what_is_reserved_on_it_less_half_of_the_class_a_load() -> None:
    # 30 MVA, 20 of them class A: 50 reserved, 20 + 4 on the one and 20 + 6 on the other
    plan = plan_of(site("A", 30.0, S1=24.0, S2=26.0), site("B", 12.0, S1=12.0))

    assert mva(feed_loads(plan)) == pytest.approx({("A", "S1"): 14.0, ("A", "S2"): 16.0, ("B", "S1"): 12.0})
    assert sum(mva(feed_loads(plan)).values()) == pytest.approx(42.0)
    assert set(mva(feed_loads(plan), 2027).values()) == {0.0}


def test_a_lost_feed_leaves_the_class_a_load_whole_on_the_other() -> None:
    plan = plan_of(site("A", 30.0, S1=24.0, S2=26.0), site("B", 12.0, S1=12.0), site("C", 9.0, S1=4.0, S2=5.0))
    lost = lost_feeds(plan)

    assert [(f.year, f.site, f.kept, f.lost) for f in lost] == [(2030, "A", "S1", "S2"), (2030, "A", "S2", "S1")]
    assert [f.element for f in lost] == ["A: S2", "A: S1"]  # C has no class A load, B one feed
    normal = mva(feed_loads(plan))
    for f, reserved in zip(lost, (24.0, 26.0), strict=True):
        assert normal["A", f.kept] + f.kept_change_mva == pytest.approx(reserved)
        assert normal["A", f.lost] + f.lost_change_mva == pytest.approx(0.0)


def test_switched_halls_and_interruptible_load_change_their_stations() -> None:
    change = pd.DataFrame(
        [("K", "vacate", "S1", -7.0), ("K", "vacate", "Z", -7.0), ("K", "retrofit", "S2", -0.5)],
        columns=["stock", "option", "node", "mva_change"],
    )
    assembled: Any = SimpleNamespace(data={"stock_mva": change})
    region: Any = Tables()
    stock = [{"year": 2030, "id": "K", "options": {"vacate": 2, "retrofit": 0}},
             {"year": 2027, "id": "K", "options": {"vacate": 0, "retrofit": 1}}]  # fmt: skip
    plan = plan_of(stock=stock, flexible=[{"year": 2030, "substation": "S2", "mva": 3.0}])

    assert mva(stock_loads(plan, region, assembled)) == {("K", "S1"): -14.0}  # the zone has no bus of its own
    assert mva(plan_loads(plan, region, assembled)) == {("K", "S1"): -14.0, ("", "S2"): -3.0}
    assert mva(plan_loads(plan, region, assembled), 2027) == {("K", "S2"): -0.5}


def test_a_plan_of_nothing_draws_nothing() -> None:
    assembled: Any = SimpleNamespace(
        data={"stock_mva": pd.DataFrame(columns=["stock", "option", "node", "mva_change"])}
    )
    region: Any = Tables()
    loads = plan_loads(plan_of(), region, assembled)

    assert loads.empty
    assert list(loads.columns) == ["year", "site", "substation", "bus", "mva"]
    assert lost_feeds(plan_of()) == []


def test_states_stand_from_their_year_on_and_the_highest_counts() -> None:
    steps = [("Z", "1", 2027), ("Z", "2", 2030), ("S", "10", 2030), ("S", "9", 2027)]
    plan = plan_of(reinforcements=[{"node": n, "state": s, "year_from": y} for n, s, y in steps])

    found = states_by_year({**plan, "years": [2025, 2027, 2030]})
    assert found[2025] == {}
    assert found[2027] == {"Z": "1", "S": "9"}
    assert found[2030] == {"Z": "2", "S": "10"}


def test_stations_without_a_bus_are_named_once() -> None:
    plan = plan_of(site("A", 1.0, S1=1.0, S3=1.0), site("B", 1.0, S3=1.0))

    assert unseen_stations(plan) == ["S3"]
    assert unseen_stations(plan_of(site("A", 1.0, S1=1.0))) == []
