"""Two to four plans side by side: figures, what moved, which limits changed, where the cost difference comes from.

Every figure is read from the plans as they are written. A difference of the aims is told with the range that the proven
gaps leave open: the best plan of each lies between its bound and its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.compare_hubs import hub_figures
from planner.errors import UsageError
from planner.export.facts import (
    PlanDict,
    Row,
    bottlenecks,
    has_plan,
    in_year,
    last_year,
    total_in_year,
    years_of,
)
from planner.export.hub_facts import shown_years
from planner.export.loop_words import loop_of
from planner.export.sentences import security_verdict
from planner.i18n import gettext as _

SAME_MW = 0.05  # a smaller change of a site's IT load is rounding
PLACE_DECIMALS = 3  # of a degree, about 100 m: a candidate of the same id elsewhere is another one


def refusal(plans: Sequence[PlanDict]) -> str:
    """Return why the plans cannot be compared, "" where they can."""
    if len({str((plan.get("region") or {}).get("id")) for plan in plans}) > 1:
        return _("These plans are of different regions. Choose plans of one region.")
    if any(not has_plan(plan) for plan in plans):
        return _("One of these runs found no plan. The page Why says what stands in the way.")
    return ""


def cautions(reference: PlanDict, other: PlanDict) -> list[str]:
    """Return what makes figures of two plans hard to compare, in sentences."""
    found = []
    if _aim(reference) != _aim(other):
        found.append(_("The plans have different aims: their values cannot be compared, only their figures."))
    if reference.get("year_weights") != other.get("year_weights"):
        found.append(
            _("The plans have different years or interest rates: discounted costs differ for that reason too.")
        )
    if (reference.get("region") or {}).get("fingerprint") != (other.get("region") or {}).get("fingerprint"):
        found.append(_("The data of the region changed between the plans."))
    return found


def difference(reference: PlanDict, other: PlanDict) -> dict[str, Any]:
    """Return how much more the other plan's aim comes to: value, low, high, unit, is_told.

    `low` and `high` enclose the difference of the two best plans; None where a bound is missing. `is_told` says that the
    range leaves zero out. Raise `UsageError` for plans with different aims or without a value.
    """
    if _aim(reference) != _aim(other):
        raise UsageError(_("The plans have different aims: their values cannot be compared, only their figures."))
    ends = [_ends(plan) for plan in (reference, other)]
    values = [(plan.get("objective") or {}).get("value") for plan in (reference, other)]
    if values[0] is None or values[1] is None:
        raise UsageError(_("One of these runs found no plan. The page Why says what stands in the way."))
    low = high = None
    if ends[0] is not None and ends[1] is not None:
        low, high = ends[1][0] - ends[0][1], ends[1][1] - ends[0][0]
    is_told = low is not None and high is not None and (low > 0.0 or high < 0.0)
    unit = str((reference.get("objective") or {}).get("unit") or "")
    return {"value": values[1] - values[0], "low": low, "high": high, "unit": unit, "is_told": is_told}


def _aim(plan: PlanDict) -> str:
    return str((plan.get("objective") or {}).get("name"))


def _ends(plan: PlanDict) -> tuple[float, float] | None:
    """Return the range in which the best plan's value lies, None without a bound."""
    value, bound = (plan.get("objective") or {}).get("value"), plan.get("bound")
    return None if value is None or bound is None else (min(value, bound), max(value, bound))


def figures(plans: Sequence[PlanDict]) -> list[dict[str, Any]]:
    """Return the figures of plans side by side: key, label, unit, values (one per plan; None: not known), kind.

    `kind` says how a value is written: money, number, ratio, percent or text. Years are those of the first plan.
    """
    years = years_of(plans[0]) if plans else []
    rows = [
        _row("security", _("Security"), "", [security_verdict(plan)[0] for plan in plans], "text"),
        _row("value", _value_label(plans), _unit(plans), [_value(plan) for plan in plans], _value_kind(plans)),
        _row("gap", _("Proven gap"), "%", [_percent(plan.get("gap")) for plan in plans], "percent"),
    ]
    if {_aim(plan) for plan in plans} != {"cost"}:  # else it is the value
        rows.append(
            _row("cost", _("Cost over all years, discounted"), "CNY", [total_cost(plan) for plan in plans], "money")
        )
    for year in shown_years(plans[0]) if plans else []:
        label = _("New IT load {year}").format(year=year)
        rows.append(_row("it_mw", label, "MW", [_load(plan, year) for plan in plans], "number"))
    rows += [
        _row("sites", _("Sites"), "", [float(len(plan.get("sites") or [])) for plan in plans], "count"),
        *_yearly(plans, years),
        *(hub_figures(plans, years[-1], _row) if years else []),
        _row("price", _("Cost of security"), "CNY", [_price(plan) for plan in plans], "money"),
        _row("bottlenecks", _("Limits that bind and are worth something"), "",
             [float(len(bottlenecks(plan)[0])) for plan in plans], "count"),
    ]  # fmt: skip
    return [row for row in rows if any(value is not None for value in row["values"])]


def _row(key: str, label: str, unit: str, values: list[Any], kind: str) -> dict[str, Any]:
    return {"key": key, "label": label, "unit": unit, "values": values, "kind": kind}


def _yearly(plans: Sequence[PlanDict], years: Sequence[int]) -> list[dict[str, Any]]:
    """Return what is told for the last year: not served, from outside, water, green share, emissions."""
    if not years:
        return []
    year = years[-1]

    def of(label: str) -> str:
        return _("{what}, {year}").format(what=label, year=year)

    return [
        _row("unserved", of(_("Demand not served")), "MW", [_sum(p, "unserved", year) for p in plans], "number"),
        _row("outside", of(_("Served from outside the region")), "MW", [_sum(p, "outside", year) for p in plans],
             "number"),
        _row("water", of(_("Water of new centres")), "m3", [_of_year(p, "water_totals", "new_m3", year) for p in plans],
             "number"),
        _row("green", of(_("Green share of the new load")), "%",
             [_percent(_of_year(p, "energy", "green_share", year)) for p in plans], "percent"),
        _row("emissions", of(_("Emissions")), "t", [_of_year(p, "energy", "emissions_t", year) for p in plans], "number"),
    ]  # fmt: skip


def _unit(plans: Sequence[PlanDict]) -> str:
    units = {str((plan.get("objective") or {}).get("unit") or "") for plan in plans}
    return units.pop() if len(units) == 1 else ""


def _value_label(plans: Sequence[PlanDict]) -> str:
    is_cost = {_aim(plan) for plan in plans} == {"cost"}
    return _("Cost over all years, discounted") if is_cost else _("Value of the aim")


def _value_kind(plans: Sequence[PlanDict]) -> str:
    return "money" if _unit(plans) == "CNY" else "number"


def _value(plan: PlanDict) -> float | None:
    value: float | None = (plan.get("objective") or {}).get("value")
    return value


def _load(plan: PlanDict, year: int) -> float | None:
    return total_in_year(plan.get("sites") or [], "it_mw", year) if year in years_of(plan) else None


def _price(plan: PlanDict) -> float | None:
    price = loop_of(plan).get("price_of_security") or {}
    value: float | None = price.get("value") if price.get("unit") == "CNY" else None
    return value


def _percent(share: float | None) -> float | None:
    return None if share is None else 100.0 * share


def _sum(plan: PlanDict, table: str, year: int) -> float | None:
    if year not in years_of(plan):
        return None
    return float(sum(row["it_mw"] for row in plan.get(table) or [] if row["year"] == year))


def _of_year(plan: PlanDict, table: str, column: str, year: int) -> float | None:
    rows: list[Row] = plan.get(table) or []
    row: Row = next((row for row in rows if row["year"] == year), {})
    value: float | None = row.get(column)
    return value


def total_cost(plan: PlanDict) -> float:
    """Return the discounted cost over all years, CNY: the sum of the ledger, whatever the aim is."""
    return float(sum(row.get("cny") or 0.0 for row in plan.get("ledger") or []))


def moved(a: PlanDict, b: PlanDict) -> list[dict[str, Any]]:
    """Return the sites of either plan: id, name, name_zh, lon, lat, mw_a, mw_b (IT load of the last year), change.

    `change` is only_a, only_b, larger, smaller or same; the largest change comes first.
    """
    rows_a, rows_b = ({_spot(site): site for site in plan.get("sites") or []} for plan in (a, b))
    out = []
    for spot in {**rows_a, **rows_b}:
        site = rows_b.get(spot) or rows_a[spot]
        mw_a, mw_b = (
            in_year(rows[spot].get("it_mw"), last_year(plan)) if spot in rows else None
            for rows, plan in ((rows_a, a), (rows_b, b))
        )
        facts = {key: site.get(key) for key in ("id", "name", "name_zh", "lon", "lat", "district")}
        out.append({**facts, "mw_a": mw_a, "mw_b": mw_b, "change": _change(mw_a, mw_b)})
    return sorted(out, key=lambda row: (-abs((row["mw_b"] or 0.0) - (row["mw_a"] or 0.0)), str(row["id"])))


def _spot(site: Row) -> tuple[str, float, float]:
    return str(site["id"]), round(float(site["lon"]), PLACE_DECIMALS), round(float(site["lat"]), PLACE_DECIMALS)


def _change(mw_a: float | None, mw_b: float | None) -> str:
    if mw_a is None:
        return "only_b"
    if mw_b is None:
        return "only_a"
    if abs(mw_b - mw_a) <= SAME_MW:
        return "same"
    return "larger" if mw_b > mw_a else "smaller"
