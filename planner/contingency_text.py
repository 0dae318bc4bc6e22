"""Findings of the outages of a network in words: the summary first, one row per outage, then the rules."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from planner.contingency import worst_first
from planner.export.printed import new_table
from planner.export.tables import safe_cell
from planner.export.words import amount, number, outage_status_name
from planner.i18n import gettext as _
from planner.i18n import language

Row = Mapping[str, Any]


def kind_name(kind: str) -> str:
    """Return what kind of element failed or is outside its limits."""
    names = {
        "line": _("line"),
        "trafo": _("transformer"),
        "trafo3w": _("three-winding transformer"),
        "double": _("two together"),
        "generator": _("generator"),
        "busbar": _("busbar"),
        "bus": _("bus"),
    }
    return names.get(kind, kind)


def contingency_text(found: Mapping[str, Any], *, width: int, n_rows: int | None = None) -> str:
    """Return the whole answer as text; `n_rows` shortens the table to the worst."""
    console = Console(file=io.StringIO(), width=width, no_color=True, highlight=False)
    with console.capture() as capture:
        for text in (*head_lines(found), ""):
            console.print(Text(text))
        rows = worst_first(found["outages"])
        _print_rows(console, rows[:n_rows])
        if n_rows is not None and len(rows) > n_rows:
            console.print(Text(_("{n} more outages are not shown.").format(n=len(rows) - n_rows)))
        for text in rule_lines(found):
            console.print(Text(text))
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def head_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Give verdict, origin, counts, the base case and the worst."""
    grid, summary = found["grid"], found["summary"]
    yield _verdict(found)
    if grid["is_synthetic"]:
        yield _("The AC network is synthetic.")
    yield from found["notices"]
    circuits = ", ".join(f"{kind_name(kind)} {n}" for kind, n in grid["n_circuits"].items())
    text = _("{name}: {n} buses; circuits and units: {circuits}.")
    yield text.format(name=grid["label"].get(language()) or grid["name"], n=grid["n_buses"], circuits=circuits)
    counts = ", ".join(f"{outage_status_name(s)} {n}" for s, n in summary["n_by_status"].items())
    yield _("Outages: {n} ({counts}).").format(n=summary["n_outages"], counts=counts)
    yield _("Nothing out: {findings}.").format(findings=_findings(found["base"]))
    if summary["worst"] is not None:
        worst = summary["worst"]
        yield _("Worst: {outage}: {findings}.").format(outage=_named(worst), findings=_findings(worst))
    most = summary["most_unsupplied"]
    if most is not None and most != summary["worst"]:
        yield _("Most supply lost: {outage}: {mw} MW.").format(outage=_named(most), mw=amount(most["unsupplied_mw"]))


def _verdict(found: Mapping[str, Any]) -> str:
    n = found["summary"]["n_outages"]
    if found["security"] == "secure":
        return _("Secure: base case and all {n} outages keep their limits (AC, N-0 and N-1).").format(n=n)
    rows = [found["base"], *found["outages"]]
    n_bad = sum(row["status"] != "ok" for row in rows)
    text = _("NOT SECURE: {n} of {checked} situations break a limit, lose supply or have no solution (AC).")
    return text.format(n=n_bad, checked=len(rows))


def _named(row: Row) -> str:
    return f"{row['element']} ({kind_name(row['kind'])})"


def _findings(row: Row) -> str:
    """Return status, limiting element, loading and voltages of one situation."""
    parts = [outage_status_name(row["status"])]
    if row["unsupplied_mw"] > 0:
        parts.append(_("{mw} MW without supply").format(mw=amount(row["unsupplied_mw"])))
    if row["n_violations"]:
        parts.append(_limiting(row))
    if row["max_loading"]:
        parts.append(_("highest loading {text}").format(text=_loading(row)))
    if row["min_voltage"]:
        text = _("voltage {low} to {high} pu")
        low, high = row["min_voltage"]["vm_pu"], row["max_voltage"]["vm_pu"]
        parts.append(text.format(low=number(low, 3), high=number(high, 3)))
    return "; ".join(parts)


def _limiting(row: Row) -> str:
    worst = row["worst"]
    if not row["n_violations"] or worst is None:
        return "–"
    decimals = 3 if worst["unit"] == "pu" else 1
    value, limit = number(worst["value"], decimals), number(worst["limit"], decimals)
    return f"{worst['element']}: {value} / {limit} {worst['unit']}"


def _loading(row: Row) -> str:
    most = row["max_loading"]
    return "–" if most is None else f"{number(most['percent'])} % {most['element']}"


def _voltage(place: Mapping[str, Any] | None) -> str:
    return "–" if place is None else f"{number(place['vm_pu'], 3)} {place['bus']}"


def _supply(row: Row, *, n_names: int = 3) -> str:
    """Return the MW and the buses without supply; buses without load too."""
    names = row["unsupplied_buses"]
    if not names:
        return "–"
    more = len(names) - n_names
    listed = ", ".join(names[:n_names]) + (_(" and {n} more").format(n=more) if more > 0 else "")
    return f"{amount(row['unsupplied_mw'])}: {listed}"


def _print_rows(console: Console, rows: Sequence[Row]) -> None:
    header = [
        _("Outage of"),
        _("Kind"),
        _("Result"),
        _("Limiting element"),
        _("Highest loading"),
        _("Lowest voltage (pu)"),
        _("Highest voltage (pu)"),
        _("Supply lost (MW: buses)"),
    ]
    table = new_table(header)
    for row in rows:
        table.add_row(
            *(Text(text) for text in (
                row["element"], kind_name(row["kind"]), outage_status_name(row["status"]), _limiting(row),
                _loading(row), _voltage(row["min_voltage"]), _voltage(row["max_voltage"]), _supply(row),
            ))
        )  # fmt: skip
    console.print(table)


def rule_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Give every rule that was used and the method with its self-check."""
    rules = found["rules"]
    yield _("Rules:")
    yield "  " + _("Voltage limits: {limits}.").format(limits=rules["voltage"])
    trafos = ", ".join(f"{kv} kV {percent:g} %" for kv, percent in rules["trafo_percent"].items())
    limits = _("Loading limits: {n0:g} % with nothing out; in outages lines {line:g} %, transformers {trafos}.")
    yield "  " + limits.format(n0=rules["n0_percent"], line=rules["line_percent"], trafos=trafos or "100 %")
    yield "  " + _(
        "Loading is by current, the larger of all ends; transformers against the rated current of each side."
    )
    yield "  " + _("Outages: {kinds}; of a row with several circuits or units one at a time.").format(
        kinds=", ".join(f"{kind_name(kind)} {n}" for kind, n in rules["n_outages_of_kind"].items())
    )
    yield "  " + _(
        "Existing violations count: no load is added, so neither the rule of no worsening nor its sensitivity threshold "
        "({threshold:g} %) spares anything."
    ).format(threshold=rules["sensitivity_threshold_percent"])
    yield "  " + _slack(rules["slack_kind"])
    yield "  " + _("Generators hold their voltage without limits of reactive power.")
    yield "  " + method_line(rules["method"])
    for text in found["assumed"]:
        yield "  " + _("Assumed: {text}").format(text=text)


def _slack(slack: str) -> str:
    if slack == "distributed":
        return _("What an outage changes in losses and generation is shared by all generators.")
    return _("What an outage changes in losses and generation is taken by the external sources.")


def method_line(method: Mapping[str, Any]) -> str:
    """Return how the flows were solved: the engine, its agreement with pandapower, or why it is the slow one."""
    text = _("Method: {engine}").format(engine=method["engine"])
    check = method["self_check"]
    if check:
        told = _("; it agrees with pandapower in {n} situations within {vm:.0e} pu and {percent:.0e} points of loading")
        text += told.format(n=check["n_outages"], vm=check["max_vm_diff_pu"], percent=check["max_loading_diff_percent"])
    if method["reason"]:
        text += _("; the fast path is not used: {reason}").format(reason=method["reason"])
    return text + "."


def csv_text(found: Mapping[str, Any]) -> str:
    """Return the base case and all outages as CSV (RFC 4180) with machine-readable columns; nothing runs as a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for row in (found["base"], *found["outages"]):
        writer.writerow([safe_cell(value) for value in _csv_row(row)])
    return buffer.getvalue()


CSV_COLUMNS = (
    "element", "kind", "status", "limiting_element", "limiting_kind", "value", "limit", "unit", "n_violations",
    "max_loading_percent", "max_loading_element", "min_vm_pu", "min_vm_bus", "max_vm_pu", "max_vm_bus",
    "unsupplied_mw", "unsupplied_buses",
)  # fmt: skip


def _csv_row(row: Row) -> list[str | int | float | None]:
    worst, most = row["worst"] or {}, row["max_loading"] or {}
    low, high = row["min_voltage"] or {}, row["max_voltage"] or {}
    return [
        row["element"], row["kind"], row["status"],
        worst.get("element"), worst.get("kind"), worst.get("value"), worst.get("limit"), worst.get("unit"),
        row["n_violations"], most.get("percent"), most.get("element"),
        low.get("vm_pu"), low.get("bus"), high.get("vm_pu"), high.get("bus"),
        row["unsupplied_mw"], "; ".join(row["unsupplied_buses"]),
    ]  # fmt: skip
