"""The bundled region East Data, West Compute: facts as stated, blanks unknown, and assumed figures by their stated rules."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from planner.errors import InputProblems
from planner.read import read_region
from planner.region import Region, confidence_of
from planner.scenario import Scenario, load_scenario
from planner.scenario_yaml import dump

FOLDER = Path(__file__).parents[2] / "gis_data" / "east_west"
SCENARIOS = FOLDER / "scenarios"
MU_PER_HA = 15.0
HOURS = 8760.0
STATED_RACKS = {"HB-HL": 223_000, "GD-SG": 9_000, "CQ-JK": 1_500, "GZ-GA": 153_000, "NM-HL": 266_000}
STATED_PFLOPS = {"HB-HL": 2_921, "GD-SG": 23, "GZ-GA": 1_005, "NM-HL": 24_000, "BJ": 22_000, "QH-XN": 2_600}
STATED_PROJECTS = {"HB-HL": 10, "HB-ZB": 11, "GD-SG": 2, "GZ-GA": 19, "NM-HL": 32}
VARIANTS = ("latency_off", "tight_latency", "certificates_dear", "prices_reversed")


@pytest.fixture(scope="module")
def region() -> Region:
    """Return the bundled region."""
    return read_region(FOLDER)


@pytest.fixture(scope="module")
def reference() -> Scenario:
    """Return the reference scenario."""
    return load_scenario(SCENARIOS / "reference.yaml")


def known(frame: pd.DataFrame, column: str, *, by: str = "site") -> dict[str, float]:
    """Return the cells of a column that are known."""
    return frame.set_index(by)[column].dropna().to_dict()


def test_there_are_21_areas_of_eight_hubs_beijing_and_four_places_in_qinghai(region: Region) -> None:
    sites, roles = region["sites"], region["hubs"].set_index("hub")["role"]
    n = sites.groupby("hub")["site"].count()
    hubs = n.drop(["beijing", "qinghai"])

    assert region.is_area
    assert len(hubs) == 8
    assert hubs.sum() == 21
    assert (n["beijing"], n["qinghai"]) == (1, 4)
    assert (roles[hubs.index] == "east").sum() == (roles[hubs.index] == "west").sum() == 4
    assert not sites["site"].eq("QH").any()  # the province's total is no place


def test_existing_facilities_are_those_stated_and_every_other_cell_is_unknown(region: Region) -> None:
    existing = region["existing"]

    assert known(existing, "racks_std") == STATED_RACKS
    assert known(existing, "compute_pflops") == STATED_PFLOPS
    assert known(existing, "dc_projects") == STATED_PROJECTS
    assert known(existing, "mean_temp_c") == {"HB-HL": 9.1, "NM-HL": 6.2, "QH-XN": 4.0}
    assert not (existing[["racks_std", "compute_pflops", "dc_projects"]] == 0).any(axis=None)


def test_prices_and_renewable_shares_that_no_document_states_stay_unknown(region: Region) -> None:
    markets = region["markets"].set_index("market")
    used = region["sites"]["market"].unique()
    price_marks = confidence_of(region["markets"], "energy_cny_per_kwh").set_axis(markets.index)

    assert set(markets.index[markets["renewable_gen_share_of_use"].isna()]) == {"BJ", "SH"}
    assert markets["energy_cny_per_kwh"].isna().sum() == 17
    assert markets.loc[used, "energy_cny_per_kwh"].notna().all()
    assert markets.loc["NM", "energy_cny_per_kwh"] == 0.32
    assert set(price_marks.index[price_marks == "high"]) == {"NM"}
    assert set(price_marks[markets["energy_cny_per_kwh"].notna()].unique()) == {"high", "low"}


def test_only_two_areas_are_stated(region: Region) -> None:
    sites = region["sites"].set_index("site")
    marks = confidence_of(region["sites"], "area_ha").set_axis(sites.index)

    assert set(marks.index[marks == "high"]) == {"AH-YJ", "QH-HX"}
    assert set(marks.unique()) == {"high", "assumed"}
    assert sites.loc["AH-YJ", "area_ha"] == pytest.approx(818 / MU_PER_HA, abs=0.005)
    assert sites.loc["QH-HX", "area_ha"] == 8.487


@pytest.mark.parametrize("table", ["sites", "hubs", "existing", "markets", "districts", "demand_shares", "resources",
                                   "heat_sinks", "climate", "prices"])  # fmt: skip
def test_every_row_tells_its_source_and_how_far_it_can_be_trusted(region: Region, table: str) -> None:
    frame = region[table]

    assert frame["source"].notna().all()
    assert frame["confidence"].notna().all()


def test_the_provinces_hold_the_population_of_the_census(region: Region) -> None:
    districts = region["districts"]

    assert len(districts) == 31
    assert districts["population"].sum() == 1_411_778_724 - 2_000_000  # less service members, who are in no province


def test_shapes_are_discs_of_a_fifth_of_the_province_and_no_borders(region: Region) -> None:
    districts = region["districts"]
    km2 = districts.geometry.area / 1e6

    assert (km2 <= 0.2 * districts["area_km2"] * 1.01).all()
    assert districts["source"].str.contains("not an administrative boundary").all()
    overlaps = districts.sindex.query(districts.geometry, predicate="overlaps")
    assert all(
        districts.geometry.iloc[i].intersection(districts.geometry.iloc[j]).area < 1e6 for i, j in overlaps.T if i < j
    )


def test_green_power_on_offer_follows_from_the_share_of_use(region: Region) -> None:
    rows = region["resources"].merge(
        region["markets"][["market", "renewable_gen_share_of_use", "electricity_use_twh"]], on="market"
    )
    after = rows["year"] - 2025
    expected_mwh = (
        rows["renewable_gen_share_of_use"] * rows["electricity_use_twh"] * 1e6 * 1.05**after * (0.01 + 0.01 * after)
    )

    assert set(rows["market"]) == set(region["sites"]["market"]) - {"BJ", "SH"}
    assert rows["available_mwh_per_year"].to_numpy() == pytest.approx(expected_mwh.to_numpy(), abs=501.0)
    assert (rows["kind"] == "green_power").all()


def test_scarcer_green_power_is_never_cheaper(region: Region) -> None:
    rows = region["resources"].query("kind == 'green_power'").drop_duplicates("market")
    rows = rows.merge(region["markets"][["market", "renewable_gen_share_of_use"]], on="market")
    by_scarcity = rows.sort_values("renewable_gen_share_of_use", ascending=False)["premium_cny_per_mwh"]

    assert by_scarcity.is_monotonic_increasing
    assert by_scarcity.iloc[0] < by_scarcity.iloc[-1]


def test_certificates_are_a_tenth_of_the_volume_traded(region: Region) -> None:
    rows = region["resources"].query("kind == 'certificate'").set_index("year")

    assert rows["available_mwh_per_year"][2025] == pytest.approx(0.1 * 2.91e8)
    assert rows["available_mwh_per_year"][2035] == pytest.approx(0.1 * 2.91e8 * 1.1**10, abs=501)
    assert rows["market"].isna().all()
    assert rows["premium_cny_per_mwh"].between(3, 50).all()


NATIONAL_MW = 150e6 * 1.154 / 1.48 / HOURS  # mean IT load at the end of 2024: F036, F037, F072
AI_SHARE = 0.10  # F089
CLASSES = {  # part, share of it, share asked of these areas
    "realtime_inference": ("ai", 0.30, 0.10),
    "inference": ("ai", 0.30, 0.20),
    "training": ("ai", 0.40, 0.25),
    "general": ("general", 0.60, 0.10),
    "finance": ("general", 0.10, 0.10),
    "archive": ("general", 0.30, 0.20),
}
GROWTH = {"ai": (0.43, 0.20), "general": (0.154, 0.077)}  # until 2030, afterwards


def national_mw(part: str, year: int) -> float:
    """Return the country's mean IT load of one part."""
    early, late = GROWTH[part]
    base = NATIONAL_MW * (AI_SHARE if part == "ai" else 1.0 - AI_SHARE)
    return base * (1.0 + early) ** (min(year, 2030) - 2024) * (1.0 + late) ** max(0, year - 2030)


def test_demand_follows_from_the_national_load_by_the_stated_shares(reference: Scenario) -> None:
    assert set(reference.workloads) == set(CLASSES)
    for name, (part, share, asked) in CLASSES.items():
        spec = reference.workloads[name]
        for year in reference.years:
            new = national_mw(part, year) - national_mw(part, 2024)
            assert spec.demand_mw[year] == pytest.approx(new * share * asked / spec.load_factor, abs=0.6)


def test_the_national_load_lies_between_the_two_published_paths(reference: Scenario) -> None:
    total_2030 = (national_mw("ai", 2030) + national_mw("general", 2030)) * HOURS / 1e6
    mean = {y: sum(w.demand_mw[y] * w.load_factor for w in reference.workloads.values()) for y in reference.years}
    growth = {y: sum(national_mw(p, y) - national_mw(p, 2024) for p in GROWTH) for y in reference.years}

    assert 150 * 1.154**7 < total_2030 * 1.35 < 700  # F037, F039
    assert all(0.14 < mean[y] / growth[y] < 0.16 for y in reference.years)


def test_energy_of_a_hub_is_limited_to_the_stated_share_of_its_province(region: Region, reference: Scenario) -> None:
    use = region["markets"].set_index("market")["electricity_use_twh"]
    of_hub = region["sites"].drop_duplicates("hub").set_index("hub")["market"]
    limited = {hub: limits.energy_mwh for hub, limits in reference.hubs.items() if limits.energy_mwh}

    assert set(limited) == {"jing_jin_ji", "inner_mongolia", "gansu", "ningxia", "guizhou", "qinghai"}
    for hub, caps in limited.items():
        for year, cap in caps.items():
            share = 0.005 + 0.003 * (year - 2025)
            assert cap == pytest.approx(use[of_hub[hub]] * 1e6 * 1.05 ** (year - 2025) * share, abs=5_001)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_differs_from_the_reference_only_where_it_says(name: str, reference: Scenario) -> None:
    variant = load_scenario(SCENARIOS / f"{name}.yaml")
    own, base = variant.to_dict(), reference.to_dict()
    changed = {key for key in {*own, *base} if own.get(key) != base.get(key)} - {"name"}

    expected = {"latency_off": "latency", "tight_latency": "workloads"}
    assert changed == {expected.get(name, "edits")}
    assert variant.name != reference.name


def test_reversed_prices_turn_the_order_of_the_markets_round(region: Region) -> None:
    edits = load_scenario(SCENARIOS / "prices_reversed.yaml").edits["markets"]
    price = region["markets"].set_index("market")["energy_cny_per_kwh"]

    assert set(edits) == set(region["sites"]["market"])
    for market, cells in edits.items():
        assert float(str(cells["energy_cny_per_kwh"])) == pytest.approx(1.10 - price[market])


def based_on(folder: Path, text: str) -> Path:
    """Return a scenario file beside a copy of the reference."""
    (folder / "reference.yaml").write_text((SCENARIOS / "reference.yaml").read_text("utf-8"), "utf-8")
    (folder / "own.yaml").write_text(text, "utf-8")
    return folder / "own.yaml"


def test_a_scenario_file_may_tell_a_difference_only(tmp_path: Path, reference: Scenario) -> None:
    file = based_on(tmp_path, "based_on: reference.yaml\nchanges: {demand_scale: 2.0, heat.is_on: false}\n")

    found = load_scenario(file)

    assert (found.demand_scale, found.heat.is_on) == (2.0, False)
    assert found.name == reference.name
    assert Path(found.region) == tmp_path.parent
    assert "based_on" not in dump(found)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("based_on: reference.yaml\nyears: [2030]\n", "years"),
        ("based_on: ../reference.yaml\n", "based_on"),
        ("based_on: 7\n", "based_on"),
        ("based_on: reference.yaml\nchanges: [a]\n", "changes"),
        ("based_on: reference.yaml\nchanges: {heating.is_on: true}\n", "changes"),
        ("based_on: reference.yaml\nchanges: {heat.is_hot: true}\n", "heat.is_hot"),
        ("based_on: own.yaml\n", "based_on"),
    ],
)
def test_a_wrong_difference_is_told_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(InputProblems) as raised:
        load_scenario(based_on(tmp_path, text))

    assert [problem.column for problem in raised.value.problems] == [place]
