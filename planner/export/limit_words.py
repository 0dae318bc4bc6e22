"""What a limit is called, when it binds, what more of it is worth, and what is short when there is no plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from planner.export.facts import NO_WORTH, PlanDict, Row, index_parts
from planner.export.sentences import class_name
from planner.export.words import (
    amount,
    family_name,
    limit_name,
    one_of,
    quantity_word,
    rounded,
    technology_name,
    unit_name,
)
from planner.i18n import gettext as _

NAMED_WITHOUT_ID = frozenset({
    "plant_supply", "hall_switches_once", "liquid_stock", "demand_met", "green_channel", "network_cut", "hub_cap",
    "green_share", "mean_pue", "heat_sink", "heat_share", "resource_share", "own_access",
    "hub_occupancy",
})  # fmt: skip
MONTHS = frozenset(str(month) for month in range(1, 13))
REQUIRED = frozenset(
    {"green_share", "occupancy", "demand_met", "heat_share", "hub_occupancy"}
)  # more is asked for, not allowed


def limit_place(row: Row, names: Mapping[str, str]) -> str:
    """Return where and when a limit applies: names for ids, months in words, id in brackets when it differs."""
    words = []
    for part in index_parts(row.get("index")):
        name = names.get(part)
        if name is not None:
            is_known = part in name or row.get("constraint") in NAMED_WITHOUT_ID
            words.append(name if is_known else f"{name} ({part})")
        elif part in MONTHS and row.get("constraint") == "plant_supply":
            words.append(_("month {month}").format(month=int(part)))
        else:
            words.append(class_name(technology_name(quantity_word(part)), names))
    return ", ".join(words)


def limit_title(row: Row, names: Mapping[str, str]) -> str:
    """Return what is limited, where and when."""
    return _title(str(row["constraint"]), limit_place(row, names))


def _title(constraint: str, place: str) -> str:
    if not place:
        return limit_name(constraint)
    return _("{limit}: {place}").format(limit=limit_name(constraint), place=place)


def bottleneck_title(rows: Sequence[Row], names: Mapping[str, str]) -> str:
    """Return what is limited and where, without months and years."""
    named = [part for part in index_parts(rows[0].get("index")) if not part.isdigit()]
    return _title(str(rows[0]["constraint"]), limit_place({**rows[0], "index": named}, names))


def bottleneck_when(rows: Sequence[Row]) -> str:
    """Return the years in which a limit binds, with the months of a plant."""
    numbers = {int(part) for row in rows for part in index_parts(row.get("index")) if part.isdigit()}
    years = ", ".join(_runs(n for n in numbers if str(n) not in MONTHS))
    months = ", ".join(str(n) for n in sorted(numbers) if str(n) in MONTHS)
    return _("{years} (month {months})").format(years=years, months=months) if months else years


def _runs(years: Iterable[int]) -> list[str]:
    """Return years in order, three and more that follow each other as one: 2025, 2027–2030."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    long = 3
    return [text for run in runs for text in ([f"{run[0]}–{run[-1]}"] if len(run) >= long else map(str, run))]


def used_text(row: Row) -> str:
    """Return used / limit with the unit."""
    unit = unit_name(str(row.get("unit") or ""))
    return f"{amount(row.get('used'))} / {amount(row.get('limit'))} {unit}".strip()


def conflict_lines(plan: PlanDict, names: Mapping[str, str]) -> list[str]:
    """Return why there is no plan: what is short, one alternative after the other, then each in full."""
    ways = [way for way in (plan.get("infeasible") or {}).get("ways") or [] if way.get("shortfalls")]
    if not ways:
        return []
    lines = [_("Short by {ways}.").format(ways=_(", or ").join(_way_in_short(way, names) for way in ways))]
    if len(ways) > 1:
        lines.append(_("Each of these alone would make a plan possible:"))
    for i, way in enumerate(ways, start=1):
        families = ", ".join(family_name(str(family)) for family in way.get("families") or [])
        head = _("{i}. {families}:") if way.get("is_enough", True) else _("{i}. {families}, not enough alone:")
        lines.append(head.format(i=i, families=families))
        lines += [
            "   " + _("{amount} {unit} missing – {limit}").format(
                amount=amount(row.get("amount")), unit=unit_name(str(row.get("unit"))), limit=limit_title(row, names)
            )
            for row in way["shortfalls"]
        ]  # fmt: skip
    return lines


def _way_in_short(way: Row, names: Mapping[str, str]) -> str:
    """Return the worst year of one way out: what is missing then, and where most of it is."""
    years = [_year_of(row) for row in way["shortfalls"]]
    totals: dict[tuple[str, str, str], float] = {}
    for row, year in zip(way["shortfalls"], years, strict=True):
        key = (str(row["constraint"]), str(row.get("unit")), year)
        totals[key] = totals.get(key, 0.0) + (row.get("amount") or 0.0)
    worst = max(totals, key=lambda key: (totals[key], key))
    rows = [r for r, year in zip(way["shortfalls"], years, strict=True) if (str(r["constraint"]), year) == worst[::2]]
    named = [part for part in index_parts(rows[0].get("index")) if part != worst[2]]
    place = limit_place({**rows[0], "index": named}, names)
    more = _(" and {n} more").format(n=len(rows) - 1) if len(rows) > 1 else ""
    is_counted = worst[1] in {"sites", "bays", "halls"}  # the unit already says what it is
    text = (_("{amount} {unit} ({place})") if is_counted else _("{amount} {unit} of {limit} ({place})")).format(
        amount=amount(totals[worst]),
        unit=unit_name(worst[1]),
        limit=limit_name(worst[0]).lower(),
        place=", ".join(part for part in (place + more, worst[2]) if part),
    )
    return text.removesuffix(" ()")


def _year_of(row: Row) -> str:
    parts = index_parts(row.get("index"))
    return next((part for part in reversed(parts) if part.isdigit() and part not in MONTHS), "")


def worth_text(row: Row, plan: PlanDict) -> str:
    """Return what one more unit of a limit saves at this siting, "" where it is not computed or nothing."""
    worth = row.get("worth")
    if worth is None or abs(worth) < NO_WORTH:
        return ""
    unit, year = one_of(str(row.get("unit") or "")), _year_of(row)
    objective = plan.get("objective") or {}
    if objective.get("name") not in (None, "cost"):
        gain = unit_name(str(objective.get("unit") or ""))
        text = (
            _("One more {unit}, {year}: {worth} {gain} better") if year else _("One more {unit}: {worth} {gain} better")
        )
        return text.format(unit=unit, year=year, worth=rounded(worth), gain=gain)
    if not year:
        return _("One more {unit} saves {worth} CNY over all years").format(unit=unit, worth=rounded(worth))
    if row.get("constraint") in REQUIRED:
        text = _("One {unit} less to reach in {year} saves {worth} CNY a year")
    else:
        text = _("One more {unit} in {year} saves {worth} CNY a year")
    return text.format(unit=unit, year=year, worth=rounded(worth))
