"""Why a site is in a plan or out of it: what the plan and the region's view tell without solving again.

What is told are facts, not a proof: a plan leaves a place out because another one is cheaper or because a limit is in the
way, and only a second solve with the site forced in says what that costs (`planner.counterfactual`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from planner.board import board
from planner.export.facts import (
    PlanDict,
    Row,
    headroom_limits,
    in_year,
    last_year,
    learned_limit,
    local_name,
    sites_by_size,
    stations_in,
)
from planner.export.sentences import DISTRICT, class_name
from planner.export.words import amount, number, technology_name
from planner.i18n import gettext as _
from planner.i18n import language
from planner.map_view.selection import View, row_of
from planner.report import feed_texts, site_notes, water_texts
from planner.view_names import layer_rows

IN, OUT, EXCLUDED, UNKNOWN = "in", "out", "excluded", "unknown"
N_DISTRICTS = 3
CANDIDATE = "candidate"


def choices(plan: PlanDict, view: View | None, names: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what can be asked about: id, label, kind (in, out, excluded); the plan's sites first, the largest on top."""
    kinds = {str(site["id"]): IN for site in sites_by_size(plan)}
    for row in layer_rows(view, "candidates"):
        if str(row["id"]) not in kinds:
            kinds[str(row["id"])] = OUT if row.get("status") == CANDIDATE else EXCLUDED
    order = [IN, OUT, EXCLUDED]
    ranked = sorted(kinds.items(), key=lambda item: order.index(item[1]))
    return [{"id": ident, "label": names.get(ident, ident), "kind": kind} for ident, kind in ranked]


def reasons(plan: PlanDict, view: View | None, site: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what is known about a site: kind, lines (sentences), limits, headroom, rivals, codes.

    `kind` is in, out, excluded or unknown. `limits` are the rows of the board that touch the site, its stations, their zones
    and its plants. `headroom` has one row per station in reach (name, left, limit [MVA], year). `rivals` are sites of the plan
    that use the same stations (id, name, name_zh, it_mw, is_alike). `codes` are the screening's reasons against an excluded
    place.
    """
    chosen = next((row for row in plan.get("sites") or [] if str(row["id"]) == site), None)
    place = None if view is None else row_of(view, "candidates", site)
    if chosen is not None:
        kind, stations = IN, [str(feed["substation"]) for feed in chosen.get("feeds") or []]
        plants = [str(water["plant"]) for water in chosen.get("water") or []]
    else:
        kind = UNKNOWN if place is None else OUT if place.get("status") == CANDIDATE else EXCLUDED
        stations, plants = (list(map(str, (place or {}).get(name) or [])) for name in ("stations", "plants"))
    own = chosen or place or {}
    groups = {str(own[name]) for name in ("hub", "market") if own.get(name)}
    entities = {site, *stations, *plants, *groups, *_zones(view, stations)}
    is_open = kind in {IN, OUT}
    limits = [row for row in board(plan, names) if _touches(row, plan, entities, stations)] if is_open else []
    rivals = _rivals(plan, view, site, stations) if is_open else []
    return {
        "kind": kind,
        "lines": _lines(kind, plan, site=site, chosen=chosen, limits=limits, rivals=rivals, names=names),
        "limits": limits,
        "headroom": _headroom(plan, stations, names) if is_open else [],
        "rivals": rivals,
        "codes": list((place or {}).get("reasons") or []) if kind == EXCLUDED else [],
    }


def _zones(view: View | None, stations: Iterable[str]) -> set[str]:
    """Return the zones that the stations lie in, and the zones of these zones."""
    parents = {str(r["id"]): str(r["parent"]) for layer in ("substations", "zones") for r in layer_rows(view, layer)
               if r.get("parent")}  # fmt: skip
    found: set[str] = set()
    queue = list(stations)
    while queue:
        parent = parents.get(queue.pop())
        if parent is not None and parent not in found:
            found.add(parent)
            queue.append(parent)
    return found


def _touches(row: Row, plan: PlanDict, entities: set[str], stations: Sequence[str]) -> bool:
    """Tell whether a row of the board limits one of the entities; one learned in the check where a station counts in it."""
    cut = learned_limit(row, plan)
    return bool(entities & set(row["index"]) if cut is None else stations_in(cut) & set(stations))


def _headroom(plan: PlanDict, stations: Sequence[str], names: Mapping[str, str]) -> list[dict[str, Any]]:
    year = last_year(plan)
    known = headroom_limits(plan)
    rows = [(station, known.get((station, year)) if year is not None else None) for station in stations]
    return [
        {"id": station, "name": names.get(station, station), "left": row["slack"], "limit": row["limit"], "year": year}
        for station, row in rows
        if row is not None
    ]


def _rivals(plan: PlanDict, view: View | None, site: str, stations: Sequence[str]) -> list[dict[str, Any]]:
    """Return the other sites of the plan that are fed from one of the stations; alike: the same stations in reach."""
    reach = {str(row["id"]): set(map(str, row.get("stations") or [])) for row in layer_rows(view, "candidates")}
    own = reach.get(site) or set(stations)
    rows = []
    for other in plan.get("sites") or []:
        used = {str(feed["substation"]) for feed in other.get("feeds") or []}
        if str(other["id"]) != site and used & own:
            it_mw = in_year(other.get("it_mw"), last_year(plan))
            is_alike = reach.get(str(other["id"])) == own
            facts = {key: other.get(key) for key in ("id", "name", "name_zh")}
            rows.append({**facts, "it_mw": it_mw, "is_alike": is_alike})
    return sorted(rows, key=lambda row: (not row["is_alike"], -row["it_mw"], row["id"]))


def _lines(
    kind: str,
    plan: PlanDict,
    *,
    site: str,
    chosen: Row | None,
    limits: Sequence[Row],
    rivals: Sequence[Row],
    names: Mapping[str, str],
) -> list[str]:
    if kind == IN and chosen is not None:
        return [*_wish_lines(plan, site), *_size_lines(chosen, plan), *_service_lines(plan, site, names)]
    if kind == OUT:
        return [*_wish_lines(plan, site), *_out_lines(limits, rivals, is_area=bool(plan.get("markets")))]
    if kind == EXCLUDED:
        return [_("No centre may stand here in this scenario. Reasons:")]
    return [_("This place is not among the candidates of the region.")]


def _wish_lines(plan: PlanDict, site: str) -> list[str]:
    """Return what the scenario itself wishes for the site."""
    wishes = (plan.get("scenario") or {}).get("wishes") or {}
    lines = []
    if site in (wishes.get("fixed") or ()):
        lines.append(_("The scenario asks for this site: it is in, whatever it costs."))
    if site in (wishes.get("forbidden") or ()):
        lines.append(_("The scenario forbids this site: it is out, whatever it would save."))
    least = (wishes.get("min_mw") or {}).get(site)
    if least:
        lines.append(_("The scenario asks for at least {mw} MW of IT load here.").format(mw=amount(least)))
    return lines


def _size_lines(site: Row, plan: PlanDict) -> list[str]:
    year = last_year(plan)
    lang = language()
    cooling = ", ".join(technology_name(str(part["technology"])) for part in site.get("cooling") or [])
    size = _("Opens in {year}; {mw} MW of IT load in {last}; cooling: {cooling}.").format(
        year=site.get("open_year"), mw=amount(in_year(site.get("it_mw"), year)), last=year, cooling=cooling or "–"
    )
    feeds = _("Fed from: {feeds}.").format(feeds="; ".join(feed_texts(site, year, lang=lang)) or "–")
    if site.get("market") and not site.get("feeds"):
        feeds = _("Connected by the area's own grid access; the region names no stations.")
    lines = [size, feeds]
    if site.get("water"):
        water = "; ".join(water_texts(site, lang=lang))
        lines.append(_("Watered from (length, 1000 m³ a year): {water}.").format(water=water))
    return [*lines, *site_notes([{**site, "is_position_uncertain": False}], year)]


def _service_lines(plan: PlanDict, site: str, names: Mapping[str, str]) -> list[str]:
    """Return which demand the site serves in the last year, one sentence per class, the largest districts named."""
    year = last_year(plan)
    by_class: dict[str, dict[str, float]] = {}
    for row in plan.get("assignments") or []:
        if str(row.get("site")) == site and row["year"] == year:
            own = by_class.setdefault(str(row["workload"]), {})
            own[str(row["district"])] = own.get(str(row["district"]), 0.0) + row["it_mw"]
    lines = []
    for workload, districts in sorted(by_class.items(), key=lambda item: -sum(item[1].values())):
        largest = sorted(districts.items(), key=lambda item: (-item[1], item[0]))
        places = ", ".join(f"{names.get(DISTRICT + d, d)} {number(mw)} MW" for d, mw in largest[:N_DISTRICTS])
        lines.append(
            _("Serves {mw} MW of {workload} in {year}: {places}").format(
                mw=number(sum(districts.values())),
                workload=class_name(workload, names),
                year=year,
                places=places + (" …" if len(largest) > N_DISTRICTS else ""),
            )
        )
    return lines


def _out_lines(limits: Sequence[Row], rivals: Sequence[Row], *, is_area: bool) -> list[str]:
    """Return what stands against a candidate that the plan leaves out, as far as the plan itself tells."""
    lang = language()
    lines = []
    worthy = [row for row in limits if not row["note"]]
    if worthy:
        text = (
            _("Limits of its area, hub or market are used up; the most valuable: {limit}.")
            if is_area
            else _("Limits are used up where this site would be fed or watered; the most valuable: {limit}.")
        )
        lines.append(text.format(limit=worthy[0]["title"]))
    alike = [local_name(row, lang) for row in rivals if row["is_alike"]]
    if alike:
        lines.append(_("The plan takes a place that can use the same stations instead: {sites}.").format(
            sites=", ".join(alike)))  # fmt: skip
    elif rivals:
        lines.append(_("Sites of the plan that use a station in its reach: {sites}.").format(
            sites=", ".join(local_name(row, lang) for row in rivals)))  # fmt: skip
    if not worthy:
        lines.append(
            _(
                "No limit of its area, hub or market is used up: other places cost less, or the demand is served without it."
            )
            if is_area
            else _(
                "No limit at its stations or plants is used up: other places cost less, or the demand is served without it."
            )
        )
    return lines
