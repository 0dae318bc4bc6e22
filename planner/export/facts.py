"""Read single facts out of a plan: last year, totals, headroom left, what binds.

Figures are taken from the plan as it is written; nothing is modelled again here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PlanDict = Mapping[str, Any]
Row = Mapping[str, Any]

UNUSED_SHARE = 1e-6
NO_WORTH = 1e-9
LEARNED = "network_cut"
STRONG_SHARE = 0.1  # of the largest coefficient of a learned limit; a station below does not count in it
HAS_PLAN = frozenset({"optimal", "time_limit", "interrupted"})


def has_plan(plan: PlanDict) -> bool:
    """Tell whether there is a decision to show (an infeasible run has none)."""
    return plan.get("status") in HAS_PLAN


def years_of(plan: PlanDict) -> list[int]:
    """Return the planning years in order."""
    return sorted(int(year) for year in plan.get("years") or [])


def last_year(plan: PlanDict) -> int | None:
    """Return the last planning year, None for a plan without years."""
    years = years_of(plan)
    return years[-1] if years else None


def in_year(by_year: Mapping[str, float | None] | None, year: int | None) -> float:
    """Return the amount of one year from a map whose keys are years as text; 0 when the year is absent."""
    if not by_year or year is None:
        return 0.0
    return float(by_year.get(str(year)) or 0.0)


def total_in_year(rows: list[Row], column: str, year: int | None) -> float:
    """Return the sum over `rows` of a per-year map's amount in `year`."""
    return sum(in_year(row.get(column), year) for row in rows)


def local_name(row: Row, lang: str) -> str:
    """Return a row's Chinese name when asked for and given, else its (English) name, else its id."""
    english = row.get("name") or row.get("name_en") or row.get("id") or ""
    if isinstance(english, Mapping):
        return str(english.get(lang) or english.get("en") or "")
    chinese = row.get("name_zh")
    return str(chinese) if lang == "zh" and isinstance(chinese, str) and chinese else str(english)


def sites_by_size(plan: PlanDict) -> list[Row]:
    """Return the sites, the largest IT load of the last year first; their places in this list number them in print."""
    year = last_year(plan)
    return sorted(plan.get("sites") or [], key=lambda site: (-in_year(site.get("it_mw"), year), site["id"]))


def index_parts(index: object) -> tuple[str, ...]:
    """Return a limit's index as texts: a list, a single value or "a,b" all read the same."""
    if index is None:
        return ()
    if isinstance(index, list | tuple):
        return tuple(str(part) for part in index)
    return tuple(part.strip() for part in str(index).split(",") if part.strip())


def main_cooling(site: Row) -> str:
    """Return the technology that carries most of a site's IT load in the last year."""
    cooling = site.get("cooling") or []
    if not cooling:
        return ""
    return str(max(cooling, key=lambda part: (part.get("it_mw") or 0.0, part["technology"]))["technology"])


def reserved_mva(plan: PlanDict, substation: str, year: int) -> float:
    """Return what the plan's feeds reserve at one substation in one year, MVA."""
    return sum(
        in_year(feed.get("mva"), year)
        for site in plan.get("sites") or []
        for feed in site.get("feeds") or []
        if feed["substation"] == substation
    )


def headroom_limits(plan: PlanDict) -> dict[tuple[str, int], Row]:
    """Return the plan's headroom rows (MVA) by node and year; they also count the existing stock's changes."""
    found: dict[tuple[str, int], Row] = {}
    for row in plan.get("limits") or []:
        parts = index_parts(row.get("index"))
        if "headroom" in str(row.get("constraint")) and row.get("unit") == "MVA" and len(parts) == 2:  # noqa: PLR2004 (node, year)
            node, year = parts if parts[1].isdigit() else parts[::-1]
            if year.isdigit():
                found[(node, int(year))] = row
    return found


def learned_limit(row: Row, plan: PlanDict) -> Row | None:
    """Return what the loop tells of the learned limit behind a row of limits, {} where nothing; None for a given limit."""
    if row.get("constraint") != LEARNED:
        return None
    known = {str(cut.get("id")): cut for cut in (plan.get("loop") or {}).get("cuts") or []}
    return next((known[part] for part in index_parts(row.get("index")) if part in known), {})


def stations_in(cut: Row) -> set[str]:
    """Return the stations whose load uses up a learned limit, those with less than a tenth of the largest part left out."""
    terms = cut.get("terms") or []
    most = max((abs(term["coef"]) for term in terms), default=0.0)
    return {str(term["substation"]) for term in terms if term["coef"] > 0.0 and term["coef"] >= STRONG_SHARE * most}


def shown_limits(plan: PlanDict) -> list[Row]:
    """Return the plan's limits; one learned from the check is in MVA at its strongest station, as it is told in words.

    The row's own unit (% of loading or pu) is divided by the largest coefficient per MVA; its worth is multiplied by it.
    """
    strongest = {
        str(cut.get("id")): max((abs(term["coef"]) for term in cut.get("terms") or []), default=0.0)
        for cut in (plan.get("loop") or {}).get("cuts") or []
    }
    return [_in_mva(row, strongest) for row in plan.get("limits") or []]


def _in_mva(row: Row, strongest: Mapping[str, float]) -> Row:
    cut = next((part for part in index_parts(row.get("index")) if part in strongest), "")
    if row.get("constraint") != LEARNED or not strongest.get(cut):
        return row
    scale, worth = strongest[cut], row.get("worth")
    scaled = {key: row[key] / scale for key in ("used", "limit", "slack") if row.get(key) is not None}
    return {**row, **scaled, "unit": "MVA", "worth": None if worth is None else worth * scale}


def limits_by_worth(plan: PlanDict, *, binding_only: bool = False) -> list[Row]:
    """Return the limits, the most valuable first: by worth of the limit's remaining use, then by name.

    Worth is per unit, and units differ: rows are ordered by what 1 % more of the limit would save.
    """
    rows = [row for row in shown_limits(plan) if row.get("is_binding") or not binding_only]

    def order(row: Row) -> tuple[bool, float, str, str]:
        saving = abs(row.get("worth") or 0.0) * abs(row.get("limit") or 0.0)
        return (not row.get("is_binding"), -saving, str(row.get("constraint")), str(row.get("index")))

    return sorted(rows, key=order)


def bottlenecks(plan: PlanDict) -> tuple[list[list[Row]], int]:
    """Return what binds, one group of rows per limited thing, and how many more groups bind without being worth anything.

    Months and years of one thing are one group, its most valuable row first. Power and water come first, what concerns
    existing centres last. Limits that nothing uses are no bottlenecks.
    """
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in limits_by_worth(plan, binding_only=True):
        if abs(row.get("used") or 0.0) > UNUSED_SHARE * abs(row.get("limit") or 0.0):
            groups.setdefault(limited_thing(row), []).append(row)
    is_priced = any(row.get("worth") is not None for rows in groups.values() for row in rows)
    worthy = [rows for rows in groups.values() if not is_priced or abs(rows[0].get("worth") or 0.0) > NO_WORTH]
    rank = {"power": 0, "water": 0, "stock": 2}
    return sorted(worthy, key=lambda rows: rank.get(str(rows[0].get("family")), 1)), len(groups) - len(worthy)


def limited_thing(row: Row) -> tuple[str, str]:
    """Return what a row limits, whatever its month and year: the constraint and all that its index names."""
    return str(row.get("constraint")), "/".join(part for part in index_parts(row.get("index")) if not part.isdigit())


def counts_against(row: Row) -> bool:
    """Tell whether a checked situation counts against the plan: not ok, and not already so without the plan.

    A situation that was not solved always counts.
    """
    status = row.get("status")
    return status == "not_converged" or bool(row.get("is_counted", status != "ok"))


def worst_outages(plan: PlanDict, n: int = 5) -> list[Row]:
    """Return the outages to see first: what counts against the plan, not converged, islands, violated, by loading."""
    rank = {"not_converged": 0, "islands": 1, "violated": 2, "ok": 3}
    outages = (plan.get("grid") or {}).get("outages") or []

    def order(row: Row) -> tuple[bool, int, float, float, str]:
        return (
            not counts_against(row),
            rank.get(str(row.get("status")), 0),
            -(row.get("unsupplied_mw") or 0.0),
            -(row.get("max_loading_percent") or 0.0),
            str(row.get("element")),
        )

    return sorted(outages, key=order)[:n]


def is_synthetic(plan: PlanDict) -> bool:
    """Tell whether the grid of the plan is a constructed one."""
    grid = plan.get("grid") or {}
    return bool(grid.get("is_synthetic") or (plan.get("region") or {}).get("is_synthetic_grid"))
