"""The AC check by year and situation: which networks are shared, what is drawn where, and what may be called secure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.audit import audit_plan
from planner.check import check_sites, plain_scenario
from planner.learned import learn_ac
from planner.loop import secured
from planner.plan import Plan
from planner.plan_loads import LostFeed
from planner.region import Region
from planner.scenario import Situation
from planner.secure import GridCases
from planner.session import Session
from tests.builders_expansion import with_reinforcements
from tests.oracles.loop_cases import (
    LOST_FEED,
    PF,
    TANGENT,
    TRAFO,
    VOLTAGE,
    Case,
    Line,
    Truth,
    loads_of,
    region_of,
    scenario_of,
)

STEP = {"node": "Z1", "element": "AB", "kind": "line"}
YEARS = [2030, 2035]


@pytest.fixture(scope="module")
def region() -> Region:
    return region_of(VOLTAGE)


def loads(*rows: tuple[int, str | None, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["year", "bus", "mva"])


def grid_cases(region: Region, *, growth: float = 0.0, **network: Any) -> GridCases:
    plain = plain_scenario(years=YEARS, power_factor=PF)
    return GridCases(
        region,
        plain.model_copy(
            update={
                "power": plain.power.model_copy(update={"background_growth_per_year": growth}),
                "network": plain.network.model_copy(update=network),
            }
        ),
    )


def test_years_with_the_same_network_share_an_engine(region: Region) -> None:
    found = list(grid_cases(region).cases_of(loads((2030, "B", 5.0)), years=YEARS, states={}))

    assert [c.year for c in found] == YEARS
    assert found[0].engine is found[1].engine
    assert found[0].key == found[1].key
    assert [c.rows[0].p_mw.sum() for c in found] == [pytest.approx(5.0 * PF), 0.0]


def test_growth_and_what_is_built_make_another_network(region: Region) -> None:
    grown = grid_cases(region, growth=0.02)
    engines = [grown.engine(y, "summer_peak", {}) for y in (2025, 2030, 2035)]
    total = [e.bus_load_mw.sum() for e in engines]
    built = grid_cases(with_reinforcements(region, {"reinforcement": "U", "step": 1, **STEP}))
    as_is, one, same = (built.engine(2030, "summer_peak", s) for s in ({}, {"Z1": "1"}, {"Z1": "1"}))

    assert total[1:] == pytest.approx([total[0] * 1.02**5, total[0] * 1.02**10])
    assert len({id(e) for e in engines}) == 3
    assert one is same is not as_is
    assert len(one.branches) == len(as_is.branches) + 1


def test_situations_scale_the_network_and_the_plan(region: Region) -> None:
    night = Situation(load_factor=0.5, plan_factor=0.6)
    cases = grid_cases(region, situations={"peak": Situation(), "night": night})
    peak, dark = cases.cases_of(loads((2030, "B", 10.0)), years=[2030], states={})

    assert [c.situation for c in (peak, dark)] == ["peak", "night"]
    assert dark.engine.bus_load_mw.sum() == pytest.approx(0.5 * peak.engine.bus_load_mw.sum())
    assert dark.rows[0].p_mw.sum() == pytest.approx(0.6 * 10.0 * PF)
    assert dark.rows[0].q_mvar.sum() == pytest.approx(0.6 * 10.0 * PF * TANGENT)
    checked = cases.check([peak, dark]).check
    assert [row.situation for row in checked.base] == ["peak", "night"]


def test_a_row_learned_at_night_counts_the_share_of_the_plan(region: Region) -> None:
    """The row is about MVA of the plan, whatever share of it runs in the situation."""
    rows = {}
    for share in (1.0, 0.5):
        cases = grid_cases(region, situations={"night": Situation(plan_factor=share)})
        years = list(cases.cases_of(loads((2030, "E", 100.0 / share)), years=[2030], states={}))
        rows[share] = learn_ac(cases, cases.check(years), number=1, repeats={})

    assert rows[1.0]
    assert len(rows[1.0]) == len(rows[0.5])
    for full, half in zip(rows[1.0], rows[0.5], strict=True):
        assert dict(half.terms) == pytest.approx({s: c / 2 for s, c in full.terms})
        assert half.upper == pytest.approx(full.upper)


def test_a_lost_feed_moves_the_load_in_its_own_row() -> None:
    cases = grid_cases(region_of(LOST_FEED))
    normal, lost = loads_of(LOST_FEED, {"P": 0, "Q": 0, "R": 2}, 12.0)
    feed = LostFeed(2030, "R", kept="S4", lost="S3", kept_change_mva=12.0, lost_change_mva=-12.0)
    (case,) = cases.cases_of(loads(*((2030, b, v) for b, v in normal.items())), years=[2030], states={}, feeds=[feed])
    row = case.rows[-1]
    names = case.engine.buses["bus"].tolist()

    assert (row.outage, row.kind, row.element) == (None, "feed", "R: S3")
    assert row.is_outage
    assert list(case.feeds) == ["R: S3"]
    expected = [lost["R on S4"].get(b, 0.0) * PF for b in names]
    assert row.p_mw == pytest.approx(expected)
    assert row.q_mvar == pytest.approx(np.array(expected) * TANGENT)
    off = grid_cases(region_of(LOST_FEED), feed_transfer=False)
    (without,) = off.cases_of(loads(), years=[2030], states={}, feeds=[feed])
    assert {r.kind for r in without.rows} == {None, "line"}


def test_a_row_learned_from_a_lost_feed_moves_the_load_as_the_row_it_came_from() -> None:
    """sum of coef * normal split + the site's own terms is the load of the row, for the class A load of the site."""
    cases = grid_cases(region_of(LOST_FEED))
    normal, _ = loads_of(LOST_FEED, {"P": 0, "Q": 0, "R": 5}, 14.0)
    feed = LostFeed(2030, "R", kept="S4", lost="S3", kept_change_mva=35.0, lost_change_mva=-35.0)
    years = list(
        cases.cases_of(loads(*((2030, b, v) for b, v in normal.items())), years=[2030], states={}, feeds=[feed])
    )
    (cut,) = [c for c in learn_ac(cases, cases.check(years), number=1, repeats={}) if c.outage_kind == "feed"]
    coef = dict(cut.terms)
    by_station = {"S3": 35.0, "S4": 35.0}
    own = sum(t["coef_feed"] * 70.0 + t["coef_class_a"] * 70.0 for t in cut.site_terms)  # 70 MVA reserved on each
    moved = sum(coef.get(s, 0.0) * v for s, v in by_station.items()) + own

    assert cut.outage == "R: S3"
    assert moved == pytest.approx(coef.get("S4", 0.0) * 70.0)
    assert moved > cut.upper
    assert cut.feeds == ({"site": "R", "substation": "S4"}, {"site": "R", "substation": "S3"})
    assert cut.year == 2030


def small(**changes: Any) -> Case:
    """Return a grid of three buses without an outage that matters."""
    given = Case(
        buses=dict.fromkeys("ABC", 110.0), source=("A", 1.02), loads={"B": (5, 1)}, max_blocks=1,
        lines=(Line("AB", ("A", "B"), 5, 0.9, n=2), Line("BC", ("B", "C"), 5, 0.9, n=2)),
        stations={"S1": ("B", 0), "S2": ("C", 20)}, sites={"P": ("S1",), "Q": ("S2",)},
    )  # fmt: skip
    return replace(given, **changes)


def looped(case: Case, **more: Any) -> Any:
    session = Session(region_of(case), scenario_of(case, **more))
    return audited(session, secured(session, session.solve()))


def audited(session: Session, plan: Plan) -> Plan:
    """Return the plan; its audit, which computes every learned row again, has no failure."""
    audit = audit_plan(plan.data, session.region, session.scenario, assembled=session.assembled)
    assert audit["failures"] == []
    return plan


def test_a_plan_whose_station_has_no_bus_is_not_called_secure() -> None:
    plan = looped(small(stations={"S1": (None, 0), "S2": ("C", 20)}))

    assert plan["objective"]["value"] == pytest.approx(20.0)
    assert plan.security == "not_checked"
    assert "S1" in plan["grid"]["reason"]


@pytest.mark.parametrize(
    ("case", "more", "expected"),
    [
        # C hangs on one circuit: its loss leaves the load there without supply
        (small(lines=(Line("AB", ("A", "B"), 5, 0.9, n=2), Line("BC", ("B", "C"), 5, 0.9))), {}, ("secure", 10.0, None)),
        # as all stations do: nothing can be built
        (small(lines=(Line("AB", ("A", "B"), 5, 0.9), Line("BC", ("B", "C"), 5, 0.9))), {}, ("secure", 0.0, None)),
        # what must be built cannot be secure
        (small(lines=(Line("AB", ("A", "B"), 5, 0.9, n=2), Line("BC", ("B", "C"), 5, 0.9))),
         {"wishes__min_mw": {"Q": 10.0}}, ("not_secure", 20.0, "infeasible")),
        (small(lines=(Line("AB", ("A", "B"), 5, 0.9, n=2), Line("BC", ("B", "C"), 5, 0.9))),
         {"network__max_rounds": 1}, ("not_secure", 20.0, "max_rounds")),
        (small(), {"workloads__load__demand_mw": {2030: 0.0}}, ("secure", 0.0, None)),
        # AB is over its limit without the plan: loads behind it may not add to it
        (small(loads={"C": (60, 10)}, lines=(Line("AB", ("A", "B"), 5, 0.2, n=2), Line("BC", ("B", "C"), 5, 0.9, n=2))), {},
         ("secure", 0.0, None)),
        (small(loads={"C": (60, 10)}, lines=(Line("AB", ("A", "B"), 5, 0.2, n=2), Line("BC", ("B", "C"), 5, 0.9, n=2))),
         {"network__no_worsening": False}, ("not_secure", 20.0, "infeasible")),
    ],
)  # fmt: skip
def test_odd_grids_end_with_a_plan_and_a_reason(
    case: Case, more: dict[str, Any], expected: tuple[str, float, str | None]
) -> None:
    plan = looped(case, **more)
    status, it_mw, reason = expected

    assert (plan["loop"]["status"], plan["objective"]["value"]) == (status, pytest.approx(it_mw, abs=1e-6))
    assert plan.security == {"secure": "secure", "not_secure": "insecure"}[status]
    assert plan["loop"]["reason"] is None if reason is None else reason in plan["loop"]["reason"]
    assert (plan["loop"]["rounds"][-1]["n_counted"] == 0) == (status == "secure")


def test_rows_of_a_state_hold_in_that_state_and_the_plan_is_checked_with_what_it_builds() -> None:
    steps = ({"step": 1, "element": "TC", "added_mva": 90.0}, {"step": 2, "element": "TB", "added_mva": 63.0})
    region = with_reinforcements(
        region_of(TRAFO), *({"reinforcement": f"U{s['step']}", "node": "Z1", "voltage_kv": 220.0, **s} for s in steps)
    )
    scenario = scenario_of(TRAFO, power__expansion__is_allowed=True, power__expansion__may_expand_220_110_kv=True)
    session = Session(region, scenario)
    plan = audited(session, secured(session, session.solve()))
    built = {row["element"] for row in steps if any(r["state"] == str(row["step"]) for r in plan["reinforcements"])}
    stronger = replace(TRAFO, trafos=tuple(replace(t, n=t.n + (t.name in built)) for t in TRAFO.trafos))
    blocks = {s["id"]: sum(b["n"] for b in s["blocks"]) for s in plan["sites"]}
    mva = TRAFO.block_mw * float(session.assembled.data["performance"]["mva_per_mw"].iloc[0])
    normal, _ = loads_of(TRAFO, blocks, mva)
    state = str(max((int(r["state"]) for r in plan["reinforcements"]), default=0))
    shown = {row["index"][0] for row in plan["limits"] if row["constraint"] == "network_cut"}
    cuts = plan["loop"]["cuts"]

    assert plan.security == "secure"
    assert built
    assert Truth(stronger).is_secure(normal)
    assert not Truth(TRAFO).is_secure(normal)
    assert all([c["node"] for c in cut["states"]] == ["Z1"] for cut in cuts)
    assert {cut["id"] for cut in cuts if cut["states"][0]["state"] == state} == shown
    assert {cut["id"] for cut in cuts if cut["states"][0]["state"] != state} & shown == set()


def test_a_row_binds_where_one_more_block_would_break_it() -> None:
    session = Session(region_of(VOLTAGE), scenario_of(VOLTAGE))
    plan = audited(session, secured(session, session.solve()))

    assert plan["objective"]["value"] < VOLTAGE.block_mw * VOLTAGE.max_blocks * len(VOLTAGE.sites)
    assert any(cut["is_binding"] for cut in plan["loop"]["cuts"])


def test_a_base_case_without_solution_is_insecure_with_a_reason() -> None:
    plan = looped(small(loads={"B": (9000, 2000)}))

    assert plan.security == "insecure"
    assert plan["loop"]["status"] == "not_secure"
    assert plan["loop"]["reason"] == "stalled"  # nothing that the plan could change would mend it
    assert plan["loop"]["cuts"] == []
    assert {row["status"] for row in plan["grid"]["base"]} == {"not_converged"}


@pytest.fixture
def sites(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: str) -> Path:
        path = tmp_path / "mine.csv"
        path.write_text("\n".join(["site,substation,mw", *rows]) + "\n", encoding="utf-8")
        return path

    return write


def test_own_sites_are_judged_by_their_load(sites: Callable[..., Path]) -> None:
    region = region_of(small(stations={"S1": ("B", 0), "S2": ("C", 20), "S3": (None, 40)}))

    assert check_sites(region, sites("X,S2,20"))["security"] == "secure"
    assert check_sites(region, sites("X,S2,170"))["security"] == "insecure"  # a circuit of BC holds 168 MW
    assert check_sites(region, sites("X,S3,20", "Y,S1,5"))["security"] == "not_checked"
