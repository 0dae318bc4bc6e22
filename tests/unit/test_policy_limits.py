"""What a pack becomes in the model: places, years, the strictest of several rules, and that assembling asks for it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from models.siting import build
from planner.assemble import Assembled, assemble
from planner.errors import UsageError
from planner.policy import PolicyPack, read_policy_pack
from planner.policy_limits import (
    allowed_mwh,
    banned_blocks,
    covered,
    green_shares,
    heat_shares,
    hub_occupancy,
    mean_pue_caps,
    min_occupancy,
    no_training,
    pue_caps,
)
from planner.policy_rule import Rule
from planner.read import read_region
from planner.scenario import load_scenario

CASES = Path(__file__).parents[1] / "cases"
COLUMNS = ["climate", "market", "hub", "site", "role"]
PLACES = pd.DataFrame(
    [
        ("A1", "A", "west_hub", "A1", "west"),
        ("A2", "A", "west_hub", "A2", "west"),
        ("B1", "B", "east_hub", "B1", "east"),
        ("C1", "C", "city", "C1", "other"),
    ],
    columns=COLUMNS,
)
ANNUAL = pd.DataFrame(
    [(c, t, pue) for c in PLACES["climate"] for t, pue in (("dry", 1.12), ("air", 1.27))],
    columns=["climate", "technology", "pue_annual"],
)
CITY = pd.DataFrame([("station", "all", "", f"cell {i}", "") for i in range(3)], columns=COLUMNS)


def rule(quantity: str, value: float, **more: object) -> Rule:
    """Return a rule of new build from 2026 on."""
    unit = {"pue_cap": "1", "mean_pue_cap": "1"}.get(quantity, "share")
    given = {"id": f"r{abs(hash((quantity, value, str(more))))}", "quantity": quantity, "value": value, "unit": unit,
             "applies_to": "new_build", "from_year": 2026, "document": "D", "clause": "1", "year": 2025,
             "confidence": "high"}  # fmt: skip
    return Rule.model_validate(given | more)


def pack(*rules: Rule) -> PolicyPack:
    """Return a pack of these rules."""
    return PolicyPack.model_validate({"schema_version": 1, "id": "p", "name": {"en": "P", "zh": "P"}, "rules": rules})


def by_key(frame: pd.DataFrame, value: str) -> dict[tuple[str, int], float]:
    """Return a frame of limits as a dictionary."""
    return {(row[0], int(row[1])): row[2] for row in frame[[frame.columns[0], "year", value]].itertuples(index=False)}


def test_a_rule_dated_between_planning_years_holds_from_the_next_one() -> None:
    caps = pue_caps(pack(rule("pue_cap", 1.2)), PLACES, (2025, 2027))

    assert set(caps["year"]) == {2027}
    assert len(caps) == len(PLACES)


def test_of_several_rules_of_a_place_the_strictest_holds_and_a_later_one_replaces_its_forerunner() -> None:
    rules = (
        rule("pue_cap", 1.3),
        rule("pue_cap", 1.2, places=("A",)),
        rule("pue_cap", 1.25, applies_to="hub_new"),
        rule("pue_cap", 1.35, from_year=2030),
    )

    caps = by_key(pue_caps(pack(*rules), PLACES, (2027, 2030)), "cap")

    assert {k: v for k, v in caps.items() if k[1] == 2027} == {
        ("A1", 2027): 1.2, ("A2", 2027): 1.2, ("B1", 2027): 1.25, ("C1", 2027): 1.3,
    }  # fmt: skip
    assert caps["C1", 2030] == 1.35


@pytest.mark.parametrize(
    ("places", "banned"), [(("west_hub",), {"A1", "A2"}), (("A1",), {"A1"}), (("C",), {"C1"}), ((), set("ABC"))]
)
def test_places_are_markets_hubs_or_sites(places: tuple[str, ...], banned: set[str]) -> None:
    found = banned_blocks(pack(rule("pue_cap", 1.2, places=places)), PLACES, (2030,), ANNUAL, is_on=True)

    assert set(found["technology"]) == {"air"}
    assert set(found["climate"]) == banned if places else set(PLACES["climate"])


def test_caps_that_are_off_ban_nothing() -> None:
    strict = pack(rule("pue_cap", 1.0), rule("mean_pue_cap", 1.0))

    assert banned_blocks(strict, PLACES, (2030,), ANNUAL, is_on=False).empty
    assert mean_pue_caps(strict, PLACES, (2030,), is_on=False).empty
    assert not mean_pue_caps(strict, PLACES, (2030,), is_on=True).empty


def test_rules_of_hubs_speak_to_east_and_west_only() -> None:
    assert covered(rule("pue_cap", 1.2, applies_to="hub_new"), PLACES, "site") == ["A1", "A2", "B1"]
    assert covered(rule("pue_cap", 1.2, applies_to="hub_new"), CITY, "market") == []


def test_a_market_is_bound_only_where_the_rule_speaks_to_all_its_sites() -> None:
    part = pack(rule("heat_share_min", 0.2, places=("A1",)))
    whole = pack(rule("heat_share_min", 0.2, places=("A1", "A2")), rule("heat_share_min", 0.1))

    assert heat_shares(part, PLACES, (2030,)).empty
    assert by_key(heat_shares(whole, PLACES, (2030,)), "share") == {
        ("A", 2030): 0.2,
        ("B", 2030): 0.1,
        ("C", 2030): 0.1,
    }


def test_green_shares_take_the_strictest_of_base_hub_and_place() -> None:
    rules = (
        rule("green_share", 0.3),
        rule("green_share", 0.8, applies_to="hub_new"),
        rule("green_share", 0.9, places=("A",)),
        rule("green_share", 1.0, applies_to="public_procurement"),
    )

    found = by_key(green_shares(pack(*rules), PLACES, (2030,), applies_to="new_build", own={}), "green_share")

    assert found == {("A", 2030): 0.9, ("B", 2030): 0.8, ("C", 2030): 0.3}


def test_the_share_of_the_scenario_goes_before_the_pack() -> None:
    found = green_shares(pack(rule("green_share", 0.3)), PLACES, (2025, 2030), applies_to="new_build", own={2025: 0.1})

    assert found["green_share"].tolist() == [0.1] * 3 + [0.3] * 3
    with pytest.raises(UsageError, match="no rule"):
        green_shares(pack(rule("green_share", 0.3)), PLACES, (2025,), applies_to="new_build", own={})


def test_occupancy_of_all_places_is_never_stricter_than_what_some_place_must_keep() -> None:
    hubs = pack(
        rule("occupancy_min_share", 0.6, applies_to="all"), rule("occupancy_min_share", 0.65, applies_to="hub_new")
    )
    inside = PLACES[PLACES["role"] != "other"]

    assert min_occupancy(hubs, PLACES, (2030,), 0.5) == 0.6
    assert min_occupancy(hubs, inside, (2030,), 0.5) == 0.65
    assert min_occupancy(hubs, inside, (2030,), 0.7) == 0.7
    assert min_occupancy(hubs, inside, (2030,), None) is None
    assert min_occupancy(hubs, CITY, (2030,), 0.5) == 0.5


def test_occupancy_of_hubs_is_asked_hub_by_hub_and_the_strictest_holds() -> None:
    hubs = sorted(set(PLACES.loc[PLACES["role"] != "other", "hub"]))
    rules = pack(
        rule("occupancy_min_share", 0.6, applies_to="all"),
        rule("occupancy_min_share", 0.65, applies_to="hub_start_area", from_year=2030),
        rule("occupancy_min_share", 0.7, applies_to="all", places=(hubs[0],), from_year=2020),
    )

    found = by_key(hub_occupancy(rules, PLACES, (2025, 2030), 0.5), "share")

    assert found == {(hubs[0], 2025): 0.7, (hubs[0], 2030): 0.7, **{(hub, 2030): 0.65 for hub in hubs[1:]}}
    assert hub_occupancy(rules, PLACES, (2025, 2030), None).empty
    assert hub_occupancy(rules, CITY, (2025, 2030), 0.5).empty


def test_training_is_kept_out_only_by_a_share_of_nought() -> None:
    city = {"applies_to": "city", "places": ("C",)}
    none = pack(rule("training_in_city_max_share", 0.0, **city))
    some = pack(rule("training_in_city_max_share", 0.1, **city))

    assert no_training(none, PLACES, 2030, ("training", "general")).to_numpy().tolist() == [["C1", "training"]]
    assert no_training(some, PLACES, 2030, ("training", "general")).empty


def test_rules_that_are_shown_limit_nothing() -> None:
    shown = pack(*(rule(q, 1.0, effect="label") for q in ("pue_cap", "mean_pue_cap", "green_share", "heat_share_min")))

    assert pue_caps(shown, PLACES, (2030,)).empty
    assert mean_pue_caps(shown, PLACES, (2030,), is_on=True).empty
    assert heat_shares(shown, PLACES, (2030,)).empty
    with pytest.raises(UsageError):
        green_shares(shown, PLACES, (2030,), applies_to="new_build", own={})


def test_beijing_is_limited_as_before() -> None:
    beijing, places = read_policy_pack("beijing"), CITY
    pue = pd.DataFrame({"climate": "station", "technology": list("abcd"), "pue_annual": [1.1, 1.18, 1.27, 1.4]})

    energy = allowed_mwh(beijing, pue, is_on=True)

    assert energy.round().tolist() == [float("inf"), 244101.0, 81367.0, 0.0]
    assert allowed_mwh(beijing, pue, is_on=False).tolist() == [float("inf")] * 4
    assert banned_blocks(beijing, places, (2027, 2030, 2035), pue, is_on=True).empty
    assert mean_pue_caps(beijing, places, (2027, 2030, 2035), is_on=True).empty
    shares = green_shares(beijing, places, (2027, 2030, 2035), applies_to="new_build", own={})
    assert shares["green_share"].tolist() == [0.3, 0.75, 1.0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    """Return the small areas under a pack of one's own with a rule of every kind."""
    region = read_region(CASES / "small_areas")
    scenario = load_scenario(CASES / "small_areas" / "scenarios" / "reference.yaml")
    site = str(region["sites"]["site"].iloc[0])
    text = PACK.format(site=site)
    path = tmp_path_factory.mktemp("pack") / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    changes = {"policy_pack": str(path), "cooling.pue_caps": "by_size", "green.share": {}}
    return assemble(region, scenario.changed(changes))


PACK = """\
schema_version: 1
id: mine
name: {{en: Mine, zh: 我的}}
rules:
  - {{id: cap, quantity: pue_cap, value: 1.0, unit: "1", applies_to: new_build, from_year: 2031, places: [{site}], document: D, clause: c, year: 2025, confidence: high}}
  - {{id: mean, quantity: mean_pue_cap, value: 1.21, unit: "1", applies_to: new_build, from_year: 2025, document: D, clause: c, year: 2025, confidence: high}}
  - {{id: green, quantity: green_share, value: 0.37, unit: share, applies_to: new_build, from_year: 2025, document: D, clause: c, year: 2025, confidence: high}}
  - {{id: full, quantity: occupancy_min_share, value: 0.71, unit: share, applies_to: all, from_year: 2025, document: D, clause: c, year: 2025, confidence: high}}
  - {{id: hubs, quantity: occupancy_min_share, value: 0.73, unit: share, applies_to: hub_start_area, from_year: 2031, document: D, clause: c, year: 2025, confidence: high}}
  - {{id: air, quantity: air_cooling_max_kw_per_rack, value: 11, unit: kW/rack, applies_to: all, from_year: 2025, document: D, clause: c, year: 2025, confidence: high}}
  - {{id: train, quantity: training_in_city_max_share, value: 0, unit: share, applies_to: city, from_year: 2025, places: [{site}], document: D, clause: c, year: 2025, confidence: high}}
"""


def test_assembling_asks_the_pack_for_its_limits(made: Assembled) -> None:
    data, site = made.data, made.places["site"].iloc[0]
    performance = data["performance"].merge(data["technologies"][["technology", "is_liquid"]], on="technology")

    assert set(data["mean_pue_caps"]["cap"]) == {1.21}
    assert set(data["markets"]["green_share"]) == {0.37}
    assert data.rules.min_occupancy_share == 0.73  # every area lies in a hub
    assert by_key(data["hub_occupancy"], "share") == {("coast", 2035): 0.73, ("plain", 2035): 0.73}
    assert performance.loc[performance["workload"] == "inference", "is_liquid"].all()  # 12 kW per rack
    assert set(data["banned_blocks"]["climate"]) == {site}
    assert set(data["banned_blocks"]["year"]) == {2035}
    at_site = data["performance"][data["performance"]["climate"] == site]
    assert "training" not in set(at_site["workload"])
    assert "training" in set(data["performance"]["workload"])


def test_limits_of_air_and_training_act_in_the_years_of_their_rules(tmp_path: Path) -> None:
    region = read_region(CASES / "small_areas")
    scenario = load_scenario(CASES / "small_areas" / "scenarios" / "reference.yaml")
    site = str(region["sites"]["site"].iloc[0])
    path = tmp_path / "later.yaml"
    text = PACK.format(site=site)
    for name in ("air", "train"):
        head, tail = text.split(f"{{id: {name},")
        text = f"{head}{{id: {name},{tail.replace('from_year: 2025', 'from_year: 2031', 1)}"
    path.write_text(text, encoding="utf-8")
    changes = {"policy_pack": str(path), "cooling.pue_caps": "by_size", "green.share": {}}

    data = assemble(region, scenario.changed(changes)).data

    pairs = data["performance"].merge(data["technologies"][["technology", "is_liquid"]], on="technology")
    dense = pairs[(pairs["workload"] == "inference") & ~pairs["is_liquid"].astype(bool)]
    trained = pairs[(pairs["workload"] == "training") & (pairs["climate"] == site)]
    columns = ["climate", "technology", "workload"]
    wanted = {tuple(row) for part in (dense, trained) for row in part[columns].to_numpy()}
    banned = data["banned_loads"]
    assert len(dense)
    assert len(trained)
    assert set(banned["year"]) == {2035}
    assert {tuple(row) for row in banned[columns].to_numpy()} == wanted
    loads = build(data).decisions["load_mw"].merge(data["sites"][["site", "climate"]], on="site").merge(banned)
    assert len(loads)
    assert (loads["upper"] == 0.0).all()
