"""Audit of water: pipes in reach, each plant in each month with what changed halls free, and the city's cap."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from planner.assemble_water import DRINKING, OF_HUB
from planner.audit_case import Case
from planner.audit_compare import Limit, Outcome, beside, equal, known, outcome, same, total, within
from planner.audit_power import route_km, straight_km

PIPE = ["site", "plant"]
PLANT_MONTH = ["plant", "month", "year"]


def check_pipes(case: Case) -> Iterator[Outcome]:
    """Every pipe reaches its plant and is as long as its route."""
    pipes, plants = case.pipes, case.region["reclaimed_plants"]
    allowed = set(case.tables["pipes"][PIPE].itertuples(index=False, name=None))
    yield known("pipe_in_reach", pipes, allowed, keys=PIPE)
    if case.region.is_area:  # a hub's own water: its limit is the hub's, nothing is dug
        near = (pipes["km"] == 0.0).to_numpy(bool)
        yield outcome("pipe_km", pipes, near, keys=PIPE, expected=0.0, found=pipes["km"])
        hubs = case.region["hubs"]
        yield from _names(case, hubs.assign(plant=hubs["hub"].map(OF_HUB.format)))
        return
    dug = pipes[pipes["plant"] != DRINKING]
    straight = straight_km(case, dug, plants, key="plant")
    rows = dug.assign(used=straight, limit=case.scenario.water.reach_km)
    yield within("water_reach", rows, keys=PIPE, unit="km")
    km = route_km(case, straight)
    ok = ((km - dug["km"]).abs() <= 1e-3).to_numpy()  # positions are rounded in the plan
    yield outcome("pipe_km", dug, ok, keys=PIPE, expected=km, found=dug["km"])
    table = pipes[PIPE].merge(case.tables["pipes"], on=PIPE, how="left")["km"]
    yield equal("pipe_km", pipes.assign(expected=table.to_numpy(), found=pipes["km"]), keys=PIPE, unit="km")
    yield from _names(case, plants)


def _names(case: Case, plants: pd.DataFrame) -> Iterator[Outcome]:
    """A plant bears the names of the region."""
    names = plants[["plant", "name_en", "name_zh"]]
    said = pd.DataFrame(
        [(w["plant"], w["name"], w["name_zh"]) for s in case.plan["sites"] for w in s["water"]],
        columns=["plant", "name", "zh"],
    ).merge(names, on="plant")
    for column, other in (("name", "name_en"), ("zh", "name_zh")):
        yield same("plant_name", said.assign(expected=said[other], found=said[column]), keys=["plant"])


def check_site_water(case: Case) -> Iterator[Outcome]:
    """Water of a site by plant and year is what its wet load evaporates, blowdown included."""
    use, by = case.water_loads, [*PIPE, "year"]
    rows = beside(total(use, by, "m3"), case.of_pipes("by_year"), keys=by)
    yield equal("site_water", rows, keys=by, unit="m3/year")
    worst = use.groupby([*PIPE, "technology", "workload", "year"], as_index=False)["peak_m3_per_day"].max()
    rows = beside(total(worst, by, "peak_m3_per_day"), case.of_pipes("peak_m3_per_day"), keys=by)
    yield equal("site_peak_water", rows, keys=by, unit="m3/day")
    last = use[use["year"] == case.years[-1]]
    said = pd.DataFrame(
        [(s["id"], w["plant"], w["m3_per_year"]) for s in case.plan["sites"] for w in s["water"]],
        columns=[*PIPE, "value"],
    )
    yield equal("site_water", beside(total(last, PIPE, "m3"), said, keys=PIPE), keys=PIPE, unit="m3/year")


def plant_use(case: Case) -> pd.DataFrame:
    """Return plant, month, year, used, limit [m3/day] of every plant: peak day of new sites and change of stock."""
    new = total(case.water_loads, PLANT_MONTH, "peak_m3_per_day")
    change = case.halls.merge(case.tables["stock_plant"], on=["stock", "option"])
    change = change.assign(change=change["n"] * change["m3_per_day_change"])
    freed = change.groupby(PLANT_MONTH, as_index=False)["change"].sum()
    rows = case.tables["supply"][[*PLANT_MONTH, "m3_per_day"]].merge(new, on=PLANT_MONTH, how="left")
    rows = rows.merge(freed, on=PLANT_MONTH, how="left").fillna({"value": 0.0, "change": 0.0})
    return rows[PLANT_MONTH].assign(used=rows["value"] + rows["change"], limit=rows["m3_per_day"])


def city_use(case: Case) -> pd.DataFrame:
    """Return year, new_m3, change_m3, stock_m3 (with the change), cap_m3 of the city [m3/year]."""
    new = case.water_loads.groupby("year")["m3"].sum().reindex(list(case.years), fill_value=0.0)
    halls = case.hall_changes
    change = (halls["n"] * halls["water_change_m3_per_year"]).groupby(halls["year"]).sum()
    change = change.reindex(list(case.years), fill_value=0.0)
    table = case.tables["years_table"].set_index("year").reindex(list(case.years))
    return pd.DataFrame(
        {
            "year": list(case.years),
            "new_m3": new.to_numpy(float),
            "change_m3": change.to_numpy(float),
            "stock_m3": table["stock_water_m3"].to_numpy(float) + change.to_numpy(float),
            "cap_m3": table["city_water_cap_m3"].to_numpy(float),
        }
    )


def check_water_tables(case: Case) -> Iterator[Outcome]:
    """The plan's tables of water by plant and month, and of the city, say what was computed."""
    use = plant_use(case)
    said = case.listed("plant_water", [*PLANT_MONTH, "used_m3_per_day", "limit_m3_per_day"])
    for column, field in (("used", "used_m3_per_day"), ("limit", "limit_m3_per_day")):
        rows = beside(total(use, PLANT_MONTH, column), total(said, PLANT_MONTH, field), keys=PLANT_MONTH)
        yield equal("plant_water", rows, keys=PLANT_MONTH, unit="m3/day")
    city = city_use(case)
    totals = case.listed("water_totals", ["year", "new_m3", "stock_m3", "cap_m3"])
    for column in ("new_m3", "stock_m3", "cap_m3"):
        rows = beside(total(city, ["year"], column), total(totals, ["year"], column), keys=["year"])
        yield equal("water_totals", rows, keys=["year"], unit="m3/year")


def limits(case: Case) -> Iterator[Limit]:
    """Return supply by plant and month, and the city's cap."""
    is_on = case.is_on("water")
    yield Limit("plant_supply", "m3/day", plant_use(case), is_enforced=is_on)
    city = city_use(case).dropna(subset=["cap_m3"])
    base = city["stock_m3"] - city["change_m3"]
    rows = pd.DataFrame(
        {"year": city["year"], "used": city["new_m3"] + city["change_m3"], "limit": city["cap_m3"] - base}
    )
    yield Limit("city_water", "m3/year", rows, is_enforced=is_on)
