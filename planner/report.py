"""Print a plan the way a planner reads it: security first, then what, where, fed from, watered from, what binds."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from planner.export.facts import (
    PlanDict,
    Row,
    has_plan,
    in_year,
    last_year,
    limits_by_worth,
    local_name,
    outage_counts,
    total_in_year,
    worst_outages,
    years_of,
)
from planner.export.sheets import changed_halls
from planner.export.words import (
    amount,
    limit_name,
    limit_place,
    money,
    names_of,
    number,
    objective_name,
    outage_status_name,
    security_verdict,
    status_sentence,
    synthetic_label,
    technology_name,
    term_name,
    unit_name,
    workload_name,
    worth_text,
)
from planner.i18n import gettext as _
from planner.i18n import language

if TYPE_CHECKING:
    from planner.region import Region

LEVEL_STYLE = {"secure": "bold green", "insecure": "bold red", "not_checked": "bold yellow"}
N_LIMITS = 12
N_OUTAGES = 5


def print_plan(
    plan: PlanDict, *, lang: str, region: Region | None = None, width: int = 110, is_coloured: bool = False
) -> str:
    """Return the printed plan as text in `lang` (en or zh); `region` adds the names of zones and stations."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=is_coloured, no_color=not is_coloured, highlight=False
    )
    with language(lang), console.capture() as capture:
        _print_security(console, plan)
        _print_headline(console, plan, lang=lang)
        if has_plan(plan):
            _print_sites(console, plan, lang=lang)
            _print_elsewhere(console, plan, lang=lang)
            _print_limits(console, plan, names_of(plan, region, lang=lang))
            _print_stock(console, plan, lang=lang)
            _print_energy_and_water(console, plan)
        else:
            _print_conflict(console, plan)
        _print_grid(console, plan)
        _print_marks(console, plan)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _print_security(console: Console, plan: PlanDict) -> None:
    level, sentence = security_verdict(plan)
    if has_plan(plan):
        console.print(Text(sentence, style=LEVEL_STYLE[level]))
    label = synthetic_label(plan)
    if label:
        console.print(Text(label, style="bold magenta"))
    console.print()


def _print_headline(console: Console, plan: PlanDict, *, lang: str) -> None:
    objective = plan.get("objective") or {}
    title = _("Plan {scenario}, region {region}").format(
        scenario=local_name(plan, lang), region=local_name(plan.get("region") or {}, lang)
    )
    console.print(Text(title, style="bold"))
    console.print(status_sentence(plan))
    if not has_plan(plan):
        return
    value = objective.get("value")
    if objective.get("unit") in {"CNY/year", "CNY"} and value is not None:
        shown = _("{money} per year").format(money=money(value))
    else:
        shown = f"{amount(value)} {unit_name(str(objective.get('unit') or ''))}"
    aim = objective_name(str(objective.get("name")))
    console.print(_("Aim: {aim}. Value: {value}.").format(aim=aim, value=shown))
    table = _table(console, [_("Year"), _("Sites"), _("New IT load (MW)"), _("Facility load (MW)"), _("Cost")])
    sites = plan.get("sites") or []
    for year in years_of(plan):
        cost = sum(row.get("cny_per_year") or 0.0 for row in plan.get("ledger") or [] if row["year"] == year)
        n_open = sum(in_year(site.get("it_mw"), year) > 0 for site in sites)
        it_mw, facility_mw = total_in_year(sites, "it_mw", year), total_in_year(sites, "facility_mw", year)
        cost_text = _("{money} per year").format(money=money(cost))
        table.add_row(str(year), str(n_open), number(it_mw), number(facility_mw), cost_text)
    console.print(table)
    _print_costs(console, plan)


def _print_costs(console: Console, plan: PlanDict) -> None:
    terms: dict[str, float] = {}
    for row in plan.get("ledger") or []:
        terms[row["term"]] = terms.get(row["term"], 0.0) + (row.get("cny") or 0.0)
    largest = sorted(terms.items(), key=lambda item: (-abs(item[1]), item[0]))
    parts = [f"{term_name(term)} {money(value)}" for term, value in largest if abs(value) >= 5e4]  # noqa: PLR2004
    if parts:
        console.print(_("Weighted cost by term: {parts}.").format(parts="; ".join(parts)))
        console.print()


def _print_sites(console: Console, plan: PlanDict, *, lang: str) -> None:
    year = last_year(plan)
    sites = sorted(plan.get("sites") or [], key=lambda site: (-in_year(site.get("it_mw"), year), site["id"]))
    title = _("Sites in {year}").format(year=year)
    header = [_("Site"), _("Opens"), _("IT (MW)"), _("Cooling"), _("Fed from"), _("Watered from")]
    table = _table(console, header, title=title, numeric={2})
    for site in sites:
        name = local_name(site, lang) + (" (?)" if site.get("is_position_uncertain") else "")
        cooling = [f"{technology_name(c['technology'])} {c['it_mw']:.1f} MW" for c in site.get("cooling") or []]
        it_mw = number(in_year(site.get("it_mw"), year))
        feeds, water = _feed_texts(site, lang=lang), _water_texts(site, lang=lang)
        table.add_row(name, str(site.get("open_year") or "–"), it_mw, *map("\n".join, (cooling, feeds, water)))
    console.print(table)
    if any(site.get("is_position_uncertain") for site in sites):
        console.print(_("(?) Position of a feeding station or plant less precise than half the length of the feed."))
        console.print()


def _feed_texts(site: Row, *, lang: str) -> list[str]:
    return [
        _("{name} {kv:g} kV, {km:.1f} km, {mw:.1f} MW").format(
            name=local_name(feed, lang), kv=feed.get("voltage_kv") or 0, km=feed["km"], mw=feed.get("mw") or 0.0
        )
        for feed in site.get("feeds") or []
    ]


def _water_texts(site: Row, *, lang: str) -> list[str]:
    texts = [
        _("{name}, {km:.1f} km, {m3:,.0f} m³/year").format(
            name=local_name(water, lang), km=water["km"], m3=water.get("m3_per_year") or 0.0
        )
        for water in site.get("water") or []
    ]
    return texts or [_("no water")]


def _print_elsewhere(console: Console, plan: PlanDict, *, lang: str) -> None:
    year = last_year(plan)
    unserved = [row for row in plan.get("unserved") or [] if row["it_mw"] > 0]
    for row in unserved:
        text = _("Not served: {mw:.1f} MW of {workload}, {district}, {year}").format(
            mw=row["it_mw"], workload=workload_name(row["workload"]), district=row["district"], year=row["year"]
        )
        console.print(Text(text, style="bold"))
    if not unserved:
        console.print(_("All demand is served."))
    for row in plan.get("outside") or []:
        if row["it_mw"] > 0 and row["year"] == year:
            console.print(
                _("From outside the region: {mw:.1f} MW of {workload} from {name}, {year}").format(
                    mw=row["it_mw"],
                    workload=workload_name(row["workload"]),
                    name=local_name(row, lang),
                    year=row["year"],
                )
            )
    console.print()


def _print_limits(console: Console, plan: PlanDict, names: dict[str, str]) -> None:
    rows = limits_by_worth(plan, binding_only=True)
    if not rows:
        console.print(_("No limit binds."))
        return
    header = [_("What binds"), _("Used"), _("Limit value"), _("Left"), _("Unit"), _("One more unit saves")]
    title = _("What binds (most valuable first; worth at this siting)")
    table = _table(console, header, title=title, numeric={1, 2, 3})
    for row in rows[:N_LIMITS]:
        what = f"{limit_name(str(row['constraint']))} {limit_place(row, names)}"
        figures = [amount(row.get(column)) for column in ("used", "limit", "slack")]
        table.add_row(what, *figures, unit_name(str(row.get("unit") or "")), worth_text(row, plan) or "–")
    console.print(table)
    if len(rows) > N_LIMITS:
        console.print(_("{n} more limits bind; see the workbook.").format(n=len(rows) - N_LIMITS))
    left = [row for row in limits_by_worth(plan) if not row.get("is_binding") and row.get("slack") is not None]
    texts = [
        f"{limit_name(str(row['constraint']))} {limit_place(row, names)}: "
        f"{amount(row['slack'])} {unit_name(str(row.get('unit') or ''))}"
        for row in _tightest(left)
    ]
    if texts:
        console.print(_("Left at the next tightest limits: {parts}.").format(parts="; ".join(texts)))
    console.print()


def _tightest(rows: Sequence[Row], n: int = 5) -> list[Row]:
    def share_left(row: Row) -> float:
        limit = abs(row.get("limit") or 0.0)
        return abs(row["slack"]) / limit if limit else float("inf")

    return sorted(rows, key=lambda row: (share_left(row), str(row["constraint"]), str(row["index"])))[:n]


def _print_stock(console: Console, plan: PlanDict, *, lang: str) -> None:
    year = last_year(plan)
    rows = [row for row in plan.get("stock") or [] if row.get("year") == year]
    changed = [f"{local_name(row, lang)}: {changed_halls(row)}" for row in rows if changed_halls(row)]
    if changed:
        console.print(
            _("Existing centres, halls changed by {year}: {parts}.").format(year=year, parts="; ".join(changed))
        )
        console.print()


def _print_energy_and_water(console: Console, plan: PlanDict) -> None:
    water = {row["year"]: row for row in plan.get("water_totals") or []}
    header = [
        _("Year"),
        _("New centres (GWh)"),
        _("Green share / required (%)"),
        _("Emissions (kt CO2)"),
        _("New water (1000 m³)"),
        _("All water / cap (million m³)"),
    ]
    table = _table(console, header, title=_("Energy and water"), numeric=set(range(1, 6)))
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


def _scaled(value: float | None, by: float, decimals: int) -> str:
    return number(None if value is None else value / by, decimals)


def _print_conflict(console: Console, plan: PlanDict) -> None:
    infeasible = plan.get("infeasible") or {}
    for line in infeasible.get("sentences") or []:
        console.print(f"- {line}")
    for row in infeasible.get("short") or infeasible.get("groups") or []:
        what = limit_name(str(row.get("constraint") or row.get("family") or row.get("group") or ""))
        place = limit_place(row, {})
        missing = amount(row.get("short") or row.get("missing") or row.get("amount"))
        unit = unit_name(str(row.get("unit") or ""))
        console.print("- " + _("short by {amount} {unit}: {what} {place}").format(
            amount=missing, unit=unit, what=what, place=place
        ))  # fmt: skip


def _print_grid(console: Console, plan: PlanDict) -> None:
    grid = plan.get("grid") or {}
    if grid.get("status") != "checked":
        return
    counts = ", ".join(f"{outage_status_name(status)} {n}" for status, n in sorted(outage_counts(plan).items()))
    console.print(Text(_("Grid check (AC, N-0 and N-1): {counts}").format(counts=counts), style="bold"))
    for row in grid.get("base") or []:
        console.print(
            _("{year}, nothing out: voltage {low:.3f} to {high:.3f} pu, lines up to {line:.1f} %, transformers up to {trafo:.1f} %").format(
                year=row["year"],
                low=row.get("min_vm_pu") or float("nan"),
                high=row.get("max_vm_pu") or float("nan"),
                line=row.get("max_line_percent") or float("nan"),
                trafo=row.get("max_trafo_percent") or float("nan"),
            )
        )  # fmt: skip
    header = [
        _("Worst outages"),
        _("Year"),
        _("Result"),
        _("Limiting element"),
        _("Highest loading (%)"),
        _("Supply lost (MW)"),
    ]
    table = _table(console, header, numeric={4, 5})
    for row in worst_outages(plan, N_OUTAGES):
        table.add_row(
            str(row["element"]),
            str(row.get("year") or ""),
            outage_status_name(str(row["status"])),
            _worst_text(row),
            number(row.get("max_loading_percent")),
            number(row.get("unsupplied_mw")),
        )
    if table.row_count:
        console.print(table)


def _worst_text(row: Row) -> str:
    worst = row.get("worst") or {}
    if not worst:
        return ", ".join(str(bus) for bus in row.get("unsupplied_buses") or [])[:40] or "–"
    unit = worst.get("unit") or ""
    return f"{worst.get('element')}: {amount(worst.get('value'))} / {amount(worst.get('limit'))} {unit}".strip()


def _print_marks(console: Console, plan: PlanDict) -> None:
    notes = [
        _("Prices and positions marked assumed or synthetic in the region stay so in every figure made from them.")
    ]
    audit = plan.get("audit") or {}
    if audit.get("status"):
        words = {"passed": _("passed"), "failed": _("FAILED")}
        text = _("Audit: {status}, {n} checks.").format(status=words.get(audit["status"], ""), n=audit.get("n_checks"))
        notes.insert(0, text)
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


def _table(
    console: Console, header: Sequence[str], *, title: str | None = None, numeric: set[int] | None = None
) -> Table:
    del console
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    for i, text in enumerate(header):
        table.add_column(text, justify="right" if i in (numeric or set()) else "left", overflow="fold")
    return table
