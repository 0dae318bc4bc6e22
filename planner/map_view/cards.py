"""The card of whatever is picked on a map; what the region's tables hold is told here, the rest by its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from planner.export.facts import PlanDict, years_of
from planner.export.sentences import DISTRICT
from planner.export.sheet import yes_no
from planner.export.words import unit_name
from planner.i18n import gettext as _
from planner.map_view.areas import area_card, flow_card, is_area
from planner.map_view.card import SPECIES, Card, Fact, confidence_text, is_marked, mark_of, short, source_text
from planner.map_view.card_grid import grid_card
from planner.map_view.card_limits import limit_rows
from planner.map_view.card_sites import candidate_card, link_card, site_card
from planner.map_view.rows import headroom_of
from planner.map_view.selection import Selection, View, name_of, row_of
from planner.screen_words import exclusion_kind
from planner.tables import Column, Table, all_tables
from planner.view_names import names_in

TABLES = {
    "districts": "districts",
    "exclusions": "exclusions",
    "zones": "zones",
    "substations": "substations",
    "plants": "reclaimed_plants",
    "stock": "stock",
    "outside": "outside_sites",
}
HIDDEN = frozenset({"lon", "lat", "seat_lon", "seat_lat", "name_en", "name_zh", "node", "bus"})


def card_of(view: View, plan: PlanDict | None, selection: Selection, *, lang: str) -> Card:
    """Return the card of what is picked; a thing that is not known has a card with its id alone."""
    names = names_for(view, plan, lang=lang)
    layer = selection.layer
    if layer in {"sites", "candidates"} and is_area(view):
        found = area_card(view, plan, selection, names=names)
    elif layer == "flows":
        return replace(
            found := flow_card(view, plan, selection, lang=lang), title=" → ".join(f.value for f in found.facts)
        )
    elif layer == "sites":
        found = site_card(view, plan, selection, names=names)
    elif layer in {"feeds", "pipes"}:
        found = link_card(view, plan, selection, names=names)
    elif layer == "candidates":
        found = candidate_card(view, plan, selection, names=names)
    elif layer in {"grid_lines", "grid_stations"}:
        found = grid_card(view, plan, selection, names=names)
    else:
        found = _table_card(view, plan, selection, names=names)
    title = name_of(view, selection, lang=lang, plan=plan)
    is_told = selection.id in title or layer in {"feeds", "pipes"}
    return replace(found, title=title if is_told else f"{title} ({selection.id})")


def names_for(view: View, plan: PlanDict | None, *, lang: str) -> dict[str, str]:
    """Return the names of all ids that a card may mention, those of candidates left out: there are thousands."""
    layers = {name: layer for name, layer in view["layers"].items() if name != "candidates"}
    return names_in(plan or {}, {**view, "layers": layers}, lang=lang)


def table_facts(row: Mapping[str, Any], table: Table, *, names: Mapping[str, str]) -> tuple[Fact, ...]:
    """Return what the region's table says of a row, in the order and with the units of its declaration."""
    facts = []
    for column in table.columns:
        value = row.get(column.name)
        if column.name not in HIDDEN and column.kind != "id" and value is not None and value != "":
            label = short_labels().get(column.name, column.meaning)
            is_kind = table.name == "exclusions" and column.name == "kind"
            text = exclusion_kind(str(value)) if is_kind else value_text(column, value, names=names)
            facts.append(Fact(label, text, mark_of(row, column.name)))
    return tuple(facts)


def short_labels() -> dict[str, str]:
    """Return shorter words than the data dictionary's for what is on many cards."""
    return {
        "district": _("District"),
        "coord_precision_km": _("Position known to ±"),
        "voltage_kv": _("Voltage"),
        "feed_voltage_kv": _("Feeds sites at"),
        "parent": _("Supply zone"),
        "firm_mva": _("Firm rating (one unit out)"),
        "peak_mva": _("Peak load today"),
        "headroom_mva": _("Free headroom (N-1)"),
        "ac_hosting_mw": _("Hosts alone in an AC N-1 check"),
    }


def value_text(column: Column, value: Any, *, names: Mapping[str, str]) -> str:
    """Return a cell with its unit; keys as names, shares in percent, years without a separator."""
    if column.kind == "key":
        is_district = "districts" in column.refers_to
        return (names.get(DISTRICT + str(value)) if is_district else None) or names.get(str(value)) or str(value)
    if column.kind == "yes_no":
        return yes_no(value=bool(value))
    if column.unit == "share":
        return f"{short(100.0 * float(value))} %"
    if column.unit in {"year", ""}:
        return str(value)
    return short(float(value)) if column.unit == "1" else f"{short(float(value))} {_unit(column.unit)}"


def _unit(unit: str) -> str:
    return {"km2": "km²", "persons": _("persons")}.get(unit, unit_name(unit))


def _table_card(view: View, plan: PlanDict | None, selection: Selection, *, names: Mapping[str, str]) -> Card:
    row = row_of(view, selection.layer, selection.id) or {}
    species = SPECIES[selection.layer]() if selection.layer in SPECIES else ""
    table = TABLES.get(selection.layer)
    notes = []
    if selection.layer == "zones":
        notes.append(_("A supply zone has no border of its own: it is drawn around its {n} stations.").format(
            n=row.get("n_stations", 0)))  # fmt: skip
    return Card(
        species=species,
        title=selection.id,
        facts=table_facts(row, all_tables()[table], names=names) if table else (),
        by_year=_by_year(view, plan, selection),
        limits=limit_rows(plan, selection, names=names) if plan else (),
        notes=tuple(notes),
        near=at_same_place(view, selection),
        confidence=confidence_text(row),
        is_marked=is_marked(row),
        source=source_text(row),
    )


def _by_year(view: View, plan: PlanDict | None, selection: Selection) -> tuple[dict[str, Any], ...]:
    if plan is None:
        return ()
    years = years_of(plan)
    if selection.layer in {"substations", "zones"}:
        found = {year: headroom_of(view, plan, layer=selection.layer, year=year)[selection.id] for year in years}
        heads = {"before": _("Before, MVA"), "used": _("Used by the plan, MVA"), "left": _("Left, MVA")}
        return tuple({_("Year"): year, **{heads[k]: short(v) for k, v in row.items()}} for year, row in found.items())
    if selection.layer == "plants":
        return tuple(row for year in years if (row := _worst_month(plan, selection.id, year)))
    if selection.layer == "stock":
        rows = [row for row in plan.get("stock") or [] if str(row["id"]) == selection.id]
        return tuple(
            {_("Year"): row["year"], _("Halls kept"): row["keep"], _("Halls changed"): _changes(row)} for row in rows
        )
    if selection.layer == "outside":
        rows = [row for row in plan.get("outside") or [] if str(row["id"]) == selection.id]
        totals = {year: sum(row["it_mw"] for row in rows if row["year"] == year) for year in years}
        return tuple({_("Year"): year, _("Work taken, MW IT"): short(mw)} for year, mw in totals.items())
    return ()


def _worst_month(plan: PlanDict, plant: str, year: int) -> dict[str, Any] | None:
    rows = [row for row in plan.get("plant_water") or [] if row["plant"] == plant and row["year"] == year]
    if not rows:
        return None
    top = max(rows, key=lambda row: row["used_m3_per_day"] / max(row["limit_m3_per_day"], 1e-9))
    return {
        _("Year"): year,
        _("Tightest month"): top["month"],
        _("Used on the peak day, m³/day"): short(round(top["used_m3_per_day"])),
        _("May be used, m³/day"): short(round(top["limit_m3_per_day"])),
    }


def _changes(row: Mapping[str, Any]) -> str:
    options = {"retrofit": _("retrofitted"), "convert": _("turned liquid-cooled"), "vacate": _("vacated")}
    changed = [f"{n:g} {options.get(name, name)}" for name, n in sorted((row.get("options") or {}).items()) if n]
    return ", ".join(changed) or "–"


def at_same_place(view: View, selection: Selection) -> tuple[Selection, ...]:
    """Return the other rows of the same layer that lie at the same point, hidden below each other on the map."""
    layer = view["layers"].get(selection.layer) or {}
    ids, points = layer.get("columns", {}).get("id", []), layer.get("points", [])
    place = next((point for row, point in zip(ids, points, strict=True) if row == selection.id), None)
    if place is None:
        return ()
    return tuple(
        Selection(selection.layer, row)
        for row, point in zip(ids, points, strict=True)
        if point == place and row != selection.id
    )
