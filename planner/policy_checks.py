"""What the rules that limit or price something did in a plan: one check for each quantity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.technologies import TECHNOLOGIES
from planner.policy_case import (
    BINDING,
    HOLDS,
    MISSED,
    NOT_REACHED,
    SET_ASIDE,
    SHOWN,
    TOLERANCE,
    Judged,
    PlanCase,
    share,
)
from planner.policy_limits import TRAINING, hub_occupancy, min_occupancy, pue_caps, speaks_by_hub
from planner.policy_rule import Rule

NEAR = 1e-4  # a mean or a share this close to its limit stands at it


def pue_cap(rule: Rule, case: PlanCase) -> Judged:
    """Judge a cap on the PUE of blocks: which technologies on offer it keeps out, and what the highest PUE built is."""
    if rule.applies_to == "stock":
        return Judged(SHOWN, "shown")
    built = [value for site in case.sites(rule) if (value := case.site_pue(site)) is not None]
    measured = max(built, default=None)
    if rule.effect == "label":
        return label(measured, is_met=measured is None or measured <= float(rule.value) + TOLERANCE)
    if case.scenario.cooling.pue_caps == "off":
        return Judged(SET_ASIDE, "scenario", measured)
    out, is_strictest = _kept_out(rule, case)
    if not is_strictest:
        return Judged(HOLDS, "stricter", measured)
    return Judged(BINDING, "keeps_out", measured, out) if out else Judged(HOLDS, "all_below", measured)


def _kept_out(rule: Rule, case: PlanCase) -> tuple[tuple[str, ...], bool]:
    """Return the technologies on offer that the cap keeps out somewhere, and whether it is the strictest there or anywhere."""
    known = case.annual[case.annual["technology"].isin(case.scenario.cooling.technologies)]
    here = known[known["climate"].isin(case.inside(rule)["climate"])]
    above = here[here["pue_annual"].astype(float) > float(rule.value) + TOLERANCE]
    if rule.upper_kt_coal is not None:
        return tuple(sorted(above["technology"].unique())), True
    caps = pue_caps(case.pack, case.places, case.years).groupby("climate")["cap"].max()
    own = {c for c in here["climate"].unique() if float(rule.value) <= caps.get(c, float("inf")) + TOLERANCE}
    return tuple(sorted(above.loc[above["climate"].isin(own), "technology"].unique())), bool(own)


def label(measured: float | None, *, is_met: bool) -> Judged:
    """Return what a rule that is only shown says of a figure."""
    if measured is None:
        return Judged(SHOWN, "no_load")
    return Judged(SHOWN, "met" if is_met else "missed", measured)


def mean_pue_cap(rule: Rule, case: PlanCase) -> Judged:
    """Judge a cap on the mean PUE of the load of a market; one that is shown, of all of them together."""
    if rule.applies_to == "stock":
        return Judged(SHOWN, "shown")
    rows = [row for row in case.markets(rule) if row["it_mwh"]]
    if rule.effect == "label":
        energy, it = (sum(float(row[key]) for row in rows) for key in ("energy_mwh", "it_mwh"))
        mean = share(energy, it)
        return label(mean, is_met=mean is not None and mean <= float(rule.value) + TOLERANCE)
    if case.scenario.cooling.pue_caps == "off":
        return Judged(SET_ASIDE, "scenario")
    if not rows:
        return Judged(NOT_REACHED, "no_load")
    highest = max(float(row["pue"]) for row in rows)
    bound = _bound(case.limits("mean_pue"), rows, keys=("market", "year"))
    return _limited(highest, bound, is_kept=highest <= float(rule.value) + NEAR)


def green_share(rule: Rule, case: PlanCase) -> Judged:
    """Judge a required green share: where it is the strictest, and whether the plan stands at it there."""
    rows = case.markets(rule)
    if "green" in case.scenario.families_off:
        return Judged(SET_ASIDE, "off")
    if set(case.years) <= set(case.scenario.green.share):
        return Judged(SET_ASIDE, "scenario")
    if not rows:
        return Judged(NOT_REACHED, "no_load")
    reached = min(float(row["ref"] or 0.0) for row in rows)
    at = [row for row in rows if float(rule.value) >= float(row["required_share"] or 0.0) - TOLERANCE]
    if not at:
        return Judged(HOLDS, "stricter", reached)
    bound = _bound(case.limits("green_share"), at, keys=("market", "year"))
    reached = min(float(row["ref"] or 0.0) for row in at)
    return _limited(reached, bound, is_kept=reached >= float(rule.value) - NEAR)


def _limited(reached: float, bound: Sequence[Mapping[str, Any]], *, is_kept: bool) -> Judged:
    """Return what a limit did: missed (no row of the model keeps it there), binding with its worth, or kept."""
    if not is_kept:
        return Judged(MISSED, "missed", reached)
    return Judged(BINDING, "binding", reached, **_worth(bound)) if bound else Judged(HOLDS, "kept", reached)


def _bound(
    limits: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], *, keys: Sequence[str]
) -> list[Mapping[str, Any]]:
    """Return the binding limits whose index is that of one of the rows."""
    wanted = {tuple(row[key] for key in keys if row[key] is not None) for row in rows}
    return [limit for limit in limits if limit["is_binding"] and tuple(limit["index"]) in wanted]


def _worth(bound: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the highest worth of the limits that bind, with its unit."""
    known = [limit for limit in bound if limit["worth"] is not None]
    if not known:
        return {}
    most = max(known, key=lambda limit: float(limit["worth"]))
    return {"worth": float(most["worth"]), "worth_unit": str(most["unit"])}


def heat_share(rule: Rule, case: PlanCase) -> Judged:
    """Judge the share of a market's energy that must be reused as heat."""
    if not case.scenario.heat.is_on:
        return Judged(SHOWN if rule.effect == "label" else SET_ASIDE, "off")
    sites = {site["id"]: site.get("market") for site in case.plan["sites"]}
    parts: list[float] = []
    for row in case.markets(rule):
        heat = [h for h in case.plan.get("heat") or [] if h["year"] == row["year"] and h["site"] in sites]
        sold = sum(float(h["mwh"]) for h in heat if row["market"] in (None, sites[h["site"]]))
        parts.append(sold / float(row["energy_mwh"]))
    reached = min(parts, default=None)
    if rule.effect == "label":
        return label(reached, is_met=reached is not None and reached >= float(rule.value) - TOLERANCE)
    if reached is None:
        return Judged(NOT_REACHED, "no_load")
    bound = [row for row in case.limits("heat_share") if row["is_binding"]]
    return _limited(reached, bound, is_kept=reached >= float(rule.value) - NEAR)


def occupancy(rule: Rule, case: PlanCase) -> Judged:
    """Judge the least share of installed load that is served: of all places together, or hub by hub where hubs are named."""
    by_hub = speaks_by_hub(rule)
    groups = case.inside(rule).groupby("hub")["site"].agg(set) if by_hub else [set(case.inside(rule)["site"])]
    shares: list[float] = []
    for group in groups:
        here = [site for site in case.plan["sites"] if site["id"] in group]
        for year in case.years:
            served, installed = (sum(s[key][str(year)] for s in here) for key in ("it_mw", "installed_mw"))
            shares += [found] if (found := share(served, installed)) is not None else []
    if not shares:
        return Judged(NOT_REACHED, "no_load")
    least = min(shares)
    if case.scenario.clusters.min_occupancy_share is None:
        return Judged(SET_ASIDE, "scenario", least)
    asked = _occupancy_limits(rule, case, by_hub=by_hub)
    # less than a block is left of nearly every small hub: it binds where that is worth something, or nothing is left
    bound = [r for r in asked if r["is_binding"] and (r["worth"] != 0.0 or r["slack"] <= NEAR * abs(r["limit"]))]
    return _limited(least, bound, is_kept=least >= float(rule.value) - NEAR)


def _occupancy_limits(rule: Rule, case: PlanCase, *, by_hub: bool) -> list[Mapping[str, Any]]:
    """Return the plan's limits of occupancy that ask for what the rule does: of its hubs, or of all places together."""
    own = case.scenario.clusters.min_occupancy_share
    if not by_hub:
        asked = min_occupancy(case.pack, case.places, case.years, own)
        is_row = asked is not None and abs(asked - float(rule.value)) <= TOLERANCE
        return [row for row in case.limits("occupancy") if is_row]
    rows = hub_occupancy(case.pack, case.places, case.years, own)
    rows = rows[(rows["share"].astype(float) - float(rule.value)).abs() <= TOLERANCE]
    mine = rows[rows["hub"].isin(case.inside(rule)["hub"])]
    index = set(mine[["hub", "year"]].itertuples(index=False, name=None))
    return [row for row in case.limits("hub_occupancy") if tuple(row["index"]) in index]


def air_density(rule: Rule, case: PlanCase) -> Judged:
    """Judge the limit of air cooling: which classes are too dense for it although air cooling is on offer."""
    air = [name for name in case.scenario.cooling.technologies if not TECHNOLOGIES[name].is_liquid]
    works = case.scenario.workloads
    densest = max(work.density_kw_per_rack for work in works.values())
    dense = tuple(sorted(k for k, work in works.items() if work.density_kw_per_rack > float(rule.value) + TOLERANCE))
    return Judged(BINDING, "keeps_out", densest, dense) if dense and air else Judged(HOLDS, "all_below", densest)


def water_cap(rule: Rule, case: PlanCase) -> Judged:
    """Judge the cap on a city's cooling water."""
    rows = [row for row in case.plan["water_totals"] if row["year"] in case.years]
    most = max((float(row["new_m3"] + row["stock_m3"]) for row in rows), default=None)
    if case.scenario.water.city_cap_m3_per_year is not None:
        return Judged(SET_ASIDE, "scenario", most)
    if "water" in case.scenario.families_off or most is None:
        return Judged(SET_ASIDE, "off", most)
    bound = [row for row in case.limits("city_water") if row["is_binding"]]
    return Judged(BINDING, "binding", most, **_worth(bound)) if bound else Judged(HOLDS, "kept", most)


def expandable(rule: Rule, case: PlanCase) -> Judged:
    """Judge whether stations of 220 and 110 kV may be expanded."""
    rules = case.scenario.power.expansion
    if rules.may_expand_220_110_kv is not None:
        return Judged(SET_ASIDE, "scenario")
    if not rules.is_allowed:
        return Judged(HOLDS, "not_asked")
    return Judged(HOLDS, "kept") if float(rule.value) else Judged(BINDING, "keeps_out", None, ("220 kV", "110 kV"))


def liquid_ready(rule: Rule, case: PlanCase) -> Judged:
    """Judge the share of existing halls that can turn to liquid cooling."""
    if not case.plan["stock"] or "stock" in case.scenario.families_off:
        return Judged(NOT_REACHED, "no_stock")
    bound = [row for row in case.limits("liquid_stock") if row["is_binding"]]
    return Judged(BINDING, "binding", None, **_worth(bound)) if bound else Judged(HOLDS, "kept")


def tariff(rule: Rule, case: PlanCase) -> Judged:
    """Judge the tariff on existing centres above a PUE: it is in the costs of what may become of them."""
    if rule.effect == "label":
        return Judged(SHOWN, "shown")
    if not case.plan["stock"] or "stock" in case.scenario.families_off:
        return Judged(NOT_REACHED, "no_stock")
    return Judged(HOLDS, "priced")


def coal_factor(rule: Rule, case: PlanCase) -> Judged:
    """Judge the factor by which the sizes of projects are counted."""
    if rule.effect == "label":
        return Judged(SHOWN, "shown")
    return Judged(SET_ASIDE, "scenario") if case.scenario.cooling.pue_caps == "off" else Judged(HOLDS, "sizes")


def training(rule: Rule, case: PlanCase) -> Judged:
    """Judge training in the city: the share of all training that is placed where the rule speaks."""
    classes = {name for name in case.scenario.workloads if name.startswith(TRAINING)}
    here, last = {site["id"] for site in case.sites(rule)}, case.years[-1]
    rows = [r for r in case.plan["assignments"] if r["workload"] in classes and r["year"] == last]
    whole = sum(float(r["it_mw"]) for r in rows)
    placed = share(sum(float(r["it_mw"]) for r in rows if r["site"] in here), whole)
    if rule.effect == "label":
        return label(placed, is_met=placed is not None and placed <= float(rule.value) + TOLERANCE)
    if not classes:
        return Judged(NOT_REACHED, "no_load")
    if float(rule.value) == 0.0:
        return Judged(BINDING, "keeps_out", placed, tuple(sorted(classes)))
    is_kept = placed is None or placed <= float(rule.value) + TOLERANCE  # no row of the model: judged in the plan
    return Judged(HOLDS, "kept", placed) if is_kept else Judged(MISSED, "missed", placed)
