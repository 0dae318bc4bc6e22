"""What the loop of siting and AC check did, in a planner's words: rounds, price of security, limits learned, levers used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner.export.facts import PlanDict, Row, local_name
from planner.export.grid_words import element_name, feed_name, when
from planner.export.words import amount, in_a_row, money, station_name, unit_name
from planner.i18n import gettext as _

N_STATIONS = 6  # stations named in a learned limit; the others are counted
SMALLEST = 5e-3  # of the largest coefficient; less reads as 0.00
ENDED_SECURE = frozenset({"secure", "not_run"})


def loop_of(plan: PlanDict) -> Row:
    """Return the plan's loop, empty for a plan made without one."""
    return plan.get("loop") or {}


def has_failed(plan: PlanDict) -> bool:
    """Tell whether the loop ended without a secure plan; a loop that claims more than its last round shows failed too."""
    loop = loop_of(plan)
    if not loop:
        return False
    rounds = loop.get("rounds") or []
    return loop.get("status") not in ENDED_SECURE or bool(
        loop.get("status") == "secure" and rounds and rounds[-1].get("n_counted")
    )


def loop_sentence(plan: PlanDict) -> str:
    """Return how the loop ended, with rounds and what security costs; "" for a plan made without a loop."""
    loop = loop_of(plan)
    n = len(loop.get("rounds") or [])
    if not loop:
        return ""
    if loop.get("status") == "not_run":
        return _("Siting and check were not repeated: {reason}.").format(reason=_reason(loop))
    if has_failed(plan):
        text = _("The loop of siting and check ended in round {n} without a secure plan: {reason}.")
        return text.format(n=n, reason=_reason(loop))
    text = (
        _("Reached in the first round.") if n == 1 else _("Reached after {n} rounds of siting and check.").format(n=n)
    )
    return in_a_row(text, price_sentence(plan))


def _reason(loop: Row) -> str:
    reason = str(loop.get("reason") or "").strip().rstrip(".")
    names = {
        "": _("no reason given"),
        "max_rounds": _("the number of rounds is used up"),
        "time_limit": _("the time limit was reached"),
        "stopped": _("it was stopped"),
        "infeasible": _("with the limits learned there is no plan"),
        "stalled": _("a round found no new limit"),
    }
    return names.get(reason) or _(reason)


def price_sentence(plan: PlanDict) -> str:
    """Return what security costs with its range at the proven gaps; "" where it was not computed."""
    price = loop_of(plan).get("price_of_security") or {}
    value, low, high = (price.get(key) for key in ("value", "low", "high"))
    if value is None:
        return ""
    unit = str(price.get("unit") or "")
    if low is None or high is None:
        return _("Security costs {value}.").format(value=_priced(value, unit))
    ends = (f"{low / 1e6:,.1f}", f"{high / 1e6:,.1f}") if unit == "CNY" else (amount(low), amount(high))
    text = _("Security costs {value} ({low} to {high} at this gap).")
    if low <= 0.0:
        text = _("Security costs {value} ({low} to {high} at this gap: it may cost nothing).")
    return text.format(value=_priced(value, unit), low=ends[0], high=ends[1])


def _priced(value: float, unit: str) -> str:
    return money(value) if unit == "CNY" else f"{amount(value)} {unit_name(unit)}".strip()


def round_lines(plan: PlanDict, names: Mapping[str, str]) -> list[str]:
    """Return one sentence per round: limits added, what the plan costs then, what the check found."""
    unit = str((plan.get("objective") or {}).get("unit") or "")
    lines = []
    for row in loop_of(plan).get("rounds") or []:
        n_cuts = sum(int(row.get(key) or 0) for key in ("n_cuts_dc", "n_cuts_ac", "n_cuts_no_good"))
        value = row.get("value")
        found = _("nothing counts against the plan")
        if row.get("n_counted"):
            found = _("{n} situations count against the plan").format(n=row["n_counted"])
            if row.get("worst"):
                found += _(", worst {element}").format(element=_worst_text(row["worst"], names))
        lines.append(
            _("Round {i}: {value}; {found}; limits learned: {n}.").format(
                i=row.get("round"), value="–" if value is None else _priced(value, unit), found=found, n=n_cuts
            )
        )
    return lines


def _worst_text(worst: Row, names: Mapping[str, str]) -> str:
    found = f"{element_name(worst.get('element'), names)} {amount(worst.get('value'))} {worst.get('unit') or ''}"
    return found.strip()


def cuts_to_show(plan: PlanDict) -> list[Row]:
    """Return the learned limits, those that the plan reaches first, then by year and element."""
    cuts = loop_of(plan).get("cuts") or []
    return sorted(cuts, key=lambda cut: (not cut.get("is_binding"), cut.get("year") or 0, str(cut.get("element"))))


def cut_sentence(cut: Row, names: Mapping[str, str]) -> str:
    """Return a learned limit: what would be overloaded when, and what the stations may carry together."""
    return _("{what}: {limit}").format(what=cut_title(cut, names), limit=cut_formula(cut, names))


def cut_names(plan: PlanDict, names: Mapping[str, str]) -> dict[str, str]:
    """Return what each learned limit protects by its id, without year and situation."""
    return {
        str(cut.get("id")): f"{_protected(cut, names)} {_when_out(cut, names)}"
        for cut in loop_of(plan).get("cuts") or []
    }


def cut_title(cut: Row, names: Mapping[str, str]) -> str:
    """Return the element that the limit protects, what is out then, year and situation."""
    return _("{what} {out}, {when}").format(what=_protected(cut, names), out=_when_out(cut, names), when=when(cut))


def _protected(cut: Row, names: Mapping[str, str]) -> str:
    if cut.get("kind") == "no_good":
        return _("no solution of the power flow")
    element = element_name(cut.get("element"), names)
    quantity = {"vm_min": _("lowest voltage at {element}"), "vm_max": _("highest voltage at {element}")}
    return quantity.get(str(cut.get("quantity")), "{element}").format(element=element)


def _when_out(cut: Row, names: Mapping[str, str]) -> str:
    outage, kind = cut.get("outage"), str(cut.get("outage_kind") or "")
    if not outage:
        return _("with nothing out")
    if outage == cut.get("element"):
        texts = {"line": _("when one circuit of it is out"), "trafo": _("when one unit of it is out")}
        return texts.get(kind.removesuffix("3w"), _("when one of it is out"))
    if kind == "feed":
        return _("when all load is on the other feed ({feed} out)").format(feed=feed_name(outage, names))
    texts = {
        "line": _("when one circuit of {element} is out"),
        "trafo": _("when one unit of {element} is out"),
    }
    text = texts.get(kind.removesuffix("3w"), _("when {element} is out"))
    return text.format(element=element_name(outage, names))


def cut_formula(cut: Row, names: Mapping[str, str]) -> str:
    """Return the limit as "A + 0.6 B ≤ 310 MVA": coefficients in shares of the largest, small ones counted."""
    terms = [(str(t["substation"]), float(t["coef"])) for t in cut.get("terms") or [] if t.get("coef")]
    if not terms:
        return "–"
    largest = max(terms, key=lambda term: abs(term[1]))[1]
    shares: dict[str, list[str]] = {}
    ordered = sorted(terms, key=lambda term: (-abs(term[1]), term[0]))
    shown = [t for t in ordered[:N_STATIONS] if abs(t[1]) >= SMALLEST * abs(largest)]
    for station, coef in shown:
        shares.setdefault(f"{coef / largest:.2g}", []).append(station_name(names.get(station, station)))
    text = _joined(shares)
    rest = ordered[len(shown) :]
    if rest:
        share = max(abs(coef) for _station, coef in rest) / abs(largest)
        text += _(" + {n} more (at most {share:.2g} each)").format(n=len(rest), share=share)
    sites = {str(term["site"]) for term in cut.get("site_terms") or []}
    if sites:
        text += _(" + transferred load of {sites}").format(sites=", ".join(names.get(s, s) for s in sorted(sites)))
    sign = "≤" if largest > 0 else "≥"
    return f"{text} {sign} {amount(round(float(cut['upper']) / largest, 6))} MVA{_conditions(cut, names)}"


def _conditions(cut: Row, names: Mapping[str, str]) -> str:
    """Return where a limit holds only for a state of reinforcement or for a feed, "" where it always holds."""
    parts = [
        _("{node} in state {state}").format(node=names.get(str(row["node"]), row["node"]), state=row["state"])
        for row in cut.get("states") or []
    ]
    parts += [
        _("{site} fed from {station}").format(
            site=names.get(str(row["site"]), row["site"]),
            station=names.get(str(row["substation"]), row["substation"]),
        )
        for row in cut.get("feeds") or []
    ]
    return _(" (holds with {conditions})").format(conditions=", ".join(parts)) if parts else ""


def _joined(shares: Mapping[str, Sequence[str]]) -> str:
    """Return the stations with their shares; those of one share stand in one bracket."""
    text = ""
    for share, stations in shares.items():
        is_negative, size = share.startswith("-"), share.lstrip("-")
        listed = " + ".join(stations)
        if size != "1" or is_negative:
            listed = f"({listed})" if len(stations) > 1 else listed
            listed = listed if size == "1" else f"{size} {listed}"
        joint = "" if not text and not is_negative else "− " if not text else " − " if is_negative else " + "
        text += joint + listed
    return text


def cuts_note() -> str:
    """Return what the stations in a learned limit stand for."""
    return _(
        "A station stands for the new load at it in MVA, in the normal split of the feeds; factors are relative to the largest."
    )


def reinforcement_lines(plan: PlanDict, *, lang: str) -> list[str]:
    """Return one sentence per reinforcement that the plan builds."""
    return [
        _("With {name} ({year}): {mva} MVA more firm headroom, {money} per year").format(
            name=local_name(row, lang) or row.get("node"),
            year=row.get("year_from"),
            mva=amount(row.get("added_mva")),
            money=money(row.get("cny_per_year")),
        )
        for row in plan.get("reinforcements") or []
    ]


def flexible_lines(plan: PlanDict, names: Mapping[str, str]) -> list[str]:
    """Return one sentence per station and year with load that may be interrupted."""
    lines = []
    for row in plan.get("flexible") or []:
        if not row.get("mva"):
            continue
        station = station_name(names.get(str(row["substation"]), str(row["substation"])))
        text = _("{station}, {year}: {mva} MVA of the load may be interrupted").format(
            station=station, year=row.get("year"), mva=amount(row["mva"])
        )
        shares = [
            text_of.format(percent=100.0 * row[key])
            for key, text_of in (
                ("hours_share", _("in {percent:.2g} % of the hours")),
                ("energy_share", _("{percent:.2g} % of its energy")),
            )
            if row.get(key) is not None
        ]
        lines.append(f"{text} ({', '.join(shares)})" if shares else text)
    return lines
