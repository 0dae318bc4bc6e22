"""The worker's answer to a question about one site: solved, checked and kept; contradictions are answers too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner.counterfactual import conflict, outcome
from planner.desk.context import Context
from planner.desk.files import read_json
from planner.desk.tasks import Held
from planner.desk.why_task import run
from planner.desk.workspace import Workspace
from planner.errors import UsageError
from planner.read import read_region
from planner.scenario import load_scenario
from tests import desk_case

ONE_YEAR = {"years": [2035], "green.share": {2035: 0.0}, "solver.gap": 0.05}
SITE, OTHER = "C003-002", "C003-003"


def asked(**wishes: Any) -> dict[str, Any]:
    """A plan of which only the scenario counts."""
    scenario = load_scenario(desk_case.CASES / "small_plan" / "scenario.yaml").changed({**ONE_YEAR, **wishes})
    kept = json.loads(scenario.model_dump_json(exclude={"region"}))
    mark = read_region(desk_case.CASES / "small_region").fingerprint
    region = {"id": "small", "name": {}, "is_synthetic_grid": True, "fingerprint": mark}
    objective = {"name": "cost", "sense": "minimise", "value": None, "unit": "CNY"}
    return {"scenario": kept, "name": kept["name"], "region": region, "objective": objective, "gap": None,
            "status": "no_plan", "security": "not_checked", "sites": []}  # fmt: skip


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("SITE_BY_POWER_DESKS", str(tmp_path / "desks"))
    return desk_case.small_desk()


def answer(ws: Workspace, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the result, and the plan that was kept or what a run without a plan left."""
    job = ws.folder / "jobs" / "j1"
    job.mkdir()
    payload = {"plan": "p1", "region": str(ws.region(desk_case.REGION).path), "wish": "out", **changes}
    result = run(payload, Context(ws, job), Held())
    return result, result["after"] or ws.plan(result["plan"])


def put(ws: Workspace, plan: dict[str, Any]) -> None:
    ws.put_plan("p1", plan, made_at="2026-01-01T08:00:00+00:00", kind="solve")


def test_the_plan_with_the_wish_is_solved_checked_and_kept(ws: Workspace) -> None:
    put(ws, asked())

    result, after = answer(ws, site=SITE, wish="in")

    assert (result["base"], result["site"], result["wish"]) == ("p1", SITE, "in")
    assert SITE in {row["id"] for row in after["sites"]}
    assert (after["audit"]["status"], after["security"]) == ("passed", "secure")
    assert after["scenario"]["wishes"]["fixed"] == [SITE]
    meta = next(meta for meta in ws.plans() if meta.id == result["plan"])
    assert (meta.kind, meta.name) == ("why", f"Small plan, with {SITE}")
    assert read_json(ws.folder / "jobs" / "j1" / "status.json")["unit"] == "CNY"


def test_a_contradiction_is_explained(ws: Workspace) -> None:
    put(ws, asked(wishes={"fixed": [OTHER], "forbidden": [SITE]}, **{"clusters.max_sites": 1}))

    _result, after = answer(ws, site=SITE, wish="in")

    assert after["status"] == "infeasible"
    assert [meta.id for meta in ws.plans()] == ["p1"]  # a contradiction is no plan
    found = conflict(after, {})
    assert found is not None
    assert found["families"] == ["Clusters"]
    assert found["ways"][0]["lines"] == ["1 sites missing – Number of sites: 2035"]


def test_a_wish_that_stands_already_is_refused(ws: Workspace) -> None:
    put(ws, asked(wishes={"fixed": [SITE]}))

    with pytest.raises(UsageError, match="already"):
        answer(ws, site=SITE, wish="in")


def test_other_data_give_no_answer(ws: Workspace) -> None:
    plan = asked()
    put(ws, {**plan, "region": {**plan["region"], "fingerprint": "0" * 64}})

    with pytest.raises(UsageError, match="data of the region changed"):
        answer(ws, site=SITE, wish="in")


@pytest.mark.slow
def test_without_its_largest_site_the_best_plan_is_not_cheaper(ws: Workspace) -> None:
    base = desk_case.make_plan(**ONE_YEAR)
    put(ws, base)
    site = base["sites"][0]["id"]

    _result, after = answer(ws, site=site)

    found = outcome(base, after, site=site, wish="out", names={})
    assert site not in {row["id"] for row in after["sites"]}
    assert found["loss"]["high"] >= found["loss"]["low"] >= 0.0
    assert found["loss"]["high"] >= after["objective"]["value"] - base["objective"]["value"]
