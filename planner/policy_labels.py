"""Rules that are only shown: what a plan has to say to them, and how they mark the plan's sites.

A site of a region of hubs is admissible, unless a rule marks it as conditional (something more is asked of it there) or
rejected. A rule with the label `admissible` tells a merit: it is named only where the site has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planner.policy_case import SHOWN, TOLERANCE, Judged, PlanCase, load_mw, share
from planner.policy_checks import label
from planner.policy_limits import HUB_ROLES, TRAINING
from planner.policy_rule import Rule

AI_CLASSES = (TRAINING, "inference")  # beginnings or parts of the ids of classes that are artificial intelligence
MOVABLE_RTT_MS = 20.0  # assumed: classes above the 20 ms aimed at between hubs have a medium or high latency
HIGH_KV = 220.0
ORDER = ("rejected", "conditional", "admissible")


def shown(_rule: Rule, _case: PlanCase) -> Judged:
    """Judge a rule for which a plan has no figure."""
    return Judged(SHOWN, "shown")


def drinking_water(rule: Rule, case: PlanCase) -> Judged:
    """Judge whether the scenario lets drinking water cool."""
    is_used = case.scenario.water.drinking_allowed
    return Judged(SHOWN, "scenario" if is_used and not float(rule.value) else "scenario_keeps")


def near_range(rule: Rule, case: PlanCase) -> Judged:
    """Judge the distance within which 500 kV stations feed."""
    radius = case.scenario.power.radius_km.get(500)
    return label(radius, is_met=radius is not None and radius <= float(rule.value) + TOLERANCE)


def near_500_kv(_rule: Rule, case: PlanCase) -> Judged:
    """Judge the share of new load that is fed at 220 kV, as stations of 500 kV feed."""
    feeds = [feed for site in case.plan["sites"] for feed in site["feeds"]]
    high = sum(float(feed["mw"]) for feed in feeds if feed["voltage_kv"] >= HIGH_KV)
    reached = share(high, sum(float(feed["mw"]) for feed in feeds))
    return Judged(SHOWN, "no_load" if reached is None else "share", reached)


def pue_preferred(rule: Rule, case: PlanCase) -> Judged:
    """Judge a PUE up to which projects go first: the lowest mean of a site."""
    built = [value for site in case.sites(rule) if (value := case.site_pue(site)) is not None]
    return label(min(built, default=None), is_met=bool(built) and min(built) <= float(rule.value) + TOLERANCE)


def green_preferred(rule: Rule, case: PlanCase) -> Judged:
    """Judge a green share from which on projects go first."""
    reached = max((float(row["ref"] or 0.0) for row in case.markets(rule)), default=None)
    return label(reached, is_met=reached is not None and reached >= float(rule.value) - TOLERANCE)


def ai_share(rule: Rule, case: PlanCase) -> Judged:
    """Judge the share of training and inference in the new IT load [MW], in the last year."""
    sites, last = case.sites(rule), case.years[-1]
    classes = [name for name in case.scenario.workloads if any(part in name for part in AI_CLASSES)]
    reached = share(load_mw(sites, last, classes), load_mw(sites, last))
    return label(reached, is_met=reached is not None and reached >= float(rule.value) - TOLERANCE)


def hub_new_share(rule: Rule, case: PlanCase) -> Judged:
    """Judge the share of new IT load that stands in the hubs named, in the last year."""
    last = case.years[-1]
    away = sum(float(row["it_mw"]) for row in case.plan["outside"] if row["year"] == last)
    reached = share(load_mw(case.sites(rule), last), load_mw(case.sites(), last) + away)
    return label(reached, is_met=reached is not None and reached >= float(rule.value) - TOLERANCE)


def workload_role(_rule: Rule, case: PlanCase) -> Judged:
    """Judge the share of load of medium or high latency that is served in western places, in the last year."""
    movable = [k for k, work in case.scenario.workloads.items() if work.rtt_limit_ms > MOVABLE_RTT_MS]
    west = set(case.places.loc[case.places["role"] == HUB_ROLES[1], "site"])
    sites, last = case.sites(), case.years[-1]
    there = load_mw([site for site in sites if site["id"] in west], last, movable)
    reached = share(there, load_mw(sites, last, movable))
    return Judged(SHOWN, "no_load" if reached is None else "share_west", reached)


def marked_sites(rule: Rule, case: PlanCase) -> Judged:
    """Name the plan's sites that a rule marks wherever they are used."""
    names = tuple(sorted(site["id"] for site in case.sites(rule)))
    return Judged(SHOWN, "marks" if names else "no_load", None, names)


def heat_use(rule: Rule, case: PlanCase) -> Judged:
    """Tell the share of energy that is reused as heat, where a text asks for more of it without a number."""
    here, last = {site["id"] for site in case.sites(rule)}, case.years[-1]
    sold = sum(float(r["mwh"]) for r in case.plan.get("heat") or [] if r["site"] in here and r["year"] == last)
    used = sum(float(site["energy_mwh"][str(last)]) for site in case.sites(rule))
    reached = share(sold, used)
    return Judged(SHOWN, "no_load" if reached is None else "share", reached)


def stock_credit(rule: Rule, case: PlanCase) -> Judged:
    """Judge whether new sites are good enough to count closed cabinets: the highest annual PUE of what they build."""
    built = [value for site in case.sites(rule) if (value := case.site_pue(site)) is not None]
    return label(max(built, default=None), is_met=bool(built) and max(built) <= float(rule.value) + TOLERANCE)


def _speaks(rule: Rule, site: dict[str, Any], case: PlanCase) -> bool:
    """Return whether a labelling rule has something to say of a site that lies where it holds."""
    value = case.site_pue(site)
    if rule.quantity in ("pue_cap", "pue_preferred", "stock_credit_max_pue"):
        is_low = value is not None and value <= float(rule.value) + TOLERANCE
        return is_low if rule.label == "admissible" else not is_low
    if rule.quantity == "green_share_preferred":
        rows = [row for row in case.markets(rule) if row["market"] == site.get("market")]
        return any(float(row["ref"] or 0.0) >= float(rule.value) - TOLERANCE for row in rows)
    return True


def label_site(site: dict[str, Any], cases: list[tuple[Rule, PlanCase]], text: Callable[[Rule, PlanCase], str]) -> None:
    """Set `label` and `label_reasons` (rule, label, text) of a plan's site from the rules that label and hold.

    `text`: what a rule says of a plan; here of the plan with this site alone.
    """
    alone = [(rule, replace(case, plan={**case.plan, "sites": [site]})) for rule, case in cases]
    reasons = [
        {"rule": rule.id, "label": str(rule.label), "text": text(rule, case)}
        for rule, case in alone
        if case.sites(rule) and _speaks(rule, site, case)
    ]
    found = {reason["label"] for reason in reasons}
    site["label"] = next((name for name in ORDER if name in found), ORDER[-1])
    site["label_reasons"] = reasons
