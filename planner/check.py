"""The AC check of a plan or of a planner's own sites: loads at feeding buses, N-0 and N-1, one check per planning year.

A dual-fed site is checked in its declared normal split: each feed carries what is reserved on it less half of the class A
load (the other half waits as reserve), so the two feeds together carry the site's load once. Switched halls of existing
centres change the load of their node. Whole-load-on-either-feed cases are not part of this check, and the rules say so.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.assemble import Assembled
from planner.errors import GridError, InputProblems, Problem
from planner.i18n import gettext as _
from planner.read_text import decode
from planner.region import Region

PlanDict = Mapping[str, Any]
COLUMNS = ("site", "substation", "mw")


def not_checked(region: Region, reason: str) -> tuple[str, dict[str, Any]]:
    """Return the verdict and the grid record of a plan that no AC model has seen."""
    grid = {"status": "not_checked", "reason": reason, "is_synthetic": region.is_synthetic_grid, "rules": {}}
    return "not_checked", {**grid, "base": [], "outages": []}


def check_plan(plan: PlanDict, region: Region, *, assembled: Assembled) -> tuple[str, dict[str, Any]]:
    """Return secure, insecure or not_checked, and the grid record with every outage."""
    power_factor = float(plan["scenario"]["power"]["power_factor"])
    feeds = feed_loads(plan)
    stock = stock_loads(plan, region, assembled)
    loads = {
        int(year): _at_buses([part[part["year"] == year] for part in (feeds, stock)], power_factor)
        for year in plan["years"]
    }
    return _checked(region, loads, without_bus=sorted(feeds.loc[feeds["bus"].isna(), "substation"].unique()))


def feed_loads(plan: PlanDict) -> pd.DataFrame:
    """Return year, site, substation, bus, mva: the normal split of every site over its feeds."""
    rows = []
    for site in plan["sites"]:
        for year in map(str, plan["years"]):
            reserved = [float(feed["mva"][year]) for feed in site["feeds"]]
            class_a = max(0.0, sum(reserved) - float(site["facility_mva"][year]))
            built = [r for r in reserved if r > 0]
            for feed, mva in zip(site["feeds"], reserved, strict=True):
                normal = mva - class_a / len(built) if mva > 0 else 0.0
                rows.append((int(year), site["id"], feed["substation"], feed["bus"], normal))
    return pd.DataFrame(rows, columns=["year", "site", "substation", "bus", "mva"])


def stock_loads(plan: PlanDict, region: Region, assembled: Assembled) -> pd.DataFrame:
    """Return year, site, substation, bus, mva: what switched halls change at their stations."""
    moved = [
        (int(row["year"]), row["id"], option, float(n))
        for row in plan["stock"]
        for option, n in row["options"].items()
        if n
    ]
    halls = pd.DataFrame(moved, columns=["year", "stock", "option", "n"])
    change = halls.merge(assembled.data["stock_mva"], on=["stock", "option"])
    buses = region["substations"].set_index("substation")["bus"]
    change = change[change["node"].isin(buses.index)]
    return pd.DataFrame(
        {
            "year": change["year"],
            "site": change["stock"],
            "substation": change["node"],
            "bus": change["node"].map(buses),
            "mva": (change["n"] * change["mva_change"]).astype(float),
        }
    )


def _at_buses(parts: Sequence[pd.DataFrame], power_factor: float) -> pd.DataFrame:
    filled = [part[part["bus"].notna()] for part in parts]
    known = pd.concat([part for part in filled if len(part)] or filled[:1], ignore_index=True)
    tangent = float(np.tan(np.arccos(power_factor)))
    p_mw = known["mva"].to_numpy(float) * power_factor
    return pd.DataFrame(
        {"bus": known["bus"].to_numpy(), "p_mw": p_mw, "q_mvar": p_mw * tangent, "site": known["site"].to_numpy()}
    )


def _checked(
    region: Region, loads: Mapping[int, pd.DataFrame], *, without_bus: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    if region.grid is None:
        return not_checked(region, "no AC network")
    from models.grid.check import check_years
    from models.grid.rules import GridRules

    factors = region.meta.get("grid", {}).get("emergency_factor", {})
    rules = GridRules.from_region(region.meta["voltage_bands"], factors)
    try:
        found = check_years(region.grid, loads_by_year=loads, rules=rules)
    except ValueError as error:
        raise GridError(_("The AC network cannot be checked: {why}").format(why=error)) from error
    grid = found.to_dict(is_synthetic=region.is_synthetic_grid)
    grid["rules"] = {**grid["rules"], "feed_transfer": "not checked: normal split only"}
    if not found.is_secure:
        return "insecure", grid
    if without_bus:
        return "not_checked", {**grid, "reason": "feeds without AC bus: " + ", ".join(without_bus)}
    return "secure", grid


def check_sites(region: Region, path: str | Path) -> dict[str, Any]:
    """Check a planner's own sites (CSV with site, substation, mw and optionally year) without optimising."""
    path = Path(path)
    table = _read_csv(path)
    problems = _site_problems(table, region, path.name)
    if problems:
        raise InputProblems(problems)
    subs = region["substations"].set_index("substation")
    pf = float(region.meta.get("grid", {}).get("power_factor", 1.0))
    years = table["year"].astype(int) if "year" in table else pd.Series(region.base_year, index=table.index)
    frame = pd.DataFrame(
        {
            "year": years,
            "site": table["site"],
            "substation": table["substation"],
            "bus": table["substation"].map(subs["bus"]),
            "mva": table["mw"].astype(float) / pf,
        }
    )
    loads = {int(y): _at_buses([frame[frame["year"] <= y]], pf) for y in sorted(frame["year"].unique())}
    security, grid = _checked(region, loads, without_bus=sorted(frame.loc[frame["bus"].isna(), "substation"].unique()))
    return {"security": security, "grid": grid}


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
