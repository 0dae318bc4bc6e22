"""The AC check of a plan or of a planner's own sites: loads at feeding buses, N-0 and N-1, in every year and situation."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.assemble import Assembled
from planner.errors import InputProblems, Problem
from planner.i18n import gettext as _
from planner.plan_loads import unseen_stations
from planner.read_text import decode
from planner.region import Region
from planner.scenario import Network, Power, Scenario
from planner.secure import GridCases

PlanDict = Mapping[str, Any]
COLUMNS = ("site", "substation", "mw")
NO_NETWORK_OF_AREAS = "the areas have grid access of their own, and no network is modelled"


def not_checked(region: Region, reason: str) -> tuple[str, dict[str, Any]]:
    """Return the verdict and the grid record of a plan that no AC model has seen."""
    grid = {"status": "not_checked", "reason": reason, "is_synthetic": region.is_synthetic_grid, "rules": {}}
    return "not_checked", {**grid, "base": [], "outages": []}


def check_plan(
    plan: PlanDict, region: Region, scenario: Scenario, *, assembled: Assembled
) -> tuple[str, dict[str, Any]]:
    """Return secure, insecure or not_checked, and the grid record with every outage."""
    if region.grid is None:
        return not_checked(region, NO_NETWORK_OF_AREAS if region.is_area else "no AC network")
    cases = GridCases(region, scenario)
    found = cases.check(list(cases.cases(plan, assembled)))
    return verdict(cases.record(found), is_secure=found.check.is_secure, unseen=unseen_stations(plan))


def verdict(grid: dict[str, Any], *, is_secure: bool, unseen: list[str]) -> tuple[str, dict[str, Any]]:
    """Return the verdict of a check: load that the network does not see leaves a plan unchecked."""
    if not is_secure:
        return "insecure", grid
    if unseen:
        return "not_checked", {**grid, "reason": "feeds without AC bus: " + ", ".join(unseen)}
    return "secure", grid


def check_sites(region: Region, path: str | Path) -> dict[str, Any]:
    """Check a planner's own sites (CSV with site, substation, mw and optionally year) without optimising."""
    path = Path(path)
    table = _read_csv(path)
    problems = _site_problems(table, region, path.name)
    if problems:
        raise InputProblems(problems)
    if region.grid is None:
        security, grid = not_checked(region, "no AC network")
        return {"security": security, "grid": grid}
    pf = float(region.meta.get("grid", {}).get("power_factor", 1.0))
    bus_of = region["substations"].set_index("substation")["bus"]
    years = table["year"].astype(int) if "year" in table else pd.Series(region.base_year, index=table.index)
    frame = pd.DataFrame({"bus": table["substation"].map(bus_of), "mva": table["mw"].astype(float) / pf, "from": years})
    wanted = sorted(int(y) for y in years.unique())
    loads = pd.concat([frame[frame["from"] <= year].assign(year=year) for year in wanted])
    cases = GridCases(region, plain_scenario(years=wanted, power_factor=pf))
    found = cases.check(list(cases.cases_of(loads, years=wanted, states={})))
    unseen = sorted(table.loc[frame["bus"].isna(), "substation"].unique())
    security, grid = verdict(cases.record(found), is_secure=found.check.is_secure, unseen=unseen)
    return {"security": security, "grid": grid}


def plain_scenario(*, years: list[int], power_factor: float) -> Scenario:
    """Return what a check without a scenario asks of the network: default rules, no growth, nothing built."""
    power = Power(power_factor=power_factor, background_growth_per_year=0.0)
    return Scenario.model_construct(years=tuple(years), power=power, network=Network())


def _read_csv(path: Path) -> pd.DataFrame:
    decoded = decode(path.read_bytes(), file=path.name, layer="sites")
    if isinstance(decoded, Problem):
        raise InputProblems([decoded])
    try:
        return pd.read_csv(io.StringIO(decoded[0]), dtype=str, skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        message = _("{file} is not a table: {why}").format(file=path.name, why=str(error).strip())
        remedy = _("Write a CSV with the columns site, substation, mw and optionally year.")
        raise InputProblems([Problem(path.name, "sites", None, None, None, "no_table", message, remedy)]) from error


def _site_problems(table: pd.DataFrame, region: Region, file: str) -> list[Problem]:
    def problem(row: int | None, column: str, value: object, *, code: str, message: str, remedy: str) -> Problem:
        shown = None if value is None else str(value)
        return Problem(file, "sites", row, column, shown, code, message, remedy)

    missing = [c for c in COLUMNS if c not in table.columns]
    if missing:
        remedy = _("Write a CSV with the columns site, substation, mw and optionally year.")
        return [
            problem(None, c, None, code="missing_column",
                    message=_("The column {column} is missing.").format(column=c), remedy=remedy)
            for c in missing
        ]  # fmt: skip
    if not len(table):
        return [problem(None, "site", None, code="no_rows", message=_("The file names no site."),
                        remedy=_("Write one row per site and feed."))]  # fmt: skip
    known = set(region["substations"]["substation"])
    out = []
    years = pd.to_numeric(table["year"], errors="coerce") if "year" in table else pd.Series(0, index=table.index)
    for row in np.flatnonzero(years.isna() | (years % 1 != 0)).tolist():
        given = table["year"].iloc[row]
        out.append(
            problem(row + 2, "year", given, code="bad_year",
                    message=_("{value} is no year.").format(value=given),
                    remedy=_("Write the year from which the load is there, or leave the column out."))
        )  # fmt: skip
    mw = pd.to_numeric(table["mw"], errors="coerce")
    for row, (station, given, value) in enumerate(zip(table["substation"], table["mw"], mw, strict=True), start=2):
        if station not in known:
            out.append(
                problem(row, "substation", station, code="unknown_substation",
                        message=_("The region has no substation {name}.").format(name=station),
                        remedy=_("Take a substation id from the region's substations."))
            )  # fmt: skip
        if not 0 <= value < np.inf:
            out.append(
                problem(row, "mw", given, code="bad_mw",
                        message=_("{value} is no load in MW.").format(value=given),
                        remedy=_("Write the facility load in MW, 0 or more."))
            )  # fmt: skip
    return out
