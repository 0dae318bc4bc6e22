"""What the colours, sizes and signs of a map mean: only what is drawn, with units."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from planner.export.facts import PlanDict
from planner.export.grid_words import loading_label
from planner.export.hub_words import green_label
from planner.export.palette import (
    CANDIDATE_COLOURS,
    FEED_COLOURS,
    FLOW_COLOUR,
    GREEN_COLOURS,
    HEADROOM_COLOURS,
    LOADING_COLOURS,
    OTHER_COLOUR,
    PIPE_COLOUR,
    PLANT_COLOUR,
    STOCK_COLOUR,
    TECHNOLOGY_COLOURS,
    green_bounds,
    headroom_bounds,
    loading_bounds,
)
from planner.export.sentences import security_verdict
from planner.export.styles import headroom_label
from planner.export.words import technology_name
from planner.i18n import gettext as _
from planner.i18n import language
from planner.map_view.areas import COOLING, GREEN, HUB, hub_palette_of, is_area
from planner.map_view.plan_rows import MARKS, VERDICT_COLOURS, VERDICT_SIGNS
from planner.map_view.rows import STATION_SIDES
from planner.map_view.selection import View


@dataclass(frozen=True)
class Entry:
    """One line of the legend: `form` is dot, ring, square, line, area or a sign that is drawn itself; `size` is half its width in pixels."""

    form: str
    colour: str
    text: str
    size: float = 6.0


@dataclass(frozen=True)
class Group:
    """Some lines under one heading."""

    title: str
    entries: tuple[Entry, ...]


def legend_groups(
    view: View,
    plan: PlanDict | None,
    *,
    on: Collection[str],
    year: int | None,
    kinds: Collection[str],
    colour: str = COOLING,
) -> list[Group]:
    """Return the groups of the legend in the language in use; `kinds` are those of the marks drawn."""
    groups = [
        _stations(plan, year) if _has_stations(view, on) else None,
        *(area_groups(view, plan, on=on, colour=colour) if is_area(view) else ()),
        _sites(plan, by=colour if is_area(view) else COOLING) if plan and "sites" in on and plan.get("sites") else None,
        _links(plan, on) if plan and not is_area(view) else None,
        _places(view, on),
        _grid(plan) if plan and "grid_lines" in on and view["region"]["has_grid"] else None,
        Group(_("Marks"), tuple(Entry(MARKS[k][1], MARKS[k][0], mark_name(k)) for k in MARKS if k in kinds)),
    ]
    return [group for group in groups if group is not None and group.entries]


def _has_stations(view: View, on: Collection[str]) -> bool:
    is_on = any(name.split(":")[0] == "substations" for name in on)
    return is_on and bool(view["layers"]["substations"]["points"])


def area_groups(view: View, plan: PlanDict | None, *, on: Collection[str], colour: str) -> tuple[Group, ...]:
    """Return what the colours of areas and sites tell in a region of areas, and what the lines are."""
    columns = (view.get("tables") or {}).get("hubs", {}).get("columns") or {}
    names = dict(
        zip(map(str, columns.get("hub", [])), columns.get(f"name_{language()}") or columns.get("hub", []), strict=True)
    )
    hubs = tuple(Entry("dot", code, str(names[hub]), 6.0) for hub, code in hub_palette_of(view).items())
    greens = tuple(
        Entry("dot", code, green_label(low, high), 6.0)
        for (low, high), code in zip(green_bounds(), GREEN_COLOURS, strict=True)
    )
    groups = [Group(_("Areas: colour by hub"), hubs)] if colour == HUB or "candidates" in on else []
    if plan and colour == GREEN:
        groups.append(Group(_("New site: colour by the green share of its hub"), greens))
    if plan and "flows" in on:
        line = Entry("line", FLOW_COLOUR, _("from the province of the demand to the site, width by MW IT"))
        groups.append(Group(_("Who serves whom (drawn straight)"), (line,)))
    return tuple(groups)


def mark_name(kind: str) -> str:
    """Return what a mark means."""
    names = {
        "only_a": _("only in plan A"),
        "only_b": _("only in plan B"),
        "both": _("in both plans"),
        "larger": _("larger than before"),
        "smaller": _("smaller than before"),
        "fixed": _("wished: must be built"),
        "forbidden": _("wished: must not be built"),
        "sized": _("wished: at least this size"),
        "wrong": _("needs attention"),
    }
    return names[kind]


def _stations(plan: PlanDict | None, year: int | None) -> Group:
    title = _("Free headroom of a station (N-1, MVA)")
    if plan and year is not None:
        title = _("Headroom left at a station, {year} (N-1, MVA)").format(year=year)
    bounds = zip(headroom_bounds(), HEADROOM_COLOURS, STATION_SIDES, strict=True)
    return Group(
        title, tuple(Entry("square", code, headroom_label(*limits), 0.5 * side) for limits, code, side in bounds)
    )


def _sites(plan: PlanDict, *, by: str = COOLING) -> Group:
    used = {part["technology"] for site in plan.get("sites") or [] for part in site.get("cooling") or []}
    level = security_verdict(plan)[0]
    rings = {
        "secure": _("ring: the plan passed its own AC check"),
        "insecure": _("ring: the plan failed its own AC check"),
        "not_checked": _("ring: the plan was not checked in AC"),
    }
    entries = [
        Entry("dot", code, technology_name(name), 8.0) for name, code in TECHNOLOGY_COLOURS.items() if name in used
    ]
    ring = Entry("ring", VERDICT_COLOURS[level], f"{rings[level]} {VERDICT_SIGNS[level]}", 7.0)
    if by != COOLING:
        return Group(_("New site: size by MW IT"), (ring,))
    return Group(_("New site: colour by cooling, size by MW IT"), (*entries, ring))


def _links(plan: PlanDict, on: Collection[str]) -> Group:
    entries = []
    if "feeds" in on:
        levels = {float(f.get("voltage_kv") or 0.0) for s in plan.get("sites") or [] for f in s.get("feeds") or []}
        entries += [
            Entry("line", FEED_COLOURS.get(kv, OTHER_COLOUR), _("{kv:g} kV feed").format(kv=kv))
            for kv in sorted(levels, reverse=True)
        ]
    if "pipes" in on and any(site.get("water") for site in plan.get("sites") or []):
        entries.append(Entry("line", PIPE_COLOUR, _("Water pipe")))
    return Group(_("Connections (drawn straight)"), tuple(entries))


def _places(view: View, on: Collection[str]) -> Group:
    cell = view["screening"]["cell_km"]
    if is_area(view):
        on = [name for name in on if name != "candidates"]  # told with the hubs
    candidate = _("Candidate parcel") if cell is None else _("Candidate cell, {km:g} km wide").format(km=cell)
    texts = {
        "plants": Entry("▼", PLANT_COLOUR, _("Reclaimed-water plant, size by m³/day")),
        "stock": Entry("◆", STOCK_COLOUR, _("Existing data centre, size by MW IT")),
        "candidates": Entry("dot", CANDIDATE_COLOURS["candidate"], candidate, 4.0),
        "excluded": Entry("dot", CANDIDATE_COLOURS["excluded"], _("Excluded: click for the reason"), 4.0),
        "exclusions": Entry("area", "#BDB7AB", _("Area where building is not allowed")),
        "zones": Entry("area", "#DCD0E8", _("Supply zone (drawn around its stations)")),
    }
    return Group(_("Places"), tuple(entry for name, entry in texts.items() if name in on and _has(view, name)))


def _has(view: View, name: str) -> bool:
    if name in {"candidates", "excluded"}:
        return bool(view["screening"]["n_candidates" if name == "candidates" else "n_excluded"])
    return bool(view["layers"][name]["points"])


def _grid(plan: PlanDict) -> Group:
    bounds = zip(loading_bounds(), LOADING_COLOURS, strict=True)
    entries = tuple(Entry("line", code, loading_label(*limits)) for limits, code in bounds)
    return Group(_("Worst loading of a line, % of what is allowed"), entries)
