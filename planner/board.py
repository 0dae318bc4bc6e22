"""The bottleneck board: what binds in a plan, sorted by what a little more of it is worth in comparable money.

A worth holds at this siting (sites, feeds, pipes and reinforcements stay; the number of blocks and halls may change) and
for a little more of one limit. Units differ, so limits are compared by 1 % more of each, in CNY a year on average over all
years of the plan: discounted worths over the discounted number of years. With another aim than least cost the gain is in
the aim's own unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.export.facts import (
    LEARNED,
    NO_WORTH,
    UNUSED_SHARE,
    PlanDict,
    Row,
    bottlenecks,
    index_parts,
    learned_limit,
    limited_thing,
    limits_by_worth,
    years_of,
)
from planner.export.limit_words import bottleneck_title, bottleneck_when, used_text, worth_text
from planner.export.words import family_name, rounded
from planner.i18n import gettext as _

PERCENT = 0.01
# limits that stand at one thing of the map -> the layer it is drawn in; its id is the first part of the limit's index
LAYERS = {
    "substation_headroom": "substations",
    "flexible_share": "substations",
    "feeder_bays": "substations",
    "node_headroom": "zones",
    "node_max_share": "zones",
    "plant_supply": "plants",
    "usable_land": "sites",
    "largest_site": "sites",
    "hall_switches_once": "stock",
    "own_access": "sites",
    "recovered_heat": "sites",
}
LARGE_UNITS = {"MWh/year": 1e3, "m3/year": 1e3}  # a hub's energy is told in GWh, its water in 1000 m3


def board(plan: PlanDict, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return one row per limited thing that binds, the most valuable first, those that are worth nothing last.

    A row: constraint, family, title, when, used (text "used / limit unit"), unit, sentence (worth of one more unit),
    gain and gain_unit (what 1 % more of it brings a year on average, None where no worth is known), note (why there is no
    worth), place ({layer, id} of the map, None where it has none), element and element_kind (of the grid, for a limit
    learned in the check), index (of its most valuable row), key (the same in plans of the same region).
    """
    worthy = bottlenecks(plan)[0]
    rows = [row_of(group, plan, names) for group in [*worthy, *_worthless(plan, worthy)]]
    return sorted(rows, key=lambda row: (bool(row["note"]), -(row["gain"] or 0.0), row["title"]))


def row_of(group: Sequence[Row], plan: PlanDict, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the row of the board for one limited thing: its limits in months and years, the most valuable first."""
    top = group[0]
    is_known = top.get("worth") is not None
    is_worthy = abs(top.get("worth") or 0.0) > NO_WORTH
    cut = learned_limit(top, plan) or {}
    return {
        "constraint": str(top.get("constraint")),
        "family": family_name(str(top.get("family"))),
        "title": bottleneck_title(group, names),
        "when": bottleneck_when(group),
        "used": used_text(top),
        "unit": str(top.get("unit") or ""),
        "sentence": _hub_sentence(top, plan, names) or worth_text(top, plan),
        "gain": PERCENT * mean_gain(group, plan, per_limit=True) if is_known else None,
        "gain_unit": gain_unit(plan),
        "note": "" if is_worthy else _no_worth(top, is_known=is_known),
        "place": place(top, plan),
        "element": cut.get("element"),
        "element_kind": cut.get("element_kind"),
        "index": list(index_parts(top.get("index"))),
        "key": limit_key(top, plan),
    }


def _hub_sentence(row: Row, plan: PlanDict, names: Mapping[str, str]) -> str:
    """Return what one more GWh, MW or 1000 m3 a year at a hub is worth; "" for other limits and other aims."""
    worth, unit = float(row.get("worth") or 0.0), str(row.get("unit") or "")
    is_cost = (plan.get("objective") or {}).get("name") in (None, "cost")
    if row.get("constraint") != "hub_cap" or not is_cost or abs(worth) <= NO_WORTH:
        return ""
    hub, _quantity, year = index_parts(row.get("index"))
    texts = {
        "MWh/year": _("One more GWh a year at the hub {hub} in {year} is worth {worth} CNY a year"),
        "m3/year": _("1000 m³ a year more of water at the hub {hub} in {year} are worth {worth} CNY a year"),
        "MW IT": _("One more MW of IT load at the hub {hub} in {year} is worth {worth} CNY a year"),
    }
    text = texts.get(unit, "")
    return text.format(hub=names.get(hub, hub), year=year, worth=rounded(worth * LARGE_UNITS.get(unit, 1.0)))


def gain_unit(plan: PlanDict) -> str:
    """Return the unit of a gain: that of the aim, a year (most IT power: on average over the planning years)."""
    objective = plan.get("objective") or {}
    unit = str(objective.get("unit") or "CNY")
    return unit if objective.get("name") == "it_mw" else f"{unit}/year"


def mean_gain(group: Sequence[Row], plan: PlanDict, *, per_limit: bool = False) -> float:
    """Return what one more unit in every month and year of the group brings a year, on average over the plan's years.

    sum of (worth in a year x weight of the year) / sum of weights; with `per_limit` each worth is multiplied by its limit:
    what a doubling of the limit would bring if its worth stayed. A limit without a year has the sum over the years already.
    """
    weights = _weights(plan)
    is_power = (plan.get("objective") or {}).get("name") == "it_mw"  # summed over planning years, not over all years
    whole = float(len(weights)) if is_power else sum(weights.values())
    if whole <= 0.0:
        return 0.0
    total = 0.0
    for row in group:
        year = next((part for part in reversed(index_parts(row.get("index"))) if part in weights), None)
        size = abs(row.get("limit") or 0.0) if per_limit else 1.0
        total += (row.get("worth") or 0.0) * size * (1.0 if year is None else weights[year])
    return total / whole


def _weights(plan: PlanDict) -> dict[str, float]:
    """Return the weight with which a worth of each planning year counts: discounted years for cost, else years."""
    years = years_of(plan)
    if not years:
        return {}
    name = (plan.get("objective") or {}).get("name") or "cost"
    if name == "cost":
        return {str(year): float((plan.get("year_weights") or {}).get(str(year)) or 0.0) for year in years}
    period = int((plan.get("scenario") or {}).get("last_period_years") or 1)
    ends = [*years[1:], years[-1] + period]
    return {str(year): float(end - year) for year, end in zip(years, ends, strict=True)}


def place(row: Row, plan: PlanDict) -> dict[str, str] | None:
    """Return {layer, id} of the map for a limit; one learned in the check stands at the station that counts most in it."""
    cut = learned_limit(row, plan)
    if cut is not None:
        terms = cut.get("terms") or []
        if not terms:
            return None
        strongest = max(terms, key=lambda term: abs(term["coef"]))
        return {"layer": "substations", "id": str(strongest["substation"])}
    layer = LAYERS.get(str(row.get("constraint")))
    parts = index_parts(row.get("index"))
    return {"layer": layer, "id": parts[0]} if layer and parts else None


def limit_key(row: Row, plan: PlanDict) -> str:
    """Return what is limited, the same text in every plan: a learned limit by what it protects, not by its number."""
    cut = learned_limit(row, plan)
    if cut is None:
        return "/".join(limited_thing(row))
    parts = (cut.get(name) for name in ("element", "outage", "outage_kind", "quantity"))
    return "/".join([LEARNED, *(str(part or "") for part in parts)])


def _worthless(plan: PlanDict, worthy: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """Return the other limits that bind and are used, grouped as `bottlenecks` groups them."""
    known = {limited_thing(group[0]) for group in worthy}
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in limits_by_worth(plan, binding_only=True):
        if limited_thing(row) not in known and abs(row.get("used") or 0.0) > UNUSED_SHARE * abs(
            row.get("limit") or 0.0
        ):
            groups.setdefault(limited_thing(row), []).append(row)
    return list(groups.values())


def _no_worth(row: Row, *, is_known: bool) -> str:
    if is_known:
        return _(
            "Less than one block is left, but more of it alone saves nothing at this siting: something else holds too."
        )
    return _("What more of it is worth was not computed.")
