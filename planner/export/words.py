"""What the algebra's names are called in front of a planner; one place for report, workbook and map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.i18n import gettext as _

from planner.export.facts import PlanDict, Row, index_parts, is_synthetic, local_name


def technology_name(technology: str) -> str:
    """Return the name of a cooling technology."""
    names = {
        "air_chiller": _("Chilled air (mechanical)"),
        "tower_economiser": _("Chilled water, tower with economiser"),
        "airside_adiabatic": _("Direct outside air, adiabatic"),
        "indirect_evaporative": _("Indirect evaporative"),
        "cold_plate_dry": _("Cold plate, dry cooler"),
        "cold_plate_tower": _("Cold plate, cooling tower"),
        "immersion": _("Immersion"),
    }
    return names.get(technology, technology)


def workload_name(workload: str) -> str:
    """Return the name of a class of demand."""
    names = {
        "realtime_inference": _("Real-time inference (air)"),
        "inference_liquid": _("Inference (liquid)"),
        "general": _("General computing"),
        "training": _("Training"),
    }
    return names.get(workload, workload)


def term_name(term: str) -> str:
    """Return the name of a cost term."""
    names = {
        "land": _("Land"),
        "building": _("Buildings"),
        "cooling": _("Cooling plant"),
        "cooling_plant": _("Cooling plant"),
        "grid_connection": _("Grid connection"),
        "connection": _("Grid connection"),
        "feeds": _("Feeds"),
        "pipes": _("Water pipes"),
        "reinforcement": _("Grid reinforcement"),
        "energy": _("Electricity"),
        "demand_charge": _("Demand charge"),
        "water": _("Water"),
        "carbon": _("Carbon"),
        "green": _("Green power and certificates"),
        "stock": _("Changes of existing centres"),
        "outside": _("Service from outside the region"),
        "unserved": _("Penalty for unserved demand"),
        "heat": _("Sale of heat"),
    }
    return names.get(term, term.replace("_", " "))


def family_name(family: str) -> str:
    """Return the name of a family of limits."""
    names = {
        "power": _("Power"),
        "feeding": _("Power feeds"),
        "water": _("Water"),
        "workload": _("Demand and latency"),
        "cooling": _("Cooling"),
        "green": _("Green power"),
        "carbon": _("Carbon"),
        "land": _("Land"),
        "clusters": _("Clusters"),
        "stock": _("Existing centres"),
        "network": _("Network"),
        "phasing": _("Phasing"),
        "epsilon": _("Own limit"),
    }
    return names.get(family, family)


def limit_name(constraint: str) -> str:
    """Return what a limit limits, in a planner's words; an unknown limit keeps its own name, readable."""
    names = {
        "substation_headroom": _("Firm headroom of substation"),
        "node_headroom": _("Firm headroom of zone"),
        "feeder_bays": _("Free feeder bays of substation"),
        "feed_rating": _("Rating of feed"),
        "node_max_share": _("Largest share of new load in zone"),
        "plant_supply": _("Reclaimed water of plant"),
        "city_water": _("Cooling water of the city"),
        "green_share": _("Share of green power"),
        "resource_available": _("Green power on offer"),
        "carbon_cap": _("Carbon cap"),
        "land_area": _("Land of site"),
        "site_area": _("Land of site"),
        "in_city_share": _("Share that must stay in the city"),
        "demand": _("Demand"),
        "liquid_share": _("Share of existing halls that may turn liquid"),
        "max_sites": _("Number of sites"),
    }
    return names.get(constraint, constraint.replace("_", " "))


def unit_name(unit: str) -> str:
    """Return a unit as it is written for a reader."""
    names = {
        "m3/day": _("m³/day"),
        "m3/year": _("m³/year"),
        "m3": _("m³"),
        "CNY/year": _("CNY/year"),
        "bays": _("bays"),
        "ha": _("ha"),
        "t/year": _("t/year"),
        "sites": _("sites"),
        "halls": _("halls"),
    }
    return names.get(unit, unit)


def outage_status_name(status: str) -> str:
    """Return what one outage led to."""
    names = {
        "ok": _("ok"),
        "violated": _("limit exceeded"),
        "islands": _("supply lost"),
        "not_converged": _("not converged (not secure)"),
    }
    return names.get(status, status)


def objective_name(name: str) -> str:
    """Return what the plan was asked to be best at."""
    names = {
        "cost": _("least cost"),
        "it_mw": _("most IT load"),
        "carbon": _("least carbon"),
        "water": _("least reclaimed water"),
    }
    return names.get(name, name)


def confidence_name(confidence: str) -> str:
    """Return how far a row can be trusted."""
    names = {
        "high": _("high"),
        "medium": _("medium"),
        "low": _("low"),
        "assumed": _("ASSUMED"),
        "synthetic": _("SYNTHETIC"),
    }
    return names.get(confidence, confidence)


def status_sentence(plan: PlanDict) -> str:
    """Return how the solve ended."""
    status = str(plan.get("status"))
    if status == "infeasible":
        return _("No plan: the limits contradict each other.")
    if status == "no_plan":
        return _("No plan: the time limit came before the first plan.")
    gap = plan.get("gap")
    found = {
        "optimal": _("Best plan within the required gap."),
        "time_limit": _("Stopped at the time limit with a plan in hand."),
        "interrupted": _("Interrupted with a plan in hand."),
    }.get(status, status)
    return found if gap is None else found + " " + _("Proven gap: {gap:.2f} %.").format(gap=100.0 * gap)


def security_verdict(plan: PlanDict) -> tuple[str, str]:
    """Return (level, sentence): level is secure, insecure or not_checked; never "secure" without a finished check.

    A plan that claims to be secure while its own outages, base case or audit say otherwise is shown as insecure.
    """
    grid = plan.get("grid") or {}
    if (plan.get("audit") or {}).get("status") == "failed":
        return "insecure", _("NOT A VALID PLAN: the audit failed.")
    if plan.get("security") == "not_checked" or grid.get("status") != "checked":
        reason = grid.get("reason") or _("no AC network")
        return "not_checked", _("Grid: NOT CHECKED ({reason}).").format(reason=reason)
    checked = [*(grid.get("outages") or []), *(grid.get("base") or [])]
    n_bad = sum(row.get("status") != "ok" for row in checked)
    has_gap = any(row.get("status") == "not_converged" for row in checked) or not checked
    may_be_secure = not n_bad or (_is_no_worsening(grid) and not has_gap)
    if plan.get("security") != "secure" or not may_be_secure:
        return "insecure", _insecure_sentence(n_bad, len(checked))
    if n_bad:
        return "secure", _(
            "Secure: no situation is worse than without the plan (AC, N-0 and N-1, {n} checked)."
        ).format(n=len(checked))
    n_outages = len(grid.get("outages") or [])
    return "secure", _("Secure: base case and all {n} single outages keep their limits (AC, N-0 and N-1).").format(
        n=n_outages
    )


def _insecure_sentence(n_bad: int, n_checked: int) -> str:
    if not n_bad:
        return _("INSECURE: the AC check did not confirm the plan.")
    return _("INSECURE: {n} of {checked} checked situations break a limit or lose supply.").format(
        n=n_bad, checked=n_checked
    )


def _is_no_worsening(grid: Mapping[str, Any]) -> bool:
    return bool((grid.get("rules") or {}).get("no_worsening"))


def synthetic_label(plan: PlanDict) -> str | None:
    """Return the warning that the network is constructed, None for a real one."""
    if not is_synthetic(plan):
        return None
    return _("SYNTHETIC GRID: the network is constructed, not the real one; findings are an example.")


def names_of(plan: PlanDict, region: Any, *, lang: str) -> dict[str, str]:
    """Return the display name of every id that a limit or an outage may mention."""
    names: dict[str, str] = {}
    tables = {"substations": "substation", "zones": "zone", "reclaimed_plants": "plant", "districts": "district"}
    tables |= {"stock": "stock", "resources": "resource", "outside_sites": "outside"}
    for table, key in tables.items() if region is not None else ():
        frame = region[table]
        for row in frame.drop(columns="geometry", errors="ignore").to_dict("records"):
            names[str(row[key])] = local_name({**row, "id": row[key]}, lang)
    for site in plan.get("sites") or []:
        names[str(site["id"])] = local_name(site, lang)
        names |= {str(feed["substation"]): local_name(feed, lang) for feed in site.get("feeds") or []}
        names |= {str(water["plant"]): local_name(water, lang) for water in site.get("water") or []}
    return names


def limit_place(row: Row, names: Mapping[str, str]) -> str:
    """Return where and when a limit applies: names for ids, months in words, id in brackets when it differs."""
    parts = index_parts(row.get("index"))
    words = []
    for part in parts:
        name = names.get(part)
        if name is not None:
            words.append(name if name == part or part in name else f"{name} ({part})")
        elif part.isdigit() and 1 <= int(part) <= 12 and row.get("constraint") == "plant_supply":
            words.append(_("month {month}").format(month=int(part)))
        else:
            words.append(workload_name(technology_name(part)))
    return ", ".join(words)


def number(value: float | None, decimals: int = 1) -> str:
    """Return a number with thousands separators, "–" for an unknown one."""
    return "–" if value is None or value != value else f"{value:,.{decimals}f}"  # noqa: PLR0124 (NaN)


def amount(value: float | None) -> str:
    """Return a number with about four significant digits and no needless decimals."""
    if value is None or value != value:  # noqa: PLR0124 (NaN)
        return "–"
    size = abs(value)
    decimals = 0 if size >= 1000 or value == round(value) else 1 if size >= 10 else 3  # noqa: PLR2004
    return f"{value:,.{decimals}f}"


def money(value: float | None) -> str:
    """Return CNY in millions with unit."""
    return "–" if value is None else _("{value} million CNY").format(value=f"{value / 1e6:,.1f}")


def worth_text(row: Row, plan: PlanDict) -> str:
    """Return what one more unit of a limit saves at this siting, "" where it is not computed or nothing."""
    worth = row.get("worth")
    if worth is None or abs(worth) < 1e-9:  # noqa: PLR2004
        return ""
    unit = unit_name(str(row.get("unit") or ""))
    if (plan.get("objective") or {}).get("name") not in (None, "cost"):
        gain = unit_name(str((plan.get("objective") or {}).get("unit") or ""))
        return _("{worth} {gain} per {unit}").format(worth=amount(worth), gain=gain, unit=unit)
    return _("{worth} CNY/year per {unit}").format(worth=amount(worth), unit=unit)
