"""Read the lists that a plan of areas has beside the others: hubs, markets, rules, decisions, investments, heat.

Every list is empty in a plan of stations; nothing is modelled again here. Sums over hubs follow the standards' formulas:
PUE and CUE from sums of energy and emissions (ISO/IEC 30134-2, -8), REF from renewable over total energy (30134-3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.indicators import carbon_usage_effectiveness, power_usage_effectiveness, weighted_mean
from planner.export.facts import PlanDict, Row, in_year, last_year, local_name, years_of
from planner.export.palette import hub_colours

ROLES = ("east", "west", "other")
MOST_YEARS = 4  # shown in full; of more the first, the round ones and the last
ROUND_YEARS = 5
NOTHING_MW = 1e-6
SHORT_SHARE = 1e-4  # of the green share, below it is rounding
SUMMED = ("it_mw", "installed_mw", "energy_mwh", "it_mwh", "green_mwh", "certificate_mwh", "emissions_t", "water_m3")


def rows_of(plan: PlanDict, name: str) -> list[Row]:
    """Return one of the plan's lists, [] where an older plan lacks it."""
    return list(plan.get(name) or [])


def has_hubs(plan: PlanDict) -> bool:
    """Tell whether the plan is one of areas that belong to hubs."""
    return bool(plan.get("hubs"))


def hub_ids(plan: PlanDict) -> list[str]:
    """Return the hubs: the east first, then the west, then others; in each the largest of the last year first."""
    year = last_year(plan)
    size = {str(row["hub"]): float(row.get("it_mw") or 0.0) for row in rows_of(plan, "hubs") if row["year"] == year}
    role = {str(row["hub"]): str(row.get("role") or "other") for row in rows_of(plan, "hubs")}
    order = {name: i for i, name in enumerate(ROLES)}
    return sorted(role, key=lambda hub: (order.get(role[hub], len(ROLES)), -size.get(hub, 0.0), hub))


def hub_palette(plan: PlanDict) -> dict[str, str]:
    """Return the colour of every hub; it does not depend on sizes, so two plans of a region agree."""
    roles = {str(row["hub"]): str(row.get("role") or "other") for row in rows_of(plan, "hubs")}
    return hub_colours(in_role_order(roles))


def in_role_order(roles: Mapping[str, str]) -> list[str]:
    """Return hubs of known roles in the order in which they take their colours."""
    order = {name: i for i, name in enumerate(ROLES)}
    return sorted(roles, key=lambda hub: (order.get(roles[hub], len(ROLES)), hub))


def hub_row(plan: PlanDict, hub: str, year: int) -> Row:
    """Return the row of a hub and year, {} where there is none."""
    return next((row for row in rows_of(plan, "hubs") if str(row["hub"]) == hub and row["year"] == year), {})


def hub_names(plan: PlanDict, lang: str) -> dict[str, str]:
    """Return the name of every hub by its id."""
    return {str(row["hub"]): local_name({**row, "id": row["hub"]}, lang) for row in rows_of(plan, "hubs")}


def market_names(plan: PlanDict, lang: str) -> dict[str, str]:
    """Return the name of every market by its id."""
    return {str(row["market"]): local_name({**row, "id": row["market"]}, lang) for row in rows_of(plan, "markets")}


def shown_years(plan: PlanDict) -> list[int]:
    """Return the years that a page shows in full: all of a few, else the first, every fifth and the last."""
    years = years_of(plan)
    if len(years) <= MOST_YEARS:
        return years
    return [year for year in years if year in (years[0], years[-1]) or year % ROUND_YEARS == 0]


def totals(plan: PlanDict, year: int) -> dict[str, float | None]:
    """Return the sums over all hubs of a year, with pue, ref, cue_kg_per_kwh, erf and green_share of the whole."""
    return summed([row for row in rows_of(plan, "hubs") if row["year"] == year])


def summed(rows: Sequence[Row]) -> dict[str, float | None]:
    """Return sums and ratios of rows of hubs or markets; a ratio of nothing is None."""
    sums: dict[str, float | None] = {key: _sum(row.get(key) for row in rows) for key in SUMMED}
    energy, it_mwh = sums["energy_mwh"], sums["it_mwh"]
    return {
        **sums,
        "pue": power_usage_effectiveness(energy, it_mwh),
        "cue_kg_per_kwh": carbon_usage_effectiveness(sums["emissions_t"], it_mwh),
        "ref": _weighted(rows, "ref", "energy_mwh"),
        "erf": _weighted(rows, "erf", "energy_mwh"),
        "rtt_ms": _weighted(rows, "rtt_ms", "it_mw"),
        "compute_pflops": _sum(row.get("compute_pflops") for row in rows),
        "green_share": green_share(sums),
    }


def green_share(row: Mapping[str, Any]) -> float | None:
    """Return green power and certificates over the electricity of a row, None where it uses none."""
    energy = row.get("energy_mwh") or 0.0
    green = (row.get("green_mwh") or 0.0) + (row.get("certificate_mwh") or 0.0)
    return green / energy if energy > 0 else None


def required_share(rows: Iterable[Row]) -> float | None:
    """Return the required green share of some markets, by their electricity; None where nothing is required."""
    known = [row for row in rows if row.get("energy_mwh")]
    if not any(row.get("required_share") is not None for row in known):
        return None
    return sum((row.get("required_share") or 0.0) * row["energy_mwh"] for row in known) / sum(
        row["energy_mwh"] for row in known
    )


def short_of(row: Row) -> float:
    """Return the green power [MWh] that a market row lacks for its required share, 0 where it has enough."""
    required, share = row.get("required_share"), green_share(row)
    if required is None or share is None or share >= required - SHORT_SHARE:
        return 0.0
    return float((required - share) * row["energy_mwh"])


def channels(plan: PlanDict, region: Any | None = None) -> list[str]:
    """Return the green resources that the plan uses, by amount over all years, certificates last."""
    amounts: dict[str, float] = {}
    for row in rows_of(plan, "green"):
        amounts[str(row["resource"])] = amounts.get(str(row["resource"]), 0.0) + float(row.get("mwh") or 0.0)
    kinds = _kinds(region)
    return sorted(
        (name for name, mwh in amounts.items() if mwh > 0),
        key=lambda name: (kinds.get(name) == "certificate", -amounts[name], name),
    )


def _kinds(region: Any | None) -> dict[str, str]:
    if region is None or not len(region["resources"]):
        return {}
    frame = region["resources"]
    return dict(zip(frame["resource"].astype(str), frame["kind"].astype(str), strict=True))


def channel_mwh(plan: PlanDict, channel: str, year: int) -> float:
    """Return what a green resource gives in a year, MWh."""
    rows = (row for row in rows_of(plan, "green") if str(row["resource"]) == channel and row["year"] == year)
    return sum(float(row.get("mwh") or 0.0) for row in rows)


def sites_of_hub(plan: PlanDict, hub: str) -> list[Row]:
    """Return the sites of a hub, the largest of the last year first."""
    year = last_year(plan)
    own = [site for site in plan.get("sites") or [] if str(site.get("hub")) == hub]
    return sorted(own, key=lambda site: (-in_year(site.get("it_mw"), year), str(site["id"])))


def site_share(plan: PlanDict, site: Row, year: int | None) -> float | None:
    """Return the green share of a site's hub in a year: it has no book of its own."""
    return None if year is None else green_share(hub_row(plan, str(site.get("hub")), year))


def _sum(values: Iterable[float | None]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return sum(known) if known else None


def _weighted(rows: Sequence[Row], column: str, weight: str) -> float | None:
    known = [row for row in rows if row.get(column) is not None]
    return weighted_mean([float(row[column]) for row in known], [float(row.get(weight) or 0.0) for row in known])
