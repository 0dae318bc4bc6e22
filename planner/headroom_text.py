"""Headroom in words: the table, what limits each bus, the set, and the rules under which all of it holds."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from planner.contingency_text import kind_name
from planner.export.printed import new_table
from planner.export.words import number
from planner.i18n import gettext as _
from planner.i18n import language

Row = Mapping[str, Any]


def status_name(status: str) -> str:
    """Return what a status says."""
    names = {
        "limited": _("limited"),
        "capped": _("not limited up to the cap"),
        "violated_in_base": _("insecure without new load"),
        "radial": _("single supply"),
        "unsupplied": _("no supply"),
    }
    return names.get(status, status)


def rule_text(row: Row) -> str:
    """Return the rule that ends a bus's headroom."""
    texts = {
        "loading": _("loading limit"),
        "voltage": _("voltage limit"),
        "loading_existing": _("no worsening of an existing overload"),
        "voltage_existing": _("no worsening of an existing voltage violation"),
        "not_converged": _("no AC solution beyond, which is not secure"),
        "supply": _("an outage would take the supply of the new load away"),
        "cap": _("cap of the study"),
    }
    return texts.get(str(row["rule"]), str(row["rule"]))


def element_text(row: Row) -> str:
    """Return the limiting element with its value and limit."""
    if row["element"] is None:
        return "–"
    if row["unit"] == "pu":
        return f"{row['element']} {row['value']:.3f} / {row['limit']:.3f} pu"
    return f"{row['element']} {row['value']:.1f} / {row['limit']:.1f} %"


def mw_text(row: Row, key: str = "headroom_mw") -> str:
    """Return a value in MW; one that only the cap of the study ends is a lower bound, and says so."""
    is_capped = row["status"] == "capped"
    return f"≥ {row[key]:.1f}" if is_capped else f"{row[key]:.1f}"


def outage_text(row: Row) -> str:
    """Return the limiting outage, or that nothing is out."""
    if row["outage"] is None:
        return "–" if row["rule"] == "cap" else _("nothing out (N-0)")
    return f"{row['outage']} ({kind_name(str(row['outage_kind']))})"


def bus_name(row: Row) -> str:
    """Return what a bus is called: its station's name where it has one."""
    name = row.get("name_zh") if language() == "zh" else row.get("name")
    return f"{name} ({row['bus']})" if name else str(row["bus"])


def headroom_text(found: Mapping[str, Any], *, width: int, n_rows: int | None = None) -> str:
    """Return the whole answer as text, the largest values first."""
    console = Console(file=io.StringIO(), width=width, no_color=True, highlight=False)
    with console.capture() as capture:
        for text in head_lines(found):
            console.print(Text(text))
        rows = sorted(found["buses"], key=lambda row: (-row["headroom_mw"], row["bus"]))
        table = new_table([_("Bus"), "kV", "MW", _("MW (N-0)"), _("Limited by"), _("During"), _("Rule")])
        for row in rows[:n_rows]:
            table.add_row(*_cells(row))
        console.print(table)
        if n_rows is not None and len(rows) > n_rows:
            console.print(Text(_("{n} more buses are not shown.").format(n=len(rows) - n_rows)))
        for text in (*set_lines(found), *rule_lines(found)):
            console.print(Text(text))
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _cells(row: Row) -> Sequence[str]:
    return (
        bus_name(row),
        f"{row['vn_kv']:g}",
        mw_text(row),
        mw_text(row, "headroom_n0_mw"),
        element_text(row),
        outage_text(row),
        rule_text(row),
    )


def head_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Give origin, notices and the summary."""
    grid, summary = found["grid"], found["summary"]
    text = _("Headroom of {n} buses of {name}, each alone, AC N-0 and N-1 ({outages} outages).")
    yield text.format(n=summary["n_buses"], name=grid["name"], outages=grid["n_outages"])
    if grid["is_synthetic"]:
        yield _("The AC network is synthetic.")
    yield from found["notices"]
    counts = ", ".join(f"{status_name(status)} {n}" for status, n in summary["by_status"].items())
    text = _("Median {median} MW, largest {largest} MW; {counts}.")
    yield text.format(median=number(summary["median_mw"], 1), largest=number(summary["max_mw"], 1), counts=counts)
    yield _("These values do not add up: each bus is alone with its new load. Study sets with --set.")


def set_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Give what a set can take together, and what each bus takes from the others."""
    one = found["set"]
    if one is None:
        return
    yield ""
    text = _(
        "Together: {singles} MW singly; {scaled} MW at one common scale ({share:.1%} of each); best split {best} MW."
    )
    yield text.format(
        singles=number(one["singles_sum_mw"], 1),
        scaled=number(one["total_common_scale_mw"], 1),
        share=one["scale"],
        best=number(one["total_best_split_mw"], 1),
    )
    for i, bus in enumerate(one["buses"]):
        taken = ", ".join(
            f"{other} {number(one['taken_mw'][i][j], 1)}" for j, other in enumerate(one["buses"]) if j != i
        )
        text = _("{bus}: {single} MW alone, {best} MW in the best split; loaded in full it takes MW from: {taken}.")
        single, best = number(one["singles_mw"][i], 1), number(one["best_mw"][i], 1)
        yield text.format(bus=bus, single=single, best=best, taken=taken)


def rule_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Give every rule, assumption and the method."""
    rules, method = found["rules"], found["grid"]["method"]
    yield ""
    yield _("Rules:")
    trafos = ", ".join(f"{kv} kV {percent:g} %" for kv, percent in rules["trafo_percent"].items()) or "100 %"
    text = _("Loading limits: {n0:g} % with nothing out; in outages lines {line:g} %, transformers {trafos}.")
    yield text.format(n0=rules["n0_percent"], line=rules["line_percent"], trafos=trafos)
    yield _("Loading is by current, the larger of all ends; transformers against the rated current of each side.")
    yield _("Voltage limits: {limits}.").format(limits=rules["voltage"])
    yield _("Generators hold their voltage without limits of reactive power.")
    yield _("Outages: {kinds}; one circuit or unit at a time.").format(
        kinds=", ".join(kind_name(kind) for kind in rules["outage_kinds"])
    )
    yield existing_text(rules)
    if rules["is_radial_allowed"]:
        yield _("New load may lose its supply in an outage: it is taken as interrupted.")
    else:
        yield _("A bus that loses its supply in an outage has no headroom.")
    if rules["balance"] == "generators":
        yield _("New load is supplied by all generators in proportion to their output; losses by the external sources.")
    else:
        yield _("New load is supplied by the external sources.")
    if rules["outages_left_out"]:
        text = _("Left out, because they take the source of more than half of the network away: {names}.")
        yield text.format(names=", ".join(rules["outages_left_out"]))
    text = _("New load: power factor {pf:g}; cap {most:g} MW; values to {tolerance:g} MW, from below.")
    yield text.format(pf=rules["power_factor"], most=rules["most_mw"], tolerance=rules["tolerance_mw"])
    if not found["summary"]["is_checked_in_full"]:
        yield _("Each value was checked in AC in the outages that linear estimates put within reach, not in all.")
    for text in found["assumed"]:
        yield _("Assumed: {text}").format(text=text)
    reason = _("; the fast path is not used: {reason}").format(reason=method["reason"]) if method["reason"] else ""
    yield _("Method: {engine}").format(engine=method["engine"]) + reason


def existing_text(rules: Mapping[str, Any]) -> str:
    """Return how violations are treated that are there without new load."""
    if not rules["no_worsening"]:
        return _("Existing violations: strict, a violation without new load leaves no headroom anywhere.")
    text = _(
        "Existing violations: no worsening by more than {percent:g} points of loading or {pu:g} pu; for an overload only"
        " where at least {threshold:g} % of the new load flows through the element."
    )
    return text.format(
        percent=rules["loading_tolerance_percent"],
        pu=rules["voltage_tolerance_pu"],
        threshold=rules["sensitivity_threshold_percent"],
    )
