"""Audit of the limits: every recomputed use stays within its limit, and the plan's table of limits says the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from planner import (
    audit_build,
    audit_energy,
    audit_grid,
    audit_heat,
    audit_hubs,
    audit_money,
    audit_power,
    audit_service,
    audit_water,
)
from planner.audit_case import Case
from planner.audit_compare import ABSOLUTE, Limit, Outcome, outcome, tolerance, within

FAMILIES = (
    audit_power.limits,
    audit_grid.limits,
    audit_build.limits,
    audit_water.limits,
    audit_service.limits,
    audit_energy.limits,
    audit_hubs.limits,
    audit_heat.limits,
    audit_money.limits,
)
# hold by what heat and green power are: not limits that a planner can move
NOT_LISTED = ("green_within_use", "recovered_heat")
COUNTED = ("MW IT", "MVA", "ha", "m3/day", "m3/year", "bays", "halls", "sites")
SHARE_OF_TOTAL = 1e-6


def tolerance_unit(unit: str) -> str:
    """Return the unit under which the tolerance of a limit stands."""
    return {"MW IT": "MW", "t/year": "t"}.get(unit, unit)


def check_limits(case: Case) -> Iterator[Outcome]:
    """No limit is exceeded, and the plan's table of limits says what was computed."""
    limits = [limit for family in FAMILIES for limit in family(case)]
    for limit in limits:
        if limit.is_enforced:
            yield within(limit.constraint, limit.rows, keys=limit.keys, unit=tolerance_unit(limit.unit))
    yield from _check_table(case, recomputed(limits))


def recomputed(limits: Sequence[Limit]) -> pd.DataFrame:
    """Return constraint, place (index as text), unit, used, limit of every row of the limits."""
    parts = []
    for limit in limits:
        index = limit.rows[limit.keys].itertuples(index=False, name=None)
        part = limit.rows[["used", "limit"]].astype(float).reset_index(drop=True)
        place = [place_of(i) for i in index]
        parts.append(part.assign(constraint=limit.constraint, place=place, unit=limit.unit, is_on=limit.is_enforced))
    return pd.concat(parts, ignore_index=True)


def place_of(index: Any) -> str:
    """Return an index as text."""
    return " / ".join(str(int(i)) if isinstance(i, float) else str(i) for i in index)


def listed(case: Case) -> pd.DataFrame:
    """Return the plan's table of limits."""
    rows = [
        (
            r["constraint"],
            place_of(r["index"]),
            r["unit"],
            r["used"],
            r["limit"],
            r["slack"],
            r["worth"],
            r["is_binding"],
        )
        for r in case.plan["limits"]
    ]
    columns = ["constraint", "place", "unit", "said_used", "said_limit", "slack", "worth", "is_binding"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype(dict.fromkeys(("said_used", "said_limit", "slack", "worth"), float))


def _check_table(case: Case, table: pd.DataFrame) -> Iterator[Outcome]:
    """Compare the plan's table: every limit in use, once, with its use, limit and slack."""
    keys = ["constraint", "place"]
    said = listed(case)
    yield outcome("limit_twice", said, ~said.duplicated(keys).to_numpy(), keys=keys, expected=1, found=2)
    both = said.merge(table, on=keys, how="left", suffixes=("", "_c"))
    exists = both["used"].notna().to_numpy()
    yield outcome("limit_known", both, exists, keys=keys, expected="a limit", found="unknown")
    both = both[exists]
    yield _numbers("limit_used", both, expected="used", found="said_used")
    yield _numbers("limit_limit", both, expected="limit", found="said_limit")
    yield _numbers(
        "limit_slack", both.assign(left=both["said_limit"] - both["said_used"]), expected="left", found="slack"
    )
    yield outcome("limit_unit", both, _same_unit(both), keys=keys, expected=both["unit_c"], found=both["unit"])
    free = (both["worth"].isna() | (both["worth"] >= 0)).to_numpy()
    yield outcome("limit_worth", both, free, keys=keys, expected=">= 0", found=both["worth"])
    needed = table[table["is_on"] & (table["used"].abs() > _small(table)) & ~table["constraint"].isin(NOT_LISTED)]
    there = needed.merge(said[keys].drop_duplicates(), on=keys, how="left", indicator=True)["_merge"] == "both"
    yield outcome("limit_missing", needed, there.to_numpy(), keys=keys, expected=needed["used"], found="absent")
    yield _binding(case, both)


def _small(table: pd.DataFrame) -> pd.Series[float]:
    return 10.0 * table["unit"].map(tolerance_unit).map(ABSOLUTE).astype(float)


def _numbers(check: str, rows: pd.DataFrame, *, expected: str, found: str) -> Outcome:
    """Compare two columns with the tolerance of each row's unit and of the size of its limit."""
    want, have = rows[expected].to_numpy(float), rows[found].to_numpy(float)
    size = np.fmax(np.abs(rows["limit"].to_numpy(float)), np.abs(want))
    units = rows["unit_c"].map(tolerance_unit)
    allowed = np.array([float(tolerance(np.array(s), np.array(s), u)) for s, u in zip(size, units, strict=True)])
    ok = np.abs(want - have) <= allowed
    return outcome(check, rows, ok, keys=["constraint", "place"], expected=want, found=have)


def _same_unit(rows: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    free = rows["constraint"] == "epsilon"
    return ((rows["unit"] == rows["unit_c"]) | free).to_numpy(bool)


def one_block(case: Case) -> dict[str, float]:
    """Return what one more block would use, by unit: the smallest block, for water with the thirstiest load.

    This is the plan's definition of "binding": a limit binds when less than that is left.
    """
    tech, tables = case.tables["technologies"], case.tables
    size = float(tech["block_mw"].min())
    water = tables["water_use"]["m3_per_day_per_mw"].max() * tables["plants"]["makeup_factor"].max() * size
    m3 = 0.0 if np.isnan(water) else float(water)
    return {
        "MW IT": size,
        "MVA": size * float(tables["performance"]["mva_per_mw"].min()),
        "ha": float((tech["area_ha_per_mw"] * tech["block_mw"]).min()),
        "m3/day": m3,
        "m3/year": m3 * 365.0 * 0.5,
        **dict.fromkeys(("bays", "halls", "sites"), 1.0 - 1e-6),
    }


def _binding(case: Case, rows: pd.DataFrame) -> Outcome:
    is_hub = rows["constraint"] == "hub_cap"
    counted = rows[(rows["unit"].isin(COUNTED) & (rows["constraint"] != "epsilon")) | is_hub]
    of_hub = {"MWh/year": float(case.tables["performance"]["mwh_per_mw_year"].min()) * one_block(case)["MW IT"]}
    block = counted["unit"].map(one_block(case) | of_hub).astype(float)
    threshold = np.fmax(block, SHARE_OF_TOTAL * np.fmax(counted["said_limit"].abs(), 1.0))
    expected = counted["slack"] < threshold
    near = (counted["slack"] - threshold).abs() <= 1e-6 * np.fmax(threshold, 1.0)
    ok = ((expected == counted["is_binding"].astype(bool)) | near).to_numpy()
    keys = ["constraint", "place"]
    return outcome("limit_binding", counted, ok, keys=keys, expected=expected, found=counted["is_binding"])
