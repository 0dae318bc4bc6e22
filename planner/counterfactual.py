"""What if a site were in, or out: the scenario with that wish, and what the plan for it says against the plan before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.compare import difference, moved
from planner.compare_limits import limit_changes
from planner.errors import UsageError
from planner.export.facts import PlanDict, has_plan, last_year, local_name
from planner.export.limit_words import conflict_lines
from planner.export.sentences import security_verdict
from planner.export.words import amount, family_name
from planner.i18n import LANGUAGES, language, use_language
from planner.i18n import gettext as _
from planner.plan_views import value_text
from planner.scenario import Scenario, parse_scenario
from planner.wishes import Wish, wish_of, with_wish

WISHES = ("in", "out")
N_LIMITS = 3  # named in a sentence; all are in the table


def scenario_of(plan: PlanDict, region: str) -> Scenario:
    """Return the scenario that a plan was made for; `region` is the folder that it does not keep."""
    return parse_scenario({**plan["scenario"], "region": region}, file=_("plan"))


def supposing(scenario: Scenario, site: str, wish: str) -> Scenario:
    """Return the scenario with the site forced in or out, named so; raise `UsageError` where it says that already.

    A least size that the scenario asks for stays with a site that is forced in.
    """
    if wish not in WISHES:
        raise ValueError(f"no such wish: {wish}")
    if site in (scenario.wishes.fixed if wish == "in" else scenario.wishes.forbidden):
        raise UsageError(_("The scenario says so already: there is nothing to compare."))
    least_mw = wish_of(scenario, site)[1]
    kind: Wish = "forbidden" if wish == "out" else "sized" if least_mw else "fixed"
    name = {}
    for lang in LANGUAGES:
        with use_language(lang):
            text = _("{name}, with {site}") if wish == "in" else _("{name}, without {site}")
            name[lang] = text.format(name=scenario.name.here, site=site)
    return with_wish(scenario, site, kind, least_mw=least_mw).changed({"name": name})


def outcome(before: PlanDict, after: PlanDict, *, site: str, wish: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what the wish changes: is_possible, sentences, level (of the new plan's security), loss, moved, limits, conflict.

    `loss` is how much worse the best plan becomes: value, low, high, unit, is_told (see `planner.compare.difference`; the
    sign is turned where the aim is to have most), None where there is none. A wish that only takes choices away cannot make
    the best plan better, so the range then starts at nothing. `conflict` are the sentences of `conflict_lines`.
    """
    if not has_plan(after):
        found = conflict(after, names)
        sentence = (
            _("With this wish there is no plan: the limits contradict each other.")
            if after.get("status") == "infeasible"
            else _("The run ended before it found a plan with this wish.")
        )
        return {"is_possible": False, "sentences": [sentence], "level": "not_checked", "loss": None, "moved": [],
                "limits": [], "conflict": found}  # fmt: skip
    loss = _loss(before, after, site)
    level, verdict = security_verdict(after)
    sites = [row for row in moved(before, after) if row["change"] != "same"]
    limits = limit_changes(before, after, names)
    sentences = [
        _loss_sentence(loss, wish, names.get(site, site)),
        *_place_sentences(sites, after, site),
        *_limit_sentences(limits),
        verdict,
    ]
    return {"is_possible": True, "sentences": sentences, "level": level, "loss": loss, "moved": sites,
            "limits": limits, "conflict": None}  # fmt: skip


def _loss(before: PlanDict, after: PlanDict, site: str) -> dict[str, Any]:
    found = difference(before, after)
    if (before.get("objective") or {}).get("sense") == "maximise":
        low, high = found["high"], found["low"]
        found |= {
            "value": -found["value"],
            "low": None if low is None else -low,
            "high": None if high is None else -high,
        }
    wishes = (before.get("scenario") or {}).get("wishes") or {}
    if not any(site in (wishes.get(name) or ()) for name in ("fixed", "forbidden", "min_mw")):
        found["low"] = None if found["low"] is None else max(0.0, found["low"])
        found["high"] = None if found["high"] is None else max(0.0, found["high"])
        found["value"] = max(found["value"], found["low"] or 0.0)
        found["is_told"] = found["low"] is not None and found["low"] > 0.0
    return found


def _loss_sentence(loss: Mapping[str, Any], wish: str, name: str) -> str:
    head = _("With {site} in").format(site=name) if wish == "in" else _("Without {site}").format(site=name)
    return _text_of(loss).format(head=head, **_amounts(loss))


def _text_of(loss: Mapping[str, Any]) -> str:
    if loss["low"] is None or loss["high"] is None:
        key = "no_bound"
    elif not loss["is_told"]:
        key = "not_told"
    else:
        key = "less" if loss["value"] < 0 else "more"
    of_money = {
        "no_bound": _("{head}, the plan found costs {value} more; no bound says how much of it is the solver's gap."),
        "not_told": _(
            "{head}, the plan costs {value} more, but the solver's gaps leave {low} to {high} open: no difference is proven."
        ),
        "less": _("{head}, the best plan costs {gain} less ({least} to {most} at these gaps)."),
        "more": _("{head}, the best plan costs {value} more ({low} to {high} at these gaps)."),
    }
    of_others = {
        "no_bound": _("{head}, the plan found is {value} worse; no bound says how much of it is the solver's gap."),
        "not_told": _(
            "{head}, the plan is {value} worse, but the solver's gaps leave {low} to {high} open: no difference is proven."
        ),
        "less": _("{head}, the best plan is {gain} better ({least} to {most} at these gaps)."),
        "more": _("{head}, the best plan is {value} worse ({low} to {high} at these gaps)."),
    }
    return (of_money if loss["unit"] == "CNY" else of_others)[key]


def _amounts(loss: Mapping[str, Any]) -> dict[str, str]:
    """Return the amounts of a loss as text; as gains too, for a plan that became better."""
    shown = {key: value_text(loss[key], loss["unit"]) for key in ("value", "low", "high")}
    gains = {"gain": "value", "least": "high", "most": "low"}
    shown |= {key: value_text(None if loss[of] is None else -loss[of], loss["unit"]) for key, of in gains.items()}
    return shown


def _place_sentences(sites: list[dict[str, Any]], after: PlanDict, site: str) -> list[str]:
    """Return where load goes and where it comes from, in the last year."""
    year, lang = last_year(after), language()
    deltas = [(row, (row["mw_b"] or 0.0) - (row["mw_a"] or 0.0)) for row in sites if row["id"] != site]
    lines = []
    own = next((row for row in sites if row["id"] == site), None)
    if own is not None:
        lines.append(_("Its IT load in {year}: {a} MW before, {b} MW now.").format(
            year=year, a=amount(own["mw_a"] or 0.0), b=amount(own["mw_b"] or 0.0)))  # fmt: skip
    for text, sign in ((_("More elsewhere: {sites}."), 1.0), (_("Less elsewhere: {sites}."), -1.0)):
        parts = [f"{local_name(row, lang)} {mw:+,.0f} MW" for row, mw in deltas if sign * mw > 0.0]
        if parts:
            lines.append(text.format(sites=", ".join(parts)))
    return lines


def _limit_sentences(limits: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return which limits stand more in the way with the wish, and which less; the largest changes."""
    lines = []
    for text, kinds in (
        (_("Scarcer then: {limits}."), {"binds_now", "worth_more"}),
        (_("Less scarce then: {limits}."), {"no_longer", "worth_less"}),
    ):
        titles = [str(row["title"]) for row in limits if row["change"] in kinds]
        if titles:
            lines.append(text.format(limits="; ".join(titles[:N_LIMITS]) + (" …" if len(titles) > N_LIMITS else "")))
    return lines


def conflict(plan: PlanDict, names: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the wishes that cannot hold together, None for a plan that is not infeasible.

    {families: names of what contradicts, lines: the whole as sentences, ways: [{families, ids, is_enough, is_least, lines}]}.
    Each way that is enough makes a plan possible alone, so what it gives way on is part of every contradiction there is.
    """
    ways = [way for way in (plan.get("infeasible") or {}).get("ways") or [] if way.get("shortfalls")]
    if not ways:
        return None
    rows: list[dict[str, Any]] = []
    for way in ways:
        alone = {**plan, "infeasible": {"ways": [way]}}
        _short, _head, *details = conflict_lines(alone, names)
        ids = [str(family) for family in way.get("families") or []]
        rows.append(
            {
                "ids": ids,
                "families": [family_name(family) for family in ids],
                "is_enough": bool(way.get("is_enough", True)),
                "is_least": bool(way.get("is_least", False)),
                "lines": [line.strip() for line in details],
            }
        )
    families = list(dict.fromkeys(name for row in rows for name in row["families"]))
    return {"families": families, "lines": conflict_lines(plan, names), "ways": rows}
