"""Areas of a region without stations: their hub, market, price, climate and what stands there, as rows and as cards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from planner.export.facts import PlanDict, in_year, local_name, years_of
from planner.export.hub_facts import green_share, hub_row, in_role_order, site_share
from planner.export.hub_words import known_or, label_lines, percent, role_name
from planner.export.palette import FLOW_COLOUR, OTHER_COLOUR, green_colour, hub_colours
from planner.export.sentences import class_name
from planner.export.words import number, technology_name
from planner.i18n import gettext as _
from planner.i18n import language
from planner.map_view.card import Card, Fact, mark_of, short
from planner.map_view.card_limits import limit_rows
from planner.map_view.rows import Row, colour, point_rows, shown
from planner.map_view.selection import JOIN, Selection, View, place_of, row_of, site_of
from planner.policy_words import label_name

HUB, GREEN, COOLING = "hub", "green", "cooling"  # what the colour of a site tells
THIN_PX, THICK_PX = 1.0, 8.0
FLOW_ALPHA = 130
WHITE = [255, 255, 255]
Names = Mapping[str, str]


def is_area(view: View | None) -> bool:
    """Tell whether a region is one of areas with their own access, without stations."""
    return bool(((view or {}).get("region") or {}).get("is_area"))


def table_row(view: View, table: str, **key: object) -> dict[str, Any]:
    """Return the first row of a region's table with these values, {} where there is none."""
    columns = (view.get("tables") or {}).get(table, {}).get("columns") or {}
    n = len(next(iter(columns.values()), []))
    for i in range(n):
        row = {name: values[i] for name, values in columns.items()}
        if all(str(row.get(name)) == str(value) for name, value in key.items()):
            return row
    return {}


def hub_palette_of(view: View) -> dict[str, str]:
    """Return the colour of every hub of the region, as exports and plans have it."""
    columns = (view.get("tables") or {}).get("hubs", {}).get("columns") or {}
    roles = dict(zip(map(str, columns.get("hub", [])), map(str, columns.get("role", [])), strict=True))
    return hub_colours(in_role_order(roles))


def candidate_area_rows(view: View, *, lang: str) -> list[Row]:
    """Return the areas at their places in the colour of their hub, with their names to be drawn."""
    palette, columns = hub_palette_of(view), view["layers"]["candidates"]["columns"]
    hubs = dict(zip(columns["id"], columns.get("hub") or [None] * len(columns["id"]), strict=True))
    rows = point_rows(view, "candidates", lang=lang)
    return [{**row, "t": row["n"], "c": colour(palette.get(str(hubs.get(row["i"])), OTHER_COLOUR))} for row in rows]


def site_colour(plan: PlanDict, view: View, site: Mapping[str, Any], *, by: str, year: int | None) -> str | None:
    """Return the colour of a site by hub or by its hub's green share; None where its cooling decides."""
    if by == HUB:
        return hub_palette_of(view).get(str(site.get("hub")), OTHER_COLOUR)
    return green_colour(site_share(plan, site, year)) if by == GREEN else None


def largest_mw(plan: PlanDict) -> float:
    """Return the largest IT load of a site in any year, MW."""
    loads = (in_year(site.get("it_mw"), year) for site in plan.get("sites") or [] for year in years_of(plan))
    return max(loads, default=0.0)


def flow_rows(view: View, plan: PlanDict, *, year: int | None, lang: str) -> list[Row]:
    """Return who serves whom in a year as lines from the province to the site, width by MW; small ones below."""
    amounts: dict[tuple[str, str], float] = {}
    for row in plan.get("assignments") or []:
        if row["year"] == year and row["it_mw"] > 0:
            pair = (str(row["district"]), str(row["site"]))
            amounts[pair] = amounts.get(pair, 0.0) + float(row["it_mw"])
    largest = max(amounts.values(), default=1.0)
    rows = []
    for (district, site_id), mw in sorted(amounts.items(), key=lambda item: item[1]):
        ends = [
            place_of(view, Selection(layer, ident), plan=plan)
            for layer, ident in (("districts", district), ("sites", site_id))
        ]
        site = site_of(plan, site_id)
        if None in ends or site is None or ends[0] == ends[1]:
            continue
        name = local_name(row_of(view, "districts", district) or {"id": district}, lang)
        text = f"{name} → {local_name(site, lang)}: {mw:,.0f} MW IT"
        width = round(THIN_PX + (THICK_PX - THIN_PX) * math.sqrt(mw / largest), 1)
        rows.append({"a": ends[0], "b": ends[1], "i": shown(f"{district}{JOIN}{site_id}"), "n": shown(text),
                     "c": [*colour(FLOW_COLOUR), FLOW_ALPHA], "w": width})  # fmt: skip
    return rows


def flow_card(view: View, plan: PlanDict | None, selection: Selection, *, lang: str) -> Card:
    """Return the card of a flow `district|site`: load by year and class of demand."""
    district, _join, site_id = selection.id.partition(JOIN)
    site = site_of(plan, site_id) or {"id": site_id}
    name = local_name(row_of(view, "districts", district) or {"id": district}, lang)
    rows = [
        row
        for row in (plan or {}).get("assignments") or []
        if str(row["district"]) == district and str(row["site"]) == site_id
    ]
    classes = sorted({str(row["workload"]) for row in rows})
    by_year = tuple(
        {
            _("Year"): year,
            **{
                class_name(name, {}): short(
                    sum(row["it_mw"] for row in rows if row["year"] == year and row["workload"] == name)
                )
                for name in classes
            },
        }
        for year in years_of(plan or {})
    )
    facts = (Fact(_("Demand of"), name), Fact(_("Served by"), local_name(site, lang)))
    notes = (_("IT load in MW, by class of demand. The line is drawn straight; it is no route."),)
    return Card(species=_("Who serves whom"), title=selection.id, facts=facts, by_year=by_year, notes=notes)


def area_card(view: View, plan: PlanDict | None, selection: Selection, *, names: Names) -> Card:
    """Return the card of an area: hub, market with price and green share, climate, what stands there; of a site the plan too."""
    site = site_of(plan, selection.id)
    own = table_row(view, "sites", site=selection.id) or row_of(view, "candidates", selection.id) or {}
    facts = [
        *(_decided(plan, site) if plan and site else []),
        *_place(view, own, names),
        *_standing(view, selection.id),
    ]
    base = Card(
        species=_("Area in the plan") if site else _("Area"),
        title=selection.id,
        facts=tuple(facts),
        confidence=str(own.get("confidence") or ""),
        source=str(own.get("source") or ""),
    )
    if plan is None:
        return base
    if site is None:
        return replace(base, notes=(_("The plan in view does not use this place. The page “Why” tells the reason."),))
    by_year = tuple(_year(plan, site, year) for year in years_of(plan))
    return replace(base, by_year=by_year, limits=limit_rows(plan, selection, names=names))


def _place(view: View, own: Mapping[str, Any], names: Names) -> list[Fact]:
    hub, market = table_row(view, "hubs", hub=own.get("hub")), table_row(view, "markets", market=own.get("market"))
    role = f" ({role_name(str(hub['role']))})" if hub.get("role") else ""
    price, share = market.get("energy_cny_per_kwh"), market.get("renewable_gen_share_of_use")
    factor = market.get("grid_kgco2_per_kwh")
    facts = [
        Fact(_("Hub"), f"{_local(hub) or own.get('hub') or '–'}{role}"),
        Fact(_("Cluster"), str(own.get("cluster") or "–")),
        Fact(_("Electricity market"), _local(market) or str(own.get("market") or "–")),
        Fact(_("Price of energy"), _amount(price, "CNY/kWh"), mark_of(market, "energy_cny_per_kwh")),
        Fact(_("Renewable generation over use"), _amount(None if share is None else 100.0 * share, "%"),
             mark_of(market, "renewable_gen_share_of_use")),
        Fact(_("Grid factor"), _amount(factor, "kg CO2/kWh"), mark_of(market, "grid_kgco2_per_kwh")),
        Fact(_("Land"), _amount(own.get("area_ha"), "ha"), mark_of(own, "area_ha")),
        Fact(_("Own grid access"), _("not limited here") if own.get("access_mva") is None else _amount(own["access_mva"], "MVA"),
             mark_of(own, "access_mva")),
    ]  # fmt: skip
    if own.get("water_flag"):
        facts.append(Fact(_("Water"), str(own["water_flag"])))
    return [*facts, *_climate(view, own)]


def _climate(view: View, own: Mapping[str, Any]) -> list[Fact]:
    """Return mean temperature and height of the area's weather station."""
    station = own.get("climate_station")
    columns = (view.get("tables") or {}).get("climate", {}).get("columns") or {}
    at = [i for i, name in enumerate(columns.get("station", [])) if name == station]
    if not at:
        return [Fact(_("Climate"), str(station or _("that of the region")))]
    dry = [columns["t_dry_degc"][i] for i in at if columns["t_dry_degc"][i] is not None]
    text = _("{station}: {mean} °C in the mean of the year, {low} to {high} °C by month").format(
        station=station, mean=short(round(sum(dry) / len(dry), 1)), low=short(min(dry)), high=short(max(dry))
    )
    return [Fact(_("Climate"), text)]


def _standing(view: View, site_id: str) -> list[Fact]:
    """Return what stands today; what is not published is unknown."""
    row = table_row(view, "existing", site=site_id)
    year = f" ({row['year']})" if row.get("year") else ""
    facts = {
        "racks_std": _("Standard racks today"),
        "compute_pflops": _("Compute today (PFLOPS)"),
        "dc_projects": _("Projects today"),
    }
    return [
        Fact(
            f"{label}{year}",
            text if isinstance(text := known_or(row.get(name)), str) else short(text),
            mark_of(row, name),
        )
        for name, label in facts.items()
    ]


def _decided(plan: PlanDict, site: Mapping[str, Any]) -> list[Fact]:
    facts = [Fact(_("Opens"), str(site.get("open_year") or "–"))]
    facts += [
        Fact(_("Cooling"), f"{technology_name(part['technology'])}: {short(part['it_mw'])} MW IT")
        for part in site.get("cooling") or []
    ]
    if site.get("label"):
        why = label_lines(plan, site)
        text = label_name(str(site["label"]))
        facts.append(Fact(_("Judged by the rules"), f"{text} ({'; '.join(why)})" if why else text))
    return facts


def _year(plan: PlanDict, site: Mapping[str, Any], year: int) -> dict[str, Any]:
    hub = hub_row(plan, str(site.get("hub")), year)
    row = {
        _("Year"): year,
        _("IT load, MW"): short(in_year(site.get("it_mw"), year)),
        _("Facility load, MW"): short(in_year(site.get("facility_mw"), year)),
        _("PUE of the hub"): number(hub.get("pue"), 3),
        _("Green share of the hub, %"): percent(green_share(hub)),
    }
    if site.get("compute_pflops"):
        row[_("Compute, PFLOPS")] = short(in_year(site["compute_pflops"], year))
    return row


def _amount(value: float | None, unit: str) -> str:
    return _("unknown") if value is None else f"{short(value)} {unit}"


def _local(row: Mapping[str, Any]) -> str:
    return str(row.get(f"name_{language()}") or row.get("name_en") or "")
