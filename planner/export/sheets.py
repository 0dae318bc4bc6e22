"""What stands in the workbook: one `Sheet` per subject, ready to be written or shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.export.marks import marks_sentence
from planner.i18n import gettext as _
from planner.i18n import use_language

if TYPE_CHECKING:
    from planner.region import Region

from planner.export.facts import (
    PlanDict,
    in_year,
    last_year,
    local_name,
    total_in_year,
    years_of,
)
from planner.export.layers_hubs import flow_sheet
from planner.export.sentences import limiting_lines, names_of, security_verdict, status_sentence, synthetic_label
from planner.export.sheet import Cell, Sheet, yes_no
from planner.export.sheets_checks import (
    cost_sheet,
    energy_sheet,
    limit_sheet,
    outage_sheet,
    stock_sheet,
)
from planner.export.sheets_grid import security_sheets
from planner.export.sheets_hubs import area_sheets
from planner.export.words import (
    objective_name,
    technology_name,
    unit_name,
    workload_name,
)


def plan_sheets(plan: PlanDict, *, lang: str, region: Region | None = None) -> list[Sheet]:
    """Return the sheets of a plan; a plan without a decision gives the overview and what contradicts."""
    with use_language(lang):
        names = names_of(plan, region, lang=lang)
        sheets = [
            overview_sheet(plan, lang=lang, region=region),
            *area_sheets(plan, names, lang=lang, region=region),
            flow_sheet(plan, region, lang=lang),
            site_sheet(plan, lang=lang),
            cooling_sheet(plan, lang=lang),
            feed_sheet(plan, lang=lang),
            water_sheet(plan, lang=lang),
            elsewhere_sheet(plan, lang=lang),
            limit_sheet(plan, lang=lang, region=region),
            stock_sheet(plan, lang=lang),
            cost_sheet(plan),
            energy_sheet(plan),
            *security_sheets(plan, names, lang=lang),
            outage_sheet(plan),
        ]
    return [sheet for sheet in sheets if sheet.rows]


def overview_sheet(plan: PlanDict, *, lang: str, region: Region | None = None) -> Sheet:
    """Return security first, then the figures of the plan."""
    level, sentence = security_verdict(plan)
    objective = plan.get("objective") or {}
    rows: list[list[Cell]] = [[_("Security"), sentence, ""]]
    rows += [["", text, ""] for text in limiting_lines(plan, names_of(plan, region, lang=lang))]
    label = synthetic_label(plan)
    if label:
        rows.append([_("Grid data"), label, ""])
    rows += [
        [_("Scenario"), local_name(plan, lang), ""],
        [_("Region"), local_name(plan.get("region") or {}, lang), ""],
        [_("Result"), status_sentence(plan), ""],
        [_("Aim"), objective_name(str(objective.get("name"))), ""],
        [_("Value of the aim"), objective.get("value"), unit_name(str(objective.get("unit") or ""))],
        [_("Bound"), plan.get("bound"), unit_name(str(objective.get("unit") or ""))],
    ]
    for year in years_of(plan):
        sites = plan.get("sites") or []
        rows.append([_("New IT load {year}").format(year=year), total_in_year(sites, "it_mw", year), "MW"])
        rows.append([_("New facility load {year}").format(year=year), total_in_year(sites, "facility_mw", year), "MW"])
    marks = marks_sentence(region) if region is not None else None
    if marks:
        rows.append([_("Origin of the data"), marks, ""])
    rows.append([_("Fingerprint of the inputs"), (plan.get("record") or {}).get("fingerprint"), ""])
    return Sheet("overview", _("Overview"), [_("Item"), _("Value"), _("Unit")], rows, level)


def site_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return one row per chosen site."""
    years, last = years_of(plan), last_year(plan)
    header = [
        _("Site"),
        _("Name"),
        _("District"),
        _("Longitude (°)"),
        _("Latitude (°)"),
        _("Opens"),
        _("Two feeds"),
        _("Position uncertain"),
        *(_("IT load {year} (MW)").format(year=year) for year in years),
        _("Installed IT {year} (MW)").format(year=last),
        _("Facility load {year} (MW)").format(year=last),
        _("Facility load {year} (MVA)").format(year=last),
        _("Energy {year} (MWh)").format(year=last),
        _("Land {year} (ha)").format(year=last),
    ]
    rows: list[list[Cell]] = [
        [
            str(site["id"]),
            local_name(site, lang),
            site.get("district"),
            site["lon"],
            site["lat"],
            site.get("open_year"),
            yes_no(site.get("is_dual_fed")),
            yes_no(site.get("is_position_uncertain")),
            *(in_year(site.get("it_mw"), year) for year in years),
            *(
                in_year(site.get(column), last)
                for column in ("installed_mw", "facility_mw", "facility_mva", "energy_mwh", "land_ha")
            ),
        ]
        for site in plan.get("sites") or []
    ]
    return Sheet("sites", _("Sites"), header, rows)


def cooling_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return the cooling of each site."""
    years, last = years_of(plan), last_year(plan)
    header = [_("Site"), _("Name"), _("Cooling"), _("IT load {year} (MW)").format(year=last)]
    header += [_("Installed IT {year} (MW)").format(year=year) for year in years]
    rows: list[list[Cell]] = [
        [
            str(site["id"]),
            local_name(site, lang),
            technology_name(part["technology"]),
            part.get("it_mw"),
            *(in_year(part.get("installed_mw"), year) for year in years),
        ]
        for site in plan.get("sites") or []
        for part in site.get("cooling") or []
    ]
    return Sheet("cooling", _("Cooling"), header, rows)


def feed_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return the feeds of each site."""
    years, last = years_of(plan), last_year(plan)
    header = [
        _("Site"),
        _("Substation"),
        _("Name of the substation"),
        _("Voltage (kV)"),
        _("Length (km)"),
        _("Load {year} (MW)").format(year=last),
        *(_("Reserved {year} (MVA)").format(year=year) for year in years),
        _("Built"),
        _("Zone"),
    ]
    rows: list[list[Cell]] = [
        [
            str(site["id"]),
            str(feed["substation"]),
            local_name(feed, lang),
            feed.get("voltage_kv"),
            feed.get("km"),
            feed.get("mw"),
            *(in_year(feed.get("mva"), year) for year in years),
            feed.get("built_year"),
            feed.get("parent"),
        ]
        for site in plan.get("sites") or []
        for feed in site.get("feeds") or []
    ]
    return Sheet("feeds", _("Feeds"), header, rows)


def water_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return the water of each site by plant."""
    years = years_of(plan)
    header = [_("Site"), _("Reclaimed-water plant"), _("Name of the plant"), _("Length (km)")]
    header += [_("Water {year} (m³)").format(year=year) for year in years]
    header += [_("Peak day {year} (m³/day)").format(year=year) for year in years]
    rows: list[list[Cell]] = [
        [
            str(site["id"]),
            str(water["plant"]),
            local_name(water, lang),
            water.get("km"),
            *(in_year(water.get("by_year"), year) for year in years),
            *(in_year(water.get("peak_m3_per_day"), year) for year in years),
        ]
        for site in plan.get("sites") or []
        for water in site.get("water") or []
    ]
    return Sheet("water", _("Water"), header, rows)


def elsewhere_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return demand that the plan leaves unserved or serves from outside the region."""
    header = [_("What"), _("Where"), _("Class of demand"), _("Year"), _("IT load (MW)")]
    rows: list[list[Cell]] = [
        [_("not served"), row.get("district"), workload_name(row["workload"]), row["year"], row["it_mw"]]
        for row in plan.get("unserved") or []
    ]
    rows += [
        [_("served from outside"), local_name(row, lang), workload_name(row["workload"]), row["year"], row["it_mw"]]
        for row in plan.get("outside") or []
    ]
    return Sheet("elsewhere", _("Demand elsewhere"), header, rows)
