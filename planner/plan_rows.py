"""The tables of the Plan page: sites, bottlenecks, plants, worst outages, how the plan was made; with places on the map.

Wording comes from `planner.export`; a row's place is a `Selection`, so that a click can show it on the map.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from planner.board import board
from planner.export.facts import PlanDict, Row, in_year, last_year, local_name, sites_by_size, worst_outages, years_of
from planner.export.grid_words import TWO_UNITS, beside, element_name, outage_name, when
from planner.export.loop_words import cuts_to_show
from planner.export.sentences import DISTRICT, outage_text
from planner.export.sheet import Cell, Sheet
from planner.export.sheets_grid import cut_sheet
from planner.export.words import amount, number, short_technology_name
from planner.i18n import gettext as _
from planner.i18n import language
from planner.map_view.selection import Selection, View, element_of
from planner.plan_views import value_text
from planner.report import feed_texts, water_texts

Names = Mapping[str, str]
N_DIGITS = 6  # of a number in a table of details


@dataclass(frozen=True)
class Table:
    """Rows ready to be shown; `places` says for each row where it is on the map (None: nowhere), `keys` its id."""

    header: list[str]
    rows: list[list[Cell]]
    places: list[Selection | None] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def records(self) -> list[dict[str, Cell]]:
        """Return one dictionary per row, by header."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


def site_table(plan: PlanDict, names: Mapping[str, str]) -> Table:
    """Return one row per site, the largest first: name, district, year, MW by year, cooling, feeds, water."""
    years, last, lang = years_of(plan), last_year(plan), language()
    header = [
        _("Site"),
        _("District"),
        _("Opens"),
        *(_("IT {year} (MW)").format(year=year) for year in years),
        _("Two feeds"),
        _("Cooling (MW IT)"),
        _("Fed from (voltage, length, reserved)"),
        _("Watered from (1000 m³/year)"),
    ]
    sites = sites_by_size(plan)
    rows: list[list[Cell]] = [
        [
            local_name(site, lang) + (" ?" if site.get("is_position_uncertain") else ""),
            names.get(DISTRICT + str(site.get("district")), str(site.get("district") or "–")),
            site.get("open_year"),
            *(round(in_year(site.get("it_mw"), year), 1) for year in years),
            bool(site.get("is_dual_fed")),
            " + ".join(f"{short_technology_name(c['technology'])} {c['it_mw']:.0f}" for c in site.get("cooling") or []),
            " + ".join(feed_texts(site, last, lang=lang)) or "–",
            " + ".join(water_texts(site, lang=lang)),
        ]
        for site in sites
    ]
    return Table(header, rows, [Selection("sites", str(site["id"])) for site in sites])


def board_table(plan: PlanDict, names: Names, *, view: View | None) -> Table:
    """Return what binds, the most valuable first: what, what 1 % brings, worth of one more unit, use, when.

    A row's place is None where the view has no layer to show it in.
    """
    layers = {"sites", *((view or {}).get("layers") or {})}
    header = [
        _("What binds"),
        _("1 % more of it brings a year"),
        _("Worth at this siting"),
        _("Used / limit"),
        _("When"),
    ]
    rows: list[list[Cell]] = []
    places: list[Selection | None] = []
    for row in board(plan, names):
        gain = "" if row["gain"] is None or row["note"] else _gain_text(row["gain"], row["gain_unit"])
        rows.append([row["title"], gain or "–", row["sentence"] or row["note"], row["used"], row["when"]])
        places.append(element_place(row["element"], plan, view) or _drawn(row["place"], layers))
    return Table(header, rows, places)


def _gain_text(gain: float, unit: str) -> str:
    """Return a gain a year (the table's head says so): money without "a year", else with the unit of the aim."""
    return value_text(gain, "CNY" if unit == "CNY/year" else unit)


def _drawn(place: Mapping[str, str] | None, layers: Collection[str]) -> Selection | None:
    return Selection(place["layer"], place["id"]) if place and place["layer"] in layers else None


def outage_table(plan: PlanDict, names: Names, *, view: View | None, n: int = 10) -> Table:
    """Return the `n` worst checked outages, what counts against the plan first; a row's place is its limiting element."""
    header = [
        _("Worst outages"),
        _("When"),
        _("Result"),
        _("Limiting element"),
        _("Value / limit"),
        _("Highest loading (%)"),
        _("Supply lost (MW)"),
    ]
    rows: list[list[Cell]] = []
    places: list[Selection | None] = []
    for row in worst_outages(plan, n):
        worst: Row = row.get("worst") or {}
        rows.append(
            [
                outage_name(row["element"], row.get("kind"), names),
                when(row),
                outage_text(row),
                element_name(worst.get("element"), names) if worst else "–",
                _against(worst) if worst else "–",
                _rounded(row.get("max_loading_percent"), 1),
                _rounded(row.get("unsupplied_mw"), 1),
            ]
        )
        places.append(element_place(worst.get("element"), plan, view) or element_place(row["element"], plan, view))
    return Table(header, rows, places)


def base_table(plan: PlanDict, names: Names, *, view: View | None) -> Table:
    """Return the checked situations with nothing out: voltages [pu] and loadings [%] with the elements that have them."""
    header = [
        _("When"),
        _("Result"),
        _("Lowest voltage (pu)"),
        _("Bus with the lowest voltage"),
        _("Highest loading (%)"),
        _("Element with the highest loading"),
    ]
    rows: list[list[Cell]] = []
    places: list[Selection | None] = []
    for row in (plan.get("grid") or {}).get("base") or []:
        element = row.get("max_loading_element")
        rows.append(
            [
                when(row),
                outage_text(row),
                _rounded(row.get("min_vm_pu"), 3),
                element_name(row.get("min_vm_bus"), names),
                _rounded(row.get("max_loading_percent"), 1),
                element_name(element, names),
            ]
        )
        places.append(element_place(element, plan, view))
    return Table(header, rows, places)


def _against(worst: Row) -> str:
    value, limit = worst.get("value"), worst.get("limit")
    return f"{beside(value, limit)} / {amount(limit)} {worst.get('unit') or ''}".strip()


def element_place(element: object, plan: PlanDict, view: View | None) -> Selection | None:
    """Return where an element of the grid is drawn: its line, else the station with the bus or transformer; None if unknown.

    A feed outage ("SITE: STATION") stands at its site, a double outage at its first element.
    """
    if not element:
        return None
    text = str(element).partition(TWO_UNITS)[0]
    found = element_of(view, text) if view is not None else None
    sites = sorted(str(site["id"]) for site in plan.get("sites") or [])
    return found or next((Selection("sites", ident) for ident in sites if text.startswith(ident)), None)


def plant_table(plan: PlanDict, names: Names, *, year: int | None) -> Table:
    """Return the plants that give water in a year, the fullest first: tightest month, used and limit of its peak day."""
    worst: dict[str, Row] = {}
    for row in plan.get("plant_water") or []:
        plant = str(row["plant"])
        if row["year"] == year and row["used_m3_per_day"] > 0 and _share(row) > _share(worst.get(plant)):
            worst[plant] = row
    ordered = sorted(worst.items(), key=lambda item: (-_share(item[1]), item[0]))
    header = [_("Reclaimed-water plant"), _("Tightest month"), _("Used (m³/day)"), _("Limit (m³/day)"), _("Used (%)")]
    rows: list[list[Cell]] = [
        [
            names.get(plant, plant),
            row["month"],
            round(row["used_m3_per_day"]),
            round(row["limit_m3_per_day"]),
            None if math.isinf(_share(row)) else round(100.0 * _share(row), 1),
        ]
        for plant, row in ordered
    ]
    return Table(
        header, rows, [Selection("plants", plant) for plant, _row in ordered], [plant for plant, _row in ordered]
    )


def _share(row: Row | None) -> float:
    """Return used / limit of a month; -1 for no row, infinity where there is use and no supply."""
    if row is None:
        return -1.0
    limit = float(row["limit_m3_per_day"])
    return float(row["used_m3_per_day"]) / limit if limit > 0 else math.inf


def sheet_table(sheet: Sheet) -> Table:
    """Return a sheet of the workbook with its numbers rounded for reading; it has no places."""
    return Table(sheet.header, [[_tidy(cell) for cell in row] for row in sheet.rows])


def cut_table(plan: PlanDict, names: Names, *, view: View | None) -> Table:
    """Return the limits learned from the check, those that the plan reaches first; a row's place is what it protects."""
    table = sheet_table(cut_sheet(plan, names))
    return replace(table, places=[element_place(cut.get("element"), plan, view) for cut in cuts_to_show(plan)])


def _tidy(cell: Cell) -> Cell:
    if isinstance(cell, bool) or not isinstance(cell, float):
        return cell
    return float(f"{cell:.{N_DIGITS}g}")


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(float(value), decimals)


def made_table(plan: PlanDict) -> Table:
    """Return how the plan was made: aim, size of the model, times, versions, fingerprints. All values are texts."""
    record = plan.get("record") or {}
    size, times, solver = (record.get(key) or {} for key in ("size", "times", "solver"))
    region = plan.get("region") or {}
    rows: list[list[Cell]] = [
        [_("Scenario"), local_name(plan, language())],
        [_("Region"), local_name(region, language())],
        [
            _("Size of the model"),
            _("{candidates:,} candidates, {rows:,} rows, {columns:,} columns").format(
                **{key: size.get(key) or 0 for key in ("candidates", "rows", "columns")}
            ),
        ],
        [_("Solving and checking (s)"), number(times.get("loop_s") or times.get("solve_s"))],
        [_("Asked gap (%)"), number(None if solver.get("gap") is None else 100.0 * solver["gap"], 2)],
        [_("Fingerprint of the inputs"), str(record.get("fingerprint") or "–")],
        [_("Fingerprint of the region"), str(region.get("fingerprint") or "–")],
    ]
    rows += [[str(name), str(version)] for name, version in (record.get("versions") or {}).items()]
    return Table([_("Item"), _("Value")], rows)


def failure_table(plan: PlanDict, n: int = 20) -> Table:
    """Return what the audit found wrong, the first `n` findings."""
    rows: list[list[Cell]] = [
        [str(row.get("check")), str(row.get("index")), str(row.get("expected")), str(row.get("found"))]
        for row in ((plan.get("audit") or {}).get("failures") or [])[:n]
    ]
    return Table([_("Check"), _("Where"), _("Expected"), _("Found")], rows)
