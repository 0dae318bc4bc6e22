"""Audit of a plan's form: it answers this scenario, its names exist, and numbers written twice agree."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from planner.audit_case import DRY, Case, typed
from planner.audit_compare import Outcome, beside, equal, holds, known, number, outcome, same, total
from planner.region import uncertain_positions
from planner.scenario import SCHEMA_VERSION

STATUSES = ("optimal", "time_limit", "interrupted")
UNIQUE: Mapping[str, tuple[str, ...]] = {
    "sites": ("id",),
    "outside": ("id", "year", "workload"),
    "unserved": ("district", "workload", "year"),
    "assignments": ("district", "workload", "year", "site"),
    "stock": ("id", "year"),
    "green": ("year", "resource", "market"),
    "energy": ("year",),
    "plant_water": ("year", "month", "plant"),
    "water_totals": ("year",),
    "ledger": ("term", "year"),
    "reinforcements": ("node", "state"),
    "flexible": ("substation", "year"),
    "markets": ("market", "year"),
    "hubs": ("hub", "year"),
    "existing": ("site", "year"),
    "heat": ("site", "sink", "year"),
    "investments": ("year",),
    "decide_now": ("site", "year"),
}
INSIDE: Mapping[str, tuple[str, ...]] = {
    "loads": ("year", "technology", "plant", "workload"),
    "blocks": ("year", "technology"),
    "feeds": ("substation",),
    "water": ("plant",),
    "cooling": ("technology",),
}
MAY_BE_NEGATIVE = frozenset({"lon", "lat", "emissions_t", "mean_temp_c"})
SIGNED_LISTS = frozenset(
    {"loop", "limits", "ledger", "objective", "plant_water", "water_totals", "investments", "conversions", "rules"}
)


def check_identity(case: Case) -> Iterator[Outcome]:
    """The plan is of this region and scenario, with their years."""
    plan, region, scenario = case.plan, case.region, case.scenario
    for name, expected, found in (
        ("schema_version", SCHEMA_VERSION, plan["schema_version"]),
        ("region", region.id, plan["region"]["id"]),
        ("region_fingerprint", region.fingerprint, plan["region"]["fingerprint"]),
        ("is_synthetic_grid", region.is_synthetic_grid, plan["region"]["is_synthetic_grid"]),
        ("objective_name", scenario.objective.name, plan["objective"]["name"]),
        ("years", list(scenario.years), list(plan["years"])),
        ("years", list(case.data.years), list(plan["years"])),
    ):
        yield holds(name, expected == found, expected=expected, found=found)
    yield holds("status", plan["status"] in STATUSES, expected="a plan", found=plan["status"])
    asked = scenario.model_dump(mode="json", exclude={"region"})
    for key in sorted({*asked, *plan["scenario"]}):
        want, have = asked.get(key), plan["scenario"].get(key)
        yield holds("scenario", _plain(want) == _plain(have), expected=want, found=have, index=[key])


def _plain(value: Any) -> Any:
    """Return a value with text keys and lists, as JSON keeps it."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def check_uniqueness(case: Case) -> Iterator[Outcome]:
    """No entry stands twice."""
    for name, keys in UNIQUE.items():
        yield _once(name, [tuple(row.get(k) for k in keys) for row in case.plan[name]])
    for name, keys in INSIDE.items():
        yield _once(name, [(site["id"], *(row[k] for k in keys)) for site in case.plan["sites"] for row in site[name]])


def _once(name: str, keys: list[tuple[Any, ...]]) -> Outcome:
    rows = pd.DataFrame({"list": name, "key": [" / ".join(map(str, k)) for k in keys]})
    return outcome("unique", rows, ~rows["key"].duplicated().to_numpy(), keys=["list", "key"], expected=1, found=2)


def check_names(case: Case) -> Iterator[Outcome]:
    """Every name is one of the region or the scenario."""
    tables, region = case.tables, case.region
    plants = [*tables["plants"]["plant"]]
    years = list(case.years)
    yield known("known_site", case.sites, tables["sites"]["site"], keys=["site"])
    for frame in (case.loads, case.blocks):
        yield known("known_technology", frame, tables["technologies"]["technology"], keys=["technology"])
    yield known("known_plant", case.loads, [DRY, *plants], keys=["plant"])
    yield known("known_plant", case.pipes, plants, keys=["plant"])
    yield known("known_substation", case.feeds, region["substations"]["substation"], keys=["substation"])
    yield known("known_year", case.sites, years, keys=["open_year"])
    yield known("known_year", case.feeds, years, keys=["built_year"])
    yield known("known_stock", case.halls, region["stock"]["stock"], keys=["stock"])
    yield known("known_outside", case.outside, region["outside_sites"]["outside"], keys=["outside"])
    yield known("known_resource", case.green, region["resources"]["resource"], keys=["resource"])
    for frame in (case.loads, case.outside, case.unserved, case.assignments):
        yield known("known_workload", frame, case.scenario.workloads, keys=["workload"])
    for frame in (case.unserved, case.assignments):
        yield known("known_district", frame, region["districts"]["district"], keys=["district"])
    for frame in (case.loads, case.blocks, case.outside, case.unserved, case.assignments, case.green, case.halls):
        yield known("known_year", frame, years, keys=["year"])


def check_numbers(case: Case) -> Iterator[Outcome]:
    """Numbers are finite, amounts are not negative, counts are whole."""
    found: list[tuple[str, str, Any]] = []
    for name, value in case.plan.items():
        if name not in ("scenario", "record", "grid", "audit", "infeasible", "bound", "gap"):
            _walk(value, [name], found)
    rows = pd.DataFrame(found, columns=["list", "place", "value"])
    values = rows["value"].to_numpy(float)
    yield outcome("finite", rows, np.isfinite(values), keys=["list", "place"], expected="a number", found=rows["value"])
    field = rows["place"].str.rsplit(".", n=1).str[-1]
    signed = field.isin(MAY_BE_NEGATIVE) | rows["list"].isin(SIGNED_LISTS)
    amounts = rows[~signed]
    ok = amounts["value"].to_numpy(float) >= 0.0
    yield outcome("not_negative", amounts, ok, keys=["list", "place"], expected=">= 0", found=amounts["value"])
    counts = rows[field.isin(["n", "n_halls", "keep"]) | rows["place"].str.contains(r"\.options\.")]
    whole = counts["value"].to_numpy(float)
    yield outcome("whole", counts, whole == np.round(whole), keys=["list", "place"], expected="whole", found=whole)


def _walk(value: Any, path: list[str], found: list[tuple[str, str, Any]]) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _walk(inner, [*path, str(key)], found)
    elif isinstance(value, list | tuple):
        for k, inner in enumerate(value):
            _walk(inner, [*path, str(k)], found)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found.append((path[0], ".".join(path[1:]), float(value)))


def check_site_facts(case: Case) -> Iterator[Outcome]:
    """Place, district, climate and names of a site are those of its candidate; feeds those of their substation."""
    here = case.sites.merge(case.candidates, on="site", how="left", suffixes=("", "_c"))
    here = here.merge(case.tables["sites"][["site", "climate"]], on="site", how="left", suffixes=("", "_c"))
    for column in ("lon", "lat"):
        yield equal("place", _pair(here, f"{column}_c", column), keys=["site"], unit="-")
    for column, other in (("district", "district_c"), ("climate", "climate_c"), ("name", "name_en"),
                          ("name_zh", "name_zh_c")):  # fmt: skip
        yield same("site_name" if "name" in column else column, _pair(here, other, column), keys=["site"])
    subs = case.region["substations"]
    fed = case.feeds.merge(subs, on="substation", how="left", suffixes=("", "_c"))
    yield equal("feed_voltage", _pair(fed, "feed_voltage_kv", "voltage_kv"), keys=["site", "substation"], unit="-")
    for column, other in (("name", "name_en"), ("name_zh", "name_zh_c"), ("bus", "bus_c"), ("parent", "parent_c")):
        yield same("feed_name", _pair(fed, other, column), keys=["site", "substation"])
    unsure = uncertain_positions(fed, feed_km=fed["km"])
    fed = fed.assign(expected=unsure.to_numpy(bool), found=fed["is_position_uncertain"])
    yield same("uncertain_position", fed, keys=["site", "substation"])
    any_unsure = fed[fed["expected"].astype(bool)]["site"].unique()
    sites = case.sites.assign(expected=case.sites["site"].isin(any_unsure), found=case.sites["is_position_uncertain"])
    yield same("uncertain_position", sites, keys=["site"])


def _pair(frame: pd.DataFrame, expected: str, found: str) -> pd.DataFrame:
    keys = [c for c in ("site", "substation") if c in frame]
    return frame[keys].assign(expected=frame[expected].to_numpy(), found=frame[found].to_numpy())


def check_site_totals(case: Case) -> Iterator[Outcome]:
    """What a site says by year is the sum of its loads and blocks."""
    sums, pf = case.site_years, case.scenario.power.power_factor
    for field, column, unit in (
        ("it_mw", "drawn_mw", "MW"),
        ("installed_mw", "installed_mw", "MW"),
        ("facility_mva", "mva", "MVA"),
        ("energy_mwh", "mwh", "MWh/year"),
        ("land_ha", "ha", "ha"),
    ):
        rows = beside(total(sums, ["site", "year"], column), case.of_sites(field), keys=["site", "year"])
        yield equal(f"site_{field}", rows, keys=["site", "year"], unit=unit)
    facility = total(sums.assign(mw=sums["mva"] * pf), ["site", "year"], "mw")
    rows = beside(facility, case.of_sites("facility_mw"), keys=["site", "year"])
    yield equal("site_facility_mw", rows, keys=["site", "year"], unit="MW")
    yield from _cooling_totals(case)


def _cooling_totals(case: Case) -> Iterator[Outcome]:
    by = ["site", "technology"]
    last = case.loads[case.loads["year"] == case.years[-1]]
    cooling = [(s["id"], c["technology"], c["it_mw"]) for s in case.plan["sites"] for c in s["cooling"]]
    said = typed(pd.DataFrame(cooling, columns=[*by, "value"]))
    yield equal("site_cooling", beside(total(last, by, "it_mw"), said, keys=by), keys=by, unit="MW")
    maps = [
        (s["id"], c["technology"], int(y), mw)
        for s in case.plan["sites"]
        for c in s["cooling"]
        for y, mw in c["installed_mw"].items()
    ]
    said = typed(pd.DataFrame(maps, columns=[*by, "year", "value"]))
    rows = beside(total(case.blocks, [*by, "year"], "mw"), said, keys=[*by, "year"])
    yield equal("site_cooling", rows, keys=[*by, "year"], unit="MW")


def check_bound(case: Case) -> Iterator[Outcome]:
    """Bound and gap belong to the objective: the bound is no worse than the plan, and a finished solve met its gap."""
    plan, value, bound, gap = case.plan, case.plan["objective"]["value"], case.plan["bound"], case.plan["gap"]
    is_most = case.scenario.objective.name == "it_mw"
    sense = "maximise" if is_most else "minimise"
    yield holds("sense", plan["objective"]["sense"] == sense, expected=sense, found=plan["objective"]["sense"])
    if bound is None:
        yield holds("gap", gap is None, expected=None, found=gap)
        return
    slack = 1e-6 * max(1.0, abs(value))
    ahead = bound - value if is_most else value - bound
    yield holds("bound", ahead >= -slack, expected=f"not beyond {value}", found=bound)
    yield number("gap", abs(value - bound) / max(abs(value), 1e-9), math.nan if gap is None else gap, unit="-")
    if plan["status"] == "optimal":
        most = case.scenario.solver.gap + 1e-6 / max(abs(value), 1e-9) + 1e-6
        yield holds("gap", gap is not None and gap <= most, expected=f"<= {most}", found=gap)
