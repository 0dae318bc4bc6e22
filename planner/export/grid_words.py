"""What happens in a grid, in a planner's words: what is out, where, in which situation, under which rule, by which method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from planner.export.facts import PlanDict, Row
from planner.export.words import amount, in_a_row
from planner.i18n import gettext as _

TWO_UNITS = " + "  # between the names of a double outage
NO_DIFFERENCE = 0.0


def situation_name(situation: object) -> str:
    """Return the name of an operating situation; one of the region's own keeps its id, readable."""
    names = {
        "summer_peak": _("summer peak"),
        "winter_peak": _("winter peak"),
        "night": _("night"),
    }
    text = str(situation or "")
    return names.get(text, text.replace("_", " "))


def when(row: Row) -> str:
    """Return the year and, where given, the situation of a row."""
    year, situation = str(row.get("year") or ""), situation_name(row.get("situation"))
    return _("{year}, {situation}").format(year=year, situation=situation) if year and situation else year or situation


def element_name(element: object, names: Mapping[str, str]) -> str:
    """Return an element's id with the station or zone that its id ends with in brackets."""
    text = str(element or "–")
    parts = text.split("/", maxsplit=1)[0].split("-")
    ends = ("-".join(parts[i:]) for i in range(len(parts)))
    place = names.get(text) or next((names[end] for end in ends if end in names), None)
    return text if place is None or place == text else f"{text} ({place})"


def kind_name(kind: object) -> str:
    """Return what kind of thing is out."""
    names = {
        "line": _("line"),
        "trafo": _("transformer"),
        "trafo3w": _("three-winding transformer"),
        "double": _("double circuit"),
        "generator": _("generator"),
        "busbar": _("busbar"),
        "feed": _("feed transfer"),
        "bus": _("bus"),
    }
    return names.get(str(kind), str(kind or "–"))


def out_text(name: object, kind: object, names: Mapping[str, str], *, found: object = None) -> str:
    """Return what is out as "with one unit of T-1 out"; `found` is the element just named, "it" then."""
    if not name:
        return _("with nothing out")
    if name == found and kind in {"line", "trafo", "trafo3w"}:
        return _("with one circuit of it out") if kind == "line" else _("with one unit of it out")
    return _("with {outage} out").format(outage=outage_name(name, kind, names))


def outage_name(name: object, kind: object, names: Mapping[str, str]) -> str:
    """Return what an outage takes away: "one circuit of L-1", "busbar B-2"."""
    first, _sign, second = str(name).partition(TWO_UNITS)
    if kind == "double" and first == second:
        return _("two circuits of {element}").format(element=element_name(first, names))
    texts = {
        "line": _("one circuit of {element}"),
        "trafo": _("one unit of {element}"),
        "trafo3w": _("one unit of {element}"),
        "double": _("both of {element}"),
        "generator": _("generator {element}"),
        "busbar": _("busbar {element}"),
        "feed": _("feed {element} (all load on the other feed)"),
    }
    shown = feed_name(name, names) if kind == "feed" else element_name(name, names)
    return texts.get(str(kind), _("one of {element}")).format(element=shown)


def feed_name(element: object, names: Mapping[str, str]) -> str:
    """Return the feed of an outage of the kind "feed" with names for the ids of its site and station."""
    text = str(element)
    for sign in (": ", " / ", " - ", " – "):
        if sign in text:
            return sign.join(names.get(part, part) for part in text.split(sign))
    return names.get(text, text)


def rule_text(row: Row, rules: Row) -> str:
    """Return the rule that a finding is held against: which limit, with or without an outage, no worsening or not."""
    limit, unit = row.get("limit"), row.get("unit")
    state = _("N-1") if row.get("outage") else _("N-0")
    if unit == "pu":
        is_lowest = (limit or 0.0) < 1.0
        text = (
            _("voltage at least {limit:.3g} pu ({state})")
            if is_lowest
            else _("voltage at most {limit:.3g} pu ({state})")
        )
    elif limit is None:
        text = _("all load keeps its supply ({state})")
    else:
        text = _("current at most {limit:.4g} % of the rating ({state})")
    said = text.format(limit=limit, state=state)
    if not rules.get("no_worsening"):
        return said
    return _("{rule}; what was outside before may not get worse").format(rule=said)


def is_outside(row: Row) -> bool:
    """Tell whether a finding is outside its limit."""
    value, limit = row.get("value"), row.get("limit")
    if value is None or limit is None:
        return True  # nothing was found: no solution, or load without supply
    if row.get("unit") == "pu" and limit < 1.0:
        return bool(value < limit)
    return bool(value > limit)


def beside(value: float | None, limit: float | None) -> str:
    """Return a value as `amount` does, with as many digits as tell it from a limit that it is not equal to."""
    short = amount(value)
    if value is None or limit is None or value == limit or short != amount(limit):
        return short
    return next((t for t in (f"{value:.{d}f}" for d in range(1, 7)) if float(t) != limit), short)


def limiting_sentence(plan: PlanDict, names: Mapping[str, str]) -> str:
    """Return the element that limits the plan with outage and rule, "" where the plan does not name one."""
    grid = plan.get("grid") or {}
    row = grid.get("limiting")
    if not row:
        return ""
    head = (
        _("Limiting: {found}, {out} ({when}).")
        if is_outside(row)
        else _("Closest to its limit: {found}, {out} ({when}).")
    )
    found = _("{element} at {value} {unit}, limit {limit} {unit}").format(
        element=element_name(row.get("element"), names),
        value=beside(row.get("value"), row.get("limit")),
        unit=row.get("unit") or "",
        limit=amount(row.get("limit")),
    )
    out = out_text(row.get("outage"), row.get("outage_kind"), names, found=row.get("element"))
    rule = _("Rule: {rule}.").format(rule=rule_text(row, grid.get("rules") or {}))
    return in_a_row(head.format(found=found, out=out, when=when(row)), rule)


def scope_sentence(plan: PlanDict) -> str:
    """Return what was checked: outages by kind, years and situations; "" where nothing was."""
    grid = plan.get("grid") or {}
    rows = [*(grid.get("base") or []), *(grid.get("outages") or [])]
    if not rows:
        return ""
    kinds = Counter(str(row.get("kind")) for row in grid.get("outages") or [])
    parts = [f"{kind_name(kind)} {n:,}" for kind, n in sorted(kinds.items())]
    text = _("Checked: {n} situations with nothing out, and outages by kind: {parts}.").format(
        parts=", ".join(parts) or "–", n=len(grid.get("base") or [])
    )
    situations = sorted({str(row["situation"]) for row in rows if row.get("situation")})
    shown = _("Operating situations: {situations}.").format(situations=", ".join(situation_name(s) for s in situations))
    is_unchecked = str((grid.get("rules") or {}).get("feed_transfer") or "").startswith("not checked")
    transfer = _("Feed transfer (all load of a dual-fed site on one feed) was not checked.")
    return in_a_row(text, shown if situations else "", transfer if is_unchecked else "")


def method_sentence(plan: PlanDict) -> str:
    """Return which engine computed the outages and how it was verified, "" where the plan does not say."""
    method = (plan.get("grid") or {}).get("method")
    if not method:
        return ""
    checked = method.get("self_check")
    if checked:
        return _(
            "Method: {engine}; on {n} situations compared with pandapower, differences up to {vm} pu and {loading} "
            "percentage points of loading."
        ).format(
            engine=method.get("engine"),
            n=checked.get("n_outages"),
            vm=_small(checked.get("max_vm_diff_pu")),
            loading=_small(checked.get("max_loading_diff_percent")),
        )
    text = _("Method: {engine}.").format(engine=method.get("engine"))
    reason = method.get("reason")
    return in_a_row(text, _("Slow path: {reason}").format(reason=_(str(reason))) if reason else "")


def _small(value: float | None) -> str:
    if value is None:
        return "–"
    return "0" if value == NO_DIFFERENCE else f"{value:.0e}"


def rules_sentence(plan: PlanDict) -> str:
    """Return the limits the grid was held against, "" where the plan does not say."""
    rules = (plan.get("grid") or {}).get("rules") or {}
    parts = []
    if rules.get("n0_percent") is not None:
        parts.append(_("N-0 up to {percent:g} %").format(percent=rules["n0_percent"]))
    if rules.get("line_percent") is not None:
        parts.append(_("N-1 lines up to {percent:g} %").format(percent=rules["line_percent"]))
    parts += [
        _("N-1 transformers {kv} kV up to {percent:g} %").format(kv=kv, percent=percent)
        for kv, percent in sorted((rules.get("trafo_percent") or {}).items(), key=lambda item: item[0].zfill(9))
    ]
    if rules.get("voltage"):
        parts.append(_("voltage {bands}").format(bands=str(rules["voltage"]).replace("; ", ", ")))
    parts += _treatment(rules)
    return _("Rules: {parts}.").format(parts="; ".join(parts)) if parts else ""


def _treatment(rules: Row) -> list[str]:
    """Return how violations of the grid without the plan and the balance of power are treated."""
    parts = []
    threshold = rules.get("sensitivity_threshold_percent")
    if rules.get("no_worsening"):
        text = _("what is outside without the plan may not get worse")
        if threshold is not None:
            text += " " + _("(counted where at least {percent:g} % of the added load flows)").format(percent=threshold)
        parts.append(text)
    elif "no_worsening" in rules:
        parts.append(_("violations without the plan count too"))
    slack = {"single": _("single slack"), "distributed": _("distributed slack")}.get(str(rules.get("slack")))
    parts += [slack] if slack else []
    if rules.get("reactive_limits"):
        parts.append(_("no limits of reactive power"))
    for name, row in (rules.get("situations") or {}).items():
        text = _("{situation}: load x {load:g}, generation x {generation:g}, plan x {plan:g} (assumed)")
        factors = {key: float(row.get(f"{key}_factor", 1.0)) for key in ("load", "generation", "plan")}
        if any(factor != 1.0 for factor in factors.values()):
            parts.append(text.format(situation=situation_name(name), **factors))
    return parts


def loading_label(lower: float | None, upper: float | None) -> str:
    """Return the legend text of one class of loading."""
    if lower is None:
        return _("below {upper:g} %").format(upper=upper)
    if upper is None:
        return _("over {lower:g} %: over the limit").format(lower=lower)
    return _("{lower:g} to {upper:g} %").format(lower=lower, upper=upper)
