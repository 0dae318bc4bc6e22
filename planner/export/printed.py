"""The parts of the printed report that say what holds the plan back and what was checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from planner.export.facts import (
    PlanDict,
    Row,
    bottlenecks,
    shown_limits,
    worst_outages,
)
from planner.export.grid_words import outage_name, when
from planner.export.limit_words import (
    bottleneck_title,
    bottleneck_when,
    conflict_lines,
    limit_title,
    used_text,
    worth_text,
)
from planner.export.marks import marks_sentence
from planner.export.printed_grid import print_basis
from planner.export.sentences import outage_counts_text, outage_text
from planner.export.sheets_checks import stock_sentence
from planner.export.words import (
    amount,
    number,
    unit_name,
)
from planner.i18n import gettext as _

if TYPE_CHECKING:
    from planner.region import Region

N_LIMITS = 15
N_OUTAGES = 5


def print_limits(console: Console, plan: PlanDict, names: dict[str, str]) -> None:
    """Print what binds, power and water first, and what is left of power and water where it is short next."""
    groups, n_worthless = bottlenecks(plan)
    header = [_("What binds"), _("When"), _("Used / limit"), _("Worth at this siting")]
    table = new_table(header, title=_("What binds (power and water first, most valuable first)"))
    for rows in groups[:N_LIMITS]:
        table.add_row(
            bottleneck_title(rows, names), bottleneck_when(rows), used_text(rows[0]), worth_text(rows[0], plan) or "–"
        )
    console.print(table if table.row_count else _("No limit binds."))
    if len(groups) > N_LIMITS:
        console.print(_("{n} more limits bind; see the workbook.").format(n=len(groups) - N_LIMITS))
    if n_worthless:
        console.print(
            _("{n} limits are reached to less than one block, but more of them saves nothing here.").format(
                n=n_worthless
            )
        )
    texts = [
        f"{limit_title(row, names)}: {amount(row['slack'])} {unit_name(str(row.get('unit') or ''))}"
        for row in _tightest(_left(plan))
    ]
    if texts:
        console.print(_("Left at the next tightest limits: {parts}.").format(parts="; ".join(texts)))
    console.print()


def _left(plan: PlanDict) -> list[Row]:
    """Return the limits of power and water that are used and do not bind."""
    return [
        row
        for row in shown_limits(plan)
        if row.get("family") in {"power", "water"} and not row.get("is_binding") and row.get("slack") is not None
        and (row.get("used") or 0.0) > 0.0
    ]  # fmt: skip


def _tightest(rows: Sequence[Row], n: int = 5) -> list[Row]:
    def share_left(row: Row) -> float:
        limit = abs(row.get("limit") or 0.0)
        return abs(row["slack"]) / limit if limit else float("inf")

    return sorted(rows, key=lambda row: (share_left(row), str(row["constraint"]), str(row["index"])))[:n]


def print_stock(console: Console, plan: PlanDict, *, lang: str) -> None:
    """Print what happens to the existing centres."""
    text = stock_sentence(plan, lang=lang)
    if text:
        console.print(text)
        console.print()


def print_energy_and_water(console: Console, plan: PlanDict) -> None:
    """Print energy, green share, emissions and water by year."""
    water = {row["year"]: row for row in plan.get("water_totals") or []}
    is_net = any(row.get("options") for row in plan.get("stock") or [])
    header = [
        _("Year"),
        _("New centres (GWh)"),
        _("Green share / required (%)"),
        _("Emissions* (kt CO2)") if is_net else _("Emissions (kt CO2)"),
        _("New water (1000 m³)"),
        _("All water / cap (million m³)"),
    ]
    table = new_table(header, title=_("Energy and water"), numeric=set(range(1, 6)))
    for row in plan.get("energy") or []:
        w = water.get(row["year"], {})
        both = (w.get("new_m3") or 0.0) + (w.get("stock_m3") or 0.0)
        table.add_row(
            str(row["year"]),
            _scaled(row.get("new_mwh"), 1e3, 0),
            f"{_scaled(row.get('green_share'), 0.01, 0)} / {_scaled(row.get('required_share'), 0.01, 0)}",
            _scaled(row.get("emissions_t"), 1e3, 0),
            _scaled(w.get("new_m3"), 1e3, 0),
            f"{_scaled(both if w else None, 1e6, 1)} / {_scaled(w.get('cap_m3'), 1e6, 1)}",
        )
    if table.row_count:
        console.print(table)
        if is_net:
            console.print(_("* Of new load here and outside, less what changed halls of existing centres save."))
            console.print()


def _scaled(value: float | None, by: float, decimals: int) -> str:
    return number(None if value is None else value / by, decimals)


def print_conflict(console: Console, plan: PlanDict, names: Mapping[str, str]) -> None:
    """Print why there is no plan."""
    for text in conflict_lines(plan, names):
        console.print(text)
    console.print()


def print_grid(console: Console, plan: PlanDict, names: Mapping[str, str] | None = None) -> None:
    """Print what the AC check found, the worst outages first, then what was checked, how and under which rules."""
    grid = plan.get("grid") or {}
    if grid.get("status") != "checked":
        return
    counts = outage_counts_text(plan)
    console.print(Text(_("Grid check (AC, N-0 and N-1): {counts}").format(counts=counts), style="bold"))
    for row in grid.get("base") or []:
        text = _("{year}, nothing out: voltage {low} to {high} pu, lines up to {line} %, transformers up to {trafo} %")
        console.print(
            text.format(
                year=when(row),
                low=number(row.get("min_vm_pu"), 3),
                high=number(row.get("max_vm_pu"), 3),
                line=number(row.get("max_line_percent")),
                trafo=number(row.get("max_trafo_percent")),
            )
            + ("" if row.get("status") in (None, "ok") else f"; {outage_text(row)}: {_worst_text(row)}")
        )
    header = [
        _("Worst outages"),
        _("When"),
        _("Result"),
        _("Limiting element"),
        _("Highest loading (%)"),
        _("Supply lost (MW)"),
    ]
    table = new_table(header, numeric={4, 5})
    for row in worst_outages(plan, N_OUTAGES):
        table.add_row(
            outage_name(row["element"], row.get("kind"), names or {}),
            when(row),
            outage_text(row),
            _worst_text(row),
            number(row.get("max_loading_percent")),
            number(row.get("unsupplied_mw")),
        )
    if table.row_count:
        console.print(table)
    print_basis(console, plan)
    console.print()


def _worst_text(row: Row) -> str:
    worst = row.get("worst") or {}
    if not worst:
        return ", ".join(str(bus) for bus in row.get("unsupplied_buses") or [])[:40] or "–"
    unit = worst.get("unit") or ""
    return f"{worst.get('element')}: {amount(worst.get('value'))} / {amount(worst.get('limit'))} {unit}".strip()


def print_marks(console: Console, plan: PlanDict, region: Region | None) -> None:
    """Print audit, size, origin and fingerprint."""
    notes = []
    audit = plan.get("audit") or {}
    if audit.get("status") in {"passed", "failed"}:
        word = _("passed") if audit["status"] == "passed" else _("FAILED")
        notes.append(_("Audit: {status}, {n} checks.").format(status=word, n=audit.get("n_checks") or 0))
    marks = marks_sentence(region) if region is not None else None
    notes.append(marks or _("Values marked assumed or synthetic in the region stay so in every figure made from them."))
    record = plan.get("record") or {}
    size, times = record.get("size") or {}, record.get("times") or {}
    if size:
        notes.append(
            _(
                "Model: {candidates:,} candidates, {rows:,} rows, {columns:,} columns; solved in {seconds:.1f} s."
            ).format(
                candidates=size.get("candidates") or 0,
                rows=size.get("rows") or 0,
                columns=size.get("columns") or 0,
                seconds=times.get("solve_s") or 0.0,
            )
        )
    if record.get("fingerprint"):
        notes.append(_("Fingerprint of the inputs: {fingerprint}").format(fingerprint=str(record["fingerprint"])[:16]))
    for note in notes:
        console.print(note)


def new_table(header: Sequence[str], *, title: str | None = None, numeric: set[int] | None = None) -> Table:
    """Return an empty table with its header."""
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", padding=(0, 1, 0, 0))
    for i, text in enumerate(header):
        table.add_column(text, justify="right" if i in (numeric or set()) else "left", overflow="fold")
    return table
