"""Cards of what a plan decides (sites, feeds, pipes) and of what it may choose from (candidates)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.export.facts import PlanDict, in_year, years_of
from planner.export.sentences import DISTRICT
from planner.export.sheet import yes_no
from planner.export.words import technology_name
from planner.i18n import gettext as _
from planner.map_view.card import SPECIES, Card, Fact, short
from planner.map_view.card_limits import limit_rows
from planner.map_view.selection import JOIN, LINKS, Selection, View, row_of, site_of
from planner.screen_words import EXCLUSION, OUTSIDE_STUDY_AREA, reason_text

Names = Mapping[str, str]


def site_card(view: View, plan: PlanDict | None, selection: Selection, *, names: Names) -> Card:
    """Return the card of a site: capacity by year, cooling, feeds, water, the limits that touch it."""
    site = site_of(plan, selection.id)
    if plan is None or site is None:
        return candidate_card(view, plan, Selection("candidates", selection.id), names=names)
    facts = [
        Fact(_("District"), names.get(DISTRICT + str(site.get("district")), str(site.get("district") or "–"))),
        Fact(_("Opens"), str(site.get("open_year") or "–")),
        Fact(_("Two feeds from different stations or units"), yes_no(value=bool(site.get("is_dual_fed")))),
        *(Fact(_("Cooling"), f"{technology_name(part['technology'])}: {short(part['it_mw'])} MW IT")
          for part in site.get("cooling") or []),
        *(Fact(_("Fed from"), _feed_text(feed, names)) for feed in site.get("feeds") or []),
        *(Fact(_("Watered from"), _pipe_text(pipe, names)) for pipe in site.get("water") or []),
    ]  # fmt: skip
    notes = [_("No reclaimed water is used here.")] if not site.get("water") else []
    if site.get("is_position_uncertain"):
        notes.append(_("The position of a station or of the site is less certain than half a feed is long."))
    return Card(
        species=SPECIES["sites"](),
        title=selection.id,
        facts=tuple(facts),
        by_year=tuple(_site_year(site, year) for year in years_of(plan)),
        limits=limit_rows(plan, selection, names=names),
        notes=tuple(notes),
    )


def _site_year(site: Mapping[str, Any], year: int) -> dict[str, Any]:
    return {
        _("Year"): year,
        _("IT load, MW"): short(in_year(site.get("it_mw"), year)),
        _("Facility load, MW"): short(in_year(site.get("facility_mw"), year)),
        _("Facility load, MVA"): short(in_year(site.get("facility_mva"), year)),
        _("Land, ha"): short(in_year(site.get("land_ha"), year)),
    }


def _feed_text(feed: Mapping[str, Any], names: Names) -> str:
    return _("{station}, {kv:g} kV, {km:.1f} km").format(
        station=names.get(str(feed["substation"]), feed["substation"]), kv=feed.get("voltage_kv") or 0.0, km=feed["km"]
    )


def _pipe_text(pipe: Mapping[str, Any], names: Names) -> str:
    return _("{plant}, {km:.1f} km, {m3} m³/year").format(
        plant=names.get(str(pipe["plant"]), pipe["plant"]),
        km=pipe["km"],
        m3=short(round(pipe.get("m3_per_year") or 0.0)),
    )


def link_card(view: View, plan: PlanDict | None, selection: Selection, *, names: Names) -> Card:
    """Return the card of a feed or a pipe: its ends, length, and load by year."""
    links, key, _layer = LINKS[selection.layer]
    site_id, _join, end = selection.id.partition(JOIN)
    site = site_of(plan, site_id) or {}
    link = next((row for row in site.get(links) or [] if str(row[key]) == end), None)
    if plan is None or link is None:
        return Card(species=SPECIES[selection.layer](), title=selection.id)
    facts = [
        Fact(_("Site"), names.get(site_id, site_id)),
        Fact(_("Station") if key == "substation" else _("Plant"), names.get(end, end)),
        Fact(_("Length"), _("{km:.1f} km (a route; drawn straight)").format(km=link["km"])),
    ]
    if key == "substation":
        facts += [
            Fact(_("Voltage"), f"{link.get('voltage_kv') or 0.0:g} kV"),
            Fact(_("Built"), str(link.get("built_year") or "–")),
        ]
    return Card(
        species=SPECIES[selection.layer](),
        title=selection.id,
        facts=tuple(facts),
        by_year=tuple(_link_year(link, year, is_feed=key == "substation") for year in years_of(plan)),
    )


def _link_year(link: Mapping[str, Any], year: int, *, is_feed: bool) -> dict[str, Any]:
    if is_feed:
        return {_("Year"): year, _("Reserved, MVA"): short(in_year(link.get("mva"), year))}
    return {
        _("Year"): year,
        _("Water, m³/year"): short(round(in_year(link.get("by_year"), year))),
        _("Peak day, m³/day"): short(round(in_year(link.get("peak_m3_per_day"), year))),
    }


def candidate_card(view: View, plan: PlanDict | None, selection: Selection, *, names: Names) -> Card:
    """Return the card of a candidate or an excluded cell: land, what is in reach, and the reasons against it in words."""
    row = row_of(view, "candidates", selection.id) or {}
    is_candidate = row.get("status") == "candidate"
    facts = [
        Fact(_("District"), names.get(DISTRICT + str(row.get("district")), str(row.get("district") or "–"))),
        Fact(_("Usable area"), f"{short(row.get('area_ha'))} ha"),
        Fact(_("Whole area"), f"{short(row.get('gross_ha'))} ha"),
        *_nearest(view, row, names),
    ]
    if is_candidate:
        facts.append(Fact(_("May be fed from"), _listed(row.get("stations"), names)))
        facts.append(Fact(_("May be watered from"), _listed(row.get("plants"), names)))
    return Card(
        species=SPECIES["candidates"]() if is_candidate else _("Excluded"),
        title=selection.id,
        facts=tuple(facts),
        notes=tuple(_notes(view, row, plan, selection.id)),
    )


def _nearest(view: View, row: Mapping[str, Any], names: Names) -> list[Fact]:
    """Return how far the nearest station of each voltage and the nearest plant are, beside what is allowed."""
    asked = view["screening"]
    facts = []
    for kv, radius in asked["radius_km"].items():
        km = row.get(f"nearest_{kv}_kv_km")
        if km is not None:
            text = _("{km} km, at most {radius:g} km").format(km=short(km), radius=radius)
            facts.append(Fact(_("Nearest {kv} kV station").format(kv=kv), text))
    if row.get("nearest_plant_km") is not None:
        plant = names.get(str(row.get("nearest_plant")), str(row.get("nearest_plant")))
        text = _("{plant}, {km} km, at most {reach:g} km").format(
            plant=plant, km=short(row["nearest_plant_km"]), reach=asked["water_reach_km"]
        )
        facts.append(Fact(_("Nearest reclaimed-water plant"), text))
    return facts


def _listed(ids: list[str] | None, names: Names) -> str:
    return ", ".join(names.get(row, row) for row in ids or []) or "–"


def _notes(view: View, row: Mapping[str, Any], plan: PlanDict | None, site_id: str) -> list[str]:
    reasons = list(row.get("reasons") or [])
    notes = []
    if reasons:
        notes.append(_("Excluded because: {reasons}.").format(reasons=reason_text(", ".join(reasons))))
    if "too_small" in reasons or any(code.startswith((EXCLUSION, OUTSIDE_STUDY_AREA)) for code in reasons):
        notes.append(
            _("At least {area:g} ha of usable land is asked for.").format(area=view["screening"]["min_area_ha"])
        )
    if row.get("notes"):
        notes.append(_("Note: {notes}.").format(notes=reason_text(", ".join(row["notes"]))))
    if plan is not None and row.get("status") == "candidate" and site_of(plan, site_id) is None:
        notes.append(_("The plan in view does not use this place. The page “Why” tells the reason."))
    return notes
