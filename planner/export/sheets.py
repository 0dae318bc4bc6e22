"""What stands in the workbook: one `Sheet` per subject, ready to be written or shown."""

from __future__ import annotations

from dataclasses import dataclass

from planner.i18n import gettext as _

from planner.export.facts import (
    PlanDict,
    Row,
    in_year,
    index_parts,
    last_year,
    local_name,
    total_in_year,
    years_of,
)
from planner.export.words import (
    family_name,
    limit_name,
    limit_place,
    names_of,
    objective_name,
    outage_status_name,
    security_verdict,
    status_sentence,
    synthetic_label,
    technology_name,
    term_name,
    unit_name,
    workload_name,
)

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Sheet:
    """One subject: a stable key for file names, a title and header in the reader's language, rows.

    `level` marks the first row with the colour of a security verdict.
    """

    key: str
    title: str
    header: list[str]
    rows: list[list[Cell]]
    level: str = ""


def plan_sheets(plan: PlanDict, *, lang: str) -> list[Sheet]:
    """Return the sheets of a plan; a plan without a decision gives the overview and what contradicts."""
    sheets = [
        overview_sheet(plan, lang=lang),
        site_sheet(plan, lang=lang),
        cooling_sheet(plan, lang=lang),
        feed_sheet(plan, lang=lang),
        water_sheet(plan, lang=lang),
        elsewhere_sheet(plan, lang=lang),
        limit_sheet(plan, lang=lang),
        stock_sheet(plan, lang=lang),
        cost_sheet(plan),
        energy_sheet(plan),
        outage_sheet(plan),
    ]
    return [sheet for sheet in sheets if sheet.rows]


def overview_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return security first, then the figures of the plan."""
    level, sentence = security_verdict(plan)
    objective = plan.get("objective") or {}
    rows: list[list[Cell]] = [[_("Security"), sentence, ""]]
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
            _yes_no(site.get("is_dual_fed")),
            _yes_no(site.get("is_position_uncertain")),
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


def limit_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return every limit with what one more unit is worth at this siting."""
    header = [
        _("Subject"),
        _("Limit"),
        _("Where and when"),
        _("Unit"),
        _("Used"),
        _("Limit value"),
        _("Left"),
        _("Worth of one more unit at this siting"),
        _("Binds"),
        _("Index"),
    ]
    names = names_of(plan, None, lang=lang)
    rows: list[list[Cell]] = [
        [
            family_name(str(row.get("family"))),
            limit_name(str(row.get("constraint"))),
            limit_place(row, names),
            unit_name(str(row.get("unit") or "")),
            row.get("used"),
            row.get("limit"),
            row.get("slack"),
            row.get("worth"),
            _yes_no(row.get("is_binding")),
            ", ".join(index_parts(row.get("index"))),
        ]
        for row in plan.get("limits") or []
    ]
    return Sheet("limits", _("Limits"), header, rows)


def stock_sheet(plan: PlanDict, *, lang: str) -> Sheet:
    """Return what happens to the existing centres."""
    header = [_("Existing centre"), _("Name"), _("Year"), _("Halls"), _("Halls kept"), _("Halls changed")]
    rows: list[list[Cell]] = [
        [
            str(row["id"]),
            local_name(row, lang),
            row.get("year"),
            row.get("n_halls"),
            row.get("keep"),
            changed_halls(row),
        ]
        for row in plan.get("stock") or []
    ]
    return Sheet("stock", _("Existing centres"), header, rows)


def cost_sheet(plan: PlanDict) -> Sheet:
    """Return the ledger: the weighted column sums to the objective of a least-cost plan."""
    header = [_("Cost"), _("Year"), _("In the objective (CNY, weighted)"), _("Per year (CNY)")]
    rows: list[list[Cell]] = [
        [term_name(row["term"]), row["year"], row["cny"], row.get("cny_per_year")] for row in plan.get("ledger") or []
    ]
    return Sheet("costs", _("Costs"), header, rows)


def energy_sheet(plan: PlanDict) -> Sheet:
    """Return energy, green share, emissions and water by year."""
    water = {row["year"]: row for row in plan.get("water_totals") or []}
    header = [
        _("Year"),
        _("New centres (MWh)"),
        _("Existing centres (MWh)"),
        _("Green power (MWh)"),
        _("Certificates (MWh)"),
        _("Green share (%)"),
        _("Required green share (%)"),
        _("Emissions (t CO2)"),
        _("Water of new centres (m³)"),
        _("Water of existing centres (m³)"),
        _("Water cap of the city (m³)"),
    ]
    rows: list[list[Cell]] = [
        [
            row["year"],
            *(row.get(column) for column in ("new_mwh", "stock_mwh", "green_mwh", "certificate_mwh")),
            _percent(row.get("green_share")),
            _percent(row.get("required_share")),
            row.get("emissions_t"),
            *(water.get(row["year"], {}).get(column) for column in ("new_m3", "stock_m3", "cap_m3")),
        ]
        for row in plan.get("energy") or []
    ]
    return Sheet("energy_water", _("Energy and water"), header, rows)


def outage_sheet(plan: PlanDict) -> Sheet:
    """Return every checked outage with what it leads to."""
    header = [
        _("Year"),
        _("Outage of"),
        _("Kind"),
        _("Result"),
        _("Limiting element"),
        _("Value"),
        _("Limit value"),
        _("Unit"),
        _("Highest loading (%)"),
        _("Lowest voltage (pu)"),
        _("Supply lost (MW)"),
    ]
    rows: list[list[Cell]] = []
    for row in (plan.get("grid") or {}).get("outages") or []:
        worst: Row = row.get("worst") or {}
        rows.append(
            [
                row.get("year"),
                row.get("element"),
                row.get("kind"),
                outage_status_name(str(row.get("status"))),
                *(worst.get(column) for column in ("element", "value", "limit", "unit")),
                *(row.get(column) for column in ("max_loading_percent", "min_vm_pu", "unsupplied_mw")),
            ]
        )
    return Sheet("grid_outages", _("Grid outages"), header, rows)


def changed_halls(row: Row) -> str:
    """Return the halls that leave "keep" as text, "" for none."""
    words = {"vacate": _("vacate"), "retrofit": _("retrofit"), "convert": _("convert")}
    changes = sorted((row.get("options") or {}).items())
    return ", ".join(f"{words.get(option, option)} {n:g}" for option, n in changes if n)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100.0 * share


def _yes_no(value: object) -> str:
    return _("yes") if value else _("no")
