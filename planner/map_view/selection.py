"""What is picked on a map: a layer and the id of its row; where it lies; what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner.export.facts import local_name

View = Mapping[str, Any]
Place = list[float]
LINKS = {"feeds": ("feeds", "substation", "substations"), "pipes": ("water", "plant", "plants")}
JOIN = "|"  # between the two ends of a feed or pipe


@dataclass(frozen=True)
class Selection:
    """One thing on a map. `layer` is a layer of the view, or sites, feeds, pipes of a plan, or marks.

    A feed is `site|substation`, a pipe `site|plant`; excluded cells are in the layer candidates.
    """

    layer: str
    id: str


def row_of(view: View, layer: str, row_id: str) -> dict[str, Any] | None:
    """Return the columns of one row of a layer, None where there is none."""
    at = index_of(view, layer, row_id)
    if at is None:
        return None
    return {name: values[at] for name, values in view["layers"][layer]["columns"].items()}


def index_of(view: View, layer: str, row_id: str) -> int | None:
    """Return the position of a row in its layer, None where there is none."""
    ids = view["layers"].get(layer, {}).get("columns", {}).get("id", [])
    return next((at for at, found in enumerate(ids) if found == row_id), None)


def name_of(view: View, selection: Selection, *, lang: str, plan: Mapping[str, Any] | None = None) -> str:
    """Return what a thing is called in the language, its id where nothing else is known."""
    if selection.layer in LINKS:
        site, _join, end = selection.id.partition(JOIN)
        ends = (Selection("sites", site), Selection(LINKS[selection.layer][2], end))
        return " – ".join(name_of(view, part, lang=lang, plan=plan) for part in ends)
    if selection.layer == "sites":
        site_row = site_of(plan, selection.id)
        if site_row is not None:
            return local_name(site_row, lang)
    layer = "candidates" if selection.layer == "sites" else selection.layer
    row = row_of(view, layer, selection.id)
    if row is None:
        return selection.id
    if layer == "candidates" and not row.get("name"):
        return f"{name_of(view, Selection('districts', str(row['district'])), lang=lang)} {selection.id}"
    return local_name(row, lang)


def site_of(plan: Mapping[str, Any] | None, site_id: str) -> dict[str, Any] | None:
    """Return a site of the plan, None where the plan has no such site."""
    return next((dict(site) for site in (plan or {}).get("sites") or [] if str(site["id"]) == site_id), None)


def place_of(view: View, selection: Selection, *, plan: Mapping[str, Any] | None = None) -> Place | None:
    """Return where a thing lies [lon, lat], None where that is not known. A feed or pipe lies at its site."""
    if selection.layer in {"sites", *LINKS}:
        site_id = selection.id.partition(JOIN)[0]
        site = site_of(plan, site_id)
        if site is not None:
            return [float(site["lon"]), float(site["lat"])]
        return place_of(view, Selection("candidates", site_id))
    at = index_of(view, selection.layer, selection.id)
    return None if at is None else view["layers"][selection.layer]["points"][at]


def element_of(view: View, element: str) -> Selection | None:
    """Return where an element of the AC network (line, transformer, bus) is on the map, None where it has no place."""
    if index_of(view, "grid_lines", element) is not None:
        return Selection("grid_lines", element)
    columns = view["layers"].get("grid_stations", {}).get("columns", {})
    for at, station in enumerate(columns.get("id", [])):
        if element in columns["buses"][at] or element in columns["trafos"][at]:
            return Selection("grid_stations", station)
    return None
